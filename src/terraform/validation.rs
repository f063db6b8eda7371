//! Validations of variables: what they say of the values that are to come.
//!
//! Knows the usual ways to write a condition; any other is evaluated when its inputs are known.
//! <https://developer.hashicorp.com/terraform/language/values/variables#custom-validation-rules>

use crate::syntax::{BinaryOperator, Block, Call, Expr, ExprKind, TemplatePart};
use crate::value::{Domain, Literal, Pattern};

use super::blocks::nested_arguments;

/// The conditions a variable's value must meet.
pub(super) fn validations(variable: &Block) -> Vec<&Expr> {
    let conditions = nested_arguments(&variable.body, "validation", "condition").into_iter();
    conditions.map(|condition| alone(condition).unwrap_or(condition)).collect()
}

/// What a template holds that holds nothing else: in Terraform's JSON syntax every expression is written so.
pub(super) fn alone(template: &Expr) -> Option<&Expr> {
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
