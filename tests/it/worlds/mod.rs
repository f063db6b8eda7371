//! Worlds against brute force. Small estates are generated from seeds; what the explorer says about all the ways the inputs
//! could be is compared with an evaluation of each way by itself, its inputs closed.

mod cloudformation;
mod cost;
mod estate;
mod open_cloudformation;
mod open_terraform;
mod random;
mod samples;
mod terraform;
mod truth;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use trailwarden::finding::{Finding, Verdict};
use trailwarden::judge::Outcomes;
use trailwarden::model::{Inputs, Unit};
use trailwarden::source::Sources;
use trailwarden::terraform::load;

use cloudformation::Template;
use estate::{
    Assignment, CONTROLS, Findings, Input, Subject, agree, assignments, closed, disagreements, findings, is_about,
    is_refused, sources,
};
use terraform::Module;

/// How many seeds the suite tries; more with `TRAILWARDEN_SEEDS`, while developing.
fn seeds() -> std::ops::Range<u64> {
    let given = std::env::var("TRAILWARDEN_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    0..given.unwrap_or(500)
}

/// How many ways the inputs of a seed can be at most: few for most seeds, and ten inputs of two values for some.
fn most(seed: u64) -> usize {
    match seed {
        _ if seed.is_multiple_of(250) => 1024,
        _ if seed.is_multiple_of(100) => 256,
        _ if seed.is_multiple_of(5) => 32,
        _ => 8,
    }
}

#[test]
fn templates_have_the_verdicts_of_all_their_parameters() {
    let wrong = seeds().into_par_iter().flat_map_iter(|seed| {
        let template = Template::generate(seed, most(seed));
        let estate =
            Generated { text: &template.text, inputs: &template.inputs, refuses: &|given| template.refuses(given) };
        wrong_about(seed, &estate, |given| template.unit(given))
    });
    agree(&wrong.collect::<Vec<_>>());
}

#[test]
fn modules_have_the_verdicts_of_all_their_variables() {
    let wrong = seeds().into_par_iter().flat_map_iter(|seed| {
        let module = Module::generate(seed, most(seed));
        let estate = Generated { text: &module.text, inputs: &module.inputs, refuses: &|given| module.refuses(given) };
        wrong_about(seed, &estate, |given| module.unit(given))
    });
    agree(&wrong.collect::<Vec<_>>());
}

#[test]
fn an_instance_that_an_input_names_is_judged_in_every_world() {
    for keys in ["toset([var.env])", "var.create ? toset([var.env]) : toset([])"] {
        let text = format!(
            "variable \"env\" {{\n  type = string\n}}
variable \"create\" {{\n  type = bool\n  nullable = false\n}}
resource \"aws_cloudtrail\" \"t\" {{
  for_each                   = {keys}
  name                       = each.key
  s3_bucket_name             = \"logs\"
  enable_log_file_validation = var.env != \"dev\"
}}\n"
        );
        let sources = sources("main.tf", &text);
        let unit = load(&sources, Path::new("/project"), &Inputs::default());
        let found = findings(&unit, &sources, &["CloudTrail.4"], &Outcomes::default());
        let verdicts: Vec<_> = found.values().map(|finding| (finding.resource.as_deref(), finding.verdict)).collect();
        assert_eq!(verdicts, [(Some("aws_cloudtrail.t[\"${var.env}\"]"), Verdict::Unknown)], "{keys}");
    }
}

#[test]
fn an_instance_that_becomes_another_one_is_judged_as_that() {
    let text = "variable \"env\" {\n  type = string\n}
resource \"aws_cloudtrail\" \"t\" {
  for_each                   = toset([\"x\", \"y\", var.env])
  name                       = each.key
  s3_bucket_name             = \"logs\"
  enable_log_file_validation = each.key != \"y\"
}\n";
    let sources = sources("main.tf", text);
    let unit = load(&sources, Path::new("/project"), &Inputs::default());
    let found = findings(&unit, &sources, &["CloudTrail.4"], &Outcomes::default());
    let verdicts: Vec<_> = found
        .values()
        .map(|finding| (finding.resource.as_deref().unwrap(), finding.verdict, finding.cases.len()))
        .collect();
    assert_eq!(
        verdicts,
        [
            ("aws_cloudtrail.t[\"${var.env}\"]", Verdict::Unknown, 2),
            ("aws_cloudtrail.t[\"x\"]", Verdict::Pass, 0),
            ("aws_cloudtrail.t[\"y\"]", Verdict::Fail, 0),
        ],
        "{found:?}"
    );
}

/// What both front ends' generators make.
struct Generated<'a> {
    text: &'a str,
    inputs: &'a [Input],
    /// Whether the real tool refuses an assignment by its rules or validations.
    refuses: &'a dyn Fn(&Assignment) -> bool,
}

/// What one way to close all inputs gives.
struct Way {
    found: Findings,
    /// Whether the real tool refuses a value that CloudTrail.1 reads.
    is_refused: bool,
    given: Assignment,
}

/// Every row about which the exploration and the evaluations one by one disagree.
fn wrong_about<U: Unit>(seed: u64, estate: &Generated, unit: impl Fn(&Assignment) -> (U, Arc<Sources>)) -> Vec<String> {
    let outcomes = Outcomes::default();
    let explored = {
        let (unit, sources) = unit(&Assignment::new());
        findings(&unit, &sources, &CONTROLS, &outcomes)
    };
    let (refused, admitted): (Vec<_>, Vec<_>) =
        assignments(estate.inputs).into_iter().partition(|given| (estate.refuses)(given));
    let way = |given: Assignment| {
        let (unit, sources) = unit(&given);
        Way { found: closed(&unit, &sources, &CONTROLS, &outcomes), is_refused: is_refused(&unit), given }
    };
    let ways: Vec<Way> = admitted.into_iter().map(way).collect();
    if ways.is_empty() {
        return Vec::new();
    }
    let others = ways.iter().flat_map(|way| way.found.keys());
    let is_named_by_input = |subject: &Subject| subject.1.as_ref().is_some_and(|trail| trail.contains("${"));
    let others =
        others.filter(|subject| !explored.keys().any(|known| is_named_by_input(known) && is_about(known, subject)));
    let subjects: BTreeSet<&Subject> = others.chain(explored.keys()).collect();
    let wrong = subjects.into_iter().flat_map(|subject| {
        // An instance whose key is an input has another name in each evaluation.
        let row = |(other, _): &(&Subject, &Finding)| {
            *other == subject || (is_named_by_input(subject) && is_about(subject, other))
        };
        let vote = |found: &Findings| found.iter().find(row).map(|(_, finding)| finding.verdict);
        let cast = |way: &Way| vote(&way.found).filter(|verdict| *verdict != Verdict::Unknown);
        let lenient: Vec<_> = ways.iter().map(|way| (way.given.clone(), cast(way))).collect();
        // One value that fails is enough, and whether another is refused beside it may or may not have been seen.
        let beside = |way: &Way| subject.0 == "CloudTrail.1" && way.is_refused && cast(way) == Some(Verdict::Fail);
        let strict: Vec<_> = ways.iter().map(|way| (way.given.clone(), cast(way).filter(|_| !beside(way)))).collect();
        let mut wrong = disagreements(explored.get(subject), &lenient, &refused);
        if lenient != strict && disagreements(explored.get(subject), &strict, &refused).is_empty() {
            wrong.clear();
        }
        wrong.into_iter().map(move |wrong| format!("{subject:?}: {wrong}"))
    });
    wrong.map(|wrong| format!("seed {seed}, {wrong}\n{}", estate.text)).collect()
}
