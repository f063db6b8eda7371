//! Whatever is written is evaluated: to a value, an input or a failure, never to a panic.

use proptest::prelude::*;

use super::*;

const WORDS: &[&str] = &[
    "local.a",
    "local.b",
    "var.x",
    "var.y",
    "var.z",
    "each.key",
    "each.value",
    "count.index",
    "null",
    "true",
    "1",
    "-1",
    "0",
    "1e300",
    "\"\"",
    "\"k\"",
    "\"${",
    "}\"",
    "\"a-${var.x}\"",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    ",",
    " = ",
    " ? ",
    " : ",
    " + ",
    " * ",
    " / ",
    " % ",
    " == ",
    " < ",
    " && ",
    " || ",
    "!",
    "[*]",
    ".*.id",
    "[0]",
    "[\"k\"]",
    ".id",
    ".k",
    "...",
    "[for v in ",
    "{for k, v in ",
    " : v]",
    " : k => v}",
    " : k => v...}",
    " if v",
    "v",
    "k",
    "try(",
    "can(",
    "toset(",
    "length(",
    "merge(",
    "lookup(",
    "element(",
    "jsonencode(",
    "jsondecode(",
    "format(",
    "range(",
    "one(",
    "concat(",
    "templatefile(",
    "aws_s3_bucket.b",
    "aws_s3_bucket.c[0]",
    "aws_s3_bucket.each[\"k\"]",
    "data.aws_region.r",
    "module.m",
    "module.absent",
    "data.aws_iam_policy_document.p.json",
];

const MODULE: &str = r#"
variable "x" {}
variable "y" { type = bool }
variable "z" { type = map(object({ k = optional(string) })) }
resource "aws_s3_bucket" "b" {}
resource "aws_s3_bucket" "c" { count = var.y ? 1 : 0 }
resource "aws_s3_bucket" "each" { for_each = var.z }
data "aws_region" "r" {}
data "aws_iam_policy_document" "p" {
  statement { actions = [local.a] }
}
module "m" { source = "./m" }
module "absent" { source = "a/b/c" }
"#;

fn evaluate_everywhere(a: &str, b: &str) {
    let text = format!(
        "{MODULE}\nlocals {{\n  a = {a}\n  b = {b}\n}}\nresource \"aws_cloudtrail\" \"t\" {{\n  name = {a}\n  for_each = {b}\n  \
         dynamic \"event_selector\" {{\n    for_each = {a}\n    content {{ read_write_type = {b} }}\n  }}\n}}\n\
         resource \"aws_s3_bucket_policy\" \"p\" {{\n  count = {a}\n  policy = {b}\n}}\n"
    );
    let unit = unit_with(&[("main.tf", &text), ("m/main.tf", "output \"id\" {\n  value = 1\n}")], &Inputs::default());
    unit.notes();
    let mut world = World::default();
    for answer in [true, false, true] {
        let estate = unit.estate(&world);
        estate.rejected();
        let mut asked = None;
        for kind in [Kind::Trail, Kind::Bucket, Kind::BucketPolicy, Kind::AbsentModule] {
            for resource in estate.resources(kind) {
                for property in ["TrailName", "EventSelectors", "BucketName", "PolicyDocument", "Arguments"] {
                    let value = estate.property(&resource, property);
                    if let Some(Value { data: Data::Pending(question), .. }) = value.obstacle() {
                        asked = asked.or(Some(question.as_ref().clone()));
                    }
                }
            }
        }
        drop(estate);
        match asked {
            Some(question) => world = world.with(question, answer),
            None => break,
        }
    }
}

proptest! {
    #[test]
    fn anything_that_looks_like_terraform_is_evaluated(
        a in prop::collection::vec(prop::sample::select(WORDS), 1..8),
        b in prop::collection::vec(prop::sample::select(WORDS), 1..8),
    ) {
        evaluate_everywhere(&a.concat(), &b.concat());
    }
}

/// Random words rarely make an expression; these always do.
#[test]
fn every_operand_meets_every_operation() {
    let operands: Vec<&str> = WORDS.iter().copied().filter(|word| is_expression(word)).collect();
    for operand in operands {
        for operation in [
            "[for v in @ : v]",
            "{for k, v in @ : k => v}",
            "{for v in @ : v => 1}",
            "@[*].id",
            "@.*.id",
            "@[0]",
            "@[\"k\"]",
            "@.k",
            "{ a = @ }[var.x]",
            "[@][var.x]",
            "@[var.x]",
            "-@",
            "!@",
            "@ == @",
            "@ == null",
            "@ < 1",
            "@ + 1",
            "@ && true",
            "@ ? 1 : \"a\"",
            "true ? @ : [1]",
            "\"a${@}b\"",
            "\"%{ for v in @ }${v}%{ endfor }\"",
            "toset(@)",
            "toset([@])",
            "try(@, 1)",
            "can(@)",
            "merge(@, { a = 1 })",
            "concat(@, [1])",
            "jsonencode(@)",
            "length(@)",
            "element(@, 0)",
            "{ (@) = 1 }",
            "templatefile(\"x\", @)",
            "max(@...)",
            "lookup(@, \"k\", 1)",
            "keys(@)",
            "values(@)",
            "flatten([@])",
        ] {
            evaluate_everywhere(&operation.replace('@', operand), "var.z");
            evaluate_everywhere("local.b", &operation.replace('@', operand));
        }
    }
}
