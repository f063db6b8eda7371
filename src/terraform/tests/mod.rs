//! Small modules, evaluated: each test reads as what Terraform would make of its text.

mod anything;
mod attempts;
mod blocks;
mod conformance;
mod expressions;
mod instances;
mod modules;
mod planned;
mod policies;
mod variables;

use std::path::PathBuf;
use std::sync::Arc;

use super::{TerraformUnit, load};
use crate::explore::explore;
use crate::model::{Estate, Existence, Inputs, Kind, Resource, Unit};
use crate::source::Sources;
use crate::value::{Data, Question, Stop, Value, World};

/// The root module made of these files.
fn unit_with(files: &[(&str, &str)], inputs: &Inputs) -> TerraformUnit {
    let directory = PathBuf::from("/no/such/project");
    let sources = Arc::new(Sources::new(directory.clone(), directory.clone()));
    for (name, text) in files {
        sources.add(name, (*text).to_owned());
    }
    load(&sources, &directory, inputs)
}

fn unit(files: &[(&str, &str)]) -> TerraformUnit {
    let unit = unit_with(files, &Inputs::default());
    assert_eq!(unit.errors(), [], "every file can be parsed");
    unit
}

fn module(text: &str) -> TerraformUnit {
    unit(&[("main.tf", text)])
}

/// The addresses of a kind in the world without answers; a question mark after those that may not exist.
fn addresses(unit: &TerraformUnit, kind: Kind) -> Vec<String> {
    addresses_in(unit, kind, &World::default())
}

fn addresses_in(unit: &TerraformUnit, kind: Kind, world: &World) -> Vec<String> {
    let shown = |resource: Resource| match resource.existence {
        Existence::Exists => resource.address.clone(),
        Existence::May(_) => format!("{}?", resource.address),
    };
    unit.estate(world).resources(kind).into_iter().map(shown).collect()
}

fn find(estate: &dyn Estate, kind: Kind, address: &str) -> Resource {
    let resources = estate.resources(kind);
    let known: Vec<String> = resources.iter().map(|resource| resource.address.clone()).collect();
    let found = resources.into_iter().find(|resource| resource.address == address);
    found.unwrap_or_else(|| panic!("{address} is not among {known:?}"))
}

fn property_in(unit: &TerraformUnit, kind: Kind, address: &str, name: &str, world: &World) -> Value {
    let estate = unit.estate(world);
    estate.property(&find(estate.as_ref(), kind, address), name)
}

/// A property of a trail in the world without answers, in canonical text.
fn trail(unit: &TerraformUnit, address: &str, name: &str) -> String {
    show(&property_in(unit, Kind::Trail, address, name, &World::default()))
}

fn bucket(unit: &TerraformUnit, address: &str, name: &str) -> String {
    show(&property_in(unit, Kind::Bucket, address, name, &World::default()))
}

/// What `expression` is worth in a module that also declares `more`.
fn evaluated_in(expression: &str, more: &str, world: &World) -> Value {
    // The policy of a key is of any type to this program, and may be null.
    let text = format!("resource \"aws_kms_key\" \"it\" {{\n  policy = {expression}\n}}\n{more}");
    property_in(&module(&text), Kind::Key, "aws_kms_key.it", "KeyPolicy", world)
}

fn evaluated(expression: &str, more: &str) -> String {
    show(&evaluated_in(expression, more, &World::default()))
}

/// What a trail's `kms_key_id` of `expression` is worth in every world, behind the answers that lead there.
fn in_all_worlds(expression: &str, more: &str) -> Vec<String> {
    let unit = module(&format!("resource \"aws_cloudtrail\" \"it\" {{\n  kms_key_id = {expression}\n}}\n{more}"));
    let found = explore(64, |world| match property_in(&unit, Kind::Trail, "aws_cloudtrail.it", "KMSKeyId", world) {
        Value { data: Data::Pending(question), .. } => Err(Stop::Ask(question)),
        Value { data: Data::Failed(failure), .. } => Err(Stop::Reject(failure)),
        value => Ok(value.describe()),
    });
    let said = |(question, answer): &(Question, bool)| {
        if *answer { question.describe() } else { format!("not {}", question.describe()) }
    };
    let shown = |(world, value): &(World, String)| {
        let answers: Vec<String> = world.answers().iter().map(said).collect();
        if answers.is_empty() { value.clone() } else { format!("{}: {value}", answers.join(", ")) }
    };
    found.worlds.iter().map(shown).collect()
}

/// The value in canonical text, with a mark for what is not known.
fn show(value: &Value) -> String {
    match &value.data {
        Data::Pending(_) => format!("pending: {}", value.describe()),
        Data::Open(_) => format!("open: {}", value.describe()),
        Data::Opaque(_) => format!("opaque: {}", value.describe()),
        _ => value.describe(),
    }
}

/// What has to be asked before the value is known.
fn question(value: &Value) -> Question {
    match &value.data {
        Data::Pending(question) => question.as_ref().clone(),
        _ => panic!("{} is not pending", value.describe()),
    }
}

/// The text a value's origin points at, nearest first.
fn places(unit: &TerraformUnit, value: &Value) -> Vec<String> {
    value.origin.hops().map(|hop| unit.sources.text(hop.span)).collect()
}

/// Evaluation follows references by recursion, so that rows are judged on threads with stacks of this size.
fn on_a_large_stack(test: fn()) {
    let thread = std::thread::Builder::new().stack_size(64 * 1024 * 1024).spawn(test);
    thread.expect("a thread can be started").join().expect("the test passes");
}

/// Whether the text is an expression by itself.
fn is_expression(text: &str) -> bool {
    let unit = unit_with(&[("main.tf", &format!("locals {{\n  a = {text}\n}}"))], &Inputs::default());
    unit.errors().is_empty()
}
