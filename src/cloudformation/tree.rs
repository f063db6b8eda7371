//! The stacks of a unit: the template itself and those it nests, each with its own parameters.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use indexmap::IndexMap;

use crate::source::{FileId, Span, Wildcard};
use crate::syntax::{Entry, Node};
use crate::value::{Before, Decided, Question, Reason, Value};

use super::choice::Answers;
use super::deployment::Deployer;
use super::given::Given;
use super::looped::{Items, is_looped, starred};
use super::parameter::Parameter;
use super::template::{Template, function};
use super::unruly::Unruly;

/// A stack's number in its tree; the first is the root.
pub type StackId = usize;

/// Every stack of a unit.
#[derive(Debug)]
pub struct Tree {
    /// The stacks, parents before children.
    pub stacks: Vec<Stack>,
    /// What the caller gives.
    pub given: Given,
    /// What deploys the root from outside.
    pub deployer: Option<Deployer>,
    /// What stands for items in the names of instances, by the texts that reports print.
    pub items: Written,
    /// The files of the nested templates and of those that are included.
    pub nested: Vec<FileId>,
    /// What others export, by the names under which it is imported.
    pub imported: BTreeMap<String, Value>,
    /// What may refuse answers, by stack and number. Before anything is answered nothing does.
    pub refusals: Before<(StackId, usize), Decided<bool>>,
    /// The parameters of each stack whose values are refused, with what refuses them.
    pub unruly: BTreeMap<(StackId, String), Unruly>,
    /// What refuses every input, worked out when it is needed.
    pub impossible: OnceLock<Vec<Impossible>>,
}

/// What no input satisfies, so that nobody can deploy the template.
#[derive(Debug)]
pub struct Impossible {
    /// Its stack and its number among what may refuse answers there.
    pub place: (StackId, usize),
    /// What it says.
    pub message: String,
    /// Where it stands.
    pub span: Span,
}

/// Values by their canonical texts, kept by whoever writes one into a name so that who reads the name finds it.
#[derive(Debug, Default)]
pub struct Written(Mutex<BTreeMap<String, Value>>);

impl Written {
    /// Keeps these items.
    pub fn keep(&self, items: &Items) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for item in items.values().filter(|item| item.as_str().is_none()) {
            kept.entry(item.describe()).or_insert_with(|| item.clone());
        }
    }

    /// The value of this text.
    pub fn value(&self, text: &str) -> Option<Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned()
    }
}

/// One stack: a template with the parameters it gets.
#[derive(Debug)]
pub struct Stack {
    /// Its number.
    pub id: StackId,
    /// The logical ids that lead here, joined by dots; empty for the root.
    pub address: String,
    /// What tells its account and Region from the root's: empty, or the address of the `StackSet` that it is an instance of.
    pub account: String,
    /// The stack that nests it, and the resource it is there.
    pub parent: Option<(StackId, usize)>,
    /// The answers by which that resource has this template; none where it has no other.
    pub case: Answers,
    /// What it is made from.
    pub template: Arc<Template>,
    /// Its sections, with loops and includes expanded.
    pub body: Body,
    /// What may declare more than is written here.
    pub unread: Option<Unread>,
    /// The stacks it nests, by the number of their resource: one for each template that the resource may have.
    pub children: IndexMap<usize, Vec<Child>>,
}

/// An include that is not on disk, or a macro: what its sections hold is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The transform's name.
    pub name: String,
    /// Where it takes its text from.
    pub source: String,
    /// Whether it stands where resources are declared.
    pub declares: bool,
}

/// The sections of a template that loops and includes can change.
#[derive(Debug, Default)]
pub struct Body {
    /// `Conditions`
    pub conditions: IndexMap<String, Entry>,
    /// `Resources`
    pub resources: IndexMap<String, Entry>,
    /// `Outputs`
    pub outputs: IndexMap<String, Entry>,
    /// The cases in which a resource of a loop exists, by its logical id, for each loop around it: an input chooses the items.
    pub chosen: BTreeMap<String, Vec<Vec<Answers>>>,
    /// The identifiers of loops over collections that are not known, with what they stand for.
    pub iterated: IndexMap<String, Value>,
    /// The collections of those loops, by the tokens of their items.
    pub lists: BTreeMap<String, Value>,
    /// Parameters whose default names what exists: they keep it whatever is open.
    pub kept: BTreeMap<String, KeptDefault>,
}

/// What the default of a parameter names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptDefault {
    /// The items that a loop makes resources of.
    Items,
    /// A template.
    Template,
}

/// A nested stack.
#[derive(Debug, Clone, PartialEq)]
pub enum Child {
    /// Its template is on disk.
    Here(StackId),
    /// Its template is elsewhere.
    Absent {
        /// What names it.
        source: String,
        /// Why nothing is known of it.
        reason: Reason,
        /// The answers by which it is this one.
        case: Answers,
    },
}

impl Child {
    /// The answers by which a resource has this template.
    pub fn case<'t>(&'t self, tree: &'t Tree) -> &'t [(Question, bool)] {
        match self {
            Self::Here(id) => tree.stack(*id).map(|stack| stack.case.as_slice()).unwrap_or_default(),
            Self::Absent { case, .. } => case,
        }
    }
}

/// A declared resource.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'t> {
    /// Its number in its stack.
    pub index: usize,
    /// Its logical id.
    pub id: &'t str,
    entry: &'t Entry,
}

impl Tree {
    /// The stack with this number.
    pub fn stack(&self, id: StackId) -> Option<&Stack> {
        self.stacks.get(id)
    }
}

impl Stack {
    /// What a resource nests, template by template.
    pub fn nested(&self, resource: Declared<'_>) -> &[Child] {
        self.children.get(&resource.index).map(Vec::as_slice).unwrap_or_default()
    }

    /// A parameter by its name; of duplicates the last.
    pub fn parameter(&self, name: &str) -> Option<Parameter<'_>> {
        self.template.root.get("Parameters")?.entry(name).and_then(Parameter::new)
    }

    /// All parameters.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter<'_>> {
        self.template.section("Parameters").iter().filter_map(Parameter::new)
    }

    /// A resource by its logical id.
    pub fn resource(&self, id: &str) -> Option<Declared<'_>> {
        let (index, id, entry) = self.body.resources.get_full(id)?;
        Some(Declared { index, id, entry })
    }

    /// Whether a loop over a collection that is not known may declare the name, or is what gives it.
    pub fn may_repeat(&self, name: &str) -> bool {
        let declared = self.body.conditions.keys().chain(self.body.outputs.keys());
        !self.body.iterated.is_empty() && (is_looped(name) || declared.into_iter().any(|any| stands_for(any, name)))
    }

    /// A resource by its number.
    pub fn resource_at(&self, index: usize) -> Option<Declared<'_>> {
        let (id, entry) = self.body.resources.get_index(index)?;
        Some(Declared { index, id, entry })
    }

    /// All resources, in source order.
    pub fn resources(&self) -> impl Iterator<Item = Declared<'_>> {
        self.body.resources.iter().enumerate().map(|(index, (id, entry))| Declared { index, id, entry })
    }

    /// A logical id as reports print it.
    pub fn address_of(&self, id: &str) -> String {
        self.qualified(self.shown(id))
    }

    /// The name of a resource of this stack behind the stack's own.
    pub fn qualified(&self, name: String) -> String {
        if self.address.is_empty() { name } else { format!("{}.{name}", self.address) }
    }
}

impl<'t> Declared<'t> {
    /// `Type`
    pub fn kind(&self) -> &'t str {
        self.entry.value.get("Type").and_then(Node::text).unwrap_or_default()
    }

    /// Where its logical id stands.
    pub fn span(&self) -> Span {
        self.entry.key.span
    }

    /// The name of its `Condition`.
    pub fn condition(&self) -> Option<&'t Node> {
        self.entry.value.get("Condition")
    }

    /// Everything that is written of it.
    pub fn body(&self) -> &'t Node {
        &self.entry.value
    }

    /// `Properties`
    pub fn properties(&self) -> Option<&'t Node> {
        self.entry.value.get("Properties")
    }

    /// What stands beside `Type` and `Properties`.
    pub fn attributes(&self) -> impl Iterator<Item = (&'t str, &'t Node)> {
        let entries = self.entry.value.entries().iter();
        entries
            .filter_map(|entry| Some((entry.key.text()?, &entry.value)))
            .filter(|(name, _)| !["Type", "Properties"].contains(name))
    }

    /// An entry of its `Metadata`.
    pub fn metadata(&self, key: &str) -> Option<&'t str> {
        self.entry.value.get("Metadata")?.get(key)?.text()
    }

    /// Whether it is a stack of its own, by CloudFormation's or by SAM's name.
    pub fn is_stack(&self) -> bool {
        matches!(self.kind(), "AWS::CloudFormation::Stack" | "AWS::Serverless::Application")
    }

    /// Whether it is a stack in other accounts and Regions.
    pub fn is_stack_set(&self) -> bool {
        self.kind() == "AWS::CloudFormation::StackSet"
    }

    /// What names the module it is an instance of: a registered one (`Org::Service::Use::MODULE`), or one of Rain's
    /// (`$Alias`, `!Rain::Module path`). Neither is on disk in a form this program reads.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/modules.html>
    pub fn module(&self) -> Option<&'t str> {
        let kind = self.entry.value.get("Type")?;
        match function(kind) {
            Some(("Fn::Rain::Module", source)) => Some(source.text().unwrap_or_default()),
            Some(_) => None,
            None => kind.text().filter(|kind| kind.ends_with("::MODULE") || kind.starts_with('$')),
        }
    }

    /// Whether it is not known what it is: another tool writes it, or its type is no text.
    pub fn is_untold(&self) -> bool {
        self.kind().is_empty() && self.module().is_none() && !self.body().entries().is_empty()
    }

    /// What it hands in to the stack or module it is.
    pub fn arguments(&self) -> Option<&'t Node> {
        if self.module().is_some() { self.properties() } else { self.properties()?.get("Parameters") }
    }

    /// What it hands in for a parameter of the stack it is: an entry of a map or, for a `StackSet`, an item of a list.
    pub fn handed(&self, parameter: &str) -> Option<&'t Node> {
        let parameters = self.properties()?.get("Parameters")?;
        let is_it = |item: &&Node| item.get("ParameterKey").and_then(Node::text) == Some(parameter);
        match parameters.items() {
            None => parameters.get(parameter),
            Some(items) => items.iter().find(is_it)?.get("ParameterValue"),
        }
    }

    /// Whether some instances of a `StackSet` may get another value for a parameter, whatever chooses them.
    pub fn overrides(&self, parameter: &str) -> bool {
        let groups = self.properties().and_then(|properties| properties.get("StackInstancesGroup"));
        groups.is_some_and(|groups| may_name(groups, parameter))
    }
}

/// Whether the name of what stands for the conditions or outputs of a loop stands for this one.
fn stands_for(any: &str, name: &str) -> bool {
    let any = &starred(any);
    let is_of_loop = any.contains('*') && name.chars().all(|letter| letter.is_ascii_alphanumeric());
    is_of_loop && any.len() <= name.len() && Wildcard::new(any).matches(name)
}

/// Whether a `ParameterKey` anywhere in it is this parameter's name, or is worked out.
fn may_name(node: &Node, parameter: &str) -> bool {
    let is_it = |entry: &Entry| {
        let is_key = entry.key.text() == Some("ParameterKey");
        is_key && entry.value.text().is_none_or(|name| name == parameter) || may_name(&entry.value, parameter)
    };
    node.entries().iter().any(is_it) || node.items().into_iter().flatten().any(|item| may_name(item, parameter))
}
