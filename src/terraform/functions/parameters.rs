//! What a function takes.

use crate::terraform::types::{Type, of};
use crate::value::{Data, Reason, Value};

/// What an argument must be. Null is refused where it is not said to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameter {
    /// Anything but null.
    Any,
    /// Anything.
    Nullable,
    /// A collection or a text.
    Sized,
    /// A list, a set or a tuple.
    Sequence,
    /// A list or a tuple: the elements of a set have no order.
    Ordered,
    /// A list, a tuple or null.
    OrderedOrNull,
    /// A map or an object.
    Keyed,
    /// A map, an object or null.
    KeyedOrNull,
    Number,
    /// A number without a fraction.
    Whole,
    Text,
    /// A text that is read as JSON: what was encoded is what it holds, and needs no text.
    Json,
    /// `list(any)`
    List,
    /// `list(bool)`
    Bools,
    /// `list(string)`
    Texts,
    /// `list(string)`, with null among them.
    TextsAndNulls,
    /// `set(any)`
    Set,
    /// `map(list(string))`
    TextLists,
}

impl Parameter {
    pub(super) fn ty(self) -> Type {
        match self {
            Self::Any
            | Self::Nullable
            | Self::Sized
            | Self::Sequence
            | Self::Ordered
            | Self::OrderedOrNull
            | Self::Keyed
            | Self::KeyedOrNull => Type::Any,
            Self::Number | Self::Whole => Type::Number,
            Self::Text | Self::Json => Type::String,
            Self::List => Type::list(Type::Any),
            Self::Bools => Type::list(Type::Bool),
            Self::Texts | Self::TextsAndNulls => Type::list(Type::String),
            Self::Set => Type::set(Type::Any),
            Self::TextLists => Type::map(Type::list(Type::String)),
        }
    }

    /// Whether it is looked into: an object or tuple is what its type says that it holds.
    pub(super) fn looks_into(self) -> bool {
        matches!(self, Self::Sized | Self::Sequence | Self::Ordered | Self::OrderedOrNull | Self::Keyed)
    }

    /// Whether it may be null.
    pub(super) fn takes_null(self) -> bool {
        matches!(self, Self::Nullable | Self::OrderedOrNull | Self::KeyedOrNull)
    }

    /// Whether its elements may not be null.
    pub(super) fn refuses_null_elements(self) -> bool {
        matches!(self, Self::Texts | Self::TextLists)
    }

    /// What is needed in place of an unknown value of this type, where it is no one type that is needed.
    pub(super) fn needed(self, ty: &Type) -> Option<&'static str> {
        let is_sequence = matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_));
        let is_keyed = matches!(ty, Type::Map(_) | Type::Object(_));
        let (needed, is_taken) = match self {
            Self::Sized => ("collection or string", is_sequence || is_keyed || *ty == Type::String),
            Self::Sequence => ("list", is_sequence),
            Self::Ordered | Self::OrderedOrNull => ("list", is_sequence && !matches!(ty, Type::Set(_))),
            Self::Keyed | Self::KeyedOrNull => ("map", is_keyed),
            _ => return None,
        };
        (!is_taken && *ty != Type::Any).then_some(needed)
    }

    /// Whether an argument that is open, or something open in it, may be of a type that is refused.
    pub(super) fn may_refuse(self, argument: &Value) -> bool {
        match self {
            Self::Sized | Self::Sequence | Self::Ordered | Self::OrderedOrNull | Self::Keyed | Self::KeyedOrNull => {
                let is_collection = argument.parts().is_some() || argument.each().is_some() || is_of_for(argument);
                matches!(argument.data, Data::Open(_)) && !is_collection && of(argument) == Type::Any
            }
            Self::Whole => is_doubtful(argument, &Type::Number) || may_have_fraction(argument),
            _ => is_doubtful(argument, &self.ty()),
        }
    }
}

/// Whether a number may be one with a fraction: a length is none.
pub(super) fn may_have_fraction(value: &Value) -> bool {
    matches!(&value.data, Data::Open(input) if !matches!(input.reason, Reason::LengthOf(_)))
}

/// Whether an open value is what a `for` makes, which is a list or a map.
fn is_of_for(value: &Value) -> bool {
    matches!(&value.data, Data::Open(input) if ["[for ", "{for "].iter().any(|start| input.name.starts_with(start)))
}

/// Whether something open in a value may be of a type that is not converted to this one.
pub(in crate::terraform) fn is_doubtful(value: &Value, to: &Type) -> bool {
    let element = to.element().unwrap_or(&Type::Any);
    if let (Some((_, each)), Some(element)) = (value.each(), to.element()) {
        return is_doubtful(each, element);
    }
    if let Some((_, parts)) = value.parts() {
        return parts.iter().any(|part| is_doubtful(part, to));
    }
    match &value.data {
        Data::Open(_) => !of(value).always_becomes(to),
        // Of what is set at deployment no more is known than that it is a text.
        Data::Opaque(_) | Data::Text(_) if value.as_str().is_none() && of(value) == Type::String => {
            matches!(to, Type::Bool | Type::Number)
        }
        Data::List(_, items) => items.iter().any(|item| is_doubtful(item, element)),
        Data::Map(_, entries) => entries.values().any(|entry| is_doubtful(entry, element)),
        _ => false,
    }
}
