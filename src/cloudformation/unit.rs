//! A template as a unit of a run: what it is called, what may be given to it, what it notes. Its resources and their properties
//! are evaluated in a world by [`super::estate`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use crate::finding::{FileError, Note};
use crate::model::{
    ACCOUNT_OPTION, Created, Declared, Estate, Kept, Kind, Language, OpenInputs, PARTITION_OPTION, REGION_OPTION,
    Resource, Unit,
};
use crate::source::{Sources, Span};
use crate::value::{Before, Question, Value, World};

use super::deployment::{Deployment, Surroundings};
use super::estate::Evaluated;
use super::evaluator::Evaluator;
use super::given::{Given, GivenValue};
use super::known::Known;
use super::parameter::{self, Parameter};
use super::tree::Tree;
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
    pub(super) by_address: HashMap<(Kind, String), Vec<usize>>,
    /// Each of them, unless it does not exist, and their properties, before anything is answered.
    pub(super) existing: Before<usize, Option<Resource>>,
    pub(super) properties: Before<(usize, String), Value>,
    pub(super) sources: Arc<Sources>,
    /// What the caller of the run gives.
    given: Given,
    pub(super) deployment: Arc<Deployment>,
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

    /// The unit in one world, with what its root gets from outside there.
    pub fn deployed<'a>(&'a self, world: &'a World, surroundings: impl Surroundings + 'a) -> Evaluated<'a> {
        let evaluator = Evaluator::new(&self.tree, world, self.tree.given.open);
        Evaluated::of(self, evaluator.with_surroundings(Box::new(surroundings)))
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

    /// The files that it nests only with other values of its parameters: nobody deploys those with these.
    #[must_use]
    pub fn nested_otherwise(&self) -> Vec<PathBuf> {
        let has_stacks = self.tree.stacks.iter().any(|stack| !stack.children.is_empty());
        let other = has_stacks.then(|| self.given(&self.given.without_values())).flatten();
        other.map(|other| other.nested).unwrap_or_default()
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

    fn declared(&self, name: &str) -> Option<Declared> {
        match name {
            "AWS::Region" => Some(Declared::by_option(REGION_OPTION)),
            "AWS::AccountId" => Some(Declared::by_option(ACCOUNT_OPTION)),
            "AWS::Partition" | "AWS::URLSuffix" => Some(Declared::by_option(PARTITION_OPTION)),
            _ => {
                let parameter = self.tree.stack(0)?.parameter(name)?;
                // Nobody gives the value that SSM stores under a name.
                let option = parameter.stored().is_none().then(|| parameter::option(name));
                Some(Declared { place: Some(parameter.span()), option })
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
        // What is open has every value already.
        let is_kept = |name: &str| root.body.kept.contains_key(name) && self.tree.given.open == OpenInputs::Any;
        let has_value = |name: &str| self.tree.given.open == OpenInputs::WithoutDefault || is_kept(name);
        let has_default = |parameter: &Parameter| {
            let is_given = self.tree.given.get(parameter.name).is_some();
            parameter.default().is_some() && has_value(parameter.name) && !is_given && parameter.is_bounded()
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
