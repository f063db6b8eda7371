//! Which provider configuration an instance belongs to, and what that says about its account.

use crate::model::account_number;
use crate::syntax::{Node, NodeKind, Style};

use super::instances::{Instance, constant, list, text};

/// What tells the account of an instance from that of others: a role, a profile or the allowed accounts of its provider
/// configuration. Empty where the configuration says nothing; a Region alone is the same account.
pub(super) fn account(plan: &Node, instance: &Instance<'_>) -> String {
    let Some(expressions) = configured(plan, instance).and_then(|provider| provider.get("expressions")) else {
        return String::new();
    };
    // A later role is assumed by the one before it.
    let role = ["assume_role", "assume_role_with_web_identity"].into_iter().find_map(|kind| {
        let blocks = expressions.get(kind)?;
        let blocks = blocks.items().unwrap_or(std::slice::from_ref(blocks));
        blocks.iter().filter_map(|block| block.get("role_arn")).next_back()
    });
    let argument = |name: &str| expressions.get(name);
    let told = role.or_else(|| argument("profile")).or_else(|| argument("allowed_account_ids"));
    let Some(expression) = told else { return String::new() };
    let references = || list(expression, "references").filter_map(Node::text).collect::<Vec<_>>().join(",");
    let told = known(expression, plan).unwrap_or_else(references);
    account_number(&told).map(str::to_owned).unwrap_or(told)
}

/// The configuration an instance's block names: `aws`, `aws.logs`, `module.logs:aws`. A module that has none of its own
/// has its caller's.
fn configured<'p>(plan: &'p Node, instance: &Instance<'p>) -> Option<&'p Node> {
    let providers = plan.get("configuration")?.get("provider_config")?;
    let key = text(instance.configuration?, "provider_config_key")?;
    let (mut module, name) = key.rsplit_once(':').unwrap_or(("", key));
    while !module.is_empty() {
        if let Some(provider) = providers.get(&format!("{module}:{name}")) {
            return Some(provider);
        }
        module = module.rsplit_once(".module.").map_or("", |(caller, _)| caller);
    }
    providers.get(name)
}

/// The text or texts of an argument: a constant, or the value of the root's variable it is.
fn known(expression: &Node, plan: &Node) -> Option<String> {
    let value = constant(expression).or_else(|| {
        let mut references = list(expression, "references").filter_map(Node::text);
        let variable = references.next().filter(|_| references.next().is_none())?.strip_prefix("var.")?;
        if is_sensitive(variable, plan) { None } else { plan.get("variables")?.get(variable)?.get("value") }
    })?;
    let texts: Vec<&str> = match value.items() {
        Some(items) => items.iter().map(words).collect::<Option<_>>()?,
        None => vec![words(value)?],
    };
    Some(texts.join(","))
}

/// A plan prints sensitive variables too.
fn is_sensitive(variable: &str, plan: &Node) -> bool {
    let declared = || {
        let variables = plan.get("configuration")?.get("root_module")?.get("variables")?;
        variables.get(variable)?.get("sensitive")?.text()
    };
    declared() == Some("true")
}

fn words(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Scalar(scalar) if scalar.style == Style::Quoted => Some(&scalar.text),
        _ => None,
    }
}
