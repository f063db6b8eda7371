//! Buckets of other units that a trail may write to. Across units only whole literal names link, of buckets and of
//! exports, and only where exactly one unit declares the name.

use std::collections::BTreeMap;

use crate::finding::Note;
use crate::value::{Data, SymbolSource, Value, World};

use super::{Environment, Estate, Existence, Kind, Link, Resource, Unit, link_bucket};

/// How many exports a name is followed through.
const MAX_EXPORTS: usize = 16;

/// The units of a run by the literal names of their buckets and of their exports.
#[derive(Default)]
pub struct Neighbours<'a> {
    buckets: BTreeMap<String, Vec<&'a dyn Unit>>,
    exports: BTreeMap<String, Vec<(Environment, &'a dyn Unit)>>,
}

/// What a value names in another unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A bucket of this name.
    Name(String),
    /// The value that is exported under this name.
    Export(String),
}

impl Target {
    fn of(value: &Value) -> Option<Self> {
        match &value.data {
            Data::Opaque(symbol) => match &symbol.source {
                SymbolSource::Import(name) if symbol.attribute.is_empty() => Some(Self::Export(name.clone())),
                _ => None,
            },
            _ => value.as_str().filter(|name| !name.is_empty()).map(|name| Self::Name(name.to_owned())),
        }
    }
}

impl<'a> Neighbours<'a> {
    /// Reads the names of every unit's buckets and exports, as far as they are known without any answer.
    pub fn of(units: impl IntoIterator<Item = &'a dyn Unit>) -> Self {
        let mut neighbours = Self::default();
        for unit in units {
            let world = World::default();
            let estate = unit.estate(&world);
            for name in buckets(estate.as_ref()).into_iter().map(|(name, _)| name) {
                neighbours.buckets.entry(name).or_default().push(unit);
            }
            for (name, _) in estate.exports() {
                neighbours.exports.entry(name).or_default().push((estate.environment(), unit));
            }
        }
        neighbours
    }

    /// The bucket of another unit that `name` names in `estate`, and the unit that declares it.
    #[must_use]
    pub fn bucket(&self, name: &Value, estate: &dyn Estate) -> Option<(&'a dyn Unit, Resource)> {
        let mut here = estate.environment();
        let mut target = Target::of(name)?;
        for _ in 0..MAX_EXPORTS {
            let export = match &target {
                Target::Name(name) => {
                    let unit = *only(self.buckets.get(name)?)?;
                    return Some((unit, bucket_called(name, unit)?));
                }
                Target::Export(name) => name,
            };
            let exporters = self.exporters(export, &here);
            let (environment, unit) = only(&exporters)?;
            let world = World::default();
            let estate = unit.estate(&world);
            let (_, value) = estate.exports().into_iter().find(|(name, _)| name == export)?;
            if let Ok(Link::Bucket(bucket)) = link_bucket(&value, estate.as_ref(), &world) {
                return Some((*unit, *bucket));
            }
            (here, target) = (environment.clone(), Target::of(&value)?);
        }
        None
    }

    /// A remark for every bucket of a unit's trails that more than one other unit declares.
    #[must_use]
    pub fn ambiguous(&self, unit: &dyn Unit) -> Vec<Note> {
        let world = World::default();
        let estate = unit.estate(&world);
        let here = estate.environment();
        let note = |value: Value| {
            if !matches!(link_bucket(&value, estate.as_ref(), &world), Ok(Link::Elsewhere)) {
                return None;
            }
            let (what, units): (String, Vec<&dyn Unit>) = match Target::of(&value)? {
                Target::Name(name) => (format!("the bucket `{name}`"), self.buckets.get(&name)?.clone()),
                Target::Export(name) => {
                    let exporters = self.exporters(&name, &here).into_iter().map(|(_, unit)| unit).collect();
                    (format!("the export `{name}`"), exporters)
                }
            };
            let paths: Vec<&str> = units.iter().map(|unit| unit.path()).collect();
            let message = format!("{what} is declared by {}; which of them is meant cannot be told", paths.join(", "));
            (paths.len() > 1).then(|| Note { message, span: value.origin.nearest() })
        };
        trail_buckets(estate.as_ref()).into_iter().filter_map(note).collect()
    }

    /// The units that export `name` where it can be imported: exports belong to one account and Region.
    fn exporters(&self, name: &str, here: &Environment) -> Vec<(Environment, &'a dyn Unit)> {
        let all = self.exports.get(name).map_or(&[][..], Vec::as_slice);
        all.iter().filter(|(there, _)| there.may_be(here)).cloned().collect()
    }
}

/// What the trails of a unit name as their buckets, as far as it is known without any answer.
#[must_use]
pub fn targets(unit: &dyn Unit) -> Vec<Target> {
    let world = World::default();
    let estate = unit.estate(&world);
    trail_buckets(estate.as_ref()).iter().filter_map(Target::of).collect()
}

fn trail_buckets(estate: &dyn Estate) -> Vec<Value> {
    let trails = estate.resources(Kind::Trail);
    trails.iter().map(|trail| estate.property(trail, "S3BucketName")).collect()
}

fn only<T>(items: &[T]) -> Option<&T> {
    match items {
        [only] => Some(only),
        _ => None,
    }
}

fn bucket_called(name: &str, unit: &dyn Unit) -> Option<Resource> {
    let world = World::default();
    let estate = unit.estate(&world);
    buckets(estate.as_ref()).into_iter().find(|(known, _)| known == name).map(|(_, bucket)| bucket)
}

fn buckets(estate: &dyn Estate) -> Vec<(String, Resource)> {
    let existing = estate.resources(Kind::Bucket).into_iter().filter(|bucket| bucket.existence == Existence::Exists);
    let named = existing.map(|bucket| (estate.property(&bucket, "BucketName").as_str().map(str::to_owned), bucket));
    named.filter_map(|(name, bucket)| Some((name.filter(|name| !name.is_empty())?, bucket))).collect()
}
