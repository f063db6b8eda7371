//! One way the inputs could be: the answers given so far, and what follows from them.
//!
//! An answer follows when the opposite one would leave no value the input could have. So there is one rule for all
//! questions about one input, [`is_possible`], and one for inputs that are parts of each other or compared, [`World::either`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::before::hash_of;
use super::facts::{Facts, candidates, is_possible};
use super::same::can_all_be;
use super::{
    Ask, Decided, Input, InputSet, Keys, Literal, Origin, Question, Stop, Work, attempted, elements_in, index_in,
    is_inside, is_part, look_at_input, names_in, renamed, step,
};

/// How many values of a finite input are tried one by one before a function of it is an input of its own.
const MAX_CANDIDATES: usize = 16;

/// The answers given so far. Evaluation in a world uses every answer that is given or follows; the rest is pending.
#[derive(Debug, Clone, Default)]
pub struct World {
    answers: Vec<(Question, bool)>,
    /// The hash of the name of the input that each of them is about.
    about: Vec<u64>,
    answered: InputSet,
    work: Work,
}

impl World {
    /// The world with one more answer.
    #[must_use]
    pub fn with(&self, question: Question, answer: bool) -> Self {
        self.with_all([(question, answer)])
    }

    /// The world with more answers.
    fn with_all(&self, more: impl IntoIterator<Item = (Question, bool)>) -> Self {
        let mut answers = self.answers.clone();
        answers.extend(more);
        let (mut about, known) = (self.about.clone(), self.answers.len());
        let new = || answers.iter().skip(known).map(|(question, _)| question.input.as_ref());
        about.extend(new().map(|input| hash_of(&input.name)));
        let answered = self.answered.and(new().flat_map(borne_on));
        Self { answers, about, answered, work: self.work.clone() }
    }

    /// The world in which nothing is answered yet.
    fn unanswered(&self) -> Self {
        Self { work: self.work.clone(), ..Self::default() }
    }

    /// The world as it was before a question was answered.
    #[must_use]
    pub fn before(&self, question: &Question) -> Self {
        self.unanswered().with_all(self.answers.iter().take_while(|(asked, _)| asked != question).cloned())
    }

    /// The world with those of its answers that are about inputs of which `is_kept` is true.
    #[must_use]
    pub fn with_answers_about(&self, is_kept: impl Fn(&Input) -> bool) -> Self {
        self.with_answers(|question| is_kept(&question.input))
    }

    /// The world with the answers to those questions of which `is_kept` is true.
    #[must_use]
    pub fn with_answers(&self, is_kept: impl Fn(&Question) -> bool) -> Self {
        self.unanswered().with_all(self.answers.iter().filter(|(question, _)| is_kept(question)).cloned())
    }

    /// The worlds in which what stands for all elements of a collection is one of those that the answers are about, or say that
    /// there are.
    #[must_use]
    pub fn with_one_for_all(&self) -> Vec<Self> {
        let inputs = self.answers.iter().map(|(question, _)| question.input.name.as_str());
        let names = inputs.flat_map(|name| names_in(name).into_iter().chain([name]));
        let elements: BTreeSet<(&str, &str)> = names.flat_map(elements_in).collect();
        let about = elements.iter().map(|(element, collection)| self.with_for_all(element, collection));
        about.chain(self.with_witnesses()).collect()
    }

    /// The world in which what stands for all elements of a collection, which has some, is the one of that name.
    fn with_for_all(&self, element: &str, collection: &str) -> Self {
        let any = format!("{collection}[*]");
        self.with_any_as(collection, |question| {
            let Question { input, ask, .. } = question;
            let name = renamed(&input.name, element, &any);
            let is_other = name == input.name;
            if is_other {
                question.clone()
            } else {
                Question::new(Input { name, ..input.as_ref().clone() }, ask.clone())
            }
        })
    }

    /// The world in which a collection has elements, of which nothing is known but what the answers become.
    pub(super) fn with_any_as(&self, collection: &str, becomes: impl Fn(&Question) -> Question) -> Self {
        // What is known of any element, or of its key (`keys(var.m)[*]`), is not known of this one.
        let of_any = [format!("{collection}[*]"), format!("({collection})[*]")];
        let is_of_any = |question: &Question| of_any.iter().any(|any| question.input.name.contains(any));
        let kept = self.answers.iter().filter(|(question, _)| !is_of_any(question));
        let kept = kept.map(|(question, answer)| (becomes(question), *answer));
        let collection = Arc::new(Input::derived(collection.to_owned(), Origin::default()));
        let filled = [Ask::Null, Ask::Empty].map(|ask| (Question::new(Arc::clone(&collection), ask), false));
        self.unanswered().with_all(kept.chain(filled))
    }

    /// The world with each answer to `question` that leaves its input a value: no before yes.
    #[must_use]
    pub fn either(&self, question: &Question) -> Vec<Self> {
        let answered = [false, true].map(|answer| self.with(question.clone(), answer));
        let can_be = |world: &Self| {
            world.allows(&question.input)
                && !world.answers.iter().any(|(asked, _)| world.lacks(&asked.input))
                && can_all_be(&world.answers)
                && world.has_witnesses()
        };
        answered.into_iter().filter(can_be).collect()
    }

    /// Whether the inputs can be as this world has them: whether some further answers bring no refusal about. Where it takes
    /// more than `limit` worlds to tell, they can.
    pub fn can_be(&self, limit: usize, is_refused: impl FnMut(&Self) -> Decided<bool>) -> bool {
        self.accepted(limit, is_refused).is_some()
    }

    /// This world with the further answers that bring no refusal about, if any do. Where it takes more than `limit` worlds to
    /// tell, the world as it is.
    pub fn accepted(&self, limit: usize, mut is_refused: impl FnMut(&Self) -> Decided<bool>) -> Option<Self> {
        let mut waiting = vec![self.clone()];
        for _ in 0..limit {
            let world = waiting.pop()?;
            match is_refused(&world) {
                Ok(true) | Err(Stop::Reject(_)) => {}
                Ok(false) => return Some(world),
                Err(Stop::Ask(question)) => waiting.extend(world.either(&question).into_iter().rev()),
            }
        }
        Some(self.clone())
    }

    /// The inputs that the answers are about.
    #[must_use]
    pub fn answered(&self) -> &InputSet {
        &self.answered
    }

    /// How much work this world and those around it were.
    #[must_use]
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// The answers, in the order they were given.
    #[must_use]
    pub fn answers(&self) -> &[(Question, bool)] {
        &self.answers
    }

    /// The answers about some inputs.
    pub fn answers_to<'w>(&'w self, inputs: &'w InputSet) -> impl Iterator<Item = &'w (Question, bool)> {
        let all = self.answers.iter().zip(&self.about);
        all.filter(move |(_, about)| inputs.holds(**about)).map(|(answer, _)| answer)
    }

    /// The answer to `question`, if it was given or follows from those that were.
    #[must_use]
    pub fn answer(&self, question: &Question) -> Option<bool> {
        let mut facts = self.about(&question.input);
        if let Some((_, answer)) = facts.iter().find(|(ask, _)| **ask == question.ask) {
            return Some(*answer);
        }
        facts.push((&question.ask, true));
        let yes = is_possible(&question.input.domain, &facts);
        if let Some(fact) = facts.last_mut() {
            fact.1 = false;
        }
        let no = is_possible(&question.input.domain, &facts);
        (yes != no).then_some(yes)
    }

    /// Whether this very answer was given.
    #[must_use]
    pub fn is_given(&self, question: &Question, answer: bool) -> bool {
        self.about(&question.input).contains(&(&question.ask, answer))
    }

    /// Whether the answer was given, or each value that an input can still have gives it. Null gives none to what is asked of
    /// other values only: that it is not null has to be known first.
    #[must_use]
    pub fn implies(&self, question: &Question, answer: bool) -> bool {
        let is_given = self.is_given(question, answer);
        let is_of_any = matches!(question.ask, Ask::Null | Ask::Empty | Ask::Is(_) | Ask::Becomes(_));
        let null = Question::new(Arc::clone(&question.input), Ask::Null);
        is_given || self.answer(question) == Some(answer) && (is_of_any || self.answer(&null) == Some(false))
    }

    /// Whether an input can still have any value.
    #[must_use]
    pub fn allows(&self, input: &Input) -> bool {
        is_possible(&input.domain, &self.about(input))
    }

    /// Whether some values of the inputs give all the answers of this world and these others.
    #[must_use]
    pub fn agrees(&self, others: &[(Question, bool)]) -> bool {
        // One input may be compared with hundreds of literals.
        let inputs: BTreeMap<&str, &Input> =
            others.iter().map(|(question, _)| (question.input.name.as_str(), question.input.as_ref())).collect();
        inputs.into_values().all(|input| {
            let mut facts: Facts = self.about(input).into_iter().chain(about(others, input)).collect();
            // What both say counts once: two elements are more than one.
            facts.sort();
            facts.dedup();
            !self.lacks(input) && is_possible(&input.domain, &facts)
        })
    }

    /// Whether an input is an element of a collection that has none under that key, or so far back, or not of that value; or
    /// a part of null, or of what cannot be evaluated.
    fn lacks(&self, input: &Input) -> bool {
        let lacks = |(Question { input: whole, ask, .. }, answer): &(Question, bool)| match ask {
            Ask::True if !answer => attempted(&whole.name).is_some_and(|tried| is_part(&input.name, tried)),
            Ask::Holds(value) if !answer && whole.domain.keys == Keys::Positions => {
                let is_any = input.name.strip_suffix("[*]").is_some_and(|name| name == whole.name);
                let is_element = index_in(&input.name, &whole.name).is_some() && input.name.ends_with(']') || is_any;
                let about = self.about(input);
                let is_empty_text = *value == Literal::Text(String::new()) && input.domain.keys != Keys::Untyped;
                let is_it = about.contains(&(&Ask::Is(value.clone()), true));
                is_element && (is_it || is_empty_text && about.contains(&(&Ask::Empty, true)))
            }
            Ask::Holds(key) if !answer => {
                let is_its_key = || input.name == format!("keys({})[*]", whole.keyed_as().name);
                is_part(&input.name, &format!("{}{}", whole.name, step(key)))
                    || is_its_key() && self.about(input).contains(&(&Ask::Is(key.clone()), true))
            }
            Ask::Null if *answer && is_inside(&input.name, &whole.name) => true,
            _ if matches!(whole.domain.keys, Keys::Any | Keys::Untyped | Keys::Converted) => false,
            Ask::LongerThan(most) if !answer => index_in(&input.name, &whole.name).is_some_and(|at| at >= *most),
            Ask::Empty | Ask::Null if *answer => index_in(&input.name, &whole.name).is_some(),
            _ => false,
        };
        self.answers.iter().any(lacks)
    }

    /// The values `input` can still have, where they are finitely many: those of its domain that agree with every answer.
    #[must_use]
    pub fn candidates(&self, input: &Input) -> Option<Vec<Literal>> {
        candidates(&input.domain, &self.about(input))
    }

    /// A text with the inputs in it (`${var.env}`) that can have but one value in this world replaced by that.
    #[must_use]
    pub fn told(&self, text: &str) -> String {
        self.answers.iter().fold(text.to_owned(), |text, (Question { input, .. }, _)| {
            match self.candidates(input).as_deref() {
                Some([only]) => text.replace(&format!("${{{}}}", input.name), &only.as_text()),
                _ => text,
            }
        })
    }

    /// The first question that tells which of its few values an input has; `None` when they are many, or it is known.
    #[must_use]
    pub fn which(&self, input: &Arc<Input>) -> Option<Question> {
        self.which_of(input, MAX_CANDIDATES)
    }

    /// The same where they are no more than so many.
    pub(super) fn which_of(&self, input: &Arc<Input>, most: usize) -> Option<Question> {
        let candidates = self.candidates(input)?;
        let first = candidates.first().filter(|_| (2..=most).contains(&candidates.len()))?;
        let truth = candidates.iter().all(|literal| matches!(literal, Literal::Bool(_)));
        let ask = if truth { Ask::True } else { Ask::Is(first.clone()) };
        let question = Question::new(Arc::clone(input), ask);
        self.answer(&question).is_none().then_some(question)
    }

    pub(super) fn about(&self, input: &Input) -> Facts<'_> {
        look_at_input(&input.name);
        about(&self.answers, input).collect()
    }
}

/// What an answer about an input bears on: that, what it is made of, and the list that it is an element of. That two inputs
/// are equal says something of both.
fn borne_on(input: &Input) -> Vec<u64> {
    let list = input.name.strip_suffix(']').and_then(|name| name.rsplit_once('[')).map(|(list, _)| list);
    let names = names_in(&input.name).into_iter().chain(list);
    names.chain([input.name.as_str()]).map(hash_of).collect()
}

fn about<'a>(answers: &'a [(Question, bool)], input: &Input) -> impl Iterator<Item = (&'a Ask, bool)> {
    let about = answers.iter().filter(move |(question, _)| *question.input == *input);
    about.map(|(question, answer)| (&question.ask, *answer))
}

#[cfg(test)]
mod tests {
    use super::super::{Domain, Input, Number, Reason};
    use super::*;
    use std::sync::Arc;

    fn input(domain: Domain) -> Arc<Input> {
        let reason = Reason::NoValue("--var x=VALUE".to_owned());
        Arc::new(Input { name: "var.x".to_owned(), reason, domain, origin: Origin::default() })
    }

    fn is(text: &str) -> Ask {
        Ask::Is(Literal::Text(text.to_owned()))
    }

    #[test]
    fn null_has_no_attributes() {
        let whole = input(Domain::default());
        let named = |name: &str| Arc::new(Input { name: name.to_owned(), ..whole.as_ref().clone() });
        let world = World::default().with(Question::new(whole.clone(), Ask::Null), true);
        for (name, expected) in [("var.x.on", false), ("var.x[0].on", false), ("var.x.*.on", true), ("var.xy", true)] {
            let answer = (Question::new(named(name), Ask::Empty), true);
            assert_eq!(world.agrees(&[answer]), expected, "{name}");
        }
    }

    #[test]
    fn one_literal_excludes_the_others() {
        let x = input(Domain::default());
        let world = World::default().with(Question::new(x.clone(), is("prod")), true);
        assert_eq!(world.answer(&Question::new(x.clone(), is("dev"))), Some(false));
        assert_eq!(world.answer(&Question::new(x.clone(), Ask::Null)), Some(false));
        assert_eq!(world.answer(&Question::new(x, Ask::Fixed)), Some(true));
    }

    #[test]
    fn the_last_value_of_a_finite_domain_follows() {
        let x = input(Domain::of(vec![Literal::Text("dev".into()), Literal::Text("prod".into())]));
        let world = World::default().with(Question::new(x.clone(), is("prod")), false);
        assert_eq!(world.answer(&Question::new(x, is("dev"))), Some(true));
    }

    #[test]
    fn an_open_text_that_is_not_prod_may_still_be_anything_else() {
        let x = input(Domain::default());
        let world = World::default().with(Question::new(x.clone(), is("prod")), false);
        assert_eq!(world.answer(&Question::new(x.clone(), is("dev"))), None);
        assert_eq!(world.answer(&Question::new(x, Ask::Null)), None);
    }

    #[test]
    fn what_a_collection_does_not_hold_is_worth_nothing() {
        let [whole, element] = ["var.x", "var.x.a"].map(|name| {
            let reason = Reason::NoValue("--var x=VALUE".to_owned());
            Arc::new(Input { name: name.to_owned(), reason, domain: Domain::default(), origin: Origin::default() })
        });
        let holds = Question::new(whole, Ask::Holds(Literal::Text("a".to_owned())));
        let without = World::default().with(holds.clone(), false);
        assert!(!without.agrees(&[(Question::new(element.clone(), is("b")), true)]));
        assert!(World::default().with(holds, true).agrees(&[(Question::new(element, is("b")), true)]));
    }

    #[test]
    fn a_text_is_as_long_as_its_characters() {
        let x = input(Domain::default());
        let asked = |ask: Ask| Question::new(x.clone(), ask);
        let long = World::default().with(asked(Ask::LongerThan(3)), true);
        assert_eq!(long.answer(&asked(is("prod"))), None);
        assert_eq!(long.answer(&asked(is("dev"))), Some(false));
        let prod = World::default().with(asked(is("prod")), true);
        for (count, expected) in [(3, true), (4, false)] {
            assert_eq!(prod.answer(&asked(Ask::LongerThan(count))), Some(expected), "length > {count}");
        }
    }

    #[test]
    fn a_number_lies_where_all_answers_have_it() {
        let x = input(Domain::default());
        let number = Number::from(5_i64);
        let [above, below] = [Ask::Above(number.clone()), Ask::Below(number.clone())];
        let asked = |ask: &Ask| Question::new(x.clone(), ask.clone());
        let larger = World::default().with(asked(&above), true);
        let answers = [
            (asked(&Ask::Above(Number::from(3_i64))), Some(true)),
            (asked(&Ask::Above(Number::from(7_i64))), None),
            (asked(&below), Some(false)),
            (asked(&Ask::Is(Literal::Number(number.clone()))), Some(false)),
            (asked(&Ask::Null), Some(false)),
        ];
        for (question, expected) in answers {
            assert_eq!(larger.answer(&question), expected, "{}", question.describe());
        }
        let neither = World::default().with(asked(&above), false).with(asked(&below), false);
        assert!(neither.allows(&x), "it may be 5");
        let not_even = neither.with(asked(&Ask::Is(Literal::Number(number))), false);
        assert!(!not_even.allows(&x), "no number is neither more, nor less, nor the same");
    }

    #[test]
    fn no_value_of_an_open_input_gives_both_answers_to_one_question() {
        let x = input(Domain::default());
        let question = Question::new(x, Ask::True);
        let world = World::default().with(question.clone(), true);
        assert!(world.agrees(&[(question.clone(), true)]));
        assert!(!world.agrees(&[(question, false)]));
    }
}
