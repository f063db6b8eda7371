//! The resources of a unit that the model knows, wherever they are declared.

use crate::model::Kind;

use super::tree::{Child, Declared, Stack, StackId, Tree};

/// A resource the model knows.
#[derive(Debug)]
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
    /// The name its author knows it by.
    pub name: Option<String>,
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
            Known { kind, address, stack: stack.id, index: resource.index, child, name }
        };
        into.extend(kind(resource).map(|kind| known(kind, None)));
        for (number, child) in stack.nested(resource).iter().enumerate() {
            match child {
                Child::Here(id) => tree.stack(*id).into_iter().for_each(|child| collect(tree, child, into)),
                Child::Absent { .. } => into.push(known(Kind::AbsentModule, Some(number))),
            }
        }
    }
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
