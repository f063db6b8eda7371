//! A root module with what it calls, as it is written: for whoever has the values from elsewhere.

use std::path::Path;

use crate::source::Span;
use crate::syntax::{Attribute, Block, Written};

use super::module::{Mode, Modules, ResourceKey};
use super::tree::{Child, Computed, Node};

/// The text of a root module and of the modules it calls.
#[derive(Debug)]
pub struct Configuration {
    tree: Node,
}

impl Modules {
    /// Reads the root module in `directory` with everything it calls, and evaluates nothing.
    #[must_use]
    pub fn written(&self, directory: &Path) -> Configuration {
        Configuration { tree: Node::root(self, directory, &Computed::default()) }
    }
}

impl Configuration {
    fn node(&self, calls: &[String]) -> Option<&Node> {
        calls.iter().try_fold(&self.tree, |node, call| match node.children.get(call)? {
            Child::Present(child) => Some(child),
            Child::Absent(_) => None,
        })
    }
}

impl Written for Configuration {
    fn holds(&self, calls: &[String]) -> bool {
        self.node(calls).is_some()
    }

    fn block(&self, calls: &[String], name: &str) -> Option<&Block> {
        let module = &self.node(calls)?.module;
        let resource = |mode, kind: &str, name: &str| {
            module.resources.get(&ResourceKey { mode, kind: kind.to_owned(), name: name.to_owned() })
        };
        match name.split_once('.')? {
            ("var", name) => module.variables.get(name),
            ("module", name) => module.calls.get(name),
            ("output", name) => module.outputs.get(name),
            ("data", rest) => rest.split_once('.').and_then(|(kind, name)| resource(Mode::Data, kind, name)),
            (kind, name) => resource(Mode::Managed, kind, name),
        }
    }

    fn local(&self, calls: &[String], name: &str) -> Option<Attribute> {
        let local = self.node(calls)?.module.locals.get(name)?;
        Some(Attribute { name: name.to_owned(), name_span: local.name, expr: local.expr.clone() })
    }

    fn caller(&self, calls: &[String]) -> Option<Span> {
        let mut node = &self.tree;
        for call in calls {
            match node.children.get(call)? {
                Child::Present(child) => node = child,
                Child::Absent(_) => {
                    return node.caller.or_else(|| node.module.calls.get(call).map(|block| block.header));
                }
            }
        }
        node.caller
    }
}
