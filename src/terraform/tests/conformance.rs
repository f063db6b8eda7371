//! What terraform 1.11 makes of expressions, recorded: each with its result as JSON, or null where terraform stops.
//!
//! The module and the expressions are in `conformance/`. Where terraform is installed, the record is compared with it.

use std::process::Command;

use super::*;

const MODULE: &str = include_str!("conformance/module.tf");
const CHILD: &str = include_str!("conformance/child.tf");
const TEMPLATE: &str = include_str!("conformance/greeting.tpl");

fn recorded() -> Vec<(String, Option<String>)> {
    serde_json::from_str(include_str!("conformance/expressions.json")).expect("the record is JSON")
}

#[test]
fn expressions_are_worth_what_terraform_recorded() {
    on_a_large_stack(|| {
        let differing: Vec<String> = recorded()
            .into_iter()
            .filter_map(|(expression, expected)| {
                let found = encoded(&expression);
                (found != expected).then(|| format!("{expression}\n  terraform: {expected:?}\n  here:      {found:?}"))
            })
            .collect();
        assert!(differing.is_empty(), "{}", differing.join("\n"));
    });
}

/// The value as JSON text; `None` where it is an input named by what Terraform would say.
fn encoded(expression: &str) -> Option<String> {
    // A text function makes characters of the JSON.
    let policy =
        format!("resource \"aws_s3_bucket_policy\" \"it\" {{\n  policy = trimspace(jsonencode({expression}))\n}}");
    let main = format!("{MODULE}\n{policy}\n");
    let unit = unit(&[("main.tf", &main), ("m/main.tf", CHILD), ("greeting.tpl", TEMPLATE)]);
    let kind = Kind::BucketPolicy;
    let value = property_in(&unit, kind, "aws_s3_bucket_policy.it", "PolicyDocument", &World::default());
    match &value.data {
        Data::Open(_) => None,
        _ => Some(value.as_str().map_or_else(|| show(&value), str::to_owned)),
    }
}

/// Where terraform is not installed, the record stands for it.
#[test]
fn agrees_with_the_terraform_that_is_installed() {
    if !Command::new("terraform").arg("version").output().is_ok_and(|output| output.status.success()) {
        return;
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let write =
        |name: &str, text: &str| std::fs::write(directory.path().join(name), text).expect("a file can be written");
    std::fs::create_dir(directory.path().join("m")).expect("a directory can be made");
    write("m/main.tf", CHILD);
    write("greeting.tpl", TEMPLATE);
    let run = |arguments: &[&str]| {
        let output = Command::new("terraform").args(arguments).current_dir(directory.path()).output();
        let output = output.expect("terraform runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    // One expression that terraform refuses would end the whole plan.
    let accepted: Vec<(usize, String, String)> = recorded()
        .into_iter()
        .enumerate()
        .filter_map(|(at, (expression, expected))| Some((at, expression, expected?)))
        .collect();
    let outputs: Vec<String> = accepted
        .iter()
        .map(|(at, expression, _)| format!("output \"o{at}\" {{\n  value = jsonencode({expression})\n}}"))
        .collect();
    write("main.tf", &format!("{MODULE}\n{}\n", outputs.join("\n")));
    run(&["init", "-input=false", "-no-color"]);
    run(&["plan", "-input=false", "-no-color", "-out=plan"]);
    let plan: serde_json::Value = serde_json::from_slice(&run(&["show", "-json", "plan"])).expect("the plan is JSON");
    for (at, expression, expected) in accepted {
        let found = plan.pointer(&format!("/planned_values/outputs/o{at}/value")).and_then(serde_json::Value::as_str);
        assert_eq!(found, Some(expected.as_str()), "{expression}");
    }
}
