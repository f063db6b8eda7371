//! What a front end's generator makes: an estate with a few inputs, each with all the values it can have.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use trailwarden::finding::{Case, Condition, Finding, Verdict};
use trailwarden::judge::{Absence, Judge, Outcomes, Row, account_row, to_finding};
use trailwarden::model::{Kind, Neighbours, Resource, Unit};
use trailwarden::rules::{Catalog, Holds, Rule, Words};
use trailwarden::source::Sources;
use trailwarden::value::{Literal, World, is_fixed};

/// The controls.
pub const CONTROLS: [&str; 7] =
    ["CloudTrail.1", "CloudTrail.2", "CloudTrail.3", "CloudTrail.4", "CloudTrail.5", "CloudTrail.6", "CloudTrail.7"];

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

/// The findings of a unit for some controls, in as many worlds as its finite inputs may need.
pub fn findings(unit: &dyn Unit, sources: &Sources, controls: &[&str], outcomes: &Outcomes) -> Findings {
    findings_in(4096, unit, sources, controls, outcomes)
}

/// The findings of a unit whose inputs are all closed. Only what the real tool refuses is left open, so a row that asks
/// something is unknown.
pub fn closed(unit: &dyn Unit, sources: &Sources, controls: &[&str], outcomes: &Outcomes) -> Findings {
    findings_in(1, unit, sources, controls, outcomes)
}

/// Whether the real tool refuses a value that CloudTrail.1 reads of some trail, in a unit whose inputs are all closed.
pub fn is_refused(unit: &dyn Unit) -> bool {
    let world = World::default();
    let estate = unit.estate(&world);
    let is_refused = |trail: &Resource| {
        ["IsLogging", "IsMultiRegionTrail"].iter().any(|name| estate.property(trail, name).obstacle().is_some())
    };
    estate.resources(Kind::Trail).iter().any(is_refused)
}

/// The findings of a unit for some controls, in at most so many worlds a row.
pub fn findings_in(
    max_worlds: usize,
    unit: &dyn Unit,
    sources: &Sources,
    controls: &[&str],
    outcomes: &Outcomes,
) -> Findings {
    let neighbours = Neighbours::default();
    let judge = Judge::new(unit, max_worlds, &neighbours, outcomes, &|_, _, _| None);
    let trails = judge.trails().worlds.into_iter().flat_map(|(_, trails)| trails);
    let trails: BTreeMap<String, Resource> = trails.map(|trail| (trail.address.clone(), trail)).collect();
    let Some(first) = trails.values().next() else { return Findings::new() };
    let rules = || controls.iter().map(|control| Catalog::builtin().unwrap().get(control).unwrap());
    let of = |holds| rules().filter(move |rule| rule.holds == holds);
    let of_trails: Vec<_> = of(Holds::Every).flat_map(|rule| trails.values().map(move |trail| (rule, trail))).collect();
    let words = Words::builtin().unwrap();
    let finding = |rule: &'static Rule, trail: Option<&Resource>, exploration| {
        let subject = (rule.control.id.clone(), trail.map(|trail| trail.address.clone()));
        let row = Row { unit, rule, trail, first: trail.unwrap_or(first), exploration, words, sources };
        to_finding(&row).map(|finding| (subject, finding))
    };
    let explored = of_trails.iter().zip(judge.trail_rows(&of_trails));
    let of_trails = explored.filter_map(|((rule, trail), exploration)| finding(rule, Some(trail), exploration));
    let of_account = |rule: &'static Rule| finding(rule, None, account_row(&judge, rule, first, Absence::Silent).0);
    let of_accounts = of(Holds::Any).filter_map(of_account);
    of_trails.chain(of_accounts).collect()
}

/// Whether a row about an instance whose key or number is open is about this one too.
pub fn is_about((control, trail): &Subject, (of, about): &Subject) -> bool {
    let block = |address: &Option<String>| address.as_ref().and_then(|name| name.split('[').next().map(str::to_owned));
    let is_open = trail.as_ref().is_some_and(|trail| ["[\"*\"]", "${", "[*]"].iter().any(|open| trail.contains(open)));
    control == of && (trail == about || (is_open && block(trail) == block(about)))
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
            Condition::Empty(_) => *value == Literal::Text(String::new()),
            Condition::Fixed(fixed) => (*value != Literal::Null && is_fixed(&text)) == *fixed,
            // What is assigned here are scalars.
            Condition::Filled(_) | Condition::So(..) | Condition::Asked(..) | Condition::Keeps(_) => return None,
        };
        Some(met && holds)
    })
}

/// What is wrong with the explored finding of a row, given what each assignment's own evaluation says: `None` for one
/// that the real tool refuses, or in which the subject does not exist. `refused` are those that rules or validations
/// refuse, which a row knows of only where it comes upon one: a case may name an input to keep away from them.
pub fn disagreements(
    finding: Option<&Finding>,
    votes: &[(Assignment, Option<Verdict>)],
    refused: &[Assignment],
) -> Vec<String> {
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
    if verdicts.len() < 2 {
        return Vec::new();
    }
    // Which assignments a case speaks of that names an expression is not told here.
    let is_plain = |case: &&Case| cast.iter().all(|(one, _)| meets(one, &case.when).is_some());
    let plain: Vec<&Case> = cases.iter().filter(is_plain).collect();
    let met = |case: &Case| cast.iter().filter(|(one, _)| meets(one, &case.when) == Some(true)).collect::<Vec<_>>();
    let mut wrong = Vec::new();
    for &case in &plain {
        if met(case).is_empty() || met(case).iter().any(|(_, verdict)| *verdict != case.verdict) {
            wrong.push(format!("does not force its verdict: {case:?}"));
        }
        for at in 0..case.when.len() {
            let mut fewer = case.clone();
            fewer.when.remove(at);
            let is_near_refused = refused.iter().any(|one| meets(one, &fewer.when) == Some(true));
            if !is_near_refused && met(&fewer).iter().all(|(_, verdict)| *verdict == case.verdict) {
                wrong.push(format!("could do without {:?}: {case:?}", case.when[at]));
            }
        }
    }
    for (assignment, verdict) in cast.iter().filter(|_| plain.len() == cases.len()) {
        if !cases.iter().any(|case| case.verdict == *verdict && meets(assignment, &case.when) == Some(true)) {
            wrong.push(format!("{verdict:?} is in no case: {assignment:?} of {cases:?}"));
        }
    }
    wrong
}

/// Says every disagreement in a line, and the first whole.
pub fn agree(wrong: &[String]) {
    let lines: Vec<&str> = wrong.iter().filter_map(|wrong| wrong.lines().next()).collect();
    let first = wrong.first().map_or("", String::as_str);
    assert!(wrong.is_empty(), "{} disagreements:\n{}\n{first}", wrong.len(), lines.join("\n"));
}
