//! A bucket with everything that belongs to it, wherever it was declared.

use std::sync::Arc;

use crate::value::{Data, Decided, Input, Reason, Value, World};

use super::{Estate, Kind, Resource, link};

/// A bucket of this unit and what decides who may reach it, in one world. Every list holds what exists; values are
/// not yet decided.
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

impl Bucket {
    /// The bucket `resource` with its satellites.
    ///
    /// # Errors
    /// [`crate::value::Stop`] when an input decides whether one of them belongs to it or exists.
    pub fn read(resource: &Resource, estate: &dyn Estate, world: &World) -> Decided<Self> {
        let own = |name: &str| estate.property(resource, name);
        let satellites = |kind| link::satellites(resource, kind, estate, world);

        let mut acls = vec![Acl { canned: own("AccessControl"), grants: own("Grants") }];
        acls.extend(
            satellites(Kind::BucketAcl)?.iter().map(|acl| Acl {
                canned: estate.property(acl, "AccessControl"),
                grants: estate.property(acl, "Grants"),
            }),
        );

        let rules = own("OwnershipControls").field("Rules").read_list(world)?;
        let mut ownership: Vec<Value> = rules.iter().map(|rule| rule.field("ObjectOwnership")).collect();
        let controls = satellites(Kind::OwnershipControls)?;
        ownership.extend(controls.iter().map(|control| estate.property(control, "ObjectOwnership")));

        let mut public_access_blocks = Vec::new();
        let inline = own("PublicAccessBlockConfiguration");
        if !inline.read_null(world)? {
            public_access_blocks.push(PublicAccessBlock::read(|flag| inline.field(flag)));
        }
        for block in satellites(Kind::PublicAccessBlock)? {
            public_access_blocks.push(PublicAccessBlock::read(|flag| estate.property(&block, flag)));
        }

        let mut policies = Vec::new();
        let inline = own("PolicyDocument");
        if !inline.read_null(world)? {
            policies.push(inline);
        }
        let separate = satellites(Kind::BucketPolicy)?;
        policies.extend(separate.iter().map(|policy| estate.property(policy, "PolicyDocument")));

        Ok(Self {
            name: own("BucketName"),
            account_blocks: account_blocks(resource, estate, world)?,
            handed_to: handed_to(resource, estate),
            resource: resource.clone(),
            acls,
            ownership,
            public_access_blocks,
            policies,
        })
    }
}

impl PublicAccessBlock {
    fn read(flag: impl Fn(&str) -> Value) -> Self {
        Self {
            block_public_acls: flag("BlockPublicAcls"),
            ignore_public_acls: flag("IgnorePublicAcls"),
            block_public_policy: flag("BlockPublicPolicy"),
            restrict_public_buckets: flag("RestrictPublicBuckets"),
        }
    }
}

/// The server access logging configurations of a bucket: maps with `DestinationBucketName` and `LogFilePrefix`.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides whether there is one.
pub fn logging(resource: &Resource, estate: &dyn Estate, world: &World) -> Decided<Vec<Value>> {
    let mut configurations = Vec::new();
    let inline = estate.property(resource, "LoggingConfiguration");
    if !inline.read_null(world)? {
        configurations.push(inline);
    }
    for logging in link::satellites(resource, Kind::BucketLogging, estate, world)? {
        configurations.push(estate.property(&logging, "DestinationBucketName"));
    }
    Ok(configurations)
}

/// A block of the same account: of the same provider configuration, as far as that tells accounts apart.
fn account_blocks(resource: &Resource, estate: &dyn Estate, world: &World) -> Decided<Vec<PublicAccessBlock>> {
    let mut blocks = Vec::new();
    for block in estate.resources(Kind::AccountPublicAccessBlock) {
        if block.provider == resource.provider && link::exists(&block, world)? {
            blocks.push(PublicAccessBlock::read(|flag| estate.property(&block, flag)));
        }
    }
    Ok(blocks)
}

/// The modules that are not on disk and get this bucket's name or ARN as an argument.
#[must_use]
pub fn handed_to(resource: &Resource, estate: &dyn Estate) -> Vec<Arc<Input>> {
    let modules = estate.resources(Kind::AbsentModule);
    let given = modules.iter().filter(|module| link::mentions(&estate.property(module, "Arguments"), resource));
    given
        .map(|module| {
            let source = estate.property(module, "Source");
            let source = if let Data::Text(text) = &source.data { text.to_string() } else { String::new() };
            let reason = Reason::ModuleNotOnDisk { module: module.address.clone(), source };
            let origin = crate::value::Origin::at(module.header, crate::value::Role::Header);
            Arc::new(Input::undecidable(module.address.clone(), reason, origin))
        })
        .collect()
}
