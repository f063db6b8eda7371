//! Which provider configuration a resource belongs to, and what that says about its account and Region.

use std::rc::Rc;

use crate::syntax::{Block, Body, Expr, ExprKind};
use crate::value::Value;

use super::blocks::nested_arguments;
use super::evaluator::Evaluator;
use super::scope::{Env, Scope};

/// A provider's local name and alias, as a module sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    local: String,
    alias: Option<String>,
}

impl Name {
    fn shown(&self) -> String {
        self.alias.as_ref().map_or_else(|| self.local.clone(), |alias| format!("{}.{alias}", self.local))
    }
}

impl<'a> Evaluator<'a> {
    /// What tells the account of a resource from that of others: a role, a profile or the allowed accounts of its
    /// provider configuration. Empty where the configuration says nothing; a Region alone is the same account.
    pub fn provider(&self, scope: &Rc<Scope<'a>>, block: &Block) -> String {
        self.account_of(resolve(scope, written(block)))
    }

    /// The same of what names no configuration in the root module.
    pub fn default_provider(&self) -> String {
        self.account_of((self.root(), Name { local: "aws".to_owned(), alias: None }))
    }

    fn account_of(&self, (scope, name): (Rc<Scope<'a>>, Name)) -> String {
        let Some(body) = configured(&scope, &name) else { return String::new() };
        if body.attribute("for_each").is_some() {
            // <https://opentofu.org/docs/language/providers/configuration/#for_each-multiple-instances-of-a-provider-configuration>
            return if says_account(body) { name.shown() } else { String::new() };
        }
        let env = Env::of(&scope);
        let literal = |expr: &Expr| {
            let value = self.evaluate(expr, env);
            match value.as_list() {
                Some(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>(),
                None => value.as_str().map(|text| vec![text.to_owned()]),
            }
        };
        let argument = |name: &str| body.attribute(name).and_then(|attribute| literal(&attribute.expr));
        let role = nested_arguments(body, "assume_role", "role_arn").into_iter().find_map(literal);
        let told = role.or_else(|| argument("profile")).or_else(|| argument("allowed_account_ids"));
        told.map(|texts| texts.join(",")).unwrap_or_default()
    }

    /// The Region of a resource, where it or its provider configuration writes it down.
    pub fn provider_region(&self, scope: &Rc<Scope<'a>>, block: &Block) -> Option<String> {
        let own = block.body.attribute("region").map(|region| self.evaluate(&region.expr, Env::of(scope)));
        let known = |value: &Value| value.as_str().map(str::to_owned);
        own.as_ref().and_then(known).or_else(|| {
            let (scope, body) = configuration(scope, block)?;
            known(&self.evaluate(&body.attribute("region")?.expr, Env::of(&scope)))
        })
    }

    /// The tags that a resource's provider configuration gives everything it makes.
    pub fn default_tags(&self, scope: &Rc<Scope<'a>>, block: &Block) -> Option<Value> {
        let (scope, body) = configuration(scope, block)?;
        let written = nested_arguments(body, "default_tags", "tags").into_iter().next()?;
        Some(self.evaluate(written, Env::of(&scope)))
    }
}

/// The name of the provider configuration in the root module; empty for the default one.
pub(super) fn provider_name(scope: &Rc<Scope<'_>>, block: &Block) -> String {
    let (_, name) = resolve(scope, written(block));
    if name.alias.is_some() { name.shown() } else { String::new() }
}

/// Whether a configuration says which account it is for.
fn says_account(body: &Body) -> bool {
    let is_nested = || !nested_arguments(body, "assume_role", "role_arn").is_empty();
    is_nested() || ["profile", "allowed_account_ids"].iter().any(|name| body.attribute(name).is_some())
}

fn configuration<'a>(scope: &Rc<Scope<'a>>, block: &Block) -> Option<(Rc<Scope<'a>>, &'a Body)> {
    let (scope, name) = resolve(scope, written(block));
    let body = configured(&scope, &name)?;
    Some((scope, body))
}

/// Follows a provider from a module to the configuration in the module that holds it.
fn resolve<'a>(scope: &Rc<Scope<'a>>, name: Name) -> (Rc<Scope<'a>>, Name) {
    let (mut scope, mut name) = (Rc::clone(scope), name);
    while let Some(caller) = &scope.call {
        if configured(&scope, &name).is_some() {
            break;
        }
        name = handed(caller.block, &name);
        let next = Rc::clone(&caller.scope);
        scope = next;
    }
    (scope, name)
}

/// The `provider` block of a module for this name.
fn configured<'a>(scope: &Scope<'a>, name: &Name) -> Option<&'a Body> {
    let alias = |block: &Block| match block.body.attribute("alias").map(|alias| &alias.expr.kind) {
        Some(ExprKind::Text(alias, _)) => Some(alias.clone()),
        _ => None,
    };
    let is_wanted = |block: &&Block| {
        block.labels.first().is_some_and(|label| label.text == name.local) && alias(block) == name.alias
    };
    let node = scope.node;
    node.module.providers.iter().find(is_wanted).map(|block| &block.body)
}

/// What a module's provider is called where the module is called: `providers = { aws.inner = aws.outer }`.
fn handed(call: &Block, name: &Name) -> Name {
    let entries = match call.body.attribute("providers").map(|providers| &providers.expr.kind) {
        Some(ExprKind::Object(entries)) => entries.as_slice(),
        _ => &[],
    };
    let entry = entries.iter().find(|(key, _)| reference(key).as_ref() == Some(name));
    entry.and_then(|(_, value)| reference(value)).unwrap_or_else(|| name.clone())
}

/// The provider a block names, or the one its type begins with.
fn written(block: &Block) -> Name {
    let named = block.body.attribute("provider").and_then(|provider| reference(&provider.expr));
    named.unwrap_or_else(|| {
        let kind = block.labels.first().map(|label| label.text.as_str()).unwrap_or_default();
        Name { local: kind.split('_').next().unwrap_or_default().to_owned(), alias: None }
    })
}

/// `aws`, `aws.alias`, and the same in quotes as JSON syntax and old versions write it.
fn reference(expr: &Expr) -> Option<Name> {
    match &expr.kind {
        ExprKind::Variable(local) => Some(Name { local: local.clone(), alias: None }),
        ExprKind::Attribute(source, alias) => match &source.kind {
            ExprKind::Variable(local) => Some(Name { local: local.clone(), alias: Some(alias.clone()) }),
            _ => None,
        },
        // OpenTofu: one of the instances of a configuration with `for_each`.
        ExprKind::Parenthesis(inner) | ExprKind::Index(inner, _) => reference(inner),
        ExprKind::Text(text, _) => Some(match text.split_once('.') {
            Some((local, alias)) => Name { local: local.to_owned(), alias: Some(alias.to_owned()) },
            None => Name { local: text.clone(), alias: None },
        }),
        _ => None,
    }
}
