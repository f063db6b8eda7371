//! A template that stands as a text inside another one, as in the `TemplateBody` of a `StackSet`. Its nodes point into the
//! outer file: at the very characters where those can be told, else at the line, else at the whole text.

use crate::source::{FileId, Sources, Span};
use crate::syntax::{Entry, Node, NodeKind, Problem, Scalar};

use super::template::{Read, Template, parse_text, recognise};

/// What `text` holds. `node` is the scalar it was written as, which may differ from it where names were filled in.
pub fn read(sources: &Sources, text: &str, node: &Node) -> Read {
    let file = node.span.file;
    let (parsed, language) = parse_text(file, text);
    match recognise(parsed, language, file, text) {
        Read::Template(Template { root, problems, .. }) => {
            let places = Places { file, offsets: offsets(&sources.file(file).text, node, text) };
            let problems = problems.into_iter().map(|problem| places.problem(problem)).collect();
            Read::Template(Template { file, language, root: places.node(root), problems })
        }
        Read::NotATemplate => Read::NotATemplate,
        Read::Broken(problems) => {
            let places = Places { file, offsets: offsets(&sources.file(file).text, node, text) };
            Read::Broken(problems.into_iter().map(|problem| places.problem(problem)).collect())
        }
    }
}

/// Where each byte of an embedded text stands in the file.
struct Places {
    file: FileId,
    offsets: Vec<usize>,
}

impl Places {
    fn span(&self, span: Span) -> Span {
        let at = |offset: usize| self.offsets.get(offset).or(self.offsets.last()).copied().unwrap_or_default();
        let range = span.range();
        // The end stands behind the last byte, not before the next one.
        let end = if range.is_empty() { at(range.start) } else { at(range.end - 1) + 1 };
        Span::new(self.file, at(range.start), end)
    }

    fn node(&self, node: Node) -> Node {
        let kind = match node.kind {
            // A text in a text has no place but that of its node.
            NodeKind::Scalar(scalar) => NodeKind::Scalar(Scalar::new(scalar.text, scalar.style)),
            NodeKind::Sequence(items) => NodeKind::Sequence(items.into_iter().map(|item| self.node(item)).collect()),
            NodeKind::Mapping(entries) => {
                let entry = |entry: Entry| Entry { key: self.node(entry.key), value: self.node(entry.value) };
                NodeKind::Mapping(entries.into_iter().map(entry).collect())
            }
        };
        Node { kind, span: self.span(node.span), tag: None }
    }

    fn problem(&self, problem: Problem) -> Problem {
        Problem { span: self.span(problem.span), ..problem }
    }
}

/// For each byte of `text`, where it stands in `source`, in which it was written as `node`.
fn offsets(source: &str, node: &Node, text: &str) -> Vec<usize> {
    let written = node.text().unwrap_or_default();
    let start = node.span.range().start;
    let exact = source.get(node.span.range()).and_then(|raw| of_scalar(raw, written, start));
    let Some(exact) = exact else { return vec![start; text.len()] };
    if written == text {
        return exact;
    }
    let (lines, own): (Vec<&str>, Vec<&str>) = (text.split('\n').collect(), written.split('\n').collect());
    if lines.len() != own.len() {
        return vec![start; text.len()];
    }
    // A name that was filled in has another length; what stands behind it on its line is near enough.
    let mut offsets = Vec::with_capacity(text.len());
    let mut begin = 0;
    for (line, own) in lines.iter().zip(&own) {
        let place = |column: usize| exact.get(begin + column.min(own.len())).or(exact.last()).copied().unwrap_or(start);
        offsets.extend((0..=line.len()).map(place));
        begin += own.len() + 1;
    }
    offsets.truncate(text.len());
    offsets
}

/// The offsets of a scalar's bytes in its raw text, which begins at `start`; `None` when the raw text is folded.
fn of_scalar(raw: &str, text: &str, start: usize) -> Option<Vec<usize>> {
    match raw.chars().next()? {
        '"' => of_quoted(raw, text, start),
        '|' => of_block(raw, text, start),
        _ => raw.find(text).map(|at| (0..text.len()).map(|offset| start + at + offset).collect()),
    }
}

/// A text in double quotes: every escape stands for one character.
fn of_quoted(raw: &str, text: &str, start: usize) -> Option<Vec<usize>> {
    let mut offsets = Vec::with_capacity(text.len());
    let mut written = raw.char_indices().skip(1);
    for character in text.chars() {
        let (at, first) = written.next()?;
        if first == '\\' {
            let digits = match written.next()?.1 {
                'x' => 2,
                // A character beyond the first plane is two escapes in JSON.
                'u' if u32::from(character) > 0xFFFF => 10,
                'u' => 4,
                'U' => 8,
                _ => 0,
            };
            for _ in 0..digits {
                written.next()?;
            }
        } else if first != character {
            return None;
        }
        offsets.extend(std::iter::repeat_n(start + at, character.len_utf8()));
    }
    Some(offsets)
}

/// A literal block: every line stands on a line of its own, behind the indentation.
fn of_block(raw: &str, text: &str, start: usize) -> Option<Vec<usize>> {
    let mut offsets = Vec::with_capacity(text.len());
    let mut begin = start + raw.find('\n')? + 1;
    let mut written = raw.split('\n').skip(1);
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches('\n');
        let whole = written.next().unwrap_or_default();
        let indentation = whole.trim_end_matches('\r').len().checked_sub(content.len())?;
        offsets.extend((0..line.len()).map(|column| begin + indentation + column));
        begin += whole.len() + 1;
    }
    Some(offsets)
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a span that cannot be sliced fails its test")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::FileId;
    use crate::syntax::{json, yaml};

    /// The text at the places of the bytes of `needle` in the text that stands under `body` in a document.
    fn placed(source: &str, needle: &str) -> String {
        let parsed =
            if source.starts_with('{') { json::parse(FileId(0), source) } else { yaml::parse(FileId(0), source) };
        let node = parsed.documents[0].get("body").unwrap();
        let text = node.text().unwrap().to_owned();
        let places = Places { file: FileId(0), offsets: offsets(source, node, &text) };
        let at = text.find(needle).unwrap();
        let span = places.span(Span::new(FileId(0), at, at + needle.len()));
        source[span.range()].to_owned()
    }

    #[test]
    fn a_byte_of_an_embedded_text_is_found_in_its_file() {
        for source in [
            "body: |\n  a: 1\n  Trail:\n    é: 2\n",
            "x:\n- y\nbody: |-\n    a: 1\n\n    b: Trail",
            "body: |\r\n  a: 1\r\n  Trail: 2\r\n",
            "body: \"a: 1\\nTrail: 2\\n\"\n",
            "{\"body\": \"{\\n \\\"\\u00e9\\\": 1, \\\"Trail\\\": \\\"\\ud83d\\ude00\\\"}\"}",
            "body: 'a: Trail'\n",
        ] {
            assert_eq!(placed(source, "Trail"), "Trail", "{source}");
        }
    }

    proptest! {
        #[test]
        fn every_byte_of_any_text_has_a_place(text in ".{0,60}", other in ".{0,60}") {
            let source = serde_json::json!({ "body": text }).to_string();
            let parsed = json::parse(FileId(0), &source);
            let node = parsed.documents[0].get("body").unwrap();
            for text in [text, other] {
                let offsets = offsets(&source, node, &text);
                prop_assert_eq!(offsets.len(), text.len());
                prop_assert!(offsets.iter().all(|at| source.is_char_boundary(*at)));
            }
        }
    }

    #[test]
    fn a_folded_text_is_pointed_at_as_a_whole() {
        let source = "body: >\n  {a: 1,\n  Trail: 2}\n";
        assert_eq!(placed(source, "Trail"), ">");
    }

    #[test]
    fn a_text_with_names_filled_in_keeps_its_lines() {
        let source = "body: |\n  a: ${Name}\n  Trail: ${Name}\n";
        let node = yaml::parse(FileId(0), source).documents[0].get("body").unwrap().clone();
        let text = "a: x\nTrail: a-long-name\n";
        let places = Places { file: FileId(0), offsets: offsets(source, &node, text) };
        let at = text.find("Trail").unwrap();
        assert_eq!(&source[places.span(Span::new(FileId(0), at, at + 5)).range()], "Trail");
    }
}
