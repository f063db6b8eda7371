//! A small report for the tests of this room.

use std::path::{Path, PathBuf};

use crate::finding::{ConditionWords, Control, Finding, Report, Severity, Subject, Verdict};
use crate::source::{FileId, Sources, Span};

use super::{Color, Context, Import, SarifResults, Style, Unicode};

const TEXT: &str = "trail = off\nbucket = public\n";

/// One failure of `CloudTrail.4` a subject, all at the word `off`.
pub(super) struct Sample {
    pub(super) report: Report,
    sources: Sources,
    file: FileId,
    controls: Vec<Control>,
    conditions: ConditionWords,
    root: PathBuf,
    import: Import,
}

impl Sample {
    pub(super) fn new(subjects: &[&str]) -> Self {
        let root = Path::new("/nowhere").to_path_buf();
        let sources = Sources::new(root.clone(), root.clone());
        let file = sources.add("main.tf", TEXT.to_owned());
        let control = Control {
            id: "CloudTrail.4".to_owned(),
            title: "It is on".to_owned(),
            severity: Severity::Low,
            summary: "It is on.".to_owned(),
            why: "What is off does nothing.".to_owned(),
            page: "It is on.".to_owned(),
            url: "https://docs.aws.amazon.com/a-long-address/that-must/not-be-wrapped/whatever-the-width-may-be#it"
                .to_owned(),
            requirements: Vec::new(),
        };
        let mut sample = Self {
            report: Report::default(),
            sources,
            file,
            controls: vec![control],
            conditions: ConditionWords::default(),
            root,
            import: Import::default(),
        };
        let location = sample.span("off");
        sample.report.findings = subjects.iter().map(|subject| finding(subject, location)).collect();
        sample
    }

    /// The first place of `word`.
    pub(super) fn span(&self, word: &str) -> Span {
        let start = TEXT.find(word).unwrap();
        Span::new(self.file, start, start + word.len())
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context {
            report: &self.report,
            sources: &self.sources,
            controls: &self.controls,
            conditions: &self.conditions,
            source_root: &self.root,
            style: Style { color: Color::Never, unicode: Unicode::Never, width: 60 },
            sarif: SarifResults::Failures,
            import: &self.import,
        }
    }
}

fn finding(subject: &str, location: Span) -> Finding {
    Finding {
        control: "CloudTrail.4".to_owned(),
        verdict: Verdict::Fail,
        severity: Severity::Low,
        unit: ".".to_owned(),
        account: None,
        resource: Some(subject.to_owned()),
        name: None,
        message: format!("{subject} is off."),
        help: Some("turn it on".to_owned()),
        cases: Vec::new(),
        location,
        related: Vec::new(),
        notes: Vec::new(),
        attribute: "on".to_owned(),
        fingerprint: subject.to_owned(),
        fix: None,
        subject: Subject::default(),
        suppressed: None,
    }
}
