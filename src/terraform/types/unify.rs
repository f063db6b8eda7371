//! The one type that several values have in common.

use indexmap::IndexMap;

use super::untyped::{beside_untyped, has_any_elements, is_of_any_type, with_untyped_inside};
use super::{Attribute, Type, convert};
use crate::terraform::unknown::is_identifier;
use crate::value::{Data, ListKind, Literal, MapKind, Value, World};

/// The values converted to the one type they have in common, as the results of a conditional and the elements of a
/// list are; `None` when they have none. What is unknown or null has any type.
#[must_use]
pub fn unify(values: Vec<Value>, world: &World) -> Option<Vec<Value>> {
    let common = common_of(&values)?;
    if common == Type::Any {
        return Some(beside_untyped(&values, world));
    }
    if let Some(unified) = with_untyped_inside(&values, &common, world) {
        return Some(unified);
    }
    let converted = |value: Value| {
        // What waits has no type yet: with another one than the others have, another type would be what they have in common.
        let fits = |outcome: &Value| self::common(&[of(outcome), common.clone()]).as_ref() == Some(&common);
        let is_fit = |value: &Value| value.outcomes().is_some_and(|outcomes| outcomes.into_iter().all(fits));
        let value = if !value.is_waiting() || is_fit(&value) { value } else { value.unsaid() };
        convert(value, &common, world)
    };
    Some(values.into_iter().map(converted).collect())
}

/// The type that values have in common; [`Type::Any`] where that is not known, `None` where there is none.
#[must_use]
pub fn common_of(values: &[Value]) -> Option<Type> {
    let types: Vec<Type> = values.iter().map(of).collect();
    // What has no type in common may have one as texts, once an unknown one turns out to be a text.
    let unknown = || values.iter().any(is_untyped).then_some(Type::Any);
    let common = common(&types).or_else(unknown)?;
    // Beside a text everything is a text, and beside a map every object a map. Beside anything else it may be the other
    // that is converted: an empty object, to a map, once it is known which attributes the first one has.
    let is_certain = match &common {
        Type::String => true,
        Type::List(element) | Type::Set(element) | Type::Map(element) => {
            **element == Type::String || !values.iter().any(has_any_elements)
        }
        _ => false,
    };
    Some(if is_certain || !values.iter().any(is_of_any_type) { common } else { Type::Any })
}

/// Whether these may have no type in common, because of something open of whose type nothing is said. Null has any.
#[must_use]
pub fn may_differ(values: &[&Value]) -> bool {
    let set = values.iter().filter(|value| !value.is_null());
    set.clone().count() > 1 && set.into_iter().any(|value| may_be_of_any_type(value))
}

fn may_be_of_any_type(value: &Value) -> bool {
    match &value.data {
        Data::Open(_) => of(value).is_vague(),
        Data::List(_, items) => items.iter().any(may_be_of_any_type),
        Data::Map(_, entries) => entries.values().any(may_be_of_any_type),
        _ => false,
    }
}

/// Whether something in the value is unknown and nothing is said of its type.
pub(super) fn is_untyped(value: &Value) -> bool {
    match &value.data {
        Data::Opaque(_) | Data::Open(_) | Data::Pending(_) | Data::Object(..) => of(value).is_vague(),
        Data::List(_, items) => items.iter().any(is_untyped),
        Data::Map(_, entries) => entries.values().any(is_untyped),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::Text(_) | Data::Failed(_) => false,
    }
}

/// The type of a value; `any` for what is unknown or null, and for the elements of a collection without any, unless more
/// is said of it.
#[must_use]
pub fn of(value: &Value) -> Type {
    // The elements of a list or map have one type, and the first known one tells it.
    fn element<'v>(mut items: impl Iterator<Item = &'v Value>) -> Type {
        items.find_map(|item| Some(of(item)).filter(|ty| *ty != Type::Any)).unwrap_or(Type::Any)
    }
    match &value.data {
        Data::Bool(_) => Type::Bool,
        Data::Number(_) => Type::Number,
        Data::Text(_) => Type::String,
        Data::List(ListKind::Tuple, items) => Type::Tuple(items.iter().map(of).collect()),
        Data::List(ListKind::List | ListKind::Set, items) if items.is_empty() && value.ty.is_some() => {
            value.said_type().clone()
        }
        Data::Map(MapKind::Map, entries) if entries.is_empty() && value.ty.is_some() => value.said_type().clone(),
        Data::List(ListKind::List, items) => Type::list(element(items.iter())),
        Data::List(ListKind::Set, items) => Type::set(element(items.iter())),
        Data::Map(MapKind::Map, entries) => Type::map(element(entries.values())),
        Data::Map(MapKind::Object, entries) => {
            let attribute = |(key, value): (&String, &Value)| (key.clone(), Attribute::required(of(value)));
            Type::Object(entries.iter().map(attribute).collect())
        }
        Data::Open(input) => match (value.said_type(), &input.domain.values) {
            (Type::Any, Some(values))
                if values.iter().all(|value| matches!(value, Literal::Bool(_) | Literal::Null)) =>
            {
                Type::Bool
            }
            (said, _) => said.clone(),
        },
        Data::Opaque(_) if is_identifier(value) => Type::String,
        Data::Null | Data::Opaque(_) => value.said_type().clone(),
        Data::Pending(_) | Data::Failed(_) | Data::Object(..) => Type::Any,
    }
}

/// The type all of these convert to, found as Terraform finds it.
#[must_use]
pub fn common(types: &[Type]) -> Option<Type> {
    let mut known = types.iter().filter(|ty| **ty != Type::Any);
    let Some(first) = known.next() else { return Some(Type::Any) };
    if known.clone().all(|ty| ty == first) {
        return Some(first.clone());
    }
    let known: Vec<&Type> = types.iter().filter(|ty| **ty != Type::Any).collect();
    if known.iter().all(|ty| matches!(ty, Type::Bool | Type::Number | Type::String)) {
        return known.contains(&&Type::String).then_some(Type::String);
    }
    let all = |wanted: fn(&Type) -> bool| known.iter().all(|ty| wanted(ty));
    if all(|ty| matches!(ty, Type::Object(_))) {
        objects(&known)
    } else if all(|ty| matches!(ty, Type::Tuple(_))) {
        tuples(&known)
    } else if all(|ty| matches!(ty, Type::Tuple(_) | Type::List(_) | Type::Set(_))) {
        lists(&known)
    } else if all(|ty| matches!(ty, Type::Object(_) | Type::Map(_))) {
        maps(&known)
    } else {
        None
    }
}

/// Objects with the same attributes make an object, others a map.
fn objects(types: &[&Type]) -> Option<Type> {
    let attributes_of = |ty: &&'_ Type| match ty {
        Type::Object(attributes) => Some(attributes.clone()),
        _ => None,
    };
    let all: Vec<IndexMap<String, Attribute>> = types.iter().filter_map(attributes_of).collect();
    let first = all.first()?;
    if all.iter().any(|other| other.len() != first.len() || other.keys().any(|key| !first.contains_key(key))) {
        return maps(types);
    }
    let attributes = first.keys().map(|key| {
        let types: Vec<Type> = all.iter().filter_map(|other| other.get(key)).map(|other| other.ty.clone()).collect();
        Some((key.clone(), Attribute::required(common(&types)?)))
    });
    attributes.collect::<Option<_>>().map(Type::Object)
}

/// Tuples of one length make a tuple, others a list.
fn tuples(types: &[&Type]) -> Option<Type> {
    let items_of = |ty: &&'_ Type| match ty {
        Type::Tuple(items) => Some(items.clone()),
        _ => None,
    };
    let all: Vec<Vec<Type>> = types.iter().filter_map(items_of).collect();
    let length = all.first()?.len();
    if all.iter().any(|other| other.len() != length) {
        return lists(types);
    }
    let items = (0..length).map(|index| {
        let types: Vec<Type> = all.iter().filter_map(|other| other.get(index)).cloned().collect();
        common(&types)
    });
    items.collect::<Option<_>>().map(Type::Tuple)
}

/// Lists and tuples make a list, sets a set. Beside sets a list keeps its type, and a set beside tuples, where the elements
/// of the others may be converted to it: a text may yet be a number.
fn lists(types: &[&Type]) -> Option<Type> {
    let mut elements = Vec::new();
    for ty in types {
        match ty {
            Type::Tuple(items) => elements.extend(items.iter().cloned()),
            Type::List(element) | Type::Set(element) => elements.push((**element).clone()),
            _ => {}
        }
    }
    let of_lists =
        types.iter().filter_map(|ty| if let Type::List(element) = ty { Some((**element).clone()) } else { None });
    let of_lists: Vec<Type> = of_lists.collect();
    let is_set = |ty: &&Type| matches!(ty, Type::Set(_));
    match types {
        [Type::Tuple(_), Type::Set(element)] | [Type::Set(element), Type::Tuple(_)] => {
            elements.iter().all(|item| item.may_become(element)).then(|| Type::Set(element.clone()))
        }
        _ if !of_lists.is_empty() && types.iter().any(is_set) => {
            let element = common(&of_lists)?;
            elements.iter().all(|item| item.may_become(&element)).then(|| Type::list(element))
        }
        _ => common(&elements).map(if types.iter().any(is_set) { Type::set } else { Type::list }),
    }
}

/// Maps and objects make a map.
fn maps(types: &[&Type]) -> Option<Type> {
    let mut elements = Vec::new();
    for ty in types {
        match ty {
            Type::Object(attributes) => elements.extend(attributes.values().map(|attribute| attribute.ty.clone())),
            Type::Map(element) => elements.push((**element).clone()),
            _ => {}
        }
    }
    common(&elements).map(Type::map)
}
