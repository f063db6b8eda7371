//! What a plan tells of its sources, for whoever evaluates them: the values of variables, which instances there are, and
//! what is known of them before apply.

use std::collections::{BTreeSet, HashMap};

use crate::model;
use crate::syntax::Node;
use crate::value::{Literal, Number, Origin, Role, Value};

use super::address::{Address, Key, Mode, ModulePath};
use super::instances::{Instances, text};
use super::slot::{self, Extent, Slot};

/// What a plan tells.
#[derive(Debug)]
pub(super) struct Told {
    variables: HashMap<String, Option<Node>>,
    instances: HashMap<String, Attributes>,
    /// The keys of the instances of each block, by its address.
    keys: HashMap<String, BTreeSet<Option<Key>>>,
    /// The modules of which the plan holds every resource there will be.
    whole: BTreeSet<ModulePath>,
}

/// The attributes of an instance, with what is known after apply and what is secret.
#[derive(Debug)]
struct Attributes {
    value: Option<Node>,
    unknown: Option<Node>,
    sensitive: Option<Node>,
}

impl Told {
    /// What the plan tells that has these instances.
    pub fn of(instances: &Instances<'_>) -> Self {
        let variables = instances.plan.get("variables").into_iter().flat_map(Node::entries);
        let variables = variables.filter_map(|entry| Some((entry.key.text()?, entry.value.get("value").cloned())));
        let attributes = instances.all.iter().map(|instance| {
            let Slot { value, unknown, sensitive } = instance.slot;
            let [value, unknown, sensitive] = [value, unknown, sensitive].map(Option::<&Node>::cloned);
            (instance.address.to_owned(), Attributes { value, unknown, sensitive })
        });
        let mut keys: HashMap<String, BTreeSet<Option<Key>>> = HashMap::new();
        for at in instances.all.iter().map(|instance| &instance.at) {
            let block = at.module.qualify(&at.resource.to_string());
            keys.entry(block).or_default().insert(at.key.clone());
        }
        for (module, call) in instances.modules().filter_map(ModulePath::parent) {
            keys.entry(module.qualify(&format!("module.{}", call.name))).or_default().insert(call.key.clone());
        }
        let is_complete = text(instances.plan, "complete") == Some("true");
        let modules = instances.modules().cloned().chain([ModulePath::default()]);
        Self {
            variables: variables.map(|(name, value)| (name.to_owned(), value)).collect(),
            instances: attributes.collect(),
            keys,
            whole: modules.filter(|_| is_complete).collect(),
        }
    }

    fn attribute(&self, address: &str, name: &str) -> Option<Slot<'_>> {
        let Attributes { value, unknown, sensitive } = self.instances.get(address)?;
        let whole = Slot { value: value.as_ref(), unknown: unknown.as_ref(), sensitive: sensitive.as_ref() };
        Some(whole.field(name))
    }
}

impl model::Told for Told {
    fn variable(&self, name: &str) -> Option<Value> {
        let value = self.variables.get(name)?.as_ref();
        Some(slot::anywhere(Slot { value, ..Slot::default() }, &Origin::default()))
    }

    fn attribute(&self, address: &str, name: &str, origin: &Origin) -> Option<Value> {
        let slot = self.attribute(address, name).filter(|slot| slot.extent() == Extent::Whole)?;
        slot.value?;
        let secret =
            || origin.nearest().map_or_else(Origin::default, |span| origin.clone().through(span, Role::Secret));
        Some(slot::anywhere(slot, &if slot.is_secret() { secret() } else { origin.clone() }))
    }

    fn attributes(&self, address: &str) -> Vec<String> {
        let attributes = self.instances.get(address).and_then(|instance| instance.value.as_ref());
        let names = attributes.into_iter().flat_map(Node::entries).filter_map(|entry| entry.key.text());
        names.map(str::to_owned).collect()
    }

    fn keys(&self, block: &str) -> Option<Vec<Option<Literal>>> {
        let literal = |key: &Key| match key {
            Key::Number(number) => Literal::Number(Number::from(i64::try_from(*number).unwrap_or(i64::MAX))),
            Key::Text(text) => Literal::Text(text.clone()),
        };
        let is_whole =
            |at: &Address| at.resource.mode == Mode::Managed && at.key.is_none() && self.whole.contains(&at.module);
        match self.keys.get(block) {
            Some(keys) => Some(keys.iter().map(|key| key.as_ref().map(literal)).collect()),
            None => Address::parse(block).filter(is_whole).map(|_| Vec::new()),
        }
    }
}
