//! Collections put together of parts of which some are unknown: `concat(["a"], var.more)`, `merge(var.tags, { a = 1 })`.
//!
//! What is known of such a collection is what all values of its unknown parts leave standing. Knows values and worlds
//! only.

use std::sync::Arc;

use indexmap::IndexMap;

use super::merged::{held_keys, merged, perhaps_held};
use super::operators::{all, equal, not};
use super::types::{Nullable, Type, open_part};
use super::unknown::{is_unknown_key, may_have_unknown_keys, whether};
use crate::value::{
    Ask, Awaited, Data, Domain, Input, Junction, ListKind, Literal, Met, Mirrored, Origin, Question, Reason, Value,
    Witness, World,
};

/// The collection made of these parts, by the canonical text `name`. It waits for an answer that a part waits for: no name
/// tells what becomes of the answer. Of a map that waits it is known what it is put together of.
pub(super) fn joined(name: String, junction: Junction, parts: Vec<Value>, world: &World, origin: Origin) -> Value {
    if let Some(pending) = parts.iter().find_map(Value::waiting) {
        let left: Vec<Value> = parts.iter().filter(|part| !is_nothing(part, world)).cloned().collect();
        let map = (junction == Junction::Map).then(|| merged(&left, world, &origin)).flatten();
        return map.unwrap_or_else(|| pending.clone().unsaid());
    }
    let mut flat: Vec<Value> = Vec::with_capacity(parts.len());
    for part in parts.into_iter().filter(|part| !is_nothing(part, world)) {
        match part.parts() {
            Some((inner, parts)) if inner == junction => flat.extend(parts.iter().cloned()),
            _ => flat.push(part),
        }
    }
    // Null is no list, but makes an empty map.
    if let [only] = flat.as_slice()
        && junction != Junction::Map
    {
        return only.clone();
    }
    let never_empty = flat.iter().any(holds_something);
    let elements = flat.iter().all(has_set_elements).then(|| Arc::new(Domain::set()));
    let domain = Domain { never_null: true, never_empty, elements, ..Domain::default() };
    let reason = Reason::Joined(junction, Arc::new(flat));
    Value::open(Input { name, reason, domain, origin: origin.clone() }, origin)
}

/// The open list as one whose elements are neither null nor empty.
pub(super) fn of_set_elements(list: Value) -> Value {
    let Data::Open(input) = &list.data else { return list };
    let domain = Domain { elements: Some(Arc::new(Domain::set())), ..input.domain.clone() };
    Value { data: Data::Open(Arc::new(Input { domain, ..input.as_ref().clone() })), ..list }
}

fn has_set_elements(list: &Value) -> bool {
    match &list.data {
        Data::List(_, items) => items.iter().all(|item| item.as_str().is_some_and(|text| !text.is_empty())),
        Data::Open(input) => input.domain.elements.as_deref() == Some(&Domain::set()),
        _ => false,
    }
}

/// The open collection as one whose elements are all made like `element`, if nothing else is known of it; `met` says whether
/// that is true.
pub(super) fn made_of(collection: Value, key: Value, element: Value, met: Option<Met>) -> Value {
    because(collection, Reason::Each(Arc::new((key, element)), met))
}

/// The open collection as one of those elements that meet a condition, if nothing else is known of it: `element`, which
/// stands for all, is in it if `is_met` is true.
pub(super) fn made_if(collection: Value, key: Value, element: Value, is_met: Value) -> Value {
    match is_met.as_bool() {
        Some(true) => made_of(collection, key, element, None),
        _ => because(collection, Reason::Filtered(Arc::new([key, element, is_met]))),
    }
}

fn because(collection: Value, reason: Reason) -> Value {
    match &collection.data {
        Data::Open(input) if input.reason == Reason::Derived => {
            let input = Input { reason, ..input.as_ref().clone() };
            Value { data: Data::Open(Arc::new(input)), ..collection }
        }
        _ => collection,
    }
}

/// The open collection as one that has something of `source`, which it is made of.
pub(super) fn mirroring(source: &Value, mirrored: Mirrored, collection: Value) -> Value {
    let Data::Open(input) = &collection.data else { return collection };
    let mirrors = match &source.data {
        Data::Open(source) if source != input => Some((mirrored, source.itself())),
        _ => None,
    };
    // True and false are never empty; a collection that has elements if something is true may be.
    let is_filled = mirrored != Mirrored::Any && holds_something(source);
    let domain = Domain { never_empty: input.domain.never_empty || is_filled, mirrors, ..input.domain.clone() };
    let input = Input { domain, ..input.as_ref().clone() };
    Value { data: Data::Open(Arc::new(input)), ..collection }
}

/// Whether an element of an unknown collection meets a condition, which `met` says of what stands for all of them; called `name`,
/// and answered so by `said_by`.
pub(super) fn whether_any(name: String, of: &Value, met: Option<Met>, said_by: bool, origin: &Origin) -> Value {
    let reason = match &of.data {
        Data::Open(of) => {
            let met = met.filter(|_| !of.is_selected());
            Reason::AnyOf(Arc::new(Witness { collection: of.itself(), met, said_by }))
        }
        _ => Reason::Derived,
    };
    let input = Input { reason, domain: Domain::boolean(), ..Input::derived(name, origin.clone()) };
    Value::open(input, origin.clone())
}

/// Whether a collection of those elements that meet a condition has any.
pub(super) fn any_of(collection: &Value) -> Option<&Input> {
    match &collection.data {
        Data::Open(input) => match &input.domain.mirrors {
            Some((Mirrored::Any, any)) => Some(any),
            _ => None,
        },
        _ => None,
    }
}

/// How many elements a list has, where that is known although perhaps not in which order they come.
pub(super) fn count(list: &Value) -> Option<usize> {
    match (list.as_list(), list.parts()) {
        (Some(items), _) => Some(items.len()),
        (None, Some((junction, parts))) if junction.keeps_all() => parts.iter().map(count).sum(),
        _ => None,
    }
}

/// Elements that make a list in an order that is not known, by the canonical text `name`.
pub(super) fn shuffled(name: String, kind: ListKind, items: Vec<Value>, world: &World, origin: Origin) -> Value {
    let alone = |item: Value| Value::list(kind, vec![item], origin.clone());
    if items.len() < 2 {
        return Value::list(kind, items, origin);
    }
    joined(name, Junction::Shuffled, items.into_iter().map(alone).collect(), world, origin)
}

/// Whether the part is null or empty in this world.
pub(super) fn is_nothing(part: &Value, world: &World) -> bool {
    let answered = |input: &Arc<Input>, ask| world.answer(&Question::new(Arc::clone(input), ask)) == Some(true);
    match &part.data {
        Data::Null => true,
        Data::List(_, items) => items.is_empty(),
        Data::Map(_, entries) => entries.is_empty(),
        Data::Open(input) => answered(input, Ask::Null) || answered(input, Ask::Empty),
        _ => false,
    }
}

/// Whether a list or map has an element in every world.
pub(super) fn holds_something(part: &Value) -> bool {
    match &part.data {
        Data::List(_, items) => !items.is_empty(),
        Data::Map(_, entries) => !entries.is_empty(),
        Data::Open(input) => input.domain.never_null && input.domain.never_empty,
        _ => false,
    }
}

/// The element at a position of lists that stand one after the other, if none before it is unknown.
pub(super) fn item(value: &Value, at: usize) -> Option<&Value> {
    let (list, at) = place(value, at)?;
    list.as_list()?.get(at)
}

/// Which of lists that stand one after the other has the element at a position, and at which position it has it.
pub(super) fn place(value: &Value, mut at: usize) -> Option<(&Value, usize)> {
    let Some((Junction::List, parts)) = value.parts() else { return None };
    for part in parts {
        match part.as_list() {
            Some(items) if at >= items.len() => at -= items.len(),
            Some(_) => return Some((part, at)),
            None => return (at == 0 && holds_something(part)).then_some((part, at)),
        }
    }
    None
}

/// What a map that is put together holds under a key.
pub(super) enum Entry {
    /// This value, which may wait for an answer: it is nothing then where no part holds the key.
    Held(Value),
    /// Nothing, certainly.
    Missing,
}

/// What the last of the parts that has the key holds under it. `element` reads it from an unknown part, and tells
/// whether that has the key at all where its type says so, or what made it.
pub(super) fn entry(
    parts: &[Value],
    key: &str,
    world: &World,
    element: &dyn Fn(&Value) -> (Value, Option<Value>),
) -> Entry {
    for (at, part) in parts.iter().enumerate().rev() {
        if let Data::Map(_, entries) = &part.data {
            match entries.get(key) {
                Some(value) => return Entry::Held(value.clone()),
                // A key that is not known may be this one, or this one, which is not known, may be any.
                None if may_have_unknown_keys(entries) || is_unknown_key(key) => match element(part) {
                    (_, Some(known)) if known.as_bool() == Some(false) => continue,
                    (value, _) => return Entry::Held(value),
                },
                None => continue,
            }
        }
        if let Data::Pending(_) | Data::Failed(_) = part.data {
            match (perhaps_held(part), part.outcomes()) {
                (Some(keys), _) if !keys.iter().any(|held| *held == key) => continue,
                (Some(_), Some(outcomes)) => {
                    let values = outcomes.into_iter().filter_map(|map| map.as_map()?.get(key).cloned()).collect();
                    return Entry::Held(part.clone().unsaid().awaiting(Awaited::OneOf(values)));
                }
                _ => return Entry::Held(part.clone().unsaid()),
            }
        }
        let (value, known) = element(part);
        // Null says nothing where maps are put together.
        let held = match (is_there(part, world), known) {
            (there, Some(known)) if there.as_bool() == Some(true) || known.as_bool() == Some(false) => known,
            (there, None) if there.as_bool() == Some(true) => holds(part, key, world),
            (there, _) => there,
        };
        match held.as_bool() {
            Some(true) => return Entry::Held(value),
            Some(false) => {}
            None => {
                let mut may_be = vec![value];
                if let Entry::Held(earlier) = entry(parts.get(..at).unwrap_or_default(), key, world, element) {
                    may_be.push(earlier);
                }
                return Entry::Held(held.awaiting(Awaited::OneOf(may_be)));
            }
        }
    }
    Entry::Missing
}

/// Whether an unknown object or map is not null.
fn is_there(part: &Value, world: &World) -> Value {
    match part.clone().null_decided(world) {
        Value { data: Data::Null, origin, .. } => Value::bool(false, origin),
        pending @ Value { data: Data::Pending(_), .. } => pending,
        Value { origin, .. } => Value::bool(true, origin),
    }
}

/// Whether an unknown collection holds a key or element.
pub(super) fn holds(part: &Value, wanted: &str, world: &World) -> Value {
    let origin = part.origin.clone();
    let input = match &part.data {
        Data::Open(input) => Arc::clone(input),
        _ => Arc::new(Input::derived(part.describe(), origin.clone())),
    };
    Value::answer(Question::new(input, Ask::Holds(Literal::Text(wanted.to_owned()))), world, origin)
}

/// The parts of a map with every known entry once, with the value that the later parts leave it.
pub(super) fn resolved(
    parts: &[Value],
    world: &World,
    element: impl Fn(&Value, &str) -> (Value, Option<Value>),
) -> Vec<Value> {
    let mut resolved = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate() {
        let later = parts.get(at..).unwrap_or_default();
        let Data::Map(kind, entries) = &part.data else {
            resolved.push(part.clone());
            continue;
        };
        let is_last = |key: &str| {
            let mut behind = later.iter().skip(1).filter_map(Value::as_map);
            !behind.any(|entries| entries.contains_key(key))
        };
        let kept = entries.iter().filter(|(key, _)| is_last(key)).map(|(key, value)| {
            let value = match entry(later, key, world, &|part| element(part, key)) {
                Entry::Held(value) => value,
                Entry::Missing => value.clone(),
            };
            (key.clone(), value)
        });
        resolved.push(Value::map(*kind, kept.collect::<IndexMap<_, _>>(), part.origin.clone()));
    }
    resolved
}

/// The parts of a map, what stands for all entries of an unknown one being another than those under the known keys, each of
/// which is told by itself.
pub(super) fn apart(parts: &[Value], world: &World) -> Vec<Value> {
    let known = parts.iter().filter_map(Value::as_map).flat_map(IndexMap::keys).filter(|key| !key.contains("${"));
    let known: Vec<Literal> = known.map(|key| Literal::Text(key.clone())).collect();
    let apart = |part: &Value| {
        let (Data::Open(input), Type::Map(_) | Type::Any) = (&part.data, part.said_type()) else { return part.clone() };
        let (key, element) = any_element(part, input, world, &part.origin);
        let key = other_than(key, &known);
        let reason = match (part.filtered(), part.met()) {
            (Some([.., is_met]), _) => Reason::Filtered(Arc::new([key, element, is_met.clone()])),
            (None, met) => Reason::Each(Arc::new((key, element)), met),
        };
        let input = Input { reason, ..input.as_ref().clone() };
        Value { data: Data::Open(Arc::new(input)), ..part.clone() }
    };
    parts.iter().map(apart).collect()
}

/// A key that is none of these.
pub(super) fn other_than(key: Value, known: &[Literal]) -> Value {
    let Data::Open(input) = &key.data else { return key };
    let mut never = input.domain.never.clone();
    never.extend(known.iter().filter(|key| !input.domain.never.contains(key)).cloned());
    let domain = Domain { never, ..input.domain.clone() };
    Value { data: Data::Open(Arc::new(Input { domain, ..input.as_ref().clone() })), ..key }
}

/// The parts of a map without what later ones put in its place, where it is no map again that is made of them.
pub(super) fn without_replaced(parts: &[Value], world: &World) -> Vec<Value> {
    let left = |(at, part): (usize, &Value)| not_replaced(part, parts.get(at + 1..).unwrap_or_default(), world);
    parts.iter().enumerate().map(left).collect()
}

/// What later parts of a map leave of an unknown one: those of its entries whose keys they do not have.
fn not_replaced(part: &Value, later: &[Value], world: &World) -> Value {
    let (Data::Open(input), Type::Map(_) | Type::Any) = (&part.data, part.said_type()) else { return part.clone() };
    let (key, element) = any_element(part, input, world, &part.origin);
    let is_apart =
        |name: &str| matches!(&key.data, Data::Open(key) if key.domain.never.contains(&Literal::Text(name.to_owned())));
    let replaced = later.iter().flat_map(|other| match &other.data {
        Data::Map(..) | Data::Pending(_) => {
            let may_be = |name: &&String| !is_apart(name) && holds(part, name, world).as_bool() != Some(false);
            let held = held_keys(other).unwrap_or_default().into_iter().filter(may_be);
            held.map(|name| (format!("({} != {name:?})", key.describe()), Some(name))).collect()
        }
        _ => vec![(format!("!({} holds {})", other.describe(), key.describe()), None)],
    });
    let replaced: Vec<(String, Option<&String>)> = replaced.collect();
    if replaced.is_empty() {
        return part.clone();
    }
    let kept: Vec<&str> = replaced.iter().map(|(kept, _)| kept.as_str()).collect();
    let (of, kept) = (part.describe(), kept.join(" && "));
    let name = format!("{{for each of {of} : {} => {} if {kept}}}", key.describe(), element.describe());
    let origin = || part.origin.clone();
    let is_kept = replaced.iter().map(|(kept, name)| match name {
        Some(name) if !name.contains("${") => {
            not(equal(&key, &Value::text((*name).clone(), origin()), world, origin()), world, origin())
        }
        _ => whether(kept.clone(), world, origin()),
    });
    let is_kept = all(is_kept.collect(), world, origin());
    let left = Value::open(Input::derived(name, part.origin.clone()), part.origin.clone()).typed(part.said_type());
    made_if(left, key, element, is_kept)
}

/// A key and an element that stand for all of an open collection's.
pub(super) fn any_element(collection: &Value, input: &Arc<Input>, world: &World, origin: &Origin) -> (Value, Value) {
    let ty = collection.said_type();
    let filtered = collection.filtered().map(|[key, value, _]| (key, value));
    if let Some((key, value)) = collection.each().map(|(key, value)| (key, value)).or(filtered) {
        let key = if matches!(ty, Type::Set(_)) { value } else { key };
        return (key.clone(), value.clone());
    }
    let value = open_part(input, "[*]", ty.element().unwrap_or(&Type::Any), Nullable::Yes, world);
    if matches!(ty, Type::Set(_)) {
        return (value.clone(), value);
    }
    let domain = Domain { never_null: true, ..Domain::default() };
    let key = Input { domain, ..Input::derived(format!("keys({})[*]", input.keyed_as().name), origin.clone()) };
    let key_type = match ty {
        Type::Map(_) | Type::Object(_) => Type::String,
        Type::List(_) | Type::Tuple(_) => Type::Number,
        _ => Type::Any,
    };
    (Value::open(key, origin.clone()).typed(&key_type), value)
}
