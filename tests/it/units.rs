//! What belongs together: assemblies, nested stacks, SAM, `StackSets`, exports, parameter files, and which files are
//! templates at all. One table a family, in `tests/units`; its README says how a row is read.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    #[allow(dead_code, reason = "for whoever reads the table")]
    page: Option<String>,
    files: IndexMap<String, String>,
    #[serde(default)]
    check: Vec<String>,
    #[serde(default)]
    stdin: Option<String>,
    expect: Vec<String>,
    #[serde(default)]
    related: Vec<String>,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    notes: Vec<String>,
    #[serde(default)]
    errors: Vec<String>,
    #[serde(default)]
    refused: Option<String>,
}

#[test]
fn assemblies() {
    judge("assemblies.yaml");
}

#[test]
fn nested_stacks() {
    judge("nested.yaml");
}

#[test]
fn serverless_templates() {
    judge("sam.yaml");
}

#[test]
fn rules_of_templates() {
    judge("rules.yaml");
}

#[test]
fn stack_sets() {
    judge("stack-sets.yaml");
}

#[test]
fn exports_and_imports() {
    judge("exports.yaml");
}

#[test]
fn parameter_files() {
    judge("parameters.yaml");
}

#[test]
fn open_inputs() {
    judge("inputs.yaml");
}

#[test]
fn conversions() {
    judge("conversions.yaml");
}

#[test]
fn errors() {
    judge("errors.yaml");
}

#[test]
fn nulls() {
    judge("nulls.yaml");
}

#[test]
fn instances_that_are_not_known() {
    judge("instances.yaml");
}

#[test]
fn accounts() {
    judge("accounts.yaml");
}

#[test]
fn recognition() {
    judge("recognition.yaml");
}

/// Every case of a table; the message of a failure names all that are wrong.
fn judge(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/units").join(table);
    let cases: Vec<Case> = serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert!(cases.len() >= 8, "{table} has only {} cases", cases.len());
    let wrong: Vec<String> = cases.iter().flat_map(wrong).map(|what| format!("{table}: {what}")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with a case.
fn wrong(case: &Case) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in &case.files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    // What is outside of it must not be reached.
    fs::create_dir_all(directory.path().join(".git")).unwrap();
    let mut command = Command::cargo_bin("trailwarden").unwrap();
    command.current_dir(directory.path()).args(["check", "--format", "json", "--quiet"]);
    let controls: BTreeSet<&str> = case.expect.iter().filter_map(|row| row.split(' ').nth(1)).collect();
    command.args(controls.into_iter().flat_map(|control| ["--select", control]));
    let paths = ["."].map(str::to_owned);
    command.args(if case.check.is_empty() { &paths } else { case.check.as_slice() });
    command.write_stdin(case.stdin.clone().unwrap_or_default());
    let output = command.output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    if let Some(refused) = &case.refused {
        let is_refused = output.status.code() == Some(2) && output.stdout.is_empty() && complaint.contains(refused);
        return if is_refused { vec![] } else { vec![format!("{}: {output:?}", case.name)] };
    }
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}: {complaint}", case.name));
    let mut problems = Vec::new();
    let mut differs = |what: &str, expected: &[String], got: &[String]| {
        if expected != got {
            problems.push(format!("{}: {what}:\n  expected {expected:#?}\n  got {got:#?}", case.name));
        }
    };
    let results = report["results"].as_array().unwrap();
    let mut expected = case.expect.clone();
    let mut rows: Vec<String> = results.iter().map(row).collect();
    expected.sort();
    rows.sort();
    differs("rows", &expected, &rows);
    let related: Vec<String> =
        results.iter().flat_map(|result| result["related"].as_array().unwrap()).map(placed).collect();
    let missing = |wanted: &[String], all: &[String]| {
        let lacks = |wanted: &&String| !all.iter().any(|text| text.contains(wanted.as_str()));
        wanted.iter().filter(lacks).cloned().collect::<Vec<_>>()
    };
    differs("related", &missing(&case.related, &related), &[]);
    differs("says", &missing(&case.says, &[report.to_string()]), &[]);
    let texts = |key: &str| -> Vec<String> {
        let all = report[key].as_array().unwrap().iter();
        all.map(|item| format!("{}: {}", item["path"].as_str().unwrap_or_default(), placed(item))).collect()
    };
    let (notes, errors) = (texts("notes"), texts("errors"));
    differs("notes", &missing(&case.notes, &notes), &[]);
    differs("errors", &missing(&case.errors, &errors), &[]);
    if case.errors.len() != errors.len() || case.notes.is_empty() != notes.is_empty() {
        differs("all that is said", &[], &[notes.as_slice(), errors.as_slice()].concat());
    }
    let failed = results.iter().any(|result| result["verdict"] == "fail");
    let code = if errors.is_empty() { i32::from(failed) } else { 2 };
    differs("exit code", &[code.to_string()], &[output.status.code().unwrap().to_string()]);
    problems
}

/// `fail CloudTrail.2 Trail template.yaml:3`
fn row(result: &Value) -> String {
    let text = |key: &str| result[key].as_str().unwrap_or("-").to_owned();
    let place = &result["location"];
    let (path, line) = (place["path"].as_str().unwrap(), &place["start"]["line"]);
    format!("{} {} {} {path}:{line}", text("verdict"), text("control"), text("resource"))
}

/// `template.yaml:3 the trail`
fn placed(item: &Value) -> String {
    let place = &item["location"];
    let message = item["message"].as_str().unwrap();
    match place["path"].as_str() {
        Some(path) => format!("{path}:{} {message}", place["start"]["line"]),
        None => message.to_owned(),
    }
}

/// A template is worth the same on its own, as a nested stack, in a `StackSet` and as a stack of an assembly.
#[test]
fn the_way_a_template_is_deployed_changes_no_verdict() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut templates: Vec<_> =
        fs::read_dir(cases).unwrap().map(|case| case.unwrap().path().join("template.yaml")).collect();
    templates.retain(|template| template.exists());
    templates.sort();
    assert!(templates.len() > 5, "{templates:?}");
    let wrong: Vec<String> = templates.iter().flat_map(|template| differing(template)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The ways of deployment that give a template other verdicts than it has on its own.
fn differing(template: &Path) -> Vec<String> {
    let text = fs::read_to_string(template).unwrap();
    let nested = |kind: &str, property: &str, value: &str| {
        let properties = serde_json::json!({ property: value });
        serde_json::json!({ "Resources": { "Child": { "Type": kind, "Properties": properties } } }).to_string()
    };
    let manifest = serde_json::json!({ "artifacts": { "Stack": {
        "type": "aws:cloudformation:stack", "properties": { "templateFile": "child.yaml" } } } });
    let ways = [
        ("root.json", nested("AWS::CloudFormation::Stack", "TemplateURL", "child.yaml")),
        ("root.json", nested("AWS::CloudFormation::StackSet", "TemplateURL", "child.yaml")),
        ("root.json", nested("AWS::CloudFormation::StackSet", "TemplateBody", &text)),
        ("manifest.json", manifest.to_string()),
    ];
    let alone = verdicts(&text, None);
    let differ = ways.iter().filter(|(name, root)| verdicts(&text, Some((name, root))) != alone);
    differ.map(|(name, root)| format!("{} in {name} {root:.90}", template.display())).collect()
}

/// Control, resource and verdict of every row, without the way to the resource.
fn verdicts(template: &str, root: Option<(&str, &str)>) -> BTreeSet<(String, String, String)> {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("child.yaml"), template).unwrap();
    if let Some((name, text)) = root {
        fs::write(directory.path().join(name), text).unwrap();
    }
    let named = root.map_or("child.yaml", |(name, _)| name);
    let mut command = Command::cargo_bin("trailwarden").unwrap();
    let output = command.current_dir(directory.path()).args(["check", "--format", "json", named]).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |result: &Value, key: &str| result[key].as_str().unwrap_or_default().to_owned();
    let row = |result: &Value| {
        let resource = text(result, "resource").trim_start_matches("Child.").to_owned();
        (text(result, "control"), resource, text(result, "verdict"))
    };
    report["results"].as_array().unwrap().iter().map(row).collect()
}
