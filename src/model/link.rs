//! Which bucket a value names. Linking compares what values are: the same sequence of parts is the same bucket in every
//! world, anything else is another bucket. Only of what is made out of a bucket by something that cannot be worked out
//! (`replace(aws_s3_bucket.logs.arn, …)`), and of a function of what its name is made of (`lower(var.n)` beside `var.n`), it
//! is asked whether that is the bucket; and a name that an answer decides, or an input of few values
//! (`var.prod ? "a" : "b"`), is decided before it is compared with another name.

use std::sync::Arc;

use crate::value::{
    Ask, Data, Decided, Domain, Input, Origin, Part, Question, Reason, Stop, SymbolSource, Value, World, names_in,
};

use super::address::{self, block, may_be_same};
use super::alike;
use super::mentions::{mentions, mentions_any};
use super::pool;
use super::{Estate, Existence, Kind, Resource, Target};

/// What the name of a bucket leads to.
#[derive(Debug, Clone)]
pub enum Link {
    /// A bucket of this unit.
    Bucket(Box<Resource>),
    /// A bucket that is declared nowhere in this unit.
    Elsewhere,
    /// A bucket of this deployment that a module makes whose text is not on disk.
    AbsentModule(Arc<Input>),
}

/// The bucket that `name` names.
///
/// # Errors
/// [`Stop`] when an input decides the name itself, or whether the bucket exists.
pub fn bucket(name: &Value, estate: &dyn Estate, world: &World) -> Decided<Link> {
    let name = unwrapped(name);
    match &name.data {
        Data::Null => return Ok(Link::Elsewhere),
        Data::Pending(question) => return Err(Stop::Ask(Arc::clone(question))),
        Data::Failed(failure) => return Err(Stop::Reject(Arc::clone(failure))),
        _ => {}
    }
    // What refers to a bucket by its address need not be compared with the others.
    let named = |address| estate.resource(Kind::Bucket, address).or_else(|| instance(address, estate));
    if let Some(bucket) = symbol(&name).and_then(named)
        && exists(&bucket, world)?
    {
        return Ok(Link::Bucket(Box::new(bucket)));
    }
    let buckets = match name.as_str() {
        Some(literal) => estate.naming(Kind::Bucket, "", Some(literal)),
        None => estate.resources(Kind::Bucket),
    };
    for bucket in buckets {
        // Of several with one name, an input may decide which one exists.
        let naming = Naming::of_listed(&bucket, estate);
        if let Some(instance) = naming.instance_called(&name)
            && exists(&instance, world)?
        {
            return Ok(Link::Bucket(Box::new(instance)));
        }
        if naming.owns(&name, estate, world)? && exists(&bucket, world)? {
            return Ok(Link::Bucket(Box::new(bucket)));
        }
    }
    let module = absent_module(&name).or_else(|| unread(&name, estate));
    Ok(module.map_or(Link::Elsewhere, Link::AbsentModule))
}

/// Whether `resource` exists in this world.
///
/// # Errors
/// [`Stop::Ask`] when an input decides it.
pub fn exists(resource: &Resource, world: &World) -> Decided<bool> {
    match &resource.existence {
        Existence::Exists => Ok(true),
        // The front end lists a resource as possible only while the answer is missing.
        Existence::May(question) => world.decide(question),
    }
}

/// What a bucket goes by.
#[derive(Debug, Clone)]
pub struct Naming {
    /// The bucket itself; `None` where only its name is known.
    bucket: Option<Resource>,
    /// The address of what stands for all instances of its block, where it is one of those.
    any: Option<String>,
    /// The canonical text of the name that it has as that instance.
    element: Option<String>,
    /// The other resources of the unit that are the same bucket: names are unique.
    twins: Vec<Resource>,
    /// Its name, or null.
    name: Value,
    /// What it goes by outside of the unit that declares it.
    elsewhere: Option<Target>,
}

impl Naming {
    /// What a bucket of `estate` goes by.
    #[must_use]
    pub fn of(bucket: &Resource, estate: &dyn Estate) -> Self {
        let is_listed = estate.resource(Kind::Bucket, &bucket.address).is_some();
        let any = if is_listed { None } else { any_of(&bucket.address, estate).map(|any| any.address.clone()) };
        let own = Self::of_listed(bucket, estate);
        let index = any.as_ref().and_then(|any| address::index_under(any, &bucket.address));
        let element = index.and_then(|index| pool::name_under(&own.name, index));
        Self { any, element, twins: own.same_name(bucket, estate), ..own }
    }

    /// The instance that has this name, where this is what stands for all instances.
    fn instance_called(&self, name: &Value) -> Option<Resource> {
        let any = self.bucket.as_ref()?;
        let index = pool::index_of(&self.name, name)?;
        Some(any.like(any.kind, address::under(&any.address, &index)?))
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
        estate.resources(Kind::Bucket).into_iter().filter(is_twin).collect()
    }

    /// The other resources of the unit that are the same bucket.
    pub(super) fn twins(&self) -> &[Resource] {
        &self.twins
    }

    /// What one of the buckets that `estate` lists goes by.
    fn of_listed(bucket: &Resource, estate: &dyn Estate) -> Self {
        let name = unwrapped(&estate.property(bucket, "BucketName"));
        Self { bucket: Some(bucket.clone()), any: None, element: None, twins: Vec::new(), name, elsewhere: None }
    }

    /// What a bucket goes by that a module makes whose text is not on disk.
    #[must_use]
    pub(super) fn output(name: &Value) -> Self {
        let name = unwrapped(name);
        Self { bucket: None, any: None, element: None, twins: Vec::new(), name, elsewhere: None }
    }

    /// What a bucket of another unit goes by.
    #[must_use]
    pub fn elsewhere(target: &Target) -> Self {
        let name = match target {
            Target::Name(name) => Value::text(name, Origin::default()),
            Target::Export(_) => Value::null(Origin::default()),
        };
        Self { bucket: None, any: None, element: None, twins: Vec::new(), name, elsewhere: Some(target.clone()) }
    }

    /// The resources of a kind that may name it. A name that is not known may turn out to be any.
    fn may_be_named_by(&self, kind: Kind, estate: &dyn Estate) -> Vec<Resource> {
        match (&self.bucket, &self.any, self.twins.as_slice()) {
            (Some(bucket), None, []) if self.name.is_null() || self.name.as_str().is_some() => {
                estate.naming(kind, &bucket.address, self.name.as_str())
            }
            _ => estate.resources(kind),
        }
    }

    /// Whether `target` certainly is the bucket.
    pub(super) fn is(&self, target: &Value) -> bool {
        let target = unwrapped(target);
        if self.elsewhere.is_some() {
            return Target::of(&target) == self.elsewhere;
        }
        let is_own = |address| {
            let mut own = self.bucket.iter().chain(&self.twins);
            self.any.as_deref() == Some(address) || own.any(|bucket| bucket.address == address)
        };
        // A bucket may be named by the id of something else: `bucket = random_pet.logs.id`.
        symbol(&target).is_some_and(is_own) || !target.is_null() && self.name == target || self.is_element(&target)
    }

    /// Whether a value is the name that the bucket has as an instance.
    fn is_element(&self, value: &Value) -> bool {
        self.element.as_ref().is_some_and(|element| *element == value.describe())
    }

    /// Whether `target`, the value of a satellite's bucket argument, names the bucket.
    fn owns(&self, target: &Value, estate: &dyn Estate, world: &World) -> Decided<bool> {
        match (&target.data, &self.bucket) {
            (Data::Pending(question), _) => world.decide(question).map(|_| false),
            (Data::Failed(failure), _) => Err(Stop::Reject(Arc::clone(failure))),
            _ if self.is(target) => Ok(true),
            // Two names that are known, or a name and none, leave nothing to ask.
            _ if target.as_str().is_some() && (self.name.is_null() || self.name.as_str().is_some()) => Ok(false),
            _ => match self.question(target).map(Arc::new).or_else(|| self.undecided(target, world)) {
                Some(question) if !self.is_of_another(target, estate) => world.decide(&question),
                _ => Ok(false),
            },
        }
    }

    /// Whether `target` certainly is another bucket of the unit: of two with one name one is refused.
    fn is_of_another(&self, target: &Value, estate: &dyn Estate) -> bool {
        let Some(own) = &self.bucket else { return false };
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
    fn meets(&self, target: &Value, estate: &dyn Estate, world: &World) -> Decided<bool> {
        if self.owns(target, estate, world)? {
            return Ok(true);
        }
        let Some(bucket) = self.bucket.as_ref().filter(|_| !self.name.is_null()) else { return Ok(false) };
        // One of them is an element that is not known: the target, or the name of any bucket beside a literal or beside that
        // of an element which may be the bucket's.
        let is_told = self.element.is_some() && !bucket.address.contains("${");
        let may_be_element = || target.as_str().is_some() || !is_told && pool::index_of(&self.name, target).is_some();
        let is_unknown = is_any_element(target) || is_any_element(&self.name) && may_be_element();
        let may_be = is_unknown
            && !alike::differ(&self.name, target)
            && !is_made_of_another(target, bucket, estate)
            && !self.is_of_another(target, estate);
        match self.name.as_str() {
            _ if !may_be => Ok(false),
            Some(name) => target.read_is(name, world),
            None => world.decide(&Arc::new(is_name_of(&unwrapped(target), bucket))),
        }
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
    fn question(&self, target: &Value) -> Option<Question> {
        let bucket = self.bucket.as_ref()?;
        let target = unwrapped(target);
        let may_be = match &target.data {
            Data::Opaque(symbol) => match &symbol.source {
                SymbolSource::Resource(address) => bucket.address == *address || may_be_same(address, &bucket.address),
                _ => self.is_maker_of(&target, bucket),
            },
            Data::Open(input) if matches!(input.reason, Reason::Unsupported(_) | Reason::Limit(_)) => true,
            // A text with a piece of the bucket's own name may be all of it.
            Data::Text(text) => {
                text.values().any(|part| self.is_maker_of(part, bucket)) && !alike::differ(&self.name, &target)
            }
            _ => self.is_maker_of(&target, bucket),
        };
        (may_be || alike::may_be_equal(&self.name, &target) || self.may_be_element(&target))
            .then(|| is_name_of(&target, bucket))
    }

    /// Whether a value is a function of an element that the bucket's own name may be made of.
    fn may_be_element(&self, value: &Value) -> bool {
        let is_made_of_it = |text: &str| match &self.element {
            Some(element) => !names_in(element).is_disjoint(&names_in(text)),
            None => pool::is_made_of_element(&self.name, text),
        };
        alike::is_function(value) && is_made_of_it(&value.describe())
    }

    /// Whether a value that cannot be worked out is made of the bucket, or of several texts of which one is its name.
    fn is_maker_of(&self, value: &Value, bucket: &Resource) -> bool {
        let is_named = |text: &str| {
            let name = self.name.as_str().map(|name| format!("\"{name}\""));
            name.is_some_and(|name| text.contains(&name)) || text.contains(&format!("object {}", bucket.handle))
        };
        match &value.data {
            Data::Opaque(symbol) => match &symbol.source {
                SymbolSource::Derived(text) | SymbolSource::Data(text) => {
                    mentions(text, &bucket.address) || is_named(text)
                }
                SymbolSource::Resource(_) | SymbolSource::Named(_) | SymbolSource::Import(_) => false,
            },
            Data::Open(input) if input.reason == Reason::Derived => {
                let is_one_of = |block| mentions_any(&input.name, block);
                mentions(&input.name, &bucket.address)
                    || block(&bucket.address).is_some_and(is_one_of)
                    || is_named(&input.name)
            }
            _ => false,
        }
    }

    /// Whether its name, its ARN or the bucket as a whole is anywhere in `value`.
    #[must_use]
    pub fn is_in(&self, value: &Value) -> bool {
        let bucket = self.bucket.as_ref();
        let is_it = |value: &Value| match &value.data {
            Data::Opaque(symbol) => {
                bucket.is_some_and(|bucket| symbol.source == SymbolSource::Resource(bucket.address.clone()))
            }
            Data::Object(id) => bucket.is_some_and(|bucket| bucket.handle == id.0),
            _ => false,
        };
        let is_it = |value: &Value| {
            is_it(value)
                || !self.name.is_null() && alike::names(value, &self.name)
                || self.is_element(value)
                || self.elsewhere.is_some() && Target::of(value) == self.elsewhere
                || bucket.is_some_and(|bucket| self.is_maker_of(value, bucket))
        };
        let mut found = false;
        value.visit(&mut |value| found = found || is_it(value));
        found
    }
}

/// The resources of one kind that belong to `bucket`.
///
/// # Errors
/// [`Stop`] when an input decides which bucket one of them names, or whether one that names this bucket exists.
pub fn satellites(bucket: &Naming, kind: Kind, estate: &dyn Estate, world: &World) -> Decided<Vec<Resource>> {
    let mut belonging = Vec::new();
    for resource in bucket.may_be_named_by(kind, estate) {
        let target = estate.property(&resource, "Bucket");
        // What is refused of a resource that is not there refuses nothing.
        if matches!(target.data, Data::Failed(_)) && !exists(&resource, world)? {
            continue;
        }
        if bucket.meets(&target, estate, world)? && exists(&resource, world)? {
            belonging.push(resource);
        }
    }
    Ok(belonging)
}

/// The instance of this address of blocks of which it is not known which instances there are: it is like what stands for
/// all of them.
fn instance(address: &str, estate: &dyn Estate) -> Option<Resource> {
    let any = any_of(address, estate)?;
    Some(any.like(any.kind, address.to_owned()))
}

/// What stands for all instances of one or more blocks, where it is not known which there are, of which `address` is one.
fn any_of(address: &str, estate: &dyn Estate) -> Option<Resource> {
    estate.resources(Kind::Bucket).into_iter().find(|any| address::stands_for(&any.address, address))
}

/// The question whether `target` is the name of the bucket.
fn is_name_of(target: &Value, bucket: &Resource) -> Question {
    let statement = format!("{} is the name of {}", target.describe(), bucket.address);
    Question::new(Input { domain: Domain::boolean(), ..Input::derived(statement, target.origin.clone()) }, Ask::True)
}

/// Whether a value is, or is made of, an element of a collection that is not known, whichever: `each.key` over `var.names`.
fn is_any_element(value: &Value) -> bool {
    let is_element = |text: &str| text.contains("[*]") || text.contains("count.index of ");
    match &value.data {
        Data::Open(input) => !matches!(input.reason, Reason::ModuleNotOnDisk { .. }) && is_element(&input.name),
        Data::Opaque(symbol) => is_element(&symbol.to_string()),
        Data::Text(text) => text.values().any(is_any_element),
        _ => false,
    }
}

/// Whether what a value is made of is another bucket.
fn is_made_of_another(value: &Value, bucket: &Resource, estate: &dyn Estate) -> bool {
    let text = value.describe();
    let own = block(&bucket.address).unwrap_or(&bucket.address);
    let others = estate.resources(Kind::Bucket).into_iter().map(|other| other.address.clone());
    others.filter(|other| *other != bucket.address).any(|other| {
        let block = block(&other).unwrap_or(&other);
        block != own && mentions(&text, block)
    })
}

/// The address of the bucket whose name or ARN `value` is, as far as it is symbolic.
fn symbol(value: &Value) -> Option<&str> {
    match &value.data {
        Data::Opaque(symbol) => match &symbol.source {
            SymbolSource::Resource(address) if symbol.attribute == "id" => Some(address),
            _ => None,
        },
        _ => None,
    }
}

/// A text of one part is that part.
fn unwrapped(value: &Value) -> Value {
    match &value.data {
        Data::Text(text) => match text.parts() {
            [Part::Value(inner)] => inner.clone(),
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

/// A bucket of this literal name that a part of the unit's own text may declare which is not on disk.
fn unread(name: &Value, estate: &dyn Estate) -> Option<Arc<Input>> {
    let literal = name.as_str().filter(|literal| !literal.is_empty())?;
    Some(Arc::new(Input::undecidable(literal, estate.unread()?, name.origin.clone())))
}

fn absent_module(value: &Value) -> Option<Arc<Input>> {
    match &value.data {
        Data::Open(input) if matches!(input.reason, Reason::ModuleNotOnDisk { .. }) => Some(Arc::clone(input)),
        Data::Text(text) => text.values().find_map(absent_module),
        _ => None,
    }
}
