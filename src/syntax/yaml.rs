//! YAML to [`super::Node`], by way of granit-parser's events: nothing outside this module names that crate.
//!
//! ```text
//! text ─▶ events (here) ─▶ tree (aliases and merge keys expanded)
//!   └──── quoted: mends what granit-parser refuses and CloudFormation takes
//! ```
//!
//! Knows YAML 1.1 and 1.2 as far as a tree goes; what `yes` or `!Sub` means is the front end's business.
//! An alias becomes a copy of what it refers to, with the spans of the anchor's place.

mod quoted;
#[cfg(test)]
#[allow(clippy::string_slice, reason = "a span that cannot be sliced fails its test")]
mod tests;
mod tree;

use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StrInput, StructureStyle};

use self::quoted::Mended;
use self::tree::{Builder, Properties, TooDeep};
use super::escapes::{Quoting, places};
use super::node::{Comment, MAX_NESTING, Parsed, Problem, ProblemSeverity, Scalar, Style, Tag, too_deep};
use crate::source::{FileId, Span};

/// Reads every document of a YAML text. A document with an error is kept as far as it was read, and reading goes
/// on with the next one.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Parsed {
    let mut mended = Mended::new(text);
    loop {
        let Reader { parsed, refused, .. } = Reader::read(file, text, &mended);
        match refused {
            Some(Refused::Quote(offset)) if mended.mend(offset) => {}
            Some(Refused::Dash(offset)) if mended.mend_dash(offset) => {}
            _ => return parsed,
        }
    }
}

/// One reading of the whole text.
struct Reader<'t> {
    file: FileId,
    text: &'t str,
    mended: &'t Mended<'t>,
    builder: Builder,
    parsed: Parsed,
    /// Where the last node ended: a block scalar's header stands behind it.
    last_end: usize,
    /// The first place where something was refused that can be mended.
    refused: Option<Refused>,
}

/// What granit-parser refuses and CloudFormation takes, with its place.
#[derive(Clone, Copy)]
enum Refused {
    /// A line of a quoted scalar, for its indentation.
    Quote(usize),
    /// A dash that is a whole scalar.
    Dash(usize),
}

impl<'t> Reader<'t> {
    fn read(file: FileId, text: &'t str, mended: &'t Mended<'t>) -> Self {
        let (builder, parsed) = (Builder::new(file), Parsed::default());
        let mut reader = Self { file, text, mended, builder, parsed, last_end: 0, refused: None };
        let mut parser = parser(mended.text());
        while let Some(step) = parser.next_event() {
            let taken = step.map_err(|error| reader.explain(&error)).and_then(|(event, span)| {
                let range = span.byte_range().unwrap_or_default();
                let tag = span.tag_span().and_then(|tag| tag.byte_range());
                reader.take(event, range.clone(), tag).map_err(|TooDeep| too_deep(reader.span(&range)))
            });
            if let Err(problem) = taken {
                reader.parsed.problems.push(problem);
                reader.builder.abandon();
                reader.end_document();
                if parser.proceed_next_document().is_err() {
                    break;
                }
            }
        }
        reader.parsed.is_contested = reader.builder.is_contested;
        reader.parsed.problems.append(&mut reader.builder.problems);
        reader.parsed.problems.sort_by_key(|problem| problem.span.start);
        reader
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>, tag: Option<Range<usize>>) -> Result<(), TooDeep> {
        let end = range.end;
        match event {
            Event::Comment(..) => {
                let text = self.text.get(range.clone()).unwrap_or_default().to_owned();
                self.parsed.comments.push(Comment { text, span: self.span(&range) });
                return Ok(());
            }
            Event::Scalar(text, style, anchor, written_tag) => {
                let properties = self.properties(anchor, written_tag.as_deref(), tag.clone());
                let scalar = self.scalar(&text, style, range.clone(), written_tag.as_deref());
                let span = self.scalar_span(range, style, tag.map_or(self.last_end, |tag| tag.end));
                self.builder.scalar(scalar, span, properties);
            }
            Event::SequenceStart(style, anchor, written_tag) => {
                let properties = self.properties(anchor, written_tag.as_deref(), tag);
                let start = if style == StructureStyle::Block { self.dash_before(range.start) } else { range.start };
                self.builder.open_sequence(start, properties)?;
            }
            Event::MappingStart(_, anchor, written_tag) => {
                let properties = self.properties(anchor, written_tag.as_deref(), tag);
                self.builder.open_mapping(range.start, properties)?;
            }
            // A block collection ends with its last child; granit-parser notices at the next token.
            Event::SequenceEnd | Event::MappingEnd => self.builder.close(range),
            Event::Alias(anchor) => self.builder.alias(anchor, self.span(&range)),
            Event::UnresolvedAlias(name) => self.builder.missing_anchor(&name, self.span(&range)),
            Event::DocumentEnd => {
                self.end_document();
                return Ok(());
            }
            _ => return Ok(()),
        }
        self.last_end = end;
        Ok(())
    }

    fn end_document(&mut self) {
        self.parsed.documents.extend(self.builder.finish());
    }

    fn properties(&self, anchor: usize, tag: Option<&granit_parser::Tag>, range: Option<Range<usize>>) -> Properties {
        let name = tag.and_then(local_name);
        let tag = name.zip(range).map(|(name, range)| Tag { name, span: self.span(&range) });
        Properties { anchor, tag }
    }

    fn scalar(&self, text: &str, style: ScalarStyle, range: Range<usize>, tag: Option<&granit_parser::Tag>) -> Scalar {
        let forced = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str") || tag.original() == "!");
        let text = match self.mended.unfolded(range.start) {
            Some(unfolded) => unfolded,
            // granit-parser writes the null it supposes for a node without text.
            None if style == ScalarStyle::Plain && range.is_empty() => "",
            // It also ends a block scalar with a newline where the file has none; libyaml does not.
            None if is_block(style) && range.end == self.text.len() && !self.ends_with_blank_line() => {
                text.strip_suffix('\n').unwrap_or(text)
            }
            None => text,
        };
        let (quoting, content) = match style {
            ScalarStyle::SingleQuoted => (Quoting::Single, range.start + 1..range.end.saturating_sub(1)),
            ScalarStyle::DoubleQuoted => (Quoting::Double, range.start + 1..range.end.saturating_sub(1)),
            ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => (Quoting::Bare, range),
        };
        let source = self.text.get(content.clone()).unwrap_or_default();
        let places = places(text, source, self.file, content.start, quoting);
        let style = if style == ScalarStyle::Plain && !forced { Style::Plain } else { Style::Quoted };
        Scalar { text: text.to_owned(), style, places }
    }

    /// The scalar's own text. `after` is an offset behind which it must stand.
    fn scalar_span(&self, range: Range<usize>, style: ScalarStyle, after: usize) -> Span {
        if is_block(style) {
            self.block_span(range, after)
        } else if range.is_empty() {
            self.empty_span(range.start, after)
        } else {
            self.span(&range)
        }
    }

    /// A block scalar from its header (`|`, `>-`) to its last word. granit-parser's range holds the content alone: the
    /// header is the first word with such a mark in the last line before it that is not blank.
    fn block_span(&self, content: Range<usize>, after: usize) -> Span {
        let gap = self.text.get(after..content.start).unwrap_or_default().trim_end();
        let line = gap.rfind('\n').map_or(0, |newline| newline + 1);
        let words = gap.get(line..).unwrap_or_default();
        let begins_word = |at: usize| {
            let before = words.get(..at).and_then(|head| head.chars().next_back());
            before.is_none_or(char::is_whitespace)
        };
        let header = words.match_indices(['|', '>']).map(|(at, _)| at).find(|at| begins_word(*at));
        let start = header.map_or(content.start, |at| after + line + at);
        let scalar = self.text.get(start..content.end).unwrap_or_default().trim_end();
        self.span(&(start..start + scalar.len()))
    }

    /// A node without text stands right behind the colon, dash or tag before it.
    fn empty_span(&self, offset: usize, after: usize) -> Span {
        let blank = [' ', '\t'];
        let rest = self.text.get(offset..).unwrap_or_default();
        let start = if let Some(behind) = rest.trim_start_matches(blank).strip_prefix(':') {
            self.text.len() - behind.len()
        } else {
            let before = self.text.get(after..offset).unwrap_or_default();
            offset.min(after + before.trim_end_matches(blank).len())
        };
        self.span(&(start..start))
    }

    /// Where a block sequence begins: of one that is not indented granit-parser names the first item.
    fn dash_before(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or_default().trim_end();
        let behind = self.text.get(offset..).and_then(|rest| rest.strip_prefix('-'));
        let at_dash = behind.is_some_and(|rest| rest.chars().next().is_none_or(char::is_whitespace));
        if !at_dash && before.ends_with('-') { before.len() - 1 } else { offset }
    }

    fn ends_with_blank_line(&self) -> bool {
        self.text.rsplit('\n').next().is_none_or(|line| line.trim().is_empty())
    }

    fn explain(&mut self, error: &ScanError) -> Problem {
        let offset = error.marker().byte_offset().unwrap_or_default();
        let refused = match error.kind() {
            ErrorKind::InvalidQuotedScalarIndent | ErrorKind::TabInIndentation => Some(Refused::Quote(offset)),
            ErrorKind::PlainScalarStartsWithDashFlowIndicator => Some(Refused::Dash(offset)),
            _ => None,
        };
        self.refused = self.refused.or(refused);
        let rest = self.text.get(offset..).unwrap_or_default();
        let stumbled = rest.chars().next().filter(|c| !c.is_control()).map_or(0, char::len_utf8);
        let span = self.span(&(offset..offset + stumbled));
        if *error.kind() == ErrorKind::RecursionLimitExceeded {
            return too_deep(span);
        }
        Problem { message: format!("not valid YAML: {}", error.kind()), span, severity: ProblemSeverity::Lost }
    }

    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.file, range.start.min(self.text.len()), range.end.min(self.text.len()))
    }
}

fn parser(text: &str) -> Parser<'_, StrInput<'_>> {
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        // A licence of a hundred lines is no attack: comments are bounded by the size of the file.
        max_buffered_comment_events: usize::MAX,
        // Looking ahead for a key, the scanner runs before the tree, which keeps the limit exactly.
        flow_nesting_limit: MAX_NESTING * 2,
        block_nesting_limit: MAX_NESTING * 2,
    };
    Parser::new_from_str_with_options(text, options)
}

fn is_block(style: ScalarStyle) -> bool {
    matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
}

/// The name of a local tag: `Sub` for `!Sub` and for `!<!Sub>`.
fn local_name(tag: &granit_parser::Tag) -> Option<String> {
    let name = match tag.handle() {
        "!" => tag.suffix(),
        "" => tag.suffix().strip_prefix('!')?,
        _ => return None,
    };
    (!name.is_empty()).then(|| name.to_owned())
}
