//! What is no alert but must not be lost: what could not be decided, shown or read, and remarks about the run.

use serde_json::{Value, json};

use super::location::{is_inside, location, unlinked};
use crate::finding::{FileError, Finding, Note, Verdict};
use crate::report::line::one_line;
use crate::report::place::{failures, level};
use crate::report::{Context, SarifResults};
use crate::source::Span;

/// `invocations[].toolExecutionNotifications`.
pub(super) fn notifications(left_out: usize, context: &Context) -> Vec<Value> {
    let report = context.report;
    let undecided = report.findings.iter().filter(|finding| finding.verdict == Verdict::Unknown);
    let undecided = undecided.filter(|finding| finding.suppressed.is_none() && context.sarif == SarifResults::Failures);
    let outside = failures(context).filter(|finding| !is_inside(finding.location, context));
    let cut = (left_out > 0).then(|| {
        let text = format!("{left_out} more results are left out, the least severe: code scanning takes no more");
        notification("warning", &text, None, context)
    });
    let undecided = undecided.map(|finding| about("note", finding, context));
    let outside = outside.map(|finding| about(level(finding), finding, context));
    let unread = report.errors.iter().map(|error| unread(error, context));
    let notes = report.notes.iter().map(|Note { message, span }| notification("note", message, *span, context));
    cut.into_iter().chain(undecided).chain(outside).chain(unread).chain(notes).collect()
}

fn about(level: &str, finding: &Finding, context: &Context) -> Value {
    let text = format!("{}: {}", finding.control, finding.message);
    let mut notification = notification(level, &text, Some(finding.location), context);
    if let Some(fields) = notification.as_object_mut() {
        fields.insert("associatedRule".to_owned(), json!({ "id": finding.control }));
    }
    notification
}

fn unread(error: &FileError, context: &Context) -> Value {
    notification("error", &format!("{}: {}", error.path, error.message), error.span, context)
}

fn notification(level: &str, text: &str, span: Option<Span>, context: &Context) -> Value {
    let span = span.filter(|span| is_inside(*span, context));
    let locations: Vec<Value> = span.map(|span| Value::Object(location(span, context))).into_iter().collect();
    json!({ "level": level, "message": { "text": unlinked(&one_line(text)) }, "locations": locations })
}
