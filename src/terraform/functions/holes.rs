//! The unknown parts of a text while it is read as JSON or YAML: marks stand for them, and are found again in the tree.
//!
//! An unknown part inside of quotes is taken to hold neither quotes nor backslashes, as no ARN, name or id does.

use std::ops::Range;

use super::arguments::{Answer, Arguments, Trouble};
use crate::source::{Places, Span};
use crate::terraform::unknown::{Outcome, derive, text};
use crate::value::{Data, Part, Text};

/// What the text is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// JSON: a part outside of quotes is a value of its own.
    Json,
    /// YAML: a part that is a whole plain scalar is a value of its own.
    Yaml,
}

/// The unknown parts, in order, and where the text around them was written.
pub(super) struct Holes {
    marker: char,
    found: Vec<Hole>,
    reading: Reading,
    places: Places,
}

struct Hole {
    part: Part,
    in_string: bool,
    /// Where its mark is in the text with marks.
    mark: Range<usize>,
}

impl Holes {
    /// The text with marks, and what they stand for; `None` where a part may be more than one value.
    pub(super) fn dig(text: &Text, reading: Reading) -> Option<(String, Self)> {
        let held = |candidate: &char| {
            text.parts().iter().any(|part| matches!(part, Part::Literal(literal) if literal.contains(*candidate)))
        };
        let marker = ('\u{f0000}'..='\u{f00ff}').find(|candidate| !held(candidate))?;
        let mut source = String::new();
        let mut holes = Vec::new();
        let (mut in_string, mut escaped) = (false, false);
        for part in text.parts() {
            if let Part::Literal(literal) = part {
                for character in literal.chars() {
                    in_string ^= character == '"' && !escaped;
                    escaped = in_string && character == '\\' && !escaped;
                }
                source.push_str(literal);
                continue;
            }
            let mark = format!("{marker}{}{marker}", holes.len());
            let quoted = reading == Reading::Json && !in_string;
            // Bare characters in the place of a list's element may be several elements.
            if quoted && matches!(part, Part::Value(_)) && !source.trim_end().ends_with(':') {
                return None;
            }
            let quote = if quoted { "\"" } else { "" };
            let start = source.len();
            source.extend([quote, &mark, quote]);
            let in_string = reading == Reading::Json && in_string;
            holes.push(Hole { part: part.clone(), in_string, mark: start..source.len() });
        }
        Some((source, Self { marker, found: holes, reading, places: text.places().clone() }))
    }

    /// Where these bytes of the text with marks were written.
    pub(super) fn place(&self, range: Range<usize>) -> Option<Span> {
        let without_marks = |at: usize| {
            let before = self.found.iter().map(|hole| &hole.mark).take_while(|mark| mark.end <= at);
            at - before.map(Range::len).sum::<usize>()
        };
        self.places.span(without_marks(range.start)..without_marks(range.end))
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether a string of the tree has marks in it.
    pub(super) fn are_in(&self, string: &str) -> bool {
        string.contains(self.marker)
    }

    /// A string of the tree with its marks replaced by what they stand for.
    pub(super) fn fill(&self, string: &str, arguments: &Arguments) -> Answer {
        // Marks are a number between two markers, so every second piece is a number.
        let pieces: Vec<&str> = string.split(self.marker).collect();
        let hole = |number: &str| number.parse().ok().and_then(|number: usize| self.found.get(number));
        if let ["", number, ""] = pieces.as_slice()
            && let Some(hole) = hole(number)
            && !hole.in_string
        {
            return Ok(self.alone(hole, arguments));
        }
        let parts = pieces.iter().enumerate().map(|(index, piece)| {
            if index % 2 == 0 {
                Some(Part::Literal((*piece).to_owned()))
            } else {
                hole(piece).map(|hole| hole.part.clone())
            }
        });
        let parts: Option<Vec<Part>> = parts.collect();
        Ok(text(parts.ok_or(Trouble::Unknown)?, arguments.origin()))
    }

    /// A part that is a whole value: what was written as JSON is itself; characters are read, once they are known.
    fn alone(&self, hole: &Hole, arguments: &Arguments) -> crate::value::Value {
        match &hole.part {
            Part::Value(value) if !(self.reading == Reading::Yaml && matches!(value.data, Data::Opaque(_))) => {
                let reader = if self.reading == Reading::Json { "jsondecode" } else { "yamldecode" };
                let name = format!("{reader}({})", value.describe());
                derive(name, value, Outcome::Open, arguments.world(), arguments.origin())
            }
            Part::Value(value) | Part::Json(value) => value.clone(),
            Part::Literal(literal) => crate::value::Value::text(literal.clone(), arguments.origin()),
        }
    }
}
