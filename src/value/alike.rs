//! What was worked out in one world, for those that are alike: it is worth the same wherever the same was answered of the
//! inputs that it looked at.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use super::{InputSet, Question, World, look_at, watched};

/// How many worlds are told apart for one thing. It is worked out anew in the others.
const MAX_KEPT: usize = 256;

/// What things of a unit are worth, by what was answered of the inputs that they look at.
#[derive(Debug)]
pub struct Alike<K, V>(Mutex<HashMap<K, Vec<Looking<V>>>>);

/// What something is worth where it looks at these inputs.
#[derive(Debug)]
struct Looking<V> {
    at: InputSet,
    known: Vec<Arc<Known<V>>>,
}

/// What something is worth where they have these answers, and how much work that was.
#[derive(Debug)]
struct Known<V> {
    answers: Vec<(Question, bool)>,
    value: V,
    steps: u64,
}

impl<K, V> Default for Alike<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Alike<K, V> {
    /// What `key` is worth in `world`: what it is in another that is alike, or what `work` gives, which says how many steps
    /// that took. Whichever row comes first, each that needs it counts them once. Whether an answer bears on it comes with it.
    pub fn get(&self, key: K, world: &World, work: impl FnOnce() -> (V, u64)) -> (V, bool) {
        let (inputs, known) = self.find(&key, world).unwrap_or_else(|| {
            let ((value, steps), inputs) = watched(work);
            let answers = world.answers_to(&inputs).cloned().collect();
            let known = self.keep(key, &inputs, Known { answers, value, steps });
            (inputs, known)
        });
        world.work().count_once(Arc::as_ptr(&known).addr(), known.steps);
        look_at(&inputs);
        (known.value.clone(), inputs.shares(world.answered()))
    }

    fn find(&self, key: &K, world: &World) -> Option<(InputSet, Arc<Known<V>>)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(key)?.iter().find_map(|Looking { at, known }| {
            let answers: Vec<&(Question, bool)> = world.answers_to(at).collect();
            let known = known.iter().find(|known| answers.iter().copied().eq(&known.answers))?;
            Some((at.clone(), Arc::clone(known)))
        })
    }

    /// Keeps what is known, unless another row was faster.
    fn keep(&self, key: K, inputs: &InputSet, known: Known<V>) -> Arc<Known<V>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_key = all.entry(key).or_default();
        let count: usize = of_key.iter().map(|looking| looking.known.len()).sum();
        let at = of_key.iter().position(|looking| looking.at == *inputs).unwrap_or_else(|| {
            of_key.push(Looking { at: inputs.clone(), known: Vec::new() });
            of_key.len() - 1
        });
        let mut alike = of_key.get_mut(at).map(|looking| &mut looking.known);
        let same = alike.as_ref().and_then(|alike| alike.iter().find(|other| other.answers == known.answers));
        if let Some(same) = same {
            return Arc::clone(same);
        }
        let known = Arc::new(known);
        alike.iter_mut().filter(|_| count < MAX_KEPT).for_each(|alike| alike.push(Arc::clone(&known)));
        known
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::super::{Ask, Input, Origin};
    use super::*;

    fn question(name: &str) -> Question {
        Question::new(Arc::new(Input::derived(name, Origin::default())), Ask::True)
    }

    #[test]
    fn it_is_worked_out_once_for_all_worlds_with_the_same_answers_to_what_it_looks_at() {
        let (asked, other) = (question("var.a"), question("var.b"));
        let (alike, times) = (Alike::default(), Cell::new(0));
        let worth = |world: &World| {
            let work = || {
                times.set(times.get() + 1);
                (world.answer(&asked), 7)
            };
            (alike.get("key", world, work), times.get())
        };
        let none = World::default();
        let yes = none.with(asked.clone(), true);
        assert_eq!(worth(&none), ((None, false), 1));
        assert_eq!(worth(&none.with(other.clone(), true)), ((None, false), 1));
        assert_eq!(worth(&yes), ((Some(true), true), 2));
        assert_eq!(worth(&yes.with(other.clone(), false)), ((Some(true), true), 2));
        assert_eq!(worth(&none.with(other, true).with(asked.clone(), true)), ((Some(true), true), 2));
        assert_eq!(worth(&none.with(asked.clone(), false)), ((Some(false), true), 3));
    }

    #[test]
    fn each_row_counts_the_steps_once() {
        let alike = Alike::default();
        for _ in 0..2 {
            let row = World::default();
            for _ in 0..2 {
                alike.get("key", &row, || ((), 7));
            }
            assert_eq!(row.work().steps(), 7);
        }
    }
}
