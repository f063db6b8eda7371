//! Terraform's type constraints, and the conversions they ask for.
//!
//! Knows values and the text of a constraint; knows nothing of variables or modules.

mod constant;
mod convert;
mod defaults;
mod open;
mod order;
mod parse;
#[cfg(test)]
mod tests;
mod unify;
mod untyped;

use crate::value::{Data, Domain, Emptiness, Keys, ListKind, Literal, MapKind, Value};

pub use constant::constant;
pub use convert::convert;
pub use defaults::with_defaults_of;
pub use open::{if_empty, one_of_all, open_part, shaped, whether_true};
pub use order::{compare, set};
pub use parse::parse;
pub use unify::{common, common_of, may_differ, of, unify};

pub use crate::value::{Attribute, Type};

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
    let never_empty = matches!(ty, Type::Bool | Type::Number);
    let keys = match ty {
        Type::List(_) => Keys::Positions,
        Type::Number => Keys::Number,
        Type::Any => Keys::Untyped,
        _ => Keys::Any,
    };
    let empty = match ty {
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => Emptiness::List,
        Type::Map(_) | Type::Object(_) => Emptiness::Map,
        Type::Any | Type::Bool | Type::Number | Type::String => Emptiness::Text,
    };
    Domain { values, never_null, never_empty, keys, empty, ..Domain::default() }
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
        Data::Map(MapKind::Object, _) | Data::Object(..) => "object",
        Data::Opaque(_) | Data::Open(_) | Data::Pending(_) | Data::Failed(_) => "value that is not known yet",
    }
}
