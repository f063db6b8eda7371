//! Root modules and plans with what their resources deploy in another language: the templates of `aws_cloudformation_stack`
//! and `aws_cloudformation_stack_set`, and the resources of the Cloud Control API. What stands in a text is a part of the
//! unit, as a nested stack is of its parent's: it gets its parameters from there, and what it puts out is read there.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudformation_stack>

mod beside;
mod deployers;
mod estate;
mod readings;
mod templates;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use crate::cloudformation::{CloudFormationUnit, Given, Loaded};
use crate::finding::{FileError, Note};
use crate::model::{Created, Described, Estate, Existence, Foreign, Kept, Kind, Language, Outputs, Resource, Unit};
use crate::source::{Sources, Span};
use crate::value::{Question, Text, Value, World};

use beside::{Among, Arguments, Beside, Deployed};
use deployers::{Deployers, are_of_one_block};
use estate::{Part, Whole};
use readings::Readings;
use templates::{Templates, asked, is_stack_set, text_of};

/// How many cases of one text are told apart.
const MAX_CASES: usize = 16;

/// A unit with what it deploys in another language.
struct Deploying {
    unit: Box<dyn Unit>,
    /// What could be read of that.
    read: Vec<Read>,
    /// The addresses of what deploys something that could not be read, in one case or another.
    unread: BTreeSet<String>,
    notes: Vec<Note>,
    errors: Vec<FileError>,
    /// What reads it.
    templates: Arc<Templates>,
}

/// A unit with what was read of what it deploys.
pub(super) struct WithDeployed {
    pub unit: Box<dyn Unit>,
    /// The files that this was read from.
    pub files: Vec<PathBuf>,
    /// Whether it deploys a trail, or a text that speaks of one and cannot be read.
    pub deploys_trail: bool,
}

/// What a resource deploys, where these are the answers.
struct Read {
    /// The resource, in the first world that it was found in.
    by: Resource,
    case: Vec<(Question, bool)>,
    /// What it was read from.
    text: Text,
    stack: CloudFormationUnit,
    /// What it is in the worlds in which more of the text is known.
    anew: Readings,
}

impl Read {
    /// What deploys this in a world: the resource, or one that stands for it there, because it waits for an answer which
    /// instances there are.
    fn found<'f>(&self, foreign: &'f [Resource], read: &[Self]) -> Option<&'f Resource> {
        let is_unread = |any: &&Resource| read.iter().all(|read| read.by.address != any.address);
        let stands_for_it = |any: &&Resource| {
            matches!(any.existence, Existence::May(_)) && are_of_one_block(any, &self.by) && is_unread(any)
        };
        let own = foreign.iter().find(|resource| resource.address == self.by.address);
        own.or_else(|| foreign.iter().find(stands_for_it))
    }

    /// The resource as it deploys this in a world: one that has other answers does not.
    fn deployer(&self, resource: &Resource, world: &World) -> Option<Resource> {
        let mut existence = resource.existence.clone();
        for (question, wanted) in self.case.iter().rev() {
            match world.answer(question) {
                Some(answer) if answer == *wanted => {}
                Some(_) => return None,
                None => existence = Existence::May(Arc::new(question.clone())),
            }
        }
        Some(Described { existence, address: self.by.address.clone(), ..Described::clone(resource) }.into())
    }

    /// The first question that tells whether it is this that the resource deploys, and has no answer yet.
    fn waits_for(&self, world: &World) -> Option<Question> {
        let mut questions = self.case.iter().map(|(question, _)| question);
        questions.find(|question| world.answer(question).is_none()).cloned()
    }

    /// The world in which it was read.
    fn world(&self) -> World {
        let answers = self.case.iter().cloned();
        answers.fold(World::default(), |world, (question, answer)| world.with(question, answer))
    }
}

/// What a resource deploys where these are the answers, and what that was read from.
struct Case {
    answers: Vec<(Question, bool)>,
    text: Text,
    loaded: Loaded,
}

/// The unit with what it deploys in another language.
pub(super) fn with_deployed(mut unit: Box<dyn Unit>, given: &Given, sources: &Arc<Sources>) -> WithDeployed {
    let templates = Arc::new(Templates::new(given, sources, BTreeMap::new()));
    unit.consult(Arc::clone(&templates) as Arc<dyn Outputs>);
    let Deployers { all, mut notes } = Deployers::of(unit.as_ref(), MAX_CASES);
    let mut files = Vec::new();
    if all.is_empty() {
        return WithDeployed { unit, files, deploys_trail: false };
    }
    let (mut read, mut unread, mut errors) = (Vec::new(), BTreeSet::new(), Vec::new());
    let mut opaque = Vec::new();
    let before = World::default();
    let unanswered = unit.estate(&before);
    for (resource, world) in all.iter().filter(|(resource, _)| !is_of_instances(resource)) {
        for Case { answers: case, text, loaded } in
            cases((resource, world), unit.as_ref(), unanswered.as_ref(), &templates)
        {
            let is_read = matches!(loaded, Loaded::Template(_));
            unread.extend((!is_read).then(|| resource.address.clone()));
            match loaded {
                Loaded::Template(stack) => {
                    files.extend(stack.nested().iter().cloned());
                    let anew = Readings::default();
                    read.push(Read { by: resource.clone(), case, text, stack: *stack, anew });
                }
                Loaded::Broken(problems) => errors.extend(problems),
                Loaded::NotATemplate => opaque.push((resource, world)),
            }
        }
    }
    let holds_trail = |resource: &Resource| {
        read.iter().any(|read| read.by.address == resource.address && read.stack.written_trail().is_some())
    };
    let speaks = |resource: &Resource, world: &World| speaks_of_trails(resource, unit.estate(world).as_ref());
    let telling = opaque.into_iter().filter(|(resource, world)| holds_trail(resource) || speaks(resource, world));
    notes.extend(telling.map(|(resource, _)| unreadable(resource)));
    drop(unanswered);
    let deploys_trail = !errors.is_empty() || read.iter().any(|read| read.stack.written_trail().is_some());
    let unit = Box::new(Deploying { unit, read, unread, notes, errors, templates });
    WithDeployed { unit, files, deploys_trail }
}

impl Deploying {
    /// Another unit with what it deploys, which is read as this one's is.
    fn deploying(&self, unit: Box<dyn Unit>) -> Box<dyn Unit> {
        with_deployed(unit, &self.templates.given, &self.templates.sources).unit
    }

    /// What was read of a resource as it is in this world, where what the resource deploys is that: what the module writes
    /// into the text is worth what it is worth there, as everywhere else.
    fn stack_in<'a>(&'a self, read: &'a Read, resource: &Resource, estate: &dyn Estate) -> &'a CloudFormationUnit {
        if read.text.values().next().is_none() {
            return &read.stack;
        }
        let body = estate.property(resource, "Body");
        let text = text_of(&body);
        if body.waiting().is_some() || text == read.text {
            return &read.stack;
        }
        read.anew.of(&text, || self.read_anew(read, &body)).unwrap_or(&read.stack)
    }

    fn read_anew(&self, read: &Read, body: &Value) -> Option<CloudFormationUnit> {
        // What it gets from the resource is handed in as it was before anything was answered, whichever world asks first.
        let world = read.world();
        let estate = self.unit.estate(&world);
        let resource = estate.resource(Kind::Foreign, &read.by.address)?;
        let property = |name: &str| if name == "Body" { body.clone() } else { estate.property(&resource, name) };
        let resource = Foreign { address: &resource.address, header: resource.header, property: &property };
        match self.templates.read(&resource) {
            Ok(Loaded::Template(stack)) => Some(*stack),
            _ => None,
        }
    }
}

/// What a resource deploys, case by case: an input may decide what stands in the text, or over what its loops run. Before
/// anything is answered all resources are of one estate, since one may get what another one puts out.
fn cases(
    (resource, world): (&Resource, &World),
    unit: &dyn Unit,
    unanswered: &dyn Estate,
    templates: &Templates,
) -> Vec<Case> {
    let (mut waiting, mut cases) = (vec![world.clone()], Vec::new());
    while let Some(world) = waiting.pop() {
        let answered = (!world.answers().is_empty()).then(|| unit.estate(&world));
        let estate = answered.as_deref().unwrap_or(unanswered);
        let Some(resource) = estate.resource(Kind::Foreign, &resource.address) else { continue };
        let property = |name: &str| estate.property(&resource, name);
        let resource = Foreign { address: &resource.address, header: resource.header, property: &property };
        let read = templates.read(&resource);
        // What is answered already and still waits never gets its answer here.
        let question = asked(&read).filter(|question| world.answer(question).is_none()).cloned();
        if let Some(question) = question.filter(|_| cases.len() + waiting.len() + 2 <= MAX_CASES) {
            waiting.extend(world.either(&question));
            continue;
        }
        let (text, loaded) = (text_of(&property("Body")), read.unwrap_or(Loaded::NotATemplate));
        cases.push(Case { answers: world.answers().to_vec(), text, loaded });
    }
    cases
}

/// Whether it only hands parameters to the instances of a stack set.
fn is_of_instances(resource: &Resource) -> bool {
    ["aws_cloudformation_stack_set_instance.", "aws_cloudformation_stack_instances."]
        .iter()
        .any(|kind| resource.address.contains(kind))
}

/// Whether the name of a resource, or what it is made of, speaks of trails.
fn speaks_of_trails(resource: &Resource, estate: &dyn Estate) -> bool {
    let source = ["Body", "TemplateURL", "TypeName"].map(|name| estate.property(resource, name));
    let source = source.iter().find(|value| !value.is_null()).map(Value::shown).unwrap_or_default();
    [&resource.address, &source].iter().any(|text| text.to_ascii_lowercase().contains("cloudtrail"))
}

/// That what a resource deploys may hold a trail.
fn unreadable(resource: &Resource) -> Note {
    let message = format!("{} may hold a trail, but what it deploys cannot be read here", resource.address);
    Note { message, span: Some(resource.header) }
}

impl Unit for Deploying {
    fn path(&self) -> &str {
        self.unit.path()
    }

    fn language(&self) -> Language {
        self.unit.language()
    }

    fn account(&self) -> Option<String> {
        self.unit.account()
    }

    fn estate<'a>(&'a self, world: &'a World) -> Box<dyn Estate + 'a> {
        let outer: Rc<dyn Estate + 'a> = Rc::from(self.unit.estate(world));
        let foreign = outer.resources(Kind::Foreign);
        let overridden = foreign.iter().filter(|resource| is_of_instances(resource)).cloned().collect::<Vec<_>>();
        let deployed = self.read.iter().filter_map(|read| {
            let resource = read.found(&foreign, &self.read)?;
            let deployer = read.deployer(resource, world)?;
            let arguments = Arguments {
                estate: Rc::clone(&outer),
                deployer: resource.clone(),
                overridden: if is_stack_set(&resource.address) { overridden.clone() } else { Vec::new() },
            };
            let waits = read.waits_for(world);
            let stack = match waits {
                None => self.stack_in(read, resource, outer.as_ref()),
                Some(_) => &read.stack,
            };
            Some((deployer, Deployed { stack, arguments, waits }))
        });
        let (deployers, all): (Vec<Resource>, Vec<Deployed<'a>>) = deployed.unzip();
        let beside = Rc::new(Beside { all, world });
        let part = |(at, (deployer, deployed)): (usize, (Resource, &Deployed<'a>))| Part {
            deployer,
            found: deployed.arguments.deployer.address.clone(),
            waits: deployed.waits.clone(),
            estate: deployed.stack.deployed(world, Among::new(&beside, at)),
        };
        let read = deployers.into_iter().zip(&beside.all).enumerate().map(part).collect();
        Box::new(Whole { outer, read, unread: &self.unread, foreign })
    }

    fn declares(&self, input: &str) -> bool {
        self.unit.declares(input)
    }

    fn refuses(&self, input: &str) -> Option<String> {
        self.unit.refuses(input)
    }

    fn option(&self, name: &str) -> Option<String> {
        self.unit.option(name)
    }

    fn written_trail(&self) -> Option<Span> {
        self.unit.written_trail().or_else(|| self.read.iter().find_map(|read| read.stack.written_trail()))
    }

    fn alternatives(&self) -> Vec<(String, Option<String>)> {
        self.unit.alternatives()
    }

    fn kept(&self) -> Vec<Kept> {
        self.unit.kept()
    }

    fn without_kept(&self) -> Option<Box<dyn Unit>> {
        self.unit.without_kept().map(|unit| self.deploying(unit))
    }

    fn created(&self, resource: &Resource) -> Option<Created> {
        self.unit.created(resource)
    }

    fn with(&self, input: &str, value: Option<&str>) -> Option<Box<dyn Unit>> {
        self.unit.with(input, value).map(|unit| self.deploying(unit))
    }

    fn imports(&self) -> BTreeSet<String> {
        self.read.iter().flat_map(|read| read.stack.imports()).chain(self.unit.imports()).collect()
    }

    fn join(&mut self, exported: BTreeMap<String, Value>) {
        for read in &mut self.read {
            read.stack.join(exported.clone());
            read.anew = Readings::default();
        }
        self.unit.join(exported.clone());
        // What a stack puts out may be what is exported.
        self.templates = Arc::new(Templates::new(&self.templates.given, &self.templates.sources, exported));
        self.unit.consult(Arc::clone(&self.templates) as Arc<dyn Outputs>);
    }

    fn notes(&self) -> Vec<Note> {
        let deployed = self.read.iter().flat_map(|read| read.stack.notes());
        self.unit.notes().into_iter().chain(self.notes.iter().cloned()).chain(deployed).collect()
    }

    fn errors(&self) -> Vec<FileError> {
        let deployed = self.read.iter().flat_map(|read| read.stack.errors());
        self.unit.errors().into_iter().chain(self.errors.iter().cloned()).chain(deployed).collect()
    }
}
