//! The pages of the controls and the README are run: a failing example fails, a passing one passes, the commands work.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A fenced code block: its info string and its text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
        let text: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
        blocks.push((info.to_owned(), text.join("\n") + "\n"));
    }
    blocks
}

/// The verdicts of one control over one file.
fn verdicts(control: &str, name: &str, text: &str) -> Vec<String> {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join(name), text).unwrap();
    let output = Command::cargo_bin("trailwarden")
        .unwrap()
        .current_dir(directory.path())
        .args(["check", "--select", control, "--format", "json"])
        .output()
        .unwrap();
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{control}: {error}: {output:?}"));
    assert_eq!(report["errors"].as_array().unwrap().len(), 0, "{control}: {report}\n{text}");
    let results = report["results"].as_array().unwrap();
    results.iter().map(|result| result["verdict"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_examples_of_each_page_have_their_verdicts() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut seen = 0;
    let mut wrong = Vec::new();
    for number in 1..=7 {
        let page = fs::read_to_string(rules.join(format!("cloudtrail-{number}.md"))).unwrap();
        let control = format!("CloudTrail.{number}");
        for (info, text) in blocks(&page) {
            let (name, expected) = match info.as_str() {
                "hcl fails" => ("main.tf", "fail"),
                "hcl passes" => ("main.tf", "pass"),
                "yaml fails" => ("template.yaml", "fail"),
                "yaml passes" => ("template.yaml", "pass"),
                _ => continue,
            };
            seen += 1;
            let verdicts = verdicts(&control, name, &text);
            if verdicts.is_empty() || verdicts.iter().any(|verdict| verdict != expected) {
                wrong.push(format!("{control}, `{info}`: expected {expected}, got {verdicts:?}\n{text}"));
            }
        }
    }
    assert_eq!(seen, 28, "each page has a failing and a passing example in each language");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn paths_in_the_documents_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root.join(document)).unwrap();
        for word in text.split(['`', '(', ')', ' ', '\n', ',', ';']) {
            let word = word.trim_end_matches(['.', ':']);
            let is_path = ["src/", "rules/", "tests/", "examples/", "docs/", "benches/", ".ci/"]
                .iter()
                .any(|prefix| word.starts_with(prefix));
            if is_path && !word.contains(['<', '*']) {
                assert!(root.join(word).exists(), "{document} names {word}, which does not exist");
            }
        }
    }
}
