//! Problem matchers and workflow commands over real output.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use assert_cmd::Command;
use regex::Regex;
use serde_json::Value;

use super::{ESTATES, Estate, failures, list, number, text};

fn pattern(editor: &str) -> Value {
    let output = Command::cargo_bin("trailwarden").unwrap().args(["problem-matcher", editor]).output().unwrap();
    let matcher: Value = serde_json::from_slice(&output.stdout).unwrap();
    matcher.pointer("/problemMatcher/0/pattern/0").or(matcher.get("pattern")).unwrap().clone()
}

/// GitHub knows no `info`, and shows nothing for a level it does not know; so its matcher passes over such a line.
#[test]
fn both_matchers_read_every_line() {
    for (editor, reads_info) in [("github", false), ("vscode", true)] {
        let pattern = pattern(editor);
        let regexp = Regex::new(text(&pattern["regexp"])).unwrap();
        for Estate { name, json, line: printed, .. } in ESTATES.iter() {
            let unknown = |result: &&Value| result["verdict"] == "unknown" && reads_info;
            let results: Vec<&Value> =
                failures(json).into_iter().chain(list(&json["results"]).iter().filter(unknown)).collect();
            let mut covered = BTreeSet::new();
            let mut places = BTreeSet::new();
            for line in printed.lines().filter(|line| reads_info || !line.contains(": info[")) {
                let found = regexp.captures(line).unwrap_or_else(|| panic!("{editor} does not read {line:?}"));
                let group = |key: &str| found[number(&pattern[key])].to_owned();
                assert!(["error", "warning", "info"].contains(&group("severity").as_str()), "{line}");
                let key = [group("code"), group("file"), group("line")];
                let said = |result: &&Value| defect(result) == key && group("message") == about(result);
                assert!(results.iter().any(said), "{name}: no result is {line}");
                covered.insert(key);
                let new = places.insert((group("file"), group("line"), group("column")));
                assert!(new, "{name}: editors show one problem for each place: {line}");
            }
            assert!(printed.lines().all(|line| reads_info || regexp.is_match(line) != line.contains(": info[")));
            assert_eq!(covered, results.into_iter().map(defect).collect(), "{name}: {printed}");
        }
    }
}

/// What is wrong where: control, path and line.
fn defect(failure: &Value) -> [String; 3] {
    let location = &failure["location"];
    [text(&failure["control"]).to_owned(), text(&location["path"]).to_owned(), location["start"]["line"].to_string()]
}

/// The subject and what is said of it: a message that begins with its subject goes on after the colon.
fn about(failure: &Value) -> String {
    let subject = failure["resource"].as_str().unwrap_or("account");
    let message = text(&failure["message"]).split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{subject}: {}", message.strip_prefix(&format!("{subject} ")).unwrap_or(&message))
}

/// A workflow command, read back as the runner reads it.
pub(super) struct WorkflowCommand {
    level: String,
    pub(super) properties: BTreeMap<String, String>,
    message: String,
}

impl WorkflowCommand {
    pub(super) fn number(&self, key: &str) -> usize {
        self.properties[key].parse().unwrap()
    }
}

pub(super) fn commands(printed: &str) -> Vec<WorkflowCommand> {
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| data(&text.replace("%3A", ":").replace("%2C", ","));
    let command = |line: &str| {
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (level, properties) = head.split_once(' ').unwrap();
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=').unwrap();
            (key.to_owned(), property(value))
        };
        let properties = properties.split(',').map(pair).collect();
        WorkflowCommand { level: level.to_owned(), properties, message: data(message) }
    };
    printed.lines().map(command).collect()
}

#[test]
fn workflow_commands_read_back() {
    for Estate { name, directory, json, github, .. } in ESTATES.iter() {
        let wanted = |result: &&Value| result["verdict"] == "fail" || result["verdict"] == "unknown";
        let results: Vec<&Value> = list(&json["results"]).iter().filter(wanted).collect();
        let commands = commands(github);
        for level in ["error", "warning", "notice"] {
            assert!(
                commands.iter().filter(|command| command.level == level).count() <= 10,
                "{name}: GitHub drops the rest"
            );
        }
        let mut places = BTreeSet::new();
        for command in commands.iter().filter(|command| command.level != "notice") {
            let place = ["file", "line", "col"].map(|key| command.properties.get(key));
            assert!(places.insert(place), "{name}: two annotations at {place:?}");
            let source = fs::read_to_string(directory.join(&command.properties["file"]));
            assert!(source.is_ok(), "{name}: no file {}", command.properties["file"]);
            assert_eq!(command.number("line"), command.number("endLine"), "{name}: columns need one line");
            assert!(command.number("col") <= command.number("endColumn"), "{name}");
            let known = results.iter().any(|result| {
                command.properties["title"].starts_with(text(&result["control"]))
                    && command.message.starts_with(text(&result["message"]))
            });
            assert!(known, "{name}: {}", command.message);
        }
    }
}
