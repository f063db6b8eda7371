//! A piece of a file as it is drawn: few lines, little of each, and nothing in it that a terminal would obey.

use std::sync::Arc;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::report::line::{is_hidden, visible};
use crate::source::{SourceFile, Span};

/// How many bytes are shown on either side of a place: some files are one line of a megabyte.
const WINDOW: usize = 400;

/// How many bytes of a place are underlined.
const UNDERLINED: usize = 200;

/// What lies further apart, in bytes, is not drawn in one excerpt.
const EXCERPT: usize = 8000;

/// A file whose lines are indexed, so that an excerpt costs nothing however far down it is.
#[derive(Clone)]
pub(super) struct Excerpt {
    file: Arc<SourceFile>,
    /// The text as it may be printed, where that is not the text itself.
    masked: Option<Arc<str>>,
}

impl Excerpt {
    pub(super) fn new(file: Arc<SourceFile>) -> Self {
        let masked = masked(&file.text).map(Arc::from);
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
        let file = &self.file;
        let (start, end) = (span.offset(), span.offset() + span.len());
        let last = (file.lines.line(end) + lines_after).min(file.lines.len().saturating_sub(1));
        let to = file.lines.range(last, &file.text).end.min(boundary(&file.text, end + WINDOW));
        let from = if lines_before == 0 {
            // The place itself is asked for, to say its line and column.
            start
        } else {
            let first = file.lines.line(start).saturating_sub(lines_before);
            let mark = if file.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
            let line = file.lines.range(first, &file.text).start.max(mark.min(start));
            line.max(boundary(&file.text, start.saturating_sub(WINDOW)))
        };
        let excerpt = self.text().as_bytes().get(from..to.max(end)).ok_or(MietteError::OutOfBounds)?;
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

/// The text with as many question marks as bytes in place of what a terminal would obey or hide, so that every place
/// stays where it is; `None` where there is nothing of the kind.
fn masked(text: &str) -> Option<String> {
    let mut characters = text.char_indices().peekable();
    let mut masked: Option<String> = None;
    while let Some((at, character)) = characters.next() {
        let ends_line = character == '\r' && characters.peek().is_some_and(|(_, next)| *next == '\n');
        let is_blank = matches!(character, '\n' | '\t') || ends_line;
        if (is_hidden(character) && !is_blank) || (character == '\u{feff}' && at > 0) {
            let masked = masked.get_or_insert_with(|| text.get(..at).unwrap_or_default().to_owned());
            masked.extend(std::iter::repeat_n('?', character.len_utf8()));
        } else if let Some(masked) = &mut masked {
            masked.push(character);
        }
    }
    masked
}

/// The character boundary at or before `offset`.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_masked_and_moves_nothing() {
        assert_eq!(masked("a\tb\r\nc"), None);
        assert_eq!(masked("a\u{1b}[2Jb\rc\u{202e}d\r\n").as_deref(), Some("a?[2Jb?c???d\r\n"));
    }
}
