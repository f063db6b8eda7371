//! Ways to write the link from a trail to its bucket and to what belongs to it: `tests/links`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value as Json;
use serde_yaml::{Mapping, Value as Yaml};
use tempfile::TempDir;

const CONTROLS: [&str; 2] = ["CloudTrail.6", "CloudTrail.7"];

/// One result of a run: its verdict, its notes, what it says helps, and its related places.
struct Outcome {
    verdict: String,
    notes: String,
    help: String,
    related: String,
}

/// What both controls say, by control and trail; a trail of another unit than the directory is `unit: address`.
fn check(directory: &Path) -> BTreeMap<(String, String), Outcome> {
    let output = Command::cargo_bin("trailwarden")
        .unwrap()
        .current_dir(directory)
        .args(["check", "--select", "CloudTrail.6", "--select", "CloudTrail.7", "--format", "json", "."])
        .output()
        .unwrap();
    let report: Json = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let results = report["results"].as_array().unwrap().iter().map(|result| {
        let (unit, resource) = (text(&result["unit"]), text(&result["resource"]));
        let trail = if unit.is_empty() || unit.starts_with("t.") || unit == "." {
            resource
        } else {
            format!("{unit}: {resource}")
        };
        let notes = result["notes"].as_array().unwrap().iter().map(|note| text(&note["message"]));
        let notes = notes.collect::<Vec<_>>().join("\n");
        let related = result["related"].as_array().unwrap().iter();
        let related = related.map(|label| {
            let place = &label["location"];
            format!("{}:{} {}", text(&place["path"]), place["start"]["line"], text(&label["message"]))
        });
        let related = related.collect::<Vec<_>>().join("\n");
        let (verdict, help) = (text(&result["verdict"]), text(&result["help"]));
        ((text(&result["control"]), trail), Outcome { verdict, notes, help, related })
    });
    results.collect()
}

/// `@open(X)`: a public ACL and access logging for the bucket that `X` names.
fn expanded(text: &str) -> String {
    let lines = text.lines().enumerate().map(|(number, line)| {
        let Some(bucket) = line.strip_prefix("@open(").and_then(|rest| rest.strip_suffix(')')) else {
            return format!("{line}\n");
        };
        let acl = format!("  bucket = {bucket}\n  acl = \"public-read\"\n");
        let logging = format!("  bucket = {bucket}\n  target_bucket = \"access-logs\"\n  target_prefix = \"\"\n");
        format!(
            "resource \"aws_s3_bucket_acl\" \"open{number}\" {{\n{acl}}}\n\
             resource \"aws_s3_bucket_logging\" \"open{number}\" {{\n{logging}}}\n"
        )
    });
    lines.collect()
}

fn write(files: &Mapping) -> TempDir {
    let directory = TempDir::new().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name.as_str().unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, expanded(text.as_str().unwrap())).unwrap();
    }
    directory
}

/// What is wrong with one entry, a line each.
fn wrong(entry: &Mapping) -> Vec<String> {
    let directory = write(entry["files"].as_mapping().unwrap());
    let outcomes = check(directory.path());
    let name = entry["name"].as_str().unwrap();
    let mut wrong = Vec::new();
    for (trail, verdicts) in entry["expect"].as_mapping().unwrap() {
        for (control, expected) in CONTROLS.iter().zip(verdicts.as_sequence().unwrap()) {
            let outcome = outcomes.get(&((*control).to_owned(), trail.as_str().unwrap().to_owned()));
            let got = outcome.map_or("(missing)", |outcome| outcome.verdict.as_str());
            let expected = expected.as_str().unwrap();
            if got != expected {
                wrong.push(format!("{name}: {control} of {trail:?}: {got}, expected {expected}"));
            }
        }
    }
    let of = |part: &str, outcome: &Outcome| match part {
        "notes" => outcome.notes.clone(),
        "help" => outcome.help.clone(),
        _ => outcome.related.clone(),
    };
    for part in ["notes", "help", "related"] {
        for (control, words) in entry.get(part).and_then(Yaml::as_mapping).into_iter().flatten() {
            let (control, words) = (control.as_str().unwrap(), words.as_str().unwrap());
            let outcomes = outcomes.iter().filter(|((judged, _), _)| judged == control);
            let said: Vec<String> = outcomes.map(|(_, outcome)| of(part, outcome)).collect();
            if !said.iter().any(|said| said.contains(words)) {
                wrong.push(format!("{name}: {part} of {control} nowhere says \"{words}\": {said:?}"));
            }
        }
    }
    wrong
}

#[test]
fn every_way_to_write_a_link_leads_to_the_bucket_and_what_belongs_to_it() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/links");
    let (mut count, mut failures) = (0, Vec::new());
    for file in ["terraform", "cloudformation", "units", "known"] {
        let text = fs::read_to_string(directory.join(format!("{file}.yaml"))).unwrap();
        let entries: Vec<Mapping> = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        count += entries.len();
        failures.extend(entries.iter().flat_map(wrong));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count >= 40, "only {count} ways");
}
