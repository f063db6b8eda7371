//! The functions that need nothing but their arguments' values.
//!
//! A function of something unknown is a new unknown, named by its canonical text, unless what it gives is known anyway.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::source::Span;
use crate::value::{
    Data, Domain, Input, Junction, ListKind, Literal, Origin, Part, Reason, Role, Symbol, SymbolSource, Text, Value,
};

use super::evaluator::limited;
use super::text::{MAX_TEXT, TOO_LONG, joined, named, of, parts, size, text};

/// Names of derived values are cut beyond this many bytes.
const MAX_NAME: usize = 4096;

/// What the function `name` gives.
pub fn call(name: &str, argument: &Value, span: Span) -> Value {
    let origin = Origin::expression(span);
    if let Some(blocked) = blocked(&[argument]) {
        return Value::new(blocked.data, origin);
    }
    let short = name.trim_start_matches("Fn::");
    let operands = argument.as_list().unwrap_or_default();
    let result = match (name, operands) {
        ("Fn::Join", [delimiter, items]) => join(delimiter, items, &origin),
        ("Fn::Split", [delimiter, text]) => split(delimiter, text, &origin),
        ("Fn::Select", [index, list]) => select(index, list, span),
        ("Fn::Cidr", [block, count, rest @ ..]) => cidr(block, count, rest.first(), &origin),
        ("Fn::Length", _) => match argument.as_list() {
            Some(items) => Ok(Value::number(items.len(), origin.clone())),
            None if argument.obstacle().is_some() => Ok(derived(short, &[argument], origin.clone())),
            None => Err("Fn::Length needs a list".to_owned()),
        },
        ("Fn::ToJsonString", _) => Ok(to_json(argument, &origin)),
        ("Fn::Base64", _) => Ok(match Literal::of(argument) {
            Some(literal) if literal.as_text().len() > MAX_TEXT => limited(TOO_LONG, origin.clone()),
            Some(literal) => Value::text(STANDARD.encode(literal.as_text()), origin.clone()),
            None => derived(short, &[argument], origin.clone()),
        }),
        // What the account has: its zones, and what it says of the resources that parameters name.
        ("Fn::GetAZs" | "Fn::ValueOf" | "Fn::ValueOfAll", _) => Ok(derived(short, &[argument], origin.clone())),
        ("Fn::ImportValue" | "Fn::GetStackOutput", _) => {
            Ok(named(bounded(format!("{short}({})", argument.describe())), origin.clone()))
        }
        ("Fn::Join" | "Fn::Split" | "Fn::Select" | "Fn::Cidr", _) => Err(format!("{name} has the wrong arguments")),
        _ => {
            let reason = Reason::Unsupported(format!("{name} is not evaluated"));
            let name = bounded(format!("{short}({})", argument.describe()));
            Ok(Value::open(Input::undecidable(name, reason, origin.clone()), origin.clone()))
        }
    };
    result.unwrap_or_else(|message| Value::failed(message, origin))
}

/// The failure or question that keeps a function of these values from giving anything.
pub fn blocked(values: &[&Value]) -> Option<Value> {
    let blocks = |value: &&Value| matches!(value.data, Data::Failed(_) | Data::Pending(_));
    let obstacles: Vec<&Value> = values.iter().filter_map(|value| value.obstacle()).filter(blocks).collect();
    let failed = obstacles.iter().find(|value| matches!(value.data, Data::Failed(_)));
    failed.or(obstacles.first()).map(|value| (*value).clone())
}

/// A function of values that are not known, as a new value of the kind the least known of them has. Functions give something:
/// only `AWS::NoValue` is nothing.
pub fn derived(function: &str, arguments: &[&Value], origin: Origin) -> Value {
    let described: Vec<String> = arguments.iter().map(|argument| argument.describe()).collect();
    let name = bounded(format!("{function}({})", described.join(", ")));
    let open = arguments.iter().filter_map(|argument| argument.obstacle()).find_map(|value| match &value.data {
        Data::Open(input) => Some(input),
        _ => None,
    });
    match open {
        Some(input) => {
            let reason = match &input.reason {
                Reason::NoValue(_) => Reason::Derived,
                // What a missing module decides stays so, whatever is done with it.
                reason => reason.clone(),
            };
            let domain = Domain { never_null: true, ..Domain::default() };
            Value::open(Input { reason, domain, ..Input::derived(name, origin.clone()) }, origin)
        }
        None => Value::opaque(Symbol { source: SymbolSource::Derived(name), attribute: String::new() }, origin),
    }
}

/// What an element of a list can be of which the items are not known.
pub fn domain_of_element(list: &Value) -> Domain {
    match &list.data {
        Data::Open(input) => Domain { never_null: true, ..input.domain.of_element() },
        _ => Domain { never_null: true, ..Domain::default() },
    }
}

/// The same, of which it is known what it can be.
fn within(value: Value, domain: Domain) -> Value {
    let Data::Open(input) = &value.data else { return value };
    Value::open(Input { domain, ..input.as_ref().clone() }, value.origin)
}

/// The same, where it may be `AWS::NoValue` after all.
pub fn or_nothing(value: Value) -> Value {
    let Data::Open(input) = &value.data else { return value };
    let domain = Domain { never_null: false, ..input.domain.clone() };
    within(value, domain)
}

/// A name of bearable length that is still the same for the same expression only.
pub fn bounded(name: String) -> String {
    if name.len() <= MAX_NAME {
        return name;
    }
    let start: String = name.chars().take(80).collect();
    format!("{start}… ({:x})", Sha256::digest(name.as_bytes()))
}

fn join(delimiter: &Value, items: &Value, origin: &Origin) -> Result<Value, String> {
    let (Some(between), Some(list)) = (Literal::of(delimiter), items.as_list()) else {
        // Each part of a list that is put together of several has items.
        if let (Some(_), Some((Junction::List, parts))) = (Literal::of(delimiter), items.parts()) {
            let texts: Result<Vec<Value>, String> = parts.iter().map(|part| join(delimiter, part, origin)).collect();
            return join(delimiter, &Value::list(ListKind::List, texts?, origin.clone()), origin);
        }
        return match items.obstacle().or(delimiter.obstacle()) {
            Some(_) => Ok(within(derived("Join", &[delimiter, items], origin.clone()), domain_of_joined(items))),
            None => Err("Fn::Join needs a text and a list".to_owned()),
        };
    };
    let between = Text::literal(between.as_text());
    let (mut length, mut all) = (0, Vec::new());
    for (at, item) in list.iter().enumerate() {
        if at > 0 {
            all.push(between.clone());
        }
        let text = text(item).map_err(|what| format!("an item of Fn::Join is {what}, not a text"))?;
        length += size(&between) + size(&text);
        if length > MAX_TEXT {
            return Ok(limited(TOO_LONG, origin.clone()));
        }
        all.push(item.origin.nearest().map_or(text.clone(), |place| text.standing_at(place)));
    }
    let origins = list.iter().map(|item| &item.origin);
    Ok(of(Text::concat(&all), origin.clone().made_of(origins)))
}

/// What the items of a list can be together: they are no empty text where none of them is, and there is one.
fn domain_of_joined(items: &Value) -> Domain {
    let never_empty = match &items.data {
        Data::Open(input) => input.domain.never_empty && input.domain.of_element().never_empty,
        _ => false,
    };
    Domain { never_null: true, never_empty, ..Domain::default() }
}

fn split(delimiter: &Value, text: &Value, origin: &Origin) -> Result<Value, String> {
    let unknown = || derived("Split", &[delimiter, text], origin.clone());
    let Some(delimiter) = delimiter.as_str() else {
        return if delimiter.obstacle().is_some() { Ok(unknown()) } else { Err("Fn::Split needs a text".to_owned()) };
    };
    if delimiter.is_empty() {
        return Err("the delimiter of Fn::Split is empty".to_owned());
    }
    let pieces = cut(parts(text).map_err(|what| format!("Fn::Split cannot split {what}"))?, delimiter);
    if !pieces.iter().all(|piece| is_one(piece, delimiter)) {
        return Ok(unknown());
    }
    let origin = origin.clone().made_of([&text.origin]);
    let items = pieces.into_iter().map(|piece| joined(piece, origin.clone())).collect();
    Ok(Value::list(ListKind::List, items, origin))
}

/// What stands between the delimiters that are written out.
fn cut(source: Vec<Part>, delimiter: &str) -> Vec<Vec<Part>> {
    let mut pieces: Vec<Vec<Part>> = vec![Vec::new()];
    for part in source {
        let Part::Literal(literal) = part else {
            pieces.last_mut().into_iter().for_each(|last| last.push(part.clone()));
            continue;
        };
        let mut cut = literal.split(delimiter).map(|piece| Part::Literal(piece.to_owned()));
        // What stands before the first delimiter belongs to the piece that is not finished yet.
        if let Some(last) = pieces.last_mut() {
            last.extend(cut.next());
        }
        pieces.extend(cut.map(|piece| vec![piece]));
    }
    pieces
}

/// Whether a piece certainly holds no further delimiter.
fn is_one(piece: &[Part], delimiter: &str) -> bool {
    piece.iter().all(|part| match part {
        Part::Value(Value { data: Data::Opaque(symbol), .. }) => !may_hold(symbol, delimiter),
        Part::Value(Value { data: Data::Open(input), .. }) => input.domain.values.as_ref().is_some_and(|values| {
            !values.iter().any(|value| value.as_text().contains(|character| delimiter.contains(character)))
        }),
        Part::Json(_) => false,
        Part::Literal(_) | Part::Value(_) => true,
    })
}

/// A text as a parameter takes it that is a list. What may hold a comma stands for any number of items; the others are
/// certain.
pub fn cut_at_commas(text: &Value) -> Value {
    let origin = text.origin.clone();
    let pieces = cut(parts(text).unwrap_or_default(), ",");
    let are_items = pieces.iter().all(|piece| is_one(piece, ","));
    if pieces.len() == 1 && !are_items {
        return text.clone();
    }
    let list = |items| Value::list(ListKind::List, items, origin.clone());
    let item = |piece| joined(trimmed(piece), origin.clone());
    if are_items {
        return list(pieces.into_iter().map(item).collect());
    }
    let comma = Value::text(",", origin.clone());
    let several = |piece| derived("Split", &[&comma, &item(piece)], origin.clone());
    let parts =
        pieces.into_iter().map(|piece| if is_one(&piece, ",") { list(vec![item(piece)]) } else { several(piece) });
    let reason = Reason::Joined(Junction::List, parts.collect::<Vec<_>>().into());
    let name = derived("Split", &[&comma, text], origin.clone()).describe();
    let domain = Domain { never_null: true, never_empty: true, ..Domain::default() };
    Value::open(Input { name, reason, domain, origin: origin.clone() }, origin)
}

/// The piece without the blanks around it.
fn trimmed(mut piece: Vec<Part>) -> Vec<Part> {
    if let Some(Part::Literal(text)) = piece.first_mut() {
        *text = text.trim_start().to_owned();
    }
    if let Some(Part::Literal(text)) = piece.last_mut() {
        *text = text.trim_end().to_owned();
    }
    piece
}

/// Whether what is opaque may hold one of the delimiter's characters. A bucket's name and most pseudo parameters are
/// made of few characters, so that an ARN can be split around them.
fn may_hold(symbol: &Symbol, delimiter: &str) -> bool {
    let holds: fn(char) -> bool = match &symbol.source {
        SymbolSource::Resource(_) | SymbolSource::Import(_) if symbol.attribute == "id" => {
            |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.'
        }
        SymbolSource::Data(_) if symbol.attribute == "account_id" => |c| c.is_ascii_digit(),
        SymbolSource::Data(source) if source.starts_with("data.aws_region") && symbol.attribute == "name" => {
            |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
        }
        SymbolSource::Data(source) if source == "data.aws_partition" => match symbol.attribute.as_str() {
            "partition" => |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
            _ => |c| c.is_ascii_lowercase() || c == '.',
        },
        // What services call their resources.
        SymbolSource::Resource(_) if ["Ref", "Arn"].contains(&symbol.attribute.as_str()) => |c| c != ',',
        // In another stack or unit it has that one's name before its own.
        SymbolSource::Named(name) => match name.rsplit(['.', ' ']).next() {
            Some("AWS::AccountId") => |c| c.is_ascii_digit(),
            Some("AWS::Region" | "AWS::Partition") => |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
            Some("AWS::URLSuffix") => |c| c.is_ascii_lowercase() || c == '.',
            Some("AWS::StackName") => |c| c.is_ascii_alphanumeric() || c == '-',
            _ => |_| true,
        },
        _ => |_| true,
    };
    delimiter.chars().any(holds)
}

fn select(index: &Value, list: &Value, span: Span) -> Result<Value, String> {
    let origin = Origin::expression(span);
    let at: Option<usize> = Literal::of(index).and_then(|index| index.as_text().parse().ok());
    let (Some(index_literal), Some(items)) = (Literal::of(index), list.as_list()) else {
        // `0` and `"0"` are one index.
        let index = &at.map_or_else(|| index.clone(), |at| Value::number(at, index.origin.clone()));
        return match list.obstacle().or(index.obstacle()) {
            Some(_) => Ok(within(derived("Select", &[index, list], origin), domain_of_element(list))),
            None => Err("Fn::Select needs an index and a list".to_owned()),
        };
    };
    match at.and_then(|at| items.get(at)) {
        Some(item) => Ok(item.clone().through(span, Role::Expression)),
        None if index.origin.is_secret() => {
            Err(format!("Fn::Select: the list has {} items and no such one", items.len()))
        }
        None => Err(format!("Fn::Select: the list has {} items and none at {index_literal}", items.len())),
    }
}

/// `Fn::Cidr`: `count` ranges of `bits` host bits each, the first at the block's own address.
fn cidr(block: &Value, count: &Value, bits: Option<&Value>, origin: &Origin) -> Result<Value, String> {
    let operands: Vec<&Value> = [block, count].into_iter().chain(bits).collect();
    let literals: Option<Vec<String>> =
        operands.iter().map(|operand| Literal::of(operand).map(|literal| literal.as_text())).collect();
    let Some(literals) = literals else { return Ok(derived("Cidr", &operands, origin.clone())) };
    let number = |at: usize| literals.get(at).and_then(|text| text.parse::<u32>().ok());
    let ranges =
        literals.first().zip(number(1)).and_then(|(block, count)| ranges(block, count, number(2).unwrap_or(8)));
    let ranges = ranges.ok_or_else(|| format!("Fn::Cidr cannot cut {}", literals.join(", ")))?;
    let items = ranges.into_iter().map(|range| Value::text(range, origin.clone())).collect();
    Ok(Value::list(ListKind::List, items, origin.clone()))
}

fn ranges(block: &str, count: u32, bits: u32) -> Option<Vec<String>> {
    let (address, length) = block.split_once('/')?;
    let (first, width) = match address.parse().ok()? {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128_u32),
    };
    let length: u32 = length.parse().ok()?;
    let prefix = width.checked_sub(bits).filter(|prefix| *prefix >= length && length <= width)?;
    let fits = prefix - length >= 8 || count <= 1 << (prefix - length);
    let range = |at: u32| {
        let start = first.checked_add(u128::from(at).checked_shl(bits)?)?;
        let address = if width == 32 {
            IpAddr::from(u32::try_from(start).ok()?.to_be_bytes())
        } else {
            IpAddr::from(start.to_be_bytes())
        };
        Some(format!("{address}/{prefix}"))
    };
    // AWS cuts at most 256 ranges.
    if fits && (1..=256).contains(&count) { (0..count).map(range).collect() } else { None }
}

/// `Fn::ToJsonString`: the value as JSON, with what is unknown as parts.
fn to_json(value: &Value, origin: &Origin) -> Value {
    let mut parts = Vec::new();
    write_json(value, &mut parts);
    let text = Text::join(parts);
    if size(&text) > MAX_TEXT {
        return limited(TOO_LONG, origin.clone());
    }
    Value::new(Data::Text(text), origin.clone())
}

fn write_json(value: &Value, out: &mut Vec<Part>) {
    let literal = |text: &str| Part::Literal(text.to_owned());
    match &value.data {
        Data::Null | Data::Object(..) => out.push(literal("null")),
        Data::Bool(_) | Data::Number(_) => out.push(Part::Literal(value.describe())),
        Data::Text(text) => {
            out.push(literal("\""));
            out.extend(text.parts().iter().map(|part| match part {
                Part::Literal(text) => Part::Literal(escaped(text)),
                part => part.clone(),
            }));
            out.push(literal("\""));
        }
        Data::List(_, items) => {
            out.push(literal("["));
            for (at, item) in items.iter().enumerate() {
                out.extend((at > 0).then(|| literal(",")));
                write_json(item, out);
            }
            out.push(literal("]"));
        }
        Data::Map(_, entries) => {
            out.push(literal("{"));
            for (at, (key, entry)) in entries.iter().enumerate() {
                out.extend((at > 0).then(|| literal(",")));
                out.push(Part::Literal(format!("\"{}\":", escaped(key))));
                write_json(entry, out);
            }
            out.push(literal("}"));
        }
        Data::Opaque(_) | Data::Open(_) | Data::Pending(_) | Data::Failed(_) => out.push(Part::Json(value.clone())),
    }
}

/// The text between the quotes of a JSON string.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::String(text.to_owned()).to_string();
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}
