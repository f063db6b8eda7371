//! The instances that `for_each` makes: one for each element of a collection, or one that stands for all where it is not known
//! which there are.

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::Existence;
use crate::source::Span;
use crate::syntax::Block;
use crate::value::{
    Ask, Awaited, Claim, Data, Domain, Input, Junction, ListKind, Literal, Mirrored, Origin, Question, Reason, Value,
};

use super::evaluator::Evaluator;
use super::expand::{Expansion, MAX_INSTANCES, Shape, known, pending, refusal};
use super::joined::other_than;
use super::named::never;
use super::scope::Scope;
use super::slot::{ANY_KEY, Slot};
use super::types::{self, Type};
use super::unknown::may_have_unknown_keys;

impl<'a> Evaluator<'a> {
    /// The instances that `for_each` makes of a collection.
    pub fn keyed(&self, address: &str, value: &Value, span: Span) -> Expansion {
        let value = &types::shaped(value.clone(), self.world);
        let any = || {
            let (key, element) = self.any_element(value, span);
            let is_set = matches!(value.said_type(), Type::Set(_));
            let (key, element) = (never_null(key), if is_set { never_null(element) } else { element });
            vec![Slot { collection: Some(value.clone()), ..Slot::keyed(ANY_KEY, key, element) }]
        };
        if let Some(parts) = value.merged()
            && let Some(made) = self.keyed_merged(address, value, parts, span)
        {
            return made;
        }
        match &value.data {
            Data::Pending(question) => {
                pending(Shape::Keyed, self.either_none_or(value, span).unwrap_or_else(any), question, value)
            }
            Data::Open(_) | Data::Opaque(_) => match (value.parts(), self.kept_if(value)) {
                (Some((junction @ (Junction::Set | Junction::Map), parts)), _) => {
                    self.keyed_parts(address, value, &self.resolved_parts(junction, parts, span), span)
                }
                (_, Some(is_met)) => {
                    let made = match &is_met.data {
                        Data::Pending(question) => pending_beside_key(any(), question, &is_met),
                        Data::Failed(failure) => {
                            return self.refuse(Shape::Keyed, any(), address, refusal(&failure.message, value, span));
                        }
                        // The one that stands for all is not there; others may be, which are like it.
                        _ => {
                            let (slots, key) = (any(), self.any_element(value, span).0);
                            Expansion { existence: Existence::May(never(value, &key)), ..known(Shape::Keyed, slots) }
                        }
                    };
                    Expansion { unknown: whole_of(address, value, span), any: any().pop(), ..made }
                }
                _ => self.perhaps(Shape::Keyed, any(), address, value, Ask::Empty, span),
            },
            Data::Failed(failure) => self.refuse(Shape::Keyed, any(), address, refusal(&failure.message, value, span)),
            Data::Map(..) | Data::Object(..) | Data::List(ListKind::Set, _) => match self.elements(value, span) {
                Ok(elements) => self.keys(address, self.as_they_count(value, elements, span), span),
                Err(_) => {
                    self.refuse(Shape::Keyed, any(), address, refusal("for_each cannot be worked out", value, span))
                }
            },
            _ => self.refuse(
                Shape::Keyed,
                any(),
                address,
                refusal("for_each must be a map or a set of strings", value, span),
            ),
        }
    }

    /// The instances of a collection that an answer leaves empty or not, where it is known what it holds then:
    /// `var.on ? { logs = … } : {}`.
    fn either_none_or(&self, waiting: &Value, span: Span) -> Option<Vec<Slot>> {
        let is_empty = |one: &&Value| one.as_map().is_some_and(IndexMap::is_empty) || one.as_list() == Some(&[]);
        let outcomes = waiting.outcomes()?;
        let mut filled = outcomes.iter().filter(|one| !is_empty(one));
        let held = filled.next().filter(|_| filled.next().is_none() && outcomes.len() > 1)?;
        let elements = self.elements(held, span).ok()?;
        let slot = |(key, element): (Value, Value)| {
            let text = key.as_str()?.to_owned();
            Some(Slot::keyed(&text, key, element))
        };
        elements.into_iter().map(slot).collect()
    }

    /// The elements of a collection, each with the value that counts: of two keys that turn out to be the same the later one's.
    fn as_they_count(&self, collection: &Value, elements: Vec<(Value, Value)>, span: Span) -> Vec<(Value, Value)> {
        let Some(entries) = collection.as_map().filter(|entries| may_have_unknown_keys(entries)) else {
            return elements;
        };
        let counting = |(key, value): (Value, Value)| {
            let last = self.key_text(&key).and_then(|text| self.entry(entries, &text, span));
            (key, last.unwrap_or(value))
        };
        elements.into_iter().map(counting).collect()
    }

    /// Over a collection that is put together: the instances of each part, those of an unknown part if it is not empty. Where
    /// several parts are unknown, what stands for all instances is of one of them.
    fn keyed_parts(&self, address: &str, collection: &Value, parts: &[Value], span: Span) -> Expansion {
        let mut made: Vec<(&Value, Expansion)> = Vec::with_capacity(parts.len());
        for part in parts {
            let expansion = match &part.data {
                Data::List(_, items) => {
                    let keys = items.iter().map(|item| (item.clone(), item.clone())).collect();
                    self.keys(address, keys, span)
                }
                _ => self.keyed(address, part, span),
            };
            if matches!(expansion.unknown.as_ref().map(|value| &value.data), Some(Data::Failed(_))) {
                return expansion;
            }
            made.push((part, expansion));
        }
        apart_from_known(&mut made);
        let unknown: Vec<_> = made.iter().filter(|(_, expansion)| expansion.any().is_some()).collect();
        if unknown.len() > 1 {
            let chosen = self.part_of_any(collection, &unknown, span);
            return Self::of_several(address, collection, &made, &chosen, span);
        }
        let mut slots = Vec::new();
        for (_, expansion) in &made {
            add_fresh(&mut slots, expansion, |_| true);
        }
        let is_alone = slots.len() == 1;
        let any = unknown.first().and_then(|(_, only)| if is_alone { only.any.clone() } else { only.any().cloned() });
        let part = made.iter().find_map(|(_, expansion)| expansion.unknown.clone());
        let whole = if any.is_some() { whole_of(address, collection, span) } else { part };
        Expansion { unknown: whole, any, ..known(Shape::Keyed, slots) }
    }

    /// Over a map of which some entries wait for an answer: what is under a known key is there or not whatever becomes of the
    /// others. `None` where it would have to be asked which of several unknown parts one is of.
    fn keyed_merged(&self, address: &str, map: &Value, parts: &[Value], span: Span) -> Option<Expansion> {
        let mut slots = Vec::new();
        let (mut any, mut open) = (None, None);
        for part in &self.resolved_parts(Junction::Map, parts, span) {
            let made = match &part.data {
                Data::Pending(question) => {
                    let slots = self.either_none_or(part, span)?;
                    Expansion { existence: Existence::May(Arc::clone(question)), ..known(Shape::Keyed, slots) }
                }
                Data::Map(..) => self.keyed(address, part, span),
                _ => {
                    let made = self.keyed(address, part, span);
                    if matches!(made.unknown.as_ref().map(|value| &value.data), Some(Data::Failed(_))) || any.is_some()
                    {
                        return None;
                    }
                    any = made.any().cloned();
                    open = any.as_ref().and_then(|_| whole_of(address, part, span));
                    made
                }
            };
            add_fresh(&mut slots, &made, |_| true);
        }
        let unknown = map.clone().unsaid().awaiting(Awaited::Merged(open.into_iter().collect()));
        Some(Expansion { unknown: Some(unknown), any, ..known(Shape::Keyed, slots) })
    }

    /// Over parts of which several are unknown: the instances under known keys, and the one that stands for all, of the part
    /// that it is `chosen` from.
    fn of_several(
        address: &str,
        collection: &Value,
        made: &[(&Value, Expansion)],
        chosen: &Expansion,
        span: Span,
    ) -> Expansion {
        let mut slots = Vec::new();
        for (_, expansion) in made {
            add_fresh(&mut slots, expansion, |slot| slot.key != ANY_KEY);
        }
        add_fresh(&mut slots, chosen, |slot| slot.key == ANY_KEY);
        let of_all = |slot: &Slot| Slot { collection: Some(collection.clone()), ..slot.clone() };
        for slot in slots.iter_mut().filter(|slot| slot.key == ANY_KEY) {
            *slot = of_all(slot);
        }
        let any = chosen.any().map(of_all);
        Expansion { unknown: whole_of(address, collection, span), any, ..known(Shape::Keyed, slots) }
    }

    /// The collection that loops have gone over, one behind the other, to make this one.
    fn base_of(&self, collection: &Value) -> Value {
        self.looped_over(collection).map_or_else(|| collection.clone(), |of| self.base_of(&of))
    }

    /// What stands for all instances, where it is asked of which of several unknown parts it is.
    fn part_of_any(&self, collection: &Value, parts: &[&(&Value, Expansion)], span: Span) -> Expansion {
        // Blocks over what different loops make of the same parts have the same one.
        let bases: Vec<String> = parts.iter().map(|(part, _)| self.base_of(part).describe()).collect();
        let are_apart =
            bases.iter().enumerate().all(|(at, base)| !bases.iter().skip(at + 1).any(|other| other == base));
        let own = || parts.iter().map(|(part, _)| part.describe()).collect();
        let (whole, names) = if are_apart {
            let is_map = matches!(collection.parts(), Some((Junction::Map, _)));
            (format!("{}({})[*]", if is_map { "merge" } else { "concat" }, bases.join(", ")), bases)
        } else {
            (format!("{}[*]", collection.describe()), own())
        };
        for ((_, expansion), name) in parts.iter().zip(names).take(parts.len().saturating_sub(1)) {
            let question = Claim::with("is one of", name).of(&whole, Reason::Derived, Origin::expression(span));
            match self.world.answer(&question) {
                Some(true) => return expansion.clone(),
                Some(false) => {}
                None => {
                    return pending(
                        Shape::Keyed,
                        expansion.any().cloned().into_iter().collect(),
                        &question,
                        collection,
                    );
                }
            }
        }
        parts.last().map_or_else(|| known(Shape::Keyed, Vec::new()), |(_, last)| last.clone())
    }

    /// An instance whose key is an input has the same address in every world: an answer that tells the key must not take
    /// the instance out of the row that is about it.
    pub fn keep_names(&self, scope: &Rc<Scope<'a>>, name: &str, block: &'a Block, slots: &mut [Slot]) {
        let Some(before) = self.before_answers(scope, name, block) else { return };
        let is_in = |slots: &[Slot], suffix: &str| slots.iter().any(|slot| slot.suffix == suffix);
        let open = before.slots.iter().filter(|slot| slot.suffix.contains("${") && !is_in(slots, &slot.suffix));
        let open: Vec<&Slot> = open.collect();
        let told = slots.iter_mut().filter(|slot| !is_in(&before.slots, &slot.suffix));
        for (slot, unanswered) in told.zip(open) {
            slot.suffix.clone_from(&unanswered.suffix);
        }
    }

    fn keys(&self, address: &str, elements: Vec<(Value, Value)>, span: Span) -> Expansion {
        let mut slots = Vec::new();
        for (key, value) in elements {
            if let Data::Pending(question) = &key.data {
                let slot = Slot::keyed(ANY_KEY, key.clone(), value);
                return pending(Shape::Keyed, vec![slot], question, &key);
            }
            match self.key_text(&key) {
                Some(text) if slots.len() < MAX_INSTANCES => slots.push(Slot::keyed(&text, key, value)),
                Some(_) => return self.too_many(Shape::Keyed, Slot::any_keyed(address, span), address, span),
                None => {
                    return self.refuse(
                        Shape::Keyed,
                        slots,
                        address,
                        refusal("a key of for_each must be a text", &key, span),
                    );
                }
            }
        }
        known(Shape::Keyed, slots)
    }
}

/// Adds the instances of a part that count and that no part before it has, each there where the part's are.
fn add_fresh(slots: &mut Vec<Slot>, part: &Expansion, counts: impl Fn(&Slot) -> bool) {
    let unless = match &part.existence {
        Existence::May(question) => Some(Arc::clone(question)),
        Existence::Exists => None,
    };
    for slot in part.slots.iter().filter(|slot| counts(slot)) {
        if slots.iter().all(|known| known.key != slot.key) {
            slots.push(Slot { unless: unless.clone(), ..slot.clone() });
        }
    }
}

/// One that stands for all and waits for an answer: its key is known before.
fn pending_beside_key(slots: Vec<Slot>, question: &Arc<Question>, value: &Value) -> Expansion {
    let keys: Vec<Option<Value>> = slots.iter().map(Slot::key).collect();
    let mut made = pending(Shape::Keyed, slots, question, value);
    for (slot, key) in made.slots.iter_mut().zip(keys) {
        if let (Some(entries), Some(key)) = (slot.bound_mut(), key) {
            entries.insert("key".to_owned(), key);
        }
    }
    made
}

/// A key, which Terraform takes nothing for that is null.
fn never_null(key: Value) -> Value {
    match &key.data {
        Data::Open(input) if !input.domain.never_null => {
            let domain = Domain { never_null: true, ..input.domain.clone() };
            let input = Input { domain, ..Input::clone(input) };
            Value { data: Data::Open(Arc::new(input)), ..key }
        }
        _ => key,
    }
}

/// Makes what stands for all instances of a part one beside those whose keys are known, each of which is told by itself.
fn apart_from_known(made: &mut [(&Value, Expansion)]) {
    let listed = made.iter().flat_map(|(_, expansion)| &expansion.slots);
    let known = listed.filter(|slot| slot.key != ANY_KEY && !slot.key.contains("${"));
    let known: Vec<Literal> = known.map(|slot| Literal::Text(slot.key.clone())).collect();
    let slots = made.iter_mut().flat_map(|(_, expansion)| expansion.slots.iter_mut().chain(&mut expansion.any));
    for slot in slots.filter(|slot| slot.key == ANY_KEY) {
        if let Some(key) = slot.bound_mut().and_then(|bound| bound.get_mut("key")) {
            *key = other_than(key.clone(), &known);
        }
    }
}

/// The map of all instances that a collection of which it is not known what it holds makes: one for each of its elements.
fn whole_of(address: &str, collection: &Value, span: Span) -> Option<Value> {
    let Data::Open(input) = &collection.data else { return None };
    let origin = Origin::expression(span);
    let mirrors = Some((Mirrored::Elements, input.itself()));
    let domain = Domain { never_null: true, mirrors, ..Domain::default() };
    let whole = Input { domain, ..Input::derived(address, origin.clone()) };
    Some(Value::open(whole, origin).typed(&Type::map(Type::Any)))
}
