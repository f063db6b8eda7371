//! A unit and what it deploys in another language, in one world, as one estate.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::cloudformation::Evaluated;
use crate::model::{
    Described, Environment, Estate, Existence, Kind, Language, Provider, Resource, stands_for, stands_for_all,
};
use crate::value::{
    Data, Decided, Domain, Failure, Input, Origin, Question, Reason, Role, Symbol, SymbolSource, Value, first,
};

use super::Deploying;
use super::beside::{Among, Beside};
use super::instances::{Named, instance_in};

/// What a resource deploys, in one world.
pub(super) struct Part<'a> {
    pub deployer: Resource,
    /// The address of the resource that this was found by: the deployer's own, or that of what stands for it.
    pub found: String,
    /// What decides whether it is this that is deployed, while that has no answer.
    pub waits: Option<Question>,
    /// Whether it is this that is deployed; nothing is told of what is otherwise.
    pub is_told: bool,
    /// The number that those of its resources are counted down from: none that a resource of the unit itself has.
    pub numbers: usize,
    pub estate: Evaluated<'a>,
}

impl<'a> Part<'a> {
    /// What an instance deploys that something names, beside everything else. Its resources are not those that stand for all.
    pub fn of_instance(deployer: Resource, at: usize, beside: &Rc<Beside<'a>>) -> Option<Self> {
        let read = beside.all.get(at)?.stack.read;
        let (found, estate) = (deployer.address.clone(), read.deployed(beside.world, Among::new(beside, at)));
        Some(Self { deployer, found, waits: None, is_told: true, numbers: usize::MAX / 2, estate })
    }

    /// Whether what has this address is a resource of one of the instances that what deploys this stands for.
    pub fn declares_for(&self, address: &str) -> bool {
        let kinds = [Kind::Bucket, Kind::Key, Kind::LogGroup];
        kinds.iter().any(|kind| self.estate.resources(*kind).iter().any(|any| stands_for(&any.address, address)))
    }

    /// Whether a resource is one of those that are deployed.
    fn holds(&self, resource: &Resource) -> bool {
        let behind = resource.address.strip_prefix(&self.deployer.address);
        resource.kind != Kind::Foreign && behind.is_some_and(|behind| behind.is_empty() || behind.starts_with('.'))
    }

    /// Whether a resource is that of another instance of what deploys this, which stands for all: what that hands in to its
    /// own is not told apart.
    pub fn stands_for(&self, resource: &Resource) -> bool {
        let is_any = |any: &Resource| stands_for(&any.address, &resource.address);
        stands_for_all(&self.deployer.address) && self.estate.resources(resource.kind).iter().any(is_any)
    }

    /// A resource as the whole unit sees it.
    pub fn placed(&self, resource: &Resource) -> Resource {
        let deployer = &self.deployer;
        let is_alone = resource.address == deployer.address;
        let callers = [&[deployer.header][..], &deployer.callers].concat();
        let described = Described {
            header: if is_alone { deployer.header } else { resource.header },
            caller: deployer.caller,
            callers: if is_alone { deployer.callers.clone() } else { [&resource.callers[..], &callers].concat() },
            provider: if resource.provider.is_empty() { &deployer.provider } else { &resource.provider }.clone(),
            existence: match &deployer.existence {
                Existence::Exists => resource.existence.clone(),
                may @ Existence::May(_) => may.clone(),
            },
            presence: resource.presence.clone().made_of([&deployer.presence]),
            handle: self.numbers.wrapping_sub(resource.handle),
            ..Described::clone(resource)
        };
        described.into()
    }

    /// The resource as what deploys it sees it.
    pub fn own(&self, resource: &Resource) -> Resource {
        Described { handle: self.numbers.wrapping_sub(resource.handle), ..Described::clone(resource) }.into()
    }
}

/// A unit and what it deploys, in one world.
pub(super) struct Whole<'a> {
    pub outer: Rc<dyn Estate + 'a>,
    pub read: Vec<Part<'a>>,
    /// The addresses of what deploys something that could not be read.
    pub unread: &'a BTreeSet<String>,
    /// Everything that deploys something.
    pub foreign: Vec<Resource>,
    /// What tells what a resource deploys.
    pub deploying: &'a Deploying,
    /// What hands in what, to everything that is read.
    pub beside: Rc<Beside<'a>>,
    /// What the instances deploy that something names.
    pub named: RefCell<BTreeMap<String, Rc<Named<'a>>>>,
}

impl<'a> Whole<'a> {
    fn part(&self, resource: &Resource) -> Option<&Part<'a>> {
        self.read.iter().find(|part| part.holds(resource))
    }

    /// What is read in a part. Where an answer decides which of several parts there is, and they tell different things, it
    /// waits for that answer.
    fn read_in(&self, part: &Part<'a>, of: impl Fn(&Part<'a>) -> Option<Value>) -> Option<Value> {
        let value = of(part)?;
        let Some(question) = &part.waits else { return Some(value) };
        let is_other =
            |other: &&Part<'a>| other.deployer.address == part.deployer.address && !std::ptr::eq(*other, part);
        let mut others = self.read.iter().filter(is_other).filter_map(of);
        let is_same = others.all(|other| other == value);
        Some(if is_same { value } else { Value::pending(question.clone(), value.origin) })
    }

    /// A property of a resource in a part, and in whichever parts there may be instead.
    fn property_in(&self, part: &Part<'a>, resource: &Resource, name: &str) -> Value {
        let own = part.own(resource);
        let value = self.read_in(part, |one| {
            if std::ptr::eq(one, part) {
                return Some(one.estate.property(&own, name));
            }
            let same = one.estate.resource(resource.kind, &resource.address)?;
            Some(one.estate.property(&same, name))
        });
        value.unwrap_or_else(|| Value::null(Origin::at(resource.header, Role::Header)))
    }

    /// What stands for something that is made at deployment, where only a text would tell what it is that is not read here.
    /// What is made by one of the instances that a resource stands for is told apart where that is read.
    fn untold(&self, symbol: &Symbol, origin: &Origin) -> Option<Value> {
        let name = symbol.to_string();
        let is_of_one =
            |any: &str| matches!(&symbol.source, SymbolSource::Resource(made) if instance_in(made, any).is_some());
        let speaks_of = |resource: &&Resource| {
            let parts = [format!("{}.outputs", resource.address), format!("{}.properties", resource.address)];
            is_of_one(&resource.address) || parts.iter().any(|part| name.contains(part))
        };
        let deployer = self.foreign.iter().find(speaks_of).filter(|_| !self.is_read(symbol))?;
        let reason = if is_of_one(&deployer.address) { untold(deployer) } else { self.unread(deployer) };
        let domain = Domain { never_null: true, never_empty: true, ..Domain::default() };
        Some(Value::open(Input { domain, ..Input::undecidable(name, reason, origin.clone()) }, origin.clone()))
    }

    /// Why it is not known what a resource deploys.
    fn unread(&self, deployer: &Resource) -> Reason {
        let url = self.outer.property(deployer, "TemplateURL");
        let source = if url.is_null() { "what it deploys".to_owned() } else { url.shown() };
        Reason::ModuleNotOnDisk { module: deployer.address.clone(), source }
    }
}

/// Why it is not known what one of the instances deploys that a resource stands for.
fn untold(deployer: &Resource) -> Reason {
    let source = "which instances there are is open".to_owned();
    Reason::ModuleNotOnDisk { module: deployer.address.clone(), source }
}

impl Estate for Whole<'_> {
    fn language(&self) -> Language {
        self.outer.language()
    }

    fn resources(&self, kind: Kind) -> Vec<Resource> {
        let is_read = |resource: &Resource| {
            kind == Kind::Foreign
                && !self.unread.contains(&resource.address)
                && self.read.iter().any(|part| part.found == resource.address)
        };
        let own = self.outer.resources(kind).into_iter().filter(|resource| !is_read(resource));
        let deployed = self.read.iter().flat_map(|part| {
            part.estate.resources(kind).into_iter().map(|resource| part.placed(&resource)).collect::<Vec<_>>()
        });
        own.chain(deployed).collect()
    }

    fn instance(&self, any: &Resource, address: &str) -> Option<Resource> {
        match self.part(any) {
            Some(part) => self.of_instance(part, any, address),
            None => self.outer.instance(any, address),
        }
    }

    fn made_of(&self, all: &Resource, index: &str) -> Option<Resource> {
        match self.part(all) {
            Some(part) => part.estate.made_of(&part.own(all), index).map(|one| part.placed(&one)),
            None => self.outer.made_of(all, index),
        }
    }

    fn has_key_of(&self, one: &Resource, other: &Resource) -> Option<Value> {
        match (self.part(one), self.part(other)) {
            (None, None) => self.outer.has_key_of(one, other),
            _ => None,
        }
    }

    fn index_called(&self, any: &Resource, name: &Value) -> Option<String> {
        match self.part(any) {
            Some(part) => part.estate.index_called(&part.own(any), name),
            None => self.outer.index_called(any, name),
        }
    }

    fn instance_beside(&self, any: &Resource, address: &str, beside: &Resource) -> Option<Resource> {
        match self.part(any) {
            Some(part) if part.holds(beside) => {
                let one = part.estate.instance_beside(&part.own(any), address, &part.own(beside));
                one.map(|one| part.placed(&one))
            }
            _ => self.instance(any, address),
        }
    }

    fn adopts(&self, resource: &Resource) -> bool {
        self.outer.adopts(resource)
    }

    fn property(&self, resource: &Resource, name: &str) -> Value {
        let part = self.part(resource);
        let unknown = |reason: Reason| {
            let (name, origin) = (format!("{}.{name}", resource.address), Origin::at(resource.header, Role::Header));
            Value::open(Input::undecidable(name, reason, origin.clone()), origin)
        };
        let property = match (self.deploying_instance(resource), part) {
            (Some((standing, named)), _) => match named.as_ref() {
                Named::Read(told) => told.estate.property(&told.own(resource), name),
                Named::Waiting(waiting) => return waiting.clone(),
                Named::Unread => return unknown(untold(&standing.deployer)),
            },
            (None, Some(part)) if !part.is_told => return unknown(self.unread(&part.deployer)),
            (None, Some(part)) => self.property_in(part, resource, name),
            (None, None) => self.outer.property(resource, name),
        };
        property.map_parts(&|value| match &value.data {
            Data::Opaque(symbol) => self.untold(symbol, &value.origin).unwrap_or_else(|| value.clone()),
            _ => value.clone(),
        })
    }

    fn unread(&self) -> Option<Reason> {
        self.outer.unread().or_else(|| self.read.iter().find_map(|part| part.estate.unread()))
    }

    fn default_provider(&self) -> Provider {
        self.outer.default_provider()
    }

    fn exports(&self) -> Vec<(String, Value)> {
        self.outer.exports().into_iter().chain(self.read.iter().flat_map(|part| part.estate.exports())).collect()
    }

    fn environment(&self) -> Environment {
        self.outer.environment()
    }

    fn property_names(&self, resource: &Resource) -> Vec<String> {
        match self.part(resource) {
            Some(part) => part.estate.property_names(&part.own(resource)),
            None => self.outer.property_names(resource),
        }
    }

    fn attributes(&self, resource: &Resource) -> Vec<(String, Value)> {
        match self.part(resource) {
            Some(part) => part.estate.attributes(&part.own(resource)),
            None => self.outer.attributes(resource),
        }
    }

    fn refusal(&self) -> Decided<Option<Arc<Failure>>> {
        let certain = self.read.iter().filter(|part| part.deployer.existence == Existence::Exists);
        first(std::iter::once(self.outer.refusal()).chain(certain.map(|part| part.estate.refusal())))
    }
}
