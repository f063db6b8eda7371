//! The unknown parts of a text while it is read as JSON or YAML: marks stand for them, and are found again in the tree.
//!
//! An unknown part inside of quotes is taken to hold neither quotes nor backslashes, as no ARN, name or id does.

use super::arguments::Arguments;
use super::json::read_back;
use crate::terraform::unknown::{Outcome, derive, text};
use crate::value::{Data, Marked, Part, Text, Value};

/// What the text is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// JSON: a part outside of quotes is a value of its own.
    Json,
    /// YAML: a part that is a whole plain scalar is a value of its own.
    Yaml,
}

/// A text whose unknown parts are marked.
pub(super) struct Holes<'t> {
    pub marked: Marked<'t>,
    reading: Reading,
}

impl<'t> Holes<'t> {
    /// The text with its unknown parts marked; `None` where a part may be more than one value.
    pub(super) fn dig(text: &'t Text, reading: Reading) -> Option<Self> {
        let quote = |part: &Part, in_string: bool, before: &str| {
            if reading == Reading::Yaml || in_string {
                return Some("");
            }
            // Bare characters in the place of a list's element may be several elements.
            let may_be_several = matches!(part, Part::Value(_)) && !before.trim_end().ends_with(':');
            (!may_be_several).then_some("\"")
        };
        Some(Self { marked: Marked::of(text, quote)?, reading })
    }

    /// Whether the text is read as JSON.
    pub(super) fn is_json(&self) -> bool {
        self.reading == Reading::Json
    }

    /// A string of the tree with its marks replaced by what they stand for.
    pub(super) fn fill(&self, string: &str, arguments: &Arguments) -> Value {
        match self.marked.alone(string) {
            Some(hole) => self.alone(hole.part, arguments),
            None => text(self.marked.parts(string), arguments.origin()),
        }
    }

    /// A part that is a whole value: what was written as JSON is itself; characters are read, once they are known.
    fn alone(&self, part: &Part, arguments: &Arguments) -> Value {
        match part {
            Part::Value(value) if !(self.reading == Reading::Yaml && matches!(value.data, Data::Opaque(_))) => {
                let reader = if self.reading == Reading::Json { "jsondecode" } else { "yamldecode" };
                let name = format!("{reader}({})", value.describe());
                derive(name, value, Outcome::Open, arguments.world(), arguments.origin())
            }
            Part::Value(value) => value.clone(),
            Part::Json(value) => read_back(value),
            Part::Literal(literal) => Value::text(literal.clone(), arguments.origin()),
        }
    }
}
