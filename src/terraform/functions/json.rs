//! `jsonencode` and `jsondecode`. What is not known stands in the text as a part, and is found again when it is read.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function, limit_bytes, weight};
use super::holes::{Holes, Reading};
use super::yaml::{Tree, read};
use crate::syntax::json;
use crate::terraform::unknown::{self, Outcome};
use crate::value::{Data, Layout, NoNumber, Number, Part, Text, Type, Value, json_of};

pub(super) const FUNCTIONS: &[Function] = &[
    function("jsondecode", &[P::Json], Outcome::Nullable, decode),
    function("jsonencode", &[P::Nullable], Outcome::Set, encode),
];

fn encode(arguments: &Arguments) -> Answer {
    let value = arguments.forced(0);
    limit_bytes(weight(&value))?;
    Ok(Value::new(Data::Text(encoded(&value, arguments)?), arguments.origin()))
}

/// The JSON of a value, keys sorted, without blanks. Each value in it stands where it was written.
pub(super) fn encoded(value: &Value, arguments: &Arguments) -> Result<Text, Trouble> {
    let mut trouble = None;
    value.visit(&mut |part| match &part.data {
        Data::Number(known) if !known.is_finite() => trouble = Some("JSON has no infinity".into()),
        Data::Failed(failure) => trouble = Some(failure.message.clone().into()),
        Data::Object(..) => trouble = Some(Trouble::Unknown),
        _ => {}
    });
    let key = |key: &str| unknown::parts(arguments.call.host.key(key, arguments.origin()));
    trouble.map_or_else(|| Ok(json_of(value, Layout::Sorted, &key)), Err)
}

fn decode(arguments: &Arguments) -> Answer {
    let Data::Text(text) = &arguments.value(0).data else { return Err(Trouble::Unknown) };
    if let [Part::Json(value)] = text.parts() {
        return Ok(read_back(value));
    }
    let holes = Holes::dig(text, Reading::Json).ok_or(Trouble::Unknown)?;
    // Go takes a surrogate without its other half for a character that nobody knows.
    let parsed = json::parse(arguments.call.span.file, &whole_surrogates(&holes.marked.source));
    read(&parsed, &Tree { holes, scalar, arguments }, "JSON")
}

/// The text with halves of surrogate pairs replaced by the character that they become: no more and no less is written.
fn whole_surrogates(json: &str) -> Cow<'_, str> {
    static SURROGATE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u[dD][89a-fA-F]..|\\.").ok());
    let Some(surrogate) = SURROGATE.as_ref() else { return Cow::Borrowed(json) };
    surrogate.replace_all(json, |found: &Captures| {
        let escape = &found[0];
        if escape.len() == 6 { r"\ufffd".to_owned() } else { escape.to_owned() }
    })
}

/// What was written as JSON, as it is read: a collection has lost its type, and is a tuple or an object; and so has null, so
/// that what may be null is not the same as what it was.
pub(super) fn read_back(value: &Value) -> Value {
    let is_scalar = matches!(value.said_type(), Type::Bool | Type::Number | Type::String);
    let may_be_null = matches!(&value.data, Data::Open(input) if !input.domain.never_null);
    Value { ty: value.ty.clone().filter(|_| is_scalar && !may_be_null), ..value.clone() }
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
