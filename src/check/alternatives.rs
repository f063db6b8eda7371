//! Other values of parameters that have a default. The default decides a verdict, and somebody may still deploy with another
//! allowed value.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexSet;
use rayon::prelude::*;

use crate::finding::{Case, Condition, Finding, Note, Verdict, Whole};
use crate::judge::fill;
use crate::model::Unit;
use crate::rules::Words;
use crate::source::Span;
use crate::value::Literal;

use super::rows::{Found, Run, Subject, outcomes, rows};

/// How many other values of parameters are tried on one unit.
const MAX_ALTERNATIVES: usize = 64;

/// One other value, with what it would make of the unit.
struct Tried {
    input: String,
    /// `None` stands for any.
    value: Option<Condition>,
    rows: Vec<Found>,
}

/// Those values that would change a verdict, or may, become cases of a row that is decided, one parameter changed at a time;
/// of one that is not, they are told beside its cases. Says which trails exist with them only, and so where there are too many
/// to try.
pub(super) fn try_all(found: &mut [Found], unit: &dyn Unit, run: &Run) -> Vec<Note> {
    let mut alternatives = unit.alternatives();
    let count = alternatives.len();
    alternatives.truncate(MAX_ALTERNATIVES);
    let tried = alternatives.into_par_iter().map(|(input, value)| {
        let unit = unit.with(&input, value.as_deref());
        let rows = unit.map(|unit| rows(unit.as_ref(), run).found).unwrap_or_default();
        Tried { input, value: value.map(|value| Condition::Is(Literal::Text(value))), rows }
    });
    let tried: Vec<Tried> = tried.collect();
    for Tried { input, value, rows } in &tried {
        let rows: HashMap<Subject, &Found> = rows.iter().map(|row| (row.subject(), row)).collect();
        let changed: Vec<_> = value.iter().map(|value| (input.clone(), value.clone())).collect();
        for row in found.iter_mut() {
            let Some(other) = rows.get(&row.subject()) else { continue };
            let turned = outcomes(&other.finding).into_iter().filter(|case| is_turned(&row.finding, case));
            let turned = turned.map(|case| Case { when: [changed.as_slice(), &case.when].concat(), ..case });
            let turned: Vec<Case> = turned.collect();
            let is_one = row.finding.verdict != Verdict::Unknown;
            let cases = if is_one { &mut row.finding.cases } else { &mut row.turned };
            cases.extend(turned);
        }
    }
    let slots = [("unit", unit.path().to_owned()), ("count", count.to_string()), ("tried", tried.len().to_string())];
    let message = || fill(&run.words.alternatives, &slots.into());
    let too_many = (count > tried.len()).then(|| Note { message: message(), span: None });
    appearing(found, &tried, run.words).into_iter().chain(too_many).collect()
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
