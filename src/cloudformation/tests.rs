//! Small templates and what their properties are worth.

use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::model::{Existence, Inputs, Kind, OpenInputs, Unit};
use crate::value::{Ask, Data, Literal, Question, Value, World};

mod functions;
mod loops;
mod stacks;

/// Files by name; the first is the unit's.
fn unit_of(files: &[(&str, &str)], inputs: &Inputs) -> CloudFormationUnit {
    let directory = PathBuf::from("/project");
    let sources = Arc::new(Sources::new(directory.clone(), directory));
    for (name, text) in files {
        sources.add(name, (*text).to_owned());
    }
    let given = Given::read(&sources, inputs).unwrap();
    match load(&sources, Path::new(files[0].0), &given, &Arc::default()) {
        Loaded::Template(unit) => *unit,
        other => panic!("not a template: {other:?}"),
    }
}

fn unit(text: &str) -> CloudFormationUnit {
    unit_of(&[("template.yaml", text)], &Inputs::default())
}

/// A template with one trail whose property `Probe` is `value`, after `sections`.
fn trail_with(sections: &str, value: &str) -> String {
    let value = value.replace('\n', "\n        ");
    format!(
        "{sections}\nResources:\n  Bucket:\n    Type: AWS::S3::Bucket\n  Key:\n    Type: AWS::KMS::Key\n  Trail:\n    \
         Type: AWS::CloudTrail::Trail\n    Properties:\n      Probe: {value}\n"
    )
}

/// What a property of the first trail is worth in a world.
fn property_in(unit: &CloudFormationUnit, name: &str, world: &World) -> Value {
    let estate = unit.estate(world);
    let trails = estate.resources(Kind::Trail);
    estate.property(&trails[0], name)
}

fn describe(sections: &str, value: &str) -> String {
    property_in(&unit(&trail_with(sections, value)), "Probe", &World::default()).describe()
}

/// The question a value waits for, and the world in which it is answered.
fn answered(value: &Value, world: &World, answer: bool) -> (String, World) {
    match &value.data {
        Data::Pending(question) => (question.describe(), world.with(question.as_ref().clone(), answer)),
        other => panic!("not pending: {other:?}"),
    }
}
