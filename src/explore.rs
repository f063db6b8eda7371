//! Replays a judgement until every answer was tried, and merges what came out into a verdict with its cases.
//!
//! Knows questions and answers only: what is judged, and how, is the caller's.

mod cases;
mod votes;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use cases::{Merged, conditions, examples, merge};

use indexmap::IndexMap;

use crate::finding::Verdict;
use crate::value::{Ask, Decided, Failure, Input, Question, Stop, World};

/// Everything a judgement gave, world by world.
#[derive(Debug)]
pub struct Exploration<T> {
    /// The worlds that gave something, in a fixed order: yes before no, the first question first.
    pub worlds: Vec<(World, T)>,
    /// What the real tool would say in the worlds it refuses. They cast no vote.
    pub refused: Vec<Arc<Failure>>,
    /// The inputs that were still being asked about when the limit was reached, or when no answer was heard; empty when neither
    /// was so.
    pub exploded: Vec<Arc<Input>>,
}

impl<T> Default for Exploration<T> {
    fn default() -> Self {
        Self { worlds: Vec::new(), refused: Vec::new(), exploded: Vec::new() }
    }
}

impl<T> Exploration<T> {
    /// What votes of its worlds say together.
    #[must_use]
    pub fn merge(&self, votes: &[(&World, Verdict)]) -> Option<Merged> {
        if self.exploded.is_empty() { merge(votes) } else { examples(votes) }
    }

    /// How many worlds had an end.
    fn size(&self) -> usize {
        self.worlds.len() + self.refused.len()
    }
}

/// Runs `judge` in the world without answers and, wherever it needs an answer, in both worlds that have it.
pub fn explore<T>(limit: usize, mut judge: impl FnMut(&World) -> Decided<T>) -> Exploration<T> {
    let found = explore_together(1, limit, |world, _| vec![judge(world)]).pop();
    found.unwrap_or_else(Exploration::default)
}

/// Explores several rows at once, each as if it were alone: rows that ask the same questions meet in the same worlds, and
/// what a world is like is worked out once for all of them. `judge` gets a world and the numbers of the rows that have come
/// there, and says what each of them gives.
pub fn explore_together<T>(
    rows: usize,
    limit: usize,
    mut judge: impl FnMut(&World, &[usize]) -> Vec<Decided<T>>,
) -> Vec<Exploration<T>> {
    let mut explorations: Vec<Exploration<T>> = (0..rows).map(|_| Exploration::default()).collect();
    let mut waiting = Waiting { worlds: vec![(World::default(), (0..rows).collect())], of_row: vec![1; rows] };
    while let Some((world, rows)) =
        waiting.pop(|row| explorations.get(row).is_some_and(|found| found.exploded.is_empty()))
    {
        let mut asking: IndexMap<(String, Ask), (Arc<Question>, Vec<usize>)> = IndexMap::new();
        for (row, outcome) in rows.iter().zip(judge(&world, &rows)) {
            let Some(found) = explorations.get_mut(*row) else { continue };
            match outcome {
                Ok(outcome) => found.worlds.push((world.clone(), outcome)),
                Err(Stop::Reject(failure)) => found.refused.push(failure),
                Err(Stop::Ask(question))
                    if found.size() + waiting.count(*row) + 2 > limit || is_answered(&question, &world) =>
                {
                    found.exploded = asked(waiting.of(*row), &world, &question);
                }
                Err(Stop::Ask(question)) => {
                    let key = (question.input.name.clone(), question.ask.clone());
                    asking.entry(key).or_insert_with(|| (question, Vec::new())).1.push(*row);
                }
            }
        }
        for (question, rows) in asking.into_values() {
            let answered = world.either(&question);
            let unfit = answered.is_empty().then(|| Arc::new(unfit(&question)));
            for row in &rows {
                explorations.get_mut(*row).into_iter().for_each(|found| found.refused.extend(unfit.clone()));
            }
            for world in answered {
                waiting.push(world, rows.clone());
            }
        }
    }
    explorations
}

/// Whether a question is asked again although the world holds its answer: what asks it does not hear the answer, and would
/// ask for ever.
fn is_answered(question: &Question, world: &World) -> bool {
    world.answers().iter().any(|(answered, _)| answered == question)
}

/// The worlds that are still to be looked at, each with the rows that asked for it.
struct Waiting {
    worlds: Vec<(World, Vec<usize>)>,
    /// How many of them each row asked for.
    of_row: Vec<usize>,
}

impl Waiting {
    fn push(&mut self, world: World, rows: Vec<usize>) {
        for row in &rows {
            self.of_row.get_mut(*row).into_iter().for_each(|count| *count += 1);
        }
        self.worlds.push((world, rows));
    }

    /// The last world, with those of its rows that are still explored.
    fn pop(&mut self, is_explored: impl Fn(usize) -> bool) -> Option<(World, Vec<usize>)> {
        let (world, mut rows) = self.worlds.pop()?;
        for row in &rows {
            self.of_row.get_mut(*row).into_iter().for_each(|count| *count -= 1);
        }
        rows.retain(|row| is_explored(*row));
        Some((world, rows))
    }

    fn count(&self, row: usize) -> usize {
        self.of_row.get(row).copied().unwrap_or_default()
    }

    fn of(&self, row: usize) -> impl Iterator<Item = &World> {
        self.worlds.iter().filter(move |(_, rows)| rows.contains(&row)).map(|(world, _)| world)
    }
}

/// No value an input can have fits what is asked: a text that is no boolean where one is needed.
fn unfit(question: &Question) -> Failure {
    let message = format!("no value {} can have fits here ({})", question.input.name, question.describe());
    Failure::new(message, question.input.origin.clone())
}

/// The inputs the waiting worlds and the last question are about, by name.
fn asked<'a>(waiting: impl Iterator<Item = &'a World>, last: &'a World, question: &'a Question) -> Vec<Arc<Input>> {
    let answers = waiting.chain([last]).flat_map(World::answers);
    let inputs = answers.map(|(question, _)| &question.input).chain([&question.input]);
    let by_name: BTreeMap<&str, &Arc<Input>> = inputs.map(|input| (input.name.as_str(), input)).collect();
    by_name.into_values().map(Arc::clone).collect()
}
