//! Properties of instances, with CloudFormation's names and shapes.

use indexmap::IndexMap;

use crate::model::schema::{self, From, Grants, Property};
use crate::model::tags;
use crate::value::{Data, ListKind, MapKind, Value};

use super::instances::{Instance, Instances, constant};
use super::linked::{Linked, Planned};
use super::policy_document;
use super::slot::{self, Path, Slot};

/// Arguments that the provider reads back from AWS where nobody writes them, with the resource type, if it is another
/// than their own, that decides what it reads: once such a resource changes, what was read is not what will be.
const READ_BACK: &[(&str, &str, Option<&str>)] = &[
    ("aws_s3_bucket", "bucket", None),
    ("aws_s3_bucket", "acl", Some("aws_s3_bucket_acl")),
    ("aws_s3_bucket", "grant", Some("aws_s3_bucket_acl")),
    ("aws_s3_bucket", "logging", Some("aws_s3_bucket_logging")),
    ("aws_s3_bucket", "policy", Some("aws_s3_bucket_policy")),
    ("aws_s3_bucket", "versioning", Some("aws_s3_bucket_versioning")),
    ("aws_s3_bucket", "lifecycle_rule", Some("aws_s3_bucket_lifecycle_configuration")),
    ("aws_s3_bucket", "object_lock_configuration", Some("aws_s3_bucket_object_lock_configuration")),
    ("aws_s3_bucket", "replication_configuration", Some("aws_s3_bucket_replication_configuration")),
    (
        "aws_s3_bucket",
        "server_side_encryption_configuration",
        Some("aws_s3_bucket_server_side_encryption_configuration"),
    ),
    ("aws_s3_bucket_acl", "access_control_policy", Some("aws_s3_bucket_acl")),
];

/// Arguments that name a bucket.
const BUCKET_NAMES: &[&str] = &["S3BucketName", "Bucket"];

/// Reads properties.
pub(super) struct Reader<'p> {
    /// Everything in the plan.
    pub instances: &'p Instances<'p>,
}

impl<'p> Reader<'p> {
    /// A property of an instance.
    pub fn property(&self, instance: &Instance<'p>, property: &Property) -> Planned {
        let all = instance.slot.field("tags_all");
        let slot = match property.from {
            From::Tags(_) if !all.is_absent() => all,
            from => instance.slot.field(argument(from)),
        };
        Planned { linked: self.linked(instance, property), told: slot.extent() }
    }

    fn linked(&self, instance: &Instance<'p>, property: &Property) -> Linked {
        match property.from {
            From::Text(argument) if BUCKET_NAMES.contains(&property.name) => self.instances.bucket(instance, argument),
            From::Plain(argument) => Linked::Value(self.policy(instance, argument)),
            From::Tags(argument) => Linked::Value(self.tags(instance, argument)),
            from => {
                let path = instance.path(argument(from));
                Linked::Value(self.read(from, self.written(instance, argument(from)), &path))
            }
        }
    }

    /// A policy: its text, or the document behind it where a data source renders that. A text that says the same as the
    /// document is the document, whose statements have places.
    fn policy(&self, instance: &Instance<'p>, argument: &str) -> Value {
        let slot = self.written(instance, argument);
        let text = slot::value(slot, &instance.path(argument));
        match policy_document::behind(instance, argument, self) {
            Some(document) if slot.is_unknown() || policy_document::says(&text, &document) => document,
            _ => text,
        }
    }

    /// Tags with those that the provider gives everything it makes, where the plan says them.
    fn tags(&self, instance: &Instance<'p>, argument: &str) -> Value {
        let all = instance.slot.field("tags_all");
        let slot = if all.is_absent() { self.written(instance, argument) } else { all };
        tags::listed(&slot::value(slot, &instance.path(argument)))
    }

    /// An argument as somebody writes it. What is known after apply and not written is the provider's to fill: it says
    /// nothing. Blocks that are written as `dynamic` are missing from a plan's configuration, so that one is not found
    /// there does not prove that nobody wrote it.
    fn written(&self, instance: &Instance<'p>, argument: &str) -> Slot<'p> {
        let slot = instance.slot.field(argument);
        let kind = instance.at.resource.kind.as_str();
        let owner = READ_BACK.iter().find(|(of, name, _)| *of == kind && *name == argument).map(|(.., owner)| *owner);
        // The Cloud Control provider reads back everything that nobody writes, also within what somebody writes.
        let owner = owner.or(kind.starts_with("awscc_").then_some(None));
        let constant = instance.expression(argument).and_then(constant);
        match owner {
            Some(None) if constant.is_some() => Slot { value: constant, ..Slot::default() },
            Some(owner) if instance.configuration.is_some() && instance.expression(argument).is_none() => {
                let is_stale = || {
                    owner.is_some_and(|owner| self.instances.changed.contains(owner))
                        && is_unchanged(instance, argument)
                };
                if slot.is_unknown() || is_stale() { Slot::default() } else { slot }
            }
            _ => slot,
        }
    }

    fn read(&self, from: From, slot: Slot<'p>, path: &Path<'p>) -> Value {
        match from {
            From::Switch(..) | From::Tags(_) if slot.is_unknown() => path.opaque(),
            From::Flag(_, default) if slot.is_absent() => Value::bool(default, path.origin(None)),
            From::TextOr(_, default) if slot.is_absent() => Value::text(default, path.origin(None)),
            From::Flag(..) | From::Bool(_) | From::Text(_) | From::TextOr(..) | From::Texts(_) | From::Plain(_) => {
                slot::value(slot, path)
            }
            From::Switch(_, words) => schema::switched(&slot::value(slot, path), words),
            From::Tags(_) => tags::listed(&slot::value(slot, path)),
            From::Blocks(_, properties) => blocks(slot, path, |block, path| vec![self.map(properties, block, path)]),
            From::Block(_, properties) => {
                first(blocks(slot, path, |block, path| vec![self.map(properties, block, path)]), path)
            }
            From::Inside(_, property) => {
                first(blocks(slot, path, |block, path| vec![self.inner(property.from, block, path)]), path)
            }
            From::Grants(Grants::Inline) => blocks(slot, path, |grant, path| {
                let uri = slot::value(grant.field("uri"), &path.field("uri"));
                let permissions = slot::value(grant.field("permissions"), &path.field("permissions"));
                let each = permissions.as_list().unwrap_or(std::slice::from_ref(&permissions));
                each.iter().map(|permission| permit(&uri, permission, path)).collect()
            }),
            From::Grants(Grants::Policy) => blocks(slot, path, |policy, path| {
                let path = path.field("grant");
                let grants = blocks(policy.field("grant"), &path, |grant, path| vec![grant_of(grant, path)]);
                grants.as_list().map_or_else(|| vec![grants.clone()], <[Value]>::to_vec)
            }),
        }
    }

    fn map(&self, properties: &[Property], block: Slot<'p>, path: &Path<'p>) -> Value {
        let present = properties.iter().map(|property| (property.name, self.inner(property.from, block, path)));
        let entries: IndexMap<String, Value> =
            present.filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect();
        Value::map(MapKind::Object, entries, path.announced())
    }

    fn inner(&self, from: From, block: Slot<'p>, path: &Path<'p>) -> Value {
        self.read(from, block.field(argument(from)), &path.field(argument(from)))
    }
}

/// Whether an argument of something that exists stays as it is.
fn is_unchanged(instance: &Instance<'_>, argument: &str) -> bool {
    let Some(before) = instance.change.and_then(|change| change.get("before")?.get(argument)) else { return false };
    let path = instance.path(argument);
    let before = slot::value(Slot { value: Some(before), ..Slot::default() }, &path);
    let after = Slot { value: instance.slot.field(argument).value, ..Slot::default() };
    before == slot::value(after, &path)
}

/// `grant { grantee { uri = … } permission = … }`
fn grant_of(grant: Slot<'_>, path: &Path<'_>) -> Value {
    let permission = slot::value(grant.field("permission"), &path.field("permission"));
    let grantees = blocks(grant.field("grantee"), &path.field("grantee"), |grantee, path| {
        vec![slot::value(grantee.field("uri"), &path.field("uri"))]
    });
    permit(&first(grantees, path), &permission, path)
}

/// The argument or block a property is written in.
fn argument(from: From) -> &'static str {
    match from {
        From::Flag(name, _)
        | From::Bool(name)
        | From::Text(name)
        | From::TextOr(name, _)
        | From::Texts(name)
        | From::Plain(name)
        | From::Blocks(name, _)
        | From::Block(name, _)
        | From::Switch(name, _)
        | From::Tags(name)
        | From::Inside(name, _) => name,
        From::Grants(Grants::Inline) => "grant",
        From::Grants(Grants::Policy) => "access_control_policy",
    }
}

/// Nested blocks as a list: null when there are none.
fn blocks<'p>(slot: Slot<'p>, path: &Path<'p>, make: impl Fn(Slot<'p>, &Path<'p>) -> Vec<Value>) -> Value {
    if slot.is_unknown() {
        return path.open();
    }
    let items = slot.items();
    if items.is_empty() {
        return path.absent();
    }
    let blocks = items.into_iter().enumerate().flat_map(|(index, item)| {
        let path = path.item(index, item);
        if item.is_unknown() { vec![path.opaque()] } else { make(item, &path) }
    });
    Value::list(ListKind::List, blocks.collect(), path.origin(slot.value))
}

/// The only item of a list; null when there is none; what keeps the list from being known.
fn first(list: Value, path: &Path<'_>) -> Value {
    match &list.data {
        Data::List(_, items) => items.first().cloned().unwrap_or_else(|| path.absent()),
        _ => list,
    }
}

fn permit(uri: &Value, permission: &Value, path: &Path<'_>) -> Value {
    let entries = IndexMap::from([("URI".to_owned(), uri.clone()), ("Permission".to_owned(), permission.clone())]);
    Value::map(MapKind::Object, entries, path.announced())
}
