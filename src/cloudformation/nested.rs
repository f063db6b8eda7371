//! Builds the tree of stacks: a template on disk that another one nests is part of the same unit.

use std::collections::HashMap;
use std::path::{Component, Path};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::OpenInputs;
use crate::source::{FileId, Sources, Span};
use crate::syntax::ProblemSeverity;
use crate::value::{Data, Value, World};

use super::choice::{Answers, cases};
use super::embedded;
use super::evaluator::Evaluator;
use super::given::Given;
use super::rules;
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
pub fn build(sources: &Arc<Sources>, template: Arc<Template>, given: Given) -> (Tree, Found) {
    let found = Found::default();
    let (refusals, unruly, impossible) = Default::default();
    let tree = Tree { stacks: Vec::new(), given, nested: Vec::new(), refusals, unruly, impossible };
    let mut builder = Builder { sources, tree, found, templates: HashMap::new(), budget: MAX_NODES, cyclic: false };
    builder.grow(template, String::new(), None, &mut Vec::new());
    let Builder { mut tree, mut found, templates, cyclic, .. } = builder;
    tree.nested.extend(templates.into_iter().filter(|(_, template)| template.is_some()).map(|(file, _)| file));
    tree.nested.sort_unstable();
    if cyclic {
        // Each of a ring of templates nests the others: nobody would judge any of them.
        tree.nested.clear();
    }
    tree.unruly = rules::unruly(&tree);
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
        parent: Option<(StackId, usize, Answers)>,
        ancestors: &mut Vec<FileId>,
    ) {
        let id = self.tree.stacks.len();
        ancestors.push(template.file);
        let (body, children) = (Body::default(), IndexMap::new());
        let (parent, case) = match parent {
            Some((stack, resource, case)) => (Some((stack, resource)), case),
            None => (None, Answers::new()),
        };
        let account = parent.map(|parent| self.account_in(parent)).unwrap_or_default();
        self.tree.stacks.push(Stack { id, address, account, parent, case, template, body, unread: None, children });
        self.expand(id);
        for (index, case, location) in self.nested_in(id) {
            let place = Place { stack: id, resource: index, case };
            let child = match location {
                Location::Local(file, url) => self.nest_file(place, file, url, ancestors),
                Location::Inline(template) => self.nest(place, template, "TemplateBody".to_owned(), ancestors),
                Location::Elsewhere(source) => Child::Absent { source, case: place.case },
            };
            if let Some(stack) = self.tree.stacks.get_mut(id) {
                stack.children.entry(index).or_default().push(child);
            }
        }
        ancestors.pop();
    }

    /// What tells the account of a nested stack from the root's.
    fn account_in(&self, (stack, index): (StackId, usize)) -> String {
        let Some(stack) = self.tree.stack(stack) else { return String::new() };
        match stack.resource_at(index) {
            Some(resource) if resource.is_stack_set() => stack.address_of(resource.id),
            _ => stack.account.clone(),
        }
    }

    fn expand(&mut self, id: StackId) {
        if let Some((template, included, unread)) = self.expanded(id, transform::with_includes) {
            self.tree.nested.extend(included);
            if let Some(stack) = self.tree.stacks.get_mut(id) {
                stack.unread = unread;
                stack.template = template.map_or(Arc::clone(&stack.template), Arc::new);
            }
        }
        if let Some((body, included, unread)) = self.expanded(id, transform::body) {
            self.tree.nested.extend(included);
            if let Some(stack) = self.tree.stacks.get_mut(id) {
                stack.unread = stack.unread.take().or(unread);
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

    /// The stacks and modules that are resources of a stack, with where their templates are, case by case.
    fn nested_in(&mut self, id: StackId) -> Vec<(usize, Answers, Location)> {
        let Some(stack) = self.tree.stack(id) else { return Vec::new() };
        let mut locations = Vec::new();
        for resource in stack.resources() {
            if resource.is_stack() || resource.is_stack_set() {
                let mut locator = Locator { sources: self.sources, tree: &self.tree, found: &mut self.found };
                let located = locator.locate(stack, resource).into_iter();
                locations.extend(located.map(|(case, location)| (resource.index, case, location)));
            } else if let Some(module) = resource.module() {
                locations.push((resource.index, Answers::new(), Location::Elsewhere(module.to_owned())));
            }
        }
        locations
    }

    /// The nested stack whose template is in `file`.
    fn nest_file(&mut self, place: Place, file: FileId, url: String, ancestors: &mut Vec<FileId>) -> Child {
        if ancestors.contains(&file) {
            self.cyclic = true;
            return self.refuse(place, "the template nests itself", url);
        }
        let template = self.templates.get(&file).cloned().unwrap_or_else(|| {
            let template = self.template(file);
            self.templates.insert(file, template.clone());
            template
        });
        match template {
            Some(template) => self.nest(place, template, url, ancestors),
            None => self.refuse(place, &format!("{url} is not a template"), url.clone()),
        }
    }

    /// The nested stack that is made from `template`, as far as the limits allow.
    fn nest(&mut self, place: Place, template: Arc<Template>, url: String, ancestors: &mut Vec<FileId>) -> Child {
        if ancestors.len() >= MAX_NESTING || self.tree.stacks.len() >= MAX_STACKS {
            let why = format!("more than {MAX_NESTING} levels or {MAX_STACKS} nested stacks");
            return self.refuse(place, &why, url);
        }
        if self.budget == 0 {
            return self.refuse(place, &format!("the stacks have more than {MAX_NODES} nodes together"), url);
        }
        let Place { stack, resource, case } = place;
        let declared = self.tree.stack(stack).and_then(|stack| Some(stack.address_of(stack.resource_at(resource)?.id)));
        let child = self.tree.stacks.len();
        self.grow(template, declared.unwrap_or_default(), Some((stack, resource, case)), ancestors);
        Child::Here(child)
    }

    /// A nested stack that is not read, with a note on why.
    fn refuse(&mut self, place: Place, why: &str, source: String) -> Child {
        if let Some(stack) = self.tree.stack(place.stack)
            && let Some(resource) = stack.resource_at(place.resource)
        {
            let message = format!("the stack {} is not read: {why}", stack.address_of(resource.id));
            self.found.note(message, resource.span());
        }
        Child::Absent { source, case: place.case }
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

/// Where a stack is nested: the stack and its resource, and the answers by which that has this template.
struct Place {
    stack: StackId,
    resource: usize,
    case: Answers,
}

enum Location {
    /// A template on disk, and how the parent names it.
    Local(FileId, String),
    /// A template that stands in its parent.
    Inline(Arc<Template>),
    /// Not on disk, or not to be read.
    Elsewhere(String),
}

/// Finds the templates of the stacks that are resources of another one.
struct Locator<'a> {
    sources: &'a Sources,
    tree: &'a Tree,
    found: &'a mut Found,
}

impl Locator<'_> {
    /// Where the template of a nested stack or a `StackSet` is, case by case.
    fn locate(&mut self, stack: &Stack, resource: Declared<'_>) -> Vec<(Answers, Location)> {
        let property = |name: &str| resource.properties().and_then(|properties| properties.get(name));
        let body = property("TemplateBody").filter(|_| resource.is_stack_set());
        // The CDK puts the template beside its parent and names the place it is uploaded to.
        let is_asset = resource.metadata("aws:asset:property") == Some("TemplateURL");
        let asset = resource.metadata("aws:asset:path").filter(|_| is_asset && body.is_none());
        let Some(node) = body.or(property("TemplateURL")).or(property("Location")) else {
            let location = asset.map(|asset| self.beside(stack, resource, asset, resource.span()));
            return vec![(Answers::new(), location.unwrap_or(Location::Elsewhere("nowhere".to_owned())))];
        };
        if let Some(asset) = asset {
            return vec![(Answers::new(), self.beside(stack, resource, asset, node.span))];
        }
        let cases = cases(self.tree, OpenInputs::WithoutDefault, stack, node);
        let locations = cases.into_iter().map(|(case, value)| match body {
            Some(_) => (case, self.inline(stack, resource, &value, node.span)),
            None => (case, self.at(stack, resource, &value, node.span)),
        });
        locations.collect()
    }

    /// A template that is named.
    fn at(&mut self, stack: &Stack, resource: Declared<'_>, value: &Value, span: Span) -> Location {
        match (value.as_str(), &value.data) {
            (Some(url), _) if !url.contains("://") => self.beside(stack, resource, url, span),
            (Some(url), _) => Location::Elsewhere(url.to_owned()),
            // An application of the Serverless Application Repository.
            (None, Data::Map(_, entries)) => {
                let id = entries.get("ApplicationId").map(|id| id.as_str().map_or(id.describe(), str::to_owned));
                Location::Elsewhere(id.unwrap_or_else(|| value.describe()))
            }
            (None, Data::Text(text)) => Location::Elsewhere(text.to_string()),
            (None, _) => Location::Elsewhere(value.describe()),
        }
    }

    /// A template on disk, beside its parent, as `aws cloudformation package` and SAM take it.
    fn beside(&mut self, stack: &Stack, resource: Declared<'_>, url: &str, span: Span) -> Location {
        let path = Path::new(url);
        let is_relative = path.components().all(|part| !matches!(part, Component::RootDir | Component::Prefix(_)));
        let parent = self.sources.file(stack.template.file).location.clone();
        let read = match parent.parent().filter(|_| is_relative) {
            Some(directory) => {
                let read = self.sources.read(&directory.join(path));
                read.map_err(|error| format!("{} {}", error.path, error.message))
            }
            None => Err(format!("{url} is not a path beside the template")),
        };
        match read {
            Ok(file) => Location::Local(file, url.to_owned()),
            Err(why) => {
                self.found.note(format!("the stack {} is not read: {why}", stack.address_of(resource.id)), span);
                Location::Elsewhere(url.to_owned())
            }
        }
    }

    /// A template that stands in a text of its parent.
    fn inline(&mut self, stack: &Stack, resource: Declared<'_>, value: &Value, span: Span) -> Location {
        let read = match &value.data {
            Data::Text(text) if text.as_literal().is_some() => embedded::read(text, span),
            _ => Read::NotATemplate,
        };
        match read {
            Read::Template(template) => return Location::Inline(Arc::new(template)),
            Read::Broken(problems) => {
                let path = &self.sources.file(stack.template.file).path;
                self.found.errors.extend(problems.iter().map(|problem| file_error(path, problem)));
            }
            Read::NotATemplate => {
                let id = stack.address_of(resource.id);
                let message = format!("the stack {id} is not read: its TemplateBody is not known to be a template");
                self.found.note(message, span);
            }
        }
        Location::Elsewhere("TemplateBody".to_owned())
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
