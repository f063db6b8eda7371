//! What CloudFormation refuses before it deploys anything: parameters beyond their constraints, assertions in `Rules`
//! that do not hold, conditions that cannot be evaluated. Only refusals that an answer of this world brought about.

use crate::syntax::Node;
use crate::value::{Data, Decided, Origin, Stop, any, every};

use super::evaluator::Evaluator;
use super::parameter::Parameter;
use super::tree::Stack;

/// What may refuse answers.
#[derive(Clone, Copy)]
enum Refuser<'t> {
    /// By its constraints.
    Parameter(Parameter<'t>),
    /// By its name: one that cannot be evaluated.
    Condition(&'t Node),
    /// By its assertions.
    Rule(&'t Node),
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
        let parameters = stack.parameters().map(Refuser::Parameter);
        let conditions = stack.body.conditions.values().map(|entry| Refuser::Condition(&entry.key));
        let rules = stack.template.section("Rules").iter().map(|rule| Refuser::Rule(&rule.value));
        let refusers = parameters.chain(conditions).chain(rules).enumerate();
        any(refusers.map(|(number, refuser)| {
            let anew = || self.refuses_because_of(refuser, stack);
            self.tree.refusals.unless_answered((stack.id, number), self.world, anew)
        }))
    }

    fn refuses_because_of(&self, refuser: Refuser<'t>, stack: &'t Stack) -> Decided<bool> {
        let failed = |data: &Data| matches!(data, Data::Failed(_));
        match refuser {
            Refuser::Parameter(parameter) => Ok(self.depends_on_answers(|| {
                let value = self.parameter(stack, parameter);
                failed(&value.data) || parameter.refuses(&value)
            })),
            Refuser::Condition(name) => Ok(failed(&self.truth(stack, name).data)),
            Refuser::Rule(rule) => self.breaks(stack, rule),
        }
    }

    /// Whether a rule applies and one of its assertions does not hold, as far as answers of this world had a part in it.
    fn breaks(&self, stack: &'t Stack, rule: &Node) -> Decided<bool> {
        let assertions = rule.get("Assertions").and_then(Node::items).unwrap_or_default();
        let applies = rule.get("RuleCondition").map(|condition| (condition, true));
        let broken = || assertions.iter().filter_map(|assertion| assertion.get("Assert")).map(|assert| (assert, false));
        let before = self.asked();
        let is = |(node, wanted): (&Node, bool)| match self.truth(stack, node).data {
            Data::Bool(holds) => Ok(holds == wanted),
            Data::Pending(question) => Err(Stop::Ask(question)),
            _ => Ok(false),
        };
        let breaks = every([applies.map_or(Ok(true), is), any(broken().map(is))]);
        if self.asked() == before { Ok(false) } else { breaks }
    }
}
