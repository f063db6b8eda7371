//! The one element under a key of what a loop makes of an unknown collection: what its body makes of the one that the
//! collection has there. What it holds elsewhere does not matter.

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::source::Span;
use crate::syntax::{Expr, ExprKind, For, ForResult};
use crate::value::{Ask, Data, Domain, Input, Literal, MapKind, Mirrored, Origin, Question, Reason, Value};

use super::evaluator::Evaluator;
use super::held::is_list_made;
use super::made_of::is_list_of_map;
use super::repeat::bind;
use super::scope::{Env, Scope};
use super::truth::truth;
use super::types::{Nullable, Type, convert};
use super::unknown::whether;

/// A loop of which each element is found again.
pub(super) struct Loop<'a> {
    each: For,
    collection: Value,
    scope: Rc<Scope<'a>>,
    /// What is bound around it: `each`, `count`, the names of other loops.
    around: IndexMap<String, Value>,
    place: Place,
}

/// Where what a loop makes of an element is found.
#[derive(PartialEq)]
enum Place {
    /// Under the key that the element has in the map that the loop runs over.
    Key,
    /// Under the text that the element is.
    Text,
    /// Under the text that is this attribute of the element.
    Attribute(String),
    /// In a list, where the element is in the list that the loop runs over, or its key among the keys of the map.
    Position,
}

impl Loop<'_> {
    /// What it runs over.
    pub fn collection(&self) -> &Value {
        &self.collection
    }
}

impl<'a> Evaluator<'a> {
    /// Remembers the loop that made a collection, if each of its elements is found again.
    pub fn keep_loop(&self, made: &Value, each: &For, collection: &Value, env: Env<'_, 'a>) {
        let (Data::Open(input), Some(scope)) = (&made.data, env.scope) else { return };
        let found_at = |place: Place| {
            let mut around = IndexMap::new();
            for (name, value) in env.names() {
                around.entry(name.to_owned()).or_insert_with(|| value.clone());
            }
            let (each, collection) = (each.clone(), collection.clone());
            Rc::new(Loop { each, collection, scope: Rc::clone(scope), around, place })
        };
        if let Some(place) = place_of(each, collection) {
            self.loops.borrow_mut().insert(input.name.clone(), found_at(place));
        }
        if is_list_of_map(each, collection) {
            self.lists.borrow_mut().insert(input.name.clone(), found_at(Place::Key));
        }
    }

    /// What a loop over a map makes of the element under a key.
    pub fn made_at(&self, list: &Loop<'a>, key: &Value, span: Span) -> Value {
        self.at(list, key, span, |env| self.evaluate(made_by(&list.each), env))
    }

    /// Whether it keeps that.
    pub fn kept_at(&self, list: &Loop<'a>, key: &Value, span: Span) -> Value {
        self.at(list, key, span, |env| self.is_met(&list.each, env))
    }

    /// What a loop made under a key; `None` where no loop is known to have made the collection.
    pub fn looped_element(&self, made: &Value, key: &Value, span: Span) -> Option<Value> {
        let kept = self.loop_of(made).filter(|kept| !is_of_keys(kept))?;
        let is_left_out =
            || Value::failed(format!("there is no element with the key {}", key.shown()), Origin::expression(span));
        let element = self.at(&kept, key, span, |env| {
            let is_met = self.is_met(&kept.each, env);
            match is_met.as_bool() {
                None if self.is_own_key(made, key) => self.evaluate(made_by(&kept.each), env),
                Some(true) => self.evaluate(made_by(&kept.each), env),
                Some(false) => is_left_out(),
                None => is_met.unsaid(),
            }
        });
        let ty = made.said_type().element().map_or(Type::Any, Type::with_all_optional);
        Some(convert(element, &ty, self.world))
    }

    /// Whether a loop made something under a key, or a list of keys with this one in it: what the collection that it runs over
    /// holds and its condition keeps.
    pub fn looped_holds(&self, made: &Value, key: &Value) -> Option<Value> {
        let is_number = matches!(key.data, Data::Number(_));
        let kept = self.loop_of(made).filter(|kept| (kept.place == Place::Position) == is_number)?;
        let origin = &made.origin;
        let texts = match (&kept.place, &kept.collection.data) {
            (Place::Text, Data::Open(texts)) => Some(Arc::clone(texts)),
            (Place::Attribute(name), Data::Open(_)) => self.attributes_of(&kept.collection, name, origin),
            _ => None,
        };
        let is_there = match (texts, Literal::of(key)) {
            (Some(texts), Some(text)) => {
                Value::answer(Question::new(texts, Ask::Holds(text)), self.world, origin.clone())
            }
            (Some(texts), None) if key.obstacle().is_some() => self.is_listed(&kept, &texts, key, origin),
            (Some(_), None) => return None,
            (None, Some(Literal::Number(at))) if is_placed_by_key(&kept) => {
                let Data::Open(all) = &kept.collection.data else { return None };
                let at = usize::try_from(at.as_i64()?).ok()?;
                Value::answer(Question::new(Arc::clone(all), Ask::LongerThan(at)), self.world, origin.clone())
            }
            (None, _) => self.is_held(&kept.collection, key),
        };
        // Nothing is asked of an element that is not there.
        if kept.each.condition.is_none() || is_there.as_bool() != Some(true) {
            return Some(is_there);
        }
        self.looped_keeps(made, key)
    }

    /// The list of an attribute of each element of a collection, as a loop over that makes it.
    fn attributes_of(&self, collection: &Value, name: &str, origin: &Origin) -> Option<Arc<Input>> {
        let span = origin.nearest()?;
        let attribute = self.attribute(&self.any_element(collection, span).1, name, span);
        let met = match &attribute.data {
            Data::Open(input) => Some((Arc::new(Question::new(Arc::clone(input), Ask::True)), true)),
            _ => None,
        };
        let list = format!("[for each of {} : {}]", collection.describe(), attribute.describe());
        let place = Value::open(Input::derived(format!("keys({list})[*]"), origin.clone()), origin.clone());
        let reason = Reason::Each(Arc::new((place.typed(&Type::Number), attribute)), met);
        Some(Arc::new(Input { reason, ..Input::derived(list, origin.clone()) }))
    }

    /// Whether a text that is not known is among those that a loop makes keys of. What stands for all of them is.
    fn is_listed(&self, kept: &Loop<'a>, texts: &Input, key: &Value, origin: &Origin) -> Value {
        let any = match &kept.place {
            Place::Attribute(name) => format!("{}[*].{name}", kept.collection.describe()),
            _ => format!("{}[*]", kept.collection.describe()),
        };
        if key.describe() == any {
            return Value::bool(true, origin.clone());
        }
        whether(format!("contains({}, {})", texts.name, key.describe()), self.world, origin.clone())
    }

    /// The name of the collection that a map of this name has its keys from, where a loop made it of that one's elements, each
    /// under the key that it has there.
    pub fn keys_come_from(&self, map: &String) -> Option<String> {
        let kept = self.loops.borrow().get(map).map(Rc::clone)?;
        (kept.place == Place::Key && !is_of_keys(&kept)).then(|| kept.collection.describe())
    }

    /// Whether a loop kept what the collection that it runs over has under a key, if it has something there.
    pub fn looped_keeps(&self, made: &Value, key: &Value) -> Option<Value> {
        let kept = self.loop_of(made)?;
        if self.is_own_key(made, key) {
            return Some(Value::bool(true, made.origin.clone()));
        }
        Some(self.at(&kept, key, made.origin.nearest()?, |env| self.is_met(&kept.each, env)))
    }

    /// Whether a loop listed a key, of a list of keys that it made, or of the keys of a map.
    pub fn looped_lists(&self, made: &Value, key: &Value) -> Option<Value> {
        if let Data::Open(keys) = &made.data
            && let Some((Mirrored::Keys, map)) = &keys.domain.mirrors
        {
            return self.looped_holds(&Value::open(Arc::clone(map), made.origin.clone()), key);
        }
        self.loop_of(made).filter(|kept| is_of_keys(kept))?;
        self.looped_holds(made, key)
    }

    /// The collection that a loop ran over which made another one.
    pub fn looped_over(&self, made: &Value) -> Option<Value> {
        Some(self.loop_of(made)?.collection.clone())
    }

    /// The loop that made a collection, also where its elements were converted since.
    fn loop_of(&self, made: &Value) -> Option<Rc<Loop<'a>>> {
        let Data::Open(input) = &made.data else { return None };
        let known = |input: &Arc<Input>| self.loops.borrow().get(&input.name).map(Rc::clone);
        let made_of = |input: &Arc<Input>| match &input.domain.mirrors {
            Some((Mirrored::Elements | Mirrored::Entries, of)) if of != input => Some(Arc::clone(of)),
            _ => None,
        };
        let converted = || {
            let before = made_of(input).and_then(|of| known(&of));
            before.filter(|kept| kept.place != Place::Position)
        };
        known(input).or_else(converted)
    }

    /// What `work` says where the loop is at the element under a key, if that is known. The loop is worked out elsewhere: what
    /// fails in it is not what is being tried.
    fn at(&self, kept: &Loop<'a>, key: &Value, span: Span, work: impl FnOnce(Env<'_, 'a>) -> Value) -> Value {
        self.attempts.apart(|| self.at_element(kept, key, span, work))
    }

    fn at_element(&self, kept: &Loop<'a>, key: &Value, span: Span, work: impl FnOnce(Env<'_, 'a>) -> Value) -> Value {
        let key = &match &kept.place {
            Place::Position if is_placed_by_key(kept) => key_at(&kept.collection, key),
            // The keys of a map are texts, also where they were the numbers of a list.
            Place::Key if is_list_made(&kept.collection) => convert(key.clone(), &Type::Number, self.world),
            _ => key.clone(),
        };
        let element = match &kept.place {
            Place::Key | Place::Position => self.index(&kept.collection, key, span),
            Place::Text => key.clone(),
            Place::Attribute(name) => self.element_with(&kept.collection, name, key, span),
        };
        match element.data {
            // Of a map of which it is known what it is put together of, each entry is read by itself.
            Data::Pending(_) | Data::Failed(_) if element.merged().is_none() => element.unsaid(),
            _ => bind(&kept.each, key, &element, Env::around(&kept.scope, &kept.around), work),
        }
    }

    /// The element of an unknown collection of objects whose attribute is this text.
    fn element_with(&self, collection: &Value, name: &str, text: &Value, span: Span) -> Value {
        let (Data::Open(all), Some(ty @ Type::Object(attributes))) =
            (&collection.data, collection.said_type().element())
        else {
            return Value::failed("the elements are no objects", Origin::expression(span));
        };
        let step = format!("[{name} == {}]", text.describe());
        let element = self.open_part(all, &step, Some(ty), Nullable::No);
        let attribute = |key: &String| {
            let value = if key == name { text.clone() } else { self.attribute(&element, key, span) };
            (key.clone(), value)
        };
        Value::map(MapKind::Object, attributes.keys().map(attribute).collect(), element.origin.clone())
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

/// Whether the loop lists keys, or texts: it is asked what is in the list, and not where.
fn is_of_keys(kept: &Loop) -> bool {
    matches!(kept.each.result, ForResult::Tuple(_)) && kept.place != Place::Position
}

/// Whether the loop lists what it makes of the elements of a map, in the order of their keys.
fn is_placed_by_key(kept: &Loop) -> bool {
    kept.place == Place::Position && matches!(kept.collection.said_type(), Type::Map(_))
}

/// The key at a place among those of an unknown map.
fn key_at(map: &Value, place: &Value) -> Value {
    let domain = Domain { never_null: true, ..Domain::default() };
    let name = format!("keys({})[{}]", map.describe(), place.describe());
    Value::open(Input { domain, ..Input::derived(name, map.origin.clone()) }, map.origin.clone()).typed(&Type::String)
}

/// Where each element is found of what a loop makes: under the key that it gives the element, or lists of it.
fn place_of(each: &For, collection: &Value) -> Option<Place> {
    let (ForResult::Tuple(key) | ForResult::Object(key, _) | ForResult::Grouped(key, _)) = &each.result;
    let is = |name: &str| matches!(&key.kind, ExprKind::Variable(written) if written == name);
    let of = collection.said_type();
    // The place of an element in its collection is not known by its text.
    let is_placed = each.key.is_some() && !matches!(of, Type::Set(_));
    match (&each.result, of, &key.kind) {
        (ForResult::Grouped(..), ..) => None,
        (_, Type::Map(_) | Type::Object(_) | Type::Any, _) if each.key.as_ref().is_some_and(|name| is(name)) => {
            Some(Place::Key)
        }
        (ForResult::Tuple(_), Type::List(_) | Type::Map(_), _) if each.condition.is_none() => Some(Place::Position),
        _ if is_placed => None,
        (_, Type::List(element) | Type::Set(element), _) if **element == Type::String && is(&each.value) => {
            Some(Place::Text)
        }
        (_, _, ExprKind::Attribute(element, name)) if each.key.is_none() => {
            let is_element = matches!(&element.kind, ExprKind::Variable(written) if *written == each.value);
            let ty = of.element().and_then(|element| element.attribute(name));
            (is_element && ty == Some(&Type::String)).then(|| Place::Attribute(name.clone()))
        }
        _ => None,
    }
}
