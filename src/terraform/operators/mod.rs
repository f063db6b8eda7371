//! Terraform's operators over values of a world: equality, order, arithmetic and logic.
//!
//! Knows values only; knows neither expressions nor modules. Total: what the real tool would refuse is a failed
//! value, what an input decides is pending on a question.

mod arithmetic;
mod equality;
mod logic;
mod order;

use crate::syntax::BinaryOperator;
use crate::terraform::types::{Type, convert};
use crate::value::{Data, Origin, Value, World};

pub use arithmetic::negate;
pub use equality::{equal, is_decided, once_each, without_equals};
pub use logic::{all, any, not};

/// `left operator right`. A failed operand fails the whole, unless the other operand of `&&` or `||` decides.
#[must_use]
pub fn binary(operator: BinaryOperator, left: Value, right: Value, world: &World, origin: Origin) -> Value {
    let failed = [&left, &right].into_iter().find(|value| matches!(value.data, Data::Failed(_)));
    match (operator, failed) {
        (BinaryOperator::And, _) => logic::and(left, right, world, origin),
        (BinaryOperator::Or, _) => logic::or(left, right, world, origin),
        (_, Some(failed)) => failed.clone(),
        (BinaryOperator::Equal, None) => equal(&left, &right, world, origin),
        (BinaryOperator::NotEqual, None) => not(equal(&left, &right, world, origin.clone()), world, origin),
        (
            BinaryOperator::Less
            | BinaryOperator::LessOrEqual
            | BinaryOperator::Greater
            | BinaryOperator::GreaterOrEqual,
            None,
        ) => order::compare(operator, &left, &right, world, origin),
        (
            BinaryOperator::Add
            | BinaryOperator::Subtract
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo,
            None,
        ) => arithmetic::calculate(operator, &left, &right, world, origin),
    }
}

/// Whether this operand decides what the operator makes, whatever the other is: known, or pending. Only one of `&&` or `||`
/// ever does.
#[must_use]
pub fn decides(operator: BinaryOperator, operand: &Value, world: &World) -> Value {
    let origin = || operand.origin.clone();
    let decides = match operator {
        BinaryOperator::And => logic::not(operand.clone(), world, origin()),
        BinaryOperator::Or => logic::any(vec![operand.clone()], world, origin()),
        _ => Value::bool(false, origin()),
    };
    if matches!(decides.data, Data::Failed(_)) { Value::bool(false, origin()) } else { decides }
}

/// What both operands are converted to, which refuses null; nothing where the operator compares anything.
#[must_use]
pub fn operand_type(operator: BinaryOperator) -> Option<Type> {
    match operator {
        BinaryOperator::Equal | BinaryOperator::NotEqual => None,
        BinaryOperator::And | BinaryOperator::Or => Some(Type::Bool),
        _ => Some(Type::Number),
    }
}

/// The operator as it is written.
fn sign(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Or => "||",
        BinaryOperator::And => "&&",
        BinaryOperator::Equal => "==",
        BinaryOperator::NotEqual => "!=",
        BinaryOperator::Less => "<",
        BinaryOperator::LessOrEqual => "<=",
        BinaryOperator::Greater => ">",
        BinaryOperator::GreaterOrEqual => ">=",
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Modulo => "%",
    }
}

/// The operand as a number, converted as Terraform converts it; null is an error.
fn number(value: &Value, world: &World) -> Value {
    if value.is_null() {
        return Value::failed("a number is needed, this is null", value.origin.clone());
    }
    convert(value.clone(), &Type::Number, world)
}
