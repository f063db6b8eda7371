//! What a value that waits for an answer may come to, as far as that is known before: whoever only wants to know whether
//! anything in it is so need not ask where nothing can be.
//!
//! What is said of a value that waits holds of that value only. What is made of it is worked out for each that it may come to
//! ([`Value::then`]), or nothing is said of it ([`Value::unsaid`]).

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Data, Decided, MapKind, Value, any};

/// Of how many values one is known to be what becomes of a value that waits.
const MAX_OUTCOMES: usize = 256;

/// What a value that waits may come to.
#[derive(Debug, Clone)]
pub enum Awaited {
    /// One of these, or nothing.
    OneOf(Vec<Value>),
    /// A list of these, in which what waits may be missing.
    Elements(Vec<Value>),
    /// A map put together of these: of two that have a key the later one counts. One that waits may be empty.
    Merged(Vec<Value>),
}

impl Awaited {
    /// The same with each value changed.
    #[must_use]
    pub fn map(&self, change: impl Fn(&Value) -> Value) -> Self {
        let changed = |values: &[Value]| values.iter().map(change).collect();
        match self {
            Self::OneOf(values) => Self::OneOf(changed(values)),
            Self::Elements(values) => Self::Elements(changed(values)),
            Self::Merged(parts) => Self::Merged(changed(parts)),
        }
    }

    /// How many values it speaks of.
    fn width(&self) -> usize {
        let (Self::OneOf(values) | Self::Elements(values) | Self::Merged(values)) = self;
        values.iter().map(|value| value.awaited.as_ref().map_or(1, |awaited| awaited.width())).sum()
    }
}

impl Value {
    /// The value, which waits for an answer, as one that may come to this.
    #[must_use]
    pub fn awaiting(self, awaited: Awaited) -> Self {
        let awaited = Some(awaited).filter(|awaited| self.is_waiting() && awaited.width() <= MAX_OUTCOMES);
        Self { awaited: awaited.map(Arc::new), ..self }
    }

    /// The value, of which nothing is said of what it may come to.
    #[must_use]
    pub fn unsaid(self) -> Self {
        Self { awaited: None, ..self }
    }

    /// Whether the value itself waits for an answer.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        matches!(self.data, Data::Pending(_))
    }

    /// One that is `value`, if it is anything, once this value's answer is given.
    #[must_use]
    pub fn perhaps(&self, value: Self) -> Self {
        Self::new(self.data.clone(), value.origin.clone()).awaiting(Awaited::OneOf(vec![value]))
    }

    /// Of a value that waits, the values of which it will be one if it is anything.
    #[must_use]
    pub fn alternatives(&self) -> Option<&[Self]> {
        match self.awaited.as_deref() {
            Some(Awaited::OneOf(values)) => Some(values),
            _ => None,
        }
    }

    /// The values of which this will be one, if it is anything, none of which waits itself.
    #[must_use]
    pub fn outcomes(&self) -> Option<Vec<&Self>> {
        if !self.is_waiting() {
            return Some(vec![self]);
        }
        let outcomes: Option<Vec<_>> = self.alternatives()?.iter().map(Self::outcomes).collect();
        Some(outcomes?.concat())
    }

    /// Of a list that waits, its elements, of which those that wait themselves may be missing.
    #[must_use]
    pub fn awaited_elements(&self) -> Option<&[Self]> {
        match self.awaited.as_deref() {
            Some(Awaited::Elements(values)) => Some(values),
            _ => None,
        }
    }

    /// Of a map that waits, the parts that it is put together of.
    #[must_use]
    pub fn merged(&self) -> Option<&[Self]> {
        match self.awaited.as_deref() {
            Some(Awaited::Merged(parts)) if self.is_waiting() => Some(parts),
            _ => None,
        }
    }

    /// A map that this is, if it is anything once this value's answer is given, and empty otherwise.
    #[must_use]
    pub fn unless_empty(&self, map: Self) -> Self {
        let nothing = Self::map(MapKind::Object, IndexMap::new(), map.origin.clone());
        Self::new(self.data.clone(), map.origin.clone()).awaiting(Awaited::OneOf(vec![map, nothing]))
    }

    /// The same of a list that waits, also where it is one of several lists.
    #[must_use]
    pub fn may_hold(&self) -> Option<Vec<Self>> {
        if let Some(elements) = self.awaited_elements() {
            return Some(elements.to_vec());
        }
        let mut held = Vec::new();
        for list in self.alternatives()? {
            let elements = match &list.data {
                Data::Null => Vec::new(),
                Data::List(_, items) => items.as_ref().clone(),
                _ => list.may_hold()?,
            };
            held.extend(elements.into_iter().map(|element| self.perhaps(element)));
        }
        Some(held)
    }

    /// Shows the value, everything in it, and everything that it may come to, to `visitor`.
    pub fn visit_all<'v>(&'v self, visitor: &mut dyn FnMut(&'v Self)) {
        self.visit(&mut |value| {
            visitor(value);
            let awaited = value.awaited.as_deref();
            if let Some(Awaited::OneOf(values) | Awaited::Elements(values) | Awaited::Merged(values)) = awaited {
                for value in values {
                    value.visit_all(visitor);
                }
            }
        });
    }

    /// What an operation makes of the value; of one that waits, of each that it may come to. What it refuses comes to nothing:
    /// where that is what becomes of the answer, the real tool stops.
    #[must_use]
    pub fn then(&self, operation: &dyn Fn(&Self) -> Self) -> Self {
        if !self.is_waiting() {
            return operation(self);
        }
        self.of_each(&|value| value.then(operation))
    }

    /// What is read of a value by `part`, which also reads a map that is put together; of another one that waits, of each that it
    /// may come to.
    #[must_use]
    pub fn then_read(&self, part: &dyn Fn(&Self) -> Self) -> Self {
        if !self.is_waiting() || self.merged().is_some() {
            return part(self);
        }
        self.of_each(&|value| value.then_read(part))
    }

    fn of_each(&self, operation: &dyn Fn(&Self) -> Self) -> Self {
        let made = self.alternatives().unwrap_or_default().iter().map(operation);
        let made: Vec<Self> = made.filter(|value| !matches!(value.data, Data::Failed(_))).collect();
        let whole = self.clone().unsaid();
        if made.is_empty() { whole } else { whole.awaiting(Awaited::OneOf(made)) }
    }

    /// Whether something is so of the value. It is not, if it is not so of anything that a value that waits may come to.
    ///
    /// # Errors
    /// [`super::Stop`] when an input decides it.
    pub fn may_be(&self, is: &impl Fn(&Self) -> Decided<bool>) -> Decided<bool> {
        let present = |values: &[Self]| any(values.iter().filter(|one| !one.is_null()).map(|one| one.may_be(is)));
        match self.alternatives() {
            Some(values) if present(values) == Ok(false) => Ok(false),
            _ => is(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Ask, Input, ListKind, Origin, Question};

    fn waiting(values: Vec<Value>) -> Value {
        let question = Question::new(Input::derived("var.c", Origin::default()), Ask::True);
        Value::pending(question, Origin::default()).awaiting(Awaited::OneOf(values))
    }

    fn text(text: &str) -> Value {
        Value::text(text, Origin::default())
    }

    #[test]
    fn what_is_made_of_a_value_that_waits_is_made_of_each_that_it_may_come_to() {
        let twice = |value: &Value| match value.as_str() {
            Some("no") => Value::failed("no", Origin::default()),
            said => text(&said.unwrap_or_default().repeat(2)),
        };
        let made = waiting(vec![text("a"), text("no"), waiting(vec![text("b")])]).then(&twice);
        let outcomes: Vec<_> = made.outcomes().unwrap().into_iter().filter_map(Value::as_str).collect();
        assert_eq!(outcomes, ["aa", "bb"]);
        assert!(waiting(vec![text("no")]).then(&twice).outcomes().is_none());
        assert!(waiting(vec![text("a")]).unsaid().then(&twice).outcomes().is_none());
    }

    #[test]
    fn a_list_that_is_one_of_several_may_hold_what_any_of_them_holds() {
        let list = |items| Value::list(ListKind::Tuple, items, Origin::default());
        let held =
            waiting(vec![list(vec![text("a")]), list(Vec::new()), waiting(vec![list(vec![text("b")])])]).may_hold();
        let held = held.unwrap();
        assert!(held.iter().all(Value::is_waiting));
        let outcomes: Vec<_> = held.iter().filter_map(Value::outcomes).flatten().filter_map(Value::as_str).collect();
        assert_eq!(outcomes, ["a", "b"]);
        assert!(waiting(vec![text("a")]).may_hold().is_none());
    }

    #[test]
    fn too_many_outcomes_are_not_kept() {
        let many = waiting(vec![text("a"); MAX_OUTCOMES]);
        assert!(many.outcomes().is_some());
        assert!(waiting(vec![many, text("b")]).outcomes().is_none());
    }
}
