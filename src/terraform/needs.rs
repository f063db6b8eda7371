//! What has to be so for the expressions in `try` and `can` to have a value, while they are worked out.
//!
//! Gathers the needs and says where they hold; knows nothing of expressions, nor of what makes them need something.

use std::cell::RefCell;
use std::sync::Arc;

use crate::value::{Ask, Data, Input, Question, Value, World};

use super::operators::any;

/// What the expressions need that are being tried, the innermost last. What is worked out elsewhere meanwhile, such as a
/// local value, is no part of one: where it fails, Terraform stops.
#[derive(Default)]
pub(super) struct Attempts(RefCell<Vec<Option<Needs>>>);

/// What has to be so for an expression to have a value: known, or pending.
#[derive(Default)]
pub(super) struct Needs {
    /// That nothing in it is missing or null where it may not be.
    pub certain: Vec<Value>,
    /// That no function in it refuses what it is given.
    pub accepted: Vec<Value>,
    /// What is answered before it is known what else could fail.
    pub awaited: Vec<Value>,
    /// Whether an operation in it may refuse a value although it is set and of a fitting type: then one question tells whether
    /// all of them take what they are given.
    pub is_doubtful: bool,
}

impl Attempts {
    /// Does `work` as a part of no expression that is being tried.
    pub fn apart<T>(&self, work: impl FnOnce() -> T) -> T {
        if self.0.borrow().is_empty() { work() } else { self.within(None, work).0 }
    }

    pub fn within<T>(&self, needs: Option<Needs>, work: impl FnOnce() -> T) -> (T, Option<Needs>) {
        self.0.borrow_mut().push(needs);
        let done = work();
        (done, self.0.borrow_mut().pop().flatten())
    }

    /// Does `work` with what stands for all elements of an open collection: what that needs, only an element needs.
    pub fn of_elements<T>(&self, collection: &Value, world: &World, work: impl FnOnce() -> T) -> T {
        let origin = || collection.origin.clone();
        let input = match &collection.data {
            Data::Open(input) => Arc::clone(input),
            _ => Arc::new(Input::derived(collection.describe(), origin())),
        };
        self.unless(&Value::answer(Question::new(input, Ask::Empty), world, origin()), world, work)
    }

    /// Does `work`: what that needs is not needed where `exception` is true.
    pub fn unless<T>(&self, exception: &Value, world: &World, work: impl FnOnce() -> T) -> T {
        let (done, needs) = self.gathered(work);
        self.need_unless(exception, needs, world);
        done
    }

    /// Does `work` and gives what that needs, which is not needed yet.
    pub fn gathered<T>(&self, work: impl FnOnce() -> T) -> (T, Option<Needs>) {
        self.within(self.is_on().then(Needs::default), work)
    }

    /// What was gathered is needed, but where `exception` is true.
    pub fn need_unless(&self, exception: &Value, needs: Option<Needs>, world: &World) {
        let Some(Needs { certain, accepted, awaited, is_doubtful }) = needs else { return };
        let unless = |need: Value| any(vec![need, exception.clone()], world, exception.origin.clone());
        for need in certain {
            self.add(|needs| &mut needs.certain, unless(need));
        }
        for need in accepted {
            self.add(|needs| &mut needs.accepted, unless(need));
        }
        for need in awaited {
            self.add(|needs| &mut needs.awaited, unless(need));
        }
        if is_doubtful && exception.as_bool() != Some(true) {
            self.doubt();
        }
    }

    pub fn is_on(&self) -> bool {
        matches!(self.0.borrow().last(), Some(Some(_)))
    }

    pub fn doubt(&self) {
        if let Some(Some(needs)) = self.0.borrow_mut().last_mut() {
            needs.is_doubtful = true;
        }
    }

    pub fn add(&self, list: fn(&mut Needs) -> &mut Vec<Value>, need: Value) {
        if let Some(Some(needs)) = self.0.borrow_mut().last_mut()
            && need.as_bool() != Some(true)
        {
            list(needs).push(need);
        }
    }
}
