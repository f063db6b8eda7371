//! GitLab's code quality report: one array, failures only, because whatever is listed counts as a degradation.
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use serde::Serialize;

use crate::finding::{Severity, Verdict};

use super::Context;
use super::group::{Group, groups};
use super::place::{path, path_from_root, subject};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

pub(super) fn render(context: &Context) -> String {
    let issues: Vec<Issue> = groups(context, Verdict::Fail).iter().map(|group| issue(group, context)).collect();
    let mut text = serde_json::to_string_pretty(&issues).unwrap_or_default();
    text.push('\n');
    text
}

fn issue(group: &Group, context: &Context) -> Issue {
    let finding = group.first;
    let place = finding.location;
    Issue {
        description: format!("{}: {}", subject(finding), group.message()),
        check_name: finding.control.clone(),
        fingerprint: finding.fingerprint.clone(),
        severity: severity(finding.severity),
        location: Location {
            path: path_from_root(place, context).unwrap_or_else(|| path(place, context.sources)),
            lines: Lines { begin: context.sources.position(place).line },
        },
    }
}

/// GitLab's word, of `info`, `minor`, `major`, `critical`, `blocker`.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "minor",
        Severity::Medium => "major",
        Severity::High => "critical",
        Severity::Critical => "blocker",
    }
}
