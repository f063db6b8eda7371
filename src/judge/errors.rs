//! Errors among what a verdict depends on. What is broken in the sources is no input: it is named, and nobody is told what the
//! verdict were if it were null. Nor is anything proved where one is read, since the real tool deploys nothing then.
//!
//! Knows cases and why inputs are open; knows no rule.

use std::collections::BTreeMap;

use crate::explore::{Exploration, Merged};
use crate::finding::{Case, Condition, Verdict};
use crate::model::Unit;
use crate::rules::Words;
use crate::value::{Ask, Input, Question, Reason, World};

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

/// What votes of an exploration say together. A case that comes of a world which reads an error holds for nothing, unless it is
/// about the error.
pub fn merged<T>(exploration: &Exploration<T>, votes: &[(&World, Verdict)], unit: &dyn Unit) -> Option<Merged> {
    let merged = exploration.merge(votes)?;
    if !are_read(exploration, unit) {
        return Some(merged);
    }
    let errors = errors(exploration, unit);
    let reads_one = |world: &World| world.answers().iter().any(|(question, _)| is_error(question, unit));
    let stands = |(case, at): &(Case, usize)| {
        says_what_is_worth(case, &errors) || !votes.get(*at).is_some_and(|(world, _)| reads_one(world))
    };
    let (cases, shown) = merged.cases.into_iter().zip(merged.shown).filter(stands).unzip();
    Some(Merged { verdict: Verdict::Unknown, cases, shown })
}

/// Whether an error is read that stands whatever is answered. What something that is broken may do is no such thing.
pub fn are_read<T>(exploration: &Exploration<T>, unit: &dyn Unit) -> bool {
    asked(exploration, unit).any(|question| !matches!(question.ask, Ask::So(_)))
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
    let said = errors(exploration, unit).into_values().filter_map(|input| describe::reason(input, words));
    said.collect::<Vec<_>>().join(", ")
}
