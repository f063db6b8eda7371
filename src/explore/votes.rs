//! The votes of an exploration, and the answers that a case is made of, so that they are compared quickly: as sets of numbers
//! of questions.
//!
//! Knows answers and verdicts; what is a case is [`super::cases`]'s to say.

use bit_set::BitSet;
use indexmap::IndexSet;

use crate::finding::Verdict;
use crate::value::{Ask, Question, World};

pub(super) type Answer = (Question, bool);

/// Some answers, and as sets of numbers which questions they say yes and no to: most worlds say the opposite of most cases
/// somewhere, which is cheap to see in sets.
#[derive(Clone)]
pub(super) struct Assignment {
    pub answers: Vec<Answer>,
    yes: BitSet,
    no: BitSet,
}

/// A world with its verdict.
pub(super) struct Vote<'a> {
    pub world: &'a World,
    pub given: Assignment,
    pub verdict: Verdict,
}

/// The questions that were asked, by number.
pub(super) struct Numbered<'a> {
    asked: IndexSet<(&'a str, &'a Ask)>,
    /// For each of them those that are denied where it is true: an input that is one literal is no other.
    denied: Vec<BitSet>,
}

impl<'a> Numbered<'a> {
    pub fn of(votes: &[(&'a World, Verdict)]) -> Self {
        let asked = votes.iter().flat_map(|(world, _)| world.answers());
        let asked: IndexSet<(&str, &Ask)> =
            asked.map(|(question, _)| (question.input.name.as_str(), &question.ask)).collect();
        let denied = asked.iter().map(|(input, ask)| {
            let is_denied = |(_, (other, other_ask)): &(usize, &(&str, &Ask))| match (ask, other_ask) {
                (Ask::Is(one), Ask::Is(another)) => input == other && !one.same(another),
                _ => false,
            };
            asked.iter().enumerate().filter(is_denied).map(|(number, _)| number).collect()
        });
        Self { denied: denied.collect(), asked }
    }

    pub fn assignment(&self, answers: Vec<Answer>) -> Assignment {
        let (mut yes, mut no) = (BitSet::new(), BitSet::new());
        for (question, answer) in &answers {
            let number = self.asked.get_index_of(&(question.input.name.as_str(), &question.ask));
            match (number, answer) {
                (Some(number), true) => {
                    yes.insert(number);
                    self.denied.get(number).into_iter().for_each(|denied| no.union_with(denied));
                }
                (Some(number), false) => {
                    no.insert(number);
                }
                (None, _) => {}
            }
        }
        Assignment { answers, yes, no }
    }
}

impl<'a> Vote<'a> {
    pub fn all(votes: &[(&'a World, Verdict)], numbered: &Numbered) -> Vec<Self> {
        let vote = |(world, verdict): &(&'a World, Verdict)| {
            let given = numbered.assignment(world.answers().to_vec());
            Vote { world, given, verdict: *verdict }
        };
        votes.iter().map(vote).collect()
    }
}

impl Assignment {
    /// Whether both cannot be said because one question is answered differently.
    fn denies(&self, other: &Self) -> bool {
        !self.yes.is_disjoint(&other.no) || !self.no.is_disjoint(&other.yes)
    }

    /// Whether all of the answers are given in the world, or follow there.
    pub fn covers(&self, vote: &Vote) -> bool {
        !self.denies(&vote.given) && self.answers.iter().all(|(question, answer)| vote.world.implies(question, *answer))
    }

    /// Whether some values of the inputs give these answers and those of the world.
    pub fn meets(&self, vote: &Vote) -> bool {
        !self.denies(&vote.given) && vote.world.agrees(&self.answers)
    }
}
