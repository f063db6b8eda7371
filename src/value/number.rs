//! A decimal number of any size, as Terraform's are.

use std::str::FromStr;

use bigdecimal::{BigDecimal, ToPrimitive};

/// A number. Two numbers are equal when they are worth the same, however they were written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number(BigDecimal);

impl Number {
    /// The number behind `text` (`12`, `-1.5`, `1e3`), if it is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // An exponent of millions of digits would be worked out digit by digit.
        if text.len() > 1_000 || exponent(text).is_some_and(|exponent| exponent.abs() > 1_000) {
            return None;
        }
        BigDecimal::from_str(text).ok().map(|number| Self(number.normalized()))
    }

    /// The number as an exact decimal.
    #[must_use]
    pub fn decimal(&self) -> &BigDecimal {
        &self.0
    }

    /// The whole number it is, if it is one and fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        if self.0.is_integer() { self.0.to_i64() } else { None }
    }
}

fn exponent(text: &str) -> Option<i64> {
    text.split_once(['e', 'E'])?.1.parse().ok()
}

impl From<BigDecimal> for Number {
    fn from(value: BigDecimal) -> Self {
        Self(value.normalized())
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(BigDecimal::from(value).normalized())
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self(BigDecimal::from(value as u64).normalized())
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0.to_plain_string())
    }
}
