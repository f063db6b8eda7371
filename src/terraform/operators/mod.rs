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

/// `left operator right`. A failed operand fails the whole, also where the other operand would decide: up to version
/// 1.11 Terraform evaluates both.
#[must_use]
pub fn binary(operator: BinaryOperator, left: Value, right: Value, world: &World, origin: Origin) -> Value {
    if let Some(failed) = [&left, &right].into_iter().find(|value| matches!(value.data, Data::Failed(_))) {
        return failed.clone();
    }
    match operator {
        BinaryOperator::Equal => equal(&left, &right, world, origin),
        BinaryOperator::NotEqual => not(equal(&left, &right, world, origin.clone()), world, origin),
        BinaryOperator::And => logic::all(vec![left, right], world, origin),
        BinaryOperator::Or => logic::any(vec![left, right], world, origin),
        BinaryOperator::Less
        | BinaryOperator::LessOrEqual
        | BinaryOperator::Greater
        | BinaryOperator::GreaterOrEqual => order::compare(operator, &left, &right, world, origin),
        BinaryOperator::Add
        | BinaryOperator::Subtract
        | BinaryOperator::Multiply
        | BinaryOperator::Divide
        | BinaryOperator::Modulo => arithmetic::calculate(operator, &left, &right, world, origin),
    }
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
