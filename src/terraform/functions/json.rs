//! `jsonencode` and `jsondecode`. What is not known stands in the text as a part, and is found again when it is read.

use std::fmt::Write as _;

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function, limit_bytes, weight};
use super::holes::{Holes, Reading};
use super::yaml::{Tree, read};
use crate::source::{Places, Span};
use crate::syntax::json;
use crate::terraform::unknown::{self, Outcome};
use crate::value::{Data, NoNumber, Number, Part, Text, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("jsondecode", &[P::Text], Outcome::Open, decode),
    function("jsonencode", &[P::Nullable], Outcome::Set, encode),
];

fn encode(arguments: &Arguments) -> Answer {
    let value = arguments.forced(0);
    limit_bytes(weight(&value))?;
    Ok(Value::new(Data::Text(encoded(&value, arguments)?), arguments.origin()))
}

/// The JSON of a value, keys sorted, without blanks. Each value in it stands where it was written.
pub(super) fn encoded(value: &Value, arguments: &Arguments) -> Result<Text, Trouble> {
    let mut json = Json::default();
    json.value(value, arguments)?;
    Ok(Text::join(json.parts).written(Places::of_bytes(json.places)))
}

/// JSON while it is written.
#[derive(Default)]
struct Json {
    parts: Vec<Part>,
    /// How many bytes are written.
    bytes: usize,
    /// Where values begin, and where they were written.
    places: Vec<(usize, Span)>,
}

impl Json {
    fn value(&mut self, value: &Value, arguments: &Arguments) -> Result<(), Trouble> {
        self.places.extend(value.origin.nearest().map(|place| (self.bytes, place)));
        match &value.data {
            Data::Null => self.push("null"),
            Data::Bool(known) => self.push(known.to_string()),
            Data::Number(known) if !known.is_finite() => return Err("JSON has no infinity".into()),
            Data::Number(known) => self.push(known.to_string()),
            Data::Text(known) => self.text(known.parts()),
            Data::List(_, items) => {
                self.push("[");
                for (index, item) in items.iter().enumerate() {
                    self.push(if index > 0 { "," } else { "" });
                    self.value(item, arguments)?;
                }
                self.push("]");
            }
            Data::Map(_, entries) => {
                let mut entries: Vec<_> = entries.iter().collect();
                entries.sort_by_key(|(key, _)| *key);
                self.push("{");
                for (index, (key, entry)) in entries.into_iter().enumerate() {
                    self.push(if index > 0 { "," } else { "" });
                    self.text(&unknown::parts(arguments.call.host.key(key, arguments.origin())));
                    self.push(":");
                    self.value(entry, arguments)?;
                }
                self.push("}");
            }
            Data::Opaque(_) | Data::Open(_) | Data::Pending(_) => {
                // What has no byte has no place but its own.
                self.places.pop();
                self.parts.push(Part::Json(value.clone()));
            }
            Data::Failed(failure) => return Err(failure.message.clone().into()),
            Data::Object(_) => return Err(Trouble::Unknown),
        }
        Ok(())
    }

    /// A text in quotes, its unknown parts as they are.
    fn text(&mut self, text: &[Part]) {
        self.push("\"");
        for part in text {
            match part {
                Part::Literal(text) => self.push(escape(text)),
                other => self.parts.push(other.clone()),
            }
        }
        self.push("\"");
    }

    fn push(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.bytes += text.len();
        self.parts.push(Part::Literal(text));
    }
}

/// A text inside JSON's quotes, escaped as Terraform does: `<`, `>` and `&` too, so that HTML may hold it.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            '\u{8}' => escaped.push_str("\\b"),
            '\u{c}' => escaped.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                _ = write!(escaped, "\\u{:04x}", u32::from(character));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

fn decode(arguments: &Arguments) -> Answer {
    let Data::Text(text) = &arguments.value(0).data else { return Err(Trouble::Unknown) };
    if let [Part::Json(value)] = text.parts() {
        return Ok(value.clone());
    }
    let holes = Holes::dig(text, Reading::Json).ok_or(Trouble::Unknown)?;
    let parsed = json::parse(arguments.call.span.file, &holes.marked.source);
    read(&parsed, &Tree { holes, scalar, arguments }, "JSON")
}

fn scalar(text: &str, arguments: &Arguments) -> Answer {
    Ok(match text {
        "null" => Value::null(arguments.origin()),
        "true" => Value::bool(true, arguments.origin()),
        "false" => Value::bool(false, arguments.origin()),
        number => match Number::parse(number) {
            Ok(number) => Value::number(number, arguments.origin()),
            Err(NoNumber::Undefined) => return Err(format!("{number} is not a number that can be used").into()),
            Err(NoNumber::TooLarge) => return Err(Trouble::Limit("the number is too large".to_owned())),
        },
    })
}
