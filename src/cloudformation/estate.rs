//! A template as the model sees it: its resources and their properties, evaluated when read.

use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::finding::{FileError, Note};
use crate::model::{Estate, Existence, Inputs, Kind, Language, OpenInputs, Resource, Unit};
use crate::source::Sources;
use crate::value::{Data, Input, MapKind, Origin, Reason, Role, Value, World};

use super::condition::{every, question};
use super::evaluator::Evaluator;
use super::tree::{Child, Declared, Stack, Tree};
use super::{Found, Loaded};

/// A template with the templates it nests.
#[derive(Debug)]
pub struct CloudFormationUnit {
    path: String,
    tree: Tree,
    found: Found,
    nested: Vec<PathBuf>,
    /// The resources the model knows: their kind, stack and number there.
    resources: Vec<(Kind, usize, usize)>,
    sources: Arc<Sources>,
    inputs: Inputs,
}

impl CloudFormationUnit {
    pub(super) fn new(sources: &Arc<Sources>, tree: Tree, found: Found, inputs: &Inputs) -> Self {
        let mut resources = Vec::new();
        if let Some(root) = tree.stack(0) {
            collect(&tree, root, &mut resources);
        }
        let path = tree.stack(0).map(|root| sources.file(root.template.file).path.clone()).unwrap_or_default();
        let nested = tree.nested.iter().map(|file| sources.file(*file).location.clone()).collect();
        Self { path, tree, found, nested, resources, sources: Arc::clone(sources), inputs: inputs.clone() }
    }

    /// The files of the templates this one nests or includes: they are judged as part of this unit, not on their own,
    /// unless they are named.
    #[must_use]
    pub fn nested(&self) -> &[PathBuf] {
        &self.nested
    }
}

/// The resources of a stack and of those it nests, in source order.
fn collect(tree: &Tree, stack: &Stack, into: &mut Vec<(Kind, usize, usize)>) {
    for resource in stack.resources() {
        into.extend(kind(resource, stack).map(|kind| (kind, stack.id, resource.index)));
        if let Some(Child::Here(child)) = stack.children.get(&resource.index)
            && let Some(child) = tree.stack(*child)
        {
            collect(tree, child, into);
        }
    }
}

fn kind(resource: Declared<'_>, stack: &Stack) -> Option<Kind> {
    match resource.kind() {
        "AWS::CloudTrail::Trail" => Some(Kind::Trail),
        "AWS::S3::Bucket" => Some(Kind::Bucket),
        "AWS::S3::BucketPolicy" => Some(Kind::BucketPolicy),
        "AWS::KMS::Key" => Some(Kind::Key),
        "AWS::Logs::LogGroup" => Some(Kind::LogGroup),
        _ => matches!(stack.children.get(&resource.index), Some(Child::Absent(_))).then_some(Kind::AbsentModule),
    }
}

impl Unit for CloudFormationUnit {
    fn path(&self) -> &str {
        &self.path
    }

    fn language(&self) -> Language {
        self.tree.stack(0).map_or(Language::CloudFormationYaml, |root| root.template.language)
    }

    fn estate<'a>(&'a self, world: &'a World) -> Box<dyn Estate + 'a> {
        Box::new(Evaluated { unit: self, evaluator: Evaluator::new(&self.tree, world, self.tree.given.open) })
    }

    fn declares(&self, input: &str) -> bool {
        self.tree.stack(0).is_some_and(|root| root.parameter(input).is_some())
    }

    fn alternatives(&self) -> Vec<(String, String)> {
        let Some(root) = self.tree.stack(0) else { return Vec::new() };
        let is_defaulted = |name: &str| self.tree.given.get(name).is_none();
        let parameters = root
            .parameters()
            .filter(|parameter| !parameter.is_list() && parameter.default().is_some() && is_defaulted(parameter.name));
        let pairs = parameters.flat_map(|parameter| {
            let name = parameter.name.to_owned();
            parameter.allowed().into_iter().map(move |value| (name.clone(), value))
        });
        pairs.collect()
    }

    fn with(&self, input: &str, value: &str) -> Option<Box<dyn Unit>> {
        let mut inputs = self.inputs.clone();
        inputs.parameters.push((input.to_owned(), value.to_owned()));
        let root = self.tree.stack(0)?;
        match super::load(&self.sources, &self.sources.file(root.template.file).location, &inputs) {
            Loaded::Template(unit) => Some(unit),
            Loaded::NotATemplate | Loaded::Broken(_) => None,
        }
    }

    fn notes(&self) -> Vec<Note> {
        // Most templates have nothing to do with a trail, and nobody wants to read about those.
        if !self.resources.iter().any(|(kind, ..)| *kind == Kind::Trail) {
            return Vec::new();
        }
        let mut notes = self.found.notes.clone();
        for note in broken(self) {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        notes
    }

    fn errors(&self) -> Vec<FileError> {
        self.found.errors.clone()
    }
}

/// A unit in one world.
struct Evaluated<'a> {
    unit: &'a CloudFormationUnit,
    evaluator: Evaluator<'a>,
}

impl<'a> Evaluated<'a> {
    fn declared(&self, handle: usize) -> Option<(&'a Stack, Declared<'a>)> {
        let (_, stack, index) = *self.unit.resources.get(handle)?;
        let stack = self.unit.tree.stack(stack)?;
        Some((stack, stack.resource_at(index)?))
    }

    /// Whether the resource exists, and every stack that holds it.
    fn existence(&self, stack: &'a Stack, resource: Declared<'a>) -> Value {
        let mut truths = Vec::new();
        let mut place = Some((stack, resource));
        while let Some((stack, resource)) = place {
            truths.push(self.evaluator.exists(stack, resource));
            place = stack.parent.and_then(|(parent, index)| {
                let parent = self.unit.tree.stack(parent)?;
                Some((parent, parent.resource_at(index)?))
            });
        }
        truths.reverse();
        every(&truths, Origin::at(resource.span(), Role::Header))
    }
}

impl Estate for Evaluated<'_> {
    fn resources(&self, kind: Kind) -> Vec<Resource> {
        let handles = self.unit.resources.iter().enumerate().filter(|(_, (other, ..))| *other == kind);
        let resource = |(handle, _)| {
            let (stack, declared) = self.declared(handle)?;
            let exists = self.existence(stack, declared);
            let existence = match question(&exists) {
                Some(question) => Existence::May(question),
                None if exists.as_bool() == Some(true) => Existence::Exists,
                None => return None,
            };
            Some(Resource {
                kind,
                address: stack.address_of(declared.id),
                name: declared.metadata("aws:cdk:path").map(str::to_owned),
                header: declared.span(),
                caller: None,
                provider: String::new(),
                existence,
                handle,
            })
        };
        handles.filter_map(resource).collect()
    }

    fn property(&self, resource: &Resource, name: &str) -> Value {
        let header = Origin::at(resource.header, Role::Header);
        let Some((stack, declared)) = self.declared(resource.handle) else { return Value::null(header) };
        if resource.kind == Kind::AbsentModule {
            return self.absent(stack, declared, name, header);
        }
        let Some(properties) = declared.properties() else { return Value::null(header) };
        if let Some(node) = properties.get(name) {
            return self.evaluator.evaluate(stack, node);
        }
        // What a macro adds here is not known.
        if let Some(macros) = properties.get("Fn::Transform") {
            let reason = Reason::Unsupported(format!("a macro writes properties of {}", resource.address));
            let name = format!("{}.{name}", resource.address);
            return Value::open(Input::undecidable(name, reason, Origin::expression(macros.span)), header);
        }
        Value::null(header)
    }

    fn property_names(&self, resource: &Resource) -> Vec<String> {
        let properties = self.declared(resource.handle).and_then(|(_, declared)| declared.properties());
        let entries = properties.map(crate::syntax::Node::entries).unwrap_or_default();
        entries.iter().filter_map(|entry| entry.key.text().map(str::to_owned)).collect()
    }

    fn rejected(&self) -> bool {
        self.evaluator.refuses()
    }
}

impl<'a> Evaluated<'a> {
    /// A nested stack whose template is not on disk.
    fn absent(&self, stack: &'a Stack, declared: Declared<'a>, name: &str, header: Origin) -> Value {
        match (name, stack.children.get(&declared.index)) {
            ("Source", Some(Child::Absent(source))) => Value::text(source.clone(), header),
            ("Arguments", _) => match declared.properties().and_then(|properties| properties.get("Parameters")) {
                Some(parameters) => self.evaluator.evaluate(stack, parameters),
                None => Value::map(MapKind::Object, IndexMap::new(), header),
            },
            _ => Value::null(header),
        }
    }
}

/// A note for every error that stands in every world and every limit met, in the properties the model may read.
fn broken(unit: &CloudFormationUnit) -> Vec<Note> {
    let world = World::default();
    let estate = Evaluated { unit, evaluator: Evaluator::new(&unit.tree, &world, OpenInputs::WithoutDefault) };
    let mut notes = Vec::new();
    for handle in 0..unit.resources.len() {
        let Some((stack, declared)) = estate.declared(handle) else { continue };
        let exists = estate.existence(stack, declared);
        if let Some(question) = question(&exists) {
            note(&question.input, declared.span(), &mut notes);
        }
        if let Some(properties) = declared.properties() {
            collect_notes(&estate.evaluator.evaluate(stack, properties), &mut notes);
        }
    }
    notes
}

fn collect_notes(value: &Value, notes: &mut Vec<Note>) {
    match &value.data {
        Data::Open(input) => {
            if let Some(span) = value.origin.nearest() {
                note(input, span, notes);
            }
        }
        Data::Pending(question) => {
            if let Some(span) = value.origin.nearest() {
                note(&question.input, span, notes);
            }
        }
        Data::Text(text) => text.values().for_each(|part| collect_notes(part, notes)),
        Data::List(_, items) => items.iter().for_each(|item| collect_notes(item, notes)),
        Data::Map(_, entries) => entries.values().for_each(|entry| collect_notes(entry, notes)),
        _ => {}
    }
}

fn note(input: &Arc<Input>, span: crate::source::Span, notes: &mut Vec<Note>) {
    if let Reason::Unsupported(why) | Reason::Broken(why) | Reason::Limit(why) = &input.reason {
        let note = Note { message: why.clone(), span: Some(span) };
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
}
