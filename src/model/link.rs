//! Which bucket a value names. Linking compares what values are: the same sequence of parts is the same bucket in every
//! world, anything else is another bucket. Only of what is made out of a bucket by something that cannot be worked out
//! (`replace(aws_s3_bucket.logs.arn, …)`), and of a function of what its name is made of (`lower(var.n)` beside `var.n`), it
//! is asked whether that is the bucket; and a name that an answer decides, or an input of few values
//! (`var.prod ? "a" : "b"`), is decided before it is compared with another name.

use std::sync::Arc;

use crate::value::{Ask, Data, Decided, Input, Reason, Stop, Value, World};

use super::address::{is_repeated_id, stands_for_all, under};
use super::naming::Naming;
use super::referred::{any_of, symbol, unwrapped};
use super::{Described, Estate, Existence, Kind, Resource};

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
        Data::Pending(question) => return Err(name.waits_for(question)),
        Data::Failed(failure) => return Err(Stop::Reject(Arc::clone(failure))),
        _ => {}
    }
    // What refers to a bucket by its address need not be compared with the others.
    if let Some((bucket, existing)) = referred(&name, estate)
        && exists(&existing, world)?
    {
        return Ok(Link::Bucket(Box::new(bucket)));
    }
    let buckets = match name.as_str() {
        Some(literal) => estate.naming(Kind::Bucket, "", Some(literal)),
        None => estate.resources(Kind::Bucket),
    };
    // What certainly is in the name comes before what others may turn out to be called.
    if let Some(instance) = buckets.iter().find_map(|any| called_by_key(any, &name, estate))
        && exists(&instance, world)?
    {
        return Ok(Link::Bucket(Box::new(instance)));
    }
    for bucket in buckets {
        // Of several with one name, an input may decide which one exists.
        let naming = Naming::of_listed(&bucket, estate);
        if let Some((instance, existing)) = naming.instance_called(&name, estate)
            && exists(&existing, world)?
        {
            return Ok(Link::Bucket(Box::new(instance)));
        }
        if (naming.owns(&name, estate, world)? || naming.may_have(&name, estate, world)?) && exists(&bucket, world)? {
            return Ok(Link::Bucket(Box::new(bucket)));
        }
    }
    let module = absent_module(&name).or_else(|| unread(&name, estate));
    Ok(module.map_or(Link::Elsewhere, Link::AbsentModule))
}

/// The bucket that a value refers to by its address, and what exists if that does: all instances of its block, where it is not
/// known which there are, because what refers to one that is not there is refused. Where an input keeps some of them, whether
/// the one that stands for all is there says nothing of another one.
fn referred(name: &Value, estate: &dyn Estate) -> Option<(Resource, Resource)> {
    let name = unwrapped(name);
    let address = symbol(&name)?;
    if let Some(bucket) = estate.resource(Kind::Bucket, address) {
        return Some((bucket.clone(), bucket));
    }
    let any = any_of(address, estate)?;
    let instance = estate.instance(&any, address)?;
    let existing = if is_repeated_id(&any.address) {
        // Whether another item meets the condition of its resource says nothing of this one.
        certain(&instance)
    } else if keeps_some(&any) {
        instance.clone()
    } else {
        any
    };
    Some((instance, existing))
}

/// The instance whose key is in a name, of a block of which it is not known which instances there are.
fn called_by_key(any: &Resource, name: &Value, estate: &dyn Estate) -> Option<Resource> {
    if name.as_str().is_some() || !stands_for_all(&any.address) {
        return None;
    }
    let index = estate.index_called(any, name)?;
    estate.instance(any, &under(&any.address, &index)?)
}

/// The same where it is there.
fn certain(resource: &Resource) -> Resource {
    Described { existence: Existence::Exists, ..Described::clone(resource) }.into()
}

/// Whether an input keeps some of the instances that a resource stands for, so that others may be there whatever becomes of it.
/// Where it is only asked whether there are any, all are there or none.
pub(super) fn keeps_some(any: &Resource) -> bool {
    stands_for_all(&any.address) && matches!(&any.existence, Existence::May(question) if question.ask != Ask::Empty)
}

/// Whether `resource` exists in this world.
///
/// # Errors
/// [`Stop::Ask`] when an input decides it.
pub fn exists(resource: &Resource, world: &World) -> Decided<bool> {
    match &resource.existence {
        Existence::Exists => Ok(true),
        // The front end lists a resource as possible only while the answer is missing.
        Existence::May(question) => {
            let asked = || Stop::Ask(Arc::new(question.asked_at(&resource.place())));
            world.answer(question).ok_or_else(asked)
        }
    }
}

/// The resources of one kind that belong to `bucket`.
///
/// # Errors
/// [`Stop`] when an input decides which bucket one of them names, or whether one that names this bucket exists.
pub fn satellites(bucket: &Naming, kind: Kind, estate: &dyn Estate, world: &World) -> Decided<Vec<Resource>> {
    belonging(bucket, kind, estate, world, |resource| exists(resource, world))
}

/// The same with those of which it is not known whether they exist.
///
/// # Errors
/// [`Stop`] when an input decides which bucket one of them names.
pub fn possible_satellites(bucket: &Naming, kind: Kind, estate: &dyn Estate, world: &World) -> Decided<Vec<Resource>> {
    belonging(bucket, kind, estate, world, |_| Ok(true))
}

fn belonging(
    bucket: &Naming,
    kind: Kind,
    estate: &dyn Estate,
    world: &World,
    counts: impl Fn(&Resource) -> Decided<bool>,
) -> Decided<Vec<Resource>> {
    let mut belonging = Vec::new();
    for resource in bucket.may_be_named_by(kind, estate) {
        let Some(resource) = bucket.counterpart(resource, estate) else { continue };
        let target = estate.property(&resource, "Bucket");
        // Which of other buckets an input chooses need not be known.
        if matches!(target.data, Data::Pending(_)) && !bucket.may_be_meant_by(&resource, estate) {
            continue;
        }
        // What is refused of a resource that is not there refuses nothing, nor what is of one that stands for those of a list
        // that may be empty.
        if matches!(target.data, Data::Failed(_)) && (is_repeated_id(&resource.address) || !exists(&resource, world)?) {
            continue;
        }
        let is_own =
            if target.is_null() { bucket.may_own(&resource, world) } else { bucket.meets(&target, estate, world) };
        if is_own.map_err(|stop| stop.asked_at(&resource.place()))? && counts(&resource)? {
            belonging.push(resource);
        }
    }
    Ok(belonging)
}

/// A bucket of this literal name that a part of the unit's own text may declare which is not on disk.
fn unread(name: &Value, estate: &dyn Estate) -> Option<Arc<Input>> {
    let literal = name.as_str().filter(|literal| !literal.is_empty())?;
    Some(Arc::new(Input::undecidable(literal, estate.unread()?, name.origin.clone())))
}

/// What the bucket's name comes from, where that is not on disk, or would be refused in every world: it may be any.
fn absent_module(value: &Value) -> Option<Arc<Input>> {
    match &value.data {
        Data::Open(input) if matches!(input.reason, Reason::ModuleNotOnDisk { .. } | Reason::Broken(_)) => {
            Some(Arc::clone(input))
        }
        Data::Text(text) => text.values().find_map(absent_module),
        _ => None,
    }
}
