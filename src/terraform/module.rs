//! One module directory, parsed and indexed: what it declares, not yet what anything is worth.
//!
//! A module does not know who calls it, so that all units share one copy.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use indexmap::IndexMap;

use crate::finding::{FileError, Note};
use crate::model::Inputs;
use crate::source::{FileId, ReadError, Sources, Span};
use crate::syntax::{Block, Body, Expr, ExprKind, ParsedBody, Problem, ProblemSeverity, hcl, tf_json};

use super::files;
use super::merge;

/// What a module directory declares.
#[derive(Debug, Default)]
pub struct Module {
    /// The directory.
    pub(super) directory: PathBuf,
    /// `variable` blocks by name.
    pub(super) variables: IndexMap<String, Block>,
    /// Local values by name.
    pub(super) locals: IndexMap<String, Local>,
    /// `output` blocks by name.
    pub(super) outputs: IndexMap<String, Block>,
    /// `resource` and `data` blocks.
    pub(super) resources: IndexMap<ResourceKey, Block>,
    /// Further blocks of a resource that is declared already, which Terraform refuses.
    pub(super) again: IndexMap<ResourceKey, Vec<Block>>,
    /// What else is declared more than once, which Terraform refuses too: `local.name`, `module.name`, `provider.aws.alias`.
    pub(super) twice: HashSet<String>,
    /// `module` blocks by name.
    pub(super) calls: IndexMap<String, Block>,
    /// What `import` blocks adopt that exists already.
    pub(super) imports: Vec<Span>,
    /// Whether it says where its state is kept, which only a root module does.
    pub(super) keeps_state: bool,
    /// Whether there is an `ephemeral` block.
    pub(super) opens_ephemerals: bool,
    /// `provider` blocks.
    pub(super) providers: Vec<Block>,
    /// Files that could not be read or parsed.
    pub(super) errors: Vec<FileError>,
    /// What is wrong with an override file, which may replace anything.
    pub(super) unread_override: Option<String>,
    /// Remarks about the declarations.
    pub(super) notes: Vec<Note>,
}

/// A local value.
#[derive(Debug)]
pub(super) struct Local {
    /// What it is worth.
    pub expr: Arc<Expr>,
    /// Where its name is written.
    pub name: Span,
}

/// What tells the resources of one module apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ResourceKey {
    /// Managed, or a data source.
    pub mode: Mode,
    /// The type, such as `aws_s3_bucket`.
    pub kind: String,
    /// The name.
    pub name: String,
}

/// Whether Terraform makes the thing or looks it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Mode {
    /// A `resource` block.
    Managed,
    /// A `data` block.
    Data,
}

impl std::fmt::Display for ResourceKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let prefix = if self.mode == Mode::Data { "data." } else { "" };
        write!(out, "{prefix}{}.{}", self.kind, self.name)
    }
}

/// Where the text of a called module is.
#[derive(Debug, Clone)]
pub(super) enum ModuleSource {
    /// A directory of this repository, and how it is written.
    Local { directory: PathBuf, source: String },
    /// A registry address, a git URL or the like, as written.
    Remote(String),
    /// What an expression is worth, which OpenTofu works out before anything is read.
    /// <https://opentofu.org/docs/language/modules/sources/#support-for-variable-and-local-evaluation>
    Computed(Arc<Expr>),
}

impl Module {
    /// Where the module called by `call` is.
    pub(super) fn source(&self, call: &Block) -> ModuleSource {
        let source = call.body.attribute("source").map(|attribute| &attribute.expr);
        match source.map(|expr| (expr, &expr.kind)) {
            Some((_, ExprKind::Text(text, _))) => self.source_called(text),
            Some((expr, _)) => ModuleSource::Computed(Arc::clone(expr)),
            None => ModuleSource::Remote("no source".to_owned()),
        }
    }

    /// Where the module with this source is.
    pub(super) fn source_called(&self, source: &str) -> ModuleSource {
        if is_local(source) {
            ModuleSource::Local { directory: normalize(&self.directory.join(source)), source: source.to_owned() }
        } else {
            ModuleSource::Remote(source.to_owned())
        }
    }

    /// The calls of modules whose source is an expression.
    pub(super) fn computed(&self) -> impl Iterator<Item = (&String, Arc<Expr>)> {
        self.calls.iter().filter_map(|(name, call)| match self.source(call) {
            ModuleSource::Computed(expr) => Some((name, expr)),
            ModuleSource::Local { .. } | ModuleSource::Remote(_) => None,
        })
    }

    /// The directories of the local modules this one calls.
    pub(super) fn called(&self) -> impl Iterator<Item = PathBuf> {
        self.calls.values().filter_map(|call| match self.source(call) {
            ModuleSource::Local { directory, .. } => Some(directory),
            ModuleSource::Remote(_) | ModuleSource::Computed(_) => None,
        })
    }

    /// The module that these blocks declare.
    pub(super) fn of(directory: &Path, blocks: Vec<Block>) -> Self {
        let mut module = Self { directory: directory.to_owned(), ..Self::default() };
        for block in blocks {
            module.declare(block);
        }
        module
    }

    /// The module in `directory` with other files in place of those of the same name, or beside them.
    pub(super) fn laid_over(sources: &Sources, directory: &Path, over: &[(String, FileId)]) -> Self {
        let mut names = sources.list(directory);
        names.extend(over.iter().map(|(name, _)| name.clone()));
        names.sort();
        names.dedup();
        let files = files::configuration(&names);
        let mut read = Self::default();
        let mut parse = |name: &String| {
            let file = match over.iter().rev().find(|(other, _)| other == name) {
                Some((_, file)) => Ok(*file),
                None => sources.read(&directory.join(name)),
            };
            read.parsed(sources, file).blocks
        };
        let mut blocks: Vec<Block> = files.primary.iter().flat_map(&mut parse).collect();
        let changes: Vec<Block> = files.overrides.iter().flat_map(&mut parse).collect();
        let is_override = |error: &&FileError| {
            let name = Path::new(&error.path).file_name().map(|name| name.to_string_lossy());
            files.overrides.iter().any(|file| name.as_deref() == Some(file))
        };
        let unread = read.errors.iter().find(is_override);
        let unread_override = unread.map(|error| format!("{}: {}", error.path, error.message));
        for change in changes {
            merge::apply(&mut blocks, change, &mut read.notes);
        }
        let module = Self::of(directory, blocks);
        Self { errors: read.errors, unread_override, notes: [read.notes, module.notes].concat(), ..module }
    }

    fn parsed(&mut self, sources: &Sources, file: Result<FileId, ReadError>) -> Body {
        let file = match file {
            Ok(file) => file,
            Err(ReadError { path, message }) => {
                self.errors.push(FileError { path, message, span: None });
                return Body::default();
            }
        };
        let source = sources.file(file);
        let parsed = parse_file(file, &source.path, &source.text);
        self.remark(&source.path, parsed.problems);
        parsed.body
    }

    /// Keeps what is wrong with the text of a file.
    pub(super) fn remark(&mut self, path: &str, problems: Vec<Problem>) {
        for Problem { message, span, severity } in problems {
            match severity {
                ProblemSeverity::Lost => {
                    self.errors.push(FileError { path: path.to_owned(), message, span: Some(span) });
                }
                ProblemSeverity::Harmless => self.notes.push(Note { message, span: Some(span) }),
            }
        }
    }

    fn declare(&mut self, block: Block) {
        let labels: Vec<String> = block.labels.iter().map(|label| label.text.clone()).collect();
        let header = block.header;
        match (block.kind.as_str(), labels.as_slice()) {
            ("variable", [name]) => {
                let is_again = insert(&mut self.variables, name.clone(), block);
                self.again_if(is_again, format!("var.{name}"), header);
            }
            ("output", [name]) => {
                let is_again = insert(&mut self.outputs, name.clone(), block);
                self.again_if(is_again, format!("output.{name}"), header);
            }
            ("module", [name]) => {
                let is_again = insert(&mut self.calls, name.clone(), block);
                self.again_if(is_again, format!("module.{name}"), header);
            }
            ("resource", [kind, name]) => {
                self.declare_resource(
                    ResourceKey { mode: Mode::Managed, kind: kind.clone(), name: name.clone() },
                    block,
                );
            }
            ("data", [kind, name]) => {
                self.declare_resource(ResourceKey { mode: Mode::Data, kind: kind.clone(), name: name.clone() }, block);
            }
            ("terraform", []) => {
                self.keeps_state |= ["backend", "cloud"].iter().any(|kind| block.body.blocks_of(kind).next().is_some());
            }
            ("import", []) => self.imports.extend(block.body.attribute("to").map(|to| to.expr.span)),
            ("ephemeral", _) => self.opens_ephemerals = true,
            ("provider", [name]) => {
                let is_again = self.providers.iter().any(|other| {
                    other.labels.first().is_some_and(|label| label.text == *name) && alias(other) == alias(&block)
                });
                self.again_if(is_again, provider_name(name, alias(&block)), header);
                self.providers.push(block);
            }
            ("locals", _) => {
                for attribute in block.body.attributes {
                    let local = Local { expr: attribute.expr, name: attribute.name_span };
                    let is_again = self.locals.contains_key(&attribute.name);
                    self.again_if(is_again, format!("local.{}", attribute.name), attribute.name_span);
                    self.locals.entry(attribute.name).or_insert(local);
                }
            }
            _ => {}
        }
    }

    /// Keeps what is declared again, and says so.
    fn again_if(&mut self, is_again: bool, name: String, span: Span) {
        if is_again {
            self.notes.push(Note { message: format!("{name} {TWICE}; Terraform refuses that"), span: Some(span) });
            self.twice.insert(name);
        }
    }

    fn declare_resource(&mut self, key: ResourceKey, block: Block) {
        let is_again = self.resources.contains_key(&key);
        self.again_if(is_again, key.to_string(), block.header);
        if is_again {
            self.again.entry(key).or_default().push(block);
        } else {
            self.resources.insert(key, block);
        }
    }
}

/// What is said of a name that is declared more than once.
pub(super) const TWICE: &str = "is declared twice in one module";

/// What a `provider` block is called beside others of its provider.
pub(super) fn alias(provider: &Block) -> Option<&str> {
    match &provider.body.attribute("alias")?.expr.kind {
        ExprKind::Text(alias, _) => Some(alias),
        _ => None,
    }
}

/// The name of a provider configuration among what is declared.
pub(super) fn provider_name(local: &str, alias: Option<&str>) -> String {
    alias.map_or_else(|| format!("provider.{local}"), |alias| format!("provider.{local}.{alias}"))
}

/// Whether a file is in Terraform's JSON syntax.
pub(super) fn is_json(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// The tree of a configuration file or a file of variable values.
pub(super) fn parse_file(file: FileId, path: &str, text: &str) -> ParsedBody {
    if is_json(path) { tf_json::parse(file, text) } else { hcl::parse(file, text) }
}

/// Keeps the first of two declarations. Whether there were two.
fn insert<K: std::hash::Hash + Eq>(map: &mut IndexMap<K, Block>, key: K, block: Block) -> bool {
    if map.contains_key(&key) {
        return true;
    }
    map.insert(key, block);
    false
}

/// Whether a module source is a path. <https://developer.hashicorp.com/terraform/language/modules/sources#local-paths>
pub(super) fn is_local(source: &str) -> bool {
    ["./", "../", ".\\", "..\\"].iter().any(|prefix| source.starts_with(prefix)) || source == "." || source == ".."
}

/// The path without `.` and `..`, by its text alone.
pub(super) fn normalize(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if normal.file_name().is_some() => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

/// The modules of a run, each parsed once however many call it.
#[derive(Debug)]
pub struct Modules {
    pub(super) sources: Arc<Sources>,
    /// What sources of modules that are expressions are worked out with.
    pub(super) inputs: Inputs,
    parsed: Mutex<HashMap<PathBuf, Arc<OnceLock<Arc<Module>>>>>,
}

impl Modules {
    /// No modules yet.
    #[must_use]
    pub fn new(sources: Arc<Sources>) -> Self {
        Self::with(sources, Inputs::default())
    }

    /// No modules yet, of units with these inputs.
    #[must_use]
    pub fn with(sources: Arc<Sources>, inputs: Inputs) -> Self {
        Self { sources, inputs, parsed: Mutex::default() }
    }

    /// The module in `directory`.
    #[must_use]
    pub fn get(&self, directory: &Path) -> Arc<Module> {
        let directory = normalize(directory);
        let cell = {
            let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(parsed.entry(directory.clone()).or_default())
        };
        Arc::clone(cell.get_or_init(|| Arc::new(Module::laid_over(&self.sources, &directory, &[]))))
    }
}
