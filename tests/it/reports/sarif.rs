//! SARIF against its official schema and what GitHub code scanning takes.

use std::collections::BTreeSet;
use std::fs;

use assert_cmd::Command;
use regex::Regex;
use serde_json::{Value, json};

use super::{ESTATES, Estate, examples, list, number, repository, text};

fn schema() -> jsonschema::Validator {
    let schema = fs::read_to_string(repository().join("tests/fixtures/sarif-2.1.0.json")).unwrap();
    // One pattern of this copy (of a run's language) closes a bracket that it never opened.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap()
}

#[test]
fn sarif_is_valid_for_every_estate() {
    let schema = schema();
    for Estate { name, sarif, .. } in ESTATES.iter() {
        let errors: Vec<String> =
            schema.iter_errors(sarif).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {}", errors.join("\n"));
    }
}

#[test]
fn every_verdict_is_valid_sarif_too() {
    let schema = schema();
    for directory in ["examples", "tests/cases"] {
        let arguments = ["check", "--quiet", "--sarif-full", "--format", "sarif", directory];
        let output =
            Command::cargo_bin("trailwarden").unwrap().current_dir(repository()).args(arguments).output().unwrap();
        let log: Value = serde_json::from_slice(&output.stdout).unwrap();
        let errors: Vec<String> =
            schema.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{directory}: {}", errors.join("\n"));
        let kinds: BTreeSet<&str> =
            list(&log["runs"][0]["results"]).iter().map(|result| text(&result["kind"])).collect();
        assert_eq!(kinds, BTreeSet::from(["fail", "open", "pass"]), "{directory}");
    }
}

#[test]
fn the_schema_refuses_a_broken_document() {
    let schema = schema();
    let sound = &examples().sarif;
    assert!(schema.is_valid(sound));
    for (pointer, value) in [
        ("/version", json!("2.0.0")),
        ("/runs/0/columnKind", json!("bytes")),
        ("/runs/0/results/0/level", json!("critical")),
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", json!(0)),
        ("/runs/0/results/0/message", json!({})),
    ] {
        let mut broken = sound.clone();
        *broken.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is missing")) = value;
        assert!(!schema.is_valid(&broken), "{pointer} may be anything");
    }
}

#[test]
fn sarif_stays_within_what_github_takes() {
    for Estate { name, sarif, .. } in ESTATES.iter() {
        assert_eq!(list(&sarif["runs"]).len(), 1, "{name}: one upload may hold one run of a category");
        let run = &sarif["runs"][0];
        let id = text(&run["automationDetails"]["id"]);
        assert!(id.starts_with("trailwarden/") && id.ends_with('/'), "{name}: {id}");
        for rule in list(&run["tool"]["driver"]["rules"]) {
            for required in ["/id", "/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown"] {
                let words = rule.pointer(required).map(text).unwrap_or_default();
                assert!(!words.trim().is_empty(), "{name}: {required} of {rule}");
                assert!(
                    required.ends_with("markdown") || words.chars().count() <= 1024,
                    "{name}: {required} is too long"
                );
            }
            assert!(text(&rule["helpUri"]).starts_with("https://"), "{name}: {}", rule["helpUri"]);
            assert!((1..=10).contains(&list(&rule["properties"]["tags"]).len()), "{name}: {}", rule["properties"]);
            let score: f64 = text(&rule["properties"]["security-severity"]).parse().unwrap();
            assert!(score > 0.0 && score <= 10.0, "{name}: {score}");
        }
        let mut lines = BTreeSet::new();
        for result in list(&run["results"]) {
            assert!(!text(&result["message"]["text"]).is_empty(), "{name}: {result}");
            assert_eq!(list(&result["locations"]).len(), 1, "{name}");
            let index = number(&result["ruleIndex"]);
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"], "{name}");
            let place = &result["locations"][0]["physicalLocation"];
            let (start, end) = (&place["region"]["startLine"], &place["region"]["endLine"]);
            assert_eq!(start, end, "{name}: a region of several lines is not shown in a pull request");
            let hash = text(&result["partialFingerprints"]["primaryLocationLineHash"]);
            assert!(
                lines.insert((result["ruleId"].to_string(), place["artifactLocation"].to_string(), hash.to_owned())),
                "{name}: {hash} stands for two alerts"
            );
            every_link_leads_somewhere(name, result);
        }
        every_place_is_complete(name, sarif);
    }
}

fn every_link_leads_somewhere(name: &str, result: &Value) {
    let link = Regex::new(r"[^\\]\]\((\d+)\)").unwrap();
    let linked: Vec<String> =
        link.captures_iter(text(&result["message"]["text"])).map(|found| found[1].to_owned()).collect();
    let related: Vec<String> = list(&result["relatedLocations"]).iter().map(|place| place["id"].to_string()).collect();
    assert_eq!(linked, related, "{name}: {}", result["message"]);
}

/// Wherever a place stands in the document, its path is relative and its region has all four numbers.
fn every_place_is_complete(name: &str, value: &Value) {
    if let Some(uri) = value.pointer("/artifactLocation/uri").map(text) {
        let bad = uri.is_empty() || uri.starts_with(['/', '.']) || uri.contains("://") || uri.contains('\\');
        assert!(!bad, "{name}: {uri}");
        let encoded = uri.chars().all(|c| c.is_ascii_alphanumeric() || "-._~/%".contains(c));
        assert!(encoded, "{name}: {uri} is not percent-encoded");
    }
    if let Some(region) = value.get("region") {
        let [line, column, end_line, end_column] =
            ["startLine", "startColumn", "endLine", "endColumn"].map(|key| number(&region[key]));
        assert!(line >= 1 && column >= 1, "{name}: {region}");
        assert!((end_line, end_column) >= (line, column), "{name}: {region}");
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| every_place_is_complete(name, item)),
        Value::Object(fields) => fields.values().for_each(|field| every_place_is_complete(name, field)),
        _ => {}
    }
}
