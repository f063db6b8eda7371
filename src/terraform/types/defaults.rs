//! The defaults of `optional(type, default)`, apart from the type that they are written in.

use super::{Attribute, Type};
use crate::value::{Origin, Value};

/// The type with the defaults of another in place of its own. What has no default there is null when it is missing.
#[must_use]
pub fn with_defaults_of(ty: &Type, other: &Type) -> Type {
    let inner = |element: &Type| with_defaults_of(element, other.element().unwrap_or(&Type::Any));
    match (ty, other) {
        (Type::List(element), _) => Type::list(inner(element)),
        (Type::Set(element), _) => Type::set(inner(element)),
        (Type::Map(element), _) => Type::map(inner(element)),
        (Type::Tuple(items), Type::Tuple(others)) if items.len() == others.len() => {
            Type::Tuple(items.iter().zip(others).map(|(item, other)| with_defaults_of(item, other)).collect())
        }
        (Type::Tuple(items), _) => Type::Tuple(items.iter().map(|item| with_defaults_of(item, &Type::Any)).collect()),
        (Type::Object(attributes), other) => {
            let attribute = |(name, own): (&String, &Attribute)| {
                let given = match other {
                    Type::Object(others) => others.get(name),
                    _ => None,
                };
                let default = given.and_then(|given| given.default.clone()).or_else(|| own.default.as_ref().map(null));
                let ty = with_defaults_of(&own.ty, given.map_or(&Type::Any, |given| &given.ty));
                (name.clone(), Attribute { ty, default })
            };
            Type::Object(attributes.iter().map(attribute).collect())
        }
        (Type::Any | Type::Bool | Type::Number | Type::String, _) => ty.clone(),
    }
}

fn null(default: &Value) -> Value {
    Value::null(default.origin.nearest().map_or_else(Origin::default, Origin::expression))
}
