//! What answers about the equality of inputs say together: where `var.a == var.b` and `var.b == var.c`, all three are the
//! same, and what is said of one is said of all.
//!
//! Knows answers only. Whether a single input has a value that fits is the caller's.

use std::sync::Arc;

use super::{Ask, Data, Input, Question, Reason, Value};

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
        Data::Open(input) => Some(Arc::clone(input)),
        Data::Opaque(_) => Some(Arc::new(Input::set(value, value.origin.clone()))),
        _ => None,
    }
}

/// Inputs that are the same.
#[derive(Default)]
pub(super) struct Class<'a> {
    pub members: Vec<&'a Arc<Input>>,
    /// What is said of any of them.
    pub facts: Vec<(&'a Ask, bool)>,
    /// The classes, by number, that are not the same as this one.
    pub others: Vec<usize>,
}

/// Answers that say of two inputs whether they are the same.
fn pairs(answers: &[(Question, bool)]) -> impl Iterator<Item = (&[Arc<Input>; 2], bool)> {
    answers.iter().filter_map(|(question, answer)| match &question.input.reason {
        Reason::Same(pair) => Some((pair.as_ref(), *answer)),
        _ => None,
    })
}

/// The classes of inputs that the answers compare with each other.
pub(super) fn classes(answers: &[(Question, bool)]) -> Vec<Class<'_>> {
    let mut classes: Vec<Class> = Vec::new();
    for (pair, are_same) in pairs(answers) {
        let [one, other] = pair.each_ref().map(|input| class_of(input, &mut classes));
        if are_same && one != other {
            let joined = classes.remove(one.max(other));
            classes.get_mut(one.min(other)).into_iter().for_each(|class| class.members.extend(&joined.members));
        }
    }
    for (pair, _) in pairs(answers).filter(|(_, are_same)| !are_same) {
        let [one, other] = pair.each_ref().map(|input| class_of(input, &mut classes));
        classes.get_mut(one).into_iter().for_each(|class| class.others.push(other));
    }
    for class in &mut classes {
        let about = answers.iter().filter(|(question, _)| class.members.contains(&&question.input));
        class.facts = about.map(|(question, answer)| (&question.ask, *answer)).collect();
        // What is said of two of them counts once: two elements are more than one.
        class.facts.sort();
        class.facts.dedup();
    }
    classes
}

/// The number of the class that an input is in.
fn class_of<'a>(input: &'a Arc<Input>, classes: &mut Vec<Class<'a>>) -> usize {
    classes.iter().position(|class| class.members.contains(&input)).unwrap_or_else(|| {
        classes.push(Class { members: vec![input], ..Class::default() });
        classes.len() - 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Domain, Literal, Origin, World};

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
    fn what_is_said_of_one_is_said_of_the_other() {
        let equal = World::default().with(same("a", "b"), true).with(is("a", "x"), true);
        assert_eq!(answers(&equal, &is("b", "x")), [true]);
        let other = World::default().with(same("a", "b"), false).with(is("a", "x"), true);
        assert_eq!(answers(&other, &is("b", "x")), [false]);
        let known = World::default().with(is("a", "x"), true).with(is("b", "x"), true);
        assert_eq!(answers(&known, &same("a", "b")), [true]);
    }
}
