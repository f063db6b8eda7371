//! Functions over maps and objects.

use std::sync::Arc;

use indexmap::IndexMap;

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function, not_a};
use super::collections::{chosen, truth};
use super::describe;
use crate::terraform::joined::{Entry, entry, shuffled};
use crate::terraform::operators::equal;
use crate::terraform::types::{self, Type, convert};
use crate::terraform::unknown::{Outcome, element_of, may_have_unknown_keys};
use crate::value::{Ask, Data, Junction, ListKind, Literal, MapKind, Question, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("keys", &[P::Keyed], Outcome::Open, keys),
    function("lookup", &[P::Keyed, P::Text], Outcome::Nullable, lookup).variadic(P::Nullable),
    function("merge", &[], Outcome::Open, merge).variadic(P::KeyedOrNull),
    function("transpose", &[P::TextLists], Outcome::Open, transpose),
    function("values", &[P::Keyed], Outcome::Open, values),
    function("zipmap", &[P::Texts, P::Ordered], Outcome::Open, zip_map),
];

fn lookup(arguments: &Arguments) -> Answer {
    if arguments.values.len() > 3 {
        return Err("at most three arguments are allowed".into());
    }
    let (map, key) = (arguments.value(0), arguments.value(1));
    let element = types::of(map).element().cloned().unwrap_or(Type::Any);
    let fallback = arguments.values.get(2).map(|default| match &map.data {
        // The elements have one type, of which nothing is known: a number or boolean may become a text.
        Data::Open(_) if types::of(map) == Type::map(Type::Any) => {
            types::one_of_all(default.clone(), describe("lookup", &arguments.values))
        }
        _ => convert(default.clone(), &element, arguments.world()),
    });
    if let Some(Data::Failed(failure)) = fallback.as_ref().map(|fallback| &fallback.data) {
        return Err(format!("the default: {}", failure.message).into());
    }
    let default = || match &fallback {
        Some(fallback) => Ok(chosen(fallback, arguments)),
        None => Err(format!("the map does not hold the key {}", key.shown()).into()),
    };
    match &map.data {
        Data::Map(_, entries) => {
            let is_known = !may_have_unknown_keys(entries);
            if let Some(value) = key.as_str().filter(|_| is_known).and_then(|key| entries.get(key)) {
                return Ok(chosen(value, arguments));
            }
            let keys = entries.keys().map(|name| arguments.call.host.key(name, arguments.origin()));
            let keys: Vec<Value> = keys.collect();
            let mut found: Vec<(&Value, &Value)> = keys.iter().zip(entries.values()).collect();
            if !is_known {
                // Of two keys that turn out to be the same the last one counts.
                found.reverse();
            }
            for (name, value) in found {
                if truth(&equal(key, name, arguments.world(), arguments.origin()))? {
                    return Ok(chosen(value, arguments));
                }
            }
            default()
        }
        Data::Open(_) if matches!(map.parts(), Some((Junction::Map, _))) => {
            let (Some((_, parts)), Some(key)) = (map.parts(), key.as_str()) else { return Err(Trouble::Unknown) };
            let element = |part: &Value| arguments.call.host.entry(part, key, arguments.call);
            match entry(parts, key, arguments.world(), &element) {
                Entry::Held(value) => Ok(chosen(&value, arguments)),
                Entry::Missing => default(),
            }
        }
        Data::Open(input) => {
            let Some(key) = key.as_str() else { return Err(Trouble::Unknown) };
            let (element, is_there) = arguments.call.host.entry(map, key, arguments.call);
            let Some(fallback) = &fallback else { return Ok(chosen(&element, arguments)) };
            let is_there = is_there.unwrap_or_else(|| {
                let holds = Question::new(Arc::clone(input), Ask::Holds(Literal::Text(key.to_owned())));
                Value::answer(holds, arguments.world(), arguments.origin())
            });
            let held = truth(&is_there).map_err(|trouble| trouble.picking(&[element.clone(), fallback.clone()]))?;
            if held { Ok(chosen(&element, arguments)) } else { default() }
        }
        Data::Opaque(_) => {
            let Some(key) = Literal::of(key) else { return Err(Trouble::Unknown) };
            match arguments.values.len() {
                2 => Ok(element_of(map, &key, arguments.world(), arguments.origin())),
                _ => Err(Trouble::Unknown),
            }
        }
        _ => Err(not_a("map", map)),
    }
}

fn merge(arguments: &Arguments) -> Answer {
    for value in &arguments.values {
        match &value.data {
            Data::Null | Data::Map(..) | Data::Open(_) | Data::Opaque(_) => {}
            _ => return Err(not_a("map", value)),
        }
    }
    if let Some(joined) = arguments.joined("merge", Junction::Map, &arguments.values) {
        return Ok(joined);
    }
    let mut merged = IndexMap::new();
    let mut kinds = Vec::new();
    for value in &arguments.values {
        // Null says nothing, and what is left of unknown maps is empty in this world.
        let Data::Map(_, entries) = &value.data else { continue };
        for (key, value) in entries.as_ref() {
            merged.insert(key.clone(), value.clone());
        }
        kinds.push(types::of(value));
    }
    // Maps of one type make a map of it; anything else makes an object.
    let kind = match kinds.split_first() {
        Some((Type::Map(first), rest)) if rest.iter().all(|ty| matches!(ty, Type::Map(other) if other == first)) => {
            MapKind::Map
        }
        _ => MapKind::Object,
    };
    Ok(Value::map(kind, merged, arguments.origin()))
}

fn sorted(entries: &IndexMap<String, Value>) -> Vec<(&String, &Value)> {
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    entries
}

/// The list that a map's keys or values make: of one type if the map is.
fn list_kind(arguments: &Arguments) -> ListKind {
    match arguments.value(0).data {
        Data::Map(MapKind::Map, _) => ListKind::List,
        _ => ListKind::Tuple,
    }
}

fn keys(arguments: &Arguments) -> Answer {
    let keys = sorted(arguments.entries(0)?).into_iter();
    let keys: Vec<Value> = keys.map(|(key, _)| arguments.call.host.key(key, arguments.origin())).collect();
    Ok(in_order_of_keys("keys", keys.clone(), &keys, arguments))
}

fn values(arguments: &Arguments) -> Answer {
    let entries = sorted(arguments.entries(0)?).into_iter();
    let (keys, values): (Vec<Value>, Vec<Value>) =
        entries.map(|(key, value)| (arguments.call.host.key(key, arguments.origin()), value.clone())).unzip();
    Ok(in_order_of_keys("values", values, &keys, arguments))
}

/// What a map's entries make: in which order they come is not known where a key is not.
fn in_order_of_keys(name: &str, items: Vec<Value>, keys: &[Value], arguments: &Arguments) -> Value {
    if keys.iter().all(|key| key.as_str().is_some()) {
        return Value::list(list_kind(arguments), items, arguments.origin());
    }
    let name = format!("{name}({})", arguments.value(0).describe());
    shuffled(name, list_kind(arguments), items, arguments.world(), arguments.origin())
}

fn zip_map(arguments: &Arguments) -> Answer {
    let (names, (kind, values)) = (arguments.items(0)?, arguments.sequence(1)?);
    if names.len() != values.len() {
        return Err("there must be as many keys as values".into());
    }
    let mut map = IndexMap::new();
    for (name, value) in names.iter().zip(values) {
        if name.is_null() {
            return Err("a key must not be null".into());
        }
        map.insert(name.as_str().ok_or(Trouble::Unknown)?.to_owned(), value.clone());
    }
    let kind = if kind == ListKind::Tuple { MapKind::Object } else { MapKind::Map };
    Ok(Value::map(kind, map, arguments.origin()))
}

fn transpose(arguments: &Arguments) -> Answer {
    let mut transposed: IndexMap<String, Vec<Value>> = IndexMap::new();
    for (key, list) in sorted(arguments.entries(0)?) {
        for item in list.as_list().ok_or_else(|| not_a("list", list))? {
            if item.is_null() {
                return Err("an element must not be null".into());
            }
            let item = item.as_str().ok_or(Trouble::Unknown)?;
            let key = arguments.call.host.key(key, arguments.origin());
            transposed.entry(item.to_owned()).or_default().push(key);
        }
    }
    let lists = transposed
        .into_iter()
        .map(|(key, keys)| (key, Value::list(ListKind::List, keys, arguments.origin())))
        .collect();
    Ok(Value::map(MapKind::Map, lists, arguments.origin()))
}
