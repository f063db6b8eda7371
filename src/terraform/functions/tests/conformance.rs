//! Every function and operator over known values, against recordings of the real Terraform.

use indexmap::IndexMap;

use super::super::{FAMILIES, IMPURE};
use super::evaluate::Evaluator;
use crate::value::{Data, Reason, World};

const RECORDED: &str = include_str!("../../../../tests/conformance/expressions.txt");

/// What is known to differ, and why that does not matter.
const DIFFERENT: [(&str, &str); 0] = [];

fn recorded() -> impl Iterator<Item = (&'static str, &'static str)> {
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
    encoded.as_str().map_or_else(|| format!("unknown: {}", value.describe()), str::to_owned)
}

#[test]
fn known_values_are_what_terraform_makes_of_them() {
    let evaluator = Evaluator { names: IndexMap::new(), world: World::default() };
    let mut wrong = Vec::new();
    for (expression, expected) in recorded() {
        let got = shown(&evaluator, expression);
        if got != expected && !DIFFERENT.iter().any(|(different, _)| *different == expression) {
            let why = match evaluator.text(expression).data {
                Data::Failed(failure) => failure.message.clone(),
                _ => String::new(),
            };
            wrong.push(format!("{expression}\n    expected {expected}\n    got      {got} {why}"));
        }
    }
    assert!(wrong.is_empty(), "{} expressions differ from Terraform:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_function_is_recorded() {
    let names = FAMILIES.iter().flat_map(|family| family.iter()).map(|function| function.name);
    // Literal templates are refused by templatestring, and a sensitive value cannot be printed.
    let without = ["templatestring", "sensitive", "ephemeralasnull"];
    let called = |name: &str| recorded().any(|(expression, _)| expression.contains(&format!("{name}(")));
    let missing: Vec<&str> = names.filter(|name| !without.contains(name) && !called(name)).collect();
    assert!(missing.is_empty(), "no expression calls {missing:?}");
}

#[test]
fn there_are_as_many_functions_as_in_terraform() {
    let declared = FAMILIES.iter().map(|family| family.len()).sum::<usize>();
    // `try` and `can` are the evaluator's, because their arguments are evaluated by need.
    assert_eq!(declared + IMPURE.len() + 2, 118, "terraform metadata functions -json lists 118 names");
}
