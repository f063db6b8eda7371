//! The units without a trail that may declare a bucket some trail names: those whose bytes hold its name, and those that
//! export something where a trail imports its bucket. And those that may declare the public access block of an account,
//! where the configuration says which units belong to one. What cannot be read of them is told, where it speaks of such a
//! bucket.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::cloudformation::{self, Given, Loaded};
use crate::finding::FileError;
use crate::model::{Apart, Target, Unit, Unread, other_names, targets};
use crate::source::{FileClass, FoundFile, Sources};
use crate::terraform::{Modules, roots_of};

use super::super::Options;
use super::Found;
use super::deployed::with_deployed;

/// Shorter pieces of a name stand everywhere.
const MIN_WORD: usize = 3;

/// How many names are followed from unit to unit.
const MAX_ROUNDS: usize = 8;

/// What stands beside the units that were found.
pub(in super::super) struct Beside {
    /// The units.
    pub units: Vec<Box<dyn Unit>>,
    /// What could not be read of any unit and speaks of a bucket of some trail.
    pub unread: Vec<Unread>,
}

/// What stands beside the units that were found.
pub(in super::super) fn beside(found: &Found, options: &Options, given: &Given, sources: &Arc<Sources>) -> Beside {
    let imports = |unit: &dyn Unit| unit.imports().into_iter().map(Target::Export);
    let mut targets: Vec<Target> = found.units.iter().flat_map(|unit| targets(unit.as_ref())).collect();
    targets.extend(found.units.iter().flat_map(|unit| imports(unit.as_ref())));
    let mut held = holding(&targets, found, options, given, sources);
    // A bucket that one of them declares may have another name for further units: that of its export, or its own. And it
    // may export what it imports.
    for _ in 0..MAX_ROUNDS {
        let everyone = || found.units.iter().chain(&held.units);
        let others = everyone().flat_map(|unit| other_names(unit.as_ref(), &targets));
        let others = others.chain(held.units.iter().flat_map(|unit| imports(unit.as_ref())));
        let fresh: Vec<Target> = others.filter(|other| !targets.contains(other)).collect();
        if fresh.is_empty() {
            break;
        }
        targets.extend(fresh);
        held = holding(&targets, found, options, given, sources);
    }
    let unread = unread(&targets, found, &held, sources);
    Beside { units: held.units, unread }
}

/// What holds one of the targets in its bytes and is none of the units that were found.
#[derive(Default)]
struct Holding {
    units: Vec<Box<dyn Unit>>,
    /// Files that look like templates and are none, with what is wrong with each.
    broken: Vec<(String, Vec<FileError>)>,
}

fn holding(targets: &[Target], found: &Found, options: &Options, given: &Given, sources: &Arc<Sources>) -> Holding {
    let has_accounts = !found.units.is_empty() && !options.configured.config.accounts.is_empty();
    if targets.is_empty() && !has_accounts {
        return Holding::default();
    }
    let signs = signs(options);
    let may_declare = |file: &&FoundFile| {
        sources.bytes(&file.path).is_some_and(|bytes| {
            targets.iter().any(|target| may_declare(target, file, &bytes, &signs)) || has_accounts && may_block(&bytes)
        })
    };
    let holding: Vec<&FoundFile> = found.walked.par_iter().filter(may_declare).collect();
    let known = |path: &str| found.units.iter().any(|unit| unit.path() == path);
    let modules = Modules::with(Arc::clone(sources), options.inputs.clone());
    let roots = roots(targets, &holding, found, sources, &modules);
    let roots = roots.iter().filter(|directory| !known(&sources.display(directory)));
    let loaded = roots.map(|root| with_deployed(Box::new(modules.load(root, &options.inputs)), given, sources));
    let (units, deployed): (Vec<_>, Vec<_>) = loaded.map(|loaded| (loaded.unit, loaded.files)).unzip();
    let mut held = Holding { units, broken: Vec::new() };
    let templates = holding.iter().filter(|file| file.class == FileClass::Template);
    let is_nested =
        |file: &FoundFile| found.nested.iter().chain(deployed.iter().flatten()).any(|path| *path == file.path);
    let is_part = |file: &FoundFile| found.assemblies.keeps(&file.path) || is_nested(file);
    for file in templates.filter(|file| !is_part(file)) {
        for deployment in found.assemblies.deployments(&file.path) {
            match cloudformation::load(sources, &file.path, given, &deployment) {
                Loaded::Template(unit) if !known(unit.path()) => held.units.push(unit),
                // Whatever it is deployed as, it is broken.
                Loaded::Broken(errors) => {
                    held.broken.push((sources.display(&file.path), errors));
                    break;
                }
                Loaded::Template(_) | Loaded::NotATemplate => {}
            }
        }
    }
    held
}

/// What could not be read of the units, where that speaks of one of the targets. A root module speaks of what any file of it
/// speaks of.
fn unread(targets: &[Target], found: &Found, held: &Holding, sources: &Arc<Sources>) -> Vec<Unread> {
    let units = found
        .units
        .iter()
        .chain(&held.units)
        .map(|unit| (unit.path().to_owned(), unit.errors(), Apart::buckets_of(unit.language())));
    let broken = held.broken.iter().map(|(path, errors)| (path.clone(), errors.clone(), Apart::Policy));
    let faulty: Vec<_> = units.chain(broken).filter(|(_, errors, _)| !errors.is_empty()).collect();
    if faulty.is_empty() {
        return Vec::new();
    }
    let modules = Modules::new(Arc::clone(sources));
    let speakers = |target: &Target| -> BTreeSet<String> {
        let speaks = |file: &&FoundFile| sources.bytes(&file.path).is_some_and(|bytes| speaks_of(target, &bytes));
        let files: Vec<&FoundFile> = found.walked.par_iter().filter(speaks).collect();
        let roots = leading_to(&files, found, &modules);
        let templates = files.iter().filter(|file| file.class == FileClass::Template).map(|file| &file.path);
        roots.iter().chain(templates).map(|path| sources.display(path)).collect()
    };
    let speakers: Vec<(&Target, BTreeSet<String>)> = targets.iter().map(|target| (target, speakers(target))).collect();
    let unread = faulty.into_iter().map(|(unit, errors, apart)| {
        let spoken_of = speakers.iter().filter(|(_, speakers)| speakers.contains(&unit));
        Unread { targets: spoken_of.map(|(target, _)| (*target).clone()).collect(), unit, errors, apart }
    });
    unread.filter(|unread| !unread.targets.is_empty()).collect()
}

/// Whether the bytes of a file hold the name of a target as a word of its own.
fn speaks_of(target: &Target, bytes: &[u8]) -> bool {
    let (Target::Name(name) | Target::Export(name)) = target;
    let goes_on = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
    memchr::memmem::find_iter(bytes, name.as_bytes()).any(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        !goes_on(before) && !goes_on(bytes.get(at + name.len()))
    })
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
    let with = |is_sought: &(dyn Fn(&[u8]) -> bool + Sync)| -> Vec<&FoundFile> {
        let holds = |file: &&FoundFile| sources.bytes(&file.path).is_some_and(|bytes| is_sought(&bytes));
        found.walked.par_iter().filter(|file| is_read(file)).filter(holds).collect()
    };
    let mut roots = leading_to(holding, found, modules);
    let words = words(targets);
    let opening = if words.is_empty() { BTreeSet::new() } else { leading_to(&with(&may_open), found, modules) };
    if !opening.is_empty() {
        let naming = leading_to(&with(&|bytes| holds_any(bytes, &words)), found, modules);
        roots.extend(opening.intersection(&naming).cloned());
    }
    roots
}

/// The root modules that lead to one of the files.
fn leading_to(files: &[&FoundFile], found: &Found, modules: &Modules) -> BTreeSet<PathBuf> {
    let parent = |file: &FoundFile| file.path.parent().map(Path::to_owned);
    let sought: BTreeSet<PathBuf> = files.iter().copied().filter(|file| is_read(file)).filter_map(parent).collect();
    if sought.is_empty() {
        return BTreeSet::new();
    }
    let directories = found.walked.iter().filter(|file| is_terraform(file)).filter_map(parent);
    let directories: BTreeSet<PathBuf> = directories.collect();
    roots_of(modules, &Vec::from_iter(directories), &sought).into_iter().collect()
}

fn is_terraform(file: &FoundFile) -> bool {
    matches!(file.class, FileClass::Terraform | FileClass::TerraformJson)
}

/// Whether it is read as a part of a root module.
fn is_read(file: &FoundFile) -> bool {
    is_terraform(file) || file.class == FileClass::Variables
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
            let is_template = file.class == FileClass::Template && holds("AWS::") && words.into_iter().any(holds);
            is_template || is_terraform(file) && holds("aws_cloudformation_stack")
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
