//! The tables in `tests/cloudformation`: what CloudFormation documents of its functions, row by row, and whole templates
//! with their verdicts. Whatever can be is judged in three spellings, which must be worth the same.

mod spell;
mod values;
mod verdicts;

use std::fs;
use std::path::Path;

use trailwarden::source::FileId;
use trailwarden::syntax::{Node, yaml};

use spell::{SPELLINGS, Spelling, spell};

/// The groups of a table.
fn table(name: &str) -> Vec<Node> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cloudformation").join(name);
    let text = fs::read_to_string(&path).unwrap();
    let mut parsed = yaml::parse(FileId(0), &text);
    assert!(parsed.problems.is_empty(), "{name}: {:?}", parsed.problems);
    parsed.documents.remove(0).items().unwrap_or_else(|| panic!("{name} is no list")).to_vec()
}

fn rows(group: &Node) -> &[Node] {
    group.get("rows").and_then(Node::items).unwrap_or_default()
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key)?.text()
}

/// The page and the sentence a group's rows rest on.
fn grounds(group: &Node) -> String {
    let said = |key| text(group, key).unwrap_or_else(|| panic!("a group without `{key}`: {group:?}"));
    format!("{}: {}", said("page"), said("says"))
}

fn pairs(node: Option<&Node>) -> Vec<(String, String)> {
    let entries = node.map(Node::entries).unwrap_or_default();
    entries.iter().map(|entry| (entry.key.text().unwrap().to_owned(), entry.value.text().unwrap().to_owned())).collect()
}

/// The spellings a row is judged in.
fn spellings(row: &Node) -> Vec<Spelling> {
    match text(row, "spelling") {
        None => SPELLINGS.to_vec(),
        Some(wanted) => SPELLINGS.into_iter().filter(|spelling| spelling.name() == wanted).collect(),
    }
}

/// A node of one of these kinds must have no other keys: a misspelt one would silently test nothing.
fn only(node: &Node, keys: &[&str]) {
    for entry in node.entries() {
        let key = entry.key.text().unwrap();
        assert!(keys.contains(&key), "no such key: `{key}` in {node:?}");
    }
}
