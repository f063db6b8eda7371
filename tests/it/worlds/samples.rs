//! Estates whose inputs can be anything: texts, lists, maps, objects. What is proved about all their values holds for every
//! value that is tried: literals of the program and what resembles them, null, the empty text, lists of a few elements,
//! objects without their optional attributes.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use trailwarden::finding::{Finding, Verdict};
use trailwarden::model::Unit;
use trailwarden::source::Sources;
use trailwarden::value::Literal;

use super::OUTCOMES;
use super::estate::{Assignment, CONTROLS, Findings, agree, findings_in, is_about, meets};
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
    0..given.unwrap_or(14)
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
    let mut random = Random::new(seed);
    let explored = Known::of(Given::new(), &unit);
    let samples = (0..SAMPLES).map(|_| Known::of(sample(inputs, &mut random), &unit));
    let wrong = samples.flat_map(|known| against(&explored, &known, text));
    wrong.map(|wrong| format!("seed {seed}, {wrong}\n{text}")).take(1).collect()
}

/// What becomes of the verdicts while one input after the other is opened, in any order.
fn movements<U: Unit>(
    seed: u64,
    inputs: &[OpenInput],
    text: &str,
    unit: impl Fn(&Given) -> (U, Arc<Sources>),
) -> Vec<String> {
    let mut random = Random::new(seed ^ 1);
    let mut wrong = Vec::new();
    let mut before = Known::of(sample(inputs, &mut random), &unit);
    while !before.given.is_empty() {
        let names: Vec<&String> = before.given.keys().collect();
        let mut given = before.given.clone();
        given.remove(*random.pick(&names));
        let now = Known::of(given, &unit);
        wrong.extend(against(&now, &before, text));
        before = now;
    }
    wrong.into_iter().map(|wrong| format!("seed {seed}, {wrong}\n{text}")).take(1).collect()
}

/// What is found with some inputs given.
struct Known<U> {
    given: Given,
    unit: U,
    findings: Findings,
}

impl<U: Unit> Known<U> {
    fn of(given: Given, unit: &impl Fn(&Given) -> (U, Arc<Sources>)) -> Self {
        let (unit, sources) = unit(&given);
        let findings = findings_in(MAX_WORLDS, &unit, &sources, &CONTROLS, &OUTCOMES);
        Self { given, unit, findings }
    }

    /// Whether the real tool refuses what is given: an error stands in every world, and a note says so.
    fn is_refused(&self) -> bool {
        !self.unit.notes().is_empty()
    }
}

fn sample(inputs: &[OpenInput], random: &mut Random) -> Given {
    inputs.iter().map(|input| (input.name.clone(), random.pick(&input.values).clone())).collect()
}

/// What is found with more inputs given that what is found with fewer does not allow. What the real tool refuses casts no
/// vote.
fn against<U: Unit>(fewer: &Known<U>, more: &Known<U>, text: &str) -> Vec<String> {
    let given: Vec<String> = more.given.iter().map(|(name, value)| format!("{name} = {}", value.written)).collect();
    let literals: Option<Assignment> =
        more.given.iter().map(|(name, value)| Some((name.clone(), value.literal.clone()?))).collect();
    let mut opened = more.given.keys().filter(|name| !fewer.given.contains_key(*name));
    let is_name_opened = opened.any(|name| is_in_name_of_bucket(name, text));
    let cast = more.findings.iter().filter(|(_, finding)| finding.verdict != Verdict::Unknown);
    let wrong = cast.filter_map(|(subject, finding)| {
        let rows = fewer.findings.iter().filter(|(other, _)| is_about(other, subject));
        let rows: Vec<_> = rows.map(|(_, finding)| finding).collect();
        let verdicts: Vec<Verdict> = rows.iter().map(|row| row.verdict).collect();
        let allows = |row: &&Finding| match row.verdict {
            Verdict::Unknown => true,
            // The name of a bucket that is made of an open input may turn out to be what a trail names.
            Verdict::NoData if is_name_opened => true,
            verdict => verdict == finding.verdict,
        };
        if !rows.iter().any(allows) {
            return Some(format!("{subject:?} with {}: {:?}, but {verdicts:?}", given.join(", "), finding.verdict));
        }
        let [row] = rows.as_slice() else { return None };
        let met = |when| literals.as_ref().and_then(|literals| meets(literals, when)) == Some(true);
        let against = row.cases.iter().find(|case| case.verdict != finding.verdict && met(&case.when))?;
        Some(format!("{subject:?} with {}: {:?}, but {against:?}", given.join(", "), finding.verdict))
    });
    let wrong: Vec<String> = wrong.collect();
    if wrong.is_empty() || more.is_refused() { Vec::new() } else { wrong }
}

/// Whether an input is written where a bucket gets its name, or a trail names one.
fn is_in_name_of_bucket(input: &str, text: &str) -> bool {
    let is_name = |line: &&str| line.to_lowercase().contains("bucket");
    text.lines().filter(is_name).any(|line| line.contains(input))
}
