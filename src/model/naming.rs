//! What a bucket goes by: its address, its name, that of the elements it may be made of, and what other units call it. Knows
//! when a value certainly is the bucket, and when that has to be asked.

use std::sync::Arc;

use crate::value::{Claim, Data, Decided, Origin, Question, Reason, Role, Stop, SymbolSource, Value, World, names_in};

use super::address::{self, block, is_repeated_id, may_be_same};
use super::alike;
use super::mentions::{mentions, mentions_any};
use super::pool;
use super::referred::{any_of, is_beside, is_made_of_another, symbol, unwrapped};
use super::{Estate, Existence, Kind, Resource, Target};

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

    /// Whether `target`, the value of a satellite's bucket argument, names the bucket.
    pub(super) fn owns(&self, target: &Value, estate: &dyn Estate, world: &World) -> Decided<bool> {
        match (&target.data, &self.bucket) {
            (Data::Pending(question), _) => world.decide(question).map(|_| false),
            (Data::Failed(failure), _) => Err(Stop::Reject(Arc::clone(failure))),
            _ if self.is(target) => Ok(true),
            // Two names that are known, or a name and none, leave nothing to ask.
            _ if target.as_str().is_some() && (self.name.is_null() || self.name.as_str().is_some()) => Ok(false),
            _ => match self.question(target).or_else(|| self.undecided(target, world)) {
                Some(question) if !self.is_of_another(target, estate) => match self.told_apart(target) {
                    Some((unknown, text)) => unknown.read_is(&text, world),
                    None => world.decide(&question),
                },
                _ => Ok(false),
            },
        }
    }

    /// Whether `target` is what another loop of a template declares: a logical id is one resource's.
    fn is_of_another_loop(&self, target: &Value, own: &Resource, estate: &dyn Estate) -> bool {
        let declared = self.pool.as_ref().map_or(&own.address, |pool| &pool.any.address);
        let is_declared = |address: &str| is_repeated_id(address) && estate.resource(Kind::Bucket, address).is_some();
        let target = unwrapped(target);
        symbol(&target).is_some_and(|named| named != declared && is_declared(named)) && is_declared(declared)
    }

    /// Whether `target` certainly is another bucket of the unit: of two with one name one is refused.
    fn is_of_another(&self, target: &Value, estate: &dyn Estate) -> bool {
        let Some(own) = &self.bucket else { return false };
        if is_beside(target, own, estate) || self.is_of_another_loop(target, own, estate) {
            return true;
        }
        let is_another = |other: &Resource| {
            other.existence == Existence::Exists
                && other.address != own.address
                && !may_be_same(&other.address, &own.address)
        };
        let mut others = estate.resources(Kind::Bucket).into_iter().filter(is_another);
        others.any(|other| Self::of_listed(&other, estate).is(target))
    }

    /// Whether a satellite whose bucket argument is `target` belongs to the bucket. What runs over an unknown collection may
    /// meet it in some world, although it is not written down that it does.
    pub(super) fn meets(&self, target: &Value, estate: &dyn Estate, world: &World) -> Decided<bool> {
        if self.owns(target, estate, world)? {
            return Ok(true);
        }
        let Some(bucket) = self.bucket.as_ref().filter(|_| !self.name.is_null()) else { return Ok(false) };
        // One of them is an element that is not known: the target, or the bucket's name beside a literal or beside that of an
        // element which may be the bucket's.
        let name = self.name_of_any();
        let is_told = || alike::same_where(name, target).is_some();
        let may_be_element = || target.as_str().is_some() || is_told() || pool::index_of(name, target).is_some();
        let is_unknown = is_any_element(target) || is_any_element(name) && may_be_element();
        let may_be = is_unknown
            && !alike::differ(&self.name, target)
            && !is_made_of_another(target, bucket, estate)
            && !self.is_of_another(target, estate);
        match (self.told_apart(target), self.name.as_str()) {
            _ if !may_be => Ok(false),
            (Some((unknown, text)), _) => unknown.read_is(&text, world),
            (None, Some(name)) => target.read_is(name, world),
            (None, None) => world.decide(&is_name_of(&unwrapped(target), bucket)),
        }
    }

    /// What tells `target` from the bucket's name, where that is one unknown part of a text, and what it is in their common name.
    fn told_apart<'v>(&'v self, target: &'v Value) -> Option<(&'v Value, String)> {
        let is_part =
            |unknown: &Value| matches!(unknown.data, Data::Open(_)) && unknown != target && *unknown != self.name;
        alike::same_where(&self.name, target).filter(|(unknown, _)| is_part(unknown))
    }

    /// Whether a satellite that names no bucket belongs to this one, which nobody can tell: it is refused in every world.
    pub(super) fn may_own(&self, satellite: &Resource, world: &World) -> Decided<bool> {
        let Some(bucket) = &self.bucket else { return Ok(false) };
        let reason = Reason::Broken(format!("{} names no bucket", satellite.address));
        let origin = Origin::at(satellite.header, Role::Header);
        world.decide(&Claim::with("belongs to", &*bucket.address).of(&satellite.address, reason, origin))
    }

    /// What decides one of two names that may turn out to be the same: the bucket's own, or `target` beside a known one.
    fn undecided(&self, target: &Value, world: &World) -> Option<Arc<Question>> {
        let is_name = !target.is_null() && symbol(&unwrapped(target)).is_none();
        match &self.name.data {
            _ if !is_name => None,
            Data::Pending(question) => Some(Arc::clone(question)),
            _ if target.as_str().is_some() => self.name.which(world).map(Arc::new),
            _ if self.name.as_str().is_some() => target.which(world).map(Arc::new),
            _ => None,
        }
    }

    /// The question whether `target` is the bucket, where it is made of the bucket, or of what its name is made of, and
    /// cannot be worked out, or where this program could not read what it is made of.
    fn question(&self, target: &Value) -> Option<Arc<Question>> {
        let bucket = self.bucket.as_ref()?;
        let target = unwrapped(target);
        let may_be = match &target.data {
            Data::Opaque(symbol) => match &symbol.source {
                SymbolSource::Resource(address) => bucket.address == *address || may_be_same(address, &bucket.address),
                _ => self.is_maker_of(&target, bucket),
            },
            Data::Open(input)
                if matches!(input.reason, Reason::Unsupported(_) | Reason::Limit(_) | Reason::Broken(_)) =>
            {
                true
            }
            // Of the buckets that the Cloud Control API makes, one stands for all, and is not told from another.
            Data::Open(input) if let Reason::ModuleNotOnDisk { module, .. } = &input.reason => {
                *module == bucket.address
            }
            // A text with a piece of the bucket's own name may be all of it.
            Data::Text(text) => {
                text.values().any(|part| self.is_maker_of(part, bucket)) && !alike::differ(&self.name, &target)
            }
            _ => self.is_maker_of(&target, bucket),
        };
        // What is called by its key may be an element of what has the key.
        let pool = self.pool.iter().filter(|_| self.name.as_str().is_some()).map(|pool| &pool.name);
        let mut names = pool.chain([&self.name]);
        let is_alike = names.any(|name| alike::may_be_equal(name, &target));
        (may_be || is_alike || self.may_be_element(&target)).then(|| is_name_of(&target, bucket))
    }

    /// Whether a value is a function of an element that the bucket's own name may be made of.
    fn may_be_element(&self, value: &Value) -> bool {
        let is_made_of_it = |text: &str| match self.element() {
            Some(element) => !names_in(element).is_disjoint(&names_in(text)),
            None => pool::is_made_of_element(self.name_of_any(), text),
        };
        alike::is_function(value) && is_made_of_it(&value.describe())
    }

    /// Whether a value that cannot be worked out is made of the bucket, or of several texts of which one is its name.
    fn is_maker_of(&self, value: &Value, bucket: &Resource) -> bool {
        is_made_of(value, bucket) || self.is_made_of_name(value)
    }

    fn is_made_of_name(&self, value: &Value) -> bool {
        let Some(name) = self.name.as_str() else { return false };
        text_of_unknown(value).is_some_and(|text| text.contains(&format!("\"{name}\"")))
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

/// The question whether `target` is the name of the bucket.
fn is_name_of(target: &Value, bucket: &Resource) -> Arc<Question> {
    let claim = Claim::with("is the name of", &*bucket.address);
    claim.of(&target.describe(), Reason::Derived, target.origin.clone())
}

/// Whether a value is, or is made of, an element of a collection that is not known, whichever: `each.key` over `var.names`.
fn is_any_element(value: &Value) -> bool {
    match &value.data {
        Data::Open(input) => {
            !matches!(input.reason, Reason::ModuleNotOnDisk { .. }) && pool::is_of_instance(&input.name)
        }
        Data::Opaque(symbol) => pool::is_of_instance(&symbol.to_string()),
        Data::Text(text) => text.values().any(is_any_element),
        _ => false,
    }
}
