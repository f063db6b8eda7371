//! `==`: what is certainly the same, what certainly is not, and the question that decides the rest. And what is left
//! of values of which some are the same.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;

use super::logic::{all, not};
use super::order::{has_any, length_is, length_of};
use crate::model::policy_document::written_out;
use crate::terraform::joined::count;
use crate::terraform::types::{Type, of};
use crate::terraform::unknown::{as_text, is_identifier, may_have_unknown_keys, text, whether};
use crate::value::{
    Ask, Data, Domain, Input, ListKind, Literal, MapKind, Mirrored, Number, Origin, Part, Parting, Question,
    SymbolSource, Text, Value, World,
};

/// The values without those that equal one before them. Two opaque ones of which nobody can tell stay two.
///
/// # Errors
/// What waits for the answer whether an input makes two of them equal.
pub fn once_each(items: &[Value], world: &World, origin: &Origin) -> Result<Vec<Value>, Value> {
    let (mut kept, mut literals, mut unknown) = (Vec::<Value>::new(), HashSet::new(), Vec::<Value>::new());
    for item in items {
        let literal = Literal::of(item);
        if literal.clone().is_some_and(|literal| !literals.insert(literal)) {
            continue;
        }
        // A literal can be the same as nothing before it but what is not known.
        let before = if literal.is_some() { &unknown } else { &kept };
        let mut is_new = true;
        for other in before {
            match equal(other, item, world, origin.clone()) {
                same if same.as_bool() == Some(true) => is_new = false,
                undecided if undecided.as_bool().is_none() && (is_decided(other) || is_decided(item)) => {
                    return Err(undecided);
                }
                _ => {}
            }
        }
        if is_new {
            unknown.extend(literal.is_none().then(|| item.clone()));
            kept.push(item.clone());
        }
    }
    Ok(kept)
}

/// The collection; a set without the elements that inputs make equal.
///
/// # Errors
/// What waits for the answer whether an input makes two of them equal.
pub fn without_equals<'v>(collection: &'v Value, world: &World, origin: &Origin) -> Result<Cow<'v, Value>, Value> {
    match &collection.data {
        Data::List(ListKind::Set, items) if is_decided(collection) => {
            let kept = once_each(items, world, origin)?;
            Ok(Cow::Owned(Value::list(ListKind::Set, kept, collection.origin.clone()).typed(collection.said_type())))
        }
        _ => Ok(Cow::Borrowed(collection)),
    }
}

/// Whether an input decides the value, or a part of it.
#[must_use]
pub fn is_decided(value: &Value) -> bool {
    value.obstacle().is_some_and(|obstacle| matches!(obstacle.data, Data::Open(_) | Data::Pending(_)))
}

/// `left == right`: a boolean, or pending on the question that decides it. Equality does not convert, so the text
/// "true" is not the boolean, and a list is not a tuple.
#[must_use]
pub fn equal(left: &Value, right: &Value, world: &World, origin: Origin) -> Value {
    let known = |equal: bool| Value::bool(equal, origin.clone());
    match (&left.data, &right.data) {
        (Data::Failed(_), _) => left.clone(),
        (_, Data::Failed(_)) => right.clone(),
        (Data::Pending(_), _) => left.clone().unsaid(),
        (_, Data::Pending(_)) => right.clone().unsaid(),
        (Data::Open(input), _) => open(input, left, right, world, origin),
        (_, Data::Open(input)) => open(input, right, left, world, origin),
        (Data::Opaque(_), Data::Null) if may_be_null(left) => null(left, world, origin),
        (Data::Null, Data::Opaque(_)) if may_be_null(right) => null(right, world, origin),
        (Data::Null, _) | (_, Data::Null) => known(left.is_null() && right.is_null()),
        (Data::Opaque(one), Data::Opaque(other)) if one == other && !of(left).excludes(&of(right)) => {
            converted(left, right, world, origin)
        }
        (Data::Opaque(_), _) => opaque(left, right, world, origin),
        (_, Data::Opaque(_)) => opaque(right, left, world, origin),
        (Data::List(..), Data::List(..)) | (Data::Map(..), Data::Map(..))
            if left.is_perhaps_converted() || right.is_perhaps_converted() =>
        {
            perhaps_converted(left, right, world, origin)
        }
        (Data::Text(one), Data::Text(other)) => texts(one, other, world, origin),
        (Data::List(kind, one), Data::List(other_kind, other)) => {
            if kind != other_kind {
                return known(false);
            }
            if one.is_empty() && other.is_empty() {
                return known(of(left) == of(right));
            }
            if *kind == ListKind::Set && (left.obstacle().is_some() || right.obstacle().is_some()) {
                return if left == right { known(true) } else { unknown(left, right, world, origin) };
            }
            lists(one, other, world, origin)
        }
        (Data::Map(_, one), Data::Map(_, other)) if one.is_empty() && other.is_empty() => known(of(left) == of(right)),
        (Data::Map(kind, _), Data::Map(other, _)) if kind == other => maps(left, right, world, origin),
        (Data::Map(..), Data::Map(..)) => known(false),
        (Data::Object(one, _), Data::Object(other, _)) if one == other => known(true),
        (Data::Object(..), Data::Map(..) | Data::Object(..)) | (Data::Map(..), Data::Object(..)) => {
            unknown(left, right, world, origin)
        }
        _ => known(left.data == right.data),
    }
}

/// The equality of an open value with anything.
fn open(input: &Arc<Input>, left: &Value, right: &Value, world: &World, origin: Origin) -> Value {
    if let (Data::Map(MapKind::Object, attributes), true) = (&right.data, is_of_instances(left, input)) {
        return if attributes.is_empty() {
            not(has_any(input.counted(), world, &origin), world, origin)
        } else {
            unknown(left, right, world, origin)
        };
    }
    if !right.is_perhaps_converted() && of(left).excludes(&of(right)) {
        return both_null(left, right, world, &origin);
    }
    if let Data::Open(other) = &right.data
        && other == input
    {
        return converted(left, right, world, origin);
    }
    if let (Some(_), Data::Number(count)) = (length_of(input), &right.data) {
        return length_is(input, count, world, &origin);
    }
    if let (Some(one), Some(other)) = (count(left), count(right))
        && one != other
    {
        return Value::bool(false, origin);
    }
    match Literal::of(right) {
        Some(literal) => {
            let ask = if literal == Literal::Null { Ask::Null } else { Ask::Is(literal) };
            Value::answer(Question::new(Arc::clone(input), ask), world, origin)
        }
        None => unknown(left, right, world, origin),
    }
}

/// Whether an input is the map of a block's instances. Terraform makes an object of them, with an attribute for each.
fn is_of_instances(value: &Value, input: &Input) -> bool {
    *value.said_type() == Type::map(Type::Any) && matches!(input.domain.mirrors, Some((Mirrored::Elements, _)))
}

/// One value and the same value after a conversion are equal if that left it as it was.
fn converted(left: &Value, right: &Value, world: &World, origin: Origin) -> Value {
    let types = [of(left), of(right)];
    match &types {
        [one, other] if one == other => Value::bool(true, origin),
        [Type::Any, ty] | [ty, _] => whether(format!("{} is a {}", left.describe(), ty.describe()), world, origin),
    }
}

/// Values of different types are the same if both are null.
fn both_null(left: &Value, right: &Value, world: &World, origin: &Origin) -> Value {
    let null = |value: &Value| match &value.data {
        Data::Null => Value::bool(true, origin.clone()),
        Data::Open(input) => Value::answer(Question::new(Arc::clone(input), Ask::Null), world, origin.clone()),
        _ => Value::bool(false, origin.clone()),
    };
    all(vec![null(left), null(right)], world, origin.clone())
}

/// Whether an attribute of a resource or data source may be null: one that is optional and that nobody sets is. What
/// identifies a thing never is.
fn may_be_null(value: &Value) -> bool {
    let Data::Opaque(symbol) = &value.data else { return false };
    matches!(symbol.source, SymbolSource::Resource(_) | SymbolSource::Data(_))
        && !symbol.attribute.is_empty()
        && !is_identifier(value)
}

/// Whether an opaque value is null.
fn null(value: &Value, world: &World, origin: Origin) -> Value {
    let input = Input::derived(value.describe(), value.origin.clone());
    Value::answer(Question::new(input, Ask::Null), world, origin)
}

/// The equality of an opaque value with anything but itself, null and what is open: it is set, and where it is certainly a
/// text it is nothing else.
fn opaque(left: &Value, right: &Value, world: &World, origin: Origin) -> Value {
    let is_other = of(left).excludes(&of(right))
        || match &right.data {
            Data::Text(text) => text.as_literal() == Some(""),
            Data::Bool(_) | Data::Number(_) | Data::List(..) | Data::Map(..) => is_identifier(left),
            _ => false,
        };
    if is_other { Value::bool(false, origin) } else { unknown(left, right, world, origin) }
}

/// The question whether two values are the same. It has one name whichever stands first: what is unknown comes before
/// what is known, as in the question a policy would ask. What waits for an answer has no name yet.
fn unknown(left: &Value, right: &Value, world: &World, origin: Origin) -> Value {
    if let Some(pending) = [left, right].into_iter().find_map(Value::waiting) {
        return pending.clone();
    }
    // Of an input with few values each can be tried.
    if let Some(question) = [left, right].into_iter().find_map(|value| value.which(world)) {
        return Value::pending(question, origin);
    }
    if let (Data::Opaque(_), Some(literal)) = (&left.data, Literal::of(right)) {
        let input = Input::set(left, left.origin.clone());
        return Value::answer(Question::new(input, Ask::Is(literal)), world, origin);
    }
    let mut sides = [left, right].map(|value| (value.obstacle().is_none(), typed(value)));
    sides.sort();
    let [(_, first), (_, second)] = sides;
    let statement = Input::derived(format!("{first} == {second}"), origin.clone()).sameness(left, right);
    let input = Input { domain: Domain::boolean(), ..statement };
    Value::answer(Question::new(input, Ask::True), world, origin)
}

/// A value with what tells its type: a list that is compared with a tuple, or a map with an object, is never the same.
fn typed(value: &Value) -> String {
    match &value.data {
        Data::List(ListKind::List, _) => format!("tolist({})", value.describe()),
        Data::Map(MapKind::Map, _) => format!("tomap({})", value.describe()),
        _ => value.describe(),
    }
}

fn lists(left: &[Value], right: &[Value], world: &World, origin: Origin) -> Value {
    if left.len() != right.len() {
        return Value::bool(false, origin);
    }
    let pairs = left.iter().zip(right).map(|(left, right)| element(left, right, world, origin.clone()));
    all(pairs.collect(), world, origin.clone())
}

/// The equality of collections of which one may be an object or a map, a tuple or a list: none is the same as another kind.
fn perhaps_converted(left: &Value, right: &Value, world: &World, origin: Origin) -> Value {
    let same = match (&left.data, &right.data) {
        (Data::List(_, one), Data::List(_, other)) => lists(one, other, world, origin.clone()),
        _ => maps(left, right, world, origin.clone()),
    };
    if same.as_bool() != Some(true) {
        return same;
    }
    let described = |value: &Value| {
        let written = value.describe();
        if value.is_perhaps_converted() { format!("convert({written}, any)") } else { written }
    };
    whether(format!("{} == {}", described(left), described(right)), world, origin)
}

/// The equality of two elements or attributes. There, nulls of different types are not the same.
fn element(left: &Value, right: &Value, world: &World, origin: Origin) -> Value {
    match (&left.data, &right.data) {
        (Data::Null, Data::Null) => Value::bool(of(left) == of(right), origin),
        _ => equal(left, right, world, origin),
    }
}

/// Maps of one kind. A key that is not known may be any that the other has.
fn maps(left: &Value, right: &Value, world: &World, origin: Origin) -> Value {
    let none = IndexMap::new();
    let [one, other] = [left, right].map(|map| map.as_map().unwrap_or(&none));
    if one.len() == other.len() && one.keys().all(|key| other.contains_key(key)) {
        let pairs = one.iter().filter_map(|(key, value)| Some((value, other.get(key)?)));
        let same = pairs.map(|(value, other)| element(value, other, world, origin.clone()));
        return all(same.collect(), world, origin.clone());
    }
    let is_unclear = one.len() == other.len() && [one, other].into_iter().any(may_have_unknown_keys);
    if is_unclear { unknown(left, right, world, origin) } else { Value::bool(false, origin) }
}

/// Texts of which at least one may have unknown parts: what both begin or end with is taken off first, because
/// `"a-${var.x}" == "a-b"` asks no more than whether the variable is "b".
fn texts(left: &Text, right: &Text, world: &World, origin: Origin) -> Value {
    let [left, right] = [left, right].map(written_out);
    if let (Some(left), Some(right)) = (left.as_literal(), right.as_literal()) {
        return Value::bool(left == right, origin);
    }
    // One question may lead to different values.
    if let Some(waiting) = left.values().chain(right.values()).find_map(Value::waiting) {
        return waiting.clone();
    }
    for (text, literal) in [(&left, right.as_literal()), (&right, left.as_literal())] {
        match literal.map(|literal| text.parting(literal)) {
            Some(Parting::Never) => return Value::bool(false, origin),
            Some(Parting::Once(pieces)) => return pieces_are(&pieces, world, &origin),
            Some(Parting::Unclear) | None => {}
        }
    }
    let (mut left, mut right) = (left.parts().to_vec(), right.parts().to_vec());
    if !strip(&mut left, &mut right, Side::Start) || !strip(&mut left, &mut right, Side::End) {
        return Value::bool(false, origin);
    }
    match (left.as_slice(), right.as_slice()) {
        ([], []) => Value::bool(true, origin),
        ([], rest) | (rest, []) if Text::join(rest.iter().cloned()).is_certainly_set() => Value::bool(false, origin),
        ([Part::Value(one)], _) => rest(one, right, world, origin),
        (_, [Part::Value(one)]) => rest(one, left, world, origin),
        _ => {
            let [left, right] = [left, right].map(|parts| text(parts, origin.clone()));
            unknown(&left, &right, world, origin)
        }
    }
}

/// Whether each of the unknown parts of a text is what it has to be.
fn pieces_are(pieces: &[(&Value, &str)], world: &World, origin: &Origin) -> Value {
    let is =
        |(part, piece): &(&Value, &str)| rest(part, vec![Part::Literal((*piece).to_owned())], world, origin.clone());
    all(pieces.iter().map(is).collect(), world, origin.clone())
}

/// The equality of the one unknown part that is left with all that is left on the other side. A number is written in one
/// way only.
fn rest(part: &Value, other: Vec<Part>, world: &World, origin: Origin) -> Value {
    let other = text(other, origin.clone());
    match (of(part), other.as_str()) {
        _ if matches!(part.data, Data::Text(_)) => unknown(part, &other, world, origin),
        (Type::Number, Some(written)) => match Number::parse(written) {
            Ok(number) if number.to_string() == written => {
                equal(part, &Value::number(number, origin.clone()), world, origin)
            }
            _ => Value::bool(false, origin),
        },
        _ => equal(&as_text(part.clone()), &other, world, origin),
    }
}

#[derive(Clone, Copy)]
enum Side {
    Start,
    End,
}

/// Takes off what both have in common at one side; whether they can still be the same.
fn strip(left: &mut Vec<Part>, right: &mut Vec<Part>, side: Side) -> bool {
    while !left.is_empty() && !right.is_empty() {
        let (Some(one), Some(other)) = (take(left, side), take(right, side)) else { return true };
        match (&one, &other) {
            (Part::Literal(one_text), Part::Literal(other_text)) => {
                let Some((one, other)) = rests(one_text, other_text, side) else { return false };
                put(left, one, side);
                put(right, other, side);
            }
            _ if one == other => {}
            _ => {
                put(left, one, side);
                put(right, other, side);
                return true;
            }
        }
    }
    true
}

/// What is left of two literals when the shorter is taken off the longer; `None` if it does not fit.
fn rests(one: &str, other: &str, side: Side) -> Option<(Part, Part)> {
    let cut = |long: &str, short: &str| match side {
        Side::Start => long.strip_prefix(short).map(str::to_owned),
        Side::End => long.strip_suffix(short).map(str::to_owned),
    };
    if one.len() >= other.len() {
        Some((Part::Literal(cut(one, other)?), Part::Literal(String::new())))
    } else {
        Some((Part::Literal(String::new()), Part::Literal(cut(other, one)?)))
    }
}

fn take(parts: &mut Vec<Part>, side: Side) -> Option<Part> {
    match side {
        Side::Start if parts.is_empty() => None,
        Side::Start => Some(parts.remove(0)),
        Side::End => parts.pop(),
    }
}

fn put(parts: &mut Vec<Part>, part: Part, side: Side) {
    match (part, side) {
        (Part::Literal(text), _) if text.is_empty() => {}
        (part, Side::Start) => parts.insert(0, part),
        (part, Side::End) => parts.push(part),
    }
}
