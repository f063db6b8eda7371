//! What a value that waits for an answer may come to, as far as that is known before: whoever only wants to know whether
//! anything in it is so need not ask where nothing can be.

use std::sync::Arc;

use super::{Data, Decided, Value, any};

/// What a value that waits may come to.
#[derive(Debug, Clone)]
pub enum Awaited {
    /// One of these, or nothing.
    OneOf(Vec<Value>),
    /// A list of these, in which what waits may be missing.
    Elements(Vec<Value>),
}

impl Awaited {
    /// The same with each value changed.
    #[must_use]
    pub fn map(&self, change: impl Fn(&Value) -> Value) -> Self {
        let changed = |values: &[Value]| values.iter().map(change).collect();
        match self {
            Self::OneOf(values) => Self::OneOf(changed(values)),
            Self::Elements(values) => Self::Elements(changed(values)),
        }
    }
}

impl Value {
    /// The value, which waits for an answer, as one that may come to this.
    #[must_use]
    pub fn awaiting(self, awaited: Awaited) -> Self {
        match self.data {
            Data::Pending(_) => Self { awaited: Some(Arc::new(awaited)), ..self },
            _ => self,
        }
    }

    /// Of a value that waits, the values of which it will be one if it is anything.
    #[must_use]
    pub fn alternatives(&self) -> Option<&[Self]> {
        match self.awaited.as_deref() {
            Some(Awaited::OneOf(values)) => Some(values),
            _ => None,
        }
    }

    /// Of a list that waits, its elements, of which those that wait themselves may be missing.
    #[must_use]
    pub fn awaited_elements(&self) -> Option<&[Self]> {
        match self.awaited.as_deref() {
            Some(Awaited::Elements(values)) => Some(values),
            _ => None,
        }
    }

    /// Whether something is so of the value. It is not, if it is not so of anything that a value that waits may come to.
    ///
    /// # Errors
    /// [`super::Stop`] when an input decides it.
    pub fn may_be(&self, is: &impl Fn(&Self) -> Decided<bool>) -> Decided<bool> {
        match self.alternatives() {
            Some(values) if any(values.iter().map(|value| value.may_be(is))) == Ok(false) => Ok(false),
            _ => is(self),
        }
    }
}
