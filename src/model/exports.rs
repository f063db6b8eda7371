//! What units export and others import, by whole literal names. A known text is known wherever it is imported; a bucket is
//! known there by the export that names it, be it a part of its ARN.

use std::collections::{BTreeMap, BTreeSet};

use crate::value::{Data, OfUnit, Part, Symbol, SymbolSource, Text, Value, World};

use super::Unit;
use super::place::{Accounts, Place};

/// How many exports a value is followed through.
const MAX_ROUNDS: usize = 8;

/// A unit's exports, and where they can be imported.
struct Exporter {
    path: String,
    place: Place,
    exports: Vec<(String, Value)>,
}

impl Exporter {
    fn of(unit: &dyn Unit, accounts: &Accounts) -> Self {
        let world = World::default();
        let exports = unit.estate(&world).exports();
        Self { path: unit.path().to_owned(), place: Place::of(unit, accounts), exports }
    }
}

/// Gives every unit what exactly one other exports under a name that it imports. Whether there was anything of the kind.
pub fn join<'u>(units: impl IntoIterator<Item = &'u mut Box<dyn Unit>>, accounts: &Accounts) -> bool {
    join_among(&mut units.into_iter().collect::<Vec<_>>(), &[], accounts)
}

/// The same of units that are others than they were, beside some that are not.
pub fn join_beside(changed: &mut [Box<dyn Unit>], others: &[&dyn Unit], accounts: &Accounts) {
    for unit in changed.iter_mut() {
        unit.join(BTreeMap::new());
    }
    join_among(&mut changed.iter_mut().collect::<Vec<_>>(), others, accounts);
}

fn join_among(units: &mut [&mut Box<dyn Unit>], others: &[&dyn Unit], accounts: &Accounts) -> bool {
    let imports: Vec<_> = units.iter().map(|unit| unit.imports()).collect();
    let mut joined: Vec<BTreeMap<String, Value>> = vec![BTreeMap::new(); units.len()];
    if imports.iter().all(BTreeSet::is_empty) {
        return false;
    }
    for _ in 0..MAX_ROUNDS {
        let own = units.iter().map(|unit| Exporter::of(unit.as_ref(), accounts));
        let exporters: Vec<Exporter> = own.chain(others.iter().map(|unit| Exporter::of(*unit, accounts))).collect();
        let mut is_done = true;
        for (at, unit) in units.iter_mut().enumerate() {
            let (Some(names), Some(before), Some(here)) = (imports.get(at), joined.get_mut(at), exporters.get(at))
            else {
                continue;
            };
            let known = |name: &String| Some((name.clone(), exported(name, here, &exporters)?));
            let known: BTreeMap<String, Value> = names.iter().filter_map(known).collect();
            if known != *before {
                *before = known.clone();
                unit.join(known);
                is_done = false;
            }
        }
        if is_done {
            break;
        }
    }
    joined.iter().any(|known| !known.is_empty())
}

/// What the one other unit that exports this name exports, as `importer` sees it.
fn exported(name: &str, importer: &Exporter, exporters: &[Exporter]) -> Option<Value> {
    let all = exporters.iter().flat_map(|other| {
        let named = other.exports.iter().filter(|(export, _)| export == name);
        named.map(move |(_, value)| (other.place.clone(), (other, value)))
    });
    match importer.place.near(all).as_slice() {
        [(_, (exporter, value))] if exporter.path != importer.path => imported(value, name, &exporter.path),
        _ => None,
    }
}

/// What is exported as others see it; `None` of what is not known before deployment, and is no bucket.
fn imported(value: &Value, name: &str, unit: &str) -> Option<Value> {
    let data = match &value.data {
        Data::Bool(_) | Data::Number(_) => value.data.clone(),
        Data::Opaque(_) if is_bucket(value) => bucket(value, name).data,
        Data::Text(text) => {
            let is_set = |part: &Value| matches!(part.data, Data::Opaque(_));
            let buckets = text.values().filter(|part| is_bucket(part)).count();
            if !text.values().all(is_set) || buckets > 1 {
                return None;
            }
            let seen = |part: &Value| if is_bucket(part) { bucket(part, name) } else { part.clone().of_unit(unit) };
            Data::Text(text.map_values(|part| match part {
                Part::Literal(_) => part.clone(),
                Part::Value(value) => Part::Value(seen(value)),
                Part::Json(value) => Part::Json(seen(value)),
            }))
        }
        _ => return None,
    };
    Some(Value { data, ..value.clone() })
}

/// The bucket that is exported under a name, or is a part of what is.
fn bucket(value: &Value, name: &str) -> Value {
    let symbol = Symbol { source: SymbolSource::Import(name.to_owned()), attribute: "id".to_owned() };
    Value::opaque(symbol, value.origin.clone())
}

fn is_bucket(value: &Value) -> bool {
    let Data::Opaque(symbol) = &value.data else { return false };
    symbol.attribute == "id" && matches!(symbol.source, SymbolSource::Resource(_) | SymbolSource::Import(_))
}

/// What a value that is exported names: the one bucket in it, or all of it.
pub(super) fn named(value: &Value) -> &Value {
    let parts = |text: &'_ Text| text.values().filter(|part| is_bucket(part)).count();
    match &value.data {
        Data::Text(text) if parts(text) == 1 => text.values().find(|part| is_bucket(part)).unwrap_or(value),
        _ => value,
    }
}
