//! What the configuration says about controls: what their parameters ask for, where a control is not judged, and how bad a
//! failure is there. Of several entries the last one that covers a finding counts, key by key.

use crate::config::{Configured, ControlSetting};
use crate::finding::{Control, Finding, Verdict};
use crate::model::{Resource, Unit};
use crate::rules::Rule;
use crate::rules::document::Given;
use crate::source::{FileId, Sources};
use crate::value::{Origin, Role};

use super::rows::Run;

/// What a parameter of a control is given for a trail.
pub(super) fn given(rule: &Rule, parameter: &str, trail: &Resource, unit: &dyn Unit, run: &Run) -> Option<Given> {
    let subject = Subject { control: &rule.control.id, unit: unit.path(), file: trail.header.file };
    let configured = &run.options.configured;
    let settings = configured.config.controls.iter().rev();
    let mut covering = settings.filter(|setting| covers(setting, subject, configured, run.sources));
    let pattern = covering.find_map(|setting| setting.parameters.get(parameter))?;
    Some(Given { pattern: pattern.value.clone(), origin: Origin::at(pattern.span, Role::Given) })
}

/// Takes out the findings of controls that are switched off where they stand, and grades the others.
pub(super) fn apply(findings: &mut Vec<Finding>, configured: &Configured, sources: &Sources) {
    let settings = &configured.config.controls;
    findings.retain(|finding| {
        let switches = settings.iter().filter_map(|setting| Some((setting.enabled?, setting)));
        let last = switches.rev().find(|(_, setting)| covers(setting, Subject::of(finding), configured, sources));
        last.is_none_or(|(enabled, _)| enabled)
    });
    for finding in findings {
        let grades = settings.iter().filter_map(|setting| Some((setting.severity?, setting)));
        let last = grades.rev().find(|(_, setting)| covers(setting, Subject::of(finding), configured, sources));
        if let Some((severity, _)) = last {
            finding.severity = severity.into();
        }
    }
}

/// The controls with the severity that a report of these findings gives them: that of their worst failure, else what the
/// configuration says of them everywhere, else their own. Code scanning knows one severity a rule.
pub fn graded<'a>(
    controls: impl Iterator<Item = &'a Control>,
    findings: &[Finding],
    configured: &Configured,
) -> Vec<Control> {
    let graded = |control: &Control| {
        let counts = |finding: &&Finding| {
            finding.control == control.id && finding.verdict == Verdict::Fail && finding.suppressed.is_none()
        };
        let mut everywhere =
            configured.config.controls.iter().rev().filter(|setting| {
                setting.paths.is_empty() && setting.control.0.iter().any(|id| id.value == control.id)
            });
        let worst = findings.iter().filter(counts).map(|finding| finding.severity).max();
        let severity = worst.or_else(|| everywhere.find_map(|setting| setting.severity).map(Into::into));
        Control { severity: severity.unwrap_or(control.severity), ..control.clone() }
    };
    controls.map(graded).collect()
}

/// What a setting may speak about: a control, in a unit, about something in a file.
#[derive(Clone, Copy)]
struct Subject<'a> {
    control: &'a str,
    unit: &'a str,
    file: FileId,
}

impl<'a> Subject<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self { control: &finding.control, unit: &finding.unit, file: finding.location.file }
    }
}

fn covers(setting: &ControlSetting, subject: Subject, configured: &Configured, sources: &Sources) -> bool {
    let file = sources.file(subject.file).location.clone();
    setting.control.0.iter().any(|id| id.value == subject.control)
        && [sources.absolute(subject.unit), file].iter().any(|path| configured.covers(&setting.paths, path))
}
