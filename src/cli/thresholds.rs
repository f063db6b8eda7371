//! Which verdicts are reported, and how a run ends because of them.

use crate::baseline::Counted;
use crate::check::Checked;
use crate::config::Config;
use crate::finding::{Finding, Severity, Verdict};

use super::check::{ControlArguments, FailOn};
use super::{Ending, UsageError};

/// Which verdicts are reported, and which make the run fail.
pub(super) struct Thresholds {
    pub reported: Severity,
    /// `None` when no failure makes the run fail.
    failing: Option<Severity>,
    strict: bool,
    exit_zero: bool,
}

impl Thresholds {
    pub fn of(arguments: &ControlArguments, config: &Config) -> Result<Self, UsageError> {
        let given = arguments.fail_on.map(|FailOn(lowest)| lowest);
        let fail_on = given.or(config.fail_on.map(Into::into));
        let reported = arguments.min_severity.or(config.min_severity.map(Into::into));
        if let (Some(Some(failing)), Some(reported)) = (fail_on, reported)
            && failing < reported
        {
            return Err(UsageError::new(format!(
                "failures below --min-severity {} are not reported, so --fail-on {} cannot work",
                reported.as_str(),
                failing.as_str()
            )));
        }
        Ok(Self {
            reported: reported.unwrap_or(Severity::Low),
            failing: fail_on.unwrap_or(Some(Severity::Low)),
            strict: arguments.strict || config.strict,
            exit_zero: arguments.exit_zero,
        })
    }

    /// What a baseline holds: the verdicts that make the run fail.
    pub fn counted(&self) -> Counted {
        if self.strict { Counted::FailuresAndUnknown } else { Counted::Failures }
    }

    pub fn ending(&self, checked: &Checked) -> Ending {
        if !checked.report.errors.is_empty() {
            return Ending::Incomplete;
        }
        let counts = |finding: &Finding| match finding.verdict {
            Verdict::Fail => true,
            Verdict::Unknown => self.strict,
            _ => false,
        };
        let fails = |finding: &Finding| {
            finding.suppressed.is_none()
                && counts(finding)
                && self.failing.is_some_and(|lowest| finding.severity >= lowest)
        };
        if !self.exit_zero && checked.report.findings.iter().any(fails) { Ending::Failures } else { Ending::Clean }
    }
}
