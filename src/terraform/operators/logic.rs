//! `&&`, `||`, `!`, and the same over any number of operands.

use std::sync::Arc;

use crate::terraform::types::{Type, convert};
use crate::terraform::unknown::whether;
use crate::value::{Ask, Data, Origin, Question, Value, World, is_inside, names_in};

/// `!value`
#[must_use]
pub fn not(value: Value, world: &World, origin: Origin) -> Value {
    if value.is_null() {
        return Value::failed("a bool is needed behind !, this is null", value.origin);
    }
    let value = truth(value, world);
    match value.as_bool() {
        Some(known) => Value::bool(!known, origin),
        None => value,
    }
}

/// `left && right`: one that is false decides. [`or`] tells of errors.
#[must_use]
pub fn and(left: Value, right: Value, world: &World, origin: Origin) -> Value {
    short_circuit([left, right], false, world, origin)
}

/// What is said of an operand that is null.
const NULL_OPERAND: &str = "a bool is needed, this is null";

/// `left || right`: one that is true decides, on either side. Since version 1.12 of Terraform and 1.10 of OpenTofu an error
/// in the other is dropped then, but not that an operand is no bool. Null is refused here as it is before those versions,
/// however deep it stands; since then it is worth what false is beside `&&`, and is dropped beside a true operand.
///
/// <https://github.com/hashicorp/hcl/blob/main/hclsyntax/expression_ops.go>
#[must_use]
pub fn or(left: Value, right: Value, world: &World, origin: Origin) -> Value {
    short_circuit([left, right], true, world, origin)
}

fn short_circuit(values: [Value; 2], decisive: bool, world: &World, origin: Origin) -> Value {
    let is_failed = |value: &Value| matches!(value.data, Data::Failed(_));
    let has_value = values.each_ref().map(|value| !is_failed(value));
    let is_deep = values.first().is_some_and(Value::is_waiting);
    let values = values.map(|value| truth(value, world));
    let is_null = |value: &Value| matches!(&value.data, Data::Failed(failure) if failure.message == NULL_OPERAND);
    let is_unfit = |(value, has_value): &(&Value, bool)| {
        is_failed(value) && *has_value || is_null(value) || value.is_final_failure()
    };
    if let Some((unfit, _)) = values.iter().zip(has_value).find(is_unfit) {
        return unfit.clone();
    }
    if values.iter().any(|value| value.as_bool() == Some(decisive)) {
        return Value::bool(decisive, origin);
    }
    let waiting = values.iter().find(|value| value.is_waiting());
    let undecided = waiting.or_else(|| values.iter().find(|value| value.as_bool().is_none()));
    let [left, right] = &values;
    let first = if looks_into_what_may_be_null(left, right) { Some(right) } else { undecided };
    let null = first
        .filter(|first| right.is_waiting() && is_deep && std::ptr::eq(*first, left))
        .and_then(|first| null_of(first, world));
    null.or_else(|| first.cloned()).unwrap_or_else(|| Value::bool(!decisive, origin))
}

/// The question whether what an operand looks into is null, where it waits for its truth: `!null` is an error, which another
/// operand that decides makes up for.
fn null_of(operand: &Value, world: &World) -> Option<Value> {
    let Data::Pending(question) = &operand.data else { return None };
    let may_be_null = question.ask == Ask::True && !question.input.domain.never_null;
    let null = || Value::answer(Question::new(Arc::clone(&question.input), Ask::Null), world, operand.origin.clone());
    may_be_null.then(null).filter(Value::is_waiting)
}

/// Whether the left operand waits for something of what the right one waits to be told null or not: that is asked first,
/// because the left one has no value of null.
fn looks_into_what_may_be_null(left: &Value, right: &Value) -> bool {
    let (Data::Pending(left), Data::Pending(right)) = (&left.data, &right.data) else { return false };
    let whole = right.input.name.as_str();
    let is_of_it = |name: &str| name == whole || is_inside(name, whole);
    let name = left.input.name.as_str();
    right.ask == Ask::Null && left.ask != Ask::Null && names_in(name).into_iter().chain([name]).any(is_of_it)
}

/// Whether all the operands are true. One that is false decides, whatever the others wait for.
#[must_use]
pub fn all(values: Vec<Value>, world: &World, origin: Origin) -> Value {
    decide(values, false, world, origin)
}

/// Whether any of the operands is true. One that is true decides, whatever the others wait for.
#[must_use]
pub fn any(values: Vec<Value>, world: &World, origin: Origin) -> Value {
    decide(values, true, world, origin)
}

/// `decisive` if one operand is; else what the first undecided operand waits for; else the opposite.
fn decide(values: Vec<Value>, decisive: bool, world: &World, origin: Origin) -> Value {
    let values: Vec<Value> = values.into_iter().map(|value| truth(value, world)).collect();
    let failed = values.iter().find(|value| matches!(value.data, Data::Failed(_)));
    if let Some(failed) = failed {
        return failed.clone();
    }
    if values.iter().any(|value| value.as_bool() == Some(decisive)) {
        return Value::bool(decisive, origin);
    }
    values.into_iter().find(|value| value.as_bool().is_none()).unwrap_or_else(|| Value::bool(!decisive, origin))
}

/// The operand as a boolean: known, failed, or pending on the question whether it is true.
fn truth(value: Value, world: &World) -> Value {
    if value.is_null() {
        return Value::failed(NULL_OPERAND, value.origin);
    }
    let value = convert(value, &Type::Bool, world);
    match &value.data {
        Data::Open(input) => Value::answer(Question::new(Arc::clone(input), Ask::True), world, value.origin.clone()),
        Data::Opaque(_) => whether(value.describe(), world, value.origin.clone()),
        Data::Object(..) => Value::failed("a bool is needed, this is an object", value.origin),
        _ => value,
    }
}
