//! Markdown for a job's summary: a table of trails and controls, then each failure with its line of code.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary>

use std::fmt::Write;

use crate::finding::{Finding, Verdict};
use crate::source::{Excerpts, Span};

use super::line::{is_hidden, one_line};
use super::place::{groups, message, path, subject};
use super::{Context, summary};

/// How many failures are told in full: GitHub refuses a summary of more than a mebibyte.
const TOLD: usize = 100;

/// How much of a line is shown, in characters.
const LINE: usize = 160;

pub(super) fn render(context: &Context) -> String {
    let mut page = format!("## trailwarden\n\n{}\n", escaped(&summary(context.report)));
    matrix(&mut page, context);
    let failures = groups(context, Verdict::Fail);
    for group in failures.iter().take(TOLD) {
        failure(&mut page, group, context);
    }
    if failures.len() > TOLD {
        let _ = write!(page, "\n…and {} more failures.\n", failures.len() - TOLD);
    }
    let undecided = groups(context, Verdict::Unknown);
    let undecided = undecided.iter().filter_map(|group| Some((title(group.first()?), message(group))));
    list(&mut page, "Not decided", undecided);
    let errors = context.report.errors.iter();
    list(&mut page, "Not read", errors.map(|error| (code(&error.path), one_line(&error.message))));
    page
}

/// One row a subject, one column a control.
fn matrix(page: &mut String, context: &Context) {
    let controls: Vec<&str> = context.controls.iter().map(|control| control.id.as_str()).collect();
    let findings = &context.report.findings;
    let mut subjects: Vec<(&str, Option<&str>)> = Vec::new();
    for row in findings.iter().map(row) {
        if !subjects.contains(&row) {
            subjects.push(row);
        }
    }
    if subjects.is_empty() || controls.is_empty() {
        return;
    }
    let _ = write!(page, "\n| | {} |\n|---|{}\n", controls.join(" | "), "---|".repeat(controls.len()));
    for (unit, resource) in subjects {
        let cells = controls.iter().map(|control| {
            let found = findings.iter().find(|finding| finding.control == *control && row(finding) == (unit, resource));
            found.map_or("", cell)
        });
        let cells: Vec<&str> = cells.collect();
        let name = resource
            .map_or_else(|| format!("account of {}", code(unit)), |name| format!("{} in {}", code(name), code(unit)));
        let _ = writeln!(page, "| {} | {} |", name.replace('|', "\\|"), cells.join(" | "));
    }
}

fn row(finding: &Finding) -> (&str, Option<&str>) {
    (&finding.unit, finding.resource.as_deref())
}

fn cell(finding: &Finding) -> &'static str {
    match finding.verdict {
        Verdict::Fail if finding.suppressed.is_some() => "suppressed",
        Verdict::Fail => "**fail**",
        Verdict::Pass => "pass",
        Verdict::Unknown => "unknown",
        Verdict::NoData => "no data",
        Verdict::NotApplicable => "",
    }
}

fn failure(page: &mut String, group: &[&Finding], context: &Context) {
    let Some(finding) = group.first() else { return };
    let severity = finding.severity.as_str();
    let _ = write!(page, "\n### {} ({severity})\n\n{}\n\n", title(finding), escaped(&message(group)));
    excerpt(page, finding.location, context);
    for label in &finding.related {
        let place = place(label.span, context);
        let _ = writeln!(page, "- {}: {}", escaped(&one_line(&label.message)), code(&place));
    }
    if let Some(help) = &finding.help {
        let _ = write!(page, "\nTo mend it: {}\n", escaped(&one_line(help)));
    }
    if let Some(control) = context.controls.iter().find(|control| control.id == finding.control) {
        let _ = write!(page, "\n[{}]({})\n", escaped(&one_line(&control.title)), control.url);
    }
}

fn title(finding: &Finding) -> String {
    format!("{}: {}", finding.control, code(subject(finding)))
}

fn place(span: Span, context: &Context) -> String {
    format!("{}:{}", path(span, context.sources), context.sources.position(span).line)
}

/// The line a finding stands on, in a fence that nothing in it can close.
fn excerpt(page: &mut String, span: Span, context: &Context) {
    let file = context.sources.file(span.file);
    if file.excerpts == Excerpts::Withheld {
        let _ = write!(page, "{}\n\n", code(&place(span, context)));
        return;
    }
    let line = file.lines.range(file.lines.line(span.start as usize), &file.text);
    let before = file.text.get(line.start..span.start as usize).unwrap_or_default();
    let after = file.text.get(span.start as usize..line.end).unwrap_or_default();
    let shown = |character: char| if is_hidden(character) { ' ' } else { character };
    // Some files are one line of a megabyte: the place is shown, with a little of what stands before it.
    let kept = before.chars().rev().take(LINE / 4).collect::<Vec<_>>().into_iter().rev();
    let text: String = kept.chain(after.chars().take(LINE)).map(shown).collect();
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    let language = match file.path.rsplit('.').next().unwrap_or_default() {
        "tf" | "tofu" => "hcl",
        "json" => "json",
        _ => "yaml",
    };
    let _ = write!(page, "{}\n{fence}{language}\n{}\n{fence}\n\n", code(&place(span, context)), text.trim());
}

fn list(page: &mut String, heading: &str, items: impl Iterator<Item = (String, String)>) {
    let mut items = items.peekable();
    if items.peek().is_some() {
        let _ = write!(page, "\n### {heading}\n\n");
    }
    for (title, text) in items {
        let _ = writeln!(page, "- {title}: {}", escaped(&text));
    }
}

/// The text as inline code, whatever backticks it holds.
fn code(text: &str) -> String {
    let text = one_line(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// The length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or_default()
}

/// Plain text in which only our own inline code is markup.
fn escaped(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let balanced = parts.len() % 2 == 1;
    let parts = parts.into_iter().enumerate().map(|(at, part)| {
        let is_code = balanced && at % 2 == 1;
        if is_code { part.to_owned() } else { plain(part) }
    });
    parts.collect::<Vec<_>>().join(if balanced { "`" } else { "\\`" })
}

fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => plain.push_str("&lt;"),
            '&' => plain.push_str("&amp;"),
            '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => plain.extend(['\\', character]),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_survives_backticks_and_markup_is_plain() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(escaped("set `a_b` to x_y[0]"), "set `a_b` to x\\_y\\[0\\]");
        assert_eq!(escaped("<img src=x> `"), "&lt;img src=x> \\`");
    }
}
