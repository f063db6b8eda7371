//! What reading an attribute of a resource gives before it is deployed.

use indexmap::IndexMap;

use crate::model::schema::{self, From};
use crate::model::{Kind, partition_of, suffix_of};
use crate::source::Span;
use crate::value::{Data, MapKind, ObjectId, Origin, Part, Role, Symbol, SymbolSource, Text, Value};

use super::blocks::{Content, nested_kinds};
use super::evaluator::Evaluator;
use super::expand::in_slot;
use super::module::{Mode, ResourceKey};
use super::object::{Instance, Object};
use super::provided;
use super::types::{self, Attribute};
use super::unknown;

/// Arguments that belong to Terraform and not to the resource.
pub(super) const META: &[&str] =
    &["count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection", "dynamic"];

/// Resources that stand for a part of a bucket; their `id` begins with the bucket's name.
const BUCKET_PARTS: &[&str] = &[
    "aws_s3_bucket_accelerate_configuration",
    "aws_s3_bucket_acl",
    "aws_s3_bucket_cors_configuration",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_notification",
    "aws_s3_bucket_object_lock_configuration",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_replication_configuration",
    "aws_s3_bucket_request_payment_configuration",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_s3_bucket_website_configuration",
];

/// Resources whose `id` is one of their other attributes: <https://registry.terraform.io/providers/hashicorp/random/latest/docs>
const IDS: &[(&str, &str)] = &[("random_id", "b64_url"), ("random_string", "result"), ("random_uuid", "result")];

/// What a resource only has when it is made, whatever it will be.
const MADE: &[&str] = &["arn", "id", "output"];

impl<'a> Evaluator<'a> {
    /// `address.name` of an instance: what a plan tells, else what is configured, else what the provider will make.
    pub fn instance_attribute(&self, instance: &Instance<'a>, name: &str, span: Span) -> Value {
        let value = self.written_attribute(instance, name, span);
        let told = self.unit.told.as_ref();
        let Some(told) = told.and_then(|told| told.attribute(&instance.address, name, &value.origin)) else {
            return value;
        };
        // What is written says where each part of it stands.
        if value.obstacle().is_none() && told.agrees_with(&value) {
            return value;
        }
        match known_attribute(instance, name) {
            Some(attribute) => types::convert(told, &attribute.ty, self.world),
            None => told,
        }
    }

    fn written_attribute(&self, instance: &Instance<'a>, name: &str, span: Span) -> Value {
        if instance.key.mode == Mode::Data
            && let Some(value) = self.data_attribute(instance, name, span)
        {
            return value;
        }
        // Where the provider has a default, it stands in for null, too.
        let has_default = has_default(instance, name);
        let decided = |value: Value| if has_default { value.null_decided(self.world) } else { value };
        if let Some(value) = self.configured(instance, name).map(decided).filter(|value| !value.is_null()) {
            let tells_less = value.as_str().is_none() && instance.is_any() && value.waiting().is_none();
            return match (&*instance.key.kind, name) {
                // A name that is not known tells less than which of the unknown instances the bucket is.
                ("aws_s3_bucket", "bucket") if tells_less => self.computed(instance, name, span),
                _ => self.completed(value, instance, name),
            };
        }
        match instance.key.mode {
            Mode::Data => Value::opaque(
                Symbol { source: SymbolSource::Data(self.canonical(instance)), attribute: name.to_owned() },
                Origin::expression(span),
            ),
            Mode::Managed => self.computed(instance, name, span),
        }
    }

    /// An attribute as it is planned; `None` for one that a resource only has when it is made, even if it is known what it will be.
    pub fn planned_attribute(&self, id: ObjectId, name: &str, span: Span) -> Option<Value> {
        let is_made = match self.object(id).as_deref() {
            Some(Object::Instance(instance)) if instance.key.mode == Mode::Managed => {
                MADE.contains(&name) && self.configured(instance, name).is_none()
            }
            _ => false,
        };
        (!is_made).then(|| self.object_attribute(id, name, span))
    }

    /// The value of an argument, or the blocks of a type, of an instance; `None` when it is absent or null.
    pub fn configured(&self, instance: &Instance<'a>, name: &str) -> Option<Value> {
        if META.contains(&name) {
            return None;
        }
        let content = Content::of(instance.block);
        let value = in_slot(&instance.scope, &instance.slot, |env| {
            self.argument(content, name, env).or_else(|| {
                let is_block = nested_kinds(&instance.block.body).contains(&name);
                is_block.then(|| self.blocks_value(content, name, env))
            })
        });
        value.map(|value| value.unsaid().declared()).filter(|value| !value.is_null())
    }

    /// What is configured, as the provider's schema has it.
    fn completed(&self, value: Value, instance: &Instance<'a>, name: &str) -> Value {
        match known_attribute(instance, name) {
            Some(attribute) if instance.key.mode == Mode::Managed => {
                let symbol = provided::symbol(&instance.address, name);
                types::convert(provided::completed(value, &attribute.ty, &symbol), &attribute.ty, self.world)
            }
            _ => value,
        }
    }

    fn computed(&self, instance: &Instance<'a>, name: &str, span: Span) -> Value {
        let origin = Origin::expression(span);
        let kind = instance.key.kind.as_str();
        match (kind, name) {
            ("aws_s3_bucket", "bucket") | ("awscc_s3_bucket", "bucket_name") => symbol(instance, "id", origin),
            ("aws_s3_bucket" | "awscc_s3_bucket", "arn") => {
                let id = symbol(instance, "id", origin.clone());
                self.bucket_arn(id, origin)
            }
            (kind, "id") if BUCKET_PARTS.contains(&kind) => {
                self.part_id(instance).unwrap_or_else(|| symbol(instance, name, origin))
            }
            (kind, "id") if let Some((_, made)) = IDS.iter().find(|(of, _)| *of == kind) => {
                symbol(instance, made, origin)
            }
            ("aws_cloudformation_stack", "outputs") if let Some(outputs) = self.put_out(instance) => outputs,
            ("terraform_data", "output") => self.configured(instance, "input").unwrap_or_else(|| Value::null(origin)),
            ("terraform_data", "input" | "triggers_replace") | ("null_resource", "triggers") | (_, "tags") => {
                Value::null(origin)
            }
            _ => self.unwritten(instance, name, span),
        }
    }

    /// What an attribute is worth that is not written. A newer provider may have one that is not known here.
    fn unwritten(&self, instance: &Instance<'a>, name: &str, span: Span) -> Value {
        let kind = instance.key.kind.as_str();
        if let Some(attribute) = known_attribute(instance, name) {
            let origin = match attribute.default {
                Some(_) => Origin::at(instance.block.header, Role::Header),
                None => Origin::expression(span),
            };
            return provided::unset(attribute, provided::symbol(&instance.address, name), origin);
        }
        if provided::attributes(kind).is_some_and(provided::is_complete) {
            let message = format!("{kind} has no attribute of this name in hashicorp/aws 5.100.0");
            return self.unsupported(&format!("{}.{name}", instance.address), &message, span);
        }
        default(kind, name, instance).unwrap_or_else(|| symbol(instance, name, Origin::expression(span)))
    }

    /// The id of a part of a bucket: the bucket's name, its owner and a canned ACL, as far as they are written; `None` where
    /// they may be.
    fn part_id(&self, instance: &Instance<'a>) -> Option<Value> {
        let bucket = self.configured(instance, "bucket")?;
        let others = ["expected_bucket_owner", "acl"].iter().filter_map(|name| self.configured(instance, name));
        let others: Vec<String> = others.map(|other| other.as_str().map(str::to_owned)).collect::<Option<_>>()?;
        if others.is_empty() {
            return Some(bucket);
        }
        let origin = bucket.origin.clone();
        let others = others.into_iter().map(|other| Part::Literal(format!(",{other}")));
        Some(unknown::text(unknown::parts(bucket).into_iter().chain(others), origin))
    }

    /// The ARN of a bucket with this name.
    pub fn bucket_arn(&self, name: Value, origin: Origin) -> Value {
        let literal = |text: &str| vec![Part::Literal(text.to_owned())];
        let partition = unknown::parts(self.partition(&origin));
        let parts = [literal("arn:"), partition, literal(":s3:::"), unknown::parts(name)];
        Value::new(Data::Text(Text::join(parts.into_iter().flatten())), origin)
    }

    /// The partition everything is deployed to.
    pub fn partition(&self, origin: &Origin) -> Value {
        of_partition("partition", self.partition_name(), origin)
    }

    /// Its domain.
    pub fn partition_suffix(&self, origin: &Origin) -> Value {
        of_partition("dns_suffix", self.partition_name().and_then(suffix_of), origin)
    }

    /// What it is called, where that is given or the Region tells it.
    fn partition_name(&self) -> Option<&str> {
        let inputs = &self.unit.inputs;
        inputs.partition.as_deref().or_else(|| inputs.region.as_deref().and_then(partition_of))
    }

    /// Every attribute of an instance that is known of: what its type has, or is configured, and its `id` and `arn`.
    pub fn whole_instance(&self, instance: &Instance<'a>, span: Span) -> Value {
        if let Some(names) = every_attribute(instance.key) {
            let attribute = |name: &str| (name.to_owned(), self.instance_attribute(instance, name, span));
            return Value::map(MapKind::Object, names.into_iter().map(attribute).collect(), Origin::expression(span));
        }
        let content = Content::of(instance.block);
        let written = in_slot(&instance.scope, &instance.slot, |env| self.whole_content(content, META, env));
        let mut entries: IndexMap<String, Value> = written.as_map().cloned().unwrap_or_default();
        for name in ["id", "arn"] {
            entries.entry(name.to_owned()).or_insert_with(|| self.instance_attribute(instance, name, span));
        }
        let told = self.unit.told.iter().flat_map(|told| told.attributes(&instance.address));
        let told: Vec<_> = told.map(|name| (name.clone(), self.instance_attribute(instance, &name, span))).collect();
        entries.extend(told);
        Value::map(MapKind::Object, entries, Origin::expression(span))
    }
}

/// An attribute of the partition, which is one for all provider configurations.
fn of_partition(attribute: &str, known: Option<&str>, origin: &Origin) -> Value {
    if let Some(known) = known {
        return Value::text(known, origin.clone());
    }
    let source = SymbolSource::Data("data.aws_partition".to_owned());
    Value::opaque(Symbol { source, attribute: attribute.to_owned() }, origin.clone())
}

/// The names of all attributes of a resource, where its type tells them.
pub(super) fn every_attribute(key: &ResourceKey) -> Option<Vec<&'static str>> {
    if key.mode != Mode::Managed {
        return None;
    }
    if key.kind == "terraform_data" {
        return Some(vec!["id", "input", "output", "triggers_replace"]);
    }
    let known = provided::attributes(&key.kind).filter(|attributes| provided::is_complete(attributes))?;
    Some(known.keys().map(String::as_str).collect())
}

/// What the provider's schema says of an attribute.
fn known_attribute(instance: &Instance<'_>, name: &str) -> Option<&'static Attribute> {
    provided::attributes(&instance.key.kind)?.get(name)
}

/// Whether the provider has a value for an argument that is null.
fn has_default(instance: &Instance<'_>, name: &str) -> bool {
    let known = known_attribute(instance, name).filter(|_| instance.key.mode == Mode::Managed);
    known.and_then(|attribute| attribute.default.as_ref()).is_some_and(|default| !default.is_null())
}

fn symbol(instance: &Instance<'_>, attribute: &str, origin: Origin) -> Value {
    Value::opaque(provided::symbol(&instance.address, attribute), origin)
}

/// What an argument that is not written is worth, where the provider neither asks AWS nor makes it up.
fn default(kind: &str, name: &str, instance: &Instance<'_>) -> Option<Value> {
    let header = || Origin::at(instance.block.header, Role::Header);
    schema::kind(kind).filter(|kind| !matches!(kind, Kind::Bucket | Kind::Key | Kind::LogGroup))?;
    schema::properties(kind).iter().find_map(|property| match property.from {
        From::Flag(argument, default) if argument == name => Some(Value::bool(default, header())),
        From::Bool(argument) | From::Text(argument) | From::Texts(argument) if argument == name => {
            Some(Value::null(header()))
        }
        _ => None,
    })
}
