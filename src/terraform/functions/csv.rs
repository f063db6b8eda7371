//! `csvdecode`.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord};
use indexmap::IndexMap;

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function};
use crate::terraform::unknown::Outcome;
use crate::value::{Attribute, ListKind, MapKind, Type, Value};

pub(super) const FUNCTIONS: &[Function] = &[function("csvdecode", &[P::Text], Outcome::Open, decode)];

fn decode(arguments: &Arguments) -> Answer {
    let text = arguments.text(0)?;
    if stray_quote(text) {
        return Err("a quote stands inside a field that is not quoted".into());
    }
    // The crate takes a mark of byte order away; to Go it is a part of the first name.
    let text = if text.starts_with('\u{feff}') { Cow::Owned(format!("\u{feff}{text}")) } else { Cow::Borrowed(text) };
    let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
    let refused = |error: csv::Error| Trouble::Refused(format!("this is no CSV: {error}"));
    let names = reader.headers().map_err(refused)?.clone();
    if names.is_empty() {
        return Err("the header line is missing".into());
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        rows.push(row(&names, &record.map_err(refused)?, arguments)?);
    }
    let fields = names.iter().map(|name| (name.to_owned(), Attribute::required(Type::String))).collect();
    Ok(Value::list(ListKind::List, rows, arguments.origin()).typed(&Type::list(Type::Object(fields))))
}

fn row(names: &StringRecord, record: &StringRecord, arguments: &Arguments) -> Answer {
    let mut row = IndexMap::new();
    for (name, field) in names.iter().zip(record) {
        if row.insert(name.to_owned(), Value::text(field, arguments.origin())).is_some() {
            return Err(format!("there are two columns {name}").into());
        }
    }
    Ok(Value::map(MapKind::Object, row, arguments.origin()))
}

/// Whether a quote stands inside a field that does not begin with one, something other than a comma or the end of the line
/// behind the quotes of a field, or nothing where they should end: the CSV crate takes it, Terraform does not.
fn stray_quote(text: &str) -> bool {
    /// What lies before the next character.
    #[derive(Clone, Copy, PartialEq)]
    enum Place {
        Beginning,
        Bare,
        Quoted,
        /// Behind the second quote, which may be the first of two that stand for one.
        Closed,
    }
    let lines = text.replace("\r\n", "\n");
    let mut place = Place::Beginning;
    for character in lines.strip_suffix('\r').unwrap_or(&lines).chars() {
        place = match (place, character) {
            (Place::Quoted, '"') => Place::Closed,
            (Place::Beginning | Place::Closed, '"') | (Place::Quoted, _) => Place::Quoted,
            (_, ',' | '\n') => Place::Beginning,
            (Place::Bare, '"') | (Place::Closed, _) => return true,
            (Place::Beginning | Place::Bare, _) => Place::Bare,
        };
    }
    place == Place::Quoted
}
