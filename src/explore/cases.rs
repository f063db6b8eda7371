//! From votes to a verdict, and to the shortest assignments of inputs that lead to each.

use std::sync::Arc;

use crate::finding::{Case, Condition, Verdict};
use crate::value::{Ask, Input, Literal, Question, World};

/// What all the votes say together.
#[derive(Debug, PartialEq)]
pub struct Merged {
    /// The verdict: that of every vote, or unknown.
    pub verdict: Verdict,
    /// What leads to each verdict, failures first; empty where the verdict is the same in all worlds.
    pub cases: Vec<Case>,
    /// For each case the vote it was made from.
    pub shown: Vec<usize>,
}

/// The verdict of all the votes together, and the shortest assignments that lead to each; `None` without a vote.
#[must_use]
pub fn merge(votes: &[(&World, Verdict)]) -> Option<Merged> {
    let (_, first) = votes.first()?;
    if votes.iter().all(|(_, verdict)| verdict == first) {
        return Some(Merged { verdict: *first, cases: Vec::new(), shown: Vec::new() });
    }
    let mut found: Vec<(Vec<Answer>, Verdict, usize)> = Vec::new();
    for (at, (world, verdict)) in votes.iter().enumerate() {
        let is_covered = |(answers, other, _): &(Vec<Answer>, Verdict, usize)| {
            other == verdict && answers.iter().all(|(question, answer)| world.answer(question) == Some(*answer))
        };
        if !found.iter().any(is_covered) {
            found.push((shortest(world, *verdict, votes), *verdict, at));
        }
    }
    found.sort_by_key(|(_, verdict, _)| *verdict != Verdict::Fail);
    Some(Merged {
        verdict: Verdict::Unknown,
        cases: found
            .iter()
            .map(|(answers, verdict, _)| Case { when: conditions(answers), verdict: *verdict })
            .collect(),
        shown: found.iter().map(|(.., at)| *at).collect(),
    })
}

/// What the votes of an exploration say that came to its limit: for each verdict one world that led to it, with all of its
/// answers. Which of them matter is not known before every world was seen.
#[must_use]
pub fn examples(votes: &[(&World, Verdict)]) -> Option<Merged> {
    let mut found: Vec<(usize, &World, Verdict)> = Vec::new();
    for (at, (world, verdict)) in votes.iter().enumerate() {
        if found.iter().all(|(.., other)| other != verdict) {
            found.push((at, world, *verdict));
        }
    }
    found.sort_by_key(|(.., verdict)| *verdict != Verdict::Fail);
    let case =
        |(_, world, verdict): &(usize, &World, Verdict)| Case { when: conditions(world.answers()), verdict: *verdict };
    let (cases, shown) = (found.iter().map(case).collect(), found.iter().map(|(at, ..)| *at).collect());
    (!votes.is_empty()).then_some(Merged { verdict: Verdict::Unknown, cases, shown })
}

type Answer = (Question, bool);

/// The answers of `world` without those that do not matter: every vote that agrees with the rest is the same.
fn shortest(world: &World, verdict: Verdict, votes: &[(&World, Verdict)]) -> Vec<Answer> {
    let others: Vec<&World> = votes.iter().filter(|(_, other)| *other != verdict).map(|(other, _)| *other).collect();
    let mut answers = world.answers().to_vec();
    let mut at = 0;
    while at < answers.len() {
        let mut fewer = answers.clone();
        fewer.remove(at);
        if others.iter().any(|other| other.agrees(&fewer)) {
            at += 1;
        } else {
            answers = fewer;
        }
    }
    answers
}

/// The answers as conditions, one an input, in order of first question.
#[must_use]
pub fn conditions(answers: &[(Question, bool)]) -> Vec<(String, Condition)> {
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
            (Ask::So, answer) => others.push(Condition::So(*answer)),
            (Ask::Fixed, answer) => others.push(Condition::Fixed(*answer)),
            (Ask::Null, false) => not.push(Literal::Null),
            (Ask::Empty, false) => not.push(Literal::Text(String::new())),
            (Ask::Is(literal), false) => not.push(literal.clone()),
            (Ask::Above(number), false) => others.push(Condition::Other(format!("{} <= {number}", input.name), true)),
            (Ask::Below(number), false) => others.push(Condition::Other(format!("{} >= {number}", input.name), true)),
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
    use crate::explore::{Exploration, explore};
    use crate::value::{Decided, Domain, Origin, Reason, any, every};

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
        let Merged { verdict, cases, .. } = merge(&votes(&found)).unwrap();
        assert_eq!(verdict, Verdict::Unknown);
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
        let Merged { verdict, cases, .. } = merge(&votes(&found)).unwrap();
        assert_eq!((verdict, cases), (Verdict::Pass, Vec::new()));
    }

    /// An odd number of four: with two worlds less than there are, no answer may be left out.
    #[test]
    fn of_an_exploration_that_came_to_its_limit_whole_worlds_are_shown() {
        let inputs = ["a", "b", "c", "d"].map(|name| input(name, Domain::boolean()));
        let found = explore(14, |world| {
            let mut odd = false;
            for input in &inputs {
                odd ^= world.ask(input, Ask::True)?;
            }
            Ok(verdict(odd))
        });
        assert!(!found.exploded.is_empty());
        let merged = examples(&votes(&found)).unwrap();
        let sizes: Vec<_> = merged.cases.iter().map(|case| (case.verdict, case.when.len())).collect();
        assert_eq!((merged.verdict, sizes), (Verdict::Unknown, vec![(Verdict::Fail, 4), (Verdict::Pass, 4)]));
    }

    /// `contains(var.l, "a") && length(var.l) > 1`
    #[test]
    fn what_a_collection_holds_does_not_tell_how_long_it_is() {
        let list = input("l", Domain { never_null: true, ..Domain::default() });
        let found = explore(256, |world| {
            let holds = world.ask(&list, Ask::Holds(Literal::Text("a".to_owned())))?;
            Ok(verdict(world.ask(&list, Ask::LongerThan(1))? && holds))
        });
        let cases = merge(&votes(&found)).unwrap().cases;
        let passing: Vec<_> = cases.iter().filter(|case| case.verdict == Verdict::Pass).collect();
        assert!(passing.len() == 1 && passing[0].when.len() == 2, "{cases:?}");
    }

    #[test]
    fn an_answer_that_decides_nothing_is_not_in_a_case() {
        let (a, b) = (input("a", Domain::boolean()), input("b", Domain::boolean()));
        let found = explore(256, |world| {
            world.ask(&b, Ask::True)?;
            Ok(verdict(world.ask(&a, Ask::True)?))
        });
        let cases = merge(&votes(&found)).unwrap().cases;
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
