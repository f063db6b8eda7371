//! What nobody could read and speaks of a bucket: files that cannot be read or parsed. It may declare whatever is absent. Knows
//! the names that such a file holds, and nothing else of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::finding::FileError;
use crate::value::{Input, Origin, Reason, Role};

use super::{Apart, Target};

/// A unit with files that could not be read or parsed, or such a file by itself.
#[derive(Debug, Clone)]
pub struct Unread {
    /// The path of the unit, or of the file.
    pub unit: String,
    /// What is wrong with its files.
    pub errors: Vec<FileError>,
    /// The buckets and exports that it speaks of.
    pub targets: BTreeSet<Target>,
    /// What may be declared there for a bucket of another unit.
    pub apart: Apart,
}

impl Unread {
    /// What it says, which nobody knows; `None` where nothing is wrong with it.
    #[must_use]
    pub fn input(&self) -> Option<Arc<Input>> {
        let error = self.errors.first()?;
        let what = format!("{}: {}", error.path, error.message);
        let origin = error.span.map_or_else(Origin::default, |span| Origin::at(span, Role::Header));
        Some(Arc::new(Input::undecidable(what.clone(), Reason::Broken(what), origin)))
    }
}
