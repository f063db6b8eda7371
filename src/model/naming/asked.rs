//! When it has to be asked whether what names a bucket names this one, and what is asked then.
//!
//! Knows names and what may come of them; must not know why somebody wants to know.

use std::sync::Arc;

use super::{Naming, is_made_of, text_of_unknown};
use crate::model::address::{is_repeated_id, may_be_same, stands_for_all};
use crate::model::link::exists;
use crate::model::referred::{is_beside, is_made_of_another, symbol, unwrapped};
use crate::model::{Estate, Existence, Kind, Resource, alike, pool};
use crate::value::{
    Claim, Data, Decided, Origin, Question, Reason, Role, Stop, SymbolSource, Value, World, any, names_in,
};

impl Naming {
    /// Whether `target`, the value of a satellite's bucket argument, names the bucket.
    pub(in crate::model) fn owns(&self, target: &Value, estate: &dyn Estate, world: &World) -> Decided<bool> {
        match (&target.data, &self.bucket) {
            (Data::Pending(question), _) => world.decide(question).map(|_| false),
            (Data::Failed(failure), _) => Err(Stop::Reject(Arc::clone(failure))),
            _ if self.is(target) => Ok(true),
            // Two names that are known, or a name and none, leave nothing to ask.
            _ if target.as_str().is_some() && (self.name.is_null() || self.name.as_str().is_some()) => Ok(false),
            _ if let Some(has_one_key) = self.has_key_of(target, estate) => {
                Ok(has_one_key.read_bool(world)?.unwrap_or_default())
            }
            _ => match self.question(target).or_else(|| self.undecided(target, world)) {
                Some(question) if !self.is_of_another(target, estate, world)? => match self.told_apart(target) {
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

    /// Whether `target` is an instance of the bucket's own block that has the bucket's key: no two of them share one.
    fn has_key_of(&self, target: &Value, estate: &dyn Estate) -> Option<Value> {
        let own = self.bucket.as_ref()?;
        let target = unwrapped(target);
        let named = symbol(&target).filter(|named| may_be_same(named, &own.address))?;
        estate.has_key_of(&estate.resource(Kind::Bucket, &own.address)?, &estate.resource(Kind::Bucket, named)?)
    }

    /// Whether `target` certainly is another bucket of the unit: of two with one name one is refused.
    fn is_of_another(&self, target: &Value, estate: &dyn Estate, world: &World) -> Decided<bool> {
        let Some(own) = &self.bucket else { return Ok(false) };
        if is_beside(target, own, estate) || self.is_of_another_loop(target, own, estate) {
            return Ok(true);
        }
        // An instance that is listed beside what stands for all is none of those.
        let is_listed = estate.resource(Kind::Bucket, &own.address).is_some();
        let is_another = |other: &Resource| {
            other.address != own.address && (is_listed || !may_be_same(&other.address, &own.address))
        };
        let others = estate.resources(Kind::Bucket).into_iter().filter(is_another);
        let named = others.filter(|other| Self::of_listed(other, estate).is(target));
        // Of another block one that may not be there need not have the name.
        any(named.map(|other| match &other.existence {
            Existence::May(_) if !may_be_same(&other.address, &own.address) => Ok(false),
            _ => exists(&other, world),
        }))
    }

    /// Whether a satellite whose bucket argument is `target` belongs to the bucket. What runs over an unknown collection may
    /// meet it in some world, although it is not written down that it does.
    pub(in crate::model) fn meets(&self, target: &Value, estate: &dyn Estate, world: &World) -> Decided<bool> {
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
            && !self.is_of_another(target, estate, world)?;
        match (self.told_apart(target), self.name.as_str()) {
            _ if !may_be => Ok(false),
            (Some((unknown, text)), _) => unknown.read_is(&text, world),
            (None, Some(name)) => target.read_is(name, world),
            (None, None) => world.decide(&is_name_of(&unwrapped(target), bucket)),
        }
    }

    /// Whether one of the instances that the bucket stands for has a literal name because of what its element is, where that is
    /// all that the two differ in. The one that stands for all is it then.
    pub(in crate::model) fn may_have(&self, name: &Value, estate: &dyn Estate, world: &World) -> Decided<bool> {
        let stands_for_all = self.bucket.as_ref().is_some_and(|bucket| stands_for_all(&bucket.address));
        let is_element = |unknown: &Value| matches!(unknown.data, Data::Open(_)) && is_any_element(unknown);
        match alike::same_where(&self.name, name) {
            Some((unknown, text)) if stands_for_all && is_element(unknown) => {
                Ok(!self.is_of_another(name, estate, world)? && unknown.read_is(&text, world)?)
            }
            _ => Ok(false),
        }
    }

    /// What tells `target` from the bucket's name, where that is one unknown part of a text, and what it is in their common name.
    fn told_apart<'v>(&'v self, target: &'v Value) -> Option<(&'v Value, String)> {
        let is_part =
            |unknown: &Value| matches!(unknown.data, Data::Open(_)) && unknown != target && *unknown != self.name;
        alike::same_where(&self.name, target).filter(|(unknown, _)| is_part(unknown))
    }

    /// Whether a satellite that names no bucket belongs to this one, which nobody can tell: it is refused in every world.
    pub(in crate::model) fn may_own(&self, satellite: &Resource, world: &World) -> Decided<bool> {
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
            // An error in the place of a name is read as one.
            Data::Open(input) if matches!(input.reason, Reason::Broken(_)) => {
                return Some(Arc::new(Question::reading(input)));
            }
            Data::Open(input) if matches!(input.reason, Reason::Unsupported(_) | Reason::Limit(_)) => true,
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

    pub(super) fn is_made_of_name(&self, value: &Value) -> bool {
        let Some(name) = self.name.as_str() else { return false };
        text_of_unknown(value).is_some_and(|text| text.contains(&format!("\"{name}\"")))
    }
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
