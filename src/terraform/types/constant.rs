//! Constant expressions, such as the default in `optional(string, "x")`: no references, no functions.

use crate::syntax::{Expr, ExprKind};
use crate::value::{ListKind, MapKind, Origin, Value};

/// The value of a constant expression.
///
/// # Errors
/// One sentence when the expression needs more than itself.
pub fn constant(expr: &Expr) -> Result<Value, String> {
    let origin = Origin::expression(expr.span);
    match &expr.kind {
        ExprKind::Null => Ok(Value::null(origin)),
        ExprKind::Bool(value) => Ok(Value::bool(*value, origin)),
        ExprKind::Number(value) => Ok(Value::number(value.clone(), origin)),
        ExprKind::Text(value, _) => Ok(Value::text(value.clone(), origin)),
        ExprKind::Parenthesis(inner) => constant(inner),
        ExprKind::Negate(inner) => match &inner.kind {
            ExprKind::Number(value) => Ok(Value::number(value.negated(), origin)),
            _ => Err("only a number can be negated in a default".to_owned()),
        },
        ExprKind::Tuple(items) => {
            let items = items.iter().map(|item| constant(item)).collect::<Result<_, _>>()?;
            Ok(Value::list(ListKind::Tuple, items, origin))
        }
        ExprKind::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| Ok((name(key)?, constant(value)?)));
            Ok(Value::map(MapKind::Object, entries.collect::<Result<_, String>>()?, origin))
        }
        _ => Err("a default in a type constraint must be a constant".to_owned()),
    }
}

fn name(key: &Expr) -> Result<String, String> {
    match &key.kind {
        ExprKind::Text(name, _) => Ok(name.clone()),
        ExprKind::Parenthesis(inner) => name(inner),
        _ => Err("a key in a type constraint must be a name".to_owned()),
    }
}
