//! The decimal digits of a number: all of them, the fewest that tell it from its neighbours, or a given count.
//!
//! Knows how Go writes a `big.Float`. <https://pkg.go.dev/math/big#Float.Text>

use num_bigint::BigUint;

use super::{Magnitude, Number};

/// Digits and where the point is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decimal {
    negative: bool,
    /// Neither the first nor the last is a zero; zero has none.
    digits: Vec<u8>,
    /// How many digits are before the point; it may stand before the first or behind the last.
    point: i64,
}

impl Number {
    /// All digits of the number, of which every binary fraction has a last one; `None` where it is infinite.
    #[must_use]
    pub fn exact(&self) -> Option<Decimal> {
        match &self.magnitude {
            Magnitude::Finite(mantissa, exponent) => Some(Decimal::of(self.negative, mantissa, *exponent)),
            Magnitude::Infinite => None,
        }
    }

    /// The fewest digits that are read as this number where no more bits are read than it has; `None` where it is
    /// infinite.
    #[must_use]
    pub fn shortest(&self) -> Option<Decimal> {
        let Magnitude::Finite(mantissa, exponent) = &self.magnitude else { return None };
        let exact = Decimal::of(self.negative, mantissa, *exponent);
        if self.fits() {
            return Some(exact);
        }
        // As many bits as are kept, and one for half of the last.
        let shift = (self.precision + 1).saturating_sub(mantissa.bits());
        let (doubled, exponent) = (mantissa << shift, exponent - i64::try_from(shift).unwrap_or(i64::MAX));
        let lower = Decimal::of(false, &(&doubled - 1_u8), exponent);
        let upper = Decimal::of(false, &(&doubled + 1_u8), exponent);
        let (even, length) = (!doubled.bit(1), exact.digits.len());
        for at in 0..length {
            let (low, digit, high) = (lower.at(at), exact.at(at), upper.at(at));
            let down = low != digit || even && at + 1 == lower.digits.len();
            let up = digit != high && (even || digit + 1 < high || at + 1 < upper.digits.len());
            match (down, up) {
                (true, true) => return Some(exact.rounded(at + 1)),
                (true, false) => return Some(exact.cut(at + 1)),
                (false, true) => return Some(exact.raised(at + 1)),
                (false, false) => {}
            }
        }
        Some(exact)
    }
}

impl Decimal {
    fn of(negative: bool, mantissa: &BigUint, exponent: i64) -> Self {
        let shift = exponent.unsigned_abs();
        let whole = if exponent < 0 {
            mantissa * BigUint::from(5_u8).pow(u32::try_from(shift).unwrap_or(u32::MAX))
        } else {
            mantissa << shift
        };
        if whole.bits() == 0 {
            return Self { negative, digits: Vec::new(), point: 0 };
        }
        let digits = whole.to_str_radix(10).into_bytes();
        let point = i64::try_from(digits.len()).unwrap_or(i64::MAX) + exponent.min(0);
        Self { negative, digits, point }.trimmed()
    }

    fn trimmed(mut self) -> Self {
        let zeros = self.digits.iter().rev().take_while(|digit| **digit == b'0').count();
        self.digits.truncate(self.digits.len() - zeros);
        Self { point: if self.digits.is_empty() { 0 } else { self.point }, ..self }
    }

    fn at(&self, index: usize) -> u8 {
        self.digits.get(index).copied().unwrap_or(b'0')
    }

    /// How many digits there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.digits.len()
    }

    /// How many of its digits are before the point; less than none where zeros follow it.
    #[must_use]
    pub fn point(&self) -> i64 {
        self.point
    }

    /// The nearest with no more digits; a tie goes to the even one.
    #[must_use]
    pub fn rounded(&self, count: usize) -> Self {
        let Some(first) = self.digits.get(count) else { return self.clone() };
        let tie = *first == b'5' && count + 1 == self.digits.len();
        let odd = count.checked_sub(1).is_some_and(|last| self.at(last) % 2 == 1);
        let up = if tie { odd } else { *first >= b'5' };
        if up { self.raised(count) } else { self.cut(count) }
    }

    /// The nearest with no more places behind the point; a tie goes to the even one.
    #[must_use]
    pub fn with_places(&self, places: usize) -> Self {
        match usize::try_from(self.point.saturating_add(i64::try_from(places).unwrap_or(i64::MAX))) {
            Ok(count) => self.rounded(count),
            Err(_) => Self { digits: Vec::new(), point: 0, ..*self },
        }
    }

    /// The first digits.
    fn cut(&self, count: usize) -> Self {
        Self { digits: self.digits.iter().take(count).copied().collect(), ..*self }.trimmed()
    }

    /// The first digits, the last of them one more.
    fn raised(&self, count: usize) -> Self {
        let mut digits: Vec<u8> = self.digits.iter().take(count).copied().collect();
        while digits.last() == Some(&b'9') {
            digits.pop();
        }
        match digits.last_mut() {
            Some(last) => *last += 1,
            None => return Self { digits: vec![b'1'], point: self.point + 1, ..*self },
        }
        Self { digits, ..*self }
    }

    /// All digits without an exponent.
    #[must_use]
    pub fn plain(&self) -> String {
        let count = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        self.fixed(usize::try_from(count - self.point).unwrap_or_default())
    }

    /// The digits with so many places behind the point, without an exponent. More digits than that are left out.
    #[must_use]
    pub fn fixed(&self, places: usize) -> String {
        let digit = |index: i64| char::from(usize::try_from(index).map_or(b'0', |index| self.at(index)));
        let places = i64::try_from(places).unwrap_or(i64::MAX);
        let mut text = if self.negative { "-".to_owned() } else { String::new() };
        if self.point > 0 {
            text.extend((0..self.point).map(digit));
        } else {
            text.push('0');
        }
        if places > 0 {
            text.push('.');
            text.extend((self.point..self.point.saturating_add(places)).map(digit));
        }
        text
    }

    /// A digit, a point, so many digits, and an exponent of at least two digits behind `letter`.
    #[must_use]
    pub fn scientific(&self, places: usize, letter: char) -> String {
        let sign = if self.negative { "-" } else { "" };
        let first = char::from(self.at(0));
        let rest: String = (1..=places).map(|index| char::from(self.at(index))).collect();
        let point = if rest.is_empty() { "" } else { "." };
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        let direction = if exponent < 0 { '-' } else { '+' };
        format!("{sign}{first}{point}{rest}{letter}{direction}{:02}", exponent.abs())
    }
}
