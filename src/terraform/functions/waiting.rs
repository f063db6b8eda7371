//! What functions make of arguments that wait for an answer, as far as that is known before: of an argument that will be one
//! of several values, what they make of each; of lists of which some elements may be missing, such a list.

use super::arguments::{Arguments, Function};
use super::{Call, call};
use crate::terraform::joined::is_nothing;
use crate::terraform::merged::merged;
use crate::terraform::types::{Type, convert};
use crate::value::{Awaited, Data, Origin, Stop, Value, World};

/// Functions that put the elements of lists together, each of which may be missing by itself.
const OF_ELEMENTS: [&str; 3] = ["compact", "concat", "flatten"];

/// What a call makes of the one argument of its that waits, where it will be one of several values.
pub(super) fn of_each(made: &Call, values: &[Value]) -> Option<Value> {
    let mut waiting = values.iter().enumerate().filter(|(_, value)| value.is_waiting());
    let (at, value) = waiting.next().filter(|_| waiting.next().is_none())?;
    value.alternatives().filter(|_| !OF_ELEMENTS.contains(&made.name))?;
    let of_one = |one: &Value| {
        let mut arguments = values.to_vec();
        arguments.splice(at..=at, [one.clone()]);
        call(&Call { name: made.name, arguments, span: made.span, world: made.world, host: made.host })
    };
    Some(Value { origin: Origin::expression(made.span), ..value.then(&of_one) })
}

/// The list that a function makes where it is not known which elements there are.
pub(super) fn list(function: &Function, arguments: &Arguments) -> Option<Value> {
    let text = |element: &Value| convert(element.clone(), &Type::String, arguments.world());
    let elements = match (function.name, arguments.values.as_slice()) {
        ("concat", lists) => lists.iter().map(held).collect::<Option<Vec<_>>>()?.concat(),
        ("flatten", [list]) => flat(&held(list)?)?,
        ("compact", [list]) => {
            let set = |element: &Value| set(&text(element), arguments.world());
            held(list)?.iter().map(set).collect::<Option<Vec<_>>>()?.concat()
        }
        ("distinct" | "tolist" | "toset", [list]) => held(list)?,
        _ => return None,
    };
    // A list in which something waits is one that is known, where the function leaves nothing out.
    let may_drop = matches!(function.name, "compact" | "flatten");
    let mut waiting = arguments.values.iter().chain(elements.iter().filter(|_| may_drop));
    let stop = waiting.find(|value| value.is_waiting())?.data.clone();
    Some(Value::new(stop, arguments.origin()).awaiting(Awaited::Elements(elements)))
}

/// The map that `merge` makes of maps of which some entries wait for an answer.
pub(super) fn map(function: &Function, arguments: &Arguments) -> Option<Value> {
    let maps = Some(&arguments.values).filter(|_| function.name == "merge")?;
    let is_unknown = |map: &Value| matches!(map.data, Data::Open(_)) || map.merged().is_some();
    let left: Vec<Value> = maps.iter().filter(|map| !is_nothing(map, arguments.world())).cloned().collect();
    left.iter().any(is_unknown).then(|| merged(&left, arguments.world(), &arguments.origin())).flatten()
}

/// What a list holds or may hold.
fn held(list: &Value) -> Option<Vec<Value>> {
    list.as_list().map(<[Value]>::to_vec).or_else(|| list.may_hold())
}

/// What is in lists, at any depth. An element that waits is one thing or nothing, or a list.
fn flat(items: &[Value]) -> Option<Vec<Value>> {
    let is_known = |outcome: &Value| !matches!(outcome.data, Data::Open(_) | Data::Opaque(_) | Data::List(..));
    let flat_item = |item: &Value| match held(item) {
        Some(items) => flat(&items),
        None => item.outcomes()?.into_iter().all(is_known).then(|| vec![item.clone()]),
    };
    Some(items.iter().map(flat_item).collect::<Option<Vec<_>>>()?.concat())
}

/// An element as `compact` keeps it, if it does: without what it drops, and waiting where it may drop it.
fn set(element: &Value, world: &World) -> Option<Vec<Value>> {
    if let Some(alternatives) = element.alternatives() {
        let kept = alternatives.iter().map(|one| set(one, world)).collect::<Option<Vec<_>>>()?.concat();
        let is_dropped = kept.is_empty();
        let element = element.clone().unsaid().awaiting(Awaited::OneOf(kept));
        return Some(if is_dropped { Vec::new() } else { vec![element] });
    }
    match element.read_set(world) {
        Ok(is_set) => Some(if is_set { vec![element.clone()] } else { Vec::new() }),
        Err(Stop::Ask(question)) if !element.is_waiting() => {
            Some(vec![Value::pending(question, element.origin.clone()).perhaps(element.clone())])
        }
        Err(_) => None,
    }
}
