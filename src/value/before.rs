//! What was worked out before anything was answered, and what it looked at: in a world whose answers are about none of
//! that, it is worth the same and need not be worked out again. So an input that does not matter to a row costs little in
//! each of its worlds.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use super::World;

/// Some inputs, each by the hash of its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputSet(Arc<[u64]>);

impl InputSet {
    /// These and those of the hashes.
    pub(super) fn and(&self, hashes: impl IntoIterator<Item = u64>) -> Self {
        let mut all: Vec<u64> = self.0.iter().copied().chain(hashes).collect();
        all.sort_unstable();
        all.dedup();
        Self(all.into())
    }

    /// Whether it holds the input whose name has this hash.
    pub(super) fn holds(&self, hash: u64) -> bool {
        self.0.binary_search(&hash).is_ok()
    }

    /// Whether an input is among both.
    #[must_use]
    pub fn shares(&self, others: &Self) -> bool {
        let (few, many) = if self.0.len() < others.0.len() { (self, others) } else { (others, self) };
        few.0.iter().any(|input| many.holds(*input))
    }
}

/// What tells the input of this name from others.
pub(super) fn hash_of(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

thread_local! {
    /// What the work that is being watched has looked at so far. A row is explored by one thread, and evaluation is handed
    /// from function to function: all of them would have to carry this.
    static LOOKED_AT: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Says that the work at hand looks at some inputs: whoever keeps a result says what it was made of when it is used again.
pub fn look_at(inputs: &InputSet) {
    look_at_all(&inputs.0);
}

/// Says that the work at hand looks at the input of this name.
pub fn look_at_input(name: &str) {
    look_at_all(&[hash_of(name)]);
}

fn look_at_all(inputs: &[u64]) {
    LOOKED_AT.with_borrow_mut(|seen| {
        for input in inputs {
            if let Err(at) = seen.binary_search(input) {
                seen.insert(at, *input);
            }
        }
    });
}

/// Does `work`, and says which inputs it asked a world about.
pub fn watched<T>(work: impl FnOnce() -> T) -> (T, InputSet) {
    let outside = LOOKED_AT.take();
    let result = work();
    let inputs = InputSet(LOOKED_AT.replace(outside).into());
    look_at(&inputs);
    (result, inputs)
}

/// What things of a unit were worth before anything was answered.
#[derive(Debug)]
pub struct Before<K, V>(Mutex<HashMap<K, (V, InputSet)>>);

impl<K, V> Default for Before<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Before<K, V> {
    /// What `key` was worth, if that is known and no answer of `world` bears on it.
    pub fn get(&self, key: &K, world: &World) -> Option<V> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (value, inputs) = known.get(key).filter(|(_, inputs)| !inputs.shares(world.answered()))?;
        look_at(inputs);
        Some(value.clone())
    }

    /// Keeps what `key` is worth in a world without answers, and what that was made of.
    pub fn put(&self, key: K, value: V, inputs: InputSet) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, (value, inputs));
    }

    /// What `key` is worth in `world`: what it was before, if no answer bears on it, and what `work` gives otherwise.
    pub fn unless_answered(&self, key: K, world: &World, work: impl FnOnce() -> V) -> V {
        self.get(&key, world).unwrap_or_else(|| {
            let (value, inputs) = watched(work);
            if world.answers().is_empty() {
                self.put(key, value.clone(), inputs);
            }
            value
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::value::{Ask, Input, Origin, Question};

    fn question(name: &str) -> Question {
        Question::new(Arc::new(Input::derived(name, Origin::default())), Ask::True)
    }

    #[test]
    fn only_what_an_answer_bears_on_is_worked_out_again() {
        let (asked, other) = (question("var.a"), question("var.b"));
        let (before, times) = (Before::default(), Cell::new(0));
        let worth = |world: &World| {
            before.unless_answered("key", world, || {
                times.set(times.get() + 1);
                world.answer(&asked)
            })
        };
        let world = World::default();
        assert_eq!((worth(&world), times.get()), (None, 1));
        assert_eq!((worth(&world.with(other, true)), times.get()), (None, 1));
        assert_eq!((worth(&world.with(asked.clone(), true)), times.get()), (Some(true), 2));
    }

    #[test]
    fn what_is_used_again_is_looked_at_again() {
        let (asked, before, world) = (question("var.a"), Before::default(), World::default());
        let worth = || before.unless_answered("key", &world, || world.answer(&asked));
        for _ in 0..2 {
            assert_eq!(watched(worth), (None, InputSet::default().and([hash_of("var.a")])));
        }
        assert_eq!(watched(|| ()).1, InputSet::default());
    }
}
