//! `jsonencode` and `jsondecode`. What is not known stands in the text as a part, and is found again when it is read.

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function};
use super::holes::{Holes, Reading};
use super::yaml::{Tree, read};
use crate::syntax::json;
use crate::terraform::unknown::Outcome;
use crate::value::{Data, Number, Part, Text, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("jsondecode", &[P::Text], Outcome::Open, decode),
    function("jsonencode", &[P::Nullable], Outcome::Set, encode),
];

fn encode(arguments: &Arguments) -> Answer {
    let mut parts = Vec::new();
    write(&arguments.forced(0), &mut parts)?;
    Ok(Value::new(Data::Text(Text::join(parts)), arguments.origin()))
}

/// The JSON of a value, keys sorted, without blanks.
pub(super) fn write(value: &Value, parts: &mut Vec<Part>) -> Result<(), Trouble> {
    match &value.data {
        Data::Null => parts.push(Part::Literal("null".to_owned())),
        Data::Bool(known) => parts.push(Part::Literal(known.to_string())),
        Data::Number(known) => parts.push(Part::Literal(known.to_string())),
        Data::Text(known) => {
            parts.push(Part::Literal("\"".to_owned()));
            parts.extend(known.parts().iter().map(|part| match part {
                Part::Literal(text) => Part::Literal(escape(text)),
                other => other.clone(),
            }));
            parts.push(Part::Literal("\"".to_owned()));
        }
        Data::List(_, items) => {
            parts.push(Part::Literal("[".to_owned()));
            for (index, item) in items.iter().enumerate() {
                parts.push(Part::Literal(if index > 0 { "," } else { "" }.to_owned()));
                write(item, parts)?;
            }
            parts.push(Part::Literal("]".to_owned()));
        }
        Data::Map(_, entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            parts.push(Part::Literal("{".to_owned()));
            for (index, (key, entry)) in entries.into_iter().enumerate() {
                let comma = if index > 0 { "," } else { "" };
                parts.push(Part::Literal(format!("{comma}\"{}\":", escape(key))));
                write(entry, parts)?;
            }
            parts.push(Part::Literal("}".to_owned()));
        }
        Data::Opaque(_) | Data::Open(_) | Data::Pending(_) => parts.push(Part::Json(value.clone())),
        Data::Failed(failure) => return Err(failure.message.clone().into()),
        Data::Object(_) => return Err(Trouble::Unknown),
    }
    Ok(())
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
                escaped.push_str(&format!("\\u{:04x}", u32::from(character)));
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
