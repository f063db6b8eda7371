//! A text while something reads it: marks stand for the parts that are no characters, and are found again in what was read.
//!
//! Knows double quotes and backslashes, as JSON has them; what the text is read as is the reader's.

use std::ops::Range;

use super::{Part, Text};
use crate::source::Span;

/// A text with marks.
#[derive(Debug)]
pub struct Marked<'t> {
    /// What can be read: a marker, a number and a marker stand for each part that is no characters.
    pub source: String,
    /// A character that the text does not hold.
    marker: char,
    marks: Vec<Mark<'t>>,
    text: &'t Text,
}

/// What a mark stands for.
#[derive(Debug)]
pub struct Mark<'t> {
    /// The part.
    pub part: &'t Part,
    /// Whether it stands inside of double quotes, and is a part of what they hold.
    pub in_string: bool,
    /// Where the mark is in the source.
    range: Range<usize>,
}

/// A piece of a string that was read: characters, or a mark.
enum Piece<'s, 'm> {
    Characters(&'s str),
    Mark(&'m Mark<'m>),
}

impl<'t> Marked<'t> {
    /// The text with marks. `quote` gives the quotes around a mark, from its part, whether it stands in a string, and what
    /// stands before it; `None` where no mark can stand for the part. `None` too where the text holds every marker.
    pub fn of(text: &'t Text, quote: impl Fn(&Part, bool, &str) -> Option<&'static str>) -> Option<Self> {
        let held = |candidate: char| {
            text.parts().iter().any(|part| matches!(part, Part::Literal(literal) if literal.contains(candidate)))
        };
        let marker = ('\u{f0000}'..='\u{f00ff}').find(|candidate| !held(*candidate))?;
        let (mut source, mut marks) = (String::new(), Vec::new());
        let (mut in_string, mut escaped) = (false, false);
        for part in text.parts() {
            if let Part::Literal(literal) = part {
                for character in literal.chars() {
                    in_string ^= character == '"' && !escaped;
                    escaped = in_string && character == '\\' && !escaped;
                }
                source.push_str(literal);
            } else {
                let quote = quote(part, in_string, &source)?;
                let start = source.len();
                source.extend([quote, &format!("{marker}{}{marker}", marks.len()), quote]);
                marks.push(Mark { part, in_string, range: start..source.len() });
            }
        }
        Some(Self { source, marker, marks, text })
    }

    /// Whether there are no marks.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.marks.is_empty()
    }

    /// Whether a string that was read has marks in it.
    #[must_use]
    pub fn has_marks(&self, string: &str) -> bool {
        string.contains(self.marker)
    }

    /// Between markers stand characters and numbers of marks by turns.
    fn pieces<'s>(&self, string: &'s str) -> Vec<Piece<'s, '_>> {
        let mark = |number: &str| self.marks.get(number.parse::<usize>().ok()?);
        let piece = |(at, text): (usize, &'s str)| match mark(text) {
            Some(mark) if at % 2 == 1 => Piece::Mark(mark),
            _ => Piece::Characters(text),
        };
        string.split(self.marker).enumerate().map(piece).collect()
    }

    /// The mark that is all of a string which was read, where it stands for a value of its own.
    #[must_use]
    pub fn alone(&self, string: &str) -> Option<&Mark<'_>> {
        match self.pieces(string).as_slice() {
            [Piece::Characters(""), Piece::Mark(mark), Piece::Characters("")] if !mark.in_string => Some(mark),
            _ => None,
        }
    }

    /// The parts of a string that was read.
    pub fn parts(&self, string: &str) -> impl Iterator<Item = Part> {
        self.pieces(string).into_iter().map(|piece| match piece {
            Piece::Characters(text) => Part::Literal(text.to_owned()),
            Piece::Mark(mark) => mark.part.clone(),
        })
    }

    /// Where these bytes of the source were written.
    #[must_use]
    pub fn place(&self, range: Range<usize>) -> Option<Span> {
        let without_marks = |at: usize| {
            let before = self.marks.iter().map(|mark| &mark.range).take_while(|mark| mark.end <= at);
            at - before.map(Range::len).sum::<usize>()
        };
        self.text.places().span(without_marks(range.start)..without_marks(range.end))
    }
}
