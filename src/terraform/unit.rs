//! A root module with everything it calls, as a unit of deployment.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::finding::{FileError, Note};
use crate::model::schema::kind;
use crate::model::{
    ACCOUNT_OPTION, Declared, Estate, Inputs, Kept, Kind, Language, OpenInputs, Outputs, PARTITION_OPTION,
    REGION_OPTION, Told, Unit,
};
use crate::source::{Sources, Span};
use crate::value::World;

use super::estate::TerraformEstate;
use super::evaluator::Evaluator;
use super::given::GivenValues;
use super::module::{Mode, Modules, ResourceKey, normalize};
use super::scope::Env;
use super::secret;
use super::shared::Shared;
use super::terragrunt::Config;
use super::tree::{Child, Computed, Node};
use super::variables::option;

/// A root module with everything it calls.
#[derive(Debug)]
pub struct TerraformUnit {
    pub(super) path: String,
    pub(super) directory: PathBuf,
    pub(super) sources: Arc<Sources>,
    pub(super) tree: Node,
    pub(super) given: GivenValues,
    pub(super) inputs: Inputs,
    /// The world without answers, for evaluators of other worlds to compare with.
    pub(super) unanswered: World,
    /// What is worth the same in every world.
    pub(super) shared: Shared,
    /// Set for a configuration of Terragrunt, which is evaluated as a root module.
    pub(super) terragrunt: Option<Config>,
    /// The configuration of Terragrunt that deploys it.
    pub(super) deployed_by: Option<Box<TerraformUnit>>,
    /// What a plan tells of it.
    pub(super) told: Option<Arc<dyn Told>>,
    /// Tells what the stacks put out that it makes.
    pub(super) outputs: Option<Arc<dyn Outputs>>,
    /// What becomes of blocks that have no instance.
    pub(super) absence: Absence,
}

/// What becomes of a block that has no instance with what its unit is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absence {
    /// There is none.
    Holds,
    /// Whether there is one is open, as if somebody could write another `count`.
    IsOpen,
}

/// Reads the root module in `directory`. For several, [`Modules::load`] shares what they call.
#[must_use]
pub fn load(sources: &Arc<Sources>, directory: &Path, inputs: &Inputs) -> TerraformUnit {
    Modules::new(Arc::clone(sources)).load(directory, inputs)
}

impl Modules {
    /// Reads the root module in `directory` with everything it calls.
    #[must_use]
    pub fn load(&self, directory: &Path, inputs: &Inputs) -> TerraformUnit {
        let given = GivenValues::read(&self.sources, &[&normalize(directory)], inputs);
        self.unit(directory, inputs.clone(), given, None)
    }

    /// Reads it as the sources of a plan, which tells what is known of it before apply. Its variables have their values there.
    #[must_use]
    pub fn load_told(&self, directory: &Path, inputs: &Inputs, told: Arc<dyn Told>) -> TerraformUnit {
        let given = GivenValues::told(self.get(directory).variables.keys(), told.as_ref());
        let inputs = Inputs { open: OpenInputs::WithoutDefault, ..inputs.clone() };
        self.unit(directory, inputs, given, Some(told))
    }

    fn unit(&self, directory: &Path, inputs: Inputs, given: GivenValues, told: Option<Arc<dyn Told>>) -> TerraformUnit {
        let directory = normalize(directory);
        let module = self.get(&directory);
        let tree = |computed: &Computed| Node::of(self, Arc::clone(&module), computed);
        let unit = TerraformUnit {
            path: self.sources.display(&directory),
            tree: tree(&Computed::default()),
            given,
            sources: Arc::clone(&self.sources),
            inputs,
            unanswered: World::default(),
            shared: Shared::default(),
            terragrunt: None,
            deployed_by: None,
            told,
            outputs: None,
            absence: Absence::Holds,
            directory,
        };
        let unit = unit.with_computed(tree);
        let place = |name: &str| unit.given.place(name, &self.sources).into_iter().collect();
        secret::withhold(&unit.tree, &self.sources, place);
        unit
    }
}

/// What the sources of modules that are expressions are worth, where that is the same text wherever they are called.
fn computed_sources(unit: &TerraformUnit) -> Computed {
    let mut found: HashMap<String, Option<String>> = HashMap::new();
    if unit.tree.walk().iter().all(|node| node.module.computed().next().is_none()) {
        return Computed::default();
    }
    let world = World::default();
    let evaluator = Evaluator::new(unit, &world);
    evaluator.expand_all();
    let scopes = evaluator.scopes.borrow().clone();
    for scope in &scopes {
        for (name, source) in scope.node.module.computed() {
            let mut path: Vec<&str> =
                scope.callers().filter_map(|call| Some(call.labels.first()?.text.as_str())).collect();
            path.reverse();
            path.push(name);
            evaluator.limits.begin();
            let source = evaluator.evaluate(&source, Env::of(scope)).as_str().map(str::to_owned);
            let known = found.entry(path.join(".")).or_insert_with(|| source.clone());
            *known = known.take().filter(|known| source.as_ref() == Some(known));
        }
    }
    found.into_iter().filter_map(|(path, source)| Some((path, source?))).collect()
}

impl TerraformUnit {
    /// The unit with the modules whose source is an expression that is known without any answer. What they are called with
    /// may be needed for the sources of those that they call.
    pub(super) fn with_computed(mut self, tree: impl Fn(&Computed) -> Node) -> Self {
        let mut known = Computed::default();
        loop {
            let found = computed_sources(&self);
            if found.len() <= known.len() {
                return self;
            }
            known = found;
            self.tree = tree(&known);
            self.shared = Shared::default();
        }
    }

    /// The directories of its modules.
    pub(super) fn directories(&self) -> impl Iterator<Item = PathBuf> {
        self.tree.walk().into_iter().map(|node| node.module.directory.clone())
    }
}

impl TerraformUnit {
    /// What declares a variable, a module, a data source or a resource of the root module.
    fn declared_in_root(&self, name: &str) -> Option<Declared> {
        let module = &self.tree.module;
        let mut words = name.split(['.', '[']);
        let (first, second) = (words.next()?, words.next()?);
        let (block, option) = match first {
            "var" => (module.variables.get(second)?, Some(option(second))),
            "module" => (module.calls.get(second)?, None),
            "local" => return Some(Declared { place: Some(module.locals.get(second)?.name), option: None }),
            _ => {
                let (mode, kind, name) = match first {
                    "data" => (Mode::Data, second, words.next()?),
                    _ => (Mode::Managed, first, second),
                };
                let key = ResourceKey { mode, kind: kind.to_owned(), name: name.to_owned() };
                (module.resources.get(&key)?, None)
            }
        };
        Some(Declared { place: Some(block.header), option })
    }
}

impl Unit for TerraformUnit {
    fn path(&self) -> &str {
        &self.path
    }

    fn language(&self) -> Language {
        Language::Terraform
    }

    fn estate<'a>(&'a self, world: &'a World) -> Box<dyn Estate + 'a> {
        Box::new(TerraformEstate::new(self, world))
    }

    fn declares(&self, input: &str) -> bool {
        self.tree.module.variables.contains_key(input)
    }

    fn refuses(&self, input: &str) -> Option<String> {
        Evaluator::new(self, &World::default()).refused_value(input)
    }

    fn declared(&self, name: &str) -> Option<Declared> {
        let words: Vec<&str> = name.split('.').collect();
        // What is written has the data source's own name.
        let option = match words.as_slice() {
            ["data", "aws_region", .., "name" | "region"] => REGION_OPTION,
            ["data", "aws_caller_identity", .., "account_id"] => ACCOUNT_OPTION,
            ["data", "aws_partition", .., "partition" | "dns_suffix"] => PARTITION_OPTION,
            _ => return self.declared_in_root(name),
        };
        Some(Declared::by_option(option))
    }

    fn ingredients(&self, name: &str) -> Vec<String> {
        Evaluator::new(self, &self.unanswered).ingredients(name)
    }

    fn overriding(&self, name: &str) -> Vec<String> {
        if self.deployed_by.is_none() {
            return Vec::new();
        }
        let world = World::default();
        Evaluator::new(self, &world).variables_handed(name).into_iter().map(option).collect()
    }

    fn written_trail(&self) -> Option<Span> {
        let resources = self.tree.walk().into_iter().flat_map(|node| &node.module.resources);
        let is_trail = |key: &ResourceKey| key.mode == Mode::Managed && kind(&key.kind) == Some(Kind::Trail);
        resources.filter(|(key, _)| is_trail(key)).map(|(_, block)| block.header).next()
    }

    fn kept(&self) -> Vec<Kept> {
        let is_any = self.inputs.open == OpenInputs::Any;
        if is_any { Evaluator::new(self, &World::default()).kept() } else { Vec::new() }
    }

    fn without_kept(&self) -> Option<Box<dyn Unit>> {
        let is_deployed_as_it_is = self.terragrunt.is_none() && self.deployed_by.is_none();
        let inputs = Inputs { open: OpenInputs::Everything, ..self.inputs.clone() };
        is_deployed_as_it_is.then(|| Box::new(load(&self.sources, &self.directory, &inputs)) as Box<dyn Unit>)
    }

    fn whatever_is_given(&self) -> Option<Box<dyn Unit>> {
        let mut resources = self.tree.walk().into_iter().flat_map(|node| node.module.resources.keys());
        let deploys = |key: &ResourceKey| key.mode == Mode::Managed && kind(&key.kind) == Some(Kind::Foreign);
        let unit = || Self {
            path: self.path.clone(),
            directory: self.directory.clone(),
            sources: Arc::clone(&self.sources),
            tree: self.tree.clone(),
            given: GivenValues::default(),
            inputs: Inputs { open: OpenInputs::Any, ..self.inputs.clone() },
            unanswered: World::default(),
            shared: Shared::default(),
            terragrunt: None,
            deployed_by: None,
            told: None,
            outputs: None,
            absence: Absence::IsOpen,
        };
        resources.any(deploys).then(|| Box::new(unit()) as Box<dyn Unit>)
    }

    fn consult(&mut self, outputs: Arc<dyn Outputs>) {
        self.outputs = Some(outputs);
        // Whatever was worked out so far was made of something else.
        self.shared = Shared::default();
    }

    fn notes(&self) -> Vec<Note> {
        let mut notes = self.given.notes.clone();
        let undeclared = self.given.named.iter().filter(|(name, _)| !self.declares(name));
        notes.extend(undeclared.map(|(name, span)| Note {
            message: format!("{name} is given a value, and the root module has no variable of that name"),
            span: Some(*span),
        }));
        for node in self.tree.walk() {
            notes.extend(node.module.notes.iter().chain(&node.notes).cloned());
            notes.extend(absent_trails(node));
        }
        let world = World::default();
        let evaluator = Evaluator::new(self, &world);
        evaluator.read_everything();
        notes.extend(evaluator.notes());
        let mut distinct: Vec<Note> = Vec::new();
        for note in notes {
            if !distinct.contains(&note) {
                distinct.push(note);
            }
        }
        distinct
    }

    fn errors(&self) -> Vec<FileError> {
        let mut errors = self.given.errors.clone();
        errors.extend(self.deployed_by.iter().flat_map(|config| config.errors()));
        for error in self.tree.walk().into_iter().flat_map(|node| &node.module.errors) {
            if !errors.contains(error) {
                errors.push(error.clone());
            }
        }
        errors
    }
}

/// Calls of modules that are not on disk and may hold a trail.
fn absent_trails(node: &Node) -> Vec<Note> {
    let about_trails = |text: &str| text.to_lowercase().contains("cloudtrail");
    let remark = |(name, child): (&String, &Child)| match child {
        Child::Absent(source) if about_trails(name) || about_trails(source) => Some(Note {
            message: format!(
                "module.{name} may hold a trail, but its text cannot be read: {source} is not on disk, or terraform init has yet to fetch it"
            ),
            span: node.module.calls.get(name).map(|call| call.header),
        }),
        _ => None,
    };
    node.children.iter().filter_map(remark).collect()
}
