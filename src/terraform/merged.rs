//! Maps of which some entries wait for an answer: each under a known key, so that who reads one entry, or runs over all of them,
//! need not hear the answers about the others.
//!
//! Knows values only: which entries wait, and for what. Whoever needs the whole map waits for the first answer.

use indexmap::IndexMap;

use super::joined::any_element;
use super::unknown::may_have_unknown_keys;
use crate::value::{Awaited, Data, Junction, Literal, MapKind, Origin, Value, World};

/// The map put together of these parts, of which some wait for an answer; `None` where nothing does, or where an entry that may
/// be missing may stand in the place of another one.
pub(super) fn merged(parts: &[Value], world: &World, origin: &Origin) -> Option<Value> {
    let waiting = parts.iter().find_map(Value::waiting)?;
    let flat: Vec<Value> = parts.iter().map(parts_of).collect::<Option<Vec<_>>>()?.concat();
    let are_apart = flat.iter().enumerate().all(|(at, part)| {
        let others = || flat.iter().enumerate().filter(move |(other, _)| *other != at).map(|(_, other)| other);
        let is_free = |key: &String| others().all(|other| leaves_free(other, key, world));
        !part.is_waiting() || perhaps_held(part).is_some_and(|keys| keys.into_iter().all(is_free))
    });
    let whole = Value::new(waiting.data.clone(), origin.clone());
    are_apart.then(|| whole.awaiting(Awaited::Merged(flat)))
}

/// A map of these entries, of which some may be missing: those that `perhaps` says what they wait for; `None` where none is.
pub(super) fn of_entries(
    entries: &IndexMap<String, Value>,
    perhaps: &IndexMap<String, Value>,
    origin: &Origin,
) -> Option<Value> {
    let (_, first) = perhaps.first()?;
    let map = |entries: IndexMap<String, Value>| Value::map(MapKind::Object, entries, origin.clone());
    let certain = entries.iter().filter(|(key, _)| !perhaps.contains_key(*key));
    let certain = map(certain.map(|(key, value)| (key.clone(), value.clone())).collect());
    let perhaps = perhaps.iter().filter_map(|(key, waiting)| {
        let entry = IndexMap::from([(key.clone(), entries.get(key)?.clone())]);
        Some(waiting.unless_empty(map(entry)))
    });
    let parts = std::iter::once(certain).chain(perhaps).collect();
    Some(Value::new(first.data.clone(), origin.clone()).awaiting(Awaited::Merged(parts)))
}

/// The parts of a part that is put together itself; `None` where it waits, and it is not known of what it is put together then.
fn parts_of(part: &Value) -> Option<Vec<Value>> {
    match (&part.data, part.parts()) {
        (_, Some((Junction::Map, parts))) => Some(parts.to_vec()),
        (Data::Pending(_), _) => distributed(part),
        _ => Some(vec![part.clone()]),
    }
}

/// Of a map that waits, maps that may each be empty.
fn distributed(waiting: &Value) -> Option<Vec<Value>> {
    if let Some(parts) = waiting.merged() {
        return Some(parts.to_vec());
    }
    if perhaps_held(waiting).is_some() {
        return Some(vec![waiting.clone()]);
    }
    let is_empty = |map: &&Value| map.as_map().is_some_and(IndexMap::is_empty);
    let mut filled = waiting.alternatives()?.iter().filter(|map| !is_empty(map));
    let parts = filled.next().filter(|_| filled.next().is_none())?.merged()?;
    parts
        .iter()
        .all(|part| perhaps_held(part).is_some())
        .then(|| parts.iter().map(|part| waiting.unless_empty(part.clone())).collect())
}

/// The keys that a map has, or may have where it waits; `None` of one that an input decides.
pub(super) fn held_keys(map: &Value) -> Option<Vec<&String>> {
    map.as_map().map(|entries| entries.keys().collect()).or_else(|| perhaps_held(map))
}

/// The keys that a map has or may have, where all of them are known.
pub(super) fn perhaps_held(map: &Value) -> Option<Vec<&String>> {
    let keys = |map: &'_ Value| match &map.data {
        Data::Map(_, entries) => Some(!may_have_unknown_keys(entries)),
        _ => None,
    };
    let outcomes = map.outcomes()?;
    let are_known = outcomes.iter().all(|outcome| keys(outcome) == Some(true));
    let held = outcomes.into_iter().filter_map(Value::as_map).flat_map(IndexMap::keys);
    are_known.then(|| held.collect())
}

/// Whether a part certainly has no entry under a key.
fn leaves_free(part: &Value, key: &str, world: &World) -> bool {
    match &part.data {
        Data::Open(input) => match any_element(part, input, world, &part.origin).0.data {
            Data::Open(any) => any.domain.never.contains(&Literal::Text(key.to_owned())),
            _ => false,
        },
        _ => perhaps_held(part).is_some_and(|keys| !keys.into_iter().any(|held| held == key)),
    }
}
