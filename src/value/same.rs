//! What answers about the equality of inputs say together: where `var.a == var.b` and `var.b == var.c`, all three are the
//! same, and what is said of one is said of all.
//!
//! Knows answers only. What they say of a single input is [`super::facts`]'s.

use std::sync::Arc;

use indexmap::IndexMap;

use super::facts::{Facts, candidates, is_possible};
use super::{Ask, Data, Input, Keys, Literal, Question, Reason, Value, renamed};

impl Input {
    /// The input that is true where two others are the same. Called `name`, which is the same whichever stands first.
    #[must_use]
    pub fn sameness(self, left: &Value, right: &Value) -> Self {
        match (as_input(left), as_input(right)) {
            (Some(left), Some(right)) => Self { reason: Reason::Same(Arc::new([left, right])), ..self },
            _ => self,
        }
    }
}

fn as_input(value: &Value) -> Option<Arc<Input>> {
    match &value.data {
        Data::Open(input) if input.domain.keys == Keys::Converted => {
            Some(Arc::new(Input { name: value.describe(), ..input.as_ref().clone() }))
        }
        Data::Open(input) => Some(input.itself()),
        Data::Opaque(_) => Some(Arc::new(Input::set(value, value.origin.clone()))),
        _ => None,
    }
}

/// Inputs that are the same.
#[derive(Default)]
struct Class<'a> {
    members: Vec<&'a Arc<Input>>,
    /// What is said of any of them.
    facts: Facts<'a>,
    /// The classes, by number, that are not the same as this one.
    others: Vec<usize>,
}

/// Whether inputs that are the same by some answers can be, and those that are not can be others.
pub(super) fn can_all_be(answers: &[(Question, bool)]) -> bool {
    let classes = classes(answers);
    let values: Vec<Option<Vec<Literal>>> = classes.iter().map(Class::values).collect();
    let has_value = |(class, values): (&Class, &Option<Vec<Literal>>)| match values {
        Some(values) => !values.is_empty(),
        None => class.members.iter().all(|input| is_possible(&input.domain, &class.facts)),
    };
    let mut tries = MAX_TRIES;
    classes.iter().zip(&values).all(has_value)
        && !classes.iter().enumerate().any(|(at, class)| class.others.contains(&at))
        && can_differ(&classes, &values, &mut Vec::new(), &mut tries)
}

/// How many values are tried to tell whether some inputs can all be different ones; they can if that does not tell.
const MAX_TRIES: usize = 1000;

/// Whether the classes behind those with a value `chosen` can have one that none of those has that they are not the same as.
fn can_differ<'a>(
    classes: &[Class],
    values: &'a [Option<Vec<Literal>>],
    chosen: &mut Vec<Option<&'a Literal>>,
    tries: &mut usize,
) -> bool {
    let Some(class) = classes.get(chosen.len()) else { return true };
    let few = values.get(chosen.len()).and_then(Option::as_ref).filter(|_| !class.others.is_empty());
    let choices: Vec<Option<&Literal>> = few.map_or(vec![None], |few| few.iter().map(Some).collect());
    choices.into_iter().any(|choice| {
        *tries = tries.saturating_sub(1);
        let is_taken = |other: &usize| match (choice, chosen.get(*other)) {
            (Some(choice), Some(Some(other))) => choice.same(other),
            _ => false,
        };
        if *tries > 0 && class.others.iter().any(is_taken) {
            return false;
        }
        chosen.push(choice);
        let can = *tries == 0 || can_differ(classes, values, chosen, tries);
        chosen.pop();
        can
    })
}

impl<'a> Class<'a> {
    fn of(input: &'a Arc<Input>) -> Self {
        Self { members: vec![input], ..Self::default() }
    }

    /// The values that all of them can have, where they are finitely many.
    fn values(&self) -> Option<Vec<Literal>> {
        let few = self.members.iter().find_map(|input| candidates(&input.domain, &self.facts))?;
        let is_allowed = |literal: &Literal| self.members.iter().all(|input| input.domain.allows(literal));
        Some(few.into_iter().filter(is_allowed).collect())
    }
}

/// Answers that say of two inputs whether they are the same.
fn pairs(answers: &[(Question, bool)]) -> impl Iterator<Item = (&[Arc<Input>; 2], bool)> {
    answers.iter().filter_map(|(question, answer)| match &question.input.reason {
        Reason::Same(pair) => Some((pair.as_ref(), *answer)),
        _ => None,
    })
}

/// The classes of inputs that the answers compare with each other. What is made of the same in the same way is the same.
fn classes(answers: &[(Question, bool)]) -> Vec<Class<'_>> {
    let mut classes: Vec<Class> = Vec::new();
    for (pair, are_same) in pairs(answers) {
        let [one, other] = pair.each_ref().map(|input| class_of(input, &mut classes));
        if are_same {
            join(one, other, &mut classes);
        }
    }
    join_what_is_made_of_the_same(answers, &mut classes);
    for (pair, _) in pairs(answers).filter(|(_, are_same)| !are_same) {
        let [one, other] = pair.each_ref().map(|input| class_of(input, &mut classes));
        for (class, different) in [(one, other), (other, one)] {
            classes.get_mut(class).into_iter().for_each(|class| class.others.push(different));
        }
    }
    for class in &mut classes {
        let about = answers.iter().filter(|(question, _)| class.members.iter().any(|input| tells(question, input)));
        class.facts = about.map(|(question, answer)| (&question.ask, *answer)).collect();
        // What is said of two of them counts once: two elements are more than one.
        class.facts.sort();
        class.facts.dedup();
    }
    classes
}

/// Whether a question is about an input, or about what has the input's text and tells something of that.
fn tells(question: &Question, input: &Input) -> bool {
    let is_of_text = || match &question.ask {
        Ask::Null | Ask::Empty | Ask::Becomes(_) | Ask::Fixed => true,
        Ask::Is(literal) => literal.is_only_a_text(),
        _ => false,
    };
    let has_its_text = || input.name.strip_prefix("tostring(")?.strip_suffix(')');
    *question.input == *input
        || input.domain.keys == Keys::Converted && has_its_text() == Some(&question.input.name) && is_of_text()
}

/// Joins `length(var.a)` with `length(var.b)`, and `var.a[0]` with `var.b[0]`, where the two are the same.
fn join_what_is_made_of_the_same<'a>(answers: &'a [(Question, bool)], classes: &mut Vec<Class<'a>>) {
    let aliases: Vec<(&str, &str)> = classes
        .iter()
        .filter_map(|class| class.members.split_first())
        .flat_map(|(first, rest)| rest.iter().map(|input| (input.name.as_str(), first.name.as_str())))
        .collect();
    if aliases.is_empty() {
        return;
    }
    let compared = pairs(answers).flat_map(|(pair, _)| pair);
    let mut by_name: IndexMap<String, Vec<&Arc<Input>>> = IndexMap::new();
    for input in answers.iter().map(|(question, _)| &question.input).chain(compared) {
        let name = aliases.iter().fold(input.name.clone(), |name, (alias, first)| renamed(&name, alias, first));
        by_name.entry(name).or_default().push(input);
    }
    for inputs in by_name.into_values() {
        for input in inputs.iter().skip(1) {
            let (one, other) = (inputs.first().map(|first| class_of(first, classes)), class_of(input, classes));
            join(one.unwrap_or(other), other, classes);
        }
    }
}

fn join(one: usize, other: usize, classes: &mut Vec<Class>) {
    if one != other {
        let joined = classes.remove(one.max(other));
        classes.get_mut(one.min(other)).into_iter().for_each(|class| class.members.extend(&joined.members));
    }
}

/// The number of the class that an input is in.
fn class_of<'a>(input: &'a Arc<Input>, classes: &mut Vec<Class<'a>>) -> usize {
    classes.iter().position(|class| class.members.contains(&input)).unwrap_or_else(|| {
        classes.push(Class::of(input));
        classes.len() - 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Domain, Origin, World};

    fn input(name: &str) -> Value {
        let input = Input { domain: Domain::default(), ..Input::derived(name, Origin::default()) };
        Value::open(input, Origin::default())
    }

    fn same(one: &str, other: &str) -> Question {
        let statement = Input::derived(format!("{one} == {other}"), Origin::default());
        let statement = Input { domain: Domain::boolean(), ..statement.sameness(&input(one), &input(other)) };
        Question::new(statement, Ask::True)
    }

    fn is(name: &str, text: &str) -> Question {
        Question::new(as_input(&input(name)).unwrap(), Ask::Is(Literal::Text(text.to_owned())))
    }

    fn answers(world: &World, question: &Question) -> Vec<bool> {
        world.either(question).iter().filter_map(|world| world.answers().last().map(|(_, answer)| *answer)).collect()
    }

    #[test]
    fn what_is_the_same_as_one_is_the_same_as_all() {
        let world = World::default().with(same("a", "b"), true).with(same("b", "c"), true);
        assert_eq!(answers(&world, &same("a", "c")), [true]);
        let world = World::default().with(same("a", "b"), true).with(same("b", "c"), false);
        assert_eq!(answers(&world, &same("a", "c")), [false]);
        let world = World::default().with(same("a", "b"), false).with(same("b", "c"), false);
        assert_eq!(answers(&world, &same("a", "c")), [false, true]);
    }

    #[test]
    fn what_is_made_of_the_same_is_the_same() {
        let equal = World::default().with(same("a", "b"), true);
        assert_eq!(answers(&equal, &same("length(a)", "length(b)")), [true]);
        let known = equal.with(is("a[0]", "x"), true);
        assert_eq!(answers(&known, &is("b[0]", "x")), [true]);
        assert_eq!(answers(&World::default(), &same("length(a)", "length(b)")), [false, true]);
    }

    /// Of three booleans two are the same.
    #[test]
    fn there_are_no_more_different_inputs_than_values() {
        let among = |name: &str, values: &[&str]| {
            let values = values.iter().map(|text| Literal::Text((*text).to_owned())).collect();
            let input = Input { domain: Domain::of(values), ..Input::derived(name, Origin::default()) };
            Value::open(input, Origin::default())
        };
        let same = |one: &Value, other: &Value| {
            let statement = Input::derived(format!("{} == {}", one.describe(), other.describe()), Origin::default());
            Question::new(Input { domain: Domain::boolean(), ..statement.sameness(one, other) }, Ask::True)
        };
        let [a, b, c] = ["a", "b", "c"].map(|name| among(name, &["x", "y"]));
        let world = World::default().with(same(&a, &b), false).with(same(&b, &c), false);
        assert_eq!(answers(&world, &same(&a, &c)), [true]);
        let [one, other] = [among("one", &["dev", "prod"]), among("other", &["qa", "stage"])];
        assert_eq!(answers(&World::default(), &same(&one, &other)), [false]);
    }

    #[test]
    fn what_is_said_of_one_is_said_of_the_other() {
        let equal = World::default().with(same("a", "b"), true).with(is("a", "x"), true);
        assert_eq!(answers(&equal, &is("b", "x")), [true]);
        let other = World::default().with(same("a", "b"), false).with(is("a", "x"), true);
        assert_eq!(answers(&other, &is("b", "x")), [false]);
        let known = World::default().with(is("a", "x"), true).with(is("b", "x"), true);
        assert_eq!(answers(&known, &same("a", "b")), [true]);
    }
}
