//! Replays a judgement until every answer was tried, and merges what came out into a verdict with its cases.
//!
//! Knows questions and answers only: what is judged, and how, is the caller's.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::finding::{Case, Condition, Verdict};
use crate::value::{Ask, Decided, Failure, Input, Literal, Question, Stop, World};

/// Everything a judgement gave, world by world.
#[derive(Debug)]
pub struct Exploration<T> {
    /// The worlds that gave something, in a fixed order: yes before no, the first question first.
    pub worlds: Vec<(World, T)>,
    /// What the real tool would say in the worlds it refuses. They cast no vote.
    pub refused: Vec<Arc<Failure>>,
    /// The inputs that were still being asked about when the limit was reached; empty when it was not.
    pub exploded: Vec<Arc<Input>>,
}

/// Runs `judge` in the world without answers and, wherever it needs an answer, in both worlds that have it.
pub fn explore<T>(limit: usize, mut judge: impl FnMut(&World) -> Decided<T>) -> Exploration<T> {
    let mut found = Exploration { worlds: Vec::new(), refused: Vec::new(), exploded: Vec::new() };
    let mut waiting = vec![World::default()];
    while let Some(world) = waiting.pop() {
        match judge(&world) {
            Ok(outcome) => found.worlds.push((world, outcome)),
            Err(Stop::Reject(failure)) => found.refused.push(failure),
            Err(Stop::Ask(question)) => {
                if found.worlds.len() + found.refused.len() + waiting.len() + 2 > limit {
                    found.exploded = asked(&waiting, &world, &question);
                    return found;
                }
                let answered = [false, true].map(|answer| world.with(question.as_ref().clone(), answer));
                waiting.extend(answered.into_iter().filter(|world| is_possible(world, &question.input)));
            }
        }
    }
    found
}

/// Whether `input` can still have any value. An input of a finite domain may have none left.
fn is_possible(world: &World, input: &Input) -> bool {
    world.candidates(input).is_none_or(|values| !values.is_empty())
}

/// The inputs the waiting worlds and the last question are about, by name.
fn asked(waiting: &[World], last: &World, question: &Question) -> Vec<Arc<Input>> {
    let answers = waiting.iter().chain([last]).flat_map(World::answers);
    let inputs = answers.map(|(question, _)| &question.input).chain([&question.input]);
    let by_name: BTreeMap<&str, &Arc<Input>> = inputs.map(|input| (input.name.as_str(), input)).collect();
    by_name.into_values().map(Arc::clone).collect()
}

/// The verdict of all the votes together, and the shortest assignments that lead to each.
#[must_use]
pub fn merge(votes: &[(&World, Verdict)]) -> (Option<Verdict>, Vec<Case>) {
    let Some((_, first)) = votes.first() else { return (None, Vec::new()) };
    if votes.iter().all(|(_, verdict)| verdict == first) {
        return (Some(*first), Vec::new());
    }
    let mut cases: Vec<Case> = Vec::new();
    for (world, verdict) in votes {
        let when = conditions(&shortest(world, *verdict, votes));
        let case = Case { when, verdict: *verdict };
        if !cases.contains(&case) {
            cases.push(case);
        }
    }
    cases.sort_by_key(|case| case.verdict != Verdict::Fail);
    (Some(Verdict::Unknown), cases)
}

/// The answers of `world` without those that do not matter: every vote that agrees with the rest is the same.
fn shortest(world: &World, verdict: Verdict, votes: &[(&World, Verdict)]) -> Vec<(Question, bool)> {
    let mut answers = world.answers().to_vec();
    let mut at = 0;
    while at < answers.len() {
        let mut fewer = answers.clone();
        fewer.remove(at);
        let agrees = |other: &World| {
            fewer.iter().all(|(question, answer)| other.answer(question).is_none_or(|given| given == *answer))
        };
        if votes.iter().filter(|(other, _)| agrees(other)).all(|(_, other)| *other == verdict) {
            answers = fewer;
        } else {
            at += 1;
        }
    }
    answers
}

/// The answers as conditions, one an input, in order of first question.
fn conditions(answers: &[(Question, bool)]) -> Vec<(String, Condition)> {
    let mut inputs: Vec<&Arc<Input>> = Vec::new();
    for (question, _) in answers {
        if !inputs.contains(&&question.input) {
            inputs.push(&question.input);
        }
    }
    let of = |input: &Arc<Input>| {
        answers
            .iter()
            .filter(|(question, _)| question.input == *input)
            .map(|(question, answer)| (&question.ask, *answer))
            .collect::<Vec<_>>()
    };
    inputs
        .into_iter()
        .flat_map(|input| condition(input, &of(input)).into_iter().map(|met| (input.name.clone(), met)))
        .collect()
}

fn condition(input: &Arc<Input>, answers: &[(&Ask, bool)]) -> Vec<Condition> {
    let world = answers.iter().fold(World::default(), |world, (ask, answer)| {
        world.with(Question::new(Arc::clone(input), (*ask).clone()), *answer)
    });
    if let Some([only]) = world.candidates(input).as_deref() {
        return vec![Condition::Is(only.clone())];
    }
    let mut not = Vec::new();
    let mut others = Vec::new();
    for (ask, answer) in answers {
        match (ask, answer) {
            (Ask::Empty, true) => others.push(Condition::Empty),
            (Ask::True, answer) => others.push(Condition::Is(Literal::Bool(*answer))),
            (Ask::Fixed, answer) => others.push(Condition::Fixed(*answer)),
            (Ask::Null, false) => not.push(Literal::Null),
            (Ask::Empty, false) => not.push(Literal::Text(String::new())),
            (Ask::Is(literal), false) => not.push(literal.clone()),
            (ask, answer) => {
                let question = Question::new(Arc::clone(input), (*ask).clone());
                others.push(Condition::Other(question.describe(), *answer));
            }
        }
    }
    let empty = Literal::Text(String::new());
    if not.contains(&empty) && (not.contains(&Literal::Null) || input.domain.never_null) {
        others.push(Condition::Set);
        not.retain(|literal| *literal != empty && *literal != Literal::Null);
    }
    if !not.is_empty() {
        others.push(Condition::Not(not));
    }
    others
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Domain, Origin, Reason, any, every};

    fn input(name: &str, domain: Domain) -> Arc<Input> {
        let reason = Reason::NoValue(format!("--var {name}=VALUE"));
        Arc::new(Input { name: format!("var.{name}"), reason, domain, origin: Origin::default() })
    }

    fn votes(exploration: &Exploration<Verdict>) -> Vec<(&World, Verdict)> {
        exploration.worlds.iter().map(|(world, verdict)| (world, *verdict)).collect()
    }

    fn verdict(holds: bool) -> Verdict {
        if holds { Verdict::Pass } else { Verdict::Fail }
    }

    #[test]
    fn a_text_that_must_be_set_fails_when_null_or_empty() {
        let key = input("key", Domain::default());
        let found = explore(256, |world| Ok(verdict(!world.ask(&key, Ask::Null)? && !world.ask(&key, Ask::Empty)?)));
        let (merged, cases) = merge(&votes(&found));
        assert_eq!(merged, Some(Verdict::Unknown));
        let when: Vec<_> = cases.iter().map(|case| (case.verdict, case.when.clone())).collect();
        let name = "var.key".to_owned();
        assert_eq!(
            when,
            [
                (Verdict::Fail, vec![(name.clone(), Condition::Is(Literal::Null))]),
                (Verdict::Fail, vec![(name.clone(), Condition::Empty)]),
                (Verdict::Pass, vec![(name, Condition::Set)]),
            ]
        );
    }

    #[test]
    fn two_conditions_over_one_input_stay_consistent() {
        let env = input("env", Domain::default());
        let is = |word: &str| Ask::Is(Literal::Text(word.to_owned()));
        let found = explore(256, |world| {
            let both = every([world.ask(&env, is("prod")), world.ask(&env, is("dev"))])?;
            Ok(verdict(!both))
        });
        assert_eq!(merge(&votes(&found)), (Some(Verdict::Pass), Vec::new()));
    }

    #[test]
    fn an_answer_that_decides_nothing_is_not_in_a_case() {
        let (a, b) = (input("a", Domain::boolean()), input("b", Domain::boolean()));
        let found = explore(256, |world| {
            world.ask(&b, Ask::True)?;
            Ok(verdict(world.ask(&a, Ask::True)?))
        });
        let (_, cases) = merge(&votes(&found));
        assert!(cases.iter().all(|case| case.when.iter().all(|(name, _)| name == "var.a")), "{cases:?}");
        assert_eq!(cases.len(), 2);
    }

    #[test]
    fn too_many_worlds_name_their_inputs() {
        let inputs: Vec<_> = (0..12).map(|n| input(&format!("x{n}"), Domain::boolean())).collect();
        let found = explore(16, |world| {
            let answers: Decided<Vec<bool>> = inputs.iter().map(|input| world.ask(input, Ask::True)).collect();
            Ok(verdict(any(answers?.into_iter().map(Ok))?))
        });
        assert!(!found.exploded.is_empty());
    }
}
