//! Rules that users bring: Guard files, each with one or more named rules, over the resources of a unit.
//!
//! Knows files of rules and of their unit tests (the format of `cfn-guard test`). Must not know how a run is asked for.
//! <https://docs.aws.amazon.com/cfn-guard/latest/ug/testing-rules.html>

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::finding::{Control, Severity};
use crate::source::Sources;

use super::Status;
use super::guard::{RuleFile, evaluate_each};

/// A file of rules.
#[derive(Debug, Clone)]
pub struct UserRules {
    /// Where it is.
    pub location: PathBuf,
    /// The path as reports print it.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What it defines and mentions.
    pub file: RuleFile,
    /// What reports say about each of its rules.
    pub controls: Vec<Control>,
}

/// What became of the unit tests of one file of rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suite {
    /// How many expectations were met.
    pub met: usize,
    /// The others, a sentence each.
    pub problems: Vec<String>,
    /// What is wrong with files of tests: they could not be run.
    pub unread: Vec<String>,
}

#[derive(Deserialize)]
struct Test {
    name: Option<String>,
    input: serde_yaml::Value,
    expectations: Expectations,
}

#[derive(Deserialize)]
struct Expectations {
    rules: BTreeMap<String, Status>,
}

/// The files of rules that `paths` name: files, and every `*.guard` in a directory and below.
///
/// # Errors
/// A file that cannot be read, does not parse, or would be evaluated for ever; a rule whose name is taken.
pub fn load(paths: &[PathBuf], sources: &Sources) -> Result<Vec<UserRules>, String> {
    let mut found: Vec<UserRules> = Vec::new();
    for path in paths {
        let files = sources.files_below(path, "guard").map_err(|error| format!("{}: {}", error.path, error.message))?;
        if files.is_empty() {
            return Err(format!("{}: holds no file of rules (*.guard)", sources.display(path)));
        }
        for file in files {
            // Most registries keep a page of remarks among their rules, as a file that holds comments only.
            if let Some(rules) = read(&file, sources)? {
                found.push(rules);
            }
        }
    }
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for rules in &found {
        for name in &rules.file.rules {
            if let Some(other) = names.insert(name, &rules.path) {
                return Err(format!("{}: the rule {name} is in {other} already", rules.path));
            }
        }
    }
    Ok(found)
}

fn read(location: &Path, sources: &Sources) -> Result<Option<UserRules>, String> {
    let id = sources.read_configuration(location).map_err(|error| format!("{}: {}", error.path, error.message))?;
    let source = sources.file(id);
    let is_remark = |line: &str| line.trim().is_empty() || line.trim().starts_with('#');
    if source.text.lines().all(is_remark) {
        return Ok(None);
    }
    let file = RuleFile::parse(&source.path, &source.text).map_err(|error| error.to_string())?;
    let controls = file.rules.iter().map(|name| control(name, &source.path, &source.text)).collect();
    let (path, text) = (source.path.clone(), source.text.clone());
    Ok(Some(UserRules { location: location.to_owned(), path, text, file, controls }))
}

/// A rule says no more about itself than its text; Security Hub does not grade it, so it is of medium severity until the
/// configuration says otherwise.
fn control(name: &str, path: &str, text: &str) -> Control {
    Control {
        id: name.to_owned(),
        title: format!("{name} ({path})"),
        severity: Severity::Medium,
        summary: format!("The rule {name} of {path}."),
        why: String::new(),
        page: format!("```\n{}\n```\n", text.trim_end()),
        url: String::new(),
        requirements: Vec::new(),
    }
}

impl UserRules {
    /// Runs the unit tests that stand beside the file: YAML or JSON files in its directory or in `tests` there, whose
    /// names begin with the file's own.
    #[must_use]
    pub fn test(&self, sources: &Sources) -> Suite {
        let mut suite = Suite::default();
        for path in self.tests(sources) {
            let shown = sources.display(&path);
            let text = sources.read_configuration(&path).map(|id| sources.file(id).text.clone());
            let text = text.map_err(|error| error.message);
            let tests = text.and_then(|text| serde_yaml::from_str(&text).map_err(|error| error.to_string()));
            match tests {
                Ok(tests) => self.run(&shown, tests, &mut suite),
                Err(message) => suite.unread.push(format!("{shown}: {message}")),
            }
        }
        suite
    }

    fn tests(&self, sources: &Sources) -> Vec<PathBuf> {
        let stem = self.location.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let directory = self.location.parent().unwrap_or(Path::new("."));
        let is_test = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.strip_prefix(&stem).is_some_and(|rest| rest.starts_with(['.', '_', '-']))
        };
        let below = |extension| sources.files_below(directory, extension).unwrap_or_default();
        ["yaml", "yml", "json"].into_iter().flat_map(below).filter(is_test).collect()
    }

    fn run(&self, path: &str, tests: Vec<Test>, suite: &mut Suite) {
        for (number, test) in tests.into_iter().enumerate() {
            let name = test.name.unwrap_or_else(|| format!("test {}", number + 1));
            let outcomes = serde_json::to_value(&test.input)
                .map_err(|error| error.to_string())
                .and_then(|input| evaluate_each(&self.path, &self.text, &input).map_err(|error| error.message));
            let outcomes = match outcomes {
                Ok(outcomes) => outcomes,
                Err(message) => {
                    suite.unread.push(format!("{path}: {name}: {message}"));
                    continue;
                }
            };
            for (rule, expected) in test.expectations.rules {
                match outcomes.iter().find(|(known, _)| *known == rule).map(|(_, outcome)| outcome.status) {
                    Some(status) if status == expected => suite.met += 1,
                    Some(status) => {
                        suite.problems.push(format!("{path}: {name}: {rule}: expected {expected}, got {status}"));
                    }
                    None => suite.problems.push(format!("{path}: {name}: there is no rule {rule} in {}", self.path)),
                }
            }
        }
    }
}
