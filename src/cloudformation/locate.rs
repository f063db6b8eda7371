//! Where the template of a stack is that is a resource of another one: beside its parent, in a text of its parent, or elsewhere.

use std::collections::BTreeSet;
use std::path::{Component, Path};
use std::sync::Arc;

use crate::source::{FileId, Sources, Span};
use crate::syntax::Node;
use crate::value::{Data, Reason, Value, names_in};

use super::choice::{Answers, MAX_CASES, cases};
use super::embedded;
use super::template::{Read, Template};
use super::tree::{Declared, Stack, Tree};
use super::{Found, NotRead, file_error, read_part};

/// Where the template of a stack is that is a resource of another one.
pub enum Location {
    /// A template on disk, and how the parent names it.
    Local(FileId, String),
    /// A template that stands in its parent.
    Inline(Arc<Template>),
    /// Not on disk, or not to be read.
    Elsewhere(String),
    /// Not told apart from others, for this reason.
    Untold(String, Reason),
}

/// Finds the templates of the stacks that are resources of another one.
pub struct Locator<'a> {
    /// Where templates are read from.
    pub sources: &'a Sources,
    /// The stacks so far.
    pub tree: &'a Tree,
    /// Where remarks go.
    pub found: &'a mut Found,
}

impl Locator<'_> {
    /// Where the template of a nested stack or a `StackSet` is, case by case.
    pub fn locate(&mut self, stack: &Stack, resource: Declared<'_>) -> Vec<(Answers, Location)> {
        let asset = asset(resource);
        let Some(written) = Written::of(resource) else {
            let location = asset.map(|asset| self.beside(stack, resource, asset, resource.span()));
            return vec![(Answers::new(), location.unwrap_or(Location::Elsewhere("nowhere".to_owned())))];
        };
        let node = written.node();
        if let (Written::Elsewhere(_), Some(asset)) = (&written, asset) {
            return vec![(Answers::new(), self.beside(stack, resource, asset, node.span))];
        }
        let cases = cases(self.tree, self.tree.given.open, stack, node);
        self.found.asked_outside = self.found.asked_outside.take().or(cases.asked_outside);
        let limit =
            format!("only {MAX_CASES} cases of the template of {} are told apart", stack.address_of(resource.id));
        if !cases.rest.is_empty() {
            self.found.note(limit.clone(), node.span);
        }
        let locations = cases.all.into_iter().map(|(case, value)| match written {
            Written::Inline(_) => (case, self.inline(stack, resource, &value, node.span)),
            Written::Elsewhere(_) => (case, self.at(stack, resource, &value, node.span)),
        });
        let untold = |value: &Value| Location::Untold(value.describe(), Reason::Limit(limit.clone()));
        let rest = cases.rest.iter().map(|(case, value)| (case.clone(), untold(value)));
        locations.chain(rest).collect()
    }

    /// A template that is named.
    fn at(&mut self, stack: &Stack, resource: Declared<'_>, value: &Value, span: Span) -> Location {
        let source = match (value.as_str(), &value.data) {
            (Some(url), _) if !url.contains("://") => return self.beside(stack, resource, url, span),
            (Some(url), _) => url.to_owned(),
            // An application of the Serverless Application Repository.
            (None, Data::Map(_, entries)) => {
                let id = entries.get("ApplicationId").map(|id| id.as_str().map_or(id.describe(), str::to_owned));
                id.unwrap_or_else(|| value.describe())
            }
            (None, Data::Text(text)) => text.to_string(),
            (None, _) => value.describe(),
        };
        let name = source.rsplit('/').next().unwrap_or_default();
        if let Some(path) = self.tree.given.published.get(name) {
            return self.beside(stack, resource, path, span);
        }
        remark(self.found, &stack.address_of(resource.id), &source, span);
        Location::Elsewhere(source)
    }

    /// A template on disk, beside its parent, as `aws cloudformation package` and SAM take it.
    fn beside(&mut self, stack: &Stack, resource: Declared<'_>, url: &str, span: Span) -> Location {
        let path = Path::new(url);
        let is_relative = path.components().all(|part| !matches!(part, Component::RootDir | Component::Prefix(_)));
        let parent = self.sources.file(stack.template.file).location.clone();
        let read = match parent.parent().filter(|_| is_relative) {
            Some(directory) => read_part(self.sources, &directory.join(path)),
            None => Err(NotRead { why: format!("{url} is not a path beside the template"), error: None }),
        };
        match read {
            Ok(file) => Location::Local(file, url.to_owned()),
            Err(NotRead { why, error }) => {
                self.found.lose(error);
                self.found.unread(format!("the stack {} is not read: {why}", stack.address_of(resource.id)), span);
                Location::Elsewhere(url.to_owned())
            }
        }
    }

    /// A template that stands in a text of its parent.
    fn inline(&mut self, stack: &Stack, resource: Declared<'_>, value: &Value, span: Span) -> Location {
        let id = stack.address_of(resource.id);
        let (read, is_whole) = match &value.data {
            Data::Text(text) => (embedded::read(text, span), text.as_literal().is_some()),
            _ => (Read::NotATemplate, false),
        };
        match read {
            Read::Template(template) => return Location::Inline(Arc::new(template)),
            Read::Broken(problems) if is_whole => {
                let path = &self.sources.file(stack.template.file).path;
                self.found.lose(problems.iter().map(|problem| file_error(path, problem)));
            }
            Read::Broken(problems) => problems.iter().for_each(|problem| {
                self.found.unread(format!("the stack {id} is not read: {}", problem.message), problem.span);
            }),
            Read::NotATemplate => {
                let message = format!("the stack {id} is not read: its TemplateBody is not known to be a template");
                self.found.unread(message, span);
            }
        }
        Location::Elsewhere("TemplateBody".to_owned())
    }
}

/// Says of a stack or module whose text is elsewhere that it may hold a trail, where its name or its source speaks of one.
pub fn remark(found: &mut Found, address: &str, source: &str, span: Span) {
    if [address, source].iter().any(|text| text.to_ascii_lowercase().contains("cloudtrail")) {
        let message = format!("{address} may hold a trail, but its template is not on disk ({source})");
        found.unread(message, span);
    }
}

/// The property that says which template a resource has.
enum Written<'t> {
    /// It holds the template.
    Inline(&'t Node),
    /// It names the template.
    Elsewhere(&'t Node),
}

impl<'t> Written<'t> {
    fn of(resource: Declared<'t>) -> Option<Self> {
        let property = |name: &str| resource.properties()?.get(name);
        let body = property("TemplateBody").filter(|_| resource.is_stack_set()).map(Self::Inline);
        body.or_else(|| property("TemplateURL").or(property("Location")).map(Self::Elsewhere))
    }

    fn node(&self) -> &'t Node {
        let (Self::Inline(node) | Self::Elsewhere(node)) = self;
        node
    }
}

/// The path that the CDK leaves where it puts a template beside its parent: the property names the place it is uploaded to.
fn asset(resource: Declared<'_>) -> Option<&str> {
    let is_asset = resource.metadata("aws:asset:property") == Some("TemplateURL");
    resource.metadata("aws:asset:path").filter(|_| is_asset)
}

/// The parameters of the root whose defaults are in the name of the template of a resource, where every input is open: of
/// any other value nobody could say what the template is. Those of few values are told apart.
pub fn kept(tree: &Tree, stack: &Stack, index: usize) -> BTreeSet<String> {
    let written = stack.resource_at(index).filter(|resource| asset(*resource).is_none()).and_then(Written::of);
    let (Some(Written::Elsewhere(node)), Some(root)) = (written, tree.stack(0)) else { return BTreeSet::new() };
    let mut kept = BTreeSet::new();
    let cases = cases(tree, tree.given.open, stack, node);
    for (_, value) in cases.all.iter().chain(&cases.rest) {
        value.visit(&mut |part| {
            if let Data::Open(input) = &part.data {
                kept.extend(names_in(&input.name).into_iter().map(str::to_owned));
            }
        });
    }
    kept.retain(|name| root.parameter(name).is_some_and(|parameter| parameter.default().is_some()));
    kept
}
