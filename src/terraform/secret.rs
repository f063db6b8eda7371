//! Sensitive variables: what gives them values is not shown in reports.
//! <https://developer.hashicorp.com/terraform/language/values/variables#suppressing-values-in-cli-output>

use crate::source::{Sources, Span};
use crate::syntax::{Block, ExprKind};

use super::given::{Given, GivenValues};
use super::tree::{Child, Node};

/// Whether a `variable` block says that its value is a secret.
pub(super) fn is_sensitive(variable: &Block) -> bool {
    says(variable, "sensitive") || is_ephemeral(variable)
}

/// Whether a `variable` block says that its value is in no plan and no state.
/// <https://developer.hashicorp.com/terraform/language/values/variables#exclude-values-from-state>
pub(super) fn is_ephemeral(variable: &Block) -> bool {
    says(variable, "ephemeral")
}

fn says(variable: &Block, name: &str) -> bool {
    variable.body.attribute(name).is_some_and(|attribute| attribute.expr.kind == ExprKind::Bool(true))
}

/// Withholds every place in a root module and in what it calls where a sensitive variable gets its value. `places` tells
/// where a variable of the root module is given one.
pub(super) fn withhold(tree: &Node, sources: &Sources, places: impl Fn(&str) -> Vec<Span>) {
    let secrets = |node: &Node| -> Vec<String> {
        let variables = node.module.variables.iter().filter(|(_, block)| is_sensitive(block));
        variables.map(|(name, _)| name.clone()).collect()
    };
    secrets(tree).iter().flat_map(|name| places(name)).for_each(|place| sources.withhold(place));
    for node in tree.walk() {
        let defaults = node.module.variables.values().filter(|block| is_sensitive(block));
        let defaults = defaults.filter_map(|block| block.body.attribute("default")).map(|default| default.expr.span);
        defaults.for_each(|span| sources.withhold(span));
        for (name, child) in &node.children {
            let (Child::Present(child), Some(call)) = (child, node.module.calls.get(name)) else { continue };
            let handed = secrets(child).into_iter().filter_map(|name| Some(call.body.attribute(&name)?.expr.span));
            handed.for_each(|span| sources.withhold(span));
        }
    }
}

impl GivenValues {
    /// Where a variable is given a value.
    pub fn place(&self, name: &str, sources: &Sources) -> Option<Span> {
        match self.values.get(name)? {
            Given::Expression(expr) => Some(expr.span),
            Given::Value(value) => value.origin.nearest(),
            Given::Text(file) => Some(Span::new(*file, 0, sources.file(*file).text.len())),
            Given::Unknown(_) => None,
        }
    }
}
