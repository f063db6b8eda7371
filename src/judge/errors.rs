//! Errors among what a verdict depends on. What is broken in the sources is no input: it is named, and nobody is told what the
//! verdict were if it were null.
//!
//! Knows cases and why inputs are open; knows no rule.

use std::collections::BTreeMap;

use crate::explore::Exploration;
use crate::finding::{Case, Condition};
use crate::model::Unit;
use crate::rules::Words;
use crate::value::{Input, Reason};

use super::describe;

/// The errors that an exploration asked about and that no option keeps from being read, by name.
pub fn errors<'a, T>(exploration: &'a Exploration<T>, unit: &dyn Unit) -> BTreeMap<&'a str, &'a Input> {
    let questions = exploration.worlds.iter().flat_map(|(world, _)| world.answers());
    let inputs = questions.map(|(question, _)| question.input.as_ref());
    let is_error =
        |input: &&Input| matches!(input.reason, Reason::Broken(_)) && unit.overriding(&input.name).is_empty();
    inputs.filter(is_error).map(|input| (input.name.as_str(), input)).collect()
}

/// The cases without those that say what an error is worth. What something that is broken may do is said: that a file which cannot be
/// read makes a bucket public.
pub fn without_errors<T>(cases: &[Case], exploration: &Exploration<T>, unit: &dyn Unit) -> Vec<Case> {
    let errors = errors(exploration, unit);
    cases.iter().filter(|case| !says_what_is_worth(case, &errors)).cloned().collect()
}

/// Whether a case says what one of these errors is worth.
pub fn says_what_is_worth(case: &Case, errors: &BTreeMap<&str, &Input>) -> bool {
    let is_error =
        |(name, met): &(String, Condition)| errors.contains_key(name.as_str()) && !matches!(met, Condition::So(..));
    case.when.iter().any(is_error)
}

/// The errors in words.
pub fn described<T>(exploration: &Exploration<T>, unit: &dyn Unit, words: &Words) -> String {
    let said = errors(exploration, unit).into_values().filter_map(|input| describe::reason(input, words));
    said.collect::<Vec<_>>().join(", ")
}
