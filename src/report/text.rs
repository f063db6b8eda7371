//! Text for people, drawn by `miette` (the only file that names it): what is there, what is required, the smallest change,
//! and every place that is evidence, in whatever file it stands.

use std::fmt;
use std::sync::Arc;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};

use crate::finding::{FileError, Finding, Severity, Verdict};
use crate::source::{SourceFile, Span};

use super::line::one_line;
use super::place::subject;
use super::{Color, Context, Unicode};

/// How much of a long line is shown on either side: some files are one line of a megabyte.
const WINDOW: usize = 100;

pub(super) fn render(context: &Context) -> String {
    let handler = handler(context);
    let mut text = String::new();
    let mut draw = |diagnostic: &Shown| {
        let mut one = String::new();
        if handler.render_report(&mut one, diagnostic).is_ok() {
            text.push_str(&one);
            text.push('\n');
        }
    };
    for error in &context.report.errors {
        draw(&unread(error, context));
    }
    for group in groups(context) {
        draw(&shown(&group, context));
    }
    text
}

fn handler(context: &Context) -> GraphicalReportHandler {
    let theme = match (context.style.color, context.style.unicode) {
        (Color::Always, Unicode::Always) => GraphicalTheme::unicode(),
        (Color::Always, Unicode::Never) => GraphicalTheme::ascii(),
        (Color::Never, Unicode::Always) => GraphicalTheme::unicode_nocolor(),
        (Color::Never, Unicode::Never) => GraphicalTheme::none(),
    };
    // Addresses of web pages must stay whole to be clicked.
    GraphicalReportHandler::new_themed(theme)
        .with_width(context.style.width.max(60))
        .with_break_words(false)
        .with_links(false)
}

/// The findings that are shown, worst first: failures, then what is unknown, then what has no data. Several instances of
/// one block with one defect are one group.
fn groups<'a>(context: &'a Context) -> Vec<Vec<&'a Finding>> {
    let order = |finding: &Finding| match finding.verdict {
        Verdict::Fail => 0,
        Verdict::Unknown => 1,
        _ => 2,
    };
    let wanted = |finding: &&Finding| {
        finding.suppressed.is_none() && matches!(finding.verdict, Verdict::Fail | Verdict::Unknown)
    };
    let mut findings: Vec<&Finding> = context.report.findings.iter().filter(wanted).collect();
    findings.sort_by_key(|finding| (order(finding), std::cmp::Reverse(finding.severity)));
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let same = |group: &&mut Vec<&Finding>| {
            group.first().is_some_and(|first| {
                (&first.control, first.verdict, first.location) == (&finding.control, finding.verdict, finding.location)
            })
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

/// A diagnostic about one place, with others in other files below it.
struct Shown {
    code: String,
    message: String,
    severity: miette::Severity,
    help: Option<String>,
    url: Option<String>,
    source: Option<Excerpt>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Shown>,
}

fn shown(group: &[&Finding], context: &Context) -> Shown {
    let Some(first) = group.first() else { return Shown::plain(String::new()) };
    let control = context.controls.iter().find(|control| control.id == first.control);
    let here = first.location.file;
    let mut labels = vec![LabeledSpan::new_primary_with_span(None, range(first.location))];
    labels.extend(
        first
            .related
            .iter()
            .filter(|label| label.span.file == here)
            .map(|label| LabeledSpan::new_with_span(Some(label.message.clone()), range(label.span))),
    );
    let elsewhere = first.related.iter().filter(|label| label.span.file != here).map(|label| Shown {
        severity: miette::Severity::Advice,
        source: Some(Excerpt(context.sources.file(label.span.file))),
        labels: vec![LabeledSpan::new_with_span(Some(label.message.clone()), range(label.span))],
        ..Shown::plain(label.message.clone())
    });
    let others: Vec<&str> = group.iter().map(|finding| subject(finding)).collect();
    let mut message = one_line(&first.message);
    if others.len() > 1 {
        message += &format!(" ({} instances: {})", others.len(), others.join(", "));
    }
    Shown {
        code: format!("{} {}", first.control, word(first)),
        severity: match (first.verdict, first.severity) {
            (Verdict::Fail, Severity::High | Severity::Critical) => miette::Severity::Error,
            (Verdict::Fail, _) => miette::Severity::Warning,
            _ => miette::Severity::Advice,
        },
        help: first.help.as_ref().map(|help| one_line(help)),
        url: control.map(|control| control.url.clone()),
        source: Some(Excerpt(context.sources.file(here))),
        labels,
        elsewhere: elsewhere.collect(),
        ..Shown::plain(message)
    }
}

fn word(finding: &Finding) -> &'static str {
    if finding.verdict == Verdict::Fail { finding.severity.as_str() } else { finding.verdict.as_str() }
}

fn unread(error: &FileError, context: &Context) -> Shown {
    let mut shown = Shown::plain(format!("{}: {}", error.path, error.message));
    shown.code = "unreadable".to_owned();
    if let Some(span) = error.span {
        shown.source = Some(Excerpt(context.sources.file(span.file)));
        shown.labels = vec![LabeledSpan::new_primary_with_span(None, range(span))];
    }
    shown
}

fn range(span: Span) -> SourceSpan {
    SourceSpan::new((span.start as usize).into(), (span.end.saturating_sub(span.start)) as usize)
}

impl Shown {
    fn plain(message: String) -> Self {
        Self {
            code: String::new(),
            message,
            severity: miette::Severity::Error,
            help: None,
            url: None,
            source: None,
            labels: Vec::new(),
            elsewhere: Vec::new(),
        }
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.code.is_empty()).then(|| Box::new(&self.code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let see = self.url.as_ref().map(|url| format!("see {url}"));
        let lines: Vec<String> = self.help.clone().into_iter().chain(see).collect();
        (!lines.is_empty()).then(|| Box::new(lines.join("\n")) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.elsewhere.iter().map(|shown| shown as &dyn Diagnostic)))
    }
}

/// A file whose lines are indexed, so that an excerpt costs nothing however far down it is.
struct Excerpt(Arc<SourceFile>);

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let file = &self.0;
        let end = span.offset() + span.len();
        let first = file.lines.line(span.offset()).saturating_sub(lines_before);
        let last = (file.lines.line(end) + lines_after).min(file.lines.len().saturating_sub(1));
        let mut from = file.lines.range(first, &file.text).start;
        let mut to = file.lines.range(last, &file.text).end;
        if to.saturating_sub(from) > 40 * WINDOW {
            from = from.max(boundary(&file.text, span.offset().saturating_sub(WINDOW)));
            to = to.min(boundary(&file.text, end + WINDOW));
        }
        let excerpt = file.text.as_bytes().get(from..to).ok_or(MietteError::OutOfBounds)?;
        let start = file.lines.position(from, &file.text);
        Ok(Box::new(MietteSpanContents::new_named(
            file.path.clone(),
            excerpt,
            (from, to.saturating_sub(from)).into(),
            start.line.saturating_sub(1),
            start.column.saturating_sub(1),
            last - first + 1,
        )))
    }
}

/// The character boundary at or before `offset`.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}
