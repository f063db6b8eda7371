//! Errors among what a verdict depends on. What is broken in the sources is no input: it is named, and nobody is told what the
//! verdict were if it were null. Nor is anything proved where one is read, since the real tool deploys nothing then.
//!
//! Knows cases and why inputs are open; knows no rule.

use std::collections::BTreeMap;

use indexmap::IndexSet;

use crate::explore::{Exploration, Merged};
use crate::finding::{Case, Condition, Verdict};
use crate::model::Unit;
use crate::rules::Words;
use crate::value::{Ask, Decided, Input, Question, Reason, World};

use super::describe;

/// What an exploration asked about errors that no option keeps from being read.
fn asked<'a, T>(exploration: &'a Exploration<T>, unit: &dyn Unit) -> impl Iterator<Item = &'a Question> {
    let questions = exploration.worlds.iter().flat_map(|(world, _)| world.answers());
    questions.map(|(question, _)| question).filter(move |question| is_error(question, unit))
}

fn is_error(question: &Question, unit: &dyn Unit) -> bool {
    matches!(question.input.reason, Reason::Broken(_)) && unit.overriding(&question.input.name).is_empty()
}

/// Those errors, by name.
pub fn errors<'a, T>(exploration: &'a Exploration<T>, unit: &dyn Unit) -> BTreeMap<&'a str, &'a Input> {
    asked(exploration, unit).map(|question| (question.input.name.as_str(), question.input.as_ref())).collect()
}

/// An exploration in which a world reads an error only where it cannot do without: what was asked before another answer decided
/// has no part in it.
pub fn settled<T>(
    found: Exploration<T>,
    unit: &dyn Unit,
    mut judge: impl FnMut(&World) -> Decided<T>,
) -> Exploration<T> {
    if !are_read(&found, unit) || !found.exploded.is_empty() {
        return found;
    }
    let mut worlds: Vec<(World, T)> = Vec::new();
    for (world, said) in found.worlds {
        let without = world.with_answers(|question| !is_read(question, unit));
        if without.answers().len() == world.answers().len() {
            worlds.push((world, said));
        } else if let Ok(said) = judge(&without) {
            let is_known = worlds.iter().any(|(known, _)| known.answers() == without.answers());
            worlds.extend((!is_known).then_some((without, said)));
        } else {
            worlds.push((world, said));
        }
    }
    Exploration { worlds, ..found }
}

/// What votes of an exploration say together. A world that reads an error says nothing: the real tool deploys nothing there. No
/// case covers it, unless it is about the error.
pub fn merged<T>(exploration: &Exploration<T>, votes: &[(&World, Verdict)], unit: &dyn Unit) -> Option<Merged> {
    if !are_read(exploration, unit) || !exploration.exploded.is_empty() {
        return exploration.merge(votes);
    }
    if votes.is_empty() {
        return None;
    }
    let reads_one = |world: &World| world.answers().iter().any(|(question, _)| is_read(question, unit));
    let heard =
        votes.iter().map(|(world, verdict)| (*world, if reads_one(world) { Verdict::Unknown } else { *verdict }));
    let is_vote = |world: &World| votes.iter().any(|(vote, _)| std::ptr::eq(*vote, world));
    let silent = exploration.worlds.iter().map(|(world, _)| world).filter(|world| reads_one(world) && !is_vote(world));
    let heard: Vec<(&World, Verdict)> = heard.chain(silent.map(|world| (world, Verdict::Unknown))).collect();
    let merged = exploration.merge(&heard)?;
    let decides = |(case, _): &(Case, usize)| case.verdict != Verdict::Unknown;
    let (cases, shown) = merged.cases.into_iter().zip(merged.shown).filter(decides).unzip();
    Some(Merged { verdict: Verdict::Unknown, cases, shown })
}

/// Whether an error is read that stands whatever is answered.
pub fn are_read<T>(exploration: &Exploration<T>, unit: &dyn Unit) -> bool {
    asked(exploration, unit).any(|question| is_read(question, unit))
}

/// Whether a question reads an error. What something that is broken may do is no such thing.
fn is_read(question: &Question, unit: &dyn Unit) -> bool {
    is_error(question, unit) && !matches!(question.ask, Ask::So(_))
}

/// The cases without those that say what an error is worth. What something that is broken may do is said: that a file which cannot be
/// read makes a bucket public.
pub fn without_errors<T>(cases: &[Case], exploration: &Exploration<T>, unit: &dyn Unit) -> Vec<Case> {
    let errors = errors(exploration, unit);
    cases.iter().filter(|case| !says_what_is_worth(case, &errors)).cloned().collect()
}

/// Whether a case says what one of these errors is worth.
pub fn says_what_is_worth(case: &Case, errors: &BTreeMap<&str, &Input>) -> bool {
    let is_worth = |(name, met): &(String, Condition)| is_of(errors, name) && !matches!(met, Condition::So(..));
    case.when.iter().any(is_worth)
}

/// Whether something is an error or made of one.
fn is_of(errors: &BTreeMap<&str, &Input>, name: &str) -> bool {
    errors.keys().any(|error| name.contains(error))
}

/// Whether an input is made of an error, which is named instead.
pub fn is_made_of_one<T>(input: &Input, exploration: &Exploration<T>, unit: &dyn Unit) -> bool {
    let errors = errors(exploration, unit);
    !errors.contains_key(input.name.as_str()) && is_of(&errors, &input.name)
}

/// The errors in words.
pub fn described<T>(exploration: &Exploration<T>, unit: &dyn Unit, words: &Words) -> String {
    let errors = errors(exploration, unit);
    // One error may stand in several places.
    let said: IndexSet<String> = errors.into_values().filter_map(|input| describe::reason(input, words)).collect();
    said.into_iter().collect::<Vec<_>>().join(", ")
}
