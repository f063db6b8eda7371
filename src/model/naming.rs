//! What a bucket goes by: its address, its name, that of the elements it may be made of, and what other units call it. Knows
//! when a value certainly is the bucket; when that has to be asked is told in a room of its own.

use crate::value::{Data, Origin, Reason, SymbolSource, Value};

use super::address::{self, block, may_be_same};
use super::alike;
use super::mentions::{mentions, mentions_any};
use super::pool;
use super::referred::{any_of, symbol, unwrapped};
use super::{Estate, Existence, Kind, Resource, Target};

mod asked;

/// What a bucket goes by.
#[derive(Debug, Clone)]
pub struct Naming {
    /// The bucket itself; `None` where only its name is known.
    bucket: Option<Resource>,
    /// Set where it is an instance of a block of which it is not known which there are.
    pool: Option<Pool>,
    /// The other resources of the unit that are the same bucket: names are unique.
    twins: Vec<Resource>,
    /// Its name, or null.
    name: Value,
    /// What it goes by outside of the unit that declares it.
    elsewhere: Option<Target>,
}

/// The instances of a block of which it is not known which there are, and which of them a bucket is.
#[derive(Debug, Clone)]
struct Pool {
    /// What stands for all of them.
    any: Resource,
    /// The name of that.
    name: Value,
    /// The bucket's index, where one tells it.
    index: Option<String>,
    /// The canonical text of the bucket's name, where its index is not known, so that it is like what stands for all.
    element: Option<String>,
}

impl Pool {
    fn of(bucket: &Resource, estate: &dyn Estate) -> Option<Self> {
        if estate.resource(Kind::Bucket, &bucket.address).is_some() {
            return None;
        }
        let any = any_of(&bucket.address, estate)?;
        let name = unwrapped(&estate.property(&any, "BucketName"));
        let index = address::index_under(&any.address, &bucket.address);
        let is_like = bucket.handle == any.handle;
        let element = index.as_ref().filter(|_| is_like).and_then(|index| pool::name_under(&name, index));
        Some(Self { any, name, index, element })
    }

    /// Whether a target names what stands for all of them.
    fn is_any(&self, target: &Value) -> bool {
        symbol(target) == Some(&self.any.address) || !target.is_null() && self.name == *target
    }
}

impl Naming {
    /// What a bucket of `estate` goes by.
    #[must_use]
    pub fn of(bucket: &Resource, estate: &dyn Estate) -> Self {
        let own = Self::of_listed(bucket, estate);
        Self { pool: Pool::of(bucket, estate), twins: own.same_name(bucket, estate), ..own }
    }

    /// The instance that has this name, where this is what stands for all instances, and what exists if that does: all
    /// instances, where the name is made of its element.
    pub(super) fn instance_called(&self, name: &Value, estate: &dyn Estate) -> Option<(Resource, Resource)> {
        let any = self.bucket.as_ref().filter(|any| !self.name.is_null() && address::stands_for_all(&any.address))?;
        let instance = |index: &str| {
            let one = estate.instance(any, &address::under(&any.address, index)?)?;
            let is_called = one.handle == any.handle || unwrapped(&estate.property(&one, "BucketName")) == *name;
            is_called.then_some(one)
        };
        let told = pool::index_of(&self.name, name).and_then(|index| Some((instance(&index)?, any.clone())));
        told.or_else(|| {
            let one = pool::indices_in(&self.name, name).iter().find_map(|index| instance(index))?;
            Some((one.clone(), one))
        })
    }

    /// The instance that belongs to the bucket instead of what stands for `all` instances of a block, where both are instances
    /// of blocks of which it is not known which there are: the one that has the bucket's own index. `None` where there is no
    /// such instance and the others belong to other buckets.
    pub(super) fn counterpart(&self, all: Resource, estate: &dyn Estate) -> Option<Resource> {
        let Some(pool) = &self.pool else { return Some(all) };
        let made = pool.index.as_ref().and_then(|index| estate.made_of(&all, index));
        if let Some(one) = made.filter(|one| self.is(&estate.property(one, "Bucket"))) {
            return Some(one);
        }
        let address = pool.index.as_ref().and_then(|index| address::under(&all.address, index));
        let Some(address) = address else { return Some(all) };
        let target = estate.property(&all, "Bucket");
        let instance = match &self.bucket {
            Some(bucket) => estate.instance_beside(&all, &address, bucket),
            None => estate.instance(&all, &address),
        };
        match instance {
            Some(one) if one.handle != all.handle => {
                let own = estate.property(&one, "Bucket");
                // Whether there is such an element may have to be asked first.
                let is_of_any = pool.is_any(&unwrapped(&target));
                match own.data {
                    Data::Pending(_) if is_of_any => Some(one),
                    // There is no such element: none of those that there are is this bucket's.
                    Data::Failed(_) if is_of_any => None,
                    _ => Some(if self.is(&own) && own != target { one } else { all }),
                }
            }
            None if pool.is_any(&unwrapped(&target)) => None,
            _ => Some(all),
        }
    }

    fn same_name(&self, bucket: &Resource, estate: &dyn Estate) -> Vec<Resource> {
        if self.name.is_null() {
            return Vec::new();
        }
        let is_twin = |other: &Resource| {
            other.existence == Existence::Exists
                && other.address != bucket.address
                && !may_be_same(&other.address, &bucket.address)
                && unwrapped(&estate.property(other, "BucketName")) == self.name
        };
        let others = match self.name.as_str() {
            Some(name) => estate.naming(Kind::Bucket, "", Some(name)),
            None => estate.resources(Kind::Bucket),
        };
        others.into_iter().filter(is_twin).collect()
    }

    /// The other resources of the unit that are the same bucket.
    pub(super) fn twins(&self) -> &[Resource] {
        &self.twins
    }

    /// What one of the buckets that `estate` lists goes by.
    pub(super) fn of_listed(bucket: &Resource, estate: &dyn Estate) -> Self {
        let name = unwrapped(&estate.property(bucket, "BucketName"));
        Self { bucket: Some(bucket.clone()), pool: None, twins: Vec::new(), name, elsewhere: None }
    }

    /// What a bucket goes by that a module makes whose text is not on disk.
    #[must_use]
    pub(super) fn output(name: &Value) -> Self {
        Self { bucket: None, pool: None, twins: Vec::new(), name: unwrapped(name), elsewhere: None }
    }

    /// The same where it is the module instance at `address` of those that `call` stands for, if it stands for several.
    pub(super) fn output_of(address: &str, call: &Resource, name: &Value) -> Self {
        let pool = address::index_under(&call.address, address).map(|index| {
            let (name, index) = (Value::null(Origin::default()), Some(index));
            Pool { any: call.clone(), name, index, element: None }
        });
        Self { pool, ..Self::output(name) }
    }

    /// What a bucket of another unit goes by in `estate`: what the unit's own bucket of that name goes by, where it has one.
    #[must_use]
    pub fn elsewhere(target: &Target, estate: &dyn Estate) -> Self {
        let literal = if let Target::Name(name) = target { Some(name.as_str()) } else { None };
        let is_it = |bucket: &Resource| {
            bucket.existence == Existence::Exists && estate.property(bucket, "BucketName").as_str() == literal
        };
        let named = literal.map(|name| estate.naming(Kind::Bucket, "", Some(name))).unwrap_or_default();
        if let Some(own) = named.into_iter().find(is_it) {
            return Self::of(&own, estate);
        }
        let name = match target {
            Target::Name(name) => Value::text(name, Origin::default()),
            Target::Export(_) => Value::null(Origin::default()),
        };
        Self { elsewhere: Some(target.clone()), ..Self::output(&name) }
    }

    /// The resources of a kind that may name it. A name that is not known may turn out to be any.
    pub(super) fn may_be_named_by(&self, kind: Kind, estate: &dyn Estate) -> Vec<Resource> {
        match (&self.bucket, &self.pool, self.twins.as_slice()) {
            (Some(bucket), None, []) if self.name.is_null() || self.name.as_str().is_some() => {
                estate.naming(kind, &bucket.address, self.name.as_str())
            }
            _ => estate.resources(kind),
        }
    }

    /// Whether a resource may name the bucket in some world, as far as what is written tells.
    pub(super) fn may_be_meant_by(&self, resource: &Resource, estate: &dyn Estate) -> bool {
        let may_name = |bucket: &Resource| estate.may_name(resource, &bucket.address, self.name.as_str());
        self.bucket.iter().chain(&self.twins).any(may_name) || self.bucket.is_none()
    }

    /// Whether `target` certainly is the bucket.
    pub(super) fn is(&self, target: &Value) -> bool {
        let target = unwrapped(target);
        if self.elsewhere.is_some() {
            return Target::of(&target) == self.elsewhere;
        }
        let is_own = |address| {
            // What is like the one that stands for all is named as that.
            let like = self.pool.as_ref().map(|pool| &pool.any).filter(|any| self.is_like(any));
            self.bucket.iter().chain(&self.twins).chain(like).any(|own| own.address == address)
        };
        // A bucket may be named by the id of something else: `bucket = random_pet.logs.id`.
        symbol(&target).is_some_and(is_own) || !target.is_null() && self.name == target || self.is_element(&target)
    }

    fn is_like(&self, any: &Resource) -> bool {
        self.bucket.as_ref().is_some_and(|bucket| bucket.handle == any.handle)
    }

    /// The name of what stands for all instances, where the bucket is one under an index that is not known, which may be any;
    /// its own name otherwise.
    fn name_of_any(&self) -> &Value {
        let is_any = |pool: &&Pool| pool.index.as_ref().is_some_and(|index| index.contains("${"));
        self.pool.as_ref().filter(is_any).map_or(&self.name, |pool| &pool.name)
    }

    /// The canonical text of the name that the bucket has as an instance under an index that is not known.
    fn element(&self) -> Option<&String> {
        self.pool.as_ref()?.element.as_ref()
    }

    /// Whether a value is the name that the bucket has as such an instance.
    fn is_element(&self, value: &Value) -> bool {
        self.element().is_some_and(|element| *element == value.describe())
    }

    /// Whether its name, its ARN or the bucket as a whole is anywhere in `value`.
    #[must_use]
    pub fn is_in(&self, value: &Value) -> bool {
        let is_called = |value: &Value| {
            !self.name.is_null() && alike::names(value, &self.name)
                || self.is_element(value)
                || self.is_made_of_name(value)
                || self.elsewhere.is_some() && Target::of(value) == self.elsewhere
        };
        self.is_referred_to_in(value) || any_in(value, is_called)
    }

    /// Whether something in `value` refers to the bucket, and has not only its name.
    pub(super) fn is_referred_to_in(&self, value: &Value) -> bool {
        let Some(bucket) = &self.bucket else { return false };
        any_in(value, |value| match &value.data {
            Data::Opaque(symbol) if symbol.source == SymbolSource::Resource(bucket.address.clone()) => true,
            Data::Object(id, _) => bucket.handle == id.0,
            _ => is_made_of(value, bucket),
        })
    }
}

/// Whether something in a value is so.
fn any_in(value: &Value, is_so: impl Fn(&Value) -> bool) -> bool {
    let mut found = false;
    value.visit(&mut |value| found = found || is_so(value));
    found
}

/// What a value says that cannot be worked out.
fn text_of_unknown(value: &Value) -> Option<&str> {
    match &value.data {
        Data::Opaque(symbol) => match &symbol.source {
            SymbolSource::Derived(text) | SymbolSource::Data(text) => Some(text),
            SymbolSource::Resource(_) | SymbolSource::Named(_) | SymbolSource::Import(_) => None,
        },
        Data::Open(input) if input.reason == Reason::Derived => Some(&input.name),
        _ => None,
    }
}

/// Whether a value that cannot be worked out is made of the bucket.
fn is_made_of(value: &Value, bucket: &Resource) -> bool {
    let Some(text) = text_of_unknown(value) else { return false };
    let is_one_of = |block: &str| mentions_any(text, block);
    let is_of_blocks = || {
        block(&bucket.address).is_some_and(is_one_of)
            || address::module_blocks(&bucket.address).iter().any(|block| is_one_of(block))
    };
    mentions(text, &bucket.address) || matches!(value.data, Data::Open(_)) && is_of_blocks()
}
