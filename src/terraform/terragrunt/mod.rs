//! Terragrunt: a `terragrunt.hcl` says which module is deployed and with which inputs.
//! <https://terragrunt.gruntwork.io/docs/reference/config-blocks-and-attributes/>
//!
//! A configuration is evaluated as a root module of its own, which holds its locals; what Terragrunt adds to the language
//! is in `functions`. Nothing is run and nothing fetched: outputs of other units and the environment are open.

mod additions;
mod functions;
mod inputs;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::finding::Note;
use crate::model::Inputs;
use crate::source::{FileId, ReadError, Sources, Span};
use crate::syntax::Body;
use crate::value::{Data, Value, World};

use super::blocks::Content;
use super::discover::quoted_sources;
use super::evaluator::Evaluator;
use super::files;
use super::given::GivenValues;
use super::module::{Module, Modules, normalize, parse_file};
use super::scope::Env;
use super::secret;
use super::shared::Shared;
use super::tree::{Computed, Node};
use super::unit::{Absence, TerraformUnit};

pub(super) use inputs::Layer;

/// How many configurations may read one another in turn. Each may read several, so that the work grows with the power of
/// this; real ones need two or three.
const MAX_DEPTH: usize = 8;

/// A configuration file, read for one unit.
#[derive(Debug)]
pub(super) struct Config {
    /// The file.
    file: PathBuf,
    /// The directory of the configuration that is evaluated: that of the unit, also in what it includes.
    directory: PathBuf,
    /// The directory of the unit that everything is read for.
    original: PathBuf,
    body: Body,
    includes: Vec<Include>,
    depth: usize,
}

/// An `include` block.
#[derive(Debug)]
struct Include {
    name: String,
    strategy: Strategy,
    /// The configuration; what stands for it where it cannot be read.
    unit: Result<TerraformUnit, Value>,
}

/// How an included configuration is merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strategy {
    /// Not at all: it is there to be referred to.
    NoMerge,
    /// Of an input that both have the including one's counts.
    Shallow,
    /// Maps and lists of both are put together.
    Deep,
}

/// A unit that Terragrunt deploys.
#[derive(Debug)]
pub struct Deployed {
    config: TerraformUnit,
    /// The directory of the module it deploys.
    pub module: PathBuf,
    /// Whether its bytes speak of a trail, or cannot tell: whatever templates it deploys, it is worth judging.
    pub speaks_of_trails: bool,
}

impl Deployed {
    /// The directory of the unit: that of its configuration.
    #[must_use]
    pub fn directory(&self) -> &PathBuf {
        &self.config.directory
    }
}

/// What a configuration file says is deployed.
#[derive(Debug)]
pub enum Deploys {
    /// A module on disk.
    Module(Box<Deployed>),
    /// A module that is not on disk, whose source or place speaks of trails, or nobody knows which module.
    Elsewhere(Note),
    /// Nothing: it is there to be included, or what it deploys has nothing to do with trails.
    Nothing,
}

impl Modules {
    /// What the configuration in `file` deploys.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn deploys(&self, file: &Path, inputs: &Inputs) -> Result<Deploys, ReadError> {
        if is_fetched(file, &self.sources) {
            return Ok(Deploys::Nothing);
        }
        let directory = normalize(file.parent().unwrap_or(file));
        let config = read(&self.sources, file, &Place::own(&directory), inputs)?;
        let world = World::default();
        let evaluator = Evaluator::new(&config, &world);
        let is_module =
            |directory: &Path| self.sources.list(directory).iter().any(|name| files::is_configuration(name));
        let source = evaluator.source();
        let Some(source) = source else {
            let deploys = is_module(&directory) && evaluator.is_deployed();
            return Ok(if deploys { deployed(config, directory) } else { Deploys::Nothing });
        };
        if !evaluator.is_deployed() {
            return Ok(Deploys::Nothing);
        }
        // What follows a question mark says which version to fetch.
        let path = source.as_str().and_then(|source| source.split('?').next());
        let module = path.map(|path| normalize(&directory.join(path)));
        match module.filter(|module| is_module(module)) {
            Some(module) => Ok(deployed(config, module)),
            None => Ok(elsewhere(&config, &source)),
        }
    }

    /// The unit that Terragrunt deploys. What lies beside its configuration is copied over the module, and so is what the
    /// configuration generates.
    #[must_use]
    pub fn load_deployed(&self, deployed: Deployed, inputs: &Inputs) -> TerraformUnit {
        let Deployed { config, module: directory, .. } = deployed;
        let world = World::default();
        let evaluator = Evaluator::new(&config, &world);
        let mut over = evaluator.generated(&directory);
        if config.directory != directory {
            let names = self.sources.list(&config.directory);
            let beside = names.into_iter().filter(|name| files::is_configuration(name));
            over.extend(beside.filter_map(|name| {
                let file = self.sources.read(&config.directory.join(&name)).ok()?;
                Some((name, file))
            }));
        }
        let mut inputs = inputs.clone();
        let (known, environment) = evaluator.extra_environment();
        inputs.environment.extend(known);
        let arguments = evaluator.extra_arguments();
        let directories = [directory.as_path(), config.directory.as_path()];
        let mut given = GivenValues::read_with(&self.sources, &directories, &inputs, &environment, &arguments);
        given.notes.extend(evaluator.notes());
        let module = match over.as_slice() {
            [] => self.get(&directory),
            _ => Arc::new(Module::laid_over(&self.sources, &directory, &over)),
        };
        let tree = |computed: &Computed| Node::of(self, Arc::clone(&module), computed);
        let unit = TerraformUnit {
            path: config.path.clone(),
            tree: tree(&Computed::default()),
            given,
            sources: Arc::clone(&self.sources),
            inputs,
            unanswered: World::default(),
            shared: Shared::default(),
            directory,
            terragrunt: None,
            deployed_by: Some(Box::new(config)),
            told: None,
            outputs: None,
            absence: Absence::Holds,
        };
        let unit = unit.with_computed(tree);
        secret::withhold(&unit.tree, &self.sources, |name| {
            let config = unit.deployed_by.as_ref().and_then(|config| config.terragrunt.as_ref());
            let inputs = config.into_iter().flat_map(|config| config.places_of(name));
            inputs.chain(unit.given.place(name, &self.sources)).collect()
        });
        unit
    }
}

impl TerraformUnit {
    /// What says, in the unit's own configuration, that it is deployed: the `terraform` block, or the first `include` where
    /// another file holds that.
    pub(super) fn deploys_at(&self) -> Option<Span> {
        let blocks = &self.terragrunt.as_ref()?.body.blocks;
        let of = |kind: &str| blocks.iter().find(|block| block.kind == kind);
        of("terraform").or_else(|| of("include")).map(|block| block.header)
    }
}

/// Whether the bytes of a configuration tell that it deploys a module from elsewhere that does not speak of trails: most
/// do, and need not be parsed.
fn is_fetched(file: &Path, sources: &Sources) -> bool {
    let Some(bytes) = sources.bytes(file) else { return false };
    let text = String::from_utf8_lossy(&bytes);
    let about_trails = text.contains("cloudtrail") || file.to_string_lossy().contains("cloudtrail");
    let mut written = quoted_sources(&text).peekable();
    !about_trails && written.peek().is_some() && written.all(is_remote)
}

/// Whether a source leads away from this disk, whatever its unknown parts are.
fn is_remote(source: &str) -> bool {
    let before = source.split("${").next().unwrap_or_default();
    ["::", "://", "git@", "github.com"].iter().any(|mark| before.contains(mark))
}

fn deployed(config: TerraformUnit, module: PathBuf) -> Deploys {
    Deploys::Module(Box::new(Deployed { config, module, speaks_of_trails: true }))
}

fn elsewhere(config: &TerraformUnit, source: &Value) -> Deploys {
    let shown = source.as_str().map_or_else(|| source.describe(), str::to_owned);
    let about_trails = |text: &str| text.to_lowercase().contains("cloudtrail");
    if source.as_str().is_none() && !is_remote(&shown) {
        let message = format!("{} deploys {shown}, which is not known: a trail in it is not judged", config.path);
        return Deploys::Elsewhere(Note { message, span: source.origin.nearest() });
    }
    if !about_trails(&shown) && !about_trails(&config.path) {
        return Deploys::Nothing;
    }
    let message = format!("{} may hold a trail, but its text cannot be read: {shown} is not on disk", config.path);
    Deploys::Elsewhere(Note { message, span: source.origin.nearest() })
}

/// Where and for whom a configuration is read.
struct Place {
    directory: PathBuf,
    original: PathBuf,
    depth: usize,
}

impl Place {
    fn own(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), original: directory.to_owned(), depth: 0 }
    }
}

/// Reads a configuration with what it includes. Included configurations include no others.
/// <https://terragrunt.gruntwork.io/docs/reference/config-blocks-and-attributes/#include>
fn read(sources: &Arc<Sources>, file: &Path, place: &Place, inputs: &Inputs) -> Result<TerraformUnit, ReadError> {
    let mut unit = alone(sources, file, place, inputs)?;
    let world = World::default();
    let evaluator = Evaluator::new(&unit, &world);
    let below = Place { directory: place.directory.clone(), original: place.original.clone(), depth: place.depth + 1 };
    let include = |(name, block): (String, Value)| {
        let strategy = match block.field("merge_strategy").as_str() {
            Some("no_merge") => Strategy::NoMerge,
            Some("deep") => Strategy::Deep,
            _ => Strategy::Shallow,
        };
        let path = block.field("path");
        let path = file.parent().and_then(|directory| Some(directory.join(path.as_str()?)));
        let read = path.and_then(|path| alone(sources, &path, &below, inputs).ok());
        let unread = || evaluator.elsewhere(&format!("include.{name}"), "a file that cannot be read", span_of(&block));
        Include { strategy, unit: read.ok_or_else(unread), name }
    };
    let includes = evaluator.config_blocks("include").into_iter().map(include).collect();
    if let Some(config) = &mut unit.terragrunt {
        config.includes = includes;
    }
    Ok(unit)
}

fn alone(sources: &Arc<Sources>, file: &Path, place: &Place, inputs: &Inputs) -> Result<TerraformUnit, ReadError> {
    let file = normalize(file);
    let id = sources.read(&file)?;
    let source = sources.file(id);
    let parsed = parse_file(id, &source.path, &source.text);
    let mut module = Module::of(&place.directory, parsed.body.blocks.clone());
    module.remark(&source.path, parsed.problems);
    let tree = Node {
        module: Arc::new(module),
        children: IndexMap::new(),
        caller: None,
        is_relevant: false,
        notes: Vec::new(),
    };
    let config = Config {
        file,
        directory: place.directory.clone(),
        original: place.original.clone(),
        body: parsed.body,
        includes: Vec::new(),
        depth: place.depth,
    };
    Ok(TerraformUnit {
        path: sources.display(&place.directory),
        tree,
        given: GivenValues::default(),
        sources: Arc::clone(sources),
        inputs: inputs.clone(),
        unanswered: World::default(),
        shared: Shared::default(),
        directory: place.directory.clone(),
        terragrunt: Some(config),
        deployed_by: None,
        told: None,
        outputs: None,
        absence: Absence::Holds,
    })
}

impl Evaluator<'_> {
    /// The blocks of a type in the configuration, with their labels.
    fn config_blocks(&self, kind: &str) -> Vec<(String, Value)> {
        let Some(config) = &self.unit.terragrunt else { return Vec::new() };
        let root = self.root();
        let env = Env::of(&root);
        let blocks = config.body.blocks_of(kind).map(|block| {
            let label = block.labels.first().map(|label| label.text.clone()).unwrap_or_default();
            (label, self.whole_content(Content::of(block), &[], env))
        });
        let mut found: Vec<(String, Value)> = blocks.collect();
        // In JSON syntax a block is an object, by label where it has one.
        if let Some(attribute) = config.body.attribute(kind) {
            let value = self.evaluate(&attribute.expr, env);
            match value.as_map() {
                Some(entries) if entries.values().all(|entry| entry.as_map().is_some()) => {
                    found.extend(entries.iter().map(|(name, entry)| (name.clone(), entry.clone())));
                }
                _ => found.push((String::new(), value)),
            }
        }
        found
    }

    /// An attribute of the configuration.
    fn config_attribute(&self, name: &str) -> Option<Value> {
        let attribute = self.unit.terragrunt.as_ref()?.body.attribute(name)?;
        Some(self.evaluate(&attribute.expr, Env::of(&self.root())))
    }

    /// Evaluators of what is included, the one that counts most first.
    fn included(&self) -> impl Iterator<Item = (Strategy, Evaluator<'_>)> {
        let includes = self.unit.terragrunt.iter().flat_map(|config| config.includes.iter().rev());
        includes.filter_map(|include| {
            let unit = include.unit.as_ref().ok()?;
            Some((include.strategy, Evaluator::new(unit, self.world)))
        })
    }

    /// The blocks of a type, after those of what is included.
    fn merged_blocks(&self, kind: &str) -> Vec<(String, Value)> {
        let own = self.config_blocks(kind);
        let merged = self.included().filter(|(strategy, _)| *strategy != Strategy::NoMerge);
        let mut blocks: Vec<(String, Value)> = merged.flat_map(|(_, parent)| parent.config_blocks(kind)).collect();
        blocks.extend(own);
        blocks
    }

    /// What is deployed: the own `source`, else that of what is included.
    fn source(&self) -> Option<Value> {
        let source = |evaluator: &Evaluator<'_>| {
            let blocks = evaluator.config_blocks("terraform");
            blocks.iter().map(|(_, block)| block.field("source")).find(|source| !source.is_null())
        };
        source(self).or_else(|| {
            let mut merged = self.included().filter(|(strategy, _)| *strategy != Strategy::NoMerge);
            merged.find_map(|(_, parent)| source(&parent))
        })
    }

    /// Whether the unit is not left out.
    /// <https://terragrunt.gruntwork.io/docs/reference/hcl/blocks/#exclude>
    fn is_deployed(&self) -> bool {
        let is_true = |value: &Value| value.as_bool() == Some(true);
        let from_apply = |action: &Value| matches!(action.as_str(), Some("all" | "all_except_output" | "apply"));
        let is_excluded = self.merged_blocks("exclude").pop().is_some_and(|(_, exclude)| {
            is_true(&exclude.field("if")) && listed(&exclude.field("actions")).iter().any(from_apply)
        });
        !is_excluded && !self.config_attribute("skip").is_some_and(|skip| is_true(&skip))
    }
}

fn span_of(block: &Value) -> Span {
    block.origin.nearest().unwrap_or(Span::new(FileId(0), 0, 0))
}

fn listed(value: &Value) -> Vec<Value> {
    match &value.data {
        Data::List(_, items) => items.as_ref().clone(),
        Data::Map(..) => vec![value.clone()],
        _ => Vec::new(),
    }
}
