//! What the AWS provider knows of its resources: their arguments and attributes with their types, and what an argument is
//! worth that is not written.
//!
//! `provider.txt` is the one place that says so; knows nothing of modules or worlds.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use indexmap::IndexMap;

use crate::source::FileId;
use crate::syntax::hcl;
use crate::value::{Data, MapKind, Origin, Symbol, SymbolSource, Value};

use super::types::{self, Attribute, Type};

/// A line for each type of resource: its name and a type constraint.
const TABLE: &str = include_str!("provider.txt");

/// A type constraint, read when somebody asks for it.
struct Line {
    constraint: &'static str,
    read: OnceLock<Option<Type>>,
}

/// The lines by the name that they begin with.
static TYPES: LazyLock<HashMap<&str, Line>> =
    LazyLock::new(|| named().map(|(name, constraint)| (name, Line { constraint, read: OnceLock::new() })).collect());

fn named() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = "))
}

/// The arguments and attributes of a type of resource, nested blocks among them, as far as they are told.
pub(super) fn attributes(kind: &str) -> Option<&'static IndexMap<String, Attribute>> {
    let Line { constraint, read } = TYPES.get(kind)?;
    match read.get_or_init(|| types::parse(&hcl::parse_expression(FileId(0), constraint, 0..constraint.len()).0).ok()) {
        Some(Type::Object(attributes)) => Some(attributes),
        _ => None,
    }
}

/// Whether these are all attributes of their type. Every resource has an id.
pub(super) fn is_complete(attributes: &IndexMap<String, Attribute>) -> bool {
    attributes.contains_key("id")
}

/// What an attribute is worth that is not written: null or its default, where the provider does not make it. `symbol` names
/// it, and `origin` is where it would be written.
pub(super) fn unset(attribute: &Attribute, symbol: Symbol, origin: Origin) -> Value {
    match &attribute.default {
        Some(default) => Value { origin, ..default.clone() },
        None => Value::opaque(symbol, origin).typed(&attribute.ty),
    }
}

/// What is configured, with what the provider adds inside of it. `symbol` names it.
pub(super) fn completed(value: Value, ty: &Type, symbol: &Symbol) -> Value {
    let part = |step: &str| Symbol { source: symbol.source.clone(), attribute: format!("{}{step}", symbol.attribute) };
    match (&value.data, ty) {
        (Data::Map(_, entries), Type::Object(attributes)) => {
            let origin = value.origin.clone();
            let attribute = |(name, attribute): (&String, &Attribute)| {
                let symbol = part(&format!(".{name}"));
                let made = match entries.get(name) {
                    Some(written) if !written.is_null() => completed(written.clone(), &attribute.ty, &symbol),
                    _ => unset(attribute, symbol, origin.clone()),
                };
                (name.clone(), made)
            };
            Value::map(MapKind::Object, attributes.iter().map(attribute).collect(), origin.clone())
        }
        (Data::List(kind, items), Type::List(element) | Type::Set(element)) => {
            let items = items.iter().enumerate();
            let items = items.map(|(at, item)| completed(item.clone(), element, &part(&format!("[{at}]"))));
            Value::list(*kind, items.collect(), value.origin.clone())
        }
        // A block that stands at most once.
        (Data::List(_, items), Type::Object(_)) if let [only] = items.as_slice() => completed(only.clone(), ty, symbol),
        _ => value,
    }
}

/// The name of an attribute of the resource with this address.
pub(super) fn symbol(address: &str, attribute: &str) -> Symbol {
    Symbol { source: SymbolSource::Resource(address.to_owned()), attribute: attribute.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every line is a type constraint of an object.
    #[test]
    fn the_table_can_be_read() {
        for (kind, _) in named() {
            assert!(attributes(kind).is_some_and(|attributes| !attributes.is_empty()), "{kind}");
        }
    }
}
