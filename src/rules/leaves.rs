//! What stands behind the JSON pointers of a document: where a value was written, what facts say about it, and what must
//! be answered before it is known.

use std::collections::BTreeMap;

use crate::value::{Origin, Stop};

/// The leaves of a document, by JSON pointer.
#[derive(Debug, Default)]
pub struct Leaves(BTreeMap<String, Leaf>);

/// What stands behind a JSON pointer.
#[derive(Debug, Clone, Default)]
pub struct Leaf {
    /// Where the value was written, or where it would be.
    pub origin: Origin,
    /// The reason code a fact gave.
    pub reason: Option<&'static str>,
    /// What the placeholders of the reason's sentence stand for.
    pub slots: Vec<(&'static str, String)>,
    /// The reasons for which it would be the same without the first, each with its slots.
    pub more: Vec<(&'static str, Vec<(&'static str, String)>)>,
    /// Evidence elsewhere, with what it is.
    pub evidence: Vec<(Evidence, Origin)>,
    /// Why a fact found what it did: what `--trace` says about a value.
    pub grounds: Vec<Ground>,
    /// What must be answered before the value is known.
    pub stop: Option<Stop>,
}

/// One reason for what a fact found. Its sentence is in `rules/words.yaml`, under `trace: grounds`.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// The reason's code.
    pub code: &'static str,
    /// What the placeholders of its sentence stand for.
    pub slots: Vec<(&'static str, String)>,
    /// Where it is written.
    pub origin: Origin,
}

/// What a piece of evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The bucket the trail writes to.
    Bucket,
    /// Where the trail names its bucket.
    Link,
    /// Where another unit names the bucket, by its name or by that of an export.
    Naming,
    /// Something else that opens it.
    Opening,
    /// A condition that would have closed it, had its values been fixed.
    NearMiss,
    /// What somebody vouches for.
    Known,
    /// What somebody expects.
    Expected,
}

impl Leaves {
    pub(super) fn insert(&mut self, pointer: &str, leaf: Leaf) {
        self.0.insert(pointer.to_owned(), leaf);
    }

    pub(super) fn get_mut(&mut self, pointer: &str) -> Option<&mut Leaf> {
        self.0.get_mut(pointer)
    }

    /// Whether something stands behind exactly this pointer.
    pub(super) fn holds(&self, pointer: &str) -> bool {
        self.0.contains_key(pointer)
    }

    /// The leaf at `pointer`, or the nearest one above it.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Leaf {
        above(pointer).find_map(|pointer| self.0.get(pointer)).cloned().unwrap_or_default()
    }

    /// What must be answered before the value at `pointer` is known, if anything: it, or what holds it, is a sentinel.
    #[must_use]
    pub fn stop(&self, pointer: &str) -> Option<Stop> {
        above(pointer).filter_map(|pointer| self.0.get(pointer)).find_map(|leaf| leaf.stop.clone())
    }
}

/// A JSON pointer and those of everything that holds what it points at, from the inside out.
fn above(pointer: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(pointer), |pointer| pointer.rfind('/').and_then(|at| pointer.get(..at)))
}
