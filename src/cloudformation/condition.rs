//! Conditions: `Fn::And`, `Fn::Or`, `Fn::Not`, and names of conditions. An operand that is still a question does not
//! keep the others from deciding.

use crate::source::Span;
use crate::syntax::Node;
use crate::value::{Ask, Data, Origin, Question, Role, Value};

use super::evaluator::{Evaluator, Name, Section, broken};
use super::looped::starred;
use super::reference::undeclared;
use super::template::function;
use super::tree::Stack;

/// The functions whose value is a boolean. They stand in `Conditions` and `Rules`, nowhere else; some in `Rules` only.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html>
pub const LOGIC: [&str; 7] =
    ["Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals", "Fn::Contains", "Fn::EachMemberIn", "Fn::EachMemberEquals"];

/// The functions of `Rules`: CloudFormation refuses them in `Conditions` and everywhere else.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-rules.html>
pub const RULES_ONLY: [&str; 6] =
    ["Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll"];

impl<'t> Evaluator<'t> {
    /// Whether the condition holds that a resource, an output or `Fn::If` names: true, false, pending or failed. What
    /// stands there is a name; CloudFormation refuses functions.
    pub fn holds(&self, stack: &'t Stack, name: &Node, place: &str) -> Value {
        match name.text() {
            Some(text) => self.condition(stack, text, name.span),
            None => self.decided(broken(format!("{place} is the name of a condition"), Origin::expression(name.span))),
        }
    }

    /// What a rule asserts or applies to: true, false, pending or failed.
    pub fn ruled(&self, stack: &'t Stack, node: &Node) -> Value {
        self.standing_in(Section::Rules, || self.truth(stack, node))
    }

    /// What stands in `Conditions` or `Rules` as a decision: true, false, pending or failed.
    pub fn truth(&self, stack: &'t Stack, node: &Node) -> Value {
        let named = match node.entries() {
            [only] if only.key.text() == Some("Condition") => only.value.text(),
            _ => node.text(),
        };
        let value = match named {
            Some(name) => {
                let value = self.condition(stack, name, node.span);
                let defined = stack.body.conditions.get(name).map(|entry| entry.value.span);
                defined.into_iter().fold(value, |value, place| value.through(place, Role::Local))
            }
            None => self.operand(stack, node),
        };
        self.decided(value)
    }

    /// The value of what stands in a condition: another condition function, or what a value is made of.
    fn operand(&self, stack: &'t Stack, node: &Node) -> Value {
        match function(node).filter(|(name, _)| LOGIC.contains(name)) {
            Some((name, _)) if self.is_misplaced(name) => misplaced(name, Origin::expression(node.span)),
            Some((name, argument)) => {
                let settled = || self.settled(node.span, || self.logic(stack, name, argument, node.span));
                self.deeper(node.span, settled)
            }
            None => self.evaluate(stack, node),
        }
    }

    fn decided(&self, value: Value) -> Value {
        match &value.data {
            Data::Bool(_) | Data::Pending(_) | Data::Failed(_) => value,
            // What cannot be decided is decided by its answer.
            Data::Open(input) => self.answer(input, Ask::True, value.origin.clone()),
            _ => Value::failed(format!("{} is not a condition", value.describe()), value.origin),
        }
    }

    fn condition(&self, stack: &'t Stack, name: &str, span: Span) -> Value {
        if let Some((name, entry)) = stack.body.conditions.get_key_value(name) {
            let named = Name::Condition(stack.id, name);
            return self.remember(named, entry.key.span, || self.truth(stack, &entry.value));
        }
        let origin = Origin::expression(span);
        let of = |id: &str| self.condition(stack, id, span);
        let declared = || stack.body.conditions.keys().map(String::as_str);
        let named = (!stack.body.iterated.is_empty()).then(|| stack.name_of(name, &self.items_of(stack)));
        if let Some(value) = named.and_then(|named| self.of_named(stack, &named, declared(), &origin, of)) {
            return self.decided(value);
        }
        let message = format!("`{}` is not a condition of this template", starred(name));
        self.decided(undeclared(stack, name, message, Origin::expression(span)))
    }

    /// What a condition function gives.
    fn logic(&self, stack: &'t Stack, name: &str, argument: &Node, span: Span) -> Value {
        let origin = Origin::expression(span);
        let operands = argument.items().unwrap_or_default();
        let truths = || operands.iter().map(|operand| self.truth(stack, operand));
        match (name, operands) {
            ("Fn::And", [_, ..]) => every(&truths().collect::<Vec<_>>(), origin),
            ("Fn::Or", [_, ..]) => negated(every(&truths().map(negated).collect::<Vec<_>>(), origin)),
            ("Fn::Not", [operand]) => every(&[negated(self.truth(stack, operand))], origin),
            ("Fn::Equals", [left, right]) => {
                let (left, right) = (self.operand(stack, left), self.operand(stack, right));
                let equal = self.equal(&left, &right, &origin);
                Value::new(equal.data, equal.origin.made_of([&left.origin, &right.origin]))
            }
            ("Fn::Contains", [list, item]) => {
                self.contains(&self.evaluate(stack, list), &self.evaluate(stack, item), &origin)
            }
            ("Fn::EachMemberEquals", [list, item]) => {
                let (list, item) = (self.evaluate(stack, list), self.evaluate(stack, item));
                self.each("EachMemberEquals", [&list, &item], &origin, |member| self.equal(member, &item, &origin))
            }
            ("Fn::EachMemberIn", [members, list]) => {
                let (members, list) = (self.evaluate(stack, members), self.evaluate(stack, list));
                self.each("EachMemberIn", [&members, &list], &origin, |member| self.contains(&list, member, &origin))
            }
            _ => broken(format!("{name} has the wrong operands"), origin),
        }
    }

    /// A condition over a list that is not known.
    pub fn undecided(&self, name: &str, operands: &[&Value], origin: &Origin) -> Value {
        match self.case_by_case(super::intrinsic::derived(name, operands, origin.clone()), operands) {
            Value { data: Data::Open(input), .. } => self.answer(&input, Ask::True, origin.clone()),
            Value { data: Data::Opaque(symbol), .. } => {
                let input = crate::value::Input::derived(symbol.to_string(), origin.clone());
                self.answer(&input.into(), Ask::True, origin.clone())
            }
            value => value,
        }
    }
}

/// Where the condition is defined that a name stands for.
pub fn condition_place(stack: &Stack, name: &Node) -> Span {
    let defined = name.text().and_then(|name| stack.body.conditions.get(name));
    defined.map_or(name.span, |entry| entry.value.span)
}

/// A function of `Rules` that stands elsewhere.
pub fn misplaced(name: &str, origin: Origin) -> Value {
    broken(format!("{name} stands where CloudFormation refuses it: it is for Rules only"), origin)
}

/// Whether all are true: a false one decides whatever the others wait for.
pub fn every(truths: &[Value], origin: Origin) -> Value {
    let find = |wanted: fn(&Data) -> bool| truths.iter().find(|truth| wanted(&truth.data));
    let decisive = find(|data| *data == Data::Bool(false))
        .or_else(|| find(|data| matches!(data, Data::Failed(_))))
        .or_else(|| find(|data| matches!(data, Data::Pending(_))));
    match decisive {
        Some(truth) => Value::new(truth.data.clone(), origin.made_of([&truth.origin])),
        None => Value::bool(true, origin.made_of(truths.iter().map(|truth| &truth.origin))),
    }
}

/// The opposite decision. What is pending or failed stays so: its answer is asked, not its opposite.
pub fn negated(truth: Value) -> Value {
    match truth.data {
        Data::Bool(value) => Value::bool(!value, truth.origin),
        _ => truth,
    }
}

/// The question that decides a truth, if one does.
pub fn question(truth: &Value) -> Option<std::sync::Arc<Question>> {
    match &truth.data {
        Data::Pending(question) => Some(std::sync::Arc::clone(question)),
        _ => None,
    }
}
