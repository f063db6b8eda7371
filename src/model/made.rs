//! A bucket of which only what belongs to it is declared: one that a module makes whose text is not on disk, which may add
//! whatever is absent, or one that somebody vouches for.

use std::sync::Arc;

use crate::value::{Decided, Input, Origin, Reason, Role, Value, World};

use super::address::stands_for;
use super::bucket::{Apart, Bucket, Others, Satellites};
use super::logging::Logging;
use super::naming::Naming;
use super::{Estate, Kind, Resource};

/// Such a bucket.
#[derive(Debug)]
pub struct Made {
    /// The bucket, as far as it is declared.
    pub bucket: Bucket,
    /// What makes it log the requests made to it.
    pub logging: Vec<Logging>,
    /// Whether nothing is declared for it.
    pub(super) is_bare: bool,
}

impl Made {
    /// A bucket that several units declare, as one of them does.
    ///
    /// # Errors
    /// As [`Bucket::read`].
    pub fn read(bucket: &Resource, estate: &dyn Estate, world: &World) -> Decided<Self> {
        let logging = Logging::read(bucket, estate, world)?;
        Ok(Self { bucket: Bucket::read(bucket, estate, world)?, logging, is_bare: false })
    }

    /// Whether nothing is declared for it, and nothing that is not read gets it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.is_bare && self.bucket.handed_to.is_empty()
    }

    /// With what another unit declares for it.
    pub fn join(&mut self, other: Self) {
        self.is_bare &= other.is_bare;
        self.bucket.join(other.bucket);
        self.logging.extend(other.logging);
    }
}

/// What is declared here for the bucket that goes by `name`, an output of `module`; `None` where nothing is.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides whether something belongs to it or exists.
pub fn made_by(module: &Input, name: &Value, estate: &dyn Estate, world: &World) -> Decided<Option<Made>> {
    let Reason::ModuleNotOnDisk { module: address, .. } = &module.reason else { return Ok(None) };
    let is_it = |call: &Resource| call.address == *address || stands_for(&call.address, address);
    let Some(call) = estate.resources(Kind::AbsentModule).into_iter().find(is_it) else { return Ok(None) };
    let mut made = declared(&Naming::output_of(address, &call, name), name, &call, estate, world)?;
    if made.is_empty() {
        return Ok(None);
    }
    let origin = Origin::at(call.header, Role::Header);
    let maker = Input::undecidable(address.clone(), module.reason.clone(), origin);
    made.bucket.handed_to.push(Arc::new(maker));
    Ok(Some(made))
}

/// What is declared in a unit for the bucket that goes by `name` and that `speaker` is or speaks of. Which account it is in
/// is not known.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides whether something belongs to it or exists.
pub fn declared_for(name: &Value, speaker: &Resource, estate: &dyn Estate, world: &World) -> Decided<Made> {
    declared(&Naming::output(name), name, speaker, estate, world)
}

fn declared(naming: &Naming, name: &Value, speaker: &Resource, estate: &dyn Estate, world: &World) -> Decided<Made> {
    let satellites = Satellites::read(naming, estate, world)?;
    let logging = Logging::beside(naming, estate, world)?;
    let is_bare = satellites.is_empty() && logging.is_empty();
    let mut bucket = Bucket {
        resource: speaker.like(Kind::Bucket, name.describe()),
        name: name.clone(),
        acls: Vec::new(),
        ownership: Vec::new(),
        public_access_blocks: Vec::new(),
        account_blocks: Vec::new(),
        policies: Vec::new(),
        handed_to: Vec::new(),
        apart: Apart::Anything,
        is_in_units_account: false,
        others: Others::default(),
    };
    bucket.add(satellites);
    Ok(Made { bucket, logging, is_bare })
}
