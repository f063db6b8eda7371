//! Root modules and plans with what their resources deploy in another language: the templates of `aws_cloudformation_stack`
//! and `aws_cloudformation_stack_set`, and the resources of the Cloud Control API. What stands in a text is a part of the
//! unit, as a nested stack is of its parent's: it gets its parameters from there, and what it puts out is read there.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudformation_stack>

mod beside;
mod cases;
mod deployers;
mod estate;
mod instances;
mod readings;
mod templates;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use crate::cloudformation::{CloudFormationUnit, Given, Loaded};
use crate::finding::{FileError, Note};
use crate::model::{Created, DEPLOYED_TO, Declared, Estate, Foreign, Kept, Kind, Language, Outputs, Resource, Unit};
use crate::source::{Sources, Span};
use crate::value::{Data, Question, Text, Value, World};

use beside::{Among, Arguments, Beside, Deployed, Stack};
use cases::{Case, Read, depending_on};
use deployers::Deployers;
use estate::{Part, Whole};
use readings::Readings;
use templates::{Templates, asked, is_stack_set, text_of};

/// How many cases of one text are told apart beforehand.
const MAX_CASES: usize = 16;

/// In how many worlds the instances of one block are looked for beforehand.
const MAX_WORLDS: usize = 64;

/// A unit with what it deploys in another language.
struct Deploying {
    unit: Box<dyn Unit>,
    /// What could be read of that.
    read: Vec<Read>,
    /// The addresses of what deploys more than was read beforehand.
    beyond: BTreeSet<String>,
    /// What they deploy in the worlds in which that was not looked at beforehand.
    elsewhere: Readings,
    /// The addresses of what deploys something that could not be read, in one case or another.
    unread: BTreeSet<String>,
    /// Where a trail is written that it may deploy with other inputs.
    elsewhen: Option<Span>,
    notes: Vec<Note>,
    errors: Vec<FileError>,
    /// What reads it.
    templates: Arc<Templates>,
}

/// A unit with what was read of what it deploys.
pub(super) struct WithDeployed {
    pub unit: Box<dyn Unit>,
    /// The files that this was read from, and those of what it deploys with other inputs.
    pub files: Vec<PathBuf>,
    /// Whether it may deploy a trail, or a text that speaks of one and cannot be read.
    pub deploys_trail: bool,
}

/// What a resource deploys in one case, and what that was read from.
struct Found {
    case: Case,
    text: Text,
    loaded: Loaded,
}

/// Which cases of a text were looked at.
#[derive(PartialEq)]
enum Reach {
    All,
    Some,
}

/// The unit with what it deploys in another language. A template that it deploys with other inputs only is no unit of its own
/// either: nobody deploys that with these.
pub(super) fn with_deployed(unit: Box<dyn Unit>, given: &Given, sources: &Arc<Sources>) -> WithDeployed {
    let elsewhen = unit.whatever_is_given().map(|unit| deploying(unit, &given.without_values(), sources));
    let (mut unit, mut files) = deploying(unit, given, sources);
    if let Some((other, others)) = elsewhen {
        unit.elsewhen = other.written_trail();
        files.extend(others);
    }
    let deploys_trail = !unit.errors.is_empty() || unit.deployed_trails().next().is_some();
    let unit = if unit.deploys_nothing() { unit.unit } else { Box::new(unit) };
    WithDeployed { unit, files, deploys_trail }
}

/// The unit with what it deploys with its inputs, and the files that this was read from.
fn deploying(mut unit: Box<dyn Unit>, given: &Given, sources: &Arc<Sources>) -> (Deploying, Vec<PathBuf>) {
    let templates = Arc::new(Templates::new(given, sources, BTreeMap::new()));
    unit.consult(Arc::clone(&templates) as Arc<dyn Outputs>);
    let Deployers { all, mut notes } = Deployers::of(unit.as_ref(), MAX_WORLDS);
    let mut files = Vec::new();
    let (mut read, mut unread, mut errors) = (Vec::new(), BTreeSet::new(), Vec::new());
    let (mut beyond, mut opaque) = (BTreeSet::new(), Vec::new());
    let before = World::default();
    let unanswered = unit.estate(&before);
    for (resource, world) in all.iter().filter(|(resource, _)| !is_of_instances(resource)) {
        let (cases, reach) = cases((resource, world), unit.as_ref(), unanswered.as_ref(), &templates);
        beyond.extend((reach == Reach::Some).then(|| resource.address.clone()));
        for Found { case, text, loaded } in cases {
            let is_read = matches!(loaded, Loaded::Template(_));
            unread.extend((!is_read).then(|| resource.address.clone()));
            match loaded {
                Loaded::Template(stack) => {
                    files.extend(stack.nested().iter().cloned());
                    read.push(Read { case, text, stack: *stack, anew: Readings::default() });
                }
                Loaded::Broken(problems) => errors.extend(problems),
                Loaded::NotATemplate => opaque.push((resource, world)),
            }
        }
    }
    let holds_trail = |resource: &Resource| {
        read.iter().any(|read| read.case.by.address == resource.address && read.stack.written_trail().is_some())
    };
    let speaks = |resource: &Resource, world: &World| speaks_of_trails(resource, unit.estate(world).as_ref());
    let telling = opaque.into_iter().filter(|(resource, world)| holds_trail(resource) || speaks(resource, world));
    notes.extend(telling.map(|(resource, _)| unreadable(resource)));
    drop(unanswered);
    let (elsewhere, elsewhen) = Default::default();
    (Deploying { unit, read, beyond, elsewhere, unread, elsewhen, notes, errors, templates }, files)
}

impl Deploying {
    /// Another unit with what it deploys, which is read as this one's is.
    fn deploying(&self, unit: Box<dyn Unit>) -> Box<dyn Unit> {
        with_deployed(unit, &self.templates.given, &self.templates.sources).unit
    }

    fn deploys_nothing(&self) -> bool {
        let deploys = || !self.unit.estate(&World::default()).resources(Kind::Foreign).is_empty();
        self.read.is_empty() && self.elsewhen.is_none() && !deploys()
    }

    /// Where the trails are written that it deploys, or may deploy.
    fn deployed_trails(&self) -> impl Iterator<Item = Span> {
        self.read.iter().filter_map(|read| read.stack.written_trail()).chain(self.elsewhen)
    }

    /// What was read of a resource as it is in this world, where what the resource deploys is that: what the module writes
    /// into the text is worth what it is worth there, as everywhere else.
    /// `None` where an answer makes it fail, so that nothing is deployed.
    fn stack_in<'a>(&'a self, read: &'a Read, resource: &Resource, estate: &dyn Estate) -> Option<Stack<'a>> {
        let known = Stack { read: &read.stack, waits: None, is_told: true };
        if read.text.values().next().is_none() {
            return Some(known);
        }
        let body = estate.property(resource, "Body");
        let text = text_of(&body);
        if body.waiting().is_some() || text == read.text {
            return Some(known);
        }
        if is_refused(&body) {
            return None;
        }
        // What it gets from the resource is handed in as it was before anything was answered, whichever world asks first.
        let anew = || {
            let world = read.case.world();
            let estate = self.unit.estate(&world);
            let by = estate.resource(Kind::Foreign, &read.case.by.address)?;
            self.read_anew(&by, &body, estate.as_ref())
        };
        Some(match read.anew.of(&text, anew) {
            Some(read) => Stack { read, ..known },
            None => Stack { is_told: false, ..known },
        })
    }

    /// What a resource deploys in a world in which that was not looked at beforehand. While it waits for more answers there it
    /// may be whatever was read in other cases, and waits with that; where it cannot be read nothing is told of that.
    fn stacks_elsewhere<'a>(&'a self, resource: &Resource, estate: &dyn Estate, world: &World) -> Vec<Stack<'a>> {
        let alike = |waits: Option<&Question>, is_told: bool| {
            let of_it = self.read.iter().filter(|read| read.case.by.address == resource.address);
            of_it.map(|read| Stack { read: &read.stack, waits: waits.cloned(), is_told }).collect()
        };
        let is_open = |question: &Question| world.answer(question).is_none();
        let body = estate.property(resource, "Body");
        if let Some(waiting) = body.waiting() {
            return match &waiting.data {
                Data::Pending(question) if is_open(question) => alike(Some(question), true),
                _ => Vec::new(),
            };
        }
        if is_refused(&body) {
            return Vec::new();
        }
        // It is the same in the worlds in which the same resource hands in the same.
        let handed = ["Parameters"].iter().chain(&DEPLOYED_TO).map(|name| estate.property(resource, name).describe());
        let handed = handed.fold(resource.address.clone(), |all, one| format!("{all} {one}"));
        let whole = Text::concat(&[Text::literal(handed), text_of(&body)]);
        match self.elsewhere.of(&whole, || self.read_anew(resource, &body, estate)) {
            Some(read) => {
                let waits = read.asked_outside().filter(|question| is_open(question)).cloned();
                vec![Stack { read, waits, is_told: true }]
            }
            None => alike(None, false),
        }
    }

    fn read_anew(&self, resource: &Resource, body: &Value, estate: &dyn Estate) -> Option<CloudFormationUnit> {
        let property = |name: &str| if name == "Body" { body.clone() } else { estate.property(resource, name) };
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
    (by, world): (&Resource, &World),
    unit: &dyn Unit,
    unanswered: &dyn Estate,
    templates: &Templates,
) -> (Vec<Found>, Reach) {
    let (mut waiting, mut cases, mut reach) = (vec![world.clone()], Vec::new(), Reach::All);
    while let Some(world) = waiting.pop() {
        let answered = (!world.answers().is_empty()).then(|| unit.estate(&world));
        let estate = answered.as_deref().unwrap_or(unanswered);
        let Some(resource) = estate.resource(Kind::Foreign, &by.address) else { continue };
        let property = |name: &str| estate.property(&resource, name);
        let resource = Foreign { address: &resource.address, header: resource.header, property: &property };
        let read = templates.read(&resource);
        // What is answered already and still waits never gets its answer here.
        let question = asked(&read).filter(|question| world.answer(question).is_none()).cloned();
        match question {
            Some(question) if cases.len() + waiting.len() + 2 <= MAX_CASES => waiting.extend(world.either(&question)),
            // It is read in the worlds that come to it.
            Some(_) => reach = Reach::Some,
            None if !world.answers().is_empty() && is_refused(&property("Body")) => {}
            None => {
                let case = Case { by: by.clone(), answers: world.answers().to_vec() };
                let (text, loaded) = (text_of(&property("Body")), read.unwrap_or(Loaded::NotATemplate));
                cases.push(Found { case, text, loaded });
            }
        }
    }
    (cases, reach)
}

/// Whether what a resource deploys fails.
fn is_refused(body: &Value) -> bool {
    body.obstacle().is_some_and(|obstacle| matches!(obstacle.data, Data::Failed(_)))
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
        let arguments = |resource: &Resource| Arguments {
            estate: Rc::clone(&outer),
            deployer: resource.clone(),
            overridden: if is_stack_set(&resource.address) { overridden.clone() } else { Vec::new() },
        };
        let known = self.read.iter().filter(|read| !self.beyond.contains(&read.case.by.address));
        let read = known.filter_map(|read| {
            let resource = read.case.found(&foreign, &self.read)?;
            let deployer = read.case.deployer(resource, world)?;
            let stack = match read.case.waits_for(world) {
                None => self.stack_in(read, resource, outer.as_ref())?,
                waits @ Some(_) => Stack { read: &read.stack, waits, is_told: true },
            };
            Some((deployer, Deployed { stack, arguments: arguments(resource) }))
        });
        let mut deployed: Vec<(Resource, Deployed<'a>)> = read.collect();
        let is_found = |resource: &Resource| deployed.iter().any(|(_, found)| found.address() == resource.address);
        let elsewhere = foreign.iter().filter(|resource| !is_of_instances(resource) && !is_found(resource));
        let elsewhere = elsewhere.flat_map(|resource| {
            let stacks = self.stacks_elsewhere(resource, outer.as_ref(), world);
            stacks.into_iter().map(|stack| {
                let own = stack.waits.iter().fold(resource.clone(), |own, question| depending_on(&own, question));
                (own, Deployed { stack, arguments: arguments(resource) })
            })
        });
        let elsewhere: Vec<_> = elsewhere.collect();
        deployed.extend(elsewhere);
        let (deployers, all): (Vec<Resource>, Vec<Deployed<'a>>) = deployed.into_iter().unzip();
        let beside = Rc::new(Beside { all, world });
        let part = |(at, (deployer, deployed)): (usize, (Resource, &Deployed<'a>))| Part {
            deployer,
            found: deployed.address().to_owned(),
            waits: deployed.stack.waits.clone(),
            is_told: deployed.stack.is_told,
            numbers: usize::MAX,
            estate: deployed.stack.read.deployed(world, Among::new(&beside, at)),
        };
        let read = deployers.into_iter().zip(&beside.all).enumerate().map(part).collect();
        let (unread, named) = (&self.unread, RefCell::default());
        Box::new(Whole { outer, read, unread, foreign, deploying: self, beside, named })
    }

    fn declares(&self, input: &str) -> bool {
        self.unit.declares(input)
    }

    fn refuses(&self, input: &str) -> Option<String> {
        self.unit.refuses(input)
    }

    fn declared(&self, name: &str) -> Option<Declared> {
        self.unit.declared(name)
    }

    fn ingredients(&self, name: &str) -> Vec<String> {
        self.unit.ingredients(name)
    }

    fn overriding(&self, name: &str) -> Vec<String> {
        self.unit.overriding(name)
    }

    fn written_trail(&self) -> Option<Span> {
        self.unit.written_trail().or_else(|| self.deployed_trails().next())
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
        self.elsewhere = Readings::default();
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
