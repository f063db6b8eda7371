//! The one type that several values have in common.

use indexmap::IndexMap;

use super::{Attribute, Type, convert};
use crate::value::{Data, ListKind, Literal, MapKind, Value, World};

/// The values converted to the one type they have in common, as the results of a conditional and the elements of a
/// list are; `None` when they have none. What is unknown or null has any type.
#[must_use]
pub fn unify(values: Vec<Value>, world: &World) -> Option<Vec<Value>> {
    let types: Vec<Type> = values.iter().map(of).collect();
    let common = common(&types)?;
    if common == Type::Any {
        return Some(values);
    }
    let converted: Vec<Value> = values.into_iter().map(|value| convert(value, &common, world)).collect();
    Some(converted)
}

/// The type of a value; `any` for what is unknown or null.
#[must_use]
pub fn of(value: &Value) -> Type {
    // The elements of a list or map have one type, and the first known one tells it.
    fn element<'v>(mut items: impl Iterator<Item = &'v Value>) -> Box<Type> {
        Box::new(items.find_map(|item| Some(of(item)).filter(|ty| *ty != Type::Any)).unwrap_or(Type::Any))
    }
    match &value.data {
        Data::Bool(_) => Type::Bool,
        Data::Number(_) => Type::Number,
        Data::Text(_) => Type::String,
        Data::List(ListKind::Tuple, items) => Type::Tuple(items.iter().map(of).collect()),
        Data::List(ListKind::List, items) => Type::List(element(items.iter())),
        Data::List(ListKind::Set, items) => Type::Set(element(items.iter())),
        Data::Map(MapKind::Map, entries) => Type::Map(element(entries.values())),
        Data::Map(MapKind::Object, entries) => {
            let attribute = |(key, value): (&String, &Value)| (key.clone(), Attribute { ty: of(value), default: None });
            Type::Object(entries.iter().map(attribute).collect())
        }
        Data::Open(input) => match &input.domain.values {
            Some(values) if values.iter().all(|value| matches!(value, Literal::Bool(_) | Literal::Null)) => Type::Bool,
            _ => Type::Any,
        },
        Data::Null | Data::Opaque(_) | Data::Pending(_) | Data::Failed(_) | Data::Object(_) => Type::Any,
    }
}

/// The type all of these convert to, found as Terraform finds it.
fn common(types: &[Type]) -> Option<Type> {
    let mut known = types.iter().filter(|ty| **ty != Type::Any);
    let Some(first) = known.next() else { return Some(Type::Any) };
    if known.clone().all(|ty| ty == first) {
        return Some(first.clone());
    }
    let known: Vec<&Type> = types.iter().filter(|ty| **ty != Type::Any).collect();
    if known.iter().all(|ty| matches!(ty, Type::Bool | Type::Number | Type::String)) {
        return known.contains(&&Type::String).then_some(Type::String);
    }
    objects(&known).or_else(|| tuples(&known)).or_else(|| lists(&known)).or_else(|| maps(&known)).flatten()
}

/// Objects with the same attributes make an object, others a map. `None` when not all are objects.
fn objects(types: &[&Type]) -> Option<Option<Type>> {
    let all: Vec<&IndexMap<String, Attribute>> = types
        .iter()
        .map(|ty| match ty {
            Type::Object(attributes) => Some(attributes),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let first = all.first()?;
    let alike = all.iter().all(|other| other.len() == first.len() && other.keys().all(|key| first.contains_key(key)));
    if !alike {
        return maps(types);
    }
    let attributes = first.keys().map(|key| {
        let types: Vec<Type> = all.iter().filter_map(|other| other.get(key)).map(|other| other.ty.clone()).collect();
        Some((key.clone(), Attribute { ty: common(&types)?, default: None }))
    });
    Some(attributes.collect::<Option<_>>().map(Type::Object))
}

/// Tuples of one length make a tuple, others a list. `None` when not all are tuples.
fn tuples(types: &[&Type]) -> Option<Option<Type>> {
    let all: Vec<&Vec<Type>> = types
        .iter()
        .map(|ty| match ty {
            Type::Tuple(items) => Some(items),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let length = all.first()?.len();
    if all.iter().any(|other| other.len() != length) {
        return lists(types);
    }
    let items = (0..length).map(|index| {
        let types: Vec<Type> = all.iter().filter_map(|other| other.get(index)).cloned().collect();
        common(&types)
    });
    Some(items.collect::<Option<_>>().map(Type::Tuple))
}

/// Lists, tuples and sets make a list, or a set if one is. `None` when something else is among them.
fn lists(types: &[&Type]) -> Option<Option<Type>> {
    let mut elements = Vec::new();
    for ty in types {
        match ty {
            Type::Tuple(items) => elements.extend(items.iter().cloned()),
            Type::List(element) | Type::Set(element) => elements.push((**element).clone()),
            _ => return None,
        }
    }
    let set = types.iter().any(|ty| matches!(ty, Type::Set(_)));
    Some(common(&elements).map(if set { Type::set } else { Type::list }))
}

/// Maps and objects make a map. `None` when something else is among them.
fn maps(types: &[&Type]) -> Option<Option<Type>> {
    let mut elements = Vec::new();
    for ty in types {
        match ty {
            Type::Object(attributes) => elements.extend(attributes.values().map(|attribute| attribute.ty.clone())),
            Type::Map(element) => elements.push((**element).clone()),
            _ => return None,
        }
    }
    Some(common(&elements).map(Type::map))
}
