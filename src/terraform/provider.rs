//! Which provider configuration a resource belongs to, and what that says about its account and Region.

use std::rc::Rc;
use std::sync::Arc;

use crate::model::Provider;
use crate::source::Span;
use crate::syntax::{Block, Expr, ExprKind};
use crate::value::{Ask, Data, Origin, Question, Role, SymbolSource, Value};

use super::blocks::{Content, nested_arguments, nested_kinds};
use super::evaluator::Evaluator;
use super::expand::in_slot;
use super::functions;
use super::module::{alias, provider_name};
use super::object::Instance;
use super::scope::{Env, Scope};
use super::slot::Slot;

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
    /// Whether it is declared more than once, so that it may say anything.
    fn is_twice(&self) -> bool {
        self.scope.node.module.twice.contains(&provider_name(&self.name.local, self.name.alias.as_deref()))
    }

    fn shown(&self) -> String {
        let Name { local, alias } = &self.name;
        let alias = alias.iter().map(|alias| format!(".{alias}"));
        let key = self.key.iter().map(|key| format!("[{}]", key.describe()));
        alias.chain(key).fold(local.clone(), |shown, part| shown + &part)
    }
}

impl<'a> Evaluator<'a> {
    /// What tells the account of a resource from that of others: a role, a profile or the allowed accounts of its
    /// provider configuration. A Region alone is the same account.
    pub fn provider(&self, instance: &Instance<'a>) -> Provider {
        self.account_of(&self.chosen(instance))
    }

    /// The same of what names no configuration in the root module.
    pub fn default_provider(&self) -> Provider {
        let name = Name { local: "aws".to_owned(), alias: None };
        self.account_of(&Chosen { scope: self.root(), name, key: None })
    }

    fn account_of(&self, chosen: &Chosen<'a>) -> Provider {
        if chosen.is_twice() {
            return chosen.shown().into();
        }
        let Some(written) = configured(&chosen.scope, &chosen.name).filter(|block| says_account(block)) else {
            return Provider::default();
        };
        let told = self.configuration(chosen, |block, env| {
            let content = Content::of(block);
            // A later role is assumed by the one before it.
            let role = ROLES.iter().find_map(|kind| {
                let blocks = self.blocks_value(content, kind, env);
                if blocks.as_list().is_none() { Some(blocks) } else { last_role(&blocks) }
            });
            let argument = |name: &&str| {
                let argument = block.body.attribute(name)?;
                Some(self.evaluate(&argument.expr, env)).filter(|value| !value.is_null())
            };
            role.or_else(|| ACCOUNTS.iter().find_map(argument))
        });
        match told {
            Some(None) => Provider::default(),
            Some(Some(told)) => match self.undecided(&told) {
                Some(question) => {
                    // Two configurations with one role that is not known work in one account, whatever it is.
                    let is_named = matches!(told.data, Data::Open(_));
                    let name = if is_named { self.told_account(&told, written.header) } else { chosen.shown() };
                    Provider::resting_on(name, question)
                }
                None => self.told_account(&told, written.header).into(),
            },
            // Nothing is known but that it is one of its own.
            None => chosen.shown().into(),
        }
    }

    /// What is asked before it is known that something tells an account: what is null or empty tells none.
    fn undecided(&self, told: &Value) -> Option<Arc<Question>> {
        match &told.waiting().unwrap_or(told).data {
            Data::Pending(question) => Some(Arc::clone(question)),
            Data::Open(input) => {
                let questions = [Ask::Null, Ask::Empty].map(|ask| Question::new(Arc::clone(input), ask));
                questions.into_iter().find(|question| self.world.answer(question).is_none()).map(Arc::new)
            }
            _ => None,
        }
    }

    /// What an account is told by: the one of an ARN, else whatever is written. Empty where that is the account of the caller.
    fn told_account(&self, told: &Value, span: Span) -> String {
        let items: Vec<&Value> = told.as_list().map_or_else(|| vec![told], |items| items.iter().collect());
        let shown = |value: &&Value| {
            let call = functions::Call { name: "aws_arn", arguments: Vec::new(), span, world: self.world, host: self };
            let account = functions::arn_parts(value, &call).map(|parts| parts.field("account"));
            let told = account.as_ref().unwrap_or(value);
            if self.is_callers(told) {
                return String::new();
            }
            told.as_str().map_or_else(|| told.describe(), str::to_owned)
        };
        items.iter().map(shown).collect::<Vec<_>>().join(",")
    }

    /// Whether this is the account of the caller, which a configuration works in that names none.
    fn is_callers(&self, account: &Value) -> bool {
        match &account.data {
            Data::Opaque(symbol) => {
                let callers = SymbolSource::Data("data.aws_caller_identity".to_owned());
                symbol.source == callers && symbol.attribute == "account_id"
            }
            _ => account.as_str().is_some_and(|account| self.unit.inputs.account_id.as_deref() == Some(account)),
        }
    }

    /// The Region of a resource, where it names one itself or its provider configuration writes it down.
    pub fn region_of(&self, instance: &Instance<'a>) -> Option<Value> {
        self.own_region(instance).or_else(|| self.configured_region(instance))
    }

    fn own_region(&self, instance: &Instance<'a>) -> Option<Value> {
        let written = instance.block.body.attribute("region")?;
        let region = in_slot(&instance.scope, &instance.slot, |env| self.evaluate(&written.expr, env));
        Some(region.null_decided(self.world)).filter(|region| !region.is_null())
    }

    fn configured_region(&self, instance: &Instance<'a>) -> Option<Value> {
        let region = self.configuration(&self.chosen(instance), |block, env| {
            Some(self.evaluate(&block.body.attribute("region")?.expr, env))
        })??;
        Some(region).filter(|region| region.as_str().is_some())
    }

    /// The provider configuration of a resource, with the Region that it names itself instead; empty where both are the root
    /// module's own.
    pub fn deployed_by(&self, instance: &Instance<'a>) -> Value {
        let provider = self.provider_name(instance);
        let text = |text: String| Value::text(text, Origin::at(instance.block.header, Role::Header));
        match self.own_region(instance) {
            Some(region) if region.waiting().is_some() => region,
            Some(region) if self.configured_region(instance).is_none_or(|other| other.data != region.data) => {
                let region = region.as_str().map_or_else(|| region.describe(), str::to_owned);
                text(if provider.is_empty() { region } else { format!("{provider} {region}") })
            }
            _ => text(provider),
        }
    }

    /// The tags that a resource's provider configuration gives everything it makes.
    pub fn default_tags(&self, instance: &Instance<'a>) -> Option<Value> {
        self.configuration(&self.chosen(instance), |block, env| {
            let written = nested_arguments(&block.body, "default_tags", "tags").into_iter().next()?;
            Some(self.evaluate(written, env))
        })?
    }

    /// The name of a resource's provider configuration, with the module that configures it; empty for the root module's
    /// default one.
    pub fn provider_name(&self, instance: &Instance<'a>) -> String {
        let chosen = self.chosen(instance);
        match (&chosen.scope.call, &chosen.name.alias) {
            (Some(_), _) => format!("{}:{}", chosen.scope.address, chosen.shown()),
            (None, Some(_)) => chosen.shown(),
            (None, None) => String::new(),
        }
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
            let handed = handed(caller.block, &chosen.name);
            if handed.is_none() && configured(&chosen.scope, &chosen.name).is_some_and(|block| !is_proxy(block)) {
                break;
            }
            let (name, key) = handed.unwrap_or_else(|| (chosen.name.clone(), None));
            let key = key_in(&caller.scope, &caller.slot, key);
            chosen = Chosen { scope: Rc::clone(&caller.scope), name, key };
        }
        chosen
    }

    /// Looks into a provider configuration; `None` where there is none, or it is not known which of its instances it is.
    /// <https://opentofu.org/docs/language/providers/configuration/#for_each-multiple-instances-of-a-provider-configuration>
    fn configuration<T>(&self, chosen: &Chosen<'a>, look: impl FnOnce(&'a Block, Env<'_, 'a>) -> T) -> Option<T> {
        let block = configured(&chosen.scope, &chosen.name).filter(|_| !chosen.is_twice())?;
        let Some(key) = &chosen.key else { return Some(look(block, Env::of(&chosen.scope))) };
        let Name { local, alias } = &chosen.name;
        let name = format!("provider.{local}.{}", alias.as_deref().unwrap_or_default());
        let instances = self.expansion(&chosen.scope, &name, block);
        let slot = instances.slots.iter().find(|slot| key.as_str() == Some(slot.key.as_str()))?;
        Some(in_slot(&chosen.scope, slot, |env| look(block, env)))
    }
}

/// The `role_arn` of the last block that has one.
fn last_role(blocks: &Value) -> Option<Value> {
    let mut roles = blocks.as_list()?.iter().filter_map(|block| block.as_map()?.get("role_arn"));
    roles.rfind(|role| !role.is_null()).cloned()
}

/// Blocks that name a role to work under, and arguments that tell an account otherwise.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs#assume_role-configuration-block>
const ROLES: [&str; 2] = ["assume_role", "assume_role_with_web_identity"];
const ACCOUNTS: [&str; 2] = ["profile", "allowed_account_ids"];

/// Whether a configuration says which account it is for.
fn says_account(provider: &Block) -> bool {
    let body = &provider.body;
    let kinds = nested_kinds(body);
    ROLES.iter().any(|role| kinds.contains(role) || body.attribute(role).is_some())
        || ACCOUNTS.iter().any(|name| body.attribute(name).is_some())
}

/// The `provider` block of a module for this name.
fn configured<'a>(scope: &Scope<'a>, name: &Name) -> Option<&'a Block> {
    let is_wanted = |block: &&Block| {
        block.labels.first().is_some_and(|label| label.text == name.local) && alias(block) == name.alias.as_deref()
    };
    let node = scope.node;
    node.module.providers.iter().find(is_wanted)
}

/// Whether a block configures nothing and only stands for what the module's caller hands in, as old modules write it.
/// <https://developer.hashicorp.com/terraform/language/modules/develop/providers#proxy-configuration-blocks>
fn is_proxy(provider: &Block) -> bool {
    let body = &provider.body;
    body.blocks.is_empty() && body.attributes.iter().all(|attribute| attribute.name == "alias")
}

/// What a module's provider is called where the module is called: `providers = { aws.inner = aws.outer }`.
fn handed<'e>(call: &'e Block, name: &Name) -> Option<Reference<'e>> {
    let entries = match call.body.attribute("providers").map(|providers| &providers.expr.kind) {
        Some(ExprKind::Object(entries)) => entries.as_slice(),
        _ => &[],
    };
    let entry = entries.iter().find(|(key, _)| reference(key).is_some_and(|(inner, _)| inner == *name));
    entry.and_then(|(_, value)| reference(value))
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
