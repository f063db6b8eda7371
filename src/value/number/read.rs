//! Reading a number's text, as cty does: `ParseFloat` of Go with base 10 and 512 bits.

use num_bigint::BigUint;

use super::{MAX_EXPONENT, Magnitude, NoNumber, Number, WRITTEN};

/// How many digits a text may have: reading takes the square of it.
const MAX_DIGITS: usize = 40_000;

impl Number {
    /// The number behind `text` (`12`, `-1.5`, `1e3`, `Inf`).
    ///
    /// # Errors
    /// When the text is none, or one too large.
    pub fn parse(text: &str) -> Result<Self, NoNumber> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if matches!(unsigned, "Inf" | "inf") {
            return Ok(Self { negative, magnitude: Magnitude::Infinite, precision: WRITTEN });
        }
        // A `p` is an exponent of two.
        let (mantissa, tens, twos) = if let Some((mantissa, exponent)) = unsigned.split_once(['e', 'E']) {
            (mantissa, power(exponent)?, 0)
        } else if let Some((mantissa, exponent)) = unsigned.split_once(['p', 'P']) {
            (mantissa, 0, power(exponent)?)
        } else {
            (unsigned, 0, 0)
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(NoNumber::Undefined);
        }
        if digits.len() > MAX_DIGITS {
            return Err(NoNumber::TooLarge);
        }
        let mantissa = BigUint::parse_bytes(digits.as_bytes(), 10).ok_or(NoNumber::Undefined)?;
        let tens = tens - i64::try_from(fraction.len()).unwrap_or(i64::MAX);
        let magnitude = Magnitude::whole(mantissa).scaled(twos + tens);
        let number = Self { negative, magnitude, precision: WRITTEN };
        if number.is_zero() || tens == 0 {
            return number.checked();
        }
        let fives = power_of_five(tens.unsigned_abs())?;
        if tens < 0 { number.quotient(&fives, WRITTEN) } else { number.product(&fives, WRITTEN) }
    }
}

fn power(text: &str) -> Result<i64, NoNumber> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(NoNumber::Undefined);
    }
    text.parse().ok().filter(|power: &i64| power.abs() <= MAX_EXPONENT).ok_or(NoNumber::TooLarge)
}

/// A power of five as Go works it out: its square is rounded at every step, so a large one is not the nearest.
fn power_of_five(mut exponent: u64) -> Result<Number, NoNumber> {
    /// The largest power that Go takes from a table.
    const TABLE: u64 = 27;
    let five = |precision, power: u64| Number {
        negative: false,
        magnitude: Magnitude::whole(BigUint::from(5_u8).pow(u32::try_from(power).unwrap_or(u32::MAX))),
        precision,
    };
    let mut result = five(WRITTEN + 64, exponent.min(TABLE));
    let mut factor = five(WRITTEN + 128, 1);
    exponent = exponent.saturating_sub(TABLE);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result.product(&factor, result.precision)?;
        }
        exponent >>= 1;
        if exponent > 0 {
            factor = factor.product(&factor, factor.precision)?;
        }
    }
    Ok(result)
}
