//! What a deployed template gets from the unit that deploys it, in one world: what is handed in for its parameters, and what
//! the stacks beside it export.

use std::rc::Rc;

use crate::cloudformation::{CloudFormationUnit, Surroundings};
use crate::model::{DEPLOYED_BY, DEPLOYED_TO, Estate, Resource};
use crate::value::{Input, Origin, Question, Reason, Role, Value, World};

use super::templates::is_stack_set;

/// What a resource hands in to the template that it deploys.
#[derive(Clone)]
pub(super) struct Arguments<'a> {
    pub estate: Rc<dyn Estate + 'a>,
    pub deployer: Resource,
    /// What may hand in something else, to some instances.
    pub overridden: Vec<Resource>,
}

impl Arguments<'_> {
    fn of(&self, parameter: &str) -> Value {
        if DEPLOYED_TO.contains(&parameter) {
            return self.estate.property(&self.deployer, parameter);
        }
        let of = |resource: &Resource| self.estate.property(resource, "Parameters").field(parameter);
        if self.overridden.iter().any(|instances| !of(instances).is_null()) {
            let name = format!("{}.parameters.{parameter}", self.deployer.address);
            let reason = Reason::Elsewhere("the parameter_overrides of some instances".to_owned());
            let origin = Origin::at(self.deployer.header, Role::Argument);
            return Value::open(Input::undecidable(name, reason, origin.clone()), origin);
        }
        of(&self.deployer)
    }
}

/// What is read where a resource deploys something, in one world.
#[derive(Clone)]
pub(super) struct Stack<'a> {
    pub read: &'a CloudFormationUnit,
    /// What decides whether it is this that is deployed, while that has no answer.
    pub waits: Option<Question>,
    /// Whether that tells what is deployed; it is only what is deployed in another case otherwise.
    pub is_told: bool,
}

/// A template that is deployed in one world.
#[derive(Clone)]
pub(super) struct Deployed<'a> {
    pub stack: Stack<'a>,
    pub arguments: Arguments<'a>,
}

impl Deployed<'_> {
    /// Which provider configuration deploys it, and in which Region.
    fn place(&self) -> Value {
        self.arguments.of(DEPLOYED_BY)
    }

    /// The address of the resource that it was found by.
    pub fn address(&self) -> &str {
        &self.arguments.deployer.address
    }
}

/// The templates that one unit deploys, in one world.
pub(super) struct Beside<'a> {
    pub all: Vec<Deployed<'a>>,
    pub world: &'a World,
}

/// One of them, with the others around it.
#[derive(Clone)]
pub(super) struct Among<'a> {
    beside: Rc<Beside<'a>>,
    at: usize,
    /// Those that import from this one, whose exports cannot be what it imports: two stacks that wait for each other are never
    /// deployed.
    importing: Vec<usize>,
}

impl<'a> Among<'a> {
    pub fn new(beside: &Rc<Beside<'a>>, at: usize) -> Self {
        Self { beside: Rc::clone(beside), at, importing: Vec::new() }
    }

    fn own(&self) -> Option<&Deployed<'a>> {
        self.beside.all.get(self.at)
    }

    /// The same around one of the others, from which this one imports.
    fn around(&self, other: usize) -> Self {
        let importing = self.importing.iter().copied().chain([self.at]).collect();
        Self { beside: Rc::clone(&self.beside), at: other, importing }
    }

    /// Whether this one may import from another: exports belong to one account and Region, and a stack set has its own.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html>
    fn may_import_from(&self, other: &Deployed, at: usize) -> bool {
        let is_near = |own: &Deployed| own.address() != other.address() && own.place() == other.place();
        let may_export = other.stack.is_told && !is_stack_set(other.address());
        !self.importing.contains(&at) && may_export && self.own().is_some_and(is_near)
    }
}

impl Surroundings for Among<'_> {
    fn hands_in(&self, name: &str) -> Value {
        self.own().map_or_else(|| Value::null(Origin::default()), |own| own.arguments.of(name))
    }

    fn exports(&self, name: &str) -> Option<Value> {
        let others = self.beside.all.iter().enumerate().filter(|(at, other)| self.may_import_from(other, *at));
        let exported = others.flat_map(|(at, other)| {
            let estate = other.stack.read.deployed(self.beside.world, self.around(at));
            let named = estate.exports().into_iter().filter(|(export, _)| export == name);
            named.map(|(_, value)| (other, value)).collect::<Vec<_>>()
        });
        let exported: Vec<(&Deployed, Value)> = exported.collect();
        let (first, value) = exported.first()?;
        if exported.iter().any(|(other, _)| other.address() != first.address()) {
            return None;
        }
        Some(match &first.stack.waits {
            Some(question) if exported.iter().any(|(_, other)| other != value) => {
                Value::pending(question.clone(), value.origin.clone())
            }
            _ => value.clone(),
        })
    }
}
