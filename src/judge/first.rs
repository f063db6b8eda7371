//! The first of the instances of a block of which it is not known how many it makes, or for which keys. One resource stands for
//! all of them; the first is there wherever any is. Where one trail is enough, it is enough that the first passes.

use std::sync::Arc;

use crate::model::{Existence, Resource, exists, is_any_number, is_of_instance, stands_for_all};
use crate::value::{Ask, Input, Literal, Number, Question, Reason, World, index_in};

use super::row::Judge;
use super::scene::Scene;

/// The world in which a trail that stands for all instances is the first of those that `question` tells apart. `None` where
/// it tells none apart, where the trail is another one by what was answered before, or where the first need not be there.
pub(super) fn world_of_first(judge: &Judge, trail: &Resource, scene: &Scene, question: &Question) -> Option<World> {
    let question = is_first(question).filter(|_| stands_for_all(&trail.address))?;
    let holds = |world: &World| world.answer(&question) == Some(true);
    let first = scene.world.either(&question).into_iter().find(holds)?;
    // An answer about one instance makes that exist, and not the first.
    let of_all = first.with_answers_about(|input| *input == *question.input || !is_of_instance(&input.name));
    let of_all = Scene::new(judge, &of_all);
    let is_there = of_all.trail(&trail.address).is_some_and(|trail| exists(trail, of_all.world) == Ok(true));
    is_there.then_some(first)
}

/// Whether a trail that stands for all instances of a block is made of an element that does not meet a condition which some
/// element meets. Where one trail is enough, and this one fails, it says nothing: the world in which it is made of one that
/// does has the say.
pub(super) fn is_no_witness(judge: &Judge, trail: &Resource, scene: &Scene) -> bool {
    stands_for_all(&trail.address)
        && scene.world.is_no_witness(|collection| {
            // It is made of that collection if it exists because that is not empty, whatever its elements are: one that meets
            // the condition may make none where a filter leaves it out.
            let empty = Question::new(Arc::clone(collection), Ask::Empty);
            let is_of_any = |input: &Input| input.name.contains("[*]");
            let without = scene.world.with_answers_about(|input| *input != *empty.input && !is_of_any(input));
            let without = Scene::new(judge, &without);
            let trail = without.trail(&trail.address);
            trail.is_some_and(|trail| matches!(&trail.existence, Existence::May(asked) if asked.input == empty.input))
        })
}

/// The question whose yes says that an instance is the first, where `question` is about what tells it from the others: its
/// number, or whether its element is a certain one of the list that all run over.
fn is_first(question: &Question) -> Option<Question> {
    let input = &question.input;
    match &input.reason {
        Reason::Same(pair) => {
            let [one, other] = pair.as_ref();
            (is_any_of_list_with(one, other) || is_any_of_list_with(other, one)).then(|| question.clone())
        }
        _ => is_any_number(input)
            .then(|| Question::new(Arc::clone(input), Ask::Is(Literal::Number(Number::from(0_usize))))),
    }
}

/// Whether `any` stands for all elements of a list of which `one` is a certain element.
fn is_any_of_list_with(any: &Input, one: &Input) -> bool {
    let list = any.name.strip_suffix("[*]");
    list.is_some_and(|list| index_in(&one.name, list).is_some_and(|at| one.name == format!("{list}[{at}]")))
}
