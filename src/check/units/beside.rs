//! The units without a trail that may declare a bucket some trail names: those whose bytes hold its name, and those that
//! export something where a trail imports its bucket. And those that may declare the public access block of an account,
//! where the configuration says which units belong to one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::cloudformation::{self, Given, Loaded};
use crate::model::{Target, Unit, other_names, targets};
use crate::source::{FileClass, FoundFile, Sources};
use crate::terraform::{Modules, roots_of};

use super::super::Options;
use super::Found;
use super::deployed::with_deployed;

/// Shorter pieces of a name stand everywhere.
const MIN_WORD: usize = 3;

/// How many names are followed from unit to unit.
const MAX_ROUNDS: usize = 8;

/// The units beside those that were found.
pub(in super::super) fn beside(
    found: &Found,
    options: &Options,
    given: &Given,
    sources: &Arc<Sources>,
) -> Vec<Box<dyn Unit>> {
    let imports = |unit: &dyn Unit| unit.imports().into_iter().map(Target::Export);
    let mut targets: Vec<Target> = found.units.iter().flat_map(|unit| targets(unit.as_ref())).collect();
    targets.extend(found.units.iter().flat_map(|unit| imports(unit.as_ref())));
    let mut units = holding(&targets, found, options, given, sources);
    // A bucket that one of them declares may have another name for further units: that of its export, or its own. And it
    // may export what it imports.
    for _ in 0..MAX_ROUNDS {
        let everyone = || found.units.iter().chain(&units);
        let others = everyone().flat_map(|unit| other_names(unit.as_ref(), &targets));
        let others = others.chain(units.iter().flat_map(|unit| imports(unit.as_ref())));
        let fresh: Vec<Target> = others.filter(|other| !targets.contains(other)).collect();
        if fresh.is_empty() {
            break;
        }
        targets.extend(fresh);
        units = holding(&targets, found, options, given, sources);
    }
    units
}

/// The units beside those that were found whose bytes hold one of the targets.
fn holding(
    targets: &[Target],
    found: &Found,
    options: &Options,
    given: &Given,
    sources: &Arc<Sources>,
) -> Vec<Box<dyn Unit>> {
    let has_accounts = !found.units.is_empty() && !options.configured.config.accounts.is_empty();
    if targets.is_empty() && !has_accounts {
        return Vec::new();
    }
    let signs = signs(options);
    let may_declare = |file: &&FoundFile| {
        sources.bytes(&file.path).is_some_and(|bytes| {
            targets.iter().any(|target| may_declare(target, file, &bytes, &signs)) || has_accounts && may_block(&bytes)
        })
    };
    let holding: Vec<&FoundFile> = found.walked.par_iter().filter(may_declare).collect();
    let known = |path: &str| found.units.iter().any(|unit| unit.path() == path);
    let modules = Modules::new(Arc::clone(sources));
    let roots = roots(targets, &holding, found, sources, &modules);
    let roots = roots.iter().filter(|directory| !known(&sources.display(directory)));
    let mut units: Vec<Box<dyn Unit>> =
        roots.map(|root| with_deployed(Box::new(modules.load(root, &options.inputs)), given, sources).0).collect();
    let templates = holding.iter().filter(|file| file.class == FileClass::Template);
    let is_part = |file: &FoundFile| found.assemblies.keeps(&file.path) || found.nested.contains(&file.path);
    for file in templates.filter(|file| !is_part(file)) {
        for deployment in found.assemblies.deployments(&file.path) {
            if let Loaded::Template(unit) = cloudformation::load(sources, &file.path, given, &deployment)
                && !known(unit.path())
            {
                units.push(unit);
            }
        }
    }
    units
}

/// The root modules that lead to a file that holds a target, or to one that opens buckets and to one that holds a piece of a
/// name. A module that another one calls says what it says through its callers.
fn roots(
    targets: &[Target],
    holding: &[&FoundFile],
    found: &Found,
    sources: &Sources,
    modules: &Modules,
) -> BTreeSet<PathBuf> {
    let is_terraform = |file: &FoundFile| matches!(file.class, FileClass::Terraform | FileClass::TerraformJson);
    let is_read = |file: &FoundFile| is_terraform(file) || file.class == FileClass::Variables;
    let parent = |file: &FoundFile| file.path.parent().map(Path::to_owned);
    let directories: BTreeSet<PathBuf> =
        found.walked.iter().filter(|file| is_terraform(file)).filter_map(parent).collect();
    let directories: Vec<PathBuf> = directories.into_iter().collect();
    let leading_to = |files: &[&FoundFile]| -> BTreeSet<PathBuf> {
        let sought: BTreeSet<PathBuf> = files.iter().copied().filter(|file| is_read(file)).filter_map(parent).collect();
        if sought.is_empty() { BTreeSet::new() } else { roots_of(modules, &directories, &sought).into_iter().collect() }
    };
    let with = |is_sought: &(dyn Fn(&[u8]) -> bool + Sync)| -> Vec<&FoundFile> {
        let holds = |file: &&FoundFile| sources.bytes(&file.path).is_some_and(|bytes| is_sought(&bytes));
        found.walked.par_iter().filter(|file| is_read(file)).filter(holds).collect()
    };
    let mut roots = leading_to(holding);
    let words = words(targets);
    let opening = if words.is_empty() { BTreeSet::new() } else { leading_to(&with(&may_open)) };
    if !opening.is_empty() {
        let naming = leading_to(&with(&|bytes| holds_any(bytes, &words)));
        roots.extend(opening.intersection(&naming).cloned());
    }
    roots
}

/// The words that the names of buckets are put together of: a name may stand nowhere as a whole (`"acme-${var.env}"`).
fn words(targets: &[Target]) -> BTreeSet<String> {
    let names = targets.iter().filter_map(|target| if let Target::Name(name) = target { Some(name) } else { None });
    let words = names.flat_map(|name| name.split(|character: char| !character.is_alphanumeric()));
    words.filter(|word| word.len() >= MIN_WORD).map(str::to_ascii_lowercase).collect()
}

fn holds_any(bytes: &[u8], words: &BTreeSet<String>) -> bool {
    let bytes = bytes.to_ascii_lowercase();
    words.iter().any(|word| memchr::memmem::find(&bytes, word.as_bytes()).is_some())
}

/// Whether the bytes of a module's file may declare what opens a bucket that is declared elsewhere.
fn may_open(bytes: &[u8]) -> bool {
    let kinds = ["s3_bucket_policy", "s3_bucket_acl"];
    kinds.iter().any(|kind| memchr::memmem::find(bytes, kind.as_bytes()).is_some())
}

/// Whether the bytes of a file may declare what a trail names, or something for it. An export's name is seldom written
/// out, only that there are outputs or imports.
fn may_declare(target: &Target, file: &FoundFile, bytes: &[u8], signs: &[&str]) -> bool {
    let holds = |text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    match target {
        Target::Name(name) => holds(name) || file.class == FileClass::Template && makes_names(bytes, signs),
        Target::Export(_) => {
            let words = ["Outputs", "ImportValue", "GetStackOutput"];
            file.class == FileClass::Template && holds("AWS::") && words.into_iter().any(holds)
        }
    }
}

/// What is written where the name of a bucket is put together, or escaped. A parameter's default is written out, but not
/// what is given.
fn signs(options: &Options) -> Vec<&'static str> {
    let inputs = &options.inputs;
    let gives =
        !(inputs.parameters.is_empty() && inputs.parameter_files.is_empty() && inputs.configured_parameters.is_empty());
    ["Sub", "Join", "${", "&{", "\\"].into_iter().chain(gives.then_some("Ref")).collect()
}

/// Whether the bytes of a template put the name of a bucket together: one of the signs stands behind a key that names one.
fn makes_names(bytes: &[u8], signs: &[&str]) -> bool {
    /// How far a value is looked into.
    const WINDOW: usize = 120;
    let makes = |at: usize| {
        let behind = bytes.get(at + "Bucket".len()..).unwrap_or_default();
        let behind = behind.strip_prefix(b"Name").unwrap_or(behind);
        let behind = behind.strip_prefix(b"\"").or(behind.strip_prefix(b"'")).unwrap_or(behind).trim_ascii_start();
        let Some(value) = behind.strip_prefix(b":") else { return false };
        let value = value.get(..WINDOW).unwrap_or(value);
        // A value that begins on this line seldom goes on in the next.
        let is_block = value.trim_ascii_start().first().is_none_or(|first| b"!{|>".contains(first));
        let line = value.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
        let value = if is_block { value } else { line };
        signs.iter().any(|sign| memchr::memmem::find(value, sign.as_bytes()).is_some())
    };
    memchr::memmem::find(bytes, b"AWS::S3::Bucket").is_some() && memchr::memmem::find_iter(bytes, b"Bucket").any(makes)
}

/// Whether the bytes of a file may declare the public access block of an account: CloudFormation has no such resource.
fn may_block(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"aws_s3_account_public_access_block").is_some()
}
