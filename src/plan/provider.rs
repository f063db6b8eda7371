//! Which provider configuration an instance belongs to, and what that says about its account.

use crate::model::{DEPLOYED_BY, account_number};
use crate::syntax::{Node, NodeKind, Style};
use crate::value::{Origin, Role, Value};

use super::instances::{Instance, constant, list, text};
use super::slot;

/// What tells the account of an instance from that of others: a role, a profile or the allowed accounts of its provider
/// configuration. Empty where the configuration says nothing; a Region alone is the same account.
pub(super) fn account(plan: &Node, instance: &Instance<'_>) -> String {
    let Some(expressions) = configured(plan, instance).and_then(|(_, provider)| provider.get("expressions")) else {
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

/// What tells where an instance deploys something in another language, as far as the plan does.
pub(super) fn deployed_to(plan: &Node, instance: &Instance<'_>) -> Vec<(&'static str, Value)> {
    let told = |text: String| Value::text(text, Origin::at(instance.header, Role::Header));
    let configured = configured(plan, instance);
    let name = configured.as_ref().map_or_else(
        || instance.configuration.and_then(|block| text(block, "provider_config_key")).unwrap_or_default(),
        |(name, _)| name.as_str(),
    );
    let name = if name == "aws" { "" } else { name };
    let written = configured.as_ref().and_then(|(_, provider)| provider.get("expressions")?.get("region"));
    let written = written.and_then(|region| known(region, plan));
    let own = slot::value(instance.slot.field("region"), &instance.path("region"));
    let own = own.as_str().map(str::to_owned).filter(|own| written.as_ref() != Some(own));
    let place = [Some(name.to_owned()).filter(|name| !name.is_empty()), own.clone()];
    let place: Vec<String> = place.into_iter().flatten().collect();
    let account = Some(account(plan, instance)).filter(|account| account_number(account).is_some());
    let values = [(DEPLOYED_BY, Some(place.join(" "))), ("AWS::AccountId", account), ("AWS::Region", own.or(written))];
    values.into_iter().filter_map(|(name, value)| Some((name, told(value?)))).collect()
}

/// The configuration an instance's block names, and what it is called: `aws`, `aws.logs`, `module.logs:aws`. A module that has
/// none of its own has its caller's.
fn configured<'p>(plan: &'p Node, instance: &Instance<'p>) -> Option<(String, &'p Node)> {
    let providers = plan.get("configuration")?.get("provider_config")?;
    let key = text(instance.configuration?, "provider_config_key")?;
    let (mut module, name) = key.rsplit_once(':').unwrap_or(("", key));
    while !module.is_empty() {
        let own = format!("{module}:{name}");
        if let Some(provider) = providers.get(&own) {
            return Some((own, provider));
        }
        module = module.rsplit_once(".module.").map_or("", |(caller, _)| caller);
    }
    providers.get(name).map(|provider| (name.to_owned(), provider))
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
