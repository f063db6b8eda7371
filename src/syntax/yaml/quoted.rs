//! Mends the two things that granit-parser refuses and that libyaml and CloudFormation take: a quoted scalar with a line
//! that is indented no more than its parent (or by a tab), and a dash alone in a flow sequence.
//!
//! ```yaml
//! Description: "one
//! two"
//! Name: !Join [-, [a, b]]
//! ```
//!
//! The scalar's line ends are overwritten with spaces, byte for byte, so that it stands on one line and every offset
//! stays true. What the text really says is read from the scalar alone, where there is no parent to be indented under.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Parser};

use super::parser;

/// How many bytes may be read again for the sake of mending, at least one scalar aside.
const MAX_REREAD: usize = 64 * 1024 * 1024;

/// A text with the scalars that were mended so far.
pub struct Mended<'t> {
    original: &'t str,
    text: Cow<'t, str>,
    /// What a mended scalar says, by the offset of its opening quote.
    unfolded: HashMap<usize, String>,
    reread: usize,
}

impl<'t> Mended<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { original: text, text: Cow::Borrowed(text), unfolded: HashMap::new(), reread: 0 }
    }

    /// The text to be read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the scalar that begins at `offset` says, if it had to be mended.
    pub fn unfolded(&self, offset: usize) -> Option<&str> {
        self.unfolded.get(&offset).map(String::as_str)
    }

    /// Mends the quoted scalar that was refused at `offset`, somewhere on one of its later lines. Says whether
    /// it is worth reading the text again.
    pub fn mend(&mut self, offset: usize) -> bool {
        // Both looking for the opening quote and the next reading go through the text.
        self.reread += self.text.len() * 2;
        let affordable = self.unfolded.is_empty() || self.reread <= MAX_REREAD;
        affordable && self.join_lines(offset).is_some()
    }

    /// Mends the dash at or just before `offset`: a letter stands in for it, and what it says is a dash.
    pub fn mend_dash(&mut self, offset: usize) -> bool {
        self.reread += self.text.len();
        let start = self.text.get(..=offset).or(self.text.get(..offset)).and_then(|before| before.rfind('-'));
        let Some(start) = start.filter(|_| self.unfolded.is_empty() || self.reread <= MAX_REREAD) else { return false };
        let (Some(before), Some(after)) = (self.text.get(..start), self.text.get(start + 1..)) else { return false };
        self.text = Cow::Owned([before, "x", after].concat());
        self.unfolded.insert(start, "-".to_owned()).is_none()
    }

    fn join_lines(&mut self, offset: usize) -> Option<()> {
        let start = unclosed_quote(self.text.get(..offset)?.trim_end())?;
        let end = start + quoted_length(self.original.get(start..)?)?;
        let scalar = self.original.get(start..end)?;
        let unfolded = lone_scalar(scalar)?;
        let joined = scalar.replace(['\r', '\n'], " ");
        self.text = Cow::Owned([self.text.get(..start)?, &joined, self.text.get(end..)?].concat());
        self.unfolded.insert(start, unfolded).is_none().then_some(())
    }
}

/// The opening quote of the scalar in whose middle `text` ends.
fn unclosed_quote(text: &str) -> Option<usize> {
    let mut parser = parser(text);
    let mut last = None;
    while let Some(event) = parser.next_event() {
        let Err(error) = event else { continue };
        last = Some(error);
        parser.proceed_next_document().ok()?;
    }
    let error = last.filter(|error| *error.kind() == ErrorKind::UnclosedQuotedScalar)?;
    error.marker().byte_offset()
}

/// How many bytes the quoted scalar at the beginning of `text` takes, quotes included.
fn quoted_length(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().peekable();
    let (_, quote) = bytes.next()?;
    while let Some((at, byte)) = bytes.next() {
        let escaped = match quote {
            b'"' => byte == b'\\',
            _ => byte == quote && bytes.peek().is_some_and(|(_, next)| *next == quote),
        };
        if escaped {
            bytes.next();
        } else if byte == quote {
            return Some(at + 1);
        }
    }
    None
}

/// What a quoted scalar says that is the whole of `text`.
fn lone_scalar(text: &str) -> Option<String> {
    Parser::new_from_str(text).find_map(|event| match event {
        Ok((Event::Scalar(value, ..), span)) if span.byte_range() == Some(0..text.len()) => Some(value.into_owned()),
        _ => None,
    })
}
