//! `jsonencode` and `jsondecode`. What is not known stands in the text as a part, and is found again when it is read.

use std::fmt::Write as _;

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function, limit_bytes, weight};
use super::holes::{Holes, Reading};
use super::yaml::{Tree, read};
use crate::syntax::json;
use crate::terraform::unknown::{self, Outcome};
use crate::value::{Data, Number, Part, Text, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("jsondecode", &[P::Text], Outcome::Open, decode),
    function("jsonencode", &[P::Nullable], Outcome::Set, encode),
];

fn encode(arguments: &Arguments) -> Answer {
    let mut parts = Vec::new();
    let value = arguments.forced(0);
    limit_bytes(weight(&value))?;
    write(&value, arguments, &mut parts)?;
    Ok(Value::new(Data::Text(Text::join(parts)), arguments.origin()))
}

/// The JSON of a value, keys sorted, without blanks.
pub(super) fn write(value: &Value, arguments: &Arguments, parts: &mut Vec<Part>) -> Result<(), Trouble> {
    match &value.data {
        Data::Null => parts.push(Part::Literal("null".to_owned())),
        Data::Bool(known) => parts.push(Part::Literal(known.to_string())),
        Data::Number(known) => parts.push(Part::Literal(known.to_string())),
        Data::Text(known) => {
            write_text(known.parts(), parts);
        }
        Data::List(_, items) => {
            parts.push(Part::Literal("[".to_owned()));
            for (index, item) in items.iter().enumerate() {
                parts.push(Part::Literal(if index > 0 { "," } else { "" }.to_owned()));
                write(item, arguments, parts)?;
            }
            parts.push(Part::Literal("]".to_owned()));
        }
        Data::Map(_, entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            parts.push(Part::Literal("{".to_owned()));
            for (index, (key, entry)) in entries.into_iter().enumerate() {
                parts.push(Part::Literal(if index > 0 { "," } else { "" }.to_owned()));
                write_text(&unknown::parts(arguments.call.host.key(key, arguments.origin())), parts);
                parts.push(Part::Literal(":".to_owned()));
                write(entry, arguments, parts)?;
            }
            parts.push(Part::Literal("}".to_owned()));
        }
        Data::Opaque(_) | Data::Open(_) | Data::Pending(_) => parts.push(Part::Json(value.clone())),
        Data::Failed(failure) => return Err(failure.message.clone().into()),
        Data::Object(_) => return Err(Trouble::Unknown),
    }
    Ok(())
}

/// A text in quotes, its unknown parts as they are.
fn write_text(text: &[Part], parts: &mut Vec<Part>) {
    parts.push(Part::Literal("\"".to_owned()));
    parts.extend(text.iter().map(|part| match part {
        Part::Literal(text) => Part::Literal(escape(text)),
        other => other.clone(),
    }));
    parts.push(Part::Literal("\"".to_owned()));
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
    let (source, holes) = Holes::dig(text, Reading::Json).ok_or(Trouble::Unknown)?;
    let parsed = json::parse(arguments.call.span.file, &source);
    read(&parsed, &Tree { holes, scalar, arguments }, "JSON")
}

fn scalar(text: &str, arguments: &Arguments) -> Answer {
    Ok(match text {
        "null" => Value::null(arguments.origin()),
        "true" => Value::bool(true, arguments.origin()),
        "false" => Value::bool(false, arguments.origin()),
        number => {
            let number = Number::parse(number).ok_or_else(|| format!("{number} is not a number that can be used"))?;
            Value::number(number, arguments.origin())
        }
    })
}
