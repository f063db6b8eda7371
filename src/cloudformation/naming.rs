//! Which resources may name a bucket, found by what is written in them: a unit may have thousands of each.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::model::Kind;
use crate::value::{Data, InputSet, SymbolSource, Value, look_at, watched};

/// What is written in the resources of each kind, read once in a world, with the inputs it looked at.
#[derive(Debug, Default)]
pub struct Namings(RefCell<HashMap<Kind, Rc<(Naming, InputSet)>>>);

impl Namings {
    /// The numbers of the resources of a kind that may name the bucket with this address or literal name, in order; `values`
    /// gives what names buckets in all of them.
    pub fn may_name(
        &self,
        kind: Kind,
        address: &str,
        name: Option<&str>,
        values: impl Iterator<Item = Value>,
    ) -> Vec<usize> {
        let known = self.0.borrow().get(&kind).map(Rc::clone);
        let known = known.unwrap_or_else(|| {
            let read = Rc::new(watched(|| Naming::of(kind, values)));
            self.0.borrow_mut().insert(kind, Rc::clone(&read));
            read
        });
        look_at(known.1);
        known.0.may_name(address, name)
    }
}

/// The property of a kind that names a bucket.
pub fn property(kind: Kind) -> &'static str {
    if kind == Kind::Bucket { "BucketName" } else { "Bucket" }
}

/// The resources of one kind, by number, as their property names buckets.
#[derive(Debug, Default)]
struct Naming {
    by_address: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    /// What has to be compared with each bucket.
    others: Vec<usize>,
}

impl Naming {
    /// Sorts the resources by the values of what names buckets.
    fn of(kind: Kind, values: impl Iterator<Item = Value>) -> Self {
        let mut naming = Self::default();
        for (number, value) in values.enumerate() {
            match &value.data {
                // A bucket without a name goes by its address alone.
                Data::Null if kind == Kind::Bucket => {}
                Data::Opaque(symbol) if symbol.attribute == "id" => match &symbol.source {
                    SymbolSource::Resource(address) if !address.contains('*') => {
                        naming.by_address.entry(address.clone()).or_default().push(number);
                    }
                    _ => naming.others.push(number),
                },
                _ => match value.as_str() {
                    Some(name) => naming.by_name.entry(name.to_owned()).or_default().push(number),
                    None => naming.others.push(number),
                },
            }
        }
        naming
    }

    fn may_name(&self, address: &str, name: Option<&str>) -> Vec<usize> {
        let by_name = name.and_then(|name| self.by_name.get(name));
        let found = [self.by_address.get(address), by_name, Some(&self.others)];
        let mut found: Vec<usize> = found.into_iter().flatten().flatten().copied().collect();
        found.sort_unstable();
        found
    }
}
