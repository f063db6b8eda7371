//! What a Guard file defines and mentions, read from the engine's own parse tree before anything is evaluated.
//!
//! Knows the shape of that tree (the serialised `RulesFile` of cfn-guard 3.2). A variable or rule that leads back to
//! itself overflows the stack inside the engine, which no caller can catch, so such a file is refused here.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::panic::catch_unwind;

use cfn_guard::commands::Executable;
use cfn_guard::utils::reader::{ReadBuffer, Reader};
use cfn_guard::utils::writer::{WriteBuffer, Writer};
use cfn_guard::{CommandBuilder, ParseTreeBuilder};
use serde_json::Value;

use super::GuardError;

/// The engine's parser recurses with every bracket. A file of rules that people wrote has five or so.
const MAX_NESTING: usize = 64;

/// A file of rules that can be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFile {
    /// The names of its rules, in order; those that take parameters are rules of other rules.
    pub rules: Vec<String>,
    /// The keys its queries name: `Properties`, `KMSKeyId`.
    pub keys: BTreeSet<String>,
    /// The texts it compares with: resource types among them.
    pub texts: BTreeSet<String>,
    /// What a rule says when it fails, by its name, where it says the same whichever clause fails. Authors often write
    /// the message once, after the last clause.
    pub messages: BTreeMap<String, String>,
}

impl RuleFile {
    /// Reads a file. `name` is what messages call it.
    ///
    /// # Errors
    /// The file does not parse, holds no rule, or leads back to itself.
    pub fn parse(name: &str, text: &str) -> Result<Self, GuardError> {
        let error = |message: String| GuardError { rule: name.to_owned(), message };
        let text = text.trim_start_matches('\u{feff}');
        if nesting(text) > MAX_NESTING {
            return Err(error(format!("brackets stand more than {MAX_NESTING} deep")));
        }
        let tree = parse_tree(text).map_err(error)?;
        let rules: Vec<String> = texts_at(&tree, "guard_rules", "/rule_name");
        if rules.is_empty() {
            return Err(error("holds no rule".to_owned()));
        }
        if let Some(circle) = circle(&tree) {
            return Err(error(format!("{circle} leads back to itself, and would be evaluated for ever")));
        }
        let messages = tree.get("guard_rules").and_then(Value::as_array).into_iter().flatten().filter_map(only_message);
        let messages = messages.collect();
        let mut file = Self { rules, keys: BTreeSet::new(), texts: BTreeSet::new(), messages };
        visit(&tree, &mut |key, value| match (key, value) {
            ("Key", Value::String(named)) => _ = file.keys.insert(named.clone()),
            ("value", Value::String(text)) => _ = file.texts.insert(text.clone()),
            _ => {}
        });
        Ok(file)
    }
}

fn parse_tree(text: &str) -> Result<Value, String> {
    let parse = || {
        let mut reader = Reader::new(ReadBuffer::Cursor(Cursor::new(text.as_bytes().to_vec())));
        let mut writer = Writer::new(WriteBuffer::Vec(Vec::new()))?;
        let command = ParseTreeBuilder::default().print_json(true).try_build()?;
        command.execute(&mut writer, &mut reader)?;
        writer.into_string()
    };
    let json = catch_unwind(parse)
        .map_err(|_| "the rule engine stopped unexpectedly".to_owned())?
        .map_err(|refusal| place(&refusal.to_string()))?;
    serde_json::from_str(&json).map_err(|defect| format!("unreadable parse tree: {defect}"))
}

/// Where a text stops being Guard: the engine says it in the middle of a text about itself.
fn place(refusal: &str) -> String {
    let number = |after: &str| {
        let (_, rest) = refusal.split_once(after)?;
        rest.split(|character: char| !character.is_ascii_digit()).next().filter(|number| !number.is_empty())
    };
    match (number(" at line "), number(" at column ")) {
        (Some(line), Some(column)) => format!("line {line}, column {column}: cannot be read as Guard from here on"),
        _ => refusal.to_owned(),
    }
}

/// How deep brackets stand in each other, wherever they stand: one too many inside of a text is no loss.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for character in text.chars() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// A rule's name and its message, if it has one only.
fn only_message(rule: &Value) -> Option<(String, String)> {
    let mut messages = BTreeSet::new();
    visit(rule, &mut |key, value| {
        if key == "custom_message" {
            messages.extend(value.as_str().map(str::trim));
        }
    });
    let message = messages.pop_first().filter(|message| messages.is_empty() && !message.is_empty())?;
    Some((rule.get("rule_name")?.as_str()?.to_owned(), message.to_owned()))
}

fn texts_at(tree: &Value, list: &str, pointer: &str) -> Vec<String> {
    let items = tree.get(list).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.pointer(pointer)?.as_str().map(str::to_owned)).collect()
}

/// Calls `meet` for every key of every object with what it holds, depth first.
fn visit<'t>(tree: &'t Value, meet: &mut impl FnMut(&'t str, &'t Value)) {
    match tree {
        Value::Array(items) => items.iter().for_each(|item| visit(item, meet)),
        Value::Object(entries) => {
            for (key, value) in entries {
                meet(key, value);
                visit(value, meet);
            }
        }
        _ => {}
    }
}

/// A rule, or a variable of the file or of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Definition<'t> {
    Rule(&'t str),
    Variable { rule: Option<&'t str>, name: &'t str },
}

/// The name of something that leads back to itself.
fn circle(tree: &Value) -> Option<String> {
    let mut graph = BTreeMap::new();
    let globals = assignments(tree.get("assignments"));
    for (name, value) in &globals {
        graph.insert(Definition::Variable { rule: None, name }, references(value, None, &globals));
    }
    let list = |key: &str| tree.get(key).and_then(Value::as_array).into_iter().flatten();
    let parameterized = list("parameterized_rules").filter_map(|rule| rule.get("rule"));
    for block in list("guard_rules").chain(parameterized) {
        let Some(rule) = block.get("rule_name").and_then(Value::as_str) else { continue };
        let mut locals = BTreeMap::new();
        visit(block, &mut |key, value| {
            if key == "assignments" {
                locals.extend(assignments(Some(value)));
            }
        });
        for (name, value) in &locals {
            let variable = Definition::Variable { rule: Some(rule), name };
            graph.insert(variable, references(value, Some(rule), &locals));
        }
        graph.insert(Definition::Rule(rule), references(block, Some(rule), &locals));
    }
    let mut finished = BTreeSet::new();
    let found = graph.keys().find_map(|start| back_to_itself(*start, &graph, &mut Vec::new(), &mut finished));
    found.map(|definition| match definition {
        Definition::Rule(name) => format!("the rule `{name}`"),
        Definition::Variable { name, .. } => format!("the variable `%{name}`"),
    })
}

/// The variables a list of assignments defines.
fn assignments(list: Option<&Value>) -> BTreeMap<&str, &Value> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| Some((item.get("var")?.as_str()?, item.get("value")?))).collect()
}

/// What a part of the tree refers to: a name that the rule does not define is the file's.
fn references<'t>(
    part: &'t Value,
    rule: Option<&'t str>,
    locals: &BTreeMap<&'t str, &'t Value>,
) -> Vec<Definition<'t>> {
    let mut found = Vec::new();
    visit(part, &mut |key, value| {
        let Some(text) = value.as_str() else { return };
        if key == "dependent_rule" {
            found.push(Definition::Rule(text));
        } else if let Some(name) = text.strip_prefix('%').filter(|_| key == "Key") {
            let rule = rule.filter(|_| locals.contains_key(name));
            found.push(Definition::Variable { rule, name });
        }
    });
    found
}

fn back_to_itself<'t>(
    at: Definition<'t>,
    graph: &BTreeMap<Definition<'t>, Vec<Definition<'t>>>,
    path: &mut Vec<Definition<'t>>,
    finished: &mut BTreeSet<Definition<'t>>,
) -> Option<Definition<'t>> {
    if path.contains(&at) {
        return Some(at);
    }
    if finished.contains(&at) {
        return None;
    }
    path.push(at);
    let found = graph.get(&at).into_iter().flatten().find_map(|next| back_to_itself(*next, graph, path, finished));
    path.pop();
    finished.insert(at);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_it_defines_and_mentions() {
        let text = "let trails = Resources.*[ Type == 'AWS::CloudTrail::Trail' ]\n\
                    rule KEYS when %trails !empty { %trails.Properties.KMSKeyId exists }\n\
                    rule BOTH { KEYS\n named(%trails) }\n rule named(list) { %list.Properties.TrailName != 'x' }";
        let file = RuleFile::parse("mine", text).unwrap();
        assert_eq!(file.rules, ["KEYS", "BOTH"]);
        assert!(file.keys.contains("KMSKeyId") && file.keys.contains("TrailName"), "{:?}", file.keys);
        assert!(file.texts.contains("AWS::CloudTrail::Trail"), "{:?}", file.texts);
    }

    #[test]
    fn what_leads_back_to_itself_is_refused() {
        for (text, named) in [
            ("let x = %x\nrule a { %x exists }", "%x"),
            ("rule a { let x = %y\n let y = %x\n %y exists }", "the variable `%"),
            ("rule a {\n b\n}\nrule b {\n a\n}", "`a`"),
            ("rule a {\n a\n}", "`a`"),
            ("rule a when b { X exists }\nrule b {\n a\n}", "`a`"),
            ("rule a {\n b(X)\n}\nrule b(p) {\n c(%p)\n}\nrule c(p) {\n b(%p)\n}", "`b`"),
        ] {
            let error = RuleFile::parse("mine", text).expect_err(text);
            assert!(error.message.contains(named) && error.message.contains("leads back"), "{text}: {error}");
        }
    }

    #[test]
    fn one_name_in_two_rules_is_two_variables() {
        let text = "rule a { let x = %y\n %x exists }\nrule b { let y = Resources\n let z = %y\n %z exists }\n\
                    let y = Resources";
        assert!(RuleFile::parse("mine", text).is_ok());
    }

    #[test]
    fn brackets_without_end_are_refused() {
        let error = RuleFile::parse("mine", &"rule a { ".repeat(100_000)).unwrap_err();
        assert!(error.message.contains("deep"), "{error}");
    }
}
