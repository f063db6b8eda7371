//! What the configuration vouches for, as the model knows it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::config::{self, BlockFlag, Configured};
use crate::model::{KnownBucket, Openness, PublicAccessBlock, Unit};
use crate::value::{Origin, Role, Value};

use super::accounts;

/// The buckets that the sources do not declare.
pub(super) fn buckets(configured: &Configured) -> Vec<KnownBucket> {
    let known = |bucket: &config::KnownBucket| KnownBucket {
        name: bucket.name.value.clone(),
        public: bucket.public.map(|public| Openness { read: public.read, write: public.write }),
        access_logging: bucket.access_logging,
        reason: bucket.reason.clone(),
        origin: Origin::at(bucket.name.span, Role::Given),
    };
    configured.config.buckets.iter().map(known).collect()
}

/// The public access block of the account that each unit is deployed to, by the unit's path.
pub(super) fn account_blocks<'a>(
    configured: &Configured,
    units: impl Iterator<Item = &'a dyn Unit>,
    working_directory: &Path,
) -> BTreeMap<String, PublicAccessBlock> {
    let block = |unit: &dyn Unit| {
        let account = accounts::configured(configured, unit.path(), working_directory)?;
        let flags = account.s3_public_access_block.as_ref()?;
        let origin = Origin::at(account.name.span, Role::Given);
        let is_set = |flag: &str| flags.0.iter().any(|set| name(*set) == flag);
        Some(PublicAccessBlock::read(|flag| Value::bool(is_set(flag), origin.clone())))
    };
    units.filter_map(|unit| Some((unit.path().to_owned(), block(unit)?))).collect()
}

fn name(flag: BlockFlag) -> &'static str {
    match flag {
        BlockFlag::BlockPublicAcls => "BlockPublicAcls",
        BlockFlag::IgnorePublicAcls => "IgnorePublicAcls",
        BlockFlag::BlockPublicPolicy => "BlockPublicPolicy",
        BlockFlag::RestrictPublicBuckets => "RestrictPublicBuckets",
    }
}
