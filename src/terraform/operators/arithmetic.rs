//! `+`, `-`, `*`, `/`, `%` and the sign.

use super::{number, sign};
use crate::syntax::BinaryOperator;
use crate::terraform::unknown::{Outcome, derive, too_large};
use crate::value::{Data, NoNumber, Number, Origin, Value, World};

/// `-value`
#[must_use]
#[allow(clippy::needless_pass_by_value, reason = "as every operator takes its operands")]
pub fn negate(value: Value, world: &World, origin: Origin) -> Value {
    let value = number(&value, world);
    match &value.data {
        Data::Number(known) => Value::number(known.negated(), origin),
        Data::Failed(_) => value,
        _ => derive(format!("-{}", value.describe()), &value, Outcome::Number, world, origin),
    }
}

/// `left operator right` for numbers.
pub(super) fn calculate(operator: BinaryOperator, left: &Value, right: &Value, world: &World, origin: Origin) -> Value {
    let (left, right) = (number(left, world), number(right, world));
    let name = || format!("({} {} {})", left.describe(), sign(operator), right.describe());
    if let (Data::Number(left), Data::Number(right)) = (&left.data, &right.data) {
        return known(operator, left, right, name, origin);
    }
    let pair = Value::list(crate::value::ListKind::Tuple, vec![left.clone(), right.clone()], origin.clone());
    derive(name(), pair.obstacle().unwrap_or(&left), Outcome::Number, world, origin)
}

fn known(operator: BinaryOperator, left: &Number, right: &Number, name: impl Fn() -> String, origin: Origin) -> Value {
    let result = match operator {
        BinaryOperator::Add => left.plus(right),
        BinaryOperator::Subtract => left.minus(right),
        BinaryOperator::Multiply => left.times(right),
        BinaryOperator::Divide => left.over(right),
        _ => left.modulo(right),
    };
    match result {
        Ok(number) => Value::number(number, origin),
        Err(NoNumber::Undefined) => Value::failed(format!("{} is no number", name()), origin),
        Err(NoNumber::TooLarge) => too_large(name(), origin),
    }
}
