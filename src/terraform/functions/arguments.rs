//! How a function is declared, and how it gets at its arguments.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Call, whole};
use crate::model::policy_document::written_out;
use crate::terraform::joined::{is_nothing, joined, resolved};
use crate::terraform::types::{Type, convert, kind, of};
use crate::terraform::unknown::Outcome;
use crate::value::{Data, Junction, ListKind, Number, Origin, Part, Question, Value, World};

/// A built-in function.
pub(super) struct Function {
    /// The name.
    pub name: &'static str,
    /// What the arguments must be, in order.
    pub parameters: &'static [Parameter],
    /// What every further argument must be, if there may be any.
    pub variadic: Option<Parameter>,
    /// What the result is when an argument that decides it is not known.
    pub outcome: Outcome,
    /// The function itself.
    pub run: fn(&Arguments) -> Answer,
}

/// What an argument must be. Null is refused but for [`Parameter::Nullable`] and [`Parameter::KeyedOrNull`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameter {
    /// Anything but null.
    Any,
    /// Anything.
    Nullable,
    /// A collection or a text.
    Sized,
    /// A list, a set or a tuple.
    Sequence,
    /// A map or an object.
    Keyed,
    /// A map, an object or null.
    KeyedOrNull,
    Number,
    Text,
    /// A text that is read as JSON: what was encoded is what it holds, and needs no text.
    Json,
    /// `list(any)`
    List,
    /// `list(bool)`
    Bools,
    /// `list(string)`
    Texts,
    /// `set(any)`
    Set,
    /// `map(list(string))`
    TextLists,
}

/// How many bytes a text may have that a function makes.
pub(super) const MAX_BYTES: usize = 16 * 1024 * 1024;
/// How many elements a list may have that a function makes, or how many pairs it may compare.
const MAX_ITEMS: usize = 1_000_000;

/// What a function answers.
pub(super) type Answer = Result<Value, Trouble>;

/// Why a function has no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The real tool would refuse the call: one sentence.
    Refused(String),
    /// It cannot be told while an argument is unknown.
    Unknown,
    /// It cannot be told before this question is answered.
    Ask(Arc<Question>),
    /// A limit of this program was reached: one sentence.
    Limit(String),
    /// It cannot be told in any world, for this reason (a file outside of the project).
    Broken(String),
}

impl From<String> for Trouble {
    fn from(problem: String) -> Self {
        Self::Refused(problem)
    }
}

impl From<&str> for Trouble {
    fn from(problem: &str) -> Self {
        Self::Refused(problem.to_owned())
    }
}

/// A function's entry in its family's table.
pub(super) const fn function(
    name: &'static str,
    parameters: &'static [Parameter],
    outcome: Outcome,
    run: fn(&Arguments) -> Answer,
) -> Function {
    Function { name, parameters, variadic: None, outcome, run }
}

impl Function {
    /// The same function, taking any number of further arguments.
    pub(super) const fn variadic(self, parameter: Parameter) -> Self {
        Self { variadic: Some(parameter), ..self }
    }
}

impl Parameter {
    fn ty(self) -> Type {
        match self {
            Self::Any | Self::Nullable | Self::Sized | Self::Sequence | Self::Keyed | Self::KeyedOrNull => Type::Any,
            Self::Number => Type::Number,
            Self::Text | Self::Json => Type::String,
            Self::List => Type::list(Type::Any),
            Self::Bools => Type::list(Type::Bool),
            Self::Texts => Type::list(Type::String),
            Self::Set => Type::set(Type::Any),
            Self::TextLists => Type::map(Type::list(Type::String)),
        }
    }

    /// Whether it may be null.
    pub(super) fn takes_null(self) -> bool {
        matches!(self, Self::Nullable | Self::KeyedOrNull)
    }

    /// What is needed in place of an unknown value of this type, where it is no one type that is needed.
    fn needed(self, ty: &Type) -> Option<&'static str> {
        let is_sequence = matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_));
        let is_keyed = matches!(ty, Type::Map(_) | Type::Object(_));
        let (needed, is_taken) = match self {
            Self::Sized => ("collection or string", is_sequence || is_keyed || *ty == Type::String),
            Self::Sequence => ("list", is_sequence),
            Self::Keyed | Self::KeyedOrNull => ("map", is_keyed),
            _ => return None,
        };
        (!is_taken && *ty != Type::Any).then_some(needed)
    }

    /// Whether an argument that is open, or something open in it, may be of a type that is refused.
    pub(super) fn may_refuse(self, argument: &Value) -> bool {
        match self {
            Self::Sized | Self::Sequence | Self::Keyed | Self::KeyedOrNull => {
                let is_collection = argument.parts().is_some() || argument.each().is_some() || is_of_for(argument);
                matches!(argument.data, Data::Open(_)) && !is_collection && of(argument) == Type::Any
            }
            _ => is_doubtful(argument, &self.ty()),
        }
    }
}

/// Whether an open value is what a `for` makes, which is a list or a map.
fn is_of_for(value: &Value) -> bool {
    matches!(&value.data, Data::Open(input) if ["[for ", "{for "].iter().any(|start| input.name.starts_with(start)))
}

/// Whether something open in a value may be of a type that is not converted to this one.
pub(in crate::terraform) fn is_doubtful(value: &Value, to: &Type) -> bool {
    let element = to.element().unwrap_or(&Type::Any);
    if let (Some((_, each)), Some(element)) = (value.each(), to.element()) {
        return is_doubtful(each, element);
    }
    if let Some((_, parts)) = value.parts() {
        return parts.iter().any(|part| is_doubtful(part, to));
    }
    match &value.data {
        Data::Open(_) => !of(value).always_becomes(to),
        // Of what is set at deployment no more is known than that it is a text.
        Data::Opaque(_) | Data::Text(_) if value.as_str().is_none() && of(value) == Type::String => {
            matches!(to, Type::Bool | Type::Number)
        }
        Data::List(_, items) => items.iter().any(|item| is_doubtful(item, element)),
        Data::Map(_, entries) => entries.values().any(|entry| is_doubtful(entry, element)),
        _ => false,
    }
}

/// The arguments of a call, converted to what the function takes. A getter fails with [`Trouble::Unknown`] where the
/// argument is not known as far as the getter tells.
pub(super) struct Arguments<'a> {
    /// The call they belong to.
    pub call: &'a Call<'a>,
    /// The arguments.
    pub values: Vec<Value>,
    absent: Value,
}

impl<'a> Arguments<'a> {
    /// The arguments, if the function takes them.
    pub(super) fn check(function: &Function, values: Vec<Value>, call: &'a Call<'a>) -> Result<Self, String> {
        let wanted = function.parameters.len();
        if values.len() < wanted || (values.len() > wanted && function.variadic.is_none()) {
            let more = if function.variadic.is_some() { "at least " } else { "" };
            return Err(format!("{more}{wanted} arguments are needed, {} are given", values.len()));
        }
        let parameters = function.parameters.iter().copied().map(Some).chain(std::iter::repeat(function.variadic));
        let mut converted = Vec::with_capacity(values.len());
        for (index, (value, parameter)) in values.into_iter().zip(parameters).enumerate() {
            let Some(parameter) = parameter else { break };
            if value.is_null() && !parameter.takes_null() {
                return Err(format!("argument {} must not be null", index + 1));
            }
            if matches!(value.data, Data::Open(_) | Data::Opaque(_))
                && let Some(needed) = parameter.needed(&of(&value))
            {
                return Err(format!(
                    "argument {}: a {needed} is needed, this is a {}",
                    index + 1,
                    of(&value).describe()
                ));
            }
            let value = convert(value, &parameter.ty(), call.world);
            if let Data::Failed(failure) = &value.data {
                return Err(format!("argument {}: {}", index + 1, failure.message));
            }
            converted.push(match &value.data {
                Data::Text(text) if parameter != Parameter::Json => {
                    Value { data: Data::Text(written_out(text)), ..value }
                }
                _ => value,
            });
        }
        Ok(Self { call, values: converted, absent: Value::null(Origin::default()) })
    }

    /// The same call with one argument, which is already what the function takes.
    pub(super) fn with(&self, value: Value) -> Self {
        Self { call: self.call, values: vec![value], absent: self.absent.clone() }
    }

    /// The parts of a map that is put together, with every known entry once.
    pub(super) fn resolved(&self, parts: &[Value]) -> Vec<Value> {
        resolved(parts, self.call.world, |part, key| self.call.host.entry(part, key, self.call))
    }

    /// The given values as one collection, if they are lists or maps of which at least one is unknown.
    pub(super) fn joined(&self, name: &str, junction: Junction, values: &[Value]) -> Option<Value> {
        let is_unknown = |value: &&Value| matches!(value.data, Data::Open(_) | Data::Opaque(_));
        let left: Vec<Value> = values.iter().filter(|value| !is_nothing(value, self.call.world)).cloned().collect();
        left.iter().find(is_unknown)?;
        let shown: Vec<String> = values.iter().map(Value::describe).collect();
        let name = format!("{name}({})", shown.join(", "));
        Some(joined(name, junction, left, self.call.world, self.origin()))
    }

    /// Where the result comes from: the call.
    pub(super) fn origin(&self) -> Origin {
        Origin::expression(self.call.span)
    }

    /// Where the arguments, and the elements of lists among them, come from.
    pub(super) fn origins(&self) -> impl Iterator<Item = &Origin> {
        let elements = self.values.iter().filter_map(Value::as_list).flatten();
        self.values.iter().chain(elements).map(|value| &value.origin)
    }

    /// The answers so far.
    pub(super) fn world(&self) -> &World {
        self.call.world
    }

    /// An argument; null if it is not given.
    pub(super) fn value(&self, index: usize) -> &Value {
        self.values.get(index).unwrap_or(&self.absent)
    }

    /// The arguments from `index` on.
    pub(super) fn rest(&self, index: usize) -> &[Value] {
        self.values.get(index..).unwrap_or_default()
    }

    /// An argument that is known through and through.
    pub(super) fn known(&self, index: usize) -> Result<&Value, Trouble> {
        let value = self.value(index);
        if value.obstacle().is_some() { Err(Trouble::Unknown) } else { Ok(value) }
    }

    /// A known text.
    pub(super) fn text(&self, index: usize) -> Result<&str, Trouble> {
        self.value(index).as_str().ok_or(Trouble::Unknown)
    }

    /// The parts of a text; a scalar that is not known is a text of one part.
    pub(super) fn parts(&self, index: usize) -> Result<Vec<Part>, Trouble> {
        let value = self.value(index);
        match &value.data {
            Data::Text(text) => Ok(text.parts().to_vec()),
            Data::Opaque(_) | Data::Open(_) => Ok(vec![Part::Value(value.clone())]),
            _ => Err(Trouble::Unknown),
        }
    }

    /// A known number.
    pub(super) fn number(&self, index: usize) -> Result<&Number, Trouble> {
        match &self.value(index).data {
            Data::Number(number) => Ok(number),
            _ => Err(Trouble::Unknown),
        }
    }

    /// A known whole number.
    pub(super) fn whole(&self, index: usize) -> Result<i64, Trouble> {
        self.number(index)?.as_i64().ok_or_else(|| format!("argument {} must be a whole number", index + 1).into())
    }

    /// A known whole number that is not negative.
    pub(super) fn count(&self, index: usize) -> Result<usize, Trouble> {
        let number = self.whole(index)?;
        usize::try_from(number).map_err(|_| format!("argument {} must not be negative", index + 1).into())
    }

    /// The elements of a list, tuple or set, themselves perhaps unknown.
    pub(super) fn items(&self, index: usize) -> Result<&[Value], Trouble> {
        self.sequence(index).map(|(_, items)| items)
    }

    /// The elements of a list, tuple or set, and which of them it is.
    pub(super) fn sequence(&self, index: usize) -> Result<(ListKind, &[Value]), Trouble> {
        let value = self.value(index);
        match &value.data {
            Data::List(kind, items) => Ok((*kind, items)),
            _ => Err(not_a("list", value)),
        }
    }

    /// The entries of a map or object, themselves perhaps unknown.
    pub(super) fn entries(&self, index: usize) -> Result<&IndexMap<String, Value>, Trouble> {
        let value = self.value(index);
        match &value.data {
            Data::Map(_, entries) => Ok(entries),
            _ => Err(not_a("map", value)),
        }
    }

    /// An argument with every resource or module in it as a map of its attributes.
    pub(super) fn forced(&self, index: usize) -> Value {
        force(self.value(index), self.call)
    }
}

/// Refuses to make a text of so many bytes, before it is made.
pub(super) fn limit_bytes(bytes: usize) -> Result<(), Trouble> {
    if bytes > MAX_BYTES { Err(Trouble::Limit(format!("a text of more than {MAX_BYTES} bytes"))) } else { Ok(()) }
}

/// Refuses to make so many elements, or to compare so many pairs.
pub(super) fn limit_items(items: usize) -> Result<(), Trouble> {
    if items > MAX_ITEMS { Err(Trouble::Limit(format!("more than {MAX_ITEMS} elements"))) } else { Ok(()) }
}

/// About how many bytes a value has as text.
pub(super) fn weight(value: &Value) -> usize {
    match &value.data {
        Data::Text(text) => text.parts().iter().fold(2, |sum, part| sum.saturating_add(part_weight(part))),
        Data::List(_, items) => items.iter().fold(2, |sum, item| sum.saturating_add(weight(item))),
        Data::Map(_, entries) => {
            let entry = |sum: usize, (key, entry): (&String, &Value)| sum.saturating_add(key.len() + weight(entry));
            entries.iter().fold(2, entry)
        }
        _ => 8,
    }
}

/// About how many bytes a part of a text has.
pub(super) fn part_weight(part: &Part) -> usize {
    match part {
        Part::Literal(text) => text.len(),
        Part::Value(_) | Part::Json(_) => 8,
    }
}

/// Unknown if the value is, otherwise the message that it is something else.
pub(super) fn not_a(wanted: &str, value: &Value) -> Trouble {
    match value.data {
        Data::Opaque(_) | Data::Open(_) | Data::Pending(_) => Trouble::Unknown,
        _ => format!("a {wanted} is needed, this is a {}", kind(value)).into(),
    }
}

fn force(value: &Value, call: &Call) -> Value {
    let origin = value.origin.clone();
    match &value.data {
        Data::Object(_) => force(&whole(value, call.host), call),
        Data::List(kind, items) => Value::list(*kind, items.iter().map(|item| force(item, call)).collect(), origin),
        Data::Map(kind, entries) => {
            let entries = entries.iter().map(|(key, entry)| (key.clone(), force(entry, call)));
            Value::map(*kind, entries.collect(), origin)
        }
        _ => value.clone(),
    }
}
