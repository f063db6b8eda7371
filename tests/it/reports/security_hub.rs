//! The Security Finding Format against the rules of `BatchImportFindings`, and the rule pattern of the documentation
//! against the events that Security Hub makes of the findings.
//!
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html>
//! <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html>

use std::collections::BTreeSet;
use std::fs;

use regex::Regex;
use serde_json::{Value, json};

use super::{ESTATES, Estate, examples, list, repository, text};

fn batches(asff: &str) -> Vec<Vec<Value>> {
    asff.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn findings(asff: &str) -> Vec<Value> {
    batches(asff).concat()
}

#[test]
fn a_line_is_a_batch_and_every_verdict_is_a_finding() {
    for Estate { name, json, asff, .. } in ESTATES.iter() {
        for batch in batches(asff) {
            assert!((1..=100).contains(&batch.len()), "{name}: a call takes 1 to 100 findings, not {}", batch.len());
            for finding in batch {
                assert!(finding.to_string().len() < 240 * 1024, "{name}: {finding}");
            }
        }
        let findings = findings(asff);
        let ids: BTreeSet<&str> = findings.iter().map(|finding| text(&finding["Id"])).collect();
        assert_eq!((findings.len(), ids.len()), (list(&json["results"]).len(), findings.len()), "{name}");
        for (finding, result) in findings.iter().zip(list(&json["results"])) {
            let status = match text(&result["verdict"]) {
                "pass" => "PASSED",
                "fail" => "FAILED",
                "unknown" => "WARNING",
                _ => "NOT_AVAILABLE",
            };
            assert_eq!(finding["Compliance"]["Status"], status, "{name}: {result}");
            assert_eq!(finding["Compliance"]["SecurityControlId"], result["control"], "{name}");
        }
    }
}

/// A field of a finding: where it is, and the pattern its text must match.
const FIELDS: [(&str, &str); 22] = [
    ("/SchemaVersion", "^2018-10-08$"),
    ("/Id", "^.{1,512}$"),
    ("/ProductArn", "^arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default$"),
    ("/GeneratorId", "^trailwarden/CloudTrail\\.[1-7]$"),
    ("/AwsAccountId", "^[0-9]{12}$"),
    ("/Region", "^eu-west-1$"),
    ("/CreatedAt", "^2026-01-31T12:00:00Z$"),
    ("/UpdatedAt", "^2026-01-31T12:00:00Z$"),
    ("/Title", "^CloudTrail\\.[1-7] .{1,240}$"),
    ("/Description", "^.{1,1024}$"),
    ("/Types/0", "^Software and Configuration Checks/[^/]+$"),
    ("/Severity/Label", "^(INFORMATIONAL|LOW|MEDIUM|HIGH|CRITICAL)$"),
    ("/FindingProviderFields/Severity/Label", "^(INFORMATIONAL|LOW|MEDIUM|HIGH|CRITICAL)$"),
    ("/Compliance/Status", "^(PASSED|WARNING|FAILED|NOT_AVAILABLE)$"),
    ("/Compliance/SecurityControlId", "^CloudTrail\\.[1-7]$"),
    ("/Resources/0/Type", "^Aws(CloudTrailTrail|Account)$"),
    ("/Resources/0/Id", "^.{1,512}$"),
    ("/Resources/0/Partition", "^aws$"),
    ("/Remediation/Recommendation/Url", "^https://docs\\.aws\\.amazon\\.com/.*#cloudtrail-[1-7]$"),
    ("/RecordState", "^ACTIVE$"),
    ("/ProductFields/trailwarden~1verdict", "^(pass|fail|unknown|no_data|not_applicable)$"),
    ("/ProductFields/trailwarden~1line", "^[0-9]+$"),
];

#[test]
fn fields_are_what_security_hub_takes() {
    let fields = FIELDS.map(|(pointer, pattern)| (pointer, Regex::new(pattern).unwrap()));
    let spelled =
        r"^(CIS AWS Foundations Benchmark v[0-9.]+/|PCI DSS v[0-9.]+/|NIST\.800-53\.r5 |NIST\.800-171\.r2/)\S+$";
    let spelled = Regex::new(spelled).unwrap();
    for Estate { name, asff, .. } in ESTATES.iter() {
        for finding in findings(asff) {
            for (pointer, pattern) in &fields {
                let held = finding.pointer(pointer).and_then(Value::as_str);
                assert!(held.is_some_and(|held| pattern.is_match(held)), "{name}: {pointer} is {held:?}");
            }
            let requirements = list(&finding["Compliance"]["RelatedRequirements"]);
            assert!((1..=32).contains(&requirements.len()), "{name}: {requirements:?}");
            assert!(requirements.iter().all(|one| spelled.is_match(text(one))), "{name}: {requirements:?}");
            if let Some(help) = finding.pointer("/Remediation/Recommendation/Text") {
                assert!((1..=512).contains(&text(help).chars().count()), "{name}: {help}");
            }
            let fields = finding["ProductFields"].as_object().unwrap();
            assert!(fields.len() <= 50, "{name}: {fields:?}");
            for (key, value) in fields {
                assert!(key.len() <= 128 && !text(value).is_empty() && text(value).chars().count() <= 2048, "{name}");
            }
        }
    }
}

/// Whether an event matches a rule's pattern: each of its keys, down to a list of values or `{"prefix": …}`.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html>
fn matches(pattern: &Value, event: &Value) -> bool {
    match (pattern, event) {
        // An array in an event matches when one of its elements does.
        (_, Value::Array(elements)) => elements.iter().any(|element| matches(pattern, element)),
        (Value::Object(keys), _) => keys.iter().all(|(key, pattern)| matches(pattern, &event[key])),
        (Value::Array(allowed), _) => allowed.iter().any(|value| match value.get("prefix") {
            Some(prefix) => event.as_str().is_some_and(|text| text.starts_with(prefix.as_str().unwrap())),
            None => value == event,
        }),
        _ => false,
    }
}

#[test]
fn the_rule_in_the_documentation_matches_exactly_these_failures() {
    let page = fs::read_to_string(repository().join("docs/security-hub.md")).unwrap();
    let (_, rest) = page.split_once("```json\n").unwrap();
    let pattern: Value = serde_json::from_str(rest.split_once("```").unwrap().0).unwrap();
    let event = |finding: &Value| {
        let mut finding = finding.clone();
        // Security Hub gives a new finding its workflow.
        finding.as_object_mut().unwrap().entry("Workflow").or_insert(json!({ "Status": "NEW" }));
        json!({
            "source": "aws.securityhub",
            "detail-type": "Security Hub Findings - Imported",
            "detail": { "findings": [finding] },
        })
    };
    let mut matched = 0;
    for Estate { name, asff, .. } in ESTATES.iter() {
        for finding in findings(asff) {
            let failed = finding["Compliance"]["Status"] == "FAILED" && finding.get("Workflow").is_none();
            assert_eq!(matches(&pattern, &event(&finding)), failed, "{name}: {finding}");
            matched += usize::from(failed);
        }
    }
    assert!(matched > 50);
    let mut foreign = findings(&examples().asff)[0].clone();
    foreign["GeneratorId"] = json!("security-control/CloudTrail.1");
    assert!(!matches(&pattern, &event(&foreign)), "Security Hub's own finding is another");
}
