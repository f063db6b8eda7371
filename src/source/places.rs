//! Where the characters of a text were written, when the text is not its source as it stands: escapes are undone,
//! indentation is removed, pieces are put together.

use std::ops::Range;
use std::sync::Arc;

use super::Span;

/// The places of a text's characters, as far as they are known: runs of bytes in order, each with what stands for it in a
/// file. Of a text without any run nothing is known. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Places(Option<Arc<[Run]>>);

/// Bytes of a text that stand together in a file. Where both are equally long they are the same bytes; otherwise the
/// place as a whole stands for each of them: an escape, an interpolation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Run {
    /// The first byte in the text.
    at: usize,
    /// How many bytes of the text there are.
    length: usize,
    /// Where they stand.
    span: Span,
}

impl Run {
    fn end(&self) -> usize {
        self.at + self.length
    }

    fn is_verbatim(&self) -> bool {
        self.length == self.span.range().len()
    }

    /// Whether what is between this run and a later one is as long in the file as in the text.
    fn reaches(&self, later: &Self) -> bool {
        let between = later.span.start.checked_sub(self.span.start);
        self.span.file == later.span.file && between.map(|bytes| bytes as usize) == Some(later.at - self.at)
    }

    /// What stands for the bytes of `range` that are in this run.
    fn part(&self, range: &Range<usize>) -> Span {
        if !self.is_verbatim() {
            return self.span;
        }
        let start = self.span.range().start + range.start.saturating_sub(self.at);
        let end = self.span.range().end - self.end().saturating_sub(range.end);
        Span::new(self.span.file, start, end)
    }
}

impl Places {
    /// A text of `length` bytes that `span` stands for: byte by byte if it is as long, otherwise as a whole.
    #[must_use]
    pub fn of(length: usize, span: Span) -> Self {
        Self::from_runs(if length == 0 { Vec::new() } else { vec![Run { at: 0, length, span }] })
    }

    /// Places that are known byte by byte: offsets in the text, in order, each with what stands for the byte as a whole.
    #[must_use]
    pub fn of_bytes(bytes: impl IntoIterator<Item = (usize, Span)>) -> Self {
        Self::from_runs(bytes.into_iter().map(|(at, span)| Run { at, length: 1, span }).collect())
    }

    /// The places of `text` by the characters that stand for it, each with its own place. Blanks are what folding and
    /// dedenting change, so only the others are compared; nothing is known if those are not the same.
    #[must_use]
    pub fn align(text: &str, written: impl Iterator<Item = (char, Span)>) -> Self {
        let mut written = written.filter(|(character, _)| !character.is_whitespace());
        let mut runs: Vec<Run> = Vec::new();
        for (at, character) in text.char_indices().filter(|(_, character)| !character.is_whitespace()) {
            let Some((_, span)) = written.next().filter(|(found, _)| *found == character) else {
                return Self::default();
            };
            let run = Run { at, length: character.len_utf8(), span };
            match runs.last_mut() {
                // Blanks that are as long in the source as in the text do not part a run.
                Some(last) if last.is_verbatim() && run.is_verbatim() && last.reaches(&run) => {
                    last.length = run.end() - last.at;
                    last.span = last.span.to(run.span);
                }
                _ => runs.push(run),
            }
        }
        if written.next().is_some() { Self::default() } else { Self::from_runs(runs) }
    }

    /// The places of texts that are put together, each with its length in bytes.
    #[must_use]
    pub fn concat<'p>(texts: impl IntoIterator<Item = (usize, &'p Self)>) -> Self {
        let mut start = 0;
        let mut runs = Vec::new();
        for (length, places) in texts {
            runs.extend(places.runs().iter().map(|run| Run { at: start + run.at, ..*run }));
            start += length;
        }
        Self::from_runs(runs)
    }

    /// The places of a text that stands in another one, given those of the other: what this one knows are places in that text.
    #[must_use]
    pub fn within(&self, outer: &Self) -> Self {
        let outside = |run: &Run| -> Vec<Run> {
            let range = run.span.range();
            if run.is_verbatim() {
                outer.slice(range).runs().iter().map(|inner| Run { at: run.at + inner.at, ..*inner }).collect()
            } else {
                outer.span(range).map(|span| Run { span, ..*run }).into_iter().collect()
            }
        };
        Self::from_runs(self.runs().iter().flat_map(outside).collect())
    }

    /// The places of a part of the text.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let within = self.runs().iter().filter(|run| run.at < range.end && range.start < run.end());
        let cut = within.map(|run| {
            let (at, end) = (run.at.max(range.start), run.end().min(range.end));
            Run { at: at - range.start, length: end - at, span: run.part(&range) }
        });
        Self::from_runs(cut.collect())
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Where the bytes of `range` stand, from the first to the last of them. `None` if the place of the first is not known;
    /// where that of the last is not known or is elsewhere, the place ends with the first one's run.
    #[must_use]
    pub fn span(&self, range: Range<usize>) -> Option<Span> {
        let at = |byte: usize| {
            let index = self.runs().partition_point(|run| run.end() <= byte);
            self.runs().get(index).filter(|run| run.at <= byte)
        };
        let (first, last) = (at(range.start)?, at(range.end.saturating_sub(1).max(range.start)));
        let start = first.part(&range);
        let end = last.map(|last| last.part(&range)).filter(|end| end.file == start.file && start.end <= end.end);
        Some(end.map_or(start, |end| start.to(end)))
    }

    fn from_runs(runs: Vec<Run>) -> Self {
        Self((!runs.is_empty()).then(|| runs.into()))
    }

    fn runs(&self) -> &[Run] {
        self.0.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a span that cannot be sliced fails its test")]
mod tests {
    use super::*;
    use crate::source::FileId;

    const FILE: FileId = FileId(0);

    /// What stands for `part` of `text`.
    fn place<'s>(places: &Places, text: &str, part: &str, source: &'s str) -> Option<&'s str> {
        let start = text.find(part).unwrap();
        places.span(start..start + part.len()).map(|span| &source[span.range()])
    }

    fn characters(source: &str) -> impl Iterator<Item = (char, Span)> {
        source.char_indices().map(|(at, character)| (character, Span::new(FILE, at, at + character.len_utf8())))
    }

    #[test]
    fn blanks_may_change_and_everything_else_may_not() {
        let (text, source) = ("{\n é: [1]\n}\n", "{\r\n     é:   [1]\r\n   }");
        let places = Places::align(text, characters(source));
        assert_eq!(place(&places, text, "é", source), Some("é"));
        assert_eq!(place(&places, text, "é: [1]", source), Some("é:   [1]"));
        assert_eq!(place(&places, text, text.trim_end(), source), Some(source));
        assert_eq!(place(&places, text, "\n}", source), None, "a blank has no place");
        assert!(Places::align("{a}", characters("{b}")).is_empty());
        assert!(Places::align("{", characters("{}")).is_empty());
        assert!(Places::align("{}", characters("{")).is_empty());
    }

    #[test]
    fn an_interpolation_stands_for_all_that_it_gives() {
        let source = "a${name}d";
        let places = Places::concat([
            (1, &Places::of(1, Span::new(FILE, 0, 1))),
            (2, &Places::of(2, Span::new(FILE, 1, 8))),
            (3, &Places::default()),
            (1, &Places::of(1, Span::new(FILE, 8, 9))),
        ]);
        let text = "abc???d";
        assert_eq!(place(&places, text, "c", source), Some("${name}"));
        assert_eq!(place(&places, text, "abc", source), Some("a${name}"));
        assert_eq!(place(&places, text, "c???d", source), Some("${name}d"));
        assert_eq!(place(&places, text, "?", source), None);
        assert_eq!(place(&places, text, "a", source), Some("a"));
        assert_eq!(place(&places.slice(2..7), &text[2..], "d", source), Some("d"));
        assert_eq!(place(&places, text, "bc??", source), Some("${name}"), "it ends where nothing more is known");
    }

    #[test]
    fn a_text_in_a_text_stands_where_that_is_written() {
        // The outer text is `say "a\\tb"`, each of its quotes escaped; the inner one is `a`, a tab and `b`.
        let source = r#"say \"a\\tb\""#;
        let at = |range: Range<usize>| Span::new(FILE, range.start, range.end);
        let outer = Places::concat([
            (4, &Places::of(4, at(0..4))),
            (1, &Places::of(1, at(4..6))),
            (1, &Places::of(1, at(6..7))),
            (1, &Places::of(1, at(7..9))),
            (2, &Places::of(2, at(9..11))),
            (1, &Places::of(1, at(11..13))),
        ]);
        let inner = Places::concat([
            (1, &Places::of(1, at(5..6))),
            (1, &Places::of(1, at(6..8))),
            (1, &Places::of(1, at(8..9))),
        ]);
        let places = inner.within(&outer);
        let found = (0..3).map(|byte| places.span(byte..byte + 1).map(|span| &source[span.range()]));
        assert_eq!(found.collect::<Vec<_>>(), [Some("a"), Some(r"\\t"), Some("b")]);
    }

    #[test]
    fn a_part_keeps_its_places() {
        let source = "0123456789";
        let places = Places::of(10, Span::new(FILE, 0, 10)).slice(3..7);
        assert_eq!(place(&places, "3456", "45", source), Some("45"));
        assert_eq!(places.span(4..5), None);
    }
}
