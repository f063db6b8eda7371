//! What a plan says will be there: every instance of every resource and data source, with its values, its change and its
//! configuration. Knows the plan's sections and little of AWS.
//! <https://developer.hashicorp.com/terraform/internals/json-format>

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::{Node, NodeKind, Written};
use crate::value::SymbolSource;

use super::address::{Address, Mode, ModulePath, Name, Step};
use super::place::Place;
use super::slot::{Path, Slot};

/// The sections of a plan, indexed.
pub(super) struct Instances<'p> {
    /// All instances, in the plan's order.
    pub all: Vec<Instance<'p>>,
    by_name: HashMap<(ModulePath, Name), Vec<usize>>,
    modules: BTreeSet<ModulePath>,
    /// The blocks of the configuration, by the names of their module's calls.
    blocks: HashMap<(Vec<String>, Name), &'p Node>,
    /// The whole plan.
    pub plan: &'p Node,
    /// The sources it was made from.
    written: Option<&'p dyn Written>,
    /// The same, where they say still what they said then.
    pub meaning: Option<&'p dyn Written>,
    /// The types of the resources that the plan does anything to.
    pub changed: HashSet<&'p str>,
    /// The addresses of the buckets whose names are known after apply only.
    pub unnamed_buckets: Arc<[String]>,
}

/// An instance of a resource or data source.
pub(super) struct Instance<'p> {
    /// Its address, understood.
    pub at: Address,
    /// Its address as Terraform prints it.
    pub address: &'p str,
    /// Where that is printed.
    pub header: Span,
    /// Its attributes.
    pub slot: Slot<'p>,
    /// What Terraform will do to it.
    pub change: Option<&'p Node>,
    /// Its block in the configuration.
    pub configuration: Option<&'p Node>,
    /// Its block in the sources.
    pub place: Option<Place<'p>>,
}

/// What a plan says of what it leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeftOut {
    /// It leaves out something: it is errored, or not complete.
    Some,
    /// Nothing: plans did not say so then.
    Unsaid,
}

impl<'p> Instances<'p> {
    /// The instances of a plan. What Terraform deletes or forgets is not among them.
    pub fn of(plan: &'p Node, written: Option<&'p dyn Written>) -> Self {
        let mut instances = Self {
            all: Vec::new(),
            by_name: HashMap::new(),
            modules: BTreeSet::new(),
            blocks: blocks(plan),
            plan,
            written,
            meaning: None,
            changed: HashSet::new(),
            unnamed_buckets: Arc::default(),
        };
        let changes: Vec<&Node> =
            list(plan, "resource_changes").filter(|change| change.get("deposed").is_none()).collect();
        let by_address: HashMap<&str, &Node> =
            changes.iter().filter_map(|change| Some((change.get("address")?.text()?, change.get("change")?))).collect();
        let mut seen = HashSet::new();
        for resource in resources(plan.get("planned_values")) {
            let change = text(resource, "address").and_then(|address| by_address.get(address)).copied();
            // What has no values is there and is forgotten: a `removed` block that destroys nothing.
            if let Some(values) = resource.get("values") {
                instances.add(resource, Some(values), change, &mut seen);
            }
        }
        // Data sources that are read while applying, and all of a plan that has only its changes.
        for resource in changes {
            let change = resource.get("change");
            if actions(change).any(|action| !matches!(action, "no-op" | "read")) {
                instances.changed.extend(text(resource, "type"));
            }
            if let Some(after) = change.and_then(|change| change.get("after")).filter(|after| is_object(after)) {
                instances.add(resource, Some(after), change, &mut seen);
            }
        }
        for resource in resources(plan.get("prior_state").and_then(|state| state.get("values"))) {
            if text(resource, "mode") == Some("data") {
                instances.add(resource, resource.get("values"), None, &mut seen);
            }
        }
        let unnamed = instances.all.iter().filter(|instance| {
            let id = instance.slot.field("id");
            instance.is_bucket() && (id.is_unknown() || id.is_absent())
        });
        instances.unnamed_buckets = unnamed.map(|bucket| bucket.address.to_owned()).collect();
        instances
    }

    /// Adds what is an object, unless it is known already.
    fn add(
        &mut self,
        resource: &'p Node,
        values: Option<&'p Node>,
        change: Option<&'p Node>,
        seen: &mut HashSet<&'p str>,
    ) {
        let Some(printed) = resource.get("address") else { return };
        let Some((address, at)) = printed.text().and_then(|text| Some((text, Address::parse(text)?))) else { return };
        self.remember(&at.module);
        if !seen.insert(address) {
            return;
        }
        let mirror = |name: &str| change.and_then(|change| change.get(name));
        let slot = Slot {
            value: values,
            unknown: mirror("after_unknown"),
            sensitive: resource.get("sensitive_values").or_else(|| mirror("after_sensitive")),
        };
        let named = (at.module.clone(), at.resource.clone());
        self.by_name.entry(named).or_default().push(self.all.len());
        let key = (at.module.calls(), at.resource.clone());
        let configuration = self.blocks.get(&key).copied();
        let place = self.written.and_then(|written| Place::of(written, key.0, &at.resource.to_string()));
        self.all.push(Instance { at, address, header: printed.span, slot, change, configuration, place });
    }

    /// The first resource of the types sought that is in the configuration and has no instance in the plan, although it may
    /// have one, or must, where the plan does not say that it leaves anything out: Terraform said so from version 1.8 on.
    pub fn deferred(&self, left_out: LeftOut, is_sought: impl Fn(&str) -> bool) -> Option<String> {
        let is_none = |calls: &[String], block: &Node| {
            let count = block.get("count_expression").and_then(constant);
            let is_repeated =
                || ["count_expression", "for_each_expression"].iter().any(|name| block.get(name).is_some());
            match left_out {
                LeftOut::Some => count.and_then(Node::text) == Some("0"),
                LeftOut::Unsaid => !calls.is_empty() || is_repeated(),
            }
        };
        let is_planned = |calls: &[String], name: &Name| {
            self.all.iter().any(|instance| instance.at.resource == *name && instance.at.module.calls() == calls)
        };
        let sought = self.blocks.iter().filter(|((_, name), _)| name.mode == Mode::Managed && is_sought(&name.kind));
        let missing = sought.filter(|((calls, name), block)| !is_none(calls, block) && !is_planned(calls, name));
        let address = |calls: &[String], name: &Name| {
            let module = calls.iter().flat_map(|call| ["module.", call, "."]);
            module.collect::<String>() + &name.to_string()
        };
        missing.map(|((calls, name), _)| address(calls, name)).min()
    }

    fn remember(&mut self, module: &ModulePath) {
        let mut module = module.clone();
        while let Some((parent, _)) = module.parent()
            && self.modules.insert(module)
        {
            module = parent;
        }
    }

    /// The instances of modules that hold anything.
    pub fn modules(&self) -> impl Iterator<Item = &ModulePath> {
        self.modules.iter()
    }

    /// The instances of a resource of a module.
    pub fn named(&self, module: &ModulePath, name: &Name) -> &[usize] {
        self.by_name.get(&(module.clone(), name.clone())).map_or(&[], Vec::as_slice)
    }

    /// The instances of a module call. One without any resource is not in the plan: it is taken for a single one.
    pub fn calls(&self, module: &ModulePath, name: &str) -> Vec<Step> {
        let from = module.child(Step { name: name.to_owned(), key: None });
        let depth = module.0.len();
        let mut found: Vec<Step> = Vec::new();
        for known in self.modules.range(&from..) {
            match known.0.get(depth) {
                Some(step) if known.0.starts_with(&module.0) && step.name == name => {
                    if found.last() != Some(step) {
                        found.push(step.clone());
                    }
                }
                _ => break,
            }
        }
        if found.is_empty() {
            found.extend(from.0.last().cloned());
        }
        found
    }

    /// A module in the configuration.
    pub fn module(&self, path: &ModulePath) -> Option<&'p Node> {
        let root = self.plan.get("configuration")?.get("root_module")?;
        path.0.iter().try_fold(root, |module, call| module.get("module_calls")?.get(&call.name)?.get("module"))
    }

    /// The block that calls a module.
    pub fn call(&self, caller: &ModulePath, name: &str) -> Option<&'p Node> {
        self.module(caller)?.get("module_calls")?.get(name)
    }
}

impl<'p> Instance<'p> {
    /// The name of an attribute, for what is unknown in it.
    pub fn path(&self, attribute: &str) -> Path<'p> {
        let source = match self.at.resource.mode {
            Mode::Managed => SymbolSource::Resource(self.address.to_owned()),
            Mode::Data => SymbolSource::Data(self.address.to_owned()),
        };
        let whole = Path { source, attribute: String::new(), header: self.header, place: self.place.clone() };
        if attribute.is_empty() { whole } else { whole.field(attribute) }
    }

    /// Whether it is a bucket of this unit.
    pub fn is_bucket(&self) -> bool {
        self.at.resource.mode == Mode::Managed && self.at.resource.kind == "aws_s3_bucket"
    }

    /// The expression of an argument, as far as the configuration tells it.
    pub fn expression(&self, argument: &str) -> Option<&'p Node> {
        self.configuration?.get("expressions")?.get(argument)
    }
}

/// The constant that an expression of the configuration is. Of Terraform's JSON syntax a plan has the text as it is written,
/// templates and all.
pub(super) fn constant(expression: &Node) -> Option<&Node> {
    let is_template = |text: &str| text.contains("${") || text.contains("%{");
    expression.get("constant_value").filter(|constant| !constant.text().is_some_and(is_template))
}

/// What a change does: `create`, `update`, `delete`, `no-op`, `read`, `forget`.
fn actions(change: Option<&Node>) -> impl Iterator<Item = &str> {
    change.into_iter().flat_map(|change| list(change, "actions")).filter_map(Node::text)
}

fn is_object(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Mapping(_))
}

/// The items of a list of an object.
pub(super) fn list<'p>(node: &'p Node, name: &str) -> impl Iterator<Item = &'p Node> {
    node.get(name).and_then(Node::items).into_iter().flatten()
}

/// A text of an object.
pub(super) fn text<'p>(node: &'p Node, name: &str) -> Option<&'p str> {
    node.get(name)?.text()
}

/// The resources of a state, those of child modules after their parents'.
fn resources(state: Option<&Node>) -> Vec<&Node> {
    let mut waiting: Vec<&Node> = state.and_then(|state| state.get("root_module")).into_iter().collect();
    let mut found = Vec::new();
    while let Some(module) = waiting.pop() {
        found.extend(list(module, "resources"));
        let children: Vec<&Node> = list(module, "child_modules").collect();
        waiting.extend(children.into_iter().rev());
    }
    found
}

/// The resource and data blocks of the configuration.
fn blocks(plan: &Node) -> HashMap<(Vec<String>, Name), &Node> {
    let root = plan.get("configuration").and_then(|configuration| configuration.get("root_module"));
    let mut waiting: Vec<(Vec<String>, &Node)> = root.into_iter().map(|root| (Vec::new(), root)).collect();
    let mut found = HashMap::new();
    while let Some((calls, module)) = waiting.pop() {
        for block in list(module, "resources") {
            let mode = if text(block, "mode") == Some("data") { Mode::Data } else { Mode::Managed };
            if let (Some(kind), Some(name)) = (text(block, "type"), text(block, "name")) {
                let name = Name { mode, kind: kind.to_owned(), label: name.to_owned() };
                found.insert((calls.clone(), name), block);
            }
        }
        for call in module.get("module_calls").into_iter().flat_map(Node::entries) {
            if let (Some(name), Some(module)) = (call.key.text(), call.value.get("module")) {
                waiting.push(([calls.as_slice(), &[name.to_owned()]].concat(), module));
            }
        }
    }
    found
}
