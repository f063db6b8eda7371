//! The one line a place stands on, as it may be shown: whatever the file holds, on one line, and little of a long one.

use crate::source::{Excerpts, Sources, Span};

use super::line::is_hidden;

/// How much is shown of a place and of what follows it, in characters. Some files are one line of a megabyte.
const SHOWN: usize = 160;

/// How much is shown of what stands before the place, in characters.
const BEFORE: usize = 40;

/// A line of code in three pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snippet {
    /// What stands before the place.
    pub(super) before: String,
    /// The place.
    pub(super) marked: String,
    /// What stands after it.
    pub(super) after: String,
    /// The language, as Markdown calls it.
    pub(super) language: &'static str,
}

/// The line of a place; `None` for a file whose lines may hold secrets.
pub(super) fn snippet(span: Span, sources: &Sources) -> Option<Snippet> {
    let file = sources.shown(span.file);
    if file.excerpts == Excerpts::Withheld {
        return None;
    }
    let line = file.lines.range(file.lines.line(span.start as usize), &file.text);
    let place = span.range().start..span.range().end.min(line.end);
    let [before, marked, after] = [line.start..place.start, place.clone(), place.end..line.end]
        .map(|range| file.text.get(range).unwrap_or_default().trim_start_matches('\u{feff}'));
    let skipped = before.chars().count().saturating_sub(BEFORE);
    Some(Snippet {
        before: shown(before.chars().skip(skipped)).trim_start().to_owned(),
        marked: shown(marked.chars().take(SHOWN)),
        after: shown(after.chars().take(SHOWN)).trim_end().to_owned(),
        language: match file.path.rsplit('.').next().unwrap_or_default() {
            "tf" | "tofu" => "hcl",
            "json" => "json",
            _ => "yaml",
        },
    })
}

/// A blank stands for what would do something instead of being shown.
fn shown(characters: impl Iterator<Item = char>) -> String {
    characters.map(|character| if is_hidden(character) { ' ' } else { character }).collect()
}

impl Snippet {
    /// The pieces in one.
    pub(super) fn text(&self) -> String {
        format!("{}{}{}", self.before, self.marked, self.after)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn of(text: &str, place: &str) -> Snippet {
        let root = Path::new("/nowhere");
        let sources = Sources::new(root.to_path_buf(), root.to_path_buf());
        let file = sources.add("main.tf", text.to_owned());
        let start = text.find(place).unwrap();
        snippet(Span::new(file, start, start + place.len()), &sources).unwrap()
    }

    #[test]
    fn a_line_is_cut_around_its_place() {
        let snippet = of("a\r\n\tname = \"träil\" # \u{1b}[31m\r\nb", "\"träil\"");
        let pieces = (snippet.before.as_str(), snippet.marked.as_str(), snippet.after.as_str());
        assert_eq!(pieces, ("name = ", "\"träil\"", " #  [31m"));
    }

    #[test]
    fn a_long_line_is_shown_in_part() {
        let padding = "é".repeat(100_000);
        let snippet = of(&format!("\u{feff}{padding} false {padding}"), "false");
        assert_eq!(snippet.text().chars().count(), BEFORE + "false".len() + SHOWN);
    }

    #[test]
    fn a_place_of_several_lines_is_its_first() {
        let snippet = of("a {\n  b\n}\n", "{\n  b\n}");
        assert_eq!((snippet.text().as_str(), snippet.marked.as_str()), ("a {", "{"));
    }
}
