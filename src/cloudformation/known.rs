//! The resources of a unit that the model knows, wherever they are declared.

use std::collections::HashSet;

use crate::model::Kind;
use crate::value::Reason;

use super::tree::{Child, Declared, Stack, StackId, Tree};

/// A resource the model knows.
#[derive(Debug, Clone)]
pub struct Known {
    /// What it is.
    pub kind: Kind,
    /// What reports call it.
    pub address: String,
    /// Its stack.
    pub stack: StackId,
    /// Its number there.
    pub index: usize,
    /// Which of the templates it may have is not on disk.
    pub child: Option<usize>,
    /// What may hold it with a template that is not told apart from others, where it is known to be in those that are.
    pub untold: Option<Untold>,
    /// The name its author knows it by.
    pub name: Option<String>,
}

/// A resource with one of its templates that are not told apart.
#[derive(Debug, Clone)]
pub struct Untold {
    /// Its stack.
    pub stack: StackId,
    /// Its number there.
    pub index: usize,
    /// Which of its templates that is.
    pub child: usize,
}

impl Known {
    /// The resources of a stack and of those it nests, in source order.
    pub fn all(tree: &Tree, stack: &Stack) -> Vec<Self> {
        let mut all = Vec::new();
        collect(tree, stack, &mut all);
        all
    }
}

fn collect(tree: &Tree, stack: &Stack, into: &mut Vec<Known>) {
    for resource in stack.resources() {
        let name = resource.metadata("aws:cdk:path").map(str::to_owned);
        let address = stack.address_of(resource.id);
        let known = |kind, child| {
            let (address, name) = (address.clone(), name.clone());
            Known { kind, address, stack: stack.id, index: resource.index, child, untold: None, name }
        };
        into.extend(kind(resource).map(|kind| known(kind, None)));
        let first = into.len();
        for (number, child) in stack.nested(resource).iter().enumerate() {
            match child {
                Child::Here(id) => tree.stack(*id).into_iter().for_each(|child| collect(tree, child, into)),
                Child::Absent { .. } => into.push(known(Kind::AbsentModule, Some(number))),
            }
        }
        let nested = into.get(first..).unwrap_or_default();
        let untold = untold(nested, stack, resource);
        into.extend(untold);
    }
}

/// What a resource nests with some of the templates that it may have, where others are not told apart: with those it may nest
/// the same, and nothing is told of it.
fn untold(nested: &[Known], stack: &Stack, resource: Declared<'_>) -> Vec<Known> {
    let mut seen: HashSet<(Kind, &str)> = HashSet::new();
    let mut told: Vec<&Known> = nested.iter().filter(|known| known.child.is_none()).collect();
    told.retain(|known| seen.insert((known.kind, &known.address)));
    let children = stack.nested(resource).iter().enumerate();
    let beyond = children.filter(|(_, child)| matches!(child, Child::Absent { reason: Reason::Limit(_), .. }));
    let untold = beyond.flat_map(|(child, _)| {
        let untold = Untold { stack: stack.id, index: resource.index, child };
        told.iter().map(move |known| Known { untold: Some(untold.clone()), ..(*known).clone() })
    });
    untold.collect()
}

fn kind(resource: Declared<'_>) -> Option<Kind> {
    match resource.kind() {
        "AWS::CloudTrail::Trail" => Some(Kind::Trail),
        "AWS::S3::Bucket" => Some(Kind::Bucket),
        "AWS::S3::BucketPolicy" => Some(Kind::BucketPolicy),
        "AWS::ServiceCatalog::CloudFormationProvisionedProduct" => Some(Kind::Foreign),
        "AWS::KMS::Key" => Some(Kind::Key),
        "AWS::Logs::LogGroup" => Some(Kind::LogGroup),
        _ => None,
    }
}
