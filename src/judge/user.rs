//! Rules that users bring, judged over the resources of a unit: one row a file, one finding a rule and resource.
//!
//! Guard judges a rule over the whole document, so the rows of one file share their worlds. A rule that fails says which
//! resources it fails on; one that passes is one finding for the unit.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::explore::{Exploration, explore};
use crate::finding::{Control, Finding, Subject, Verdict, Whole, fingerprint};
use crate::model::{Estate, Kind, Resource, Unit};
use crate::rules::{Clause, Outcome, ResourcesDocument, Status, UserRules, Words, evaluate_each};
use crate::source::{Sources, Span};
use crate::value::{Ask, Decided, Failure as Refusal, Input, Origin, Stop, World};

use super::{anchor, describe, errors, trace};

/// A file of rules about one unit.
pub struct UserRow<'a> {
    /// The unit.
    pub unit: &'a dyn Unit,
    /// The rules.
    pub rules: &'a UserRules,
    /// How many worlds may be explored.
    pub max_worlds: usize,
    /// The words that no single control owns.
    pub words: &'a Words,
    /// The files.
    pub sources: &'a Sources,
}

/// What one world says: a verdict for each rule, and the resources it looked at.
struct Judged {
    rules: BTreeMap<String, Outcomes>,
    /// By key, trails first.
    resources: IndexMap<String, Resource>,
    /// The first trail, whether or not the rule looks at trails.
    trail: Option<Resource>,
}

/// What one rule says in one world.
struct Outcomes {
    verdict: Verdict,
    /// What failed, by the key of the resource; the empty key where Guard does not say.
    failures: BTreeMap<String, Violation>,
}

/// The first clause that failed on a resource, and where each did.
struct Violation {
    /// For each clause that failed the places its value came through.
    places: Vec<Vec<Span>>,
    origin: Origin,
    message: String,
    attribute: String,
    seen: String,
}

/// The findings of a file of rules about a unit.
#[must_use]
pub fn user_findings(row: &UserRow) -> Vec<Finding> {
    let exploration = explore(row.max_worlds, |world| {
        let estate = row.unit.estate(world);
        if estate.rejected() {
            return Ok(None);
        }
        judge(row.rules, estate.as_ref(), world).map(Some)
    });
    let controls = row.rules.controls.iter();
    controls.flat_map(|control| findings(control, &exploration, row)).collect()
}

fn judge(rules: &UserRules, estate: &dyn Estate, world: &World) -> Decided<Judged> {
    let document = ResourcesDocument::of(estate, world, &rules.file)?;
    let evaluate = |json: &serde_json::Value| {
        evaluate_each(&rules.path, &rules.text, json)
            .map_err(|error| Stop::Reject(Arc::new(Refusal::new(error.to_string(), Origin::default()))))
    };
    let outcomes = evaluate(&document.with_texts())?;
    let compared = document.with_sentinels().map(evaluate).transpose()?.unwrap_or_default();
    let mut judged = BTreeMap::new();
    for (name, outcome) in outcomes {
        let open = compared.iter().find(|(other, _)| *other == name).map(|(_, outcome)| outcome);
        let mut failures = failures(&name, &outcome, open, &document, world)?;
        if let Some(message) = rules.file.messages.get(&name) {
            failures.values_mut().filter(|violation| violation.message.is_empty()).for_each(|violation| {
                violation.message.clone_from(message);
            });
        }
        let verdict = match outcome.status {
            _ if !failures.is_empty() => Verdict::Fail,
            Status::Skip => Verdict::NotApplicable,
            // A rule that failed only where an input was accepted passes.
            Status::Pass | Status::Fail => Verdict::Pass,
        };
        judged.insert(name, Outcomes { verdict, failures });
    }
    let trail = estate.resources(Kind::Trail).into_iter().next();
    Ok(Judged { rules: judged, resources: document.resources, trail })
}

/// What failed in this world.
///
/// # Errors
/// [`Stop`] when a clause looked at something an input decides.
fn failures(
    rule: &str,
    outcome: &Outcome,
    open: Option<&Outcome>,
    document: &ResourcesDocument,
    world: &World,
) -> Decided<BTreeMap<String, Violation>> {
    let mut failures = BTreeMap::new();
    let mut add = |clause: &Clause| {
        let pointer = clause.pointer().unwrap_or_default();
        let key = document.subject(&pointer).map(|(key, _)| key.to_owned()).unwrap_or_default();
        let violation = failures.entry(key).or_insert_with(|| violation(clause, &pointer, document));
        let origin = document.leaves.at(&pointer).origin;
        violation.places.push(origin.hops().map(|hop| hop.span).collect());
    };
    for clause in outcome.clauses() {
        let pointer = clause.pointer().unwrap_or_default();
        if let Some(stop) = document.leaves.stop(&pointer) {
            return Err(stop);
        }
        // What a text must be like cannot be told from its source text: the comparison over sentinels finds it.
        if clause.expected.is_none() || document.open_text(&pointer).is_none() {
            add(clause);
        }
    }
    for clause in open.into_iter().flat_map(Outcome::clauses).filter(|clause| clause.expected.is_some()) {
        let pointer = clause.pointer().unwrap_or_default();
        if let Some(input) = document.open_text(&pointer) {
            let accepted = Input::derived(format!("{rule} accepts {}", input.name), input.origin.clone());
            if !world.ask(&Arc::new(accepted), Ask::True)? {
                add(clause);
            }
        }
    }
    Ok(failures)
}

fn violation(clause: &Clause, pointer: &str, document: &ResourcesDocument) -> Violation {
    // `/Resources/KEY/Properties/A/0/B` is A.B, and `/Resources/KEY/Metadata/A` is Metadata.A.
    let steps = pointer.split('/').skip(3).filter(|step| *step != "Properties" && step.parse::<usize>().is_err());
    let attribute = steps.collect::<Vec<_>>().join(".");
    let origin = document.leaves.at(pointer).origin;
    let is_secret = clause.remaining.is_none() && origin.is_secret();
    let shown = clause.value.as_ref().filter(|value| is_secret && !value.is_null());
    Violation {
        seen: shown.map_or_else(|| clause.seen(), |value| trace::shown(value, &origin)),
        places: Vec::new(),
        origin,
        message: clause.code.clone(),
        attribute,
    }
}

/// The findings of one rule: one for each resource it fails on in some world, otherwise one for the unit.
fn findings(control: &Control, exploration: &Exploration<Option<Judged>>, row: &UserRow) -> Vec<Finding> {
    let worlds: Vec<(&World, &Judged, &Outcomes)> = exploration
        .worlds
        .iter()
        .filter_map(|(world, judged)| {
            let judged = judged.as_ref()?;
            Some((world, judged, judged.rules.get(&control.id)?))
        })
        .collect();
    let mut keys: Vec<&str> = worlds.iter().flat_map(|(.., rule)| rule.failures.keys().map(String::as_str)).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        keys.push("");
    }
    keys.into_iter().filter_map(|key| finding(control, key, &worlds, exploration, row)).collect()
}

fn finding(
    control: &Control,
    key: &str,
    worlds: &[(&World, &Judged, &Outcomes)],
    exploration: &Exploration<Option<Judged>>,
    row: &UserRow,
) -> Option<Finding> {
    let exists = |judged: &Judged| key.is_empty() || judged.resources.contains_key(key);
    let vote = |rule: &Outcomes| match rule.verdict {
        Verdict::Fail if !rule.failures.contains_key(key) && !key.is_empty() => Verdict::Pass,
        verdict => verdict,
    };
    let votes: Vec<(&World, Verdict)> =
        worlds.iter().filter(|(_, judged, _)| exists(judged)).map(|(world, _, rule)| (*world, vote(rule))).collect();
    let merged = errors::merged(exploration, &votes, row.unit);
    let refused = exploration.refused.first();
    let verdict = match &merged {
        _ if !exploration.exploded.is_empty() => Verdict::Unknown,
        None if refused.is_some() => Verdict::Unknown,
        merged => merged.as_ref()?.verdict,
    };
    let cases = merged.map(|merged| merged.cases).unwrap_or_default();
    let cases = errors::without_errors(&cases, exploration, row.unit);
    let (_, judged, _) = worlds.iter().find(|(_, judged, _)| exists(judged))?;
    // A rule may ask for what nobody declares. It is asked for because there is a trail.
    let trail = judged.trail.as_ref().filter(|_| verdict != Verdict::NotApplicable);
    let resource = judged.resources.get(key).or_else(|| judged.resources.values().next()).or(trail);
    let violation = worlds.iter().find_map(|(.., rule)| rule.failures.get(key));
    let location = match (violation, resource) {
        (Some(violation), Some(resource)) => anchor::primary(&violation.origin, resource, row.sources),
        (None, Some(resource)) => row.sources.first_line(resource.header),
        // Nothing that the rule could be about is declared: there is nothing to say.
        (_, None) => return None,
    };
    let address = (!key.is_empty()).then(|| resource.map(|resource| resource.address.clone())).flatten();
    let subject = address.clone().unwrap_or_else(|| row.unit.path().to_owned());
    let attribute = violation.map_or_else(String::new, |violation| violation.attribute.clone());
    let (message, help) =
        words(verdict, &subject, &control.id, violation, &depends(exploration, &cases, row), row.words);
    let identity = format!("{}\u{0}{subject}", row.unit.path());
    let chain =
        violation.map_or_else(Vec::new, |violation| anchor::chain(&violation.origin, location, row.words, row.sources));
    Some(Finding {
        control: control.id.clone(),
        verdict,
        severity: control.severity,
        unit: row.unit.path().to_owned(),
        account: row.unit.account(),
        name: resource.filter(|_| address.is_some()).and_then(|resource| resource.name.clone()),
        message,
        help,
        cases,
        location,
        related: chain,
        notes: Vec::new(),
        fingerprint: fingerprint(&control.id, &row.sources.file(location.file).path, &identity, &attribute, 0),
        attribute,
        fix: None,
        subject: Subject {
            whole: Whole::Unit,
            blocks: resource.map_or_else(Vec::new, |resource| [&[resource.header][..], &resource.callers].concat()),
            clauses: places(key, worlds),
            addresses: address.iter().cloned().collect(),
        },
        suppressed: None,
        resource: address,
    })
}

/// The places of every clause that fails on a resource in some world.
fn places(key: &str, worlds: &[(&World, &Judged, &Outcomes)]) -> Vec<Vec<Span>> {
    let violations = worlds.iter().filter_map(|(.., rule)| rule.failures.get(key));
    let mut places: Vec<Vec<Span>> = violations.flat_map(|violation| violation.places.clone()).collect();
    places.sort();
    places.dedup();
    places
}

/// What an unknown verdict depends on.
fn depends(exploration: &Exploration<Option<Judged>>, cases: &[crate::finding::Case], row: &UserRow) -> String {
    if !exploration.exploded.is_empty() {
        let names: Vec<&str> = exploration.exploded.iter().map(|input| input.name.as_str()).collect();
        return describe::fill(&row.words.exploded, &BTreeMap::from([("inputs", names.join(", "))]));
    }
    if exploration.worlds.iter().all(|(_, judged)| judged.is_none()) {
        return describe::refused(&exploration.refused, row.words);
    }
    match describe::cases(cases, row.words) {
        cases if cases.is_empty() => errors::described(exploration, row.unit, row.words),
        cases => cases,
    }
}

/// The message, and the change a rule proposes. Rules of AWS's registry say both in one text, as `Violation:` and `Fix:`.
fn words(
    verdict: Verdict,
    subject: &str,
    rule: &str,
    violation: Option<&Violation>,
    depends: &str,
    words: &Words,
) -> (String, Option<String>) {
    let texts = &words.user_rules;
    let said = violation.map(|violation| violation.message.split_whitespace().collect::<Vec<_>>().join(" "));
    let said = said.filter(|said| !said.is_empty());
    let (sentence, help) = match said.as_deref().map(|said| said.split_once("Fix:")) {
        Some(Some((before, fix))) => (Some(before.trim().to_owned()), Some(fix.trim().to_owned())),
        _ => (said, None),
    };
    let sentence = sentence.map(|sentence| sentence.trim_start_matches("Violation:").trim().to_owned());
    let slots = |more: &[(&'static str, &str)]| {
        let all = [("resource", subject), ("rule", rule)].into_iter().chain(more.iter().copied());
        all.map(|(name, word)| (name, word.to_owned())).collect()
    };
    let message = match (verdict, sentence, violation) {
        (Verdict::Fail, Some(sentence), _) => describe::fill(&texts.said, &slots(&[("sentence", &sentence)])),
        (Verdict::Fail, None, Some(violation)) if !violation.attribute.is_empty() => {
            describe::fill(&texts.clause, &slots(&[("attribute", &violation.attribute), ("value", &violation.seen)]))
        }
        (Verdict::Fail, ..) => describe::fill(&texts.fail, &slots(&[])),
        (Verdict::Unknown, ..) => describe::fill(&texts.unknown, &slots(&[("inputs", depends)])),
        (Verdict::NotApplicable, ..) => describe::fill(&texts.not_applicable, &slots(&[])),
        (Verdict::Pass | Verdict::NoData, ..) => describe::fill(&texts.pass, &slots(&[])),
    };
    (message, help.filter(|_| verdict == Verdict::Fail))
}
