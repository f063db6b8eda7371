//! How much work the worlds of a row are.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The steps that evaluation took, in one world and in all that were made of it or of what it was made of: those of a row.
#[derive(Debug, Clone, Default)]
pub struct Work(Arc<Steps>);

#[derive(Debug, Default)]
struct Steps {
    counted: AtomicU64,
    /// The pieces of work that are counted, of those that rows share.
    pieces: Mutex<HashSet<usize>>,
}

impl Work {
    /// Counts steps.
    pub fn count(&self, steps: u64) {
        self.0.counted.fetch_add(steps, Ordering::Relaxed);
    }

    /// Counts the steps of a piece of work that rows share, unless they are counted.
    pub fn count_once(&self, piece: usize, steps: u64) {
        if self.0.pieces.lock().unwrap_or_else(PoisonError::into_inner).insert(piece) {
            self.count(steps);
        }
    }

    /// How many there were.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.0.counted.load(Ordering::Relaxed)
    }
}
