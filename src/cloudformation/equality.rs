//! `Fn::Equals`: what two values are as texts, and what decides where they are not known.

use std::sync::Arc;

use crate::value::{Ask, Data, Domain, Input, Literal, Origin, Part, Symbol, Text, Value};

use super::evaluator::Evaluator;
use super::intrinsic::bounded;

impl Evaluator<'_> {
    /// Whether both are the same: true, false, pending or failed. Numbers and booleans are compared as texts.
    pub fn equal(&self, left: &Value, right: &Value, origin: &Origin) -> Value {
        if let Some(blocked) = super::intrinsic::blocked(&[left, right]) {
            return Value::new(blocked.data, origin.clone());
        }
        if left.is_null() || right.is_null() {
            return Value::failed("Fn::Equals compares with AWS::NoValue", origin.clone());
        }
        if let Some((left, right)) = Literal::of(left).zip(Literal::of(right)) {
            return Value::bool(left.same(&right), origin.clone());
        }
        if left == right {
            return Value::bool(true, origin.clone());
        }
        match (Literal::of(left), Literal::of(right)) {
            (None, Some(literal)) => self.is(left, &literal.as_text(), origin),
            (Some(literal), None) => self.is(right, &literal.as_text(), origin),
            _ if left.obstacle().is_none() && right.obstacle().is_none() => Value::bool(false, origin.clone()),
            _ => {
                let mut names = [left.describe(), right.describe()];
                names.sort();
                self.unless_few(&[left, right], self.decide(bounded(names.join(" == ")), origin))
            }
        }
    }

    /// Whether a value that is not known is this literal.
    fn is(&self, value: &Value, literal: &str, origin: &Origin) -> Value {
        let ask = Ask::Is(Literal::Text(literal.to_owned()));
        match &value.data {
            Data::Open(input) => self.answer(input, ask, origin.clone()),
            // Asked by its name, so that a Region that is one literal is none of the others.
            Data::Opaque(symbol) => self.answer(&Arc::new(of_symbol(symbol, origin.clone())), ask, origin.clone()),
            Data::Text(text) if cannot_be(text, literal) => Value::bool(false, origin.clone()),
            Data::Text(_) => {
                let name = bounded(format!("{} == \"{literal}\"", value.describe()));
                self.unless_few(&[value], self.decide(name, origin))
            }
            _ => Value::bool(false, origin.clone()),
        }
    }

    fn decide(&self, name: String, origin: &Origin) -> Value {
        self.answer(&Arc::new(Input::derived(name, origin.clone())), Ask::True, origin.clone())
    }
}

/// What is opaque, as something that may be compared: it is set.
fn of_symbol(symbol: &Symbol, origin: Origin) -> Input {
    let domain = Domain { values: None, never_null: true, never_empty: true };
    Input { domain, ..Input::derived(symbol.to_string(), origin) }
}

/// Whether the known ends of a text keep it from being `literal`.
fn cannot_be(text: &Text, literal: &str) -> bool {
    let known = |part: Option<&Part>| match part {
        Some(Part::Literal(text)) => text.clone(),
        _ => String::new(),
    };
    let (start, end) = (known(text.parts().first()), known(text.parts().last()));
    !literal.starts_with(&start)
        || !literal.ends_with(&end)
        || literal.len() < start.len() + end.len()
        || (literal.is_empty() && text.is_certainly_set())
}
