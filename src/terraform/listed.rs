//! What the module instances of a unit make in one world: the resources, and the conditions that the real tool stops at.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use crate::model::schema;
use crate::model::{Described, Existence, Kind, Language, Provider, Resource};
use crate::syntax::Block;
use crate::value::ObjectId;

use super::conditions::{Check, checks};
use super::evaluator::Evaluator;
use super::module::ResourceKey;
use super::object::{AbsentModule, Object, known_resources, relevant_calls};
use super::scope::Scope;

/// The resources by what is asked for: each row asks for several kinds, most of which are few beside its trails.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub by_kind: HashMap<Kind, Vec<Resource>>,
    /// The first one of each kind and address; few rows look for one.
    by_address: OnceLock<HashMap<(Kind, String), Resource>>,
    /// The conditions of the module instances that certainly exist.
    pub checks: Vec<Check>,
}

/// What a module instance and those below it make.
#[derive(Debug, Default)]
pub(super) struct Found {
    resources: Vec<Resource>,
    checks: Vec<Check>,
}

impl Found {
    fn add(&mut self, others: &Self) {
        self.resources.extend_from_slice(&others.resources);
        self.checks.extend_from_slice(&others.checks);
    }
}

impl Listed {
    pub fn of(Found { resources, checks }: Found) -> Self {
        let mut listed = Self { checks, ..Self::default() };
        for resource in resources {
            listed.by_kind.entry(resource.kind).or_default().push(resource);
        }
        listed
    }

    pub fn at(&self, kind: Kind, address: &str) -> Option<&Resource> {
        let by_address = self.by_address.get_or_init(|| {
            // Of several the last one to be put in stays.
            let all = self.by_kind.values().flat_map(|of_kind| of_kind.iter().rev());
            all.map(|resource| ((resource.kind, resource.address.clone()), resource.clone())).collect()
        });
        by_address.get(&(kind, address.to_owned()))
    }
}

impl<'a> Evaluator<'a> {
    /// What a module instance and those below it make.
    pub fn found_in(&self, scope: &Rc<Scope<'a>>) -> Found {
        let shared = &self.unit.shared.found;
        let mut found = Found::default();
        if scope.existence == Existence::Exists {
            found.checks.extend(checks(scope));
        }
        for (key, block) in known_resources(scope) {
            let of_block = || Arc::new(self.found_in_block(scope, key, block));
            let of_block = self.unless_answered(shared, (scope.address.clone(), place(block)), of_block);
            found.add(&of_block);
        }
        for (name, child) in relevant_calls(scope) {
            let of_call = || Arc::new(self.found_in_call(scope, name));
            let of_call = self.unless_answered(shared, (scope.address.clone(), place(child)), of_call);
            found.add(&of_call);
        }
        found
    }

    fn found_in_block(&self, scope: &Rc<Scope<'a>>, key: &'a ResourceKey, block: &'a Block) -> Found {
        let Some(kind) = schema::kind(&key.kind) else { return Found::default() };
        let instances = self.instances(scope, key, block).into_iter();
        let resource = |id| match self.object(id).as_deref() {
            Some(Object::Instance(instance)) => Some(self.described(kind, id, instance)),
            _ => None,
        };
        Found { resources: instances.filter_map(resource).collect(), checks: Vec::new() }
    }

    fn found_in_call(&self, scope: &Rc<Scope<'a>>, name: &str) -> Found {
        let mut found = Found::default();
        for id in self.module_instances(scope, name) {
            match self.object(id).as_deref() {
                Some(Object::Module(child)) => found.add(&self.found_in(child)),
                Some(Object::Absent(module)) => found.resources.push(absent_module(id, module)),
                _ => {}
            }
        }
        found
    }
}

/// Where something stands in the tree of the unit, which tells it from everything else there.
fn place<T>(part: &T) -> usize {
    std::ptr::from_ref(part).addr()
}

fn absent_module(id: ObjectId, module: &AbsentModule<'_>) -> Resource {
    let described = Described {
        kind: Kind::AbsentModule,
        language: Language::Terraform,
        address: module.address.clone(),
        name: None,
        header: module.block.header,
        caller: module.scope.caller(),
        callers: Vec::new(),
        provider: Provider::default(),
        existence: module.existence.clone(),
        presence: module.presence.clone(),
        handle: id.0,
    };
    described.into()
}
