//! CloudFormation templates, evaluated as CloudFormation does.
//!
//! ```text
//! file ─▶ template (long form) ─▶ tree of stacks (nested templates, loops and includes expanded) ─▶ estate in a World
//!                                                      evaluator: intrinsic functions, conditions, parameters ─┘
//! ```
//!
//! Knows CloudFormation's language; knows no control. What a resource type means beyond its name is the model's.

mod condition;
mod equality;
mod estate;
mod evaluator;
mod given;
mod intrinsic;
mod lookup;
mod nested;
mod parameter;
mod reference;
mod rules;
mod template;
mod text;
mod transform;
mod tree;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use estate::CloudFormationUnit;

use crate::finding::{FileError, Note};
use crate::model::Inputs;
use crate::source::{FileId, Sources};
use template::Read;

/// What a file turned out to be.
#[derive(Debug)]
pub enum Loaded {
    /// A template with what it nests: a unit.
    Template(Box<CloudFormationUnit>),
    /// Something else. Not a word is lost about it.
    NotATemplate,
    /// What looks like a template with a trail in it, but cannot be parsed.
    Broken(Vec<FileError>),
}

/// Reads the template in `file` and every template on disk that it nests.
#[must_use]
pub fn load(sources: &Arc<Sources>, file: FileId, inputs: &Inputs) -> Loaded {
    match template::read(sources, file) {
        Read::Template(template) => {
            let (tree, found) = nested::build(sources, Arc::new(template), inputs);
            Loaded::Template(Box::new(CloudFormationUnit::new(&sources.file(file), tree, found)))
        }
        Read::NotATemplate => Loaded::NotATemplate,
        Read::Broken(_) if !sources.file(file).text.contains("AWS::CloudTrail::Trail") => Loaded::NotATemplate,
        Read::Broken(problems) => {
            let path = &sources.file(file).path;
            let error = |problem: crate::syntax::Problem| FileError {
                path: path.clone(),
                message: problem.message,
                span: Some(problem.span),
            };
            Loaded::Broken(problems.into_iter().map(error).collect())
        }
    }
}

/// What was remarked while a unit was read.
#[derive(Debug, Default)]
struct Found {
    notes: Vec<Note>,
    errors: Vec<FileError>,
}

impl Found {
    fn note(&mut self, message: impl Into<String>, span: crate::source::Span) {
        let note = Note { message: message.into(), span: Some(span) };
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}
