//! What other units of a run say about a bucket: the one that declares it, and those that declare something for it. Across
//! units only whole literal names link, and only where exactly one unit declares the name.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::value::{Decided, Failure, OfUnit, Origin, Stop, Value, World};

use super::bucket::PublicAccessBlock;
use super::known::KnownBucket;
use super::link::{self, Link, exists};
use super::{Estate, Kind, Resource, Unit};

/// What may belong to a bucket of another unit.
const SATELLITES: [Kind; 5] =
    [Kind::BucketPolicy, Kind::BucketAcl, Kind::PublicAccessBlock, Kind::OwnershipControls, Kind::BucketLogging];

/// The units of a run by the literal names of buckets.
#[derive(Default)]
pub struct Neighbours<'a> {
    declaring: BTreeMap<String, Vec<&'a dyn Unit>>,
    naming: BTreeMap<String, Vec<&'a dyn Unit>>,
    known: &'a [KnownBucket],
    account_blocks: BTreeMap<String, PublicAccessBlock>,
}

impl<'a> Neighbours<'a> {
    /// Reads the names that every unit gives to buckets and in what belongs to them, as far as they are known without
    /// any answer.
    pub fn of(units: impl IntoIterator<Item = &'a dyn Unit>) -> Self {
        let mut neighbours = Self::default();
        for unit in units {
            let world = World::default();
            let estate = unit.estate(&world);
            for (name, _) in literals(estate.as_ref(), Kind::Bucket, "BucketName") {
                add(&mut neighbours.declaring, name, unit);
            }
            for (name, _) in SATELLITES.iter().flat_map(|kind| literals(estate.as_ref(), *kind, "Bucket")) {
                add(&mut neighbours.naming, name, unit);
            }
        }
        neighbours
    }

    /// The same units, with what somebody vouches for: buckets that none of them declares, and the public access block
    /// of the account that a unit is deployed to, by the unit's path.
    #[must_use]
    pub fn knowing(self, known: &'a [KnownBucket], account_blocks: BTreeMap<String, PublicAccessBlock>) -> Self {
        Self { known, account_blocks, ..self }
    }

    /// The units of the run as one of them sees them.
    #[must_use]
    pub fn around(&'a self, home: &'a dyn Unit) -> Neighbourhood<'a> {
        Neighbourhood { all: self, home }
    }

    /// The one unit that declares a bucket of this name.
    fn declaring(&self, name: &str) -> Option<&'a dyn Unit> {
        match self.declaring.get(name)?.as_slice() {
            [unit] => Some(*unit),
            _ => None,
        }
    }
}

/// The units of a run as one of them sees them.
#[derive(Clone, Copy)]
pub struct Neighbourhood<'a> {
    all: &'a Neighbours<'a>,
    home: &'a dyn Unit,
}

impl<'a> Neighbourhood<'a> {
    /// Whether it is the unit itself that looks around.
    #[must_use]
    pub fn is_home(&self, unit: &dyn Unit) -> bool {
        unit.path() == self.home.path()
    }

    /// The one unit that declares a bucket of this name, if it is another one.
    #[must_use]
    pub fn declaring(&self, name: &str) -> Option<&'a dyn Unit> {
        self.all.declaring(name).filter(|unit| !self.is_home(*unit))
    }

    /// The units that declare something for the bucket of this name and do not declare the bucket itself. None where
    /// the name alone does not tell which bucket it is.
    #[must_use]
    pub fn beside(&self, name: &str) -> Vec<&'a dyn Unit> {
        let Some(declaring) = self.all.declaring(name) else { return Vec::new() };
        let naming = self.all.naming.get(name).into_iter().flatten().copied();
        naming.filter(|unit| unit.path() != declaring.path()).collect()
    }

    /// What somebody vouches for about a bucket that no unit declares.
    #[must_use]
    pub fn known(&self, name: &str) -> Option<&'a KnownBucket> {
        self.all.known.iter().find(|known| known.name.matches(name))
    }

    /// The public access block of the account that a unit is deployed to, this one unless another is named, as far as
    /// somebody vouches for it.
    #[must_use]
    pub fn account_block(&self, unit: Option<&dyn Unit>) -> Option<&'a PublicAccessBlock> {
        self.all.account_blocks.get(unit.unwrap_or(self.home).path())
    }
}

fn add<'a>(units: &mut BTreeMap<String, Vec<&'a dyn Unit>>, name: String, unit: &'a dyn Unit) {
    let units = units.entry(name).or_default();
    if units.last().is_none_or(|last| last.path() != unit.path()) {
        units.push(unit);
    }
}

/// The resources of a kind that name a bucket literally, whether or not they exist for certain.
fn literals(estate: &dyn Estate, kind: Kind, property: &str) -> Vec<(String, Resource)> {
    let named = |resource: Resource| {
        let name = text(&estate.property(&resource, property))?;
        Some((name, resource))
    };
    estate.resources(kind).into_iter().filter_map(named).collect()
}

/// The existing bucket called `name` in an estate.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides whether it exists.
pub fn bucket_called(name: &str, estate: &dyn Estate, world: &World) -> Decided<Option<Resource>> {
    for (known, bucket) in literals(estate, Kind::Bucket, "BucketName") {
        if known == name && exists(&bucket, world)? {
            return Ok(Some(bucket));
        }
    }
    Ok(None)
}

/// The literal names of the buckets that trails of a unit deliver to, which other units may declare or declare something
/// for. As far as they are known without any answer: where one decides which bucket it is, those of all buckets.
#[must_use]
pub fn literal_targets(unit: &dyn Unit) -> Vec<String> {
    let world = World::default();
    let estate = unit.estate(&world);
    let buckets = || literals(estate.as_ref(), Kind::Bucket, "BucketName").into_iter().map(|(name, _)| name);
    let mut targets = Vec::new();
    for trail in estate.resources(Kind::Trail) {
        let name = estate.property(&trail, "S3BucketName");
        match link::bucket(&name, estate.as_ref(), &world) {
            Ok(Link::Bucket(bucket)) => targets.extend(text(&estate.property(&bucket, "BucketName"))),
            Ok(_) => targets.extend(text(&name)),
            Err(_) => targets.extend(buckets()),
        }
    }
    targets
}

fn text(name: &Value) -> Option<String> {
    name.as_str().filter(|name| !name.is_empty()).map(str::to_owned)
}

/// What `read` gives in another unit, as this one sees it.
///
/// # Errors
/// [`crate::value::Stop`] when an input of that unit decides it.
pub fn in_unit<T: OfUnit>(
    unit: &dyn Unit,
    world: &World,
    read: impl FnOnce(&dyn Estate, &World) -> Decided<T>,
) -> Decided<T> {
    let there = world.in_unit(unit.path());
    let estate = unit.estate(&there);
    if !there.answers().is_empty() && estate.rejected() {
        let message = format!("{} would be refused", unit.path());
        return Err(Stop::Reject(Arc::new(Failure { message, origin: Origin::default() })));
    }
    match read(estate.as_ref(), &there) {
        Ok(found) => Ok(found.of_unit(unit.path())),
        Err(stop) => Err(stop.of_unit(unit.path())),
    }
}
