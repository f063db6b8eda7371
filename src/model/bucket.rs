//! A bucket with everything that belongs to it, wherever it was declared.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::value::{Data, Decided, Input, Origin, SymbolSource, Value, World};

use super::address;
use super::alike;
use super::handed::{self, handed_to};
use super::link;
use super::naming::Naming;
use super::{Estate, Existence, Kind, Language, Resource};

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
    /// Modules that are not on disk, and what is deployed in another language, that were handed this bucket, and files that
    /// cannot be read: what is absent here may be there, as far as it can be declared apart from the bucket.
    pub handed_to: Vec<Arc<Input>>,
    /// What can be.
    pub apart: Apart,
    /// Whether it is in the account that its unit is deployed to, as far as the sources tell.
    pub is_in_units_account: bool,
    /// The unit's other buckets.
    pub others: Others,
}

/// What can be declared for a bucket outside of the bucket itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Apart {
    /// Its policy. In CloudFormation everything else is a property of the bucket:
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html>
    Policy,
    /// Its ACL, ownership, public access block and logging too.
    Anything,
}

impl Apart {
    /// What can, for the buckets of a language.
    #[must_use]
    pub fn buckets_of(language: Language) -> Self {
        match language {
            Language::CloudFormationYaml | Language::CloudFormationJson => Self::Policy,
            Language::Terraform => Self::Anything,
        }
    }
}

/// Buckets that certainly are not the one that is looked at.
#[derive(Debug, Clone, Default)]
pub struct Others {
    /// The addresses of those that its policies name.
    pub addresses: BTreeSet<String>,
    /// The literal names of those that exist, where its own is not literal.
    pub names: BTreeSet<String>,
}

/// What grants access without a policy.
#[derive(Debug, Clone)]
pub struct Acl {
    /// The canned ACL, in Terraform's or CloudFormation's spelling, or null.
    pub canned: Value,
    /// Grants: a list of maps with `URI` and `Permission`, or null.
    pub grants: Value,
    /// How canned ACLs are spelled here.
    pub spelling: AclSpelling,
}

/// How canned ACLs are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AclSpelling {
    /// `public-read`
    Dashes,
    /// `PublicRead`
    Words,
    /// One or the other: of Terraform's two providers for AWS, `awscc` spells them as CloudFormation does.
    Either,
}

impl AclSpelling {
    fn of(resource: &Resource) -> Self {
        match resource.language {
            Language::CloudFormationYaml | Language::CloudFormationJson => Self::Words,
            Language::Terraform if resource.address.contains("awscc_") => Self::Either,
            Language::Terraform => Self::Dashes,
        }
    }
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
    pub(super) handed_to: Vec<Arc<Input>>,
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
            acls: vec![Acl {
                canned: own("AccessControl"),
                grants: own("Grants"),
                spelling: AclSpelling::of(resource),
            }],
            ownership: rules.iter().map(|rule| rule.field("ObjectOwnership")).collect(),
            public_access_blocks: Vec::new(),
            account_blocks: account_blocks(resource, estate, world)?,
            policies: Vec::new(),
            handed_to: handed::unread(resource, estate).into_iter().collect(),
            apart: Apart::buckets_of(estate.language()),
            is_in_units_account: resource.provider.is_in_account_of(&estate.default_provider())?,
            others: Others::default(),
            resource: resource.clone(),
        };
        let block = own("PublicAccessBlockConfiguration");
        if !block.read_null(world)? {
            bucket.public_access_blocks.push(PublicAccessBlock::read(|flag| block.field(flag)));
        }
        let policy = own("PolicyDocument");
        if policy.is_waiting() || !policy.read_null(world)? {
            bucket.policies.push(policy);
        }
        let naming = Naming::of(resource, estate);
        for twin in naming.twins() {
            let of = |name: &str| estate.property(twin, name);
            let (canned, grants) = (of("AccessControl"), of("Grants"));
            bucket.acls.push(Acl { canned, grants, spelling: AclSpelling::of(twin) });
            bucket.policies.extend(Some(of("PolicyDocument")).filter(|policy| !policy.is_null()));
        }
        bucket.add(Satellites::read(&naming, estate, world)?);
        bucket.others = Others::of(&bucket, estate);
        Ok(bucket)
    }

    /// The bucket with what another unit declares for it.
    pub fn join(&mut self, other: Self) {
        self.acls.extend(other.acls);
        self.ownership.extend(other.ownership);
        self.public_access_blocks.extend(other.public_access_blocks);
        self.policies.extend(other.policies);
        self.handed_to.extend(other.handed_to);
    }

    /// The bucket with what is declared elsewhere and belongs to it.
    pub fn add(&mut self, satellites: Satellites) {
        self.acls.extend(satellites.acls);
        self.ownership.extend(satellites.ownership);
        self.public_access_blocks.extend(satellites.public_access_blocks);
        self.policies.extend(satellites.policies);
        self.handed_to.extend(satellites.handed_to);
    }
}

impl Satellites {
    /// Whether nothing is declared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.acls.is_empty()
            && self.ownership.is_empty()
            && self.public_access_blocks.is_empty()
            && self.policies.is_empty()
    }

    /// What belongs to the bucket that goes by these names, and what is not read and was handed it.
    ///
    /// # Errors
    /// [`crate::value::Stop`] when an input decides whether something belongs to it or exists.
    pub fn read(bucket: &Naming, estate: &dyn Estate, world: &World) -> Decided<Self> {
        let satellites = |kind| link::satellites(bucket, kind, estate, world);
        let property = |of: &Resource, name: &str| of.owned(estate.property(of, name));
        let acl = |acl: &Resource| Acl {
            canned: property(acl, "AccessControl"),
            grants: property(acl, "Grants"),
            spelling: AclSpelling::of(acl),
        };
        let block = |block: &Resource| PublicAccessBlock::read(|flag| property(block, flag));
        Ok(Self {
            acls: satellites(Kind::BucketAcl)?.iter().map(acl).collect(),
            ownership: satellites(Kind::OwnershipControls)?
                .iter()
                .map(|controls| property(controls, "ObjectOwnership"))
                .collect(),
            public_access_blocks: satellites(Kind::PublicAccessBlock)?.iter().map(block).collect(),
            policies: link::possible_satellites(bucket, Kind::BucketPolicy, estate, world)?
                .iter()
                .filter_map(|policy| if_there(policy, world, || estate.property(policy, "PolicyDocument")))
                .collect(),
            handed_to: handed_to(bucket, estate, world)?,
        })
    }
}

/// What is said of a resource, if it exists; what waits where that is not known: a policy that opens nothing need not be there.
fn if_there(resource: &Resource, world: &World, say: impl FnOnce() -> Value) -> Option<Value> {
    let say = || resource.owned(say());
    let Existence::May(question) = &resource.existence else { return Some(say()) };
    match world.answer(question) {
        Some(true) => Some(say()),
        Some(false) => None,
        None => {
            let waiting = Value::pending(Arc::clone(question), Origin::default()).perhaps(say());
            Some(Value { origin: resource.place(), ..waiting })
        }
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

impl Others {
    /// What the policies of `bucket` may name beside it.
    fn of(bucket: &Bucket, estate: &dyn Estate) -> Self {
        let names = if bucket.policies.is_empty() || bucket.name.as_str().is_some() {
            BTreeSet::new()
        } else {
            let others = estate.resources(Kind::Bucket).into_iter();
            let others =
                others.filter(|other| other.address != bucket.resource.address && other.existence == Existence::Exists);
            others.filter_map(|other| estate.property(&other, "BucketName").as_str().map(str::to_owned)).collect()
        };
        Self { addresses: Self::addresses(bucket, estate), names }
    }

    fn addresses(bucket: &Bucket, estate: &dyn Estate) -> BTreeSet<String> {
        let mut named = BTreeSet::new();
        let mut collect = |value: &Value| {
            if let Data::Opaque(symbol) = &value.data
                && let SymbolSource::Resource(address) = &symbol.source
                && *address != bucket.resource.address
            {
                named.insert(address.clone());
            }
        };
        bucket.policies.iter().for_each(|policy| policy.visit_all(&mut collect));
        if named.is_empty() {
            return named;
        }
        // Of two buckets with one name one is refused, or they are the same.
        let has_another_name = |other: &Resource| {
            let name = estate.property(other, "BucketName");
            name.is_null() || name != bucket.name && !alike::may_be_equal(&name, &bucket.name)
        };
        let buckets = estate.resources(Kind::Bucket);
        let others = buckets.iter().filter(|other| named.contains(&other.address));
        let others: BTreeSet<&str> =
            others.filter(|other| has_another_name(other)).map(|other| other.address.as_str()).collect();
        // Of a block whose instances are not known, each that is named is another one, if it cannot be the bucket itself.
        let is_instance = |address: &str| {
            !address::may_be_same(address, &bucket.resource.address)
                && buckets.iter().any(|any| address::stands_for(&any.address, address))
        };
        named.retain(|address| others.contains(address.as_str()) || is_instance(address));
        named
    }
}

/// A block of the same account: of the same provider configuration, as far as that tells accounts apart, and not for an
/// account of another number.
fn account_blocks(resource: &Resource, estate: &dyn Estate, world: &World) -> Decided<Vec<PublicAccessBlock>> {
    let mut blocks = Vec::new();
    for block in estate.resources(Kind::AccountPublicAccessBlock) {
        let is_same = block.provider.is_in_account_of(&resource.provider)? && link::exists(&block, world)?;
        if is_same && !is_for_another(&block, account_number(&resource.provider), estate, world)? {
            blocks.push(PublicAccessBlock::read(|flag| block.owned(estate.property(&block, flag))));
        }
    }
    Ok(blocks)
}

/// The blocks that a unit declares for its own account, for the buckets of other units of that account.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides whether one exists, or which account it is for.
pub fn own_account_blocks(estate: &dyn Estate, world: &World) -> Decided<Vec<PublicAccessBlock>> {
    let provider = estate.default_provider();
    let own = account_number(&provider).map(str::to_owned).or_else(|| estate.environment().account);
    let mut blocks = Vec::new();
    for block in estate.resources(Kind::AccountPublicAccessBlock) {
        if block.provider.is_in_account_of(&provider)?
            && is_for_own(&block, own.as_deref(), estate, world)?
            && link::exists(&block, world)?
        {
            blocks.push(PublicAccessBlock::read(|flag| block.owned(estate.property(&block, flag))));
        }
    }
    Ok(blocks)
}

/// Whether a block certainly is for the account of this number: without a number, and where it is that of the caller, it is.
fn is_for_own(block: &Resource, own: Option<&str>, estate: &dyn Estate, world: &World) -> Decided<bool> {
    let account = estate.property(block, "AccountId");
    match own {
        _ if account.is_null() || matches!(account.data, Data::Opaque(_)) => Ok(true),
        Some(own) => Ok(account.read_null(world)? || account.read_is(own, world)?),
        None => Ok(false),
    }
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
#[must_use]
pub fn account_number(provider: &str) -> Option<&str> {
    let number = if provider.starts_with("arn:") { provider.split(':').nth(4)? } else { provider };
    (number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}
