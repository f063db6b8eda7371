//! JSON text with holes, as a value: `{"AWS": "${var.principal}"}` and whatever `jsonencode` wrote inside it.

use std::ops::Range;

use indexmap::IndexMap;

use crate::source::FileId;
use crate::syntax::{Node, NodeKind, ProblemSeverity, Scalar, Style, json};
use crate::value::{Data, ListKind, MapKind, Marked, Number, Origin, Part, Text, Value};

/// The value that JSON `text` stands for. Everything in it stands where it was written, as far as that is known, and where
/// what holds it does otherwise; what was encoded as JSON keeps its own places.
///
/// # Errors
/// What is wrong with the text and where, when it is no JSON.
pub(super) fn parse(text: &Text, origin: &Origin) -> Result<Value, (String, Origin)> {
    if let [Part::Json(value)] = text.parts() {
        return Ok(value.clone());
    }
    let Some(marked) = Marked::of(text, |_, in_string, _| Some(if in_string { "" } else { "\"" })) else {
        return Err(("it holds private-use characters".to_owned(), origin.clone()));
    };
    let parsed = json::parse(FileId(0), &marked.source);
    let holes = Holes { marked, origin };
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

/// What is needed to put the holes back.
struct Holes<'a> {
    marked: Marked<'a>,
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
        Some(self.origin.within(self.marked.place(range)?))
    }

    fn scalar(&self, scalar: &Scalar, origin: Origin) -> Value {
        match (scalar.style, scalar.text.as_str()) {
            (Style::Quoted, text) => self.text(text, origin),
            (Style::Plain, "null") => Value::null(origin),
            (Style::Plain, "true") => Value::bool(true, origin),
            (Style::Plain, "false") => Value::bool(false, origin),
            (Style::Plain, number) => match Number::parse(number) {
                Ok(number) => Value::number(number, origin),
                Err(_) => Value::text(number, origin),
            },
        }
    }

    fn text(&self, text: &str, origin: Origin) -> Value {
        if let Some(hole) = self.marked.alone(text)
            && let Part::Value(value) | Part::Json(value) = hole.part
        {
            return value.clone();
        }
        Value::new(Data::Text(Text::join(self.marked.parts(text))), origin)
    }

    /// A key cannot be unknown, so a hole in it is spelled out; no name that decides anything is spelled so.
    fn key(&self, key: &str) -> String {
        Text::join(self.marked.parts(key)).to_string()
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
