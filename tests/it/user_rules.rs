//! Rules that users bring: one Guard file over Terraform and CloudFormation, with findings at the source line.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use crate::cli::{directory, run};

const RULES: &str = "\
let trails = Resources.*[ Type == 'AWS::CloudTrail::Trail' ]
let buckets = Resources.*[ Type == 'AWS::S3::Bucket' ]
let policies = Resources.*[ Type == 'AWS::S3::BucketPolicy' ]

rule TRAIL_HAS_KEY when %trails !empty {
  %trails.Properties.KMSKeyId exists
  %trails.Properties.KMSKeyId is_string
  <<
    Violation: a trail needs a key.
    Fix: name one.
  >>
}

rule BUCKET_IS_VERSIONED when %buckets !empty {
  %buckets.Properties.VersioningConfiguration.Status == 'Enabled' <<versions are kept>>
}

rule NO_POLICY_FOR_ALL when %policies !empty {
  let open = %policies[ some Properties.PolicyDocument.Statement[*] { Principal == '*'  Effect == 'Allow' } ]
  %open empty <<nobody may be everybody>>
}

rule HOUSE_BUCKET when %trails !empty {
  %trails.Properties.S3BucketName == /^house-/
}
";

const TERRAFORM: &str = r#"variable "key" {}
variable "bucket" {}
resource "aws_cloudtrail" "main" {
  name           = "main"
  s3_bucket_name = var.bucket
  kms_key_id     = var.key
}
resource "aws_s3_bucket" "logs" { bucket = "house-logs" }
resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id
  versioning_configuration { status = "Suspended" }
}
resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:*", Resource = "*" }] })
}
"#;

const TEMPLATE: &str = "\
Parameters:
  Key: {Type: String}
  Bucket: {Type: String}
Resources:
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      IsLogging: true
      S3BucketName: !Ref Bucket
      KMSKeyId: !Ref Key
  Logs:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration:
        Status: Suspended
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Logs
      PolicyDocument: {Statement: {Effect: Allow, Principal: '*', Action: 's3:*', Resource: '*'}}
";

fn estate() -> TempDir {
    directory(&[("rules/house.guard", RULES), ("tf/main.tf", TERRAFORM), ("cfn/template.yaml", TEMPLATE)])
}

/// `unit rule resource verdict path:line`, for every finding of a user's rule.
fn findings(directory: &Path, arguments: &[&str]) -> Vec<String> {
    let arguments = [&["check", "--format", "json", "--rules", "rules"], arguments].concat();
    let run = run(directory, &arguments);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr));
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let results = report["results"].as_array().unwrap().iter();
    let of_user = results.filter(|result| !word(&result["control"]).starts_with("CloudTrail."));
    of_user
        .map(|result| {
            let [control, resource, verdict] = ["control", "resource", "verdict"].map(|key| word(&result[key]));
            let location = &result["location"];
            format!("{control} {resource} {verdict} {}:{}", word(&location["path"]), location["start"]["line"])
        })
        .collect()
}

#[test]
fn one_file_of_rules_judges_both_languages_at_the_source_line() {
    let estate = estate();
    assert_eq!(
        findings(estate.path(), &["tf"]),
        [
            "BUCKET_IS_VERSIONED aws_s3_bucket.logs fail tf/main.tf:11",
            "HOUSE_BUCKET aws_cloudtrail.main unknown tf/main.tf:5",
            "NO_POLICY_FOR_ALL aws_s3_bucket_policy.logs fail tf/main.tf:13",
            "TRAIL_HAS_KEY aws_cloudtrail.main unknown tf/main.tf:6",
        ]
    );
    assert_eq!(
        findings(estate.path(), &["cfn"]),
        [
            "BUCKET_IS_VERSIONED Logs fail cfn/template.yaml:15",
            "HOUSE_BUCKET Trail unknown cfn/template.yaml:9",
            "NO_POLICY_FOR_ALL Policy fail cfn/template.yaml:16",
            "TRAIL_HAS_KEY - pass cfn/template.yaml:5",
        ]
    );
}

#[test]
fn a_value_decides_what_an_input_left_open() {
    let estate = estate();
    let given = ["--var", "key=arn:aws:kms:::key/1", "--var", "bucket=house-trail"];
    assert_eq!(
        findings(estate.path(), &[&["tf"][..], &given].concat())[1..],
        [
            "HOUSE_BUCKET - pass tf/main.tf:3",
            "NO_POLICY_FOR_ALL aws_s3_bucket_policy.logs fail tf/main.tf:13",
            "TRAIL_HAS_KEY - pass tf/main.tf:3",
        ]
    );
    let other = findings(estate.path(), &["tf", "--var", "bucket=someone-elses"]);
    assert_eq!(other[1], "HOUSE_BUCKET aws_cloudtrail.main fail tf/main.tf:5");
}

#[test]
fn the_rules_own_words_are_the_message_and_the_change() {
    let estate = estate();
    let run = run(estate.path(), &["check", "tf", "--rules", "rules", "--var", "key=", "--format", "text"]);
    let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("aws_s3_bucket.logs: versions are kept"), "{}", run.stdout);
    assert_eq!(run.code, 1, "{}", run.stderr);
}

#[test]
fn a_rule_that_would_be_evaluated_for_ever_is_refused() {
    let estate = directory(&[("main.tf", TERRAFORM), ("circle.guard", "rule a {\n b\n}\nrule b {\n a\n}")]);
    let run = run(estate.path(), &["check", "--rules", "circle.guard"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stderr.contains("circle.guard: the rule `a` leads back to itself"), "{}", run.stderr);
}

#[test]
fn a_file_that_is_not_guard_is_refused_with_the_place() {
    let estate = directory(&[("main.tf", TERRAFORM), ("open.guard", "rule a {\n  Resources exists\n")]);
    let run = run(estate.path(), &["check", "--rules", "open.guard"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert_eq!(run.stderr, "error: open.guard: line 3, column 1: cannot be read as Guard from here on\n");
}

#[test]
fn what_is_about_a_whole_unit_is_called_by_the_unit() {
    let rules = "rule unit_has_outputs {\n  Outputs exists <<it has no outputs>>\n}\n";
    let estate = directory(&[("stacks/main.tf", TERRAFORM), ("house.guard", rules)]);
    let lines =
        run(estate.path(), &["check", "--select", "unit_has_outputs", "--rules", "house.guard", "--format", "line"]);
    assert!(lines.stdout.contains("warning[unit_has_outputs] stacks: stacks: it has no outputs"), "{}", lines.stdout);
}

#[test]
fn unit_tests_of_rules_are_run() {
    let tests = "- name: a key is named\n  input: {Resources: {T: {Type: 'AWS::CloudTrail::Trail', Properties: {KMSKeyId: k}}}}\n  \
                 expectations: {rules: {TRAIL_HAS_KEY: PASS, BUCKET_IS_VERSIONED: SKIP}}\n- name: wrong on purpose\n  \
                 input: {Resources: {}}\n  expectations: {rules: {TRAIL_HAS_KEY: FAIL, NOT_THERE: PASS}}\n";
    let estate = directory(&[("rules/house.guard", RULES), ("rules/tests/house_tests.yml", tests)]);
    let run = run(estate.path(), &["test", "rules"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert_eq!(
        run.stdout.lines().collect::<Vec<_>>(),
        [
            "rules/tests/house_tests.yml: wrong on purpose: there is no rule NOT_THERE in rules/house.guard",
            "rules/tests/house_tests.yml: wrong on purpose: TRAIL_HAS_KEY: expected FAIL, got SKIP",
        ]
    );
    assert!(run.stderr.contains("2 expectations met, 2 not"), "{}", run.stderr);
}

/// An estate in several languages, and clauses that come to the same in each.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Languages {
    files: BTreeMap<String, String>,
    clauses: BTreeMap<String, Clauses>,
}

/// Clauses about every resource of a type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clauses {
    holds: Vec<String>,
    fails: Vec<String>,
}

#[test]
fn a_clause_comes_to_the_same_in_every_language() {
    let languages: Languages = serde_yaml::from_str(include_str!("../user_rules/languages.yaml")).unwrap();
    let (mut rules, mut expected) = (String::new(), BTreeMap::new());
    for (kind, clauses) in &languages.clauses {
        let holds = clauses.holds.iter().map(|text| ("pass", text));
        for (verdict, text) in holds.chain(clauses.fails.iter().map(|text| ("fail", text))) {
            let name = format!("clause_{}", expected.len());
            writeln!(rules, "rule {name} {{\n  Resources.*[ Type == '{kind}' ] {{\n    {text}\n  }}\n}}").unwrap();
            expected.insert(name, (verdict, text));
        }
    }
    let files: Vec<(&str, &str)> = languages
        .files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .chain([("house.guard", rules.as_str())])
        .collect();
    let estate = directory(&files);
    let mut wrong = Vec::new();
    for unit in ["terraform", "inline", "plan", "template"] {
        let arguments = ["check", unit, "--format", "json", "--rules", "house.guard"];
        let run = run(estate.path(), &arguments);
        let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
        let results = report["results"].as_array().unwrap();
        for (name, (verdict, text)) in &expected {
            let got = results.iter().find(|result| result["control"] == **name).map(|result| &result["verdict"]);
            if got.is_none_or(|got| got != verdict) {
                wrong.push(format!("{unit}: {text}: expected {verdict}, got {got:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_stands_beside_the_properties_of_a_resource_is_seen() {
    let rules = "\
let buckets = Resources.*[ Type == 'AWS::S3::Bucket'
  Metadata.guard.SuppressedRules not exists or
  Metadata.guard.SuppressedRules.* != \"BUCKET_IS_KEPT\"
]
rule BUCKET_IS_KEPT when %buckets !empty {
  %buckets.DeletionPolicy in ['Retain', 'RetainExceptOnCreate'] <<logs outlive their stack>>
}
rule TRAIL_WAITS_FOR_THE_POLICY when %buckets !empty {
  Resources.*[ Type == 'AWS::CloudTrail::Trail' ].DependsOn == 'Policy'
}
";
    let template = "\
Resources:
  Trail:
    Type: AWS::CloudTrail::Trail
    DependsOn: Policy
    Properties: {IsLogging: true, S3BucketName: !Ref Kept}
  Kept:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
  Lost:
    Type: AWS::S3::Bucket
    DeletionPolicy: Delete
  Spared:
    Type: AWS::S3::Bucket
    Metadata: {guard: {SuppressedRules: [BUCKET_IS_KEPT]}}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties: {Bucket: !Ref Kept, PolicyDocument: {Statement: []}}
";
    let estate = directory(&[("rules/house.guard", rules), ("template.yaml", template)]);
    assert_eq!(
        findings(estate.path(), &["template.yaml"]),
        ["BUCKET_IS_KEPT Lost fail template.yaml:12", "TRAIL_WAITS_FOR_THE_POLICY - pass template.yaml:2"]
    );
}

#[test]
fn a_file_of_tests_that_cannot_be_read_is_no_failure_of_a_rule() {
    for tests in ["- name: [\n", "- input: {}\n", "- {input: {}, expectations: {rules: {TRAIL_HAS_KEY: MAYBE}}}\n"] {
        let estate = directory(&[("rules/house.guard", RULES), ("rules/house_tests.yml", tests)]);
        let run = run(estate.path(), &["test", "rules"]);
        assert_eq!(run.code, 2, "{tests}{}", run.stderr);
        assert!(run.stderr.contains("error: rules/house_tests.yml: "), "{}", run.stderr);
    }
}
