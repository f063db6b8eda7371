//! What names the instances of resources: the variables that `for_each` runs over, however they come there.
//!
//! Reads what is written, and evaluates nothing.

use std::collections::HashSet;

use crate::model::schema;
use crate::syntax::{Block, Expr, ExprKind};

use super::module::{Mode, Module, ResourceKey};
use super::tree::{Child, Node};
use super::validation::is_variable;

/// Whether a variable of a module names resources or modules: `for_each` runs over it here, or in a module that it is handed
/// to. What only belongs to a bucket names none.
pub(super) fn names_resources(node: &Node, variable: &str) -> bool {
    let module = &node.module;
    let belongs = |key: &ResourceKey| schema::kind(&key.kind).is_some_and(schema::belongs_to_bucket);
    let named = module.resources.iter().filter(|(key, _)| !belongs(key)).map(|(_, block)| block);
    let mut repeated = named.chain(module.calls.values()).filter_map(for_each);
    repeated.any(|each| uses(module, each, variable, &mut HashSet::new()))
        || module.calls.iter().any(|(name, call)| match node.children.get(name) {
            Some(Child::Present(child)) => is_handed(module, call, child, variable),
            _ => false,
        })
}

/// Whether a call hands a variable of its module to one that names resources in the module that is called.
fn is_handed(module: &Module, call: &Block, child: &Node, variable: &str) -> bool {
    call.body.attributes.iter().any(|argument| {
        child.module.variables.contains_key(&argument.name)
            && uses(module, &argument.expr, variable, &mut HashSet::new())
            && names_resources(child, &argument.name)
    })
}

fn for_each(block: &Block) -> Option<&Expr> {
    block.body.attribute("for_each").map(|each| each.expr.as_ref())
}

/// Whether an expression uses a variable, itself or through functions, `for`, locals and the resources that it repeats, of
/// which those were `seen` that were followed before.
fn uses<'m>(module: &'m Module, expr: &'m Expr, variable: &str, seen: &mut HashSet<(&'m str, &'m str)>) -> bool {
    if is_variable(expr, variable) {
        return true;
    }
    match &expr.kind {
        ExprKind::Call(call) => call.arguments.iter().any(|argument| uses(module, argument, variable, seen)),
        ExprKind::For(each) => uses(module, &each.collection, variable, seen),
        ExprKind::Attribute(source, name) => match &source.kind {
            ExprKind::Variable(kind) => {
                let named = if seen.insert((kind, name)) { repeated(module, kind, name) } else { None };
                named.is_some_and(|named| uses(module, named, variable, seen))
            }
            _ => uses(module, source, variable, seen),
        },
        ExprKind::Parenthesis(inner) | ExprKind::Splat(inner, _) => uses(module, inner, variable, seen),
        // What a condition says of it is whether there is anything, and not what that is called.
        ExprKind::Conditional(_, yes, no) => [yes, no].into_iter().any(|part| uses(module, part, variable, seen)),
        _ => false,
    }
}

/// What `local.name` stands for, and what the instances of `kind.name` are made for.
fn repeated<'m>(module: &'m Module, kind: &str, name: &str) -> Option<&'m Expr> {
    if kind == "local" {
        return module.locals.get(name).map(|local| local.expr.as_ref());
    }
    let key = ResourceKey { mode: Mode::Managed, kind: kind.to_owned(), name: name.to_owned() };
    module.resources.get(&key).and_then(for_each)
}
