//! Attributes and indexes.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use crate::source::Span;
use crate::value::{Ask, Data, Input, Junction, ListKind, Literal, Number, Origin, Question, Role, Symbol, Value};

use super::evaluator::Evaluator;
use super::held::is_any_key;
use super::joined::{self, Entry};
use super::merged::held_keys;
use super::operators::equal;
use super::types::{self, Nullable, Type};
use super::unknown::{self, Outcome, derive, part_of, step};

/// Up to how many keys are asked about one by one when the key is open.
const MAX_CANDIDATES: usize = 32;

impl Evaluator<'_> {
    /// `source.name`.
    pub fn attribute(&self, source: &Value, name: &str, span: Span) -> Value {
        let origin = || Origin::expression(span);
        match &source.data {
            Data::Map(_, entries) => match self.entry(entries, name, span) {
                Some(value) => value.through(span, Role::Expression),
                None => Value::failed(format!("there is no attribute \"{name}\""), origin()),
            },
            Data::Object(id, _) => {
                let value = self.object_attribute(*id, name, span);
                if !self.is_module(*id) {
                    self.needs_schema(&value);
                }
                value.through(span, Role::Expression)
            }
            Data::Open(_) | Data::Opaque(_) if !may_have(source.said_type(), name) || self.is_empty(source) => {
                Value::failed(format!("there is no attribute \"{name}\""), origin())
            }
            Data::Open(input) => {
                if let Some((Junction::Map, parts)) = source.parts() {
                    return self.joined_entry(parts, name, span);
                }
                if let Some(instance) = self.any_instance(source, &Value::text(name, origin()), span) {
                    return instance;
                }
                let key = &Value::text(name, origin());
                if let Some(element) =
                    self.looped_element(source, key, span).or_else(|| opaque_element(source, key, span))
                {
                    return element;
                }
                let ty = source.said_type().attribute(name);
                self.open_part(input, &step(&Value::text(name, origin())), ty, nullable(source, name))
                    .through(span, Role::Expression)
            }
            Data::Opaque(symbol) => opaque_part(symbol, &step(&Value::text(name, origin())), span)
                .typed(source.said_type().attribute(name).unwrap_or(&Type::Any)),
            Data::Pending(_) => match source.merged() {
                Some(parts) => self.joined_entry(parts, name, span),
                None => self.attempts.apart(|| source.then_read(&|source| self.attribute(source, name, span))),
            },
            Data::Failed(_) => source.clone(),
            Data::Null => Value::failed(format!("null has no attribute \"{name}\""), origin()),
            _ => Value::failed(format!("only an object has an attribute \"{name}\""), origin()),
        }
    }

    /// `source[key]`.
    pub fn index(&self, source: &Value, key: &Value, span: Span) -> Value {
        let origin = Origin::expression(span);
        match (&source.data, &key.data) {
            (Data::Pending(_), _) => match source.merged() {
                Some(parts) => self.merged_element(parts, key, span).unwrap_or_else(|| source.clone().unsaid()),
                None => self.attempts.apart(|| source.then_read(&|source| self.index(source, key, span))),
            },
            (Data::Failed(_), _) => source.clone(),
            (_, Data::Pending(_) | Data::Failed(_)) => key.clone().unsaid(),
            (Data::Null, _) => Value::failed("null has no elements", origin),
            (_, Data::Null) => Value::failed("an index cannot be null", origin),
            (Data::Map(_, entries), _) => {
                let Some(text) = self.key_text(key) else {
                    return Value::failed("a key must be a text", origin);
                };
                if let Some(value) = self.entry(entries, &text, span) {
                    return value.through(span, Role::Expression);
                }
                if key.obstacle().is_some() {
                    let key = &types::convert(key.clone(), &Type::String, self.world);
                    return self.one_of(source, key, self.searched(entries, &origin), span);
                }
                Value::failed(format!("there is no element with the key {}", key.shown()), origin)
            }
            (Data::List(ListKind::Set, _), _) => Value::failed("elements of a set have no index", origin),
            (Data::List(_, items), _) => match position(key) {
                Position::At(at) => match items.get(at) {
                    Some(value) => value.clone().through(span, Role::Expression),
                    None => Value::failed(format!("there is no element {at}: there are {}", items.len()), origin),
                },
                Position::Never => Value::failed("an index must be a whole number, zero or more", origin),
                Position::Unknown => {
                    let keys = (0..items.len()).map(|at| Value::number(at, origin.clone()));
                    let key = &types::convert(key.clone(), &Type::Number, self.world);
                    self.one_of(source, key, keys.zip(items.iter()).collect(), span)
                }
            },
            (Data::Open(_) | Data::Opaque(_), _) if !may_hold(source.said_type(), key) || self.is_empty(source) => {
                Value::failed(format!("there is no element {}", key.shown()), origin)
            }
            (Data::Open(input), _) => {
                if let Some(instance) = self.any_instance(source, key, span) {
                    return instance;
                }
                let element = self.joined_element(source, key, span).or_else(|| self.splat_element(source, key, span));
                if let Some(element) = element.or_else(|| self.looped_element(source, key, span)) {
                    return element.through(span, Role::Expression);
                }
                let ty = part_type(source, key);
                let nullable = key.as_str().map_or(Nullable::Yes, |name| nullable(source, name));
                if let Some(element) = opaque_element(source, key, span) {
                    return element;
                }
                // What stands for all keys leads to what stands for all elements.
                let step = if is_any_key(key, input) { "[*]".to_owned() } else { step(key) };
                self.open_part(input, &step, ty, nullable).through(span, Role::Expression)
            }
            (Data::Opaque(symbol), _) => {
                opaque_part(symbol, &step(key), span).typed(part_type(source, key).unwrap_or(&Type::Any))
            }
            (Data::Object(..), _) => match key.as_str() {
                Some(name) => self.attribute(source, name, span),
                None => Value::failed("an object has no elements but its attributes", origin),
            },
            _ => Value::failed("only a collection has elements", origin),
        }
    }

    /// Whether the world's answers leave an unknown collection no element.
    fn is_empty(&self, collection: &Value) -> bool {
        match (&collection.data, collection.said_type()) {
            (Data::Open(_), Type::Object(_) | Type::Tuple(_)) => false,
            (Data::Open(input), _) => self.world.answer(&Question::new(Arc::clone(input), Ask::Empty)) == Some(true),
            _ => false,
        }
    }

    /// The element of a known collection under an open key: which key it is, is asked one by one.
    fn one_of(&self, source: &Value, key: &Value, entries: Vec<(Value, &Value)>, span: Span) -> Value {
        let origin = Origin::expression(span);
        if entries.len() > MAX_CANDIDATES {
            return self.some_element(source, key, span);
        }
        let found = self.found_under(key, entries, span);
        found.unwrap_or_else(|| Value::failed(format!("there is no element with the key {}", key.shown()), origin))
    }

    /// That of these entries which is under an open key, if any is: which key it is, is asked one by one.
    fn found_under<'v>(
        &self,
        key: &Value,
        entries: impl IntoIterator<Item = (Value, &'v Value)>,
        span: Span,
    ) -> Option<Value> {
        let origin = Origin::expression(span);
        for (candidate, value) in entries {
            match self.is_key(key, &candidate, &origin) {
                is if is.as_bool() == Some(true) => return Some(value.clone().through(span, Role::Expression)),
                is if is.as_bool() == Some(false) => {}
                undecided => return Some(undecided),
            }
        }
        None
    }

    /// The entries of a map in the order in which one is searched for: of two keys that turn out to be the same the last counts.
    fn searched<'v>(&self, entries: &'v IndexMap<String, Value>, origin: &Origin) -> Vec<(Value, &'v Value)> {
        let entry = |(key, value): (&String, &'v Value)| (self.key_value(key, origin.clone()), value);
        let mut found: Vec<_> = entries.iter().map(entry).collect();
        if unknown::may_have_unknown_keys(entries) {
            found.reverse();
        }
        found
    }

    /// Whether a key that is not known is this one.
    fn is_key(&self, key: &Value, candidate: &Value, origin: &Origin) -> Value {
        match (&key.data, Literal::of(candidate)) {
            (Data::Open(input), Some(literal)) => {
                Value::answer(Question::new(Arc::clone(input), Ask::Is(literal)), self.world, origin.clone())
            }
            _ => equal(key, candidate, self.world, origin.clone()),
        }
    }

    /// The entry of a map under a key: of one behind it that may be the same it is asked, where one of the two is not known.
    /// Instances have keys that differ.
    pub fn entry(&self, entries: &IndexMap<String, Value>, name: &str, span: Span) -> Option<Value> {
        if self.knows_all_keys() {
            return entries.get(name).cloned();
        }
        let origin = Origin::expression(span);
        let at = entries.get_index_of(name);
        let is_unknown = self.is_unknown_key(name);
        let wanted = self.key_value(name, origin.clone());
        let behind = entries.iter().skip(at.map_or(0, |at| at + 1)).rev();
        // Whether an unknown key is any of those in front is what the caller asks, one by one.
        let is_instance = |value: &Value| matches!(value.data, Data::Object(..));
        let may_be_it = |key: &str, value: &Value| match at {
            _ if !is_unknown => self.is_unknown_key(key),
            at => at.is_some() && !is_instance(value),
        };
        let is_other = |value: &Value| entries.get(name) != Some(value);
        for (key, value) in behind.filter(|(key, value)| may_be_it(key, value) && is_other(value)) {
            match equal(&wanted, &self.key_value(key, origin.clone()), self.world, origin.clone()) {
                is if is.as_bool() == Some(true) => return Some(value.clone()),
                is if is.as_bool() == Some(false) => {}
                undecided => return Some(undecided),
            }
        }
        entries.get(name).cloned()
    }

    /// The element under a key of a collection that is put together, if that is known.
    fn joined_element(&self, source: &Value, key: &Value, span: Span) -> Option<Value> {
        match (source.parts()?, position(key)) {
            ((Junction::Map, parts), _) => match key.as_str() {
                Some(key) => Some(self.joined_entry(parts, key, span)),
                None => self.joined_under(parts, key, span),
            },
            ((Junction::List, _), Position::At(at)) => {
                let (list, at) = joined::place(source, at)?;
                Some(self.index(list, &Value::number(at, key.origin.clone()), span))
            }
            _ => None,
        }
    }

    /// The element under a key of a map that waits and is put together of these.
    fn merged_element(&self, parts: &[Value], key: &Value, span: Span) -> Option<Value> {
        match (key.as_str(), &key.data) {
            (Some(key), _) => Some(self.joined_entry(parts, key, span)),
            (None, Data::Pending(_) | Data::Failed(_)) => Some(key.clone().unsaid()),
            (None, _) => self.joined_under(parts, key, span),
        }
    }

    /// The same under an open key: it is asked which of the known keys it is, before it is one of the only unknown part.
    fn joined_under(&self, parts: &[Value], key: &Value, span: Span) -> Option<Value> {
        let is_own = |part: &Value| matches!(&part.data, Data::Open(input) if is_any_key(key, input));
        let behind = parts.iter().rposition(is_own).unwrap_or_default();
        let mut unknown = parts.iter().skip(behind).filter(|part| held_keys(part).is_none());
        let only = unknown.next().filter(|_| unknown.next().is_none())?;
        let names: IndexSet<&String> = parts.iter().skip(behind).filter_map(held_keys).flatten().collect();
        if names.len() > MAX_CANDIDATES {
            return None;
        }
        let entry =
            |name: &String| (self.key_value(name, Origin::expression(span)), self.joined_entry(parts, name, span));
        let entries: Vec<_> = names.into_iter().map(entry).collect();
        let found = self.found_under(key, entries.iter().map(|(name, value)| (name.clone(), value)), span);
        Some(found.unwrap_or_else(|| self.index(only, key, span)))
    }

    fn joined_entry(&self, parts: &[Value], key: &str, span: Span) -> Value {
        match joined::entry(parts, key, self.world, &|part| self.entry_of(part, key, span)) {
            Entry::Held(value) => value.through(span, Role::Expression),
            Entry::Missing => {
                Value::failed(format!("there is no element with the key \"{key}\""), Origin::expression(span))
            }
        }
    }

    /// The element of an unknown map under a key, and whether it has one where its type says so, or the loop that made it.
    pub fn entry_of(&self, map: &Value, key: &str, span: Span) -> (Value, Option<Value>) {
        let origin = || map.origin.clone();
        if let Data::Map(_, entries) = &map.data
            && self.entry(entries, key, span).is_none()
        {
            let entries = if self.is_unknown_key(key) { self.searched(entries, &origin()) } else { Vec::new() };
            return match self.found_under(&self.key_value(key, origin()), entries, span) {
                Some(found) => (found, None),
                None => (self.attribute(map, key, span), Some(Value::bool(false, origin()))),
            };
        }
        let known = match (&map.data, map.said_type()) {
            (Data::Open(_), Type::Object(attributes)) => Some(Value::bool(attributes.contains_key(key), origin())),
            _ => self.looped_holds(map, &Value::text(key, origin())),
        };
        (self.attribute(map, key, span), known)
    }

    /// The instance of a resource or module that stands for all, where it is not known which there are: under another
    /// index than its own, the one that has it.
    fn any_instance(&self, source: &Value, index: &Value, span: Span) -> Option<Value> {
        let (own, element) = self.any_of(source)?;
        let Data::Object(any, _) = element.data else { return None };
        let is_own = own.describe() == index.describe();
        let is_left_out = || self.kept_if(source).is_some_and(|is_met| is_met.as_bool() == Some(false));
        // In a list that is made of instances each is under another index than its own.
        let place = || {
            let name = format!("{}[{}]", source.describe(), index.describe());
            Value::open(Input::derived(name, index.origin.clone()), index.origin.clone())
        };
        let index = if self.has_own_indices(source) { index.clone() } else { place() };
        let id = if is_own { None } else { self.instance_under(any, &index, span) };
        if id.is_some_and(|id| self.is_missing(id)) || (is_own && is_left_out()) {
            return Some(Value::failed(format!("there is no element {}", index.shown()), Origin::expression(span)));
        }
        Some(self.as_value(id.unwrap_or(any), element.origin.clone()).through(span, Role::Expression))
    }

    fn some_element(&self, source: &Value, key: &Value, span: Span) -> Value {
        let name = format!("{}[{}]", source.describe(), key.describe());
        let worst = source.obstacle().filter(|obstacle| matches!(obstacle.data, Data::Open(_))).or(key.obstacle());
        worst.map_or_else(
            || Value::failed("an index is missing", Origin::expression(span)),
            |worst| derive(name, worst, Outcome::Open, self.world, Origin::expression(span)),
        )
    }
}

/// The type of the element of an unknown value under a key.
fn part_type<'v>(source: &'v Value, key: &Value) -> Option<&'v Type> {
    match (source.said_type(), key.as_str()) {
        (Type::Tuple(items), _) => match position(key) {
            Position::At(at) => items.get(at),
            _ => None,
        },
        (ty, Some(name)) => ty.attribute(name),
        (ty, None) => ty.element(),
    }
}

/// Whether an attribute may be null: not where its type completes it.
fn nullable(source: &Value, name: &str) -> Nullable {
    if source.said_type().completes(name) { Nullable::No } else { Nullable::Yes }
}

/// Whether a value of this type may have an element under a key.
fn may_hold(ty: &Type, key: &Value) -> bool {
    match ty {
        Type::Bool | Type::Number | Type::String | Type::Set(_) => false,
        Type::Tuple(items) => match position(key) {
            Position::At(at) => at < items.len(),
            position => matches!(position, Position::Unknown),
        },
        Type::List(_) => !matches!(position(key), Position::Never),
        Type::Object(attributes) => key.as_str().is_none_or(|name| attributes.contains_key(name)),
        Type::Any | Type::Map(_) => true,
    }
}

/// Whether a value of this type may have an attribute of this name.
fn may_have(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Object(attributes) => attributes.contains_key(name),
        Type::Any | Type::Map(_) => true,
        _ => false,
    }
}

/// The element under a known key of a collection whose elements are all set at deployment.
fn opaque_element(source: &Value, key: &Value, span: Span) -> Option<Value> {
    let (_, element) = source.each()?;
    let is_opaque = matches!(element.data, Data::Opaque(_)) && Literal::of(key).is_some();
    let name = || format!("{}{}", source.describe(), step(key));
    is_opaque.then(|| unknown::opaque(name(), Origin::expression(span)).typed(element.said_type()))
}

pub(super) fn opaque_part(symbol: &Symbol, step: &str, span: Span) -> Value {
    Value::opaque(part_of(symbol, step), Origin::expression(span))
}

enum Position {
    At(usize),
    Never,
    Unknown,
}

fn position(key: &Value) -> Position {
    let number = match &key.data {
        Data::Number(number) => Some(number.clone()),
        Data::Text(text) => match text.as_literal() {
            Some(literal) => Number::parse(literal).ok(),
            None => return Position::Unknown,
        },
        Data::Open(_) | Data::Opaque(_) => return Position::Unknown,
        _ => None,
    };
    let at = number.and_then(|number| number.as_i64()).and_then(|number| usize::try_from(number).ok());
    at.map_or(Position::Never, Position::At)
}
