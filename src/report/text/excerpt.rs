//! A piece of a file as it is drawn: few lines, little of each, and nothing in it that a terminal would obey.

use std::sync::Arc;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::report::line::{is_hidden, visible};
use crate::source::{SourceFile, Span};

/// How many bytes are shown on either side of a place: some files are one line of a megabyte.
const WINDOW: usize = 400;

/// How many bytes of a place are underlined.
const UNDERLINED: usize = 200;

/// A mark that is no text; nothing is drawn for it.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// What lies further apart, in bytes, is not drawn in one excerpt.
const EXCERPT: usize = 8000;

/// A file whose lines are indexed, so that an excerpt costs nothing however far down it is.
#[derive(Clone)]
pub(super) struct Excerpt {
    file: Arc<SourceFile>,
    masked: Option<Arc<str>>,
}

impl Excerpt {
    pub(super) fn new(file: Arc<SourceFile>) -> Self {
        let masked = masked(&file.text);
        Self { file, masked }
    }

    fn text(&self) -> &str {
        self.masked.as_deref().unwrap_or(&self.file.text)
    }

    pub(super) fn range(&self, span: Span) -> SourceSpan {
        let start = span.start as usize;
        let end = boundary(self.text(), (span.end as usize).min(start + UNDERLINED));
        SourceSpan::new(start.into(), end.saturating_sub(start))
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        if span.len() > EXCERPT {
            return Err(MietteError::OutOfBounds);
        }
        let (file, text) = (&self.file, self.text());
        let (start, end) = (span.offset(), span.offset() + span.len());
        let last = (file.lines.line(end) + lines_after).min(file.lines.len().saturating_sub(1));
        let to = file.lines.range(last, text).end.min(boundary(text, end + WINDOW));
        let from = if lines_before == 0 {
            // The place itself is asked for, to say its line and column.
            start
        } else {
            let first = file.lines.line(start).saturating_sub(lines_before);
            file.lines.range(first, text).start.max(boundary(text, start.saturating_sub(WINDOW)))
        };
        let from =
            if from == 0 && text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8().min(start) } else { from };
        let excerpt = text.as_bytes().get(from..to.max(end)).ok_or(MietteError::OutOfBounds)?;
        let position = file.lines.position(from, &file.text);
        let lines = file.lines.line(to).saturating_sub(file.lines.line(from)) + 1;
        Ok(Box::new(MietteSpanContents::new_named(
            visible(&file.path),
            excerpt,
            (from, excerpt.len()).into(),
            position.line.saturating_sub(1),
            position.column.saturating_sub(1),
            lines,
        )))
    }
}

/// The character boundary at or before `offset`.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

/// The text with what a terminal would obey replaced by something of the same length in bytes, so that places stay where
/// they are; `None` where there is nothing of the kind.
fn masked(text: &str) -> Option<Arc<str>> {
    let mut masked = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_kept = match character {
            '\t' | '\n' => true,
            '\r' => characters.peek() == Some(&'\n'),
            other => !is_hidden(other),
        };
        masked.push(match character.len_utf8() {
            _ if is_kept => character,
            1 => '?',
            2 => '\u{b7}',
            _ => char::REPLACEMENT_CHARACTER,
        });
    }
    (masked != text).then(|| masked.into())
}
