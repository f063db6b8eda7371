//! A list of what a loop makes of the one element of an unknown map that has a given key:
//! `[for key, bucket in module.bucket : bucket.id if key == "logs"]`. It has one item, or none.
//!
//! Knows the condition as it is written; must not know what the list is for.

use crate::source::Span;
use crate::syntax::{BinaryOperator, Expr, ExprKind, For, ForResult};
use crate::value::{Data, Junction, Value};

use super::evaluator::Evaluator;
use super::merged::perhaps_held;
use super::operators::any;
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
        let ExprKind::Binary(left, BinaryOperator::Equal, right) = &each.condition.as_ref()?.kind else { return None };
        let wanted = if is_key(left) { right } else { Some(left).filter(|_| is_key(right))? };
        let is_bound = |name: &str| each.key.as_deref() == Some(name) || each.value == name;
        if wanted.free_names().iter().any(|free| is_bound(free.name)) {
            return None;
        }
        let key = self.evaluate(wanted, env);
        let is_there = self.is_among(collection, &key, key.as_str()?)?;
        Some(match is_there.data {
            Data::Bool(true) => Ok(vec![(key.clone(), self.index(collection, &key, span))]),
            Data::Bool(false) => Ok(Vec::new()),
            _ => Err(is_there.unsaid()),
        })
    }

    /// Whether a map has an entry under a key, of which one that is put together has those of its parts; `None` where that is not
    /// known of one.
    fn is_among(&self, map: &Value, key: &Value, text: &str) -> Option<Value> {
        let parts = match map.parts() {
            Some((Junction::Map, parts)) => Some(parts),
            Some(_) => return None,
            None => map.merged(),
        };
        if let Some(parts) = parts {
            let held = parts.iter().map(|part| self.is_among(part, key, text)).collect::<Option<Vec<_>>>()?;
            return Some(any(held, self.world, map.origin.clone()));
        }
        match (&map.data, perhaps_held(map)) {
            (Data::Map(..), Some(keys)) => Some(Value::bool(keys.iter().any(|held| *held == text), map.origin.clone())),
            (Data::Pending(_), Some(keys)) if !keys.iter().any(|held| *held == text) => {
                Some(Value::bool(false, map.origin.clone()))
            }
            (Data::Open(_), _) if matches!(map.said_type(), Type::Map(_)) => Some(self.is_held(map, key)),
            _ => self.looped_holds(map, key),
        }
    }
}
