//! `csvdecode`.

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

/// Whether a quote stands inside a field that does not begin with one: the CSV crate takes it, Terraform does not.
fn stray_quote(text: &str) -> bool {
    let (mut quoted, mut begins) = (false, true);
    for character in text.chars() {
        match character {
            '"' if begins || quoted => quoted = !quoted,
            // The second quote of two inside a quoted field opens it again.
            '"' => return true,
            _ => {}
        }
        begins = !quoted && matches!(character, ',' | '\n' | '"');
    }
    false
}
