//! Functions over numbers.

use num_bigint::BigInt;

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function};
use super::floating;
use crate::terraform::unknown::Outcome;
use crate::value::{Data, Number, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("abs", &[P::Number], Outcome::Number, |call| map(call, Number::absolute)),
    function("ceil", &[P::Number], Outcome::Number, |call| map(call, Number::ceil)),
    function("floor", &[P::Number], Outcome::Number, |call| map(call, Number::floor)),
    function("log", &[P::Number, P::Number], Outcome::Number, log),
    function("max", &[P::Number], Outcome::Number, |call| extreme(call, |left, right| left > right))
        .variadic(P::Number),
    function("min", &[P::Number], Outcome::Number, |call| extreme(call, |left, right| left < right))
        .variadic(P::Number),
    function("parseint", &[P::Any, P::Number], Outcome::Number, parse_int),
    function("pow", &[P::Number, P::Number], Outcome::Number, power),
    function("signum", &[P::Whole], Outcome::Number, sign),
];

fn map(arguments: &Arguments, change: fn(&Number) -> Number) -> Answer {
    Ok(Value::number(change(arguments.number(0)?), arguments.origin()))
}

/// Worked out in floating point, as Terraform does.
fn log(arguments: &Arguments) -> Answer {
    let (number, base) = (float(arguments, 0)?, float(arguments, 1)?);
    from_float(floating::ln(number) / floating::ln(base), arguments)
}

/// Worked out in floating point, as Terraform does.
fn power(arguments: &Arguments) -> Answer {
    from_float(floating::pow(float(arguments, 0)?, float(arguments, 1)?), arguments)
}

fn float(arguments: &Arguments, index: usize) -> Result<f64, Trouble> {
    let number = arguments.number(index)?;
    let float = number.to_float();
    if float.is_infinite() && number.is_finite() {
        return Err("the number is too large for floating point".into());
    }
    Ok(float)
}

fn from_float(result: f64, arguments: &Arguments) -> Answer {
    let number = Number::from_float(result).ok_or("the result is no number")?;
    Ok(Value::number(number, arguments.origin()))
}

fn extreme(arguments: &Arguments, better: fn(&Number, &Number) -> bool) -> Answer {
    let mut best = arguments.number(0)?;
    for index in 1..arguments.values.len() {
        let number = arguments.number(index)?;
        if better(number, best) {
            best = number;
        }
    }
    Ok(Value::number(best.clone(), arguments.origin()))
}

fn sign(arguments: &Arguments) -> Answer {
    let sign = arguments.whole(0)?.signum();
    Ok(Value::number(sign, arguments.origin()))
}

fn parse_int(arguments: &Arguments) -> Answer {
    let text = match &arguments.value(0).data {
        Data::Text(text) => text.as_literal().ok_or(Trouble::Unknown)?,
        Data::Opaque(_) | Data::Open(_) | Data::Pending(_) => return Err(Trouble::Unknown),
        _ => return Err("the first argument must be a string".into()),
    };
    let base = u32::try_from(arguments.whole(1)?).ok().filter(|base| (2..=62).contains(base));
    let base = base.ok_or("the base must be between 2 and 62")?;
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.len() > 1_000 {
        return Err(Trouble::Limit("the number has more than 1000 digits".to_owned()));
    }
    let mut number = BigInt::from(0);
    for character in digits.chars() {
        let digit = digit(character, base).filter(|digit| *digit < base);
        number = number * base + digit.ok_or_else(|| format!("\"{text}\" is not a number of base {base}"))?;
    }
    if digits.is_empty() {
        return Err("an empty text is no number".into());
    }
    Ok(Value::number(if negative { -number } else { number }, arguments.origin()))
}

/// What a digit is worth. Up to base 36 letters of both cases are the same; beyond it upper case follows lower case.
fn digit(character: char, base: u32) -> Option<u32> {
    match character {
        'A'..='Z' if base > 36 => Some(u32::from(character) - u32::from('A') + 36),
        _ => character.to_digit(36),
    }
}
