//! SARIF 2.1.0, as GitHub code scanning accepts it and shows it in a pull request.
//!
//! One run. Results are the failures only: code scanning would show anything else as an open alert. What could not be
//! decided or read is a notification. Other readers understand `kind` and `suppressions`, and get every verdict on demand.
//! Regions are one line, columns count UTF-16 units, paths count from the source root.
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::finding::{Finding, Label, Suppression, Verdict};
use crate::source::Span;

use super::line::one_line;
use super::line_hash::line_hashes;
use super::place::{failures, from_root, grouped, level, message};
use super::{Context, SarifResults};

mod location;
mod notification;
mod rule;

use location::{fix, is_inside, link_text, location, primary, remarked, unlinked};
use notification::notifications;
use rule::Taxonomies;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// How many results of a run code scanning takes.
const RESULTS: usize = 25_000;

/// How many locations of a result code scanning shows.
const RELATED: usize = 100;

/// How many instances of one block tell their way.
const FLOWS: usize = 10;

pub(super) fn render(context: &Context) -> String {
    let mut hashes = Hashes { context, of: BTreeMap::new() };
    let taxonomies = Taxonomies::of(context.controls);
    let (alerts, left_out) = worst(alerts(context), RESULTS);
    let results: Vec<Value> =
        alerts.iter().filter_map(|alert| result(alert, context, &taxonomies, &mut hashes)).collect();
    let run = json!({
        "tool": { "driver": {
            "name": "trailwarden",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": "https://github.com/trailwarden/trailwarden",
            "rules": taxonomies.rules(),
            "supportedTaxonomies": taxonomies.references(),
        }},
        "taxonomies": taxonomies.components(),
        "automationDetails": { "id": format!("trailwarden/{}", category(context)) },
        "columnKind": "utf16CodeUnits",
        "invocations": [{
            "executionSuccessful": context.report.errors.is_empty(),
            "toolExecutionNotifications": notifications(left_out, context),
        }],
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

/// The failures of one control on one line are one result: code scanning tells alerts apart by the hash of their line.
/// Whatever else was decided is a result of its own, where it is wanted.
fn alerts<'a>(context: &'a Context) -> Vec<Vec<&'a Finding>> {
    let line = |finding: &Finding| context.sources.position(finding.location).line;
    let inside = |finding: &&Finding| is_inside(finding.location, context);
    let failures = failures(context).filter(inside).collect();
    let mut alerts = grouped(failures, |finding| (finding.control.clone(), finding.location.file, line(finding)));
    if context.sarif == SarifResults::Everything {
        let is_other = |finding: &&Finding| finding.verdict != Verdict::Fail || finding.suppressed.is_some();
        let others = context.report.findings.iter().filter(is_other).filter(inside);
        alerts.extend(others.map(|finding| vec![finding]));
    }
    alerts
}

/// The most severe of too many, and how many are left out.
fn worst(mut alerts: Vec<Vec<&Finding>>, most: usize) -> (Vec<Vec<&Finding>>, usize) {
    let left_out = alerts.len().saturating_sub(most);
    if left_out > 0 {
        alerts.sort_by_key(|alert| std::cmp::Reverse(alert.first().map(|finding| finding.severity)));
        alerts.truncate(most);
    }
    (alerts, left_out)
}

fn result(alert: &[&Finding], context: &Context, taxonomies: &Taxonomies, hashes: &mut Hashes) -> Option<Value> {
    let finding = *alert.first()?;
    let related = related(alert, context);
    let mut result = Map::new();
    let mut set = |key: &str, value: Value| result.insert(key.to_owned(), value);
    set("ruleId", json!(finding.control));
    if let Some(index) = context.controls.iter().position(|control| control.id == finding.control) {
        set("ruleIndex", json!(index));
    }
    set("kind", json!(kind(finding)));
    set("level", json!(if finding.verdict == Verdict::Fail { level(finding) } else { "none" }));
    set("message", json!({ "text": text(alert, &related) }));
    set("locations", json!([primary(finding, context)]));
    let line = hashes.line(finding.location);
    set("partialFingerprints", json!({ "primaryLocationLineHash": line, "trailwarden/v1": finding.fingerprint }));
    set("taxa", json!(taxonomies.taxa(finding)));
    if !related.is_empty() {
        set(
            "relatedLocations",
            related.iter().enumerate().map(|(at, label)| numbered(at + 1, label, context)).collect(),
        );
        set("codeFlows", alert.iter().take(FLOWS).map(|finding| code_flow(finding, context)).collect());
    }
    let mut fixes: Vec<Value> = alert.iter().filter_map(|finding| fix(finding.fix.as_ref()?, context)).collect();
    fixes.dedup();
    if !fixes.is_empty() {
        set("fixes", json!(fixes));
    }
    if let Some(suppression) = &finding.suppressed {
        set("suppressions", json!([suppressed(suppression, context)]));
    }
    Some(Value::Object(result))
}

/// SARIF's word for a verdict; `open` is what lacks the information to be decided.
fn kind(finding: &Finding) -> &'static str {
    match finding.verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Unknown | Verdict::NoData => "open",
        Verdict::NotApplicable => "notApplicable",
    }
}

fn suppressed(suppression: &Suppression, context: &Context) -> Value {
    let reason = one_line(&suppression.reason);
    match suppression.span {
        Some(span) if is_inside(span, context) => {
            json!({ "kind": "inSource", "justification": reason, "location": location(span, context) })
        }
        _ => json!({ "kind": "external", "justification": reason }),
    }
}

/// What is related to any of the findings, each place once.
fn related<'a>(alert: &[&'a Finding], context: &Context) -> Vec<&'a Label> {
    let mut labels: Vec<&Label> = Vec::new();
    for label in alert.iter().flat_map(|finding| &finding.related) {
        if labels.len() < RELATED && !labels.contains(&label) && is_inside(label.span, context) {
            labels.push(label);
        }
    }
    labels
}

fn numbered(id: usize, label: &Label, context: &Context) -> Value {
    let mut location = remarked(&label.message, label.span, context);
    location.insert("id".to_owned(), json!(id));
    Value::Object(location)
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

/// The path from what is related (the trail, its bucket) to where the finding stands.
fn code_flow(finding: &Finding, context: &Context) -> Value {
    let step = |message: &str, span: Span| json!({ "location": remarked(message, span, context) });
    let labels = finding.related.iter().rev().filter(|label| is_inside(label.span, context));
    let mut steps: Vec<Value> = labels.map(|label| step(&label.message, label.span)).collect();
    steps.push(step(&finding.message, finding.location));
    json!({ "threadFlows": [{ "locations": steps }] })
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
    fn the_least_severe_are_left_out() {
        let mut findings = Sample::new(&["a", "b", "c", "d"]).report.findings;
        findings[2].severity = crate::finding::Severity::Critical;
        let alerts = || findings.iter().map(|finding| vec![finding]).collect::<Vec<_>>();
        let kept = |most: usize| -> Vec<String> {
            let (alerts, _) = worst(alerts(), most);
            alerts.iter().map(|alert| alert[0].fingerprint.clone()).collect()
        };
        assert_eq!((kept(4).join(""), kept(2).join(""), worst(alerts(), 3).1), ("abcd".into(), "ca".into(), 1));
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
