//! `for` expressions.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::source::Span;
use crate::syntax::{Call, Expansion, ExprKind, For, ForResult};
use crate::value::{Awaited, Data, Junction, ListKind, MapKind, Number, Origin, Symbol, SymbolSource, Value};

use super::evaluator::Evaluator;
use super::joined;
use super::merged::{merged, of_entries};
use super::operators::without_equals;
use super::scope::{Binding, Env};
use super::truth::truth;
use super::types::{Type, of, shaped};

/// The keys and elements a collection is run over, or what keeps them from being known.
pub(super) type Elements = Result<Vec<(Value, Value)>, Value>;

impl<'a> Evaluator<'a> {
    /// `[for …]` and `{for …}`.
    pub fn for_expression(&self, each: &For, span: Span, env: Env<'_, 'a>) -> Value {
        if let Some(each) = over_map_of_keys(each) {
            let map = self.evaluate(&each.collection, env);
            let is_map = matches!(map.said_type(), Type::Map(_) | Type::Object(_));
            if map.as_map().is_none() && (is_map || matches!(map.parts(), Some((Junction::Map, _)))) {
                self.needs_elements(&map);
                return self.for_over(&each, &map, span, env).worked_out_from(&map.origins());
            }
        }
        let collection = self.evaluate(&each.collection, env);
        self.needs_elements(&collection);
        self.for_over(each, &collection, span, env).worked_out_from(&collection.origins())
    }

    pub fn for_over(&self, each: &For, collection: &Value, span: Span, env: Env<'_, 'a>) -> Value {
        if collection.alternatives().is_some() {
            return self.attempts.apart(|| collection.then_read(&|one| self.for_over(each, one, span, env)));
        }
        let collection = &match without_equals(collection, self.world, &Origin::expression(span)) {
            Ok(collection) => collection,
            Err(undecided) => return undecided.unsaid(),
        };
        if let Some(made) = self.all_or_none(each, collection, span, env) {
            return made;
        }
        let elements = match self.elements(collection, span) {
            Err(obstacle) if collection.awaited.is_none() || collection.merged().is_some() => {
                self.picked(each, collection, span, env).unwrap_or(Err(obstacle))
            }
            elements => elements,
        };
        let elements = match elements {
            Ok(elements) => elements,
            Err(obstacle) => {
                if let Some(elements) = collection.awaited_elements() {
                    return self.attempts.apart(|| self.for_awaited(each, collection, elements, span, env));
                }
                let made = self.for_over_parts(each, collection, span, env);
                let made = made.or_else(|| self.beside_another(each, collection, span, env));
                return made.unwrap_or_else(|| self.open_for(each, collection, obstacle, span, env));
            }
        };
        let mut made = Made::new(&each.result);
        // In which order the keys come is not known where one of them is not.
        let is_shuffled = elements.len() > 1
            && matches!(collection.data, Data::Map(..))
            && matches!(each.result, ForResult::Tuple(_))
            && elements.iter().any(|(key, _)| key.as_str().is_none());
        for (key, value) in &elements {
            let stop = bind(each, key, value, env, |env| self.iteration(each, &mut made, span, env));
            if let Some(stop) = stop {
                return stop.unsaid();
            }
        }
        match made.into_value(span) {
            Value { data: Data::List(kind, items), origin, .. } if is_shuffled => {
                let shown: Vec<String> = items.iter().map(Value::describe).collect();
                let name = format!("[for each of {} : {}]", collection.describe(), shown.join(", "));
                joined::shuffled(name, kind, items.as_ref().clone(), self.world, origin)
            }
            made => made,
        }
    }

    /// Over a list of which some elements may be missing: what it makes of each, which may be missing then as well. Nothing is
    /// said where an element's position counts, or of the keys of a map.
    fn for_awaited(&self, each: &For, list: &Value, elements: &[Value], span: Span, env: Env<'_, 'a>) -> Value {
        let undecided = list.clone().unsaid();
        if !matches!(each.result, ForResult::Tuple(_)) || each.key.is_some() {
            return undecided;
        }
        let mut all = Vec::new();
        for element in elements {
            let Some(outcomes) = element.outcomes() else { return undecided };
            for outcome in outcomes {
                let mut made = Made::new(&each.result);
                let stop = bind(each, &undecided, outcome, env, |env| self.iteration(each, &mut made, span, env));
                if stop.is_some() {
                    return undecided;
                }
                let perhaps = |made: Value| if element.is_waiting() { element.perhaps(made) } else { made };
                all.extend(made.items.into_iter().map(perhaps));
            }
        }
        undecided.awaiting(Awaited::Elements(all))
    }

    /// The elements in Terraform's order: a list's by index, a map's by key, a set's are their own keys.
    pub fn elements(&self, collection: &Value, span: Span) -> Elements {
        let origin = || Origin::expression(span);
        let collection = &shaped(collection.clone(), self.world);
        match &collection.data {
            Data::List(ListKind::Set, items) => Ok(items.iter().map(|item| (item.clone(), item.clone())).collect()),
            Data::List(_, items) => {
                let key = |at: usize| Value::number(Number::from(at), origin());
                Ok(items.iter().enumerate().map(|(at, item)| (key(at), item.clone())).collect())
            }
            Data::Map(_, entries) => {
                let mut entries: Vec<_> = entries.iter().collect();
                entries.sort_by_key(|(key, _)| *key);
                Ok(entries.into_iter().map(|(key, value)| (self.key_value(key, origin()), value.clone())).collect())
            }
            Data::Object(id, _) => {
                self.unlisted(*id, &origin()).map_or_else(|| self.elements(&self.whole_object(*id, span), span), Err)
            }
            Data::Null => Err(Value::failed("null cannot be iterated over", origin())),
            Data::Open(_) | Data::Opaque(_) if matches!(of(collection), Type::Bool | Type::Number | Type::String) => {
                Err(Value::failed("only a collection can be iterated over", origin()))
            }
            Data::Open(_) | Data::Opaque(_) | Data::Pending(_) | Data::Failed(_) => Err(collection.clone()),
            _ => Err(Value::failed("only a collection can be iterated over", origin())),
        }
    }

    /// Adds what one element makes; what ends the whole expression otherwise.
    fn iteration(&self, each: &For, made: &mut Made, span: Span, env: Env<'_, 'a>) -> Option<Value> {
        let mut waiting = None;
        if let Some(condition) = &each.condition {
            let condition = self.evaluate(condition, env);
            self.needs_a(&Type::Bool, &condition);
            let kept = truth(&condition, self.world);
            made.chosen = std::mem::take(&mut made.chosen).worked_out_from([&kept.origin]);
            match kept.data {
                Data::Bool(true) => {}
                Data::Bool(false) => return None,
                Data::Pending(_) if !matches!(each.result, ForResult::Grouped(..)) => waiting = Some(kept),
                _ => return Some(kept),
            }
        }
        match &each.result {
            ForResult::Tuple(element) => match waiting {
                Some(waiting) => {
                    let element = self.attempts.apart(|| self.evaluate(element, env));
                    made.items.push(waiting.perhaps(element));
                    made.waiting = made.waiting.take().or(Some(waiting));
                }
                None => made.items.push(self.evaluate(element, env)),
            },
            ForResult::Object(key, element) | ForResult::Grouped(key, element) => {
                let key = self.evaluate(key, env);
                if let Data::Pending(_) | Data::Failed(_) = key.data {
                    return Some(waiting.unwrap_or(key));
                }
                self.needs_a(&Type::String, &key);
                let Some(text) = self.key_text(&key) else {
                    return Some(Value::failed("a key must be a text", Origin::expression(span)));
                };
                // Whether two elements have one key is told where it is known that both are there.
                let may_be_same = key.as_str().is_none() || made.entries.contains_key(&text);
                if let Some(first) = made.first_waiting().or(waiting.as_ref()).filter(|_| may_be_same) {
                    return Some(first.clone());
                }
                let value = match &waiting {
                    Some(_) => self.attempts.apart(|| self.evaluate(element, env)),
                    None => self.evaluate(element, env),
                };
                made.perhaps.extend(waiting.map(|waiting| (text.clone(), waiting)));
                let is_another = made.shape != Shape::Object || self.is_another(&key, made.entries.keys());
                if !made.put(text, value) || !is_another {
                    let message = format!("two elements have the key {}", key.describe());
                    return Some(Value::failed(message, Origin::expression(span)));
                }
            }
        }
        None
    }

    /// Over a collection that is put together of parts: what each part makes, put together. `None` where an element's
    /// position counts that is not known.
    fn for_over_parts(&self, each: &For, collection: &Value, span: Span, env: Env<'_, 'a>) -> Option<Value> {
        let put_together = collection.merged().map(|parts| (Junction::Map, parts));
        let (found, parts) = collection.parts().or(put_together)?;
        let counts = each.key.is_some() && found.keeps_all();
        if counts && parts.get(1..).unwrap_or_default().iter().any(|part| part.as_list().is_some()) {
            return None;
        }
        let junction = match each.result {
            ForResult::Tuple(_) if found.keeps_all() => found,
            ForResult::Tuple(_) => Junction::Set,
            ForResult::Object(..) => Junction::Map,
            ForResult::Grouped(..) => return None,
        };
        let parts = self.resolved_parts(found, parts, span);
        let is_whole = keeps_keys(each) && each.condition.is_none();
        let parts = match junction {
            _ if found != Junction::Map => parts,
            Junction::Map if is_whole => joined::apart(&parts, self.world),
            Junction::Map => joined::without_replaced(&joined::apart(&parts, self.world), self.world),
            // How many elements there are, what is replaced counts.
            _ => joined::apart(&joined::without_replaced(&parts, self.world), self.world),
        };
        let mut made: Vec<Value> = parts.iter().map(|part| self.for_over(each, part, span, env)).collect();
        let origin = Origin::expression(span);
        let waits = |value: &Value| matches!(value.data, Data::Pending(_) | Data::Failed(_));
        if let Some(stop) = made.iter().find(|value| waits(value)).cloned() {
            let is_map = junction == Junction::Map && keeps_keys(each);
            // What is known is found before anything is asked of what is not.
            made.sort_by_key(|part| !matches!(part.data, Data::Open(_)));
            let map = is_map.then(|| merged(&made, self.world, &origin)).flatten();
            return Some(map.unwrap_or_else(|| stop.unsaid()));
        }
        let shown: Vec<String> = made.iter().map(Value::describe).collect();
        let put_together = if junction == Junction::Map { "merge" } else { "concat" };
        let name = format!("{put_together}({})", shown.join(", "));
        if junction == Junction::Map && !is_whole {
            // Two elements with one key are refused, so that what is unknown replaces nothing that is known.
            made.sort_by_key(|part| part.as_map().is_some());
        }
        Some(joined::joined(name, junction, made, self.world, origin))
    }

    /// The parts a collection is put together of, maps with every known entry once.
    pub fn resolved_parts(&self, junction: Junction, parts: &[Value], span: Span) -> Vec<Value> {
        match junction {
            Junction::Map => joined::resolved(parts, self.world, |part, key| self.entry_of(part, key, span)),
            Junction::List | Junction::Set | Junction::Shuffled => parts.to_vec(),
        }
    }

    /// A key and an element that stand for all of an open collection's.
    pub fn any_element(&self, collection: &Value, span: Span) -> (Value, Value) {
        let origin = Origin::expression(span);
        let Data::Open(input) = &collection.data else {
            let symbol = |name: String| Symbol { source: SymbolSource::Derived(name), attribute: String::new() };
            let name = collection.describe();
            let key = Value::opaque(symbol(format!("keys({name})[*]")), origin.clone());
            return (key, Value::opaque(symbol(format!("{name}[*]")), origin));
        };
        // Of instances that an input keeps or leaves out, one stands for all as well.
        self.any_of(collection).unwrap_or_else(|| joined::any_element(collection, input, self.world, &origin))
    }
}

/// Whether each element has the key in what the loop makes that it has in the map.
fn keeps_keys(each: &For) -> bool {
    match &each.result {
        ForResult::Object(key, _) => {
            matches!(&key.kind, ExprKind::Variable(name) if each.key.as_ref() == Some(name))
        }
        _ => false,
    }
}

/// `for k in keys(m)` as what it is, a loop over the map that speaks of the keys only.
fn over_map_of_keys(each: &For) -> Option<For> {
    match &each.collection.kind {
        ExprKind::Call(Call { name, arguments, expansion: Expansion::None })
            if name == "keys" && each.key.is_none() =>
        {
            let [map] = arguments.as_slice() else { return None };
            let (key, value) = (Some(each.value.clone()), String::new());
            Some(For { key, value, collection: Arc::clone(map), ..each.clone() })
        }
        _ => None,
    }
}

/// Runs `work` with the names of a `for` bound.
pub(super) fn bind<'a, T>(
    each: &For,
    key: &Value,
    value: &Value,
    env: Env<'_, 'a>,
    work: impl FnOnce(Env<'_, 'a>) -> T,
) -> T {
    let outer = Binding::new(each.key.as_deref().unwrap_or_default(), key, env);
    let env = if each.key.is_some() { env.with(&outer) } else { env };
    let inner = Binding::new(&each.value, value, env);
    work(env.with(&inner))
}

/// What the elements made so far.
struct Made {
    shape: Shape,
    items: Vec<Value>,
    /// What it waits for whether an item is one of them.
    waiting: Option<Value>,
    entries: IndexMap<String, Vec<Value>>,
    /// Where what says which elements count comes from.
    chosen: Origin,
    /// What it waits for whether an entry is one of them, by its key.
    perhaps: IndexMap<String, Value>,
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Tuple,
    Object,
    Grouped,
}

impl Made {
    fn new(result: &ForResult) -> Self {
        let shape = match result {
            ForResult::Tuple(_) => Shape::Tuple,
            ForResult::Object(..) => Shape::Object,
            ForResult::Grouped(..) => Shape::Grouped,
        };
        let (items, waiting, entries, chosen, perhaps) = Default::default();
        Self { shape, items, waiting, entries, chosen, perhaps }
    }

    /// What the first entry waits for that may be missing.
    fn first_waiting(&self) -> Option<&Value> {
        self.perhaps.values().next()
    }

    /// Whether the key may have this value too.
    fn put(&mut self, key: String, value: Value) -> bool {
        let values = self.entries.entry(key).or_default();
        values.push(value);
        values.len() == 1 || self.shape == Shape::Grouped
    }

    fn into_value(self, span: Span) -> Value {
        let origin = || Origin::expression(span);
        let made_at = origin().there_by(&self.chosen);
        let shape = self.shape;
        let entry = |values: Vec<Value>| match shape {
            Shape::Grouped => Value::list(ListKind::Tuple, values, origin()),
            _ => values.into_iter().next().unwrap_or_else(|| Value::null(origin())),
        };
        if let Some(waiting) = self.waiting {
            return Value::new(waiting.data, made_at).awaiting(Awaited::Elements(self.items));
        }
        if shape == Shape::Tuple {
            return Value::list(ListKind::Tuple, self.items, made_at);
        }
        let entries: IndexMap<String, Value> =
            self.entries.into_iter().map(|(key, values)| (key, entry(values))).collect();
        let waiting = of_entries(&entries, &self.perhaps, &made_at);
        waiting.unwrap_or_else(|| Value::map(MapKind::Object, entries, made_at))
    }
}
