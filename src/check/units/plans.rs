//! Plans with a trail in them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::cloudformation::Given;
use crate::finding::FileError;
use crate::model::Unit;
use crate::plan;
use crate::source::{FileClass, FoundFile, ReadError, Sources, mentions_trail_in_terraform};
use crate::terraform::{self, Modules};

use super::super::Options;
use super::Found;
use super::deployed::with_deployed;

/// Adds the units among the files. Gives the files that are none.
pub(super) fn add(
    files: Vec<FoundFile>,
    options: &Options,
    given: &Given,
    sources: &Arc<Sources>,
    found: &mut Found,
) -> Vec<FoundFile> {
    let modules = Modules::new(Arc::clone(sources));
    let may_hold = |bytes: &[u8]| plan::may_be_plan(bytes) && mentions_trail_in_terraform(bytes);
    let is_candidate = |file: &FoundFile| matches!(file.class, FileClass::Template | FileClass::Other);
    let loaded: Vec<(FoundFile, Option<Result<plan::Loaded, ReadError>>)> = files
        .into_par_iter()
        .map(|file| {
            let loaded = (is_candidate(&file) && sources.search(&file.path, may_hold))
                .then(|| load(&file.path, options, &modules, sources));
            (file, loaded)
        })
        .collect();
    let mut others = Vec::new();
    for (file, loaded) in loaded {
        match loaded {
            Some(Ok(plan::Loaded::Plan(plan))) => found.units.push(with_deployed(plan, given, sources).unit),
            Some(Ok(plan::Loaded::Broken(errors))) => found.errors.extend(errors),
            Some(Err(error)) => {
                found.errors.push(FileError { path: error.path, message: error.message, span: None });
            }
            Some(Ok(plan::Loaded::NotAPlan)) | None => others.push(file),
        }
    }
    others
}

/// A plan with the sources it was made from: those that were named, else those that lie beside it.
fn load(path: &Path, options: &Options, modules: &Modules, sources: &Sources) -> Result<plan::Loaded, ReadError> {
    let file = sources.read_plan(path)?;
    let evaluate = |directory: PathBuf| {
        move |told| Box::new(modules.load_told(&directory, &options.inputs, told)) as Box<dyn Unit>
    };
    if let Some(directory) = &options.source {
        let directory = sources.absolute(directory);
        let written = modules.written(&directory);
        return Ok(plan::load(sources, file, plan::Configuration::Named(&written)).with_sources(evaluate(directory)));
    }
    let beside =
        path.parent().filter(|directory| sources.list(directory).iter().any(|name| terraform::is_configuration(name)));
    let Some(directory) = beside else { return Ok(plan::load(sources, file, plan::Configuration::Unknown)) };
    let written = modules.written(directory);
    Ok(plan::load(sources, file, plan::Configuration::Beside(&written)).with_sources(evaluate(directory.to_owned())))
}
