//! The one line for standard error.

use std::collections::BTreeMap;

use crate::finding::{Report, Severity, Verdict};

/// What was looked at and what came out.
#[must_use]
pub fn summary(report: &Report) -> String {
    let files = counted(report.files, "file");
    let unread = if report.errors.is_empty() {
        String::new()
    } else {
        format!("; {} could not be read", counted(report.errors.len(), "file"))
    };
    let since = report.since.as_ref().map_or_else(String::new, |since| {
        format!("; since {}: {} fixed, {} unchanged", since.reference, since.fixed, since.unchanged)
    });
    let unread = since + &unread;
    if report.findings.is_empty() && report.since.as_ref().is_some_and(|since| since.judged > 0) {
        return format!("{} in {files}: nothing new{unread}", counted(report.trails, "trail"));
    }
    if report.findings.is_empty() && report.trails == 0 {
        // A count, a condition or a loop may leave none of what is declared: whoever counts on a trail wants to know.
        let declared = match report.units {
            // What could not be read may be the very file that declares it.
            units if units > 0 && report.errors.is_empty() => {
                format!(": {} may declare one, and with these inputs none exists", counted(units, "unit"))
            }
            _ => String::new(),
        };
        return format!("no trail in {files}{declared}{unread}");
    }
    let of = |verdict: Verdict| {
        let found = report.findings.iter().filter(|finding| finding.verdict == verdict && finding.suppressed.is_none());
        found.count()
    };
    let suppressed = report.findings.iter().filter(|finding| finding.suppressed.is_some()).count();
    let mut parts = vec![format!("{}{}", counted(of(Verdict::Fail), "failure"), severities(report))];
    for (count, words) in
        [(of(Verdict::Unknown), "unknown"), (of(Verdict::NoData), "without data"), (suppressed, "suppressed")]
    {
        if count > 0 {
            parts.push(format!("{count} {words}"));
        }
    }
    parts.push(format!("{} passed", of(Verdict::Pass)));
    format!("{} in {files}: {}{unread}", counted(report.trails, "trail"), parts.join(", "))
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// ` (1 critical, 2 low)`, or nothing when nothing failed.
fn severities(report: &Report) -> String {
    let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
    let failures =
        report.findings.iter().filter(|finding| finding.verdict == Verdict::Fail && finding.suppressed.is_none());
    for finding in failures {
        *counts.entry(finding.severity).or_default() += 1;
    }
    let words: Vec<String> =
        counts.iter().rev().map(|(severity, count)| format!("{count} {}", severity.as_str())).collect();
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;
    use crate::finding::{FileError, Suppression};

    #[test]
    fn the_summary_counts_what_was_decided() {
        let mut report = Sample::new(&["a", "b", "c", "d", "e", "f"]).report;
        (report.files, report.trails) = (3, 1);
        report.findings[0].severity = Severity::Critical;
        report.findings[2].verdict = Verdict::Pass;
        report.findings[3].verdict = Verdict::Unknown;
        report.findings[4].verdict = Verdict::NoData;
        report.findings[5].suppressed = Some(Suppression { reason: "known".to_owned(), until: None, span: None });
        assert_eq!(
            summary(&report),
            "1 trail in 3 files: 2 failures (1 critical, 1 low), 1 unknown, 1 without data, 1 suppressed, 1 passed"
        );
    }

    #[test]
    fn without_a_trail_it_says_what_was_looked_at() {
        let error = FileError { path: "a.tf".to_owned(), message: "is broken".to_owned(), span: None };
        let mut report = Report { files: 1, ..Report::default() };
        assert_eq!(summary(&report), "no trail in 1 file");
        let conditional = Report { units: 1, ..report.clone() };
        assert_eq!(
            summary(&conditional),
            "no trail in 1 file: 1 unit may declare one, and with these inputs none exists"
        );
        report.errors.push(error);
        assert_eq!(summary(&report), "no trail in 1 file; 1 file could not be read");
    }
}
