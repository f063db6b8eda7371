//! A bucket with everything that belongs to it, wherever it was declared.

use std::sync::Arc;

use crate::value::{Data, Decided, Input, Origin, Reason, Role, Value, World};

use super::link::{self, Naming};
use super::{Estate, Kind, Resource};

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

/// What is declared beside a bucket and belongs to it.
#[derive(Debug, Clone, Default)]
pub struct Satellites {
    pub(super) acls: Vec<Acl>,
    pub(super) ownership: Vec<Value>,
    pub(super) public_access_blocks: Vec<PublicAccessBlock>,
    pub(super) policies: Vec<Value>,
}

impl Bucket {
    /// The bucket `resource` with its satellites.
    ///
    /// # Errors
    /// [`crate::value::Stop`] when an input decides whether one of them belongs to it or exists.
    pub fn read(resource: &Resource, estate: &dyn Estate, world: &World) -> Decided<Self> {
        let own = |name: &str| estate.property(resource, name);
        let rules = own("OwnershipControls").field("Rules").read_list(world)?;
        let mut bucket = Self {
            name: own("BucketName"),
            acls: vec![Acl { canned: own("AccessControl"), grants: own("Grants") }],
            ownership: rules.iter().map(|rule| rule.field("ObjectOwnership")).collect(),
            public_access_blocks: Vec::new(),
            account_blocks: account_blocks(resource, estate, world)?,
            policies: Vec::new(),
            handed_to: handed_to(resource, estate),
            resource: resource.clone(),
        };
        let block = own("PublicAccessBlockConfiguration");
        if !block.read_null(world)? {
            bucket.public_access_blocks.push(PublicAccessBlock::read(|flag| block.field(flag)));
        }
        let policy = own("PolicyDocument");
        if !policy.read_null(world)? {
            bucket.policies.push(policy);
        }
        bucket.add(Satellites::read(&Naming::of(resource, estate), estate, world)?);
        Ok(bucket)
    }

    /// The bucket with what is declared elsewhere and belongs to it.
    pub fn add(&mut self, satellites: Satellites) {
        self.acls.extend(satellites.acls);
        self.ownership.extend(satellites.ownership);
        self.public_access_blocks.extend(satellites.public_access_blocks);
        self.policies.extend(satellites.policies);
    }
}

impl Satellites {
    /// What belongs to the bucket that goes by these names.
    ///
    /// # Errors
    /// [`crate::value::Stop`] when an input decides whether something belongs to it or exists.
    pub fn read(bucket: &Naming, estate: &dyn Estate, world: &World) -> Decided<Self> {
        let satellites = |kind| link::satellites(bucket, kind, estate, world);
        let acl = |acl: &Resource| Acl {
            canned: estate.property(acl, "AccessControl"),
            grants: estate.property(acl, "Grants"),
        };
        let block = |block: &Resource| PublicAccessBlock::read(|flag| estate.property(block, flag));
        Ok(Self {
            acls: satellites(Kind::BucketAcl)?.iter().map(acl).collect(),
            ownership: satellites(Kind::OwnershipControls)?
                .iter()
                .map(|controls| estate.property(controls, "ObjectOwnership"))
                .collect(),
            public_access_blocks: satellites(Kind::PublicAccessBlock)?.iter().map(block).collect(),
            policies: satellites(Kind::BucketPolicy)?
                .iter()
                .map(|policy| estate.property(policy, "PolicyDocument"))
                .collect(),
        })
    }
}

impl PublicAccessBlock {
    /// The block whose flags are what `flag` says under CloudFormation's names.
    #[must_use]
    pub fn read(flag: impl Fn(&str) -> Value) -> Self {
        Self {
            block_public_acls: flag("BlockPublicAcls"),
            ignore_public_acls: flag("IgnorePublicAcls"),
            block_public_policy: flag("BlockPublicPolicy"),
            restrict_public_buckets: flag("RestrictPublicBuckets"),
        }
    }
}

/// A configuration that makes a bucket log the requests made to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Logging {
    /// Where the configuration is written.
    pub origin: Origin,
    /// Whether the logs certainly go to the bucket itself.
    pub to_itself: bool,
    /// The name of the bucket they go to, or null.
    pub target: Value,
    /// What their names begin with, or null.
    pub prefix: Value,
}

impl Logging {
    /// The configurations of `bucket`.
    ///
    /// # Errors
    /// [`crate::value::Stop`] when an input decides whether there is one.
    pub fn read(bucket: &Resource, estate: &dyn Estate, world: &World) -> Decided<Vec<Self>> {
        let naming = Naming::of(bucket, estate);
        let mut configurations = Vec::new();
        let inline = estate.property(bucket, "LoggingConfiguration");
        if !inline.read_null(world)? {
            let field = |name: &str| inline.field(name);
            configurations.push(Self::of(field, &naming, inline.origin.clone()));
        }
        configurations.extend(Self::beside(&naming, estate, world)?);
        Ok(configurations)
    }

    /// The configurations declared beside the bucket that goes by these names.
    ///
    /// # Errors
    /// As [`Logging::read`].
    pub fn beside(bucket: &Naming, estate: &dyn Estate, world: &World) -> Decided<Vec<Self>> {
        let separate = link::satellites(bucket, Kind::BucketLogging, estate, world)?;
        let configuration = |logging: &Resource| {
            let property = |name: &str| estate.property(logging, name);
            Self::of(property, bucket, Origin::at(logging.header, Role::Header))
        };
        Ok(separate.iter().map(configuration).collect())
    }

    /// Without a target, S3 keeps the logs in the bucket itself.
    fn of(property: impl Fn(&str) -> Value, bucket: &Naming, origin: Origin) -> Self {
        let (target, prefix) = (property("DestinationBucketName"), property("LogFilePrefix"));
        Self { origin, to_itself: target.is_null() || bucket.is(&target), target, prefix }
    }
}

/// A block of the same account: of the same provider configuration, as far as that tells accounts apart, and not for an
/// account of another number.
fn account_blocks(resource: &Resource, estate: &dyn Estate, world: &World) -> Decided<Vec<PublicAccessBlock>> {
    let mut blocks = Vec::new();
    for block in estate.resources(Kind::AccountPublicAccessBlock) {
        let is_same = block.provider == resource.provider && link::exists(&block, world)?;
        if is_same && !is_for_another(&block, account_number(&resource.provider), estate, world)? {
            blocks.push(PublicAccessBlock::read(|flag| estate.property(&block, flag)));
        }
    }
    Ok(blocks)
}

/// Whether a block says that it is for an account of another number than `own`. Without a number, and where it is that of the
/// caller, it is for its own account: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_account_public_access_block>
fn is_for_another(block: &Resource, own: Option<&str>, estate: &dyn Estate, world: &World) -> Decided<bool> {
    let account = estate.property(block, "AccountId");
    let is_told = account.as_str().is_some() || matches!(account.data, Data::Open(_) | Data::Pending(_));
    match own.filter(|_| is_told) {
        Some(own) => Ok(!account.read_null(world)? && !account.read_is(own, world)?),
        None => Ok(false),
    }
}

/// The number of the account that a provider configuration works in: the only one it allows, or that of the role it assumes.
fn account_number(provider: &str) -> Option<&str> {
    let number = if provider.starts_with("arn:") { provider.split(':').nth(4)? } else { provider };
    (number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

/// The modules that are not on disk and get this bucket's name or ARN as an argument.
#[must_use]
pub fn handed_to(resource: &Resource, estate: &dyn Estate) -> Vec<Arc<Input>> {
    let modules = estate.resources(Kind::AbsentModule);
    let bucket = Naming::of(resource, estate);
    let given = modules.iter().filter(|module| bucket.is_in(&estate.property(module, "Arguments")));
    given
        .map(|module| {
            let source = estate.property(module, "Source");
            let source = if let Data::Text(text) = &source.data { text.to_string() } else { String::new() };
            let reason = Reason::ModuleNotOnDisk { module: module.address.clone(), source };
            let origin = Origin::at(module.header, Role::Header);
            Arc::new(Input::undecidable(module.address.clone(), reason, origin))
        })
        .collect()
}
