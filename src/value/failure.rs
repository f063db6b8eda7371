//! What the real tool refuses, and how far that reaches.
//!
//! Knows values; knows no front end.

use std::sync::Arc;

use super::{Data, Origin, Part, Value};

/// What the real tool would say instead of deploying.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// One sentence.
    pub message: String,
    /// Where.
    pub origin: Origin,
    /// Whether nothing that reads it can make up for it: it is the error of something declared, which ends the run by itself,
    /// while `try` is about the expression in it only.
    pub is_final: bool,
}

impl Failure {
    /// What an expression that it is a part of may yet make up for.
    #[must_use]
    pub fn new(message: impl Into<String>, origin: Origin) -> Self {
        Self { message: message.into(), origin, is_final: false }
    }
}

impl Value {
    /// Why nothing that reads the value can make up for it, where that is so.
    #[must_use]
    pub fn is_final_failure(&self) -> bool {
        matches!(&self.data, Data::Failed(failure) if failure.is_final)
    }

    /// The value as what something declared is worth: no failure in it is made up for by what reads it.
    #[must_use]
    pub fn declared(self) -> Self {
        let mut fails = false;
        self.visit(&mut |part| fails |= matches!(part.data, Data::Failed(_)));
        if fails { self.with_final_failures() } else { self }
    }

    fn with_final_failures(self) -> Self {
        let inner = |value: &Self| value.clone().with_final_failures();
        let data = match &self.data {
            Data::Failed(failure) => Data::Failed(Arc::new(Failure { is_final: true, ..failure.as_ref().clone() })),
            Data::List(kind, items) => Data::List(*kind, Arc::new(items.iter().map(inner).collect())),
            Data::Map(kind, entries) => {
                let entries = entries.iter().map(|(key, entry)| (key.clone(), inner(entry)));
                Data::Map(*kind, Arc::new(entries.collect()))
            }
            Data::Text(text) => Data::Text(text.map_values(|part| match part {
                Part::Literal(_) => part.clone(),
                Part::Value(value) => Part::Value(inner(value)),
                Part::Json(value) => Part::Json(inner(value)),
            })),
            other => other.clone(),
        };
        Self { data, ..self }
    }
}
