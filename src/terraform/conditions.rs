//! Conditions that stop Terraform where they are not met: validations of variables, and preconditions of outputs and of the
//! instances of resources and data sources.
//!
//! What a condition says is worked out in the world at hand. A condition that is not known yet stops nothing.
//! <https://developer.hashicorp.com/terraform/language/validate>

use std::rc::Rc;
use std::sync::Arc;

use crate::model::Existence;
use crate::source::Span;
use crate::syntax::{Block, Expr};
use crate::value::{Data, Decided, Question, Stop, Value, any};

use super::blocks::{entries_called, nested_arguments};
use super::evaluator::Evaluator;
use super::expand::in_slot;
use super::module::Module;
use super::scope::{Env, Scope};
use super::truth::truth;
use super::validation::{alone, validations};

/// A condition that a module sets.
struct Condition<'a> {
    expr: &'a Expr,
    of: Of<'a>,
}

/// A condition of a module instance: the address of that, and where the condition is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Check {
    scope: Arc<str>,
    condition: Span,
}

/// What has to meet a condition.
enum Of<'a> {
    /// The value of a variable.
    Variable(&'a str),
    /// An output.
    Output(&'a str),
    /// Each instance of a block, which goes by this name.
    Instances(String, &'a Block),
}

impl<'a> Condition<'a> {
    fn all(module: &'a Module) -> impl Iterator<Item = Self> {
        let of_variables = module.variables.iter().flat_map(|(name, block)| {
            validations(block).into_iter().map(move |expr| Self { expr, of: Of::Variable(name) })
        });
        let of_outputs = module
            .outputs
            .iter()
            .flat_map(|(name, block)| preconditions(block).map(move |expr| Self { expr, of: Of::Output(name) }));
        let of_instances = checked_blocks(module).flat_map(|(name, block)| {
            preconditions_of_instances(block).map(move |expr| Self { expr, of: Of::Instances(name.clone(), block) })
        });
        of_variables.chain(of_outputs).chain(of_instances)
    }

    /// What is said where it is not met.
    fn remark(&self, scope: &Scope<'_>) -> String {
        match &self.of {
            Of::Variable(name) => {
                format!("{} has a value that its validation refuses", scope.qualify(&format!("var.{name}")))
            }
            Of::Output(name) => format!("{} does not meet its precondition", scope.qualify(&format!("output.{name}"))),
            Of::Instances(name, _) => format!("{} does not meet its precondition", scope.qualify(name)),
        }
    }
}

/// Whether a module sets any condition.
pub(super) fn sets_conditions(module: &Module) -> bool {
    Condition::all(module).next().is_some()
}

/// The blocks of a module whose instances have to meet a condition, with their names.
pub(super) fn checked_blocks(module: &Module) -> impl Iterator<Item = (String, &Block)> {
    let is_checked = |block: &Block| preconditions_of_instances(block).next().is_some();
    module.resources.iter().filter(move |(_, block)| is_checked(block)).map(|(key, block)| (key.to_string(), block))
}

fn preconditions(block: &Block) -> impl Iterator<Item = &Expr> {
    let conditions = nested_arguments(&block.body, "precondition", "condition").into_iter();
    conditions.map(|condition| alone(condition).unwrap_or(condition))
}

/// In Terraform's JSON syntax, what stands in a resource is written as objects.
fn preconditions_of_instances(block: &Block) -> impl Iterator<Item = &Expr> {
    let objects = nested_arguments(&block.body, "lifecycle", "precondition").into_iter();
    let conditions = objects.flat_map(|object| entries_called("condition", object));
    let conditions = conditions.map(|condition| alone(condition).unwrap_or(condition));
    block.body.blocks_of("lifecycle").flat_map(preconditions).chain(conditions)
}

impl<'a> Evaluator<'a> {
    /// Says of every condition that is known not to be met that it is not: Terraform plans nothing then.
    pub fn note_unmet_conditions(&self) {
        let scopes = self.scopes.borrow().clone();
        for scope in &scopes {
            for condition in Condition::all(&scope.node.module) {
                if self.breaks(scope, &condition) == Ok(true) {
                    self.note(condition.remark(scope), condition.expr.span);
                }
            }
        }
    }

    /// Whether the answers of this world break a condition that holds, or may hold, without them.
    ///
    /// # Errors
    /// The need to ask where one that these answers bear on waits for another.
    pub fn is_broken(&self, check: &Check) -> Decided<bool> {
        match self.says(check) {
            (_, false) => Ok(false),
            (breaks, true) => Ok(breaks? && self.unanswered().says(check).0 != Ok(true)),
        }
    }

    /// Whether a condition is broken, which is worked out once for all worlds with the same answers to what it looks at, and
    /// whether an answer of this world bears on that. An evaluator of its own does it, so that it is as much work whichever
    /// row comes first.
    fn says(&self, check: &Check) -> (Decided<bool>, bool) {
        self.unit.shared.conditions.get(check.clone(), self.world, || {
            let apart = self.apart();
            let breaks = apart.breaks_or_refuses(check);
            apart.limits.begin();
            (breaks, apart.limits.row().steps())
        })
    }

    /// What a condition speaks of may be refused before it is.
    fn breaks_or_refuses(&self, check: &Check) -> Decided<bool> {
        let Some(scope) = self.scope_at(&check.scope) else { return Ok(false) };
        let condition = Condition::all(&scope.node.module).find(|condition| condition.expr.span == check.condition);
        let breaks = condition.map_or(Ok(false), |condition| self.breaks(&scope, &condition));
        if self.refuses_blocks() { Ok(true) } else { breaks }
    }

    fn breaks(&self, scope: &Rc<Scope<'a>>, condition: &Condition<'a>) -> Decided<bool> {
        let met = |env: Env<'_, 'a>| truth(&self.evaluate(condition.expr, env), self.world);
        let Of::Instances(name, block) = &condition.of else { return is_unmet(&met(Env::of(scope))) };
        let is_yes = |question: &Question| self.world.answer(question) == Some(true);
        let expansion = self.expansion(scope, name, block);
        any(expansion.slots.iter().map(|slot| match expansion.existence_of(slot) {
            // An instance that may not be is not asked for.
            Existence::May(question) if !is_yes(&question) => Ok(false),
            _ => in_slot(scope, slot, |env| is_unmet(&met(env))),
        }))
    }
}

/// The conditions that a module instance sets.
pub(super) fn checks<'a>(scope: &Scope<'a>) -> impl Iterator<Item = Check> + use<'a> {
    let address: Arc<str> = scope.address.as_str().into();
    let check = move |condition: Condition| Check { scope: Arc::clone(&address), condition: condition.expr.span };
    Condition::all(&scope.node.module).map(check)
}

fn is_unmet(met: &Value) -> Decided<bool> {
    match &met.data {
        Data::Bool(holds) => Ok(!holds),
        Data::Failed(_) => Ok(true),
        Data::Pending(question) => Err(Stop::Ask(Arc::clone(question))),
        _ => Ok(false),
    }
}
