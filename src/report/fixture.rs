//! A small estate that was never on a disk, with everything in it that makes places hard to print: line ends of Windows,
//! characters of every width, a byte-order mark, a line of a megabyte, names that look like markup, escape sequences.

use std::path::Path;

use crate::finding::{
    Case, Condition, ConditionWords, Control, Edit, FileError, Finding, Fix, Label, Note, Report, Severity, Subject,
    Suppression, Verdict, fingerprint,
};
use crate::source::{FileId, Sources, Span};
use crate::value::Literal;

use super::{Color, Context, Format, Import, SarifResults, Style, Unicode, render};

/// The directory the paths of SARIF count from; the run's own directory is `envs/prod` in it.
const ROOT: &str = "/estate";

const TRAIL: &str = "resource \"aws_cloudtrail\" \"main\" {\r\n  name = \"tr\u{e4}il\" /* \u{1f600} */ \r\n  \
                     enable_log_file_validation = /* \u{1f600}\u{e9} */ false\r\n}\r\n";
const BUCKET: &str = "\u{feff}resource \"aws_s3_bucket\" \"logs\" {\n  acl = \"public-read\" # \u{1b}[31mred\u{7}\n}\n";

/// A report and the files it points into.
pub(super) struct Estate {
    pub report: Report,
    pub sources: Sources,
    pub controls: Vec<Control>,
    pub conditions: ConditionWords,
    pub import: Import,
}

impl Estate {
    /// The estate.
    pub(super) fn new() -> Self {
        let sources = Sources::new(Path::new(ROOT).join("envs/prod"), ROOT.into());
        let trail = sources.add("main.tf", TRAIL.to_owned());
        let bucket = sources.add("../../modules/log bucket (eu)/s3.tf", BUCKET.to_owned());
        let padding = "x".repeat(500_000);
        let template = format!(
            "{{\"Description\":\"{padding}\u{e9}\",\"T\":{{\"IsLogging\":false,\"Properties\":{{}}}},\"End\":\"{padding}\"}}"
        );
        let template = sources.add("stack:1.json", template);
        let broken = sources.add("broken.tf", "resource {{\n".to_owned());
        let mut findings = trail_findings(&sources, trail, bucket);
        findings.extend(template_findings(&sources, template));
        findings.sort_by(|left, right| {
            (&left.unit, &left.control, &left.resource).cmp(&(&right.unit, &right.control, &right.resource))
        });
        let report = Report {
            traces: Vec::new(),
            findings,
            since: None,
            notes: vec![Note { message: "`module.x` is not on disk".to_owned(), span: None }],
            errors: vec![
                FileError {
                    path: "broken.tf".to_owned(),
                    message: "a block's label is missing".to_owned(),
                    span: Some(span(&sources, broken, "{{")),
                },
                FileError { path: "gone.yaml".to_owned(), message: "does not exist".to_owned(), span: None },
            ],
            files: 5,
            trails: 4,
            units: 1,
        };
        let ids = ["CloudTrail.1", "CloudTrail.2", "CloudTrail.4", "CloudTrail.5", "CloudTrail.6", "CloudTrail.7"];
        let import = Import {
            partition: "aws".to_owned(),
            region: "eu-west-1".to_owned(),
            account_id: "111122223333".to_owned(),
            time: "2026-01-31T12:00:00Z".to_owned(),
        };
        Self { report, sources, controls: ids.map(control).into(), conditions: conditions(), import }
    }

    /// The report in one format, without colour and in ASCII.
    pub(super) fn render(&self, format: Format) -> String {
        render(format, &self.context())
    }

    /// SARIF with paths from another directory.
    pub(super) fn sarif_from(&self, source_root: &str) -> serde_json::Value {
        let context = Context { source_root: Path::new(source_root), ..self.context() };
        serde_json::from_str(&render(Format::Sarif, &context)).unwrap()
    }

    /// SARIF with every verdict.
    pub(super) fn full_sarif(&self) -> serde_json::Value {
        let context = Context { sarif: SarifResults::Everything, ..self.context() };
        serde_json::from_str(&render(Format::Sarif, &context)).unwrap()
    }

    /// The report in one format and style.
    pub(super) fn render_in(&self, format: Format, style: Style) -> String {
        render(format, &Context { style, ..self.context() })
    }

    fn context(&self) -> Context<'_> {
        Context {
            report: &self.report,
            sources: &self.sources,
            controls: &self.controls,
            conditions: &self.conditions,
            source_root: Path::new(ROOT),
            style: Style { color: Color::Never, unicode: Unicode::Never, width: 100 },
            sarif: SarifResults::Failures,
            import: &self.import,
        }
    }
}

/// How conditions are said in `rules/words.yaml`.
fn conditions() -> ConditionWords {
    let words: serde_yaml::Value = serde_yaml::from_str(include_str!("../../rules/words.yaml")).unwrap();
    serde_yaml::from_value(words["conditions"].clone()).unwrap()
}

/// The first place of `needle`.
pub(super) fn span(sources: &Sources, file: FileId, needle: &str) -> Span {
    let start = sources.file(file).text.find(needle).unwrap_or_else(|| panic!("{needle} is not in the file"));
    Span::new(file, start, start + needle.len())
}

/// A failure in the estate's first unit.
pub(super) fn failure(control: &str, severity: Severity, location: Span, resource: &str) -> Finding {
    Finding {
        control: control.to_owned(),
        verdict: Verdict::Fail,
        severity,
        unit: ".".to_owned(),
        account: None,
        resource: Some(resource.to_owned()),
        name: None,
        message: format!("{resource} does not do what {control} wants."),
        help: Some("set `x` to `true`".to_owned()),
        cases: Vec::new(),
        location,
        related: Vec::new(),
        notes: Vec::new(),
        attribute: "x".to_owned(),
        fingerprint: fingerprint(control, "main.tf", resource, "x", 0),
        fix: None,
        subject: Subject::default(),
        suppressed: None,
    }
}

fn trail_findings(sources: &Sources, trail: FileId, bucket: FileId) -> Vec<Finding> {
    let header = span(sources, trail, "resource \"aws_cloudtrail\" \"main\" {");
    let off = span(sources, trail, "false");
    let acl = span(sources, bucket, "\"public-read\"");
    let main = "aws_cloudtrail.main";
    let label = |message: &str, span: Span| Label { message: message.to_owned(), span };
    let mut public = failure("CloudTrail.6", Severity::Critical, acl, main);
    public.message = "Everybody may read \u{1b}[2J[click](1) <b>50%</b>,\nall: of it.".to_owned();
    public.related = vec![
        label("the bucket it writes to", span(sources, bucket, "resource \"aws_s3_bucket\" \"logs\" {")),
        label("the trail", header),
    ];
    let mut validation = failure("CloudTrail.4", Severity::Low, off, main);
    validation.fix = Some(Fix {
        title: "replace false with true".to_owned(),
        edits: vec![Edit { span: off, replacement: "true".to_owned() }],
    });
    let mut unknown = failure("CloudTrail.1", Severity::High, header, main);
    unknown.verdict = Verdict::Unknown;
    unknown.resource = None;
    unknown.cases = vec![Case {
        when: vec![
            ("var.env".to_owned(), Condition::Is(Literal::Text("dev".to_owned()))),
            ("var.key".to_owned(), Condition::Not(vec![Literal::Null, Literal::Bool(true)])),
            ("var.on".to_owned(), Condition::Fixed(false)),
        ],
        verdict: Verdict::Fail,
    }];
    let mut suppressed = failure("CloudTrail.7", Severity::Low, header, main);
    suppressed.suppressed =
        Some(Suppression { reason: "the bucket's own log bucket".to_owned(), until: None, span: None });
    vec![
        public,
        validation,
        unknown,
        suppressed,
        failure("CloudTrail.2", Severity::Medium, header, main),
        failure("CloudTrail.5", Severity::Low, header, main),
    ]
}

fn template_findings(sources: &Sources, template: FileId) -> Vec<Finding> {
    let place = span(sources, template, "false");
    let mut findings: Vec<Finding> = ["x[\"a\"]", "x[\"b\"]", "x[\"c\"]"]
        .map(|resource| failure("CloudTrail.4", Severity::Low, place, resource))
        .into();
    for control in ["CloudTrail.6", "CloudTrail.7"] {
        let mut without = failure(control, Severity::Critical, place, "x[\"a\"]");
        without.verdict = Verdict::NoData;
        without.message = "The bucket of x[\"a\"] is declared nowhere here.".to_owned();
        findings.push(without);
    }
    let mut passed = failure("CloudTrail.2", Severity::Medium, place, "x[\"a\"]");
    passed.verdict = Verdict::Pass;
    findings.push(passed);
    for finding in &mut findings {
        finding.unit = "stack:1.json".to_owned();
    }
    findings
}

fn control(id: &str) -> Control {
    let severity = match id {
        "CloudTrail.6" => Severity::Critical,
        "CloudTrail.1" => Severity::High,
        "CloudTrail.2" => Severity::Medium,
        _ => Severity::Low,
    };
    Control {
        id: id.to_owned(),
        title: format!("The title of {id}"),
        severity,
        summary: "What is checked.".to_owned(),
        why: "Why it <matters>.".to_owned(),
        page: "## What is checked\n\nA page.\n".to_owned(),
        url: "https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-1"
            .to_owned(),
        requirements: vec![
            ("NIST SP 800-53 Rev. 5".to_owned(), vec!["AU-9".to_owned(), "SC-7(10)".to_owned()]),
            ("PCI DSS v4.0.1".to_owned(), vec!["10.3.2".to_owned()]),
        ],
    }
}
