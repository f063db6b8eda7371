//! JSON to [`super::Node`], by way of jsonc-parser: the only file that names it.
//!
//! What is not JSON is a problem, but a tree is given all the same where the author's meaning is plain (a comment,
//! a trailing comma): the file is reported and its resources are not overlooked.

use std::iter::Peekable;

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::escapes::{Quoting, places};
use super::node::{
    Entry, MAX_NESTING, Node, NodeKind, Parsed, Problem, ProblemSeverity, Scalar, Style, report_duplicate_keys,
    too_deep,
};
use crate::source::{FileId, Span};

/// Reads a JSON text. Strings, keys too, are [`Style::Quoted`] and their spans hold the quotes; numbers, `true`, `false`
/// and `null` are [`Style::Plain`] with their source text.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Parsed {
    let json = text.trim_start_matches('\u{feff}');
    let mut reader = Reader { file, text, offset: text.len() - json.len(), problems: Vec::new() };
    if let Err(problem) = reader.survey(json) {
        return Parsed { problems: vec![problem], ..Parsed::default() };
    }
    let strict = parse_to_ast(json, &CollectOptions::default(), &strict());
    let tree = strict.or_else(|error| {
        reader.report(&error.kind().to_string(), error.range());
        parse_to_ast(json, &CollectOptions::default(), &forgiving())
    });
    let value = tree.ok().and_then(|tree| tree.value);
    let documents: Vec<Node> = value.map(|value| reader.node(value)).into_iter().collect();
    if documents.is_empty() && reader.problems.is_empty() {
        reader.report("the text is empty", Range { start: 0, end: 0 });
    }
    reader.problems.sort_by_key(|problem| problem.span.start);
    Parsed { documents, problems: reader.problems, ..Parsed::default() }
}

struct Reader<'t> {
    file: FileId,
    text: &'t str,
    /// How many bytes of byte-order mark stand before the JSON.
    offset: usize,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    /// Finds what jsonc-parser does not mind: control characters in strings, blanks that JSON does not know, and
    /// nesting, which it follows by recursion far beyond our limit. `Err` when the text must not be parsed.
    fn survey(&mut self, json: &str) -> Result<(), Problem> {
        let mut depth = 0_usize;
        let mut characters = json.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let here = Range { start: at, end: at + character.len_utf8() };
            match character {
                '"' => self.survey_string(&mut characters),
                '/' => skip_comment(&mut characters),
                '{' | '[' if depth == MAX_NESTING => return Err(too_deep(self.span(here))),
                '{' | '[' => depth += 1,
                '}' | ']' => depth = depth.saturating_sub(1),
                '\u{B}' | '\u{C}' | '\u{80}'.. => self.report("unexpected character", here),
                _ => {}
            }
        }
        Ok(())
    }

    fn survey_string(&mut self, characters: &mut impl Iterator<Item = (usize, char)>) {
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => return,
                '\\' => {
                    characters.next();
                }
                '\0'..' ' => {
                    let what =
                        format!("the control character U+{:04X} must be escaped in a string", u32::from(character));
                    self.report(&what, Range { start: at, end: at + 1 });
                }
                _ => {}
            }
        }
    }

    fn node(&mut self, value: Value<'_>) -> Node {
        let span = self.span(value.range());
        let kind = match value {
            Value::StringLit(string) => self.string(string.value.into_owned(), span),
            Value::NumberLit(_) | Value::BooleanLit(_) | Value::NullKeyword(_) => {
                scalar(self.text.get(span.range()).unwrap_or_default().to_owned(), Style::Plain)
            }
            Value::Array(array) => {
                NodeKind::Sequence(array.elements.into_iter().map(|element| self.node(element)).collect())
            }
            Value::Object(object) => {
                let property = |property: jsonc_parser::ast::ObjectProp<'_>| Entry {
                    key: self.key(property.name),
                    value: self.node(property.value),
                };
                let entries: Vec<Entry> = object.properties.into_iter().map(property).collect();
                report_duplicate_keys(entries.iter().map(|entry| &entry.key), &mut self.problems);
                NodeKind::Mapping(entries)
            }
        };
        Node { kind, span, tag: None }
    }

    fn string(&self, text: String, span: Span) -> NodeKind {
        let (start, end) = (span.range().start + 1, span.range().end.saturating_sub(1));
        let source = self.text.get(start..end).unwrap_or_default();
        let places = places(&text, source, self.file, start, Quoting::Double);
        NodeKind::Scalar(Scalar { text, style: Style::Quoted, places })
    }

    fn key(&self, name: ObjectPropName<'_>) -> Node {
        let span = self.span(name.range());
        let text = match name {
            ObjectPropName::String(string) => string.value.into_owned(),
            ObjectPropName::Word(word) => word.value.to_owned(),
        };
        Node { kind: scalar(text, Style::Quoted), span, tag: None }
    }

    /// Reports why the text is not JSON; only the first reason is worth telling.
    fn report(&mut self, what: &str, range: Range) {
        if !self.problems.is_empty() {
            return;
        }
        let mut letters = what.chars();
        let first = letters.next().map(|letter| letter.to_ascii_lowercase());
        let sentence: String = first.into_iter().chain(letters).collect();
        let message = format!("not valid JSON: {sentence}");
        self.problems.push(Problem { message, span: self.span(range), severity: ProblemSeverity::Lost });
    }

    fn span(&self, range: Range) -> Span {
        Span::new(self.file, self.offset + range.start, self.offset + range.end)
    }
}

fn scalar(text: String, style: Style) -> NodeKind {
    NodeKind::Scalar(Scalar::new(text, style))
}

/// Skips a comment whose first slash was read.
fn skip_comment(characters: &mut Peekable<impl Iterator<Item = (usize, char)>>) {
    let Some((_, second)) = characters.next_if(|(_, next)| matches!(next, '/' | '*')) else { return };
    while let Some((_, character)) = characters.next() {
        let ended = match second {
            '/' => matches!(character, '\n' | '\r'),
            _ => character == '*' && characters.next_if(|(_, next)| *next == '/').is_some(),
        };
        if ended {
            return;
        }
    }
}

/// What people write into JSON by habit and no other reading is possible of.
fn forgiving() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_loose_object_property_names: true,
        allow_trailing_commas: true,
        allow_missing_commas: true,
        ..strict()
    }
}

fn strict() -> ParseOptions {
    ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a span that cannot be sliced fails its test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Parsed {
        parse(FileId(0), text)
    }

    /// Every node's text beside the text its span holds.
    fn nodes(text: &str) -> Vec<(String, String)> {
        fn collect(node: &Node, text: &str, found: &mut Vec<(String, String)>) {
            let own = match &node.kind {
                NodeKind::Scalar(scalar) => format!("{:?} {}", scalar.style, scalar.text),
                NodeKind::Sequence(_) => "sequence".to_owned(),
                NodeKind::Mapping(_) => "mapping".to_owned(),
            };
            found.push((own, text[node.span.range()].to_owned()));
            node.items().into_iter().flatten().for_each(|item| collect(item, text, found));
            node.entries()
                .iter()
                .flat_map(|entry| [&entry.key, &entry.value])
                .for_each(|node| collect(node, text, found));
        }
        let mut found = Vec::new();
        read(text).documents.iter().for_each(|document| collect(document, text, &mut found));
        found
    }

    #[test]
    fn nodes_keep_their_text_and_place() {
        let text = "\u{feff}{\"é\\n\": [-1.50e3, true , null],\r\n\"b\": \"\\ud83d\\ude00\"}";
        let expected = [
            ("mapping", text.trim_start_matches('\u{feff}')),
            ("Quoted é\n", "\"é\\n\""),
            ("sequence", "[-1.50e3, true , null]"),
            ("Plain -1.50e3", "-1.50e3"),
            ("Plain true", "true"),
            ("Plain null", "null"),
            ("Quoted b", "\"b\""),
            ("Quoted 😀", "\"\\ud83d\\ude00\""),
        ];
        assert_eq!(nodes(text), expected.map(|(own, span)| (own.to_owned(), span.to_owned())));
        assert_eq!(read(text).problems, []);
    }

    #[test]
    fn what_is_not_json_is_a_problem() {
        // The problem's text, the text it points at, and whether the tree could be given all the same.
        let cases = [
            ("", "the text is empty", "", false),
            (" \n", "the text is empty", "", false),
            ("{\"a\": 1,}", "trailing commas are not allowed", ",", true),
            ("[1 2]", "expected comma", "", true),
            ("[1] // \"x", "comments are not allowed", "// \"x", true),
            ("{a: 1}", "expected string for object property", "a", true),
            ("[1, 2", "unterminated array", "[1, 2", false),
            ("{\"a\": }", "unexpected close brace", "}", false),
            ("['a']", "single-quoted strings are not allowed", "'", false),
            ("[01]", "expected comma", "", true),
            ("[NaN]", "unexpected token", "NaN", false),
            ("[1] [2]", "text cannot contain more than one JSON value", "[", false),
            ("[\"a\tb\"]", "the control character U+0009 must be escaped in a string", "\t", true),
            ("[1,\u{c}2,\u{a0}3]", "unexpected character", "\u{c}", true),
            ("[é]", "unexpected character", "é", false),
            (
                "[\"\\ud83d\"]",
                "invalid unicode escape sequence. 'd83d (unpaired high surrogate)' is not a valid UTF8 character",
                "\\ud83d\"",
                false,
            ),
        ];
        for (text, message, place, has_tree) in cases {
            let Parsed { documents, problems, .. } = read(text);
            let found: Vec<_> =
                problems.iter().map(|problem| (problem.message.as_str(), &text[problem.span.range()])).collect();
            assert_eq!(found, [(format!("not valid JSON: {message}").as_str(), place)], "problems of {text:?}");
            assert_eq!(!documents.is_empty(), has_tree, "whether {text:?} has a tree");
        }
    }

    #[test]
    fn duplicate_keys_are_kept_and_reported() {
        let text = "{\"a\": 1, \"a\": 2}";
        let Parsed { documents, problems, .. } = read(text);
        assert_eq!(documents[0].entries().len(), 2);
        assert_eq!(documents[0].get("a").and_then(Node::text), Some("2"));
        assert_eq!(problems[0].severity, ProblemSeverity::Harmless);
        assert_eq!(problems[0].span.range(), 9..12);
    }

    #[test]
    fn nesting_has_a_limit() {
        assert_eq!(read(&["[".repeat(128), "]".repeat(128)].concat()).problems, []);
        for text in ["[".repeat(129), "{\"a\":".repeat(100_000), format!("/*\"*/{}", "[".repeat(100_000))] {
            assert_eq!(read(&text).problems[0].message, "nested deeper than 128 levels");
        }
        assert_eq!(read(&format!("[\"{}\"]", "[".repeat(1000))).problems, []);
    }

    fn check(text: &str) -> Result<(), TestCaseError> {
        nodes(text);
        for problem in read(text).problems {
            prop_assert!(text.get(problem.span.range()).is_some(), "{problem:?} points outside the text");
        }
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text.trim_start_matches('\u{feff}')).is_ok();
        let lost = read(text).problems.iter().any(|problem| problem.severity == ProblemSeverity::Lost);
        prop_assert_eq!(is_json, !lost, "serde_json is of another opinion about {:?}", text);
        Ok(())
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in any::<String>()) {
            check(&text)?;
        }

        #[test]
        fn anything_that_looks_like_json_is_read(words in prop::collection::vec(prop::sample::select(WORDS), 0..12)) {
            check(&words.concat())?;
        }
    }

    const WORDS: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"\\u00e9\"",
        "\"",
        "\\",
        "\\u12",
        "'",
        "1",
        "-",
        "0",
        ".5",
        "e3",
        "true",
        "null",
        "nul",
        " ",
        "\n",
        "\t",
        "\u{b}",
        "\u{a0}",
        "\u{feff}",
        "//",
        "/*",
        "*/",
        "é",
    ];
}
