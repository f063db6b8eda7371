//! Which resources may name a bucket, found by what is written in them: a unit may have thousands of each. Knows the values of
//! one world, and leaves it to [`super::Naming`] whether they do.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::value::{Data, InputSet, SymbolSource, Value, look_at, watched};

use super::address::is_of_one;
use super::{Estate, Kind, Resource};

/// What is written in the resources of each kind, read once in a world, with the inputs it looked at.
#[derive(Debug, Default)]
pub struct NamingIndex(RefCell<HashMap<Kind, Rc<(Written, InputSet)>>>);

impl NamingIndex {
    /// Those of `all` resources of a kind in `estate` that may name the bucket with this address or literal name, in order.
    pub fn among(
        &self,
        all: &[Resource],
        kind: Kind,
        address: &str,
        name: Option<&str>,
        estate: &dyn Estate,
    ) -> Vec<Resource> {
        let known = self.0.borrow().get(&kind).map(Rc::clone);
        let known = known.unwrap_or_else(|| {
            let values = all.iter().map(|resource| estate.property(resource, property(kind)));
            let read = Rc::new(watched(|| Written::of(kind, values)));
            self.0.borrow_mut().insert(kind, Rc::clone(&read));
            read
        });
        look_at(&known.1);
        known.0.may_name(address, name).into_iter().filter_map(|number| all.get(number).cloned()).collect()
    }
}

/// The property of a kind that names a bucket.
fn property(kind: Kind) -> &'static str {
    if kind == Kind::Bucket { "BucketName" } else { "Bucket" }
}

/// The resources of one kind, by number, as their property names buckets.
#[derive(Debug, Default)]
struct Written {
    by_address: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    /// What has to be compared with each bucket.
    others: Vec<usize>,
    /// How many there are.
    count: usize,
}

impl Written {
    /// Sorts the resources by the values of what names buckets.
    fn of(kind: Kind, values: impl Iterator<Item = Value>) -> Self {
        let mut written = Self::default();
        for (number, value) in values.enumerate() {
            written.count = number + 1;
            match &value.data {
                // A bucket without a name goes by its address alone.
                Data::Null if kind == Kind::Bucket => {}
                Data::Opaque(symbol) if symbol.attribute == "id" => match &symbol.source {
                    SymbolSource::Resource(address) if is_of_one(address) => {
                        written.by_address.entry(address.clone()).or_default().push(number);
                    }
                    _ => written.others.push(number),
                },
                _ => match value.as_str() {
                    Some(name) => written.by_name.entry(name.to_owned()).or_default().push(number),
                    None => written.others.push(number),
                },
            }
        }
        written
    }

    fn may_name(&self, address: &str, name: Option<&str>) -> Vec<usize> {
        if !is_of_one(address) {
            return (0..self.count).collect();
        }
        let by_name = name.and_then(|name| self.by_name.get(name));
        let found = [self.by_address.get(address), by_name, Some(&self.others)];
        let mut found: Vec<usize> = found.into_iter().flatten().flatten().copied().collect();
        found.sort_unstable();
        found
    }
}
