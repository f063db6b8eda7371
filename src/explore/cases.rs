//! From votes to a verdict, and to the shortest assignments of inputs that lead to each.

use std::sync::Arc;

use crate::finding::{Case, Condition, Verdict};
use crate::value::{Ask, Emptiness, Input, Literal, Question, World};

use super::votes::{Assignment, Numbered, Vote};

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
    let numbered = Numbered::of(votes);
    let votes = Vote::all(votes, &numbered);
    let mut found: Vec<(Assignment, Verdict, usize)> = Vec::new();
    for (at, vote) in votes.iter().enumerate() {
        let covers = |(case, verdict, _): &(Assignment, Verdict, usize)| *verdict == vote.verdict && case.covers(vote);
        if !found.iter().any(covers) {
            found.push((shortest(vote, &votes, &numbered), vote.verdict, at));
        }
    }
    without_needless(&mut found, &votes);
    found.sort_by_key(|(_, verdict, _)| *verdict != Verdict::Fail);
    Some(Merged {
        verdict: Verdict::Unknown,
        cases: found
            .iter()
            .map(|(case, verdict, _)| Case { when: conditions(&case.answers), verdict: *verdict })
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

/// The answers of a world without those that do not matter: every vote that agrees with the rest is the same. The last are
/// left out first, because what was asked first says more: that a list is not null, before how long it is.
fn shortest(vote: &Vote, votes: &[Vote], numbered: &Numbered) -> Assignment {
    let mut answers = vote.given.clone();
    for at in (0..answers.answers.len()).rev() {
        let mut fewer = answers.answers.clone();
        fewer.remove(at);
        let fewer = numbered.assignment(fewer);
        if !votes.iter().any(|other| other.verdict != vote.verdict && fewer.meets(other)) {
            answers = fewer;
        }
    }
    answers
}

/// Drops each case whose worlds are all worlds of other cases: `P2 is "prod"` beside `P2 is not "dev"`.
fn without_needless(cases: &mut Vec<(Assignment, Verdict, usize)>, votes: &[Vote]) {
    let covering = |(case, verdict, _): &(Assignment, Verdict, usize)| -> Vec<usize> {
        let covered = votes.iter().enumerate().filter(|(_, vote)| vote.verdict == *verdict && case.covers(vote));
        covered.map(|(at, _)| at).collect()
    };
    let covered: Vec<Vec<usize>> = cases.iter().map(covering).collect();
    let mut times = vec![0_usize; votes.len()];
    for at in covered.iter().flatten() {
        times.get_mut(*at).into_iter().for_each(|count| *count += 1);
    }
    let mut covered = covered.into_iter();
    cases.retain(|_| {
        let worlds = covered.next().unwrap_or_default();
        let is_needed = worlds.iter().any(|at| times.get(*at) == Some(&1));
        if !is_needed {
            for at in &worlds {
                times.get_mut(*at).into_iter().for_each(|count| *count -= 1);
            }
        }
        is_needed
    });
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
    let truth = answers.iter().find(|(ask, _)| matches!(ask, Ask::True | Ask::WorthTrue)).map(|(_, truth)| *truth);
    let is_no = |literal: Literal| answers.contains(&(&Ask::Is(literal), false));
    if let Some(truth) = truth {
        // What is taken for a boolean and is none is its text.
        let text = Literal::Text(truth.to_string());
        if is_no(Literal::Bool(truth)) && !is_no(text.clone()) {
            return vec![Condition::Is(text)];
        }
    }
    if let Some([only]) = world.candidates(input).as_deref() {
        return vec![Condition::Is(only.clone())];
    }
    if let Some(truth) = truth.filter(|truth| is_no(Literal::Text(truth.to_string()))) {
        // CloudFormation takes it with a capital, too.
        return vec![Condition::Is(Literal::Text(if truth { "True" } else { "False" }.to_owned()))];
    }
    let emptiness = input.domain.emptiness();
    let mut is_filled = false;
    let mut not = Vec::new();
    let mut others = Vec::new();
    for (ask, answer) in answers {
        match (ask, answer) {
            (Ask::Empty, true) => others.push(Condition::Empty(emptiness)),
            // A collection is asked how long it is: a text, which has a length as well, is asked for itself.
            (Ask::LongerThan(0), false) if emptiness != Emptiness::Text => others.push(Condition::Empty(emptiness)),
            (Ask::LongerThan(0), true) if emptiness != Emptiness::Text => is_filled = true,
            (Ask::True | Ask::WorthTrue, answer) => others.push(Condition::Is(Literal::Bool(*answer))),
            (Ask::So(claim), answer) => others.push(Condition::So(claim.clone(), *answer)),
            (Ask::Fixed, answer) => others.push(Condition::Fixed(*answer)),
            (Ask::Null, false) => not.push(Literal::Null),
            (Ask::Empty, false) if emptiness == Emptiness::Text => not.push(Literal::Text(String::new())),
            (Ask::Empty, false) => is_filled = true,
            (Ask::Is(literal), false) => not.push(literal.clone()),
            (ask, answer) => others.push(Condition::Asked((*ask).clone(), *answer)),
        }
    }
    let empty = Literal::Text(String::new());
    if (is_filled || not.contains(&empty)) && (not.contains(&Literal::Null) || input.domain.never_null) {
        others.push(Condition::Set);
        not.retain(|literal| *literal != empty && *literal != Literal::Null);
    } else if is_filled {
        others.push(Condition::Filled(emptiness));
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
    use crate::value::{Decided, Domain, Keys, Origin, Reason, Stop, any, every};

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
    fn an_exploration_ends_where_no_answer_is_heard() {
        let deaf = input("deaf", Domain::default());
        let found = explore(256, |_| -> Decided<Verdict> {
            Err(Stop::Ask(Arc::new(Question::new(Arc::clone(&deaf), Ask::True))))
        });
        assert!(found.worlds.is_empty());
        assert_eq!(found.exploded, [deaf]);
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
                (Verdict::Fail, vec![(name.clone(), Condition::Empty(Emptiness::Text))]),
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

    /// `x == "dev" ? a : (x == "prod" || a)`: that `x` is "prod" is part of that it is not "dev" where `a` holds.
    #[test]
    fn a_case_that_others_say_is_not_said_again() {
        let (x, a) = (input("x", Domain::default()), input("a", Domain::boolean()));
        let is = |word: &str| Ask::Is(Literal::Text(word.to_owned()));
        let found = explore(256, |world| {
            let holds = world.ask(&a, Ask::True)?;
            if !holds && world.ask(&x, is("prod"))? {
                return Ok(Verdict::Pass);
            }
            Ok(verdict(holds || !world.ask(&x, is("dev"))?))
        });
        let cases = merge(&votes(&found)).unwrap().cases;
        let passing: Vec<_> =
            cases.iter().filter(|case| case.verdict == Verdict::Pass).map(|case| &case.when).collect();
        let not_dev = Condition::Not(vec![Literal::Text("dev".to_owned())]);
        let is_true = Condition::Is(Literal::Bool(true));
        assert_eq!(passing, [&vec![("var.a".to_owned(), is_true)], &vec![("var.x".to_owned(), not_dev)]]);
    }

    /// `e == "prod" ? flag == true : (flag == null || flag)`: that `flag` is false is no part of that it is not true.
    #[test]
    fn null_is_not_false() {
        let env = input("env", Domain::default());
        let flag = input("flag", Domain::of(vec![Literal::Bool(true), Literal::Bool(false), Literal::Null]));
        let found = explore(256, |world| {
            let is_true = Ask::Is(Literal::Bool(true));
            Ok(verdict(if world.ask(&env, Ask::Is(Literal::Text("prod".to_owned())))? {
                world.ask(&flag, is_true)?
            } else {
                world.ask(&flag, Ask::Null)? || world.ask(&flag, Ask::True)?
            }))
        });
        let cases = merge(&votes(&found)).unwrap().cases;
        let is_covered = |case: &Case| case.verdict == Verdict::Fail && case.when.len() == 2;
        assert!(cases.iter().any(is_covered), "{cases:?}");
    }

    /// `!a ? a == false : true`, where `a` has no type: what fails is the text "false".
    #[test]
    fn a_text_that_is_taken_for_a_boolean_is_none() {
        let input = input("a", Domain::default());
        let found = explore(256, |world| {
            let is_false = Ask::Is(Literal::Bool(false));
            Ok(verdict(world.ask(&input, Ask::True)? || world.ask(&input, is_false)?))
        });
        let cases = merge(&votes(&found)).unwrap().cases;
        let fails: Vec<_> = cases.iter().filter(|case| case.verdict == Verdict::Fail).map(|case| &case.when).collect();
        let text = Condition::Is(Literal::Text("false".to_owned()));
        assert_eq!(fails, [&vec![("var.a".to_owned(), text)]], "{cases:?} {:?}", found.worlds);
    }

    #[test]
    fn a_length_has_two_cases() {
        let list = input("l", Domain { never_null: false, ..Domain::default() });
        let found = explore(256, |world| Ok(verdict(world.ask(&list, Ask::LongerThan(0))?)));
        let cases = merge(&votes(&found)).unwrap().cases;
        assert_eq!(cases.len(), 2, "{cases:?} {:?}", found.worlds);
    }

    /// `length(var.l) > 0 ? var.l[0] == "dev" : false`
    #[test]
    fn an_element_says_that_there_is_one() {
        let list = input("l", Domain { never_null: true, keys: Keys::Positions, ..Domain::default() });
        let first = input("l[0]", Domain::default());
        let found = explore(256, |world| {
            let is_dev = Ask::Is(Literal::Text("dev".to_owned()));
            Ok(verdict(!world.ask(&list, Ask::Empty)? && world.ask(&first, is_dev)?))
        });
        let cases = merge(&votes(&found)).unwrap().cases;
        let inputs: Vec<Vec<&str>> =
            cases.iter().map(|case| case.when.iter().map(|(name, _)| name.as_str()).collect()).collect();
        assert_eq!(inputs, [vec!["var.l"], vec!["var.l[0]"], vec!["var.l[0]"]], "{cases:?}");
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

    #[test]
    fn a_value_that_is_not_fixed_has_a_case() {
        let names = input("names", Domain::default());
        let found = explore(256, |world| Ok(verdict(world.ask(&names, Ask::Fixed)?)));
        let cases = merge(&votes(&found)).unwrap().cases;
        let when: Vec<_> = cases.iter().map(|case| (case.verdict, case.when.clone())).collect();
        let fixed = |fixed| vec![("var.names".to_owned(), Condition::Fixed(fixed))];
        assert_eq!(when, [(Verdict::Fail, fixed(false)), (Verdict::Pass, fixed(true))]);
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
