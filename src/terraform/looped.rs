//! The one element under a key of what a loop makes of an unknown collection: what its body makes of the one that the
//! collection has there. What it holds elsewhere does not matter.

use std::rc::Rc;
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::{Expr, ExprKind, For, ForResult};
use crate::value::{Ask, Data, Literal, Origin, Question, Value};

use super::evaluator::Evaluator;
use super::operators::all;
use super::repeat::bind;
use super::scope::{Env, Scope};
use super::truth::truth;
use super::types::Type;

/// A loop whose elements have the keys of the collection it runs over.
pub(super) struct Loop<'a> {
    each: For,
    collection: Value,
    scope: Rc<Scope<'a>>,
}

impl<'a> Evaluator<'a> {
    /// Remembers the loop that made a collection, if each of its elements is found again by its key: in a map by the key of the
    /// map it runs over or by the text that it was given, in a list by its position. A loop that speaks of what a loop around
    /// it binds is not known elsewhere.
    pub fn keep_loop(&self, made: &Value, each: &For, collection: &Value, env: Env<'_, 'a>) {
        let (Data::Open(input), Some(scope)) = (&made.data, env.scope) else { return };
        if env.bindings.is_none() && env.variables.is_none() && keeps_keys(each, collection) {
            let made_by = Loop { each: each.clone(), collection: collection.clone(), scope: Rc::clone(scope) };
            self.loops.borrow_mut().insert(input.name.clone(), Rc::new(made_by));
        }
    }

    /// What a loop made under a key; `None` where no loop is known to have made the collection.
    pub fn looped_element(&self, made: &Value, key: &Value, span: Span) -> Option<Value> {
        let kept = self.loop_of(made).filter(|kept| !is_of_keys(kept))?;
        let is_left_out =
            || Value::failed(format!("there is no element with the key {}", key.shown()), Origin::expression(span));
        Some(self.at(&kept, key, span, |env| {
            let is_met = self.is_met(&kept.each, env);
            match is_met.as_bool() {
                Some(true) => self.evaluate(made_by(&kept.each), env),
                Some(false) => is_left_out(),
                None => is_met.unsaid(),
            }
        }))
    }

    /// Whether a loop made something under a key, or a list of keys with this one in it: what the collection that it runs over
    /// holds and its condition keeps.
    pub fn looped_holds(&self, made: &Value, key: &Value) -> Option<Value> {
        let kept = self.loop_of(made).filter(|kept| is_by_position(kept) == matches!(key.data, Data::Number(_)))?;
        let origin = &made.origin;
        let is_there = match (Literal::of(key), &kept.collection.data) {
            (Some(literal), Data::Open(names)) if is_key_itself(&kept) => {
                Value::answer(Question::new(Arc::clone(names), Ask::Holds(literal)), self.world, origin.clone())
            }
            _ if is_key_itself(&kept) => return None,
            _ => self.is_held(&kept.collection, key),
        };
        if kept.each.condition.is_none() || is_there.as_bool() == Some(false) {
            return Some(is_there);
        }
        let is_met = self.at(&kept, key, origin.nearest()?, |env| self.is_met(&kept.each, env));
        Some(all(vec![is_there, is_met], self.world, origin.clone()))
    }

    /// Whether a loop listed a key, of a list of keys that it made.
    pub fn looped_lists(&self, made: &Value, key: &Value) -> Option<Value> {
        self.loop_of(made).filter(|kept| is_of_keys(kept))?;
        self.looped_holds(made, key)
    }

    /// The collection that a loop ran over which made another one.
    pub fn looped_over(&self, made: &Value) -> Option<Value> {
        Some(self.loop_of(made)?.collection.clone())
    }

    fn loop_of(&self, made: &Value) -> Option<Rc<Loop<'a>>> {
        let Data::Open(input) = &made.data else { return None };
        self.loops.borrow().get(&input.name).map(Rc::clone)
    }

    /// What `work` says where the loop is at the element under a key, if that is known.
    fn at(&self, kept: &Loop<'a>, key: &Value, span: Span, work: impl FnOnce(Env<'_, 'a>) -> Value) -> Value {
        let element = if is_key_itself(kept) { key.clone() } else { self.index(&kept.collection, key, span) };
        match element.data {
            Data::Pending(_) | Data::Failed(_) => element.unsaid(),
            _ => bind(&kept.each, key, &element, Env::of(&kept.scope), work),
        }
    }

    fn is_met(&self, each: &For, env: Env<'_, 'a>) -> Value {
        let condition = each.condition.as_ref().map(|condition| self.evaluate(condition, env));
        condition.map_or_else(|| Value::bool(true, Origin::default()), |condition| truth(&condition, self.world))
    }
}

fn made_by(each: &For) -> &Expr {
    let (ForResult::Tuple(made) | ForResult::Object(_, made) | ForResult::Grouped(_, made)) = &each.result;
    made
}

/// Whether the key is the element of the collection itself.
fn is_key_itself(kept: &Loop) -> bool {
    is_of_texts(&kept.collection) && (is_of_keys(kept) || matches!(kept.each.result, ForResult::Object(..)))
}

/// Whether the loop lists keys of a map, or texts: it is asked what is in the list, and not where.
fn is_of_keys(kept: &Loop) -> bool {
    matches!(kept.each.result, ForResult::Tuple(_)) && !is_by_position(kept)
}

/// Whether the loop makes a list in which each element is where that is of which it is made.
fn is_by_position(kept: &Loop) -> bool {
    let is_list = matches!(kept.collection.said_type(), Type::List(_));
    matches!(kept.each.result, ForResult::Tuple(_)) && is_list && kept.each.condition.is_none()
}

/// Whether what a loop makes is found under the keys that the collection has, or lists some of those.
fn keeps_keys(each: &For, collection: &Value) -> bool {
    let is = |expr: &Expr, name: &str| matches!(&expr.kind, ExprKind::Variable(written) if written == name);
    let (ForResult::Tuple(key) | ForResult::Object(key, _) | ForResult::Grouped(key, _)) = &each.result;
    match (&each.result, collection.said_type()) {
        (ForResult::Grouped(..), _) => false,
        (ForResult::Tuple(_), Type::List(_)) if each.condition.is_none() => true,
        _ if is_of_texts(collection) => is(key, &each.value),
        (_, Type::Map(_) | Type::Object(_) | Type::Any) => each.key.as_ref().is_some_and(|name| is(key, name)),
        _ => false,
    }
}

/// Whether the elements of a list or set are texts, which are keys themselves.
fn is_of_texts(collection: &Value) -> bool {
    matches!(collection.said_type(), Type::List(element) | Type::Set(element) if **element == Type::String)
}
