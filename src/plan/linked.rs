//! What names a bucket in a plan: a value, or one of several, which of them being a question. Knows values, and not how
//! references lead to them (`links`).

use std::sync::Arc;

use crate::value::{Ask, Data, Input, Literal, Origin, Question, Symbol, SymbolSource, Value, World};

use super::slot::Extent;

/// One of several values, which of them being a question.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    /// What is asked about.
    pub input: Arc<Input>,
    /// What references lead to.
    pub candidates: Vec<(String, Value)>,
    /// The addresses of the buckets it may be too.
    pub others: Arc<[String]>,
    /// What it is where it is none of these.
    pub rest: Value,
}

/// An argument, and how much of it the plan tells.
#[derive(Debug)]
pub(super) struct Planned {
    /// What it is, as far as the plan alone tells.
    pub linked: Linked,
    /// How much that is.
    pub told: Extent,
}

/// What an argument is.
#[derive(Debug, Clone)]
pub(super) enum Linked {
    /// This.
    Value(Value),
    /// One of these.
    Choice(Choice),
}

impl Linked {
    /// The value in a world.
    pub fn value(&self, world: &World) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Choice(choice) => choice.value(world),
        }
    }
}

impl Choice {
    fn value(&self, world: &World) -> Value {
        let origin = || self.input.origin.clone();
        let is_candidate = |address: &String| self.candidates.iter().any(|(name, _)| name == address);
        let others = self.others.iter().filter(|address| !is_candidate(address));
        let others = others.map(|address| (address, named_bucket(address, origin())));
        for (name, value) in self.candidates.iter().map(|(name, value)| (name, value.clone())).chain(others) {
            let question = Question::new(Arc::clone(&self.input), Ask::Is(Literal::Text(name.clone())));
            match world.answer(&question) {
                Some(true) => return value,
                Some(false) => {}
                None => return Value::pending(question, origin()),
            }
        }
        self.rest.clone()
    }

    /// The question whether it is the bucket with this address or name; `None` where it takes more than one.
    pub fn whether(&self, address: &str, name: Option<&str>) -> Option<Question> {
        let candidates = self.candidates.iter().filter(|(_, value)| !is_another(value, address, name));
        let candidates: Vec<&String> = candidates.map(|(candidate, _)| candidate).collect();
        let others = self.others.iter().filter(|other| *other == address && !candidates.contains(other));
        let own: Vec<&String> = candidates.iter().copied().chain(others).collect();
        let is_all = name.is_none() || is_another(&self.rest, address, name);
        let [only] = own.as_slice() else { return None };
        is_all.then(|| Question::new(Arc::clone(&self.input), Ask::Is(Literal::Text((*only).clone()))))
    }

    /// What it is where the answer to a question about it is yes.
    pub fn told(&self, question: &Question) -> Option<Value> {
        let Ask::Is(Literal::Text(name)) = &question.ask else { return None };
        if question.input != self.input {
            return None;
        }
        let candidate = self.candidates.iter().find(|(candidate, _)| candidate == name).map(|(_, value)| value.clone());
        candidate.or_else(|| self.others.contains(name).then(|| named_bucket(name, self.input.origin.clone())))
    }

    /// Whether it may be the bucket with this address or name, in some world.
    pub fn may_be(&self, address: &str, name: Option<&str>) -> bool {
        let mut values = self.candidates.iter().map(|(_, value)| value).chain([&self.rest]);
        !values.all(|value| is_another(value, address, name)) || self.others.iter().any(|other| other == address)
    }
}

/// Whether a value is the name of another bucket than the one with this address or name.
fn is_another(value: &Value, address: &str, name: Option<&str>) -> bool {
    match &value.data {
        Data::Opaque(symbol) => match &symbol.source {
            SymbolSource::Resource(other) => other != address,
            SymbolSource::Named(_) => true,
            _ => false,
        },
        _ => value.as_str().is_some_and(|other| name != Some(other)),
    }
}

/// What a bucket will be called that is none of the plan's.
pub(super) fn another_bucket(name: &str, origin: Origin) -> Value {
    Value::opaque(Symbol { source: SymbolSource::Named(name.to_owned()), attribute: String::new() }, origin)
}

/// What the bucket at an address will be called.
pub(super) fn named_bucket(address: &str, origin: Origin) -> Value {
    Value::opaque(Symbol { source: SymbolSource::Resource(address.to_owned()), attribute: "id".to_owned() }, origin)
}
