//! A text whose parts may be unknown: `trail-${var.id}-${data.aws_caller_identity.current.account_id}`.

use std::sync::Arc;

use super::{Data, Value, encoded_name};
use crate::source::{Places, Span};

/// A text as a sequence of parts, with neighbouring literals joined and nothing empty.
#[derive(Debug, Clone, Default)]
pub struct Text {
    parts: Arc<Vec<Part>>,
    /// Where the characters of the literal parts were written, the parts taken as one text.
    places: Places,
}

impl PartialEq for Text {
    /// Equality of what the texts say; where they were written does not matter.
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

/// One part of a text.
#[derive(Debug, Clone)]
pub enum Part {
    /// Characters that are known.
    Literal(String),
    /// A value that is opaque, open or pending and will stand here as text.
    Value(Value),
    /// A value that will stand here as JSON, because `jsonencode` or `Fn::ToJsonString` wrote it.
    Json(Value),
}

impl PartialEq for Part {
    /// Equality of the characters that they will be. JSON tells the number 1 from the text "1".
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(one), Self::Literal(other)) => one == other,
            (Self::Value(one), Self::Value(other)) => one == other,
            (Self::Json(one), Self::Json(other)) => one == other && !one.said_type().excludes(other.said_type()),
            _ => false,
        }
    }
}

impl Text {
    /// A text that is known.
    #[must_use]
    pub fn literal(text: impl Into<String>) -> Self {
        Self::join([Part::Literal(text.into())])
    }

    /// The text made of `parts`, one after the other. Where its characters were written is not known.
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
        Self { parts: Arc::new(joined), places: Places::default() }
    }

    /// The texts one after the other, each character with its place.
    #[must_use]
    pub fn concat(texts: &[Self]) -> Self {
        let places = Places::concat(texts.iter().map(|text| (text.literal_bytes(), &text.places)));
        Self { places, ..Self::join(texts.iter().flat_map(|text| text.parts.iter().cloned())) }
    }

    /// The same text with every part that is a value changed. The characters keep their places.
    #[must_use]
    pub fn map_values(&self, change: impl Fn(&Part) -> Part) -> Self {
        self.replace(|part| Some(Self::join([change(part)])))
    }

    /// The same text with what `change` gives for a part that is a value in the place of it. The characters keep their places.
    #[must_use]
    pub fn replace(&self, change: impl Fn(&Part) -> Option<Self>) -> Self {
        let mut start = 0;
        let texts = self.parts.iter().map(|part| {
            let Part::Literal(text) = part else { return change(part).unwrap_or_else(|| Self::join([part.clone()])) };
            let range = start..start + text.len();
            start = range.end;
            Self::literal(text.clone()).written(self.places.slice(range))
        });
        Self::concat(&texts.collect::<Vec<_>>())
    }

    /// The same text, whose literal characters were written at `places`.
    #[must_use]
    pub fn written(self, places: Places) -> Self {
        Self { places, ..self }
    }

    /// The same text where it stands in another one at `span`: what has no place of its own stands there as a whole.
    #[must_use]
    pub fn standing_at(self, span: Span) -> Self {
        if !self.places.is_empty() {
            return self;
        }
        let places = Places::of(self.literal_bytes(), span);
        self.written(places)
    }

    /// Where the characters of the literal parts were written, the parts taken as one text.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// How many bytes its literal parts have.
    #[must_use]
    pub fn literal_bytes(&self) -> usize {
        let length = |part: &Part| if let Part::Literal(text) = part { text.len() } else { 0 };
        self.parts.iter().map(length).sum()
    }

    /// The parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The values among the parts.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Value(value) | Part::Json(value) => Some(value),
        })
    }

    /// The whole text, if all of it is known.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
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
        self.parts.iter().any(|part| match part {
            Part::Literal(_) | Part::Json(_) => true,
            Part::Value(value) => matches!(value.data, Data::Opaque(_)),
        })
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for part in self.parts.iter() {
            match part {
                Part::Literal(text) => out.write_str(text)?,
                Part::Value(value) => write!(out, "${{{}}}", value.describe_in_text())?,
                Part::Json(value) => write!(out, "${{json({})}}", encoded_name(value))?,
            }
        }
        Ok(())
    }
}
