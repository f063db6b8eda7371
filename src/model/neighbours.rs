//! Buckets of other units that a trail may write to: across units only whole literal names link, and only where exactly
//! one unit declares the name.

use std::collections::BTreeMap;

use crate::value::World;

use super::{Estate, Existence, Kind, Resource, Unit};

/// The units of a run by the literal names of their buckets.
#[derive(Default)]
pub struct Neighbours<'a> {
    units: BTreeMap<String, Vec<&'a dyn Unit>>,
}

impl<'a> Neighbours<'a> {
    /// Reads the names of every unit's buckets, as far as they are known without any answer.
    pub fn of(units: impl IntoIterator<Item = &'a dyn Unit>) -> Self {
        let mut neighbours = Self::default();
        for unit in units {
            let world = World::default();
            let estate = unit.estate(&world);
            for name in buckets(estate.as_ref()).into_iter().map(|(name, _)| name) {
                neighbours.units.entry(name).or_default().push(unit);
            }
        }
        neighbours
    }

    /// The one unit that declares a bucket of this name.
    #[must_use]
    pub fn unit(&self, name: &str) -> Option<&'a dyn Unit> {
        match self.units.get(name)?.as_slice() {
            [unit] => Some(*unit),
            _ => None,
        }
    }
}

/// The bucket called `name` in an estate.
#[must_use]
pub fn bucket_called(name: &str, estate: &dyn Estate) -> Option<Resource> {
    buckets(estate).into_iter().find(|(known, _)| known == name).map(|(_, bucket)| bucket)
}

/// The literal bucket names that trails of a unit give, as far as they are known without any answer.
#[must_use]
pub fn literal_targets(unit: &dyn Unit) -> Vec<String> {
    let world = World::default();
    let estate = unit.estate(&world);
    let trails = estate.resources(Kind::Trail);
    let names = trails.iter().map(|trail| estate.property(trail, "S3BucketName"));
    names.filter_map(|name| name.as_str().filter(|name| !name.is_empty()).map(str::to_owned)).collect()
}

fn buckets(estate: &dyn Estate) -> Vec<(String, Resource)> {
    let existing = estate.resources(Kind::Bucket).into_iter().filter(|bucket| bucket.existence == Existence::Exists);
    let named = existing.map(|bucket| (estate.property(&bucket, "BucketName").as_str().map(str::to_owned), bucket));
    named.filter_map(|(name, bucket)| Some((name.filter(|name| !name.is_empty())?, bucket))).collect()
}
