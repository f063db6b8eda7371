//! Which bucket a value names. Linking compares what values are and never asks a question of its own: the same
//! sequence of parts is the same bucket in every world, anything else is another bucket.

use std::sync::Arc;

use crate::value::{Data, Decided, Input, Part, Reason, Stop, SymbolSource, Value, World};

use super::{Estate, Existence, Kind, Resource};

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
    let buckets = estate.resources(Kind::Bucket);
    let found = match symbol(&name) {
        Some(address) => buckets.into_iter().find(|bucket| bucket.address == address),
        None => buckets.into_iter().find(|bucket| unwrapped(&estate.property(bucket, "BucketName")) == name),
    };
    if let Some(bucket) = found {
        return Ok(if exists(&bucket, world)? { Link::Bucket(Box::new(bucket)) } else { Link::Elsewhere });
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

/// The resources of one kind that belong to `bucket`.
///
/// # Errors
/// [`Stop`] when an input decides which bucket one of them names, or whether one that names this bucket exists.
pub fn satellites(bucket: &Resource, kind: Kind, estate: &dyn Estate, world: &World) -> Decided<Vec<Resource>> {
    let mut belonging = Vec::new();
    for resource in estate.resources(kind) {
        let target = unwrapped(&estate.property(&resource, "Bucket"));
        if names(&target, bucket, estate, world)? && exists(&resource, world)? {
            belonging.push(resource);
        }
    }
    Ok(belonging)
}

/// Whether `target`, the value of a satellite's bucket argument, names `bucket`.
fn names(target: &Value, bucket: &Resource, estate: &dyn Estate, world: &World) -> Decided<bool> {
    match &target.data {
        Data::Pending(question) => world.decide(question).map(|_| false),
        Data::Failed(_) | Data::Null => Ok(false),
        _ => Ok(symbol(target).map_or_else(
            || unwrapped(&estate.property(bucket, "BucketName")) == *target,
            |address| bucket.address == address,
        )),
    }
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

/// Whether `value` holds the bucket's name or ARN anywhere inside.
#[must_use]
pub fn mentions(value: &Value, bucket: &Resource) -> bool {
    match &value.data {
        Data::Opaque(symbol) => matches!(&symbol.source, SymbolSource::Resource(address) if *address == bucket.address),
        Data::Text(text) => text.values().any(|part| mentions(part, bucket)),
        Data::List(_, items) => items.iter().any(|item| mentions(item, bucket)),
        Data::Map(_, entries) => entries.values().any(|entry| mentions(entry, bucket)),
        _ => false,
    }
}
