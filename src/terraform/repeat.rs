//! `for` expressions.

use indexmap::IndexMap;

use crate::source::Span;
use crate::syntax::{Expr, ExprKind, For, ForResult};
use crate::value::{
    Awaited, Data, Input, Junction, ListKind, MapKind, Met, Mirrored, Number, Origin, Reason, Role, Symbol,
    SymbolSource, Value,
};

use super::called::{UNTOLD, told, told_met};
use super::evaluator::Evaluator;
use super::joined;
use super::operators::{not, without_equals};
use super::scope::{Binding, Env};
use super::truth::truth;
use super::types::{self, Type, convert, of, shaped};
use super::unknown::{Outcome, derive};

/// The keys and elements a collection is run over, or what keeps them from being known.
pub(super) type Elements = Result<Vec<(Value, Value)>, Value>;

impl<'a> Evaluator<'a> {
    /// `[for …]` and `{for …}`.
    pub fn for_expression(&self, each: &For, span: Span, env: Env<'_, 'a>) -> Value {
        let collection = self.evaluate(&each.collection, env);
        self.needs_elements(&collection);
        self.for_over(each, &collection, span, env)
    }

    fn for_over(&self, each: &For, collection: &Value, span: Span, env: Env<'_, 'a>) -> Value {
        if collection.alternatives().is_some() {
            return self.attempts.apart(|| collection.then(&|one| self.for_over(each, one, span, env)));
        }
        let collection = &match without_equals(collection, self.world, &Origin::expression(span)) {
            Ok(collection) => collection,
            Err(undecided) => return undecided.unsaid(),
        };
        let elements = match self.elements(collection, span) {
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
            match kept.data {
                Data::Bool(true) => {}
                Data::Bool(false) => return None,
                Data::Pending(_) if matches!(each.result, ForResult::Tuple(_)) => waiting = Some(kept),
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
                    return Some(key);
                }
                self.needs_a(&Type::String, &key);
                let Some(text) = self.key_text(&key) else {
                    return Some(Value::failed("a key must be a text", Origin::expression(span)));
                };
                let value = self.evaluate(element, env);
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
        let (found, parts) = collection.parts()?;
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
        let keeps_keys = match (&each.result, &each.condition) {
            (ForResult::Object(key, _), None) => {
                matches!(&key.kind, ExprKind::Variable(name) if each.key.as_ref() == Some(name))
            }
            _ => false,
        };
        let is_map = found == Junction::Map && !keeps_keys;
        let parts = if is_map { joined::without_replaced(&parts, self.world) } else { parts };
        let made: Vec<Value> = parts.iter().map(|part| self.for_over(each, part, span, env)).collect();
        if let Some(stop) = made.iter().find(|value| matches!(value.data, Data::Pending(_) | Data::Failed(_))) {
            return Some(stop.clone().unsaid());
        }
        let shown: Vec<String> = made.iter().map(Value::describe).collect();
        let put_together = if junction == Junction::Map { "merge" } else { "concat" };
        let name = format!("{put_together}({})", shown.join(", "));
        Some(joined::joined(name, junction, made, self.world, Origin::expression(span)))
    }

    /// The parts a collection is put together of, maps with every known entry once.
    pub fn resolved_parts(&self, junction: Junction, parts: &[Value], span: Span) -> Vec<Value> {
        match junction {
            Junction::Map => joined::resolved(parts, self.world, |part, key| self.entry_of(part, key, span)),
            Junction::List | Junction::Set | Junction::Shuffled => parts.to_vec(),
        }
    }

    /// Over an unknown collection: unknown too, named by what one element would make.
    fn open_for(&self, each: &For, collection: &Value, obstacle: Value, span: Span, env: Env<'_, 'a>) -> Value {
        if let Data::Pending(_) | Data::Failed(_) = obstacle.data {
            return obstacle.unsaid();
        }
        let (key, value) = self.any_element(collection, span);
        let origin = || Origin::expression(span);
        let untold = self.untold(collection).and_then(|untold| {
            let made = self.attempts.apart(|| self.open_for(each, &untold, untold.clone(), span, env));
            matches!(made.data, Data::Open(_)).then_some(made)
        });
        let told_name = untold.as_ref().map(|untold| untold.describe().replace(UNTOLD, ""));
        let of = collection.describe();
        let open = |env: Env<'_, 'a>| {
            let named = |expr: &Expr| self.named_by(expr, &[&key, &value], env);
            let is_met = each.condition.as_ref().map(|condition| named(condition)).transpose()?;
            if let Some((_, is_met)) = &is_met {
                self.needs_a(&Type::Bool, is_met);
            }
            let met = is_met.as_ref().zip(each.condition.as_ref());
            let met = met.and_then(|((_, is_met), condition)| self.met_by(is_met, condition, env));
            let is_met = is_met.map(|(_, is_met)| truth(&is_met, self.world));
            // It is called what is written, whatever the answers about the element are.
            let condition = each.condition.as_ref().map(|condition| self.written(condition, env));
            let any = condition.as_ref().map(|condition| (format!("anytrue([for each of {of} : {condition}])"), met));
            let condition = condition.map(|condition| format!(" if {condition}")).unwrap_or_default();
            let element_made = || {
                Ok(match &each.result {
                    ForResult::Tuple(written) => {
                        let (made, element) = named(written)?;
                        self.needs_answer(&element);
                        let name = told_name.clone().unwrap_or(format!("[for each of {of} : {made}{condition}]"));
                        let index = Value::open(Input::derived(format!("keys({name})[*]"), origin()), origin());
                        let met = self.met_by(&element, written, env);
                        (name, Some((index.typed(&Type::Number), element, met)))
                    }
                    ForResult::Object(made_key, written) | ForResult::Grouped(made_key, written) => {
                        let ((key_name, made_key), (made, element)) = (named(made_key)?, named(written)?);
                        self.needs_a(&Type::String, &made_key);
                        self.needs_answer(&element);
                        let made_key = convert(made_key, &Type::String, self.world);
                        let name = format!("{{for each of {of} : {key_name} => {made}{condition}}}");
                        let name = told_name.clone().unwrap_or(name);
                        let is_grouped = matches!(each.result, ForResult::Grouped(..));
                        if !is_grouped {
                            self.needs_other_keys(&made_key, &key, &name);
                        }
                        let met = self.met_by(&element, written, env);
                        (name, (!is_grouped).then_some((made_key, element, met)))
                    }
                })
            };
            // An element that the condition leaves out needs nothing.
            let is_left_out = is_met.as_ref().map(|is_met| not(is_met.clone(), self.world, origin()));
            let made = match is_left_out {
                Some(is_left_out) => self.attempts.unless(&is_left_out, self.world, element_made),
                None => element_made(),
            };
            made.map(|(name, made)| (name, made, is_met.zip(any)))
        };
        let made = self.attempts.of_elements(collection, self.world, || bind(each, &key, &value, env, open));
        let (name, made, is_met) = match made {
            Ok(made) => made,
            Err(pending) => return pending,
        };
        let is_same = match (&made, &is_met, told_name) {
            (_, _, Some(name)) => name == of,
            (Some((made_key, element, _)), None, None) => {
                element.waiting().is_none()
                    && element.describe() == value.describe()
                    && is_the_same(&each.result, collection, made_key.describe() == key.describe())
            }
            _ => false,
        };
        if is_same {
            // It makes a tuple or an object, though of the same elements.
            return Value { ty: None, ..collection.clone() }.through(span, Role::Expression);
        }
        if let Some(untold) = &untold {
            self.untold.borrow_mut().insert(name.clone(), untold.clone());
        }
        let all = derive(name, &obstacle, Outcome::Open, self.world, origin());
        let is_keyed = matches!(collection.said_type(), Type::Map(_) | Type::Object(_) | Type::Set(_));
        let keeps_keys = is_keyed
            && key.obstacle().is_some()
            && made.as_ref().is_some_and(|(made, ..)| made.describe() == key.describe());
        let (is_met, any) = is_met.unzip();
        let all = match (is_met.as_ref().map(Value::as_bool), &each.result) {
            // What stands for all elements is there where any is, and so is what it makes.
            (Some(Some(true)), _) | (None, ForResult::Grouped(..)) => {
                joined::mirroring(collection, Mirrored::Emptiness, all)
            }
            (Some(_), _) => any.map_or(all.clone(), |(name, met)| {
                let (name, met) = untold.as_ref().and_then(joined::any_of).map_or((name, met), told_any);
                joined::mirroring(&joined::whether_any(name, collection, met, true, &all.origin), Mirrored::Any, all)
            }),
            (None, ForResult::Object(..)) if keeps_keys => joined::mirroring(collection, Mirrored::Elements, all),
            (None, _) => joined::mirroring(collection, Mirrored::Length, all),
        };
        if let Some((_, failed @ Value { data: Data::Failed(_), .. }, _)) = &made {
            return types::if_empty(&all, failed, &kind_of(&each.result), self.world);
        }
        self.keep_loop(&all, each, collection, env);
        match (made, is_met) {
            (Some((key, element, _)), Some(is_met)) => joined::made_if(all, key, element, is_met),
            (Some((key, element, met)), None) => joined::made_of(all, key, element, told_met(untold.as_ref(), met)),
            (None, _) => all,
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
        joined::any_element(collection, input, self.world, &origin)
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
        Self { shape, items: Vec::new(), waiting: None, entries: IndexMap::new() }
    }

    /// Whether the key may have this value too.
    fn put(&mut self, key: String, value: Value) -> bool {
        let values = self.entries.entry(key).or_default();
        values.push(value);
        values.len() == 1 || self.shape == Shape::Grouped
    }

    fn into_value(self, span: Span) -> Value {
        let origin = || Origin::expression(span);
        let shape = self.shape;
        let entry = |values: Vec<Value>| match shape {
            Shape::Grouped => Value::list(ListKind::Tuple, values, origin()),
            _ => values.into_iter().next().unwrap_or_else(|| Value::null(origin())),
        };
        if let Some(waiting) = self.waiting {
            return Value::new(waiting.data, origin()).awaiting(Awaited::Elements(self.items));
        }
        if shape == Shape::Tuple {
            return Value::list(ListKind::Tuple, self.items, origin());
        }
        let entries = self.entries.into_iter().map(|(key, values)| (key, entry(values))).collect();
        Value::map(MapKind::Object, entries, origin())
    }
}
