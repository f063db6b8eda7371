//! When S3 calls a statement public.
//!
//! S3 begins by taking a policy for public; it is not when every Allow names fixed principals or has a condition that
//! only fixed callers meet. A policy is public as soon as one of its statements is.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>

use std::sync::Arc;

use crate::value::{Claim, Decided, Question, Reason, Stop, Value, World, any, every};

use super::action::{self, Access};
use super::document::{Body, Statement, Terms, Unreadable};
use super::resource::{self, Target};
use super::{condition, principal};

/// Whether a statement opens the bucket to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publicness {
    /// It does.
    Public,
    /// It does not, for this reason.
    Closed(Closed),
}

/// Why a statement does not open the bucket in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Closed {
    /// It denies.
    NotAllow,
    /// Its actions are others.
    OtherAction,
    /// Its resources are others.
    OtherResource,
    /// It names fixed principals.
    FixedPrincipal,
    /// A condition lets only fixed callers pass.
    FixedCondition,
    /// In this world, S3 takes a Deny to close it.
    Denied,
    /// It cannot be read, and in this world it is not public.
    Unreadable,
}

impl Closed {
    /// The reason's code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAllow => "not-allow",
            Self::OtherAction => "other-action",
            Self::OtherResource => "other-resource",
            Self::FixedPrincipal => "fixed-principal",
            Self::FixedCondition => "fixed-condition",
            Self::Denied => "denied",
            Self::Unreadable => "unreadable",
        }
    }
}

/// Whether `statement`, one of `all` that are in force together, gives the world `access` to `target`.
///
/// # Errors
/// [`Stop`] when an input decides it.
pub fn publicness(
    statement: &Statement,
    all: &[Statement],
    access: Access,
    target: &Target,
    world: &World,
) -> Decided<Publicness> {
    let terms = match &statement.body {
        Body::Terms(terms) => terms,
        Body::Waiting(stop, alternatives) => {
            let publicness = |one| publicness(one, all, access, target, world);
            let closed = alternatives.iter().map(|one| match publicness(one) {
                Ok(Publicness::Closed(closed)) => Some(closed),
                _ => None,
            });
            let closed = closed.collect::<Option<Vec<_>>>().and_then(|closed| closed.first().copied());
            return closed.map(Publicness::Closed).ok_or_else(|| stop.clone());
        }
        Body::Unreadable(unreadable) => return assumed(unreadable, world),
    };
    if let Some(closed) = closed(statement.of.as_ref(), terms, access, target, world)? {
        return Ok(Publicness::Closed(closed));
    }
    if any(all.iter().map(|other| narrows(other, terms, target, world)))? && !prevails(statement, world)? {
        return Ok(Publicness::Closed(Closed::Denied));
    }
    Ok(Publicness::Public)
}

/// The first reason for which the statement opens nothing. One is enough, whatever the others wait for.
fn closed(
    collection: Option<&Value>,
    terms: &Terms,
    access: Access,
    target: &Target,
    world: &World,
) -> Decided<Option<Closed>> {
    let not = |decision: Decided<bool>| decision.map(|yes| !yes);
    let is_none = |collection: &Value| collection.read_list(world).map(|statements| statements.is_empty());
    let reasons: [(Closed, &dyn Fn() -> Decided<bool>); 6] = [
        (Closed::NotAllow, &|| collection.map_or(Ok(false), is_none)),
        (Closed::NotAllow, &|| not(terms.effect.read_is("Allow", world))),
        (Closed::OtherAction, &|| not(action::is_about(&terms.action, access, world))),
        (Closed::OtherResource, &|| not(resource::can_touch(&terms.resource, target, world))),
        (Closed::FixedPrincipal, &|| not(principal::is_open_to_all(&terms.principal, world))),
        (Closed::FixedCondition, &|| condition::fixes_caller(&terms.condition, world)),
    ];
    let mut waiting: Option<Stop> = None;
    for (reason, holds) in reasons {
        match holds() {
            Ok(true) => return Ok(Some(reason)),
            Ok(false) => {}
            Err(stop) => waiting = waiting.or(Some(stop)),
        }
    }
    waiting.map_or(Ok(None), Err)
}

/// Whether `other` denies all that `allow` allows to all but fixed callers. The documentation does not say whether S3
/// subtracts that, so such a Deny makes the Allow undecidable and never closes it.
fn narrows(other: &Statement, allow: &Terms, target: &Target, world: &World) -> Decided<bool> {
    let deny = match &other.body {
        Body::Terms(deny) => deny,
        // It may turn out to be such a Deny.
        Body::Waiting(stop, alternatives) => {
            let narrow = any(alternatives.iter().map(|one| narrows(one, allow, target, world)));
            return if !alternatives.is_empty() && narrow == Ok(false) { Ok(false) } else { Err(stop.clone()) };
        }
        Body::Unreadable(_) => return Ok(false),
    };
    let conditions: [&dyn Fn() -> Decided<bool>; 5] = [
        &|| principal::is_everyone(&deny.principal, world),
        &|| deny.effect.read_is("Deny", world),
        &|| action::is_covered(&allow.action, &deny.action, world),
        &|| resource::is_covered(&allow.resource, &deny.resource, target, world),
        &|| condition::spares_fixed_callers(&deny.condition, world),
    ];
    every(conditions.into_iter().map(|holds| holds()))
}

/// Whether the Allow is public in spite of such a Deny: S3 alone can tell.
fn prevails(statement: &Statement, world: &World) -> Decided<bool> {
    let reason = Reason::Unsupported("a Deny narrows what it allows to fixed callers".to_owned());
    world.decide(&Claim::new("is public to S3").of(&statement.name, reason, statement.origin.clone()))
}

/// What cannot be read may be public; an error in its place is read as one, and says nothing.
fn assumed(unreadable: &Unreadable, world: &World) -> Decided<Publicness> {
    let Unreadable { what, reason, error, origin } = unreadable;
    let public = match error {
        Some(error) => {
            let reading = Question { at: origin.clone(), ..Question::reading(error) };
            world.decide(&Arc::new(reading)).map(|_| false)?
        }
        None => world.decide(&Claim::new("is public").of(what, reason.clone(), origin.clone()))?,
    };
    Ok(if public { Publicness::Public } else { Publicness::Closed(Closed::Unreadable) })
}
