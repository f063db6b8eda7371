//! Findings to bytes, one format a file. Mirror structs for serialisation live here; findings themselves know no format.
//!
//! Knows findings and sources only. The exit code never depends on a format.

mod asff;
#[cfg(test)]
mod fixture;
mod github;
mod gitlab;
mod html;
mod json;
mod junit;
#[cfg(test)]
mod limit_tests;
mod line;
mod line_hash;
mod markdown;
mod markup;
mod matcher;
mod matrix;
mod place;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "only tests use it")]
mod sample;
mod sarif;
mod snippet;
mod summary;
mod suppressed;
#[cfg(test)]
mod tests;
mod text;
mod trace;

use std::path::Path;

use crate::finding::{ConditionWords, Control, Report};
use crate::source::Sources;

pub use asff::Import;
pub use matcher::{Editor, problem_matcher};
pub use summary::summary;
pub use trace::traces;

/// A format a report can be printed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people: what is there, what is required, the smallest change, with the code.
    Text,
    /// One line a failure, for problem matchers.
    Line,
    /// Every verdict, as the versioned contract.
    Json,
    /// SARIF 2.1.0 as GitHub code scanning reads it.
    Sarif,
    /// GitHub workflow commands, which annotate a pull request.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit XML, for test report viewers.
    Junit,
    /// Markdown, for the summary of a job.
    Markdown,
    /// One page for auditors: trails against controls, with the evidence.
    Html,
    /// AWS Security Finding Format, a batch a line.
    Asff,
}

const FORMATS: [(&str, Format); 10] = [
    ("text", Format::Text),
    ("line", Format::Line),
    ("json", Format::Json),
    ("sarif", Format::Sarif),
    ("github", Format::Github),
    ("gitlab", Format::Gitlab),
    ("junit", Format::Junit),
    ("markdown", Format::Markdown),
    ("html", Format::Html),
    ("asff", Format::Asff),
];

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = FORMATS.iter().find(|(name, _)| *name == word).map(|(_, format)| *format);
        found.ok_or_else(|| {
            let names: Vec<&str> = FORMATS.iter().map(|(name, _)| *name).collect();
            format!("the formats are {}", names.join(", "))
        })
    }
}

/// Whether to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// With ANSI colours.
    Always,
    /// Without.
    Never,
}

/// Whether to draw with more than ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unicode {
    /// With box-drawing characters.
    Always,
    /// With ASCII.
    Never,
}

/// How `text` is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Colours.
    pub color: Color,
    /// Characters.
    pub unicode: Unicode,
    /// The width lines are wrapped at, in columns.
    pub width: usize,
}

/// Which verdicts SARIF lists as results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SarifResults {
    /// Failures that nobody suppressed: code scanning shows whatever is listed as an open alert.
    Failures,
    /// Every verdict, for readers that understand `kind` and `suppressions`.
    Everything,
}

/// What a format needs.
#[derive(Debug)]
pub struct Context<'a> {
    /// The findings.
    pub report: &'a Report,
    /// The files they point into.
    pub sources: &'a Sources,
    /// The controls that ran.
    pub controls: &'a [Control],
    /// How the conditions of cases are said.
    pub conditions: &'a ConditionWords,
    /// The directory that the paths of SARIF, GitHub and GitLab count from; absolute, without symlinks.
    pub source_root: &'a Path,
    /// How `text` is drawn.
    pub style: Style,
    /// What SARIF lists.
    pub sarif: SarifResults,
    /// What the Security Finding Format says about its import; empty where no report is in that format.
    pub import: &'a Import,
}

/// The report in one format.
#[must_use]
pub fn render(format: Format, context: &Context) -> String {
    match format {
        Format::Text => text::render(context),
        Format::Line => line::render(context),
        Format::Json => json::render(context),
        Format::Sarif => sarif::render(context),
        Format::Github => github::render(context),
        Format::Gitlab => gitlab::render(context),
        Format::Junit => junit::render(context),
        Format::Markdown => markdown::render(context),
        Format::Html => html::render(context),
        Format::Asff => asff::render(context),
    }
}
