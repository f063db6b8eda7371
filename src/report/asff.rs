//! AWS Security Finding Format, for `aws securityhub batch-import-findings`: one line is one call's batch, a JSON array of
//! at most a hundred findings.
//!
//! Every verdict is a finding, so that a control that passes again updates the finding that said it failed: the id is
//! that of the control and its subject, whatever the verdict.
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html>

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::finding::{Control, Finding, Severity, Verdict, fingerprint};

use super::Context;
use super::line::one_line;
use super::place::{control, from_root, path, path_from_root, subject};

/// How many findings one call takes.
const BATCH: usize = 100;

/// How long the texts of a finding may be, in characters.
const TITLE: usize = 256;
const DESCRIPTION: usize = 1024;
const RECOMMENDATION: usize = 512;
const NOTE: usize = 512;
const RESOURCE_ID: usize = 512;
const PRODUCT_FIELD: usize = 2048;

/// How many requirements a finding may name.
const REQUIREMENTS: usize = 32;

/// Where and when findings are imported. Neither is in the code that was checked, so the caller says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Import {
    /// The partition, such as `aws`.
    pub partition: String,
    /// The Region whose Security Hub takes the findings.
    pub region: String,
    /// The account that imports them, twelve digits.
    pub account_id: String,
    /// When the check ran, in UTC as RFC 3339 has it.
    pub time: String,
}

pub(super) fn render(context: &Context) -> String {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let findings: Vec<Value> = context
        .report
        .findings
        .iter()
        .map(|finding| {
            let ordinal = seen.entry(id(finding, 0, context)).or_default();
            let id = id(finding, *ordinal, context);
            *ordinal += 1;
            imported(&id, finding, context)
        })
        .collect();
    let batches = findings.chunks(BATCH).map(|batch| serde_json::to_string(batch).unwrap_or_default() + "\n");
    batches.collect()
}

/// The same for a control and its subject, whatever the verdict. Two accounts in one unit are told apart by their order.
fn id(finding: &Finding, ordinal: usize, context: &Context) -> String {
    let print = fingerprint(&finding.control, &unit(finding, context), subject(finding), "", ordinal);
    format!("trailwarden/{}/{print}", finding.control)
}

/// The unit's path from the source root, which does not depend on where the check was started.
fn unit(finding: &Finding, context: &Context) -> String {
    from_root(finding.unit.as_ref(), context).unwrap_or_else(|| finding.unit.clone())
}

fn imported(id: &str, finding: &Finding, context: &Context) -> Value {
    let Import { partition, region, account_id, time } = &context.import;
    let control = control(finding, context);
    let title = control.map_or_else(String::new, |control| format!(" {}", control.title));
    let types = ["Software and Configuration Checks/AWS Security Best Practices"];
    let severity = json!({ "Label": label(finding), "Original": finding.severity.as_str() });
    let mut imported = json!({
        "SchemaVersion": "2018-10-08",
        "Id": id,
        "ProductArn": format!("arn:{partition}:securityhub:{region}:{account_id}:product/{account_id}/default"),
        "ProductName": "trailwarden",
        "CompanyName": "trailwarden",
        "GeneratorId": format!("trailwarden/{}", finding.control),
        "AwsAccountId": account_id,
        "Region": region,
        "CreatedAt": time,
        "UpdatedAt": time,
        "Title": limited(&format!("{}{title}", finding.control), TITLE),
        "Description": limited(&finding.message, DESCRIPTION),
        "Types": types,
        "Severity": severity,
        // What Security Hub reads when the finding is imported again.
        "FindingProviderFields": { "Types": types, "Severity": severity },
        "Compliance": {
            "Status": status(finding.verdict),
            "SecurityControlId": finding.control,
            "RelatedRequirements": control.map(requirements).unwrap_or_default(),
        },
        "Resources": [resource(finding, context)],
        "ProductFields": product_fields(finding, context),
        "RecordState": "ACTIVE",
    });
    if let Some(fields) = imported.as_object_mut() {
        fields.extend(remediation(finding, control));
        fields.extend(suppression(finding, time));
    }
    imported
}

/// Security Hub's word for how bad a finding is; what does not fail is no more than information.
fn label(finding: &Finding) -> &'static str {
    match (finding.verdict, finding.severity) {
        (Verdict::Fail, Severity::Critical) => "CRITICAL",
        (Verdict::Fail, Severity::High) => "HIGH",
        (Verdict::Fail, Severity::Medium) => "MEDIUM",
        (Verdict::Fail, Severity::Low) => "LOW",
        _ => "INFORMATIONAL",
    }
}

fn status(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASSED",
        Verdict::Fail => "FAILED",
        Verdict::Unknown => "WARNING",
        Verdict::NoData | Verdict::NotApplicable => "NOT_AVAILABLE",
    }
}

/// The requirements as Security Hub's own findings spell them, `PCI DSS v3.2.1/3.4`.
fn requirements(control: &Control) -> Vec<String> {
    let spelled = |framework: &str, number: &String| match framework {
        "NIST SP 800-53 Rev. 5" => format!("NIST.800-53.r5 {number}"),
        "NIST SP 800-171 Rev. 2" => format!("NIST.800-171.r2/{number}"),
        other => format!("{other}/{number}"),
    };
    let all = control
        .requirements
        .iter()
        .flat_map(|(framework, numbers)| numbers.iter().map(move |number| spelled(framework, number)));
    all.take(REQUIREMENTS).collect()
}

/// The trail, or the account under the id that Security Hub gives it. A trail that is not deployed has no ARN.
fn resource(finding: &Finding, context: &Context) -> Value {
    let Import { partition, region, account_id, .. } = &context.import;
    // A user's rule may be about a resource of any kind.
    let kind = if finding.control.starts_with("CloudTrail.") { "AwsCloudTrailTrail" } else { "Other" };
    let (kind, id) = match &finding.resource {
        Some(address) => (kind, format!("{}:{address}", unit(finding, context))),
        None => ("AwsAccount", format!("AWS::::Account:{account_id}")),
    };
    json!({ "Type": kind, "Id": limited(&id, RESOURCE_ID), "Partition": partition, "Region": region })
}

/// Where it is in the code.
fn product_fields(finding: &Finding, context: &Context) -> Map<String, Value> {
    let place = finding.location;
    let file = path_from_root(place, context).unwrap_or_else(|| path(place, context.sources));
    let line = context.sources.position(place).line.to_string();
    let fields = [
        ("verdict", Some(finding.verdict.as_str().to_owned())),
        ("unit", Some(unit(finding, context))),
        ("account", finding.account.clone()),
        ("name", finding.name.clone()),
        ("path", Some(file)),
        ("line", Some(line)),
        ("fingerprint", Some(finding.fingerprint.clone())),
    ];
    let named = |(name, value): (&str, Option<String>)| {
        Some((format!("trailwarden/{name}"), json!(limited(&value?, PRODUCT_FIELD))))
    };
    fields.into_iter().filter_map(named).collect()
}

fn remediation(finding: &Finding, control: Option<&Control>) -> Option<(String, Value)> {
    let help = finding.help.as_ref().map(|help| ("Text".to_owned(), json!(limited(help, RECOMMENDATION))));
    let url = control.map(|control| control.url.as_str()).filter(|url| !url.is_empty());
    let url = url.map(|url| ("Url".to_owned(), json!(url)));
    let recommendation: Map<String, Value> = help.into_iter().chain(url).collect();
    let is_any = !recommendation.is_empty();
    is_any.then(|| ("Remediation".to_owned(), json!({ "Recommendation": recommendation })))
}

/// Somebody decided not to act on it: Security Hub has a state for that, and a note for the reason.
fn suppression(finding: &Finding, time: &str) -> Vec<(String, Value)> {
    let Some(suppression) = &finding.suppressed else { return Vec::new() };
    let reason = if suppression.reason.is_empty() { "no reason is given" } else { &suppression.reason };
    let reason = limited(&format!("suppressed: {reason}"), NOTE);
    vec![
        ("Workflow".to_owned(), json!({ "Status": "SUPPRESSED" })),
        ("Note".to_owned(), json!({ "Text": reason, "UpdatedBy": "trailwarden", "UpdatedAt": time })),
    ]
}

/// On one line, cut where the format would refuse it.
fn limited(text: &str, characters: usize) -> String {
    let text = one_line(text);
    if text.chars().count() <= characters {
        return text;
    }
    text.chars().take(characters - 1).chain(std::iter::once('…')).collect()
}
