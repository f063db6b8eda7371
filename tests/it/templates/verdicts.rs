//! Whole templates with the files beside them, and the verdicts they must have.

use std::collections::BTreeMap;
use std::fs;

use assert_cmd::Command;
use serde_json::Value;
use trailwarden::syntax::{Node, NodeKind};

use super::{Spelling, grounds, only, rows, spell, spellings, table, text};

const TABLES: [&str; 3] = ["for_each.yaml", "include.yaml", "syntax.yaml"];

/// The verdicts of one unit by control and resource (`account` where there is none).
type Verdicts = BTreeMap<String, String>;

#[test]
fn whole_templates_have_their_verdicts() {
    let mut wrong = Vec::new();
    for name in TABLES {
        let groups = table(name);
        let directory = tempfile::tempdir().unwrap();
        let mut expected = BTreeMap::new();
        for (at, (group, row)) in
            groups.iter().flat_map(|group| rows(group).iter().map(move |row| (group, row))).enumerate()
        {
            only(row, &["name", "template", "text", "files", "spelling", "expect"]);
            for spelling in spellings(row) {
                let place = format!("{at}-{}", spelling.name());
                let case = directory.path().join(&place);
                fs::create_dir(&case).unwrap();
                for (file, text) in files(row, spelling) {
                    fs::write(case.join(file), text).unwrap();
                }
                expected.insert(format!("{place}/{}", spelling.file()), (group, row));
            }
        }
        let found = judge(directory.path());
        for (unit, (group, row)) in expected {
            let got = found.get(&unit).cloned().unwrap_or_default();
            for entry in row.get("expect").map(Node::entries).unwrap_or_default() {
                let (subject, wanted) = (entry.key.text().unwrap(), entry.value.text().unwrap());
                let verdict = got.get(subject).map_or("(missing)", String::as_str);
                if verdict != wanted {
                    let case = text(row, "name").unwrap_or_default();
                    wrong.push(format!(
                        "{name}: {case} ({unit}): {subject}: expected {wanted}, got {verdict}\n    {}",
                        grounds(group)
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The template, in its spelling or as it is written, and the files beside it as they are written.
fn files(row: &Node, spelling: Spelling) -> Vec<(String, String)> {
    let template = match (row.get("template"), text(row, "text")) {
        (Some(template), _) => spell(template, spelling),
        (None, Some(text)) => text.to_owned(),
        (None, None) => panic!("neither template nor text: {row:?}"),
    };
    let beside = row.get("files").map(Node::entries).unwrap_or_default().iter().map(|entry| {
        let name = entry.key.text().unwrap().to_owned();
        let text = match &entry.value.kind {
            NodeKind::Scalar(scalar) => scalar.text.clone(),
            _ => spell(&entry.value, Spelling::Json),
        };
        (name, text)
    });
    beside.chain([(spelling.file().to_owned(), template)]).collect()
}

fn judge(directory: &std::path::Path) -> BTreeMap<String, Verdicts> {
    let output = Command::cargo_bin("trailwarden")
        .unwrap()
        .current_dir(directory)
        .args(["check", "--format", "json", "."])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let mut found: BTreeMap<String, Verdicts> = BTreeMap::new();
    for result in report["results"].as_array().unwrap() {
        let control = result["control"].as_str().unwrap().trim_start_matches("CloudTrail");
        let resource = result["resource"].as_str().unwrap_or("account");
        let verdicts = found.entry(result["unit"].as_str().unwrap().to_owned()).or_default();
        verdicts.insert(format!("{resource}{control}"), result["verdict"].as_str().unwrap().to_owned());
    }
    found
}
