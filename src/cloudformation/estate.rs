//! A template as the model sees it: its resources and their properties, evaluated when read.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::finding::FileError;
use crate::model::{
    Described, Environment, Estate, Existence, Kind, Language, NamingIndex, OpenInputs, Resource, Unit,
};
use crate::source::Span;
use crate::syntax::NodeKind;
use crate::value::{Decided, Failure, Input, MapKind, Origin, Reason, Role, Value, World};

use super::condition::{every, question};
use super::evaluator::{Evaluator, broken};
use super::known::Known;
use super::partial::property_beyond;
use super::shape;
use super::template::function;
use super::tree::{Child, Declared, Stack};
use super::unit::CloudFormationUnit;

/// A unit in one world.
pub struct Evaluated<'a> {
    pub(super) unit: &'a CloudFormationUnit,
    pub(super) evaluator: Evaluator<'a>,
    /// The resources of the kinds that somebody asked for, in source order.
    resources: RefCell<HashMap<Kind, Vec<Resource>>>,
    naming: NamingIndex,
}

impl<'a> Evaluated<'a> {
    pub(super) fn new(unit: &'a CloudFormationUnit, world: &'a World, open: OpenInputs) -> Self {
        Self::of(unit, Evaluator::new(&unit.tree, world, open))
    }

    pub(super) fn of(unit: &'a CloudFormationUnit, evaluator: Evaluator<'a>) -> Self {
        let (resources, naming) = Default::default();
        Self { unit, evaluator, resources, naming }
    }

    /// The nested stacks that lead to a stack, the innermost first.
    fn callers(&self, stack: &Stack) -> Vec<Span> {
        let parent = |stack: &Stack| {
            let (parent, index) = stack.parent?;
            let parent = self.unit.tree.stack(parent)?;
            Some((parent, parent.resource_at(index)?.span()))
        };
        std::iter::successors(parent(stack), |(stack, _)| parent(stack)).map(|(_, span)| span).collect()
    }

    pub(super) fn declared(&self, handle: usize) -> Option<(&'a Stack, Declared<'a>)> {
        let known = self.known(handle)?;
        let stack = self.unit.tree.stack(known.stack)?;
        Some((stack, stack.resource_at(known.index)?))
    }

    /// What a resource is declared as; the number of an instance leads there too.
    fn known(&self, handle: usize) -> Option<&'a Known> {
        self.unit.resources.get(handle.checked_rem(self.count())?)
    }

    /// How many resources the model knows.
    pub(super) fn count(&self) -> usize {
        self.unit.resources.len()
    }

    /// The template of a resource that is not on disk.
    pub(super) fn child(&self, handle: usize) -> Option<&'a Child> {
        let (stack, declared) = self.declared(handle)?;
        stack.nested(declared).get(self.known(handle)?.child?)
    }

    /// What may hold a resource of which nothing is told, with the template by which it does.
    fn untold(&self, handle: usize) -> Option<(&'a Stack, Declared<'a>, &'a Child)> {
        let untold = self.known(handle)?.untold.as_ref()?;
        let stack = self.unit.tree.stack(untold.stack)?;
        let declared = stack.resource_at(untold.index)?;
        Some((stack, declared, stack.nested(declared).get(untold.child)?))
    }

    /// Whether the resource exists, and every stack that holds it.
    pub(super) fn existence(&self, stack: &'a Stack, resource: Declared<'a>, child: Option<&Child>) -> Value {
        let nowhere = Origin::default();
        let case = child.map(|child| self.evaluator.is_case(child.case(&self.unit.tree), &nowhere));
        let mut truths: Vec<Value> = case.into_iter().collect();
        let mut place = Some((stack, resource));
        while let Some((stack, resource)) = place {
            truths.push(self.evaluator.is_case(&stack.case, &nowhere));
            truths.push(self.evaluator.exists(stack, resource));
            place = stack.parent.and_then(|(parent, index)| {
                let parent = self.unit.tree.stack(parent)?;
                Some((parent, parent.resource_at(index)?))
            });
        }
        truths.reverse();
        every(&truths, nowhere)
    }
}

impl Estate for Evaluated<'_> {
    fn language(&self) -> Language {
        self.unit.language()
    }

    fn resources(&self, kind: Kind) -> Vec<Resource> {
        if let Some(listed) = self.resources.borrow().get(&kind) {
            return listed.clone();
        }
        let known = self.unit.resources.iter().enumerate().filter(|(_, known)| known.kind == kind);
        let listed: Vec<Resource> = known.filter_map(|(handle, known)| self.existing(handle, known)).collect();
        self.resources.borrow_mut().insert(kind, listed.clone());
        listed
    }

    fn resource(&self, kind: Kind, address: &str) -> Option<Resource> {
        let handles = self.unit.by_address.get(&(kind, address.to_owned()))?;
        handles.iter().find_map(|handle| self.existing(*handle, self.unit.resources.get(*handle)?))
    }

    fn naming(&self, kind: Kind, address: &str, name: Option<&str>) -> Vec<Resource> {
        if !self.resources.borrow().contains_key(&kind) {
            self.resources(kind);
        }
        let listed = self.resources.borrow();
        let all = listed.get(&kind).map(Vec::as_slice).unwrap_or_default();
        self.naming.among(all, kind, address, name, self)
    }

    fn instance(&self, any: &Resource, address: &str) -> Option<Resource> {
        self.instance_of(any, address, None)
    }

    fn instance_beside(&self, any: &Resource, address: &str, beside: &Resource) -> Option<Resource> {
        self.instance_of(any, address, Some(beside))
    }

    fn property(&self, resource: &Resource, name: &str) -> Value {
        let key = (resource.handle, name.to_owned());
        let value = || self.for_instance(resource, || self.property_of(resource, name));
        self.unit.properties.unless_answered(key, self.evaluator.world, value)
    }

    fn unread(&self) -> Option<Reason> {
        let mut unread = self.unit.tree.stacks.iter().filter_map(|stack| stack.unread.as_ref());
        // What a macro makes of a template is anything; it is judged as it is written.
        let include = unread
            .find(|unread| unread.declares && unread.name == "AWS::Include")
            .map(|include| Reason::ModuleNotOnDisk { module: include.name.clone(), source: include.source.clone() });
        // Of what cannot be read or parsed, what is missing may be anything.
        let lost = |error: &FileError| Reason::Broken(format!("{}: {}", error.path, error.message));
        let untold = || self.unit.tree.stacks.iter().find_map(untold);
        include.or_else(untold).or_else(|| self.unit.found.lost.as_ref().map(lost))
    }

    fn exports(&self) -> Vec<(String, Value)> {
        self.evaluator.begin();
        self.evaluator.exports()
    }

    fn environment(&self) -> Environment {
        self.unit.deployment.environment.clone()
    }

    fn property_names(&self, resource: &Resource) -> Vec<String> {
        let properties = self.declared(resource.handle).and_then(|(_, declared)| declared.properties());
        let entries = properties.map(crate::syntax::Node::entries).unwrap_or_default();
        entries.iter().filter_map(|entry| entry.key.text().map(str::to_owned)).collect()
    }

    fn attributes(&self, resource: &Resource) -> Vec<(String, Value)> {
        self.evaluator.begin();
        let Some((stack, declared)) = self.declared(resource.handle) else { return Vec::new() };
        let evaluated = |(name, node): (&str, _)| (name.to_owned(), self.evaluator.evaluate(stack, node));
        self.for_instance(resource, || declared.attributes().map(evaluated).collect())
    }

    fn refusal(&self) -> Decided<Option<Arc<Failure>>> {
        self.evaluator.begin();
        self.evaluator.refusal()
    }
}

impl<'a> Evaluated<'a> {
    /// The resource, unless it does not exist.
    fn existing(&self, handle: usize, known: &Known) -> Option<Resource> {
        let existing = || {
            let (stack, declared) = self.declared(handle)?;
            let (existence, presence) = match self.untold(handle) {
                Some((stack, declared, child)) => self.existence_of(stack, declared, Some(child))?,
                None => self.existence_of(stack, declared, self.child(handle))?,
            };
            let described = Described {
                kind: known.kind,
                language: stack.template.language,
                address: known.address.clone(),
                name: known.name.clone(),
                header: declared.span(),
                caller: None,
                callers: self.callers(stack),
                provider: stack.account.clone().into(),
                existence,
                presence,
                handle,
            };
            Some(described.into())
        };
        self.unit.existing.unless_answered(handle, self.evaluator.world, existing)
    }

    /// Whether the resource exists, and every stack that holds it, and what says so; `None` when it does not.
    pub(super) fn existence_of(
        &self,
        stack: &'a Stack,
        declared: Declared<'a>,
        child: Option<&Child>,
    ) -> Option<(Existence, Origin)> {
        self.evaluator.begin();
        let exists = self.existence(stack, declared, child);
        let existence = match question(&exists) {
            Some(question) => Some(Existence::May(question)),
            None => (exists.as_bool() == Some(true)).then_some(Existence::Exists),
        };
        Some((existence?, exists.origin))
    }

    fn property_of(&self, resource: &Resource, name: &str) -> Value {
        self.evaluator.begin();
        let header = Origin::at(resource.header, Role::Header);
        let Some((stack, declared)) = self.declared(resource.handle) else { return Value::null(header) };
        if let Some((.., Child::Absent { reason, .. })) = self.untold(resource.handle) {
            let name = format!("{}.{name}", resource.address);
            return Value::open(Input::undecidable(name, reason.clone(), header.clone()), header);
        }
        if resource.kind == Kind::AbsentModule {
            return self.absent(stack, declared, self.child(resource.handle), name, header);
        }
        let name = match (resource.kind, name) {
            (Kind::Foreign, "Parameters") => "ProvisioningParameters",
            _ => name,
        };
        let unknown = |node| property_beyond(stack, node, &resource.address, name);
        let Some(properties) = declared.properties() else {
            return unknown(declared.body()).unwrap_or(Value::null(header));
        };
        if !matches!(properties.kind, NodeKind::Mapping(_)) {
            return broken(format!("the Properties of {} must be an object", resource.address), header);
        }
        if let Some(node) = properties.get(name) {
            return shape::checked(name, self.evaluator.evaluate(stack, node));
        }
        // Another tool writes all of them: `Properties: !Rain::Embed trail.yml`.
        if function(properties).is_some_and(|(name, _)| name != "Fn::Transform") {
            return self.evaluator.evaluate(stack, properties).field(name);
        }
        unknown(properties).or_else(|| unknown(declared.body())).unwrap_or(Value::null(header))
    }

    /// A nested stack whose template is not on disk.
    fn absent(
        &self,
        stack: &'a Stack,
        declared: Declared<'a>,
        child: Option<&Child>,
        name: &str,
        header: Origin,
    ) -> Value {
        match (name, child) {
            ("Source", Some(Child::Absent { source, .. })) => Value::text(source.clone(), header),
            ("Arguments", _) => match declared.arguments() {
                Some(arguments) => self.evaluator.evaluate(stack, arguments),
                None => Value::map(MapKind::Object, IndexMap::new(), header),
            },
            _ => Value::null(header),
        }
    }
}

/// Why a resource of the stack may be anything, if there is one of which it is not known what it is.
fn untold(stack: &Stack) -> Option<Reason> {
    let resource = stack.resources().find(Declared::is_untold)?;
    let address = stack.address_of(resource.id);
    Some(match function(resource.body()) {
        Some((name, argument)) => {
            Reason::ModuleNotOnDisk { module: address, source: argument.text().map_or(name, |text| text).to_owned() }
        }
        None => Reason::Broken(format!("what the resource {address} is is not known")),
    })
}
