//! Values and their chains: what a value, a part of it, or what is made of it came by.

use crate::source::Span;

use super::{Data, Origin, Role, Value};

/// How many things in a collection tell where it came from.
const MAX_TOLD: usize = 16;

impl Value {
    /// The same value, seen through one more place.
    #[must_use]
    pub fn through(self, span: Span, role: Role) -> Self {
        Self { origin: self.origin.through(span, role), ..self }
    }

    /// The value as what was made of others, or picked among them, whose places are beside its own.
    #[must_use]
    pub fn worked_out_from<'o>(self, parts: impl IntoIterator<Item = &'o Origin>) -> Self {
        Self { origin: self.origin.worked_out_from(parts), ..self }
    }

    /// Its chain, and those of the first few things in it: of what is written out, the parts say where it came from.
    #[must_use]
    pub fn origins(&self) -> Vec<Origin> {
        let items: Vec<&Self> = match &self.data {
            Data::List(_, items) => items.iter().take(MAX_TOLD).collect(),
            Data::Map(_, entries) => entries.values().take(MAX_TOLD).collect(),
            _ => Vec::new(),
        };
        std::iter::once(self).chain(items).map(|value| value.origin.clone()).collect()
    }

    /// Something in the value, which is there because the value is.
    #[must_use]
    pub fn part(&self, part: &Self) -> Self {
        Self { origin: part.origin.clone().inside(&self.origin), ..part.clone() }
    }
}
