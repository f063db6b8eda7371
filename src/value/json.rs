//! JSON as text, as the tools write it in Go. What is not known stands in it as a part.

use std::fmt::Write as _;

use super::{Data, Part, Text, Type, Value};
use crate::source::{Places, Span};

/// How JSON is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Without blanks, keys in lexical order.
    Sorted,
    /// Without blanks, keys in the order they have.
    Minified,
    /// An element a line, keys in the order they have.
    Indented,
}

/// The JSON of a value. Each value in it stands where it was written. `key` gives the text that a key stands for.
#[must_use]
pub fn json_of(value: &Value, layout: Layout, key: &dyn Fn(&str) -> Vec<Part>) -> Text {
    let mut json = Json { parts: Vec::new(), bytes: 0, places: Vec::new(), layout, key };
    json.value(value, 0);
    Text::join(json.parts).written(Places::of_bytes(json.places))
}

/// A value that is not known as a part of a text, which stands there as JSON.
#[must_use]
pub fn written_as_json(value: &Value) -> Part {
    Part::Json(untyped(value))
}

/// A value that is not known, as JSON has it: there are no lists, sets and maps of one type, and a set is written in its own
/// order.
fn untyped(value: &Value) -> Value {
    let data = match &value.data {
        Data::Open(input) => Data::Open(input.itself()),
        other => other.clone(),
    };
    Value { awaited: value.awaited.clone(), ..Value::new(data, value.origin.clone()) }
        .typed(&written_as(value.said_type()))
}

/// The canonical text of a value that is encoded, with the types that tell what is written: of the number 1 another text than
/// of the text "1".
#[must_use]
pub fn encoded_name(value: &Value) -> String {
    match (&value.data, value.said_type()) {
        (Data::List(_, items), _) => {
            format!("[{}]", items.iter().map(encoded_name).collect::<Vec<_>>().join(", "))
        }
        (Data::Map(_, entries), _) => {
            let entry = |(key, entry): (&String, &Value)| format!("{key} = {}", encoded_name(entry));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        (Data::Open(_) | Data::Opaque(_), ty) if !matches!(ty, Type::Any | Type::String) => {
            format!("{} as {ty}", value.describe())
        }
        _ => value.describe(),
    }
}

/// The type of what JSON makes of a value: of each collection of elements a list, and of each scalar what it is.
fn written_as(ty: &Type) -> Type {
    match ty {
        Type::List(element) | Type::Set(element) => Type::list(written_as(element)),
        Type::Map(element) => Type::map(written_as(element)),
        Type::Tuple(_) | Type::Object(_) => Type::Any,
        Type::Any | Type::Bool | Type::Number | Type::String => ty.clone(),
    }
}

/// JSON while it is written.
struct Json<'k> {
    parts: Vec<Part>,
    /// How many bytes are written.
    bytes: usize,
    /// Where values begin, and where they were written.
    places: Vec<(usize, Span)>,
    layout: Layout,
    key: &'k dyn Fn(&str) -> Vec<Part>,
}

impl Json<'_> {
    fn value(&mut self, value: &Value, depth: usize) {
        let before = self.places.len();
        self.places.extend(value.origin.nearest().map(|place| (self.bytes, place)));
        match &value.data {
            Data::Null => self.push("null"),
            Data::Bool(known) => self.push(known.to_string()),
            Data::Number(known) => self.push(known.to_string()),
            Data::Text(known) => self.text(known.parts()),
            Data::List(_, items) => self.entries(["[", "]"], items.iter().map(|item| (None, item)), depth),
            Data::Map(_, entries) => {
                let mut entries: Vec<_> = entries.iter().map(|(key, entry)| (Some(key.as_str()), entry)).collect();
                if self.layout == Layout::Sorted {
                    entries.sort_by_key(|(key, _)| *key);
                }
                self.entries(["{", "}"], entries.into_iter(), depth);
            }
            Data::Opaque(_) | Data::Open(_) | Data::Pending(_) | Data::Failed(_) | Data::Object(..) => {
                // What has no byte has no place but its own.
                self.places.truncate(before);
                self.parts.push(written_as_json(value));
            }
        }
    }

    fn entries<'v>(
        &mut self,
        [open, close]: [&str; 2],
        entries: impl Iterator<Item = (Option<&'v str>, &'v Value)>,
        depth: usize,
    ) {
        self.push(open);
        let mut is_empty = true;
        for (key, entry) in entries {
            self.push(if is_empty { "" } else { "," });
            is_empty = false;
            self.line(depth + 1);
            if let Some(key) = key {
                self.text(&(self.key)(key));
                self.push(if self.layout == Layout::Indented { ": " } else { ":" });
            }
            self.value(entry, depth + 1);
        }
        if !is_empty {
            self.line(depth);
        }
        self.push(close);
    }

    fn line(&mut self, depth: usize) {
        if self.layout == Layout::Indented {
            self.push(format!("\n{}", "  ".repeat(depth)));
        }
    }

    /// A text in quotes, its unknown parts as they are.
    fn text(&mut self, text: &[Part]) {
        self.push("\"");
        for part in text {
            match part {
                Part::Literal(text) => self.push(json_escaped(text)),
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

/// A text inside JSON's quotes, escaped as Go does: `<`, `>` and `&` too, so that HTML may hold it.
#[must_use]
pub fn json_escaped(text: &str) -> String {
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
