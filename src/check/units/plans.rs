//! Plans with a trail in them.

use std::sync::Arc;

use rayon::prelude::*;

use crate::finding::FileError;
use crate::plan;
use crate::source::{FileClass, FoundFile, ReadError, Sources, mentions_trail_in_terraform};

use super::Found;

/// Adds the units among the files. Gives the files that are none.
pub(super) fn add(files: Vec<FoundFile>, sources: &Arc<Sources>, found: &mut Found) -> Vec<FoundFile> {
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
