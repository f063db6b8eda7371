//! JSON text with holes, as a value: `{"AWS": "${var.principal}"}` and whatever `jsonencode` wrote inside it.

use std::ops::Range;

use indexmap::IndexMap;

use crate::source::FileId;
use crate::syntax::{Node, NodeKind, ProblemSeverity, Scalar, Style, json};
use crate::value::{Data, ListKind, MapKind, Number, Origin, Part, Text, Value};

/// A hole while the text around it is parsed.
struct Hole<'a> {
    part: &'a Part,
    /// Whether it stands inside of a JSON string, and is a part of it, or is a JSON value of its own.
    in_string: bool,
    /// Where what stands in for it is in the text that is parsed.
    mark: Range<usize>,
}

/// The value that JSON `text` stands for. Everything in it stands where it was written, as far as that is known, and where
/// what holds it does otherwise; what was encoded as JSON keeps its own places.
///
/// # Errors
/// What is wrong with the text and where, when it is no JSON.
pub(super) fn parse(text: &Text, origin: &Origin) -> Result<Value, (String, Origin)> {
    if let [Part::Json(value)] = text.parts() {
        return Ok(value.clone());
    }
    let Some(marker) = marker(text) else {
        return Err(("it holds private-use characters".to_owned(), origin.clone()));
    };
    let (source, list) = with_markers(text, marker);
    let holes = Holes { marker, list, text, origin };
    let parsed = json::parse(FileId(0), &source);
    let problem = parsed.problems.iter().find(|problem| problem.severity == ProblemSeverity::Lost);
    match (problem, parsed.documents.first()) {
        (None, Some(document)) => Ok(holes.fill(document, origin)),
        (None, None) => Err(("the text is empty".to_owned(), origin.clone())),
        (Some(problem), _) => {
            let what = problem.message.strip_prefix("not valid JSON: ").unwrap_or(&problem.message);
            Err((what.to_owned(), holes.place(problem.span.range()).unwrap_or_else(|| origin.clone())))
        }
    }
}

/// A character the text does not hold, to mark holes with.
fn marker(text: &Text) -> Option<char> {
    let held = |candidate: char| {
        text.parts().iter().any(|part| matches!(part, Part::Literal(text) if text.contains(candidate)))
    };
    ('\u{f0000}'..='\u{f00ff}').find(|candidate| !held(*candidate))
}

/// The text with a marker, a number and a marker for every hole; in quotes where the hole is a value of its own.
fn with_markers(text: &Text, marker: char) -> (String, Vec<Hole<'_>>) {
    let mut source = String::new();
    let mut holes = Vec::new();
    let (mut in_string, mut escaped) = (false, false);
    for part in text.parts() {
        if let Part::Literal(text) = part {
            for character in text.chars() {
                in_string ^= character == '"' && !escaped;
                escaped = in_string && character == '\\' && !escaped;
            }
            source.push_str(text);
        } else {
            let quote = if in_string { "" } else { "\"" };
            let start = source.len();
            source.extend([quote, &format!("{marker}{}{marker}", holes.len()), quote]);
            holes.push(Hole { part, in_string, mark: start..source.len() });
        }
    }
    (source, holes)
}

/// A piece of a string: characters, or a hole.
enum Piece<'t, 'h> {
    Characters(&'t str),
    Hole(&'h Hole<'h>),
}

/// What is needed to put the holes back.
struct Holes<'a> {
    marker: char,
    list: Vec<Hole<'a>>,
    text: &'a Text,
    /// Where the text comes from.
    origin: &'a Origin,
}

impl Holes<'_> {
    /// The value of a node. `outer` is where what holds it stands.
    fn fill(&self, node: &Node, outer: &Origin) -> Value {
        let origin = self.place(node.span.range()).unwrap_or_else(|| outer.clone());
        match &node.kind {
            NodeKind::Scalar(scalar) => self.scalar(scalar, origin),
            NodeKind::Sequence(items) => {
                let items = items.iter().map(|item| self.fill(item, &origin)).collect();
                Value::list(ListKind::Tuple, items, origin)
            }
            NodeKind::Mapping(entries) => {
                let filled: IndexMap<String, Value> = entries
                    .iter()
                    .map(|entry| (self.key(entry.key.text().unwrap_or_default()), self.fill(&entry.value, &origin)))
                    .collect();
                Value::map(MapKind::Object, filled, origin)
            }
        }
    }

    /// Where what has these bytes of the text that was parsed was written.
    fn place(&self, range: Range<usize>) -> Option<Origin> {
        let without_marks = |at: usize| {
            let before = self.list.iter().map(|hole| &hole.mark).take_while(|mark| mark.end <= at);
            at - before.map(Range::len).sum::<usize>()
        };
        let span = self.text.places().span(without_marks(range.start)..without_marks(range.end))?;
        Some(self.origin.within(span))
    }

    fn scalar(&self, scalar: &Scalar, origin: Origin) -> Value {
        match (scalar.style, scalar.text.as_str()) {
            (Style::Quoted, text) => self.text(text, origin),
            (Style::Plain, "null") => Value::null(origin),
            (Style::Plain, "true") => Value::bool(true, origin),
            (Style::Plain, "false") => Value::bool(false, origin),
            (Style::Plain, number) => match Number::parse(number) {
                Some(number) => Value::number(number, origin),
                None => Value::text(number, origin),
            },
        }
    }

    /// Between markers stand characters and numbers of holes by turns.
    fn pieces<'t>(&self, text: &'t str) -> Vec<Piece<'t, '_>> {
        let hole = |number: &str| self.list.get(number.parse::<usize>().ok()?);
        let piece = |(at, text): (usize, &'t str)| match hole(text) {
            Some(hole) if at % 2 == 1 => Piece::Hole(hole),
            _ => Piece::Characters(text),
        };
        text.split(self.marker).enumerate().map(piece).collect()
    }

    fn joined(&self, text: &str) -> Text {
        Text::join(self.pieces(text).into_iter().map(|piece| match piece {
            Piece::Characters(text) => Part::Literal(text.to_owned()),
            Piece::Hole(hole) => hole.part.clone(),
        }))
    }

    fn text(&self, text: &str, origin: Origin) -> Value {
        if let [Piece::Characters(""), Piece::Hole(hole), Piece::Characters("")] = self.pieces(text).as_slice()
            && !hole.in_string
            && let Part::Value(value) | Part::Json(value) = hole.part
        {
            return value.clone();
        }
        Value::new(Data::Text(self.joined(text)), origin)
    }

    /// A key cannot be unknown, so a hole in it is spelled out; no name that decides anything is spelled so.
    fn key(&self, key: &str) -> String {
        self.joined(key).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Places, Span};
    use crate::value::Input;

    fn open(name: &str) -> Value {
        Value::open(Input::derived(name, Origin::default()), Origin::default())
    }

    fn read(parts: Vec<Part>) -> String {
        parse(&Text::join(parts), &Origin::default()).map_or_else(|(what, _)| what, |value| value.describe())
    }

    #[test]
    fn holes_are_parts_of_strings_or_values_of_their_own() {
        let literal = |text: &str| Part::Literal(text.to_owned());
        let text = vec![
            literal(r#"{"a\"": "x\\"#),
            Part::Value(open("var.x")),
            literal(r#"y", "b": "#),
            Part::Value(open("var.y")),
            literal(r#", "c": [1, true, null], ""#),
            Part::Value(open("var.k")),
            literal(r#"": "#),
            Part::Json(open("var.z")),
            literal("}"),
        ];
        assert_eq!(read(text), r#"{a" = "x\${var.x}y", b = var.y, c = [1, true, null], ${var.k} = var.z}"#);
    }

    #[test]
    fn a_text_that_is_no_json_says_what_and_where() {
        let source = r#"  {"a" 1}"#;
        let text = Text::literal(source.trim_start()).written(Places::of(7, Span::new(FileId(0), 2, 9)));
        let Err((what, origin)) = parse(&text, &Origin::default()) else { panic!("{text} is JSON") };
        assert_eq!(
            (what.as_str(), origin.nearest()),
            ("expected colon after the string or word in object property", Some(Span::new(FileId(0), 7, 8)))
        );
    }

    #[test]
    fn everything_stands_where_it_was_written_or_where_what_holds_it_does() {
        let source = r#"{"a": ["b", ${x}, {"c": "d${y}e"}], "f": "interpolated"}"#;
        let at = |part: &str| {
            let start = source.find(part).unwrap();
            Span::new(FileId(0), start, start + part.len())
        };
        let literal = |part: &str| Text::literal(part).written(Places::of(part.len(), at(part)));
        let hole = |name: &str| Text::join([Part::Value(open(name))]);
        let text = Text::concat(&[
            literal(r#"{"a": ["b", "#),
            hole("x"),
            literal(r#", {"c": "d"#),
            hole("y"),
            literal(r#"e"}], "f": "#),
            Text::literal(r#""known""#),
            Text::literal("}").written(Places::of(1, Span::new(FileId(0), source.len() - 1, source.len()))),
        ]);
        let whole = Origin::expression(Span::new(FileId(1), 0, 9));
        let value = parse(&text, &whole).unwrap();
        let list = value.field("a");
        let [b, _, map] = list.as_list().unwrap() else { panic!("{}", list.describe()) };
        for (value, written) in [
            (&value, source),
            (&list, r#"["b", ${x}, {"c": "d${y}e"}]"#),
            (b, r#""b""#),
            (map, r#"{"c": "d${y}e"}"#),
            (&map.field("c"), r#""d${y}e""#),
            (&value.field("f"), source),
        ] {
            let hops: Vec<Span> = value.origin.hops().map(|hop| hop.span).collect();
            assert_eq!(hops, [at(written), Span::new(FileId(1), 0, 9)], "{}", value.describe());
        }
    }

    #[test]
    fn what_was_encoded_is_not_parsed_again() {
        let value = parse(&Text::join([Part::Json(open("var.x"))]), &Origin::default());
        assert!(matches!(value.map(|value| value.data), Ok(Data::Open(_))));
    }
}
