//! Terraform's operators over values of a world: equality, order, arithmetic and logic.
//!
//! Knows values only; knows neither expressions nor modules. Total: what the real tool would refuse is a failed
//! value, what an input decides is pending on a question.

use crate::syntax::BinaryOperator;
use crate::value::{Origin, Value, World};

/// `left == right`: a boolean, or pending on the question that decides it. Equality does not convert, so the text
/// "true" is not the boolean, and a list is not a tuple.
#[must_use]
pub fn equal(left: &Value, right: &Value, world: &World, origin: Origin) -> Value {
    let _ = (left, right, world);
    Value::failed("not written yet", origin)
}

/// `left operator right`.
#[must_use]
pub fn binary(operator: BinaryOperator, left: Value, right: Value, world: &World, origin: Origin) -> Value {
    let _ = (operator, left, right, world);
    Value::failed("not written yet", origin)
}

/// `-value`
#[must_use]
pub fn negate(value: Value, world: &World, origin: Origin) -> Value {
    let _ = (value, world);
    Value::failed("not written yet", origin)
}

/// `!value`
#[must_use]
pub fn not(value: Value, world: &World, origin: Origin) -> Value {
    let _ = (value, world);
    Value::failed("not written yet", origin)
}
