//! Values of one type of which one has no type that is known: what stands beside it, or inside of it, may have to become a text.
//!
//! Knows what values are; what they are asked then is [`super::open`]'s.

use std::sync::Arc;

use super::open::{one_of_all, with_converted_elements};
use super::unify::{common_of, is_untyped};
use super::{Attribute, Type, convert, of};
use crate::value::{Data, Value, World};

/// The values where the type that they have in common is not known: one of them has none, and as a text it makes texts of the
/// numbers and booleans beside it. It is made a text itself only by something else of which the type is open.
pub(super) fn beside_untyped(values: &[Value], world: &World) -> Vec<Value> {
    let beside = |at: usize| values.iter().enumerate().filter(move |(other, _)| *other != at).map(|(_, value)| value);
    let converted = |(at, value): (usize, &Value)| {
        let changes = |other: &Value| is_of_any_type(other) || is_of_any_type(value) && may_change(value, other);
        if !beside(at).any(changes) {
            return value.clone();
        }
        let others: Vec<String> = beside(at).map(written).collect();
        let name = format!("convert({}, type of {})", value.describe(), others.join(", "));
        let element = |key: String, item: &Value| one_of_all(item.clone(), format!("{name}[{key}]"));
        match (&value.data, beside(at).find_map(collection_of_any)) {
            (Data::Map(kind, entries), _) => {
                let entry = |(key, item): (&String, &Value)| (key.clone(), element(format!("{key:?}"), item));
                Value::map(*kind, entries.iter().map(entry).collect(), value.origin.clone()).perhaps_converted()
            }
            (Data::List(kind, items), _) => {
                let items = items.iter().enumerate().map(|(at, item)| element(at.to_string(), item));
                Value::list(*kind, items.collect(), value.origin.clone()).perhaps_converted()
            }
            // Beside another collection the elements of one without a type may have to become of one type.
            (Data::Open(input), Some(collection)) if !has_texts(value) => {
                with_converted_elements(value, input, &collection, name, world)
            }
            (_, None) => one_of_all(value.clone(), name),
            _ => value.clone(),
        }
    };
    values.iter().enumerate().map(converted).collect()
}

/// Whether what has no type may be converted because of a collection beside it. One without elements makes a collection of an
/// object, but changes no elements of a collection. A number or boolean changes nothing: it is what becomes a text.
fn may_change(value: &Value, other: &Value) -> bool {
    let is_filled = match &other.data {
        Data::List(_, items) => !items.is_empty(),
        Data::Map(_, entries) => !entries.is_empty(),
        _ => return false,
    };
    is_filled || !has_any_elements(value)
}

/// What a value is if it is known to be a list or a map, whatever is in it.
fn collection_of_any(value: &Value) -> Option<Type> {
    match value.data {
        Data::Map(..) => Some(Type::map(Type::Any)),
        Data::List(..) => Some(Type::list(Type::Any)),
        _ => None,
    }
}

/// Whether the elements of a collection are known to be texts, which nothing makes anything else.
fn has_texts(value: &Value) -> bool {
    value.element().is_some_and(|element| of(element) == Type::String)
}

/// The values with the type that they have in common where that depends on something without a type inside of one of them: as a
/// text, it makes texts of numbers and booleans elsewhere. `None` where it does not depend on it.
pub(super) fn with_untyped_inside(values: &[Value], common: &Type, world: &World) -> Option<Vec<Value>> {
    if !values.iter().any(is_untyped) {
        return None;
    }
    let as_texts: Vec<Value> = values.iter().map(with_texts).collect();
    let of_texts = common_of(&as_texts).filter(|of_texts| of_texts != common)?;
    let either = either(common, &of_texts);
    let names = values.iter().map(written).collect::<Vec<_>>().join(", ");
    let unified = |value: &Value| {
        let name = format!("convert({}, type of {names})", value.describe());
        doubted(convert(value.clone(), &either, world), common, &of_texts, name)
    };
    Some(values.iter().map(unified).collect())
}

/// The value with texts in place of what has no type.
fn with_texts(value: &Value) -> Value {
    value.map_parts(&|part| match &part.data {
        Data::Open(_) if of(part) == Type::Any => Value::text("", part.origin.clone()),
        _ => part.clone(),
    })
}

/// What is certain of a type that is one or the other.
fn either(one: &Type, other: &Type) -> Type {
    match (one, other) {
        _ if one == other => one.clone(),
        (Type::List(one), Type::List(other)) => Type::list(either(one, other)),
        (Type::Set(one), Type::Set(other)) => Type::set(either(one, other)),
        (Type::Map(one), Type::Map(other)) => Type::map(either(one, other)),
        (Type::Tuple(one), Type::Tuple(other)) if one.len() == other.len() => {
            Type::Tuple(one.iter().zip(other).map(|(one, other)| either(one, other)).collect())
        }
        (Type::Object(one), Type::Object(other)) if one.len() == other.len() => {
            let attribute = |(name, one): (&String, &Attribute)| {
                let other = other.get(name).map_or(&Type::Any, |other| &other.ty);
                (name.clone(), Attribute::required(either(&one.ty, other)))
            };
            Type::Object(one.iter().map(attribute).collect())
        }
        _ => Type::Any,
    }
}

fn item_of(ty: &Type, at: usize) -> &Type {
    let item = if let Type::Tuple(items) = ty { items.get(at) } else { ty.element() };
    item.unwrap_or(&Type::Any)
}

/// The value with whatever in it may be of one type or of the other.
fn doubted(value: Value, one: &Type, other: &Type, name: String) -> Value {
    if one == other {
        return value;
    }
    let inside =
        |item: &Value, key: &str, one: &Type, other: &Type| doubted(item.clone(), one, other, format!("{name}[{key}]"));
    let data = match &value.data {
        Data::Map(kind, entries) => {
            let entry = |(key, item): (&String, &Value)| {
                let [one, other] = [one, other].map(|ty| ty.attribute(key).unwrap_or(&Type::Any));
                (key.clone(), inside(item, &format!("{key:?}"), one, other))
            };
            Data::Map(*kind, Arc::new(entries.iter().map(entry).collect()))
        }
        Data::List(kind, items) => {
            let item = |(at, item): (usize, &Value)| {
                let [one, other] = [one, other].map(|ty| item_of(ty, at));
                inside(item, &at.to_string(), one, other)
            };
            Data::List(*kind, Arc::new(items.iter().enumerate().map(item).collect()))
        }
        Data::Bool(_) | Data::Number(_) | Data::Open(_) => return one_of_all(value, name),
        _ => return value,
    };
    Value { data, ..value }
}

/// What a value is called beside another: one that waits, by all that it may come to.
fn written(value: &Value) -> String {
    let outcomes = value.outcomes().map(|outcomes| outcomes.into_iter().map(Value::describe).collect::<Vec<_>>());
    outcomes.map_or_else(|| value.describe(), |outcomes| outcomes.join(" or "))
}

/// Whether the value is unknown and nothing is said of its type, or of that of its elements; so it is of what waits, if it may
/// come to such a value. Of most that wait nothing says what they come to: they are the answer itself, a boolean.
pub(super) fn is_of_any_type(value: &Value) -> bool {
    match &value.data {
        Data::Opaque(_) | Data::Open(_) => of(value) == Type::Any || has_any_elements(value),
        Data::Pending(_) => value.outcomes().is_some_and(|outcomes| outcomes.into_iter().any(is_of_any_type)),
        _ => false,
    }
}

/// Whether the value is a collection of which is not known what type its elements have: there is one, though.
pub(super) fn has_any_elements(value: &Value) -> bool {
    matches!(value.data, Data::Open(_)) && of(value).element() == Some(&Type::Any)
}
