//! One line a failure: `path:line:col: warning[CloudTrail.4] aws_cloudtrail.main: …`, and one for what is unknown, with
//! `info` as its level. The subject always stands there, once: a message that begins with it goes on after the colon.
//! Never coloured.
//!
//! A file that could not be read is a line too, `error[unreadable]`: what is silent about it looks like success.

use std::fmt::Write;

use crate::finding::{FileError, Finding, Verdict};
use crate::source::Position;

use super::Context;
use super::place::{distinct_positions, level, path, subject};

/// The pattern of a line of one of the levels, its groups in this order: path, line, column, level, code, message. No
/// look-around, so that every engine reads it; a path may hold colons and blanks.
pub(super) fn pattern(levels: &[&str]) -> String {
    format!(r"^(\S.*?):(\d+):(\d+): ({})\[([A-Za-z0-9._-]+)\] (.+)$", levels.join("|"))
}

pub(super) fn render(context: &Context) -> String {
    let mut lines = String::new();
    for error in &context.report.errors {
        let Position { line, column } = place(error, context);
        let (path, message) = (visible(&error.path), one_line(&error.message));
        let _ = writeln!(lines, "{path}:{line}:{column}: error[unreadable] {message}");
    }
    let is_shown = |finding: &&Finding| {
        matches!(finding.verdict, Verdict::Fail | Verdict::Unknown) && finding.suppressed.is_none()
    };
    let findings: Vec<&Finding> = context.report.findings.iter().filter(is_shown).collect();
    let positions = distinct_positions(&findings, context.sources);
    for (finding, at) in findings.iter().zip(positions) {
        let path = visible(&path(finding.location, context.sources));
        let (level, subject, message) = (level(finding), one_line(subject(finding)), one_line(&finding.message));
        let message = message.strip_prefix(&format!("{subject} ")).unwrap_or(&message);
        let _ = writeln!(lines, "{path}:{}:{}: {level}[{}] {subject}: {message}", at.line, at.column, finding.control);
    }
    lines
}

fn place(error: &FileError, context: &Context) -> Position {
    error.span.map_or(Position { line: 1, column: 1 }, |span| context.sources.position(span))
}

/// The text with every run of blanks, line ends included, as one blank, and safe to print.
pub(super) fn one_line(text: &str) -> String {
    visible(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The text with what a terminal would obey or hide written out: escape sequences and changes of direction come from the
/// files that are checked, and must not forge a report.
pub(super) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            visible.extend(character.escape_unicode());
        } else {
            visible.push(character);
        }
    }
    visible
}

/// Whether a character does something instead of being shown. (Unicode's `Bidi_Control`, line separators, controls.)
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
