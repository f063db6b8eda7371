//! What an expression may refuse, as its text tells: of a value that is set and of a fitting type, most functions refuse nothing.
//!
//! Knows the tree of an expression; knows no values.

use crate::syntax::{BinaryOperator, Call, Expansion, Expr, ExprKind, TemplatePart};
use crate::value::Number;

/// Functions that refuse nothing but null, and what is of a type that they do not take.
pub(super) const TOTAL: &[&str] = &[
    "abs",
    "alltrue",
    "anytrue",
    "base64encode",
    "base64sha256",
    "base64sha512",
    "can",
    "ceil",
    "chomp",
    "coalesce",
    "coalescelist",
    "compact",
    "concat",
    "contains",
    "distinct",
    "element",
    "endswith",
    "flatten",
    "floor",
    "format",
    "formatlist",
    "join",
    "jsonencode",
    "keys",
    "length",
    "lower",
    "max",
    "md5",
    "merge",
    "min",
    "nonsensitive",
    "replace",
    "reverse",
    "sensitive",
    "setintersection",
    "setsubtract",
    "setunion",
    "sha1",
    "sha256",
    "sha512",
    "signum",
    "sort",
    "split",
    "startswith",
    "strcontains",
    "strrev",
    "substr",
    "title",
    "tobool",
    "tolist",
    "tomap",
    "tonumber",
    "toset",
    "tostring",
    "transpose",
    "trim",
    "trimprefix",
    "trimspace",
    "trimsuffix",
    "try",
    "upper",
    "urlencode",
    "values",
    "yamlencode",
];

/// A map is asked for a key that it may lack where there is a default. Only `merge` takes no argument at all, which is what
/// a list that is expanded may come to.
pub(super) fn is_total(call: &Call) -> bool {
    let is_named = TOTAL.contains(&call.name.as_str()) || (call.name == "lookup" && call.arguments.len() == 3);
    is_named && (call.expansion == Expansion::None || call.name == "merge")
}

/// Whether an operation has no value for some numbers: nothing is divided by zero.
pub(super) fn may_divide_by_zero(operator: BinaryOperator, divisor: &Expr) -> bool {
    matches!(operator, BinaryOperator::Divide | BinaryOperator::Modulo)
        && !matches!(&divisor.kind, ExprKind::Number(number) if *number != Number::from(0_i64))
}

/// Whether an expression holds an operation that may refuse a value although it is set.
pub(super) fn may_refuse(expr: &Expr) -> bool {
    let any = |parts: &[&Expr]| parts.iter().any(|part| may_refuse(part));
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Text(..) | ExprKind::Variable(_) => false,
        ExprKind::Attribute(source, _)
        | ExprKind::Parenthesis(source)
        | ExprKind::Splat(source, _)
        | ExprKind::Negate(source)
        | ExprKind::Not(source) => may_refuse(source),
        ExprKind::Index(source, key) => any(&[source, key]),
        ExprKind::Conditional(condition, yes, no) => any(&[condition, yes, no]),
        ExprKind::Tuple(items) => items.iter().any(|item| may_refuse(item)),
        ExprKind::Object(entries) => entries.iter().any(|(key, value)| any(&[key, value])),
        ExprKind::Template(parts) => parts.iter().any(|part| match part {
            TemplatePart::Literal(..) => false,
            TemplatePart::Interpolation(inner) => may_refuse(inner),
            TemplatePart::If(..) | TemplatePart::For(_) => true,
        }),
        ExprKind::Binary(left, operator, right) => may_divide_by_zero(*operator, right) || any(&[left, right]),
        ExprKind::Call(call) => !is_total(call) || call.arguments.iter().any(|argument| may_refuse(argument)),
        ExprKind::For(each) => {
            let condition = each.condition.as_deref().is_some_and(may_refuse);
            condition || may_refuse(&each.collection)
        }
        ExprKind::Unsupported(_) => true,
    }
}
