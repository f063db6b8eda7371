//! Which verdicts are reported, and how a run ends because of them.

use crate::check::Checked;
use crate::config::Config;
use crate::finding::{Finding, Severity, Verdict};

use super::check::ControlArguments;
use super::{Ending, UsageError};

/// Which verdicts are reported, and which make the run fail.
pub(super) struct Thresholds {
    pub reported: Severity,
    failing: Severity,
    strict: bool,
    exit_zero: bool,
}

impl Thresholds {
    pub fn of(arguments: &ControlArguments, config: &Config) -> Result<Self, UsageError> {
        let fail_on = arguments.fail_on.or(config.fail_on.map(Into::into));
        let reported = arguments.min_severity.or(config.min_severity.map(Into::into));
        if let (Some(failing), Some(reported)) = (fail_on, reported)
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
            failing: fail_on.unwrap_or(Severity::Low),
            strict: arguments.strict || config.strict,
            exit_zero: arguments.exit_zero,
        })
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
        let fails =
            |finding: &Finding| finding.suppressed.is_none() && counts(finding) && finding.severity >= self.failing;
        if !self.exit_zero && checked.report.findings.iter().any(fails) { Ending::Failures } else { Ending::Clean }
    }
}
