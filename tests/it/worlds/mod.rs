//! Worlds against brute force. Small estates are generated from seeds; what the explorer says about all the ways the inputs
//! could be is compared with an evaluation of each way by itself, its inputs closed.

mod cloudformation;
mod cost;
mod estate;
mod random;

use std::collections::BTreeSet;

use rayon::prelude::*;
use trailwarden::finding::Verdict;
use trailwarden::judge::Outcomes;

use cloudformation::Template;
use estate::{Assignment, Subject, assignments, disagreements, findings};

/// How many seeds the suite tries; more with `TRAILWARDEN_SEEDS`, while developing.
fn seeds() -> std::ops::Range<u64> {
    let given = std::env::var("TRAILWARDEN_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    0..given.unwrap_or(500)
}

/// The control that a seed is about.
fn control(seed: u64) -> [&'static str; 1] {
    let controls = [
        "CloudTrail.1",
        "CloudTrail.2",
        "CloudTrail.3",
        "CloudTrail.4",
        "CloudTrail.5",
        "CloudTrail.6",
        "CloudTrail.7",
    ];
    [controls[usize::try_from(seed).unwrap() % controls.len()]]
}

/// How many ways its inputs can be at most: few for most seeds, and ten inputs for some.
fn most(seed: u64) -> usize {
    if seed.is_multiple_of(100) { 256 } else { 8 }
}

#[test]
fn templates_have_the_verdicts_of_all_their_parameters() {
    let wrong: Vec<String> = seeds().into_par_iter().flat_map_iter(wrong_about_template).collect();
    agree(&wrong);
}

/// Says every disagreement in a line, and the first whole.
fn agree(wrong: &[String]) {
    let lines: Vec<&str> = wrong.iter().filter_map(|wrong| wrong.lines().next()).collect();
    let first = wrong.first().map_or("", String::as_str);
    assert!(wrong.is_empty(), "{} disagreements:\n{}\n{first}", wrong.len(), lines.join("\n"));
}

fn wrong_about_template(seed: u64) -> Vec<String> {
    let template = Template::generate(seed, most(seed));
    let sources = template.sources();
    let (controls, outcomes) = (control(seed), Outcomes::default());
    let explored = findings(&cloudformation::unit(&sources, &Assignment::new()), &sources, &controls, &outcomes);
    let mut subjects: BTreeSet<Subject> = explored.keys().cloned().collect();
    let ways: Vec<_> = assignments(&template.inputs)
        .into_iter()
        .map(|given| {
            let found = findings(&cloudformation::unit(&sources, &given), &sources, &controls, &outcomes);
            subjects.extend(found.keys().cloned());
            (template.refuses(&given), given, found)
        })
        .collect();
    if ways.iter().all(|(refused, ..)| *refused) {
        return Vec::new();
    }
    let wrong = subjects.into_iter().flat_map(|subject| {
        let vote = |(refused, given, found): &(bool, Assignment, std::collections::BTreeMap<Subject, _>)| {
            let verdict = found.get(&subject).map(|finding: &trailwarden::finding::Finding| finding.verdict);
            // With every input closed, only what the real tool refuses is left open.
            (given.clone(), verdict.filter(|verdict| !refused && *verdict != Verdict::Unknown))
        };
        let votes: Vec<_> = ways.iter().map(vote).collect();
        let wrong = disagreements(explored.get(&subject), &votes);
        wrong.into_iter().map(move |wrong| (subject.clone(), wrong)).collect::<Vec<_>>()
    });
    wrong.map(|(subject, wrong)| format!("seed {seed}, {subject:?}: {wrong}\n{}", template.text)).collect()
}
