//! What the configuration says about controls, applied to what was found: where a control is not judged, and how bad
//! a failure is there.

use crate::config::{Configured, ControlSetting};
use crate::finding::Finding;
use crate::source::Sources;

/// Takes out the findings of controls that are switched off where they stand, and grades the others.
pub(super) fn apply(findings: &mut Vec<Finding>, configured: &Configured, sources: &Sources) {
    let settings = &configured.config.controls;
    findings.retain(|finding| {
        let switches = settings.iter().filter_map(|setting| Some((setting.enabled?, setting)));
        let last = switches.rev().find(|(_, setting)| covers(setting, finding, configured, sources));
        last.is_none_or(|(enabled, _)| enabled)
    });
    for finding in findings {
        let grades = settings.iter().filter_map(|setting| Some((setting.severity?, setting)));
        let last = grades.rev().find(|(_, setting)| covers(setting, finding, configured, sources));
        if let Some((severity, _)) = last {
            finding.severity = severity.into();
        }
    }
}

/// Whether a setting speaks about a finding: by its unit, or by the file it stands in.
fn covers(setting: &ControlSetting, finding: &Finding, configured: &Configured, sources: &Sources) -> bool {
    let file = sources.file(finding.location.file).location.clone();
    setting.control.0.iter().any(|id| id.value == finding.control)
        && [sources.absolute(&finding.unit), file].iter().any(|path| configured.covers(&setting.paths, path))
}
