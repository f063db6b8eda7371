//! One page for auditors: trails against controls, then every verdict with its evidence, then the requirements.
//!
//! It is read without JavaScript, asks nothing of a network, prints well, and obeys the reader's colours. Everything that
//! comes from a file goes through `escaped`.

use std::fmt::Write;

use crate::finding::{Control, Finding, Verdict, Whole};

use super::line::one_line;
use super::markup::escaped;
use super::matrix::{Row, matrix};
use super::place::path_and_line;
use super::{Context, summary};

mod finding;
mod requirements;

use finding::{article, passed};

/// Nothing but this page's own style may be used, whatever a file's text tries.
const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
                    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
                    <meta name=\"color-scheme\" content=\"light dark\"/>\n\
                    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
                    <title>CloudTrail controls</title>\n<style>\n";

/// A result, with the number that its place in the page is named by.
type Numbered<'a> = (usize, &'a Finding);

pub(super) fn render(context: &Context) -> String {
    let numbered: Vec<Numbered> = context.report.findings.iter().enumerate().collect();
    let mut page = format!("{HEAD}{}</style>\n</head>\n<body>\n", include_str!("html/style.css"));
    header(&mut page, context);
    page.push_str("<main>\n");
    table(&mut page, context);
    findings(&mut page, &numbered, context);
    requirements::section(&mut page, context);
    controls(&mut page, context.controls);
    remarks(&mut page, context);
    let version = env!("CARGO_PKG_VERSION");
    let _ = write!(page, "</main>\n<footer>trailwarden {version}</footer>\n</body>\n</html>\n");
    page
}

fn header(page: &mut String, context: &Context) {
    let _ = write!(
        page,
        "<a class=\"skip\" href=\"#findings\">To the findings</a>\n<header>\n<h1>CloudTrail controls</h1>\n<p>{}</p>\n<ul class=\"tally\">\n",
        escaped(&summary(context.report))
    );
    for standing in STANDINGS {
        let count = context.report.findings.iter().filter(|finding| Standing::of(finding) == standing).count();
        if count > 0 {
            let (class, word) = (standing.class(), standing.word());
            let _ = writeln!(page, "<li class=\"{class}\"><strong>{count}</strong> {word}</li>");
        }
    }
    page.push_str("</ul>\n</header>\n");
}

/// What a reader sees of a verdict. Whatever somebody decided not to act on stands apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Fail,
    Unknown,
    NoData,
    Suppressed,
    NotApplicable,
    Pass,
}

/// The worst first.
const STANDINGS: [Standing; 6] = [
    Standing::Fail,
    Standing::Unknown,
    Standing::NoData,
    Standing::Suppressed,
    Standing::NotApplicable,
    Standing::Pass,
];

impl Standing {
    fn of(finding: &Finding) -> Self {
        match finding.verdict {
            _ if finding.suppressed.is_some() => Self::Suppressed,
            Verdict::Fail => Self::Fail,
            Verdict::Unknown => Self::Unknown,
            Verdict::NoData => Self::NoData,
            Verdict::NotApplicable => Self::NotApplicable,
            Verdict::Pass => Self::Pass,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::NoData => "no-data",
            Self::Suppressed => "suppressed",
            Self::NotApplicable => "not-applicable",
            Self::Pass => "pass",
        }
    }

    /// A sign and a word: colour alone tells nothing to some readers, and to no printer.
    fn word(self) -> &'static str {
        match self {
            Self::Fail => "✕ fail",
            Self::Unknown => "? unknown",
            Self::NoData => "– no data",
            Self::Suppressed => "◦ suppressed",
            Self::NotApplicable => "– not applicable",
            Self::Pass => "✓ pass",
        }
    }

    fn chip(self) -> String {
        format!("<span class=\"chip {}\">{}</span>", self.class(), self.word())
    }
}

/// One row a subject, one column a control, each verdict a link to its evidence.
fn table(page: &mut String, context: &Context) {
    let rows = matrix(context);
    if rows.is_empty() {
        return;
    }
    page.push_str(
        "<section aria-labelledby=\"matrix\">\n<h2 id=\"matrix\">Trails and controls</h2>\n\
         <div class=\"scroll\" role=\"region\" aria-labelledby=\"matrix\" tabindex=\"0\">\n<table class=\"matrix\">\n\
         <thead>\n<tr><th scope=\"col\">Subject</th>",
    );
    for control in context.controls {
        let (id, title) = (escaped(&control.id), escaped(&control.title));
        let _ = write!(page, "<th scope=\"col\"><a href=\"#control-{id}\" title=\"{title}\">{id}</a></th>");
    }
    page.push_str("</tr>\n</thead>\n");
    for rows in rows.chunk_by(|left, right| left.unit == right.unit) {
        unit(page, rows, context.controls.len() + 1);
    }
    page.push_str("</table>\n</div>\n</section>\n");
}

fn unit(page: &mut String, rows: &[Row], columns: usize) {
    let unit = rows.first().map(|row| escaped(row.unit)).unwrap_or_default();
    let _ = writeln!(page, "<tbody>\n<tr><th scope=\"rowgroup\" colspan=\"{columns}\">{unit}</th></tr>");
    for Row { resource, whole, cells, .. } in rows {
        let name = match (resource, whole) {
            (Some(name), _) => format!("<code>{}</code>", escaped(name)),
            (None, Whole::Account) => "account".to_owned(),
            (None, Whole::Unit) => "all of it".to_owned(),
        };
        let _ = write!(page, "<tr><th scope=\"row\">{name}</th>");
        for findings in cells {
            let link =
                |(number, finding): &Numbered| format!("<a href=\"#r{number}\">{}</a>", Standing::of(finding).chip());
            let links: Vec<String> = findings.iter().map(link).collect();
            let _ = write!(page, "<td>{}</td>", links.join(" "));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n");
}

/// What needs a reader first, the worst first; what passed as a table.
fn findings(page: &mut String, numbered: &[Numbered], context: &Context) {
    let (good, mut bad): (Vec<Numbered>, Vec<Numbered>) =
        numbered.iter().partition(|(_, finding)| Standing::of(finding) == Standing::Pass);
    bad.sort_by_key(|(_, finding)| (Standing::of(finding), std::cmp::Reverse(finding.severity)));
    page.push_str("<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>\n");
    if bad.is_empty() {
        page.push_str("<p>None: every control holds.</p>\n");
    }
    for finding in bad {
        article(page, finding, context);
    }
    page.push_str("</section>\n");
    if !good.is_empty() {
        passed(page, &good, context);
    }
}

fn controls(page: &mut String, controls: &[Control]) {
    page.push_str(
        "<section aria-labelledby=\"controls\">\n<h2 id=\"controls\">Controls</h2>\n\
         <div class=\"scroll\" role=\"region\" aria-labelledby=\"controls\" tabindex=\"0\">\n<table>\n<thead>\n<tr>\
         <th scope=\"col\">Control</th><th scope=\"col\">Severity</th><th scope=\"col\">What is checked</th>\
         <th scope=\"col\">Why</th></tr>\n</thead>\n<tbody>\n",
    );
    for control in controls {
        let (id, severity) = (escaped(&control.id), control.severity.as_str());
        let (summary, why, url) = (inline(&control.summary), inline(&control.why), escaped(&control.url));
        let link = format!("<a href=\"{url}\" rel=\"noreferrer\">{id}</a>");
        let name = if url.is_empty() { &id } else { &link };
        let _ = writeln!(
            page,
            "<tr id=\"control-{id}\"><th scope=\"row\">{name}</th>\
             <td>{severity}</td><td>{summary}</td><td>{why}</td></tr>"
        );
    }
    page.push_str("</tbody>\n</table>\n</div>\n</section>\n");
}

/// Files that could not be read, and what else there is to say about the run.
fn remarks(page: &mut String, context: &Context) {
    let report = context.report;
    let unread: Vec<String> = report
        .errors
        .iter()
        .map(|error| format!("<code>{}</code>: {}", escaped(&error.path), inline(&error.message)))
        .collect();
    let notes: Vec<String> = report
        .notes
        .iter()
        .map(|note| {
            let place = note.span.map(|span| format!(" (<code>{}</code>)", escaped(&path_and_line(span, context))));
            format!("{}{}", inline(&note.message), place.unwrap_or_default())
        })
        .collect();
    for (heading, items) in [("Not read", unread), ("Notes", notes)] {
        if !items.is_empty() {
            let items = items.join("</li>\n<li>");
            let _ = write!(page, "<section>\n<h2>{heading}</h2>\n<ul>\n<li>{items}</li>\n</ul>\n</section>\n");
        }
    }
}

/// Text on one line in which what stands between backticks is code.
fn inline(text: &str) -> String {
    let text = one_line(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(&text);
    }
    let part = |(at, part): (usize, &&str)| {
        if at % 2 == 1 { format!("<code>{}</code>", escaped(part)) } else { escaped(part) }
    };
    parts.iter().enumerate().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(escaped("<a href='x'>&\"\u{202e}"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\u{fffd}");
        assert_eq!(inline("set `<x>` to\n`y`"), "set <code>&lt;x&gt;</code> to <code>y</code>");
        assert_eq!(inline("a ` b"), "a ` b");
    }
}
