//! What a bucket is handed to that is not read here: modules that are not on disk, and what a resource deploys in another
//! language. It may declare whatever is absent.

use std::sync::Arc;

use crate::value::{Data, Decided, Input, Origin, Reason, Role, Value, World};

use super::link::Naming;
use super::{Estate, Kind, Resource};

/// The modules that are not on disk and get this bucket's name or ARN as an argument.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides whether one gets it. An argument that is called a bucket is waited for; to
/// wait for every argument that an input decides would multiply the worlds by all that modules are told.
pub(super) fn handed_to(resource: &Resource, estate: &dyn Estate, world: &World) -> Decided<Vec<Arc<Input>>> {
    let bucket = Naming::of(resource, estate);
    let mut given = Vec::new();
    for module in estate.resources(Kind::AbsentModule) {
        let arguments = estate.property(&module, "Arguments");
        if bucket.is_in(&arguments) {
            given.push(module);
            continue;
        }
        for (_, argument) in
            arguments.as_map().into_iter().flatten().filter(|(name, _)| name.to_ascii_lowercase().contains("bucket"))
        {
            if let Data::Pending(question) = &argument.data {
                world.decide(question)?;
            }
        }
    }
    // What is missing of the unit's own text may refer to all it declares.
    let unread = estate.unread().map(|reason| {
        let name = match &reason {
            Reason::ModuleNotOnDisk { module: name, .. } | Reason::Broken(name) => name.clone(),
            _ => "what cannot be read".to_owned(),
        };
        Arc::new(Input::undecidable(name, reason, Origin::at(resource.header, Role::Header)))
    });
    let given = given
        .iter()
        .map(|module| {
            let source = estate.property(module, "Source");
            let source = if let Data::Text(text) = &source.data { text.to_string() } else { String::new() };
            let reason = Reason::ModuleNotOnDisk { module: module.address.clone(), source };
            let origin = Origin::at(module.header, Role::Header);
            Arc::new(Input::undecidable(module.address.clone(), reason, origin))
        })
        .chain(unread)
        .collect();
    Ok(given)
}

/// What deploys something in another language that speaks of the bucket and may open or close it: stacks of CloudFormation
/// that a Terraform resource makes, and resources of the Cloud Control API. Neither can make a bucket of somebody else log.
pub(super) fn deployed_with(bucket: &Resource, estate: &dyn Estate) -> Vec<Arc<Input>> {
    let naming = Naming::of(bucket, estate);
    let speaks_of_it = |foreign: &Resource| {
        let property = |name: &str| estate.property(foreign, name);
        let (parameters, body) = (property("Parameters"), property("Body"));
        may_be_about_buckets(&property("TypeName"), &body) && (naming.is_in(&parameters) || naming.is_in(&body))
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
