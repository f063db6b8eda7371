//! `<`, `<=`, `>`, `>=`.

use std::sync::Arc;

use super::{logic, number, sign};
use crate::syntax::BinaryOperator;
use crate::terraform::joined::{count, holds_something};
use crate::terraform::unknown::{Outcome, derive, whether};
use crate::value::{Ask, Data, Input, ListKind, Number, Origin, Question, Reason, Value, World};

/// `left operator right` for numbers. How an open number, or the length of an open collection, compares with a known one
/// are questions.
pub(super) fn compare(operator: BinaryOperator, left: &Value, right: &Value, world: &World, origin: Origin) -> Value {
    let (left, right) = (number(left, world), number(right, world));
    match (&left.data, &right.data) {
        (Data::Number(left), Data::Number(right)) => Value::bool(holds(operator, left, right), origin),
        (Data::Open(input), Data::Number(count)) if length_of(input).is_some() => {
            length(operator, input, count, world, origin)
        }
        (Data::Number(count), Data::Open(input)) if length_of(input).is_some() => {
            length(mirrored(operator), input, count, world, origin)
        }
        (Data::Open(input), Data::Number(limit)) if world.which(input).is_none() => {
            against(operator, input, limit, world, origin)
        }
        (Data::Number(limit), Data::Open(input)) if world.which(input).is_none() => {
            against(mirrored(operator), input, limit, world, origin)
        }
        _ => {
            let name = format!("{} {} {}", left.describe(), sign(operator), right.describe());
            let pair = Value::list(ListKind::Tuple, vec![left.clone(), right.clone()], origin.clone());
            let result = derive(name.clone(), pair.obstacle().unwrap_or(&left), Outcome::Bool, world, origin.clone());
            if matches!(result.data, Data::Open(_)) { whether(name, world, origin) } else { result }
        }
    }
}

fn holds(operator: BinaryOperator, left: &Number, right: &Number) -> bool {
    match operator {
        BinaryOperator::Less => left < right,
        BinaryOperator::Greater => left > right,
        // Two that are written the same are the same, although one may exceed the other.
        BinaryOperator::LessOrEqual => left == right || holds(BinaryOperator::Less, left, right),
        _ => left == right || holds(BinaryOperator::Greater, left, right),
    }
}

fn mirrored(operator: BinaryOperator) -> BinaryOperator {
    match operator {
        BinaryOperator::Less => BinaryOperator::Greater,
        BinaryOperator::LessOrEqual => BinaryOperator::GreaterOrEqual,
        BinaryOperator::Greater => BinaryOperator::Less,
        _ => BinaryOperator::LessOrEqual,
    }
}

/// How an open number compares with a known one: it is more, or less, or not.
fn against(operator: BinaryOperator, input: &Arc<Input>, limit: &Number, world: &World, origin: Origin) -> Value {
    let (ask, opposite) = match operator {
        BinaryOperator::Greater => (Ask::Above(limit.clone()), false),
        BinaryOperator::LessOrEqual => (Ask::Above(limit.clone()), true),
        BinaryOperator::Less => (Ask::Below(limit.clone()), false),
        _ => (Ask::Below(limit.clone()), true),
    };
    let answer = Value::answer(Question::new(Arc::clone(input), ask), world, origin.clone());
    if opposite { logic::not(answer, world, origin) } else { answer }
}

/// The collection whose length an input is.
pub(super) fn length_of(input: &Input) -> Option<&Arc<Input>> {
    match &input.reason {
        Reason::LengthOf(collection) => Some(collection),
        _ => None,
    }
}

/// How the length that `input` is compares with a known number.
fn length(operator: BinaryOperator, input: &Input, count: &Number, world: &World, origin: Origin) -> Value {
    let zero = Number::from(0_i64);
    // Every comparison is "longer than some whole number" or its opposite.
    let opposite = matches!(operator, BinaryOperator::Less | BinaryOperator::LessOrEqual);
    let at_least = matches!(operator, BinaryOperator::Less | BinaryOperator::GreaterOrEqual);
    let limit = if at_least { count.ceil().minus(&Number::from(1_i64)) } else { Ok(count.floor()) };
    let Ok(limit) = limit else { return whether(format!("{} {} {count}", input.name, sign(operator)), world, origin) };
    let longer = if limit < zero { Value::bool(true, origin.clone()) } else { longer(input, &limit, world, &origin) };
    if opposite { logic::not(longer, world, origin) } else { longer }
}

fn longer(input: &Input, limit: &Number, world: &World, origin: &Origin) -> Value {
    match (length_of(input), limit.as_i64().and_then(|limit| usize::try_from(limit).ok())) {
        (Some(collection), Some(0)) => has_any(collection, world, origin),
        (Some(collection), Some(limit)) => {
            let (collection, limit) = match unknown_part(collection, limit) {
                Counted::Longer => return Value::bool(true, origin.clone()),
                Counted::IfLonger(collection, limit) => (collection, limit),
            };
            Value::answer(Question::new(collection, Ask::LongerThan(limit)), world, origin.clone())
        }
        _ => whether(format!("{} > {limit}", input.name), world, origin.clone()),
    }
}

/// Whether a collection has any element: one that is put together has some if a part of it has.
pub(super) fn has_any(collection: &Arc<Input>, world: &World, origin: &Origin) -> Value {
    if collection.domain.never_empty {
        return Value::bool(true, origin.clone());
    }
    let in_part = |part: &Value| match &part.data {
        Data::Open(input) => has_any(input.itself().counted(), world, origin),
        _ => Value::bool(holds_something(part), origin.clone()),
    };
    match &collection.reason {
        Reason::Joined(_, parts) => logic::any(parts.iter().map(in_part).collect(), world, origin.clone()),
        _ => Value::answer(Question::new(Arc::clone(collection), Ask::LongerThan(0)), world, origin.clone()),
    }
}

/// Whether a collection is longer than a limit: for one that is put together of lists, a question about the one list
/// that is unknown.
enum Counted {
    Longer,
    IfLonger(Arc<Input>, usize),
}

fn unknown_part(collection: &Arc<Input>, limit: usize) -> Counted {
    let whole = || Counted::IfLonger(Arc::clone(collection), limit);
    let Reason::Joined(junction, parts) = &collection.reason else { return whole() };
    if !junction.keeps_all() {
        return whole();
    }
    let known: usize = parts.iter().filter_map(count).sum();
    let mut unknown = parts.iter().filter(|part| count(part).is_none());
    match (limit.checked_sub(known), unknown.next().map(|part| &part.data), unknown.next()) {
        (None, ..) => Counted::Longer,
        (Some(limit), Some(Data::Open(input)), None) => Counted::IfLonger(Arc::clone(input), limit),
        _ => whole(),
    }
}

/// Whether the length that `input` is equals a known number.
pub(super) fn length_is(input: &Input, count: &Number, world: &World, origin: &Origin) -> Value {
    let at_least = length(BinaryOperator::GreaterOrEqual, input, count, world, origin.clone());
    let at_most = length(BinaryOperator::LessOrEqual, input, count, world, origin.clone());
    if count.as_whole().is_some() {
        logic::all(vec![at_least, at_most], world, origin.clone())
    } else {
        Value::bool(false, origin.clone())
    }
}
