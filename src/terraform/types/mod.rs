//! Terraform's type constraints, and the conversions they ask for.
//!
//! Knows values and the text of a constraint; knows nothing of variables or modules.

mod constant;
mod convert;
mod order;
mod parse;
#[cfg(test)]
mod tests;
mod unify;

use indexmap::IndexMap;

use crate::value::{Data, Domain, ListKind, Literal, MapKind, Value};

pub use constant::constant;
pub use convert::convert;
pub use order::{compare, set};
pub use parse::parse;
pub use unify::{of, unify};

/// A type constraint.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// `any`: whatever it is.
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(…)`
    List(Box<Type>),
    /// `set(…)`
    Set(Box<Type>),
    /// `map(…)`
    Map(Box<Type>),
    /// `tuple([…])`
    Tuple(Vec<Type>),
    /// `object({…})`
    Object(IndexMap<String, Attribute>),
}

/// An attribute of an object type.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// What it must be.
    pub ty: Type,
    /// For `optional(…)`: the value it has when it is missing or null, which is null when no default is written.
    /// `None` when the attribute is required.
    pub default: Option<Value>,
}

/// Whether null is among the values of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nullable {
    /// It may be null.
    Yes,
    /// It never is.
    No,
}

/// The values an open input of this type can have.
#[must_use]
pub fn domain(ty: &Type, nullable: Nullable) -> Domain {
    let never_null = nullable == Nullable::No;
    let values = (*ty == Type::Bool).then(|| {
        let null = (!never_null).then_some(Literal::Null);
        [Literal::Bool(true), Literal::Bool(false)].into_iter().chain(null).collect()
    });
    Domain { values, never_null, never_empty: matches!(ty, Type::Bool | Type::Number), ..Domain::default() }
}

impl Type {
    /// `list(…)`
    #[must_use]
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// `set(…)`
    #[must_use]
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// `map(…)`
    #[must_use]
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// The type as Terraform's messages call it.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Any => "any single type".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Number => "number".to_owned(),
            Self::String => "string".to_owned(),
            Self::List(element) => format!("list of {}", element.describe()),
            Self::Set(element) => format!("set of {}", element.describe()),
            Self::Map(element) => format!("map of {}", element.describe()),
            Self::Tuple(_) => "tuple".to_owned(),
            Self::Object(_) => "object".to_owned(),
        }
    }
}

/// What a value is, as Terraform's messages call it.
#[must_use]
pub fn kind(value: &Value) -> &'static str {
    match value.data {
        Data::Null => "null",
        Data::Bool(_) => "bool",
        Data::Number(_) => "number",
        Data::Text(_) => "string",
        Data::List(ListKind::Tuple, _) => "tuple",
        Data::List(ListKind::List, _) => "list",
        Data::List(ListKind::Set, _) => "set",
        Data::Map(MapKind::Map, _) => "map",
        Data::Map(MapKind::Object, _) | Data::Object(_) => "object",
        Data::Opaque(_) | Data::Open(_) | Data::Pending(_) | Data::Failed(_) => "value that is not known yet",
    }
}
