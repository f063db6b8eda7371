//! Tags: a map in Terraform, a list of `Key` and `Value` in CloudFormation.

use indexmap::IndexMap;

use crate::value::{ListKind, MapKind, Value};

/// A map of tags as CloudFormation's list of them, where its keys are known. A tag without a value is none.
#[must_use]
pub fn listed(tags: &Value) -> Value {
    let Some(entries) = tags.as_map() else { return tags.clone().unsaid() };
    let tag = |(key, value): (&String, &Value)| {
        let key = ("Key".to_owned(), Value::text(key, value.origin.clone()));
        let entries = IndexMap::from([key, ("Value".to_owned(), value.clone())]);
        Value::map(MapKind::Object, entries, value.origin.clone())
    };
    let present = entries.iter().filter(|(_, value)| !value.is_null());
    Value::list(ListKind::List, present.map(tag).collect(), tags.origin.clone())
}

/// Two lists of tags as one, in which `own` win over `defaults`. Where one of them is not known, neither is the whole.
#[must_use]
pub fn with_defaults(own: Value, defaults: Value) -> Value {
    if own.is_null() {
        return defaults;
    }
    let (given, more) = match (own.as_list(), defaults.as_list()) {
        (Some(given), Some(more)) => (given, more),
        (Some(_), None) if !defaults.is_null() => return defaults,
        _ => return own,
    };
    let key = |tag: &Value| tag.field("Key").as_str().map(str::to_owned);
    let is_free = |tag: &&Value| given.iter().all(|own| key(own) != key(tag));
    let all: Vec<Value> = more.iter().filter(is_free).chain(given).cloned().collect();
    Value::list(ListKind::List, all, own.origin.clone())
}
