//! Which bucket a value names. Linking compares what values are: the same sequence of parts is the same bucket in every
//! world, anything else is another bucket. Only of what is made out of a bucket by something that cannot be worked out
//! (`replace(aws_s3_bucket.logs.arn, …)`), and of a function of what its name is made of (`lower(var.n)` beside `var.n`), it
//! is asked whether that is the bucket; and a name that an answer decides, or an input of few values
//! (`var.prod ? "a" : "b"`), is decided before it is compared with another name.

use std::sync::Arc;

use crate::value::{
    Ask, Data, Decided, Domain, Input, Origin, Part, Question, Reason, Stop, Symbol, SymbolSource, Value, World,
};

use super::alike;
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
    if let Some(bucket) = symbol(&name).and_then(|address| estate.resource(Kind::Bucket, address))
        && exists(&bucket, world)?
    {
        return Ok(Link::Bucket(Box::new(bucket)));
    }
    for bucket in estate.resources(Kind::Bucket) {
        // Of several with one name, an input may decide which one exists.
        if Naming::of(&bucket, estate).owns(&name, estate, world)? && exists(&bucket, world)? {
            return Ok(Link::Bucket(Box::new(bucket)));
        }
    }
    Ok(absent_module(&name).map_or(Link::Elsewhere, Link::AbsentModule))
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
    /// Its name, or null.
    name: Value,
}

impl Naming {
    /// What a bucket of `estate` goes by.
    #[must_use]
    pub fn of(bucket: &Resource, estate: &dyn Estate) -> Self {
        Self { bucket: Some(bucket.clone()), name: unwrapped(&estate.property(bucket, "BucketName")) }
    }

    /// What a bucket of another unit goes by.
    #[must_use]
    pub fn elsewhere(target: &Target) -> Self {
        let name = match target {
            Target::Name(name) => Value::text(name, Origin::default()),
            Target::Export(name) => {
                let symbol = Symbol { source: SymbolSource::Import(name.clone()), attribute: String::new() };
                Value::opaque(symbol, Origin::default())
            }
        };
        Self { bucket: None, name }
    }

    /// Whether `target` certainly is the bucket.
    pub(super) fn is(&self, target: &Value) -> bool {
        let target = unwrapped(target);
        match symbol(&target) {
            Some(address) => self.bucket.as_ref().is_some_and(|bucket| bucket.address == address),
            None => !target.is_null() && self.name == target,
        }
    }

    /// Whether `target`, the value of a satellite's bucket argument, names the bucket.
    fn owns(&self, target: &Value, estate: &dyn Estate, world: &World) -> Decided<bool> {
        match (&target.data, &self.bucket) {
            (Data::Pending(question), Some(_)) => world.decide(question).map(|_| false),
            // Across units only whole literal names link.
            (Data::Pending(_), None) | (Data::Failed(_), _) => Ok(false),
            _ if self.is(target) || self.is_only_instance(target, estate) => Ok(true),
            _ => match self.question(target).map(Arc::new).or_else(|| self.undecided(target, world)) {
                Some(question) => world.decide(&question),
                None => Ok(false),
            },
        }
    }

    /// Whether `target` is one of the instances of the bucket's block, whichever, and the bucket is all there is of them:
    /// one stands for all where it is not known which there are.
    fn is_only_instance(&self, target: &Value, estate: &dyn Estate) -> bool {
        let Some(block) = self.bucket.as_ref().and_then(|bucket| block(&bucket.address)) else { return false };
        let is_another = |other: &&Resource| self::block(&other.address) == Some(block);
        is_instance(target, block) && estate.resources(Kind::Bucket).iter().filter(is_another).count() == 1
    }

    /// What decides one of two names that may turn out to be the same: the bucket's own, or `target` beside a known one.
    fn undecided(&self, target: &Value, world: &World) -> Option<Arc<Question>> {
        let is_name = self.bucket.is_some() && !target.is_null() && symbol(&unwrapped(target)).is_none();
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
                SymbolSource::Resource(address) => bucket.address == *address,
                SymbolSource::Derived(text) | SymbolSource::Data(text) => mentions(text, &bucket.address),
                SymbolSource::Named(_) | SymbolSource::Import(_) => false,
            },
            Data::Open(input) => match input.reason {
                Reason::Derived => {
                    let is_one_of = |block| is_instance(&target, block);
                    mentions(&input.name, &bucket.address) || block(&bucket.address).is_some_and(is_one_of)
                }
                Reason::Unsupported(_) | Reason::Limit(_) => true,
                _ => false,
            },
            _ => false,
        };
        let statement = || format!("{} is the name of {}", target.describe(), bucket.address);
        let input = || Input { domain: Domain::boolean(), ..Input::derived(statement(), target.origin.clone()) };
        (may_be || alike::may_be_equal(&self.name, &target)).then(|| Question::new(input(), Ask::True))
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
            Data::Text(text) => {
                let literal = text.as_literal().and_then(|text| text.rsplit(":::").next());
                literal.is_some_and(|text| self.name.as_str() == Some(text))
            }
            _ => false,
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
    for resource in estate.resources(kind) {
        let target = estate.property(&resource, "Bucket");
        if bucket.owns(&target, estate, world)? && exists(&resource, world)? {
            belonging.push(resource);
        }
    }
    Ok(belonging)
}

/// The address of a block that has several instances, of which `address` is one.
fn block(address: &str) -> Option<&str> {
    let (block, _) = address.strip_suffix(']')?.rsplit_once('[')?;
    Some(block)
}

/// Whether a value that is not known is the name of one of the instances of `block`: `aws_s3_bucket.logs[each.key].id`.
fn is_instance(value: &Value, block: &str) -> bool {
    let Data::Open(input) = &value.data else { return false };
    let key = input.name.strip_prefix(block).and_then(|rest| rest.strip_prefix('['));
    key.and_then(|key| key.strip_suffix("].id").or_else(|| key.strip_suffix("].bucket"))).is_some()
}

/// Whether the canonical text of an expression holds an address, and not only as a part of a longer one.
fn mentions(text: &str, address: &str) -> bool {
    let is_name = |character: char| character.is_alphanumeric() || "_-".contains(character);
    text.match_indices(address).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let behind = text.get(at + address.len()..).and_then(|behind| behind.chars().next());
        !before.is_some_and(|before| is_name(before) || before == '.') && !behind.is_some_and(is_name)
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

fn absent_module(value: &Value) -> Option<Arc<Input>> {
    match &value.data {
        Data::Open(input) if matches!(input.reason, Reason::ModuleNotOnDisk { .. }) => Some(Arc::clone(input)),
        Data::Text(text) => text.values().find_map(absent_module),
        _ => None,
    }
}
