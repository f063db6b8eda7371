//! Findings that somebody decided not to act on: comments, `Metadata` in templates, the configuration.
//!
//! ```text
//! files ─▶ collect ─▶ waivers ─┬─▶ finding.suppressed
//!          grammar   extent    └─▶ notes: unknown, unused, expired, without a reason
//! ```
//!
//! A suppression has a range of a file: an attribute, a block, a resource, the file. It covers a finding when the
//! trail, its bucket, or a `module` block or nested stack that holds one of them is announced in that range, or when
//! for every clause that failed a place the value came through lies in it. So it follows instances, modules and plans,
//! and one on a line never hides what another line does wrong: several suppress a finding together when each clause lies
//! in one of them.
//!
//! Knows findings and trees; knows no control but by its id. The day comes from the caller.

mod collect;
mod extent;
mod foreign;
mod grammar;
mod meeting;

use crate::config::{Configured, Date};
use crate::finding::{Finding, Note, Report, Verdict};
use crate::source::{Sources, Span};

use collect::{Collected, Met, Named, Unused, Waiver};

/// Which suppressions count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Honour {
    /// None: an audit.
    Nothing,
    /// This program's own.
    #[default]
    Own,
    /// Other scanners' too.
    Foreign,
}

/// How suppressions are applied in a run.
#[derive(Debug)]
pub struct Policy<'a> {
    /// What the configuration says.
    pub configured: &'a Configured,
    /// Which count.
    pub honour: Honour,
    /// The day that `until` is compared with.
    pub today: Date,
    /// The ids of the controls that were run: a suppression of another one is not unused.
    pub controls: Vec<&'a str>,
    /// What was looked at.
    pub scope: Scope,
}

/// What a run looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything the configuration speaks about.
    Whole,
    /// Less: a suppression in the configuration may be about something else.
    Part,
}

/// Suppresses findings, and adds a note for each suppression that is not what its author takes it for.
pub fn apply(report: &mut Report, policy: &Policy, sources: &Sources) {
    if policy.honour == Honour::Nothing {
        return;
    }
    let Collected { mut waivers, notes, .. } = Collected::read(policy, sources);
    for finding in report.findings.iter_mut().filter(|finding| is_open(finding)) {
        meeting::settle(finding, &mut waivers, policy, sources);
    }
    let said = waivers.iter().flat_map(|waiver| waiver.notes(policy, sources));
    let mut said: Vec<Note> = notes.into_iter().chain(said).collect();
    said.sort_by_key(|note| note.span.map(|span| (sources.file(span.file).path.clone(), span.start)));
    report.notes.extend(said);
}

/// Whether there is anything to suppress.
fn is_open(finding: &Finding) -> bool {
    matches!(finding.verdict, Verdict::Fail | Verdict::Unknown | Verdict::NoData)
}

/// Why a suppression does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Void {
    Expired(Date),
    WithoutReason,
}

impl Waiver<'_> {
    fn has_reason(&self) -> bool {
        self.reason.as_ref().is_some_and(|reason| !reason.trim().is_empty())
    }

    fn void(&self, policy: &Policy) -> Option<Void> {
        match self.until {
            Some(until) if until < policy.today => Some(Void::Expired(until)),
            _ if policy.configured.config.require_reason && !self.has_reason() => Some(Void::WithoutReason),
            _ => None,
        }
    }

    /// What its author should know, for each control that was run.
    fn notes(&self, policy: &Policy, sources: &Sources) -> Vec<Note> {
        let void = self.void(policy);
        let message = |Named { control: id, met, .. }: &Named| match (met, void) {
            (Met::Nothing, _) => {
                let is_said = self.unused == Unused::Said && !is_switched_off(id, policy.configured);
                is_said.then(|| format!("no finding of {id} to suppress here: remove it"))
            }
            (_, Some(Void::Expired(day))) => {
                Some(format!("the suppression of {id} expired on {day} and counts no more"))
            }
            (_, Some(Void::WithoutReason)) => {
                Some(format!("the suppression of {id} gives no reason, which `require-reason` asks for: it is void"))
            }
            (Met::Part { left, of }, None) => Some(format!(
                "this suppresses {} of {of} places where {id} fails, and the finding counts for {}",
                of - left.len(),
                places(left, sources)
            )),
            (Met::Whole, None) => None,
        };
        let run = self.controls.iter().filter(|named| policy.controls.contains(&named.control.as_str()));
        run.filter_map(|named| Some(Note { message: message(named)?, span: Some(named.span) })).collect()
    }
}

/// Whether the configuration switches a control off somewhere: there is nothing to suppress there, and that may change.
fn is_switched_off(control: &str, configured: &Configured) -> bool {
    let settings = configured.config.controls.iter().filter(|setting| setting.enabled == Some(false));
    settings.flat_map(|setting| &setting.control.0).any(|id| id.value == control)
}

/// Places as people read them.
fn places(spans: &[Span], sources: &Sources) -> String {
    let place = |span: &Span| format!("{}:{}", sources.file(span.file).path, sources.position(*span).line);
    let mut places: Vec<String> = spans.iter().map(place).collect();
    places.dedup();
    places.join(", ")
}
