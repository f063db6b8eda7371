//! What resources deploy in CloudFormation's language: reading it, and what it puts out.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cloudformation::{self, Deployer, Given, Loaded};
use crate::model::{DEPLOYED_TO, Foreign, Outputs, Unit};
use crate::source::{Sources, mentions_trail_in_template};
use crate::value::{self, Alike, Input, Reason, Text, Value, World};

/// Reads what resources deploy.
#[derive(Debug)]
pub(super) struct Templates {
    pub given: Given,
    pub sources: Arc<Sources>,
    /// What other units export under the names that templates import.
    exported: BTreeMap<String, Value>,
    /// What was read for what it puts out, by the address of what deploys it: one text is a template of its own in each of the
    /// worlds that differ in what it is made of.
    read: Alike<String, Arc<Read>>,
}

/// What a resource deploys in a world.
#[derive(Debug)]
enum Read {
    Template(Box<cloudformation::CloudFormationUnit>),
    /// An answer decides what stands in the text.
    Waiting(Value),
    /// It cannot be read, or is no template.
    Nothing,
}

impl Templates {
    pub fn new(given: &Given, sources: &Arc<Sources>, exported: BTreeMap<String, Value>) -> Self {
        Self { given: given.clone(), sources: Arc::clone(sources), exported, read: Alike::default() }
    }

    /// Reads what a resource deploys, as far as that is written here. `body` is the text.
    pub fn load(&self, resource: &Foreign<'_>, body: &Value) -> Loaded {
        let text = if let value::Data::Text(text) = &body.data { text.clone() } else { unwritten(body) };
        let place = body.origin.nearest().unwrap_or(resource.header);
        let deployer = deployer(resource);
        let load = |text: &Text, deployer| cloudformation::load_text(&self.sources, text, place, &self.given, deployer);
        if let Some(kind) = (resource.property)("TypeName").as_str() {
            let deployer = Deployer { address: String::new(), account: String::new(), ..deployer };
            return load(&as_template(resource.address, kind, &text), deployer);
        }
        match load(&text, deployer) {
            Loaded::Broken(_) if !mentions_trail_in_template(text.to_string().as_bytes()) => Loaded::NotATemplate,
            loaded => loaded,
        }
    }

    fn read(&self, resource: &Foreign<'_>) -> Read {
        let body = (resource.property)("Body");
        if let Some(waiting) = body.waiting() {
            return Read::Waiting(waiting.clone().unsaid());
        }
        match self.load(resource, &body) {
            Loaded::Template(mut stack) => {
                stack.join(self.exported.clone());
                Read::Template(stack)
            }
            Loaded::Broken(_) | Loaded::NotATemplate => Read::Nothing,
        }
    }
}

impl Outputs for Templates {
    fn of(&self, resource: &Foreign<'_>, world: &World) -> Option<Value> {
        let read = || (Arc::new(self.read(resource)), 0);
        let (read, _) = self.read.get(resource.address.to_owned(), world, read);
        let stack = match read.as_ref() {
            Read::Template(stack) => stack,
            Read::Waiting(value) => return Some(value.clone()),
            Read::Nothing => return None,
        };
        let deployer = deployer(resource);
        if let Some(question) = stack.asked_outside().filter(|question| world.answer(question).is_none()) {
            return Some(Value::pending(question.clone(), deployer.arguments.origin));
        }
        Some(stack.deployed(world, |name| deployer.hands_in(name)).outputs())
    }
}

/// A resource as what deploys a template, with what it hands in.
fn deployer(resource: &Foreign<'_>) -> Deployer {
    Deployer {
        address: resource.address.to_owned(),
        account: if is_stack_set(resource.address) { resource.address.to_owned() } else { String::new() },
        arguments: (resource.property)("Parameters"),
        deployed_to: DEPLOYED_TO.map(|name| (name, (resource.property)(name))).to_vec(),
    }
}

/// A text that is not known, as what it says.
fn unwritten(body: &Value) -> Text {
    let reason = Reason::Unsupported("a text that is not written here".to_owned());
    let read = Input::undecidable(format!("jsondecode({})", body.describe()), reason, body.origin.clone());
    Text::join([value::Part::Value(Value::open(read, body.origin.clone()))])
}

/// A template of one resource, which is called as what deploys it.
fn as_template(address: &str, kind: &str, properties: &Text) -> Text {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let head = format!("{{\"Resources\": {{{}: {{\"Type\": {}, \"Properties\": ", quoted(address), quoted(kind));
    Text::concat(&[Text::literal(head), properties.clone(), Text::literal("}}}")])
}

/// Whether the resource of this address deploys a template to accounts of its own.
pub(super) fn is_stack_set(address: &str) -> bool {
    address.contains("aws_cloudformation_stack_set.")
}
