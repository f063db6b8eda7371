//! A control's page: YAML front matter between two lines of dashes, then Markdown.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Holds, Needs, Parameter, Reason, Rule, Sentences};
use crate::finding::{Control, Severity};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    id: String,
    title: String,
    severity: String,
    holds: Holds,
    needs: Needs,
    url: String,
    summary: String,
    why: String,
    requirements: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    parameters: BTreeMap<String, Parameter>,
    sentences: Sentences,
    reasons: BTreeMap<String, Reason>,
    #[serde(default)]
    notes: BTreeMap<String, String>,
}

/// The control that a page and its Guard rule describe; what is wrong with the page otherwise.
pub(super) fn read(name: &str, page: &str, guard: &str) -> Result<Rule, String> {
    let (front, body) = page
        .strip_prefix("---\n")
        .and_then(|page| page.split_once("\n---\n"))
        .ok_or("does not begin with front matter between two lines of dashes")?;
    let front: FrontMatter = serde_yaml::from_str(front).map_err(|error| error.to_string())?;
    let severity = Severity::parse(&front.severity).ok_or_else(|| format!("no such severity: {}", front.severity))?;
    let control = Control {
        id: front.id,
        title: front.title,
        severity,
        summary: front.summary,
        why: front.why,
        page: body.trim().to_owned(),
        url: front.url,
        requirements: front.requirements.into_iter().collect(),
    };
    Ok(Rule {
        control,
        holds: front.holds,
        needs: front.needs,
        name: name.to_owned(),
        guard: guard.to_owned(),
        parameters: front.parameters,
        sentences: front.sentences,
        reasons: front.reasons,
        notes: front.notes,
    })
}
