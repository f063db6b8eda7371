//! A text while something reads it: marks stand for the parts that are no characters, and are found again in what was read.
//!
//! Knows double quotes and backslashes, as JSON has them; what the text is read as is the reader's.

use std::ops::Range;

use super::{Part, Text};
use crate::source::{Places, Span};

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
#[derive(Debug)]
pub enum Piece<'s, 'm> {
    /// Characters.
    Characters(&'s str),
    /// What stands for a part.
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

    /// The pieces of a string that was read, each with its bytes: between markers stand characters and numbers of marks by
    /// turns.
    #[must_use]
    pub fn pieces<'s>(&self, string: &'s str) -> Vec<(Range<usize>, Piece<'s, '_>)> {
        let mark = |number: &str| self.marks.get(number.parse::<usize>().ok()?);
        let mut end = 0;
        let piece = |(at, text): (usize, &'s str)| {
            let marker = if at == 0 { 0 } else { self.marker.len_utf8() };
            let start = end + marker;
            end = start + text.len();
            match mark(text) {
                Some(mark) if at % 2 == 1 => (start - marker..end + marker, Piece::Mark(mark)),
                _ => (start..end, Piece::Characters(text)),
            }
        };
        string.split(self.marker).enumerate().map(piece).collect()
    }

    /// The mark that is all of a string which was read, where it stands for a value of its own.
    #[must_use]
    pub fn alone(&self, string: &str) -> Option<&Mark<'_>> {
        match self.pieces(string).as_slice() {
            [(_, Piece::Characters("")), (_, Piece::Mark(mark)), (_, Piece::Characters(""))] if !mark.in_string => {
                Some(mark)
            }
            _ => None,
        }
    }

    /// The parts of a string that was read.
    pub fn parts(&self, string: &str) -> impl Iterator<Item = Part> {
        self.pieces(string).into_iter().map(|(_, piece)| match piece {
            Piece::Characters(text) => Part::Literal(text.to_owned()),
            Piece::Mark(mark) => mark.part.clone(),
        })
    }

    /// Where the characters of the source were written. A mark stands where there is something between what is written
    /// before and behind it.
    #[must_use]
    pub fn places(&self) -> Places {
        let (mut runs, mut written, mut start) = (Vec::new(), 0, 0);
        let end = self.source.len()..self.source.len();
        for mark in self.marks.iter().map(|mark| mark.range.clone()).chain(std::iter::once(end)) {
            let length = mark.start - start;
            let places = self.text.places().slice(written..written + length);
            (written, start) = (written + length, mark.end);
            let between = self.between(written).map(|span| Places::of(mark.len(), span));
            runs.extend([(length, places), (mark.len(), between.unwrap_or_default())]);
        }
        Places::concat(runs.iter().map(|(length, places)| (*length, places)))
    }

    /// What stands between two characters of the text that follow each other.
    fn between(&self, at: usize) -> Option<Span> {
        let places = self.text.places();
        let (before, behind) = (places.span(at.checked_sub(1)?..at)?, places.span(at..at + 1)?);
        let is_before = before.file == behind.file && before.end <= behind.start;
        is_before.then(|| Span::new(before.file, before.range().end, behind.range().start))
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
