//! Every function and operator over known values, against recordings of the real Terraform.

use indexmap::IndexMap;

use super::super::arguments::Arguments;
use super::super::results::{declared, result_type};
use super::super::{Call, FAMILIES, IMPURE, worked_out};
use super::evaluate::Evaluator;
use crate::source::FileId;
use crate::syntax::{Expansion, ExprKind, hcl};
use crate::terraform::types;
use crate::value::{Data, Reason, Value, World};

const RECORDED: &str = include_str!("../../../../tests/conformance/expressions.txt");

/// What is known to differ, and why that does not matter.
const DIFFERENT: [(&str, &str); 14] = [
    ("coalescelist(null,[\"a\"])", "a list that is null is skipped, and one that is written so is not told from it"),
    ("cidrhost(\"::ffff:1.2.3.0/120\",1)", "Terraform loses bytes of mapped addresses"),
    ("cidrsubnet(\"10.0.0.0/8\",-1,0)", "a negative number of new bits is a limit"),
    ("cidrsubnet(\"10.0.0.0/8\",8,-1)", "Terraform leaves the block silently"),
    ("fileexists(\".\")", "the host tells files from what is none"),
    ("issensitive(\"a\")", "the evaluator of modules tells it"),
    ("issensitive(1)", "the evaluator of modules tells it"),
    ("strrev(\"ae\\u0301b\")", "texts are not normalized"),
    ("substr(\"ae\\u0301b\",1,1)", "texts are not normalized"),
    ("true ? [1] : !tobool(\"x\")", "the evaluator of modules reads types of texts"),
    ("true ? [1] : -\"x\"", "the evaluator of modules reads types of texts"),
    ("true ? [1] : 1 + tonumber(\"x\")", "the evaluator of modules reads types of texts"),
    ("true ? [1] : \"x${tobool(\"x\")}\"", "the evaluator of modules reads types of texts"),
    ("yamldecode(\"a: !!set {x, y}\")", "Terraform refuses the tag, which is not told here"),
];

pub(super) fn recorded() -> impl Iterator<Item = (&'static str, &'static str)> {
    RECORDED.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

/// The value as the recordings write it.
fn shown(evaluator: &Evaluator, expression: &str) -> String {
    let value = evaluator.text(expression);
    match &value.data {
        Data::Failed(_) => return "!error".to_owned(),
        Data::Open(input) if matches!(input.reason, Reason::Broken(_)) => return "!error".to_owned(),
        _ => {}
    }
    let encoded = evaluator.text(&format!("jsonencode({expression})"));
    match &encoded.data {
        Data::Failed(_) => "!error".to_owned(),
        _ => encoded.as_str().map_or_else(|| format!("unknown: {}", value.describe()), str::to_owned),
    }
}

#[test]
fn known_values_are_what_terraform_makes_of_them() {
    let evaluator = Evaluator { names: IndexMap::new(), world: World::default() };
    let mut wrong = Vec::new();
    for (expression, expected) in recorded() {
        let got = shown(&evaluator, expression);
        let different = DIFFERENT.iter().any(|(different, _)| *different == expression);
        if (got == expected) == different {
            let why = match evaluator.text(expression).data {
                Data::Failed(failure) => failure.message.clone(),
                _ => String::new(),
            };
            wrong.push(format!("{expression}\n    expected {expected}\n    got      {got} {why}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} expressions differ from Terraform, or no longer do:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// How many expressions at least call each function.
const CALLS: usize = 6;

#[test]
fn every_function_is_recorded() {
    let recordings = [RECORDED, include_str!("../../../../tests/conformance/planned.txt")];
    let recorded: Vec<&str> =
        recordings.iter().flat_map(|text| text.lines()).filter(|line| line.contains('\t')).collect();
    assert!(recorded.len() >= 1500, "{} expressions are recorded", recorded.len());
    let declared = FAMILIES.iter().flat_map(|family| family.iter()).map(|function| function.name);
    let calls = |line: &str, name: &str| {
        line.match_indices(&format!("{name}(")).any(|(at, _)| {
            !line.get(..at).is_some_and(|before| before.ends_with(|last: char| last.is_alphanumeric() || last == '_'))
        })
    };
    let count = |name: &str| recorded.iter().filter(|line| calls(line, name)).count();
    let few: Vec<(&str, usize)> = declared
        .chain(IMPURE)
        .chain(["try", "can"])
        .map(|name| (name, count(name)))
        .filter(|(_, calls)| *calls < CALLS)
        .collect();
    assert!(few.is_empty(), "fewer than {CALLS} expressions call {few:?}");
}

/// The functions whose type depends on their arguments, as `terraform metadata functions -json` lists them.
const DYNAMIC: [&str; 32] = [
    "chunklist",
    "coalesce",
    "coalescelist",
    "concat",
    "csvdecode",
    "distinct",
    "element",
    "ephemeralasnull",
    "flatten",
    "jsondecode",
    "keys",
    "lookup",
    "matchkeys",
    "merge",
    "nonsensitive",
    "one",
    "regex",
    "regexall",
    "reverse",
    "sensitive",
    "setintersection",
    "setproduct",
    "setsubtract",
    "setunion",
    "slice",
    "templatefile",
    "tolist",
    "tomap",
    "toset",
    "values",
    "yamldecode",
    "zipmap",
];

#[test]
fn every_function_has_a_type_unless_it_depends_on_the_arguments() {
    let functions = FAMILIES.iter().flat_map(|family| family.iter()).map(|function| function.name);
    let mut untyped: Vec<&str> = functions.chain(IMPURE).filter(|name| declared(name).is_none()).collect();
    untyped.sort_unstable();
    assert_eq!(untyped, DYNAMIC);
}

/// What is said of a result that is not known is true of every one that is.
#[test]
fn results_have_the_type_that_is_said_of_them() {
    let evaluator = Evaluator { names: IndexMap::new(), world: World::default() };
    let functions = || FAMILIES.iter().flat_map(|family| family.iter());
    let mut checked = 0;
    for (expression, _) in recorded() {
        let (expr, _) = hcl::parse_expression(FileId(0), expression, 0..expression.len());
        let ExprKind::Call(called) = &expr.kind else { continue };
        let Some(function) = functions().find(|function| function.name == called.name) else { continue };
        if called.expansion == Expansion::LastArgument {
            continue;
        }
        let argument = |span: crate::source::Span| expression.get(span.range()).unwrap_or_default();
        let arguments: Vec<Value> = called.arguments.iter().map(|each| evaluator.text(argument(each.span))).collect();
        let world = &evaluator.world;
        let call = Call { name: &called.name, arguments: arguments.clone(), span: expr.span, world, host: &evaluator };
        let Ok(arguments) = Arguments::check(function, arguments, &call) else { continue };
        let value = worked_out(function, &arguments);
        if !matches!(value.data, Data::Failed(_) | Data::Open(_)) {
            let said = result_type(function.name, &arguments);
            assert!(!said.excludes(&types::of(&value)), "{expression}: {said:?} is said of {}", value.describe());
            checked += 1;
        }
    }
    assert!(checked >= 500, "{checked} results are checked");
}

#[test]
fn there_are_as_many_functions_as_in_terraform() {
    let declared = FAMILIES.iter().map(|family| family.len()).sum::<usize>();
    // `try` and `can` are the evaluator's, because their arguments are evaluated by need.
    assert_eq!(declared + IMPURE.len() + 2, 118, "terraform metadata functions -json lists 118 names");
}

/// What the documentation of OpenTofu says of the functions that Terraform lacks.
#[test]
fn functions_of_opentofu_are_known() {
    let evaluator = Evaluator { names: IndexMap::new(), world: World::default() };
    for (expression, expected) in [
        ("cidrcontains(\"192.168.2.0/20\", \"192.168.2.1\")", "true"),
        ("cidrcontains(\"192.168.2.0/20\", \"192.168.2.0/22\")", "true"),
        ("cidrcontains(\"192.168.2.0/20\", \"192.126.2.1\")", "false"),
        ("cidrcontains(\"192.168.2.0/22\", \"192.168.0.0/20\")", "false"),
        ("cidrcontains(\"fe80::/48\", \"fe80::1\")", "true"),
        ("cidrcontains(\"fe80::/48\", \"192.168.2.1\")", "!error"),
        ("cidrcontains(\"10.0.0.0\", \"10.0.0.0\")", "!error"),
        ("urldecode(\"Hello%20World\")", "\"Hello World\""),
        ("urldecode(\"foo%3Abar%40localhost%3Ffoo%3Dbar%26bar%3Dbaz\")", "\"foo:bar@localhost?foo=bar&bar=baz\""),
        ("urldecode(\"a+b\")", "\"a b\""),
        ("urldecode(\"%zz\")", "!error"),
        ("base64gunzip(\"H4sIAAAAAAACAyspSszM0TUEAGkJ5BEHAAAA\")", "\"trail-1\""),
        ("base64gunzip(\"aGVsbG8=\")", "!error"),
        ("base64gunzip(\"?\")", "!error"),
    ] {
        let got = shown(&evaluator, expression);
        assert_eq!(got.replace("\\u0026", "&"), expected, "{expression}");
    }
}
