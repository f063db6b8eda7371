//! `+`, `-`, `*`, `/`, `%` and the sign.

use bigdecimal::{BigDecimal, RoundingMode, Zero};

use super::{number, sign};
use crate::syntax::BinaryOperator;
use crate::terraform::unknown::{Outcome, derive};
use crate::value::{Data, Input, Number, Origin, Reason, Value, World};

/// How many digits a fraction keeps but in a division, which keeps 100: so what was rounded in a division rounds back
/// in a multiplication, as it does with the 512 bits (about 154 digits) that Terraform keeps.
const FRACTION_DIGITS: u64 = 90;
/// How large or small a number may get, as a power of ten: beyond that its digits would fill the memory.
const MAX_EXPONENT: i64 = 2_000;

/// `-value`
#[must_use]
#[allow(clippy::needless_pass_by_value, reason = "as every operator takes its operands")]
pub fn negate(value: Value, world: &World, origin: Origin) -> Value {
    let value = number(&value, world);
    match &value.data {
        Data::Number(known) => Value::number(-known.decimal().clone(), origin),
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
    let (left, right) = (left.decimal(), right.decimal());
    let result = match operator {
        BinaryOperator::Add => left + right,
        BinaryOperator::Subtract => left - right,
        BinaryOperator::Multiply => left * right,
        BinaryOperator::Divide if right.is_zero() && left.is_zero() => {
            return Value::failed("zero cannot be divided by zero", origin);
        }
        BinaryOperator::Divide if right.is_zero() => {
            let reason = Reason::Unsupported("a division by zero is infinity".to_owned());
            return Value::open(Input::undecidable(name(), reason, origin.clone()), origin);
        }
        BinaryOperator::Divide => return Value::number(left / right, origin),
        // A remainder of a division by zero is the dividend.
        _ if right.is_zero() => left.clone(),
        _ => left % right,
    };
    if let Some(number) = limited(&result) {
        return Value::number(number, origin);
    }
    let reason = Reason::Limit("the number is too large".to_owned());
    Value::open(Input::undecidable(name(), reason, origin.clone()), origin)
}

/// The number with no more digits than are kept; `None` if it is too large or too small.
fn limited(number: &BigDecimal) -> Option<Number> {
    let (_, scale) = number.as_bigint_and_exponent();
    if scale.abs() > MAX_EXPONENT || number.digits() > MAX_EXPONENT.unsigned_abs() {
        return None;
    }
    if number.is_integer() || number.digits() <= FRACTION_DIGITS {
        return Some(number.clone().into());
    }
    let precision = std::num::NonZeroU64::new(FRACTION_DIGITS)?;
    Some(number.with_precision_round(precision, RoundingMode::HalfEven).into())
}
