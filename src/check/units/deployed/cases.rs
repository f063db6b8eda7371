//! What resources deploy, by the answers that decide it.

use std::sync::Arc;

use crate::cloudformation::CloudFormationUnit;
use crate::model::{Described, Existence, Resource};
use crate::value::{Question, Text, World};

use super::deployers::are_of_one_block;
use super::readings::Readings;

/// A resource that deploys something, where these are the answers.
pub(super) struct Case {
    /// The resource, in the first world that it was found in.
    pub by: Resource,
    pub answers: Vec<(Question, bool)>,
}

/// What a resource deploys in one case.
pub(super) struct Read {
    pub case: Case,
    /// What it was read from.
    pub text: Text,
    pub stack: CloudFormationUnit,
    /// What it is in the worlds in which more of the text is known.
    pub anew: Readings,
}

impl Case {
    /// What deploys this in a world: the resource, or one that stands for it there, because it waits for an answer which
    /// instances there are.
    pub fn found<'f>(&self, foreign: &'f [Resource], read: &[Read]) -> Option<&'f Resource> {
        let is_unread = |any: &&Resource| read.iter().all(|read| read.case.by.address != any.address);
        let stands_for_it = |any: &&Resource| {
            matches!(any.existence, Existence::May(_)) && are_of_one_block(any, &self.by) && is_unread(any)
        };
        let own = foreign.iter().find(|resource| resource.address == self.by.address);
        own.or_else(|| foreign.iter().find(stands_for_it))
    }

    /// The resource as it deploys this in a world: one that has other answers does not.
    pub fn deployer(&self, resource: &Resource, world: &World) -> Option<Resource> {
        let own = Described { address: self.by.address.clone(), ..Described::clone(resource) }.into();
        self.answers.iter().rev().try_fold(own, |deployer, (question, wanted)| match world.answer(question) {
            Some(answer) if answer == *wanted => Some(deployer),
            Some(_) => None,
            None => Some(depending_on(&deployer, question)),
        })
    }

    /// The first question that tells whether it is this that the resource deploys, and has no answer yet.
    pub fn waits_for(&self, world: &World) -> Option<Question> {
        let mut questions = self.answers.iter().map(|(question, _)| question);
        questions.find(|question| world.answer(question).is_none()).cloned()
    }

    /// The world in which it was found.
    pub fn world(&self) -> World {
        let answers = self.answers.iter().cloned();
        answers.fold(World::default(), |world, (question, answer)| world.with(question, answer))
    }
}

/// The resource as one of which a question decides whether it is there.
pub(super) fn depending_on(resource: &Resource, question: &Question) -> Resource {
    Described { existence: Existence::May(Arc::new(question.clone())), ..Described::clone(resource) }.into()
}
