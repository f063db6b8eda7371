use std::collections::BTreeSet;

use regex::Regex;
use serde_json::{Value, json};

use super::*;
use crate::rules::guard::{OPEN, Outcome, Status, evaluate};

const LANGUAGES: [Language; 3] = [Language::Terraform, Language::CloudFormationYaml, Language::CloudFormationJson];

fn catalog() -> &'static Catalog {
    Catalog::builtin().unwrap_or_else(|error| panic!("{error}"))
}

/// A trail and a bucket that pass every control.
fn good() -> Value {
    json!({"Trail": {
        "Address": "aws_cloudtrail.main",
        "Properties": {
            "IsLogging": true,
            "IsMultiRegionTrail": true,
            "KMSKeyId": "aws_kms_key.trail.arn",
            "EnableLogFileValidation": true,
            "CloudWatchLogsLogGroupArn": "${aws_cloudwatch_log_group.trail.arn}:*",
        },
        "ManagementEvents": {"Reads": true, "Writes": true, "ExcludedSources": [], "Covered": true},
        "Expected": {
            "s3BucketName": true, "snsTopicArn": true, "cloudWatchLogsLogGroupArn": true,
            "targetBucket": true, "targetPrefix": true,
        },
        "Bucket": {"Public": {"Read": false, "Write": false}, "AccessLogging": {"Enabled": true}},
    }})
}

/// What each control reads, with a wrong value and the reason code it gives.
fn leaves() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    vec![
        ("CloudTrail.1", "/Trail/Properties/IsLogging", json!(false), "not-logging"),
        ("CloudTrail.1", "/Trail/Properties/IsMultiRegionTrail", json!(false), "single-region"),
        ("CloudTrail.1", "/Trail/ManagementEvents/Covered", json!(false), "management-events"),
        ("CloudTrail.1", "/Trail/Expected/s3BucketName", json!(false), "other-bucket"),
        ("CloudTrail.1", "/Trail/Expected/snsTopicArn", json!(false), "other-topic"),
        ("CloudTrail.1", "/Trail/Expected/cloudWatchLogsLogGroupArn", json!(false), "other-log-group"),
        ("CloudTrail.2", "/Trail/Properties/KMSKeyId", json!(""), "no-key"),
        ("CloudTrail.3", "/Trail/Properties/IsLogging", json!(false), "not-logging"),
        ("CloudTrail.4", "/Trail/Properties/EnableLogFileValidation", json!(false), "no-validation"),
        ("CloudTrail.5", "/Trail/Properties/CloudWatchLogsLogGroupArn", json!(""), "no-log-group"),
        ("CloudTrail.6", "/Trail/Bucket/Public/Read", json!(true), "public-read"),
        ("CloudTrail.6", "/Trail/Bucket/Public/Write", json!(true), "public-write"),
        ("CloudTrail.7", "/Trail/Bucket/AccessLogging/Enabled", json!(false), "no-access-logging"),
        ("CloudTrail.7", "/Trail/Expected/targetBucket", json!(false), "other-target"),
        ("CloudTrail.7", "/Trail/Expected/targetPrefix", json!(false), "other-prefix"),
    ]
}

fn judge(id: &str, document: &Value) -> Outcome {
    let rule = catalog().get(id).unwrap_or_else(|error| panic!("{error}"));
    evaluate(&[(&rule.name, &rule.guard)], &[document]).unwrap_or_else(|error| panic!("{error}")).remove(0).remove(0)
}

fn with(pointer: &str, value: Value) -> Value {
    let mut document = good();
    *document.pointer_mut(pointer).expect(pointer) = value;
    document
}

fn without(pointer: &str) -> Value {
    let mut document = good();
    let (parent, key) = pointer.rsplit_once('/').expect(pointer);
    document.pointer_mut(parent).and_then(Value::as_object_mut).expect(parent).remove(key).expect(pointer);
    document
}

/// The custom messages of a rule's clauses.
fn codes(rule: &Rule) -> BTreeSet<String> {
    Regex::new("<<(.*?)>>").unwrap().captures_iter(&rule.guard).map(|found| found[1].to_owned()).collect()
}

#[test]
fn every_control_passes_a_good_trail() {
    for rule in catalog().rules() {
        let outcome = judge(&rule.control.id, &good());
        assert_eq!(outcome.status, Status::Pass, "{}: {outcome:#?}", rule.control.id);
    }
}

#[test]
fn every_control_fails_where_its_value_is_wrong() {
    for (id, pointer, wrong, code) in leaves() {
        let outcome = judge(id, &with(pointer, wrong.clone()));
        let [clause] = outcome.clauses()[..] else { panic!("{id}, {pointer}: one clause fails: {outcome:#?}") };
        assert_eq!((clause.code.as_str(), clause.path.as_deref()), (code, Some(pointer)), "{id}");
        assert_eq!(clause.value.as_ref(), Some(&wrong), "{id}");
        assert!(outcome.is_certain(), "{id}: {outcome:#?}");
    }
}

#[test]
fn every_control_fails_where_its_value_is_absent() {
    for (id, pointer, _, code) in leaves() {
        let outcome = judge(id, &without(pointer));
        let [clause] = outcome.clauses()[..] else { panic!("{id}, {pointer}: one clause fails: {outcome:#?}") };
        let (parent, key) = pointer.rsplit_once('/').expect(pointer);
        assert_eq!((clause.code.as_str(), clause.path.as_deref()), (code, Some(parent)), "{id}");
        assert_eq!(clause.remaining.as_deref(), Some(key), "{id}");
        assert!(outcome.is_certain(), "{id}: {outcome:#?}");
    }
}

#[test]
fn an_open_value_never_passes_and_is_named() {
    let open = json!({OPEN: "var.x"});
    for (id, pointer, _, code) in leaves() {
        let outcome = judge(id, &with(pointer, open.clone()));
        assert_eq!(outcome.status, Status::Fail, "{id}, {pointer} open");
        let [clause] = outcome.clauses()[..] else { panic!("{id}, {pointer}: one clause fails: {outcome:#?}") };
        assert_eq!((clause.code.as_str(), clause.path.as_deref()), (code, Some(pointer)), "{id}");
        assert_eq!(clause.value.as_ref(), Some(&open), "{id}");
        assert!(!outcome.is_certain(), "{id}: {outcome:#?}");

        let above = pointer.rsplit_once('/').expect(pointer).0;
        let outcome = judge(id, &with(above, open.clone()));
        assert_eq!(outcome.status, Status::Fail, "{id}, {above} open");
        assert!(!outcome.is_certain(), "{id}, {above} open: {outcome:#?}");
    }
}

#[test]
fn a_wrong_value_beside_an_open_one_decides() {
    let mut document = with("/Trail/Properties/IsLogging", json!({OPEN: "var.x"}));
    document["Trail"]["Properties"]["IsMultiRegionTrail"] = json!(false);
    let outcome = judge("CloudTrail.1", &document);
    assert!(outcome.is_certain(), "{outcome:#?}");
}

#[test]
fn no_rule_asks_what_an_open_value_answers_falsely() {
    let forbidden = Regex::new(r"(?i)\b(exists|empty|when|not|is_[a-z]+)\b|!").unwrap();
    for rule in catalog().rules() {
        for line in rule.guard.lines().filter(|line| !line.trim_start().starts_with('#')) {
            let clause = line.split("<<").next().unwrap_or_default();
            assert!(!forbidden.is_match(clause), "{}: `{line}` may pass for an open value", rule.name);
        }
    }
}

#[test]
fn every_code_has_its_reason_and_the_table_above_is_whole() {
    for rule in catalog().rules() {
        let id = rule.control.id.as_str();
        let tested: BTreeSet<String> =
            leaves().into_iter().filter(|leaf| leaf.0 == id).map(|leaf| leaf.3.to_owned()).collect();
        assert_eq!(codes(rule), tested, "{id}: the codes of the rule and those tried in this file");
        for code in codes(rule) {
            assert!(rule.reason(&code).is_some(), "{id} has no reason `{code}`");
        }
    }
}

#[test]
fn every_code_of_a_fact_has_its_reason() {
    use crate::facts::management_events::Gap;
    let gaps =
        [Gap::NoManagementEvents, Gap::ReadsMissing, Gap::WritesMissing, Gap::SplitSelectors, Gap::SourcesExcluded];
    let exposure =
        ["public-acl", "public-grant", "public-policy", "unreadable-policy", "absent-module", "known-public"];
    for (id, code) in [
        ("CloudTrail.6", "linked-by-name"),
        ("CloudTrail.6", "linked-by-export"),
        ("CloudTrail.6", "declared-too"),
        ("CloudTrail.6", "known-contradicted"),
        ("CloudTrail.6", "account-block-elsewhere"),
        ("CloudTrail.6", "known-account-block"),
        ("CloudTrail.6", "two-blocks"),
        ("CloudTrail.6", "two-policies"),
        ("CloudTrail.6", "known-exposure"),
        ("CloudTrail.6", "known-exposure-because"),
        ("CloudTrail.7", "linked-by-name"),
        ("CloudTrail.7", "linked-by-export"),
        ("CloudTrail.7", "declared-too"),
        ("CloudTrail.7", "known-contradicted"),
        ("CloudTrail.7", "logs-to-itself"),
        ("CloudTrail.7", "known-logging"),
        ("CloudTrail.7", "known-logging-because"),
    ] {
        assert!(catalog().get(id).is_ok_and(|rule| rule.notes.contains_key(code)), "{id} has no note `{code}`");
    }
    let known = gaps.iter().map(|gap| ("CloudTrail.1", gap.code())).chain(exposure.map(|code| ("CloudTrail.6", code)));
    for (id, code) in known {
        assert!(catalog().get(id).is_ok_and(|rule| rule.reason(code).is_some()), "{id} has no reason `{code}`");
    }
}

#[test]
fn flags_and_permissions_are_spoken_of_under_the_codes_of_the_exposure_fact_only() {
    for rule in catalog().rules() {
        for code in codes(rule) {
            let reason = rule.reason(&code).expect("tested above");
            for text in LANGUAGES.map(|language| reason.change(language)).into_iter().chain([reason.sentence.as_str()])
            {
                assert!(!text.contains("{flag}") && !text.contains("{permission}"), "{}: `{code}`", rule.name);
            }
        }
    }
}

#[test]
fn properties_are_spelled_as_the_file_spells_them() {
    assert_eq!(spelled("RestrictPublicBuckets", Language::Terraform), "restrict_public_buckets");
    assert_eq!(spelled("RestrictPublicBuckets", Language::CloudFormationJson), "RestrictPublicBuckets");
}

#[test]
fn every_page_is_complete() {
    let mut ids = BTreeSet::new();
    for rule in catalog().rules() {
        let Control { id, title, summary, why, page, url, .. } = &rule.control;
        assert!(ids.insert(id), "{id} is there twice");
        assert_eq!(rule.name, id.replace('.', "-").to_lowercase(), "{id} is in the file of its name");
        let anchor =
            format!("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#{}", rule.name);
        assert_eq!(*url, anchor);
        assert!(!title.ends_with('.') && title.len() <= 80, "{id}: {title}");
        assert!(summary.ends_with('.') && !summary.contains('\n'), "{id}: {summary}");
        assert!(why.ends_with('.') && !why.contains(". ") && !why.contains('\n'), "{id}: one sentence: {why}");
        assert_eq!(rule.sentences.no_data.is_some(), rule.needs.path() != "Trail", "{id}: no_data");
        for heading in
            ["What is checked", "Why it matters", "Fails when", "Passes when", "Unknown when", "Traps", "Examples"]
        {
            assert!(page.contains(&format!("## {heading}\n")), "{id} has no section `{heading}`");
        }
        for example in ["```hcl fails\n", "```hcl passes\n", "```yaml fails\n", "```yaml passes\n"] {
            assert!(page.contains(example), "{id} has no example {example:?}");
        }
    }
}

#[test]
fn sentences_and_changes_are_whole_and_their_placeholders_known() {
    let placeholder = Regex::new(r"\{([a-z_]+)\}").unwrap();
    let check = |id: &str, text: &str| {
        assert!(!text.trim().is_empty() && !text.contains('\n'), "{id}: one line: {text:?}");
        for found in placeholder.captures_iter(text) {
            assert!(PLACEHOLDERS.contains(&&found[1]), "{id}: unknown placeholder in `{text}`");
        }
    };
    for rule in catalog().rules() {
        let id = rule.control.id.as_str();
        let no_data = rule.sentences.no_data.iter().chain(rule.notes.values());
        for sentence in [&rule.sentences.pass, &rule.sentences.unknown].into_iter().chain(no_data) {
            check(id, sentence);
            assert!(sentence.ends_with('.'), "{id}: {sentence}");
        }
        for reason in rule.reasons.values() {
            check(id, &reason.sentence);
            assert!(reason.sentence.ends_with('.'), "{id}: {}", reason.sentence);
            for language in LANGUAGES {
                check(id, reason.change(language));
                assert!(!reason.attribute(language).is_empty(), "{id}");
            }
        }
    }
}

#[test]
fn placeholders_are_filled_once_and_other_braces_stay() {
    let words = [("resource", "a{bucket}"), ("bucket", "b")];
    assert_eq!(
        crate::finding::fill("{resource} in {bucket}: { \"{flag}\": {} }", &words),
        "a{bucket} in b: { \"{flag}\": {} }"
    );
    assert_eq!(crate::finding::fill("", &words), "");
    assert_eq!(crate::finding::fill("{", &words), "{");
}

#[test]
fn an_unknown_id_gets_a_hint() {
    let cases = [
        ("CloudTrail-6", "did you mean CloudTrail.6?"),
        ("CloudTrial.4", "did you mean CloudTrail.4?"),
        ("CloudTrail.8", "the controls are CloudTrail.1, CloudTrail.2"),
        ("S3.8", "the controls are CloudTrail.1, CloudTrail.2"),
        ("", "the controls are CloudTrail.1, CloudTrail.2"),
        (
            "PCI.CloudTrail.3",
            "two readings: CloudTrail.4 in the numbering of the old PCI DSS standard, CloudTrail.3 on",
        ),
        ("PCI.CloudTrail.6", "without PCI: CloudTrail.6"),
    ];
    for (id, hint) in cases {
        let error = catalog().get(id).map(|rule| &rule.control.id).expect_err(id);
        assert!(error.hint.contains(hint), "{id}: {}", error.hint);
    }
    assert_eq!(catalog().get("CloudTrail.7").map(|rule| rule.control.id.as_str()), Ok("CloudTrail.7"));
}
