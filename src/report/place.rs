//! Places as formats print them, and the order and columns in which findings share a line.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use crate::finding::{Control, Finding, Level, Verdict, Whole};
use crate::source::{Position, Sources, Span, relative};

use super::Context;
use super::line::one_line;

/// How many instances of one block a message names.
const INSTANCES: usize = 10;

/// The failures that nobody suppressed, in the report's order.
pub(super) fn failures<'a>(context: &'a Context) -> impl Iterator<Item = &'a Finding> {
    let findings = context.report.findings.iter();
    findings.filter(|finding| finding.verdict == Verdict::Fail && finding.suppressed.is_none())
}

/// The level as matchers, annotations and viewers know it.
pub(super) fn level(finding: &Finding) -> &'static str {
    match finding.level() {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "info",
    }
}

/// What a control is, when it ran.
pub(super) fn control<'a>(finding: &Finding, context: &Context<'a>) -> Option<&'a Control> {
    context.controls.iter().find(|control| control.id == finding.control)
}

/// What a finding is about: the resource, the account or the unit.
pub(super) fn subject(finding: &Finding) -> &str {
    match (&finding.resource, finding.subject.whole) {
        (Some(resource), _) => resource,
        (None, Whole::Account) => "account",
        (None, Whole::Unit) => &finding.unit,
    }
}

/// What has one key side by side, in the order in which the keys come first.
pub(super) fn grouped<K: Ord>(findings: Vec<&Finding>, key: impl Fn(&Finding) -> K) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut known: BTreeMap<K, usize> = BTreeMap::new();
    for finding in findings {
        let at = *known.entry(key(finding)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

/// The findings of one verdict that nobody suppressed, worst first: one group a control and place, which people meet once
/// however many instances share it.
pub(super) fn groups<'a>(context: &'a Context, verdict: Verdict) -> Vec<Vec<&'a Finding>> {
    let findings = context.report.findings.iter();
    let mut findings: Vec<&Finding> =
        findings.filter(|finding| finding.verdict == verdict && finding.suppressed.is_none()).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    grouped(findings, |finding| (finding.control.clone(), finding.location))
}

/// The message of a group of findings that share a place. Instances of one block say the same about different subjects,
/// so only the first of them speaks and the others are named.
pub(super) fn message(group: &[&Finding]) -> String {
    let about = |finding: &Finding| one_line(&finding.message).replace(subject(finding), "");
    let mut messages: Vec<String> = Vec::new();
    for kind in grouped(group.to_vec(), about) {
        let Some(first) = kind.first() else { continue };
        messages.push(format!("{}{}", one_line(&first.message), instances(&kind)));
    }
    let more = messages.len().saturating_sub(INSTANCES);
    messages.truncate(INSTANCES);
    messages.extend((more > 0).then(|| format!("It is so with {more} more.")));
    messages.join(" ")
}

/// ` (3 instances: a, b, c)`; nothing for a finding that stands alone.
fn instances(group: &[&Finding]) -> String {
    if group.len() < 2 {
        return String::new();
    }
    let named: Vec<&str> = group.iter().take(INSTANCES).map(|finding| subject(finding)).collect();
    let more = group.len() - named.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(" ({} instances: {}{more})", group.len(), named.join(", "))
}

/// `main.tf:3`, counted from the current directory.
pub(super) fn path_and_line(span: Span, context: &Context) -> String {
    format!("{}:{}", path(span, context.sources), context.sources.position(span).line)
}

/// The finding's path from the current directory.
pub(super) fn path(span: Span, sources: &Sources) -> String {
    sources.file(span.file).path.clone()
}

/// The path of the file a place is in, from the source root; `None` when it lies outside. Symlinks are resolved, because a
/// platform that shows the file knows it by its real name only.
pub(super) fn path_from_root(span: Span, context: &Context) -> Option<String> {
    from_root(&context.sources.file(span.file).location, context)
}

/// A path from the source root; `None` when it lies outside.
pub(super) fn from_root(path: &Path, context: &Context) -> Option<String> {
    let real = context.sources.resolved(path);
    real.starts_with(context.source_root).then(|| relative(&real, context.source_root))
}

/// Line and column for each finding, in characters. Editors show one problem for each line and column, so findings that
/// share a place are spread over the words of the line.
/// <https://code.visualstudio.com/docs/debugtest/tasks#_defining-a-problem-matcher>
pub(super) fn distinct_positions(findings: &[&Finding], sources: &Sources) -> Vec<Position> {
    let mut taken: HashSet<(u32, Position)> = HashSet::new();
    let place = |finding: &&Finding| {
        let span = finding.location;
        let file = span.file.0;
        let first = sources.position(span);
        let words = words(span, sources).into_iter().map(|column| Position { column, ..first });
        let beyond = (1..).map(|step| Position { column: first.column + step, ..first });
        let free = std::iter::once(first).chain(words).chain(beyond).find(|place| !taken.contains(&(file, *place)));
        let place = free.unwrap_or(first);
        taken.insert((file, place));
        place
    };
    findings.iter().map(place).collect()
}

/// The columns at which the words of a span begin.
fn words(span: Span, sources: &Sources) -> Vec<usize> {
    let file = sources.file(span.file);
    let text = file.text.get(span.range()).unwrap_or_default();
    let starts = text.char_indices().scan(true, |blank, (at, character)| {
        let begins = *blank && !character.is_whitespace();
        *blank = character.is_whitespace();
        Some(begins.then_some(at))
    });
    let position = |at: usize| file.lines.position(span.start as usize + at, &file.text).column;
    starts.flatten().take(16).map(position).collect()
}
