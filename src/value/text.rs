//! A text whose parts may be unknown: `trail-${var.id}-${data.aws_caller_identity.current.account_id}`.

use std::sync::Arc;

use super::{Data, Value};

/// A text as a sequence of parts, with neighbouring literals joined and nothing empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Text(Arc<Vec<Part>>);

/// One part of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Characters that are known.
    Literal(String),
    /// A value that is opaque, open or pending and will stand here as text.
    Value(Value),
    /// A value that will stand here as JSON, because `jsonencode` or `Fn::ToJsonString` wrote it.
    Json(Value),
}

impl Text {
    /// A text that is known.
    #[must_use]
    pub fn literal(text: impl Into<String>) -> Self {
        Self::join([Part::Literal(text.into())])
    }

    /// The text made of `parts`, one after the other.
    #[must_use]
    pub fn join(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut joined: Vec<Part> = Vec::new();
        for part in parts {
            match (joined.last_mut(), part) {
                (_, Part::Literal(text)) if text.is_empty() => {}
                (Some(Part::Literal(before)), Part::Literal(text)) => before.push_str(&text),
                (_, part) => joined.push(part),
            }
        }
        Self(Arc::new(joined))
    }

    /// The parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The values among the parts.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Value(value) | Part::Json(value) => Some(value),
        })
    }

    /// The whole text, if all of it is known.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The whole text in quotes, with `${…}` for what is unknown.
    #[must_use]
    pub fn describe(&self) -> String {
        format!("\"{self}\"")
    }

    /// Whether the text is certainly not empty: a literal or opaque part is enough.
    #[must_use]
    pub fn is_certainly_set(&self) -> bool {
        self.0.iter().any(|part| match part {
            Part::Literal(_) | Part::Json(_) => true,
            Part::Value(value) => matches!(value.data, Data::Opaque(_)),
        })
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for part in self.0.iter() {
            match part {
                Part::Literal(text) => out.write_str(text)?,
                Part::Value(value) | Part::Json(value) => write!(out, "${{{}}}", value.describe())?,
            }
        }
        Ok(())
    }
}
