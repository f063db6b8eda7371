//! Known scalars that an input can be compared with. Knows how one becomes another, and nothing of what may be asked.

use super::{Data, Number, Origin, Value};

/// A value an input can be compared with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Literal {
    /// Null, or an absent value.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
}

impl Literal {
    /// The literal behind a known scalar; `None` for anything else.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        match &value.data {
            Data::Null => Some(Self::Null),
            Data::Bool(value) => Some(Self::Bool(*value)),
            Data::Number(value) => Some(Self::Number(value.clone())),
            Data::Text(text) => text.as_literal().map(|text| Self::Text(text.to_owned())),
            _ => None,
        }
    }

    /// The literal as a value.
    #[must_use]
    pub fn to_value(&self, origin: Origin) -> Value {
        match self {
            Self::Null => Value::null(origin),
            Self::Bool(value) => Value::bool(*value, origin),
            Self::Number(value) => Value::number(value.clone(), origin),
            Self::Text(value) => Value::text(value.clone(), origin),
        }
    }

    /// The number or boolean that becomes this text.
    #[must_use]
    pub(super) fn written_out(&self) -> Option<Self> {
        let Self::Text(text) = self else { return None };
        let number = || Number::parse(text).ok().map(Self::Number);
        text.parse().ok().map(Self::Bool).or_else(number).filter(|value| value.as_text() == *text)
    }

    /// Whether it is a text that nothing else becomes: no number, and no boolean.
    #[must_use]
    pub fn is_only_a_text(&self) -> bool {
        matches!(self, Self::Text(_)) && self.written_out().is_none()
    }

    /// Whether both stand for the same value once converted to text, as parameters and variables are.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self == other || (*self != Self::Null && *other != Self::Null && self.as_text() == other.as_text())
    }

    /// The value as text, the way both tools convert it.
    #[must_use]
    pub fn as_text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Text(value) => value.clone(),
        }
    }
}

impl std::fmt::Display for Literal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Text(text) => write!(out, "\"{text}\""),
            other => out.write_str(&other.as_text()),
        }
    }
}
