//! Conversion of a value to a type. What is not known is converted in [`super::open`].

use indexmap::IndexMap;

use super::open::{completed, narrow, shaped, with_converted_elements, with_other_elements};
use super::{Attribute, Type, common, kind, of, set, unify};
use crate::terraform::joined::{Entry, entry, joined};
use crate::terraform::unknown::{Outcome, derive, element_of, settle, too_large};
use crate::value::{Awaited, Data, Junction, ListKind, Literal, MapKind, NoNumber, Number, Origin, Value, World};

/// The value as the type wants it: elements converted, missing optional attributes filled in, origins kept.
///
/// Failed where the real tool cannot convert. What is opaque, pending or failed passes; an open value gets the
/// type's [`domain`] where it has none of its own.
#[must_use]
pub fn convert(value: Value, to: &Type, world: &World) -> Value {
    match &value.data {
        Data::Pending(_) => return converted_later(&value, to, world),
        Data::Failed(_) | Data::Object(..) => return value,
        Data::Null | Data::Opaque(_) | Data::Open(_) if !may_become(value.said_type(), to) => {
            return refuse(&value, &to.describe());
        }
        Data::List(_, items) if items.is_empty() && !may_become(value.said_type(), to) => {
            return refuse(&value, &to.describe());
        }
        Data::Map(_, entries) if entries.is_empty() && !may_become(value.said_type(), to) => {
            return refuse(&value, &to.describe());
        }
        Data::Null | Data::Opaque(_) => return retyped(value, to),
        Data::Open(_) if is_gathered(to, value.said_type()) => {
            let value = value.null_decided(world);
            return if matches!(value.data, Data::Open(_)) {
                convert(shaped(value, world), to, world)
            } else {
                retyped(value, to)
            };
        }
        Data::Open(_) if value.parts().is_none() && matches!(to, Type::Object(_)) && remakes(to, value.said_type()) => {
            return completed(value, to, world);
        }
        Data::Open(input) if remakes_elements(to, value.said_type()) => {
            return retyped(with_other_elements(&value, input, to), to);
        }
        Data::Open(input) if converts_elements(to, &value) => {
            let name = format!("convert({}, {to})", input.itself().name);
            return retyped(with_converted_elements(&value, input, to, name, world), to);
        }
        Data::Open(input) => return settle(retyped(narrow(&value, input, to, world), to), world),
        _ => {}
    }
    let ty = to.of_converted(value.said_type());
    let converted = match to {
        Type::Any => value,
        Type::Bool => to_bool(value, world),
        Type::Number => to_number(value, world),
        Type::String => to_text(value),
        Type::List(element) if matches!(value.data, Data::List(ListKind::Set, _)) => list_of_set(value, element, world),
        Type::List(element) => {
            to_list(value, element, world, |items, origin| Value::list(ListKind::List, items, origin))
        }
        Type::Set(element) => to_list(value, element, world, set),
        Type::Map(element) => to_map(value, element, world),
        Type::Tuple(types) => to_tuple(value, types, world),
        Type::Object(attributes) => to_object(&value, attributes, world),
    };
    converted.typed(&ty)
}

/// What waits for an answer, as what it may come to is converted.
fn converted_later(value: &Value, to: &Type, world: &World) -> Value {
    let converted = |value: &Value, to: &Type| convert(value.clone(), to, world);
    if let Some(parts) = value.merged() {
        return merged_later(value, parts, to, world);
    }
    match (value.awaited_elements(), to) {
        (None, _) => value.then(&|value| converted(value, to)),
        (Some(elements), Type::List(element) | Type::Set(element)) if !element.is_vague() => {
            let elements = elements.iter().map(|value| converted(value, element)).collect();
            value.clone().unsaid().awaiting(Awaited::Elements(elements))
        }
        (Some(_), Type::Any) => value.clone(),
        (Some(_), _) => value.clone().unsaid(),
    }
}

/// A map that waits, as one that its parts make once they are converted.
fn merged_later(value: &Value, parts: &[Value], to: &Type, world: &World) -> Value {
    match to {
        Type::Any => value.clone(),
        Type::Map(element) if !element.is_vague() => {
            let parts = parts.iter().map(|part| convert(part.clone(), to, world)).collect();
            value.clone().unsaid().awaiting(Awaited::Merged(parts))
        }
        Type::Object(attributes) => object_of_parts(value, parts, attributes, world),
        _ => value.clone().unsaid(),
    }
}

/// Whether a value of one type may be converted to another, in which `any` stands for one type of all elements.
fn may_become(from: &Type, to: &Type) -> bool {
    let have_one = |types: &[Type]| common(types).is_some();
    from.may_become(to)
        && match (from, to) {
            (Type::Tuple(items), Type::List(element) | Type::Set(element)) if element.is_vague() => have_one(items),
            (Type::Object(attributes), Type::Map(element)) if element.is_vague() => {
                have_one(&attributes.values().map(|attribute| attribute.ty.clone()).collect::<Vec<_>>())
            }
            _ => true,
        }
}

/// A value that is not known, or null, as one of the type that it is converted to.
pub(super) fn retyped(value: Value, to: &Type) -> Value {
    let ty = match (to.element(), value.said_type()) {
        // Its elements may have a type that is known though it has none itself.
        (Some(_), Type::Any) => to.of_converted(&Type::list(value.element_type().clone())),
        (_, said) => to.of_converted(said),
    };
    Value { ty: None, ..value }.typed(&ty)
}

/// Whether a conversion makes of the attributes or elements that a type names a collection of elements.
fn is_gathered(to: &Type, from: &Type) -> bool {
    matches!((to, from), (Type::Map(_), Type::Object(_)) | (Type::List(_) | Type::Set(_), Type::Tuple(_)))
}

/// Whether a conversion makes another object: with fewer attributes, or with defaults for some that had none.
fn remakes(to: &Type, from: &Type) -> bool {
    leaves_out(to, from) || completes_more(to, from)
}

/// Whether a conversion leaves out attributes, also of objects inside.
fn leaves_out(to: &Type, from: &Type) -> bool {
    match (to, from) {
        (Type::Object(attributes), Type::Object(given)) => {
            let is_smaller = |(name, given): (&String, &Attribute)| {
                attributes.get(name).is_none_or(|attribute| leaves_out(&attribute.ty, &given.ty))
            };
            given.iter().any(is_smaller)
        }
        (to, from) => to.element().zip(from.element()).is_some_and(|(to, from)| leaves_out(to, from)),
    }
}

/// Whether a conversion gives some attributes defaults that had none, also of objects inside.
fn completes_more(to: &Type, from: &Type) -> bool {
    match (to, from) {
        (Type::Object(attributes), Type::Object(given)) => {
            let is_completed = |(name, attribute): (&String, &Attribute)| {
                let is_given_default = to.completes(name) && !from.completes(name);
                is_given_default || given.get(name).is_none_or(|given| completes_more(&attribute.ty, &given.ty))
            };
            attributes.iter().any(is_completed)
        }
        (Type::Object(attributes), Type::Map(_) | Type::Any) => attributes.keys().any(|name| to.completes(name)),
        (to, from) => to.element().zip(from.element()).is_some_and(|(to, from)| completes_more(to, from)),
    }
}

/// Whether a conversion leaves attributes out, and changes nothing else.
pub(super) fn only_leaves_out(to: &Type, from: &Type) -> bool {
    leaves_out(to, from) && !completes_more(to, from)
}

/// Whether a conversion makes other objects of the elements, or sets of lists.
fn remakes_elements(to: &Type, from: &Type) -> bool {
    to.element().is_some_and(|element| {
        let from = from.element().unwrap_or(&Type::Any);
        let is_set_of_list = matches!((element, from), (Type::Set(_), Type::List(_)));
        is_set_of_list || remakes(element, from) || remakes_elements(element, from)
    })
}

/// Whether a conversion makes something else of elements of which no type is written, or may.
fn converts_elements(to: &Type, value: &Value) -> bool {
    match (to, value.said_type()) {
        _ if value.parts().is_some() => false,
        (Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Tuple(_) | Type::Object(_), Type::Any) => {
            let made = value.element();
            let element = made.map_or_else(|| value.element_type().clone(), of);
            let is_asked_for = made.is_some() && matches!(to.element(), Some(Type::Bool | Type::Number));
            let may_be_others = |to: &Type| match &element {
                Type::Any => !is_asked_for && (may_convert(to, &element) || *to == Type::Any),
                element => changes(to, element),
            };
            to.element().map_or(!is_asked_for, may_be_others)
        }
        (to, from) => to.element().zip(from.element()).is_some_and(|(to, from)| may_convert(to, from)),
    }
}

/// Whether a conversion makes something else of what has a type.
fn changes(to: &Type, from: &Type) -> bool {
    match (to, from) {
        (Type::Any, _) => false,
        (Type::Object(attributes), Type::Object(given)) => {
            let differs = |(name, attribute): (&String, &Attribute)| {
                given.get(name).is_none_or(|given| changes(&attribute.ty, &given.ty))
            };
            remakes(to, from) || attributes.iter().any(differs)
        }
        (Type::List(to), Type::List(from)) | (Type::Set(to), Type::Set(from)) | (Type::Map(to), Type::Map(from)) => {
            changes(to, from)
        }
        (to, from) => to != from,
    }
}

/// Whether something of which no type is written stands where a type is wanted.
fn may_convert(to: &Type, from: &Type) -> bool {
    match (to, from) {
        (to, Type::Any) => *to != Type::Any,
        (to, from) => to.element().zip(from.element()).is_some_and(|(to, from)| may_convert(to, from)),
    }
}

pub(super) fn refuse(value: &Value, wanted: &str) -> Value {
    let said = value.said_type();
    let found = if *said == Type::Any { kind(value).to_owned() } else { said.describe() };
    Value::failed(format!("a {wanted} is needed, this is a {found}"), value.origin.clone())
}

fn to_bool(value: Value, world: &World) -> Value {
    match &value.data {
        Data::Bool(_) => value,
        Data::Text(text) => match text.as_literal() {
            Some("true" | "1") => Value::bool(true, value.origin),
            Some("false" | "0") => Value::bool(false, value.origin),
            Some(_) => refuse(&value, "bool"),
            None => derived("tobool", &value, Outcome::Bool, world),
        },
        _ => refuse(&value, "bool"),
    }
}

fn to_number(value: Value, world: &World) -> Value {
    match &value.data {
        Data::Number(_) => value,
        Data::Text(text) => match text.as_literal() {
            Some(text) => match Number::parse(text) {
                Ok(number) => Value::number(number, value.origin),
                Err(NoNumber::Undefined) => refuse(&value, "number"),
                Err(NoNumber::TooLarge) => too_large(text, value.origin),
            },
            None => derived("tonumber", &value, Outcome::Number, world),
        },
        _ => refuse(&value, "number"),
    }
}

fn to_text(value: Value) -> Value {
    match &value.data {
        Data::Text(_) => value,
        Data::Bool(known) => Value::text(known.to_string(), value.origin),
        Data::Number(known) => Value::text(known.to_string(), value.origin),
        _ => refuse(&value, "string"),
    }
}

fn derived(function: &str, value: &Value, outcome: Outcome, world: &World) -> Value {
    let name = format!("{function}({})", value.describe());
    let obstacle = value.obstacle().unwrap_or(value);
    derive(name, obstacle, outcome, world, value.origin.clone())
}

fn to_list(value: Value, element: &Type, world: &World, make: fn(Vec<Value>, Origin) -> Value) -> Value {
    let Data::List(kind, items) = &value.data else { return refuse(&value, "list") };
    // Terraform finds no one type for the items of a tuple of which one is null and another is no scalar.
    let is_untyped_null = |item: &Value| item.is_null() && *item.said_type() == Type::Any;
    let is_scalar = |item: &Value| matches!(of(item), Type::Any | Type::Bool | Type::Number | Type::String);
    if *kind == ListKind::Tuple
        && *element == Type::Any
        && items.iter().any(is_untyped_null)
        && !items.iter().all(is_scalar)
    {
        return Value::failed("all elements must have the same type", value.origin);
    }
    match elements(items.as_ref().clone(), element, world) {
        Ok(items) => make(items, value.origin),
        Err(None) => Value::failed("all elements must have the same type", value.origin),
        Err(Some(failed)) => failed,
    }
}

/// The list that a set makes. Where an element is not known, neither is the order, nor whether it is one of the others.
fn list_of_set(value: Value, element: &Type, world: &World) -> Value {
    let name = format!("tolist({})", value.describe());
    let list = to_list(value, element, world, |items, origin| Value::list(ListKind::List, items, origin));
    let alone = |item: &Value| Value::list(ListKind::List, vec![item.clone()], list.origin.clone());
    match list.as_list() {
        Some(items) if items.len() > 1 && list.obstacle().is_some() => {
            joined(name, Junction::Set, items.iter().map(alone).collect(), world, list.origin.clone())
        }
        _ => list,
    }
}

fn to_map(value: Value, element: &Type, world: &World) -> Value {
    let Data::Map(_, entries) = &value.data else { return refuse(&value, "map") };
    let keys: Vec<String> = entries.keys().cloned().collect();
    match elements(entries.values().cloned().collect(), element, world) {
        Ok(items) => Value::map(MapKind::Map, keys.into_iter().zip(items).collect(), value.origin),
        Err(None) => Value::failed("all elements must have the same type", value.origin),
        Err(Some(failed)) => failed,
    }
}

/// The elements converted; the failed one if one cannot be, nothing if they have no type in common.
fn elements(items: Vec<Value>, element: &Type, world: &World) -> Result<Vec<Value>, Option<Value>> {
    let items = match element {
        Type::Any => items,
        element => items.into_iter().map(|item| convert(item, element, world)).collect::<Vec<_>>(),
    };
    match items.iter().find(|item| matches!(item.data, Data::Failed(_))) {
        Some(failed) => Err(Some(failed.clone())),
        // `any` inside of the element's type stands for one type in all of them.
        None if element.is_vague() => unify(items, world).ok_or(None),
        None => Ok(items),
    }
}

fn to_tuple(value: Value, types: &[Type], world: &World) -> Value {
    let Data::List(_, items) = &value.data else { return refuse(&value, "tuple") };
    if items.len() != types.len() {
        let message = format!("a tuple of {} elements is needed, this has {}", types.len(), items.len());
        return Value::failed(message, value.origin);
    }
    let items: Vec<Value> =
        items.iter().zip(types).map(|(item, element)| convert(item.clone(), element, world)).collect();
    match items.iter().find(|item| matches!(item.data, Data::Failed(_))) {
        Some(failed) => failed.clone(),
        None => Value::list(ListKind::Tuple, items, value.origin),
    }
}

fn to_object(value: &Value, attributes: &IndexMap<String, Attribute>, world: &World) -> Value {
    let Data::Map(_, entries) = &value.data else { return refuse(value, "object") };
    object_of(value, attributes, world, |name| entries.get(name).cloned())
}

pub(super) fn object_of_parts(
    value: &Value,
    parts: &[Value],
    attributes: &IndexMap<String, Attribute>,
    world: &World,
) -> Value {
    object_of(value, attributes, world, |name| {
        let key = Literal::Text(name.to_owned());
        // An object holds the attributes of its type, and no others.
        let held = |part: &Value| match part.said_type() {
            Type::Object(attributes) => Some(Value::bool(attributes.contains_key(name), part.origin.clone())),
            _ => None,
        };
        let element = |part: &Value| (element_of(part, &key, world, part.origin.clone()), held(part));
        match entry(parts, name, world, &element) {
            Entry::Held(held) => Some(held.unsaid()),
            Entry::Missing => None,
        }
    })
}

pub(super) fn object_of(
    value: &Value,
    attributes: &IndexMap<String, Attribute>,
    world: &World,
    given: impl Fn(&str) -> Option<Value>,
) -> Value {
    let mut converted = IndexMap::with_capacity(attributes.len());
    for (name, attribute) in attributes {
        let given = match (given(name), &attribute.default) {
            (Some(given), Some(default)) => {
                // Another value than null stands in for null: what an input decides waits for that answer.
                let given = if default.is_null() { given } else { given.null_decided(world) };
                if given.is_null() { default.clone() } else { convert(given, &attribute.ty, world) }
            }
            (Some(given), None) => convert(given, &attribute.ty, world),
            (None, Some(default)) => default.clone(),
            (None, None) => Value::failed(format!("attribute \"{name}\" is required"), value.origin.clone()),
        };
        if matches!(given.data, Data::Failed(_)) {
            return given;
        }
        converted.insert(name.clone(), given);
    }
    Value::map(MapKind::Object, converted, value.origin.clone())
}
