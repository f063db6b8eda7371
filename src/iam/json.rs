//! JSON text with holes, as a value: `{"AWS": "${var.principal}"}` and whatever `jsonencode` wrote inside it.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::value::{Data, ListKind, MapKind, Number, Origin, Part, Text, Value};

/// A hole while the text around it is parsed.
struct Hole<'a> {
    part: &'a Part,
    /// Whether it stands inside of a JSON string, and is a part of it, or is a JSON value of its own.
    in_string: bool,
}

/// The value that JSON `text` stands for. Everything in it comes from where the text does, except what was encoded
/// as JSON, which keeps its own places.
///
/// # Errors
/// What is wrong with the text, when it is no JSON.
pub(super) fn parse(text: &Text, origin: &Origin) -> Result<Value, String> {
    if let [Part::Json(value)] = text.parts() {
        return Ok(value.clone());
    }
    let Some(marker) = marker(text) else { return Err("it holds private-use characters".to_owned()) };
    let (source, holes) = with_markers(text, marker);
    let json: Json = serde_json::from_str(source.trim_start_matches('\u{feff}')).map_err(|error| error.to_string())?;
    Ok(Holes { marker, list: holes, origin }.fill(json))
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
            source.extend([quote, &format!("{marker}{}{marker}", holes.len()), quote]);
            holes.push(Hole { part, in_string });
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
    origin: &'a Origin,
}

impl Holes<'_> {
    fn fill(&self, json: Json) -> Value {
        let origin = self.origin.clone();
        match json {
            Json::Null => Value::null(origin),
            Json::Bool(value) => Value::bool(value, origin),
            Json::Number(number) => match Number::parse(&number.to_string()) {
                Some(number) => Value::number(number, origin),
                None => Value::text(number.to_string(), origin),
            },
            Json::String(text) => self.text(&text),
            Json::Array(items) => {
                Value::list(ListKind::Tuple, items.into_iter().map(|item| self.fill(item)).collect(), origin)
            }
            Json::Object(entries) => {
                let entries: IndexMap<String, Value> =
                    entries.into_iter().map(|(key, value)| (self.key(&key), self.fill(value))).collect();
                Value::map(MapKind::Object, entries, origin)
            }
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

    fn text(&self, text: &str) -> Value {
        if let [Piece::Characters(""), Piece::Hole(hole), Piece::Characters("")] = self.pieces(text).as_slice()
            && !hole.in_string
            && let Part::Value(value) | Part::Json(value) = hole.part
        {
            return value.clone();
        }
        Value::new(Data::Text(self.joined(text)), self.origin.clone())
    }

    /// A key cannot be unknown, so a hole in it is spelled out; no name that decides anything is spelled so.
    fn key(&self, key: &str) -> String {
        self.joined(key).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Input;

    fn open(name: &str) -> Value {
        Value::open(Input::derived(name, Origin::default()), Origin::default())
    }

    fn read(parts: Vec<Part>) -> String {
        parse(&Text::join(parts), &Origin::default()).map_or_else(|error| error, |value| value.describe())
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
    fn a_text_that_is_no_json_says_where() {
        let error = read(vec![Part::Literal("{".to_owned())]);
        assert!(error.contains("line 1"), "{error}");
    }

    #[test]
    fn what_was_encoded_is_not_parsed_again() {
        let value = parse(&Text::join([Part::Json(open("var.x"))]), &Origin::default());
        assert!(matches!(value.map(|value| value.data), Ok(Data::Open(_))));
    }
}
