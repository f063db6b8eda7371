//! Parameters whose values CloudFormation refuses, whatever else is given: by a rule, or because a condition cannot be worked
//! out with them. Whoever deploys the template gives others. With which values a resource or an output cannot be worked out
//! is looked at only where another value is tried: a row knows of nothing that it does not read.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::OpenInputs;
use crate::source::Span;
use crate::syntax::{Entry, Node, NodeKind};
use crate::value::{Data, Value, World};

use super::evaluator::Evaluator;
use super::rules::{MAX_WORLDS, Refuser, refusers};
use super::template::function;
use super::text::{Piece, pieces};
use super::tree::{Stack, StackId, Tree};

/// What refuses the value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unruly {
    /// What it is: `the rule Regions`.
    pub by: String,
    /// What has no value then, in parentheses behind a blank; nothing of a rule.
    pub why: String,
    /// Where it is declared.
    pub span: Span,
}

/// The parameters of each stack whose values are refused, with what refuses them.
pub fn unruly(tree: &mut Tree) -> BTreeMap<(StackId, String), Unruly> {
    let found = found(tree);
    // What no values would mend is an error of the template, and refuses nobody's.
    let open = tree.given.without_values();
    let given = std::mem::replace(&mut tree.given, open);
    let mended = found.into_iter().filter(|found| found.can_be_mended(tree));
    let mended: Vec<(StackId, Vec<String>, Unruly)> = mended.map(|it| (it.stack, it.names, it.unruly)).collect();
    tree.given = given;
    let named = mended.into_iter().flat_map(|(stack, names, unruly)| {
        names.into_iter().map(move |parameter| ((stack, parameter), unruly.clone()))
    });
    named.collect()
}

/// Something that is refused before anything is answered.
struct Found {
    stack: StackId,
    /// Its number among what may refuse answers there.
    number: usize,
    is_rule: bool,
    names: Vec<String>,
    unruly: Unruly,
}

fn found(tree: &Tree) -> Vec<Found> {
    let world = World::default();
    let evaluator = Evaluator::new(tree, &world, OpenInputs::WithoutDefault);
    let mut found = Vec::new();
    for (stack, (number, refuser)) in tree.stacks.iter().flat_map(|stack| refusers(stack).map(move |it| (stack, it))) {
        let (names, why) = evaluator.refused_for(stack, refuser);
        let names = names.into_iter().filter(|name| stack.parameter(name).is_some());
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        // Who gives some of them a value may give the others one too.
        let is_given = |name: &String| stack.parent.is_some() || tree.given.get(name).is_some();
        if !names.iter().all(is_given) {
            names.retain(|name| !is_given(name));
        }
        let unruly = Unruly { by: refuser.name(), why, span: refuser.complaint().1 };
        let is_rule = matches!(refuser, Refuser::Rule(_));
        found.extend((!names.is_empty()).then_some(Found { stack: stack.id, number, is_rule, names, unruly }));
    }
    found
}

impl Found {
    fn can_be_mended(&self, tree: &Tree) -> bool {
        let refuser = || {
            let stack = tree.stack(self.stack)?;
            Some((stack, refusers(stack).nth(self.number)?.1))
        };
        // Rules say themselves that nothing satisfies them.
        self.is_rule
            || refuser().is_some_and(|(stack, refuser)| {
                World::default().can_be(MAX_WORLDS, |world| {
                    Evaluator::new(tree, world, OpenInputs::Any).refuses_at_all(refuser, stack)
                })
            })
    }
}

impl Tree {
    /// Whether the value that a parameter of the root has here is refused and was not `before`.
    pub fn rules_out(&self, parameter: &str, before: &Self) -> bool {
        let is_new = |key| !before.unruly.contains_key(key);
        let (unmade, unmade_before) = (self.unmade(), before.unmade());
        self.unruly.keys().any(|key| (key.0 == 0 && key.1 == parameter) || is_new(key))
            || unmade.iter().any(|key| !unmade_before.contains(key))
    }

    /// The parameters that are named where a resource or an output that certainly exists has no value, by their stacks. Where
    /// a transform is not carried out, nobody can tell.
    fn unmade(&self) -> BTreeSet<(StackId, String)> {
        let world = World::default();
        let evaluator = Evaluator::new(self, &world, OpenInputs::WithoutDefault);
        let mut unmade = BTreeSet::new();
        for stack in self.stacks.iter().filter(|stack| stack.unread.is_none() && evaluator.stack_exists(stack)) {
            let (mut failing, mut names) = (Vec::new(), Vec::new());
            for resource in stack.resources().filter(|it| evaluator.exists(stack, *it).as_bool() == Some(true)) {
                resource.properties().into_iter().for_each(|node| evaluator.failing(stack, node, &mut failing));
            }
            let exists = |output: &&Entry| {
                evaluator.output_exists(stack, output).is_none_or(|exists| exists.as_bool() == Some(true))
            };
            for output in stack.body.outputs.values().filter(exists) {
                evaluator.failing(stack, &output.value, &mut failing);
            }
            for (node, _) in failing {
                referred(stack, node, &mut names);
            }
            unmade.extend(names.into_iter().map(|name| (stack.id, name.to_owned())));
        }
        unmade
    }
}

impl<'t> Evaluator<'t> {
    /// The parameters and others that are named where CloudFormation refuses what they have, and why it does.
    fn refused_for(&self, stack: &'t Stack, refuser: Refuser<'t>) -> (Vec<&'t str>, String) {
        let (mut failing, mut names) = (Vec::new(), Vec::new());
        match refuser {
            Refuser::Rule(rule) if self.breaks(stack, &rule.value) == Ok(true) => {
                referred(stack, &rule.value, &mut names);
            }
            Refuser::Parameter(_) | Refuser::Rule(_) => {}
            Refuser::Condition(entry) => self.failing(stack, &entry.value, &mut failing),
        }
        let why = failing.first().map(|(_, why)| format!(" ({why})")).unwrap_or_default();
        for (node, _) in failing {
            referred(stack, node, &mut names);
        }
        (names, why)
    }

    /// The innermost functions that CloudFormation finds no value for, and why.
    fn failing<'n>(&self, stack: &'t Stack, node: &'n Node, found: &mut Vec<(&'n Node, String)>) {
        if let Some(("Fn::If", branches)) = function(node) {
            let Some([condition, then, otherwise]) = branches.items() else { return };
            return match self.holds(stack, condition, "the first argument of Fn::If").as_bool() {
                Some(true) => self.failing(stack, then, found),
                Some(false) => self.failing(stack, otherwise, found),
                None => {}
            };
        }
        let before = found.len();
        match &node.kind {
            NodeKind::Scalar(_) => {}
            NodeKind::Sequence(items) => items.iter().for_each(|item| self.failing(stack, item, found)),
            NodeKind::Mapping(entries) => entries.iter().for_each(|entry| self.failing(stack, &entry.value, found)),
        }
        let failure = |value: Value| match &value.data {
            Data::Failed(failure) => Some(failure.message.clone()),
            _ => None,
        };
        let own = function(node).filter(|_| found.len() == before).and_then(|(name, argument)| match name {
            "Fn::Sub" => filled(argument).find_map(|name| failure(self.looked_up(stack, name, node.span))),
            _ => failure(self.call(stack, name, argument, node.span)),
        });
        found.extend(own.map(|why| (node, why)));
    }
}

/// The names that `Fn::Sub` fills in and has no value of its own for.
fn filled(argument: &Node) -> impl Iterator<Item = &str> {
    let (text, own) = match argument.items() {
        Some([text, own]) => (text.text(), Some(own)),
        _ => (argument.text(), None),
    };
    pieces(text.unwrap_or_default()).into_iter().filter_map(move |piece| match piece {
        Piece::Name(name, _) => Some(name).filter(|name| own.is_none_or(|own| own.get(name).is_none())),
        Piece::Literal(_) => None,
    })
}

/// The names that a node refers to, and those that decide whether what it refers to exists.
fn referred<'n>(stack: &'n Stack, node: &'n Node, names: &mut Vec<&'n str>) {
    let refer = |name: &'n str| {
        let id = name.split('.').next().unwrap_or(name);
        if names.contains(&id) {
            return;
        }
        names.push(id);
        let condition = stack.resource(id).and_then(|resource| resource.condition()?.text());
        let condition = condition.and_then(|name| stack.body.conditions.get(name));
        if let Some(entry) = condition {
            referred(stack, &entry.value, names);
        }
    };
    match function(node) {
        Some(("Ref" | "Fn::GetAtt", name)) => match name.items() {
            Some([id, ..]) => id.text().into_iter().for_each(refer),
            _ => name.text().into_iter().for_each(refer),
        },
        Some(("Fn::Sub", argument)) => filled(argument).for_each(refer),
        _ => {}
    }
    if let [only] = node.entries()
        && only.key.text() == Some("Condition")
        && let Some(condition) = only.value.text().and_then(|name| stack.body.conditions.get(name))
    {
        referred(stack, &condition.value, names);
    }
    node.entries().iter().for_each(|entry| referred(stack, &entry.value, names));
    node.items().unwrap_or_default().iter().for_each(|item| referred(stack, item, names));
}
