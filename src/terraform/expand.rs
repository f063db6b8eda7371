//! `count`, `for_each` and `enabled`: which instances a block has.

use std::rc::Rc;
use std::sync::Arc;

use crate::model::Existence;
use crate::source::Span;
use crate::syntax::Block;
use crate::value::{
    Ask, Data, Domain, Emptiness, Failure, Input, Literal, MapKind, Mirrored, Number, Origin, Question, Reason, Role,
    Value, look_at, watched,
};

use super::blocks::nested_arguments;
use super::evaluator::{Evaluator, Key};
use super::named::never;
use super::scope::{Binding, Env, Scope};
use super::slot::{ANY_KEY, Slot};
use super::truth::truth;
use super::types::{self, Type};
use super::unit::Absence;
use super::unknown::as_collection;

/// How many instances a block may have.
pub(super) const MAX_INSTANCES: usize = 10_000;

/// The instances of a block.
#[derive(Debug, Clone)]
pub(super) struct Expansion {
    /// What a reference to the whole block sees.
    pub shape: Shape,
    /// The instances; one that stands for all of them where it is not known which there are.
    pub slots: Vec<Slot>,
    /// Whether the instances exist.
    pub existence: Existence,
    /// What a reference to the whole block is worth while its instances are not known.
    pub unknown: Option<Value>,
    /// The one that stands for all, where an input keeps elements or leaves them out: others are there or not whatever becomes
    /// of it.
    pub any: Option<Slot>,
    /// What says which instances there are, where anything but the text itself does.
    pub presence: Origin,
    /// In a module instance that stands for all, the instances that answers about it leave out and others may have.
    pub left_out: Vec<Slot>,
}

impl Expansion {
    /// Whether one of the instances exists.
    pub fn existence_of(&self, slot: &Slot) -> Existence {
        match (&self.existence, &slot.unless) {
            (existence, Some(question)) if *existence == Existence::Exists || self.slots.is_empty() => {
                Existence::May(Arc::clone(question))
            }
            (existence, _) => existence.clone(),
        }
    }

    /// The instances that are told of: those that there are, and those that are not there and that others may have.
    pub fn listed(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().chain(&self.left_out)
    }

    /// The instance that stands for all, where it is not known which there are.
    pub fn any(&self) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.key == ANY_KEY).or(self.any.as_ref())
    }
}

/// What a reference to the whole block sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// The one instance; null where there is none.
    Single,
    /// A list of instances.
    Counted,
    /// A map of instances.
    Keyed,
}

impl<'a> Evaluator<'a> {
    /// The instances of a `resource`, `data` or `module` block called `name` in its module.
    pub fn expansion(&self, scope: &Rc<Scope<'a>>, name: &str, block: &'a Block) -> Rc<Expansion> {
        let key = (scope.id.get(), name.to_owned());
        if let Some((known, inputs)) = self.expansions.borrow().get(&key) {
            look_at(inputs);
            return Rc::clone(known);
        }
        let (expansion, inputs) = watched(|| {
            look_at(&scope.inputs);
            Rc::new(self.expand(scope, name, block))
        });
        self.expansions.borrow_mut().insert(key, (Rc::clone(&expansion), inputs));
        expansion
    }

    fn expand(&self, scope: &Rc<Scope<'a>>, name: &str, block: &'a Block) -> Expansion {
        let address = scope.qualify(name);
        let count = block.body.attribute("count").map(|count| (count, Shape::Counted));
        let repeated = count.or_else(|| block.body.attribute("for_each").map(|each| (each, Shape::Keyed)));
        let enabled = || nested_arguments(&block.body, "lifecycle", "enabled").into_iter().next();
        let decided = repeated.map(|(attribute, shape)| (attribute.expr.as_ref(), shape));
        let Some((expr, shape)) = decided.or_else(|| Some((enabled()?, Shape::Single))) else {
            let existence = scope.existence.clone();
            return Expansion { existence, ..known(Shape::Single, vec![Slot::single()]) };
        };
        let span = expr.span;
        if shape != Shape::Single && enabled().is_some() {
            let slots =
                vec![if shape == Shape::Counted { Slot::counted(0, span) } else { Slot::any_keyed(&address, span) }];
            return self.refuse(
                shape,
                slots,
                &address,
                Failure::new("enabled cannot stand beside count or for_each", Origin::expression(span)),
            );
        }
        let key = Key::Repetition(scope.id.get(), name.to_owned());
        let value = self.remember(key, &address, span, || self.evaluate(expr, Env::of(scope)));
        let mut expansion = match shape {
            Shape::Single => self.enabled(&address, &value, span),
            Shape::Counted => self.counted(&address, &value, span),
            Shape::Keyed => self.keyed(&address, &value, span),
        };
        if shape == Shape::Keyed {
            self.keep_names(scope, name, block, &mut expansion.slots);
        }
        expansion = self.told_instances(&address, expansion, &value, span);
        if expansion.slots.is_empty() && self.unit.absence == Absence::IsOpen {
            let any = match shape {
                Shape::Single => Slot::single(),
                Shape::Counted => Slot::any_counted(&value, span),
                Shape::Keyed => Slot::any_keyed(&address, span),
            };
            let reason = Reason::Elsewhere("whoever writes how many there are".to_owned());
            expansion = self.undecidable(shape, vec![any], &address, reason, Origin::expression(span));
        }
        expansion.presence = presence(&value, span);
        if let Existence::May(_) = scope.existence {
            expansion.existence = scope.existence.clone();
        }
        if expansion.slots.is_empty() && scope.stands_for_all() {
            let before = self.before_answers(scope, name, block).map_or_else(Vec::new, |before| before.slots.clone());
            let never_there = |slot: Slot| Slot { unless: Some(never(&value, &slot.index(span))), ..slot };
            expansion.left_out = before.into_iter().map(never_there).collect();
        }
        expansion
    }

    /// The instances of a block before anything was answered, where something was.
    pub fn before_answers(&self, scope: &Rc<Scope<'a>>, name: &str, block: &'a Block) -> Option<Rc<Expansion>> {
        if self.world.answers().is_empty() {
            return None;
        }
        let unanswered = self.unanswered();
        unanswered.expand_all();
        let scopes = unanswered.scopes.borrow().clone();
        let same = scopes.iter().find(|other| other.address == scope.address)?;
        Some(unanswered.expansion(same, name, block))
    }

    /// The instances that a plan tells of, where it does not follow from the sources which there are.
    fn told_instances(&self, address: &str, expansion: Expansion, value: &Value, span: Span) -> Expansion {
        let is_known = expansion.existence == Existence::Exists && expansion.unknown.is_none();
        let told = self.unit.told.as_ref().filter(|_| !is_known).and_then(|told| told.keys(address));
        let Some(keys) = told else { return expansion };
        let slot = |key: Option<Literal>| match key.map(|key| Literal::to_value(&key, Origin::expression(span))) {
            None => Slot::single(),
            Some(Value { data: Data::Number(index), .. }) => {
                Slot::counted(index.as_i64().and_then(|index| usize::try_from(index).ok()).unwrap_or_default(), span)
            }
            Some(key) => {
                let is_of_elements = value.as_list().is_some() || matches!(value.said_type(), Type::Set(_));
                let element = if is_of_elements { key.clone() } else { self.index(value, &key, span) };
                Slot::keyed(&key.as_str().map(str::to_owned).unwrap_or_default(), key, element)
            }
        };
        known(expansion.shape, keys.into_iter().map(slot).collect())
    }

    /// OpenTofu's `lifecycle { enabled = … }`: where it is false there is no instance, and the block is null. Terraform
    /// knows no such argument. <https://opentofu.org/docs/language/meta-arguments/enabled/>
    fn enabled(&self, address: &str, value: &Value, span: Span) -> Expansion {
        let enabled = truth(value, self.world);
        match &enabled.data {
            Data::Bool(true) => known(Shape::Single, vec![Slot::single()]),
            Data::Bool(false) => known(Shape::Single, Vec::new()),
            Data::Pending(question) => pending(Shape::Single, vec![Slot::single()], question, &enabled),
            _ => self.refuse(
                Shape::Single,
                vec![Slot::single()],
                address,
                refusal("enabled must be true or false", value, span),
            ),
        }
    }

    fn counted(&self, address: &str, value: &Value, span: Span) -> Expansion {
        let value = types::convert(value.clone(), &Type::Number, self.world);
        let one = || vec![Slot::counted(0, span)];
        match &value.data {
            Data::Number(number) => match number.as_i64().and_then(|count| usize::try_from(count).ok()) {
                Some(count) if count > MAX_INSTANCES => {
                    self.too_many(Shape::Counted, Slot::any_counted(&value, span), address, span)
                }
                Some(count) => known(Shape::Counted, (0..count).map(|index| Slot::counted(index, span)).collect()),
                None => self.refuse(
                    Shape::Counted,
                    one(),
                    address,
                    refusal("count must be a whole number, zero or more", &value, span),
                ),
            },
            Data::Pending(question) => pending(Shape::Counted, one(), question, &value),
            Data::Open(_) | Data::Opaque(_) | Data::Text(_) => {
                // Of few numbers each is tried.
                if let Some(question) = value.which(self.world) {
                    return pending(Shape::Counted, one(), &Arc::new(question), &value);
                }
                self.counted_unknown(address, &value, span)
            }
            Data::Failed(failure) => {
                self.refuse(Shape::Counted, one(), address, refusal(&failure.message, &value, span))
            }
            _ => self.refuse(Shape::Counted, one(), address, refusal("count must be a number", &value, span)),
        }
    }

    /// A number that is not known: none if it is zero. A length is zero where its collection is empty.
    fn counted_unknown(&self, address: &str, value: &Value, span: Span) -> Expansion {
        let any = || vec![Slot::any_counted(value, span)];
        let zero = Number::from(0_usize);
        if let Data::Open(input) = &value.data {
            if let Reason::LengthOf(collection) = &input.reason {
                let collection = Value::open(Arc::clone(collection), value.origin.clone());
                return self.perhaps(Shape::Counted, any(), address, &collection, Ask::Empty, span);
            }
            let less = Question::new(Arc::clone(input), Ask::Below(zero.clone()));
            if self.world.answer(&less) == Some(true) {
                return self.refuse(
                    Shape::Counted,
                    any(),
                    address,
                    refusal("count must be a whole number, zero or more", value, span),
                );
            }
        }
        self.perhaps(Shape::Counted, any(), address, value, Ask::Is(Literal::Number(zero)), span)
    }

    /// An open number or collection: none when the answer to `none` is yes, otherwise one that stands for all.
    pub fn perhaps(
        &self,
        shape: Shape,
        slots: Vec<Slot>,
        address: &str,
        value: &Value,
        none: Ask,
        span: Span,
    ) -> Expansion {
        let input = match &value.data {
            Data::Open(input) if shape == Shape::Keyed => as_collection(input, value.said_type(), Emptiness::Map),
            Data::Open(input) => Arc::clone(input),
            _ => Arc::new(Input::derived(value.describe(), value.origin.clone())),
        };
        let mirrored = match (shape, &none) {
            (Shape::Keyed, _) => Mirrored::Elements,
            (_, Ask::Empty) => Mirrored::Length,
            _ => Mirrored::Number,
        };
        let question = Arc::new(Question::new(Arc::clone(&input), none));
        match self.world.answer(&question) {
            Some(true) => known(shape, Vec::new()),
            Some(false) => {
                let origin = Origin::expression(span);
                let mirrors = Some((mirrored, input.itself()));
                let domain = Domain { never_null: true, never_empty: true, mirrors, ..Domain::default() };
                let whole = Value::open(Input { domain, ..Input::derived(address, origin.clone()) }, origin);
                let whole = if shape == Shape::Keyed { whole.typed(&Type::map(Type::Any)) } else { whole };
                Expansion { unknown: Some(whole), ..known(shape, slots) }
            }
            None => {
                let unknown = Value::pending(Arc::clone(&question), value.origin.clone());
                Expansion { existence: Existence::May(question), unknown: Some(unknown), ..known(shape, slots) }
            }
        }
    }

    /// More instances than are told apart: one stands for all of them, and a note says so.
    pub fn too_many(&self, shape: Shape, any: Slot, address: &str, span: Span) -> Expansion {
        let limit = format!("more than {MAX_INSTANCES} instances");
        self.note(format!("a limit of this program was reached: {address} has {limit}"), span);
        self.undecidable(shape, vec![any], address, Reason::Limit(limit), Origin::expression(span))
    }

    /// What Terraform would refuse. Where it would refuse it in every world, whether the instances exist is open;
    /// otherwise they do not, and the world is rejected.
    pub fn refuse(&self, shape: Shape, slots: Vec<Slot>, address: &str, failure: Failure) -> Expansion {
        let failure = Arc::new(failure);
        let origin = failure.origin.clone();
        self.refused.borrow_mut().insert(address.to_owned(), Arc::clone(&failure));
        if self.is_refused_anyway(address) {
            let message = format!("{address}: {}", failure.message);
            origin.nearest().into_iter().for_each(|span| self.note(message.clone(), span));
            return self.undecidable(shape, slots, address, Reason::Broken(message), origin);
        }
        let refusal = Value::new(Data::Failed(failure), origin);
        Expansion { unknown: Some(refusal), ..known(shape, Vec::new()) }
    }

    /// What refuses a block, of those that were looked at, which is not before any question is answered.
    pub fn refused_block(&self) -> Option<Arc<Failure>> {
        let refused = self.refused.borrow().clone();
        refused.into_iter().find_map(|(address, failure)| (!self.is_refused_anyway(&address)).then_some(failure))
    }

    /// Whether the block is refused before any question is answered, or because of something declared which is.
    fn is_refused_anyway(&self, address: &str) -> bool {
        if self.world.answers().is_empty() {
            return true;
        }
        let unanswered = self.unanswered();
        unanswered.expand_all();
        let refused = self.refused.borrow();
        let mut is_declared = false;
        self.visit_declared(|value| {
            is_declared |= refused.get(address).is_some_and(|failure| fails_alike(failure, value));
        });
        is_declared || unanswered.refused.borrow().contains_key(address)
    }

    fn undecidable(&self, shape: Shape, slots: Vec<Slot>, address: &str, reason: Reason, origin: Origin) -> Expansion {
        let input = Arc::new(Input::undecidable(format!("the instances of {address}"), reason, origin.clone()));
        let question = Arc::new(Question::new(Arc::clone(&input), Ask::Empty));
        match self.world.answer(&question) {
            Some(true) => known(shape, Vec::new()),
            Some(false) => {
                let unknown = Some(Value::open(input, origin));
                Expansion { unknown, ..known(shape, slots) }
            }
            None => {
                let unknown = Some(Value::pending(Arc::clone(&question), origin));
                Expansion { existence: Existence::May(question), unknown, ..known(shape, slots) }
            }
        }
    }
}

/// What Terraform refuses about the `value` of a block's `count`, `for_each` or `enabled` at `span`.
pub(super) fn refusal(message: &str, value: &Value, span: Span) -> Failure {
    let at = match &value.data {
        Data::Failed(failure) => &failure.origin,
        _ => &value.origin,
    };
    Failure { is_final: true, ..Failure::new(message, Origin::expression(span).there_by(at)) }
}

/// Whether something in a value fails for the reason that a block is refused for.
fn fails_alike(refused: &Failure, value: &Value) -> bool {
    let mut fails = false;
    value.visit(&mut |part| {
        fails |= matches!(&part.data, Data::Failed(failure) if failure.is_final && failure.message == refused.message);
    });
    fails
}

/// Instances of which it is known which there are.
pub(super) fn known(shape: Shape, slots: Vec<Slot>) -> Expansion {
    let (presence, left_out) = Default::default();
    Expansion { shape, slots, existence: Existence::Exists, unknown: None, any: None, presence, left_out }
}

/// What says which instances there are: the expression of a `count` or `for_each`, and what it is worked out from. Nothing, where
/// they are written out.
pub(super) fn presence(value: &Value, span: Span) -> Origin {
    let is_written_out = value.obstacle().is_none()
        && value.origins().iter().flat_map(Origin::all).all(|hop| hop.role == Role::Expression);
    if is_written_out { Origin::default() } else { Origin::at(span, Role::Presence).worked_out_from(&value.origins()) }
}

/// Instances that wait for an answer. So does what `count` and `each` are in them: whoever needs that needs the answer.
pub(super) fn pending(shape: Shape, slots: Vec<Slot>, question: &Arc<Question>, value: &Value) -> Expansion {
    let waiting = |(name, bound): (&'static str, Value)| {
        let entries = bound.as_map().into_iter().flatten();
        let entries =
            entries.map(|(key, entry)| (key.clone(), Value::pending(Arc::clone(question), entry.origin.clone())));
        (name, Value::map(MapKind::Object, entries.collect(), bound.origin.clone()))
    };
    let slots = slots.into_iter().map(|slot| Slot { repetition: slot.repetition.map(waiting), ..slot }).collect();
    // What `for_each` may come to is not what its instances may be.
    let unknown = if shape == Shape::Counted { value.clone() } else { value.clone().unsaid() };
    Expansion { existence: Existence::May(Arc::clone(question)), unknown: Some(unknown), ..known(shape, slots) }
}

/// Runs `work` with `count` or `each` bound as they are in one instance of a block.
pub(super) fn in_slot<'a, T>(scope: &Rc<Scope<'a>>, slot: &Slot, work: impl FnOnce(Env<'_, 'a>) -> T) -> T {
    let env = Env::of(scope);
    match &slot.repetition {
        Some((name, value)) => {
            let binding = Binding::new(name, value, env);
            work(env.with(&binding))
        }
        None => work(env),
    }
}
