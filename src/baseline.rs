//! What is known already: findings that are suppressed because a file says they were there before.
//!
//! An entry is a control, a unit, a file, an address and an attribute, and in how many places: no line numbers, so that edits
//! elsewhere change nothing, and the whole path, so that the same address in another directory is another finding.
//! Paths count from the source root. Knows findings; does not read or write files.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Note, Report, Suppression, Verdict};
use crate::source::{Sources, relative};

/// The version of the file this program writes and reads.
const VERSION: u32 = 1;

/// Findings, and in how many places each is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline(BTreeMap<Key, usize>);

/// What makes two findings the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Key {
    /// The file the finding stands in.
    path: String,
    control: String,
    /// The root module, template or plan.
    unit: String,
    /// The address; absent for an account.
    resource: Option<String>,
    /// The property that is wrong or missing; empty where none is.
    attribute: String,
    verdict: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema_version: u32,
    findings: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    key: Key,
    count: usize,
}

/// Which verdicts are written: those that make a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Failures.
    Failures,
    /// Failures and what is unknown: `--strict`.
    FailuresAndUnknown,
}

impl Baseline {
    /// What a report found and nobody suppressed.
    #[must_use]
    pub fn of(report: &Report, counted: Counted, root: &Path, sources: &Sources) -> Self {
        let counts = |finding: &&Finding| {
            let unknown = counted == Counted::FailuresAndUnknown && finding.verdict == Verdict::Unknown;
            finding.suppressed.is_none() && (finding.verdict == Verdict::Fail || unknown)
        };
        let mut baseline = Self::default();
        for finding in report.findings.iter().filter(counts) {
            *baseline.0.entry(key(finding, root, sources)).or_default() += places(finding);
        }
        baseline
    }

    /// Reads what [`Baseline::text`] wrote.
    ///
    /// # Errors
    /// One sentence: the text is no baseline, or one of another version.
    pub fn parse(text: &str) -> Result<Self, String> {
        let document: Document = serde_json::from_str(text).map_err(|error| format!("is no baseline: {error}"))?;
        if document.schema_version != VERSION {
            return Err(format!("is a baseline of version {}, and {VERSION} is read", document.schema_version));
        }
        Ok(Self(document.findings.into_iter().map(|entry| (entry.key, entry.count)).collect()))
    }

    /// The file's text: sorted, one property a line, the same for the same findings.
    #[must_use]
    pub fn text(&self) -> String {
        let entries = self.0.iter().map(|(key, count)| Entry { key: key.clone(), count: *count });
        let document = Document { schema_version: VERSION, findings: entries.collect() };
        serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
    }

    /// How many findings it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.values().sum()
    }

    /// Whether it knows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Suppresses what is known; what is left is known and was not found.
    #[must_use]
    pub fn suppress(&self, report: &mut Report, root: &Path, sources: &Sources) -> Self {
        let mut left = self.0.clone();
        let known = || Some(Suppression { reason: "baseline".to_owned(), until: None, span: None });
        // Those that somebody suppressed come last: they are found too, and need no entry.
        let (suppressed, open): (Vec<_>, Vec<_>) =
            report.findings.iter_mut().partition(|finding| finding.suppressed.is_some());
        for finding in open.into_iter().chain(suppressed) {
            let places = places(finding);
            if let Some(count) = left.get_mut(&key(finding, root, sources)).filter(|count| **count >= places) {
                *count -= places;
                finding.suppressed = finding.suppressed.take().or_else(known);
            }
        }
        left.retain(|_, count| *count > 0);
        Self(left)
    }

    /// Takes over what `other` knows of files that nobody looked at now.
    pub fn keep(&mut self, other: &Self, root: &Path, is_unread: impl Fn(&Path) -> bool) {
        let unread = other.0.iter().filter(|(key, _)| is_unread(&root.join(&key.path)));
        self.0.extend(unread.map(|(key, count)| (key.clone(), *count)));
    }

    /// A note for each entry that was not found. `looked_at` says whether the run looked at a control, a unit and a file
    /// at all.
    pub fn stale(self, root: &Path, looked_at: impl Fn(&str, &Path, &Path) -> bool) -> Vec<Note> {
        let looked_at = |key: &Key| looked_at(&key.control, &root.join(&key.unit), &root.join(&key.path));
        let stale = self.0.into_iter().filter(|(key, _)| looked_at(key));
        let note = |(key, count): (Key, usize)| {
            let subject = key.resource.map(|resource| format!(" of {resource}")).unwrap_or_default();
            let times = if count == 1 { String::new() } else { format!(" ({count} places)") };
            let message = format!(
                "the baseline knows {}{subject} in {}{times}, which is no longer found: write it anew",
                key.control, key.path
            );
            Note { message, span: None }
        };
        stale.map(note).collect()
    }
}

/// In how many places a finding fails. Where there are more than are known, there is something new.
fn places(finding: &Finding) -> usize {
    finding.subject.clauses.len().max(1)
}

fn key(finding: &Finding, root: &Path, sources: &Sources) -> Key {
    Key {
        path: relative(&sources.file(finding.location.file).location, root),
        control: finding.control.clone(),
        unit: relative(&sources.absolute(&finding.unit), root),
        resource: finding.resource.clone(),
        attribute: finding.attribute.clone(),
        verdict: finding.verdict.as_str().to_owned(),
    }
}
