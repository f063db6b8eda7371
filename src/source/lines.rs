//! Bytes to lines and columns, in one place: a line table built once a file.

/// A place as people and tools count it: both numbers begin at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in the unit that was asked for.
    pub column: usize,
}

/// The first byte of every line of a text. Lines end at LF; a CR before it belongs to the line's end. A text without any LF
/// has lines that end at CR.
#[derive(Debug, Clone, Default)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// The table for `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let end = if text.contains('\n') { b'\n' } else { b'\r' };
        let starts = std::iter::once(0).chain(memchr::memchr_iter(end, text.as_bytes()).map(|at| at + 1)).collect();
        Self { starts }
    }

    /// How many lines there are, an unfinished last one included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is no line at all (never the case for a table made from a text).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The line (from 0) that holds `offset`.
    #[must_use]
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The bytes of line `line` (from 0) in `text`, without the line end.
    #[must_use]
    pub fn range(&self, line: usize, text: &str) -> std::ops::Range<usize> {
        let start = self.starts.get(line).copied().unwrap_or(text.len());
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        let content = text.get(start..end).unwrap_or_default();
        start..start + content.trim_end_matches(['\n', '\r']).len()
    }

    /// Line and column of `offset`, columns counted in characters.
    #[must_use]
    pub fn position(&self, offset: usize, text: &str) -> Position {
        self.count(offset, text, |before| before.chars().count())
    }

    /// Line and column of `offset`, columns counted in UTF-16 code units, as SARIF and editors want them.
    #[must_use]
    pub fn position_utf16(&self, offset: usize, text: &str) -> Position {
        self.count(offset, text, |before| before.encode_utf16().count())
    }

    fn count(&self, offset: usize, text: &str, units: fn(&str) -> usize) -> Position {
        let line = self.line(offset);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let before = text.get(start..offset.min(text.len())).unwrap_or_default();
        Position { line: line + 1, column: units(before.trim_start_matches('\u{feff}')) + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_or_utf16_units() {
        let text = "a\r\nπ😀x";
        let index = LineIndex::new(text);
        let x = text.find('x').unwrap_or_default();
        assert_eq!(index.position(x, text), Position { line: 2, column: 3 });
        assert_eq!(index.position_utf16(x, text), Position { line: 2, column: 4 });
        assert_eq!(index.range(0, text), 0..1);
    }

    #[test]
    fn a_text_without_any_line_feed_has_lines_that_end_at_carriage_returns() {
        let text = "a\rbc\rd";
        let index = LineIndex::new(text);
        assert_eq!((index.len(), index.range(1, text)), (3, 2..4));
        assert_eq!(index.position(5, text), Position { line: 3, column: 1 });
        assert_eq!(LineIndex::new("a\rb\n").len(), 2);
    }
}
