//! Operations on numbers, with the precision and the rounding of cty's.
//!
//! Each is exact and then rounded once. <https://pkg.go.dev/math/big#Float>

use num_bigint::BigUint;

use super::{MAX_EXPONENT, Magnitude, Number, WRITTEN};

/// Why an operation has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoNumber {
    /// There is none, as of zero divided by zero.
    Undefined,
    /// It has more digits than this program works with.
    TooLarge,
}

type Outcome = Result<Number, NoNumber>;

impl Number {
    /// The sum, as precise as the more precise of both.
    ///
    /// # Errors
    /// Of infinity and its opposite, or when it is too large.
    pub fn plus(&self, other: &Self) -> Outcome {
        self.sum(other, self.precision.max(other.precision))
    }

    /// The difference, as precise as the more precise of both.
    ///
    /// # Errors
    /// Of infinity and itself, or when it is too large.
    pub fn minus(&self, other: &Self) -> Outcome {
        self.plus(&other.negated())
    }

    /// The product, as precise as the more precise of both, or as it takes, up to 512 bits.
    ///
    /// # Errors
    /// Of infinity and zero, or when it is too large.
    pub fn times(&self, other: &Self) -> Outcome {
        let product = self.product(other, WRITTEN)?;
        let needed = match &product.magnitude {
            Magnitude::Finite(mantissa, _) => mantissa.bits(),
            Magnitude::Infinite => 0,
        };
        Ok(Self { precision: self.precision.max(other.precision).max(needed), ..product })
    }

    /// The quotient, as precise as the more precise of both. Divided by zero it is infinite.
    ///
    /// # Errors
    /// Of zero and zero or infinity and infinity, or when it is too large.
    pub fn over(&self, other: &Self) -> Outcome {
        self.quotient(other, self.precision.max(other.precision))
    }

    /// What is left of a division whose result is cut to a whole number; all of it where the divisor is zero. It is as
    /// precise as the dividend.
    ///
    /// # Errors
    /// Where one of them is infinite, or when it is too large.
    pub fn modulo(&self, other: &Self) -> Outcome {
        if other.is_zero() {
            return Ok(self.clone());
        }
        let whole = Self { precision: self.precision, ..self.over(other)?.cut().ok_or(NoNumber::Undefined)? };
        let whole = Self { magnitude: whole.rounded()?, ..whole };
        self.sum(&other.product(&whole, self.precision)?.negated(), self.precision)
    }

    /// The number with the other sign.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self { negative: !self.negative, ..self.clone() }
    }

    /// The number without its sign.
    #[must_use]
    pub fn absolute(&self) -> Self {
        Self { negative: false, ..self.clone() }
    }

    /// The largest whole number that is not larger.
    #[must_use]
    pub fn floor(&self) -> Self {
        let Some(whole) = self.cut() else { return self.clone() };
        let below = if whole > *self { whole.sum(&Self::from(-1_i64), self.precision) } else { Ok(whole) };
        below.map_or_else(|_| self.clone(), Self::with_plain_zero)
    }

    /// The smallest whole number that is not smaller.
    #[must_use]
    pub fn ceil(&self) -> Self {
        self.negated().floor().negated().with_plain_zero()
    }

    /// The number without its fraction; `None` where it is infinite.
    fn cut(&self) -> Option<Self> {
        match &self.magnitude {
            Magnitude::Finite(mantissa, exponent) if *exponent < 0 => {
                Some(Self { magnitude: Magnitude::whole(mantissa >> exponent.unsigned_abs()), ..self.clone() })
            }
            Magnitude::Finite(..) => Some(self.clone()),
            Magnitude::Infinite => None,
        }
    }

    fn with_plain_zero(self) -> Self {
        Self { negative: self.negative && !self.is_zero(), ..self }
    }

    fn sum(&self, other: &Self, precision: u64) -> Outcome {
        let ((left, left_exponent), (right, right_exponent)) = match (&self.magnitude, &other.magnitude) {
            (Magnitude::Finite(left, exponent), Magnitude::Finite(right, other)) => ((left, exponent), (right, other)),
            (Magnitude::Infinite, Magnitude::Infinite) if self.negative != other.negative => {
                return Err(NoNumber::Undefined);
            }
            (Magnitude::Infinite, _) => return Ok(Self { precision, ..self.clone() }),
            _ => return Ok(Self { precision, ..other.clone() }),
        };
        // What is zero has no exponent that matters.
        let least = match (self.is_zero(), other.is_zero()) {
            (true, _) => *right_exponent,
            (_, true) => *left_exponent,
            _ => *left_exponent.min(right_exponent),
        };
        let whole = |mantissa: &BigUint, exponent: i64| mantissa << u64::try_from(exponent - least).unwrap_or(0);
        let (left, right) = (whole(left, *left_exponent), whole(right, *right_exponent));
        let (negative, mantissa) = if self.negative == other.negative {
            (self.negative, left + right)
        } else if left == right {
            (false, BigUint::ZERO)
        } else if left > right {
            (self.negative, left - right)
        } else {
            (other.negative, right - left)
        };
        Self { negative, magnitude: Magnitude::whole(mantissa).scaled(least), precision }.checked()
    }

    pub(super) fn product(&self, other: &Self, precision: u64) -> Outcome {
        let magnitude = match (&self.magnitude, &other.magnitude) {
            (Magnitude::Finite(left, exponent), Magnitude::Finite(right, other)) => {
                Magnitude::whole(left * right).scaled(exponent + other)
            }
            _ if self.is_zero() || other.is_zero() => return Err(NoNumber::Undefined),
            _ => Magnitude::Infinite,
        };
        Self { negative: self.negative != other.negative, magnitude, precision }.checked()
    }

    pub(super) fn quotient(&self, other: &Self, precision: u64) -> Outcome {
        let magnitude = match (&self.magnitude, &other.magnitude) {
            (Magnitude::Infinite, Magnitude::Infinite) => return Err(NoNumber::Undefined),
            _ if self.is_zero() && other.is_zero() => return Err(NoNumber::Undefined),
            (Magnitude::Infinite, _) => Magnitude::Infinite,
            (_, Magnitude::Infinite) => Magnitude::whole(BigUint::ZERO),
            _ if other.is_zero() => Magnitude::Infinite,
            (Magnitude::Finite(left, left_exponent), Magnitude::Finite(right, right_exponent)) => {
                // Two bits more than are kept, and one that says whether anything is left.
                let shift = (precision + 2 + right.bits()).saturating_sub(left.bits());
                let dividend = left << shift;
                let quotient = &dividend / right;
                let rest = u8::from(&quotient * right != dividend);
                let exponent = left_exponent - right_exponent - i64::try_from(shift).unwrap_or(i64::MAX) - 1;
                Magnitude::whole((quotient << 1_u8) + rest).scaled(exponent)
            }
        };
        Self { negative: self.negative != other.negative, magnitude, precision }.checked()
    }

    /// Rounded to its precision, if it is not too large then.
    pub(super) fn checked(self) -> Outcome {
        let magnitude = self.rounded()?;
        Ok(Self { magnitude, ..self })
    }

    fn rounded(&self) -> Result<Magnitude, NoNumber> {
        let Magnitude::Finite(mantissa, exponent) = &self.magnitude else { return Ok(Magnitude::Infinite) };
        let bits = mantissa.bits();
        let top = exponent.saturating_add(i64::try_from(bits).unwrap_or(i64::MAX));
        if bits > 0 && top.saturating_abs() > MAX_EXPONENT {
            return Err(NoNumber::TooLarge);
        }
        let Some(dropped) = bits.checked_sub(self.precision).filter(|dropped| *dropped > 0) else {
            return Ok(self.magnitude.clone());
        };
        let kept = mantissa >> dropped;
        // The mantissa is odd: it is half way only where the bit that says so is its last.
        let tie = dropped == 1;
        let up = mantissa.bit(dropped - 1) && (!tie || kept.bit(0));
        Ok(Magnitude::whole(kept + u8::from(up)).scaled(exponent + i64::try_from(dropped).unwrap_or(i64::MAX)))
    }
}
