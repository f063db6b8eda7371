//! How a verdict came about: from the values that were judged back to where they were written, and to the inputs that
//! decided them.

use std::collections::BTreeSet;

use crate::explore::conditions;
use crate::finding::{Case, Finding, Step, Trace, Verdict};
use crate::model::{Declared, Kind, Resource, exists};
use crate::rules::Words;
use crate::rules::document::Document;
use crate::rules::leaves::{Ground, Leaf};
use crate::value::{Input, Origin, Question, Reason, SENSITIVE, Stop, World};

use super::account::provider_in;
use super::describe::{self, Slots};
use super::errors::{errors, says_what_is_worth};
use super::finding::{Row, failure_slots, operands};
use super::row::{Failure, Judge, Judged};
use super::scene::Scene;

mod places;

use places::{Places, asked_at, place};

/// The way to the verdict of a row.
#[must_use]
pub fn trace<'a>(judge: &Judge<'a>, row: &Row<'a>, finding: &Finding) -> Trace {
    Trace {
        control: finding.control.clone(),
        verdict: finding.verdict,
        unit: finding.unit.clone(),
        resource: finding.resource.clone(),
        message: finding.message.clone(),
        steps: subject(row).into_iter().chain(ways(judge, row)).chain(refusals(row)).collect(),
    }
}

/// Says of a verdict that is the same in all worlds which other values of inputs that have defaults would change it.
pub fn add_alternatives(trace: &mut Trace, alternatives: &[Case], words: &Words) {
    let texts = &words.trace;
    let verdict = Slots::from([("verdict", texts.verdict(trace.verdict).to_owned())]);
    let [always, by_default] = [&texts.always, &texts.by_default].map(|words| describe::fill(words, &verdict));
    for step in trace.steps.iter_mut().filter(|step| step.message == always) {
        step.message.clone_from(&by_default);
    }
    let alternatives =
        alternatives.iter().map(|case| Step::new(describe::cases(std::slice::from_ref(case), words), None));
    trace.steps.extend(alternatives);
}

/// One step for each case. Where the verdict is the same in all worlds, one for each way it comes about.
fn ways<'a>(judge: &Judge<'a>, row: &Row<'a>) -> Vec<Step> {
    let (votes, merged) = (row.votes(), row.merged());
    let Some(merged) = merged else { return Vec::new() };
    if merged.cases.is_empty() && merged.verdict != Verdict::Unknown {
        return same_everywhere(judge, row, &votes);
    }
    let errors = errors(&row.exploration, row.unit);
    let shown = merged.cases.iter().zip(merged.shown).filter(|(case, _)| !says_what_is_worth(case, &errors));
    let ways = shown.filter_map(|(case, at)| {
        let (world, judged) = votes.get(at)?;
        let named: BTreeSet<&str> = case.when.iter().map(|(name, _)| name.as_str()).collect();
        let mut because = reasons(judge, row, world, judged);
        because.extend(answers(judge, row, world, &because, |question| named.contains(question.input.name.as_str())));
        Some(Step::new(describe::cases(std::slice::from_ref(case), row.words), None).because(because))
    });
    ways.chain(broken(row, errors.values().copied())).collect()
}

/// One step for each error: nobody can tell what comes behind it.
fn broken<'i>(row: &Row, errors: impl Iterator<Item = &'i Input>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for input in errors {
        let mut places = Places::new(row);
        let Some(reason) = describe::reason(input, row.words) else { continue };
        let step = places.step(reason, input.origin.nearest());
        let step = step.because(places.chain(&input.origin));
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    steps
}

fn same_everywhere<'a>(judge: &Judge<'a>, row: &Row<'a>, votes: &[(&World, &Judged)]) -> Vec<Step> {
    let mut ways: Vec<(&World, Verdict, Vec<Step>)> = Vec::new();
    for (world, judged) in votes {
        let because = reasons(judge, row, world, judged);
        if !ways.iter().any(|(.., known)| *known == because) {
            ways.push((world, judged.verdict, because));
        }
    }
    let words = &row.words.trace;
    let is_one = ways.len() == 1;
    let way = |(world, verdict, mut because): (&World, Verdict, Vec<Step>)| {
        if is_one {
            let verdict = words.verdict(verdict).to_owned();
            return Step::new(describe::fill(&words.always, &Slots::from([("verdict", verdict)])), None)
                .because(because);
        }
        because.extend(answers(judge, row, world, &because, |_| true));
        Step::new(describe::cases(&[Case { when: conditions(world.answers()), verdict }], row.words), None)
            .because(because)
    };
    ways.into_iter().map(way).collect()
}

/// What decided in one world. Where several trails could satisfy the control for the account, what each of them does and
/// why, the one that decided first.
fn reasons<'a>(judge: &Judge<'a>, row: &Row<'a>, world: &World, judged: &Judged) -> Vec<Step> {
    let scene = Scene::new(judge, world);
    let of_account = |trail: &&Resource| {
        let is_same = trail.provider.is_in_account_of(provider_in(&scene, row.first));
        row.trail.is_none() && is_same == Ok(true) && trail.address != judged.trail.address
    };
    let trails = scene.trails();
    let others: Vec<&Resource> = trails.iter().filter(of_account).collect();
    let decisive = values(judge, row, world, judged);
    if others.is_empty() {
        let found = scene.trail(&judged.trail.address).filter(|_| row.trail.is_none());
        let of_account = found.and_then(|_| there(row, &judged.trail));
        return of_account.into_iter().chain(decisive).collect();
    }
    let does = |trail: &Resource, verdict: Verdict, because: Vec<Step>| {
        let slots =
            Slots::from([("subject", trail.address.clone()), ("verdict", row.words.trace.verdict(verdict).to_owned())]);
        let mut places = Places::new(row);
        let step = places.step(describe::fill(&row.words.trace.says, &slots), Some(trail.header));
        step.because(places.chain(&trail.presence).into_iter().chain(because).collect())
    };
    let other = |trail: &Resource| match exists(trail, world).and_then(|_| judge.judge(row.rule, trail, &scene)) {
        Ok(judged) => does(trail, judged.verdict, values(judge, row, world, &judged)),
        Err(stop) => does(trail, Verdict::Unknown, vec![waiting(row, &stop)]),
    };
    let first = does(&judged.trail, judged.verdict, decisive);
    std::iter::once(first).chain(others.into_iter().map(other)).collect()
}

/// What keeps a trail from being decided in a world in which another one decides.
fn waiting(row: &Row, stop: &Stop) -> Step {
    match stop {
        Stop::Ask(question) => {
            let slots = Slots::from([("question", question.describe())]);
            let span = place(row, question.input.origin.nearest());
            Step::new(describe::fill(&row.words.trace.open, &slots), span)
        }
        Stop::Reject(failure) => {
            let slots = Slots::from([("message", failure.message.clone())]);
            Step::new(describe::fill(&row.words.trace.refused, &slots), place(row, failure.origin.nearest()))
        }
    }
}

/// What says that the trail of a row is there: it is, in all worlds that have a say. Of an account it may be another trail in
/// each.
fn subject(row: &Row) -> Option<Step> {
    let votes = row.votes();
    let (_, judged) = votes.first().filter(|_| row.trail.is_some())?;
    there(row, &judged.trail)
}

/// What says that a trail is there, where that is not so whatever the inputs are.
fn there(row: &Row, trail: &Resource) -> Option<Step> {
    let mut places = Places::new(row);
    let slots = Slots::from([("resource", trail.address.clone())]);
    let step = places.step(describe::fill(&row.words.trace.there, &slots), Some(trail.header));
    let because = places.chain(&trail.presence);
    (!because.is_empty()).then(|| step.because(because))
}

/// The values that decided about a trail in one world, each with where it comes from.
fn values<'a>(judge: &Judge<'a>, row: &Row<'a>, world: &World, judged: &Judged) -> Vec<Step> {
    let seen = document(judge, row, judged.world.as_ref().unwrap_or(world), &judged.trail);
    match judged.verdict {
        Verdict::Fail => judged.failures.iter().map(|failure| failed(row, judged, failure, seen.as_ref())).collect(),
        Verdict::NoData => {
            let slots = Slots::from([("bucket", judged.bucket.clone())]);
            let mut places = Places::new(row);
            let step = places.step(describe::fill(&row.words.trace.no_bucket, &slots), judged.origin.nearest());
            vec![step.because(places.chain(&judged.origin))]
        }
        _ => seen.and_then(|seen| passed(judge, row, seen)).unwrap_or_default(),
    }
}

/// What a rule sees of a trail in one world.
fn document<'a>(judge: &Judge<'a>, row: &Row<'a>, world: &World, trail: &Resource) -> Option<Document> {
    let estate = judge.unit.estate(world);
    let trail = estate.resources(Kind::Trail).into_iter().find(|other| other.address == trail.address)?;
    Some(judge.document(row.rule, &trail, estate.as_ref(), world))
}

fn failed(row: &Row, judged: &Judged, failure: &Failure, seen: Option<&Document>) -> Step {
    let mut slots = failure_slots(row, failure);
    slots.insert("resource", judged.trail.address.clone());
    slots.insert("bucket", judged.bucket.clone());
    let sentence = row.rule.reason(&failure.code).map(|reason| describe::fill(&reason.sentence, &slots));
    let because = sentence.filter(|_| failure.leaf.reason.is_some()).map(|sentence| Step::new(sentence, None));
    let value = match seen.and_then(|seen| seen.json.pointer(&failure.pointer)) {
        Some(value) => said(row, value, &failure.leaf),
        None => slots.get("value").cloned().unwrap_or_default(),
    };
    step(row, &failure.pointer, &value, &failure.leaf, because)
}

/// The values that a pass rests on, with what the facts say about them.
fn passed<'a>(judge: &Judge<'a>, row: &Row<'a>, mut document: Document) -> Option<Vec<Step>> {
    let json = document.json.clone();
    let pointers = judge.grounds(row.rule, &mut document).ok()?;
    let steps = pointers.iter().map(|pointer| {
        let leaf = document.leaves.at(pointer);
        let value = json.pointer(pointer).map(|value| said(row, value, &leaf)).unwrap_or_default();
        step(row, pointer, &value, &leaf, None)
    });
    Some(steps.collect())
}

/// A value as it is in a world: what an answer tells of it, or else what it was written as.
fn said(row: &Row, value: &serde_json::Value, leaf: &Leaf) -> String {
    let written = || leaf.slots.iter().find(|(name, _)| *name == "value").map(|(_, value)| value.clone());
    match value {
        serde_json::Value::Null => row.words.absent.clone(),
        serde_json::Value::Bool(value) => value.to_string(),
        serde_json::Value::String(text) if text.is_empty() => row.words.trace.empty.clone(),
        _ => written().unwrap_or_else(|| shown(value, &leaf.origin)),
    }
}

/// A value of a document as a trace may print it.
pub(super) fn shown(value: &serde_json::Value, origin: &Origin) -> String {
    let is_telling = !value.is_boolean() && !value.is_null() && value.as_str() != Some("");
    if is_telling && origin.is_secret() { SENSITIVE.to_owned() } else { value.to_string() }
}

/// One value of the document: what it is, why, and the places it came through, and the evidence elsewhere.
fn step(row: &Row, pointer: &str, value: &str, leaf: &Leaf, because: Option<Step>) -> Step {
    let mut places = Places::new(row);
    let slots =
        Slots::from([("pointer", pointer.trim_start_matches('/').replace('/', ".")), ("value", value.to_owned())]);
    let step = places.step(describe::fill(&row.words.trace.leaf, &slots), leaf.origin.nearest());
    let mut because: Vec<Step> = because.into_iter().collect();
    for Ground { code, slots, origin } in &leaf.grounds {
        let slots: Slots = slots.iter().cloned().collect();
        let ground = places.step(describe::fill(row.words.trace.ground(code), &slots), origin.nearest());
        because.push(ground.because(places.chain(origin)));
    }
    because.extend(places.chain(&leaf.origin));
    for (what, origin) in &leaf.evidence {
        because.extend(places.new_among(origin.nearest().map(|span| (row.words.evidence(*what), span)).into_iter()));
        because.extend(places.chain(origin));
    }
    step.because(because)
}

/// The answers of a world, each with the inputs that it is about and with what waited for it, as far as `before` does not
/// show that already.
fn answers<'a>(
    judge: &Judge<'a>,
    row: &Row<'a>,
    world: &World,
    before: &[Step],
    matters: impl Fn(&Question) -> bool,
) -> Vec<Step> {
    let words = &row.words.trace;
    let mut places = Places::after(row, before);
    let mut named: Vec<&str> = Vec::new();
    let mut steps = Vec::new();
    for (question, answer) in world.answers().iter().filter(|(question, _)| matters(question)) {
        let answer = if *answer { &words.yes } else { &words.no };
        let slots = Slots::from([("question", question.describe()), ("answer", answer.clone())]);
        let step = places.step(describe::fill(&words.answer, &slots), question.input.origin.nearest());
        // Why an input is open is said once.
        let is_named = named.contains(&question.input.name.as_str());
        named.push(&question.input.name);
        let mut because = if is_named { Vec::new() } else { openness(row, &question.input, &mut places) };
        because.extend(places.asked(&asked_at(judge, row, world, question)));
        because.extend(places.chain(&question.input.origin));
        steps.push(step.because(because));
    }
    steps
}

/// Why an input is open, and what would give it a value: itself, or what it is a function of.
fn openness(row: &Row, input: &Input, places: &mut Places) -> Vec<Step> {
    let gives = |option: &str| {
        Step::new(describe::fill(&row.words.trace.no_value, &Slots::from([("option", option.to_owned())])), None)
    };
    if let Reason::NoValue(option) = &input.reason {
        return vec![gives(option)];
    }
    let reason = describe::reason(input, row.words).map(|reason| Step::new(reason, None));
    let operands = operands(input, row.unit).into_iter();
    let operands = operands.map(|(name, Declared { place, option })| {
        places.step(&name, place).because(option.iter().map(|option| gives(option)).collect())
    });
    reason.into_iter().chain(operands).collect()
}

/// What the real tool would refuse, and the inputs that were too many.
fn refusals(row: &Row) -> Vec<Step> {
    let exploded = &row.exploration.exploded;
    let names: Vec<&str> = exploded.iter().map(|input| input.name.as_str()).collect();
    let slots = Slots::from([("inputs", names.join(", "))]);
    let exploded = (!exploded.is_empty()).then(|| {
        let inputs = exploded.iter().map(|input| Step::new(input.name.clone(), place(row, input.origin.nearest())));
        Step::new(describe::fill(&row.words.exploded, &slots), None).because(inputs.collect())
    });
    let refused = row.exploration.refused.iter().map(|failure| {
        let slots = Slots::from([("message", failure.message.clone())]);
        Step::new(describe::fill(&row.words.trace.refused, &slots), place(row, failure.origin.nearest()))
    });
    let mut steps: Vec<Step> = Vec::new();
    for step in exploded.into_iter().chain(refused) {
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    steps
}
