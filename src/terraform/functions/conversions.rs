//! Functions that convert or mark a value.

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function};
use crate::terraform::types::{Type, convert};
use crate::terraform::unknown::{Outcome, derive, open};
use crate::value::{Data, Domain, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("ephemeralasnull", &[P::Nullable], Outcome::Set, ephemeral_as_null),
    function("issensitive", &[P::Nullable], Outcome::Bool, |_| Err(Trouble::Unknown)),
    function("nonsensitive", &[P::Nullable], Outcome::Set, unmarked),
    function("sensitive", &[P::Nullable], Outcome::Set, unmarked),
    function("tobool", &[P::Nullable], Outcome::Bool, |arguments| to("tobool", arguments)),
    function("tolist", &[P::Nullable], Outcome::Set, |arguments| to("tolist", arguments)),
    function("tomap", &[P::Nullable], Outcome::Set, |arguments| to("tomap", arguments)),
    function("tonumber", &[P::Nullable], Outcome::Number, |arguments| to("tonumber", arguments)),
    function("toset", &[P::Nullable], Outcome::Set, |arguments| to("toset", arguments)),
    function("tostring", &[P::Nullable], Outcome::Set, |arguments| to("tostring", arguments)),
];

/// Null in the place of everything ephemeral.
/// <https://developer.hashicorp.com/terraform/language/functions/ephemeralasnull>
#[allow(clippy::unnecessary_wraps, reason = "the table holds functions that may refuse")]
fn ephemeral_as_null(arguments: &Arguments) -> Answer {
    Ok(without_ephemerals(arguments.value(0), arguments))
}

fn without_ephemerals(value: &Value, arguments: &Arguments) -> Value {
    let inner = |value: &Value| without_ephemerals(value, arguments);
    match (arguments.call.host.is_ephemeral(value), &value.data) {
        (Some(true), _) => Value::null(value.origin.clone()).typed(value.said_type()),
        (Some(false), _) | (None, Data::Null | Data::Failed(_) | Data::Pending(_)) => value.clone(),
        (None, Data::List(kind, items)) => Value::list(*kind, items.iter().map(inner).collect(), value.origin.clone()),
        (None, Data::Map(kind, entries)) => {
            let entries = entries.iter().map(|(key, entry)| (key.clone(), inner(entry)));
            Value::map(*kind, entries.collect(), value.origin.clone())
        }
        (None, _) => {
            let name = format!("ephemeralasnull({})", value.describe());
            open(name, Domain::default(), arguments.world(), value.origin.clone())
        }
    }
}

/// Whether a value is sensitive is told by how it is written (`terraform::sensitivity`); its content is the same.
#[allow(clippy::unnecessary_wraps, reason = "the table holds functions that may refuse")]
fn unmarked(arguments: &Arguments) -> Answer {
    Ok(arguments.value(0).clone())
}

/// What a function converts to.
pub(super) fn target(name: &str) -> Option<Type> {
    Some(match name {
        "tobool" => Type::Bool,
        "tolist" => Type::list(Type::Any),
        "tomap" => Type::map(Type::Any),
        "tonumber" => Type::Number,
        "toset" => Type::set(Type::Any),
        "tostring" => Type::String,
        _ => return None,
    })
}

/// What is unknown keeps its name: the conversion of an input or of a deployed value asks nothing new of it. Only the
/// text of an input with few values is another value than the input.
fn to(name: &str, arguments: &Arguments) -> Answer {
    let ty = target(name).unwrap_or(Type::Any);
    let value = convert(arguments.value(0).clone(), &ty, arguments.world());
    match (&value.data, &ty) {
        (Data::Failed(failure), _) => Err(failure.message.clone().into()),
        (Data::Open(input), Type::String) if input.domain.values.is_some() => {
            let name = format!("tostring({})", input.name);
            Ok(derive(name, &value, Outcome::Set, arguments.world(), arguments.origin()))
        }
        (Data::Opaque(_), Type::Bool | Type::Number) => Err(Trouble::Unknown),
        _ => Ok(Value { origin: arguments.value(0).origin.clone(), ..value }),
    }
}
