//! A bucket that a module makes whose text is not on disk: what is declared for it here decides, and the module may add
//! whatever is absent.

use std::sync::Arc;

use crate::value::{Decided, Input, Origin, Reason, Role, Value, World};

use super::bucket::{Beside, Bucket, Others, Satellites};
use super::link::Naming;
use super::logging::Logging;
use super::{Estate, Kind};

/// Such a bucket, for which something is declared here.
#[derive(Debug)]
pub struct Made {
    /// The bucket, as far as it is declared here.
    pub bucket: Bucket,
    /// What makes it log the requests made to it.
    pub logging: Vec<Logging>,
}

/// What is declared here for the bucket that goes by `name`, an output of `module`; `None` where nothing is.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides whether something belongs to it or exists.
pub fn made_by(module: &Input, name: &Value, estate: &dyn Estate, world: &World) -> Decided<Option<Made>> {
    let Reason::ModuleNotOnDisk { module: address, .. } = &module.reason else { return Ok(None) };
    let Some(call) = estate.resources(Kind::AbsentModule).into_iter().find(|call| call.address == *address) else {
        return Ok(None);
    };
    let naming = Naming::output(name);
    let satellites = Satellites::read(&naming, estate, world)?;
    let logging = Logging::beside(&naming, estate, world)?;
    if satellites.is_empty() && logging.is_empty() {
        return Ok(None);
    }
    let origin = Origin::at(call.header, Role::Header);
    let maker = Input::undecidable(call.address.clone(), module.reason.clone(), origin);
    let resource = call.like(Kind::Bucket, name.describe());
    let mut bucket = Bucket {
        resource,
        name: name.clone(),
        acls: Vec::new(),
        ownership: Vec::new(),
        public_access_blocks: Vec::new(),
        account_blocks: Vec::new(),
        policies: Vec::new(),
        handed_to: vec![Arc::new(maker)],
        beside: Beside::Anything,
        // Which provider the module works with is not known.
        is_in_units_account: false,
        others: Others::default(),
    };
    bucket.add(satellites);
    Ok(Some(Made { bucket, logging }))
}
