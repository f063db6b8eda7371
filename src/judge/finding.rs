//! From what every world said about a row to the finding a reader gets.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::explore::{Exploration, Merged};
use crate::finding::{Case, Condition, Edit, Finding, Fix, Label, Note, Subject, Verdict, Whole, fingerprint};
use crate::model::{Declared, Language, Resource, Unit, is_of_place};
use crate::rules::document::{DECLARED_OFTEN, Remark};
use crate::rules::leaves::{Evidence, Leaf};
use crate::rules::{Rule, Words, spelled};
use crate::source::{Sources, Span};
use crate::value::{Input, Reason, Role, World, all_names_in};

use super::anchor;
use super::describe::{self, Slots};
use super::errors::{self, without_errors};
use super::row::{Failure, Judged, NO_TRAIL};
use super::short::ShortNames;

/// A row that was explored.
pub struct Row<'a> {
    /// The unit.
    pub unit: &'a dyn Unit,
    /// The control.
    pub rule: &'a Rule,
    /// The trail the row is about; `None` for the account.
    pub trail: Option<&'a Resource>,
    /// That trail, or the first one of the account.
    pub first: &'a Resource,
    /// What every world said.
    pub exploration: Exploration<Option<Judged>>,
    /// The words that no single control owns.
    pub words: &'a Words,
    /// The files.
    pub sources: &'a Sources,
}

impl Row<'_> {
    /// The worlds in which the subject exists, with what they say.
    pub(super) fn votes(&self) -> Vec<(&World, &Judged)> {
        self.exploration.worlds.iter().filter_map(|(world, judged)| Some((world, judged.as_ref()?))).collect()
    }

    /// What they say together.
    pub(super) fn merged(&self) -> Option<Merged> {
        let votes: Vec<_> = self.votes().into_iter().map(|(world, judged)| (world, judged.verdict)).collect();
        errors::merged(&self.exploration, &votes, self.unit)
    }
}

/// The finding of a row; `None` when the subject exists in no world.
#[must_use]
pub fn to_finding(row: &Row) -> Option<Finding> {
    let votes = row.votes();
    let merged = row.merged();
    let refused = row.exploration.refused.first();
    let verdict = match &merged {
        _ if !row.exploration.exploded.is_empty() => Verdict::Unknown,
        Some(merged) => merged.verdict,
        None if refused.is_some() => Verdict::Unknown,
        None => return None,
    };
    let all = merged.map(|merged| merged.cases).unwrap_or_default();
    let cases = without_errors(&all, &row.exploration, row.unit);
    let shown = votes.iter().map(|(_, judged)| *judged).find(|judged| judged.verdict == Verdict::Fail);
    let shown = shown.or(votes.first().map(|(_, judged)| *judged));
    let trail = shown.map_or(row.first, |judged| &judged.trail);
    let location = match (shown, refused) {
        (Some(judged), _) => anchor::primary(&judged.origin, trail, row.sources),
        (None, Some(failure)) => anchor::primary(&failure.origin, trail, row.sources),
        (None, None) => trail.header,
    };
    let failures = shown.map_or(&[][..], |judged| &judged.failures);
    let reason = failures.first().and_then(|failure| row.rule.reason(&failure.code));
    let attribute = reason.map_or_else(String::new, |reason| reason.attribute(trail.language).to_owned());
    let slots = slots(row, trail, shown, &all);
    let resource = row.trail.map(|trail| trail.address.clone());
    // Accounts of one unit are told apart by their provider configuration.
    let identity = format!("{}\u{0}{}", row.unit.path(), resource.as_deref().unwrap_or(&trail.provider));
    Some(Finding {
        control: row.rule.control.id.clone(),
        verdict,
        severity: row.rule.control.severity,
        unit: row.unit.path().to_owned(),
        account: row.unit.account(),
        name: trail.name.clone(),
        message: message(row, verdict, failures, &slots),
        help: match verdict {
            Verdict::Fail => help(row, failures),
            Verdict::Unknown => decide(&options(row, &cases), row.words),
            _ => None,
        },
        related: related(row, trail, failures, location),
        notes: notes(row, shown, &slots).into_iter().chain(created_elsewhere(row, trail)).collect(),
        fingerprint: fingerprint(&row.rule.control.id, &row.sources.file(location.file).path, &identity, &attribute, 0),
        fix: failures.first().and_then(|failure| fix(failure, row.sources)),
        subject: subject(row, trail, &votes),
        suppressed: None,
        resource,
        location,
        attribute,
        cases,
    })
}

/// The finding of an account that has no trail in any world, where one is required. It stands at the top of `place`.
#[must_use]
pub fn without_trail(rule: &Rule, unit: &str, language: Language, place: Span) -> Option<Finding> {
    let reason = rule.reason(NO_TRAIL)?;
    let attribute = reason.attribute(language).to_owned();
    Some(Finding {
        control: rule.control.id.clone(),
        verdict: Verdict::Fail,
        severity: rule.control.severity,
        unit: unit.to_owned(),
        account: None,
        resource: None,
        name: None,
        message: reason.sentence.clone(),
        help: Some(reason.change(language).to_owned()),
        cases: Vec::new(),
        location: place,
        related: Vec::new(),
        notes: Vec::new(),
        fingerprint: fingerprint(&rule.control.id, unit, "", &attribute, 0),
        attribute,
        fix: None,
        subject: Subject::default(),
        suppressed: None,
    })
}

/// What the finding is about in every world that fails; where none does, in every world.
fn subject(row: &Row, trail: &Resource, votes: &[(&World, &Judged)]) -> Subject {
    let all = || votes.iter().map(|(_, judged)| *judged);
    let failing: Vec<&Judged> = all().filter(|judged| judged.verdict == Verdict::Fail).collect();
    let judged: Vec<&Judged> = if failing.is_empty() { all().collect() } else { failing };
    let mut blocks: Vec<Span> = match judged.first() {
        Some(first) => first.blocks.clone(),
        None => [&[trail.header][..], &trail.callers].concat(),
    };
    blocks.retain(|block| judged.iter().all(|judged| judged.blocks.contains(block)));
    let failures = judged.iter().flat_map(|judged| &judged.failures);
    let mut clauses: Vec<Vec<Span>> = failures.flat_map(|failure| openings(&failure.leaf)).collect();
    clauses.sort();
    clauses.dedup();
    let mut addresses = vec![trail.address.clone()];
    if row.rule.needs.is_bucket() {
        addresses.extend(judged.iter().map(|judged| judged.bucket.clone()));
        addresses.dedup();
    }
    Subject { whole: Whole::Account, blocks, clauses, addresses }
}

/// The places that each fail a clause by themselves: the value's own, and further openings of a bucket.
fn openings(leaf: &Leaf) -> Vec<Vec<Span>> {
    let others = leaf.evidence.iter().filter(|(evidence, _)| *evidence == Evidence::Opening).map(|(_, origin)| origin);
    [&leaf.origin].into_iter().chain(others).map(|origin| origin.hops().map(|hop| hop.span).collect()).collect()
}

/// What the placeholders of a sentence stand for.
fn slots(row: &Row, trail: &Resource, shown: Option<&Judged>, cases: &[Case]) -> Slots {
    // In a world that tells the key of an instance it may be found under another address than that of its row.
    let resource = row.trail.unwrap_or(trail).address.clone();
    let mut slots = BTreeMap::from([("resource", resource), ("inputs", inputs(row, cases))]);
    // Where every world is refused, what the trail writes to is not known.
    slots.insert("bucket", shown.map_or_else(|| row.words.the_bucket.clone(), |judged| judged.bucket.clone()));
    if let Some(judged) = shown {
        let is_often = judged.remarks.iter().any(|remark| remark.code == DECLARED_OFTEN);
        let declared = if is_often { &row.words.declared_often } else { &row.words.undeclared };
        slots.insert("declared", declared.clone());
        if let Some(failure) = judged.failures.first() {
            slots.extend(failure_slots(row, failure));
        }
    }
    slots
}

pub(super) fn failure_slots(row: &Row, failure: &Failure) -> Slots {
    worded(row, &failure.code, &failure.leaf.slots)
}

/// What the sentence of a reason is filled with, in the language of the trail.
fn worded(row: &Row, code: &str, slots: &[(&'static str, String)]) -> Slots {
    let language = row.first.language;
    let mut slots: Slots = slots.iter().cloned().collect();
    slots.entry("value").or_insert_with(|| row.words.absent.clone());
    if let Some(flag) = slots.get_mut("flag") {
        *flag = spelled(flag, language);
    }
    if let Some(reason) = row.rule.reason(code) {
        slots.insert("attribute", format!("`{}`", reason.attribute(language)));
    }
    slots
}

/// What an unknown verdict depends on, in words.
fn inputs(row: &Row, cases: &[Case]) -> String {
    let exploration = &row.exploration;
    if !exploration.exploded.is_empty() {
        let names: Vec<&str> = exploration.exploded.iter().map(|input| input.name.as_str()).collect();
        return describe::fill(&row.words.exploded, &BTreeMap::from([("inputs", names.join(", "))]));
    }
    if row.votes().is_empty() {
        return describe::refused(&exploration.refused, row.words);
    }
    let questions = exploration.worlds.iter().flat_map(|(world, _)| world.answers());
    let short = ShortNames::of_cases(cases);
    let errors = errors::errors(exploration, row.unit);
    let mut named: Vec<String> = Vec::new();
    for input in questions.map(|(question, _)| &question.input) {
        let matters = cases.iter().any(|case| case.when.iter().any(|(name, _)| *name == input.name));
        let words = if describe::is_choice(input) { None } else { describe::reason(input, row.words) };
        let words = words.unwrap_or_else(|| short.of(&input.name).to_owned());
        let is_needless = named.contains(&words) || errors::is_made_of_one(input, exploration, row.unit);
        if (matters || errors.contains_key(input.name.as_str())) && !is_needless {
            named.push(words);
        }
    }
    match describe::cases(&without_errors(cases, exploration, row.unit), row.words) {
        cases if cases.is_empty() && named.is_empty() => errors::described(exploration, row.unit, row.words),
        cases if cases.is_empty() => named.join(", "),
        cases => format!("{}: {cases}", named.join(", ")),
    }
}

/// What decides what is unknown, in words.
#[must_use]
pub fn decide(options: &[String], words: &Words) -> Option<String> {
    let shown: Vec<String> = options.iter().map(|option| format!("`{option}`")).collect();
    let slots = Slots::from([("options", shown.join(" "))]);
    (!options.is_empty()).then(|| describe::fill(&words.decide, &slots))
}

/// The options that decide what is unknown: those of the inputs in the cases, where they are enough for one of the cases.
/// Beside what no option gives they would decide nothing.
#[must_use]
pub fn options(row: &Row, cases: &[Case]) -> Vec<String> {
    let questions = row.exploration.worlds.iter().flat_map(|(world, _)| world.answers());
    let asked = questions.map(|(question, _)| question.input.as_ref());
    let exploded = row.exploration.exploded.iter().map(AsRef::as_ref);
    let inputs: IndexMap<&str, &Input> = asked.chain(exploded).map(|input| (input.name.as_str(), input)).collect();
    let met = || cases.iter().flat_map(|case| &case.when);
    let is_claim = |name: &str| met().any(|(input, met)| input == name && matches!(met, Condition::So(..)));
    let of = |name: &str| {
        let options = inputs.get(name).map(|input| options_of(input, row.unit)).unwrap_or_default();
        if is_claim(name) { deciding_a_claim(options) } else { options }
    };
    let named = || met().map(|(name, _)| name.as_str());
    let can_decide = |case: &Case| case.when.iter().all(|(name, _)| !of(name).is_empty());
    let deciding: Vec<&str> = if row.exploration.exploded.is_empty() {
        let is_enough = cases.iter().any(can_decide);
        inputs.keys().copied().filter(|input| is_enough && named().any(|name| name == *input)).collect()
    } else {
        inputs.keys().copied().collect()
    };
    let mut options: Vec<String> = Vec::new();
    for option in deciding.into_iter().flat_map(of) {
        if !options.contains(&option) {
            options.push(option);
        }
    }
    options
}

/// What decides a claim about a text: where it is deployed only where nothing else does. A policy is public or not whatever the
/// number of the account in it is.
fn deciding_a_claim(options: Vec<String>) -> Vec<String> {
    let (of_place, others): (Vec<_>, Vec<_>) = options.into_iter().partition(|option| is_of_place(option));
    if others.is_empty() { of_place } else { others }
}

/// The options that give an input its value: its own, those of what it is a function of, and those that keep what is decided
/// elsewhere from being read.
fn options_of(input: &Input, unit: &dyn Unit) -> Vec<String> {
    let own = match &input.reason {
        Reason::NoValue(option) => Some(option.clone()),
        _ => None,
    };
    let named = operands(input, unit).into_iter().filter_map(|(_, declared)| declared.option);
    own.into_iter().chain(named).chain(unit.overriding(&input.name)).collect()
}

/// What an input is a function of, by name, as far as it is declared.
pub(super) fn operands(input: &Input, unit: &dyn Unit) -> Vec<(String, Declared)> {
    let named = || {
        names_behind(&input.name, unit).into_iter().filter_map(|name| {
            let declared = unit.declared(&name)?;
            Some((name, declared))
        })
    };
    match &input.reason {
        // What stands in brackets in its name tells which of its elements is meant.
        Reason::NoValue(own) => named().filter(|(_, declared)| declared.option.as_ref() != Some(own)).collect(),
        Reason::Derived
        | Reason::Same(_)
        | Reason::LengthOf(_)
        | Reason::AnyOf(_)
        | Reason::Joined(..)
        | Reason::Each(..)
        | Reason::Filtered(_) => named().collect(),
        _ => Vec::new(),
    }
}

/// The names in an expression, and those of what they are worked out from.
fn names_behind(expression: &str, unit: &dyn Unit) -> BTreeSet<String> {
    let (mut names, mut waiting) = (BTreeSet::new(), vec![expression.to_owned()]);
    while let Some(text) = waiting.pop() {
        for name in all_names_in(&text) {
            if names.insert(name.to_owned()) {
                waiting.extend(unit.ingredients(name));
            }
        }
    }
    names
}

/// What mends the first failure. Where the bucket is open in several ways, all of them have to be closed: what mends each,
/// those that the same change mends once.
fn help(row: &Row, failures: &[Failure]) -> Option<String> {
    let language = row.first.language;
    let ways = if row.rule.needs.is_bucket() { failures } else { failures.get(..1)? };
    let mut changes: Vec<String> = Vec::new();
    for failure in ways {
        let first = (failure.code.as_str(), failure_slots(row, failure));
        let more = failure.leaf.more.iter().map(|(code, slots)| (*code, worded(row, code, slots)));
        for (code, slots) in std::iter::once(first).chain(more) {
            let change = row.rule.reason(code).map(|reason| describe::fill(reason.change(language), &slots));
            changes.extend(change.filter(|change| !changes.contains(change)));
        }
    }
    changes.into_iter().reduce(|before, change| {
        describe::fill(&row.words.changes, &Slots::from([("before", before), ("change", change)]))
    })
}

fn message(row: &Row, verdict: Verdict, failures: &[Failure], slots: &Slots) -> String {
    match verdict {
        Verdict::Fail => {
            let sentences = failures.iter().map(|failure| {
                let mut slots = slots.clone();
                slots.extend(failure_slots(row, failure));
                row.rule
                    .reason(&failure.code)
                    .map_or_else(|| failure.code.clone(), |reason| describe::fill(&reason.sentence, &slots))
            });
            sentences.collect::<Vec<_>>().join(" ")
        }
        Verdict::Unknown => describe::fill(&row.rule.sentences.unknown, slots),
        Verdict::NoData => describe::fill(row.rule.sentences.no_data.as_deref().unwrap_or_default(), slots),
        Verdict::Pass | Verdict::NotApplicable => describe::fill(&row.rule.sentences.pass, slots),
    }
}

/// What the facts remark beside, as far as it concerns the control.
fn notes(row: &Row, shown: Option<&Judged>, slots: &Slots) -> Vec<Note> {
    let remarks = shown.into_iter().flat_map(|judged| &judged.remarks);
    let note = |remark: &Remark| {
        let mut slots = slots.clone();
        slots.extend(remark.slots.iter().cloned());
        let message = describe::fill(row.rule.notes.get(remark.code)?, &slots);
        Some(Note { message, span: remark.origin.nearest().map(|span| row.sources.first_line(span)) })
    };
    remarks.filter_map(note).collect()
}

/// Evidence elsewhere: where the value came from, the trail, the bucket, and the other clauses that failed.
fn related(row: &Row, trail: &Resource, failures: &[Failure], location: Span) -> Vec<Label> {
    let mut labels = Vec::new();
    for (at, failure) in failures.iter().enumerate() {
        if at > 0 {
            let span = anchor::primary(&failure.leaf.origin, trail, row.sources);
            let is_missing = failure.leaf.origin.hops().next().is_none_or(|hop| hop.role == Role::Header);
            let also = if is_missing { &row.words.also_missing } else { &row.words.also };
            labels.push(Label { message: also.clone(), span });
        } else {
            labels.extend(anchor::chain(&failure.leaf.origin, location, row.words, row.sources));
        }
        let evidence = failure.leaf.evidence.iter().filter_map(|(what, origin)| {
            let span = row.sources.first_line(origin.nearest()?);
            Some(Label { message: row.words.evidence(*what).to_owned(), span })
        });
        labels.extend(evidence);
    }
    if location.file != trail.header.file || !same_line(row.sources, location, trail.header) {
        labels.push(Label { message: row.words.trail.clone(), span: row.sources.first_line(trail.header) });
    }
    if let Some(span) = row.unit.created(trail).and_then(|created| created.span) {
        labels.push(Label { message: row.words.created.clone(), span });
    }
    let mut seen = vec![location];
    labels.retain(|label| {
        let new = !seen.contains(&label.span);
        seen.push(label.span);
        new
    });
    labels
}

/// A remark on where the program that wrote the source makes the trail, if that file is not here to be shown.
fn created_elsewhere(row: &Row, trail: &Resource) -> Option<Note> {
    let created = row.unit.created(trail).filter(|created| created.span.is_none())?;
    let message = describe::fill(&row.words.created_at, &BTreeMap::from([("place", created.place)]));
    Some(Note { message, span: None })
}

fn same_line(sources: &Sources, left: Span, right: Span) -> bool {
    sources.position(left).line == sources.position(right).line
}

/// A literal `false` that must be true can be replaced as it stands.
fn fix(failure: &Failure, sources: &Sources) -> Option<Fix> {
    let span = failure.leaf.origin.source().filter(|span| sources.brought_in_by(span.file).is_empty())?;
    let text = sources.text(span);
    let replacement = match text.as_str() {
        "false" => "true",
        "\"false\"" => "\"true\"",
        "'false'" => "'true'",
        _ => return None,
    };
    let edits = vec![Edit { span, replacement: replacement.to_owned() }];
    Some(Fix { title: format!("replace {text} with {replacement}"), edits })
}
