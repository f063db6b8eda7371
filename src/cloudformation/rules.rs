//! What CloudFormation refuses before it deploys anything: parameters beyond their constraints, assertions in `Rules`
//! that do not hold, conditions that cannot be evaluated. Only refusals that an answer of this world brought about: what is
//! refused whatever is answered would refuse every world, so it refuses none and is remarked instead.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html>

use std::collections::BTreeMap;

use crate::model::OpenInputs;
use crate::source::Span;
use crate::syntax::{Entry, Node};
use crate::value::{Data, Decided, Origin, Stop, World, any, every, watched};

use super::condition::LOGIC;
use super::evaluator::Evaluator;
use super::parameter::Parameter;
use super::template::function;
use super::tree::{Impossible, Stack, StackId, Tree};

/// How many worlds are tried to find out whether something refuses all of them.
const MAX_WORLDS: usize = 64;

/// What may refuse answers.
#[derive(Clone, Copy)]
enum Refuser<'t> {
    /// By its constraints.
    Parameter(Parameter<'t>),
    /// One that cannot be evaluated.
    Condition(&'t Entry),
    /// By its assertions.
    Rule(&'t Entry),
}

impl Refuser<'_> {
    /// Whether it may refuse every input: the root's own parameters take what their constraints allow.
    fn may_refuse_all(&self, stack: &Stack) -> bool {
        match self {
            Self::Parameter(_) => stack.parent.is_some(),
            Self::Condition(entry) => may_fail(&entry.value),
            Self::Rule(_) => true,
        }
    }

    /// What is said where it refuses every input.
    fn complaint(&self) -> (String, Span) {
        let (what, key) = match self {
            Self::Parameter(parameter) => {
                return (format!("no input gives the parameter {} a value it takes", parameter.name), parameter.span());
            }
            Self::Condition(entry) => ("no input lets CloudFormation evaluate the condition", &entry.key),
            Self::Rule(entry) => ("no input satisfies the assertions of the rule", &entry.key),
        };
        (format!("{what} {}", key.text().unwrap_or_default()), key.span)
    }
}

fn refusers(stack: &Stack) -> impl Iterator<Item = (usize, Refuser<'_>)> {
    let parameters = stack.parameters().map(Refuser::Parameter);
    let conditions = stack.body.conditions.values().map(Refuser::Condition);
    let rules = stack.template.section("Rules").iter().map(Refuser::Rule);
    parameters.chain(conditions).chain(rules).enumerate()
}

impl<'t> Evaluator<'t> {
    /// Whether CloudFormation would refuse the answers of this world.
    ///
    /// # Errors
    /// The need to ask where an assertion that these answers had a part in waits for another.
    pub fn refuses(&self) -> Decided<bool> {
        let stacks = self.tree.stacks.iter().filter(|stack| self.stack_exists(stack));
        any(stacks.map(|stack| self.refuses_stack(stack)))
    }

    /// Whether the stack certainly exists: nothing is said about one that may not.
    fn stack_exists(&self, stack: &'t Stack) -> bool {
        let Some((parent, resource)) = stack.parent else { return true };
        let parent = self.tree.stack(parent);
        parent.zip(parent.and_then(|parent| parent.resource_at(resource))).is_some_and(|(parent, resource)| {
            let exists = [self.exists(parent, resource), self.is_case(&stack.case, &Origin::default())];
            exists.iter().all(|exists| exists.as_bool() == Some(true)) && self.stack_exists(parent)
        })
    }

    fn refuses_stack(&self, stack: &'t Stack) -> Decided<bool> {
        let is_possible = |number: usize| !self.tree.impossible().iter().any(|it| it.place == (stack.id, number));
        any(refusers(stack).map(|(number, refuser)| {
            let anew = || self.refuses_because_of(refuser, stack);
            let refuses = self.tree.refusals.unless_answered((stack.id, number), self.world, anew);
            if refuses == Ok(false) || is_possible(number) { refuses } else { Ok(false) }
        }))
    }

    /// Whether answers of this world had a part in what it refuses.
    fn refuses_because_of(&self, refuser: Refuser<'t>, stack: &'t Stack) -> Decided<bool> {
        let before = self.asked();
        let answer = self.refuses_at_all(refuser, stack);
        match (refuser, answer) {
            _ if self.asked() == before => Ok(false),
            // Only a rule says what it waits for.
            (Refuser::Parameter(_) | Refuser::Condition(_), Err(_)) => Ok(false),
            (_, answer) => answer,
        }
    }

    fn refuses_at_all(&self, refuser: Refuser<'t>, stack: &'t Stack) -> Decided<bool> {
        let value = match refuser {
            Refuser::Parameter(parameter) => self.parameter(stack, parameter),
            Refuser::Condition(entry) => self.truth(stack, &entry.key),
            Refuser::Rule(rule) => return self.breaks(stack, &rule.value),
        };
        match (&value.data, refuser) {
            (Data::Failed(_), _) => Ok(true),
            (Data::Pending(question), _) => Err(Stop::Ask(question.clone())),
            // Answers about what a parent hands in may leave nothing that its child takes.
            (Data::Open(input), Refuser::Parameter(_)) => Ok(self.denies(input)),
            (_, Refuser::Parameter(parameter)) => Ok(parameter.refuses(&value)),
            _ => Ok(false),
        }
    }

    /// Whether a rule applies and one of its assertions does not hold.
    fn breaks(&self, stack: &'t Stack, rule: &Node) -> Decided<bool> {
        let applies = rule.get("RuleCondition").map(|condition| (condition, true));
        let broken = || assertions(rule).map(|assert| (assert, false));
        let is = |(node, wanted): (&Node, bool)| match self.ruled(stack, node).data {
            Data::Bool(holds) => Ok(holds == wanted),
            Data::Pending(question) => Err(Stop::Ask(question)),
            _ => Ok(false),
        };
        every([applies.map_or(Ok(true), is), any(broken().map(is))])
    }
}

/// The conditions that a rule asserts.
pub fn assertions(rule: &Node) -> impl Iterator<Item = &Node> {
    let assertions = rule.get("Assertions").and_then(Node::items).unwrap_or_default();
    assertions.iter().filter_map(|assertion| assertion.get("Assert"))
}

impl Tree {
    /// What refuses every input.
    pub fn impossible(&self) -> &[Impossible] {
        // What is found out here was looked at by nobody: it holds in every world.
        self.impossible.get_or_init(|| watched(|| self.find_impossible()).0)
    }

    fn find_impossible(&self) -> Vec<Impossible> {
        let (mut rules, mut impossible) = (Vec::new(), Vec::new());
        for (stack, (number, refuser)) in
            self.stacks.iter().flat_map(|stack| refusers(stack).map(move |it| (stack, it)))
        {
            if !refuser.may_refuse_all(stack) {
                continue;
            }
            // Rules may contradict each other.
            let is_rule = matches!(refuser, Refuser::Rule(_));
            let together = rules.iter().filter(|_| is_rule).copied().chain([(stack, refuser)]);
            let together: Vec<(&Stack, Refuser<'_>)> = together.collect();
            let can_be = World::default().can_be(MAX_WORLDS, |world| {
                let evaluator = Evaluator::new(self, world, self.given.open);
                any(together.iter().map(|(stack, refuser)| evaluator.refuses_at_all(*refuser, stack)))
            });
            if !can_be || self.is_unruly(stack, refuser) {
                let (message, span) = refuser.complaint();
                let message = format!("{message}: CloudFormation deploys nothing of this");
                impossible.push(Impossible { place: (stack.id, number), message, span });
            } else if is_rule {
                rules.push((stack, refuser));
            }
        }
        impossible
    }

    /// Whether a rule refuses the value that a parameter of the root has here and had not `before`.
    pub fn rules_out(&self, parameter: &str, before: &Self) -> bool {
        let is_new = |key| !before.unruly.contains_key(key);
        self.unruly.keys().any(|key| (key.0 == 0 && key.1 == parameter) || is_new(key))
    }

    /// Whether a rule refuses what parameters are given: nobody asks for another value then.
    fn is_unruly(&self, stack: &Stack, refuser: Refuser<'_>) -> bool {
        let Refuser::Rule(rule) = refuser else { return false };
        let given = |parameter: &str| match stack.parent {
            None => self.given.get(parameter).is_some(),
            Some(_) => true,
        };
        let name = rule.key.text();
        self.unruly.iter().any(|((id, parameter), by)| *id == stack.id && Some(by.as_str()) == name && given(parameter))
    }
}

/// Whether it holds a function that CloudFormation may find no value for.
fn may_fail(node: &Node) -> bool {
    let total = |name: &str| LOGIC.contains(&name) || ["Ref", "Fn::If", "Fn::Join", "Fn::Sub"].contains(&name);
    function(node).is_some_and(|(name, _)| !total(name))
        || node.entries().iter().any(|entry| may_fail(&entry.value))
        || node.items().unwrap_or_default().iter().any(may_fail)
}

/// The parameters whose values a rule refuses whatever else is given, with the rule: whoever deploys the template must
/// give others.
pub fn unruly(tree: &Tree) -> BTreeMap<(StackId, String), String> {
    let world = World::default();
    let evaluator = Evaluator::new(tree, &world, OpenInputs::WithoutDefault);
    let mut unruly = BTreeMap::new();
    for stack in &tree.stacks {
        let rules =
            stack.template.section("Rules").iter().filter(|rule| evaluator.breaks(stack, &rule.value) == Ok(true));
        for rule in rules {
            let mut names = Vec::new();
            referred(&rule.value, &mut names);
            names.retain(|name| stack.parameter(name).is_some());
            // Who gives some of them a value may give the others one too.
            let is_given = |name: &&str| stack.parent.is_some() || tree.given.get(name).is_some();
            if !names.iter().all(is_given) {
                names.retain(|name| !is_given(name));
            }
            let name = rule.key.text().unwrap_or_default();
            unruly.extend(names.into_iter().map(|parameter| ((stack.id, parameter.to_owned()), name.to_owned())));
        }
    }
    unruly
}

/// The names that a node refers to.
fn referred<'n>(node: &'n Node, names: &mut Vec<&'n str>) {
    if let Some(("Ref", name)) = function(node) {
        names.extend(name.text());
    }
    node.entries().iter().for_each(|entry| referred(&entry.value, names));
    node.items().unwrap_or_default().iter().for_each(|item| referred(item, names));
}
