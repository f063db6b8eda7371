//! What the instances deploy that one resource stands for, because it is not known which there are: each is read when something
//! names it.
//!
//! Knows addresses and how a text is read; must not know why an instance is named.

use std::rc::Rc;

use crate::model::{Described, Estate, Resource, stands_for, stands_for_all};
use crate::value::{Symbol, SymbolSource, Value};

use super::beside::{Arguments, Beside, Deployed};
use super::estate::{Part, Whole};

/// What an instance deploys that something names.
pub(super) enum Named<'a> {
    Read(Box<Part<'a>>),
    /// What is in its text waits for an answer.
    Waiting(Value),
    Unread,
}

impl<'a> Whole<'a> {
    /// A resource that an instance deploys, where `any` is what those deploy that `part` is of.
    pub fn of_instance(&self, part: &Part<'a>, any: &Resource, address: &str) -> Option<Resource> {
        let Some(one) = instance_in(address, &part.deployer.address) else {
            return part.estate.instance(&part.own(any), address).map(|one| part.placed(&one));
        };
        let deployer = self.outer.instance(&part.deployer, one)?;
        match self.named(part, one).as_ref() {
            Named::Read(told) => Some(told.placed(&told.estate.resource(any.kind, address)?)),
            Named::Waiting(_) | Named::Unread => {
                let like = any.like(any.kind, address.to_owned());
                Some(Described { existence: deployer.existence.clone(), ..Described::clone(&like) }.into())
            }
        }
    }

    /// What the instance deploys that deploys a resource, where that is one of those that a part stands for.
    pub fn deploying_instance(&self, resource: &Resource) -> Option<(&Part<'a>, Rc<Named<'a>>)> {
        let part = self.read.iter().find(|part| part.stands_for(resource))?;
        let named = match instance_in(&resource.address, &part.deployer.address) {
            Some(one) => self.named(part, one),
            None => Rc::new(Named::Unread),
        };
        Some((part, named))
    }

    /// Whether something is made by a resource of an instance that is read.
    pub fn is_read(&self, symbol: &Symbol) -> bool {
        let SymbolSource::Resource(made) = &symbol.source else { return false };
        let mut parts = self.read.iter().filter(|part| part.declares_for(made));
        let one = parts.find_map(|part| Some((part, instance_in(made, &part.deployer.address)?)));
        one.is_some_and(|(part, one)| !matches!(self.named(part, one).as_ref(), Named::Unread))
    }

    fn named(&self, part: &Part<'a>, address: &str) -> Rc<Named<'a>> {
        if let Some(known) = self.named.borrow().get(address) {
            return Rc::clone(known);
        }
        let named = Rc::new(self.read_instance(part, address));
        self.named.borrow_mut().insert(address.to_owned(), Rc::clone(&named));
        named
    }

    fn read_instance(&self, part: &Part<'a>, address: &str) -> Named<'a> {
        let Some(deployer) = self.outer.instance(&part.deployer, address) else { return Named::Unread };
        if let Some(waiting) = self.outer.property(&deployer, "Body").waiting() {
            return Named::Waiting(waiting.clone());
        }
        let world = self.beside.world;
        let mut stacks = self.deploying.stacks_elsewhere(&deployer, self.outer.as_ref(), world).into_iter();
        let Some(stack) = stacks.next().filter(|stack| stack.waits.is_none() && stack.is_told) else {
            return Named::Unread;
        };
        let arguments =
            Arguments { estate: Rc::clone(&self.outer), deployer: deployer.clone(), overridden: Vec::new() };
        let all = self.beside.all.iter().cloned().chain([Deployed { stack, arguments }]).collect();
        let (at, beside) = (self.beside.all.len(), Rc::new(Beside { all, world }));
        Part::of_instance(deployer, at, &beside).map_or(Named::Unread, |part| Named::Read(Box::new(part)))
    }
}

/// The address of the instance, of those that `any` stands for, which an address is that of, or of something that it deploys.
pub(super) fn instance_in<'t>(address: &'t str, any: &str) -> Option<&'t str> {
    let ends = address.match_indices('.').map(|(end, _)| end).chain([address.len()]);
    let mut starts = ends.filter_map(|end| address.get(..end)).filter(|_| stands_for_all(any));
    starts.find(|one| stands_for(any, one))
}
