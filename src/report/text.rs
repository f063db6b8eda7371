//! Text for people, drawn by `miette` (named in this module only): what is there, what is required, the smallest change,
//! and every place that is evidence, in whatever file it stands.

use std::collections::BTreeMap;
use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeStyles};

use crate::finding::{FileError, Finding, Label, Level, Note, Verdict};
use crate::source::{Excerpts, FileId, Span};

use super::line::{one_line, visible};
use super::place::{control, grouped, message, path_and_line};
use super::suppressed::suppressed;
use super::{Color, Context, Unicode};

mod excerpt;

use excerpt::Excerpt;

/// How many lines apart two places may be for `miette` to draw them as one piece of code.
const NEAR: usize = 3;

pub(super) fn render(context: &Context) -> String {
    let mut page = Page::new(context);
    for error in &context.report.errors {
        page.unread(error);
    }
    let (failures, undecided): (Vec<_>, Vec<_>) =
        groups(context).into_iter().partition(|group| group.iter().any(|finding| finding.verdict == Verdict::Fail));
    for group in failures.iter().chain(&undecided) {
        page.finding(group);
    }
    page.without_data();
    page.turned_by_others();
    page.suppressed();
    for note in &context.report.notes {
        page.note("note:", note);
    }
    page.text
}

/// The failures and what is unknown, worst first. Several instances of one block with one defect are one group.
fn groups<'a>(context: &'a Context) -> Vec<Vec<&'a Finding>> {
    let mut findings: Vec<&Finding> =
        shown(context).filter(|finding| matches!(finding.verdict, Verdict::Fail | Verdict::Unknown)).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    grouped(findings, |finding| (finding.control.clone(), finding.verdict, finding.location))
}

fn shown<'a>(context: &'a Context) -> impl Iterator<Item = &'a Finding> {
    context.report.findings.iter().filter(|finding| finding.suppressed.is_none())
}

/// The report so far.
struct Page<'a> {
    context: &'a Context<'a>,
    handler: GraphicalReportHandler,
    styles: ThemeStyles,
    files: BTreeMap<FileId, Excerpt>,
    text: String,
}

impl<'a> Page<'a> {
    fn new(context: &'a Context<'a>) -> Self {
        let theme = match (context.style.color, context.style.unicode) {
            (Color::Always, Unicode::Always) => GraphicalTheme::unicode(),
            (Color::Always, Unicode::Never) => GraphicalTheme::ascii(),
            (Color::Never, Unicode::Always) => GraphicalTheme::unicode_nocolor(),
            (Color::Never, Unicode::Never) => GraphicalTheme::none(),
        };
        let styles = theme.styles.clone();
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(context.style.width.max(60))
            .with_break_words(false)
            .without_syntax_highlighting();
        Self { context, handler, styles, files: BTreeMap::new(), text: String::new() }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn unread(&mut self, error: &FileError) {
        self.draw(&Drawing {
            message: one_line(&format!("{}: {}", error.path, error.message)),
            ..Drawing::of(Level::Error)
        });
        if let Some(span) = error.span {
            self.excerpts(Level::Error, span, &[]);
        }
        self.line("");
    }

    fn finding(&mut self, group: &[&Finding]) {
        let Some(finding) = group.first() else { return };
        let level = finding.level();
        self.header(finding);
        self.draw(&Drawing { message: message(group), ..Drawing::of(level) });
        self.excerpts(level, finding.location, &finding.related);
        if let Some(help) = &finding.help {
            self.draw(&Drawing { help: Some(one_line(help)), ..Drawing::of(level) });
        }
        for note in &finding.notes {
            self.note("  note:", note);
        }
        if let Some(name) = &finding.name {
            let line = format!("{} {}", self.styles.help.style("  name:"), one_line(name));
            self.line(&line);
        }
        if let Some(control) = control(finding, self.context) {
            if !control.why.is_empty() {
                self.wrapped("   why:", &control.why);
            }
            if !control.url.is_empty() {
                // Not wrapped: an address must stay whole to be clicked.
                let see = format!("{} {}", self.styles.help.style("   see:"), self.styles.link.style(&control.url));
                self.line(&see);
            }
        }
        self.line("");
    }

    /// `CloudTrail.2 fail (medium): Every trail encrypts its log files with a KMS key`
    fn header(&mut self, finding: &Finding) {
        let style = match finding.level() {
            Level::Error => self.styles.error,
            Level::Warning => self.styles.warning,
            Level::Info => self.styles.advice,
        };
        let word = format!("{} {} ({})", finding.control, finding.verdict.as_str(), finding.severity.as_str());
        let title = control(finding, self.context);
        let title = title.map(|control| format!(": {}", control.title)).unwrap_or_default();
        let header = format!("{}{title}", style.style(word));
        self.line(&header);
    }

    /// The code at a place with what is related and near, then whatever else is related, one excerpt a file.
    fn excerpts(&mut self, level: Level, place: Span, related: &[Label]) {
        let line = |span: Span| self.context.sources.position(span).line;
        let is_near = |label: &&Label| label.span.file == place.file && line(label.span).abs_diff(line(place)) <= NEAR;
        let (near, far): (Vec<&Label>, Vec<&Label>) = related.iter().partition(is_near);
        self.excerpt(level, place.file, Some(place), &near);
        let mut files: Vec<FileId> = Vec::new();
        for label in &far {
            if !files.contains(&label.span.file) {
                files.push(label.span.file);
            }
        }
        for file in files {
            let labels: Vec<&Label> = far.iter().copied().filter(|label| label.span.file == file).collect();
            self.excerpt(level, file, None, &labels);
        }
    }

    fn excerpt(&mut self, level: Level, file: FileId, place: Option<Span>, labels: &[&Label]) {
        let sources = self.context.sources;
        if sources.file(file).excerpts == Excerpts::Withheld {
            self.places(place, labels);
            return;
        }
        let source = self.files.entry(file).or_insert_with(|| Excerpt::new(sources.shown(file))).clone();
        let place = place.map(|place| LabeledSpan::new_primary_with_span(None, source.range(place)));
        let labels = labels
            .iter()
            .map(|label| LabeledSpan::new_with_span(Some(one_line(&label.message)), source.range(label.span)));
        let labels = place.into_iter().chain(labels).collect();
        self.draw(&Drawing { source: Some(source), labels, ..Drawing::of(level) });
    }

    /// The places without their code, for a file whose lines may hold secrets.
    fn places(&mut self, place: Option<Span>, labels: &[&Label]) {
        let place = place.map(|place| (place, String::new()));
        let labels = labels.iter().map(|label| (label.span, format!(" {}", one_line(&label.message))));
        for (span, message) in place.into_iter().chain(labels).collect::<Vec<_>>() {
            let at = self.context.sources.position(span);
            let path = visible(&self.context.sources.file(span.file).path);
            self.line(&format!("    at {path}:{}:{}{message}", at.line, at.column));
        }
    }

    /// One line a subject: nothing can be done about it here, so there is no code to look at.
    fn without_data(&mut self) {
        let findings = shown(self.context).filter(|finding| finding.verdict == Verdict::NoData).collect();
        let groups = grouped(findings, |finding| (finding.unit.clone(), finding.resource.clone()));
        for group in &groups {
            let Some(first) = group.first() else { continue };
            let controls: Vec<&str> = group.iter().map(|finding| finding.control.as_str()).collect();
            let word = format!("{} {}", controls.join(", "), first.verdict.as_str());
            let line =
                format!("{}: {} ({})", self.styles.advice.style(word), shared(group), self.place(first.location));
            self.line(&line);
        }
        if !groups.is_empty() {
            self.line("");
        }
    }

    /// One line for each verdict that another value of a parameter would turn: the default decides, and somebody may deploy
    /// with the other.
    fn turned_by_others(&mut self) {
        let context = self.context;
        let is_named = |finding: &&Finding| matches!(finding.verdict, Verdict::Pass | Verdict::NoData);
        for finding in shown(context).filter(is_named).filter(|finding| !finding.cases.is_empty()) {
            for note in &finding.notes {
                let message =
                    format!("{}: {}; {}", finding.control, finding.message.trim_end_matches('.'), note.message);
                self.note("note:", &Note { message, span: Some(finding.location) });
            }
        }
    }

    /// One line a suppression.
    fn suppressed(&mut self) {
        let suppressed = suppressed(self.context);
        for one in &suppressed {
            let word = format!("{} suppressed", one.controls.join(", "));
            let line = format!("{}: {}: {}", self.styles.advice.style(word), one.subjects(), one.why);
            self.line(&line);
        }
        if !suppressed.is_empty() {
            self.line("");
        }
    }

    fn note(&mut self, word: &str, note: &Note) {
        let place = note.span.map(|span| format!(" ({})", self.place(span))).unwrap_or_default();
        let line = format!("{} {}{place}", self.styles.help.style(word), one_line(&note.message));
        self.line(&line);
    }

    /// A sentence behind a word, its lines below each other.
    fn wrapped(&mut self, word: &str, sentence: &str) {
        let first = format!("{} ", self.styles.help.style(word));
        let others = " ".repeat(word.len() + 1);
        let options = textwrap::Options::new(self.context.style.width.max(60))
            .initial_indent(&first)
            .subsequent_indent(&others)
            .break_words(false);
        let text = textwrap::fill(&one_line(sentence), options);
        self.line(&text);
    }

    fn place(&self, span: Span) -> String {
        visible(&path_and_line(span, self.context))
    }

    /// Adds one drawing. A drawing always begins with its message; where there is none that line is left out.
    fn draw(&mut self, drawing: &Drawing) {
        let mut drawn = String::new();
        if self.handler.render_report(&mut drawn, drawing).is_err() {
            return;
        }
        let rest = match drawn.split_once('\n') {
            Some((_, rest)) if drawing.message.is_empty() => rest,
            _ => &drawn,
        };
        self.text.push_str(rest);
    }
}

/// The clauses with which every message of the group begins; all of the first message where they have none in common.
fn shared(group: &[&Finding]) -> String {
    let messages: Vec<String> = group.iter().map(|finding| one_line(&finding.message)).collect();
    let first = messages.first().map(String::as_str).unwrap_or_default();
    let clauses = first.split("; ").enumerate();
    let common =
        clauses.take_while(|(at, clause)| messages.iter().all(|other| other.split("; ").nth(*at) == Some(*clause)));
    let common = common.map(|(_, clause)| clause).collect::<Vec<_>>().join("; ");
    if common.is_empty() { first.to_owned() } else { common }
}

/// What is drawn at once: a message, or code with labels, or advice.
struct Drawing {
    level: Level,
    message: String,
    source: Option<Excerpt>,
    labels: Vec<LabeledSpan>,
    help: Option<String>,
}

impl Drawing {
    fn of(level: Level) -> Self {
        Self { level, message: String::new(), source: None, labels: Vec::new(), help: None }
    }
}

impl fmt::Debug for Drawing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl fmt::Display for Drawing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Drawing {}

impl Diagnostic for Drawing {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.level {
            Level::Error => miette::Severity::Error,
            Level::Warning => miette::Severity::Warning,
            Level::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;

    #[test]
    fn a_failure_is_drawn_with_its_code_its_change_and_a_whole_address() {
        let sample = Sample::new(&["trail.a", "trail.b"]);
        let expected = "\
CloudTrail.4 fail (low): It is on
  ! trail.a is off. (2 instances: trail.a, trail.b)
   ,-[main.tf:1:9]
 1 | trail = off
   :         ^^^
 2 | bucket = public
   `----
  help: turn it on
   why: What is off does nothing.
   see: https://docs.aws.amazon.com/a-long-address/that-must/not-be-wrapped/whatever-the-width-may-be#it

";
        assert_eq!(render(&sample.context()), expected);
    }

    #[test]
    fn failures_come_before_what_is_unknown_and_missing_data_takes_a_line() {
        let mut sample = Sample::new(&["trail.a", "trail.b", "trail.c", "trail.c"]);
        let findings = &mut sample.report.findings;
        findings[0].verdict = Verdict::Unknown;
        for (at, control) in [(2, "CloudTrail.6"), (3, "CloudTrail.7")] {
            findings[at].verdict = Verdict::NoData;
            findings[at].control = control.to_owned();
            findings[at].message = format!("its bucket is elsewhere; {control} is decided there.");
        }
        let text = render(&sample.context());
        let heads: Vec<&str> = text.lines().filter(|line| line.starts_with("CloudTrail")).collect();
        assert_eq!(
            heads,
            [
                "CloudTrail.4 fail (low): It is on",
                "CloudTrail.4 unknown (low): It is on",
                "CloudTrail.6, CloudTrail.7 no_data: its bucket is elsewhere (main.tf:1)",
            ]
        );
    }
}
