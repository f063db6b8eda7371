//! The order of a set's elements, and sets without duplicates.

use std::cmp::Ordering;

use crate::value::{Data, ListKind, Origin, Value};

/// A set of these elements: duplicates dropped, known elements in Terraform's order, unknown ones behind them.
#[must_use]
pub fn set(items: Vec<Value>, origin: Origin) -> Value {
    // What waits for an answer may turn out to be one of the others.
    if let Some(waiting) = items.iter().filter(|_| items.len() > 1).find_map(Value::waiting) {
        return Value { origin, ..waiting.clone() };
    }
    let mut unique: Vec<Value> = Vec::with_capacity(items.len());
    let (mut known, unknown): (Vec<Value>, Vec<Value>) = items.into_iter().partition(|item| item.obstacle().is_none());
    known.sort_by(compare);
    known.dedup();
    unique.append(&mut known);
    for item in unknown {
        if !unique.contains(&item) {
            unique.push(item);
        }
    }
    Value::list(ListKind::Set, unique, origin)
}

/// The order in which Terraform goes through a set: numbers by size, texts byte by byte, false before true, anything
/// else by a text that stands for it, null last.
#[must_use]
pub fn compare(left: &Value, right: &Value) -> Ordering {
    match (&left.data, &right.data) {
        (Data::Null, _) | (_, Data::Null) => left.is_null().cmp(&right.is_null()),
        (Data::Number(left), Data::Number(right)) => left.cmp(right),
        (Data::Bool(left), Data::Bool(right)) => left.cmp(right),
        (Data::Text(left), Data::Text(right)) => left.as_literal().cmp(&right.as_literal()),
        _ => fingerprint(left).cmp(&fingerprint(right)),
    }
}

/// The text by which Terraform's value library orders what has no order of its own.
fn fingerprint(value: &Value) -> String {
    let each = |items: &[Value]| items.iter().map(|item| fingerprint(item) + ";").collect::<String>();
    match &value.data {
        Data::Null => "~".to_owned(),
        Data::Bool(true) => "T".to_owned(),
        Data::Bool(false) => "F".to_owned(),
        Data::Number(number) => number.to_string(),
        Data::Text(text) => format!("{:?}", text.to_string()),
        Data::List(ListKind::Tuple, items) => format!("<{}>", each(items)),
        Data::List(_, items) => format!("[{}]", each(items)),
        Data::Map(kind, entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            if *kind == crate::value::MapKind::Object {
                format!("<{}>", entries.iter().map(|(_, value)| fingerprint(value) + ";").collect::<String>())
            } else {
                let entry = |(key, value): &(&String, &Value)| format!("{key:?}:{};", fingerprint(value));
                format!("{{{}}}", entries.iter().map(entry).collect::<String>())
            }
        }
        _ => format!("?{}", value.describe()),
    }
}
