//! Functions that convert or mark a value.

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function};
use crate::terraform::types::{Type, convert};
use crate::terraform::unknown::{Outcome, derive};
use crate::value::{Data, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("ephemeralasnull", &[P::Nullable], Outcome::Set, unmarked),
    function("issensitive", &[P::Nullable], Outcome::Bool, |_| Err(Trouble::Unknown)),
    function("nonsensitive", &[P::Nullable], Outcome::Set, unmarked),
    function("sensitive", &[P::Nullable], Outcome::Set, unmarked),
    function("tobool", &[P::Nullable], Outcome::Bool, |arguments| to(arguments, &Type::Bool)),
    function("tolist", &[P::Nullable], Outcome::Set, |arguments| to(arguments, &Type::list(Type::Any))),
    function("tomap", &[P::Nullable], Outcome::Set, |arguments| to(arguments, &Type::map(Type::Any))),
    function("tonumber", &[P::Nullable], Outcome::Number, |arguments| to(arguments, &Type::Number)),
    function("toset", &[P::Nullable], Outcome::Set, |arguments| to(arguments, &Type::set(Type::Any))),
    function("tostring", &[P::Nullable], Outcome::Set, |arguments| to(arguments, &Type::String)),
];

/// Whether a value is sensitive or ephemeral is not followed here; its content is the same.
#[allow(clippy::unnecessary_wraps, reason = "the table holds functions that may refuse")]
fn unmarked(arguments: &Arguments) -> Answer {
    Ok(arguments.value(0).clone())
}

/// What is unknown keeps its name: the conversion of an input or of a deployed value asks nothing new of it. Only the
/// text of an input with few values is another value than the input.
fn to(arguments: &Arguments, ty: &Type) -> Answer {
    let value = convert(arguments.value(0).clone(), ty, arguments.world());
    match (&value.data, ty) {
        (Data::Failed(failure), _) => Err(failure.message.clone().into()),
        (Data::Open(input), Type::String) if input.domain.values.is_some() => {
            let name = format!("tostring({})", input.name);
            Ok(derive(name, &value, Outcome::Set, arguments.world(), arguments.origin()))
        }
        (Data::Opaque(_), Type::Bool | Type::Number) => Err(Trouble::Unknown),
        _ => Ok(Value { origin: arguments.value(0).origin.clone(), ..value }),
    }
}
