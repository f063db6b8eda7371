//! `format` and `formatlist`: the text, its verbs and its arguments. How a verb writes a value is in [`super::verbs`].

use std::borrow::Cow;

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function, limit_bytes, weight};
use super::parameters::may_have_fraction;
use super::verbs::{self, Verb};
use crate::terraform::types::{Type, of};
use crate::terraform::unknown::{Outcome, element_of, is_identifier, text};
use crate::value::{Data, ListKind, Literal, Number, Part, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("format", &[P::Text], Outcome::Set, format).variadic(P::Nullable),
    function("formatlist", &[P::Text], Outcome::Open, format_list).variadic(P::Nullable),
];

/// A piece of a format: characters, or a verb with the argument it writes.
enum Piece {
    Literal(String),
    Verb(Verb, usize),
}

fn format(arguments: &Arguments) -> Answer {
    let pieces = parse(arguments.text(0)?, arguments.values.len() - 1)?;
    write(&pieces, arguments.rest(1), arguments)
}

fn format_list(arguments: &Arguments) -> Answer {
    let format = arguments.text(0)?;
    let lists = arguments.rest(1).iter().map(|value| arguments.without_equals(value));
    let lists: Vec<Cow<Value>> = lists.collect::<Result<_, _>>()?;
    let mut length = None;
    let mut may_be_longer = false;
    for value in &lists {
        match &value.data {
            Data::List(_, items) => match length {
                Some(other) if other != items.len() => return Err("the lists must have the same length".into()),
                _ => length = Some(items.len()),
            },
            Data::Pending(_) => return Err(Trouble::Unknown),
            // What is not known may be a list, of the same length as those that are.
            Data::Opaque(_) | Data::Open(_) => may_be_longer |= !is_identifier(value),
            _ => {}
        }
    }
    if may_be_longer && length.is_none() {
        return Err(Trouble::Unknown);
    }
    // Where nothing is written, nobody looks at the format.
    let pieces = if length == Some(0) { Vec::new() } else { parse(format, lists.len())? };
    let rows = (0..length.unwrap_or(1)).map(|row| {
        let values: Vec<Value> = lists.iter().map(|value| in_row(value, row, arguments)).collect();
        write(&pieces, &values, arguments)
    });
    Ok(Value::list(ListKind::List, rows.collect::<Result<_, _>>()?, arguments.origin()))
}

/// What stands for an argument in a row: a list's element, or anything else itself.
fn in_row(value: &Value, row: usize, arguments: &Arguments) -> Value {
    match &value.data {
        Data::List(_, items) => items.get(row).unwrap_or(value).clone(),
        Data::Opaque(_) | Data::Open(_) if !is_identifier(value) => {
            element_of(value, &Literal::Number(Number::from(row)), arguments.world(), arguments.origin())
        }
        _ => value.clone(),
    }
}

fn write(pieces: &[Piece], values: &[Value], arguments: &Arguments) -> Answer {
    let mut parts = Vec::new();
    let mut bytes = 0;
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => parts.push(Part::Literal(literal.clone())),
            Piece::Verb(verb, index) => {
                let value = values.get(*index).ok_or(Trouble::Unknown)?;
                bytes += weight(value);
                limit_bytes(bytes)?;
                parts.extend(verbs::write(verb, value, arguments)?);
            }
        }
    }
    Ok(text(parts, arguments.origin()))
}

/// The values that the verbs of `format` or `formatlist` write as one of a type, which must not be null.
pub(super) fn written<'v>(name: &str, arguments: &'v [Value]) -> Vec<(&'v Value, Type)> {
    let Some((format, values)) = arguments.split_first().filter(|_| is_format(name)) else { return Vec::new() };
    let pieces = format.as_str().and_then(|format| parse(format, values.len()).ok()).unwrap_or_default();
    let mut written = Vec::new();
    for piece in &pieces {
        let Piece::Verb(verb, at) = piece else { continue };
        let (Some(value), Some(ty)) = (values.get(*at), verb.writes()) else { continue };
        match &value.data {
            Data::List(_, items) if name == "formatlist" => written.extend(items.iter().map(|item| (item, ty.clone()))),
            Data::Open(_) if name == "formatlist" && of(value).may_be_list() => written.push((value, Type::list(ty))),
            _ => written.push((value, ty)),
        }
    }
    written
}

/// Whether what is open in the arguments decides if they fit each other: the verbs, some of which write whole numbers only,
/// and the lengths of lists.
pub(super) fn may_mismatch(name: &str, arguments: &[Value]) -> bool {
    let Some((format, values)) = arguments.split_first().filter(|_| is_format(name)) else { return false };
    let verbs = format.as_str().and_then(|format| parse(format, values.len()).ok()).unwrap_or_default();
    let is_fraction = |piece: &Piece| match piece {
        Piece::Verb(verb, at) => verb.is_of_whole() && values.get(*at).is_some_and(may_have_fraction),
        Piece::Literal(_) => false,
    };
    if verbs.iter().any(is_fraction) {
        return true;
    }
    let lists = values.iter().filter(|value| name == "formatlist" && of(value).may_be_list());
    let is_open = |value: &Value| matches!(value.data, Data::Open(_));
    format.obstacle().is_some_and(is_open) || (lists.clone().count() > 1 && lists.clone().any(is_open))
}

fn is_format(name: &str) -> bool {
    matches!(name, "format" | "formatlist")
}

/// The pieces of a format for so many arguments.
fn parse(format: &str, count: usize) -> Result<Vec<Piece>, Trouble> {
    let mut pieces = Vec::new();
    let mut rest = format;
    let (mut next, mut highest) = (0, 0);
    while let Some((literal, behind)) = rest.split_once('%') {
        pieces.push(Piece::Literal(literal.to_owned()));
        if let Some(behind) = behind.strip_prefix('%') {
            pieces.push(Piece::Literal("%".to_owned()));
            rest = behind;
            continue;
        }
        let (verb, index, behind) = Verb::parse(behind)?;
        let index = index.unwrap_or(next);
        if index >= count {
            return Err(format!("there is no argument {} for %{}", index + 1, verb.letter).into());
        }
        next = index + 1;
        highest = highest.max(next);
        pieces.push(Piece::Verb(verb, index));
        rest = behind;
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    if highest < count {
        return Err(format!("{count} arguments are given, {highest} are used").into());
    }
    Ok(pieces)
}
