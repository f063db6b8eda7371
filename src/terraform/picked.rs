//! A list of what a loop makes of the one element of an unknown map that has a given key:
//! `[for key, bucket in module.bucket : bucket.id if key == "logs"]`. It has one item, or none.
//!
//! Knows the condition as it is written; must not know what the list is for.

use crate::source::Span;
use crate::syntax::{BinaryOperator, Expr, ExprKind, For, ForResult};
use crate::value::{Data, Value};

use super::evaluator::Evaluator;
use super::repeat::Elements;
use super::scope::Env;
use super::types::Type;

impl<'a> Evaluator<'a> {
    /// The element that the loop keeps, if the map holds it. `None` for other loops, and of lists of keys: of those it is asked
    /// what they hold, and not where.
    pub fn picked(&self, each: &For, collection: &Value, span: Span, env: Env<'_, 'a>) -> Option<Elements> {
        let name = each.key.as_deref()?;
        let is_key = |expr: &Expr| matches!(&expr.kind, ExprKind::Variable(written) if written == name);
        match &each.result {
            ForResult::Tuple(made) if !is_key(made) => {}
            _ => return None,
        }
        let Type::Map(_) = collection.said_type() else { return None };
        let ExprKind::Binary(left, BinaryOperator::Equal, right) = &each.condition.as_ref()?.kind else { return None };
        let wanted = if is_key(left) { right } else { Some(left).filter(|_| is_key(right))? };
        let is_bound = |name: &str| each.key.as_deref() == Some(name) || each.value == name;
        if wanted.free_names().iter().any(|free| is_bound(free.name)) {
            return None;
        }
        let key = self.evaluate(wanted, env);
        key.as_str()?;
        let is_there = self.is_held(collection, &key);
        Some(match is_there.data {
            Data::Bool(true) => Ok(vec![(key.clone(), self.index(collection, &key, span))]),
            Data::Bool(false) => Ok(Vec::new()),
            _ => Err(is_there.unsaid()),
        })
    }
}
