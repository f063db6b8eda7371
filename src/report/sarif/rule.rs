//! The controls as SARIF's rules, and the standards they serve as its taxonomies.

use serde_json::{Value, json};

use crate::finding::{Control, Finding, Severity};
use crate::report::line::one_line;

/// What code scanning keeps of a rule's tags.
const TAGS: usize = 10;

/// What code scanning takes of a description, in characters.
const DESCRIPTION: usize = 1024;

/// The standards that the controls of a run serve, each with the requirements that occur.
pub(super) struct Taxonomies<'a> {
    of: Vec<(&'a str, Vec<&'a str>)>,
    controls: &'a [Control],
}

impl<'a> Taxonomies<'a> {
    pub(super) fn of(controls: &'a [Control]) -> Self {
        let mut of: Vec<(&str, Vec<&str>)> = Vec::new();
        for (framework, numbers) in controls.iter().flat_map(|control| &control.requirements) {
            let at = of.iter().position(|(known, _)| known == framework).unwrap_or_else(|| {
                of.push((framework, Vec::new()));
                of.len() - 1
            });
            let Some((_, taxa)) = of.get_mut(at) else { continue };
            for number in numbers {
                if !taxa.contains(&number.as_str()) {
                    taxa.push(number);
                }
            }
        }
        Self { of, controls }
    }

    /// `runs[].taxonomies`: whole components. A standard has more requirements than those that occur.
    pub(super) fn components(&self) -> Value {
        let component = |(framework, taxa): &(&str, Vec<&str>)| {
            let taxa: Vec<Value> = taxa.iter().map(|id| json!({ "id": id })).collect();
            json!({ "name": framework, "isComprehensive": false, "taxa": taxa })
        };
        self.of.iter().map(component).collect()
    }

    /// `driver.supportedTaxonomies`.
    pub(super) fn references(&self) -> Value {
        let reference = |(at, (framework, _)): (usize, &(&str, Vec<&str>))| json!({ "name": framework, "index": at });
        self.of.iter().enumerate().map(reference).collect()
    }

    /// The requirements of a control, as references into the components.
    fn requirements(&self, control: &Control) -> Vec<Value> {
        let mut references = Vec::new();
        for (framework, numbers) in &control.requirements {
            let Some(component) = self.of.iter().position(|(known, _)| known == framework) else { continue };
            for number in numbers {
                let taxa = self.of.get(component).map(|(_, taxa)| taxa);
                let index = taxa.and_then(|taxa| taxa.iter().position(|id| id == number));
                let tool = json!({ "name": framework, "index": component });
                references.push(json!({ "id": number, "index": index, "toolComponent": tool }));
            }
        }
        references
    }

    /// `results[].taxa`: the requirements a finding bears on.
    pub(super) fn taxa(&self, finding: &Finding) -> Vec<Value> {
        let control = self.controls.iter().find(|control| control.id == finding.control);
        control.map(|control| self.requirements(control)).unwrap_or_default()
    }

    /// `driver.rules[]`.
    pub(super) fn rules(&self) -> Value {
        self.controls.iter().map(|control| self.rule(control)).collect()
    }

    fn rule(&self, control: &Control) -> Value {
        let mut tags = vec!["security".to_owned(), "aws".to_owned(), "cloudtrail".to_owned()];
        tags.extend(control.requirements.iter().map(|(framework, _)| framework.clone()));
        tags.truncate(TAGS);
        let relationships: Vec<Value> = self
            .requirements(control)
            .into_iter()
            .map(|target| json!({ "target": target, "kinds": ["relevant"] }))
            .collect();
        let why = format!("{} {}", one_line(&control.summary), one_line(&control.why));
        let mut rule = json!({
            "id": control.id,
            "name": control.id.replace('.', ""),
            "shortDescription": { "text": limited(&control.title) },
            "fullDescription": { "text": limited(&control.summary) },
            "help": { "text": format!("{why} {}", control.url).trim(), "markdown": control.page },
            "defaultConfiguration": { "level": if control.severity >= Severity::High { "error" } else { "warning" } },
            "relationships": relationships,
            "properties": { "tags": tags, "precision": "very-high", "security-severity": score(control.severity) },
        });
        // An empty address is none, and code scanning refuses the whole upload for it.
        if let Some(fields) = rule.as_object_mut().filter(|_| !control.url.is_empty()) {
            fields.insert("helpUri".to_owned(), json!(control.url));
        }
        rule
    }
}

/// On one line, no longer than code scanning takes.
fn limited(text: &str) -> String {
    one_line(text).chars().take(DESCRIPTION).collect()
}

/// A number in GitHub's range for the severity: over 9 critical, from 7 high, from 4 medium, above 0 low.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
    }
}
