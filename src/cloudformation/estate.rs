//! A template as the model sees it: its resources and their properties, evaluated when read.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::finding::{FileError, Note};
use crate::model::{
    Created, Described, Environment, Estate, Existence, Kept, Kind, Language, NamingIndex, OpenInputs, Resource, Unit,
};
use crate::source::{Sources, Span};
use crate::syntax::NodeKind;
use crate::value::{Before, Decided, MapKind, Origin, Question, Reason, Role, Value, World};

use super::condition::{every, question};
use super::deployment::Deployment;
use super::evaluator::{Evaluator, broken};
use super::given::{Given, GivenValue};
use super::known::Known;
use super::parameter::{self, Parameter};
use super::partial::property_beyond;
use super::shape;
use super::template::function;
use super::tree::{Child, Declared, Stack, Tree};
use super::{Found, Loaded};

/// A template with the templates it nests.
#[derive(Debug)]
pub struct CloudFormationUnit {
    path: String,
    pub(super) tree: Tree,
    pub(super) found: Found,
    nested: Vec<PathBuf>,
    /// The resources the model knows.
    pub(super) resources: Vec<Known>,
    /// Where those with an address are among them: several may exist in one place, in different worlds.
    by_address: HashMap<(Kind, String), Vec<usize>>,
    /// Each of them, unless it does not exist, and their properties, before anything is answered.
    existing: Before<usize, Option<Resource>>,
    properties: Before<(usize, String), Value>,
    pub(super) sources: Arc<Sources>,
    /// What the caller of the run gives.
    given: Given,
    deployment: Arc<Deployment>,
}

impl CloudFormationUnit {
    pub(super) fn new(
        sources: &Arc<Sources>,
        tree: Tree,
        found: Found,
        given: &Given,
        deployment: &Arc<Deployment>,
    ) -> Self {
        let mut resources = tree.stack(0).map(|root| Known::all(&tree, root)).unwrap_or_default();
        for known in resources.iter_mut().filter(|known| known.stack == 0 && known.name.is_none()) {
            let declared = tree.stack(0).and_then(|root| root.resource_at(known.index));
            known.name = declared.and_then(|declared| deployment.constructs.path_of(declared.id, sources));
        }
        let path =
            tree.stack(0).map(|root| deployment.unit(&sources.file(root.template.file).path)).unwrap_or_default();
        let nested = tree.nested.iter().map(|file| sources.file(*file).location.clone()).collect();
        let (sources, deployment, given) = (Arc::clone(sources), Arc::clone(deployment), given.clone());
        let mut by_address: HashMap<_, Vec<usize>> = HashMap::new();
        for (handle, known) in resources.iter().enumerate() {
            by_address.entry((known.kind, known.address.clone())).or_default().push(handle);
        }
        let (existing, properties) = Default::default();
        Self { path, tree, found, nested, resources, by_address, existing, properties, sources, given, deployment }
    }

    /// The unit in one world, with what whoever deploys its root hands in there.
    pub fn deployed<'a>(&'a self, world: &'a World, arguments: impl Fn(&str) -> Value + 'a) -> Evaluated<'a> {
        let evaluator = Evaluator::new(&self.tree, world, self.tree.given.open);
        Evaluated::of(self, evaluator.with_arguments(Box::new(arguments)))
    }

    /// What decides which stacks and resources there are and is open in what the root gets from whoever deploys it.
    #[must_use]
    pub fn asked_outside(&self) -> Option<&Question> {
        self.found.asked_outside.as_ref()
    }

    /// The files of the templates this one nests or includes: they are judged as part of this unit, not on their own,
    /// unless they are named.
    #[must_use]
    pub fn nested(&self) -> &[PathBuf] {
        &self.nested
    }
}

impl CloudFormationUnit {
    /// The same template with other values for its parameters; `None` where it is none with them.
    fn given(&self, given: &Given) -> Option<Box<Self>> {
        let root = self.tree.stack(0)?;
        let location = &self.sources.file(root.template.file).location;
        let Loaded::Template(mut unit) = super::load(&self.sources, location, given, &self.deployment) else {
            return None;
        };
        unit.join(self.tree.imported.clone());
        Some(unit)
    }
}

impl Unit for CloudFormationUnit {
    fn path(&self) -> &str {
        &self.path
    }

    fn language(&self) -> Language {
        self.tree.stack(0).map_or(Language::CloudFormationYaml, |root| root.template.language)
    }

    fn option(&self, name: &str) -> Option<String> {
        match name {
            "AWS::Region" => Some("--region REGION".to_owned()),
            "AWS::AccountId" => Some("--account-id ID".to_owned()),
            "AWS::Partition" => Some("--partition PARTITION".to_owned()),
            // Nobody gives the value that SSM stores under a name.
            _ => {
                let parameter = self.tree.stack(0)?.parameter(name)?;
                parameter.stored().is_none().then(|| parameter::option(name))
            }
        }
    }

    fn written_trail(&self) -> Option<Span> {
        let trail = self.resources.iter().find(|known| known.kind == Kind::Trail)?;
        let declared = self.tree.stack(trail.stack)?.resource_at(trail.index)?;
        Some(declared.span())
    }

    fn account(&self) -> Option<String> {
        self.deployment.account.clone()
    }

    fn created(&self, resource: &Resource) -> Option<Created> {
        self.deployment.constructs.created(resource.name.as_ref()?, &self.sources)
    }

    fn estate<'a>(&'a self, world: &'a World) -> Box<dyn Estate + 'a> {
        Box::new(Evaluated::new(self, world, self.tree.given.open))
    }

    fn declares(&self, input: &str) -> bool {
        self.tree.stack(0).is_some_and(|root| root.parameter(input).is_some())
    }

    fn alternatives(&self) -> Vec<(String, Option<String>)> {
        let Some(root) = self.tree.stack(0) else { return Vec::new() };
        let has_default = |parameter: &Parameter| {
            parameter.default().is_some() && self.tree.given.get(parameter.name).is_none() && parameter.is_bounded()
        };
        let pairs = root.parameters().filter(has_default).flat_map(|parameter| {
            // A list may hold any number of the allowed values.
            let values = if parameter.is_list() { vec![None] } else { parameter.accepted().map(Some).collect() };
            values.into_iter().map(move |value| (parameter.name.to_owned(), value))
        });
        pairs.collect()
    }

    fn with(&self, input: &str, value: Option<&str>) -> Option<Box<dyn Unit>> {
        let value = GivenValue { name: input.to_owned(), text: value.map(str::to_owned), span: None };
        let unit = self.given(&self.given.clone().with(value))?;
        if unit.tree.rules_out(input, &self.tree) { None } else { Some(unit) }
    }

    fn kept(&self) -> Vec<Kept> {
        self.kept_items()
    }

    fn without_kept(&self) -> Option<Box<dyn Unit>> {
        self.given(&self.given.clone().opened()).map(|unit| unit as Box<dyn Unit>)
    }

    fn imports(&self) -> BTreeSet<String> {
        let world = World::default();
        Evaluator::new(&self.tree, &world, self.tree.given.open).imports()
    }

    fn join(&mut self, exported: BTreeMap<String, Value>) {
        self.tree.imported = exported;
        // Whatever was worked out so far was made of other values.
        (self.existing, self.properties) = Default::default();
        (self.tree.refusals, self.tree.impossible) = Default::default();
    }

    fn notes(&self) -> Vec<Note> {
        // Most templates have nothing to do with a trail, and nobody wants to read about those; but what could not be read may
        // hold one.
        let remarks = match self.resources.iter().any(|known| known.kind == Kind::Trail) {
            true => self.remarks(),
            false if self.speaks_of_trails() => self.found.notes.clone(),
            false => Vec::new(),
        };
        remarks.into_iter().chain(self.found.unread.iter().cloned()).collect()
    }

    fn errors(&self) -> Vec<FileError> {
        self.found.errors.clone()
    }
}

/// A unit in one world.
pub struct Evaluated<'a> {
    unit: &'a CloudFormationUnit,
    pub(super) evaluator: Evaluator<'a>,
    /// The resources of the kinds that somebody asked for, in source order.
    resources: RefCell<HashMap<Kind, Vec<Resource>>>,
    naming: NamingIndex,
}

impl<'a> Evaluated<'a> {
    pub(super) fn new(unit: &'a CloudFormationUnit, world: &'a World, open: OpenInputs) -> Self {
        Self::of(unit, Evaluator::new(&unit.tree, world, open))
    }

    fn of(unit: &'a CloudFormationUnit, evaluator: Evaluator<'a>) -> Self {
        let (resources, naming) = Default::default();
        Self { unit, evaluator, resources, naming }
    }

    /// An output of the root; `None` where it has none of this name.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<Value> {
        self.evaluator.begin();
        let root = self.unit.tree.stack(0)?;
        let output = root.body.outputs.get(name)?;
        Some(self.evaluator.output_of(root, output, output.key.span))
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

    /// Whether the resource exists, and every stack that holds it.
    pub(super) fn existence(&self, stack: &'a Stack, resource: Declared<'a>, child: Option<&Child>) -> Value {
        let header = Origin::at(resource.span(), Role::Header);
        let case = child.map(|child| self.evaluator.is_case(child.case(&self.unit.tree), &header));
        let mut truths: Vec<Value> = case.into_iter().collect();
        let mut place = Some((stack, resource));
        while let Some((stack, resource)) = place {
            truths.push(self.evaluator.is_case(&stack.case, &header));
            truths.push(self.evaluator.exists(stack, resource));
            place = stack.parent.and_then(|(parent, index)| {
                let parent = self.unit.tree.stack(parent)?;
                Some((parent, parent.resource_at(index)?))
            });
        }
        truths.reverse();
        every(&truths, header)
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

    fn rejected(&self) -> bool {
        self.refusal() == Ok(true)
    }

    fn refusal(&self) -> Decided<bool> {
        self.evaluator.begin();
        self.evaluator.refuses()
    }
}

impl<'a> Evaluated<'a> {
    /// The resource, unless it does not exist.
    fn existing(&self, handle: usize, known: &Known) -> Option<Resource> {
        let existing = || {
            let (stack, declared) = self.declared(handle)?;
            let described = Described {
                kind: known.kind,
                language: stack.template.language,
                address: known.address.clone(),
                name: known.name.clone(),
                header: declared.span(),
                caller: None,
                callers: self.callers(stack),
                provider: stack.account.clone().into(),
                existence: self.existence_of(stack, declared, self.child(handle))?,
                handle,
            };
            Some(described.into())
        };
        self.unit.existing.unless_answered(handle, self.evaluator.world, existing)
    }

    /// Whether the resource exists, and every stack that holds it; `None` when it does not.
    pub(super) fn existence_of(
        &self,
        stack: &'a Stack,
        declared: Declared<'a>,
        child: Option<&Child>,
    ) -> Option<Existence> {
        self.evaluator.begin();
        let exists = self.existence(stack, declared, child);
        match question(&exists) {
            Some(question) => Some(Existence::May(question)),
            None => (exists.as_bool() == Some(true)).then_some(Existence::Exists),
        }
    }

    fn property_of(&self, resource: &Resource, name: &str) -> Value {
        self.evaluator.begin();
        let header = Origin::at(resource.header, Role::Header);
        let Some((stack, declared)) = self.declared(resource.handle) else { return Value::null(header) };
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
