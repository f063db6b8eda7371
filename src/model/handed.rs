//! What a bucket is handed to that is not read here: modules that are not on disk, and what a resource deploys in another
//! language. It may declare whatever is absent, and where its name speaks of a trail, one.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::value::{Data, Decided, Input, Origin, Part, Reason, Role, Value, World};

use super::link::keeps_some;
use super::naming::Naming;
use super::{Estate, Kind, Resource, Target, exists, without_indices};

/// What gets the name or the ARN of a bucket and may open or close it.
///
/// # Errors
/// As [`modules`].
pub(super) fn handed_to(bucket: &Naming, estate: &dyn Estate, world: &World) -> Decided<Vec<Arc<Input>>> {
    Ok([modules(bucket, estate, world)?, foreign(bucket, estate)].concat())
}

/// The modules that are not on disk and get the bucket's name or ARN as an argument.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides whether one gets it. An argument that is called a bucket is waited for; to
/// wait for every argument that an input decides would multiply the worlds by all that modules are told.
pub(super) fn modules(bucket: &Naming, estate: &dyn Estate, world: &World) -> Decided<Vec<Arc<Input>>> {
    let mut given = Vec::new();
    for module in estate.resources(Kind::AbsentModule) {
        let arguments = estate.property(&module, "Arguments");
        let input = input(&module, estate);
        if is_handed(bucket, &arguments, &input) {
            given.push(input);
            continue;
        }
        for (_, argument) in arguments.as_map().into_iter().flatten().filter(|(name, _)| speaks_of_buckets(name)) {
            if let Data::Pending(question) = &argument.data {
                world.decide(question)?;
            }
        }
    }
    Ok(given)
}

/// Whether a module gets the bucket. Many things of a project have one name: what is only called as the bucket is says
/// something of it where that is said to be one.
fn is_handed(bucket: &Naming, arguments: &Value, module: &Input) -> bool {
    if bucket.is_referred_to_in(arguments) {
        return true;
    }
    let Some(named) = arguments.as_map() else { return bucket.is_in(arguments) };
    let source = if let Reason::ModuleNotOnDisk { source, .. } = &module.reason { source } else { "" };
    let is_about_buckets = speaks_of_buckets(path_in(source)) || speaks_of_buckets(&last_name(&module.name));
    let speaks =
        |name: &str, value: &Value| is_about_buckets || speaks_of_buckets(name) || speaks_of_buckets(&value.describe());
    named.iter().any(|(name, value)| bucket.is_in(value) && speaks(name, value))
}

fn speaks_of_buckets(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.split(|character: char| !character.is_alphanumeric())
        .any(|word| word.contains("bucket") || word.starts_with("s3"))
}

/// What a module's source names behind the host and the owner, which say nothing of what it holds.
/// <https://developer.hashicorp.com/terraform/language/modules/sources>
fn path_in(source: &str) -> &str {
    let source = source.split_once('?').map_or(source, |(source, _)| source);
    let path =
        source.split_once("://").map_or(source, |(_, behind)| behind.split_once('/').map_or("", |(_, path)| path));
    path.split_once('/').map_or(path, |(_, behind)| behind)
}

/// The last name of an address: those of the modules around a block say nothing of what it holds.
fn last_name(address: &str) -> String {
    without_indices(address).rsplit('.').next().unwrap_or_default().to_owned()
}

/// The modules that are not on disk and may hold a trail: their source says so, or their name where the source says nothing.
pub fn may_hold_trails(estate: &dyn Estate) -> impl Iterator<Item = (Resource, Arc<Input>)> {
    let modules = estate.resources(Kind::AbsentModule).into_iter().map(move |module| {
        let input = input(&module, estate);
        (module, input)
    });
    modules.filter(|(module, input)| {
        let source = if let Reason::ModuleNotOnDisk { source, .. } = &input.reason { source } else { "" };
        let name = || speaks_of_trail(&last_name(&module.address));
        speaks_of_trail(source).or_else(name).unwrap_or(false)
    })
}

/// Whether a module is there, or others that one stands for of which an input keeps some, whatever becomes of that one.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides it.
pub fn may_be_there(module: &Resource, world: &World) -> Decided<bool> {
    Ok(keeps_some(module) || exists(module, world)?)
}

/// Whether a text names a trail, and not what stands beside one (`cloudtrail-s3-bucket`); `None` where it says nothing of trails.
fn speaks_of_trail(text: &str) -> Option<bool> {
    let text = text.to_ascii_lowercase();
    let (_, behind) = text.split_once("cloudtrail")?;
    Some(!behind.starts_with(|next: char| next.is_alphanumeric() || "-_".contains(next)))
}

fn input(module: &Resource, estate: &dyn Estate) -> Arc<Input> {
    let source = estate.property(module, "Source");
    let source = if let Data::Text(text) = &source.data { text.to_string() } else { String::new() };
    let reason = Reason::ModuleNotOnDisk { module: module.address.clone(), source };
    Arc::new(Input::undecidable(module.address.clone(), reason, Origin::at(module.header, Role::Header)))
}

/// What deploys something in another language that speaks of the bucket: stacks of CloudFormation that a Terraform resource
/// makes, and resources of the Cloud Control API. Neither can make a bucket of somebody else log.
fn foreign(bucket: &Naming, estate: &dyn Estate) -> Vec<Arc<Input>> {
    let speaks_of_it = |foreign: &Resource| {
        let property = |name: &str| estate.property(foreign, name);
        let (parameters, body) = (property("Parameters"), property("Body"));
        may_be_about_buckets(&property("TypeName"), &body) && (bucket.is_in(&parameters) || bucket.is_in(&body))
    };
    let foreign = estate.resources(Kind::Foreign).into_iter().filter(speaks_of_it);
    let input = |foreign: Resource| {
        let reason = Reason::Unsupported(format!("what {} deploys", foreign.address));
        Arc::new(Input::undecidable(foreign.address.clone(), reason, Origin::at(foreign.header, Role::Header)))
    };
    foreign.map(input).collect()
}

/// Whether a template, or a resource of a type, may be about buckets. A body that is not there is elsewhere.
fn may_be_about_buckets(type_name: &Value, body: &Value) -> bool {
    // What a template nests, or has made of it, is not written in it.
    const SIGNS: [&str; 3] = ["AWS::S3::", "AWS::CloudFormation::", "Transform"];
    let has_sign = |text: &Value| {
        let text = text.describe();
        SIGNS.iter().any(|sign| text.contains(sign))
    };
    match type_name.as_str() {
        Some(_) => has_sign(type_name),
        None => !matches!(body.data, Data::Text(_)) || has_sign(body),
    }
}

/// What is missing of the unit's own text, which may speak of all that the unit declares or names: said of `resource`.
#[must_use]
pub fn unread(resource: &Resource, estate: &dyn Estate) -> Option<Arc<Input>> {
    let reason = estate.unread()?;
    let name = match &reason {
        Reason::ModuleNotOnDisk { module: name, .. } | Reason::Broken(name) => name.clone(),
        _ => "what cannot be read".to_owned(),
    };
    Some(Arc::new(Input::undecidable(name, reason, Origin::at(resource.header, Role::Header))))
}

/// Whatever buckets and exports may be named in what a unit hands to something that is not read: every word of it.
pub(super) fn targets(estate: &dyn Estate) -> BTreeSet<Target> {
    let handed = [(Kind::AbsentModule, "Arguments"), (Kind::Foreign, "Parameters"), (Kind::Foreign, "Body")];
    let values = handed.iter().flat_map(|(kind, name)| {
        let resources = estate.resources(*kind);
        resources.into_iter().map(|resource| estate.property(&resource, name)).collect::<Vec<_>>()
    });
    let mut targets = BTreeSet::new();
    for value in values {
        value.visit(&mut |value| match &value.data {
            Data::Text(text) => targets.extend(text.parts().iter().flat_map(words).map(Target::Name)),
            _ => targets.extend(Target::of(value)),
        });
    }
    targets
}

/// What may be the name of a bucket in a part of a text.
fn words(part: &Part) -> impl Iterator<Item = String> {
    let is_of_name = |character: char| character.is_alphanumeric() || "-._".contains(character);
    let text = if let Part::Literal(text) = part { text } else { "" };
    text.split(move |character| !is_of_name(character)).filter(|word| !word.is_empty()).map(str::to_owned)
}
