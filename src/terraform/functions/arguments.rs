//! How a function is declared, and how it gets at its arguments.

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::IndexMap;

pub(super) use super::parameters::Parameter;
use super::{Call, whole};
use crate::model::policy_document::written_out;
use crate::terraform::joined::{is_nothing, joined, resolved};
use crate::terraform::operators::without_equals;
use crate::terraform::types::{convert, kind, of, shaped};
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
    /// The same, and it will be one of these then.
    OneOf(Arc<Question>, Vec<Value>),
    /// A limit of this program was reached: one sentence.
    Limit(String),
    /// It cannot be told in any world, for this reason (a file outside of the project).
    Broken(String),
}

impl Trouble {
    /// The same where the answer will be one of `values`.
    pub(super) fn picking(self, values: &[Value]) -> Self {
        match self {
            Self::Ask(question) => Self::OneOf(question, values.to_vec()),
            other => other,
        }
    }
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
            let value = if parameter.looks_into() { shaped(value, call.world) } else { value };
            if value.is_null() && !parameter.takes_null() {
                return Err(format!("argument {} must not be null", index + 1));
            }
            let needed = match value.data {
                Data::Open(_) | Data::Opaque(_) | Data::List(ListKind::Set, _) => parameter.needed(&of(&value)),
                _ => None,
            };
            // Null of any type is taken where null is.
            let value = if parameter.takes_null() && needed.is_some() { value.null_decided(call.world) } else { value };
            if let Some(needed) = needed.filter(|_| !value.is_null() && value.waiting().is_none()) {
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

    /// The collection; a set without the elements that inputs make equal.
    pub(super) fn without_equals<'v>(&self, collection: &'v Value) -> Result<Cow<'v, Value>, Trouble> {
        without_equals(collection, self.world(), &self.origin()).map_err(|undecided| match undecided.data {
            Data::Pending(question) => Trouble::Ask(question),
            _ => Trouble::Unknown,
        })
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
        Data::Object(..) => force(&whole(value, call.host), call),
        Data::List(kind, items) => Value::list(*kind, items.iter().map(|item| force(item, call)).collect(), origin),
        Data::Map(kind, entries) => {
            let entries = entries.iter().map(|(key, entry)| (key.clone(), force(entry, call)));
            Value::map(*kind, entries.collect(), origin)
        }
        _ => value.clone(),
    }
}
