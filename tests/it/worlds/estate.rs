//! What a front end's generator makes: an estate with a few inputs, each with all the values it can have.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use trailwarden::explore::Exploration;
use trailwarden::finding::{Case, Condition, Finding, Verdict};
use trailwarden::judge::{Judge, Judged, Outcomes, Row, account_row, to_finding};
use trailwarden::model::{Neighbours, Resource, Unit};
use trailwarden::rules::{Catalog, Holds, Rule, Words};
use trailwarden::source::Sources;
use trailwarden::value::{Literal, is_fixed};

/// An input as verdicts name it (`Env`, `var.env`, `var.o.flag`), with its values.
#[derive(Debug, Clone)]
pub struct Input {
    pub name: String,
    pub values: Vec<Literal>,
}

/// A value for each input.
pub type Assignment = BTreeMap<String, Literal>;

/// One row's name: the control and the trail it is about.
pub type Subject = (String, Option<String>);

/// The findings of some rows.
pub type Findings = BTreeMap<Subject, Finding>;

/// Every way the inputs can be.
pub fn assignments(inputs: &[Input]) -> Vec<Assignment> {
    inputs.iter().fold(vec![Assignment::new()], |before, input| {
        let with = |assignment: &Assignment, value: &Literal| {
            let mut assignment = assignment.clone();
            assignment.insert(input.name.clone(), value.clone());
            assignment
        };
        before.iter().flat_map(|assignment| input.values.iter().map(move |value| with(assignment, value))).collect()
    })
}

/// A text as the file `name` of a project that is nowhere on disk.
pub fn sources(name: &str, text: &str) -> Arc<Sources> {
    let sources = Arc::new(Sources::new(PathBuf::from("/project"), PathBuf::from("/project")));
    sources.add(Path::new(name), text.to_owned());
    sources
}

/// The findings of a unit for some controls.
pub fn findings(unit: &dyn Unit, sources: &Sources, controls: &[&str], outcomes: &Outcomes) -> Findings {
    let neighbours = Neighbours::default();
    let judge = Judge::new(unit, 4096, &neighbours, outcomes, &|_, _, _| None);
    let trails: Vec<Resource> = judge.trails().worlds.into_iter().flat_map(|(_, trails)| trails).collect();
    let mut found = BTreeMap::new();
    for control in controls {
        let rule: &'static Rule = Catalog::builtin().unwrap().get(control).unwrap();
        for trail in &trails {
            let of_trail = rule.holds == Holds::Every;
            let subject = ((*control).to_owned(), of_trail.then(|| trail.address.clone()));
            if found.contains_key(&subject) {
                continue;
            }
            let exploration: Exploration<Option<Judged>> =
                if of_trail { judge.trail_row(rule, trail) } else { account_row(&judge, rule, "").0 };
            let words = Words::builtin().unwrap();
            let row = Row { unit, rule, trail: of_trail.then_some(trail), first: trail, exploration, words, sources };
            found.extend(to_finding(&row).map(|finding| (subject, finding)));
        }
    }
    found
}

/// Whether an assignment is one of those a case speaks of; `None` where the case names an expression over inputs.
pub fn meets(assignment: &Assignment, when: &[(String, Condition)]) -> Option<bool> {
    when.iter().try_fold(true, |met, (name, condition)| {
        let value = assignment.get(name)?;
        let text = value.as_text();
        let holds = match condition {
            Condition::Is(literal) => value.same(literal),
            Condition::Not(literals) => !literals.iter().any(|literal| value.same(literal)),
            Condition::Set => *value != Literal::Null && !text.is_empty(),
            Condition::Empty => *value == Literal::Text(String::new()),
            Condition::Fixed(fixed) => (*value != Literal::Null && is_fixed(&text)) == *fixed,
            Condition::Other(..) => return None,
        };
        Some(met && holds)
    })
}

/// What is wrong with the explored finding of a row, given what each assignment's own evaluation says: `None` for one
/// that the real tool refuses, or in which the subject does not exist.
pub fn disagreements(finding: Option<&Finding>, votes: &[(Assignment, Option<Verdict>)]) -> Vec<String> {
    let cast: Vec<(&Assignment, Verdict)> =
        votes.iter().filter_map(|(assignment, vote)| Some((assignment, (*vote)?))).collect();
    let mut verdicts: Vec<Verdict> = cast.iter().map(|(_, verdict)| *verdict).collect();
    verdicts.sort();
    verdicts.dedup();
    let explored = finding.map(|finding| finding.verdict);
    let agrees = match verdicts.as_slice() {
        [] => explored.is_none_or(|verdict| verdict == Verdict::Unknown),
        [only] => explored == Some(*only),
        _ => explored == Some(Verdict::Unknown),
    };
    if !agrees {
        return vec![format!("explored: {explored:?}, one by one: {verdicts:?}; {:?}", finding.map(|f| &f.cases))];
    }
    let cases = finding.map(|finding| finding.cases.as_slice()).unwrap_or_default();
    if verdicts.len() < 2 || cases.iter().any(|case| cast.iter().any(|(one, _)| meets(one, &case.when).is_none())) {
        return Vec::new();
    }
    let met = |case: &Case| cast.iter().filter(|(one, _)| meets(one, &case.when) == Some(true)).collect::<Vec<_>>();
    let mut wrong = Vec::new();
    for case in cases {
        if met(case).is_empty() || met(case).iter().any(|(_, verdict)| *verdict != case.verdict) {
            wrong.push(format!("does not force its verdict: {case:?}"));
        }
        for at in 0..case.when.len() {
            let mut fewer = case.clone();
            fewer.when.remove(at);
            if met(&fewer).iter().all(|(_, verdict)| *verdict == case.verdict) {
                wrong.push(format!("could do without {:?}: {case:?}", case.when[at]));
            }
        }
    }
    for (assignment, verdict) in &cast {
        if !cases.iter().any(|case| case.verdict == *verdict && meets(assignment, &case.when) == Some(true)) {
            wrong.push(format!("{verdict:?} is in no case: {assignment:?} of {cases:?}"));
        }
    }
    wrong
}
