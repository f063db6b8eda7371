//! Buckets of one unit as another unit sees them.

use crate::value::{OfUnit, name_of};

use super::Resource;
use super::bucket::{Acl, Bucket, Others, PublicAccessBlock, Satellites};
use super::logging::Logging;
use super::made::Made;

impl OfUnit for Resource {
    fn of_unit(self, unit: &str) -> Self {
        self.like(self.kind, name_of(&self.address, unit))
    }
}

impl OfUnit for Acl {
    fn of_unit(self, unit: &str) -> Self {
        Self { canned: self.canned.of_unit(unit), grants: self.grants.of_unit(unit), ..self }
    }
}

impl OfUnit for PublicAccessBlock {
    fn of_unit(self, unit: &str) -> Self {
        Self {
            block_public_acls: self.block_public_acls.of_unit(unit),
            ignore_public_acls: self.ignore_public_acls.of_unit(unit),
            block_public_policy: self.block_public_policy.of_unit(unit),
            restrict_public_buckets: self.restrict_public_buckets.of_unit(unit),
        }
    }
}

impl OfUnit for Satellites {
    fn of_unit(self, unit: &str) -> Self {
        Self {
            acls: self.acls.of_unit(unit),
            ownership: self.ownership.of_unit(unit),
            public_access_blocks: self.public_access_blocks.of_unit(unit),
            policies: self.policies.of_unit(unit),
            handed_to: self.handed_to.of_unit(unit),
        }
    }
}

impl OfUnit for Bucket {
    fn of_unit(self, unit: &str) -> Self {
        Self {
            resource: self.resource.of_unit(unit),
            name: self.name.of_unit(unit),
            acls: self.acls.of_unit(unit),
            ownership: self.ownership.of_unit(unit),
            public_access_blocks: self.public_access_blocks.of_unit(unit),
            account_blocks: self.account_blocks.of_unit(unit),
            policies: self.policies.of_unit(unit),
            handed_to: self.handed_to.of_unit(unit),
            apart: self.apart,
            is_in_units_account: self.is_in_units_account,
            others: Others {
                addresses: self.others.addresses.iter().map(|address| name_of(address, unit)).collect(),
                names: self.others.names,
            },
        }
    }
}

impl OfUnit for Made {
    fn of_unit(self, unit: &str) -> Self {
        Self { bucket: self.bucket.of_unit(unit), logging: self.logging.of_unit(unit), ..self }
    }
}

impl OfUnit for Logging {
    fn of_unit(self, unit: &str) -> Self {
        Self { target: self.target.of_unit(unit), prefix: self.prefix.of_unit(unit), ..self }
    }
}
