//! Where units are deployed, as far as anybody says: what is exported can be imported in its own account and Region only. And
//! what the name of a Region tells.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html>

use std::collections::BTreeMap;

use crate::value::World;

use super::{Environment, Unit};

/// The accounts that somebody says units belong to, by the path of the unit.
pub type Accounts = BTreeMap<String, String>;

/// Where a unit is deployed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    environment: Environment,
    /// The account, as the configuration calls it.
    configured: Option<String>,
    /// The account, as the unit's own source calls it.
    named: Option<String>,
}

impl Place {
    pub fn of(unit: &dyn Unit, accounts: &Accounts) -> Self {
        let world = World::default();
        let environment = unit.estate(&world).environment();
        Self { environment, configured: accounts.get(unit.path()).cloned(), named: unit.account() }
    }

    /// Those that are in this place. Where several may be, those of them whose sources call the account the same: an
    /// assembly of which nobody knows the account is one with itself.
    pub fn near<T>(&self, all: impl IntoIterator<Item = (Self, T)>) -> Vec<(Self, T)> {
        let mut near: Vec<(Self, T)> = all.into_iter().filter(|(other, _)| self.may_be(other)).collect();
        let is_named_alike = |other: &Self| self.named.is_some() && self.named == other.named;
        if near.len() > 1 && near.iter().any(|(other, _)| is_named_alike(other)) {
            near.retain(|(other, _)| is_named_alike(other));
        }
        near
    }

    pub fn may_be(&self, other: &Self) -> bool {
        let is_same_account =
            self.configured.as_ref().zip(other.configured.as_ref()).is_none_or(|(own, theirs)| own == theirs);
        is_same_account && self.environment.may_be(&other.environment)
    }
}

/// The partition that a Region lies in: <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>
#[must_use]
pub fn partition_of(region: &str) -> Option<&'static str> {
    const COMMERCIAL: [&str; 9] = ["af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us"];
    let mut words = region.split('-');
    match (words.next()?, words.next()?) {
        ("cn", _) => Some("aws-cn"),
        ("us", "gov") => Some("aws-us-gov"),
        (_, place) if place.starts_with("iso") => None,
        (continent, _) => COMMERCIAL.contains(&continent).then_some("aws"),
    }
}

/// The domain of a partition: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html>
#[must_use]
pub fn suffix_of(partition: &str) -> Option<&'static str> {
    match partition {
        "aws" | "aws-us-gov" => Some("amazonaws.com"),
        "aws-cn" => Some("amazonaws.com.cn"),
        _ => None,
    }
}
