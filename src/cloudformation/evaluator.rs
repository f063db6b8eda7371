//! Nodes to values, in one world. Total: what cannot be known is pending, open or opaque; what CloudFormation would
//! refuse has failed. Nothing here asks.
//!
//! A failure that no answer of the world had a part in stands in every world. It refuses nothing then: it becomes an
//! open value named by the error.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::OpenInputs;
use crate::source::Span;
use crate::syntax::{Node, NodeKind, Scalar};
use crate::value::{
    Ask, Awaited, Data, Input, InputSet, ListKind, Literal, MapKind, Origin, Question, Reason, Role, Text, Value,
    World, look_at, watched,
};

use super::condition::{LOGIC, RULES_ONLY, condition_place, misplaced};
use super::deployment::Surroundings;
use super::intrinsic;
use super::looped::Items;
use super::partial::beyond;
use super::template::function;
use super::text::{self, Piece};
use super::tree::{Stack, StackId, Tree};

/// How many nodes are visited for one value that is read.
const MAX_STEPS: usize = 10_000_000;
/// How deep evaluation goes, through nodes, conditions and stacks.
const MAX_DEPTH: usize = 1_000;

/// Evaluates the nodes of a tree of stacks in one world.
pub struct Evaluator<'t> {
    /// The stacks.
    pub tree: &'t Tree,
    /// The answers so far.
    pub world: &'t World,
    /// Which parameters are open.
    pub open: OpenInputs,
    /// What the root gets from outside, if it may get anything.
    surroundings: Option<Box<dyn Surroundings + 't>>,
    /// How many answers of the world had a part in what was evaluated.
    asked: Cell<usize>,
    steps: Cell<usize>,
    depth: Cell<usize>,
    /// Where what is evaluated stands.
    section: Cell<Section>,
    /// What the items of the loops of a stack are, where one instance is evaluated.
    pub(super) items: RefCell<Option<(StackId, Items)>>,
    pub(super) remembered: RefCell<HashMap<Name<'t>, Memory>>,
}

/// Where something stands, as far as that decides which functions may.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Section {
    /// In `Rules`, which have functions of their own and lack others.
    Rules,
    /// Anywhere else.
    #[default]
    Other,
}

/// What is evaluated once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Name<'t> {
    /// A condition of a stack.
    Condition(StackId, &'t str),
    /// A parameter of a stack.
    Parameter(StackId, &'t str),
}

/// What is remembered of it.
pub(super) enum Memory {
    /// It is being evaluated: who needs it now depends on itself.
    Running,
    /// Its value, how many answers had a part in it, and the inputs it looked at.
    Done(Value, usize, InputSet),
}

impl<'t> Evaluator<'t> {
    /// Nothing is evaluated yet.
    pub fn new(tree: &'t Tree, world: &'t World, open: OpenInputs) -> Self {
        let (asked, steps, depth, section, items) = Default::default();
        let surroundings = tree.deployer.as_ref().map(|deployer| Box::new(deployer) as Box<dyn Surroundings>);
        Self { tree, world, open, surroundings, asked, steps, depth, section, items, remembered: RefCell::default() }
    }

    /// The same with what the root gets from outside in this world.
    pub fn with_surroundings(self, surroundings: Box<dyn Surroundings + 't>) -> Self {
        Self { surroundings: Some(surroundings), ..self }
    }

    /// What is handed in for a parameter of the root, or what tells where it is deployed; `None` where nobody outside can hand
    /// in anything.
    pub fn handed_in(&self, name: &str) -> Option<Value> {
        let surroundings = self.surroundings.as_ref()?;
        let (handed, inputs) = watched(|| surroundings.hands_in(name));
        // What is refused because of it, an answer brought about, unless it is so whatever the answers are.
        let before = self.tree.deployer.as_ref().map(|deployer| deployer.hands_in(name));
        let stands = before.is_some_and(|before| matches!(before.data, Data::Null | Data::Failed(_)));
        self.asked.set(self.asked.get() + usize::from(!stands && inputs.shares(self.world.answered())));
        Some(handed)
    }

    /// What a stack of another template exports under a name, where whoever deploys both tells.
    pub fn exported_beside(&self, name: &str) -> Option<Value> {
        self.surroundings.as_ref()?.exports(name)
    }

    /// Begins to count steps anew: for each value that is read from outside.
    pub fn begin(&self) {
        self.steps.set(0);
    }

    /// The value of a node of `stack`.
    pub fn evaluate(&self, stack: &'t Stack, node: &Node) -> Value {
        self.deeper(node.span, || match &node.kind {
            NodeKind::Scalar(scalar) => self.local(stack, text::scalar(scalar, node.span)),
            NodeKind::Sequence(items) => self.list(stack, items, node.span),
            NodeKind::Mapping(_) => match function(node) {
                Some((name, argument)) => self.settled(node.span, || self.call(stack, name, argument, node.span)),
                None => self.map(stack, node),
            },
        })
    }

    /// What `compute` gives, one step on and one level down, as far as the limits allow.
    pub fn deeper(&self, span: Span, compute: impl FnOnce() -> Value) -> Value {
        let (steps, depth) = (self.steps.get() + 1, self.depth.get() + 1);
        if steps > MAX_STEPS || depth > MAX_DEPTH {
            let limit = if depth > MAX_DEPTH { format!("{MAX_DEPTH} levels") } else { format!("{MAX_STEPS} steps") };
            return limited(format!("evaluation takes more than {limit}"), Origin::expression(span));
        }
        self.steps.set(steps);
        self.depth.set(depth);
        let value = compute();
        self.depth.set(depth - 1);
        value
    }

    /// The value that `compute` gives; a failure without an answer in it becomes an open value.
    pub fn settled(&self, span: Span, compute: impl FnOnce() -> Value) -> Value {
        let before = self.asked.get();
        let value = compute();
        match &value.data {
            Data::Failed(failure) if self.asked.get() == before => {
                broken(failure.message.clone(), value.origin).through(span, Role::Expression)
            }
            _ => value,
        }
    }

    /// How many answers of the world had a part in what was evaluated so far.
    pub fn asked(&self) -> usize {
        self.asked.get()
    }

    /// The value of something that is evaluated once; an open value when it depends on itself.
    pub fn remember(&self, name: Name<'t>, span: Span, compute: impl FnOnce() -> Value) -> Value {
        match self.remembered.borrow().get(&name) {
            Some(Memory::Done(value, asked, inputs)) => {
                self.asked.set(self.asked.get() + asked);
                look_at(inputs);
                return value.clone();
            }
            Some(Memory::Running) => {
                let (Name::Condition(_, id) | Name::Parameter(_, id)) = name;
                return Value::failed(format!("`{id}` depends on itself"), Origin::expression(span));
            }
            None => {}
        }
        self.remembered.borrow_mut().insert(name, Memory::Running);
        let before = self.asked.get();
        // What is evaluated once stands in no rule, whoever needs it.
        let compute = || self.standing_in(Section::Other, compute);
        let (value, inputs) = watched(|| self.deeper(span, || self.settled(span, compute)));
        self.remembered.borrow_mut().insert(name, Memory::Done(value.clone(), self.asked.get() - before, inputs));
        value
    }

    /// What `compute` gives where it stands in this section.
    pub fn standing_in<T>(&self, section: Section, compute: impl FnOnce() -> T) -> T {
        let around = self.section.replace(section);
        let value = compute();
        self.section.set(around);
        value
    }

    /// Whether CloudFormation refuses a function because it does not stand in `Rules`.
    pub fn is_misplaced(&self, function: &str) -> bool {
        self.section.get() != Section::Rules && RULES_ONLY.contains(&function)
    }

    /// The answer to a question, or that it is needed.
    pub fn answer(&self, input: &Arc<Input>, ask: Ask, origin: Origin) -> Value {
        let value = Value::answer(Question::new(Arc::clone(input), ask), self.world, origin);
        if value.as_bool().is_some() {
            self.asked.set(self.asked.get() + 1);
        }
        value
    }

    /// Whether the answers of this world leave an input no value.
    pub fn denies(&self, input: &Input) -> bool {
        let denies = !self.world.allows(input);
        self.asked.set(self.asked.get() + usize::from(denies));
        denies
    }

    /// The one value an input can still have in this world.
    pub fn only_candidate(&self, input: &Input) -> Option<Literal> {
        let candidates = self.world.candidates(input)?;
        let [only] = candidates.as_slice() else { return None };
        self.asked.set(self.asked.get() + 1);
        Some(only.clone())
    }

    /// A list without the items that `AWS::NoValue` removes. While an answer decides whether one is removed, the list
    /// is as unknown as the answer, but what may be in it is known.
    fn list(&self, stack: &'t Stack, items: &[Node], span: Span) -> Value {
        let (mut values, mut waiting) = (Vec::new(), None);
        for item in items {
            let value = self.awaited(stack, item, self.evaluate(stack, item));
            match &value.data {
                Data::Null => continue,
                Data::Pending(question) if may_vanish(item) => waiting = waiting.or(Some(Arc::clone(question))),
                _ => {}
            }
            values.push(value);
        }
        match waiting {
            Some(question) => Value::pending(question, Origin::expression(span)).awaiting(Awaited::Elements(values)),
            None => Value::list(ListKind::List, values, Origin::expression(span)),
        }
    }

    /// An item of a list; where the condition of its `Fn::If` is not known yet, with what it may come to.
    fn awaited(&self, stack: &'t Stack, item: &Node, value: Value) -> Value {
        let (Data::Pending(_), Some(("Fn::If", branches))) = (&value.data, function(item)) else { return value };
        let branches = branches.items().unwrap_or_default().iter().skip(1);
        // That no answer is used here says nothing of the value.
        let before = self.asked.get();
        let alternatives = branches.map(|branch| self.awaited(stack, branch, self.evaluate(stack, branch)));
        let alternatives = alternatives.filter(|value| !value.is_null()).collect();
        self.asked.set(before);
        value.awaiting(Awaited::OneOf(alternatives))
    }

    fn map(&self, stack: &'t Stack, node: &Node) -> Value {
        if let Some(unknown) = beyond(stack, node) {
            return unknown;
        }
        let mut entries = IndexMap::new();
        for entry in node.entries() {
            let Some(key) = entry.key.text() else { continue };
            match self.evaluate(stack, &entry.value) {
                value if value.is_null() => entries.shift_remove(key),
                value => entries.insert(key.to_owned(), value),
            };
        }
        Value::map(MapKind::Object, entries, Origin::expression(node.span))
    }

    /// What a function gives; it may have failed in every world.
    pub fn call(&self, stack: &'t Stack, name: &str, argument: &Node, span: Span) -> Value {
        let origin = Origin::expression(span);
        match name {
            _ if self.is_misplaced(name) => misplaced(name, origin),
            "Ref" => {
                let named = self.evaluate(stack, argument);
                if let Some(name) = named.as_str() {
                    return self.reference(stack, name, span);
                }
                let of = |name: &str| self.reference(stack, name, span);
                let found = self.of_named(stack, &named, stack.referable(), &origin, of);
                found.unwrap_or_else(|| self.unnamed("Ref", &[named], "the name of a parameter or resource", origin))
            }
            "Fn::GetAtt" => self.attribute_of(stack, argument, span),
            "Fn::Sub" => self.substitute(stack, argument, span),
            "Fn::FindInMap" => self.find_in_map(stack, argument, span),
            "Fn::Select" => self.select(stack, argument, span),
            "Fn::ImportValue" => self.import(stack, argument, span),
            "Fn::GetStackOutput" => self.stack_output(stack, argument, span),
            "Fn::RefAll" => self.of_type(stack, argument, span),
            "Fn::If" => self.choose(stack, argument, span),
            _ if LOGIC.contains(&name) => {
                broken(format!("{name} stands where a value is needed: it is for Conditions and Rules"), origin)
            }
            _ => {
                let argument = self.evaluate(stack, argument);
                let value = self.local(stack, self.case_by_case(intrinsic::call(name, &argument, span), &[&argument]));
                value.worked_out_from(&argument.origins())
            }
        }
    }

    /// What a function gives whose operands are no names. They may be functions with `AWS::LanguageExtensions`.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html>
    pub fn unnamed(&self, function: &str, operands: &[Value], needed: &str, origin: Origin) -> Value {
        let operands: Vec<&Value> = operands.iter().collect();
        if let Some(blocked) = intrinsic::blocked(&operands) {
            return Value::new(blocked.data, origin);
        }
        if operands.iter().all(|operand| operand.obstacle().is_none()) {
            return broken(format!("{function} needs {needed}"), origin);
        }
        let derived = intrinsic::derived(function.trim_start_matches("Fn::"), &operands, origin);
        self.case_by_case(if function == "Ref" { intrinsic::or_nothing(derived) } else { derived }, &operands)
    }

    /// What a function gives. Where that is not known though one of its operands has few values, the operand is asked
    /// for, because the function can be worked out for each of them.
    pub fn case_by_case(&self, result: Value, operands: &[&Value]) -> Value {
        match &result.data {
            Data::Open(input) if input.reason == Reason::Derived => {
                let question = operands.iter().find_map(|operand| operand.which(self.world));
                question.map_or_else(|| result.clone(), |question| Value::pending(question, result.origin.clone()))
            }
            _ => result,
        }
    }

    /// `Fn::If`: the branch that the condition chooses. An object or a list stands where it is written itself: the function
    /// around it is often a page long.
    fn choose(&self, stack: &'t Stack, argument: &Node, span: Span) -> Value {
        let origin = Origin::expression(span);
        let Some([condition, then, otherwise]) = argument.items() else {
            return broken("Fn::If needs a condition and two values", origin);
        };
        let decision = self.holds(stack, condition, "the first argument of Fn::If");
        let place = condition_place(stack, condition);
        let branch = match &decision.data {
            Data::Bool(true) => then,
            Data::Bool(false) => otherwise,
            _ => {
                let undecided = Origin::default().chosen_by(place, &decision.origin);
                return Value::new(decision.data, undecided.through(span, Role::Expression));
            }
        };
        let value = self.evaluate(stack, branch);
        let chosen = match &value.data {
            Data::Map(..) | Data::List(..) => value.origin.made_of([&Origin::at(place, Role::Condition)]),
            _ => value.origin.through(place, Role::Condition).through(span, Role::Expression),
        };
        Value::new(value.data, chosen.made_of([&decision.origin]))
    }

    /// `Fn::Sub`, with or without a map of its own names.
    fn substitute(&self, stack: &'t Stack, argument: &Node, span: Span) -> Value {
        let origin = Origin::expression(span);
        let (template, own) = match argument.items() {
            None => (argument.scalar(), None),
            Some([template, own]) => (template.scalar(), Some(own)),
            Some(_) => (None, None),
        };
        let Some(Scalar { text: template, places, .. }) = template else {
            return broken("Fn::Sub needs a text, or a text and a map", origin);
        };
        let mut length = 0;
        let (mut texts, mut origins) = (Vec::new(), Vec::new());
        for piece in text::pieces(template) {
            let found = match piece {
                Piece::Literal(range) => {
                    let literal = template.get(range.clone()).unwrap_or_default();
                    Ok(Text::literal(literal).written(places.slice(range)))
                }
                Piece::Name(name, range) => {
                    let value = self.variable(stack, name, own, span);
                    if let Data::Pending(_) | Data::Failed(_) = value.data {
                        return Value::new(value.data, origin);
                    }
                    let text = text::text(&value).map(|text| match places.span(range) {
                        Some(place) => text.standing_at(place),
                        None => text,
                    });
                    origins.push(value.origin);
                    text.map_err(|what| format!("${{{name}}} in Fn::Sub is {what}, not a text"))
                }
            };
            let found = match found {
                Ok(found) => found,
                Err(message) => return Value::failed(message, origin),
            };
            length += text::size(&found);
            texts.push(found);
            if length > text::MAX_TEXT {
                return limited(text::TOO_LONG, origin);
            }
        }
        self.local(stack, text::of(Text::concat(&texts), origin.made_of(&origins)))
    }

    fn variable(&self, stack: &'t Stack, name: &str, own: Option<&Node>, span: Span) -> Value {
        if let Some(node) = own.and_then(|own| own.get(name)) {
            return self.evaluate(stack, node);
        }
        self.settled(span, || self.looked_up(stack, name, span))
    }

    /// What a name in a text stands for.
    pub fn looked_up(&self, stack: &'t Stack, name: &str, span: Span) -> Value {
        match name.split_once('.') {
            Some((id, attribute)) => self.attribute(stack, id, attribute, span),
            None => self.reference(stack, name, span),
        }
    }
}

/// Whether the item may be `AWS::NoValue` once a condition is known.
fn may_vanish(node: &Node) -> bool {
    match function(node) {
        Some(("Ref", name)) => name.text() == Some("AWS::NoValue"),
        Some(("Fn::If", branches)) => branches.items().is_some_and(|branches| branches.iter().skip(1).any(may_vanish)),
        _ => false,
    }
}

/// A value that CloudFormation cannot give in any world: an undeclared name, a function without its arguments.
pub fn broken(message: impl Into<String>, origin: Origin) -> Value {
    let message = message.into();
    Value::open(Input::undecidable(message.clone(), Reason::Broken(message), origin.clone()), origin)
}

/// A value that a limit of this program keeps from being known.
pub fn limited(message: impl Into<String>, origin: Origin) -> Value {
    let message = message.into();
    Value::open(Input::undecidable(message.clone(), Reason::Limit(message), origin.clone()), origin)
}
