//! Expressions. Where Terraform surprises, the result is what terraform 1.11 prints.

use super::*;

#[test]
fn expressions_are_worth_what_terraform_prints() {
    let locals = r#"
        locals {
          l      = ["a", "b"]
          o      = { x = 1, y = { z = true } }
          nul    = null
          people = [{ name = "ann", age = 3 }, { name = "bob", age = 4 }]
        }
    "#;
    for (expression, expected) in [
        ("1 + 2 * 3", "7"),
        ("-(2 - 5)", "3"),
        ("7 % 4", "3"),
        ("\"5\" > 3", "true"),
        ("\"true\" == true", "false"),
        ("true ? 1 : \"a\"", "\"1\""),
        ("false ? 1 : null", "null"),
        ("\"a-${1 + 1}-b\"", "\"a-2-b\""),
        ("\"${true}\"", "true"),
        ("\"%{ if true }yes%{ else }no%{ endif }\"", "\"yes\""),
        ("\"%{ for k, v in local.l }${k}${v} %{ endfor }\"", "\"0a 1b \""),
        ("local.l[1]", "\"b\""),
        ("local.l.0", "\"a\""),
        ("local.o.y.z", "true"),
        ("local.o[\"x\"]", "1"),
        ("local.people[*].name", "[\"ann\", \"bob\"]"),
        ("local.people.*.age", "[3, 4]"),
        ("local.nul[*]", "[]"),
        ("local.o[*].x", "[1]"),
        ("[for p in local.people : p.name if p.age > 3]", "[\"bob\"]"),
        ("{ for p in local.people : p.name => p.age }", "{ann = 3, bob = 4}"),
        ("{ for i, p in local.people : \"k\" => i... }", "{k = [0, 1]}"),
        ("[for k, v in { b = 1, a = 2 } : \"${k}${v}\"]", "[\"a2\", \"b1\"]"),
        ("try(local.o.missing, \"fallback\")", "\"fallback\""),
        ("can(local.l[7])", "false"),
        ("path.module", "\".\""),
        // Since version 1.12 an operand that decides does so on either side, whatever the other fails by.
        ("false && local.l[3]", "false"),
        ("local.l[3] || true", "true"),
    ] {
        assert_eq!(evaluated(expression, locals), expected, "{expression}");
    }
}

/// Terraform stops; in every world, so that the value is an input named by the error.
#[test]
fn what_terraform_refuses_is_open_and_named() {
    let locals = "locals {\n  l = [1]\n  nul = null\n}";
    for expression in [
        "local.l[1]",
        "local.l.name",
        "local.nul.x",
        "\"a${local.nul}\"",
        "\"a${local.l}\"",
        "1 + \"a\"",
        "true && local.l[3]",
        "false || local.nul",
        "false && local.nul",
        "true || \"a\"",
        "local.missing",
        "var.missing",
        "aws_s3_bucket.missing.id",
        "nonsense",
    ] {
        let value = evaluated(expression, locals);
        assert!(value.starts_with("open: "), "{expression} is {value}");
    }
}

#[test]
fn a_local_value_that_leads_back_to_itself_ends() {
    let locals = "locals {\n  a = local.b\n  b = [local.c]\n  c = local.a\n}";
    assert_eq!(evaluated("local.a", locals), "[local.a]");
}

#[test]
fn long_chains_and_explosions_reach_a_limit() {
    on_a_large_stack(explode);
}

fn explode() {
    let lines = |count: u32, line: fn(u32) -> String| (0..count).map(line).collect::<Vec<_>>().join("\n");
    let chain = lines(5_000, |n| format!("  a{n} = local.a{}", n + 1));
    assert!(evaluated("local.a0", &format!("locals {{\n{chain}\n  a5000 = 1\n}}")).starts_with("open: "));
    let doubled = lines(60, |n| format!("  a{n} = [local.a{0}, local.a{0}]", n + 1));
    assert!(
        evaluated("length(jsonencode(local.a0))", &format!("locals {{\n{doubled}\n  a60 = 1\n}}"))
            .starts_with("open: ")
    );
    let doubled = lines(60, |n| format!("  a{n} = \"${{local.a{0}}}${{local.a{0}}}\"", n + 1));
    assert!(evaluated("length(local.a0)", &format!("locals {{\n{doubled}\n  a60 = \"x\"\n}}")).starts_with("open: "));
}

/// A value counts its own steps, so that what refers to a costly one is not beyond the limit too; what would be gone
/// through again and again is.
#[test]
fn a_value_that_takes_too_many_steps_is_named() {
    let costly = "locals {\n  many = range(1000)\n  costly = [for a in local.many : [for b in local.many : a + b]]\n}";
    assert_eq!(evaluated("local.costly", costly), "open: local.costly");
    let table = "locals {\n  table = { for n in range(1000) : \"k${n}\" => [n, n, n] }\n}";
    assert_eq!(evaluated("length([for n in range(1000) : local.table[\"k${n}\"]])", table), "1000");
    let again = "[for n in range(1000) : [for m in range(1000) : length(local.table)]]";
    assert_eq!(evaluated(&format!("length({again})"), table), "open: what lies beyond a limit");
}

#[test]
fn logic_is_decided_by_what_is_known() {
    let variables = "variable \"b\" { type = bool }\nvariable \"s\" { type = string }";
    for (expression, expected) in [
        ("var.b && false", "false"),
        ("var.b || true", "true"),
        ("var.b && true", "pending: var.b"),
        ("!var.b", "pending: var.b"),
        ("var.s == \"prod\"", "pending: var.s == \"prod\""),
        ("var.s == \"prod\" ? 1 : 2", "pending: var.s == \"prod\""),
        ("\"x-${var.s}\"", "\"x-${var.s}\""),
        ("var.s", "open: var.s"),
        ("try(var.s, 1)", "open: var.s"),
        ("{ a = var.s }", "{a = var.s}"),
        ("[var.s][0]", "open: var.s"),
    ] {
        assert_eq!(evaluated(expression, variables), expected, "{expression}");
    }
}

/// `local.retention[var.env]`: which key it is, is asked one by one, and an unknown key is refused.
#[test]
fn an_open_key_of_a_known_map_is_asked_about() {
    let more = "variable \"env\" {}\nlocals {\n  m = { dev = 1, prod = 2 }\n}";
    let first = question(&evaluated_in("local.m[var.env]", more, &World::default()));
    assert_eq!(first.describe(), "var.env == \"dev\"");
    let dev = World::default().with(first.clone(), true);
    assert_eq!(show(&evaluated_in("local.m[var.env]", more, &dev)), "1");
    let other = World::default().with(first, false);
    let second = question(&evaluated_in("local.m[var.env]", more, &other));
    assert_eq!(show(&evaluated_in("local.m[var.env]", more, &other.with(second.clone(), true))), "2");
    let neither = evaluated_in("local.m[var.env]", more, &other.with(second, false));
    assert!(matches!(neither.data, Data::Failed(_)), "{}", neither.describe());
}

#[test]
fn values_remember_their_way() {
    let unit = module(
        "locals {\n  name = \"central\"\n}\nresource \"aws_cloudtrail\" \"t\" {\n  s3_bucket_name = local.name\n}",
    );
    let value = property_in(&unit, Kind::Trail, "aws_cloudtrail.t", "S3BucketName", &World::default());
    assert_eq!(places(&unit, &value), ["local.name", "name", "\"central\""]);
    let absent = property_in(&unit, Kind::Trail, "aws_cloudtrail.t", "KMSKeyId", &World::default());
    assert_eq!(places(&unit, &absent), ["resource \"aws_cloudtrail\" \"t\""]);
}

/// A workspace has a name: <https://developer.hashicorp.com/terraform/language/state/workspaces>
#[test]
fn the_name_of_the_workspace_is_a_text() {
    for (expression, worth) in [
        ("can(upper(terraform.workspace))", "true"),
        ("try(length(terraform.workspace), 0) > 0", "true"),
        ("try(\"${terraform.workspace}-x\", \"\") != \"\"", "true"),
        ("can([for each in terraform.workspace : each])", "false"),
        ("terraform.workspace == \"prod\"", "pending: terraform.workspace == \"prod\""),
    ] {
        assert_eq!(evaluated(expression, ""), worth, "{expression}");
    }
}

/// Nobody knows what lies outside of the project: another machine has other files there.
#[test]
fn what_lies_outside_of_the_project_is_open() {
    for expression in
        ["fileexists(\"/etc/passwd\")", "fileexists(\"../x\")", "fileset(\"..\", \"*\")", "file(\"../x\")"]
    {
        assert_eq!(evaluated(expression, ""), format!("open: {expression}"));
    }
    assert_eq!(evaluated("fileexists(\"../project/main.tf\")", ""), "true");
    assert_eq!(evaluated("fileexists(\"x/../nope\")", ""), "false");
}

/// Terraform reads what this program does not follow: that it cannot be read is no answer.
#[test]
fn a_limit_is_no_failure() {
    let deep = format!("jsondecode(\"{}{}\")", "[".repeat(200), "]".repeat(200));
    for expression in [format!("try(length({deep}), 7) == 7"), format!("can({deep})")] {
        let value = evaluated_in(&expression, "", &World::default());
        assert!(matches!(value.data, Data::Pending(_) | Data::Open(_)), "{}", show(&value));
    }
    assert_eq!(evaluated("can(jsondecode(\"[\"))", ""), "false");
}
