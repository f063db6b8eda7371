//! One line a failure: `path:line:col: warning[CloudTrail.4] aws_cloudtrail.main: …`. Never coloured, and `error` and
//! `warning` are the only level words: a problem matcher drops what it does not know.

use std::fmt::Write;

use super::Context;
use super::place::{distinct_positions, failures, level, path, subject};

pub(super) fn render(context: &Context) -> String {
    let failures: Vec<_> = failures(context).collect();
    let positions = distinct_positions(&failures, context.sources);
    let mut lines = String::new();
    for (finding, at) in failures.iter().zip(positions) {
        let path = path(finding.location, context.sources);
        let message = one_line(&finding.message);
        let (level, subject) = (level(finding), subject(finding));
        let _ = writeln!(lines, "{path}:{}:{}: {level}[{}] {subject}: {message}", at.line, at.column, finding.control);
    }
    lines
}

/// The text with every run of blanks, line ends included, as one blank.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
