//! Resources as CloudFormation has them: what Terraform splits into satellites is one resource again.
//!
//! For rules over everything that is declared. The controls read [`Bucket`](super::Bucket) instead, which decides.

use indexmap::IndexMap;

use crate::value::{Data, Decided, ListKind, MapKind, Origin, Role, Value, World};

use super::link;
use super::naming::Naming;
use super::{Estate, Kind, Resource};

/// A resource with everything CloudFormation would write in it. Values are not yet decided.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The resource that exists, or may.
    pub resource: Resource,
    /// What tells it from the others: its address; for a policy that Terraform writes in a bucket, that with `.policy`.
    pub key: String,
    /// CloudFormation's name for what it is.
    pub kind: &'static str,
    /// The properties; null where they are not there.
    pub properties: IndexMap<String, Value>,
    /// What stands beside them: `Metadata`, `DeletionPolicy`.
    pub attributes: IndexMap<String, Value>,
}

/// The kinds that CloudFormation has, with its names for them.
const KINDS: [(Kind, &str); 5] = [
    (Kind::Trail, "AWS::CloudTrail::Trail"),
    (Kind::Bucket, "AWS::S3::Bucket"),
    (Kind::BucketPolicy, "AWS::S3::BucketPolicy"),
    (Kind::Key, "AWS::KMS::Key"),
    (Kind::LogGroup, "AWS::Logs::LogGroup"),
];

/// Terraform's canned ACLs and what CloudFormation calls them.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html>
const CANNED: [(&str, &str); 8] = [
    ("private", "Private"),
    ("public-read", "PublicRead"),
    ("public-read-write", "PublicReadWrite"),
    ("authenticated-read", "AuthenticatedRead"),
    ("aws-exec-read", "AwsExecRead"),
    ("bucket-owner-read", "BucketOwnerRead"),
    ("bucket-owner-full-control", "BucketOwnerFullControl"),
    ("log-delivery-write", "LogDeliveryWrite"),
];

/// The resources of an estate, of the kinds that `wanted` names.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides which bucket a satellite belongs to, or whether it exists.
pub fn wholes(wanted: impl Fn(&str) -> bool, estate: &dyn Estate, world: &World) -> Decided<Vec<Whole>> {
    let mut found = Vec::new();
    for (kind, name) in KINDS {
        let in_buckets = kind == Kind::BucketPolicy;
        if !wanted(name) {
            continue;
        }
        for resource in estate.resources(kind) {
            if link::exists(&resource, world)? {
                found.push(whole(resource, name, estate, world)?);
            }
        }
        if in_buckets {
            found.extend(policies_in_buckets(name, estate, world)?);
        }
    }
    Ok(found)
}

fn whole(resource: Resource, kind: &'static str, estate: &dyn Estate, world: &World) -> Decided<Whole> {
    let mut properties = IndexMap::new();
    for name in estate.property_names(&resource) {
        let value = estate.property(&resource, &name);
        properties.insert(name, value);
    }
    if resource.kind == Kind::Bucket {
        // What the model alone has in a bucket is no property of CloudFormation's.
        properties.shift_remove("Grants");
        properties.shift_remove("PolicyDocument");
        if let Some(rules) = properties.shift_remove("LifecycleRules").filter(|rules| !rules.is_null()) {
            properties.insert("LifecycleConfiguration".to_owned(), object([("Rules".to_owned(), rules)], &resource));
        }
        if let Some(acl) = properties.get_mut("AccessControl") {
            *acl = spelled(acl);
        }
        for (name, value) in satellites(&resource, estate, world)? {
            properties.insert(name.to_owned(), value);
        }
    }
    let attributes = estate.attributes(&resource).into_iter().collect();
    Ok(Whole { key: resource.address.clone(), resource, kind, properties, attributes })
}

/// What satellites say about a bucket, as the bucket's own properties.
fn satellites(bucket: &Resource, estate: &dyn Estate, world: &World) -> Decided<Vec<(&'static str, Value)>> {
    let mut found = Vec::new();
    let bucket = Naming::of(bucket, estate);
    let all = |satellite: &Resource| {
        let names = estate.property_names(satellite).into_iter().filter(|name| name != "Bucket");
        let values = names.map(|name| (name.clone(), estate.property(satellite, &name)));
        object(values.filter(|(_, value)| !value.is_null()), satellite)
    };
    for (kind, name) in [
        (Kind::PublicAccessBlock, "PublicAccessBlockConfiguration"),
        (Kind::BucketLogging, "LoggingConfiguration"),
        (Kind::BucketVersioning, "VersioningConfiguration"),
        (Kind::BucketEncryption, "BucketEncryption"),
        (Kind::BucketReplication, "ReplicationConfiguration"),
        (Kind::BucketLifecycle, "LifecycleConfiguration"),
        (Kind::BucketObjectLock, "ObjectLockConfiguration"),
    ] {
        found.extend(link::satellites(&bucket, kind, estate, world)?.iter().map(|satellite| (name, all(satellite))));
    }
    // The provider turns the lock on for the bucket that has a configuration of it.
    for lock in link::satellites(&bucket, Kind::BucketObjectLock, estate, world)? {
        let enabled = estate.property(&lock, "ObjectLockEnabled");
        if enabled.as_str() == Some("Enabled") {
            found.push(("ObjectLockEnabled", Value::bool(true, enabled.origin)));
        }
    }
    for controls in link::satellites(&bucket, Kind::OwnershipControls, estate, world)? {
        let origin = Origin::at(controls.header, Role::Header);
        let rules = Value::list(ListKind::List, vec![all(&controls)], origin);
        found.push(("OwnershipControls", object([("Rules".to_owned(), rules)], &controls)));
    }
    for acl in link::satellites(&bucket, Kind::BucketAcl, estate, world)? {
        found.push(("AccessControl", spelled(&estate.property(&acl, "AccessControl"))));
    }
    Ok(found)
}

/// The policies that Terraform lets an author write in the bucket itself.
fn policies_in_buckets(kind: &'static str, estate: &dyn Estate, world: &World) -> Decided<Vec<Whole>> {
    let mut found = Vec::new();
    for bucket in estate.resources(Kind::Bucket) {
        let policy = estate.property(&bucket, "PolicyDocument");
        // A bucket that is not there has no policy, and one without a policy need not be asked about.
        if matches!(policy.data, Data::Null) || !link::exists(&bucket, world)? || policy.read_null(world)? {
            continue;
        }
        let name = estate.property(&bucket, "BucketName");
        let properties = IndexMap::from([("Bucket".to_owned(), name), ("PolicyDocument".to_owned(), policy)]);
        let (key, attributes) = (format!("{}.policy", bucket.address), IndexMap::new());
        found.push(Whole { key, resource: bucket, kind, properties, attributes });
    }
    Ok(found)
}

fn object(entries: impl IntoIterator<Item = (String, Value)>, at: &Resource) -> Value {
    Value::map(MapKind::Object, entries.into_iter().collect(), Origin::at(at.header, Role::Header))
}

/// A canned ACL in CloudFormation's spelling.
fn spelled(acl: &Value) -> Value {
    let name = acl.as_str().and_then(|text| CANNED.iter().find(|(terraform, _)| *terraform == text));
    name.map_or_else(|| acl.clone(), |(_, name)| Value::text(*name, acl.origin.clone()))
}
