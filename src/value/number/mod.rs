//! A number as Terraform's are: a binary fraction of so many bits, rounded to the nearest, a tie to the even one.
//!
//! Knows what cty, Terraform's library of values, makes of numbers (a `big.Float` of Go): 512 bits for one that was
//! written, 64 for one that was counted, 53 for one that floating point worked out; an operation keeps the larger
//! precision of both sides. So `1.1 * 1.1` is not `1.21`. Knows no operator of a language.
//! <https://github.com/zclconf/go-cty/blob/main/cty/value_ops.go>

mod arithmetic;
mod decimal;
mod read;

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use num_bigint::{BigInt, BigUint, Sign};

pub use arithmetic::NoNumber;
pub use decimal::Decimal;

/// How many bits a number has that was written.
const WRITTEN: u64 = 512;
/// How many bits a number has at least that was counted.
const COUNTED: u64 = 64;
/// How many bits a floating-point number has.
const FLOATING: u64 = 53;
/// How large or small a number may get, as a power of two: beyond that its digits would fill the memory. Go's may be
/// as large as 2^(2^31).
const MAX_EXPONENT: i64 = 1 << 17;

/// A number. Two are equal when they are written the same, as in Terraform, for which one that floating point worked out
/// and one that was written are otherwise never equal. Their order is that of all their bits, so that it is one: of two that
/// are equal one may still exceed the other.
#[derive(Debug, Clone)]
pub struct Number {
    /// Zero too has a sign, which only its text tells.
    negative: bool,
    magnitude: Magnitude,
    /// How many bits it was rounded to: what its text shows and what an operation keeps.
    precision: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Magnitude {
    /// An odd whole number, or zero, and the power of two it is multiplied with.
    Finite(BigUint, i64),
    /// What a division by zero gives.
    Infinite,
}

impl Number {
    /// The floating-point number, if it is one.
    #[must_use]
    pub fn from_float(value: f64) -> Option<Self> {
        let negative = value.is_sign_negative();
        if value.is_infinite() {
            return Some(Self { negative, magnitude: Magnitude::Infinite, precision: FLOATING });
        }
        // IEEE 754: a sign, 11 bits of an exponent, and 52 bits behind a 1 that is not written unless the exponent is 0.
        let (bits, exponent) = (value.to_bits() & ((1 << 52) - 1), i64::try_from(value.to_bits() >> 52 & 0x7ff).ok()?);
        let mantissa = if exponent == 0 { bits } else { bits | 1 << 52 };
        let magnitude = Magnitude::whole(mantissa.into()).scaled(exponent.max(1) - 1075);
        (!value.is_nan()).then_some(Self { negative, magnitude, precision: FLOATING })
    }

    /// The nearest floating-point number.
    #[must_use]
    pub fn to_float(&self) -> f64 {
        let infinite = if self.negative { f64::NEG_INFINITY } else { f64::INFINITY };
        self.exact().map_or(infinite, |decimal| decimal.plain().parse().unwrap_or(infinite))
    }

    /// The whole number it is, if it is one.
    #[must_use]
    pub fn as_whole(&self) -> Option<BigInt> {
        match &self.magnitude {
            Magnitude::Finite(mantissa, exponent) => {
                let sign = if self.negative { Sign::Minus } else { Sign::Plus };
                Some(BigInt::from_biguint(sign, mantissa << u64::try_from(*exponent).ok()?))
            }
            Magnitude::Infinite => None,
        }
    }

    /// The whole number it is, if it is one and fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_whole()?.try_into().ok()
    }

    /// Whether it is not what a division by zero gives.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        matches!(self.magnitude, Magnitude::Finite(..))
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self.negative && !self.is_zero(), other.negative && !other.is_zero()) {
            (false, false) => self.magnitude.cmp(&other.magnitude),
            (true, true) => other.magnitude.cmp(&self.magnitude),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }

    /// Whether it is a whole number that has no more bits than are kept, so that all of its digits are written.
    fn fits(&self) -> bool {
        match &self.magnitude {
            Magnitude::Finite(mantissa, exponent) => {
                *exponent >= 0 && mantissa.bits().saturating_add_signed(*exponent) <= self.precision
            }
            Magnitude::Infinite => false,
        }
    }

    fn is_zero(&self) -> bool {
        matches!(&self.magnitude, Magnitude::Finite(mantissa, _) if mantissa.bits() == 0)
    }
}

impl Magnitude {
    fn whole(mantissa: BigUint) -> Self {
        let zeros = mantissa.trailing_zeros().unwrap_or_default();
        Self::Finite(mantissa >> zeros, 0).scaled(i64::try_from(zeros).unwrap_or(i64::MAX))
    }

    /// Multiplied with a power of two.
    fn scaled(self, by: i64) -> Self {
        match self {
            Self::Finite(mantissa, exponent) if mantissa.bits() > 0 => {
                Self::Finite(mantissa, exponent.saturating_add(by))
            }
            other => other,
        }
    }
}

impl Ord for Magnitude {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Infinite, Self::Infinite) => Ordering::Equal,
            (Self::Infinite, _) => Ordering::Greater,
            (_, Self::Infinite) => Ordering::Less,
            (Self::Finite(left, left_exponent), Self::Finite(right, right_exponent)) => {
                let least = *left_exponent.min(right_exponent);
                let whole = |mantissa: &BigUint, exponent: i64| mantissa << exponent.abs_diff(least);
                whole(left, *left_exponent).cmp(&whole(right, *right_exponent))
            }
        }
    }
}

impl PartialOrd for Magnitude {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compare(other)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        if self.precision == other.precision || self.fits() && other.fits() {
            return self.compare(other) == Ordering::Equal;
        }
        let sign = |number: &Self| number.negative && !number.is_zero();
        sign(self) == sign(other) && self.absolute().shortest() == other.absolute().shortest()
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.absolute().shortest().hash(state);
    }
}

impl From<BigInt> for Number {
    /// A whole number keeps all of its bits.
    fn from(value: BigInt) -> Self {
        let (sign, mantissa) = value.into_parts();
        let precision = mantissa.bits().max(COUNTED);
        Self { negative: sign == Sign::Minus, magnitude: Magnitude::whole(mantissa), precision }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        BigInt::from(value).into()
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        BigInt::from(value).into()
    }
}

impl std::fmt::Display for Number {
    /// The shortest decimal that is read as this number, without an exponent.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.shortest() {
            Some(decimal) => out.write_str(&decimal.plain()),
            None => out.write_str(if self.negative { "-Inf" } else { "+Inf" }),
        }
    }
}

#[cfg(test)]
mod tests;
