//! The table in `tests/exposure` end to end: each row is spelled in every language that can say it, run through the whole
//! check, and CloudTrail.6 must have one answer.

mod cloudformation;
mod terraform;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use rayon::prelude::*;
use serde_json::Value as Json;
use serde_yaml::{Mapping, Value as Yaml};
use tempfile::TempDir;

/// How many rows are checked in one run: estates in one run are looked through for what bears on each other.
const ROWS_A_RUN: usize = 15;

/// What the world gets, for one thing that can be spelled.
pub(super) struct Row {
    pub name: String,
    pub says: String,
    pub number: usize,
    declared: Mapping,
    verdict: String,
}

/// A row in one spelling: what the trail that writes to its bucket is called in a report.
#[derive(Clone)]
pub(super) struct Spelled {
    /// The unit, as a path in the row's directory; empty for the directory.
    pub unit: &'static str,
    /// The trail's address.
    pub trail: String,
}

impl Row {
    pub fn get(&self, key: &str) -> Option<&Yaml> {
        self.declared.get(key)
    }

    /// What `key` declares, one or more.
    pub fn list(&self, key: &str) -> Vec<&Yaml> {
        match self.get(key) {
            None => Vec::new(),
            Some(Yaml::Sequence(items)) => items.iter().collect(),
            Some(one) => vec![one],
        }
    }

    /// The policies a row declares: whole ones, or one made of its `allow` and `deny` statements.
    pub fn policies(&self) -> Vec<Yaml> {
        let mut policies: Vec<Yaml> = self.get("policy").into_iter().chain(self.list("policies")).cloned().collect();
        let statements = self.statements();
        if !statements.is_empty() {
            let version = (Yaml::from("Version"), Yaml::from("2012-10-17"));
            let statement = (Yaml::from("Statement"), Yaml::Sequence(statements));
            policies.push(Yaml::Mapping([version, statement].into_iter().collect()));
        }
        policies
    }

    fn statements(&self) -> Vec<Yaml> {
        let allow = r#"{ Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::logs/*" }"#;
        let deny = r#"{ Effect: Deny, Principal: "*", Action: "s3:*", Resource: ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"] }"#;
        let of = |key: &str, default: &str| -> Vec<Yaml> {
            self.list(key).into_iter().map(|given| statement(default, given)).collect()
        };
        [of("allow", allow), of("deny", deny)].concat()
    }
}

fn statement(default: &str, given: &Yaml) -> Yaml {
    let mut statement: Mapping = serde_yaml::from_str(default).unwrap();
    for (element, value) in given.as_mapping().unwrap() {
        match value {
            Yaml::Tagged(tagged) if tagged.tag == "absent" => statement.remove(element),
            _ => statement.insert(element.clone(), value.clone()),
        };
    }
    Yaml::Mapping(statement)
}

fn rows() -> Vec<Row> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exposure");
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let files: BTreeSet<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    let mut rows = Vec::new();
    for path in files {
        let file = path.file_stem().unwrap().to_str().unwrap();
        let groups: Vec<Mapping> = serde_yaml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for group in &groups {
            let says = group["says"].as_str().unwrap();
            for declared in group["rows"].as_sequence().unwrap() {
                let declared = declared.as_mapping().unwrap().clone();
                rows.push(Row {
                    name: format!("{file}: {}", declared["name"].as_str().unwrap()),
                    says: says.to_owned(),
                    number: rows.len(),
                    verdict: verdict(&declared),
                    declared,
                });
            }
        }
    }
    rows
}

/// What CloudTrail.6 must say: what the row says of it, or what follows from reading and writing.
fn verdict(row: &Mapping) -> String {
    let answers: Vec<&str> =
        row["expect"].as_sequence().unwrap().iter().map(|answer| answer.as_str().unwrap()).collect();
    let follows = match answers.as_slice() {
        ["no", "no"] => "pass",
        answers if answers.contains(&"yes") => "fail",
        _ => "unknown",
    };
    row.get("verdict").and_then(Yaml::as_str).unwrap_or(follows).to_owned()
}

/// The verdicts of CloudTrail.6, by unit and trail.
fn verdicts(directory: &Path) -> BTreeMap<(String, String), String> {
    let output = Command::cargo_bin("trailwarden")
        .unwrap()
        .current_dir(directory)
        .args(["check", "--no-config", "--select", "CloudTrail.6", "--format", "json", "."])
        .output()
        .unwrap();
    let report: Json = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    assert_eq!(report["errors"], Json::Array(Vec::new()));
    let results = report["results"].as_array().unwrap().iter();
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    results.map(|result| ((text(&result["unit"]), text(&result["resource"])), text(&result["verdict"]))).collect()
}

#[test]
fn every_spelling_of_a_row_has_the_same_verdict() {
    let directory = TempDir::new().unwrap();
    let rows = rows();
    let spelled: Vec<Vec<Spelled>> = rows
        .iter()
        .map(|row| {
            let run = directory.path().join(format!("run-{:02}", row.number / ROWS_A_RUN));
            let place = run.join(format!("row-{:03}", row.number));
            fs::create_dir_all(&place).unwrap();
            [cloudformation::spell(row, &place), terraform::spell(row, &place)].concat()
        })
        .collect();
    let runs: Vec<PathBuf> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    let verdicts: BTreeMap<(String, String), String> = runs.par_iter().flat_map_iter(|run| verdicts(run)).collect();
    let mut wrong = Vec::new();
    for (row, spellings) in rows.iter().zip(&spelled) {
        for Spelled { unit, trail } in spellings {
            let place = format!("row-{:03}{}{unit}", row.number, if unit.is_empty() { "" } else { "/" });
            let verdict = verdicts.get(&(place, trail.clone())).map_or("(missing)", String::as_str);
            let in_template =
                row.get("cloudformation").and_then(Yaml::as_str).filter(|_| unit.starts_with("template."));
            let expected = in_template.unwrap_or(&row.verdict);
            if verdict != expected {
                let Row { name, says, .. } = row;
                wrong.push(format!("{name} ({unit} {trail}): {verdict}, expected {expected}\n    {says}"));
            }
        }
    }
    let count = |kind: &str| spelled.iter().flatten().filter(|spelled| spelled.trail.ends_with(kind)).count();
    let spellings: usize = spelled.iter().map(Vec::len).sum();
    assert!(wrong.is_empty(), "{} of {spellings} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(rows.len() >= 400, "only {} rows", rows.len());
    for kind in ["Trail", "TextTrail", "jsonencode", "json", "heredoc", "document", "file", "templatefile"] {
        assert!(count(kind) >= 25, "only {} rows are spelled as {kind}", count(kind));
    }
    for (row, spellings) in rows.iter().zip(&spelled) {
        let of = |terraform: bool| {
            let is_terraform = |spelled: &&Spelled| spelled.trail.starts_with("aws_cloudtrail.");
            spellings.iter().filter(|spelled| is_terraform(spelled) == terraform).count()
        };
        assert!(matches!(of(true), 0 | 3..), "{} is spelled {} times in Terraform", row.name, of(true));
        assert!(matches!(of(false), 0 | 2..), "{} is spelled {} times in CloudFormation", row.name, of(false));
    }
    let in_five_ways = spelled.iter().filter(|spellings| spellings.len() >= 5).count();
    assert!(in_five_ways >= 400, "only {in_five_ways} rows are spelled in five ways");
}
