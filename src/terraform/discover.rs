//! Which directories of a scan are root modules worth judging, found by searching bytes before anything is parsed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use memchr::memmem;
use rayon::prelude::*;

use crate::finding::Note;
use crate::model::Inputs;
use crate::source::{ReadError, Sources, mentions_trail_in_template, mentions_trail_in_terraform};

use super::files;
use super::installed::installed;
use super::module::{Modules, is_local, normalize};
use super::terragrunt::{Deployed, Deploys};

/// What a look at a directory's bytes tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// Whether its configuration mentions CloudTrail anywhere.
    pub mentions_trail: bool,
    /// Whether it may deploy templates. Their paths may be computed: only an evaluation tells which they are.
    pub deploys: bool,
    /// Directories it may call as modules: every relative `source` in its text, also in comments, and whatever
    /// `terraform init` fetched for it.
    pub may_call: Vec<PathBuf>,
    /// Whether the source of a module may be an expression.
    pub computes: bool,
}

/// Looks at the bytes of the configuration in `directory`.
#[must_use]
pub fn outline(sources: &Sources, directory: &Path) -> Outline {
    let mut outline = Outline::default();
    let names = sources.list(directory);
    if names.iter().any(|name| name == ".terraform") {
        outline.may_call.extend(installed(sources, directory).into_values().map(|module| module.directory));
    }
    for name in names.iter().filter(|name| files::is_configuration(name)) {
        // A file that is no text bears on a verdict as much as any other: it must be missed, not overlooked.
        let Some(mut bytes) = sources.bytes(&directory.join(name)) else { continue };
        if matches!(bytes.as_slice(), [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) {
            // In UTF-16 every letter has a zero beside it.
            bytes.retain(|byte| *byte != 0);
        }
        outline.mentions_trail |= mentions_trail_in_terraform(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        if text.contains("aws_cloudformation_stack") {
            outline.deploys = true;
            let mut files = read_files(&text).map(|path| directory.join(path));
            outline.mentions_trail |= files.any(|path| sources.search(&path, mentions_trail_in_template));
        }
        outline.may_call.extend(relative_sources(&text).map(|path| normalize(&directory.join(path))));
        outline.computes |= has_computed_source(&text);
    }
    outline
}

/// The paths that stand in calls of `file` and `templatefile`, as far as they are written out.
fn read_files(text: &str) -> impl Iterator<Item = &str> {
    memmem::find_iter(text.as_bytes(), b"file(").filter_map(|at| {
        let path = text.get(at..)?.strip_prefix("file(")?.trim_start();
        let (path, _) = path.strip_prefix('\\').unwrap_or(path).strip_prefix('"')?.split_once(['"', '\\'])?;
        let own = ["${path.module}/", "${path.root}/", "${path.cwd}/"].iter().find_map(|base| path.strip_prefix(base));
        Some(own.unwrap_or(path)).filter(|path| !path.contains("${"))
    })
}

/// Whether `source =` stands before something that is no plain text.
fn has_computed_source(text: &str) -> bool {
    memmem::find_iter(text.as_bytes(), b"source").any(|at| {
        let behind = text.get(at..).and_then(|rest| rest.strip_prefix("source")).unwrap_or_default();
        let value = behind.trim_start_matches(['"', ' ', '\t']).strip_prefix(['=', ':']).map(str::trim_start);
        value.is_some_and(|value| ["var.", "local.", "\"${"].iter().any(|start| value.starts_with(start)))
    })
}

/// The texts that stand after `source =` or `"source":` and begin like a relative path.
fn relative_sources(text: &str) -> impl Iterator<Item = &str> {
    quoted_sources(text).filter(|path| is_local(path))
}

/// The texts that stand after `source =` or `"source":`, also in comments.
pub(super) fn quoted_sources(text: &str) -> impl Iterator<Item = &str> {
    memmem::find_iter(text.as_bytes(), b"source").filter_map(|at| {
        let rest = text.get(at..)?.strip_prefix("source")?;
        let rest = rest.strip_prefix('"').unwrap_or(rest).trim_start();
        let rest = rest.strip_prefix(['=', ':'])?.trim_start().strip_prefix('"')?;
        rest.split_once('"').map(|(path, _)| path)
    })
}

/// The directories, among `directories`, that are root modules with a trail in them or in what they call, or that may deploy
/// one, in order. A directory that another one calls is judged through its callers and is none, unless it says where its
/// state is kept: then it is deployed itself too, as one that its own test calls.
/// <https://developer.hashicorp.com/terraform/language/backend#define-a-backend-block>
#[must_use]
pub fn roots(modules: &Modules, directories: &[PathBuf]) -> Vec<PathBuf> {
    roots_reaching(modules, directories, may_hold_trail)
}

/// Whether there may be a trail in a directory, or in a template that it deploys.
fn may_hold_trail(_: &Path, outline: &Outline) -> bool {
    outline.mentions_trail || outline.deploys
}

/// The directories, among `directories`, that are root modules and are or call one of `sought`, in order.
#[must_use]
pub fn roots_of(modules: &Modules, directories: &[PathBuf], sought: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let sought: BTreeSet<PathBuf> = sought.iter().map(|directory| normalize(directory)).collect();
    roots_reaching(modules, directories, |directory, _| sought.contains(directory))
}

fn roots_reaching(
    modules: &Modules,
    directories: &[PathBuf],
    is_sought: impl Fn(&Path, &Outline) -> bool,
) -> Vec<PathBuf> {
    let directories: Vec<PathBuf> = directories.iter().map(|directory| normalize(directory)).collect();
    let reaching = reaching(modules, &directories, is_sought);
    let candidates: Vec<&PathBuf> = directories.iter().filter(|directory| reaching.contains(*directory)).collect();
    let calls = |directory: &&PathBuf| called_directories(modules, directory);
    let called: BTreeSet<PathBuf> = candidates.par_iter().flat_map_iter(calls).collect();
    let (inner, mut roots): (Vec<&PathBuf>, Vec<&PathBuf>) = candidates
        .into_iter()
        .partition(|directory| called.contains(*directory) && !modules.get(directory).keeps_state);
    let mut judged = BTreeSet::new();
    for root in &roots {
        follow(modules, root, &mut judged);
    }
    // Modules that call each other in a circle have no caller beside: the first of them stands for all.
    for directory in inner {
        if !judged.contains(directory) {
            roots.push(directory);
            follow(modules, directory, &mut judged);
        }
    }
    roots.sort();
    roots.into_iter().cloned().collect()
}

/// Adds a directory and those that it calls, at any depth.
fn follow(modules: &Modules, root: &Path, judged: &mut BTreeSet<PathBuf>) {
    let mut waiting = vec![root.to_owned()];
    while let Some(directory) = waiting.pop() {
        if judged.insert(directory.clone()) {
            waiting.extend(called_directories(modules, &directory));
        }
    }
}

/// What the configurations of Terragrunt in `files` deploy, as far as there is a trail in it, and remarks about what they
/// deploy from elsewhere.
#[must_use]
pub fn deployed(modules: &Modules, files: &[PathBuf], inputs: &Inputs) -> (Vec<Deployed>, Vec<Note>) {
    let mut units = Vec::new();
    let mut notes = Vec::new();
    let found: Vec<Result<Deploys, ReadError>> = files.par_iter().map(|file| modules.deploys(file, inputs)).collect();
    for deploys in found {
        match deploys {
            Ok(Deploys::Module(unit)) => units.push(*unit),
            Ok(Deploys::Elsewhere(note)) => notes.push(note),
            Ok(Deploys::Nothing) => {}
            Err(error) => notes.push(Note { message: format!("{} {}", error.path, error.message), span: None }),
        }
    }
    let directories: Vec<PathBuf> = units.iter().flat_map(|unit| [&unit.module, unit.directory()]).cloned().collect();
    let (speaking, relevant) = (speaking_of_trails(modules, &directories), relevant(modules, &directories));
    let is_in = |unit: &Deployed, places: &BTreeSet<PathBuf>| {
        [&unit.module, unit.directory()].iter().any(|place| places.contains(*place))
    };
    for unit in &mut units {
        // Where the inputs of a unit decide what it calls, only the unit tells.
        let is_decided = || computes(modules, &unit.module, &mut BTreeSet::new());
        unit.speaks_of_trails = is_in(unit, &speaking) || is_decided();
    }
    units.retain(|unit| unit.speaks_of_trails || is_in(unit, &relevant));
    (units, notes)
}

/// Those of `directories` with a trail in them or in what they call, or that may deploy one.
#[must_use]
pub fn reaching_trails(modules: &Modules, directories: &[PathBuf]) -> Vec<PathBuf> {
    let directories: Vec<PathBuf> = directories.iter().map(|directory| normalize(directory)).collect();
    let relevant = relevant(modules, &directories);
    directories.into_iter().filter(|directory| relevant.contains(directory)).collect()
}

/// The directories from which a mention of a trail can be reached: whatever they deploy, they are worth judging.
#[must_use]
pub fn speaking_of_trails(modules: &Modules, directories: &[PathBuf]) -> BTreeSet<PathBuf> {
    reaching(modules, directories, |_, outline| outline.mentions_trail)
}

/// The directories of the local modules that the module in `directory` calls, other than itself.
#[must_use]
pub fn called_directories(modules: &Modules, directory: &Path) -> Vec<PathBuf> {
    let directory = normalize(directory);
    let mut called: Vec<PathBuf> = modules.get(&directory).called().collect();
    if computes(modules, &directory, &mut BTreeSet::new()) {
        called.extend(modules.load(&directory, &modules.inputs).directories());
    }
    called.retain(|called| *called != directory);
    called
}

/// Whether the source of a module is an expression in a directory or in what it calls.
fn computes(modules: &Modules, directory: &Path, seen: &mut BTreeSet<PathBuf>) -> bool {
    let module = modules.get(directory);
    seen.insert(directory.to_owned())
        && (module.computed().next().is_some() || module.called().any(|called| computes(modules, &called, seen)))
}

/// The directories from which a directory can be reached that may hold a trail.
fn relevant(modules: &Modules, directories: &[PathBuf]) -> BTreeSet<PathBuf> {
    reaching(modules, directories, may_hold_trail)
}

/// Looks at directories, and at those that they may call, at any depth.
fn outline_all(modules: &Modules, mut next: Vec<PathBuf>, outlines: &mut BTreeMap<PathBuf, Outline>) {
    while !next.is_empty() {
        let found: Vec<(PathBuf, Outline)> =
            next.par_iter().map(|directory| (directory.clone(), outline(&modules.sources, directory))).collect();
        outlines.extend(found);
        next = not_outlined(outlines);
    }
}

/// The directories that may be called and were not looked at.
fn not_outlined(outlines: &BTreeMap<PathBuf, Outline>) -> Vec<PathBuf> {
    let called: BTreeSet<&PathBuf> = outlines.values().flat_map(|outline| &outline.may_call).collect();
    called.into_iter().filter(|directory| !outlines.contains_key(*directory)).cloned().collect()
}

/// The directories from which a directory that is sought can be reached.
fn reaching(
    modules: &Modules,
    directories: &[PathBuf],
    is_sought: impl Fn(&Path, &Outline) -> bool,
) -> BTreeSet<PathBuf> {
    let mut outlines: BTreeMap<PathBuf, Outline> = BTreeMap::new();
    outline_all(modules, directories.to_vec(), &mut outlines);
    // What an expression is worth is not told by bytes, and may be told by a caller only.
    if outlines.values().any(|outline| outline.computes) {
        for directory in directories {
            if let Some(outline) = outlines.get_mut(directory) {
                outline.may_call.extend(called_directories(modules, directory));
            }
        }
        let called = not_outlined(&outlines);
        outline_all(modules, called, &mut outlines);
    }
    let mut callers: BTreeMap<&PathBuf, Vec<&PathBuf>> = BTreeMap::new();
    for (caller, outline) in &outlines {
        for called in &outline.may_call {
            callers.entry(called).or_default().push(caller);
        }
    }
    let holding = outlines.iter().filter(|(path, outline)| is_sought(path, outline)).map(|(path, _)| path);
    let mut waiting: Vec<&PathBuf> = holding.collect();
    let mut reaching: BTreeSet<PathBuf> = BTreeSet::new();
    while let Some(directory) = waiting.pop() {
        if reaching.insert(directory.clone()) {
            waiting.extend(callers.get(directory).into_iter().flatten());
        }
    }
    reaching
}
