//! From the command line's paths to the units to judge. Bytes are searched before anything is parsed: most of a tree has
//! nothing to do with a trail.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::cloudformation;
use crate::finding::{FileError, Note};
use crate::model::{GivenVariable, Language, Unit, literal_targets};
use crate::plan;
use crate::source::{FileClass, FileId, Found as How, FoundFile, ReadError, Sources, walk};
use crate::source::{mentions_trail_in_template, mentions_trail_in_terraform};
use crate::terraform::{self, Modules};

use super::{CheckError, Options};

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
}

/// Finds the units.
///
/// # Errors
/// A value for an input that nothing declares.
pub(super) fn find(options: &Options, sources: &Arc<Sources>) -> Result<Found, CheckError> {
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
    };
    terraform_units(&files, &walked.directories, options, sources, &mut found);
    let files = plan_units(files, sources, &mut found);
    found.errors.extend(files.iter().filter_map(|file| foreign(file, sources)));
    template_units(&files, options, sources, &mut found);
    undeclared(options, &found.units)?;
    for unit in &found.units {
        found.notes.extend(unit.notes());
        found.errors.extend(unit.errors());
    }
    found.errors.sort_by(|left, right| (&left.path, left.span).cmp(&(&right.path, right.span)));
    // One message a file is enough, however often it applies.
    found.errors.dedup_by(|next, kept| next.path == kept.path && next.message == kept.message);
    found.notes.sort_by_cached_key(|note| {
        (note.span.map(|span| (sources.file(span.file).path.clone(), span.start)), note.message.clone())
    });
    found.notes.dedup();
    Ok(found)
}

/// The units without a trail that may declare a bucket some trail names literally: those whose bytes hold the name.
pub(super) fn beside(found: &Found, options: &Options, sources: &Arc<Sources>) -> Vec<Box<dyn Unit>> {
    let names: Vec<String> = found.units.iter().flat_map(|unit| literal_targets(unit.as_ref())).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let holds = |file: &&FoundFile| {
        sources
            .bytes(&file.path)
            .is_some_and(|bytes| names.iter().any(|name| memchr::memmem::find(&bytes, name.as_bytes()).is_some()))
    };
    let holding: Vec<&FoundFile> = found.walked.par_iter().filter(holds).collect();
    let known = |path: &str| found.units.iter().any(|unit| unit.path() == path);
    let is_terraform = |file: &&&FoundFile| matches!(file.class, FileClass::Terraform | FileClass::TerraformJson);
    let mut directories: Vec<PathBuf> =
        holding.iter().filter(is_terraform).filter_map(|file| file.path.parent().map(Path::to_owned)).collect();
    directories.sort();
    directories.dedup();
    directories.retain(|directory| !known(&sources.display(directory)));
    let modules = Modules::new(Arc::clone(sources));
    let mut units: Vec<Box<dyn Unit>> = Vec::new();
    units.extend(
        directories.iter().map(|directory| Box::new(modules.load(directory, &options.inputs)) as Box<dyn Unit>),
    );
    for file in holding.iter().filter(|file| file.class == FileClass::Template) {
        if let cloudformation::Loaded::Template(unit) = cloudformation::load(sources, &file.path, &options.inputs)
            && !known(unit.path())
        {
            units.push(unit);
        }
    }
    units
}

/// A value for an input that no unit has would silently do nothing.
///
/// # Errors
/// The first such input.
fn undeclared(options: &Options, units: &[Box<dyn Unit>]) -> Result<(), CheckError> {
    let terraform = options.inputs.variables.iter().filter_map(|given| match given {
        GivenVariable::Value(name, _) => Some(("--var", name, Language::Terraform)),
        GivenVariable::Configured(..) | GivenVariable::File(_) => None,
    });
    let parameters = options.inputs.parameters.iter();
    let parameters = parameters.map(|(name, _)| ("--parameter", name, Language::CloudFormationYaml));
    for (option, name, language) in terraform.chain(parameters) {
        let is_terraform = |language: Language| language == Language::Terraform;
        let mut wanted = units.iter().filter(|unit| is_terraform(unit.language()) == is_terraform(language));
        if !units.is_empty() && !wanted.any(|unit| unit.declares(name)) {
            return Err(CheckError { message: format!("{option} {name}: nothing with a trail declares it") });
        }
    }
    Ok(())
}

/// Standard input, as if the command line named a file.
fn named(sources: &Sources, file: FileId) -> FoundFile {
    let path = sources.file(file).location.clone();
    let class = FileClass::of(&path.file_name().unwrap_or_default().to_string_lossy());
    FoundFile { path, class, found: How::Named }
}

/// A named file that is nothing this program reads.
fn foreign(file: &FoundFile, sources: &Sources) -> Option<FileError> {
    let message = if sources.search(&file.path, |bytes| plan::explain_bytes(bytes).is_some()) {
        "is a plan in a form that cannot be read; write it with `terraform show -json plan.bin > plan.json`, as UTF-8"
    } else if file.class == FileClass::Other {
        "is neither Terraform, a plan nor CloudFormation"
    } else {
        return None;
    };
    (file.found == How::Named).then(|| FileError {
        path: sources.display(&file.path),
        message: message.to_owned(),
        span: None,
    })
}

/// Root modules with a trail in them or in what they call, and whatever directory was named.
fn terraform_units(
    files: &[FoundFile],
    directories: &[PathBuf],
    options: &Options,
    sources: &Arc<Sources>,
    found: &mut Found,
) {
    let terraform = |file: &&FoundFile| matches!(file.class, FileClass::Terraform | FileClass::TerraformJson);
    let parent = |file: &FoundFile| file.path.parent().map(Path::to_owned);
    let mut all: Vec<PathBuf> = files.iter().filter(terraform).filter_map(parent).collect();
    all.sort();
    all.dedup();
    let modules = Modules::new(Arc::clone(sources));
    let mut roots = terraform::roots(&modules, &all);
    let named = files.iter().filter(terraform).filter(|file| file.found == How::Named).filter_map(parent);
    let named = named.chain(directories.iter().filter(|directory| all.contains(directory)).cloned());
    let named: Vec<PathBuf> = named.filter(|directory| !roots.contains(directory)).collect();
    roots.extend(terraform::reaching_trails(&modules, &named));
    roots.sort();
    roots.dedup();
    let units = roots.par_iter().map(|root| modules.load(root, &options.inputs));
    found.units.extend(units.collect::<Vec<_>>().into_iter().map(|unit| Box::new(unit) as Box<dyn Unit>));
}

/// Plans with a trail in them. Gives the files that are none.
fn plan_units(files: Vec<FoundFile>, sources: &Arc<Sources>, found: &mut Found) -> Vec<FoundFile> {
    let may_hold = |bytes: &[u8]| plan::may_be_plan(bytes) && mentions_trail_in_terraform(bytes);
    let is_candidate = |file: &FoundFile| matches!(file.class, FileClass::Template | FileClass::Other);
    let loaded: Vec<(FoundFile, Option<Result<plan::Loaded, ReadError>>)> = files
        .into_par_iter()
        .map(|file| {
            let loaded = (is_candidate(&file) && sources.search(&file.path, may_hold))
                .then(|| Ok(plan::load(sources, sources.read_plan(&file.path)?)));
            (file, loaded)
        })
        .collect();
    let mut others = Vec::new();
    for (file, loaded) in loaded {
        match loaded {
            Some(Ok(plan::Loaded::Plan(plan))) => found.units.push(plan),
            Some(Ok(plan::Loaded::Broken(errors))) => found.errors.extend(errors),
            Some(Err(error)) => {
                found.errors.push(FileError { path: error.path, message: error.message, span: None });
            }
            Some(Ok(plan::Loaded::NotAPlan)) | None => others.push(file),
        }
    }
    others
}

/// Templates with a trail in them or in what they nest.
fn template_units(files: &[FoundFile], options: &Options, sources: &Arc<Sources>, found: &mut Found) {
    let template = |file: &&FoundFile| file.class == FileClass::Template;
    let templates: Vec<&FoundFile> = files.iter().filter(template).collect();
    let holding: Vec<&FoundFile> = {
        let searched = templates.par_iter().map(|file| {
            let relevant = file.found == How::Named || sources.search(&file.path, mentions_trail_in_template);
            relevant.then_some(*file)
        });
        searched.collect::<Vec<_>>().into_iter().flatten().collect()
    };
    if holding.is_empty() {
        return;
    }
    // A trail may be in a template that another one nests; then the other one is the unit.
    let nesting = templates.par_iter().filter(|file| sources.search(&file.path, cloudformation::mentions_nesting));
    let mut candidates: Vec<&FoundFile> = nesting.copied().collect::<Vec<_>>();
    candidates.extend(&holding);
    candidates.sort_by(|left, right| left.path.cmp(&right.path));
    candidates.dedup_by(|left, right| left.path == right.path);
    let loaded: Vec<(&FoundFile, cloudformation::Loaded)> =
        candidates.par_iter().map(|file| (*file, cloudformation::load(sources, &file.path, &options.inputs))).collect();
    let mut nested = Vec::new();
    for (_, loaded) in &loaded {
        if let cloudformation::Loaded::Template(unit) = loaded {
            nested.extend(unit.nested().iter().cloned());
        }
    }
    for (file, loaded) in loaded {
        match loaded {
            cloudformation::Loaded::Template(unit) => {
                if file.found == How::Named || !nested.contains(&file.path) {
                    found.units.push(unit);
                }
            }
            cloudformation::Loaded::NotATemplate if file.found == How::Named => found.errors.push(FileError {
                path: sources.display(&file.path),
                message: "holds no CloudFormation template: no `Resources` with types".to_owned(),
                span: None,
            }),
            cloudformation::Loaded::NotATemplate => {}
            cloudformation::Loaded::Broken(errors) => found.errors.extend(errors),
        }
    }
}
