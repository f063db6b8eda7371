//! What CloudFormation refuses before it deploys anything: parameters beyond their constraints, assertions in `Rules`
//! that do not hold, conditions that cannot be evaluated. Only refusals that an answer of this world brought about.

use crate::syntax::Node;
use crate::value::Data;

use super::evaluator::Evaluator;
use super::tree::Stack;

impl<'t> Evaluator<'t> {
    /// Whether CloudFormation would refuse the answers of this world.
    pub fn refuses(&self) -> bool {
        self.tree.stacks.iter().filter(|stack| self.stack_exists(stack)).any(|stack| self.refuses_stack(stack))
    }

    /// Whether the stack certainly exists: nothing is said about one that may not.
    fn stack_exists(&self, stack: &'t Stack) -> bool {
        let Some((parent, resource)) = stack.parent else { return true };
        let parent = self.tree.stack(parent);
        parent.zip(parent.and_then(|parent| parent.resource_at(resource))).is_some_and(|(parent, resource)| {
            self.exists(parent, resource).as_bool() == Some(true) && self.stack_exists(parent)
        })
    }

    fn refuses_stack(&self, stack: &'t Stack) -> bool {
        let failed = |data: &Data| matches!(data, Data::Failed(_));
        let parameters = stack.parameters().any(|parameter| {
            self.depends_on_answers(|| {
                let value = self.parameter(stack, parameter);
                failed(&value.data) || parameter.refuses(&value)
            })
        });
        parameters
            || stack.body.conditions.values().any(|entry| failed(&self.truth(stack, &entry.key).data))
            || stack
                .template
                .section("Rules")
                .iter()
                .any(|rule| self.depends_on_answers(|| self.breaks(stack, &rule.value)))
    }

    /// Whether a rule applies and one of its assertions does not hold.
    fn breaks(&self, stack: &'t Stack, rule: &Node) -> bool {
        let is = |node: &Node, wanted| self.truth(stack, node).as_bool() == Some(wanted);
        let assertions = rule.get("Assertions").and_then(Node::items).unwrap_or_default();
        rule.get("RuleCondition").is_none_or(|condition| is(condition, true))
            && assertions.iter().filter_map(|assertion| assertion.get("Assert")).any(|assert| is(assert, false))
    }
}
