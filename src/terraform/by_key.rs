//! Instances that a name leads to by a key of their collection (`bucket = each.key` beside `keys(local.buckets)[0]`): of a block
//! of which it is not known which instances there are, the one that has the key.
//!
//! Knows which key an instance has and where it stands in a name; what the name is of it is told.

use crate::source::Span;
use crate::value::{Data, ObjectId, Part, Value};

use super::evaluator::Evaluator;
use super::object::Object;
use super::operators::equal;
use super::slot::{ANY_KEY, Slot};
use super::unknown::parts;

impl Evaluator<'_> {
    /// The index of the instance that has `name` because a key of its block's collection stands in it where in `own`, the name
    /// of what stands for all, the key of that stands.
    pub fn index_called(&self, any: ObjectId, own: &Value, name: &Value, span: Span) -> Option<String> {
        let object = self.object(any)?;
        let Object::Instance(instance) = object.as_ref() else { return None };
        let calls = instance.scope.calls().map(|call| (&call.slot, &call.scope));
        let mut slots = [(&instance.slot, &instance.scope)].into_iter().chain(calls);
        // Where several stand for all, one index does not tell the instance.
        let (slot, _) = slots.find(|(slot, _)| slot.key == ANY_KEY)?;
        let key = in_place_of(&slot.index(span), own, name)?;
        let is_key = slot.collection.as_ref().is_some_and(|collection| self.is_own_key(collection, &key));
        (is_key && slots.all(|(slot, _)| slot.key != ANY_KEY)).then(|| self.suffix_under(slot, &key, span)).flatten()
    }

    /// Whether two instances of one block have one key: known, or pending. `None` where one of them stands for all, or they are
    /// no such instances.
    pub fn has_key_of(&self, one: ObjectId, other: ObjectId) -> Option<Value> {
        let (one, other) = (self.object(one)?, self.object(other)?);
        let (Object::Instance(one), Object::Instance(other)) = (one.as_ref(), other.as_ref()) else { return None };
        let are_of_one_block = one.key == other.key && one.scope.address == other.scope.address;
        let key = |slot: &Slot| slot.key().filter(|_| slot.key != ANY_KEY);
        let (own, wanted) = (key(&one.slot)?, key(&other.slot)?);
        are_of_one_block.then(|| equal(&own, &wanted, self.world, own.origin.clone()))
    }

    /// Whether a value certainly is a key of a collection: one of its keys, or of what a loop left of it, at some place of the list
    /// of them. That there is one at that place is what reading it needs.
    pub fn is_own_key(&self, collection: &Value, key: &Value) -> bool {
        let (Data::Open(all), Data::Open(key)) = (&collection.data, &key.data) else { return false };
        let of_loop = |of: &String| self.keys_come_from(of);
        let mut owners = std::iter::successors(owner_of_key(&key.name).map(str::to_owned), of_loop);
        owners.any(|owner| owner == all.name)
    }

    /// What the address of the instance under a key ends with.
    fn suffix_under(&self, any: &Slot, key: &Value, span: Span) -> Option<String> {
        Some(self.slot_under(any, &any.suffix, key, span)?.0.suffix)
    }
}

/// What stands in `name` where `key` stands in `own`, if they differ in that alone.
fn in_place_of(key: &Value, own: &Value, name: &Value) -> Option<Value> {
    let (own, name) = (parts(own.clone()), parts(name.clone()));
    let is_key = |part: &Part| matches!(part, Part::Value(value) if value.describe() == key.describe());
    let at = own.iter().position(is_key)?;
    let are_alike = own.len() == name.len() && own.iter().zip(&name).enumerate().all(|(n, (a, b))| n == at || a == b);
    match name.get(at)? {
        Part::Value(value) if are_alike => Some(value.clone()),
        _ => None,
    }
}

/// The collection that a key is one of, by the canonical text of the key: `keys(var.buckets)[0]`.
fn owner_of_key(key: &str) -> Option<&str> {
    let name = key.strip_prefix("tostring(").and_then(|name| name.strip_suffix(')')).unwrap_or(key);
    let (owner, place) = name.strip_prefix("keys(")?.strip_suffix(']')?.rsplit_once(")[")?;
    (place != "*").then_some(owner)
}
