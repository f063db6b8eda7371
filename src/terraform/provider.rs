//! Which provider configuration a resource belongs to, and what that says about its account and Region.

use std::rc::Rc;

use crate::syntax::{Block, Body, Expr, ExprKind};
use crate::value::Value;

use super::blocks::nested_arguments;
use super::evaluator::Evaluator;
use super::expand::{Slot, in_slot};
use super::object::Instance;
use super::scope::{Env, Scope};

/// A provider's local name and alias, as a module sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    local: String,
    alias: Option<String>,
}

/// A reference to a provider configuration, and in OpenTofu to one of its instances: `aws.by_account[each.key]`.
type Reference<'e> = (Name, Option<&'e Expr>);

/// The provider configuration that a resource ends up with.
struct Chosen<'a> {
    /// The module that holds it.
    scope: Rc<Scope<'a>>,
    name: Name,
    /// Which of its instances.
    key: Option<Value>,
}

impl Chosen<'_> {
    fn shown(&self) -> String {
        let Name { local, alias } = &self.name;
        let alias = alias.iter().map(|alias| format!(".{alias}"));
        let key = self.key.iter().map(|key| format!("[{}]", key.describe()));
        alias.chain(key).fold(local.clone(), |shown, part| shown + &part)
    }
}

impl<'a> Evaluator<'a> {
    /// What tells the account of a resource from that of others: a role, a profile or the allowed accounts of its
    /// provider configuration. Empty where the configuration says nothing; a Region alone is the same account.
    pub fn provider(&self, instance: &Instance<'a>) -> String {
        self.account_of(&self.chosen(instance))
    }

    /// The same of what names no configuration in the root module.
    pub fn default_provider(&self) -> String {
        let name = Name { local: "aws".to_owned(), alias: None };
        self.account_of(&Chosen { scope: self.root(), name, key: None })
    }

    fn account_of(&self, chosen: &Chosen<'a>) -> String {
        let told = self.configuration(chosen, |body, env| {
            let literal = |expr: &Expr| {
                let value = self.evaluate(expr, env);
                match value.as_list() {
                    Some(items) => {
                        items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
                    }
                    None => value.as_str().map(|text| vec![text.to_owned()]),
                }
            };
            let argument = |name: &str| body.attribute(name).and_then(|attribute| literal(&attribute.expr));
            let role = nested_arguments(body, "assume_role", "role_arn").into_iter().find_map(literal);
            role.or_else(|| argument("profile")).or_else(|| argument("allowed_account_ids"))
        });
        // Instances of one configuration are told apart by their keys where nothing else is known of them.
        let by_key = || chosen.key.is_some() && configured(&chosen.scope, &chosen.name).is_some_and(says_account);
        match told.flatten() {
            Some(texts) => texts.join(","),
            None if by_key() => chosen.shown(),
            None => String::new(),
        }
    }

    /// The Region of a resource, where it or its provider configuration writes it down.
    pub fn provider_region(&self, instance: &Instance<'a>) -> Option<String> {
        let own = instance.block.body.attribute("region");
        let own = own.map(|region| in_slot(&instance.scope, &instance.slot, |env| self.evaluate(&region.expr, env)));
        let known = |value: &Value| value.as_str().map(str::to_owned);
        own.as_ref().and_then(known).or_else(|| {
            self.configuration(&self.chosen(instance), |body, env| {
                known(&self.evaluate(&body.attribute("region")?.expr, env))
            })?
        })
    }

    /// The tags that a resource's provider configuration gives everything it makes.
    pub fn default_tags(&self, instance: &Instance<'a>) -> Option<Value> {
        self.configuration(&self.chosen(instance), |body, env| {
            let written = nested_arguments(body, "default_tags", "tags").into_iter().next()?;
            Some(self.evaluate(written, env))
        })?
    }

    /// The name of a resource's provider configuration in the root module; empty for the default one.
    pub fn provider_name(&self, instance: &Instance<'a>) -> String {
        let chosen = self.chosen(instance);
        if chosen.name.alias.is_some() { chosen.shown() } else { String::new() }
    }

    /// Follows the provider of a resource to the configuration in the module that holds it.
    fn chosen(&self, instance: &Instance<'a>) -> Chosen<'a> {
        let key_in = |scope: &Rc<Scope<'a>>, slot: &Slot, key: Option<&Expr>| {
            key.map(|key| in_slot(scope, slot, |env| self.evaluate(key, env)))
        };
        let (name, key) = written(instance.block);
        let key = key_in(&instance.scope, &instance.slot, key);
        let mut chosen = Chosen { scope: Rc::clone(&instance.scope), name, key };
        while let Some(caller) = &chosen.scope.call {
            if configured(&chosen.scope, &chosen.name).is_some() {
                break;
            }
            let (name, key) = handed(caller.block, &chosen.name);
            let key = key_in(&caller.scope, &caller.slot, key);
            chosen = Chosen { scope: Rc::clone(&caller.scope), name, key };
        }
        chosen
    }

    /// Looks into a provider configuration; `None` where there is none, or it is not known which of its instances it is.
    /// <https://opentofu.org/docs/language/providers/configuration/#for_each-multiple-instances-of-a-provider-configuration>
    fn configuration<T>(&self, chosen: &Chosen<'a>, look: impl FnOnce(&'a Body, Env<'_, 'a>) -> T) -> Option<T> {
        let block = configured(&chosen.scope, &chosen.name)?;
        let Some(key) = &chosen.key else { return Some(look(&block.body, Env::of(&chosen.scope))) };
        let Name { local, alias } = &chosen.name;
        let name = format!("provider.{local}.{}", alias.as_deref().unwrap_or_default());
        let instances = self.expansion(&chosen.scope, &name, block);
        let slot = instances.slots.iter().find(|slot| key.as_str() == Some(slot.key.as_str()))?;
        Some(in_slot(&chosen.scope, slot, |env| look(&block.body, env)))
    }
}

/// Whether a configuration says which account it is for.
fn says_account(provider: &Block) -> bool {
    let body = &provider.body;
    let is_nested = || !nested_arguments(body, "assume_role", "role_arn").is_empty();
    is_nested() || ["profile", "allowed_account_ids"].iter().any(|name| body.attribute(name).is_some())
}

/// The `provider` block of a module for this name.
fn configured<'a>(scope: &Scope<'a>, name: &Name) -> Option<&'a Block> {
    let alias = |block: &Block| match block.body.attribute("alias").map(|alias| &alias.expr.kind) {
        Some(ExprKind::Text(alias, _)) => Some(alias.clone()),
        _ => None,
    };
    let is_wanted = |block: &&Block| {
        block.labels.first().is_some_and(|label| label.text == name.local) && alias(block) == name.alias
    };
    let node = scope.node;
    node.module.providers.iter().find(is_wanted)
}

/// What a module's provider is called where the module is called: `providers = { aws.inner = aws.outer }`.
fn handed<'e>(call: &'e Block, name: &Name) -> Reference<'e> {
    let entries = match call.body.attribute("providers").map(|providers| &providers.expr.kind) {
        Some(ExprKind::Object(entries)) => entries.as_slice(),
        _ => &[],
    };
    let entry = entries.iter().find(|(key, _)| reference(key).is_some_and(|(inner, _)| inner == *name));
    entry.and_then(|(_, value)| reference(value)).unwrap_or_else(|| (name.clone(), None))
}

/// The provider a block names, or the one its type begins with.
fn written(block: &Block) -> Reference<'_> {
    let named = block.body.attribute("provider").and_then(|provider| reference(&provider.expr));
    named.unwrap_or_else(|| {
        let kind = block.labels.first().map(|label| label.text.as_str()).unwrap_or_default();
        (Name { local: kind.split('_').next().unwrap_or_default().to_owned(), alias: None }, None)
    })
}

/// `aws`, `aws.alias`, `aws.alias[key]`, and the first two in quotes as JSON syntax and old versions write them.
fn reference(expr: &Expr) -> Option<Reference<'_>> {
    let name = |local: &str, alias: Option<&str>| Name { local: local.to_owned(), alias: alias.map(str::to_owned) };
    match &expr.kind {
        ExprKind::Variable(local) => Some((name(local, None), None)),
        ExprKind::Attribute(source, alias) => match &source.kind {
            ExprKind::Variable(local) => Some((name(local, Some(alias)), None)),
            _ => None,
        },
        ExprKind::Parenthesis(inner) => reference(inner),
        ExprKind::Index(inner, key) => reference(inner).map(|(name, _)| (name, Some(key.as_ref()))),
        ExprKind::Text(text, _) => match text.split_once('.') {
            Some((local, alias)) => Some((name(local, Some(alias)), None)),
            None => Some((name(text, None), None)),
        },
        _ => None,
    }
}
