//! `&&`, `||`, `!`, and the same over any number of operands.

use std::sync::Arc;

use crate::terraform::types::{Type, convert};
use crate::terraform::unknown::whether;
use crate::value::{Ask, Data, Origin, Question, Value, World};

/// `!value`
#[must_use]
pub fn not(value: Value, world: &World, origin: Origin) -> Value {
    let value = truth(value, world);
    match value.as_bool() {
        Some(known) => Value::bool(!known, origin),
        None => value,
    }
}

/// `left && right`: false where one is, else true where both are. One that is false decides, whatever becomes of the
/// other: since version 1.12 of Terraform and 1.10 of OpenTofu an error of the other is dropped, on either side. Null is
/// no error here, and not true.
///
/// <https://github.com/hashicorp/hcl/blob/main/hclsyntax/expression_ops.go>
#[must_use]
pub fn and(left: Value, right: Value, world: &World, origin: Origin) -> Value {
    let known = |value: Value| if value.is_null() { Value::bool(false, value.origin) } else { value };
    short_circuit([left, right].map(known), false, world, origin)
}

/// `left || right`: true where one is, whatever becomes of the other, as with [`and`]; null is an error beside what is not.
#[must_use]
pub fn or(left: Value, right: Value, world: &World, origin: Origin) -> Value {
    short_circuit([left, right], true, world, origin)
}

/// What is no bool is an error in any case; what has no value is one where the other does not decide.
fn short_circuit(values: [Value; 2], decisive: bool, world: &World, origin: Origin) -> Value {
    let is_failed = |value: &&Value| matches!(value.data, Data::Failed(_));
    let was_fine = values.each_ref().map(|value| !is_failed(&value) && !value.is_null());
    let values = values.map(|value| truth(value, world));
    let unfit = values.iter().zip(was_fine).find(|(value, was_fine)| *was_fine && is_failed(value));
    if let Some((unfit, _)) = unfit {
        return unfit.clone();
    }
    if values.iter().any(|value| value.as_bool() == Some(decisive)) {
        return Value::bool(decisive, origin);
    }
    let waiting = values.iter().find(|value| matches!(value.data, Data::Pending(_)));
    let undecided = waiting.or_else(|| values.iter().find(|value| value.as_bool().is_none()));
    undecided.cloned().unwrap_or_else(|| Value::bool(!decisive, origin))
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
        return Value::failed("a bool is needed, this is null", value.origin);
    }
    let value = convert(value, &Type::Bool, world);
    match &value.data {
        Data::Open(input) => Value::answer(Question::new(Arc::clone(input), Ask::True), world, value.origin.clone()),
        Data::Opaque(_) => whether(value.describe(), world, value.origin.clone()),
        Data::Object(..) => Value::failed("a bool is needed, this is an object", value.origin),
        _ => value,
    }
}
