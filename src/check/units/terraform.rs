//! Root modules with a trail in them or in what they call, and whatever directory was named.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::model::Unit;
use crate::source::{FileClass, Found as How, FoundFile, Sources};
use crate::terraform::{self, Modules};

use super::super::Options;
use super::Found;

/// Adds the units among the files.
pub(super) fn add(
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
