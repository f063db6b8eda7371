//! Where an expression stands: the module instance, and the names that are bound around it.

use std::cell::Cell;
use std::rc::Rc;

use indexmap::IndexMap;

use crate::source::Span;
use crate::syntax::Block;
use crate::value::{InputSet, Origin, Value};

use super::evaluator::Evaluator;
use super::slot::{ANY_KEY, Slot};
use super::tree::Node;
use crate::model::Existence;

/// One instance of a module.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    /// Its number in the evaluator.
    pub id: Cell<usize>,
    /// The module in its place in the tree of calls.
    pub node: &'a Node,
    /// The address as Terraform prints it (`module.a["x"]`); empty for the root.
    pub address: String,
    /// Who calls it; `None` for the root.
    pub call: Option<Caller<'a>>,
    /// Whether the instance exists.
    pub existence: Existence,
    /// What says whether it is there.
    pub presence: Origin,
    /// The inputs that decide that, and what `each` and `count` are in it.
    pub inputs: InputSet,
}

/// The call that made a module instance.
#[derive(Debug)]
pub(super) struct Caller<'a> {
    /// The module instance with the call.
    pub scope: Rc<Scope<'a>>,
    /// The `module` block.
    pub block: &'a Block,
    /// Which of the call's instances it is.
    pub slot: Slot,
}

impl<'a> Scope<'a> {
    pub fn root(node: &'a Node) -> Self {
        let (id, address, presence, inputs) = Default::default();
        Self { id, node, address, call: None, existence: Existence::Exists, presence, inputs }
    }

    /// The address of something in this module instance.
    pub fn qualify(&self, name: &str) -> String {
        if self.address.is_empty() { name.to_owned() } else { format!("{}.{name}", self.address) }
    }

    /// The `module` blocks that lead here, the innermost first.
    pub fn callers(&self) -> impl Iterator<Item = &'a Block> {
        self.calls().map(|call| call.block)
    }

    /// The calls that lead to the module instance, the innermost first.
    pub fn calls(&self) -> impl Iterator<Item = &Caller<'a>> {
        std::iter::successors(self.call.as_ref(), |call| call.scope.call.as_ref())
    }

    /// Whether it stands for all that a call makes of which it is not known which there are.
    pub fn stands_for_all(&self) -> bool {
        self.calls().any(|call| call.slot.key == ANY_KEY && !call.slot.is_under_index())
    }

    /// The `module` block to point at instead of somebody else's text.
    pub fn caller(&self) -> Option<Span> {
        self.node.caller
    }
}

impl<'a> Evaluator<'a> {
    /// Numbers a scope.
    pub fn add_scope(&self, scope: Scope<'a>) -> Rc<Scope<'a>> {
        let mut scopes = self.scopes.borrow_mut();
        scope.id.set(scopes.len());
        let scope = Rc::new(scope);
        scopes.push(Rc::clone(&scope));
        scope
    }
}

/// The names an expression can use.
#[derive(Clone, Copy)]
pub(super) struct Env<'e, 'a> {
    /// The module instance. A file of values and a template file have none.
    pub scope: Option<&'e Rc<Scope<'a>>>,
    /// `each`, `count`, names of `for` expressions and iterators, the innermost first.
    pub bindings: Option<&'e Binding<'e>>,
    /// The variables of a template file, or what was bound around a loop that is worked out once more.
    pub variables: Option<&'e IndexMap<String, Value>>,
}

/// A bound name and those outside it.
pub(super) struct Binding<'e> {
    pub name: &'e str,
    pub value: &'e Value,
    pub outer: Option<&'e Binding<'e>>,
}

impl<'e, 'a> Env<'e, 'a> {
    /// Constants only: Terraform allows neither names nor calls in values of variables and their defaults.
    pub const CONSTANT: Self = Self { scope: None, bindings: None, variables: None };

    /// The names of a module instance.
    pub fn of(scope: &'e Rc<Scope<'a>>) -> Self {
        Self { scope: Some(scope), bindings: None, variables: None }
    }

    /// Whether only constants may stand here.
    pub fn is_constant(&self) -> bool {
        self.scope.is_none() && self.variables.is_none()
    }

    /// The value bound to `name`.
    pub fn bound(&self, name: &str) -> Option<&'e Value> {
        std::iter::successors(self.bindings, |binding| binding.outer)
            .find(|binding| binding.name == name)
            .map(|binding| binding.value)
            .or_else(|| self.variables?.get(name))
    }

    /// Every name that is bound, with its value, the innermost first.
    pub fn names(&self) -> impl Iterator<Item = (&'e str, &'e Value)> {
        let bound = std::iter::successors(self.bindings, |binding| binding.outer);
        let variables = self.variables.into_iter().flatten().map(|(name, value)| (name.as_str(), value));
        bound.map(|binding| (binding.name, binding.value)).chain(variables).filter(|(name, _)| !name.is_empty())
    }

    /// The names of a module instance, and those that were bound around a loop in it.
    pub fn around(scope: &'e Rc<Scope<'a>>, bound: &'e IndexMap<String, Value>) -> Self {
        Self { scope: Some(scope), bindings: None, variables: Some(bound) }
    }

    /// The variables of a template file and nothing else.
    pub fn template(variables: &'e IndexMap<String, Value>) -> Self {
        Self { scope: None, bindings: None, variables: Some(variables) }
    }

    /// The same place with other innermost names.
    pub fn with(self, bindings: &'e Binding<'e>) -> Self {
        Self { bindings: Some(bindings), ..self }
    }
}

impl<'e> Binding<'e> {
    /// A name around which `env` stands.
    pub fn new(name: &'e str, value: &'e Value, env: Env<'e, '_>) -> Self {
        Self { name, value, outer: env.bindings }
    }
}
