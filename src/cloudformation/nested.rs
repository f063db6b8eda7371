//! Builds the tree of stacks: a template on disk that another one nests is part of the same unit.

use std::collections::HashMap;
use std::path::{Component, Path};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::{Inputs, OpenInputs};
use crate::source::{FileId, Sources};
use crate::syntax::{Node, ProblemSeverity};
use crate::value::{Data, World};

use super::evaluator::Evaluator;
use super::given::Given;
use super::template::{Read, Template, read};
use super::transform::{self, Expander};
use super::tree::{Body, Child, Declared, Stack, StackId, Tree};
use super::{Found, file_error};

/// How deep stacks nest.
const MAX_NESTING: usize = 32;
/// How many stacks a unit has: CloudFormation takes 2,500 resources in one operation.
const MAX_STACKS: usize = 2_500;
/// How many nodes the stacks of a unit have together.
const MAX_NODES: usize = 1_000_000;

/// The stacks of the unit that `template` is the root of, and what was remarked on the way.
pub fn build(sources: &Arc<Sources>, template: Arc<Template>, inputs: &Inputs) -> (Tree, Found) {
    let mut found = Found::default();
    let given = Given::read(sources, inputs, &mut found.errors);
    let tree = Tree { stacks: Vec::new(), given, nested: Vec::new() };
    let mut builder = Builder { sources, tree, found, templates: HashMap::new(), budget: MAX_NODES, cyclic: false };
    builder.grow(template, String::new(), None, &mut Vec::new());
    let Builder { mut tree, mut found, templates, cyclic, .. } = builder;
    tree.nested.extend(templates.into_iter().filter(|(_, template)| template.is_some()).map(|(file, _)| file));
    tree.nested.sort_unstable();
    if cyclic {
        // Each of a ring of templates nests the others: nobody would judge any of them.
        tree.nested.clear();
    }
    report_problems(sources, &tree, &mut found);
    (tree, found)
}

struct Builder<'s> {
    sources: &'s Sources,
    tree: Tree,
    found: Found,
    templates: HashMap<FileId, Option<Arc<Template>>>,
    budget: usize,
    cyclic: bool,
}

impl Builder<'_> {
    /// Adds the stack made from `template` and those it nests; `ancestors` are the files that lead here.
    fn grow(
        &mut self,
        template: Arc<Template>,
        address: String,
        parent: Option<(StackId, usize)>,
        ancestors: &mut Vec<FileId>,
    ) {
        let id = self.tree.stacks.len();
        ancestors.push(template.file);
        let (body, children) = (Body::default(), IndexMap::new());
        self.tree.stacks.push(Stack { id, address, parent, template, body, children });
        self.expand(id);
        for (index, child) in self.nested_in(id) {
            let child = match child {
                Location::Local(file, url) => self.nest(id, index, file, url, ancestors),
                Location::Elsewhere(url) => Child::Absent(url),
            };
            if let Some(stack) = self.tree.stacks.get_mut(id) {
                stack.children.insert(index, child);
            }
        }
        ancestors.pop();
    }

    fn expand(&mut self, id: StackId) {
        if let Some((template, included)) = self.expanded(id, transform::with_includes).flatten() {
            self.tree.nested.extend(included);
            if let Some(stack) = self.tree.stacks.get_mut(id) {
                stack.template = Arc::new(template);
            }
        }
        if let Some((body, included)) = self.expanded(id, transform::body) {
            self.tree.nested.extend(included);
            if let Some(stack) = self.tree.stacks.get_mut(id) {
                stack.body = body;
            }
        }
    }

    fn expanded<T>(&mut self, id: StackId, expand: impl FnOnce(Expander<'_>) -> T) -> Option<T> {
        let world = World::default();
        let evaluator = Evaluator::new(&self.tree, &world, OpenInputs::WithoutDefault);
        let stack = self.tree.stack(id)?;
        Some(expand(Expander::new(self.sources, &evaluator, stack, &mut self.budget, &mut self.found)))
    }

    /// The nested stacks of a stack, with where their templates are.
    fn nested_in(&mut self, id: StackId) -> Vec<(usize, Location)> {
        let world = World::default();
        let evaluator = Evaluator::new(&self.tree, &world, OpenInputs::WithoutDefault);
        let Some(stack) = self.tree.stack(id) else { return Vec::new() };
        let nested: Vec<Declared<'_>> = stack.resources().filter(Declared::is_stack).collect();
        let found = &mut self.found;
        let sources = self.sources;
        nested
            .into_iter()
            .map(|resource| (resource.index, locate(sources, &evaluator, stack, resource, found)))
            .collect()
    }

    /// The nested stack whose template is in `file`.
    fn nest(&mut self, id: StackId, index: usize, file: FileId, url: String, ancestors: &mut Vec<FileId>) -> Child {
        let Some((address, span)) = self.tree.stack(id).and_then(|stack| {
            let resource = stack.resource_at(index)?;
            Some((stack.address_of(resource.id), resource.span()))
        }) else {
            return Child::Absent(url);
        };
        let refused = if ancestors.contains(&file) {
            self.cyclic = true;
            Some("the template nests itself".to_owned())
        } else if ancestors.len() >= MAX_NESTING || self.tree.stacks.len() >= MAX_STACKS {
            Some(format!("more than {MAX_NESTING} levels or {MAX_STACKS} nested stacks"))
        } else if self.budget == 0 {
            Some(format!("the stacks have more than {MAX_NODES} nodes together"))
        } else {
            None
        };
        if let Some(why) = refused {
            self.found.note(format!("the stack {address} is not read: {why}"), span);
            return Child::Absent(url);
        }
        let template = self.templates.get(&file).cloned().unwrap_or_else(|| {
            let template = self.template(file);
            self.templates.insert(file, template.clone());
            template
        });
        let Some(template) = template else {
            self.found.note(format!("the stack {address} is not read: {url} is not a template"), span);
            return Child::Absent(url);
        };
        let child = self.tree.stacks.len();
        self.grow(template, address, Some((id, index)), ancestors);
        Child::Here(child)
    }

    fn template(&mut self, file: FileId) -> Option<Arc<Template>> {
        match read(self.sources, file) {
            Read::Template(template) => Some(Arc::new(template)),
            Read::NotATemplate => None,
            Read::Broken(problems) => {
                let path = &self.sources.file(file).path;
                self.found.errors.extend(problems.iter().map(|problem| file_error(path, problem)));
                None
            }
        }
    }
}

enum Location {
    /// A template on disk, and how the parent names it.
    Local(FileId, String),
    /// Not on disk, or not to be read.
    Elsewhere(String),
}

/// Where the template of a nested stack is: beside its parent, as `aws cloudformation package` and SAM take it.
fn locate<'t>(
    sources: &Sources,
    evaluator: &Evaluator<'t>,
    stack: &'t Stack,
    resource: Declared<'t>,
    found: &mut Found,
) -> Location {
    let properties = resource.properties();
    let node = properties.and_then(|properties| properties.get("TemplateURL").or(properties.get("Location")));
    // The CDK puts the template beside its parent and names the place it is uploaded to.
    let asset =
        resource.metadata("aws:asset:path").filter(|_| resource.metadata("aws:asset:property") == Some("TemplateURL"));
    let value = node.map(|node| evaluator.evaluate(stack, node));
    let url = match (asset, value.as_ref().map(|value| &value.data)) {
        (Some(asset), _) => asset.to_owned(),
        (None, Some(Data::Text(text))) => text.to_string(),
        (None, _) => value.as_ref().map_or_else(|| "nowhere".to_owned(), crate::value::Value::describe),
    };
    if url.contains("://") || asset.is_none() && value.as_ref().is_none_or(|value| value.as_str().is_none()) {
        return Location::Elsewhere(url);
    }
    let span = node.map_or(resource.span(), |node: &Node| node.span);
    let path = Path::new(&url);
    let directory = sources.file(stack.template.file).location.clone();
    let read = match directory.parent() {
        Some(directory) if path.components().all(|part| !matches!(part, Component::RootDir | Component::Prefix(_))) => {
            sources.read(&directory.join(path)).map_err(|error| format!("{} {}", error.path, error.message))
        }
        _ => Err(format!("{url} is not a path beside the template")),
    };
    match read {
        Ok(file) => Location::Local(file, url),
        Err(why) => {
            found.note(format!("the stack {} is not read: {why}", stack.address_of(resource.id)), span);
            Location::Elsewhere(url)
        }
    }
}

/// What parsing lost bears on a verdict where a trail is concerned; the rest is worth a note.
fn report_problems(sources: &Sources, tree: &Tree, found: &mut Found) {
    let mut files: Vec<FileId> = Vec::new();
    let about_trails = tree.stacks.iter().any(|stack| sources.file(stack.template.file).text.contains("CloudTrail"));
    for template in tree.stacks.iter().map(|stack| &stack.template) {
        if files.contains(&template.file) {
            continue;
        }
        files.push(template.file);
        let path = &sources.file(template.file).path;
        for problem in &template.problems {
            if problem.severity == ProblemSeverity::Lost && about_trails {
                found.errors.push(file_error(path, problem));
            } else {
                found.note(problem.message.clone(), problem.span);
            }
        }
    }
}
