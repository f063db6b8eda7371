//! Builds the tree of stacks: a template on disk that another one nests is part of the same unit.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::OpenInputs;
use crate::source::{FileId, Sources};
use crate::syntax::ProblemSeverity;
use crate::value::{Reason, World};

use super::choice::Answers;
use super::deployment::Deployer;
use super::evaluator::Evaluator;
use super::given::Given;
use super::locate::{self, Location, Locator};
use super::parameter::Parameter;
use super::template::{Read, Template, read};
use super::transform::{self, Expander};
use super::tree::{Body, Child, Declared, KeptDefault, Stack, StackId, Tree};
use super::unruly;
use super::{Found, file_error};

/// How deep stacks nest.
const MAX_NESTING: usize = 32;
/// How many stacks a unit has: CloudFormation takes 2,500 resources in one operation.
const MAX_STACKS: usize = 2_500;
/// How many nodes the stacks of a unit have together.
const MAX_NODES: usize = 1_000_000;

/// The stacks of the unit that `template` is the root of, and what was remarked on the way. What deploys the root from
/// outside hands in its parameters.
pub fn build(
    sources: &Arc<Sources>,
    template: Arc<Template>,
    given: Given,
    deployer: Option<Deployer>,
) -> (Tree, Found) {
    let found = Found::default();
    let (imported, refusals, refused, impossible) = Default::default();
    let (stacks, nested, items) = Default::default();
    let tree = Tree { stacks, given, deployer, nested, imported, refusals, unruly: refused, impossible, items };
    let address = tree.deployer.as_ref().map(|deployer| deployer.address.clone()).unwrap_or_default();
    let mut builder = Builder { sources, tree, found, templates: HashMap::new(), budget: MAX_NODES };
    builder.grow(template, address, None, &mut Vec::new());
    let Builder { mut tree, mut found, templates, .. } = builder;
    tree.nested.extend(templates.into_iter().filter(|(_, template)| template.is_some()).map(|(file, _)| file));
    tree.nested.sort_unstable();
    tree.unruly = unruly::unruly(&mut tree);
    report_problems(sources, &tree, &mut found);
    withhold(&tree, sources);
    (tree, found)
}

struct Builder<'s> {
    sources: &'s Sources,
    tree: Tree,
    found: Found,
    templates: HashMap<FileId, Option<Arc<Template>>>,
    budget: usize,
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
        let account = match parent {
            Some(parent) => self.account_in(parent),
            None => self.tree.deployer.as_ref().map(|deployer| deployer.account.clone()).unwrap_or_default(),
        };
        self.tree.stacks.push(Stack { id, address, account, parent, case, template, body, unread: None, children });
        self.expand(id);
        for index in self.nested_in(id) {
            for (case, location) in self.located(id, index) {
                let place = Place { stack: id, resource: index, case };
                let child = match location {
                    Location::Local(file, url) => self.nest_file(place, file, url, ancestors),
                    Location::Inline(template) => self.nest(place, template, "TemplateBody".to_owned(), ancestors),
                    Location::Elsewhere(source) => self.absent(place, source),
                    Location::Untold(source, reason) => Child::Absent { source, reason, case: place.case },
                };
                if let Some(stack) = self.tree.stacks.get_mut(id) {
                    stack.children.entry(index).or_default().push(child);
                }
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

    fn expanded<T>(&mut self, id: StackId, expand: impl FnOnce(Expander<'_, '_>) -> T) -> Option<T> {
        let world = World::default();
        // A loop runs over the items of a default, unless nothing is known of any.
        let open = match self.tree.given.open {
            OpenInputs::Everything => OpenInputs::Everything,
            OpenInputs::WithoutDefault | OpenInputs::Any => OpenInputs::WithoutDefault,
        };
        let evaluator = Evaluator::new(&self.tree, &world, open);
        let stack = self.tree.stack(id)?;
        Some(expand(Expander::new(self.sources, &evaluator, stack, &mut self.budget, &mut self.found)))
    }

    /// The resources of a stack that are stacks or modules. Those whose bodies may be made of what the others put out
    /// come last.
    fn nested_in(&self, id: StackId) -> Vec<usize> {
        let Some(stack) = self.tree.stack(id) else { return Vec::new() };
        let is_nested = |resource: &Declared| resource.is_stack() || resource.module().is_some();
        let nested = stack.resources().filter(is_nested);
        nested.chain(stack.resources().filter(Declared::is_stack_set)).map(|resource| resource.index).collect()
    }

    /// Where the template of a resource is, case by case.
    fn located(&mut self, id: StackId, index: usize) -> Vec<(Answers, Location)> {
        let kept = self.tree.stack(id).map(|stack| locate::kept(&self.tree, stack, index)).unwrap_or_default();
        if let Some(root) = self.tree.stacks.first_mut() {
            root.body.kept.extend(kept.into_iter().map(|name| (name, KeptDefault::Template)));
        }
        let Some(stack) = self.tree.stack(id) else { return Vec::new() };
        let Some(resource) = stack.resource_at(index) else { return Vec::new() };
        if let Some(module) = resource.module() {
            locate::remark(&mut self.found, &stack.address_of(resource.id), module, resource.span());
            return vec![(Answers::new(), Location::Elsewhere(module.to_owned()))];
        }
        Locator { sources: self.sources, tree: &self.tree, found: &mut self.found }.locate(stack, resource)
    }

    /// The nested stack whose template is in `file`.
    fn nest_file(&mut self, place: Place, file: FileId, url: String, ancestors: &mut Vec<FileId>) -> Child {
        if ancestors.contains(&file) {
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
            self.found.unread(message, resource.span());
        }
        self.absent(place, source)
    }

    /// A nested stack whose template is not on disk, or not read.
    fn absent(&self, place: Place, source: String) -> Child {
        let stack = self.tree.stack(place.stack);
        let module = stack.and_then(|stack| Some(stack.address_of(stack.resource_at(place.resource)?.id)));
        let reason = Reason::ModuleNotOnDisk { module: module.unwrap_or_default(), source: source.clone() };
        Child::Absent { source, reason, case: place.case }
    }

    fn template(&mut self, file: FileId) -> Option<Arc<Template>> {
        match read(self.sources, file) {
            Read::Template(template) => Some(Arc::new(template)),
            Read::NotATemplate => None,
            Read::Broken(problems) => {
                let path = &self.sources.file(file).path;
                self.found.lose(problems.iter().map(|problem| file_error(path, problem)));
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

/// What parsing lost bears on a verdict where a trail is concerned; the rest is worth a note.
fn report_problems(sources: &Sources, tree: &Tree, found: &mut Found) {
    let mut files: Vec<FileId> = Vec::new();
    let broken = found.errors.iter().filter_map(|error| error.span).map(|span| span.file);
    let mut read = tree.stacks.iter().map(|stack| stack.template.file).chain(broken);
    let about_trails = read.any(|file| sources.file(file).text.contains("CloudTrail"));
    if !about_trails {
        found.forgive();
    }
    for template in tree.stacks.iter().map(|stack| &stack.template) {
        if files.contains(&template.file) {
            continue;
        }
        files.push(template.file);
        let path = &sources.file(template.file).path;
        for problem in &template.problems {
            if problem.severity == ProblemSeverity::Lost && about_trails {
                found.lose([file_error(path, problem)]);
            } else {
                found.note(problem.message.clone(), problem.span);
            }
        }
    }
}

/// Withholds every place where a secret parameter gets its value.
fn withhold(tree: &Tree, sources: &Sources) {
    for stack in &tree.stacks {
        for parameter in stack.parameters().filter(Parameter::is_secret) {
            let given = tree.given.get(parameter.name).filter(|_| stack.id == 0).and_then(|given| given.span);
            let parent = stack.parent.and_then(|(parent, resource)| tree.stack(parent)?.resource_at(resource));
            let handed = parent.and_then(|resource| resource.handed(parameter.name)).map(|node| node.span);
            parameter.default_span().into_iter().chain(given).chain(handed).for_each(|span| sources.withhold(span));
        }
    }
}
