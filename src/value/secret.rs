//! What reports may print of a value that somebody called a secret. Evaluation and verdicts do not know of it.

use std::sync::Arc;

use crate::source::Span;

use super::{Data, Role, Value};

/// What stands in reports for a secret.
pub const SENSITIVE: &str = "(sensitive value)";

impl Value {
    /// The value as reports may print it: its description, unless that would tell a secret. That something is true, false,
    /// null or empty tells none.
    #[must_use]
    pub fn shown(&self) -> String {
        let is_telling = match &self.data {
            Data::Text(text) => text.as_literal() != Some(""),
            Data::Number(_) | Data::List(..) | Data::Map(..) => true,
            _ => false,
        };
        if is_telling && self.origin.is_secret() { SENSITIVE.to_owned() } else { self.describe() }
    }

    /// The value, and everything inside it, as a secret that is declared at `span`.
    #[must_use]
    pub fn secret(self, span: Span) -> Self {
        let inner = |value: &Self| value.clone().secret(span);
        let data = match self.data {
            Data::List(kind, items) => Data::List(kind, Arc::new(items.iter().map(inner).collect())),
            Data::Map(kind, entries) => {
                Data::Map(kind, Arc::new(entries.iter().map(|(key, entry)| (key.clone(), inner(entry))).collect()))
            }
            other => other,
        };
        let awaited = self.awaited.map(|awaited| Arc::new(awaited.map(inner)));
        Self { awaited, ..Self::new(data, self.origin) }.through(span, Role::Secret)
    }
}
