//! Worlds against brute force. Small estates are generated from seeds; what the explorer says about all the ways the inputs
//! could be is compared with an evaluation of each way by itself, its inputs closed.

mod cloudformation;
mod cost;
mod estate;
mod open_cloudformation;
mod open_terraform;
mod policies;
mod random;
mod samples;
mod terraform;
mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use rayon::prelude::*;
use trailwarden::finding::{Finding, Verdict};
use trailwarden::judge::Outcomes;
use trailwarden::model::Unit;
use trailwarden::source::Sources;
use trailwarden::terraform::load;

use cloudformation::Template;
use estate::{
    Assignment, CONTROLS, Findings, Input, Subject, agree, assignments, closed, disagreements, findings, is_about,
    is_refused, sources,
};
use random::Random;
use terraform::Module;

/// What Guard said, of all seeds: the documents of one are often those of another.
static OUTCOMES: LazyLock<Outcomes> = LazyLock::new(Outcomes::default);

/// How many seeds the suite tries; more with `TRAILWARDEN_SEEDS`, while developing.
fn seeds() -> std::ops::Range<u64> {
    let given = std::env::var("TRAILWARDEN_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    0..given.unwrap_or(500)
}

/// The inputs of a seed's estate.
#[derive(Clone, Copy)]
pub enum Inputs {
    /// So many that they have at most so many assignments together.
    Few(usize),
    /// Ten of two values each.
    Ten,
}

impl Inputs {
    fn of(seed: u64) -> Self {
        match seed {
            _ if seed.is_multiple_of(50) => Self::Ten,
            _ if seed.is_multiple_of(5) => Self::Few(32),
            _ => Self::Few(8),
        }
    }

    /// The controls that are judged: where there are many assignments, one after the other a single one.
    fn controls(self, seed: u64) -> &'static [&'static str] {
        let at = usize::try_from(seed / 50).unwrap() % CONTROLS.len();
        match self {
            Self::Few(_) => &CONTROLS,
            Self::Ten => &CONTROLS[at..=at],
        }
    }

    /// Whether there may be one more input of so many assignments, beside those that have `product`.
    pub fn take(self, product: usize, more: usize) -> bool {
        match self {
            Self::Few(most) => product == 1 || product * more <= most,
            Self::Ten => true,
        }
    }
}

#[test]
fn templates_have_the_verdicts_of_all_their_parameters() {
    let wrong = seeds().into_par_iter().flat_map_iter(|seed| {
        let template = Template::generate(seed, Inputs::of(seed));
        let estate = Generated {
            text: &template.text,
            declared: template.declared,
            inputs: &template.inputs,
            refuses: &|given| template.refuses(given),
        };
        wrong_about(seed, &estate, |given| template.unit(given))
    });
    agree(&wrong.collect::<Vec<_>>());
}

#[test]
fn modules_have_the_verdicts_of_all_their_variables() {
    let wrong = seeds().into_par_iter().flat_map_iter(|seed| {
        let module = Module::generate(seed, Inputs::of(seed));
        let estate = Generated {
            text: &module.text,
            declared: module.declared,
            inputs: &module.inputs,
            refuses: &|given| module.refuses(given),
        };
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
        let unit = load(&sources, Path::new("/project"), &trailwarden::model::Inputs::default());
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
    let unit = load(&sources, Path::new("/project"), &trailwarden::model::Inputs::default());
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
    /// How long its declarations of inputs are.
    declared: usize,
    inputs: &'a [Input],
    /// Whether the real tool refuses an assignment by its rules or validations.
    refuses: &'a dyn Fn(&Assignment) -> bool,
}

/// What one way to close all inputs gives.
struct Way {
    given: Assignment,
    said: Rc<Said>,
}

/// What an evaluation says.
struct Said {
    found: Findings,
    /// Whether the real tool refuses a value that CloudTrail.1 reads.
    is_refused: bool,
}

/// Every row about which an exploration and the evaluations one by one disagree: with all inputs open, and with some of them
/// closed. So closing an input contradicts nothing, and neither does opening one.
fn wrong_about<U: Unit>(seed: u64, estate: &Generated, unit: impl Fn(&Assignment) -> (U, Arc<Sources>)) -> Vec<String> {
    let controls = Inputs::of(seed).controls(seed);
    let (refused, admitted): (Vec<_>, Vec<_>) =
        assignments(estate.inputs).into_iter().partition(|given| (estate.refuses)(given));
    let ways: Vec<Way> = one_by_one(estate, admitted.into_iter(), |given| {
        let (unit, sources) = unit(given);
        Said { found: closed(&unit, &sources, controls, &OUTCOMES), is_refused: is_refused(&unit) }
    });
    let mut random = Random::new(!seed);
    let mut wrong = Vec::new();
    for given in [Assignment::new(), some(estate.inputs, &mut random)] {
        let met = |way: &&Way| given.iter().all(|(name, value)| way.given.get(name) == Some(value));
        let ways: Vec<&Way> = ways.iter().filter(met).collect();
        let (unit, sources) = unit(&given);
        let found = findings(&unit, &sources, controls, &OUTCOMES);
        let about = |wrong: String| format!("seed {seed}, given {given:?}, {wrong}\n{}", estate.text);
        wrong.extend(disputed(&found, &ways, &given, &refused).into_iter().map(about));
    }
    wrong
}

/// What each assignment gives. Those that differ in inputs only that nothing in the text reads are evaluated once.
fn one_by_one(
    estate: &Generated,
    assignments: impl Iterator<Item = Assignment>,
    evaluate: impl Fn(&Assignment) -> Said,
) -> Vec<Way> {
    let (_, body) = estate.text.split_at(estate.declared);
    let is_read = |name: &str| body.contains(name);
    let mut known: BTreeMap<Vec<(String, String)>, Rc<Said>> = BTreeMap::new();
    let way = |given: Assignment| {
        let read = given.iter().filter(|(name, _)| is_read(name));
        let read = read.map(|(name, value)| (name.clone(), value.to_string())).collect();
        let said = Rc::clone(known.entry(read).or_insert_with(|| Rc::new(evaluate(&given))));
        Way { given, said }
    };
    assignments.map(way).collect()
}

/// Values for some of the inputs; the attributes of an object together.
fn some(inputs: &[Input], random: &mut Random) -> Assignment {
    let variable = |input: &Input| input.name.split('.').take(2).collect::<Vec<_>>().join(".");
    let closed: BTreeSet<String> = inputs.iter().map(variable).filter(|_| random.one_in(2)).collect();
    let given = inputs.iter().filter(|input| closed.contains(&variable(input)));
    given.map(|input| (input.name.clone(), random.pick(&input.values).clone())).collect()
}

/// Every row about which an exploration with some inputs given and the ways the others can be disagree.
fn disputed(explored: &Findings, ways: &[&Way], given: &Assignment, refused: &[Assignment]) -> Vec<String> {
    if ways.is_empty() {
        return Vec::new();
    }
    let others = ways.iter().flat_map(|way| way.said.found.keys());
    let is_named_by_input = |subject: &Subject| subject.1.as_ref().is_some_and(|trail| trail.contains("${"));
    let others =
        others.filter(|subject| !explored.keys().any(|known| is_named_by_input(known) && is_about(known, subject)));
    let subjects: BTreeSet<&Subject> = others.chain(explored.keys()).collect();
    // What a given value breaks is an error in every world. It refuses none then, and is what the verdict depends on.
    let hangs_on_error = |finding: &Finding| !given.is_empty() && finding.message.contains("an error in the sources");
    let subjects = subjects.into_iter().filter(|subject| !explored.get(*subject).is_some_and(hangs_on_error));
    let wrong = subjects.flat_map(|subject| {
        // An instance whose key is an input has another name in each evaluation.
        let row = |(other, _): &(&Subject, &Finding)| {
            *other == subject || (is_named_by_input(subject) && is_about(subject, other))
        };
        let vote = |found: &Findings| found.iter().find(row).map(|(_, finding)| finding.verdict);
        let cast = |way: &Way| vote(&way.said.found).filter(|verdict| *verdict != Verdict::Unknown);
        let lenient: Vec<_> = ways.iter().map(|way| (way.given.clone(), cast(way))).collect();
        // One value that fails is enough, and whether another is refused beside it may or may not have been seen.
        let beside = |way: &Way| subject.0 == "CloudTrail.1" && way.said.is_refused && cast(way) == Some(Verdict::Fail);
        let strict: Vec<_> = ways.iter().map(|way| (way.given.clone(), cast(way).filter(|_| !beside(way)))).collect();
        // A given value that breaks the row whatever the others are leaves nothing to compare with.
        if !given.is_empty() && lenient.iter().all(|(_, verdict)| verdict.is_none()) {
            return Vec::new();
        }
        let mut wrong = disagreements(explored.get(subject), &lenient, refused);
        if lenient != strict && disagreements(explored.get(subject), &strict, refused).is_empty() {
            wrong.clear();
        }
        wrong.into_iter().map(|wrong| format!("{subject:?}: {wrong}")).collect::<Vec<_>>()
    });
    wrong.collect()
}
