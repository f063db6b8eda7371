//! What is deployed, from files, variables, modules, Terragrunt and plans: the cases of `tests/configurations`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use assert_cmd::Command;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// A directory of `tests/` whose files belong to the project too.
    copy: Option<String>,
    #[serde(default = "everything")]
    arguments: Vec<String>,
    expect: Vec<String>,
    #[serde(default)]
    notes: Vec<String>,
}

fn everything() -> Vec<String> {
    vec![".".to_owned()]
}

/// A row as a case writes it, without and with its line.
struct Row {
    control: String,
    short: String,
    long: String,
}

impl Row {
    fn of(result: &Value) -> Self {
        let text = |name: &str| result[name].as_str().unwrap_or_default();
        let unit = match text("unit") {
            "." => String::new(),
            unit => format!("{unit}: "),
        };
        let resource = result["resource"].as_str().unwrap_or("account");
        let short = format!("{unit}{} {} {resource}", text("control"), text("verdict"));
        let location = &result["location"];
        let line = format!("{}:{}", location["path"].as_str().unwrap_or_default(), location["start"]["line"]);
        Self { control: text("control").to_owned(), long: format!("{short} {line}"), short }
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What is wrong with a case.
fn differences(case: &Case) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    // The project ends here: it is a git work tree.
    fs::create_dir(directory.path().join(".git")).unwrap();
    if let Some(from) = &case.copy {
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(from), directory.path());
    }
    for (path, text) in &case.files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let output = Command::cargo_bin("trailwarden")
        .unwrap()
        .current_dir(directory.path())
        .args(["check", "--format", "json"])
        .args(&case.arguments)
        .output()
        .unwrap();
    let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) else {
        return vec![format!("no report: {}", String::from_utf8_lossy(&output.stderr))];
    };
    let mut wrong: Vec<String> =
        report["errors"].as_array().unwrap().iter().map(|error| format!("error: {error}")).collect();
    let mut rows: Vec<Row> = report["results"].as_array().unwrap().iter().map(Row::of).collect();
    for expected in &case.expect {
        match rows.iter().position(|row| row.short == *expected || row.long == *expected) {
            Some(at) => drop(rows.remove(at)),
            None => wrong.push(format!("expected {expected}")),
        }
    }
    let is_asked_about =
        |row: &Row| case.expect.is_empty() || case.expect.iter().any(|line| line.contains(&row.control));
    wrong.extend(rows.iter().filter(|row| is_asked_about(row)).map(|row| format!("got      {}", row.long)));
    let notes = report["notes"].to_string();
    wrong
        .extend(case.notes.iter().filter(|note| !notes.contains(*note)).map(|note| format!("no note {note}; {notes}")));
    wrong
}

fn run(topic: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configurations").join(topic);
    let text = fs::read_to_string(&path).unwrap();
    let tree: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    let cases: Vec<Case> = serde_yaml::from_value(merged(tree)).unwrap();
    assert!(cases.len() >= 10, "{topic} holds {} cases only", cases.len());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for half in cases.chunks(cases.len().div_ceil(2)) {
            let wrong = &wrong;
            scope.spawn(move || {
                for case in half {
                    let differences = differences(case);
                    if !differences.is_empty() {
                        wrong.lock().unwrap().push(format!("{topic}: {}\n  {}", case.name, differences.join("\n  ")));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The tree with its merge keys applied.
fn merged(mut tree: serde_yaml::Value) -> serde_yaml::Value {
    tree.apply_merge().unwrap();
    tree
}

#[test]
fn override_files_change_what_others_declare() {
    run("overrides.yaml");
}

#[test]
fn variables_have_the_value_that_counts() {
    run("variables.yaml");
}

#[test]
fn opentofu_files_replace_their_terraform_twins() {
    run("opentofu.yaml");
}

#[test]
fn modules_are_read_where_they_are() {
    run("modules.yaml");
}

#[test]
fn terragrunt_says_what_is_deployed() {
    run("terragrunt.yaml");
}

#[test]
fn parameters_of_controls_ask_for_names() {
    run("parameters.yaml");
}

#[test]
fn findings_of_plans_stand_in_the_sources() {
    run("plans.yaml");
}

#[test]
fn what_a_plan_leaves_unknown_is_what_its_sources_are_worth() {
    run("plan_sources.yaml");
}

#[test]
fn the_cloud_control_provider_is_read() {
    run("cloud_control.yaml");
}

#[test]
fn templates_that_a_module_deploys_are_part_of_it() {
    run("deployed.yaml");
}

#[test]
fn what_a_stack_puts_out_is_worth_what_its_template_says() {
    run("stack_outputs.yaml");
}
