//! JUnit XML: a suite a unit, a case a verdict. What was not decided, has no data or is suppressed is skipped with its
//! reason; a file that could not be read is an error.
//! <https://github.com/testmoapp/junitxml>

use crate::finding::{FileError, Finding, Verdict};

use super::Context;
use super::line::one_line;
use super::markup::escaped;
use super::place::{path, subject};
use super::suppressed::why;

pub(super) fn render(context: &Context) -> String {
    let report = context.report;
    let mut units: Vec<&str> = report.findings.iter().map(|finding| finding.unit.as_str()).collect();
    units.sort_unstable();
    units.dedup();
    let mut suites = String::new();
    for unit in units {
        let findings: Vec<&Finding> = report.findings.iter().filter(|finding| finding.unit == unit).collect();
        let cases: String = findings.iter().map(|finding| case(finding, context)).collect();
        suites.push_str(&suite(unit, &counts(&findings, 0), &cases));
    }
    if !report.errors.is_empty() {
        let cases: String = report.errors.iter().map(unread).collect();
        suites.push_str(&suite("files", &counts(&[], report.errors.len()), &cases));
    }
    let total = counts(&report.findings.iter().collect::<Vec<_>>(), report.errors.len());
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"trailwarden\" {total}>\n{suites}</testsuites>\n"
    )
}

/// What a test runner calls a verdict.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Success,
    Failure,
    Skipped,
}

fn outcome(finding: &Finding) -> Outcome {
    match finding.verdict {
        Verdict::Pass => Outcome::Success,
        Verdict::Fail if finding.suppressed.is_none() => Outcome::Failure,
        Verdict::Fail | Verdict::Unknown | Verdict::NoData | Verdict::NotApplicable => Outcome::Skipped,
    }
}

/// The counts of a suite, as attributes. Nothing takes time here, but Jenkins and GitLab read the attribute.
fn counts(findings: &[&Finding], errors: usize) -> String {
    let count = |wanted: Outcome| findings.iter().filter(|finding| outcome(finding) == wanted).count();
    let (tests, failures, skipped) = (findings.len() + errors, count(Outcome::Failure), count(Outcome::Skipped));
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"0\"")
}

fn suite(name: &str, counts: &str, cases: &str) -> String {
    format!("  <testsuite name=\"{}\" {counts}>\n{cases}  </testsuite>\n", escaped(name))
}

/// The unit as a class. Jenkins takes what stands before the last dot for a package, and shows nothing for a lone dot.
fn class(unit: &str) -> &str {
    if unit == "." { "trailwarden" } else { unit }
}

fn case(finding: &Finding, context: &Context) -> String {
    let place = context.sources.position(finding.location);
    let file = path(finding.location, context.sources);
    let message = match &finding.suppressed {
        Some(suppression) => format!("suppressed: {}", why(suppression, context)),
        None => one_line(&finding.message),
    };
    let message = escaped(&message);
    let inside = match outcome(finding) {
        Outcome::Success => String::new(),
        Outcome::Skipped => format!("<skipped message=\"{}: {message}\"/>", finding.verdict.as_str()),
        Outcome::Failure => {
            let help = finding.help.as_ref().map(|help| format!("\n{}", one_line(help))).unwrap_or_default();
            let body = escaped(&format!("{file}:{}:{}{help}", place.line, place.column));
            format!("<failure type=\"{}\" message=\"{message}\">{body}</failure>", finding.severity.as_str())
        }
    };
    let name = escaped(&format!("{} {}", finding.control, subject(finding)));
    format!(
        "    <testcase name=\"{name}\" classname=\"{}\" file=\"{}\" line=\"{}\" time=\"0\">{inside}</testcase>\n",
        escaped(class(&finding.unit)),
        escaped(&file),
        place.line
    )
}

fn unread(error: &FileError) -> String {
    let (path, message) = (escaped(&error.path), escaped(&one_line(&error.message)));
    format!(
        "    <testcase name=\"{path}\" classname=\"files\" file=\"{path}\" time=\"0\"><error type=\"unreadable\" \
         message=\"{message}\"/></testcase>\n"
    )
}
