//! Other values of parameters that have a default. The default decides a verdict, and somebody may still deploy with another
//! allowed value.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexSet;
use rayon::prelude::*;

use crate::finding::{Case, Condition, FileError, Finding, Note, Verdict, Whole};
use crate::judge::fill;
use crate::model::Unit;
use crate::rules::Words;
use crate::source::Span;
use crate::value::Literal;

use super::changes::{self, Around};
use super::guarded;
use super::rows::{Found, Run, Subject, outcomes, rows};

/// How many other values of parameters are tried on one unit.
const MAX_ALTERNATIVES: usize = 64;

/// One other value, with what it would make of the unit.
pub(super) struct Tried {
    input: String,
    /// `None` stands for any.
    value: Option<Condition>,
    rows: Vec<Found>,
}

/// A parameter, and another value of it.
type Alternative = (String, Option<String>);

/// What other values would make of each of these units: all templates of the run that have the parameter get a value, as the
/// command line gives it. Any value is tried in each alone: two that are not known are not one.
pub(super) fn tried(units: &[Option<&dyn Unit>], run: &Run, around: &Around) -> Vec<Result<Vec<Tried>, FileError>> {
    let alternatives = |unit: &dyn Unit| unit.alternatives().into_iter().take(MAX_ALTERNATIVES).collect();
    let of_units: Vec<Vec<Alternative>> = units.iter().map(|unit| unit.map(alternatives).unwrap_or_default()).collect();
    let mut wanting: HashMap<&Alternative, Vec<(usize, &dyn Unit)>> = HashMap::new();
    for (at, (unit, alternatives)) in units.iter().zip(&of_units).enumerate() {
        for alternative in alternatives {
            wanting.entry(alternative).or_default().extend(unit.map(|unit| (at, unit)));
        }
    }
    let rows = wanting.par_iter().flat_map(|(alternative, units)| {
        let rows = try_one(units, alternative, run, around);
        units.iter().map(|(at, _)| (*at, Alternative::clone(alternative))).zip(rows).collect::<Vec<_>>()
    });
    let mut rows: HashMap<(usize, Alternative), Result<Vec<Found>, FileError>> = rows.collect();
    let mut tried = |at: usize, alternative: &Alternative| {
        let rows = rows.remove(&(at, alternative.clone())).unwrap_or_else(|| Ok(Vec::new()))?;
        let (input, value) = alternative.clone();
        Ok(Tried { input, value: value.map(|value| Condition::Is(Literal::Text(value))), rows })
    };
    of_units.iter().enumerate().map(|(at, of_unit)| of_unit.iter().map(|other| tried(at, other)).collect()).collect()
}

/// The rows of units where a parameter has another value.
fn try_one(
    units: &[(usize, &dyn Unit)],
    (input, value): &Alternative,
    run: &Run,
    around: &Around,
) -> Vec<Result<Vec<Found>, FileError>> {
    let value = value.as_deref();
    let changed = if value.is_some() { around.changed(input, value) } else { Vec::new() };
    if changed.len() < 2 {
        let alone = |unit: &dyn Unit| unit.with(input, value).map(|unit| rows(unit.as_ref(), run).found);
        return units.par_iter().map(|(_, unit)| guarded(*unit, || alone(*unit).unwrap_or_default())).collect();
    }
    let neighbours = around.neighbours(&changed);
    let run = Run { neighbours: &neighbours, ..*run };
    let together = |unit: &dyn Unit| changes::at(&changed, unit.path()).map(|unit| rows(unit, &run).found);
    units.par_iter().map(|(_, unit)| guarded(*unit, || together(*unit).unwrap_or_default())).collect()
}

/// Those values that would change a verdict, or may, become cases of a row that is decided, one parameter changed at a time;
/// of one that is not, they are told beside its cases. Says which trails exist with them only, and so where there are too many
/// to try.
pub(super) fn add_all(found: &mut [Found], tried: &[Tried], unit: &dyn Unit, run: &Run) -> Vec<Note> {
    let count = unit.alternatives().len();
    for Tried { input, value, rows } in tried {
        let rows: HashMap<Subject, &Found> = rows.iter().map(|row| (row.subject(), row)).collect();
        let changed: Vec<_> = value.iter().map(|value| (input.clone(), value.clone())).collect();
        for row in found.iter_mut() {
            let Some(other) = rows.get(&row.subject()) else { continue };
            let is_one = row.finding.verdict != Verdict::Unknown;
            let says = if is_one { outlooks(&other.finding) } else { outcomes(&other.finding) };
            let turned = says.into_iter().filter(|case| is_turned(&row.finding, case));
            let turned = turned.map(|case| Case { when: [changed.as_slice(), &case.when].concat(), ..case });
            let turned: Vec<Case> = turned.collect();
            let cases = if is_one { &mut row.finding.cases } else { &mut row.turned };
            cases.extend(turned);
        }
    }
    let slots = [("unit", unit.path().to_owned()), ("count", count.to_string()), ("tried", tried.len().to_string())];
    let message = || fill(&run.words.alternatives, &slots.into());
    let too_many = (count > tried.len()).then(|| Note { message: message(), span: None });
    appearing(found, tried, run.words).into_iter().chain(too_many).collect()
}

/// What a finding says, or may say, whoever decides it: what was proved is not proved with another value.
fn outlooks(finding: &Finding) -> Vec<Case> {
    if finding.verdict == Verdict::Unknown { finding.cases.clone() } else { outcomes(finding) }
}

/// Whether a case is another verdict than a finding has, or has under some of the same inputs.
fn is_turned(finding: &Finding, case: &Case) -> bool {
    let is_other = |own: &Case| own.verdict != case.verdict && own.may_meet(case);
    let is_one = finding.verdict != Verdict::Unknown;
    if is_one { case.verdict != finding.verdict } else { finding.cases.iter().any(is_other) }
}

/// A trail that exists with other values only.
struct Appearing<'a> {
    trail: &'a str,
    /// The controls that it fails then.
    failing: Vec<&'a str>,
    span: Span,
    /// What the parameters must be.
    inputs: Vec<String>,
}

/// The trails that exist with other values only, and what fails then.
fn appearing(found: &[Found], tried: &[Tried], words: &Words) -> Vec<Note> {
    let known: BTreeSet<&str> = found.iter().filter_map(trail_of).collect();
    let known_accounts: Vec<Subject> = found.iter().filter(|row| row.account.is_some()).map(Found::subject).collect();
    let mut appearing: Vec<Appearing> = Vec::new();
    for Tried { input, value, rows } in tried {
        let conditions = &words.conditions;
        let changed = || fill(&conditions.changed, &[("input", input.clone())].into());
        let condition = value.as_ref().map_or_else(changed, |value| conditions.say(input, value));
        let trails: IndexSet<&str> = rows.iter().filter_map(trail_of).filter(|trail| !known.contains(trail)).collect();
        for trail in trails {
            let findings = || rows.iter().filter(|row| trail_of(row) == Some(trail)).map(|row| &row.finding);
            // An account that has a trail then only is judged by that.
            let is_of_account = |row: &&Found| {
                let is_judged_by_it = row.finding.subject.addresses.iter().any(|address| address == trail);
                row.account.is_some() && is_judged_by_it && !known_accounts.contains(&row.subject())
            };
            let of_account = rows.iter().filter(is_of_account).map(|row| &row.finding);
            let failing = of_account.chain(findings()).filter(|finding| finding.verdict == Verdict::Fail);
            let failing: Vec<&str> = failing.map(|finding| finding.control.as_str()).collect();
            let inputs = vec![condition.clone()];
            match appearing.iter_mut().find(|other| other.trail == trail && other.failing == failing) {
                Some(other) => other.inputs.extend(inputs),
                None => appearing.extend(findings().next().map(|first| Appearing {
                    trail,
                    failing,
                    span: first.location,
                    inputs,
                })),
            }
        }
    }
    let note = |Appearing { trail, failing, span, inputs }: Appearing| {
        let slots = [("resource", trail.to_owned()), ("inputs", inputs.join(" or ")), ("controls", failing.join(", "))];
        let words = if failing.is_empty() { &words.appears } else { &words.appears_failing };
        Note { message: fill(words, &slots.into()), span: Some(span) }
    };
    appearing.into_iter().map(note).collect()
}

/// The trail a row is about, where it is about one.
fn trail_of(row: &Found) -> Option<&str> {
    let is_of_trail = row.finding.subject.whole == Whole::Account;
    row.finding.resource.as_deref().filter(|_| is_of_trail)
}
