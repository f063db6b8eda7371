//! Data sources, above all policy documents.

use super::*;
use crate::value::Part;

fn document(statements: &str) -> String {
    let more =
        format!("data \"aws_iam_policy_document\" \"p\" {{\n{statements}\n}}\nresource \"aws_s3_bucket\" \"b\" {{}}");
    json(&evaluated_in("data.aws_iam_policy_document.p.json", &more, &World::default()))
}

/// The document behind a JSON text.
fn json(value: &Value) -> String {
    let Data::Text(text) = &value.data else { panic!("{}", show(value)) };
    match text.parts() {
        [Part::Json(document)] => document.describe(),
        _ => panic!("{}", show(value)),
    }
}

#[test]
fn a_document_is_rendered_as_the_provider_does() {
    let rendered = document(
        r#"
        statement {
          sid       = "Read"
          actions   = ["s3:GetObject"]
          resources = ["${aws_s3_bucket.b.arn}/*", "arn:aws:s3:::x/&{aws:username}"]
          principals {
            type        = "*"
            identifiers = ["*"]
          }
          condition {
            test     = "StringEquals"
            variable = "aws:SourceAccount"
            values   = ["1", "2"]
          }
        }
        statement {
          effect  = "Deny"
          actions = ["s3:*", "kms:*"]
          principals {
            type        = "AWS"
            identifiers = ["*"]
          }
        }
        "#,
    );
    let expected = "{Version = \"2012-10-17\", Statement = [{Sid = \"Read\", Effect = \"Allow\", \
         Action = \"s3:GetObject\", \
         Resource = [\"arn:${AWS::Partition}:s3:::${aws_s3_bucket.b.id}/*\", \"arn:aws:s3:::x/${aws:username}\"], \
         Principal = \"*\", Condition = {StringEquals = {aws:SourceAccount = [\"1\", \"2\"]}}}, \
         {Effect = \"Deny\", Action = [\"s3:*\", \"kms:*\"], Principal = {AWS = \"*\"}}]}";
    assert_eq!(rendered, expected);
}

#[test]
fn documents_merge_by_sid() {
    let rendered = document(
        r#"
        source_policy_documents   = [jsonencode({ Statement = { Sid = "A", Effect = "Allow" } })]
        override_policy_documents = [jsonencode({ Statement = [{ Sid = "B", Effect = "Deny" }] })]
        statement { sid = "B" }
        dynamic "statement" {
          for_each = ["C"]
          content { sid = statement.value }
        }
        "#,
    );
    let expected = "{Version = \"2012-10-17\", Statement = [{Sid = \"A\", Effect = \"Allow\"}, \
         {Effect = \"Deny\", Sid = \"B\"}, {Sid = \"C\", Effect = \"Allow\"}]}";
    assert_eq!(rendered, expected);
}

#[test]
fn data_sources_are_opaque_by_what_they_ask_for() {
    let more = r#"
        data "aws_kms_alias" "a" { name = "alias/x" }
        data "aws_kms_alias" "b" { name = "alias/x" }
        data "aws_kms_alias" "c" { name = "alias/y" }
        data "aws_s3_bucket" "b" { bucket = aws_s3_bucket.b.id }
        resource "aws_s3_bucket" "b" {}
        data "terraform_remote_state" "s" { backend = "s3" }
        data "aws_caller_identity" "current" {}
    "#;
    for (expression, expected) in [
        ("data.aws_kms_alias.a.target_key_arn == data.aws_kms_alias.b.target_key_arn", "true"),
        ("data.aws_kms_alias.a.name", "\"alias/x\""),
        ("data.aws_kms_alias.a.target_key_arn", "opaque: data.aws_kms_alias(name = \"alias/x\").target_key_arn"),
        ("data.aws_s3_bucket.b.id", "opaque: aws_s3_bucket.b.id"),
        ("data.aws_s3_bucket.b.arn", "\"arn:${AWS::Partition}:s3:::${aws_s3_bucket.b.id}\""),
        ("data.terraform_remote_state.s.outputs.key", "open: data.terraform_remote_state.s.outputs.key"),
        ("data.aws_caller_identity.current.account_id", "opaque: data.aws_caller_identity.account_id"),
    ] {
        assert_eq!(evaluated(expression, more), expected, "{expression}");
    }
    let different = "data.aws_kms_alias.a.target_key_arn == data.aws_kms_alias.c.target_key_arn";
    assert!(evaluated(different, more).starts_with("pending: "));
}

#[test]
fn template_files_are_rendered() {
    let main =
        "resource \"aws_cloudtrail\" \"t\" { name = templatefile(\"${path.module}/name.tpl\", { env = \"prod\" }) }";
    let unit = unit(&[("main.tf", main), ("name.tpl", "trail-${env}")]);
    assert_eq!(trail(&unit, "aws_cloudtrail.t", "TrailName"), "\"trail-prod\"");
}
