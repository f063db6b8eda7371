//! Markdown for a job's summary: a table of trails and controls, then each failure with its line of code.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary>

use std::fmt::Write;

use crate::finding::{Finding, Verdict, Whole};
use crate::source::Span;

use super::line::one_line;
use super::matrix::matrix;
use super::place::{control, groups, message, path_and_line, subject};
use super::snippet::snippet;
use super::suppressed::suppressed;
use super::{Context, summary};

/// GitHub refuses a summary of more than a mebibyte, and a step may write more than this one.
const PAGE: usize = 900 * 1024;

/// How many rows the table has at most; nobody reads a longer one.
const ROWS: usize = 500;

pub(super) fn render(context: &Context) -> String {
    let mut page = format!("## trailwarden\n\n{}\n", escaped(&summary(context.report)));
    table(&mut page, context);
    let failures = groups(context, Verdict::Fail);
    sections(&mut page, "failures", failures.iter().map(|group| failure(group, context)));
    let undecided = groups(context, Verdict::Unknown);
    let undecided = undecided.iter().filter_map(|group| Some((title(group.first()?), message(group))));
    list(&mut page, "Not decided", undecided);
    let suppressed = suppressed(context);
    let suppressed = suppressed
        .iter()
        .map(|one| (format!("{}: {}", one.controls.join(", "), code(&one.subjects())), one.why.clone()));
    list(&mut page, "Suppressed", suppressed);
    let errors = context.report.errors.iter();
    list(&mut page, "Not read", errors.map(|error| (code(&error.path), one_line(&error.message))));
    page
}

/// As many sections as fit, and how many there are besides.
fn sections(page: &mut String, what: &str, sections: impl Iterator<Item = String>) {
    let mut left_out = 0;
    for section in sections {
        if left_out > 0 || page.len() + section.len() > PAGE {
            left_out += 1;
        } else {
            page.push_str(&section);
        }
    }
    if left_out > 0 {
        let _ = write!(page, "\n…and {left_out} more {what}.\n");
    }
}

/// One row a subject, one column a control.
fn table(page: &mut String, context: &Context) {
    let controls: Vec<&str> = context.controls.iter().map(|control| control.id.as_str()).collect();
    let rows = matrix(context);
    if rows.is_empty() || controls.is_empty() {
        return;
    }
    let _ = write!(page, "\n| | {} |\n|---|{}\n", controls.join(" | "), "---|".repeat(controls.len()));
    for row in rows.iter().take(ROWS) {
        let cells: Vec<String> = row.cells.iter().map(|findings| cell(findings)).collect();
        let unit = code(row.unit);
        let name = match (row.resource, row.whole) {
            (Some(name), _) => format!("{} in {unit}", code(name)),
            (None, Whole::Account) => format!("account of {unit}"),
            (None, Whole::Unit) => unit,
        };
        let _ = writeln!(page, "| {} | {} |", name.replace('|', "\\|"), cells.join(" | "));
    }
    if rows.len() > ROWS {
        let _ = write!(page, "\n…and {} more rows.\n", rows.len() - ROWS);
    }
}

fn cell(findings: &[(usize, &Finding)]) -> String {
    let word = |(_, finding): &(usize, &Finding)| match finding.verdict {
        _ if finding.suppressed.is_some() => "suppressed",
        Verdict::Fail => "**fail**",
        Verdict::Pass => "pass",
        Verdict::Unknown => "unknown",
        Verdict::NoData => "no data",
        Verdict::NotApplicable => "",
    };
    findings.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn failure(group: &[&Finding], context: &Context) -> String {
    let Some(finding) = group.first() else { return String::new() };
    let severity = finding.severity.as_str();
    let mut section = format!("\n### {} ({severity})\n\n{}\n\n", title(finding), escaped(&message(group)));
    section.push_str(&excerpt(finding.location, context));
    if !finding.related.is_empty() {
        section.push('\n');
    }
    for label in &finding.related {
        let place = path_and_line(label.span, context);
        let _ = writeln!(section, "- {}: {}", escaped(&one_line(&label.message)), code(&place));
    }
    if let Some(help) = &finding.help {
        let _ = write!(section, "\nTo mend it: {}\n", escaped(&one_line(help)));
    }
    if let Some(control) = control(finding, context).filter(|control| !control.url.is_empty()) {
        let (why, title) = (escaped(&one_line(&control.why)), escaped(&one_line(&control.title)));
        let _ = write!(section, "\nWhy: {why} ([{title}]({}))\n", control.url);
    }
    section
}

fn title(finding: &Finding) -> String {
    format!("{}: {}", finding.control, code(subject(finding)))
}

/// The line a finding stands on, in a fence that nothing in it can close.
fn excerpt(span: Span, context: &Context) -> String {
    let place = code(&path_and_line(span, context));
    let Some(snippet) = snippet(span, context.sources) else { return format!("{place}\n") };
    let text = snippet.text();
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    format!("{place}\n{fence}{}\n{}\n{fence}\n", snippet.language, text.trim())
}

fn list(page: &mut String, heading: &str, items: impl Iterator<Item = (String, String)>) {
    let mut items = items.peekable();
    if items.peek().is_some() {
        let _ = write!(page, "\n### {heading}\n\n");
    }
    sections(page, "of them", items.map(|(title, text)| format!("- {title}: {}\n", escaped(&text))));
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
