//! Findings that people should meet once: the instances of one block share a place, a defect and a remedy.

use crate::finding::{Finding, Verdict};

use super::Context;
use super::line::one_line;
use super::place::subject;

/// One control's verdict about one place, for every instance it is true of.
pub(super) struct Group<'a> {
    /// The finding that stands for all.
    pub first: &'a Finding,
    /// What the findings are about, `first` included, in the report's order.
    pub subjects: Vec<&'a str>,
}

impl Group<'_> {
    /// The message on one line, with the instances where there are several.
    pub(super) fn message(&self) -> String {
        let message = one_line(&self.first.message);
        match self.subjects.len() {
            0 | 1 => message,
            count => format!("{message} ({count} instances: {})", one_line(&self.subjects.join(", "))),
        }
    }
}

/// The findings of one verdict that nobody suppressed, worst first, then in the report's order.
pub(super) fn groups<'a>(context: &Context<'a>, verdict: Verdict) -> Vec<Group<'a>> {
    let findings = context.report.findings.iter();
    let mut findings: Vec<&Finding> =
        findings.filter(|finding| finding.verdict == verdict && finding.suppressed.is_none()).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let mut groups: Vec<Group<'a>> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|group| is_same(group.first, finding)) {
            Some(group) => group.subjects.push(subject(finding)),
            None => groups.push(Group { first: finding, subjects: vec![subject(finding)] }),
        }
    }
    groups
}

/// Whether two findings of one verdict differ in nothing but the instance: one place, one defect, one remedy.
fn is_same(left: &Finding, right: &Finding) -> bool {
    let key = |finding: &'_ Finding| (finding.location, finding.control.clone(), finding.attribute.clone());
    key(left) == key(right) && left.help == right.help
}
