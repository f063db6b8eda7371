//! What somebody decided not to act on, a line a suppression: what it suppresses, why, and until when.

use crate::finding::{Finding, Suppression};

use super::Context;
use super::line::one_line;
use super::place::{grouped, path_and_line, subject};

/// How many subjects of one suppression are named.
const SUBJECTS: usize = 10;

/// One suppression and what it suppresses.
pub(super) struct Suppressed<'a> {
    /// The controls, each once.
    pub(super) controls: Vec<&'a str>,
    /// The subjects, each once.
    subjects: Vec<&'a str>,
    /// Why, until when, and where that is said.
    pub(super) why: String,
}

/// The suppressions of a report, in the order of their first finding.
pub(super) fn suppressed<'a>(context: &'a Context) -> Vec<Suppressed<'a>> {
    let of = |finding: &Finding| finding.suppressed.as_ref().map(|suppression| why(suppression, context));
    let findings = context.report.findings.iter().filter(|finding| finding.suppressed.is_some()).collect();
    let line = |group: &Vec<&'a Finding>| Suppressed {
        controls: distinct(group.iter().map(|finding| finding.control.as_str())),
        subjects: distinct(group.iter().map(|finding| subject(finding))),
        why: group.first().and_then(|finding| of(finding)).unwrap_or_default(),
    };
    grouped(findings, of).iter().map(line).collect()
}

/// `no key yet, until 2099-01-31 (main.tf:2)`
pub(super) fn why(suppression: &Suppression, context: &Context) -> String {
    let reason = if suppression.reason.is_empty() { "no reason is given" } else { &suppression.reason };
    let until = suppression.until.as_ref().map(|day| format!(", until {day}")).unwrap_or_default();
    let place = suppression.span.map(|span| format!(" ({})", path_and_line(span, context))).unwrap_or_default();
    one_line(&format!("{reason}{until}{place}"))
}

impl Suppressed<'_> {
    /// `a, b and 3 more`
    pub(super) fn subjects(&self) -> String {
        let named: Vec<&str> = self.subjects.iter().take(SUBJECTS).copied().collect();
        let more = self.subjects.len() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        one_line(&format!("{}{more}", named.join(", ")))
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut distinct: Vec<&str> = Vec::new();
    for name in names {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    distinct
}
