//! Small tricky estates with the verdicts they must have: `tests/cases/<name>/expected.json` gives, for each control,
//! the verdict of each resource (`""` stands for the account).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

type Verdicts = BTreeMap<String, BTreeMap<String, String>>;

fn verdicts(directory: &Path) -> Verdicts {
    let output = Command::cargo_bin("trailwarden")
        .unwrap()
        .current_dir(directory)
        .args(["check", "--format", "json", "."])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{}: {error}: {output:?}", directory.display()));
    let mut verdicts = Verdicts::new();
    for result in report["results"].as_array().unwrap() {
        let control = result["control"].as_str().unwrap().to_owned();
        let resource = result["resource"].as_str().unwrap_or_default().to_owned();
        verdicts.entry(control).or_default().insert(resource, result["verdict"].as_str().unwrap().to_owned());
    }
    verdicts
}

#[test]
fn every_case_has_its_verdicts() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut directories: Vec<_> = fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path()).collect();
    directories.sort();
    assert!(!directories.is_empty());
    let mut wrong = Vec::new();
    for directory in directories {
        let expected = fs::read_to_string(directory.join("expected.json")).unwrap();
        let expected: Verdicts = serde_json::from_str(&expected).unwrap();
        let got = verdicts(&directory);
        let name = directory.file_name().unwrap().to_string_lossy().into_owned();
        for (control, rows) in &expected {
            for (resource, verdict) in rows {
                let got = got.get(control).and_then(|rows| rows.get(resource)).map_or("(missing)", String::as_str);
                if got != verdict {
                    let resource = if resource.is_empty() { "the account" } else { resource };
                    wrong.push(format!("{name}: {control} of {resource}: expected {verdict}, got {got}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
