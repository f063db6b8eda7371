//! What the text of an expression tells of its type, whatever the names in it are worth.

use std::sync::Arc;

use crate::syntax::{BinaryOperator, Expr, ExprKind, TemplatePart};

use super::functions::declared;
use super::types::{Attribute, Type, common};

/// The type of an expression; [`Type::Any`] where its text alone does not tell it, and of a call that fails.
fn written(expr: &Expr, fails: &dyn Fn(&Expr) -> bool) -> Type {
    match &expr.kind {
        ExprKind::Bool(_) | ExprKind::Not(_) => Type::Bool,
        ExprKind::Number(_) | ExprKind::Negate(_) => Type::Number,
        ExprKind::Text(..) => Type::String,
        // A template of one interpolation is that value.
        ExprKind::Template(parts) if !matches!(parts.as_slice(), [TemplatePart::Interpolation(_)]) => Type::String,
        ExprKind::Parenthesis(inner) => written(inner, fails),
        ExprKind::Tuple(items) => Type::Tuple(items.iter().map(|item| written(item, fails)).collect()),
        ExprKind::Object(entries) => {
            let attribute = |(key, value): &(Arc<Expr>, Arc<Expr>)| match &key.kind {
                ExprKind::Text(name, _) => Some((name.clone(), Attribute::required(written(value, fails)))),
                _ => None,
            };
            // With a key that is not written down, it is an object of other attributes.
            let attributes: Option<_> = entries.iter().map(attribute).collect();
            attributes.map_or_else(|| Type::map(Type::Any), Type::Object)
        }
        ExprKind::Call(_) if fails(expr) => Type::Any,
        ExprKind::Call(call) => declared(&call.name).unwrap_or(Type::Any),
        ExprKind::Binary(_, operator, _) => match operator {
            BinaryOperator::Add
            | BinaryOperator::Subtract
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo => Type::Number,
            _ => Type::Bool,
        },
        _ => Type::Any,
    }
}

/// Whether the text of an expression tells that it is a text, a number or a boolean.
pub(super) fn is_scalar(expr: &Expr) -> bool {
    matches!(written(expr, &|_| false), Type::Bool | Type::Number | Type::String)
}

/// Whether the texts of two expressions tell that their values have no type in common: Terraform refuses a conditional
/// between them, whatever its condition. A call that fails where it is not wanted is of any type.
pub(super) fn are_at_odds(one: &Expr, other: &Expr, fails: &dyn Fn(&Expr) -> bool) -> bool {
    let types = [written(one, fails), written(other, fails)];
    let [one, other] = &types;
    let is_clear = !one.is_vague() && !other.is_vague();
    (is_clear && common(&types).is_none()) || !(one.may_become(other) || other.may_become(one))
}
