//! HCL to [`super::Body`], by way of `hcl::edit`; only this file and those below it name it.
//!
//! Each top-level block is parsed by itself, so that one bad block loses only itself. The parser sees a copy of the
//! text without what it is known to stumble over ([`scan`]); what it still refuses though Terraform accepts it, a
//! repeated key or an expression beyond the parser's limits, is hidden from it and mended in our tree. So every text
//! comes from the source, at the place where the parser found it ([`lower`]).

mod literal;
mod lower;
mod position;
mod scan;
mod template;

use std::ops::Range;
use std::sync::Arc;

use ::hcl::edit::parser::{self, Error};

use self::literal::Quoting;
use self::lower::{Hidden, Lowering};
pub(super) use self::position::Position;
use self::scan::{Closed, Item, Outline};
use self::template::Indentation;
use super::body::{Body, Expr, ExprKind, ParsedBody, TemplatePart};
use super::node::{Comment, Problem, ProblemSeverity};
use crate::source::{FileId, Places, Span};

/// How often one block is parsed again with something hidden.
const MAX_REPAIRS: usize = 64;

/// How many bytes of one block are parsed again in all, so that a huge block with many faults ends soon.
const MAX_REPAIRED_BYTES: usize = 32 * 1024 * 1024;

/// Reads a file of attributes and blocks: `.tf`, `.tfvars`.
#[must_use]
pub fn parse(file: FileId, text: &str) -> ParsedBody {
    let mut outline = scan::file(text);
    let mut parsed = ParsedBody { comments: comments(file, text, &outline.comments), ..ParsedBody::default() };
    for item in std::mem::take(&mut outline.items) {
        match parse_item(file, text, &outline, &item) {
            Ok(body) => {
                parsed.body.attributes.extend(body.attributes);
                parsed.body.blocks.extend(body.blocks);
            }
            Err(problem) => parsed.problems.push(problem),
        }
    }
    parsed
}

/// Reads a whole template, such as a file for `templatefile`. Nothing is escaped in it but `$${` and `%%{`. Its characters
/// stand at `places`; what has no place there stands at `whole`.
#[must_use]
pub fn parse_template(text: &str, places: &Places, whole: Span) -> (Vec<TemplatePart>, Vec<Problem>) {
    match template_at(text, Position::Within(places, 0, whole)) {
        Ok(parts) => (parts, Vec::new()),
        Err(problem) => (Vec::new(), vec![problem]),
    }
}

/// Reads a single expression, such as a value given on the command line. What is none is
/// [`ExprKind::Unsupported`], with the problem.
#[must_use]
pub fn parse_expression(file: FileId, text: &str, range: Range<usize>) -> (Expr, Vec<Problem>) {
    let position = Position::From(file, range.start);
    let source = text.get(range).unwrap_or_default();
    match expression_at(source, position) {
        Ok(expr) => (Arc::unwrap_or_clone(expr), Vec::new()),
        Err(problem) => {
            let kind = ExprKind::Unsupported(problem.message.clone());
            (Expr { kind, span: position.span(0..source.len()) }, vec![problem])
        }
    }
}

/// Reads a template that stands at `position`.
///
/// # Errors
/// When the text is not a template.
pub(super) fn template_at(text: &str, position: Position<'_>) -> Result<Vec<TemplatePart>, Problem> {
    let outline = scan::template(text);
    let mut copy = Copy::new(&outline, 0..text.len());
    let template = copy.parse(parser::parse_template);
    let template = template.map_err(|error| problem("this template cannot be read", &error, text, position))?;
    Ok(Lowering { text, position, hidden: copy.hidden }.template(&template, Quoting::Bare, Indentation::Kept, 0))
}

/// Reads an expression that stands at `position`.
///
/// # Errors
/// When the text is not one expression.
pub(super) fn expression_at(text: &str, position: Position<'_>) -> Result<Arc<Expr>, Problem> {
    let outline = scan::expression(text);
    let start = outline.mask.len() - outline.mask.trim_start().len();
    let end = start.max(outline.mask.trim_end().len());
    let mut copy = Copy::new(&outline, start..end);
    let parsed = copy.parse(parser::parse_expr);
    let (text, position) = (text.get(start..end).unwrap_or_default(), position.after(start));
    let expression = parsed.map_err(|error| problem("this expression cannot be read", &error, text, position))?;
    Ok(Lowering { text, position, hidden: copy.hidden }.expr(&expression))
}

fn parse_item(file: FileId, text: &str, outline: &Outline, item: &Item) -> Result<Body, Problem> {
    let text = text.get(item.range.clone()).unwrap_or_default();
    let position = Position::From(file, item.range.start);
    if item.closed == Closed::No {
        let span = position.span(0..text.lines().next().unwrap_or_default().len());
        let message = "what begins here is never closed: a bracket or a quote is missing".to_owned();
        return Err(Problem { message, span, severity: ProblemSeverity::Lost });
    }
    let broken = outline.broken_quotes.partition_point(|quote| quote.end <= item.range.start);
    if let Some(quote) = outline.broken_quotes.get(broken).filter(|quote| quote.end <= item.range.end) {
        let message = "this text does not end on its line: a quote is missing".to_owned();
        return Err(Problem {
            message,
            span: Span::new(file, quote.start, quote.end),
            severity: ProblemSeverity::Lost,
        });
    }
    let mut copy = Copy::new(outline, item.range.clone());
    let body =
        copy.parse(parser::parse_body).map_err(|error| problem("this cannot be read", &error, text, position))?;
    Ok(Lowering { text, position, hidden: copy.hidden }.body(&body))
}

fn comments(file: FileId, text: &str, ranges: &[Range<usize>]) -> Vec<Comment> {
    let comment = |range: &Range<usize>| Comment {
        text: text.get(range.clone()).unwrap_or_default().to_owned(),
        span: Span::new(file, range.start, range.end),
    };
    ranges.iter().map(comment).collect()
}

fn problem(what: &str, error: &Error, text: &str, position: Position<'_>) -> Problem {
    let at = (0..=error.location().offset().min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    let at = at.unwrap_or_default();
    let length = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let message = format!("{what}: {}", error.message());
    Problem { message, span: position.span(at..at + length), severity: ProblemSeverity::Lost }
}

/// What the parser is given: a piece of the outline's copy, in which more is hidden whenever the parser refuses what
/// Terraform accepts.
struct Copy {
    text: String,
    /// The values of attributes, of which one may be hidden as a whole.
    values: Vec<Range<usize>>,
    hidden: Vec<Hidden>,
}

impl Copy {
    fn new(outline: &Outline, range: Range<usize>) -> Self {
        let within = |value: &&Range<usize>| range.start <= value.start && value.end <= range.end;
        let first = outline.values.partition_point(|value| value.start < range.start);
        let values = outline.values.iter().skip(first).take_while(within);
        Self {
            text: outline.mask.get(range.clone()).unwrap_or_default().to_owned(),
            values: values.map(|value| value.start - range.start..value.end - range.start).collect(),
            hidden: Vec::new(),
        }
    }

    fn parse<T>(&mut self, parser: fn(&str) -> Result<T, Error>) -> Result<T, Error> {
        let repairs = MAX_REPAIRS.min(MAX_REPAIRED_BYTES / self.text.len().max(1));
        for attempt in 0..repairs {
            let error = match parser(&self.text) {
                Ok(tree) => return Ok(tree),
                Err(error) => error,
            };
            if self.repair(&error, attempt).is_none() {
                return Err(error);
            }
        }
        parser(&self.text)
    }

    fn repair(&mut self, error: &Error, attempt: usize) -> Option<()> {
        let at = error.location().offset();
        if error.message().contains("redefined object key") {
            self.rename_key(at, attempt)
        } else if error.message().contains("nested levels") {
            self.hide_value(at, "an expression with more than 64 nested levels")
        } else if error.message().contains("chained binary operators") {
            self.hide_value(at, "an expression with more than 128 operators in a row")
        } else {
            self.shrink_number(at)
        }
    }

    /// Puts another number of the same length in the place of one around `at` that is too large for the parser, which takes
    /// 64 bits. Numbers are read from the source.
    fn shrink_number(&mut self, at: usize) -> Option<()> {
        let is_digit = |character: char| character.is_ascii_digit() || character == '.';
        let start = self.text.get(..at)?.trim_end_matches(is_digit).len();
        let rest = self.text.get(start..)?;
        let (mantissa, behind) = rest.split_at(rest.find(|character| !is_digit(character)).unwrap_or(rest.len()));
        let exponent = behind.strip_prefix(['e', 'E']).map(|digits| digits.strip_prefix(['+', '-']).unwrap_or(digits));
        let after = exponent.map_or(behind, |digits| digits.trim_start_matches(|digit: char| digit.is_ascii_digit()));
        let number = rest.get(..rest.len() - after.len())?;
        if mantissa.is_empty() || !number.parse::<f64>().is_ok_and(f64::is_infinite) {
            return None;
        }
        let small = format!("0.{}", "0".repeat(number.len().checked_sub(2)?));
        self.text.replace_range(start..start + number.len(), &small);
        Some(())
    }

    /// Gives the key at `at` another name of the same length. Terraform lets a later key replace an earlier one.
    fn rename_key(&mut self, at: usize, attempt: usize) -> Option<()> {
        let rest = self.text.get(at..)?;
        let opening = rest.len() - rest.trim_start_matches(['(', ' ', '\t', '\n']).len();
        let (start, quoted) = match rest.get(opening..)?.strip_prefix('"') {
            Some(inner) if !inner.starts_with("${") => (at + opening + 1, true),
            Some(_) => (at + opening + 3, false),
            None => (at + opening, false),
        };
        let in_name = |character: char| match character {
            '"' | '\\' | '$' | '%' | '\n' => false,
            _ => quoted || character.is_alphanumeric() || character == '_',
        };
        let old = self.text.get(start..)?.split(|character| !in_name(character)).next()?;
        let alphabet: &[u8] =
            if old.starts_with(|first: char| first.is_ascii_digit()) { b"987654321" } else { LETTERS };
        let name = nth_name(alphabet, attempt, old.len())?;
        let range = start..start + old.len();
        self.text.replace_range(range, &name);
        Some(())
    }

    /// Hides the attribute's value around `at` for good.
    fn hide_value(&mut self, at: usize, reason: &str) -> Option<()> {
        let range = self.values.iter().find(|value| value.contains(&at))?.clone();
        let null = "null".to_owned() + &" ".repeat(range.len().saturating_sub("null".len()));
        self.text.replace_range(range.clone(), &null);
        self.hidden.push(Hidden { range, reason: reason.to_owned() });
        Some(())
    }
}

const LETTERS: &[u8] = b"ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkjihgfedcba";

/// The name of `length` letters that is number `n` of all such names.
fn nth_name(alphabet: &[u8], n: usize, length: usize) -> Option<String> {
    let mut rest = n;
    let mut name = String::with_capacity(length);
    for _ in 0..length {
        name.push(char::from(*alphabet.get(rest.checked_rem(alphabet.len())?)?));
        rest /= alphabet.len();
    }
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests;
