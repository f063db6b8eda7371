//! What a type says about the parts of a value.

use super::types::Type;

/// The type of an attribute, or of the element under a key.
pub(super) fn attribute(ty: &Type, name: &str) -> Option<Type> {
    match ty {
        Type::Object(attributes) => attributes.get(name).map(|attribute| attribute.ty.clone()),
        Type::Map(element) => Some(element.as_ref().clone()),
        _ => None,
    }
}

/// The type of all elements.
pub(super) fn element(ty: &Type) -> Option<Type> {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => Some(element.as_ref().clone()),
        _ => None,
    }
}

/// Whether a value of this type is, or may be, a list, a set or a tuple.
pub(super) fn may_be_list(ty: &Type) -> bool {
    matches!(ty, Type::Any | Type::List(_) | Type::Set(_) | Type::Tuple(_))
}
