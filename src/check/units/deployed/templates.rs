//! What resources deploy in CloudFormation's language: reading it, and what it puts out.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cloudformation::{self, Deployer, Given, Loaded};
use crate::model::{DEPLOYED_TO, Foreign, Outputs, Unit};
use crate::source::{Sources, mentions_trail_in_template};
use crate::value::{Alike, Data, Input, Origin, Part, Question, Reason, Role, Text, Value, World};

/// Reads what resources deploy.
#[derive(Debug)]
pub(super) struct Templates {
    pub given: Given,
    pub sources: Arc<Sources>,
    /// What other units export under the names that templates import.
    exported: BTreeMap<String, Value>,
    /// What was read for what it puts out, by the address of what deploys it: the worlds that differ in what it is made of have
    /// templates of their own.
    read: Alike<String, Arc<Result<Loaded, Value>>>,
}

impl Templates {
    pub fn new(given: &Given, sources: &Arc<Sources>, exported: BTreeMap<String, Value>) -> Self {
        Self { given: given.clone(), sources: Arc::clone(sources), exported, read: Alike::default() }
    }

    /// Reads what a resource deploys, as far as that is written here.
    ///
    /// # Errors
    /// What waits in it for an answer, which decides what stands in its text.
    pub fn read(&self, resource: &Foreign<'_>) -> Result<Loaded, Value> {
        let body = (resource.property)("Body");
        if let Some(waiting) = body.waiting() {
            return Err(waiting.clone().unsaid());
        }
        let mut loaded = self.load(resource, &body);
        if let Loaded::Template(stack) = &mut loaded {
            stack.join(self.exported.clone());
        }
        Ok(loaded)
    }

    fn load(&self, resource: &Foreign<'_>, body: &Value) -> Loaded {
        let text = text_of(body);
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
}

impl Outputs for Templates {
    fn of(&self, resource: &Foreign<'_>, world: &World) -> Option<Value> {
        let read = || (Arc::new(self.read(resource)), 0);
        let (read, _) = self.read.get(resource.address.to_owned(), world, read);
        // What is answered already and still waits never gets its answer here.
        if let Some(question) = asked(&read).filter(|question| world.answer(question).is_none()) {
            return Some(Value::pending(question.clone(), Origin::at(resource.header, Role::Header)));
        }
        let Ok(Loaded::Template(stack)) = read.as_ref() else { return None };
        let deployer = deployer(resource);
        Some(stack.deployed(world, &deployer).outputs())
    }
}

/// What has to be answered before it is known what a resource deploys, if anything.
pub(super) fn asked(read: &Result<Loaded, Value>) -> Option<&Question> {
    match read {
        Err(Value { data: Data::Pending(question), .. }) => Some(question.as_ref()),
        Ok(Loaded::Template(stack)) => stack.asked_outside(),
        _ => None,
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

/// What a resource deploys as a text. One that is not known is what it says.
pub(super) fn text_of(body: &Value) -> Text {
    if let Data::Text(text) = &body.data {
        return text.clone();
    }
    let reason = Reason::Unsupported("a text that is not written here".to_owned());
    let read = Input::undecidable(format!("jsondecode({})", body.describe()), reason, body.origin.clone());
    Text::join([Part::Value(Value::open(read, body.origin.clone()))])
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
