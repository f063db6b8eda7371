//! Templates with a trail in them or in what they nest, on their own or as stacks of an assembly.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::cloudformation::{self, Assemblies, Given, Loaded, MANIFEST};
use crate::finding::FileError;
use crate::model::Unit;
use crate::source::{FileClass, Found as How, FoundFile, Sources, mentions_trail_in_template};

use super::{Found, outside};

/// Adds the units among the files.
pub(super) fn add(files: &[FoundFile], given: &Given, sources: &Arc<Sources>, found: &mut Found) {
    let templates: Vec<&FoundFile> = files.iter().filter(|file| may_be_template(file)).collect();
    let searched: Vec<(&FoundFile, Mention)> =
        templates.par_iter().map(|file| (*file, Mention::of(file, sources))).collect();
    let trail = searched.iter().any(|(_, mention)| *mention == Mention::Trail);
    found.assemblies = assemblies(&templates, sources);
    let errors = std::mem::take(&mut found.assemblies.errors);
    if trail {
        found.errors.extend(errors);
    } else {
        found.notes.extend(errors.into_iter().map(FileError::into_note));
    }
    found.notes.append(&mut found.assemblies.notes);
    let unread = searched.iter().filter(|(_, mention)| *mention == Mention::Unread).map(|(file, _)| *file);
    let relevant = searched.iter().filter(|(_, mention)| mention.is_relevant()).map(|(file, _)| *file);
    let candidates = with_stacks(relevant, &found.assemblies, sources);
    let stacks = candidates.into_iter().flat_map(|file| {
        let deployments = found.assemblies.deployments(&file.path);
        deployments.into_iter().map(move |deployment| (file.clone(), deployment))
    });
    let stacks: Vec<_> = stacks.collect();
    let loaded = stacks.into_par_iter().map(|(file, deployment)| {
        let loaded = cloudformation::load(sources, &file.path, given, &deployment);
        (file, loaded)
    });
    let mut loaded: Vec<(FoundFile, Loaded)> = loaded.collect();
    if !trail {
        // What they nest or include may have any name, and lie anywhere.
        loaded.retain(|(_, loaded)| match loaded {
            Loaded::Template(unit) if unit.written_trail().is_none() => {
                found.notes.extend(unit.notes());
                false
            }
            Loaded::Template(_) => true,
            Loaded::NotATemplate | Loaded::Broken(_) => false,
        });
    }
    take(loaded, sources, found);
    found.notes.extend(unread.filter_map(|file| outside(file, sources)));
}

/// What the bytes of a file have to do with a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mention {
    /// They speak of one, or somebody named the file.
    Trail,
    /// They speak of another template, which may hold one; then this one is the unit.
    Nesting,
    /// Nothing.
    Nothing,
    /// It cannot be read.
    Unread,
}

impl Mention {
    fn of(file: &FoundFile, sources: &Sources) -> Self {
        if file.found == How::Named {
            return Self::Trail;
        }
        match sources.bytes(&file.path) {
            Some(bytes) if mentions_trail_in_template(&bytes) => Self::Trail,
            Some(bytes) if cloudformation::mentions_nesting(&bytes) => Self::Nesting,
            Some(_) => Self::Nothing,
            None => Self::Unread,
        }
    }

    fn is_relevant(self) -> bool {
        matches!(self, Self::Trail | Self::Nesting)
    }
}

/// The units among what was loaded: a template that another one nests is judged there, unless it is named.
fn take(loaded: Vec<(FoundFile, Loaded)>, sources: &Sources, found: &mut Found) {
    found.nested.extend(nested(&loaded));
    for (file, loaded) in loaded {
        // What a module fills in may be no template before.
        if file.found != How::Named && found.nested.contains(&file.path) {
            continue;
        }
        match loaded {
            Loaded::Template(unit) => found.units.push(unit),
            Loaded::NotATemplate if file.found == How::Named => found.errors.push(FileError {
                path: sources.display(&file.path),
                message: not_a_template(&file).to_owned(),
                span: None,
            }),
            // It may hold a trail. What else it may hold bears on a verdict only where it speaks of a trail's bucket.
            Loaded::Broken(errors) if Mention::of(&file, sources) == Mention::Trail => found.errors.extend(errors),
            Loaded::NotATemplate | Loaded::Broken(_) => {}
        }
    }
}

/// The files that are part of a unit whose own file is part of no other. Where files are parts of each other, nobody else
/// would judge any of them.
fn nested(loaded: &[(FoundFile, Loaded)]) -> BTreeSet<PathBuf> {
    let parts_of = |(file, loaded): &(FoundFile, Loaded)| match loaded {
        Loaded::Template(unit) => {
            let parts = unit.nested().iter().cloned().chain(unit.nested_otherwise());
            parts.filter(|part| *part != file.path).collect()
        }
        Loaded::NotATemplate | Loaded::Broken(_) => Vec::new(),
    };
    let parts: Vec<(&Path, Vec<PathBuf>)> =
        loaded.iter().map(|loaded| (loaded.0.path.as_path(), parts_of(loaded))).collect();
    let all: BTreeSet<&Path> = parts.iter().flat_map(|(_, parts)| parts).map(PathBuf::as_path).collect();
    let roots = parts.iter().filter(|(file, _)| !all.contains(file));
    roots.flat_map(|(_, parts)| parts).cloned().collect()
}

/// A named file is read whatever its name.
fn may_be_template(file: &FoundFile) -> bool {
    file.class == FileClass::Template || (file.class == FileClass::Other && file.found == How::Named)
}

fn not_a_template(file: &FoundFile) -> &'static str {
    match file.class {
        FileClass::Template => "holds no CloudFormation template: no `Resources` with types",
        _ => "is neither Terraform, a plan nor CloudFormation",
    }
}

/// The assemblies whose manifests are among the files.
fn assemblies(templates: &[&FoundFile], sources: &Sources) -> Assemblies {
    let named = |path: &Path| path.file_name().is_some_and(|name| name == MANIFEST);
    let manifests = templates.iter().map(|file| file.path.as_path()).filter(|path| named(path));
    Assemblies::read(sources, manifests.filter(|path| sources.search(path, cloudformation::mentions_stacks)))
}

/// The files with the stacks that the assemblies name, in order, and without what is part of an assembly but no stack.
fn with_stacks<'f>(
    files: impl Iterator<Item = &'f FoundFile>,
    assemblies: &Assemblies,
    sources: &Sources,
) -> Vec<FoundFile> {
    let is_manifest = |file: &FoundFile| file.path.file_name().is_some_and(|name| name == MANIFEST);
    let kept = |file: &&FoundFile| !assemblies.keeps(&file.path) || (file.found == How::Named && !is_manifest(file));
    let stack = |path: &Path| FoundFile { path: path.to_owned(), class: FileClass::Template, found: How::Walked };
    let mut all: Vec<FoundFile> = files.filter(kept).cloned().collect();
    let stacks = assemblies.templates().map(stack);
    all.extend(stacks.filter(|file| Mention::of(file, sources).is_relevant()));
    all.sort_by(|left, right| (&left.path, left.found).cmp(&(&right.path, right.found)));
    all.dedup_by(|next, first| next.path == first.path);
    all
}
