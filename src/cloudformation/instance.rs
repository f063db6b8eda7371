//! Instances of what a loop over a collection that is not known declares: one is made when something names it. It is like what
//! stands for all, but for the items it is made of, and it is there where the collections hold them.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::model::{Described, Existence, Resource};
use crate::value::{Input, Origin, Part, Value};

use super::estate::Evaluated;
use super::looped::{Fit, Items, is_looped};
use super::named::questions;
use super::text::joined;
use super::tree::{Declared, Stack, Written};

impl Evaluated<'_> {
    /// The instance of this address where `any` stands for all, if it is there. Collections that hold what the resource
    /// `beside` is made of are known to.
    pub(super) fn instance_of(&self, any: &Resource, address: &str, beside: Option<&Resource>) -> Option<Resource> {
        let like = any.like(any.kind, address.to_owned());
        let Some((stack, declared)) = self.declared(any.handle) else { return Some(like) };
        let Some(items) = self.items_at(stack, declared, address) else { return Some(like) };
        self.evaluator.begin();
        let unheard = self.without_those_of(beside, stack, &items);
        let world = self.evaluator.world;
        let missing = questions(stack, &unheard).find(|question| world.answer(question) != Some(true));
        let (own, presence) =
            self.evaluator.for_items(stack, items, || self.existence_of(stack, declared, self.child(any.handle)))?;
        let existence = missing.map_or(own, |question| Existence::May(question.into()));
        let handle = self.handle_of(any.handle, address);
        Some(Described { existence, presence, handle, ..Described::clone(&like) }.into())
    }

    /// What `compute` gives for the items that a resource is made of.
    pub(super) fn for_instance<T>(&self, resource: &Resource, compute: impl FnOnce() -> T) -> T {
        let items = self.items_of(resource);
        match self.declared(resource.handle) {
            Some((stack, _)) if !items.is_empty() => self.evaluator.for_items(stack, items, compute),
            _ => compute(),
        }
    }

    /// What the items of the loops are that a resource is of, where it is one instance.
    pub(super) fn items_of(&self, resource: &Resource) -> Items {
        if resource.handle < self.count() {
            return Items::new();
        }
        let declared = self.declared(resource.handle);
        declared.and_then(|(stack, declared)| self.items_at(stack, declared, &resource.address)).unwrap_or_default()
    }

    fn items_at(&self, stack: &Stack, declared: Declared<'_>, address: &str) -> Option<Items> {
        let name = match stack.address.as_str() {
            "" => address,
            around => address.strip_prefix(around)?.strip_prefix('.')?,
        };
        if !is_looped(declared.id) {
            return None;
        }
        match stack.fit(declared.id, &read(name, &self.evaluator.tree.items)) {
            Fit::Items(items) => Some(items),
            Fit::Never | Fit::Unclear => None,
        }
    }

    /// The items without those that a collection is known to hold because a resource is there that is made of them.
    fn without_those_of(&self, beside: Option<&Resource>, stack: &Stack, items: &Items) -> Items {
        let other = beside.and_then(|beside| Some((self.declared(beside.handle)?.0, self.items_of(beside))));
        let is_held = |token: &String, item: &Value| {
            let list = stack.body.lists.get(token);
            other.as_ref().is_some_and(|(other, held)| {
                held.iter().any(|(token, held)| held == item && list == other.body.lists.get(token))
            })
        };
        items.iter().filter(|(token, item)| !is_held(token, item)).map(|(t, i)| (t.clone(), i.clone())).collect()
    }

    /// The number of an instance, which leads to that of what stands for all.
    fn handle_of(&self, any: usize, address: &str) -> usize {
        let mut hasher = DefaultHasher::new();
        address.hash(&mut hasher);
        let number = usize::try_from(hasher.finish() >> 24).unwrap_or_default();
        any + self.count() * (1 + number)
    }
}

/// The value of the name of an instance as it is printed: what is not known stands in braces, by its canonical text, or as
/// an element of the loop's own collection.
fn read(name: &str, written: &Written) -> Value {
    let (mut parts, mut rest) = (Vec::new(), name);
    while let Some((before, behind)) = rest.split_once("${") {
        let end = closing(behind);
        let (inside, after) = behind.split_at_checked(end).unwrap_or((behind, ""));
        parts.extend([Part::Literal(before.to_owned()), item(inside, written)]);
        rest = after.strip_prefix('}').unwrap_or(after);
    }
    parts.push(Part::Literal(rest.to_owned()));
    joined(parts, Origin::default())
}

/// What stands in braces: `Targets[*]`, or `Names["main"]` and `Names["${Targets[*]}"]` where that is told by its collection.
fn item(inside: &str, written: &Written) -> Part {
    if let Some(value) = written.value(inside) {
        return Part::Value(value);
    }
    let key = inside.split_once("[\"").and_then(|(_, key)| key.strip_suffix("\"]"));
    match key.map(|key| key.strip_prefix("${").and_then(|key| key.strip_suffix('}')).ok_or(key)) {
        Some(Err(known)) => Part::Literal(known.to_owned()),
        Some(Ok(inside)) => item(inside, written),
        None => {
            let input = Input::derived(inside, Origin::default());
            Part::Value(Value::open(input, Origin::default()))
        }
    }
}

/// Where the brace that is open at the beginning of a text is closed.
fn closing(text: &str) -> usize {
    let mut depth = 1_usize;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}
