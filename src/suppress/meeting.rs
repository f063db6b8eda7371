//! Which suppressions cover a finding, alone or together.

use std::collections::BTreeSet;

use crate::config::Configured;
use crate::finding::{Finding, Suppression};
use crate::source::{Sources, Span};

use super::Policy;
use super::collect::{Met, Named, Target, Waiver};

/// How much of a finding a suppression covers.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cover {
    Everything,
    /// Of the clauses that failed these, by number; at least one.
    Clauses(BTreeSet<usize>),
}

/// A suppression that covers a finding or a part of it.
struct Meeting<'w, 'a> {
    waiver: &'w mut Waiver<'a>,
    /// The place of the finding's control among those that the suppression names.
    named: usize,
    cover: Cover,
    is_void: bool,
}

/// Suppresses a finding of which every failing place is covered, and remembers what each suppression did.
pub(super) fn settle(finding: &mut Finding, waivers: &mut [Waiver], policy: &Policy, sources: &Sources) {
    let mut meetings: Vec<Meeting> =
        waivers.iter_mut().filter_map(|waiver| meet(waiver, finding, policy, sources)).collect();
    let clauses = &finding.subject.clauses;
    let mut left: BTreeSet<usize> = (0..clauses.len()).collect();
    let valid = || meetings.iter().filter(|meeting| !meeting.is_void);
    let acting: Vec<&Meeting> = match valid().find(|meeting| meeting.cover == Cover::Everything) {
        Some(whole) => vec![whole],
        None => valid().filter(|meeting| meeting.takes_from(&mut left)).collect(),
    };
    let is_covered = acting.iter().any(|meeting| meeting.cover == Cover::Everything) || left.is_empty();
    if is_covered {
        finding.suppressed = suppression(&acting);
    }
    let left: Vec<Span> = left.iter().filter_map(|clause| clauses.get(*clause)?.first().copied()).collect();
    for meeting in &mut meetings {
        // One that is void is said to be, whatever it covers.
        let met = match meeting.cover {
            Cover::Clauses(_) if !is_covered && !meeting.is_void => Met::Part { left: left.clone(), of: clauses.len() },
            _ => Met::Whole,
        };
        if let Some(named) = meeting.waiver.controls.get_mut(meeting.named) {
            named.remember(met);
        }
    }
}

impl Meeting<'_, '_> {
    /// Takes away what it covers; whether that is anything.
    fn takes_from(&self, left: &mut BTreeSet<usize>) -> bool {
        let Cover::Clauses(clauses) = &self.cover else { return false };
        let before = left.len();
        left.retain(|clause| !clauses.contains(clause));
        left.len() < before
    }
}

impl Named {
    /// What it does for one finding is not undone by another one.
    fn remember(&mut self, met: Met) {
        if self.met == Met::Nothing || met == Met::Whole {
            self.met = met;
        }
    }
}

fn meet<'w, 'a>(
    waiver: &'w mut Waiver<'a>,
    finding: &Finding,
    policy: &Policy,
    sources: &Sources,
) -> Option<Meeting<'w, 'a>> {
    let named = waiver.controls.iter().position(|named| named.control == finding.control)?;
    let cover = cover(&waiver.target, finding, policy.configured, sources)?;
    let is_void = waiver.void(policy).is_some();
    Some(Meeting { waiver, named, cover, is_void })
}

fn cover(target: &Target, finding: &Finding, configured: &Configured, sources: &Sources) -> Option<Cover> {
    let subject = &finding.subject;
    match target {
        Target::Range(range) => {
            let holds = |place: &Span| range.holds(*place);
            if subject.blocks.iter().any(holds) {
                return Some(Cover::Everything);
            }
            let clauses = subject.clauses.iter().enumerate().filter(|(_, places)| places.iter().any(holds));
            let covered: BTreeSet<usize> = clauses.map(|(number, _)| number).collect();
            (!covered.is_empty()).then_some(Cover::Clauses(covered))
        }
        Target::Rule(rule) => {
            let files = subject.blocks.iter().chain([&finding.location]);
            let mut paths: Vec<_> = files.map(|span| sources.file(span.file).location.clone()).collect();
            paths.push(sources.absolute(&finding.unit));
            let at_path = rule
                .path
                .as_ref()
                .is_none_or(|glob| paths.iter().any(|path| configured.covers(std::slice::from_ref(glob), path)));
            let at_resource = rule
                .resource
                .as_ref()
                .is_none_or(|pattern| subject.addresses.iter().any(|address| pattern.matches_address(address)));
            (at_path && at_resource).then_some(Cover::Everything)
        }
    }
}

/// What several say together: their reasons, and the first day on which one of them ends.
fn suppression(acting: &[&Meeting]) -> Option<Suppression> {
    let waivers = || acting.iter().map(|meeting| &meeting.waiver);
    let mut reasons: Vec<&str> = waivers().filter_map(|waiver| waiver.reason.as_deref()).collect();
    reasons.dedup();
    Some(Suppression {
        reason: reasons.join("; "),
        until: waivers().filter_map(|waiver| waiver.until).min().map(|day| day.to_string()),
        span: Some(waivers().next()?.span),
    })
}
