//! What CloudFormation refuses before it deploys anything: parameters beyond their constraints, assertions in `Rules`
//! that do not hold, conditions that cannot be evaluated. Only refusals that an answer of this world brought about: what is
//! refused whatever is answered would refuse every world, so it refuses none and is remarked instead.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html>

use std::sync::Arc;

use crate::source::Span;
use crate::syntax::{Entry, Node};
use crate::value::{Data, Decided, Failure, Origin, Role, Stop, World, any, every, first, watched};

use super::condition::LOGIC;
use super::evaluator::Evaluator;
use super::parameter::Parameter;
use super::template::function;
use super::tree::{Impossible, Stack, Tree};

/// How many worlds are tried to find out whether something refuses all of them.
pub const MAX_WORLDS: usize = 64;

/// What may refuse answers.
#[derive(Clone, Copy)]
pub enum Refuser<'t> {
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

    /// What it is, and what it is called.
    pub fn name(&self) -> String {
        let (what, name) = match self {
            Self::Parameter(parameter) => ("the parameter", parameter.name),
            Self::Condition(entry) => ("the condition", entry.key.text().unwrap_or_default()),
            Self::Rule(entry) => ("the rule", entry.key.text().unwrap_or_default()),
        };
        format!("{what} {name}")
    }

    /// What CloudFormation says of what is refused.
    fn failure(&self) -> Arc<Failure> {
        let (_, place) = self.complaint();
        Arc::new(Failure::new(format!("{} refuses it", self.name()), Origin::at(place, Role::Condition)))
    }

    /// What is said where it refuses every input.
    pub fn complaint(&self) -> (String, Span) {
        let name = self.name();
        match self {
            Self::Parameter(parameter) => (format!("no input gives {name} a value it takes"), parameter.span()),
            Self::Condition(entry) => (format!("no input lets CloudFormation evaluate {name}"), entry.key.span),
            Self::Rule(entry) => (format!("no input satisfies the assertions of {name}"), entry.key.span),
        }
    }
}

/// What may refuse answers in a stack, each with its number.
pub fn refusers(stack: &Stack) -> impl Iterator<Item = (usize, Refuser<'_>)> {
    let parameters = stack.parameters().map(Refuser::Parameter);
    let conditions = stack.body.conditions.values().map(Refuser::Condition);
    let rules = stack.template.section("Rules").iter().map(Refuser::Rule);
    parameters.chain(conditions).chain(rules).enumerate()
}

impl<'t> Evaluator<'t> {
    /// Why CloudFormation would refuse the answers of this world, if it would.
    ///
    /// # Errors
    /// The need to ask where an assertion that these answers had a part in waits for another.
    pub fn refusal(&self) -> Decided<Option<Arc<Failure>>> {
        let stacks = self.tree.stacks.iter().filter(|stack| self.stack_exists(stack));
        first(stacks.map(|stack| self.refusal_of(stack)))
    }

    /// Whether the stack certainly exists: nothing is said about one that may not.
    pub fn stack_exists(&self, stack: &'t Stack) -> bool {
        let Some((parent, resource)) = stack.parent else { return true };
        let parent = self.tree.stack(parent);
        parent.zip(parent.and_then(|parent| parent.resource_at(resource))).is_some_and(|(parent, resource)| {
            let exists = [self.exists(parent, resource), self.is_case(&stack.case, &Origin::default())];
            exists.iter().all(|exists| exists.as_bool() == Some(true)) && self.stack_exists(parent)
        })
    }

    fn refusal_of(&self, stack: &'t Stack) -> Decided<Option<Arc<Failure>>> {
        let is_possible = |number: usize| !self.tree.impossible().iter().any(|it| it.place == (stack.id, number));
        first(refusers(stack).map(|(number, refuser)| {
            let anew = || self.refuses_because_of(refuser, stack);
            let refuses = self.tree.refusals.unless_answered((stack.id, number), self.world, anew);
            let refuses = if refuses == Ok(false) || is_possible(number) { refuses? } else { false };
            Ok(refuses.then(|| refuser.failure()))
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

    /// Whether it refuses what is answered or, where nothing is, what everything has.
    ///
    /// # Errors
    /// The need to ask what it waits for.
    pub fn refuses_at_all(&self, refuser: Refuser<'t>, stack: &'t Stack) -> Decided<bool> {
        let value = match refuser {
            Refuser::Parameter(parameter) => self.parameter(stack, parameter),
            Refuser::Condition(entry) => self.truth(stack, &entry.key),
            Refuser::Rule(rule) => return self.breaks(stack, &rule.value),
        };
        match (&value.data, refuser) {
            (Data::Failed(_), _) => Ok(true),
            (Data::Pending(question), _) => Err(Stop::Ask(question.clone())),
            // Answers about what a parent hands in may leave nothing that its child takes.
            (Data::Open(input), Refuser::Parameter(parameter)) => {
                Ok(self.denies(input) || parameter.is_list() && self.refuses_member(input, &parameter))
            }
            (_, Refuser::Parameter(parameter)) => Ok(parameter.refuses(&value)),
            _ => Ok(false),
        }
    }

    /// Whether a rule applies and one of its assertions does not hold.
    ///
    /// # Errors
    /// The need to ask what an assertion waits for.
    pub fn breaks(&self, stack: &'t Stack, rule: &Node) -> Decided<bool> {
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

/// Rules that can all hold, and a world in which they do.
#[derive(Default)]
struct Held<'t> {
    rules: Vec<(&'t Stack, Refuser<'t>)>,
    world: World,
}

impl Tree {
    /// What refuses every input.
    pub fn impossible(&self) -> &[Impossible] {
        // What is found out here was looked at by nobody: it holds in every world.
        self.impossible.get_or_init(|| watched(|| self.find_impossible()).0)
    }

    fn find_impossible(&self) -> Vec<Impossible> {
        let mut held = Held::default();
        let mut impossible = Vec::new();
        for (stack, (number, refuser)) in
            self.stacks.iter().flat_map(|stack| refusers(stack).map(move |it| (stack, it)))
        {
            if !refuser.may_refuse_all(stack) {
                continue;
            }
            let alone =
                !self.is_unruly(stack, refuser) && self.accepted(&World::default(), &[(stack, refuser)]).is_some();
            let is_rule = matches!(refuser, Refuser::Rule(_));
            if alone && (!is_rule || self.holds_beside((stack, refuser), &mut held)) {
                continue;
            }
            let (message, span) = refuser.complaint();
            let others = if alone { " beside those before it" } else { "" };
            let message = format!("{message}{others}: CloudFormation deploys nothing of this");
            impossible.push(Impossible { place: (stack.id, number), message, span });
        }
        impossible
    }

    /// Whether a rule can hold beside those before it, which it is one of then.
    fn holds_beside<'t>(&'t self, rule: (&'t Stack, Refuser<'t>), held: &mut Held<'t>) -> bool {
        let rules = [held.rules.as_slice(), &[rule]].concat();
        // Where that world breaks this one, all of them may hold in another.
        let world = self.accepted(&held.world, &[rule]).or_else(|| self.accepted(&World::default(), &rules));
        world.map(|world| *held = Held { rules, world }).is_some()
    }

    /// The world with further answers that none of these refuses, if there is one.
    fn accepted(&self, world: &World, by: &[(&Stack, Refuser<'_>)]) -> Option<World> {
        world.accepted(MAX_WORLDS, |world| {
            let evaluator = Evaluator::new(self, world, self.given.open);
            any(by.iter().map(|(stack, refuser)| evaluator.refuses_at_all(*refuser, stack)))
        })
    }

    /// Whether it refuses what parameters are given: nobody asks for another value then.
    fn is_unruly(&self, stack: &Stack, refuser: Refuser<'_>) -> bool {
        let given = |parameter: &str| match stack.parent {
            None => self.given.get(parameter).is_some(),
            Some(_) => true,
        };
        let name = refuser.name();
        self.unruly.iter().any(|((id, parameter), it)| *id == stack.id && it.by == name && given(parameter))
    }
}

/// Whether it holds a function that CloudFormation may find no value for.
fn may_fail(node: &Node) -> bool {
    let total = |name: &str| LOGIC.contains(&name) || ["Ref", "Fn::If", "Fn::Join", "Fn::Sub"].contains(&name);
    function(node).is_some_and(|(name, _)| !total(name))
        || node.entries().iter().any(|entry| may_fail(&entry.value))
        || node.items().unwrap_or_default().iter().any(may_fail)
}
