//! What is made of elements that stand for all of an unknown collection, by name: the same whatever the answers about them are,
//! and whatever a loop calls them.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::{BinaryOperator, Expr, ExprKind, For, ForResult, FreeName};
use crate::value::{Ask, Data, Input, Literal, Met, Origin, Question, Value, look_at_input};

use super::evaluator::Evaluator;
use super::expression::is_name;
use super::module::is_json;
use super::scope::{Binding, Env};
use super::unknown::{Outcome, derive};

/// What marks the name of a collection of whose elements nothing is said. No name is written with it.
pub(super) const UNTOLD: &str = "\u{0}";

impl<'a> Evaluator<'a> {
    /// The same unknown collection under a name that no answer is about, where the answers say something of its elements:
    /// what is made of elements is called by what it is whatever they are.
    pub fn untold(&self, collection: &Value) -> Option<Value> {
        let Data::Open(input) = &collection.data else { return None };
        if let Some(untold) = self.untold.borrow().get(&input.name) {
            return Some(untold.clone());
        }
        if collection.each().is_some() || collection.filtered().is_some() || input.itself().name != input.name {
            return None;
        }
        let [element, key] = ["[*]", ")[*]"].map(|step| format!("{}{step}", input.name));
        let is_told = |name: &str| name.contains(&element) || name.contains(&key);
        let untold = Input { name: format!("{}{UNTOLD}", input.name), ..input.as_ref().clone() };
        let mut answered = self.world.answers().iter().map(|(question, _)| &question.input.name);
        let told = answered.find(|name| is_told(name))?;
        look_at_input(told);
        Some(Value { data: Data::Open(Arc::new(untold)), ..collection.clone() })
    }

    /// The value of an expression about `elements`, which stand for all of an unknown collection's, and what names it: the
    /// text of the value, or its own text where the value waits for an answer about them, which nobody can give.
    ///
    /// # Errors
    /// A value that waits for an answer about something else.
    pub fn named_by(&self, expr: &Expr, elements: &[&Value], env: Env<'_, 'a>) -> Result<(String, Value), Value> {
        let value = self.evaluate(expr, env);
        let Some(pending) = value.waiting() else { return Ok((value.describe(), value)) };
        let asked = pending.describe();
        if elements.iter().any(|element| asked.contains(&element.describe()) || is_about_part(&asked, element)) {
            Ok((self.written(expr, env), value))
        } else {
            Err(pending.clone())
        }
    }

    /// What a loop over an unknown collection makes that also speaks of an element which a loop around it bound, or `each`: two
    /// elements of one collection have one name, so nothing is told of how they compare, and what is made is a value of its
    /// own. `None` where it speaks of its own element only.
    pub fn beside_another(&self, each: &For, collection: &Value, span: Span, env: Env<'_, 'a>) -> Option<Value> {
        let Data::Open(input) = &collection.data else { return None };
        let gone_over = &input.keyed_as().gone_over().name;
        let [any, any_key] = [format!("{gone_over}[*]"), format!("keys({gone_over})[*]")];
        let result: &[&Arc<Expr>] = match &each.result {
            ForResult::Tuple(element) => &[element],
            ForResult::Object(key, element) | ForResult::Grouped(key, element) => &[key, element],
        };
        let body = || result.iter().copied().chain(&each.condition);
        let is_own = |name: &str| name == each.value || each.key.as_deref() == Some(name);
        let is_another = |free: &FreeName| {
            let outer = env.bound(free.name).filter(|_| !is_own(free.name)).map(Value::describe);
            outer.is_some_and(|outer| outer.contains(&any) || outer.contains(&any_key))
        };
        if !body().flat_map(|expr| expr.free_names()).any(|free| is_another(&free)) {
            return None;
        }
        let own = |name: &str| Value::open(Input::derived(name, Origin::expression(span)), Origin::expression(span));
        let (value, key) = (own(&each.value), own(each.key.as_deref().unwrap_or_default()));
        let outer = Binding { name: each.key.as_deref().unwrap_or_default(), value: &key, outer: env.bindings };
        let env = Env { bindings: Some(&Binding { name: &each.value, value: &value, outer: Some(&outer) }), ..env };
        let written: Vec<String> = result.iter().map(|expr| self.written(expr, env)).collect();
        let condition = each.condition.as_ref().map(|condition| format!(" if {}", self.written(condition, env)));
        let (made, condition) = (written.join(" => "), condition.unwrap_or_default());
        let name = format!("[for {} in {} : {made}{condition}]", each.value, collection.describe());
        Some(derive(name, collection, Outcome::Open, self.world, Origin::expression(span)))
    }

    /// An expression as it is written, with what names stand for in their place, and the names of a module by their addresses:
    /// how a loop calls its elements, and what loops there are around it, does not matter.
    pub fn written(&self, expr: &Expr, env: Env<'_, 'a>) -> String {
        let file = self.unit.sources.file(expr.span.file);
        // In JSON the quotes in an expression are escaped, which no name of a question is.
        let unescaped = |text: &str| serde_json::from_str::<String>(&format!("\"{text}\"")).ok();
        let text = |range: Range<usize>| {
            let text = file.text.get(range).unwrap_or_default();
            if is_json(&file.path) { unescaped(text).map_or(text.into(), Cow::from) } else { Cow::from(text) }
        };
        let module = env.scope.map(|scope| scope.qualify("")).unwrap_or_default();
        let (mut written, mut at, mut apart) = (String::new(), expr.span.range().start, Vec::new());
        for FreeName { name, attribute, span } in expr.free_names() {
            let range = span.range();
            // In an escaped text a name does not stand where its characters do.
            let is_there = range.start >= at && text(range.clone()).starts_with(name);
            let Some(value) = env.bound(name) else {
                if is_there && !module.is_empty() {
                    written += &text(at..range.start);
                    written += &module;
                    at = range.start;
                }
                continue;
            };
            if !is_there {
                apart.push(format!("{name} = {}", value.describe()));
                continue;
            }
            let meant = match attribute {
                None => value.describe(),
                // What an entry waits for does not tell it from another one that waits for the same.
                Some(attribute) => match value.as_map().and_then(|map| map.get(attribute)) {
                    Some(entry) if entry.waiting().is_none() => entry.describe(),
                    _ => format!("{}.{attribute}", value.describe()),
                },
            };
            written += &text(at..range.start);
            written += &meant;
            at = range.end;
        }
        written += &text(at..expr.span.range().end);
        let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
        let apart = if apart.is_empty() { String::new() } else { format!(" with {}", apart.join(", ")) };
        let is_one_name = is_name(expr) && apart.is_empty();
        if is_one_name { written } else { format!("({written}{apart})") }
    }

    /// What says whether a condition about an element is met, if anything does: that it is the element's own boolean, or
    /// compares it with a literal.
    pub fn met_by(&self, is_met: &Value, condition: &Expr, env: Env<'_, 'a>) -> Option<Met> {
        let compared = |answer: bool| match &is_met.data {
            Data::Pending(question)
                if question.ask == Ask::Is(Literal::Bool(true)) && question.input.domain.never_null =>
            {
                Some((Arc::new(Question::new(Arc::clone(&question.input), Ask::True)), answer))
            }
            Data::Pending(question) if matches!(question.ask, Ask::Is(_) | Ask::Null) => {
                Some((Arc::clone(question), answer))
            }
            _ => None,
        };
        match (&is_met.data, &condition.kind) {
            (_, ExprKind::Parenthesis(inner)) => self.met_by(is_met, inner, env),
            (Data::Pending(question), ExprKind::Not(inner)) => {
                let is_its_own = question.ask == Ask::True && self.is_open_path(inner, env);
                let met = if is_its_own { Some((Arc::clone(question), true)) } else { self.met_by(is_met, inner, env) };
                met.map(|(question, answer)| (question, !answer))
            }
            (_, ExprKind::Binary(left, BinaryOperator::Equal, right)) if self.are_compared(left, right, env) => {
                compared(true)
            }
            (_, ExprKind::Binary(left, BinaryOperator::NotEqual, right)) if self.are_compared(left, right, env) => {
                compared(false)
            }
            (_, ExprKind::Binary(..)) => None,
            _ => met(is_met),
        }
    }

    /// Whether one of these is read as it is and the other is a literal: what a comparison waits for is its own answer then, and
    /// none that an operand waits for.
    fn are_compared(&self, left: &Expr, right: &Expr, env: Env<'_, 'a>) -> bool {
        let is_literal = |expr: &Expr| {
            matches!(expr.kind, ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Text(..))
        };
        (self.is_open_path(left, env) && is_literal(right)) || (is_literal(left) && self.is_open_path(right, env))
    }

    /// Whether an expression is a name, or an attribute of one, of something that waits for nothing.
    fn is_open_path(&self, expr: &Expr, env: Env<'_, 'a>) -> bool {
        is_path(expr) && !matches!(self.attempts.apart(|| self.evaluate(expr, env)).data, Data::Pending(_))
    }
}

/// Whether a question is about something that stands for all elements and is a part of what a loop around made of them, or of
/// what that is put together of.
fn is_about_part(asked: &str, made: &Value) -> bool {
    let mut is_about = false;
    made.visit(&mut |part| {
        let parts = part.merged().or_else(|| part.parts().map(|(_, parts)| parts)).unwrap_or_default();
        is_about |= parts.iter().any(|part| is_about_part(asked, part));
        let input = match &part.data {
            Data::Open(input) => input,
            Data::Pending(question) => &question.input,
            _ => return,
        };
        let mirrored = |input: &Arc<Input>| input.domain.mirrors.as_ref().map(|(_, of)| Arc::clone(of));
        is_about |= std::iter::successors(Some(Arc::clone(input)), mirrored)
            .any(|input| input.name.contains("[*]") && asked.contains(&input.name));
    });
    is_about
}

/// What says whether a value is true that an input decides.
pub(super) fn met(value: &Value) -> Option<Met> {
    match &value.data {
        Data::Open(input) => Some((Arc::new(Question::new(Arc::clone(input), Ask::True)), true)),
        _ => None,
    }
}

/// The same under the names that the answers are about.
pub(super) fn told((question, answer): &Met) -> Met {
    let name = question.input.name.replace(UNTOLD, "");
    let input = Input { name, ..question.input.as_ref().clone() };
    (Arc::new(Question { input: Arc::new(input), ..question.as_ref().clone() }), *answer)
}

/// What says whether what stands for all elements of a collection is true: what says so of the same without answers about them,
/// or else `met`.
pub(super) fn told_met(untold: Option<&Value>, met: Option<Met>) -> Option<Met> {
    untold.map_or(met, |untold| untold.met().map(|met| told(&met)))
}

/// Whether an expression is a name, or an attribute of one.
fn is_path(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) => true,
        ExprKind::Parenthesis(inner) | ExprKind::Attribute(inner, _) => is_path(inner),
        _ => false,
    }
}
