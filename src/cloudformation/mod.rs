//! CloudFormation templates, evaluated as CloudFormation does.
//!
//! ```text
//! file ─▶ template (long form) ─▶ tree of stacks (nested templates, loops and includes expanded) ─▶ estate in a World
//!                                                      evaluator: intrinsic functions, conditions, parameters ─┘
//! ```
//!
//! Knows CloudFormation's language; knows no control. What a resource type means beyond its name is the model's.

mod assembly;
mod bindings;
mod choice;
mod condition;
mod deployment;
mod embedded;
mod encoded;
mod equality;
mod estate;
mod evaluator;
mod export;
mod given;
mod include;
mod instance;
mod intrinsic;
mod items;
mod known;
mod locate;
mod lookup;
mod looped;
mod members;
mod named;
mod nested;
mod outputs;
mod parameter;
mod parameter_file;
mod partial;
mod reference;
mod regional;
mod remarks;
mod rules;
mod shape;
mod template;
mod text;
mod transform;
mod tree;
mod unit;
mod unruly;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

pub use assembly::{Assemblies, MANIFEST, mentions_stacks};
pub use deployment::{Deployer, Deployment, Surroundings};
pub use estate::Evaluated;
pub use given::Given;
pub use unit::CloudFormationUnit;

use crate::finding::{FileError, Note};
use crate::source::{FileId, ReadError, Sources, Span, mentions};
use crate::syntax::Problem;
use crate::value::{Question, Text};
use template::Read;

/// What a file turned out to be.
#[derive(Debug)]
pub enum Loaded {
    /// A template with what it nests: a unit.
    Template(Box<CloudFormationUnit>),
    /// Something else. Not a word is lost about it.
    NotATemplate,
    /// What looks like a template, but cannot be read or parsed.
    Broken(Vec<FileError>),
}

/// Reads the template at `path` and every template on disk that it nests.
#[must_use]
pub fn load(sources: &Arc<Sources>, path: &Path, given: &Given, deployment: &Arc<Deployment>) -> Loaded {
    let file = match sources.read(path) {
        Ok(file) => file,
        Err(error) => return Loaded::Broken(vec![FileError { path: error.path, message: error.message, span: None }]),
    };
    match template::read(sources, file) {
        Read::Template(template) => {
            let (tree, found) = nested::build(sources, Arc::new(template), deployment.given(given), None);
            Loaded::Template(Box::new(CloudFormationUnit::new(sources, tree, found, given, deployment)))
        }
        Read::NotATemplate => Loaded::NotATemplate,
        Read::Broken(problems) => {
            let path = &sources.file(file).path;
            Loaded::Broken(problems.iter().map(|problem| file_error(path, problem)).collect())
        }
    }
}

/// Reads a template that stands as a text at `place` in a source of another language, which deploys it.
#[must_use]
pub fn load_text(sources: &Arc<Sources>, text: &Text, place: Span, given: &Given, deployer: Deployer) -> Loaded {
    let template = match embedded::read(text, place) {
        Read::Template(template) => template,
        Read::NotATemplate => return Loaded::NotATemplate,
        Read::Broken(problems) => {
            let error = |problem| file_error(&sources.file(place.file).path, problem);
            return Loaded::Broken(problems.iter().map(error).collect());
        }
    };
    // What was read from another file is judged here.
    let written = template.root.entries().first().map(|entry| entry.key.span.file);
    let (mut tree, found) = nested::build(sources, Arc::new(template), given.elsewhere(), Some(deployer));
    tree.nested.extend(written.filter(|file| *file != place.file));
    Loaded::Template(Box::new(CloudFormationUnit::new(sources, tree, found, given, &Arc::default())))
}

/// Whether a file's bytes mention what makes a template read another one: it may hold a trail that its own bytes do not
/// speak of.
#[must_use]
pub fn mentions_nesting(bytes: &[u8]) -> bool {
    ["AWS::CloudFormation::Stack", "AWS::Serverless::Application", "AWS::Include", "Rain::Include"]
        .iter()
        .any(|name| mentions(bytes, name))
}

fn file_error(path: &str, problem: &Problem) -> FileError {
    FileError { path: path.to_owned(), message: problem.message.clone(), span: Some(problem.span) }
}

/// What was remarked while a unit was read.
#[derive(Debug, Default)]
struct Found {
    notes: Vec<Note>,
    /// What is a part of the unit and was not read. It may hold a trail.
    unread: Vec<Note>,
    errors: Vec<FileError>,
    /// The first template of the unit that could not be read: it may declare anything.
    lost: Option<FileError>,
    /// What decides which stacks and resources there are, and only whoever deploys the root from outside can answer.
    asked_outside: Option<Question>,
}

impl Found {
    /// Keeps what is wrong with a template of the unit.
    fn lose(&mut self, errors: impl IntoIterator<Item = FileError>) {
        for error in errors {
            self.lost.get_or_insert_with(|| error.clone());
            self.errors.push(error);
        }
    }

    fn note(&mut self, message: impl Into<String>, span: Span) {
        note(&mut self.notes, message.into(), span);
    }

    fn unread(&mut self, message: impl Into<String>, span: Span) {
        note(&mut self.unread, message.into(), span);
    }

    /// Makes notes of the errors: a file bears on a verdict only where there may be one.
    fn forgive(&mut self) {
        self.unread.extend(self.errors.drain(..).map(FileError::into_note));
    }
}

/// Why a file that is a part of a unit is not read, and the error where it is there.
struct NotRead {
    why: String,
    error: Option<FileError>,
}

/// Reads a file that is a part of a unit.
fn read_part(sources: &Sources, path: &Path) -> Result<FileId, NotRead> {
    sources.read(path).map_err(|ReadError { path: shown, message }| NotRead {
        why: format!("{shown} {message}"),
        error: sources.exists(path).then_some(FileError { path: shown, message, span: None }),
    })
}

fn note(notes: &mut Vec<Note>, message: String, span: Span) {
    let note = Note { message, span: Some(span) };
    if !notes.contains(&note) {
        notes.push(note);
    }
}
