//! Root modules with a trail in them or in what they call, and whatever directory was named.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::cloudformation::Given;
use crate::source::{FileClass, Found as How, FoundFile, Sources};
use crate::terraform::{self, Modules};

use super::super::Options;
use super::deployed::{WithDeployed, with_deployed};
use super::{Found, outside};

/// Adds the units among the files.
pub(super) fn add(
    files: &[FoundFile],
    directories: &[PathBuf],
    options: &Options,
    given: &Given,
    sources: &Arc<Sources>,
    found: &mut Found,
) {
    let terraform = |file: &&FoundFile| matches!(file.class, FileClass::Terraform | FileClass::TerraformJson);
    let parent = |file: &FoundFile| file.path.parent().map(Path::to_owned);
    let mut all: Vec<PathBuf> = files.iter().filter(terraform).filter_map(parent).collect();
    all.sort();
    all.dedup();
    let modules = Modules::with(Arc::clone(sources), options.inputs.clone());
    let configurations = files.iter().filter(|file| file.class == FileClass::Terragrunt);
    let configurations: Vec<PathBuf> = configurations.map(|file| file.path.clone()).collect();
    let (deployed, notes) = terraform::deployed(&modules, &configurations, &options.inputs);
    found.notes.extend(notes);
    let mut roots = terraform::roots(&modules, &all);
    // What Terragrunt deploys is judged with what it hands in.
    roots.retain(|root| !deployed.iter().any(|unit| unit.module == *root || unit.directory() == root));
    all.retain(|directory| !deployed.iter().any(|unit| unit.module == *directory && unit.directory() == directory));
    let named = files.iter().filter(terraform).filter(|file| file.found == How::Named).filter_map(parent);
    let named = named.chain(directories.iter().filter(|directory| all.contains(directory)).cloned());
    let named: Vec<PathBuf> = named.filter(|directory| !roots.contains(directory)).collect();
    roots.extend(terraform::reaching_trails(&modules, &named));
    roots.sort();
    roots.dedup();
    // A unit tells itself what it could not read.
    let unread =
        files.iter().filter(terraform).filter(|file| parent(file).is_none_or(|parent| !roots.contains(&parent)));
    found.notes.extend(unread.filter_map(|file| outside(file, sources)));
    let speaking = terraform::speaking_of_trails(&modules, &roots);
    let units = roots.par_iter().map(|root| (speaking.contains(root), modules.load(root, &options.inputs)));
    let units = units.collect::<Vec<_>>().into_iter();
    let deployed = deployed.into_par_iter();
    let deployed = deployed.map(|unit| (unit.speaks_of_trails, modules.load_deployed(unit, &options.inputs)));
    let units: Vec<_> = units.chain(deployed.collect::<Vec<_>>()).collect();
    let units = units.into_par_iter().map(|(speaks, unit)| (speaks, with_deployed(Box::new(unit), given, sources)));
    for (speaks, WithDeployed { unit, files, deploys_trail }) in units.collect::<Vec<_>>() {
        // What deploys templates was looked at for the trails in them.
        if speaks || deploys_trail {
            found.units.push(unit);
            found.nested.extend(files);
        }
    }
}
