//! The texts that an argument of the data source lists: actions, resources, identifiers, values of a condition.

use std::collections::HashSet;
use std::sync::Arc;

use crate::value::{Data, Domain, Input, Junction, ListKind, Literal, Origin, Part, Reason, Text, Value};

/// The texts of a list or set, as far as they are known.
pub(super) struct Texts {
    /// Lists, and collections that are not known.
    parts: Vec<Value>,
    origin: Origin,
}

impl Texts {
    /// What an argument lists; nothing if it is null.
    pub(super) fn of(argument: &Value) -> Self {
        let parts = if argument.is_null() { Vec::new() } else { parts_of(argument) };
        Self { parts, origin: argument.origin.clone() }
    }

    /// All texts, if they are known.
    pub(super) fn known(&self) -> Option<Vec<&str>> {
        self.items()?.into_iter().map(Value::as_str).collect()
    }

    /// The elements in the order in which they are written, if it is known how many there are.
    pub(super) fn items(&self) -> Option<Vec<&Value>> {
        let lists: Option<Vec<&[Value]>> = self.parts.iter().map(Value::as_list).collect();
        Some(lists?.into_iter().flatten().collect())
    }

    /// The same with `&{…}` as `${…}`, which Terraform would take for its own.
    pub(super) fn replaced(&self) -> Self {
        Self { parts: self.parts.iter().map(replaced).collect(), origin: self.origin.clone() }
    }

    /// Each text once, where all are known.
    pub(super) fn distinct(&self) -> Self {
        self.rearranged(|items| {
            let mut seen = HashSet::new();
            items.retain(|item| seen.insert(item.as_str()));
        })
    }

    /// The last in lexical order first, where all are known.
    pub(super) fn sorted(&self) -> Self {
        self.rearranged(|items| items.sort_by(|left, right| right.as_str().cmp(&left.as_str())))
    }

    fn rearranged<'v>(&'v self, change: impl Fn(&mut Vec<&'v Value>)) -> Self {
        let mut items = self.items().unwrap_or_default();
        if self.known().is_some() {
            change(&mut items);
            let items = items.into_iter().cloned().collect();
            return Self {
                parts: vec![Value::list(ListKind::Tuple, items, self.origin.clone())],
                origin: self.origin.clone(),
            };
        }
        Self { parts: self.parts.clone(), origin: self.origin.clone() }
    }

    /// The set as the provider writes it: one element as it is, several as a list, none not at all.
    pub(super) fn as_set(&self) -> Option<Value> {
        match self.items().as_deref() {
            Some([]) => None,
            Some([only]) => Some((*only).clone()),
            Some(_) if self.known().is_some() => self.as_list(),
            _ => Some(unordered(self.parts.clone(), &self.origin)),
        }
    }

    /// The list as the provider writes it: one element as it is. `None` if it is not known how many there are.
    pub(super) fn as_list(&self) -> Option<Value> {
        match self.items()?.as_slice() {
            [only] => Some((*only).clone()),
            _ => Some(self.list()),
        }
    }

    /// All elements as a list.
    pub(super) fn list(&self) -> Value {
        let items = self.items().unwrap_or_default().into_iter().cloned().collect();
        Value::list(ListKind::Tuple, items, self.origin.clone())
    }

    /// All texts of several lists, which stand in this order.
    pub(super) fn concat(lists: Vec<Self>) -> Self {
        let origin = lists.first().map(|list| list.origin.clone()).unwrap_or_default();
        Self { parts: lists.into_iter().flat_map(|list| list.parts).collect(), origin }
    }

    /// The texts in an order that is not known.
    pub(super) fn shuffled(self) -> Value {
        unordered(self.parts, &self.origin)
    }
}

fn parts_of(collection: &Value) -> Vec<Value> {
    let origin = || collection.origin.clone();
    match (&collection.data, collection.parts()) {
        (_, Some((junction, parts))) if junction.is_of_elements() => parts.iter().flat_map(parts_of).collect(),
        (Data::List(_, items), _) => {
            let texts = items.iter().filter(|item| !item.is_null()).map(as_text).collect();
            vec![Value::list(ListKind::Tuple, texts, origin())]
        }
        (Data::Text(_) | Data::Bool(_) | Data::Number(_), _) => {
            vec![Value::list(ListKind::Tuple, vec![as_text(collection)], origin())]
        }
        _ => vec![collection.clone()],
    }
}

fn as_text(value: &Value) -> Value {
    match &value.data {
        Data::Bool(_) | Data::Number(_) => {
            let text = Literal::of(value).map(|literal| literal.as_text()).unwrap_or_default();
            Value::text(text, value.origin.clone())
        }
        _ => value.clone(),
    }
}

fn replaced(value: &Value) -> Value {
    if let Some(awaited) = &value.awaited {
        return Value { awaited: Some(Arc::new(awaited.map(replaced))), ..value.clone() };
    }
    if let Some(items) = value.as_list() {
        return Value::list(ListKind::Tuple, items.iter().map(replaced).collect(), value.origin.clone());
    }
    let Data::Text(text) = &value.data else { return value.clone() };
    let parts = text.parts().iter().map(|part| match part {
        Part::Literal(literal) => Part::Literal(literal.replace("&{", "${")),
        part => part.clone(),
    });
    Value::new(Data::Text(Text::join(parts)), value.origin.clone())
}

/// A collection of which neither the order is known nor which elements are the same. What waits for an answer is put in order
/// when that is given, and has no name before.
fn unordered(parts: Vec<Value>, origin: &Origin) -> Value {
    let whole = Value::list(ListKind::Tuple, parts.clone(), origin.clone());
    if let Some(obstacle) = whole.obstacle()
        && matches!(obstacle.data, Data::Pending(_) | Data::Failed(_))
    {
        let items = parts.iter().flat_map(|part| part.as_list().unwrap_or(std::slice::from_ref(part)));
        return Value::list(ListKind::Tuple, items.cloned().collect(), origin.clone());
    }
    let name = match parts.as_slice() {
        [only] => format!("toset({})", only.describe()),
        _ => format!("toset(concat({}))", parts.iter().map(Value::describe).collect::<Vec<_>>().join(", ")),
    };
    let reason = Reason::Joined(Junction::Set, Arc::new(parts));
    let domain = Domain { never_null: true, ..Domain::default() };
    Value::open(Input { name, reason, domain, origin: origin.clone() }, origin.clone())
}
