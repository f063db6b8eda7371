//! `Fn::Equals`: what two values are as texts, and what decides where they are not known.

use std::sync::Arc;

use crate::value::{Ask, Data, Input, Literal, Origin, Parting, Value};

use super::condition::every;
use super::evaluator::Evaluator;
use super::intrinsic::bounded;

impl Evaluator<'_> {
    /// Whether both are the same: true, false, pending or failed. Numbers and booleans are compared as texts.
    pub fn equal(&self, left: &Value, right: &Value, origin: &Origin) -> Value {
        if let Some(blocked) = super::intrinsic::blocked(&[left, right]) {
            return Value::new(blocked.data, origin.clone());
        }
        // "every Fn::Equals object requires a list of 2 string parameters"
        if let Some(what) = [left, right].into_iter().find_map(|value| super::text::text(value).err()) {
            return Value::failed(format!("Fn::Equals compares texts, not {what}"), origin.clone());
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
                let statement = Input::derived(bounded(names.join(" == ")), origin.clone()).sameness(left, right);
                self.decide(statement, &[left, right], origin)
            }
        }
    }

    /// Whether a value that is not known is this literal.
    fn is(&self, value: &Value, literal: &str, origin: &Origin) -> Value {
        let ask = Ask::Is(Literal::Text(literal.to_owned()));
        match &value.data {
            Data::Open(input) => self.answer(input, ask, origin.clone()),
            Data::Opaque(_) => self.answer(&Arc::new(Input::set(value, origin.clone())), ask, origin.clone()),
            Data::Text(text) => match text.parting(literal) {
                Parting::Never => Value::bool(false, origin.clone()),
                Parting::Once(pieces) => {
                    let are: Vec<Value> = pieces.iter().map(|(part, piece)| self.is(part, piece, origin)).collect();
                    every(&are, origin.clone())
                }
                Parting::Unclear => {
                    let name = bounded(format!("{} == \"{literal}\"", value.describe()));
                    self.decide(Input::derived(name, origin.clone()), &[value], origin)
                }
            },
            _ => Value::bool(false, origin.clone()),
        }
    }

    /// The answer to a statement about these values, in its canonical text, unless one of them has few values.
    fn decide(&self, statement: Input, operands: &[&Value], origin: &Origin) -> Value {
        match operands.iter().find_map(|operand| operand.which(self.world)) {
            Some(question) => Value::pending(question, origin.clone()),
            None => self.answer(&Arc::new(statement), Ask::True, origin.clone()),
        }
    }
}
