//! What other units of a run say about a bucket: the one that declares it, and those that declare something for it. Across
//! units only whole literal names link, of buckets and of exports, and only where exactly one unit declares the name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::finding::Note;
use crate::value::{Data, Decided, Failure, OfUnit, Origin, Stop, SymbolSource, Value, World};

use super::bucket::PublicAccessBlock;
use super::exports;
use super::known::KnownBucket;
use super::link::{self, Link, exists};
use super::{Environment, Estate, Kind, Resource, Unit};

/// What may belong to a bucket of another unit.
const SATELLITES: [Kind; 5] =
    [Kind::BucketPolicy, Kind::BucketAcl, Kind::PublicAccessBlock, Kind::OwnershipControls, Kind::BucketLogging];

/// How many worlds of a unit are looked at for what its satellites name.
const MAX_NAMING_WORLDS: usize = 16;

/// How many exports a name is followed through.
const MAX_EXPORTS: usize = 16;

/// The units of a run by the literal names of buckets and of exports.
#[derive(Default)]
pub struct Neighbours<'a> {
    declaring: BTreeMap<String, Vec<&'a dyn Unit>>,
    naming: BTreeMap<Target, Vec<&'a dyn Unit>>,
    exporting: BTreeMap<String, Vec<(Environment, &'a dyn Unit)>>,
    known: &'a [KnownBucket],
    account_blocks: BTreeMap<String, AccountBlocks<'a>>,
}

/// Where the public access block of an account comes from, for the buckets of one unit of it.
pub struct AccountBlocks<'a> {
    /// What somebody vouches for.
    pub vouched: Option<PublicAccessBlock>,
    /// The other units of the account that may declare one.
    pub others: Vec<&'a dyn Unit>,
}

/// What a value names in another unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A bucket of this name.
    Name(String),
    /// What is exported under this name.
    Export(String),
}

impl Target {
    /// What `value` names.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match &value.data {
            Data::Opaque(symbol) => match &symbol.source {
                SymbolSource::Import(name) => Some(Self::Export(name.clone())),
                _ => None,
            },
            _ => text(value).map(Self::Name),
        }
    }
}

impl<'a> Neighbours<'a> {
    /// Reads the names that every unit gives to buckets, to exports and in what belongs to buckets: the last in whatever
    /// world, the others as far as they are known without any answer.
    pub fn of(units: impl IntoIterator<Item = &'a dyn Unit>) -> Self {
        let mut neighbours = Self::default();
        for unit in units {
            let world = World::default();
            let estate = unit.estate(&world);
            for (name, _) in literals(estate.as_ref(), Kind::Bucket, "BucketName") {
                add(&mut neighbours.declaring, name, unit);
            }
            for target in named_by_satellites(unit) {
                add(&mut neighbours.naming, target, unit);
            }
            for (name, _) in estate.exports() {
                neighbours.exporting.entry(name).or_default().push((estate.environment(), unit));
            }
        }
        neighbours
    }

    /// The same units, with what somebody vouches for: buckets that none of them declares, and the public access blocks
    /// of the account that a unit is deployed to, by the unit's path.
    #[must_use]
    pub fn knowing(self, known: &'a [KnownBucket], account_blocks: BTreeMap<String, AccountBlocks<'a>>) -> Self {
        Self { known, account_blocks, ..self }
    }

    /// The units of the run as one of them sees them.
    #[must_use]
    pub fn around(&'a self, home: &'a dyn Unit) -> Neighbourhood<'a> {
        Neighbourhood { all: self, home }
    }

    /// A remark for every bucket that trails of a unit name and more than one other unit declares.
    #[must_use]
    pub fn ambiguous(&self, unit: &dyn Unit) -> Vec<Note> {
        let world = World::default();
        let estate = unit.estate(&world);
        let note = |trail: &Resource| {
            let name = estate.property(trail, "S3BucketName");
            let Ok(Link::Elsewhere) = link::bucket(&name, estate.as_ref(), &world) else { return None };
            let (what, units): (String, Vec<&dyn Unit>) = match Target::of(&name)? {
                Target::Name(name) => (format!("the bucket `{name}`"), self.declaring.get(&name)?.clone()),
                Target::Export(name) => {
                    let exporters = self.exporters(&name, &estate.environment());
                    (format!("the export `{name}`"), exporters.into_iter().map(|(_, unit)| unit).collect())
                }
            };
            let paths: Vec<&str> = units.iter().map(|unit| unit.path()).collect();
            let message = format!("{what} is declared by {}; which of them is meant cannot be told", paths.join(", "));
            (paths.len() > 1).then(|| Note { message, span: name.origin.nearest() })
        };
        estate.resources(Kind::Trail).iter().filter_map(note).collect()
    }

    /// The units that export `name` where it can be imported: exports belong to one account and Region.
    fn exporters(&self, name: &str, here: &Environment) -> Vec<(Environment, &'a dyn Unit)> {
        let all = self.exporting.get(name).map_or(&[][..], Vec::as_slice);
        all.iter().filter(|(there, _)| there.may_be(here)).cloned().collect()
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

    /// The one unit that declares the bucket that `name` names in `estate`, if it is another one, and what the bucket goes
    /// by there: exports may lead from unit to unit.
    #[must_use]
    pub fn declaring(&self, name: &Value, estate: &dyn Estate) -> Option<(&'a dyn Unit, Target)> {
        let mut here = estate.environment();
        let mut target = Target::of(name)?;
        for _ in 0..MAX_EXPORTS {
            let export = match &target {
                Target::Name(name) => {
                    let unit = self.all.declaring(name).filter(|unit| !self.is_home(*unit))?;
                    return Some((unit, target));
                }
                Target::Export(name) => name,
            };
            let exporters = self.all.exporters(export, &here);
            let [(there, unit)] = exporters.as_slice() else { return None };
            let world = World::default();
            let estate = unit.estate(&world);
            let (_, value) = estate.exports().into_iter().find(|(name, _)| name == export)?;
            let value = exports::named(&value);
            match link::bucket(value, estate.as_ref(), &world) {
                Ok(Link::Elsewhere) => (here, target) = (there.clone(), Target::of(value)?),
                Ok(Link::AbsentModule(_)) => return None,
                Ok(Link::Bucket(_)) | Err(_) => return (!self.is_home(*unit)).then_some((*unit, target)),
            }
        }
        None
    }

    /// The units that declare something for a bucket by the name of one of its exports, each with that name. `exporter` is
    /// the unit that declares the bucket, this one unless another is named.
    #[must_use]
    pub fn importing(
        &self,
        bucket: &Resource,
        exporter: Option<&dyn Unit>,
        estate: &dyn Estate,
    ) -> Vec<(&'a dyn Unit, Target)> {
        let exporter = exporter.unwrap_or(self.home);
        let is_imported = self.all.naming.keys().any(|target| matches!(target, Target::Export(_)));
        let exports = if is_imported { exports_of(bucket, estate) } else { Vec::new() };
        let is_only = |name: &String| self.all.exporters(name, &estate.environment()).len() == 1;
        let importing = exports.into_iter().filter(is_only).map(Target::Export).flat_map(|export| {
            let naming = self.all.naming.get(&export).into_iter().flatten().copied();
            naming.filter(|unit| unit.path() != exporter.path()).map(move |unit| (unit, export.clone()))
        });
        importing.collect()
    }

    /// The units that declare something for the bucket of this name and do not declare the bucket itself. None where
    /// the name alone does not tell which bucket it is.
    #[must_use]
    pub fn beside(&self, name: &str) -> Vec<&'a dyn Unit> {
        let Some(declaring) = self.all.declaring(name) else { return Vec::new() };
        let naming = self.all.naming.get(&Target::Name(name.to_owned())).into_iter().flatten().copied();
        naming.filter(|unit| unit.path() != declaring.path()).collect()
    }

    /// What somebody vouches for about a bucket that no unit declares.
    #[must_use]
    pub fn known(&self, name: &str) -> Option<&'a KnownBucket> {
        self.all.known.iter().find(|known| known.name.matches(name))
    }

    /// Where the public access blocks of the account that a unit is deployed to come from, this one unless another is named.
    #[must_use]
    pub fn account_blocks(&self, unit: Option<&dyn Unit>) -> Option<&'a AccountBlocks<'a>> {
        self.all.account_blocks.get(unit.unwrap_or(self.home).path())
    }
}

/// What the satellites of a unit name, in any of the worlds that tell what they name, as far as those are few.
fn named_by_satellites(unit: &dyn Unit) -> BTreeSet<Target> {
    let (mut named, mut worlds) = (BTreeSet::new(), vec![World::default()]);
    for _ in 0..MAX_NAMING_WORLDS {
        let Some(world) = worlds.pop() else { break };
        let estate = unit.estate(&world);
        let satellites = SATELLITES.iter().flat_map(|kind| estate.resources(*kind));
        let mut waiting = None;
        for target in satellites.map(|satellite| estate.property(&satellite, "Bucket")) {
            named.extend(Target::of(&target));
            if let Data::Pending(question) = target.data {
                waiting = waiting.or(Some(question));
            }
        }
        if let Some(question) = waiting {
            worlds.extend([false, true].map(|answer| world.with(question.as_ref().clone(), answer)));
        }
    }
    named
}

/// Where what a unit declares for a bucket of another unit names it, as far as that is known without any answer.
#[must_use]
pub fn naming_places(target: &Target, unit: &dyn Unit) -> Vec<Origin> {
    let world = World::default();
    let estate = unit.estate(&world);
    let satellites = SATELLITES.iter().flat_map(|kind| estate.resources(*kind));
    let names = satellites.map(|satellite| estate.property(&satellite, "Bucket"));
    names.filter(|name| Target::of(name).as_ref() == Some(target)).map(|name| name.origin).collect()
}

fn add<'a, K: Ord>(units: &mut BTreeMap<K, Vec<&'a dyn Unit>>, name: K, unit: &'a dyn Unit) {
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

/// The existing bucket that a unit means by `target`.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides which one it is, or whether it exists.
pub fn bucket_in(target: &Target, estate: &dyn Estate, world: &World) -> Decided<Option<Resource>> {
    match target {
        Target::Name(name) => {
            for (known, bucket) in literals(estate, Kind::Bucket, "BucketName") {
                if known == *name && exists(&bucket, world)? {
                    return Ok(Some(bucket));
                }
            }
            Ok(None)
        }
        Target::Export(name) => {
            let value = estate.exports().into_iter().find(|(export, _)| export == name).map(|(_, value)| value);
            let link = value.map(|value| link::bucket(exports::named(&value), estate, world)).transpose()?;
            Ok(if let Some(Link::Bucket(bucket)) = link { Some(*bucket) } else { None })
        }
    }
}

/// What the trails of a unit name as their buckets, which other units may declare or declare something for. As far as it
/// is known without any answer: where one decides which bucket it is, those of all buckets.
#[must_use]
pub fn targets(unit: &dyn Unit) -> Vec<Target> {
    let world = World::default();
    let estate = unit.estate(&world);
    let buckets = || literals(estate.as_ref(), Kind::Bucket, "BucketName").into_iter().map(|(name, _)| name);
    let mut targets = Vec::new();
    for trail in estate.resources(Kind::Trail) {
        let name = estate.property(&trail, "S3BucketName");
        match link::bucket(&name, estate.as_ref(), &world) {
            Ok(Link::Bucket(bucket)) => {
                targets.extend(Target::of(&estate.property(&bucket, "BucketName")));
                targets.extend(exports_of(&bucket, estate.as_ref()).into_iter().map(Target::Export));
            }
            Ok(_) => targets.extend(Target::of(&name)),
            Err(_) => targets.extend(buckets().map(Target::Name)),
        }
    }
    targets
}

/// What else the buckets of a unit go by that are among `targets`.
#[must_use]
pub fn other_names(unit: &dyn Unit, targets: &[Target]) -> Vec<Target> {
    let world = World::default();
    let estate = unit.estate(&world);
    let names = |bucket: Resource| -> Vec<Target> {
        let own = Target::of(&estate.property(&bucket, "BucketName"));
        own.into_iter().chain(exports_of(&bucket, estate.as_ref()).into_iter().map(Target::Export)).collect()
    };
    let buckets = estate.resources(Kind::Bucket).into_iter().map(names);
    let meant = buckets.filter(|names| names.iter().any(|name| targets.contains(name)));
    meant.flatten().filter(|name| !targets.contains(name)).collect()
}

/// What the unit exports the name of the bucket as.
fn exports_of(bucket: &Resource, estate: &dyn Estate) -> Vec<String> {
    let naming = link::Naming::of(bucket, estate);
    let all = estate.exports().into_iter();
    all.filter(|(_, value)| naming.is(exports::named(value))).map(|(name, _)| name).collect()
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
