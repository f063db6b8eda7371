//! Sensitive variables and `NoEcho` parameters: their values are judged and never printed.

use crate::cli::{directory, run};

/// Everything a report may be: what must not be said is in none.
const FORMATS: [&str; 9] = ["text", "line", "json", "sarif", "github", "gitlab", "junit", "markdown", "html"];

#[test]
fn a_sensitive_value_is_in_no_report() {
    let main = "\
variable \"secret\" {
  type      = string
  sensitive = true
}
variable \"fallback\" {
  default = \"hunter2-default\"
  sensitive = \"true\"
}
module \"trail\" {
  source = \"./trail\"
  name   = \"hunter2-argument\"
  prefix = var.fallback
  bucket = var.secret
}
";
    let module = "\
variable \"name\" { sensitive = true }
variable \"prefix\" {}
variable \"bucket\" {}
resource \"aws_cloudtrail\" \"main\" {
  name           = var.name
  s3_bucket_name = var.bucket
  s3_key_prefix  = \"logs/${var.prefix}\"
}
";
    let template = "\
Parameters:
  Bucket:
    Type: String
    NoEcho: true
    Default: hunter2-template
Resources:
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      IsLogging: true
      S3BucketName: !Ref Bucket
";
    // A name that a message would call a statement by, and words that are refused.
    let refused = "\
variable \"word\" {
  sensitive = true
  default   = \"hunter2-word\"
}
resource \"aws_s3_bucket\" \"logs\" {}
resource \"aws_s3_bucket_acl\" \"logs\" {
  bucket = aws_s3_bucket.logs.id
  acl    = var.word
}
resource \"aws_s3_bucket_policy\" \"logs\" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({ Statement = [
    { Sid = var.word, Effect = \"Allow\", Principal = \"*\", Action = \"s3:GetObject\", Resource = \"*\" }
  ] })
}
resource \"aws_cloudtrail\" \"main\" {
  s3_bucket_name             = aws_s3_bucket.logs.id
  enable_log_file_validation = { a = true }[var.word]
  event_selector {
    read_write_type = var.word
  }
}
";
    let parent = "\
Resources:
  Audit:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: template.yaml
      Parameters:
        Bucket: hunter2-handed
";
    let rules = "let trails = Resources.*[ Type == 'AWS::CloudTrail::Trail' ]\nrule NAMED when %trails !empty {\n  \
                 %trails.Properties.S3BucketName == /^acme-/\n  %trails.Properties.S3KeyPrefix == 'acme'\n}\n";
    // Everything in a plan that may be a secret, and a policy that opens the bucket.
    let policy = r#"{\"Statement\": [{\"Sid\": \"hunter2-sid\", \"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"s3:GetObject\",
        \"Resource\": \"arn:aws:s3:::hunter2-bucket/*\"}]}"#
        .replace('\n', " ");
    let plan = format!(
        r#"{{"format_version": "1.2", "planned_values": {{"root_module": {{"resources": [
  {{"address": "aws_cloudtrail.main", "mode": "managed", "type": "aws_cloudtrail", "name": "main",
    "values": {{"name": "hunter2-name", "s3_bucket_name": "hunter2-bucket", "kms_key_id": "hunter2-key", "enable_logging": true,
      "enable_log_file_validation": false, "event_selector": [{{"read_write_type": "hunter2-word"}}]}},
    "sensitive_values": {{"name": true, "s3_bucket_name": true, "kms_key_id": true, "event_selector": true}}}},
  {{"address": "aws_s3_bucket.logs", "mode": "managed", "type": "aws_s3_bucket", "name": "logs",
    "values": {{"bucket": "hunter2-bucket"}}, "sensitive_values": {{"bucket": true}}}},
  {{"address": "aws_s3_bucket_policy.logs", "mode": "managed", "type": "aws_s3_bucket_policy", "name": "logs",
    "values": {{"bucket": "hunter2-bucket", "policy": "{policy}"}}, "sensitive_values": {{"bucket": true, "policy": true}}}}
  ]}}}}}}"#
    );
    // What a plan tells its sources of secrets.
    let told = r#"{"format_version": "1.2", "variables": {"word": {"value": "hunter2-told"}}, "resource_changes": [
  {"address": "aws_ssm_parameter.p", "mode": "managed", "type": "aws_ssm_parameter", "name": "p",
    "change": {"actions": ["no-op"], "after": {"value": "hunter2-parameter"}, "after_unknown": {}, "after_sensitive": {"value": true}}},
  {"address": "aws_s3_bucket.logs", "mode": "managed", "type": "aws_s3_bucket", "name": "logs",
    "change": {"actions": ["create"], "after": {}, "after_unknown": {"id": true, "bucket": true}}},
  {"address": "aws_s3_bucket_acl.logs", "mode": "managed", "type": "aws_s3_bucket_acl", "name": "logs",
    "change": {"actions": ["create"], "after": {}, "after_unknown": {"acl": true, "bucket": true}}},
  {"address": "aws_s3_bucket_policy.logs", "mode": "managed", "type": "aws_s3_bucket_policy", "name": "logs",
    "change": {"actions": ["create"], "after": {}, "after_unknown": {"bucket": true, "policy": true}}},
  {"address": "aws_cloudtrail.main", "mode": "managed", "type": "aws_cloudtrail", "name": "main",
    "change": {"actions": ["create"], "after": {}, "after_unknown": {"name": true, "kms_key_id": true, "s3_bucket_name": true}}}]}"#;
    let telling = "\
variable \"word\" { sensitive = true }
resource \"aws_ssm_parameter\" \"p\" {}
resource \"aws_s3_bucket\" \"logs\" {}
resource \"aws_s3_bucket_acl\" \"logs\" {
  bucket = aws_s3_bucket.logs.id
  acl    = aws_ssm_parameter.p.value
}
resource \"aws_s3_bucket_policy\" \"logs\" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({ Statement = [
    { Sid = aws_ssm_parameter.p.value, Effect = \"Allow\", Principal = \"*\", Action = \"s3:GetObject\", Resource = \"${var.word}/*\" }
  ] })
}
resource \"aws_cloudtrail\" \"main\" {
  name           = \"x-${aws_ssm_parameter.p.value}\"
  kms_key_id     = var.word
  s3_bucket_name = aws_s3_bucket.logs.id
}
";
    let estate = directory(&[
        ("plan/plan.json", &plan),
        ("told/plan.json", told),
        ("told/main.tf", telling),
        ("live/terragrunt.hcl", "terraform {\n  source = \"../tf\"\n}\ninputs = {\n  secret = \"hunter2-input\"\n}\n"),
        ("tf/main.tf", main),
        ("tf/terraform.tfvars", "secret = \"hunter2-given\"\n"),
        ("tf/trail/main.tf", module),
        ("cfn/template.yaml", template),
        ("cfn/parent.yaml", parent),
        ("refused/main.tf", refused),
        ("house.guard", rules),
        (".trailwarden.yaml", "controls: [{control: CloudTrail.1, parameters: {s3BucketName: acme}}]\n"),
    ]);
    let mut said = String::new();
    for format in FORMATS {
        for given in [&[][..], &["--var", "secret=hunter2-option"]] {
            let report =
                run(estate.path(), &[&["check", "--rules", "house.guard", "--format", format], given].concat());
            assert!(!report.stdout.contains("hunter2"), "{format}: {}", report.stdout);
            assert!(!report.stderr.contains("hunter2"), "{format}: {}", report.stderr);
            said += &report.stdout;
        }
    }
    for control in ["CloudTrail.1", "CloudTrail.2", "CloudTrail.6"] {
        let report = run(estate.path(), &["check", "--trace", control]);
        assert!(!report.stdout.contains("hunter2"), "--trace {control}: {}", report.stdout);
        said += &report.stdout;
    }
    assert!(said.contains("(sensitive value)"), "{said}");
    // It is judged all the same.
    let report = run(estate.path(), &["check", "told/plan.json", "--select", "CloudTrail.6", "--format", "line"]);
    assert!(report.stdout.contains("told/main.tf:11:5: error[CloudTrail.6]"), "{}", report.stdout);
    let report = run(estate.path(), &["check", "plan", "--select", "CloudTrail.6", "--format", "line"]);
    assert!(report.stdout.contains("plan/plan.json:8:15: error[CloudTrail.6]"), "{}", report.stdout);
}
