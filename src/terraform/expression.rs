//! Expressions, evaluated as Terraform does.

use std::sync::Arc;

use indexmap::IndexMap;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use crate::source::Span;
use crate::syntax::{BinaryOperator, Call, Expansion, Expr, ExprKind};
use crate::value::{Awaited, Data, Domain, Input, ListKind, MapKind, Origin, Part, Reason, Role, Text, Value};

use super::evaluator::Evaluator;
use super::functions;
use super::limits::width;
use super::operators;
use super::scope::Env;
use super::sensitivity::sensitivity;
use super::truth::truth;
use super::types::{self, Nullable, Type};
use super::typing::{are_at_odds, is_scalar};
use super::unknown::{Outcome, derive, settle};

impl<'a> Evaluator<'a> {
    /// What `expr` is worth where `env` stands.
    pub fn evaluate(&self, expr: &Expr, env: Env<'_, 'a>) -> Value {
        let value = match self.descend(expr.span, || self.kind(expr, env)) {
            Ok(value) if is_name(expr) => value,
            Ok(value) => {
                self.limits.go_through(&value);
                self.exhausted(expr.span).unwrap_or_else(|| self.with_told_keys(normalized(value)))
            }
            Err(limit) => return limit,
        };
        self.needs(expr, &value, env);
        value
    }

    /// Counts what an operation is about to go through. What stands for its result if that is too much.
    fn too_much<'v>(&self, operands: impl IntoIterator<Item = &'v Value>, span: Span) -> Option<Value> {
        operands.into_iter().for_each(|operand| self.limits.go_through(operand));
        self.exhausted(span)
    }

    fn kind(&self, expr: &Expr, env: Env<'_, 'a>) -> Value {
        let origin = || Origin::expression(expr.span);
        match &expr.kind {
            ExprKind::Null => Value::null(origin()),
            ExprKind::Bool(value) => Value::bool(*value, origin()),
            ExprKind::Number(value) => Value::number(value.clone(), origin()),
            ExprKind::Text(text, places) => {
                Value::new(Data::Text(Text::literal(text.clone()).written(places.clone())), origin())
            }
            ExprKind::Template(parts) => self.template(parts, expr.span, env).unsaid(),
            ExprKind::Tuple(items) => {
                let items = items.iter().map(|item| self.evaluate(item, env)).collect();
                Value::list(ListKind::Tuple, items, origin())
            }
            ExprKind::Object(entries) => self.object_literal(entries, expr.span, env),
            ExprKind::Variable(_) | ExprKind::Attribute(..) | ExprKind::Index(..) => self.reference(expr, env),
            ExprKind::Splat(source, steps) => {
                let source = self.evaluate(source, env);
                self.limits.count(width(&source));
                let splat = |source: &Value| self.splat(source.clone(), steps, expr.span, env).unsaid();
                if source.is_waiting() { self.attempts.apart(|| source.then(&splat)) } else { splat(&source) }
            }
            ExprKind::Call(call) => self.call(call, expr.span, env),
            ExprKind::Conditional(condition, yes, no) => self.conditional(condition, yes, no, expr.span, env),
            ExprKind::Binary(left, operator, right) => {
                let (left, right) = self.operands(left, *operator, right, env);
                let parts = [left.origin.clone(), right.origin.clone()];
                let limit = self.too_much([&left, &right], expr.span);
                let made = || operators::binary(*operator, left, right, self.world, origin()).unsaid();
                limit.unwrap_or_else(made).worked_out_from(&parts)
            }
            ExprKind::Negate(inner) => {
                let operand = self.evaluate(inner, env);
                self.needs_a(&Type::Number, &operand);
                let part = operand.origin.clone();
                operators::negate(operand, self.world, origin()).unsaid().worked_out_from([&part])
            }
            ExprKind::Not(inner) => {
                let operand = self.evaluate(inner, env);
                self.needs_a(&Type::Bool, &operand);
                let part = operand.origin.clone();
                operators::not(operand, self.world, origin()).unsaid().worked_out_from([&part])
            }
            ExprKind::For(each) => self.for_expression(each, expr.span, env),
            ExprKind::Parenthesis(inner) => self.evaluate(inner, env),
            ExprKind::Unsupported(reason) => {
                self.unsupported("an expression this program cannot read", reason, expr.span)
            }
        }
    }

    /// What an operator is applied to. An error in one of them is none where the other decides; what has a value has to fit.
    fn operands(&self, left: &Expr, operator: BinaryOperator, right: &Expr, env: Env<'_, 'a>) -> (Value, Value) {
        let (left, needs_of_left) = self.attempts.gathered(|| self.operand(left, env));
        let (right, needs_of_right) = self.attempts.gathered(|| self.operand(right, env));
        // Whether one is null is asked before whether it decides, which is said of no null.
        if let Some(ty) = operators::operand_type(operator) {
            self.needs_a(&ty, &left);
            self.needs_a(&ty, &right);
        }
        for (needs, other) in [(needs_of_left, &right), (needs_of_right, &left)] {
            self.attempts.need_unless(&operators::decides(operator, other, self.world), needs, self.world);
        }
        (left, right)
    }

    /// What an operator is applied to: of a module its outputs.
    fn operand(&self, expr: &Expr, env: Env<'_, 'a>) -> Value {
        let value = self.evaluate(expr, env);
        match value.data {
            Data::Object(id, _) if self.is_module(id) => self.whole_object(id, expr.span),
            _ => value,
        }
    }

    fn object_literal(&self, entries: &[(Arc<Expr>, Arc<Expr>)], span: Span, env: Env<'_, 'a>) -> Value {
        let mut map = IndexMap::with_capacity(entries.len());
        for (key, value) in entries {
            if is_ambiguous(key) {
                return Value::failed("a key that is a reference must be in parentheses", Origin::expression(key.span));
            }
            let key = self.evaluate(key, env);
            if let Data::Pending(_) | Data::Failed(_) = key.data {
                return key.unsaid();
            }
            self.needs_a(&Type::String, &key);
            let Some(key) = self.key_text(&key) else {
                return Value::failed("a key of an object must be a text", Origin::expression(span));
            };
            map.insert(key, self.evaluate(value, env));
        }
        Value::map(MapKind::Object, map, Origin::expression(span))
    }

    /// Terraform works out both branches to give them one type, and lets only the chosen one fail.
    fn conditional(&self, condition: &Expr, yes: &Expr, no: &Expr, span: Span, env: Env<'_, 'a>) -> Value {
        let fails = |call: &Expr| {
            let value = self.attempts.apart(|| self.evaluate(call, env));
            value.obstacle().is_some_and(|obstacle| matches!(obstacle.data, Data::Failed(_)))
        };
        if are_at_odds(yes, no, &|_| false) && are_at_odds(yes, no, &fails) {
            return Value::failed("the results of a conditional must have one type", Origin::expression(span));
        }
        let condition_value = self.evaluate(condition, env);
        self.needs_a(&Type::Bool, &condition_value);
        let decided = truth(&condition_value, self.world);
        let Data::Bool(is_yes) = decided.data else {
            let chosen = Origin::default().chosen_by(condition.span, &decided.origin);
            let undecided = Value::new(decided.data, chosen.through(span, Role::Expression));
            return self.attempts.apart(|| self.either(undecided, [yes, no], span, env));
        };
        let (taken, other) = if is_yes { (yes, no) } else { (no, yes) };
        let value = self.branch(self.evaluate(taken, env), [taken, other], span, || self.evaluate(other, env));
        let origin = value.origin.chosen_by(condition.span, &decided.origin).through(span, Role::Expression);
        Value { origin, ..value }
    }

    /// What a conditional is worth that waits for an answer: one of its branches.
    fn either(&self, undecided: Value, [yes, no]: [&Expr; 2], span: Span, env: Env<'_, 'a>) -> Value {
        if !undecided.is_waiting() {
            return undecided;
        }
        let [is_yes, is_no] = [yes, no].map(|branch| self.evaluate(branch, env));
        let chosen = [
            self.branch(is_yes.clone(), [yes, no], span, || is_no.clone()),
            self.branch(is_no.clone(), [no, yes], span, || is_yes.clone()),
        ];
        let chosen: Vec<Value> = chosen.into_iter().filter(|value| !matches!(value.data, Data::Failed(_))).collect();
        if chosen.is_empty() { undecided } else { undecided.awaiting(Awaited::OneOf(chosen)) }
    }

    /// The branch of a conditional that is taken, as one of the type that it has in common with the other.
    fn branch(&self, value: Value, [taken, beside]: [&Expr; 2], span: Span, other: impl FnOnce() -> Value) -> Value {
        match value.data {
            // A text stays what it is beside a scalar, so that a file which is not wanted is not read either.
            Data::Text(_) if is_scalar(beside) => value,
            Data::Pending(_) | Data::Failed(_) | Data::Object(..) => value,
            _ => {
                let other = self.attempts.apart(other);
                let branches = if taken.span.start < beside.span.start { [&value, &other] } else { [&other, &value] };
                self.needs_one_type(branches, span);
                let limit = self.too_much(branches, span);
                limit.unwrap_or_else(|| self.like(value, other))
            }
        }
    }

    fn call(&self, call: &Call, span: Span, env: Env<'_, 'a>) -> Value {
        let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
        if env.is_constant() {
            return self.broken(&format!("{name}()"), "no function may be called here", span);
        }
        match name {
            "try" => return self.try_call(call, span, env),
            "can" => return self.can_call(call, span, env).unsaid(),
            _ => {}
        }
        let arguments = match self.arguments(call, name, span, env) {
            Ok(arguments) => arguments,
            Err(unknown) => return unknown,
        };
        if let Some(value) = self.terragrunt_call(name, &arguments, span) {
            return value;
        }
        let misfit = self.misfit(name, &arguments);
        self.needs_arguments(name, &arguments, span);
        self.limits.count(functions::regex_steps(name, &arguments));
        if let Some(limit) = self.too_much(&arguments, span) {
            return limit;
        }
        let parts: Vec<Origin> = arguments.iter().flat_map(Value::origins).collect();
        let value = functions::call(&functions::Call { name, arguments, span, world: self.world, host: self });
        let value = value.worked_out_from(&parts);
        self.limits.count(width(&value));
        self.needs_fitting(name, misfit, &value);
        let value = self.settled(value);
        if name == "issensitive" { sensitivity(call, value, span, env) } else { value }
    }

    /// The arguments of a call, the last one expanded if it says so.
    fn arguments(&self, call: &Call, name: &str, span: Span, env: Env<'_, 'a>) -> Result<Vec<Value>, Value> {
        let mut arguments: Vec<Value> = call.arguments.iter().map(|argument| self.evaluate(argument, env)).collect();
        if call.expansion == Expansion::LastArgument
            && let Some(last) = arguments.pop().map(|last| types::shaped(last, self.world))
        {
            match last.data {
                Data::List(_, items) => arguments.extend(items.iter().cloned()),
                Data::Open(_) | Data::Opaque(_) | Data::Pending(_) | Data::Failed(_) => {
                    arguments.push(last.clone());
                    let shown: Vec<String> = arguments.iter().map(Value::describe).collect();
                    let text = format!("{name}({}...)", shown.join(", "));
                    let made = derive(text, &last, Outcome::Open, self.world, Origin::expression(span));
                    let is_of_texts = last.said_type().element() == Some(&Type::String);
                    return Err(if name == "coalesce" && is_of_texts { certainly_set(made) } else { made });
                }
                _ => return Err(Value::failed("only a list can be expanded with ...", Origin::expression(span))),
            }
        }
        Ok(arguments)
    }

    /// The value itself where the answers leave an open value no choice.
    pub fn settled(&self, value: Value) -> Value {
        if matches!(value.data, Data::Open(_)) { settle(value, self.world) } else { value }
    }

    /// A part of an open value: a new open value with the same reason, with what the type says about it.
    pub fn open_part(&self, whole: &Input, part: &str, ty: Option<&Type>, nullable: Nullable) -> Value {
        types::open_part(whole, part, ty.unwrap_or(&Type::Any), nullable, self.world)
    }

    /// The value with the type it shares with `other`. What fails, or is a whole resource, has none that is known here.
    fn like(&self, value: Value, other: Value) -> Value {
        if let Data::Failed(_) | Data::Object(..) = other.data {
            return value;
        }
        let unified = types::unify(vec![value.clone(), other], self.world);
        unified
            .and_then(|values| values.into_iter().next())
            .unwrap_or_else(|| Value::failed("the results of a conditional must have one type", value.origin))
    }

    /// A value decided outside of what this program reads.
    pub fn elsewhere(&self, name: &str, what: &str, span: Span) -> Value {
        let origin = Origin::expression(span);
        let input = Input::undecidable(name, Reason::Elsewhere(what.to_owned()), origin.clone());
        self.settled(Value::open(input, origin))
    }
}

/// What is not known, but neither null nor empty: the text that `coalesce` picks.
fn certainly_set(value: Value) -> Value {
    let Data::Open(input) = &value.data else { return value };
    let domain = Domain { never_null: true, never_empty: true, ..input.domain.clone() };
    Value { data: Data::Open(Arc::new(Input { domain, ..input.as_ref().clone() })), ..value }
}

/// A text as Terraform holds it: in Unicode's normal form C.
/// <https://developer.hashicorp.com/terraform/language/functions/length>
fn normalized(value: Value) -> Value {
    let is_normal = |part: &Part| !matches!(part, Part::Literal(text) if !is_nfc(text));
    match &value.data {
        Data::Text(text) if !text.parts().iter().all(is_normal) => {
            let parts = text.parts().iter().map(|part| match part {
                Part::Literal(text) => Part::Literal(text.nfc().collect()),
                part => part.clone(),
            });
            Value { data: Data::Text(Text::join(parts)), ..value }
        }
        _ => value,
    }
}

/// Whether a key is a chain of names, which may be meant as a text.
/// <https://developer.hashicorp.com/terraform/language/expressions/types#maps-objects>
fn is_ambiguous(key: &Expr) -> bool {
    fn leads_on(source: &Expr) -> bool {
        matches!(source.kind, ExprKind::Variable(_)) || is_ambiguous(source)
    }
    match &key.kind {
        ExprKind::Attribute(source, _) => leads_on(source),
        ExprKind::Index(source, index) => {
            matches!(index.kind, ExprKind::Number(_) | ExprKind::Text(..)) && leads_on(source)
        }
        _ => false,
    }
}

/// Whether it is a name or leads on from one: what it is worth is there already.
pub(super) fn is_name(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Variable(_) | ExprKind::Attribute(..) | ExprKind::Index(..))
}
