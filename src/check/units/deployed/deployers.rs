//! The resources of a unit that deploy something in another language, with the worlds in which they are found: an input may
//! decide which instances of a block there are, and under which keys.

use std::collections::HashSet;

use crate::finding::Note;
use crate::model::{Existence, Kind, Resource, Unit};
use crate::source::Span;
use crate::value::World;

/// Whether one block makes both, in the same modules.
pub(super) fn are_of_one_block(one: &Resource, other: &Resource) -> bool {
    one.header == other.header && one.callers == other.callers
}

/// What deploys something in another language.
#[derive(Default)]
pub(super) struct Deployers {
    /// Each with a world that it is found in; several times, where no answer tells all worlds that it is in from the others.
    pub all: Vec<(Resource, World)>,
    /// Of which blocks not all instances were found.
    pub notes: Vec<Note>,
}

impl Deployers {
    /// Those of a unit. Of each block so many worlds are looked at.
    pub fn of(unit: &dyn Unit, limit: usize) -> Self {
        let (world, mut found) = (World::default(), Self::default());
        let mut blocks: HashSet<(Span, Vec<Span>)> = HashSet::new();
        for first in unit.estate(&world).resources(Kind::Foreign) {
            if blocks.insert((first.header, first.callers.clone())) {
                found.add_block(unit, &first, limit);
            }
        }
        found
    }

    /// Adds what a block makes in each world.
    fn add_block(&mut self, unit: &dyn Unit, first: &Resource, limit: usize) {
        let (mut waiting, mut looked_at) = (vec![World::default()], 0);
        while let Some(world) = waiting.pop() {
            looked_at += 1;
            let all = unit.estate(&world).resources(Kind::Foreign).into_iter();
            let of_block: Vec<Resource> = all.filter(|resource| are_of_one_block(resource, first)).collect();
            // While the block waits for an answer, all of it does.
            let question = match of_block.first().map(|resource| &resource.existence) {
                // Where it is answered already the instances that there are wait for nothing.
                Some(may @ Existence::May(question))
                    if of_block.iter().all(|other| other.existence == *may) && world.answer(question).is_none() =>
                {
                    Some(question.clone())
                }
                _ => None,
            };
            self.add(of_block, &world);
            match question {
                Some(question) if looked_at + waiting.len() + 2 <= limit => waiting.extend(world.either(&question)),
                Some(_) => {
                    let message = format!("only {limit} cases of the instances of {} are told apart", first.address);
                    self.notes.push(Note { message, span: Some(first.header) });
                    return;
                }
                None => {}
            }
        }
    }

    /// Adds what is not known yet from a world that has fewer answers.
    fn add(&mut self, resources: Vec<Resource>, world: &World) {
        for resource in resources {
            let is_known = |(known, before): &(Resource, World)| {
                let holds = |answer| world.answers().contains(answer);
                known.address == resource.address && before.answers().iter().all(holds)
            };
            if !self.all.iter().any(is_known) {
                self.all.push((resource, world.clone()));
            }
        }
    }
}
