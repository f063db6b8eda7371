//! GitHub workflow commands. A step shows at most ten annotations of a level and drops the rest without a word, so the
//! worst come first and the last one says how many there are besides.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::fmt::Write;

use crate::finding::{FileError, Finding, Verdict};
use crate::source::{Position, Span};

use super::Context;
use super::line::one_line;
use super::place::{distinct_positions, from_root, groups, level, message, path, path_from_root, subject};

/// How many annotations of one level a step shows.
const SHOWN: usize = 10;

/// What is written at a line of a file.
struct Annotation {
    level: &'static str,
    file: String,
    place: Option<(Position, Position)>,
    title: String,
    message: String,
}

pub(super) fn render(context: &Context) -> String {
    let unread = context.report.errors.iter().map(|error| unread(error, context));
    let groups: Vec<Vec<&Finding>> =
        [Verdict::Fail, Verdict::Unknown].into_iter().flat_map(|verdict| groups(context, verdict)).collect();
    let firsts: Vec<&Finding> = groups.iter().filter_map(|group| group.first().copied()).collect();
    let starts = distinct_positions(&firsts, context.sources);
    let found = groups.iter().zip(starts).filter_map(|(group, start)| annotation(group, start, context));
    let annotations: Vec<Annotation> = unread.chain(found).collect();
    let mut commands = String::new();
    for level in ["error", "warning", "notice"] {
        let of_level: Vec<&Annotation> = annotations.iter().filter(|annotation| annotation.level == level).collect();
        let more = of_level.len().saturating_sub(SHOWN);
        for (at, annotation) in of_level.iter().take(SHOWN).enumerate() {
            let is_last = at + 1 == SHOWN;
            let rest =
                if more > 0 && is_last { format!("\nand {more} more {level}s in the log") } else { String::new() };
            command(&mut commands, annotation, &rest);
        }
    }
    commands
}

fn annotation(group: &[&Finding], start: Position, context: &Context) -> Option<Annotation> {
    let finding = *group.first()?;
    let end = end(finding.location, context);
    let help = finding.help.as_ref().map(|help| format!("\nTo mend it: {}", one_line(help)));
    Some(Annotation {
        level: if finding.verdict == Verdict::Fail { level(finding) } else { "notice" },
        file: path_from_root(finding.location, context).unwrap_or_else(|| path(finding.location, context.sources)),
        place: Some((start, end.max(start))),
        title: format!("{} {}", finding.control, subject(finding)),
        message: message(group) + &help.unwrap_or_default(),
    })
}

fn unread(error: &FileError, context: &Context) -> Annotation {
    Annotation {
        level: "error",
        file: from_root(error.path.as_ref(), context).unwrap_or_else(|| error.path.clone()),
        place: error.span.map(|span| (context.sources.position(span), end(span, context))),
        title: format!("{} is not judged", error.path),
        message: one_line(&error.message),
    }
}

/// Where a place ends on its first line: columns are refused where an annotation spans lines.
fn end(span: Span, context: &Context) -> Position {
    let first = context.sources.first_line(span);
    let file = context.sources.file(span.file);
    file.lines.position(first.end as usize, &file.text)
}

fn command(commands: &mut String, annotation: &Annotation, rest: &str) {
    let place = annotation.place.map_or_else(String::new, |(start, end)| {
        format!(",line={0},endLine={0},col={1},endColumn={2}", start.line, start.column, end.column)
    });
    let (file, title) = (property(&annotation.file), property(&annotation.title));
    let message = data(&format!("{}{rest}", annotation.message));
    let _ = writeln!(commands, "::{} file={file}{place},title={title}::{message}", annotation.level);
}

/// Escapes what stands after `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(data("100%\r\nnext"), "100%25%0D%0Anext");
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
    }
}
