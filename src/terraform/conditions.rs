//! Conditions that stop Terraform where they are not met: validations of variables, preconditions of outputs, and pre- and
//! postconditions of the instances of resources and data sources.
//!
//! What a condition says is worked out in the world at hand. A condition that is not known yet stops nothing. Nor does a
//! postcondition of a resource about what is known after apply only: then the resource is there, though Terraform stops.
//! <https://developer.hashicorp.com/terraform/language/validate>

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::Existence;
use crate::source::Span;
use crate::syntax::{Block, Expr, FreeName};
use crate::value::{Data, Decided, Failure, MapKind, ObjectId, Origin, Question, Reason, Role, Stop, Value, any};

use super::blocks::{entries_called, nested_arguments};
use super::evaluator::Evaluator;
use super::expand::in_slot;
use super::module::{Mode, Module, ResourceKey};
use super::scope::{Binding, Env, Scope};
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

impl Check {
    /// What Terraform says of a condition that is not met.
    pub fn failure(&self) -> Arc<Failure> {
        let origin = Origin::at(self.condition, Role::Condition);
        Arc::new(Failure::new("this condition is not met", origin))
    }
}

/// What has to meet a condition.
enum Of<'a> {
    /// The value of a variable.
    Variable(&'a str),
    /// An output.
    Output(&'a str),
    /// Each instance of a block, before it is made or read, or after.
    Instances(&'a ResourceKey, &'a Block, When),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Before,
    After,
}

impl When {
    /// What a block is called that holds a condition.
    fn kind(self) -> &'static str {
        match self {
            Self::Before => "precondition",
            Self::After => "postcondition",
        }
    }
}

impl<'a> Condition<'a> {
    fn all(module: &'a Module) -> impl Iterator<Item = Self> {
        let of_variables = module.variables.iter().flat_map(|(name, block)| {
            validations(block).into_iter().map(move |expr| Self { expr, of: Of::Variable(name) })
        });
        let of_outputs = module.outputs.iter().flat_map(|(name, block)| {
            written(block, When::Before).map(move |expr| Self { expr, of: Of::Output(name) })
        });
        let of_instances = module.resources.iter().flat_map(|(key, block)| {
            of_instances(block).map(move |(when, expr)| Self { expr, of: Of::Instances(key, block, when) })
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
            Of::Instances(key, _, when) => {
                format!("{} does not meet its {}", scope.qualify(&key.to_string()), when.kind())
            }
        }
    }
}

/// Whether a module sets any condition.
pub(super) fn sets_conditions(module: &Module) -> bool {
    Condition::all(module).next().is_some()
}

/// The blocks of a module whose instances have to meet a condition, with their names.
pub(super) fn checked_blocks(module: &Module) -> impl Iterator<Item = (String, &Block)> {
    let is_checked = |block: &Block| of_instances(block).next().is_some();
    module.resources.iter().filter(move |(_, block)| is_checked(block)).map(|(key, block)| (key.to_string(), block))
}

/// The conditions of a kind that are written in a block.
fn written(block: &Block, when: When) -> impl Iterator<Item = &Expr> {
    let conditions = nested_arguments(&block.body, when.kind(), "condition").into_iter();
    conditions.map(|condition| alone(condition).unwrap_or(condition))
}

/// The conditions that each instance of a block has to meet. In Terraform's JSON syntax, what stands in a resource is written
/// as objects.
fn of_instances(block: &Block) -> impl Iterator<Item = (When, &Expr)> {
    [When::Before, When::After].into_iter().flat_map(|when| {
        let objects = nested_arguments(&block.body, "lifecycle", when.kind()).into_iter();
        let conditions = objects.flat_map(|object| entries_called("condition", object));
        let conditions = conditions.map(|condition| alone(condition).unwrap_or(condition));
        let blocks = block.body.blocks_of("lifecycle").flat_map(move |block| written(block, when));
        blocks.chain(conditions).map(move |condition| (when, condition))
    })
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
        if self.refused_block().is_some() { Ok(true) } else { breaks }
    }

    fn breaks(&self, scope: &Rc<Scope<'a>>, condition: &Condition<'a>) -> Decided<bool> {
        let met = |env: Env<'_, 'a>| truth(&self.evaluate(condition.expr, env), self.world);
        let Of::Instances(key, block, when) = condition.of else { return is_unmet(&met(Env::of(scope))) };
        let is_yes = |question: &Question| self.world.answer(question) == Some(true);
        let expansion = self.expansion(scope, &key.to_string(), block);
        any(expansion.slots.iter().map(|slot| match expansion.existence_of(slot) {
            // An instance that may not be is not asked for.
            Existence::May(question) if !is_yes(&question) => Ok(false),
            _ if when == When::Before => in_slot(scope, slot, |env| is_unmet(&met(env))),
            // What depends on others is read after they are made.
            _ if key.mode == Mode::Data && block.body.attribute("depends_on").is_some() => Ok(false),
            _ => {
                let instance = self.instance(scope, key, block, &expansion, slot);
                in_slot(scope, slot, |env| match self.itself(condition.expr, instance, env) {
                    Some(itself) => is_unmet(&met(env.with(&Binding::new("self", &itself, env)))),
                    None => Ok(false),
                })
            }
        }))
    }

    /// `self` in a postcondition, with the attributes that it reads of it. `None` where something that it reads may not be known
    /// before a resource is made: a data source is read after it, too, where an argument is not known.
    fn itself(&self, condition: &Expr, id: ObjectId, env: Env<'_, 'a>) -> Option<Value> {
        let scope = env.scope?;
        let mut attributes = IndexMap::new();
        for FreeName { name, attribute, span } in condition.free_names() {
            let value = match (name, attribute) {
                ("self", attribute) => self.planned_attribute(id, attribute?, span)?,
                ("var", Some(attribute)) => self.variable(scope, attribute, span),
                ("local", Some(attribute)) => self.local(scope, attribute, span),
                ("each" | "count", _) => env.bound(name)?.clone(),
                ("path" | "terraform", _) => continue,
                _ => return None,
            };
            if is_known_later(&value) {
                return None;
            }
            if name == "self" {
                attributes.insert(attribute?.to_owned(), value);
            }
        }
        Some(Value::map(MapKind::Object, attributes, Origin::expression(condition.span)))
    }
}

/// Whether a value is known after apply only, or a part of it is, or may be.
fn is_known_later(value: &Value) -> bool {
    match &value.data {
        Data::Opaque(_) | Data::Object(..) => true,
        Data::Open(input) => matches!(input.reason, Reason::Unsupported(_)),
        Data::Text(text) => text.values().any(is_known_later),
        Data::List(_, items) => items.iter().any(is_known_later),
        Data::Map(_, entries) => entries.values().any(is_known_later),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::Pending(_) | Data::Failed(_) => false,
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
