//! Plans as `terraform show -json` and `tofu show -json` print them, as units: what will be there after apply, with what
//! is known only then as opaque values. Knows the format (major version 1, and 0 before it) and no control.
//! <https://developer.hashicorp.com/terraform/internals/json-format>
//!
//! A plan settles everything Terraform evaluates before apply. What is known after apply only is what the sources are worth
//! that it was made from, where those are at hand (`sources`): they are evaluated with what the plan tells (`told`). Without
//! them nothing in a plan is open but which bucket a reference means where the plan does not say (`links`). Its places are
//! lines of the sources, and bytes of the plan itself otherwise (`place`).

mod address;
mod estate;
mod fit;
mod instances;
mod linked;
mod links;
mod place;
mod policy_document;
mod property;
mod provider;
mod references;
mod slot;
mod sources;
mod told;

use std::sync::Arc;

use indexmap::IndexMap;

use crate::finding::{FileError, Note};
use crate::model::{self, Described, Estate, Existence, Kind, Language, Outputs, Resource, Unit, schema};
use crate::source::{FileId, Sources};
use crate::syntax::{Node, Problem, ProblemSeverity, Written, json};
use crate::value::{Origin, World};

use address::Mode;
use estate::PlannedEstate;
use instances::{Instance, Instances, LeftOut};
use linked::{Linked, Planned};
use place::Place;
use property::Reader;
use slot::Extent;
use told::Told;

/// What a file turns out to be.
pub enum Loaded {
    /// A plan.
    Plan(Box<Plan>),
    /// Something else.
    NotAPlan,
    /// A plan that cannot be read, and why.
    Broken(Vec<FileError>),
}

/// A plan, evaluated.
pub struct Plan {
    path: String,
    resources: Vec<(Resource, Properties)>,
    /// What it tells of its sources, until these are evaluated.
    told: Option<Arc<dyn model::Told>>,
    /// What its sources are worth.
    sources: Option<Box<dyn Unit>>,
    /// What belongs to a bucket and is left for a later plan.
    deferred: Option<String>,
    notes: Vec<Note>,
    errors: Vec<FileError>,
}

/// The properties of a resource that the model knows, by name.
type Properties = IndexMap<&'static str, Planned>;

/// Where the sources of a plan are.
#[derive(Clone, Copy)]
pub enum Configuration<'w> {
    /// Nobody knows.
    Unknown,
    /// Here: somebody said so.
    Named(&'w dyn Written),
    /// Perhaps here: beside the plan. Believed if it declares all that the plan is about.
    Beside(&'w dyn Written),
}

/// Whether a text may be a plan, by a search for the names of its sections: for whoever must not parse every JSON file.
#[must_use]
pub fn may_be_plan(text: &[u8]) -> bool {
    let holds = |words: &str| memchr::memmem::find(text, words.as_bytes()).is_some();
    holds("\"format_version\"") && (holds("\"planned_values\"") || holds("\"resource_changes\""))
}

/// What to tell the author of a file that is no text because it is a plan in another form; `None` for anything else.
#[must_use]
pub fn explain_bytes(bytes: &[u8]) -> Option<&'static str> {
    let head = bytes.get(..64).unwrap_or(bytes);
    // A saved plan is a zip archive whose first member is `tfplan`.
    if head.starts_with(b"PK\x03\x04") && memchr::memmem::find(head, b"tfplan").is_some() {
        return Some(
            "is a binary plan; write it as JSON with `terraform show -json plan.bin > plan.json` and check that",
        );
    }
    let utf16 = |ascii: &str, pair: fn(u8) -> [u8; 2]| -> bool {
        memchr::memmem::find(bytes, &ascii.bytes().flat_map(pair).collect::<Vec<u8>>()).is_some()
    };
    let is_utf16 = match head {
        [0xff, 0xfe, ..] => utf16("\"format_version\"", |byte| [byte, 0]),
        [0xfe, 0xff, ..] => utf16("\"format_version\"", |byte| [0, byte]),
        _ => false,
    };
    is_utf16.then_some("is a plan in UTF-16, as Windows PowerShell's `>` writes it; write it as UTF-8")
}

/// Reads a plan.
#[must_use]
pub fn load(sources: &Sources, file: FileId, configuration: Configuration<'_>) -> Loaded {
    let source = sources.file(file);
    if !may_be_plan(source.text.as_bytes()) {
        return Loaded::NotAPlan;
    }
    let parsed = json::parse(file, &source.text);
    let lost = parsed.problems.iter().filter(|problem| problem.severity == ProblemSeverity::Lost);
    let mut errors: Vec<FileError> = lost.map(|problem| error(&source.path, problem)).collect();
    let Some(root) = parsed.documents.first() else { return Loaded::Broken(errors) };
    let Some(version) = root.get("format_version").and_then(Node::text) else { return Loaded::NotAPlan };
    if root.get("planned_values").or(root.get("resource_changes")).is_none() {
        return Loaded::NotAPlan;
    }
    if !matches!(version.split('.').next(), Some("0" | "1")) {
        let span = root.entry("format_version").map(|entry| entry.value.span);
        let message = format!("is a plan in format {version}, which is not known here (1.x is)");
        errors.push(FileError { path: source.path.clone(), message, span });
        return Loaded::Broken(errors);
    }
    let plan = Plan::of(root, configuration, source.path.clone(), errors);
    Loaded::Plan(Box::new(plan))
}

impl Plan {
    fn of(root: &Node, configuration: Configuration<'_>, path: String, errors: Vec<FileError>) -> Self {
        let mut notes: Vec<Note> = incomplete(root).into_iter().collect();
        let left_out = match root.get("complete") {
            _ if !notes.is_empty() => Some(LeftOut::Some),
            Some(_) => None,
            None => Some(LeftOut::Unsaid),
        };
        let written = match configuration {
            Configuration::Unknown => None,
            Configuration::Named(written) => {
                notes.extend(undeclared(&Instances::of(root, None), written).first().map(|instance| Note {
                    message: format!("{} is in the plan and not in the sources", instance.address),
                    span: Some(instance.header),
                }));
                Some(written)
            }
            Configuration::Beside(written) => {
                undeclared(&Instances::of(root, None), written).is_empty().then_some(written)
            }
        };
        let mut instances = Instances::of(root, written);
        let moved_on = written.and_then(|written| fit::moved_on(root, written));
        instances.meaning = written.filter(|_| moved_on.is_none());
        let resources = resources(&instances, written);
        let is_settled = |(_, properties): &(Resource, Properties)| {
            properties.values().all(|property| property.told == Extent::Whole)
        };
        let is_asking = !resources.iter().all(is_settled);
        notes.extend(moved_on.filter(|_| is_asking).map(|name| Note {
            message: format!(
                "{name} was written otherwise when the plan was made: what is known after apply only is not read there"
            ),
            span: None,
        }));
        let asked = instances.meaning.filter(|_| is_asking);
        let told = asked.map(|_| Arc::new(Told::of(&instances)) as Arc<dyn model::Told>);
        let deferred = left_out.and_then(|left_out| instances.deferred(left_out, is_about_access));
        Self { path, resources, told, sources: None, deferred, notes, errors }
    }
}

impl Loaded {
    /// The plan with its sources evaluated, where they tell more than it does. `evaluate` does that with what it tells.
    #[must_use]
    pub fn with_sources(self, evaluate: impl FnOnce(Arc<dyn model::Told>) -> Box<dyn Unit>) -> Self {
        let Self::Plan(mut plan) = self else { return self };
        plan.sources = plan.told.take().map(evaluate);
        Self::Plan(plan)
    }
}

/// What the sources do not declare of the resources the model knows.
fn undeclared<'i, 'p>(instances: &'i Instances<'p>, written: &dyn Written) -> Vec<&'i Instance<'p>> {
    let is_known = |instance: &&Instance<'_>| {
        instance.at.resource.mode == Mode::Managed && schema::kind(&instance.at.resource.kind).is_some()
    };
    let is_missing = |instance: &&Instance<'_>| {
        let calls = instance.at.module.calls();
        written.block(&calls, &instance.at.resource.to_string()).is_none() && written.caller(&calls).is_none()
    };
    instances.all.iter().filter(is_known).filter(is_missing).collect()
}

/// Whether resources of a type are a bucket, open one, close it, or make it log.
fn is_about_access(terraform_type: &str) -> bool {
    let kinds = [
        Kind::Bucket,
        Kind::BucketPolicy,
        Kind::BucketAcl,
        Kind::PublicAccessBlock,
        Kind::AccountPublicAccessBlock,
        Kind::OwnershipControls,
        Kind::BucketLogging,
    ];
    schema::kind(terraform_type).is_some_and(|kind| kinds.contains(&kind))
}

fn error(path: &str, problem: &Problem) -> FileError {
    FileError { path: path.to_owned(), message: problem.message.clone(), span: Some(problem.span) }
}

/// The resources the model knows, with their properties.
fn resources(instances: &Instances<'_>, written: Option<&dyn Written>) -> Vec<(Resource, Properties)> {
    let reader = Reader { instances };
    let managed = instances.all.iter().filter(|instance| instance.at.resource.mode == Mode::Managed);
    let known = managed.filter_map(|instance| Some((schema::kind(&instance.at.resource.kind)?, instance)));
    let read = |(handle, (kind, instance)): (usize, (Kind, &Instance<'_>))| {
        let resource = Described {
            kind,
            language: Language::Terraform,
            address: instance.address.to_owned(),
            name: None,
            header: instance.place.as_ref().map_or(instance.header, Place::header),
            caller: written.and_then(|written| written.caller(&instance.at.module.calls())),
            callers: written.map_or_else(Vec::new, |written| written.callers(&instance.at.module.calls())),
            provider: provider::account(instances.plan, instance).into(),
            existence: Existence::Exists,
            presence: Origin::default(),
            handle,
        };
        let properties = schema::properties(&instance.at.resource.kind).iter();
        let mut properties: Properties =
            properties.map(|property| (property.name, reader.property(instance, property))).collect();
        if kind == Kind::Foreign {
            let told = provider::deployed_to(instances.plan, instance).into_iter();
            properties.extend(
                told.map(|(name, value)| (name, Planned { linked: Linked::Value(value), told: Extent::Whole })),
            );
        }
        (resource.into(), properties)
    };
    known.enumerate().map(read).collect()
}

/// That the plan is not all there is to do. <https://developer.hashicorp.com/terraform/internals/json-format#plan-representation>
fn incomplete(plan: &Node) -> Option<Note> {
    let flag = |name: &str, value: &str, message: &str| {
        let node = plan.get(name).filter(|node| node.text() == Some(value))?;
        Some(Note { message: message.to_owned(), span: Some(node.span) })
    };
    let failed = flag("errored", "true", "planning failed: what comes after the error is not in the plan");
    let partial = flag("complete", "false", "the plan is not complete: applying it leaves changes for a later one");
    failed.or(partial)
}

impl Unit for Plan {
    fn path(&self) -> &str {
        &self.path
    }

    fn language(&self) -> Language {
        Language::Terraform
    }

    fn estate<'a>(&'a self, world: &'a World) -> Box<dyn Estate + 'a> {
        Box::new(PlannedEstate::new(self, world))
    }

    /// None: a plan's inputs had their values when it was made.
    fn declares(&self, _input: &str) -> bool {
        false
    }

    fn consult(&mut self, outputs: Arc<dyn Outputs>) {
        self.sources.iter_mut().for_each(|sources| sources.consult(Arc::clone(&outputs)));
    }

    fn notes(&self) -> Vec<Note> {
        self.notes.clone()
    }

    fn errors(&self) -> Vec<FileError> {
        self.errors.clone()
    }
}

#[cfg(test)]
mod tests;
