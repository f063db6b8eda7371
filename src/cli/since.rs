//! `--diff-base`: the same run over an earlier commit, and what became of its verdicts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::baseline::Baseline;
use crate::check::{Checked, Options, Undeclared, check};
use crate::config::Configured;
use crate::finding::{Finding, Report, Since, Verdict};
use crate::source::{Sources, write_commit};

use super::UsageError;

/// Leaves in the report only what changed since a commit. The whole tree is judged both times: a changed file can
/// decide about one that did not change. Options, configuration, rules and the baselines `known`, whose paths count from
/// `source_root`, are those of now both times: what is reported is what became of the sources.
pub(super) fn keep_changes(
    reference: &str,
    options: &Options,
    known: &[Baseline],
    source_root: &Path,
    now: &mut Checked,
) -> Result<(), UsageError> {
    let error = |message: String| UsageError::new(format!("--diff-base {reference}: {message}"));
    let directory = tempfile::tempdir().map_err(|cause| error(format!("no temporary directory: {cause}")))?;
    let root = directory.path().canonicalize().map_err(|cause| error(cause.to_string()))?;
    write_commit(now.sources.root(), reference, &root).map_err(error)?;
    let source_root = place(source_root, now.sources.root(), &root);
    let options = moved(options, now.sources.root(), &root);
    let sources = Arc::new(Sources::new(options.working_directory.clone(), root));
    let mut before = check(&options, &sources).map_err(|cause| error(cause.message))?;
    for baseline in known {
        let _ = baseline.suppress(&mut before.report, &source_root, &sources);
    }
    compare(reference, &before.report, &sources, &mut now.report);
    Ok(())
}

/// A path in another copy of the project.
fn place(path: &Path, from: &Path, to: &Path) -> PathBuf {
    path.strip_prefix(from).map_or_else(|_| path.to_owned(), |below| to.join(below))
}

/// The same options about another copy of the project.
fn moved(options: &Options, from: &Path, to: &Path) -> Options {
    let place = |path: &Path| place(path, from, to);
    let working_directory = place(&options.working_directory);
    // What was not there yet has no verdicts.
    let names = options.paths.iter().chain(options.stdin.as_ref().map(|(name, _)| name));
    let paths: Vec<PathBuf> =
        names.map(|path| place(path)).filter(|path| working_directory.join(path).exists()).collect();
    let exclude = options.exclude.iter().cloned().map(|mut exclude| {
        exclude.from = place(&exclude.from);
        exclude
    });
    let configured =
        Configured { config: options.configured.config.clone(), directory: place(&options.configured.directory) };
    Options {
        paths,
        stdin: None,
        exclude: exclude.collect(),
        working_directory,
        configured,
        undeclared: Undeclared::Accepted,
        ..options.clone()
    }
}

/// What makes two findings be about the same thing: control, unit, account, resource.
type Key = (String, String, Option<String>, Option<String>);

fn key(finding: &Finding) -> Key {
    (finding.control.clone(), finding.unit.clone(), finding.account.clone(), finding.resource.clone())
}

/// A verdict that somebody acts on or not.
fn state(finding: &Finding) -> (Verdict, bool) {
    (finding.verdict, finding.suppressed.is_some())
}

fn compare(reference: &str, before: &Report, sources: &Sources, now: &mut Report) {
    let mut known: BTreeMap<Key, Vec<&Finding>> = BTreeMap::new();
    for finding in &before.findings {
        known.entry(key(finding)).or_default().push(finding);
    }
    let judged = now.findings.len();
    let (mut unchanged, mut fixed) = (0, 0);
    for finding in std::mem::take(&mut now.findings) {
        let others = known.get_mut(&key(&finding)).filter(|others| !others.is_empty());
        let other = others.map(|others| others.remove(0));
        fixed += usize::from(other.is_some_and(fails) && is_mended(&finding));
        if other.is_some_and(|other| state(other) == state(&finding)) {
            unchanged += 1;
        } else {
            now.findings.push(finding);
        }
    }
    // What failed and is gone is mended too, unless nobody knows: its file cannot be read any more.
    let unread: BTreeSet<&str> = now.errors.iter().map(|error| error.path.as_str()).collect();
    let is_known = |finding: &Finding| {
        let places = finding.subject.blocks.iter().chain([&finding.location]);
        places.into_iter().all(|place| !unread.contains(sources.file(place.file).path.as_str()))
    };
    fixed += known.values().flatten().filter(|finding| fails(finding) && is_known(finding)).count();
    now.since = Some(Since { reference: reference.to_owned(), fixed, unchanged, judged });
}

/// What nobody knows any more is not mended.
fn is_mended(finding: &Finding) -> bool {
    !fails(finding) && finding.verdict != Verdict::Unknown
}

/// Also one that is suppressed: to suppress is not to mend.
fn fails(finding: &Finding) -> bool {
    finding.verdict == Verdict::Fail
}
