//! A root module with everything it calls, as it is written: instances come later.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::finding::Note;
use crate::source::Span;
use crate::syntax::{Attribute, Block, ExprKind};

use super::conditions::sets_conditions;
use super::estate::CALL_META;
use super::installed::{Installed, installed};
use super::module::{Mode, Module, ModuleSource, Modules, ResourceKey};

/// How deep modules may call modules.
const MAX_DEPTH: usize = 32;
/// How many calls a unit may hold. Modules that call each other twice at every level would be 2³².
const MAX_CALLS: usize = 10_000;

/// A module in its place in the tree of calls.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// What it declares.
    pub module: Arc<Module>,
    /// What each of its `module` blocks leads to.
    pub children: IndexMap<String, Child>,
    /// The `module` block in the user's code that brought in somebody else's module.
    pub caller: Option<Span>,
    /// Whether the model knows anything in it or below, or it sets conditions.
    pub is_relevant: bool,
    /// Why calls are not followed whose modules are on disk.
    pub notes: Vec<Note>,
}

/// What a `module` block leads to.
#[derive(Debug, Clone)]
pub(super) enum Child {
    /// A module on disk.
    Present(Node),
    /// A module whose text is not on disk, or lies beyond a limit: its source, as written.
    Absent(String),
}

impl Node {
    /// The tree under the module in `directory`.
    pub(super) fn root(modules: &Modules, directory: &Path, computed: &Computed) -> Self {
        Self::of(modules, modules.get(directory), computed)
    }

    /// The tree under a module.
    pub(super) fn of(modules: &Modules, module: Arc<Module>, computed: &Computed) -> Self {
        let installed = installed(&modules.sources, &module.directory);
        let mut reader = Reader { modules, installed, computed, chain: Vec::new(), calls: 0 };
        reader.node(module, &[], None)
    }

    /// Every module of the tree, callers first.
    pub(super) fn walk(&self) -> Vec<&Node> {
        let below = self.children.values().filter_map(|child| match child {
            Child::Present(node) => Some(node.walk()),
            Child::Absent(_) => None,
        });
        std::iter::once(self).chain(below.flatten()).collect()
    }
}

/// What sources that are expressions are worth, as far as that is known, by the dotted path of the call.
pub(super) type Computed = HashMap<String, String>;

struct Reader<'m> {
    modules: &'m Modules,
    computed: &'m Computed,
    /// Where `terraform init` put remote modules, by the dotted path of the call.
    installed: HashMap<String, Installed>,
    /// The directories from the root to the module that is being read.
    chain: Vec<PathBuf>,
    calls: usize,
}

impl Reader<'_> {
    fn node(&mut self, module: Arc<Module>, path: &[&str], caller: Option<Span>) -> Node {
        let mut children = IndexMap::new();
        let mut notes = Vec::new();
        if let Some(caller) = caller {
            self.modules.sources.bring_in(&module.directory, caller);
        }
        self.chain.push(module.directory.clone());
        for (name, call) in &module.calls {
            let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
            children.insert(name.clone(), self.child(&module, call, &path, caller, &mut notes));
        }
        self.chain.pop();
        let known = |key: &ResourceKey| key.mode == Mode::Managed && crate::model::schema::kind(&key.kind).is_some();
        let below = |child: &Child| match child {
            Child::Present(node) => node.is_relevant,
            Child::Absent(_) => true,
        };
        // What a module without resources refuses, it refuses of the answers that its callers are judged in.
        let is_relevant =
            sets_conditions(&module) || module.resources.keys().any(known) || children.values().any(below);
        Node { module, children, caller, is_relevant, notes }
    }

    fn child(
        &mut self,
        module: &Module,
        call: &Block,
        path: &[&str],
        caller: Option<Span>,
        notes: &mut Vec<Note>,
    ) -> Child {
        let mut remark = |why: &str| {
            let message = format!("module.{} is not read: {why}", path.join(".module."));
            notes.push(Note { message, span: Some(call.header) });
        };
        let mut from = module.source(call);
        if let ModuleSource::Computed(expr) = &from {
            let Some(source) = self.computed.get(&path.join(".")) else {
                return Child::Absent(format!("{}, which is not known", self.modules.sources.text(expr.span)));
            };
            from = module.source_called(source);
        }
        let (directory, source, caller) = match from {
            ModuleSource::Local { directory, source } => (directory, source, caller),
            ModuleSource::Remote(source) => match self.installed.get(&path.join(".")) {
                Some(installed) => match installed.mismatch(&source, version(call)) {
                    Some(other) => {
                        remark(&format!("{other} is installed, and it asks for another one; run `terraform init`"));
                        return Child::Absent(format!("{source}, in place of which {other} is installed"));
                    }
                    None => (installed.directory.clone(), source, caller.or(Some(call.header))),
                },
                None => return Child::Absent(source),
            },
            ModuleSource::Computed(_) => return Child::Absent("an expression".to_owned()),
        };
        // Terraform refuses modules that call themselves; following them would never end.
        if self.chain.contains(&directory) {
            remark("it calls itself, and Terraform refuses that");
            return Child::Absent(format!("{source}, which calls itself"));
        }
        // A link may lead there.
        if let Err(why) = self.modules.sources.within_root(&directory) {
            remark(&format!("{source} {why}"));
            return Child::Absent(format!("{source}, which lies outside the project root"));
        }
        self.calls += 1;
        let files = self.modules.sources.list(&directory);
        if !files.iter().any(|name| super::is_configuration(name)) {
            return Child::Absent(source);
        }
        if path.len() > MAX_DEPTH {
            remark(&format!("modules call modules more than {MAX_DEPTH} levels deep, a limit of this program"));
            return Child::Absent(format!("{source}, which lies beyond a limit of this program"));
        }
        if self.calls > MAX_CALLS {
            remark(&format!("there are more than {MAX_CALLS} module calls, a limit of this program"));
            return Child::Absent(format!("{source}, which lies beyond a limit of this program"));
        }
        let inner = self.modules.get(&directory);
        notes.extend(undeclared(call, &inner, path));
        Child::Present(self.node(inner, path, caller))
    }
}

/// The arguments of a call that the module has no variable for. Terraform refuses them, and what they hold leads nowhere.
fn undeclared(call: &Block, called: &Module, path: &[&str]) -> Vec<Note> {
    let is_undeclared = |name: &str| !CALL_META.contains(&name) && !called.variables.contains_key(name);
    let arguments = call.body.attributes.iter().filter(|argument| is_undeclared(&argument.name));
    let note = |argument: &Attribute| Note {
        message: format!(
            "module.{} is called with {}, and the module has no variable of that name: Terraform refuses that",
            path.join(".module."),
            argument.name
        ),
        span: Some(argument.expr.span),
    };
    // In a file that cannot be read there may be one.
    if called.errors.is_empty() { arguments.map(note).collect() } else { Vec::new() }
}

/// The versions of a module that a call asks for.
fn version(call: &Block) -> Option<&str> {
    match &call.body.attribute("version")?.expr.kind {
        ExprKind::Text(constraint, _) => Some(constraint),
        _ => None,
    }
}
