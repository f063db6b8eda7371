//! What answers say of the elements of an unknown collection: that one of them meets a condition, or that none does.
//!
//! Knows questions and worlds only. What stands for all elements need not be the one that meets the condition.

use std::sync::Arc;

use super::facts::is_possible;
use super::{Ask, Input, Keys, Literal, Mirrored, Question, Reason, Type, World};

/// That some element of a collection meets a condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Witness {
    /// Whose element it is.
    pub collection: Arc<Input>,
    /// By what the element that stands for all meets it, if that tells.
    pub met: Option<Met>,
    /// The answer to the question whether it is true that says so: whether all are true is answered with no.
    pub said_by: bool,
}

/// A question about what stands for all elements of a collection, and the answer by which it meets a condition.
pub type Met = (Arc<Question>, bool);

impl Question {
    /// What one of its answers says of the elements of a collection, if any does.
    fn witness(&self) -> Option<Witness> {
        match (&self.input.reason, &self.ask) {
            (Reason::AnyOf(witness), Ask::True) => Some(witness.as_ref().clone()),
            (Reason::AnyOf(witness), Ask::Is(Literal::Bool(is))) => {
                Some(Witness { said_by: *is == witness.said_by, ..witness.as_ref().clone() })
            }
            (_, Ask::Holds(literal)) if self.input.is_of_positions() => {
                let met = self.input.met().filter(|_| !self.input.is_selected());
                let met = met.and_then(|met| is(&met, literal));
                Some(Witness { collection: self.input.itself(), met, said_by: true })
            }
            _ => None,
        }
    }
}

impl Witness {
    /// Whether it is said by the same of elements of the same collection.
    fn is_same(&self, other: &Self) -> bool {
        self.met.is_some() && self.met == other.met && self.collection.gone_over() == other.collection.gone_over()
    }
}

impl Input {
    /// The collection whose elements it is made of, one by one.
    #[must_use]
    pub fn gone_over(&self) -> &Self {
        match &self.domain.mirrors {
            Some((Mirrored::Length | Mirrored::Elements | Mirrored::Keys | Mirrored::Members, of)) if **of != *self => {
                of.gone_over()
            }
            _ => self,
        }
    }

    /// The collection that has its keys, or places: what it was converted from.
    #[must_use]
    pub fn keyed_as(&self) -> &Self {
        match &self.domain.mirrors {
            Some((Mirrored::Entries | Mirrored::Items, of)) if **of != *self => of.keyed_as(),
            _ => self,
        }
    }

    /// What says whether the element that stands for all of a collection is true, if that is known.
    pub(super) fn met(&self) -> Option<Met> {
        match &self.reason {
            Reason::Each(_, met) => met.clone(),
            _ if self.domain.keys == Keys::Positions => {
                let name = format!("{}[*]", self.name);
                let element = Self { domain: self.domain.of_element(), ..Self::derived(name, self.origin.clone()) };
                Some((Arc::new(Question::new(element, Ask::True)), true))
            }
            _ => None,
        }
    }

    /// Whether it is a list, as far as that is known.
    fn is_of_positions(&self) -> bool {
        match &self.reason {
            Reason::Each(element, _) => *element.0.said_type() == Type::Number,
            _ => self.domain.keys == Keys::Positions,
        }
    }
}

/// By what an element is a literal, where it is told by what it is true.
fn is((question, answer): &Met, literal: &Literal) -> Option<Met> {
    match (&question.ask, literal) {
        (Ask::True, Literal::Bool(true)) if *answer => return Some((Arc::clone(question), true)),
        (Ask::True, Literal::Null) if *answer => Some(Ask::Null),
        (Ask::True, _) if *answer => Some(Ask::Is(literal.clone())),
        (_, Literal::Bool(truth)) => return Some((Arc::clone(question), truth == answer)),
        _ => None,
    }
    .map(|ask| (Arc::new(Question::new(Arc::clone(&question.input), ask)), true))
}

impl World {
    /// Whether what the answers say of the elements of collections can be: where one meets a condition, there is one; where none
    /// does, neither does what stands for all of them; and both are not so at once, however that is asked.
    pub(super) fn has_witnesses(&self) -> bool {
        let said = self.answers().iter().filter_map(|(question, answer)| Some((question.witness()?, *answer)));
        let said: Vec<(Witness, bool)> = said
            .map(|(witness, answer)| {
                let is_one = answer == witness.said_by;
                (witness, is_one)
            })
            .collect();
        let fits = |(witness, is_one): &(Witness, bool)| {
            if *is_one { self.may_have_any(&witness.collection) } else { !self.is_met(witness) }
        };
        let is_denied = |at: usize, (witness, is_one): &(Witness, bool)| {
            said.iter().skip(at + 1).any(|(other, is_other)| is_one != is_other && witness.is_same(other))
        };
        said.iter().all(fits) && !said.iter().enumerate().any(|(at, one)| is_denied(at, one))
    }

    /// The worlds in which what stands for all elements of a collection is one that an answer says there is.
    pub(super) fn with_witnesses(&self) -> impl Iterator<Item = Self> {
        self.answers().iter().filter_map(|(question, answer)| {
            let Witness { collection, met, .. } = question.witness().filter(|witness| witness.said_by == *answer)?;
            let (mut met, answer) = met.map(|(question, answer)| (question.as_ref().clone(), answer))?;
            // What is not true may be null.
            if met.ask == Ask::True && !answer {
                met.ask = Ask::Is(Literal::Bool(true));
            }
            let world = self.with_any_as(&collection.gone_over().name, Question::clone);
            Some(world.with(met, answer))
        })
    }

    fn may_have_any(&self, collection: &Arc<Input>) -> bool {
        let answer = |ask: Ask| self.answer(&Question::new(Arc::clone(collection), ask));
        answer(Ask::LongerThan(0)) != Some(false) && answer(Ask::Empty) != Some(true)
    }

    fn is_met(&self, witness: &Witness) -> bool {
        // What all elements have in common says nothing of a collection that has none.
        let is_of_element = |question: &Question| question.input.name.contains('*');
        let met = witness.met.as_ref().filter(|(question, _)| is_of_element(question));
        met.is_some_and(|(question, wanted)| self.certainly(question, *wanted))
    }

    /// Whether a question certainly has an answer: what is not false may be null, which is not true.
    fn certainly(&self, question: &Question, answer: bool) -> bool {
        if answer { self.implies(question, answer) } else { self.answer(question) == Some(answer) }
    }

    /// Whether an element that stands for all of a collection is certainly not one by which an answer of this world says that
    /// there is one that meets a condition, where `is_of` tells the collection.
    #[must_use]
    pub fn is_no_witness(&self, mut is_of: impl FnMut(&Arc<Input>) -> bool) -> bool {
        self.answers().iter().any(|(question, answer)| match question.witness() {
            Some(Witness { collection, met: Some((asked, wanted)), said_by }) => {
                *answer == said_by && self.denies(&asked, wanted) && is_of(&collection)
            }
            _ => false,
        })
    }

    /// Whether a question certainly does not have an answer. Null is not true; that it is not false says nothing, because it
    /// may count as that.
    fn denies(&self, question: &Question, answer: bool) -> bool {
        self.certainly(question, !answer) || (answer && self.answer(question).is_none() && !self.may_be(question))
    }

    fn may_be(&self, question: &Question) -> bool {
        let mut facts = self.about(&question.input);
        facts.push((&question.ask, true));
        is_possible(&question.input.domain, &facts)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Domain, Origin};
    use super::*;

    fn list() -> Arc<Input> {
        let domain = Domain { keys: Keys::Positions, never_null: true, ..Domain::default() };
        Arc::new(Input { domain, ..Input::derived("var.l", Origin::default()) })
    }

    fn holds(text: &str) -> Question {
        Question::new(list(), Ask::Holds(Literal::Text(text.to_owned())))
    }

    /// Whether all elements are another text than this.
    fn none_is(text: &str) -> Question {
        let element = Input::derived("var.l[*]", Origin::default());
        let is = Question::new(element, Ask::Is(Literal::Text(text.to_owned())));
        let witness = Witness { collection: list(), met: Some((Arc::new(is), true)), said_by: false };
        let name = format!("alltrue([for each of var.l : (var.l[*] != \"{text}\")])");
        let reason = Reason::AnyOf(Arc::new(witness));
        Question::new(Input { reason, domain: Domain::boolean(), ..Input::derived(name, Origin::default()) }, Ask::True)
    }

    fn answers(world: &World, question: &Question) -> Vec<bool> {
        world.either(question).iter().filter_map(|world| world.answers().last().map(|(_, answer)| *answer)).collect()
    }

    #[test]
    fn what_is_said_of_the_same_elements_is_the_same_however_it_is_asked() {
        let world = World::default().with(holds("a"), true);
        assert_eq!(answers(&world, &none_is("a")), [false]);
        assert_eq!(answers(&world, &none_is("b")), [false, true]);
        let world = World::default().with(none_is("a"), true);
        assert_eq!(answers(&world, &holds("a")), [false]);
    }

    #[test]
    fn what_one_element_meets_an_empty_list_does_not() {
        let world = World::default().with(none_is("a"), false);
        assert_eq!(answers(&world, &Question::new(list(), Ask::Empty)), [false]);
    }

    #[test]
    fn an_element_that_is_another_is_no_witness() {
        let element = |text: &str| {
            let element = Input::derived("var.l[*]", Origin::default());
            Question::new(element, Ask::Is(Literal::Text(text.to_owned())))
        };
        let world = World::default().with(holds("a"), true);
        assert!(!world.is_no_witness(|_| true));
        assert!(world.with(element("b"), true).is_no_witness(|_| true));
        assert!(!world.with(element("a"), true).is_no_witness(|_| true));
    }
}
