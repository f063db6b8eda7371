//! A plan and the sources it was made from have the same verdicts, and so has the plan with its sources: `tests/conformance/modules` holds modules, and for
//! some of them what the real Terraform planned (`--- plan.json`).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

/// A verdict of each control about each resource (`null` stands for the account).
type Verdicts = BTreeMap<(String, String), String>;

fn verdicts(directory: &Path, arguments: &[&str], name: &str) -> Verdicts {
    let check = ["check", "--format", "json"].iter().chain(arguments);
    let output = Command::cargo_bin("trailwarden").unwrap().current_dir(directory).args(check).output().unwrap();
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{name}: {error}: {output:?}"));
    let row = |result: &Value| {
        let words = ["control", "resource", "verdict"].map(|key| result[key].as_str().unwrap_or("null").to_owned());
        let [control, resource, verdict] = words;
        ((control, resource), verdict)
    };
    report["results"].as_array().unwrap().iter().map(row).collect()
}

/// The modules of a family that have a plan: their names, and the text of every section by its path.
fn planned(family: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let case = |text: &str| {
        let (name, sections) = text.split_once('\n').unwrap();
        let sections = format!("\n{sections}");
        let files = sections.split("\n--- ").skip(1).filter_map(|section| section.split_once('\n'));
        (name.to_owned(), files.map(|(path, text)| (path.to_owned(), format!("{text}\n"))).collect())
    };
    let cases = format!("\n{family}");
    let cases = cases.split("\n=== ").skip(1).map(case);
    cases.filter(|(_, files): &(String, BTreeMap<_, _>)| files.contains_key("plan.json")).collect()
}

fn write(directory: &Path, path: &str, text: &str) {
    let path = directory.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn a_plan_and_its_sources_have_the_same_verdicts() {
    let families = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/modules");
    let mut paths: Vec<_> = fs::read_dir(families).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let cases: Vec<_> = paths.iter().flat_map(|path| planned(&fs::read_to_string(path).unwrap())).collect();
    assert!(cases.len() >= 100, "there are {} plans", cases.len());
    let (mut wrong, mut rows) = (Vec::new(), 0);
    for (name, files) in &cases {
        let (sources, plan) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (path, text) in files {
            match path.as_str() {
                "plan.json" => write(plan.path(), path, text),
                // The record of what was planned, for the unit tests.
                "planned" => {}
                _ => write(sources.path(), path, text),
            }
        }
        let both = ["plan.json", "--source", sources.path().to_str().unwrap()];
        let both = verdicts(plan.path(), &both, name);
        let (sources, plan) = (verdicts(sources.path(), &["."], name), verdicts(plan.path(), &["."], name));
        rows += sources.len();
        for (what, plan) in [("plan", plan), ("plan with its sources", both)] {
            let keys: std::collections::BTreeSet<_> = sources.keys().chain(plan.keys()).collect();
            let differ = keys.into_iter().filter(|key| sources.get(*key) != plan.get(*key));
            let difference =
                |key| format!("{name}: {key:?}: sources {:?}, {what} {:?}", sources.get(key), plan.get(key));
            wrong.extend(differ.map(difference));
        }
    }
    assert!(rows >= 500, "there are {rows} verdicts");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
