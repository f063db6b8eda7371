//! What the configuration vouches for, as the model knows it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::config::{self, Account, BlockFlag, Configured};
use crate::model::{AccountBlocks, Accounts, Kind, KnownBucket, Openness, PublicAccessBlock, Unit};
use crate::value::{Origin, Role, Value, World};

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

/// The accounts that the configuration says units belong to.
pub(super) fn accounts<'u>(
    configured: &Configured,
    units: impl Iterator<Item = &'u dyn Unit>,
    working_directory: &Path,
) -> Accounts {
    let of = |unit: &dyn Unit| {
        let account = accounts::configured(configured, unit.path(), working_directory)?;
        Some((unit.path().to_owned(), account.name.value.clone()))
    };
    units.filter_map(of).collect()
}

/// The public access blocks of the account that each unit is deployed to, by the unit's path: what the configuration says
/// of the account, and what other units of it declare.
pub(super) fn account_blocks<'a>(
    configured: &Configured,
    units: impl Iterator<Item = &'a dyn Unit>,
    working_directory: &Path,
) -> BTreeMap<String, AccountBlocks<'a>> {
    let mut accounts: BTreeMap<&str, (&Account, Vec<&'a dyn Unit>)> = BTreeMap::new();
    for unit in units {
        if let Some(account) = accounts::configured(configured, unit.path(), working_directory) {
            accounts.entry(&account.name.value).or_insert((account, Vec::new())).1.push(unit);
        }
    }
    let blocks = accounts.into_values().flat_map(|(account, units)| {
        let declaring: Vec<&dyn Unit> = units.iter().copied().filter(|unit| may_block(*unit)).collect();
        units.into_iter().map(move |unit| {
            let others = declaring.iter().copied().filter(|other| other.path() != unit.path()).collect();
            (unit.path().to_owned(), AccountBlocks { vouched: vouched(account), others })
        })
    });
    blocks.collect()
}

/// Whether a unit declares the public access block of an account, whether or not it exists for certain.
fn may_block(unit: &dyn Unit) -> bool {
    let world = World::default();
    !unit.estate(&world).resources(Kind::AccountPublicAccessBlock).is_empty()
}

/// What the configuration says of an account's public access block.
fn vouched(account: &Account) -> Option<PublicAccessBlock> {
    let flags = account.s3_public_access_block.as_ref()?;
    let origin = Origin::at(account.name.span, Role::Given);
    let is_set = |flag: &str| flags.0.iter().any(|set| name(*set) == flag);
    Some(PublicAccessBlock::read(|flag| Value::bool(is_set(flag), origin.clone())))
}

fn name(flag: BlockFlag) -> &'static str {
    match flag {
        BlockFlag::BlockPublicAcls => "BlockPublicAcls",
        BlockFlag::IgnorePublicAcls => "IgnorePublicAcls",
        BlockFlag::BlockPublicPolicy => "BlockPublicPolicy",
        BlockFlag::RestrictPublicBuckets => "RestrictPublicBuckets",
    }
}
