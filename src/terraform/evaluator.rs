//! The evaluator of one unit in one world: what was already worked out, and how much work that was.
//!
//! Everything is evaluated by need and remembered.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use crate::finding::Note;
use crate::source::Span;
use crate::value::{
    Ask, Data, Failure, Input, InputSet, Literal, ObjectId, Origin, Question, Reason, Value, Work, World, look_at,
    watched,
};

use super::expand::Expansion;
use super::limits::{Limits, TOO_DEEP, beyond_name};
use super::looped::Loop;
use super::module::TWICE;
use super::named::Pool;
use super::needs::Attempts;
use super::object::Object;
use super::scope::Scope;
use super::shared::is_plain;
use super::terragrunt::Layer;
use super::unit::TerraformUnit;
use super::unknown::as_text;
use super::variables::argument_of;

/// Evaluates a unit in one world.
pub(super) struct Evaluator<'a> {
    pub unit: &'a TerraformUnit,
    pub world: &'a World,
    root: OnceCell<Rc<Scope<'a>>>,
    memo: RefCell<HashMap<Key, Memo>>,
    pub(super) expansions: RefCell<HashMap<(usize, String), Expanded>>,
    /// What references to whole blocks with many instances are worth, by scope and name: each instance refers to its own one
    /// of them.
    pub(super) wholes: RefCell<HashMap<(usize, String), Value>>,
    pub(super) scopes: RefCell<Vec<Rc<Scope<'a>>>>,
    pub(super) objects: RefCell<HashMap<usize, Rc<Object<'a>>>>,
    /// The values behind keys of maps that are not known texts, by the text that stands for them.
    keys: RefCell<HashMap<String, Value>>,
    /// The lists that splats were made of, and the attributes that they took, by the names of what they made.
    pub(super) splats: RefCell<HashMap<String, (Value, Vec<String>)>>,
    /// What a `for` makes of an unknown collection of whose elements nothing is said, by the name of what it made.
    pub(super) untold: RefCell<HashMap<String, Value>>,
    /// The loops that made collections of unknown ones, by the names of what they made.
    pub(super) loops: RefCell<HashMap<String, Rc<Loop<'a>>>>,
    /// The loops that made lists of what may be the elements of maps, by the names of the lists.
    pub(super) lists: RefCell<HashMap<String, Rc<Loop<'a>>>>,
    /// The keys of the elements of which something in a set was made, by what that is called there.
    pub(super) made: RefCell<HashMap<String, Value>>,
    /// The indices of instances that are not known, by what the addresses of those end with.
    pub(super) indices: RefCell<HashMap<String, Value>>,
    /// Instances of which an input keeps or leaves out those that stand for all, by the name of the map of them.
    pub(super) pools: RefCell<HashMap<String, Rc<Pool>>>,
    /// Blocks whose `count` or `for_each` Terraform refuses, by address.
    pub(super) refused: RefCell<BTreeMap<String, Arc<Failure>>>,
    /// The same unit without any answer, to tell what an answer broke from what is broken anyway.
    unanswered: OnceCell<Rc<Evaluator<'a>>>,
    /// What Terragrunt hands in, and the inputs that it looks at.
    layers: OnceCell<(Vec<Layer>, InputSet)>,
    notes: RefCell<Vec<Note>>,
    /// How often a note was made, or a value used that one was made about.
    remarks: Cell<usize>,
    pub(super) limits: Limits,
    /// What `try` and `can` are about.
    pub(super) attempts: Attempts,
}

/// What can be remembered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// A variable of a scope.
    Variable(usize, String),
    /// A local value of a scope.
    Local(usize, String),
    /// An output of a scope.
    Output(usize, String),
    /// `count` or `for_each` of a block of a scope.
    Repetition(usize, String),
    /// An attribute of an object.
    Attribute(ObjectId, String),
    /// What a configuration of Terragrunt includes.
    Include(String),
    /// Another configuration of Terragrunt.
    Config(PathBuf),
}

/// The instances of a block, and the inputs they were made of.
type Expanded = (Rc<Expansion>, InputSet);

enum Memo {
    Running,
    Done { value: Value, height: usize, is_silent: bool, inputs: InputSet },
}

impl<'a> Evaluator<'a> {
    /// Nothing is evaluated yet.
    pub fn new(unit: &'a TerraformUnit, world: &'a World) -> Self {
        Self::of_row(unit, world, world.work().clone())
    }

    fn of_row(unit: &'a TerraformUnit, world: &'a World, work: Work) -> Self {
        Self {
            unit,
            world,
            root: OnceCell::new(),
            memo: RefCell::default(),
            expansions: RefCell::default(),
            wholes: RefCell::default(),
            scopes: RefCell::default(),
            objects: RefCell::default(),
            keys: RefCell::default(),
            splats: RefCell::default(),
            untold: RefCell::default(),
            loops: RefCell::default(),
            pools: RefCell::default(),
            lists: RefCell::default(),
            made: RefCell::default(),
            indices: RefCell::default(),
            refused: RefCell::default(),
            unanswered: OnceCell::new(),
            layers: OnceCell::new(),
            notes: RefCell::default(),
            remarks: Cell::new(0),
            limits: Limits::new(work),
            attempts: Attempts::default(),
        }
    }

    /// The root module.
    pub fn root(&self) -> Rc<Scope<'a>> {
        Rc::clone(self.root.get_or_init(|| self.add_scope(Scope::root(&self.unit.tree))))
    }

    /// The unit before anything was answered; this evaluator itself when nothing was.
    pub fn unanswered(&self) -> &Evaluator<'a> {
        if self.world.answers().is_empty() {
            return self;
        }
        let work = || self.limits.row().clone();
        self.unanswered.get_or_init(|| Rc::new(Evaluator::of_row(self.unit, &self.unit.unanswered, work())))
    }

    /// An evaluator of the same world, which has done nothing yet, and whose work is its own.
    pub fn apart(&self) -> Evaluator<'a> {
        self.unanswered();
        Self { unanswered: self.unanswered.clone(), ..Self::of_row(self.unit, self.world, Work::default()) }
    }

    /// What Terragrunt hands in for a variable of the root module.
    pub fn handed_in(&self, variable: &str) -> Option<Value> {
        let config = self.unit.deployed_by.as_ref()?;
        let (layers, inputs) = self.layers.get_or_init(|| watched(|| Layer::all(config, self.world)));
        look_at(inputs);
        let value = Layer::input(layers, variable, self.world)?;
        Some(match value.origin.nearest() {
            Some(span) => argument_of(value, span),
            None => value,
        })
    }

    /// One step down. What stands for the result when a limit is reached.
    pub fn descend<T>(&self, span: Span, work: impl FnOnce() -> T) -> Result<T, Value> {
        self.limits.descend(work).map_err(|limit| beyond_limit(limit, span))
    }

    /// What `key` is worth, worked out once. What leads back to itself is broken.
    pub fn remember(&self, key: Key, name: &str, span: Span, work: impl FnOnce() -> Value) -> Value {
        if !self.memo.borrow().contains_key(&key)
            && let Some((value, height)) = self.unit.shared.get(&key, name)
        {
            // What is known before anything is answered rests on no input.
            let known = Memo::Done { value, height, is_silent: true, inputs: InputSet::default() };
            self.memo.borrow_mut().insert(key.clone(), known);
        }
        match self.memo.borrow().get(&key) {
            Some(Memo::Done { height, .. }) if self.limits.is_too_deep(*height) => {
                return self.beyond(name, TOO_DEEP, span);
            }
            Some(Memo::Done { value, is_silent, inputs, .. }) => {
                look_at(inputs);
                self.remarks.set(self.remarks.get() + usize::from(!is_silent));
                return value.clone();
            }
            Some(Memo::Running) => return self.broken(name, "it refers to itself", span),
            None => {}
        }
        self.memo.borrow_mut().insert(key.clone(), Memo::Running);
        let remarks = self.remarks.get();
        let ((value, effort), inputs) = watched(|| self.limits.apart(|| self.attempts.apart(work)));
        let value = if is_caught(&key) { value } else { value.declared() };
        let limit = effort.exceeded.or_else(|| beyond_name(&value));
        let value = limit.map_or(value, |limit| self.beyond(name, limit, span));
        let is_silent = self.remarks.get() == remarks;
        if is_silent && self.world.answers().is_empty() && is_plain(&value, &|key| !self.is_unknown_key(key)) {
            self.unit.shared.put(&key, name, &value, effort.height);
        } else {
            // What is shared is no work of the row: which one does it is chance.
            self.limits.row().count(effort.steps);
        }
        let done = Memo::Done { value: value.clone(), height: effort.height, is_silent, inputs };
        self.memo.borrow_mut().insert(key, done);
        value
    }

    /// Visits what was worked out so far of what is declared and is so whatever is answered.
    pub fn visit_declared(&self, mut visit: impl FnMut(&Value)) {
        for evaluator in [self.unanswered(), self] {
            for memo in evaluator.memo.borrow().iter().filter(|(key, _)| !is_caught(key)).map(|(_, memo)| memo) {
                match memo {
                    Memo::Done { value, inputs, .. } if !inputs.shares(evaluator.world.answered()) => visit(value),
                    Memo::Done { .. } | Memo::Running => {}
                }
            }
        }
    }

    /// An input for what Terraform would refuse in every world, with a note.
    pub fn broken(&self, name: &str, message: &str, span: Span) -> Value {
        self.broken_by(name, message, span, &Origin::default())
    }

    /// The same of what came by the places of a chain.
    pub fn broken_by(&self, name: &str, message: &str, span: Span, chain: &Origin) -> Value {
        self.note(format!("{name}: {message}"), span);
        let origin = Origin::expression(span).worked_out_from([chain]);
        Value::open(Input::undecidable(name, Reason::Broken(format!("{name}: {message}")), origin.clone()), origin)
    }

    /// An input for what is beyond this program.
    pub fn unsupported(&self, name: &str, message: &str, span: Span) -> Value {
        self.note(format!("{name}: {message}"), span);
        let origin = Origin::expression(span);
        Value::open(Input::undecidable(name, Reason::Unsupported(message.to_owned()), origin.clone()), origin)
    }

    /// What stands for a value that took too many steps.
    pub fn exhausted(&self, span: Span) -> Option<Value> {
        self.limits.exceeded().map(|limit| beyond_limit(limit, span))
    }

    /// An input for a named value that is beyond a limit of this program, with a note about the first one.
    fn beyond(&self, name: &str, limit: &str, span: Span) -> Value {
        let message = format!("{name} takes {limit}");
        let is_known = self.notes.borrow().iter().any(|note| note.message.ends_with(limit));
        if !is_known {
            self.note(format!("a limit of this program was reached: {message}"), span);
        }
        let origin = Origin::expression(span);
        Value::open(Input::undecidable(name, Reason::Limit(message), origin.clone()), origin)
    }

    /// Adds a remark, once.
    pub fn note(&self, message: String, span: Span) {
        self.remarks.set(self.remarks.get() + 1);
        let note = Note { message, span: Some(span) };
        let mut notes = self.notes.borrow_mut();
        if notes.len() < 100 && !notes.contains(&note) {
            notes.push(note);
        }
    }

    /// The remarks so far.
    pub fn notes(&self) -> Vec<Note> {
        self.notes.borrow().clone()
    }

    /// The text under which a map holds `key`; `None` when Terraform would not take it as a key.
    pub fn key_text(&self, key: &Value) -> Option<String> {
        match &key.data {
            Data::Text(text) => {
                let shown = text.to_string();
                if text.as_literal().is_none() {
                    self.keys.borrow_mut().insert(shown.clone(), key.clone());
                }
                Some(shown)
            }
            Data::Bool(value) => Some(value.to_string()),
            Data::Number(value) => Some(value.to_string()),
            Data::Open(_) | Data::Opaque(_) => {
                let shown = format!("${{{}}}", key.describe_in_text());
                self.keys.borrow_mut().insert(shown.clone(), as_text(key.clone()));
                Some(shown)
            }
            _ => None,
        }
    }

    /// A map in which an input is a key, once it is told from the other keys: with the same key there is one entry less.
    pub fn with_told_keys(&self, map: Value) -> Value {
        let Data::Map(_, entries) = &map.data else { return map };
        if self.keys.borrow().is_empty() {
            return map;
        }
        let (unknown, known): (Vec<_>, Vec<_>) = entries.keys().partition(|key| self.is_unknown_key(key));
        let is_asked = |input: &Arc<Input>| {
            let is = |key: &&String| Question::new(Arc::clone(input), Ask::Is(Literal::Text((*key).clone())));
            known.iter().map(is).find(|question| self.world.answer(question).is_none())
        };
        let question = unknown.into_iter().find_map(|key| match self.key_value(key, Origin::default()).data {
            Data::Open(input) => is_asked(&input),
            _ => None,
        });
        question.map_or(map.clone(), |question| Value::pending(question, map.origin.clone()))
    }

    /// The value behind a key of a map.
    pub fn key_value(&self, key: &str, origin: Origin) -> Value {
        match self.keys.borrow().get(key) {
            Some(value) => Value { origin, ..value.clone() },
            None => Value::text(key, origin),
        }
    }

    /// Whether the text stands for a key that is not known.
    pub fn is_unknown_key(&self, key: &str) -> bool {
        self.keys.borrow().contains_key(key)
    }

    /// Whether no map has a key that stands for what is not known.
    pub fn knows_all_keys(&self) -> bool {
        self.keys.borrow().is_empty()
    }
}

/// Whether what refers to something may make up for an error in it: an attribute need not be there, and Terragrunt reads what
/// it reads where it stands.
fn is_caught(key: &Key) -> bool {
    matches!(key, Key::Attribute(..) | Key::Include(_) | Key::Config(_))
}

/// What stands for a name of a module that is declared more than once, of which the module has a note.
pub(super) fn twice(scope: &Scope<'_>, name: &str, span: Span) -> Option<Value> {
    let full = scope.node.module.twice.contains(name).then(|| scope.qualify(name))?;
    let (origin, reason) = (Origin::expression(span), Reason::Broken(format!("{full} {TWICE}")));
    Some(Value::open(Input::undecidable(full, reason, origin.clone()), origin))
}

/// What stands for an expression that is beyond a limit of this program.
fn beyond_limit(limit: &str, span: Span) -> Value {
    let origin = Origin::expression(span);
    let reason = Reason::Limit(limit.to_owned());
    Value::open(Input::undecidable("what lies beyond a limit", reason, origin.clone()), origin)
}
