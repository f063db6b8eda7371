//! How a verdict came about: from the values that were judged back to where they were written, and to the inputs that
//! decided them.

use std::collections::BTreeSet;

use crate::explore::conditions;
use crate::finding::{Case, Finding, Step, Trace, Verdict};
use crate::model::{Kind, Resource, exists};
use crate::rules::Words;
use crate::rules::leaves::{Ground, Leaf};
use crate::source::Span;
use crate::value::{Origin, Question, Reason, SENSITIVE, Stop, World};

use super::account::provider_in;
use super::describe::{self, Slots};
use super::finding::{Row, failure_slots};
use super::row::{Failure, Judge, Judged};
use super::scene::Scene;

/// The way to the verdict of a row.
#[must_use]
pub fn trace<'a>(judge: &Judge<'a>, row: &Row<'a>, finding: &Finding) -> Trace {
    Trace {
        control: finding.control.clone(),
        verdict: finding.verdict,
        unit: finding.unit.clone(),
        resource: finding.resource.clone(),
        message: finding.message.clone(),
        steps: ways(judge, row).into_iter().chain(refusals(row)).collect(),
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
    if merged.cases.is_empty() {
        return same_everywhere(judge, row, &votes);
    }
    let shown = merged.cases.iter().zip(merged.shown);
    let ways = shown.filter_map(|(case, at)| {
        let (world, judged) = votes.get(at)?;
        let named: BTreeSet<&str> = case.when.iter().map(|(name, _)| name.as_str()).collect();
        let mut because = reasons(judge, row, world, judged);
        because.extend(answers(row, world, |question| named.contains(question.input.name.as_str())));
        Some(Step::new(describe::cases(std::slice::from_ref(case), row.words), None).because(because))
    });
    ways.collect()
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
        because.extend(answers(row, world, |_| true));
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
        return decisive;
    }
    let does = |trail: &Resource, verdict: Verdict, because: Vec<Step>| {
        let slots =
            Slots::from([("subject", trail.address.clone()), ("verdict", row.words.trace.verdict(verdict).to_owned())]);
        Step::new(describe::fill(&row.words.trace.says, &slots), place(row, Some(trail.header))).because(because)
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

/// The values that decided about a trail in one world, each with where it comes from.
fn values<'a>(judge: &Judge<'a>, row: &Row<'a>, world: &World, judged: &Judged) -> Vec<Step> {
    match judged.verdict {
        Verdict::Fail => judged.failures.iter().map(|failure| failed(row, judged, failure)).collect(),
        Verdict::NoData => {
            let slots = Slots::from([("bucket", judged.bucket.clone())]);
            let step = Step::new(describe::fill(&row.words.trace.no_bucket, &slots), judged.origin.nearest());
            let leaf = Leaf { origin: judged.origin.clone(), ..Leaf::default() };
            vec![step.because(chain(row, &leaf))]
        }
        _ => passed(judge, row, judged.world.as_ref().unwrap_or(world), &judged.trail).unwrap_or_default(),
    }
}

fn failed(row: &Row, judged: &Judged, failure: &Failure) -> Step {
    let mut slots = failure_slots(row, failure);
    slots.insert("resource", judged.trail.address.clone());
    slots.insert("bucket", judged.bucket.clone());
    let value = slots.get("value").cloned().unwrap_or_default();
    let sentence = row.rule.reason(&failure.code).map(|reason| describe::fill(&reason.sentence, &slots));
    let because = sentence.filter(|_| failure.leaf.reason.is_some()).map(|sentence| Step::new(sentence, None));
    step(row, &failure.pointer, &value, &failure.leaf, because.into_iter().collect())
}

/// The values that a pass rests on, with what the facts say about them.
fn passed<'a>(judge: &Judge<'a>, row: &Row<'a>, world: &World, trail: &Resource) -> Option<Vec<Step>> {
    let estate = judge.unit.estate(world);
    let trail = estate.resources(Kind::Trail).into_iter().find(|other| other.address == trail.address)?;
    let document = judge.document(row.rule, &trail, estate.as_ref(), world);
    let mut shrinking = judge.document(row.rule, &trail, estate.as_ref(), world);
    let pointers = judge.grounds(row.rule, &mut shrinking).ok()?;
    let steps = pointers.iter().map(|pointer| {
        let leaf = document.leaves.at(pointer);
        let value = document.json.pointer(pointer).map(|value| shown(value, &leaf.origin)).unwrap_or_default();
        step(row, pointer, &value, &leaf, leaf.grounds.iter().map(|ground| grounded(row, ground)).collect())
    });
    Some(steps.collect())
}

/// A value of a document as a trace may print it.
pub(super) fn shown(value: &serde_json::Value, origin: &Origin) -> String {
    let is_telling = !value.is_boolean() && !value.is_null() && value.as_str() != Some("");
    if is_telling && origin.is_secret() { SENSITIVE.to_owned() } else { value.to_string() }
}

fn grounded(row: &Row, ground: &Ground) -> Step {
    let slots: Slots = ground.slots.iter().cloned().collect();
    Step::new(describe::fill(row.words.trace.ground(ground.code), &slots), place(row, ground.origin.nearest()))
}

/// One value of the document: what it is, why, and the places it came through.
fn step(row: &Row, pointer: &str, value: &str, leaf: &Leaf, because: Vec<Step>) -> Step {
    let slots =
        Slots::from([("pointer", pointer.trim_start_matches('/').replace('/', ".")), ("value", value.to_owned())]);
    let message = describe::fill(&row.words.trace.leaf, &slots);
    let because = because.into_iter().chain(chain(row, leaf)).collect();
    Step::new(message, place(row, leaf.origin.nearest())).because(because)
}

/// The places a value came through before the nearest one, one a line, and the evidence elsewhere.
fn chain(row: &Row, leaf: &Leaf) -> Vec<Step> {
    let line = |span: Span| (span.file, row.sources.position(span).line);
    let mut seen: Vec<_> = leaf.origin.nearest().map(line).into_iter().collect();
    let hops = leaf.origin.hops().map(|hop| (row.words.role(hop.role), hop.span));
    let evidence = leaf.evidence.iter();
    let evidence = evidence.filter_map(|(what, origin)| Some((row.words.evidence(*what), origin.nearest()?)));
    let mut steps = Vec::new();
    for (words, span) in hops.chain(evidence) {
        if !seen.contains(&line(span)) {
            seen.push(line(span));
            steps.push(Step::new(words, place(row, Some(span))));
        }
    }
    steps
}

/// The answers of a world, each with the input it is about and why that is open.
fn answers<'a>(row: &Row, world: &'a World, matters: impl Fn(&Question) -> bool) -> Vec<Step> {
    let words = &row.words.trace;
    let mut named: Vec<&str> = Vec::new();
    let asked = world.answers().iter().filter(|(question, _)| matters(question));
    let step = |(question, answer): &'a (Question, bool)| {
        let answer = if *answer { &words.yes } else { &words.no };
        let slots = Slots::from([("question", question.describe()), ("answer", answer.clone())]);
        let reason = match &question.input.reason {
            Reason::NoValue(option) => {
                Some(describe::fill(&words.no_value, &Slots::from([("option", option.clone())])))
            }
            _ => describe::reason(&question.input, row.words),
        };
        // Why an input is open is said once.
        let reason = reason.filter(|_| !named.contains(&question.input.name.as_str()));
        named.push(&question.input.name);
        let because = reason.map(|reason| Step::new(reason, None)).into_iter().collect();
        let span = place(row, question.input.origin.nearest());
        Step::new(describe::fill(&words.answer, &slots), span).because(because)
    };
    asked.map(step).collect()
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

fn place(row: &Row, span: Option<Span>) -> Option<Span> {
    span.map(|span| row.sources.first_line(span))
}
