//! A bucket with everything that belongs to it, wherever it was declared.

use std::sync::Arc;

use crate::value::{Input, Value};

use super::Resource;

/// A bucket of this unit and its satellites, in one world. Every list holds what exists; values are not yet decided.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// The bucket itself.
    pub resource: Resource,
    /// Its name as declared, or null.
    pub name: Value,
    /// Canned ACLs and grants.
    pub acls: Vec<Acl>,
    /// The `ObjectOwnership` of each rule.
    pub ownership: Vec<Value>,
    /// Public access blocks on the bucket.
    pub public_access_blocks: Vec<PublicAccessBlock>,
    /// Public access blocks on the bucket's account.
    pub account_blocks: Vec<PublicAccessBlock>,
    /// Bucket policies: objects or JSON texts. More than one is a conflict the last writer wins.
    pub policies: Vec<Value>,
    /// Server access logging configurations: maps with `DestinationBucketName` and `LogFilePrefix`.
    pub logging: Vec<Value>,
    /// Modules that are not on disk and were handed this bucket: what is absent here may be there.
    pub handed_to: Vec<Arc<Input>>,
}

/// What grants access without a policy.
#[derive(Debug, Clone)]
pub struct Acl {
    /// The canned ACL, in Terraform's or CloudFormation's spelling, or null.
    pub canned: Value,
    /// Grants: a list of maps with `URI` and `Permission`, or null.
    pub grants: Value,
}

/// The four flags, absent ones null.
#[derive(Debug, Clone)]
pub struct PublicAccessBlock {
    /// `BlockPublicAcls`
    pub block_public_acls: Value,
    /// `IgnorePublicAcls`
    pub ignore_public_acls: Value,
    /// `BlockPublicPolicy`
    pub block_public_policy: Value,
    /// `RestrictPublicBuckets`
    pub restrict_public_buckets: Value,
}
