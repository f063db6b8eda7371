//! Data sources, above all policy documents.

use serde_json::Value as Json;

use super::*;
use crate::value::{Ask, Part, Reason};

/// The document as JSON, with `${…}` for what is not known.
fn shown(value: &Value) -> Json {
    match &value.data {
        Data::List(_, items) => items.iter().map(shown).collect(),
        Data::Map(_, entries) => entries.iter().map(|(key, entry)| (key.clone(), shown(entry))).collect(),
        Data::Text(text) => Json::String(text.to_string()),
        _ => Json::String(format!("${{{}}}", value.describe())),
    }
}

#[test]
fn a_document_is_rendered_as_the_provider_does() {
    #[derive(serde::Deserialize)]
    struct Case {
        name: String,
        write: String,
        json: String,
    }
    const BESIDE: &str = r#"
        resource "aws_s3_bucket" "b" {}
        variable "action" { type = string }
        variable "accounts" { type = list(string) }
        data "aws_iam_policy_document" "other" {
          statement {
            sid     = "A"
            actions = [var.action]
          }
        }
    "#;
    let cases: Vec<Case> =
        serde_yaml::from_str(include_str!("../../../tests/configurations/policy_documents.yaml")).unwrap();
    let mut wrong = Vec::new();
    for Case { name, write, json } in cases {
        let more = format!("data \"aws_iam_policy_document\" \"d\" {{\n{write}\n}}\n{BESIDE}");
        let value = evaluated_in("data.aws_iam_policy_document.d.json", &more, &World::default());
        let Data::Text(text) = &value.data else { panic!("{name}: {}", show(&value)) };
        let [Part::Json(document)] = text.parts() else { panic!("{name}: {}", show(&value)) };
        let expected: Json = serde_json::from_str(&json).unwrap();
        // As texts: the order of the keys counts too.
        let (got, expected) = (shown(document).to_string(), expected.to_string());
        if got != expected {
            wrong.push(format!("{name}\n  expected {expected}\n  got      {got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `tests/conformance/policy_documents.txt`: the attribute `json` of `data.aws_iam_policy_document.d` as the provider gives it,
/// to the byte. `tests/conformance/record.py` records it.
#[test]
fn documents_are_the_text_that_the_provider_renders() {
    let recorded = include_str!("../../../tests/conformance/policy_documents.txt");
    let mut wrong = Vec::new();
    for case in format!("\n{recorded}").split("\n=== ").skip(1) {
        let (case, expected) = case.split_once("\n--- json\n").expect("a case has a record");
        let (name, more) = case.split_once('\n').expect("a case has a name and a module");
        // As an argument of a function, it is text.
        let value = evaluated_in("trimspace(data.aws_iam_policy_document.d.json)", more, &World::default());
        let is_refused = || matches!(&value.data, Data::Open(input) if matches!(input.reason, Reason::Broken(_)));
        let is_right = if expected.trim() == "!error" { is_refused() } else { value.as_str() == Some(expected.trim()) };
        if !is_right {
            let found = value.as_str().map_or_else(|| show(&value), str::to_owned);
            wrong.push(format!("{name}\n{more}\nexpected {expected}\ngot {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
        ("data.aws_s3_bucket.b.arn", "\"arn:${data.aws_partition.partition}:s3:::${aws_s3_bucket.b.id}\""),
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

/// How many statements of the document are known to be there, and how many may be; nothing where the whole waits.
fn statements(write: &str, answer: Option<bool>) -> Option<(usize, usize)> {
    let more = format!(
        "variable \"c\" {{\n  type = bool\n  nullable = false\n}}
data \"aws_iam_policy_document\" \"a\" {{
  count = var.c ? 1 : 0
  statement {{\n    sid = \"A\"\n    actions = [\"s3:GetObject\"]\n  }}
  statement {{\n    actions = [\"s3:PutObject\"]\n  }}
}}
data \"aws_iam_policy_document\" \"d\" {{\n{write}\n}}"
    );
    let world = World::default();
    let world = match (evaluated_in("var.c", &more, &world).data, answer) {
        (Data::Open(input), Some(answer)) => world.with(Question::new(input, Ask::True), answer),
        _ => world,
    };
    let value = evaluated_in("data.aws_iam_policy_document.d.json", &more, &world);
    let Data::Text(text) = &value.data else { return None };
    let [Part::Json(document)] = text.parts() else { return None };
    let all = document.as_map()?.get("Statement")?;
    let all = all.as_list().or(all.awaited_elements())?;
    let waiting = all.iter().filter(|statement| statement.is_waiting()).count();
    Some((all.len() - waiting, waiting))
}

#[test]
fn a_statement_that_may_be_there_waits_alone_unless_it_is_one_that_may_replace_another() {
    let source = "source_policy_documents = compact([var.c ? data.aws_iam_policy_document.a[0].json : \"\"])";
    let newer = "override_policy_documents = var.c ? [data.aws_iam_policy_document.a[0].json] : []";
    let own = |sid: &str| format!("statement {{\n  sid = \"{sid}\"\n  actions = [\"s3:ListBucket\"]\n}}");
    let dynamic = |sid: &str| {
        format!("dynamic \"statement\" {{\n  for_each = var.c ? [1] : []\n  content {{\n    sid = \"{sid}\"\n  }}\n}}")
    };
    let table = [
        (source.to_owned(), Some((0, 2)), [2, 0]),
        (format!("{source}\n{}", own("B")), Some((1, 2)), [3, 1]),
        (format!("{source}\n{}", own("A")), None, [2, 1]),
        (format!("{newer}\n{}", own("B")), Some((1, 2)), [3, 1]),
        (format!("{newer}\n{}", own("A")), None, [2, 1]),
        (format!("{newer}\n{}", own("")), Some((1, 2)), [3, 1]),
        (format!("{}\n{}", own("B"), dynamic("A")), Some((1, 1)), [2, 1]),
        (format!("{}\n{}", own("A"), dynamic("A")), None, [0, 1]),
        (format!("version = \"2008-10-17\"\n{source}"), None, [2, 0]),
    ];
    for (write, undecided, decided) in table {
        assert_eq!(statements(&write, None), undecided, "{write}");
        let [yes, no] = [true, false].map(|answer| statements(&write, Some(answer)).map_or(0, |(certain, _)| certain));
        assert_eq!([yes, no], decided, "{write}");
    }
}
