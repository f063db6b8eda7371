//! What a reference to a whole block is worth: its one instance, or the list or map of its instances, as far as it is known
//! which there are.
//!
//! Knows expansions and values; what one instance is worth it is told.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::source::Span;
use crate::value::{Awaited, Data, Junction, ListKind, MapKind, Origin, Role, Value, World};

use super::expand::{Expansion, Shape};
use super::joined::{joined, made_of};
use super::slot::{ANY_KEY, Slot};

/// What a reference to a whole block is worth.
pub(super) fn whole(
    expansion: &Expansion,
    world: &World,
    span: Span,
    mut instance: impl FnMut(&Slot) -> Value,
) -> Value {
    let origin = Origin::expression(span);
    if let Some(unknown) = &expansion.unknown {
        let unknown = unknown.clone().through(span, Role::Expression);
        if let ([any], Data::Open(_), None) = (expansion.slots.as_slice(), &unknown.data, &expansion.any) {
            return made_of(unknown, any.index(span), instance(any), None);
        }
        if let Some(open) = unknown.merged() {
            return merged_instances(expansion, &unknown, open.first(), span, instance);
        }
        let is_certain = |slot: &&Slot| slot.unless.is_none() && slot.key != ANY_KEY;
        let certain = expansion.slots.iter().filter(is_certain).filter(|_| expansion.shape == Shape::Keyed);
        let certain: IndexMap<String, Value> = certain.map(|slot| (slot.key.clone(), instance(slot))).collect();
        if let ([only], Shape::Counted) = (expansion.slots.as_slice(), expansion.shape) {
            return counted(&unknown, || instance(only));
        }
        if certain.is_empty() || matches!(unknown.data, Data::Failed(_)) {
            return unknown;
        }
        let name = unknown.describe();
        let parts = vec![unknown, Value::map(MapKind::Object, certain, origin.clone())];
        return joined(name, Junction::Map, parts, world, origin);
    }
    match expansion.shape {
        Shape::Single => match expansion.slots.first() {
            Some(slot) => instance(slot),
            None => Value::null(origin),
        },
        Shape::Counted => Value::list(ListKind::Tuple, expansion.slots.iter().map(instance).collect(), origin),
        Shape::Keyed => {
            let entries = expansion.slots.iter().map(|slot| (slot.key.clone(), instance(slot))).collect();
            Value::map(MapKind::Object, entries, origin)
        }
    }
}

/// The map of instances of which some wait for an answer, those beside them being of `open` if there may be others.
fn merged_instances(
    expansion: &Expansion,
    whole: &Value,
    open: Option<&Value>,
    span: Span,
    mut instance: impl FnMut(&Slot) -> Value,
) -> Value {
    let any = expansion.any().zip(open);
    let mut parts: Vec<Value> =
        any.map(|(any, open)| made_of(open.clone(), any.index(span), instance(any), None)).into_iter().collect();
    for slot in expansion.slots.iter().filter(|slot| slot.key != ANY_KEY) {
        let entries = IndexMap::from([(slot.key.clone(), instance(slot))]);
        let map = Value::map(MapKind::Object, entries, Origin::expression(span));
        parts.push(match &slot.unless {
            Some(question) => Value::pending(Arc::clone(question), whole.origin.clone()).unless_empty(map),
            None => map,
        });
    }
    whole.clone().unsaid().awaiting(Awaited::Merged(parts))
}

/// The list of instances where `count`, which waits for an answer, may be none or one, of which it is known which that is.
fn counted(count: &Value, instance: impl FnOnce() -> Value) -> Value {
    let is_one = |count: &Value| match &count.data {
        Data::Number(number) => number.as_i64().filter(|number| (0..=1).contains(number)).map(|number| number == 1),
        _ => None,
    };
    let is_known = |outcomes: Vec<&Value>| outcomes.into_iter().all(|count| is_one(count).is_some());
    if !count.outcomes().is_some_and(is_known) {
        return count.clone().unsaid();
    }
    let instance = instance();
    count.then(&|count| {
        let instances = if is_one(count) == Some(true) { vec![instance.clone()] } else { Vec::new() };
        Value::list(ListKind::Tuple, instances, instance.origin.clone())
    })
}
