//! From the command line's paths to the units to judge. Bytes are searched before anything is parsed: most of a tree has
//! nothing to do with a trail.

mod beside;
mod deployed;
mod plans;
mod templates;
mod terraform;

use std::path::PathBuf;
use std::sync::Arc;

use crate::cloudformation::{Assemblies, Given};
use crate::finding::{FileError, Note};
use crate::model::{GivenVariable, Language, Unit};
use crate::plan;
use crate::source::{FileClass, FileId, Found as How, FoundFile, Sources, walk};

pub(super) use beside::{Beside, beside};

use super::{CheckError, Options, Undeclared};

/// The units of a run, in order, and what was met on the way.
pub(super) struct Found {
    /// The units.
    pub units: Vec<Box<dyn Unit>>,
    /// Remarks.
    pub notes: Vec<Note>,
    /// Files that bear on a verdict and could not be read.
    pub errors: Vec<FileError>,
    /// How many files were looked at.
    pub files: usize,
    /// The files themselves.
    walked: Vec<FoundFile>,
    /// The templates that other ones nest, or that a root module deploys: they are judged there.
    nested: Vec<PathBuf>,
    /// The assemblies among them.
    assemblies: Assemblies,
}

impl Found {
    /// Adds files that bear on a verdict and could not be read, in order. One message a file is enough, however often it
    /// applies.
    pub(super) fn add_errors(&mut self, errors: impl IntoIterator<Item = FileError>) {
        self.errors.extend(errors);
        self.errors.sort_by(|left, right| (&left.path, left.span).cmp(&(&right.path, right.span)));
        self.errors.dedup_by(|next, kept| next.path == kept.path && next.message == kept.message);
    }
}

/// Finds the units.
pub(super) fn find(options: &Options, given: &Given, sources: &Arc<Sources>) -> Found {
    let stdin = options.stdin.as_ref().map(|(name, text)| sources.add(name, text.clone()));
    let walked = walk(&options.paths, &options.exclude, &options.working_directory);
    let mut files = walked.files;
    files.extend(stdin.map(|file| named(sources, file)));
    let missing =
        walked.errors.into_iter().map(|error| FileError { path: error.path, message: error.message, span: None });
    let mut found = Found {
        units: Vec::new(),
        notes: Vec::new(),
        errors: missing.collect(),
        files: files.len(),
        walked: files.clone(),
        nested: Vec::new(),
        assemblies: Assemblies::default(),
    };
    // Inside of the project what a link leads to is found where it is.
    found.notes.extend(walked.links.iter().filter_map(|link| {
        let why = sources.within_root(link).err()?;
        Some(Note {
            message: format!("{} is a link that is not followed: it {why}", sources.display(link)),
            span: None,
        })
    }));
    terraform::add(&files, &walked.directories, options, given, sources, &mut found);
    let files = plans::add(files, options, given, sources, &mut found);
    let (unreadable, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| is_other_plan(file, sources));
    found.errors.extend(unreadable.iter().map(|file| other_plan(file, sources)));
    templates::add(&files, given, sources, &mut found);
    for unit in &found.units {
        found.notes.extend(unit.notes());
        found.errors.extend(unit.errors());
    }
    found.add_errors([]);
    found.notes.sort_by_cached_key(|note| {
        (note.span.map(|span| (sources.file(span.file).path.clone(), span.start)), note.message.clone())
    });
    found.notes.dedup();
    found
}

/// A value for an input that no unit has would silently do nothing, and one that each of them refuses would let nothing be
/// decided.
///
/// # Errors
/// The first such input.
pub(super) fn refused(options: &Options, units: &[&dyn Unit]) -> Result<(), CheckError> {
    if options.undeclared == Undeclared::Accepted {
        return Ok(());
    }
    let terraform = options.inputs.variables.iter().filter_map(|given| match given {
        GivenVariable::Value(name, _) => Some(("--var", name, Language::Terraform)),
        GivenVariable::Configured(..) | GivenVariable::File(_) => None,
    });
    let parameters = options.inputs.parameters.iter();
    let parameters = parameters.map(|(name, _)| ("--parameter", name, Language::CloudFormationYaml));
    for (option, name, language) in terraform.chain(parameters) {
        let is_terraform = |language: Language| language == Language::Terraform;
        let wanted = units.iter().filter(|unit| is_terraform(unit.language()) == is_terraform(language));
        let mut declaring = wanted.filter(|unit| unit.declares(name)).peekable();
        let problem = match declaring.peek() {
            None if units.is_empty() => None,
            None => Some("nothing with a trail declares it".to_owned()),
            Some(first) => first.refuses(name).filter(|_| declaring.all(|unit| unit.refuses(name).is_some())),
        };
        if let Some(problem) = problem {
            return Err(CheckError { message: format!("{option} {name}: {problem}") });
        }
    }
    Ok(())
}

/// Says of a file that leads out of the project that nothing is read there.
fn outside(file: &FoundFile, sources: &Sources) -> Option<Note> {
    let problem = sources.within_root(&file.path).err()?;
    Some(Note { message: format!("{} {problem}: it is not read", sources.display(&file.path)), span: None })
}

/// Standard input, as if the command line named a file.
fn named(sources: &Sources, file: FileId) -> FoundFile {
    let path = sources.file(file).location.clone();
    let class = FileClass::of(&path.file_name().unwrap_or_default().to_string_lossy());
    FoundFile { path, class, found: How::Named }
}

/// Whether a named file is a plan in a form that cannot be read.
fn is_other_plan(file: &FoundFile, sources: &Sources) -> bool {
    file.found == How::Named && sources.search(&file.path, |bytes| plan::explain_bytes(bytes).is_some())
}

fn other_plan(file: &FoundFile, sources: &Sources) -> FileError {
    let message = "is a plan in a form that cannot be read; write it with `terraform show -json plan.bin > plan.json`, \
                   as UTF-8";
    FileError { path: sources.display(&file.path), message: message.to_owned(), span: None }
}
