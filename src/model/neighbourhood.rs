//! The units of a run as one of them sees them: which one declares a bucket, and what the others declare for it. Knows names
//! and exports, and nothing of what is declared.

use std::sync::Arc;

use crate::value::{Claim, Decided, Origin, Question, Reason, Role, Value, World};

use super::exports;
use super::known::KnownBucket;
use super::link::{self, Link};
use super::neighbours::{AccountBlocks, Neighbours, Target, are_one, exports_of};
use super::place::Place;
use super::{Estate, Existence, Kind, Resource, Unit, Unread};

/// How many exports a name is followed through.
const MAX_EXPORTS: usize = 16;

/// The units of a run as one of them sees them.
#[derive(Clone, Copy)]
pub struct Neighbourhood<'a> {
    all: &'a Neighbours<'a>,
    home: &'a dyn Unit,
}

/// Another unit that declares something for a bucket.
pub struct Beside<'a> {
    /// The unit.
    pub unit: &'a dyn Unit,
    /// What the bucket goes by there.
    pub target: Target,
    /// Whether it is this bucket, where several units export that name.
    only_if: Option<Arc<Question>>,
}

impl<'a> Beside<'a> {
    fn named(unit: &'a dyn Unit, name: &str) -> Self {
        Self { unit, target: Target::Name(name.to_owned()), only_if: None }
    }

    /// Whether it is this bucket that the unit declares something for.
    ///
    /// # Errors
    /// [`crate::value::Stop`] when that cannot be told from the sources.
    pub fn is_meant(&self, world: &World) -> Decided<bool> {
        self.only_if.as_ref().map_or(Ok(true), |question| world.decide(question))
    }
}

/// A name that a bucket is exported under.
struct Exported {
    name: String,
    /// Where it can be imported.
    there: Place,
    /// Whether nothing else is exported under it.
    is_certain: bool,
}

impl<'a> Neighbourhood<'a> {
    pub(super) fn of(all: &'a Neighbours<'a>, home: &'a dyn Unit) -> Self {
        Self { all, home }
    }

    /// Whether it is the unit itself that looks around.
    #[must_use]
    pub fn is_home(&self, unit: &dyn Unit) -> bool {
        unit.path() == self.home.path()
    }

    /// The one unit that declares the bucket that `name` names in `estate`, if it is another one, and what the bucket goes
    /// by there: exports may lead from unit to unit.
    #[must_use]
    pub fn declaring(&self, name: &Value) -> Option<(&'a dyn Unit, Target)> {
        let mut here = self.all.place(self.home);
        let mut target = Target::of(name)?;
        for _ in 0..MAX_EXPORTS {
            let export = match &target {
                Target::Name(name) => {
                    let unit = self.all.declaring(name, self.home).filter(|unit| !self.is_home(*unit))?;
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

    /// The units that declare something for a bucket by the name of one of its exports. `exporter` is the unit that declares
    /// the bucket, this one unless another is named.
    #[must_use]
    pub fn importing(&self, bucket: &Resource, exporter: Option<&dyn Unit>, estate: &dyn Estate) -> Vec<Beside<'a>> {
        let exporter = exporter.unwrap_or(self.home);
        if !self.all.naming.keys().any(|target| matches!(target, Target::Export(_))) {
            return Vec::new();
        }
        let importing = self.exported(bucket, exporter, estate).into_iter().flat_map(|export| {
            let target = Target::Export(export.name.clone());
            let naming = self.all.naming.get(&target).into_iter().flatten().copied();
            let others = naming.filter(|unit| unit.path() != exporter.path());
            let there = others.filter(move |unit| self.all.place(*unit).may_be(&export.there));
            let is_certain = export.is_certain;
            there.map(move |unit| {
                let only_if = (!is_certain).then(|| is_imported(unit, &export.name, exporter, bucket));
                Beside { unit, target: target.clone(), only_if }
            })
        });
        importing.collect()
    }

    /// What the bucket is exported as, also by whoever exports what he imports.
    fn exported(&self, bucket: &Resource, exporter: &dyn Unit, estate: &dyn Estate) -> Vec<Exported> {
        let is_only = |name: &String, there: &Place| self.all.exporters(name, there).len() == 1;
        let home = self.all.place(exporter);
        let own = exports_of(bucket, estate).into_iter().map(|name| {
            let there = home.clone();
            Exported { is_certain: is_only(&name, &there), there, name }
        });
        let mut all: Vec<Exported> = own.collect();
        for at in 0..MAX_EXPORTS {
            let Some(imported) = all.get(at) else { break };
            let again = self.all.exporting_again.get(&imported.name).into_iter().flatten();
            let here = again.filter(|again| again.there.may_be(&imported.there));
            let fresh = here.filter(|again| all.iter().all(|known| known.name != again.name));
            let fresh: Vec<Exported> = fresh
                .map(|again| Exported {
                    name: again.name.clone(),
                    there: again.there.clone(),
                    is_certain: imported.is_certain && is_only(&again.name, &again.there),
                })
                .collect();
            all.extend(fresh);
        }
        all
    }

    /// The units that declare something for the bucket of this name: names are unique in all of S3, so that whoever speaks of
    /// the name speaks of the bucket. Those that certainly declare a bucket of that name themselves are left out: of two such
    /// buckets only one can be deployed, and theirs is their own, unless one of the two units adopts the other's. `declaring` is the unit that declares the bucket, this one
    /// unless another is named.
    #[must_use]
    pub fn beside(&self, name: &str, declaring: Option<&dyn Unit>) -> Vec<Beside<'a>> {
        let declaring = declaring.unwrap_or(self.home);
        let naming = self.all.naming.get(&Target::Name(name.to_owned())).into_iter().flatten();
        let is_named = |unit: &dyn Unit| naming.clone().any(|naming| naming.path() == unit.path());
        let others = self.all.naming_any.iter().filter(|unit| !is_named(**unit));
        let units = naming.clone().chain(others).copied();
        let is_own = |unit: &dyn Unit| declares(unit, name) && !self.is_shared(unit, declaring, name);
        let others = units.filter(|unit| !are_one(*unit, declaring) && !is_own(*unit));
        others.map(|unit| Beside::named(unit, name)).collect()
    }

    /// The units that declare a bucket of this name.
    pub fn all_declaring(&self, name: &str) -> impl Iterator<Item = &'a dyn Unit> {
        self.all.declaring.get(name).into_iter().flatten().copied()
    }

    /// The paths of other units than `declaring` (this one unless another is named) that declare a bucket of this name too.
    #[must_use]
    pub fn declaring_too(&self, name: &str, declaring: Option<&dyn Unit>) -> Vec<&'a str> {
        let declaring = declaring.unwrap_or(self.home);
        let is_rival = |unit: &&dyn Unit| !are_one(*unit, declaring) && !self.is_shared(*unit, declaring, name);
        self.all_declaring(name).filter(is_rival).map(Unit::path).collect()
    }

    /// What cannot be read of other units and speaks of the bucket of this name.
    pub fn unread(&self, name: &Target) -> impl Iterator<Item = &'a Unread> {
        let others = self.all.unread.iter().filter(|unread| unread.unit != self.home.path());
        others.filter(move |unread| unread.targets.contains(name))
    }

    /// The same of other units than the one that declares the bucket, this one unless another is named: it may go by the
    /// name of one of its exports there.
    #[must_use]
    pub fn unread_beside(
        &self,
        bucket: &Resource,
        name: Option<&Target>,
        declaring: Option<&dyn Unit>,
        estate: &dyn Estate,
    ) -> Vec<&'a Unread> {
        let declaring = declaring.unwrap_or(self.home);
        let others: Vec<&Unread> = self.all.unread.iter().filter(|unread| unread.unit != declaring.path()).collect();
        if others.is_empty() {
            return Vec::new();
        }
        let exported = self.exported(bucket, declaring, estate).into_iter().map(|export| Target::Export(export.name));
        let targets: Vec<Target> = exported.chain(name.cloned()).collect();
        others.into_iter().filter(|unread| targets.iter().any(|target| unread.targets.contains(target))).collect()
    }

    /// Whether the buckets of this name that two units declare are one, because one of them says that it exists already.
    fn is_shared(&self, unit: &dyn Unit, other: &dyn Unit, name: &str) -> bool {
        self.all.adopts(unit, name) || self.all.adopts(other, name)
    }

    /// Whether any satellite of any unit names a bucket by what another unit may call one.
    #[must_use]
    pub fn is_anything_named(&self) -> bool {
        !self.all.naming.is_empty() || !self.all.naming_any.is_empty()
    }

    /// Whether more than one other unit may declare the bucket that `name` names.
    #[must_use]
    pub fn is_declared_often(&self, name: &Value) -> bool {
        match Target::of(name) {
            Some(Target::Name(name)) => self.all.declaring.get(&name).is_some_and(|units| units.len() > 1),
            Some(Target::Export(name)) => self.all.exporters(&name, &self.all.place(self.home)).len() > 1,
            None => false,
        }
    }

    /// What somebody vouches for about a bucket that no unit declares.
    pub fn known(&self) -> impl Iterator<Item = &'a KnownBucket> {
        self.all.known.iter()
    }

    /// Where the public access blocks of the account that a unit is deployed to come from, this one unless another is named.
    #[must_use]
    pub fn account_blocks(&self, unit: Option<&dyn Unit>) -> Option<&'a AccountBlocks<'a>> {
        self.all.account_blocks.get(unit.unwrap_or(self.home).path())
    }
}

/// Whether a unit declares a bucket of this name in every world.
fn declares(unit: &dyn Unit, name: &str) -> bool {
    let world = World::default();
    let estate = unit.estate(&world);
    let is_it = |bucket: &Resource| {
        bucket.existence == Existence::Exists && estate.property(bucket, "BucketName").as_str() == Some(name)
    };
    estate.naming(Kind::Bucket, "", Some(name)).iter().any(is_it)
}

/// The question whether what `importer` imports under a name is the bucket, where several units export that name.
fn is_imported(importer: &dyn Unit, export: &str, exporter: &dyn Unit, bucket: &Resource) -> Arc<Question> {
    let subject = format!("what {} imports as \"{export}\"", importer.path());
    let reason = Reason::Elsewhere("several units export that name".to_owned());
    let claim = Claim::with("is", format!("{} of {}", bucket.address, exporter.path()));
    claim.of(&subject, reason, Origin::at(bucket.header, Role::Header))
}
