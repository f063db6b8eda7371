//! One module directory, parsed and indexed: what it declares, not yet what anything is worth.
//!
//! A module does not know who calls it, so that all units share one copy.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use indexmap::IndexMap;

use crate::finding::{FileError, Note};
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
    /// Further declarations of anything else that is declared already.
    pub(super) twice: Vec<Span>,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ModuleSource {
    /// A directory of this repository, and how it is written.
    Local { directory: PathBuf, source: String },
    /// A registry address, a git URL or the like, as written.
    Remote(String),
}

impl Module {
    /// Where the module called by `call` is.
    pub(super) fn source(&self, call: &Block) -> ModuleSource {
        let source = call.body.attribute("source").map(|attribute| &attribute.expr.kind);
        match source {
            Some(ExprKind::Text(text, _)) if is_local(text) => {
                ModuleSource::Local { directory: normalize(&self.directory.join(text)), source: text.clone() }
            }
            Some(ExprKind::Text(text, _)) => ModuleSource::Remote(text.clone()),
            Some(_) => ModuleSource::Remote("an expression".to_owned()),
            None => ModuleSource::Remote("no source".to_owned()),
        }
    }

    /// The directories of the local modules this one calls.
    pub(super) fn called(&self) -> impl Iterator<Item = PathBuf> {
        self.calls.values().filter_map(|call| match self.source(call) {
            ModuleSource::Local { directory, .. } => Some(directory),
            ModuleSource::Remote(_) => None,
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
        for change in changes {
            merge::apply(&mut blocks, change, &mut read.notes);
        }
        let module = Self::of(directory, blocks);
        Self { errors: read.errors, notes: [read.notes, module.notes].concat(), ..module }
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
        let is_resource = block.kind == "resource";
        let duplicate = match (block.kind.as_str(), labels.as_slice()) {
            ("variable", [name]) => insert(&mut self.variables, name.clone(), block),
            ("output", [name]) => insert(&mut self.outputs, name.clone(), block),
            ("module", [name]) => insert(&mut self.calls, name.clone(), block),
            ("resource", [kind, name]) => self
                .declare_resource(ResourceKey { mode: Mode::Managed, kind: kind.clone(), name: name.clone() }, block),
            ("data", [kind, name]) => {
                self.declare_resource(ResourceKey { mode: Mode::Data, kind: kind.clone(), name: name.clone() }, block)
            }
            ("terraform", []) => {
                self.keeps_state |= ["backend", "cloud"].iter().any(|kind| block.body.blocks_of(kind).next().is_some());
                false
            }
            ("import", []) => {
                self.imports.extend(block.body.attribute("to").map(|to| to.expr.span));
                false
            }
            ("ephemeral", _) => {
                self.opens_ephemerals = true;
                false
            }
            ("provider", _) => {
                self.providers.push(block);
                false
            }
            ("locals", _) => {
                let add = |attribute: crate::syntax::Attribute| {
                    let local = Local { expr: attribute.expr, name: attribute.name_span };
                    self.locals.insert(attribute.name, local)
                };
                block.body.attributes.into_iter().filter_map(add).count() > 0
            }
            _ => false,
        };
        if duplicate {
            self.twice.extend((!is_resource).then_some(header));
            let message = "this name is declared twice in one module; Terraform refuses that".to_owned();
            self.notes.push(Note { message, span: Some(header) });
        }
    }

    /// Whether it was declared already.
    fn declare_resource(&mut self, key: ResourceKey, block: Block) -> bool {
        let is_declared = self.resources.contains_key(&key);
        if is_declared {
            self.again.entry(key).or_default().push(block);
        } else {
            self.resources.insert(key, block);
        }
        is_declared
    }
}

/// The tree of a configuration file or a file of variable values.
pub(super) fn parse_file(file: FileId, path: &str, text: &str) -> ParsedBody {
    let is_json = Path::new(path).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if is_json { tf_json::parse(file, text) } else { hcl::parse(file, text) }
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
    parsed: Mutex<HashMap<PathBuf, Arc<OnceLock<Arc<Module>>>>>,
}

impl Modules {
    /// No modules yet.
    #[must_use]
    pub fn new(sources: Arc<Sources>) -> Self {
        Self { sources, parsed: Mutex::default() }
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
