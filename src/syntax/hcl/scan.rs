//! A first look at a text: where its comments, its blocks and its attributes' values are, and a copy of it that has the
//! same shape and the same offsets but none of what the parser stumbles over.
//!
//! Knows brackets, quotes, heredocs and comments; knows nothing of expressions. In the copy
//! * comments and the byte-order mark are blanks,
//! * line ends are blanks where Terraform ignores them (in brackets, `for` expressions and interpolations), and
//! * the literal text of heredocs and of whole templates is dots, so that only Terraform's own rule says where a
//!   heredoc ends. Whoever wants that text takes it from the original.

use std::ops::Range;

/// How often a scan starts anew behind a block that is never closed.
const MAX_RESTARTS: usize = 16;

/// The words that begin a block of a configuration; such a line at its very beginning ends an unclosed block.
const BLOCK_TYPES: [&str; 8] = ["resource", "data", "module", "variable", "output", "locals", "provider", "terraform"];

/// What stands where in a text.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// The copy for the parser, as long as the text.
    pub mask: String,
    /// The comments, markers included.
    pub comments: Vec<Range<usize>>,
    /// The top-level blocks and attributes.
    pub items: Vec<Item>,
    /// The quoted texts that do not end on their line, which Terraform does not have.
    pub broken_quotes: Vec<Range<usize>>,
    /// The values of all attributes of all bodies. None lies within another.
    pub values: Vec<Range<usize>>,
}

/// A top-level block or attribute.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// All of it.
    pub range: Range<usize>,
    /// Whether every bracket and quote of it is closed.
    pub closed: Closed,
}

/// Whether brackets and quotes are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    Yes,
    No,
}

/// Looks at a file of attributes and blocks.
pub(super) fn file(text: &str) -> Outline {
    let mut scan = Scan::new(text, Frame::Body);
    if text.starts_with('\u{feff}') {
        scan.at = '\u{feff}'.len_utf8();
        scan.paint(0..scan.at, b' ');
    }
    for _ in 0..MAX_RESTARTS {
        scan.run();
        let Some(restart) = scan.restart() else { break };
        scan.resume(restart);
    }
    scan.run();
    scan.finish()
}

/// Looks at a single expression.
pub(super) fn expression(text: &str) -> Outline {
    let mut scan = Scan::new(text, Frame::Bracket);
    scan.run();
    scan.finish()
}

/// Looks at a whole template.
pub(super) fn template(text: &str) -> Outline {
    let mut scan = Scan::new(text, Frame::Template);
    scan.run();
    scan.finish()
}

/// What the scan is in the middle of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Frame {
    /// Attributes and blocks.
    Body,
    /// An attribute's value, which a line end ends, with the offset where it begins.
    Value(usize),
    /// `{ key = value }`, where a line end ends an item.
    Object,
    /// `{for …}`, `${…}` and `%{…}`, where a line end means nothing.
    Brace,
    /// `(…)` and `[…]`, where a line end means nothing.
    Bracket,
    /// `"…"`, with the offset of the first quote.
    Quote(usize),
    /// The lines of a heredoc, with its marker.
    Heredoc(Range<usize>),
    /// A template that is a whole text.
    Template,
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    mask: Vec<u8>,
    /// Never empty: the first frame is the text itself.
    frames: Vec<Frame>,
    item: Option<usize>,
    outline: Outline,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str, root: Frame) -> Self {
        let mask = text.as_bytes().to_vec();
        Self { text, at: 0, mask, frames: vec![root], item: None, outline: Outline::default() }
    }

    fn run(&mut self) {
        while let Some(byte) = self.byte(self.at) {
            match self.frames.last() {
                Some(Frame::Quote(start)) => self.quote(*start, byte),
                Some(Frame::Heredoc(marker)) => self.heredoc(marker.clone(), byte),
                Some(Frame::Template) => self.literal(byte),
                _ => self.code(byte),
            }
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Overwrites a range of the copy, but for its line ends.
    fn paint(&mut self, range: Range<usize>, colour: u8) {
        self.mask.get_mut(range).unwrap_or_default().fill(colour);
    }

    fn code(&mut self, byte: u8) {
        match byte {
            b'#' => self.line_comment(),
            b'/' if self.rest().starts_with(b"//") => self.line_comment(),
            b'/' if self.rest().starts_with(b"/*") => self.block_comment(),
            b'\n' => self.line_end(),
            b'\r' if self.ignores_line_ends() => {
                self.paint(self.at..self.at + 1, b' ');
                self.at += 1;
            }
            b' ' | b'\t' | b'\r' => self.at += 1,
            _ => {
                self.item.get_or_insert(self.at);
                self.token(byte);
            }
        }
    }

    fn token(&mut self, byte: u8) {
        let body = self.frames.last() == Some(&Frame::Body);
        match byte {
            b'"' => self.frames.push(Frame::Quote(self.at)),
            b'<' if !body => {
                if let Some((marker, content)) = self.heredoc_start() {
                    self.frames.push(Frame::Heredoc(marker));
                    self.at = content;
                    return;
                }
            }
            b'=' if body => self.frames.push(Frame::Value(self.at + 1)),
            b'{' if body => self.frames.push(Frame::Body),
            b'{' if self.for_follows() => self.frames.push(Frame::Brace),
            b'{' => self.frames.push(Frame::Object),
            b'(' | b'[' => self.frames.push(Frame::Bracket),
            b')' | b']' if self.frames.len() > 1 && self.frames.last() == Some(&Frame::Bracket) => self.leave(),
            b'}' => self.close_brace(),
            _ => {}
        }
        self.at += 1;
    }

    /// Leaves everything up to the innermost brace, so that a forgotten `)` does not swallow the rest of the file.
    fn close_brace(&mut self) {
        let is_brace = |frame: &Frame| matches!(frame, Frame::Body | Frame::Object | Frame::Brace);
        if let Some(brace) = self.frames.iter().rposition(is_brace).filter(|brace| *brace > 0) {
            while self.frames.len() > brace {
                self.leave();
            }
        }
    }

    /// Leaves the innermost frame, which is not the first.
    fn leave(&mut self) {
        if let Some(Frame::Value(start)) = self.frames.pop() {
            let value = self.text.get(start..self.at).unwrap_or_default();
            let start = start + value.len() - value.trim_start().len();
            self.outline.values.push(start..start + value.trim().len());
        }
    }

    fn line_end(&mut self) {
        if matches!(self.frames.last(), Some(Frame::Value(_))) {
            self.leave();
        }
        if self.frames == [Frame::Body] {
            self.end_item(Closed::Yes);
        } else if self.ignores_line_ends() {
            self.paint(self.at..self.at + 1, b' ');
        }
        self.at += 1;
    }

    fn ignores_line_ends(&self) -> bool {
        matches!(self.frames.last(), Some(Frame::Brace | Frame::Bracket))
    }

    fn end_item(&mut self, closed: Closed) {
        if let Some(start) = self.item.take() {
            let text = self.text.get(start..self.at).unwrap_or_default();
            self.outline.items.push(Item { range: start..start + text.trim_end().len(), closed });
        }
    }

    fn line_comment(&mut self) {
        let line = memchr::memchr(b'\n', self.rest()).map_or(self.text.len(), |length| self.at + length);
        let end = if self.byte(line.wrapping_sub(1)) == Some(b'\r') { line - 1 } else { line };
        self.comment(end);
    }

    fn block_comment(&mut self) {
        let length = memchr::memmem::find(self.rest().get(2..).unwrap_or_default(), b"*/");
        self.comment(length.map_or(self.text.len(), |length| self.at + length + 4));
    }

    fn comment(&mut self, end: usize) {
        self.outline.comments.push(self.at..end);
        self.paint(self.at..end, b' ');
        self.at = end;
    }

    fn quote(&mut self, start: usize, byte: u8) {
        match byte {
            b'\\' => self.at += if self.byte(self.at + 1) == Some(b'\n') { 1 } else { 2 },
            b'"' => {
                self.frames.pop();
                self.at += 1;
            }
            // A forgotten quote must not turn the file inside out.
            b'\n' => {
                self.outline.broken_quotes.push(start..self.at);
                self.frames.pop();
            }
            _ => self.at += self.sequence(),
        }
    }

    fn heredoc(&mut self, marker: Range<usize>, byte: u8) {
        let Some(end) = self.heredoc_end(&marker) else { return self.literal(byte) };
        if matches!(self.text.get(marker.end..self.at), Some("\n" | "\r\n")) {
            self.quote_empty_heredoc(marker.start, end);
        }
        self.at = end;
        self.frames.pop();
    }

    /// Where the marker ends, if here begins the line that holds it alone.
    fn heredoc_end(&self, marker: &Range<usize>) -> Option<usize> {
        let before = self.at.checked_sub(1)?;
        if self.byte(before) != Some(b'\n') {
            return None;
        }
        let line = self.rest().split(|byte| *byte == b'\n').next()?.trim_ascii_end();
        (line.trim_ascii_start() == self.text.as_bytes().get(marker.clone())?).then_some(self.at + line.len())
    }

    /// Makes a heredoc without any line a quoted text: the parser looks for its end from the second line on.
    fn quote_empty_heredoc(&mut self, marker: usize, end: usize) {
        let before = self.text.get(..marker).unwrap_or_default();
        let start = before.trim_end_matches('-').len().saturating_sub(2);
        self.paint(start..start + 1, b'"');
        self.paint(start + 1..end - 1, b'.');
        self.paint(end - 1..end, b'"');
    }

    /// One character or sequence of a heredoc or a whole template.
    fn literal(&mut self, byte: u8) {
        let depth = self.frames.len();
        let length = self.sequence();
        if depth == self.frames.len() && byte != b'\n' {
            self.paint(self.at..self.at + length, b'.');
        }
        self.at += length;
    }

    /// The length of the escaped marker, the opening marker (whose frame is entered) or the byte that comes next.
    fn sequence(&mut self) -> usize {
        match self.rest() {
            [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => 3,
            [b'$' | b'%', b'{', ..] => {
                self.frames.push(Frame::Brace);
                2
            }
            _ => 1,
        }
    }

    /// The marker of the heredoc that begins here, and where its first line begins.
    fn heredoc_start(&self) -> Option<(Range<usize>, usize)> {
        let rest = self.rest().strip_prefix(b"<<")?;
        let rest = rest.strip_prefix(b"-").unwrap_or(rest);
        let marker = rest.iter().take_while(|byte| continues_name(**byte)).count();
        let after = rest.get(marker..)?;
        let line_end = if after.starts_with(b"\r\n") { 2 } else { 1 };
        let start = self.text.len() - rest.len();
        let is_name = rest.first().is_some_and(|byte| continues_name(*byte) && *byte != b'-' && !byte.is_ascii_digit());
        (is_name && after.get(line_end - 1) == Some(&b'\n'))
            .then_some((start..start + marker, start + marker + line_end))
    }

    /// Whether the brace here opens a `for` expression.
    fn for_follows(&self) -> bool {
        let mut rest = self.rest().get(1..).unwrap_or_default();
        loop {
            rest = rest.trim_ascii_start();
            let comment = match rest {
                [b'#', ..] | [b'/', b'/', ..] => memchr::memchr(b'\n', rest),
                [b'/', b'*', ..] => memchr::memmem::find(rest, b"*/").map(|length| length + 2),
                _ => break,
            };
            rest = comment.and_then(|length| rest.get(length..)).unwrap_or_default();
        }
        rest.strip_prefix(b"for").is_some_and(|rest| rest.first().is_none_or(|byte| !continues_name(*byte)))
    }

    /// Where to go on when the text has ended within a block: at the next line that plainly begins another one.
    fn restart(&self) -> Option<usize> {
        let start = self.item.filter(|_| !self.is_closed())?;
        let line_starts = memchr::memchr_iter(b'\n', self.text.as_bytes().get(start..)?).map(|end| start + end + 1);
        line_starts.into_iter().find(|line| {
            let rest = self.text.get(*line..).unwrap_or_default();
            let after = BLOCK_TYPES.iter().find_map(|word| rest.strip_prefix(word));
            after.is_some_and(|after| after.starts_with([' ', '{', '"']))
        })
    }

    fn is_closed(&self) -> bool {
        matches!(self.frames.as_slice(), [_] | [Frame::Body, Frame::Value(_)])
    }

    fn resume(&mut self, restart: usize) {
        self.at = restart;
        self.end_item(Closed::No);
        self.frames.truncate(1);
        self.outline.comments.retain(|comment| comment.end <= restart);
        self.outline.values.retain(|value| value.end <= restart);
        self.outline.broken_quotes.retain(|quote| quote.end <= restart);
        let original = self.text.as_bytes().get(restart..).unwrap_or_default();
        self.mask.truncate(restart);
        self.mask.extend_from_slice(original);
    }

    fn finish(mut self) -> Outline {
        let closed = if self.is_closed() { Closed::Yes } else { Closed::No };
        while self.frames.len() > 1 {
            self.leave();
        }
        self.end_item(closed);
        // Only whole characters were overwritten, so the copy is UTF-8.
        self.outline.mask = String::from_utf8(self.mask).unwrap_or_default();
        self.outline
    }
}

/// Whether a byte can stand within a name. Every byte of a character beyond ASCII counts as a letter.
fn continues_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || !byte.is_ascii()
}
