//! Which values an input can have, and what it has of another one.
//!
//! Knows literals and questions; knows nothing of answers.

use std::sync::Arc;

use super::{Ask, Input, Literal, Number, Type, is_fixed};

/// Which values an input can have.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Domain {
    /// All the values, where they are finitely many (`AllowedValues`, a boolean).
    pub values: Option<Vec<Literal>>,
    /// What is certainly none of them.
    pub never: Vec<Literal>,
    /// Whether null is certainly not one of them.
    pub never_null: bool,
    /// Whether the empty text or collection is certainly not one of them (`MinLength`).
    pub never_empty: bool,
    /// Whether a wildcard, a policy variable or a wide range of addresses is certainly none of them (`AllowedPattern`).
    pub never_wide: bool,
    /// What its elements are found by.
    pub keys: Keys,
    /// What it is where it is empty.
    pub empty: Emptiness,
    /// What each of its elements can be, where it is a list of which that is said (`List<Number>`).
    pub elements: Option<Arc<Domain>>,
    /// The collection of which it has something, or the number that says how much, so that what is asked about that is asked
    /// there.
    pub mirrors: Option<(Mirrored, Arc<Input>)>,
    /// What type its elements have, where the value that is this input has none that says so: a `for` makes a tuple of the
    /// elements of a list.
    pub element: Option<Arc<Type>>,
}

/// What an input is that is empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Emptiness {
    /// The empty text, or nobody says what.
    #[default]
    Text,
    /// A list or a set without elements.
    List,
    /// A map or an object without keys.
    Map,
}

/// What the elements of an input are found by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keys {
    /// Whatever it turns out to be: `[0]` may be the first of a list, or stand under the key "0".
    #[default]
    Any,
    /// Whatever it turns out to be, because no type is written: it may be empty without being the empty text.
    Untyped,
    /// Whatever it turns out to be: it is the text that something becomes of which no type is written, be it a text or a number.
    Converted,
    /// Their positions: it is a list.
    Positions,
    /// Nothing, since it has none: it is a number, if it is not null, and a text that it becomes is written in one way only.
    Number,
    /// Nothing, since it is a number that is never below zero.
    Count,
}

impl Keys {
    /// Whether it is a number.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::Number | Self::Count)
    }

    /// What those of the text are that it becomes.
    #[must_use]
    pub fn of_text(self) -> Self {
        if self == Self::Untyped { Self::Converted } else { self }
    }
}

/// What a collection has of the one that it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mirrored {
    /// Elements if that has any.
    Emptiness,
    /// As many elements.
    Length,
    /// The same elements, or those that are found by its keys.
    Elements,
    /// Its keys.
    Keys,
    /// The same elements, each once.
    Members,
    /// Elements if this, which is true or false, is true.
    Any,
    /// As many elements as this number, which is no collection, says.
    Number,
    /// The same under the same keys, each converted. A text that nothing else becomes is the same before and after.
    Entries,
    /// The same elements in the same places, each converted.
    Items,
}

impl Mirrored {
    /// What is asked of the collection, or of the number, in place of what has something of it; `None` where that tells nothing.
    pub(super) fn asked(self, ask: &Ask) -> Option<Ask> {
        let has_it = match (self, ask) {
            (Self::Number, Ask::Empty) => return Some(Ask::Is(Literal::Number(Number::from(0_usize)))),
            (Self::Number, Ask::LongerThan(count)) => return Some(Ask::Above(Number::from(*count))),
            (Self::Any, Ask::Empty) => return Some(Ask::Is(Literal::Bool(false))),
            (Self::Any, Ask::LongerThan(0)) => return Some(Ask::True),
            (Self::Number | Self::Any, _) => false,
            // What is made of null is null, where it is made at all.
            (_, Ask::Empty | Ask::LongerThan(0))
            | (Self::Elements | Self::Keys | Self::Members, Ask::Null)
            | (Self::Entries | Self::Items, Ask::Null | Ask::Listed | Ask::Fixed | Ask::Becomes(_)) => true,
            (Self::Items, Ask::Holds(literal) | Ask::Is(literal)) => literal.is_only_a_text(),
            (_, Ask::LongerThan(_)) => {
                matches!(self, Self::Length | Self::Elements | Self::Keys | Self::Entries | Self::Items)
            }
            (_, Ask::Holds(_)) => matches!(self, Self::Elements | Self::Keys | Self::Members | Self::Entries),
            _ => false,
        };
        has_it.then(|| ask.clone())
    }
}

impl Domain {
    /// True or false and nothing else.
    #[must_use]
    pub fn boolean() -> Self {
        Self {
            values: Some(vec![Literal::Bool(true), Literal::Bool(false)]),
            never_null: true,
            never_empty: true,
            never_wide: true,
            ..Self::default()
        }
    }

    /// Whatever is neither null nor empty.
    #[must_use]
    pub fn set() -> Self {
        Self { never_null: true, never_empty: true, ..Self::default() }
    }

    /// Exactly these values.
    #[must_use]
    pub fn of(values: Vec<Literal>) -> Self {
        let never_null = !values.contains(&Literal::Null);
        let never_empty = !values.contains(&Literal::Text(String::new()));
        Self { values: Some(values), never_null, never_empty, ..Self::default() }
    }

    /// What an input of these values is where it is empty.
    #[must_use]
    pub fn emptiness(&self) -> Emptiness {
        if self.keys == Keys::Positions { Emptiness::List } else { self.empty }
    }

    /// What each of the elements can be, if it is a list.
    #[must_use]
    pub fn of_element(&self) -> Self {
        self.elements.as_deref().cloned().unwrap_or_default()
    }

    /// The value that a literal stands for: of a boolean, true for "true"; of a number, 1 for "1".
    pub(super) fn own(&self, literal: Literal) -> Literal {
        let of_few = self.values.iter().flatten().find(|value| self.is_same(value, &literal)).cloned();
        let number = || {
            let number = Number::parse(&literal.as_text()).ok().filter(|_| self.keys.is_number())?;
            Some(Literal::Number(number)).filter(|number| number.same(&literal))
        };
        of_few.or_else(number).unwrap_or(literal)
    }

    /// Whether two literals are one value. Where no type is written the text "1" is not the number; elsewhere one is converted.
    pub(super) fn is_same(&self, one: &Literal, other: &Literal) -> bool {
        let is_exact = self.keys == Keys::Untyped || self.keys == Keys::Converted && self.values.is_none();
        if is_exact { one == other } else { one.same(other) }
    }

    /// Whether a literal is, or may be, one of the values.
    #[must_use]
    pub fn allows(&self, literal: &Literal) -> bool {
        match (&self.values, literal) {
            _ if self.never.contains(literal) => false,
            (Some(values), _) => values.iter().any(|value| value.same(literal)),
            (None, Literal::Null) => !self.never_null,
            (None, Literal::Number(number)) => self.keys != Keys::Count || *number >= Number::from(0_usize),
            (None, Literal::Text(_) | Literal::Bool(_)) if self.keys.is_number() => {
                matches!(self.own(literal.clone()), Literal::Number(_))
            }
            (None, Literal::Text(text)) if text.is_empty() => !self.never_empty,
            (None, Literal::Text(text)) => !self.never_wide || is_fixed(text),
            (None, _) => true,
        }
    }
}
