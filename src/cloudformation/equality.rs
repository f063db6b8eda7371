//! `Fn::Equals`: what two values are as texts, and what decides where they are not known.

use std::sync::Arc;

use crate::value::{Ask, Data, Input, Literal, Origin, Part, Text, Value};

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
            Data::Text(text) => match unknown_middle(text, literal) {
                Middle::Nothing => Value::bool(false, origin.clone()),
                // What the one unknown part must be says it all.
                Middle::One(part, literal) => self.is(part, literal, origin),
                Middle::Several => {
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

/// What is left to be compared once the known ends of a text were.
enum Middle<'t> {
    /// They keep it from being the literal.
    Nothing,
    /// This part must be this literal.
    One(&'t Value, &'t str),
    /// More than one part is unknown.
    Several,
}

fn unknown_middle<'t>(text: &'t Text, literal: &'t str) -> Middle<'t> {
    let known = |part: Option<&'t Part>| match part {
        Some(Part::Literal(text)) => text.as_str(),
        _ => "",
    };
    let (start, end) = (known(text.parts().first()), known(text.parts().last()));
    let middle = literal.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
    let mut unknown = text.parts().iter().filter(|part| !matches!(part, Part::Literal(_)));
    match (middle, unknown.next(), unknown.next()) {
        (None, ..) => Middle::Nothing,
        (Some(""), ..) if text.values().any(|value| matches!(value.data, Data::Opaque(_))) => Middle::Nothing,
        (Some(middle), Some(Part::Value(value)), None) => Middle::One(value, middle),
        _ => Middle::Several,
    }
}
