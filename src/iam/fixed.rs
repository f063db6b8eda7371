//! Whether a value in a policy is one fixed value, in a world.

use std::sync::Arc;

use crate::value::{Ask, Data, Decided, Input, Junction, Part, Stop, Value, World, every, is_variable};

/// Whether `value` is one fixed value: no wildcard, no policy variable, not empty. What is set at deployment is
/// fixed; what an input decides, and what somebody wrote elsewhere, is asked.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides it.
pub(super) fn is_fixed(value: &Value, world: &World) -> Decided<bool> {
    match &value.data {
        Data::Opaque(symbol) if symbol.is_written_elsewhere() => {
            value.ask(&Arc::new(Input::set(value, value.origin.clone())), Ask::Fixed, world)
        }
        Data::Opaque(_) | Data::Number(_) | Data::Bool(_) => Ok(true),
        Data::Open(input) => match value.each().map(|(_, element)| is_fixed(element, world)) {
            Some(Ok(fixed)) => Ok(fixed && !value.ask(input, Ask::Empty, world)?),
            // Of any element it is asked whether it is fixed: all of them are, or one is not.
            Some(Err(Stop::Ask(question))) if question.ask == Ask::Fixed => {
                every([value.ask(input, Ask::Empty, world).map(|empty| !empty), Err(Stop::Ask(question))])
            }
            _ => value.ask(input, Ask::Fixed, world),
        },
        Data::Text(text) => {
            let parts = text.parts();
            let varies = parts.iter().any(|part| matches!(part, Part::Literal(text) if is_variable(text)));
            if parts.is_empty() || varies {
                return Ok(false);
            }
            every(text.values().map(|part| is_fixed(part, world)))
        }
        Data::Pending(_) | Data::Failed(_) => value.read_null(world).map(|_| false),
        Data::Null | Data::List(..) | Data::Map(..) | Data::Object(..) => Ok(false),
    }
}

/// An input that can have finitely many values has one of them in each world; every other value stays what it is.
///
/// # Errors
/// [`crate::value::Stop`] while it is not decided which one.
pub(super) fn settled(value: &Value, world: &World) -> Decided<Value> {
    let Data::Open(input) = &value.data else { return Ok(value.clone()) };
    let candidates = world.candidates(input).unwrap_or_default();
    if let [only] = candidates.as_slice() {
        return Ok(only.to_value(value.origin.clone()));
    }
    for literal in candidates {
        if world.ask(input, Ask::Is(literal.clone()))? {
            return Ok(literal.to_value(value.origin.clone()));
        }
    }
    Ok(value.clone())
}

/// Whether a value is there at all, where the evaluation itself waits for an answer; `true` of every other.
///
/// # Errors
/// [`crate::value::Stop`] when it waits.
pub(super) fn is_evaluated(value: &Value, world: &World) -> Decided<bool> {
    match value.data {
        Data::Pending(_) | Data::Failed(_) => value.read_null(world).map(|_| false),
        _ => Ok(true),
    }
}

/// The values of an element that takes one value or a list of them; what is absent (`AWS::NoValue`) is left out.
/// An open or pending element, or part of a list, is one value here.
pub(super) fn values(element: &Value) -> Vec<&Value> {
    match element.pieces().or_else(|| Some(element.awaited_elements()?.iter().collect())) {
        Some(pieces) => pieces.into_iter().flat_map(values).collect(),
        None if element.is_null() => Vec::new(),
        None => vec![element],
    }
}

/// The entries of a map that are certainly there: of one that is put together of parts, those that no part which is not
/// known could replace. `None` of anything else.
pub(super) fn entries(map: &Value) -> Option<Vec<(&str, &Value)>> {
    let Some((Junction::Map, parts)) = map.parts() else { return Some(listed(map)?.collect()) };
    let mut certain: Vec<(&str, &Value)> = Vec::new();
    for part in parts.iter().rev().take_while(|part| has_known_keys(part)) {
        let new: Vec<_> = listed(part)?.filter(|(key, _)| !certain.iter().any(|(known, _)| known == key)).collect();
        certain.extend(new);
    }
    Some(certain)
}

fn listed(map: &Value) -> Option<impl Iterator<Item = (&str, &Value)>> {
    Some(map.as_map()?.iter().map(|(key, value)| (key.as_str(), value)))
}

fn has_known_keys(map: &Value) -> bool {
    map.as_map().is_some_and(|entries| entries.keys().all(|key| !key.contains("${")))
}
