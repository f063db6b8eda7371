//! SARIF 2.1.0, as GitHub code scanning accepts it and shows it in a pull request.
//!
//! One run. Results are the failures only: code scanning would show anything else as an open alert. What could not be
//! decided or read is a notification. Regions are one line, columns count UTF-16 units, paths count from the source root.
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::finding::{Control, FileError, Finding, Fix, Label, Severity, Verdict};
use crate::source::Span;

use super::Context;
use super::line::one_line;
use super::line_hash::line_hashes;
use super::place::{failures, from_root, grouped, level, message, path_from_root};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub(super) fn render(context: &Context) -> String {
    let mut hashes = Hashes { context, of: BTreeMap::new() };
    let results: Vec<Value> = alerts(context).iter().filter_map(|alert| result(alert, context, &mut hashes)).collect();
    let undecided = context.report.findings.iter().filter(|finding| finding.verdict == Verdict::Unknown);
    let undecided = undecided.map(|finding| ("note", finding));
    let outside = failures(context).filter(|finding| !is_inside(finding.location, context));
    let outside = outside.map(|finding| (level(finding), finding));
    let notifications: Vec<Value> = undecided
        .chain(outside)
        .map(|(level, finding)| {
            notification(level, &format!("{}: {}", finding.control, finding.message), finding.location, context)
        })
        .chain(context.report.errors.iter().map(|error| unread(error, context)))
        .collect();
    let complete = context.report.errors.is_empty();
    let run = json!({
        "tool": { "driver": {
            "name": "trailwarden",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": "https://github.com/trailwarden/trailwarden",
            "rules": context.controls.iter().map(rule).collect::<Vec<_>>(),
        }},
        "automationDetails": { "id": format!("trailwarden/{}", category(context)) },
        "columnKind": "utf16CodeUnits",
        "invocations": [{ "executionSuccessful": complete, "toolExecutionNotifications": notifications }],
        "results": results,
    });
    format!("{:#}\n", json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] }))
}

/// Everything up to the last slash is the category: one for each directory that is checked on its own.
fn category(context: &Context) -> String {
    match from_root(Path::new("."), context) {
        Some(directory) if directory != "." => format!("{directory}/"),
        _ => String::new(),
    }
}

fn rule(control: &Control) -> Value {
    let mut tags = vec!["security".to_owned(), "aws".to_owned(), "cloudtrail".to_owned()];
    tags.extend(control.requirements.iter().map(|(framework, _)| framework.clone()));
    // Code scanning keeps ten tags.
    tags.truncate(10);
    json!({
        "id": control.id,
        "name": control.id.replace('.', ""),
        "shortDescription": { "text": limited(&control.title) },
        "fullDescription": { "text": limited(&control.summary) },
        "help": { "text": format!("{} {}", one_line(&control.summary), control.url), "markdown": control.page },
        "helpUri": control.url,
        "defaultConfiguration": { "level": if control.severity >= Severity::High { "error" } else { "warning" } },
        "properties": { "tags": tags, "precision": "very-high", "security-severity": score(control.severity) },
    })
}

/// On one line, no longer than code scanning takes.
fn limited(text: &str) -> String {
    one_line(text).chars().take(1024).collect()
}

/// A number in GitHub's range for the severity: over 9 critical, from 7 high, from 4 medium, above 0 low.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
    }
}

/// The failures of one control on one line are one result: code scanning tells alerts apart by the hash of their line.
fn alerts<'a>(context: &'a Context) -> Vec<Vec<&'a Finding>> {
    let line = |finding: &Finding| context.sources.position(finding.location).line;
    let failures = failures(context).filter(|finding| is_inside(finding.location, context));
    grouped(failures.collect(), |finding| (finding.control.clone(), finding.location.file, line(finding)))
}

fn result(alert: &[&Finding], context: &Context, hashes: &mut Hashes) -> Option<Value> {
    let finding = *alert.first()?;
    let related = related(alert, context);
    let mut result = json!({
        "ruleId": finding.control,
        "level": level(finding),
        "message": { "text": text(alert, &related) },
        "locations": [primary(finding, context)],
        "partialFingerprints": {
            "primaryLocationLineHash": hashes.line(finding.location),
            "trailwarden/v1": finding.fingerprint,
        },
    });
    if let Some(index) = context.controls.iter().position(|control| control.id == finding.control) {
        set(&mut result, "ruleIndex", json!(index));
    }
    if !related.is_empty() {
        let place = |(at, label): (usize, &&Label)| {
            let mut location = remarked(&label.message, label.span, context);
            set(&mut location, "id", json!(at + 1));
            location
        };
        set(&mut result, "relatedLocations", related.iter().enumerate().map(place).collect());
        set(&mut result, "codeFlows", alert.iter().map(|finding| code_flow(finding, context)).collect());
    }
    let mut fixes: Vec<Value> = alert.iter().filter_map(|finding| fix(finding.fix.as_ref()?, context)).collect();
    fixes.dedup();
    if !fixes.is_empty() {
        set(&mut result, "fixes", json!(fixes));
    }
    Some(result)
}

fn primary(finding: &Finding, context: &Context) -> Value {
    let mut primary = location(finding.location, context);
    if let Some(resource) = &finding.resource {
        let name = finding.name.as_ref().unwrap_or(resource);
        let logical = json!([{ "name": resource, "fullyQualifiedName": name, "kind": "resource" }]);
        set(&mut primary, "logicalLocations", logical);
    }
    primary
}

/// What is related to any of the findings, each place once.
fn related<'a>(alert: &[&'a Finding], context: &Context) -> Vec<&'a Label> {
    let mut labels: Vec<&Label> = Vec::new();
    for label in alert.iter().flat_map(|finding| &finding.related) {
        if !labels.contains(&label) && is_inside(label.span, context) {
            labels.push(label);
        }
    }
    labels
}

/// The first sentence says it all; the places it speaks of follow as links to the related locations.
fn text(alert: &[&Finding], related: &[&Label]) -> String {
    let mut text = unlinked(&message(alert));
    if let Some(help) = alert.first().and_then(|finding| finding.help.as_ref()) {
        text.push_str(" To mend it: ");
        text.push_str(&unlinked(&one_line(help)));
        text.push('.');
    }
    let link = |(at, label): (usize, &&Label)| format!("[{}]({})", link_text(&label.message), at + 1);
    let links: Vec<String> = related.iter().enumerate().map(link).collect();
    if links.is_empty() { text } else { format!("{text} See {}.", links.join(", ")) }
}

/// A text in which nothing is a link by accident: `[text](1)` would be one (SARIF 2.1.0, 3.11.6).
fn unlinked(text: &str) -> String {
    text.replace("](", "] (")
}

/// A link's text: brackets and backslashes are escaped.
fn link_text(text: &str) -> String {
    one_line(text).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

/// The path from what is related (the trail, its bucket) to where the finding stands.
fn code_flow(finding: &Finding, context: &Context) -> Value {
    let step = |message: &str, span: Span| json!({ "location": remarked(message, span, context) });
    let labels = finding.related.iter().rev().filter(|label| is_inside(label.span, context));
    let mut steps: Vec<Value> = labels.map(|label| step(&label.message, label.span)).collect();
    steps.push(step(&finding.message, finding.location));
    json!({ "threadFlows": [{ "locations": steps }] })
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

/// A location with a remark of its own.
fn remarked(message: &str, span: Span, context: &Context) -> Value {
    let mut location = location(span, context);
    set(&mut location, "message", json!({ "text": unlinked(&one_line(message)) }));
    location
}

fn location(span: Span, context: &Context) -> Value {
    json!({ "physicalLocation": physical(span, context) })
}

fn physical(span: Span, context: &Context) -> Value {
    json!({ "artifactLocation": { "uri": uri(span, context) }, "region": region(span, context) })
}

/// One line: a pull request shows an alert only when all of its lines are in the diff.
fn region(span: Span, context: &Context) -> Value {
    whole_region(context.sources.first_line(span), context)
}

fn whole_region(span: Span, context: &Context) -> Value {
    let file = context.sources.file(span.file);
    let start = file.lines.position_utf16(span.start as usize, &file.text);
    let end = file.lines.position_utf16(span.end as usize, &file.text);
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

/// Whether code scanning can show the place. A failure elsewhere is a notification, so that it is not lost.
fn is_inside(span: Span, context: &Context) -> bool {
    path_from_root(span, context).is_some()
}

/// From the source root, without symbolic links: code scanning knows a file by its place in the work tree, and refuses the
/// upload for a path that leaves it.
fn uri(span: Span, context: &Context) -> Option<String> {
    path_from_root(span, context).map(|path| percent_encoded(&path))
}

/// The path as a URI reference: everything but unreserved characters and slashes is encoded (RFC 3986).
fn percent_encoded(path: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    path.bytes().map(encode).collect()
}

/// The edits by file; `None` when one of them lies outside the source root.
fn fix(fix: &Fix, context: &Context) -> Option<Value> {
    let mut by_file: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        let replacement = json!({
            "deletedRegion": whole_region(edit.span, context),
            "insertedContent": { "text": edit.replacement },
        });
        by_file.entry(uri(edit.span, context)?).or_default().push(replacement);
    }
    let changes: Vec<Value> = by_file
        .into_iter()
        .map(|(uri, replacements)| json!({ "artifactLocation": { "uri": uri }, "replacements": replacements }))
        .collect();
    Some(json!({ "description": { "text": fix.title }, "artifactChanges": changes }))
}

fn notification(level: &str, text: &str, span: Span, context: &Context) -> Value {
    let locations: Vec<Value> = is_inside(span, context).then(|| location(span, context)).into_iter().collect();
    json!({ "level": level, "message": { "text": unlinked(&one_line(text)) }, "locations": locations })
}

fn unread(error: &FileError, context: &Context) -> Value {
    let text = format!("{}: {}", error.path, error.message);
    match error.span {
        Some(span) => notification("error", &text, span, context),
        None => json!({ "level": "error", "message": { "text": unlinked(&one_line(&text)) } }),
    }
}

/// The line hashes of the files that hold results, each computed once.
struct Hashes<'a> {
    context: &'a Context<'a>,
    of: BTreeMap<u32, Vec<String>>,
}

impl Hashes<'_> {
    fn line(&mut self, span: Span) -> String {
        let file = self.context.sources.file(span.file);
        let hashes = self.of.entry(span.file.0).or_insert_with(|| line_hashes(&file.text));
        hashes.get(file.lines.line(span.start as usize)).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;

    #[test]
    fn paths_become_uri_references() {
        assert_eq!(percent_encoded("envs/prod (eu)/täst.tf"), "envs/prod%20%28eu%29/t%C3%A4st.tf");
        assert_eq!(percent_encoded("100%/a:b\\c?#[0].tf"), "100%25/a%3Ab%5Cc%3F%23%5B0%5D.tf");
    }

    #[test]
    fn a_code_flow_ends_where_the_finding_stands() {
        let mut sample = Sample::new(&["aws_cloudtrail.a"]);
        let (bucket, trail) = (sample.span("bucket"), sample.span("trail"));
        let label = |message: &str, span| Label { message: message.to_owned(), span };
        sample.report.findings[0].related = vec![label("the bucket", bucket), label("the trail [it]", trail)];
        let sarif: Value = serde_json::from_str(&render(&sample.context())).unwrap();
        let result = &sarif["runs"][0]["results"][0];
        let steps = result.pointer("/codeFlows/0/threadFlows/0/locations").unwrap().as_array().unwrap();
        let said: Vec<&Value> = steps.iter().filter_map(|step| step.pointer("/location/message/text")).collect();
        assert_eq!(said, ["the trail [it]", "the bucket", "aws_cloudtrail.a is off."]);
        let message = result["message"]["text"].as_str().unwrap();
        assert!(message.ends_with("See [the bucket](1), [the trail \\[it\\]](2)."), "{message}");
    }

    #[test]
    fn instances_on_one_line_are_one_result() {
        let sample = Sample::new(&["aws_cloudtrail.a[0]", "aws_cloudtrail.a[1]"]);
        let sarif: Value = serde_json::from_str(&render(&sample.context())).unwrap();
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 1);
        let said = "aws_cloudtrail.a[0] is off. (2 instances: aws_cloudtrail.a[0], aws_cloudtrail.a[1]) To mend it: turn it on.";
        assert_eq!(results[0]["message"]["text"], said);
    }
}
