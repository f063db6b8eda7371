//! GitHub workflow commands. A step shows at most ten errors and ten warnings and drops the rest without a word, so the
//! worst come first and the last one says how many there are besides.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::fmt::Write;

use crate::finding::Finding;

use super::Context;
use super::line::one_line;
use super::place::{failures, level, path, subject};

/// How many annotations of one level a step shows.
const SHOWN: usize = 10;

pub(super) fn render(context: &Context) -> String {
    let mut failures: Vec<&Finding> = failures(context).collect();
    failures.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let mut commands = String::new();
    for word in ["error", "warning"] {
        let of_level: Vec<&&Finding> = failures.iter().filter(|finding| level(finding) == word).collect();
        let more = of_level.len().saturating_sub(SHOWN);
        for (at, finding) in of_level.iter().take(SHOWN).enumerate() {
            let rest =
                if more > 0 && at + 1 == SHOWN { format!(" (and {more} more of this level)") } else { String::new() };
            command(&mut commands, word, finding, &rest, context);
        }
    }
    commands
}

fn command(commands: &mut String, word: &str, finding: &Finding, rest: &str, context: &Context) {
    let file = context.sources.file(finding.location.file);
    let start = file.lines.position(finding.location.start as usize, &file.text);
    let end = file.lines.position(finding.location.end as usize, &file.text);
    let path = property(&path(finding.location, context.sources));
    let title = property(&format!("{} {}", finding.control, subject(finding)));
    let message = data(&format!("{}{rest}", one_line(&finding.message)));
    let _ = writeln!(
        commands,
        "::{word} file={path},line={},endLine={},col={},endColumn={},title={title}::{message}",
        start.line, end.line, start.column, end.column,
    );
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
    use super::super::sample::Sample;
    use super::*;
    use crate::finding::Severity;

    #[test]
    fn ten_of_a_level_are_shown_worst_first_and_the_rest_is_counted() {
        let subjects: Vec<String> = (0..14).map(|at| format!("trail{at}")).collect();
        let subjects: Vec<&str> = subjects.iter().map(String::as_str).collect();
        let mut sample = Sample::new(&subjects);
        sample.report.findings[12].severity = Severity::Medium;
        sample.report.findings[13].severity = Severity::High;
        let commands = render(&sample.context());
        let lines: Vec<&str> = commands.lines().collect();
        assert_eq!(lines.len(), 11, "{commands}");
        assert_eq!(
            lines[0],
            "::error file=main.tf,line=1,endLine=1,col=9,endColumn=12,title=CloudTrail.4 trail13::trail13 is off."
        );
        assert!(lines[1].ends_with("::trail12 is off."), "{}", lines[1]);
        assert!(lines[10].ends_with("::trail8 is off. (and 3 more of this level)"), "{}", lines[10]);
    }

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(data("100%\r\nnext"), "100%25%0D%0Anext");
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
    }
}
