//! Estates whose inputs can be anything: texts, lists, maps, objects. What is proved about all their values holds for every
//! value that is tried: literals of the program and what resembles them, null, the empty text, lists of a few elements,
//! objects without their optional attributes.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use trailwarden::finding::Verdict;
use trailwarden::judge::Outcomes;
use trailwarden::model::Unit;
use trailwarden::source::Sources;
use trailwarden::value::Literal;

use super::estate::{Assignment, CONTROLS, Findings, Subject, agree, findings_in, meets};
use super::open_cloudformation::OpenTemplate;
use super::open_terraform::OpenModule;
use super::random::Random;

/// How often the inputs of an estate are given values.
const SAMPLES: usize = 50;

/// How many worlds a row may take. Where more are needed nothing is proved, and there is nothing to contradict.
const MAX_WORLDS: usize = 64;

/// An input that can be anything, with values to be tried.
pub struct OpenInput {
    /// As verdicts name it.
    pub name: String,
    pub values: Vec<Sample>,
}

/// A value as the front end writes it; the literal where it is a scalar.
#[derive(Debug, Clone)]
pub struct Sample {
    pub written: String,
    pub literal: Option<Literal>,
}

/// Values for some inputs.
pub type Given = BTreeMap<String, Sample>;

/// How many seeds the suite tries; more with `TRAILWARDEN_SEEDS`, while developing.
fn seeds() -> std::ops::Range<u64> {
    let given = std::env::var("TRAILWARDEN_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    0..given.unwrap_or(60)
}

#[test]
fn a_value_of_a_parameter_never_contradicts_what_is_proved() {
    let wrong = seeds().into_par_iter().flat_map_iter(|seed| {
        let template = OpenTemplate::generate(seed);
        contradictions(seed, &template.inputs, &template.text, |given| template.unit(given))
    });
    agree(&wrong.collect::<Vec<_>>());
}

#[test]
fn a_value_of_a_variable_never_contradicts_what_is_proved() {
    let wrong = seeds().into_par_iter().flat_map_iter(|seed| {
        let module = OpenModule::generate(seed);
        contradictions(seed, &module.inputs, &module.text, |given| module.unit(given))
    });
    agree(&wrong.collect::<Vec<_>>());
}

#[test]
fn opening_a_parameter_moves_a_verdict_only_to_unknown() {
    let wrong = seeds().into_par_iter().flat_map_iter(|seed| {
        let template = OpenTemplate::generate(seed);
        movements(seed, &template.inputs, &template.text, |given| template.unit(given))
    });
    agree(&wrong.collect::<Vec<_>>());
}

#[test]
fn opening_a_variable_moves_a_verdict_only_to_unknown() {
    let wrong = seeds().into_par_iter().flat_map_iter(|seed| {
        let module = OpenModule::generate(seed);
        movements(seed, &module.inputs, &module.text, |given| module.unit(given))
    });
    agree(&wrong.collect::<Vec<_>>());
}

/// What values of all the inputs say against what is known about every value.
fn contradictions<U: Unit>(
    seed: u64,
    inputs: &[OpenInput],
    text: &str,
    unit: impl Fn(&Given) -> (U, Arc<Sources>),
) -> Vec<String> {
    let (mut random, outcomes) = (Random::new(seed), Outcomes::default());
    let found = |given: &Given| {
        let (unit, sources) = unit(given);
        findings_in(MAX_WORLDS, &unit, &sources, &CONTROLS, &outcomes)
    };
    let explored = found(&Given::new());
    let samples = (0..SAMPLES).map(|_| sample(inputs, &mut random));
    let wrong = samples.flat_map(|given| against(&explored, &found(&given), &given));
    wrong.map(|wrong| format!("seed {seed}, {wrong}\n{text}")).take(1).collect()
}

/// What becomes of the verdicts while one input after the other is opened, in any order.
fn movements<U: Unit>(
    seed: u64,
    inputs: &[OpenInput],
    text: &str,
    unit: impl Fn(&Given) -> (U, Arc<Sources>),
) -> Vec<String> {
    let (mut random, outcomes) = (Random::new(seed ^ 1), Outcomes::default());
    let mut wrong = Vec::new();
    for _ in 0..4 {
        let mut given = sample(inputs, &mut random);
        let mut before: Option<Findings> = None;
        loop {
            let (unit, sources) = unit(&given);
            let now = findings_in(MAX_WORLDS, &unit, &sources, &CONTROLS, &outcomes);
            if let Some(before) = &before {
                wrong.extend(
                    against(&now, before, &given).into_iter().map(|wrong| format!("seed {seed}, {wrong}\n{text}")),
                );
            }
            before = Some(now);
            let names: Vec<String> = given.keys().cloned().collect();
            if names.is_empty() {
                break;
            }
            given.remove(random.pick(&names));
        }
    }
    wrong.truncate(1);
    wrong
}

fn sample(inputs: &[OpenInput], random: &mut Random) -> Given {
    inputs.iter().map(|input| (input.name.clone(), random.pick(&input.values).clone())).collect()
}

/// What is found with more inputs given that what is found with fewer does not allow.
fn against(fewer: &Findings, more: &Findings, given: &Given) -> Vec<String> {
    let written: Vec<String> = given.iter().map(|(name, value)| format!("{name} = {}", value.written)).collect();
    let literals: Option<Assignment> =
        given.iter().map(|(name, value)| Some((name.clone(), value.literal.clone()?))).collect();
    // What the real tool refuses casts no vote.
    let cast = more.iter().filter(|(_, finding)| finding.verdict != Verdict::Unknown);
    let wrong = cast.filter_map(|(subject, finding)| {
        let rows: Vec<_> =
            fewer.iter().filter(|(other, _)| may_be(other, subject)).map(|(_, finding)| finding).collect();
        let verdicts: Vec<Verdict> = rows.iter().map(|row| row.verdict).collect();
        let allows = |verdict: Verdict| match verdict {
            // The name of a bucket may turn out to be that of one that is declared.
            Verdict::NoData | Verdict::Unknown => true,
            verdict => verdict == finding.verdict,
        };
        if !verdicts.iter().copied().any(allows) {
            return Some(format!("{subject:?} with {}: {:?}, but {verdicts:?}", written.join(", "), finding.verdict));
        }
        let [row] = rows.as_slice() else { return None };
        let met = |when| literals.as_ref().and_then(|literals| meets(literals, when)) == Some(true);
        let case = row.cases.iter().find(|case| case.verdict != finding.verdict && met(&case.when))?;
        Some(format!("{subject:?} with {}: {:?}, but {case:?}", written.join(", "), finding.verdict))
    });
    wrong.collect()
}

/// Whether a row about an instance whose key or number is open is about this one too.
fn may_be((control, trail): &Subject, (of, about): &Subject) -> bool {
    let block =
        |address: &Option<String>| address.as_ref().and_then(|address| address.split('[').next().map(str::to_owned));
    let is_open = trail.as_ref().is_some_and(|trail| trail.contains("[\"*\"]") || trail.contains("${"));
    control == of && (trail == about || (is_open && block(trail) == block(about)))
}
