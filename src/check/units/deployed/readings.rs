//! What a resource deploys, as its text says it in a world: an answer may tell more of what the module writes into it.

use std::sync::OnceLock;

use crate::cloudformation::CloudFormationUnit;
use crate::value::Text;

/// The templates that one text becomes where more of it is known. Each is read once, for all worlds in which it is the same.
#[derive(Default)]
pub(super) struct Readings(OnceLock<Box<Reading>>);

struct Reading {
    text: Text,
    /// `None` where that is no template.
    stack: Option<CloudFormationUnit>,
    others: Readings,
}

impl Readings {
    /// What `text` is as a template, which `read` tells.
    pub fn of(&self, text: &Text, read: impl FnOnce() -> Option<CloudFormationUnit>) -> Option<&CloudFormationUnit> {
        let (mut readings, mut read) = (self, Some(read));
        loop {
            let new = || {
                let stack = read.take().and_then(|read| read());
                Box::new(Reading { text: text.clone(), stack, others: Self::default() })
            };
            let reading = readings.0.get_or_init(new);
            // What waits for an answer equals nothing, not even itself.
            if read.is_none() || reading.text == *text {
                return reading.stack.as_ref();
            }
            readings = &reading.others;
        }
    }
}
