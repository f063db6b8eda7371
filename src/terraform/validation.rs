//! Validations of variables: what they say of the values that are to come, and whether those that are known meet them.
//!
//! Knows the usual ways to write a condition; any other is evaluated when its inputs are known.
//! <https://developer.hashicorp.com/terraform/language/values/variables#custom-validation-rules>

use std::rc::Rc;

use crate::syntax::{BinaryOperator, Block, Call, Expr, ExprKind, TemplatePart};
use crate::value::{Data, Decided, Domain, Literal, Pattern, Stop, Value, any, look_at, watched};

use super::blocks::nested_arguments;
use super::evaluator::Evaluator;
use super::scope::{Env, Scope};

impl<'a> Evaluator<'a> {
    /// Says of every variable whose value is known and breaks a validation that it does: Terraform plans nothing then.
    pub fn note_refused_values(&self) {
        let scopes = self.scopes.borrow().clone();
        for scope in &scopes {
            for (name, block) in &scope.node.module.variables {
                let conditions = validations(block).into_iter();
                for condition in conditions.filter(|condition| self.breaks(scope, condition) == Ok(true)) {
                    let name = scope.qualify(&format!("var.{name}"));
                    self.note(format!("{name} has a value that its validation refuses"), condition.span);
                }
            }
        }
    }

    /// Whether the answers of this world break a validation that holds, or may hold, without them.
    ///
    /// # Errors
    /// The need to ask where one that these answers bear on waits for another.
    pub fn is_invalid(&self, scope: &Rc<Scope<'a>>) -> Decided<bool> {
        let conditions = scope.node.module.variables.values().flat_map(validations);
        any(conditions.map(|condition| {
            let known = &self.unit.shared.validations;
            let key = (scope.address.clone(), condition.span);
            if known.get(&key, self.world).is_some() {
                return Ok(false);
            }
            let (breaks, inputs) = watched(|| {
                look_at(scope.inputs);
                self.breaks(scope, condition)
            });
            if self.world.answers().is_empty() {
                known.put(key, (), inputs);
                return Ok(false);
            }
            Ok(breaks? && self.unanswered_breaks(scope, condition) != Ok(true))
        }))
    }

    fn unanswered_breaks(&self, scope: &Rc<Scope<'a>>, condition: &Expr) -> Decided<bool> {
        let unanswered = self.unanswered();
        unanswered.expand_all();
        let scopes = unanswered.scopes.borrow().clone();
        let same = scopes.iter().find(|other| other.address == scope.address);
        same.map_or(Ok(false), |same| unanswered.breaks(same, condition))
    }

    fn breaks(&self, scope: &Rc<Scope<'a>>, condition: &Expr) -> Decided<bool> {
        match self.met(scope, condition).data {
            Data::Bool(holds) => Ok(!holds),
            Data::Failed(_) => Ok(true),
            Data::Pending(question) => Err(Stop::Ask(question)),
            _ => Ok(false),
        }
    }

    fn met(&self, scope: &Rc<Scope<'a>>, condition: &Expr) -> Value {
        super::truth::truth(&self.evaluate(condition, Env::of(scope)), self.world)
    }
}

/// The conditions a variable's value must meet.
pub(super) fn validations(variable: &Block) -> Vec<&Expr> {
    let conditions = nested_arguments(&variable.body, "validation", "condition").into_iter();
    conditions.map(|condition| alone(condition).unwrap_or(condition)).collect()
}

/// What a template holds that holds nothing else: in Terraform's JSON syntax every expression is written so.
fn alone(template: &Expr) -> Option<&Expr> {
    match &template.kind {
        ExprKind::Template(parts) => match parts.as_slice() {
            [TemplatePart::Interpolation(inner)] => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

/// What a validation that is written in one of the usual ways says about the values of a variable.
pub(super) fn narrow(domain: &mut Domain, condition: &Expr, name: &str) {
    match &condition.kind {
        ExprKind::Parenthesis(inner) => narrow(domain, inner, name),
        ExprKind::Binary(left, BinaryOperator::And, right) => {
            narrow(domain, left, name);
            narrow(domain, right, name);
        }
        ExprKind::Binary(left, BinaryOperator::NotEqual, right) if is_variable(left, name) => match &right.kind {
            ExprKind::Null => domain.never_null = true,
            ExprKind::Text(text, _) if text.is_empty() => domain.never_empty = true,
            _ => {}
        },
        ExprKind::Binary(left, BinaryOperator::Greater | BinaryOperator::NotEqual, right)
            if is_length(left, name) && matches!(&right.kind, ExprKind::Number(zero) if zero.as_i64() == Some(0)) =>
        {
            domain.never_null = true;
            domain.never_empty = true;
        }
        ExprKind::Call(call) if call.name == "can" && listed(condition, name).is_none() => {
            if let Some(pattern) = pattern(call, name) {
                domain.never_null = true;
                domain.never_empty |= pattern.is_never_empty();
                domain.never_wide |= pattern.is_anchored() && pattern.is_never_wide();
            }
        }
        _ => {
            if let Some(values) = listed(condition, name) {
                let known = domain.values.take();
                let allowed =
                    |value: &Literal| known.as_ref().is_none_or(|known| known.iter().any(|other| other.same(value)));
                *domain = Domain::of(values.into_iter().filter(allowed).collect());
            }
        }
    }
}

/// The pattern of `can(regex("…", var.name))`.
fn pattern(can: &Call, name: &str) -> Option<Pattern> {
    let [only] = can.arguments.as_slice() else { return None };
    let ExprKind::Call(regex) = &only.kind else { return None };
    match regex.arguments.as_slice() {
        [pattern, variable] if regex.name == "regex" && is_variable(variable, name) => match &pattern.kind {
            ExprKind::Text(pattern, _) => Pattern::parse(pattern),
            _ => None,
        },
        _ => None,
    }
}

/// The literals of `contains([…], var.name)`, `can(regex("^(…|…)$", var.name))` and `var.name == … || var.name == …`.
fn listed(condition: &Expr, name: &str) -> Option<Vec<Literal>> {
    match &condition.kind {
        ExprKind::Parenthesis(inner) => listed(inner, name),
        ExprKind::Call(Call { name: function, arguments, .. }) if function == "contains" => {
            match arguments.as_slice() {
                [list, variable] if is_variable(variable, name) => {
                    let ExprKind::Tuple(items) = &list.kind else { return None };
                    items.iter().map(|item| literal(item)).collect()
                }
                _ => None,
            }
        }
        ExprKind::Call(can) if can.name == "can" => {
            let texts = pattern(can, name).filter(Pattern::is_anchored)?.texts()?;
            Some(texts.into_iter().map(Literal::Text).collect())
        }
        ExprKind::Binary(left, BinaryOperator::Equal, right) if is_variable(left, name) => Some(vec![literal(right)?]),
        ExprKind::Binary(left, BinaryOperator::Or, right) => {
            let (mut left, right) = (listed(left, name)?, listed(right, name)?);
            left.extend(right);
            Some(left)
        }
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<Literal> {
    match &expr.kind {
        ExprKind::Null => Some(Literal::Null),
        ExprKind::Bool(value) => Some(Literal::Bool(*value)),
        ExprKind::Number(value) => Some(Literal::Number(value.clone())),
        ExprKind::Text(value, _) => Some(Literal::Text(value.clone())),
        _ => None,
    }
}

pub(super) fn is_variable(expr: &Expr, name: &str) -> bool {
    match &expr.kind {
        ExprKind::Attribute(source, attribute) => {
            attribute == name && matches!(&source.kind, ExprKind::Variable(root) if root == "var")
        }
        ExprKind::Parenthesis(inner) => is_variable(inner, name),
        _ => false,
    }
}

fn is_length(expr: &Expr, name: &str) -> bool {
    match &expr.kind {
        ExprKind::Call(Call { name: function, arguments, .. }) if function == "length" => {
            matches!(arguments.as_slice(), [only] if is_variable(only, name))
        }
        _ => false,
    }
}
