//! `--trace`: the way to each verdict of one control, as an indented text with the lines it rests on.

use std::fmt::Write;

use crate::finding::{Report, Step, Trace};
use crate::source::{Excerpts, Sources, Span};

use super::line::{one_line, visible};

/// The traces of a report as text.
#[must_use]
pub fn traces(report: &Report, sources: &Sources) -> String {
    let mut text = String::new();
    for trace in &report.traces {
        text.push_str(&header(trace));
        for step in &trace.steps {
            describe(step, 1, sources, &mut text);
        }
        text.push('\n');
    }
    text
}

fn header(trace: &Trace) -> String {
    let subject = trace.resource.as_deref().unwrap_or("account");
    let (control, verdict) = (&trace.control, trace.verdict.as_str());
    let head = format!("{control} {verdict}: {} ({})", one_line(subject), visible(&trace.unit));
    format!("{head}\n  {}\n", one_line(&trace.message))
}

fn describe(step: &Step, depth: usize, sources: &Sources, text: &mut String) {
    let indent = "  ".repeat(depth);
    let _ = writeln!(text, "{indent}{}", one_line(&step.message));
    if let Some(span) = step.span {
        let _ = writeln!(text, "{indent}  at {}", place(span, sources));
    }
    for reason in &step.because {
        describe(reason, depth + 1, sources, text);
    }
}

/// `main.tf:3:16: kms_key_id = var.key`; the place alone where the file's lines may hold secrets.
fn place(span: Span, sources: &Sources) -> String {
    let (file, at) = (sources.shown(span.file), sources.position(span));
    let place = format!("{}:{}:{}", visible(&file.path), at.line, at.column);
    let line = file.lines.range(file.lines.line(span.start as usize), &file.text);
    let code = file.text.get(line).unwrap_or_default();
    if file.excerpts == Excerpts::Withheld { place } else { format!("{place}: {}", one_line(code)) }
}
