//! Replays a judgement until every answer was tried, and merges what came out into a verdict with its cases.
//!
//! Knows questions and answers only: what is judged, and how, is the caller's.

mod cases;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use cases::{Merged, conditions, merge};

use crate::value::{Decided, Failure, Input, Question, Stop, World};

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
                let answered = answered(&world, &question);
                if answered.is_empty() {
                    found.refused.push(Arc::new(unfit(&question)));
                }
                waiting.extend(answered);
            }
        }
    }
    found
}

/// Whether the inputs can be as `world` has them: whether some further answers bring no refusal about. Where it takes more
/// than `limit` worlds to tell, they can.
pub fn can_be(world: &World, limit: usize, mut is_refused: impl FnMut(&World) -> Decided<bool>) -> bool {
    let mut waiting = vec![world.clone()];
    for _ in 0..limit {
        let Some(world) = waiting.pop() else { return false };
        match is_refused(&world) {
            Ok(true) | Err(Stop::Reject(_)) => {}
            Ok(false) => return true,
            Err(Stop::Ask(question)) => waiting.extend(answered(&world, &question)),
        }
    }
    true
}

/// The world with each answer to `question` that leaves its input a value.
fn answered(world: &World, question: &Question) -> Vec<World> {
    let answered = [false, true].map(|answer| world.with(question.clone(), answer));
    answered.into_iter().filter(|world| world.allows(&question.input)).collect()
}

/// No value an input can have fits what is asked: a text that is no boolean where one is needed.
fn unfit(question: &Question) -> Failure {
    let message = format!("no value {} can have fits here ({})", question.input.name, question.describe());
    Failure { message, origin: question.input.origin.clone() }
}

/// The inputs the waiting worlds and the last question are about, by name.
fn asked(waiting: &[World], last: &World, question: &Question) -> Vec<Arc<Input>> {
    let answers = waiting.iter().chain([last]).flat_map(World::answers);
    let inputs = answers.map(|(question, _)| &question.input).chain([&question.input]);
    let by_name: BTreeMap<&str, &Arc<Input>> = inputs.map(|input| (input.name.as_str(), input)).collect();
    by_name.into_values().map(Arc::clone).collect()
}
