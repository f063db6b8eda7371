//! Loops over unknown collections whose condition tells by how it is written which elements they keep: all or none
//! (`{ for key, bucket in var.buckets : key => bucket if var.enabled }`), or the one that has a given key
//! (`[for key, bucket in module.bucket : bucket.id if key == "logs"]`).
//!
//! Knows the condition; must not know what is made for whom.

use indexmap::IndexMap;

use crate::source::Span;
use crate::syntax::{BinaryOperator, Expr, ExprKind, For, ForResult};
use crate::value::{Awaited, Data, Junction, ListKind, MapKind, Origin, Value};

use super::evaluator::Evaluator;
use super::merged::perhaps_held;
use super::operators::any;
use super::repeat::Elements;
use super::scope::Env;
use super::truth::truth;
use super::types::Type;

impl<'a> Evaluator<'a> {
    /// What a loop makes whose condition is the same for every element: what it makes without one, or nothing.
    pub fn all_or_none(&self, each: &For, collection: &Value, span: Span, env: Env<'_, 'a>) -> Option<Value> {
        let condition = each.condition.as_ref().filter(|condition| !mentions_element(condition, each))?;
        let Data::Open(_) = collection.data else { return None };
        let is_met = self.evaluate(condition, env);
        self.needs_a(&Type::Bool, &is_met);
        let is_met = truth(&is_met, self.world);
        let all = || self.for_over(&For { condition: None, ..each.clone() }, collection, span, env);
        let none = || nothing(&each.result, Origin::expression(span));
        let chosen = is_met.origin.clone();
        let made = match is_met.data {
            Data::Bool(true) => all(),
            Data::Bool(false) => none(),
            Data::Pending(_) => {
                let both = [self.attempts.apart(all), none()];
                let both = both.into_iter().filter(|made| !matches!(made.data, Data::Failed(_)));
                is_met.unsaid().awaiting(Awaited::OneOf(both.collect()))
            }
            _ => is_met,
        };
        Some(made.worked_out_from([&chosen]))
    }

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
        if mentions_element(wanted, each) {
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

/// Whether an expression speaks of the element that the loop is at.
fn mentions_element(expr: &Expr, each: &For) -> bool {
    let is_bound = |name: &str| each.key.as_deref() == Some(name) || each.value == name;
    expr.free_names().iter().any(|free| is_bound(free.name))
}

fn nothing(result: &ForResult, origin: Origin) -> Value {
    match result {
        ForResult::Tuple(_) => Value::list(ListKind::Tuple, Vec::new(), origin),
        ForResult::Object(..) | ForResult::Grouped(..) => Value::map(MapKind::Object, IndexMap::new(), origin),
    }
}
