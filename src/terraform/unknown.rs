//! What becomes of an operation whose operands are not known: one rule for operators, conversions and functions.
//!
//! Knows values and worlds only.

use std::sync::Arc;

use indexmap::IndexMap;

use super::types::{Nullable, convert, open_part};
use crate::value::{
    self, Ask, Data, Domain, Emptiness, Input, Keys, Literal, Origin, Part, Question, Reason, Symbol, SymbolSource,
    Text, Type, Value, World,
};

/// What an operation makes, which decides what it is of an opaque operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Something that is set when the operand is: opaque of an opaque value.
    Set,
    /// A boolean, which is open even when it is made of an opaque value.
    Bool,
    /// A number, which is open too.
    Number,
    /// Something that may be empty although the operand is set.
    Open,
    /// Something that may be null too: an element, or what stands for one that is missing.
    Nullable,
    /// A text less something: set where it is made of an identifier, of which enough is left; else it may be empty.
    Cut,
}

/// The result of the operation whose canonical text is `name`, as far as it can be told while `obstacle` is unknown.
///
/// A failure and a question pass on. An input with few values is asked for its value, because the operation can be
/// worked out for each; of any other input the result is a new input.
#[must_use]
pub fn derive(name: impl Into<String>, obstacle: &Value, outcome: Outcome, world: &World, origin: Origin) -> Value {
    match &obstacle.data {
        Data::Failed(_) | Data::Pending(_) => obstacle.clone().unsaid(),
        Data::Opaque(_) if outcome == Outcome::Set => opaque(name, origin),
        Data::Opaque(_) if outcome == Outcome::Cut && is_identifier(obstacle) => opaque(name, origin),
        Data::Open(input) => match world.which(input) {
            Some(question) => Value::pending(question, origin),
            None => made_of(input, open(name, outcome.domain(), world, origin)),
        },
        _ => open(name, outcome.domain(), world, origin),
    }
}

/// What a missing module decides stays so, whatever is made of it; only what is asked about it is a question of its own.
fn made_of(input: &Input, value: Value) -> Value {
    match (&value.data, &input.reason) {
        (Data::Open(made), Reason::ModuleNotOnDisk { .. }) if made.domain.values.is_none() => {
            let made = Input { reason: input.reason.clone(), ..made.as_ref().clone() };
            Value { data: Data::Open(Arc::new(made)), ..value }
        }
        _ => value,
    }
}

impl Outcome {
    fn domain(self) -> Domain {
        match self {
            Self::Bool => Domain::boolean(),
            Self::Number => Domain { never_null: true, never_empty: true, keys: Keys::Number, ..Domain::default() },
            Self::Nullable => Domain::default(),
            Self::Set | Self::Open | Self::Cut => Domain { never_null: true, ..Domain::default() },
        }
    }
}

/// What a number with more digits than this program works with is worth.
#[must_use]
pub fn too_large(name: impl Into<String>, origin: Origin) -> Value {
    let reason = Reason::Limit("the number is too large".to_owned());
    Value::open(Input::undecidable(name.into(), reason, origin.clone()), origin)
}

/// Whether an opaque value is certainly one text and no collection: identifiers are, whatever provider makes them.
#[must_use]
pub fn is_identifier(value: &Value) -> bool {
    const IDENTIFIERS: [&str; 7] = ["account_id", "arn", "bucket", "id", "json", "key_id", "name"];
    match &value.data {
        Data::Opaque(symbol) => match symbol.source {
            SymbolSource::Resource(_) | SymbolSource::Data(_) => IDENTIFIERS.contains(&symbol.attribute.as_str()),
            SymbolSource::Named(_) | SymbolSource::Import(_) | SymbolSource::Derived(_) => false,
        },
        _ => false,
    }
}

/// An opaque value named by an expression's canonical text.
#[must_use]
pub fn opaque(name: impl Into<String>, origin: Origin) -> Value {
    Value::opaque(Symbol { source: SymbolSource::Derived(name.into()), attribute: String::new() }, origin)
}

/// An open value named by an expression's canonical text, or the value that the world's answers leave for it.
#[must_use]
pub fn open(name: impl Into<String>, domain: Domain, world: &World, origin: Origin) -> Value {
    let input = Input { domain, ..Input::derived(name, origin.clone()) };
    settle(Value::open(input, origin), world)
}

/// Whether a map may have keys that are not known: what stands for one is a text with its expression in it.
#[must_use]
pub fn may_have_unknown_keys(entries: &IndexMap<String, Value>) -> bool {
    entries.keys().any(|key| is_unknown_key(key))
}

/// Whether a key of a map stands for what is not known, as far as it tells itself.
#[must_use]
pub fn is_unknown_key(key: &str) -> bool {
    key.contains("${")
}

/// The input behind an unknown value as that of a collection, where the way it is asked about takes no text and no type is
/// written of it: what it is where it is empty.
#[must_use]
pub fn as_collection(input: &Arc<Input>, ty: &Type, empty: Emptiness) -> Arc<Input> {
    if *ty != Type::Any || input.domain.emptiness() != Emptiness::Text {
        return Arc::clone(input);
    }
    let domain = Domain { empty, ..input.domain.clone() };
    Arc::new(Input { domain, ..input.as_ref().clone() })
}

/// What the name of the part under a key ends with.
#[must_use]
pub fn step(key: &Value) -> String {
    Literal::of(key).map_or_else(|| format!("[{}]", key.describe()), |key| value::step(&key))
}

/// An element of an unknown collection: `var.tags.env`.
#[must_use]
pub fn element_of(collection: &Value, key: &Literal, world: &World, origin: Origin) -> Value {
    let step = value::step(key);
    let ty = match key {
        Literal::Text(key) => collection.said_type().attribute(key).cloned(),
        _ => collection.said_type().element().cloned(),
    };
    let ty = ty.unwrap_or(Type::Any);
    match &collection.data {
        Data::Opaque(symbol) => Value::opaque(part_of(symbol, &step), origin).typed(&ty),
        Data::Open(input) => {
            let is_completed = matches!(key, Literal::Text(key) if collection.said_type().completes(key));
            let nullable = if is_completed { Nullable::No } else { Nullable::Yes };
            Value { origin, ..open_part(input, &step, &ty, nullable, world) }
        }
        _ => open(format!("{}{step}", collection.describe()), Domain::default(), world, origin),
    }
}

/// A part of something opaque.
#[must_use]
pub fn part_of(symbol: &Symbol, step: &str) -> Symbol {
    let step = if symbol.attribute.is_empty() { step.strip_prefix('.').unwrap_or(step) } else { step };
    Symbol { source: symbol.source.clone(), attribute: format!("{}{step}", symbol.attribute) }
}

/// The question whether a statement about unknown values, in its canonical text, is true.
#[must_use]
pub fn whether(statement: impl Into<String>, world: &World, origin: Origin) -> Value {
    let input = Input { domain: Domain::boolean(), ..Input::derived(statement, origin.clone()) };
    Value::answer(Question::new(input, Ask::True), world, origin)
}

/// The value with every input in it replaced that the world's answers leave a single value for.
#[must_use]
pub fn settle(value: Value, world: &World) -> Value {
    if let Data::Open(input) = &value.data {
        return match (world.candidates(input).as_deref(), value.said_type()) {
            (Some([literal]), ty) => convert(literal.to_value(value.origin.clone()), ty, world),
            // Of all texts one is empty.
            (None, Type::String) if is_empty(input, world) => Value::text("", value.origin),
            _ => value,
        };
    }
    let origin = value.origin;
    match value.data {
        Data::Text(text) if text.values().next().is_some() => settle_text(&text, world, origin),
        Data::List(kind, items) if items.iter().any(|item| item.obstacle().is_some()) => {
            Value::list(kind, items.iter().map(|item| settle(item.clone(), world)).collect(), origin)
        }
        Data::Map(kind, entries) if entries.values().any(|entry| entry.obstacle().is_some()) => {
            let entries = entries.iter().map(|(key, entry)| (key.clone(), settle(entry.clone(), world)));
            Value::map(kind, entries.collect(), origin)
        }
        data => Value { data, origin, ..value },
    }
}

fn is_empty(input: &Arc<Input>, world: &World) -> bool {
    world.answer(&Question::new(Arc::clone(input), Ask::Empty)) == Some(true)
}

fn settle_text(text: &Text, world: &World, origin: Origin) -> Value {
    let text = text.map_values(|part| match part {
        Part::Literal(_) => part.clone(),
        Part::Value(value) => as_part(settle(value.clone(), world)),
        // What stands as JSON stays: it is written when it is read.
        Part::Json(value) => Part::Json(settle(value.clone(), world)),
    });
    // A null, collection or failure inside a text fails the whole text, as it does where the text is made.
    let failed = text.values().find(|value| matches!(value.data, Data::Failed(_)));
    failed.cloned().unwrap_or_else(|| Value::new(Data::Text(text), origin))
}

/// The value as a part of a text: known scalars become characters, texts stay what they are.
#[must_use]
pub fn as_part(value: Value) -> Part {
    match &value.data {
        Data::Bool(known) => Part::Literal(known.to_string()),
        Data::Number(known) => Part::Literal(known.to_string()),
        Data::Text(text) => match text.as_literal() {
            Some(known) => Part::Literal(known.to_owned()),
            None => Part::Value(value),
        },
        Data::Null => Part::Value(Value::failed("null cannot be part of a text", value.origin)),
        Data::List(..) | Data::Map(..) | Data::Object(..) => {
            Part::Value(Value::failed("a collection cannot be part of a text", value.origin))
        }
        Data::Opaque(_) | Data::Open(_) | Data::Pending(_) | Data::Failed(_) => Part::Value(value),
    }
}

/// The parts of a text of any kind of scalar; a text's own parts, not the text as one part.
#[must_use]
pub fn parts(value: Value) -> Vec<Part> {
    match &value.data {
        Data::Text(text) => text.parts().to_vec(),
        _ => vec![as_part(value)],
    }
}

/// The text of these parts; a lone unknown part is the value itself, as a text. It waits for an answer that a part waits
/// for: no name tells what becomes of the answer.
#[must_use]
pub fn text(parts: impl IntoIterator<Item = Part>, origin: Origin) -> Value {
    let text = Text::join(parts);
    let is_failed = |value: &&Value| matches!(value.data, Data::Failed(_));
    // What stands as JSON stays where it is known what it may come to.
    let waiting = |part: &Part| match part {
        Part::Value(value) => value.is_waiting(),
        Part::Json(value) => value.is_waiting() && value.awaited.is_none(),
        Part::Literal(_) => false,
    };
    let pending = || text.parts().iter().any(waiting).then(|| text.values().find(|value| value.is_waiting())).flatten();
    let stop = text.values().find(is_failed).or_else(pending);
    match (stop, text.parts()) {
        (Some(stop), _) => stop.clone().unsaid(),
        (None, [Part::Value(value)]) => as_text(value.clone()),
        _ => Value::new(Data::Text(text), origin),
    }
}

/// What is not known, as the text that it becomes: of what has no type, a number may become the same as a text.
#[must_use]
pub fn as_text(value: Value) -> Value {
    match value.data {
        Data::Open(input) => {
            let domain = Domain { keys: input.domain.keys.of_text(), ..input.domain.clone() };
            let text = Input { domain, ..input.as_ref().clone() };
            Value { data: Data::Open(Arc::new(text)), ty: None, ..value }.typed(&Type::String)
        }
        Data::Opaque(_) => Value { ty: None, ..value }.typed(&Type::String),
        _ => value,
    }
}
