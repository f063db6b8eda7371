//! What changes a template before it is deployed: `Fn::ForEach` and `AWS::Include`. Expanded here with the author's own
//! spans, so that every finding points at what the author wrote. Other macros are not run: a note says so.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::source::{FileId, Sources, Span};
use crate::syntax::{Entry, Node, NodeKind, Scalar, Style};
use crate::value::Value;

use super::Found;

use super::bindings::{Bindings, Place};
use super::evaluator::Evaluator;
use super::items::{Cases, Item};
use super::template::{Template, function};
use super::tree::{Body, KeptDefault, Stack, Unread};

const FOR_EACH: &str = "Fn::ForEach::";
const TRANSFORM: &str = "Fn::Transform";
/// The sections that the others refer to.
const FIRST: [&str; 3] = ["Parameters", "Mappings", "Rules"];

/// Transforms that change nothing this program reads, or that it carries out itself.
const KNOWN: [&str; 4] =
    ["AWS::LanguageExtensions", "AWS::Serverless-", "AWS::SecretsManager-", "AWS::CodeDeployBlueGreen"];

/// Expands the sections of one stack.
pub struct Expander<'a, 't> {
    /// Where included files are read from.
    pub sources: &'a Sources,
    /// Evaluates the collections of loops.
    pub evaluator: &'a Evaluator<'t>,
    /// The stack whose sections are expanded.
    pub stack: &'t Stack,
    /// How many more nodes the unit may have.
    pub budget: &'a mut usize,
    /// Where remarks go.
    pub found: &'a mut Found,
    /// What the identifiers of the loops around stand for.
    pub bindings: Bindings,
    /// The cases in which what is expanded exists, loop by loop.
    choices: Vec<Cases>,
    chosen: BTreeMap<String, Vec<Cases>>,
    /// What the identifiers of loops over what is not known stand for.
    pub iterated: IndexMap<String, Value>,
    /// The collections of those loops.
    pub lists: BTreeMap<String, Value>,
    /// Parameters whose values name what exists.
    pub kept: BTreeMap<String, KeptDefault>,
    /// The files that were included.
    pub included: Vec<FileId>,
    /// How many mappings lie around what is expanded.
    pub depth: usize,
    unread: Option<Unread>,
    /// Whether what is expanded declares resources.
    pub declares: bool,
    /// What the texts are that are expanded.
    place: Place,
}

impl<'a, 't> Expander<'a, 't> {
    /// Nothing is expanded yet.
    pub fn new(
        sources: &'a Sources,
        evaluator: &'a Evaluator<'t>,
        stack: &'t Stack,
        budget: &'a mut usize,
        found: &'a mut Found,
    ) -> Self {
        let (bindings, choices, chosen, iterated, lists, kept, included, depth, unread, declares, place) =
            Default::default();
        Self {
            sources,
            evaluator,
            stack,
            budget,
            found,
            bindings,
            choices,
            chosen,
            iterated,
            lists,
            kept,
            included,
            depth,
            unread,
            declares,
            place,
        }
    }

    /// The documents that the template's own `Transform` includes. What is unknown gives a note.
    fn top_level(&mut self, template: &Template) -> Vec<Node> {
        let Some(transform) = template.root.get("Transform") else { return Vec::new() };
        let all: Vec<&Node> = transform.items().map_or_else(|| vec![transform], |items| items.iter().collect());
        let mut included = Vec::new();
        for transform in all {
            let name = transform.get("Name").and_then(Node::text).or(transform.text()).unwrap_or_default();
            if name == "AWS::Include" {
                included.extend(self.include(transform));
            } else if !KNOWN.iter().any(|known| name.starts_with(known)) {
                let message = format!("the transform {name} is not run: the template is judged as it is written");
                self.found.note(message, transform.span);
                self.not_read(name, "a macro");
            }
        }
        included
    }

    /// What a section may get from something that is not read.
    pub fn not_read(&mut self, name: &str, source: &str) {
        if self.depth == 0 {
            self.unread = Some(Unread { name: name.to_owned(), source: source.to_owned(), declares: self.declares });
        }
    }

    /// A node, expanded.
    pub fn node(&mut self, node: &Node) -> Node {
        if let Some(("Ref", name)) = function(node)
            && let Some(item) = name.text().and_then(|name| self.bindings.get(name))
        {
            return written(item, node);
        }
        if let Some(("Fn::Rain::Include", path)) = function(node)
            && let Some(included) = self.inserted(path)
        {
            return self.node(&included);
        }
        let kind = match &node.kind {
            NodeKind::Scalar(scalar) => self.scalar(scalar, node.span),
            NodeKind::Sequence(items) => NodeKind::Sequence(items.iter().map(|item| self.node(item)).collect()),
            NodeKind::Mapping(entries) => {
                self.depth += 1;
                let entries = self.entries(entries);
                self.depth -= 1;
                NodeKind::Mapping(entries)
            }
        };
        *self.budget = self.budget.saturating_sub(1);
        Node { kind, span: node.span, tag: None }
    }

    fn entries(&mut self, entries: &[Entry]) -> Vec<Entry> {
        let mut expanded = Vec::new();
        for entry in entries {
            let key = entry.key.text().unwrap_or_default();
            if key.starts_with(FOR_EACH) {
                expanded.extend(self.each(entry));
            } else if key == TRANSFORM
                && let Some(included) = self.included(&entry.value)
            {
                self.report_twice(&included, entries);
                expanded.extend(included);
            } else {
                let kind = match &entry.key.kind {
                    NodeKind::Scalar(key) => {
                        let text = self.bindings.filled(&key.text, Place::Name);
                        NodeKind::Scalar(Scalar::new(text, key.style))
                    }
                    other => other.clone(),
                };
                let key = Node { kind, span: entry.key.span, tag: None };
                if let Some(name) = key.text().filter(|_| self.depth == 0 && !self.choices.is_empty()) {
                    self.chosen.insert(name.to_owned(), self.choices.clone());
                }
                expanded.push(Entry { value: self.value(&key, &entry.value), key });
            }
        }
        expanded
    }

    /// Says which keys an include has that stand beside it too.
    fn report_twice(&mut self, included: &[Entry], beside: &[Entry]) {
        for entry in included {
            let key = entry.key.text().filter(|key| beside.iter().any(|other| other.key.text() == Some(key)));
            if let Some(key) = key {
                let message = format!("`{key}` stands in the template and in what it includes; the last one counts");
                self.found.note(message, entry.key.span);
            }
        }
    }

    /// A text, expanded: where it speaks of an item that is not known, what gives the text.
    fn scalar(&mut self, scalar: &Scalar, span: Span) -> NodeKind {
        let template = self.bindings.template(&scalar.text).filter(|_| self.place == Place::Text);
        let text = template.clone().unwrap_or_else(|| self.bindings.filled(&scalar.text, self.place));
        *self.budget = self.budget.saturating_sub(text.len() / 64);
        match template {
            Some(template) => call("Fn::Sub", &template, span),
            None if text == scalar.text => NodeKind::Scalar(scalar.clone()),
            None => NodeKind::Scalar(Scalar::new(text, scalar.style)),
        }
    }

    /// What stands under a key. Some of it are names of what the loop around it declares, or the text of `Fn::Sub`.
    fn value(&mut self, key: &Node, value: &Node) -> Node {
        let (first, rest) = match key.text() {
            Some("Ref" | "Fn::GetAtt" | "Condition" | "DependsOn") if is_named(value) => (Place::Name, Place::Name),
            Some("Fn::If") => (Place::Name, Place::Text),
            Some("Fn::Sub") => (Place::Template, Place::Text),
            _ => (Place::Text, Place::Text),
        };
        match value.items() {
            Some([head, tail @ ..]) if first != rest => {
                let head = self.within(first, head);
                let tail = tail.iter().map(|item| self.within(rest, item));
                let kind = NodeKind::Sequence(std::iter::once(head).chain(tail.collect::<Vec<_>>()).collect());
                Node { kind, span: value.span, tag: None }
            }
            _ => self.within(first, value),
        }
    }

    /// A node whose texts are of a kind, expanded.
    fn within(&mut self, place: Place, node: &Node) -> Node {
        let outside = std::mem::replace(&mut self.place, place);
        let node = self.node(node);
        self.place = outside;
        node
    }

    /// The entries that take the place of an `Fn::Transform` which includes a file; `None` for any other.
    fn included(&mut self, transform: &Node) -> Option<Vec<Entry>> {
        let name = transform.get("Name").and_then(Node::text).unwrap_or("a list of macros");
        if name != "AWS::Include" {
            self.found.note(format!("the macro {name} is not run"), transform.span);
            self.not_read(name, "a macro");
            return None;
        }
        let document = self.include(transform)?;
        Some(self.entries(document.entries()))
    }

    /// The entries that a loop gives.
    fn each(&mut self, entry: &Entry) -> Vec<Entry> {
        let Some([identifier, collection, body]) = entry.value.items() else {
            self.found.note("Fn::ForEach needs an identifier, a collection and a body", entry.key.span);
            return Vec::new();
        };
        let identifier = identifier.text().unwrap_or_default().to_owned();
        let mut expanded = Vec::new();
        let name = entry.key.text().unwrap_or_default();
        for (item, cases) in self.items(name, collection) {
            if *self.budget == 0 {
                self.found.note("the loops of this template expand to more than 1,000,000 nodes", entry.key.span);
                break;
            }
            self.bindings.enter(&identifier, item);
            let around = self.choices.len();
            self.choices.extend(Some(cases).filter(|cases| !cases.is_empty()));
            expanded.extend(self.entries(body.entries()));
            self.choices.truncate(around);
            self.bindings.leave();
        }
        expanded
    }
}

/// The template with what its own `Transform` and its first sections include in place, the included files, and what could
/// not be read: the other sections refer to parameters and mappings. No template when there is nothing of the kind.
pub fn with_includes(mut expander: Expander<'_, '_>) -> (Option<Template>, Vec<FileId>, Option<Unread>) {
    let template = &expander.stack.template;
    expander.declares = true;
    let documents = expander.top_level(template);
    expander.declares = false;
    let has_transform = |section: &Entry| {
        section.key.text().is_some_and(|name| FIRST.contains(&name)) && holds_transform(&section.value)
    };
    if documents.is_empty() && !template.root.entries().iter().any(has_transform) {
        return (None, expander.included, expander.unread);
    }
    let mut sections = template.root.entries().to_vec();
    for section in sections.iter_mut().filter(|section| has_transform(section)) {
        section.value.kind = NodeKind::Mapping(expander.entries(section.value.entries()));
    }
    // What an included file says of transforms is not carried out.
    let included = documents.iter().flat_map(Node::entries);
    for section in included.filter(|section| section.key.text() != Some("Transform")) {
        match sections.iter_mut().find(|own| own.key.text() == section.key.text()) {
            Some(Entry { value: Node { kind: NodeKind::Mapping(own), .. }, .. }) => {
                expander.report_twice(section.value.entries(), own);
                own.extend_from_slice(section.value.entries());
            }
            Some(_) => {}
            None => sections.push(section.clone()),
        }
    }
    let root = Node { kind: NodeKind::Mapping(sections), span: template.root.span, tag: None };
    let (problems, holes) = (template.problems.clone(), template.holes.clone());
    let template = Template { file: template.file, language: template.language, root, problems, holes };
    (Some(template), expander.included, expander.unread)
}

/// The expanded sections, the files they include, and what could not be read.
pub fn body(mut expander: Expander<'_, '_>) -> (Body, Vec<FileId>, Option<Unread>) {
    let template = &expander.stack.template;
    let mut section = |name: &str| {
        expander.declares = name == "Resources";
        let all = expander.entries(template.section(name)).into_iter();
        let named = all.filter_map(|entry| Some((entry.key.text()?.to_owned(), entry)));
        (named.collect::<IndexMap<String, Entry>>(), std::mem::take(&mut expander.chosen))
    };
    let (conditions, _) = section("Conditions");
    let (resources, chosen) = section("Resources");
    let (outputs, _) = section("Outputs");
    let Expander { iterated, lists, kept, .. } = expander;
    let body = Body { conditions, resources, outputs, chosen, iterated, lists, kept };
    (body, expander.included, expander.unread)
}

/// Whether a transform is written anywhere in it.
fn holds_transform(node: &Node) -> bool {
    node.entries().iter().any(|entry| entry.key.text() == Some(TRANSFORM) || holds_transform(&entry.value))
}

/// Whether it is a name or some, and no mapping as in the statements of a policy.
fn is_named(node: &Node) -> bool {
    node.entries().is_empty()
}

/// What `Ref` gives of an identifier: the item, or its name where it is not known.
fn written(item: &Item, node: &Node) -> Node {
    let kind = match item {
        Item::Known(item) => text(item),
        Item::Any(token) => call("Ref", token, node.span),
    };
    Node { kind, span: node.span, tag: None }
}

/// A function of a text.
fn call(function: &str, argument: &str, span: Span) -> NodeKind {
    let node = |kind| Node { kind, span, tag: None };
    NodeKind::Mapping(vec![Entry { key: node(text(function)), value: node(text(argument)) }])
}

fn text(text: &str) -> NodeKind {
    NodeKind::Scalar(Scalar::new(text.to_owned(), Style::Quoted))
}
