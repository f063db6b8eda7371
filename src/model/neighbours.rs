//! What other units of a run say about a bucket: the one that declares it, and those that declare something for it. Across
//! units only whole literal names link, of buckets and of exports. How one of the units sees the others is
//! [`Neighbourhood`]'s to say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::finding::Note;
use crate::value::{Data, Decided, Failure, OfUnit, Origin, Stop, SymbolSource, Value, World};

use super::bucket::PublicAccessBlock;
use super::exports;
use super::handed;
use super::known::KnownBucket;
use super::link::{self, Link, exists};
use super::named::{self, MAX_WORLDS, undecided};
use super::naming::Naming;
use super::neighbourhood::Neighbourhood;
use super::place::{Accounts, Place};
use super::{Estate, Kind, Language, Resource, Unit, Unread};

/// What may belong to a bucket of another unit.
pub(super) const SATELLITES: [Kind; 5] =
    [Kind::BucketPolicy, Kind::BucketAcl, Kind::PublicAccessBlock, Kind::OwnershipControls, Kind::BucketLogging];

/// The units of a run by the literal names of buckets and of exports.
#[derive(Default)]
pub struct Neighbours<'a> {
    pub(super) declaring: BTreeMap<String, Vec<&'a dyn Unit>>,
    pub(super) naming: BTreeMap<Target, Vec<&'a dyn Unit>>,
    /// Those that declare a bucket of a name and say that it exists already.
    pub(super) adopting: BTreeMap<String, Vec<&'a dyn Unit>>,
    /// Those with satellites that may name more than was looked at.
    pub(super) naming_any: Vec<&'a dyn Unit>,
    pub(super) exporting: BTreeMap<String, Vec<(Place, &'a dyn Unit)>>,
    /// What imports of this name are exported as again.
    pub(super) exporting_again: BTreeMap<String, Vec<Again>>,
    /// Where each unit is deployed, by its path.
    pub(super) places: BTreeMap<String, Place>,
    pub(super) known: &'a [KnownBucket],
    pub(super) account_blocks: BTreeMap<String, AccountBlocks<'a>>,
    pub(super) unread: &'a [Unread],
}

/// An export of what is imported.
pub(super) struct Again {
    /// Its name.
    pub name: String,
    /// Where it can be imported.
    pub there: Place,
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

    /// The same of a value that an input decides, where it has but one value in this world.
    #[must_use]
    pub fn in_world(value: &Value, world: &World) -> Option<Self> {
        match &value.data {
            Data::Open(input) => match world.candidates(input)?.as_slice() {
                [only] => Self::of(&only.to_value(value.origin.clone())),
                _ => None,
            },
            _ => Self::of(value),
        }
    }
}

impl<'a> Neighbours<'a> {
    /// Reads the names that every unit gives to buckets, to exports and in what belongs to buckets: the last in whatever
    /// world, the others as far as they are known without any answer.
    pub fn of(units: impl IntoIterator<Item = &'a dyn Unit>, accounts: &Accounts) -> Self {
        let mut neighbours = Self::default();
        for unit in units {
            let world = World::default();
            let estate = unit.estate(&world);
            let place = Place::of(unit, accounts);
            for name in named::declared(unit) {
                add(&mut neighbours.declaring, name, unit);
            }
            for bucket in estate.resources(Kind::Bucket).iter().filter(|bucket| estate.adopts(bucket)) {
                if let Some(name) = text(&estate.property(bucket, "BucketName")) {
                    add(&mut neighbours.naming, Target::Name(name.clone()), unit);
                    add(&mut neighbours.adopting, name, unit);
                }
            }
            let named = named::by_satellites(unit);
            for target in named.targets.into_iter().chain(handed::targets(estate.as_ref())) {
                add(&mut neighbours.naming, target, unit);
            }
            neighbours.naming_any.extend(named.is_cut.then_some(unit));
            // In different worlds a unit may export different values under one name.
            let mut exports: BTreeMap<String, Vec<Value>> = BTreeMap::new();
            for (name, value) in estate.exports() {
                exports.entry(name).or_default().push(value);
            }
            for (name, values) in exports {
                for value in values {
                    if let Some(Target::Export(imported)) = Target::of(exports::named(&value)) {
                        let again = Again { name: name.clone(), there: place.clone() };
                        neighbours.exporting_again.entry(imported).or_default().push(again);
                    }
                }
                neighbours.exporting.entry(name).or_default().push((place.clone(), unit));
            }
            neighbours.places.insert(unit.path().to_owned(), place);
        }
        neighbours
    }

    /// The same units, with what somebody vouches for, buckets that none of them declares and the public access blocks
    /// of the account that a unit is deployed to, by the unit's path, and with what could not be read.
    #[must_use]
    pub fn knowing(
        self,
        known: &'a [KnownBucket],
        account_blocks: BTreeMap<String, AccountBlocks<'a>>,
        unread: &'a [Unread],
    ) -> Self {
        Self { known, account_blocks, unread, ..self }
    }

    /// The units of the run as one of them sees them.
    #[must_use]
    pub fn around(&'a self, home: &'a dyn Unit) -> Neighbourhood<'a> {
        Neighbourhood::of(self, home)
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
                    let exporters = self.exporters(&name, &self.place(unit));
                    (format!("the export `{name}`"), exporters.into_iter().map(|(_, unit)| unit).collect())
                }
            };
            let paths: Vec<&str> = units.iter().map(|unit| unit.path()).collect();
            let message = format!("{what} is declared by {}; which of them is meant cannot be told", paths.join(", "));
            (paths.len() > 1).then(|| Note { message, span: name.origin.nearest() })
        };
        estate.resources(Kind::Trail).iter().filter_map(note).collect()
    }

    /// Where a unit is deployed.
    pub(super) fn place(&self, unit: &dyn Unit) -> Place {
        self.places.get(unit.path()).cloned().unwrap_or_default()
    }

    /// The units that export `name` where it can be imported: exports belong to one account and Region.
    pub(super) fn exporters(&self, name: &str, here: &Place) -> Vec<(Place, &'a dyn Unit)> {
        here.near(self.exporting.get(name).into_iter().flatten().cloned())
    }

    /// Whether a unit says that the bucket of this name which it declares exists already: it is that of whoever declares it.
    pub(super) fn adopts(&self, unit: &dyn Unit, name: &str) -> bool {
        self.adopting.get(name).into_iter().flatten().any(|adopting| adopting.path() == unit.path())
    }

    /// The one unit that declares a bucket of this name, `home` if that is one of those that do. A plan and the module it was
    /// made of are one.
    pub(super) fn declaring(&self, name: &str, home: &dyn Unit) -> Option<&'a dyn Unit> {
        let all = self.declaring.get(name)?;
        let makers: Vec<&dyn Unit> = all.iter().copied().filter(|unit| !self.adopts(*unit, name)).collect();
        let units = if makers.is_empty() { all } else { &makers };
        let first = units.first()?;
        let is_one = units.iter().all(|unit| are_one(*unit, *first));
        let at_home = units.iter().find(|unit| unit.path() == home.path());
        is_one.then_some(*at_home.unwrap_or(first))
    }
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

/// Whether two units are the same, or a module and the plan that was made of it, which lies beside it.
pub(super) fn are_one(unit: &dyn Unit, other: &dyn Unit) -> bool {
    let is_plan_of = |plan: &dyn Unit, module: &dyn Unit| {
        let (directory, file) = plan.path().rsplit_once('/').unwrap_or((".", plan.path()));
        let are_terraform = [plan, module].iter().all(|unit| unit.language() == Language::Terraform);
        let is_json = Path::new(file).extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
        are_terraform && is_json && directory == module.path()
    };
    unit.path() == other.path() || is_plan_of(unit, other) || is_plan_of(other, unit)
}

fn add<'a, K: Ord>(units: &mut BTreeMap<K, Vec<&'a dyn Unit>>, name: K, unit: &'a dyn Unit) {
    let units = units.entry(name).or_default();
    if units.last().is_none_or(|last| last.path() != unit.path()) {
        units.push(unit);
    }
}

/// The existing bucket that a unit means by `target`.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides which one it is, or whether it exists.
pub fn bucket_in(target: &Target, estate: &dyn Estate, world: &World) -> Decided<Option<Resource>> {
    match target {
        Target::Name(_) => {
            let mut waiting = None;
            for bucket in estate.resources(Kind::Bucket) {
                let known = estate.property(&bucket, "BucketName");
                if Target::in_world(&known, world).as_ref() == Some(target) && exists(&bucket, world)? {
                    return Ok(Some(bucket));
                }
                waiting = waiting.or_else(|| undecided(&known, world));
            }
            waiting.map_or(Ok(()), |question| world.decide(&question).map(|_| ()))?;
            Ok(None)
        }
        Target::Export(name) => {
            let mut exports = estate.exports().into_iter();
            let Some((_, value)) = exports.find(|(export, _)| export == name) else {
                // Nobody could deploy what imports it.
                let failure = Failure::new(format!("nothing is exported as `{name}`"), Origin::default());
                return Err(Stop::Reject(Arc::new(failure)));
            };
            let link = link::bucket(exports::named(&value), estate, world)?;
            Ok(if let Link::Bucket(bucket) = link { Some(*bucket) } else { None })
        }
    }
}

/// What the trails of a unit name as their buckets, which other units may declare or declare something for, in any of its
/// worlds: the names of all its buckets, where those are too many to look at.
#[must_use]
pub fn targets(unit: &dyn Unit) -> Vec<Target> {
    let (mut targets, mut worlds) = (BTreeSet::new(), vec![World::default()]);
    for _ in 0..MAX_WORLDS {
        let Some(world) = worlds.pop() else { break };
        let estate = unit.estate(&world);
        let mut waiting = None;
        for trail in estate.resources(Kind::Trail) {
            match names_of(&estate.property(&trail, "S3BucketName"), estate.as_ref(), &world) {
                Ok(names) => targets.extend(names),
                Err(Stop::Ask(question)) => waiting = waiting.or(Some(question)),
                Err(Stop::Reject(_)) => {}
            }
        }
        // What is answered already and still waits never gets its answer here.
        let waiting = waiting.filter(|question| world.answer(question).is_none());
        worlds.extend(waiting.map(|question| world.either(&question)).unwrap_or_default());
    }
    if !worlds.is_empty() {
        targets.extend(named::declared(unit).into_iter().map(Target::Name));
    }
    targets.into_iter().collect()
}

/// What other units may call the bucket that `name` names in `estate`.
fn names_of(name: &Value, estate: &dyn Estate, world: &World) -> Decided<Vec<Target>> {
    let Link::Bucket(bucket) = link::bucket(name, estate, world)? else {
        return Ok(Target::of(name).into_iter().collect());
    };
    let own = estate.property(&bucket, "BucketName");
    if let Some(question) = undecided(&own, world) {
        world.decide(&question)?;
    }
    let exports = exports_of(&bucket, estate).into_iter().map(Target::Export);
    Ok(Target::in_world(&own, world).into_iter().chain(exports).collect())
}

/// What else the buckets that are among `targets` go by in a unit: those that it declares, and those that it exports again.
#[must_use]
pub fn other_names(unit: &dyn Unit, targets: &[Target]) -> Vec<Target> {
    let world = World::default();
    let estate = unit.estate(&world);
    // Without an export it is what it is called.
    if estate.exports().is_empty() {
        return Vec::new();
    }
    let names = |bucket: Resource| -> Vec<Target> {
        let own = Target::of(&estate.property(&bucket, "BucketName"));
        own.into_iter().chain(exports_of(&bucket, estate.as_ref()).into_iter().map(Target::Export)).collect()
    };
    let buckets = estate.resources(Kind::Bucket).into_iter().map(names);
    let meant = buckets.filter(|names| names.iter().any(|name| targets.contains(name)));
    let again = estate
        .exports()
        .into_iter()
        .filter(|(_, value)| Target::of(exports::named(value)).is_some_and(|target| targets.contains(&target)));
    let again = again.map(|(name, _)| Target::Export(name));
    meant.flatten().chain(again).filter(|name| !targets.contains(name)).collect()
}

/// What the unit exports the name of the bucket as.
pub(super) fn exports_of(bucket: &Resource, estate: &dyn Estate) -> Vec<String> {
    let naming = Naming::of(bucket, estate);
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
        return Err(Stop::Reject(Arc::new(Failure::new(message, Origin::default()))));
    }
    match read(estate.as_ref(), &there) {
        Ok(found) => Ok(found.of_unit(unit.path())),
        Err(stop) => Err(stop.of_unit(unit.path())),
    }
}
