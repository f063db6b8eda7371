//! `for` over a collection of which it is not known what it holds: unknown too, and called by what one element would make.
//!
//! Knows the element that stands for all, and what the world's answers say of it; must not know which elements there are.

use indexmap::IndexMap;

use crate::source::Span;
use crate::syntax::{Expr, For, ForResult};
use crate::value::{Data, Input, Met, Mirrored, Origin, Reason, Role, Value};

use super::called::{UNTOLD, told, told_met};
use super::evaluator::Evaluator;
use super::joined;
use super::operators::not;
use super::repeat::bind;
use super::scope::Env;
use super::truth::truth;
use super::types::{self, Type, convert};
use super::unknown::{Outcome, derive};

/// A loop over an unknown collection, and the key and the element that stand for all of it.
struct Over<'l> {
    each: &'l For,
    collection: &'l Value,
    key: Value,
    value: Value,
    /// What the loop makes is called, where the answers about the element must not be heard in it.
    told_name: Option<String>,
}

/// The key of an element that a loop makes, the element, and what says whether that is true.
type Element = (Value, Value, Option<Met>);

/// What a loop makes of the element that stands for all.
struct Made {
    /// What the collection is called.
    name: String,
    /// `None` where the loop groups.
    element: Option<Element>,
    kept: Option<Kept>,
}

/// Whether the condition of a loop keeps the element that stands for all.
struct Kept {
    is_met: Value,
    /// What whether it keeps any is called, and by what one does.
    any: (String, Option<Met>),
    /// The condition, behind `if`.
    written: String,
}

impl<'a> Evaluator<'a> {
    /// What a loop makes of an unknown collection.
    pub fn open_for(&self, each: &For, collection: &Value, obstacle: Value, span: Span, env: Env<'_, 'a>) -> Value {
        if let Data::Pending(_) | Data::Failed(_) = obstacle.data {
            return obstacle.unsaid();
        }
        let untold = self.untold(collection).and_then(|untold| {
            let made = self.attempts.apart(|| self.open_for(each, &untold, untold.clone(), span, env));
            matches!(made.data, Data::Open(_)).then_some(made)
        });
        let told_name = untold.as_ref().map(|untold| untold.describe().replace(UNTOLD, ""));
        let (key, value) = self.any_element(collection, span);
        let over = Over { each, collection, key, value, told_name };
        let made = || bind(each, &over.key, &over.value, env, |env| self.made_of_any(&over, span, env));
        let made = match self.attempts.of_elements(collection, self.world, made) {
            Ok(made) => made,
            Err(pending) => return pending.unsaid(),
        };
        if let Some(Kept { is_met: failed @ Value { data: Data::Failed(_), .. }, .. }) = &made.kept {
            return types::if_empty(collection, failed, &kind_of(&each.result), self.world);
        }
        if over.makes_the_same(&made) {
            // It makes a tuple or an object, though of the same elements.
            return collection.clone().untyped().through(span, Role::Expression);
        }
        if let Some(untold) = &untold {
            self.untold.borrow_mut().insert(made.name.clone(), untold.clone());
        }
        let all = derive(made.name.clone(), &obstacle, Outcome::Open, self.world, Origin::expression(span));
        let all = over.mirrored(all, &made, untold.as_ref());
        if let Some((_, failed @ Value { data: Data::Failed(_), .. }, _)) = &made.element {
            return types::if_empty(&all, failed, &kind_of(&each.result), self.world);
        }
        self.keep_loop(&all, each, collection, env);
        match (made.element, made.kept) {
            (Some((key, element, _)), Some(kept)) => joined::made_if(all, key, element, kept.is_met),
            (Some((key, element, met)), None) => joined::made_of(all, key, element, told_met(untold.as_ref(), met)),
            (None, _) => all,
        }
    }

    /// What the loop makes where its names are bound to what stands for all.
    ///
    /// # Errors
    /// What waits for an answer about the element.
    fn made_of_any(&self, over: &Over, span: Span, env: Env<'_, 'a>) -> Result<Made, Value> {
        let kept = self.kept_of_any(over, env)?;
        let condition = kept.as_ref().map(|kept| format!(" if {}", kept.written)).unwrap_or_default();
        let element = || self.element_of_any(over, &condition, span, env);
        // An element that the condition leaves out needs nothing.
        let made = match &kept {
            Some(kept) => {
                let is_left_out = not(kept.is_met.clone(), self.world, Origin::expression(span));
                self.attempts.unless(&is_left_out, self.world, element)
            }
            None => element(),
        };
        made.map(|(name, element)| Made { name, element, kept })
    }

    fn kept_of_any(&self, over: &Over, env: Env<'_, 'a>) -> Result<Option<Kept>, Value> {
        let Some(condition) = &over.each.condition else { return Ok(None) };
        let (_, is_met) = self.named_by(condition, &[&over.key, &over.value], env)?;
        self.needs_a(&Type::Bool, &is_met);
        let met = self.met_by(&is_met, condition, env);
        // It is called what is written, whatever the answers about the element are.
        let written = self.written(condition, env);
        let any = (format!("anytrue([for each of {} : {written}])", over.collection.describe()), met);
        Ok(Some(Kept { is_met: truth(&is_met, self.world), any, written }))
    }

    /// What the collection is called, and its element.
    fn element_of_any(
        &self,
        over: &Over,
        condition: &str,
        span: Span,
        env: Env<'_, 'a>,
    ) -> Result<(String, Option<Element>), Value> {
        let of = over.collection.describe();
        let named = |expr: &Expr| self.named_by(expr, &[&over.key, &over.value], env);
        let called = |name: String| over.told_name.clone().unwrap_or(name);
        Ok(match &over.each.result {
            ForResult::Tuple(written) => {
                let (made, element) = named(written)?;
                self.needs_answer(&element);
                let name = called(format!("[for each of {of} : {made}{condition}]"));
                let origin = || Origin::expression(span);
                let index = Value::open(Input::derived(format!("keys({name})[*]"), origin()), origin());
                let met = self.met_by(&element, written, env);
                (name, Some((index.typed(&Type::Number), element, met)))
            }
            ForResult::Object(made_key, written) | ForResult::Grouped(made_key, written) => {
                let ((key_name, made_key), (made, element)) = (named(made_key)?, named(written)?);
                self.needs_a(&Type::String, &made_key);
                self.needs_answer(&element);
                let made_key = convert(made_key, &Type::String, self.world);
                let name = called(format!("{{for each of {of} : {key_name} => {made}{condition}}}"));
                if let ForResult::Grouped(..) = over.each.result {
                    return Ok((name, None));
                }
                self.needs_other_keys(&made_key, &over.key, &name);
                let met = self.met_by(&element, written, env);
                (name, Some((made_key, element, met)))
            }
        })
    }
}

impl Over<'_> {
    /// Whether the loop makes every element as it is, and so the collection itself.
    fn makes_the_same(&self, made: &Made) -> bool {
        match (&made.element, &made.kept, &self.told_name) {
            (_, _, Some(name)) => *name == self.collection.describe(),
            (Some((key, element, _)), None, None) => {
                element.waiting().is_none()
                    && element.describe() == self.value.describe()
                    && is_the_same(&self.each.result, self.collection, key.describe() == self.key.describe())
            }
            _ => false,
        }
    }

    /// What the loop makes, as what has something of the collection that it runs over.
    fn mirrored(&self, all: Value, made: &Made, untold: Option<&Value>) -> Value {
        let collection = self.collection;
        let is_keyed = matches!(collection.said_type(), Type::Map(_) | Type::Object(_) | Type::Set(_));
        let has_same_key = made.element.as_ref().is_some_and(|(key, ..)| key.describe() == self.key.describe());
        let keeps_keys = is_keyed && self.key.obstacle().is_some() && has_same_key;
        match (&made.kept, &self.each.result) {
            // What stands for all elements is there where any is, and so is what it makes.
            (Some(kept), _) if kept.is_met.as_bool() == Some(true) => {
                joined::mirroring(collection, Mirrored::Emptiness, all)
            }
            (None, ForResult::Grouped(..)) => joined::mirroring(collection, Mirrored::Emptiness, all),
            (Some(kept), _) => {
                let (name, met) = untold.and_then(joined::any_of).map_or_else(|| kept.any.clone(), told_any);
                joined::mirroring(&joined::whether_any(name, collection, met, true, &all.origin), Mirrored::Any, all)
            }
            (None, ForResult::Object(..)) if keeps_keys => joined::mirroring(collection, Mirrored::Elements, all),
            (None, _) => joined::mirroring(collection, Mirrored::Length, all),
        }
    }
}

/// The type of what a loop makes that makes nothing.
fn kind_of(result: &ForResult) -> Type {
    match result {
        ForResult::Tuple(_) => Type::Tuple(Vec::new()),
        ForResult::Object(..) | ForResult::Grouped(..) => Type::Object(IndexMap::new()),
    }
}

/// What whether any element meets a condition is called, and by what one does, whatever the answers about the elements are.
fn told_any(any: &Input) -> (String, Option<Met>) {
    let met = match &any.reason {
        Reason::AnyOf(witness) => witness.met.as_ref().map(told),
        _ => None,
    };
    (any.name.replace(UNTOLD, ""), met)
}

/// Whether a `for` that makes every element as it is makes the collection itself: a map that is not a list, or a list.
fn is_the_same(result: &ForResult, collection: &Value, keeps_keys: bool) -> bool {
    match (result, collection.said_type()) {
        (ForResult::Object(..), Type::Map(_) | Type::Object(_) | Type::Any) => keeps_keys,
        (ForResult::Tuple(_), Type::List(_)) => true,
        _ => false,
    }
}
