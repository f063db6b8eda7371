//! Variables: precedence, types, open ones, and validations.

use super::*;
use crate::model::{GivenVariable, OpenInputs};
use crate::value::{Ask, Literal};

const TRAIL: &str = "resource \"aws_cloudtrail\" \"t\" {\n  name = var.v\n  kms_key_id = var.v\n}\n";

fn name_with(files: &[(&str, &str)], inputs: &Inputs) -> String {
    let main = format!("variable \"v\" {{\n  default = \"default\"\n}}\n{TRAIL}");
    let files: Vec<(&str, &str)> = [("main.tf", main.as_str())].into_iter().chain(files.iter().copied()).collect();
    trail(&unit_with(&files, inputs), "aws_cloudtrail.t", "TrailName")
}

#[test]
fn the_last_of_terraforms_order_counts() {
    let environment = Inputs { environment: vec![("TF_VAR_v".into(), "env".into())], ..Inputs::default() };
    let option = Inputs { variables: vec![GivenVariable::Value("v".into(), "option".into())], ..environment.clone() };
    let files = [
        ("terraform.tfvars", "v = \"tfvars\""),
        ("terraform.tfvars.json", "{\"v\": \"json ${x}\"}"),
        ("a.auto.tfvars", "v = \"auto\""),
    ];
    assert_eq!(name_with(&[], &Inputs::default()), "\"default\"");
    assert_eq!(name_with(&[], &environment), "\"env\"");
    assert_eq!(name_with(&files[..1], &environment), "\"tfvars\"");
    assert_eq!(name_with(&files[..2], &environment), "\"json ${x}\"");
    assert_eq!(name_with(&files, &environment), "\"auto\"");
    assert_eq!(name_with(&files, &option), "\"option\"");
}

#[test]
fn a_text_is_an_expression_where_the_type_wants_one() {
    let main = "variable \"v\" { type = list(string) }\nresource \"aws_cloudtrail\" \"t\" { name = var.v[0] }";
    let inputs = Inputs { variables: vec![GivenVariable::Value("v".into(), "[\"x\"]".into())], ..Inputs::default() };
    assert_eq!(trail(&unit_with(&[("main.tf", main)], &inputs), "aws_cloudtrail.t", "TrailName"), "\"x\"");
}

#[test]
fn types_convert_and_fill_in() {
    for (declaration, expression, expected) in [
        ("type = bool\n default = \"true\"", "var.v", "true"),
        ("type = string\n default = 1", "var.v", "\"1\""),
        (
            "type = object({ a = optional(string, \"x\"), b = optional(number) })\n default = {}",
            "var.v",
            "{a = \"x\", b = null}",
        ),
        ("type = string\n nullable = false\n default = \"d\"", "var.v", "\"d\""),
        ("type = any\n default = null", "var.v", "null"),
        // A default stands in for null too, whatever object is given.
        ("type = object({ a = optional(bool, true) })", "var.v.a == null", "false"),
        ("type = object({ a = object({ b = optional(string, \"x\") }) })", "var.v.a.b == null", "false"),
        ("type = list(object({ a = optional(bool, true) }))", "var.v[0].a == null", "false"),
        ("type = object({ a = optional(bool) })", "var.v.a == null", "pending: var.v.a == null"),
    ] {
        let variable = format!("variable \"v\" {{\n {declaration}\n}}");
        assert_eq!(evaluated(expression, &variable), expected, "{declaration}");
    }
}

#[test]
fn every_input_can_be_open() {
    let main = format!("variable \"v\" {{\n  type = string\n  default = \"default\"\n}}\n{TRAIL}");
    let inputs = Inputs { open: OpenInputs::Any, ..Inputs::default() };
    let unit = unit_with(&[("main.tf", &main)], &inputs);
    assert_eq!(trail(&unit, "aws_cloudtrail.t", "TrailName"), "open: var.v");
}

#[test]
fn where_every_input_is_open_a_map_that_names_resources_keeps_its_keys_only() {
    let main = "variable \"trails\" {\n  type = map(object({ name = string }))\n  default = { a = { name = \"x\" } }\n}
resource \"aws_cloudtrail\" \"t\" {
  for_each       = var.trails
  name           = each.value.name
  s3_bucket_name = \"logs\"
}\n";
    let inputs = Inputs { open: OpenInputs::Any, ..Inputs::default() };
    let unit = unit_with(&[("main.tf", main)], &inputs);
    assert_eq!(trail(&unit, "aws_cloudtrail.t[\"a\"]", "TrailName"), "open: var.trails.a.name");
    let notes: Vec<String> = unit.notes().into_iter().map(|note| note.message).collect();
    assert!(notes.len() == 1 && notes[0].starts_with("var.trails keeps the keys of its default"), "{notes:?}");
}

/// What belongs to a bucket names no resource that a control is about: what it is repeated over is open.
#[test]
fn where_every_input_is_open_a_set_that_only_repeats_what_belongs_to_a_bucket_is_open() {
    let main = "variable \"open\" {\n  type = set(string)\n  default = [\"b\"]\n}
resource \"aws_s3_bucket_acl\" \"open\" {
  for_each = var.open
  bucket   = each.key
}\n";
    let inputs = Inputs { open: OpenInputs::Any, ..Inputs::default() };
    let unit = unit_with(&[("main.tf", main)], &inputs);
    let world = World::default();
    let value = property_in(&unit, Kind::BucketAcl, "aws_s3_bucket_acl.open[\"*\"]", "Bucket", &world);
    assert_eq!(show(&value), "open: var.open[*]");
}

/// The world's answers leave one value: that is the value.
#[test]
fn an_answer_settles_a_variable() {
    let unit = module(&format!("variable \"v\" {{ type = string }}\n{TRAIL}"));
    let value = property_in(&unit, Kind::Trail, "aws_cloudtrail.t", "TrailName", &World::default());
    let Data::Open(input) = &value.data else { panic!("{}", show(&value)) };
    let is = Question::new(input.clone(), Ask::Is(Literal::Text("prod".into())));
    let world = World::default().with(is, true);
    assert_eq!(show(&property_in(&unit, Kind::Trail, "aws_cloudtrail.t", "TrailName", &world)), "\"prod\"");
}

#[test]
fn what_has_no_type_may_be_empty_without_being_the_empty_text() {
    let is_empty = "var.x == \"\" ? \"text\" : length(var.x) == 0 ? \"nothing\" : \"something\"";
    let untyped = [
        "var.x == \"\": \"text\"",
        "not var.x == \"\", length(var.x) > 0: \"something\"",
        "not var.x == \"\", not length(var.x) > 0: \"nothing\"",
    ];
    assert_eq!(in_all_worlds(is_empty, "variable \"x\" {}"), untyped);
    let text = ["var.x == \"\": \"text\"", "not var.x == \"\": \"something\""];
    assert_eq!(in_all_worlds(is_empty, "variable \"x\" {\n  type = string\n}"), text);
    // What becomes a text is one, and of all texts one is empty.
    let same = "upper(var.x) == var.x ? \"same\" : var.x";
    let worlds = in_all_worlds(&format!("tostring({same}) == \"\" ? \"empty\" : \"set\""), "variable \"x\" {}");
    assert!(!worlds.iter().any(|world| world.ends_with("\"empty\"")), "{worlds:?}");
}

/// A type, an expression about a variable of that type which is never null, and what it is worth.
#[test]
fn a_type_says_what_an_object_or_a_tuple_holds() {
    for (ty, expression, worth) in [
        ("object({ a = string, b = bool })", "length(var.x)", "2"),
        ("object({ a = string, b = bool })", "contains(keys(var.x), \"b\")", "true"),
        ("object({ a = string, b = bool })", "[for key, each in var.x : key]", "[\"a\", \"b\"]"),
        ("object({ a = string, b = string })", "tomap(var.x)", "{a = var.x.a, b = var.x.b}"),
        ("tuple([string, number])", "length(var.x)", "2"),
        ("tuple([string, number])", "can(var.x[1])", "true"),
        ("tuple([string, number])", "can(var.x[2])", "false"),
        ("tuple([string, number])", "reverse(var.x)", "[var.x[1], var.x[0]]"),
        ("tuple([object({ a = string })])", "var.x[*].a", "[var.x[0].a]"),
        ("tuple([string, string])", "tolist(var.x)", "[var.x[0], var.x[1]]"),
        ("tuple([string, string])", "format(\"%s-%s\", var.x...)", "\"${var.x[0]}-${var.x[1]}\""),
    ] {
        let variable = format!("variable \"x\" {{\n  type     = {ty}\n  nullable = false\n}}");
        assert_eq!(evaluated(expression, &variable), worth, "{expression} of {ty}");
    }
}

#[test]
fn a_validation_narrows_or_rejects() {
    let open = |condition: &str| {
        let validation = format!("validation {{\n    condition = {condition}\n    error_message = \"No.\"\n  }}");
        let unit = module(&format!("variable \"v\" {{\n  type = string\n  {validation}\n}}\n{TRAIL}"));
        let value = property_in(&unit, Kind::Trail, "aws_cloudtrail.t", "TrailName", &World::default());
        let Data::Open(input) = &value.data else { panic!("{}", show(&value)) };
        (unit, input.clone())
    };
    let text = |text: &str| Literal::Text(text.to_owned());
    let (_, input) = open("contains([\"dev\", \"prod\"], var.v)");
    assert_eq!(input.domain.values, Some(vec![text("dev"), text("prod")]));
    let (_, input) = open("can(regex(\"^(dev|prod)$\", var.v))");
    assert_eq!(input.domain.values, Some(vec![text("dev"), text("prod")]));
    let (_, input) = open("can(regex(\"dev|prod\", var.v))");
    assert_eq!(input.domain.values, None);
    let (_, input) = open("var.v != \"\" && var.v != null");
    assert!(input.domain.never_empty && input.domain.never_null);

    let (_, input) = open("can(regex(\"^[0-9]{12}$\", var.v))");
    assert!(input.domain.never_empty && input.domain.never_null && input.domain.never_wide);
    for condition in ["can(regex(\"[0-9]{12}\", var.v))", "can(regex(\"^[0-9*]{12}$\", var.v))"] {
        let (_, input) = open(condition);
        assert!(input.domain.never_empty && !input.domain.never_wide, "{condition}");
    }

    let (unit, input) = open("substr(var.v, 0, 4) == \"prod\"");
    for (value, rejected) in [("prod-1", false), ("dev", true)] {
        let world = World::default().with(Question::new(input.clone(), Ask::Is(text(value))), true);
        assert_eq!(unit.estate(&world).rejected(), rejected, "{value}");
    }
}

/// What was made of an ephemeral value is one too; where that is not followed, the result is open.
#[test]
fn ephemeral_values_become_null() {
    let ephemeral = r#"
        variable "x" {
          default   = "k"
          ephemeral = true
        }
        locals { same = var.x }
    "#;
    for (expression, expected) in [
        ("ephemeralasnull(var.x)", "null"),
        ("ephemeralasnull(local.same)", "null"),
        ("ephemeralasnull({ a = var.x, b = null })", "{a = null, b = null}"),
        ("ephemeralasnull(ephemeral.aws_secretsmanager_secret_version.s.secret_string)", "null"),
        ("ephemeralasnull(length(var.x))", "open: ephemeralasnull(1)"),
    ] {
        assert_eq!(evaluated(expression, ephemeral), expected, "{expression}");
    }
    let text = evaluated("ephemeralasnull(\"${var.x}-z\")", ephemeral);
    assert!(text == "null" || text.starts_with("open: "), "{text}");
    assert_eq!(evaluated("ephemeralasnull(\"k\")", ""), "\"k\"");
    assert_eq!(evaluated("ephemeralasnull([1, \"a\"])", "variable \"x\" { default = 1 }"), "[1, \"a\"]");
}
