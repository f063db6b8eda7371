//! Functions that look into any collection: what it holds, how much, which one.

use std::sync::Arc;

use indexmap::IndexMap;
use unicode_segmentation::UnicodeSegmentation;

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function, not_a};
use super::describe;
use crate::syntax::BinaryOperator;
use crate::terraform::joined::{count, item, whether_any};
use crate::terraform::operators::{all, any, binary, equal, is_decided, not, once_each};
use crate::terraform::types::{self, Type, unify};
use crate::terraform::unknown::{Outcome, derive, is_identifier, may_have_unknown_keys, opaque, settle};
use crate::value::{
    Ask, Data, Domain, Input, Junction, Keys, ListKind, Literal, Origin, Question, Reason, Role, Stop, Value, World,
    look_at_input,
};

pub(super) const FUNCTIONS: &[Function] = &[
    function("alltrue", &[P::Bools], Outcome::Bool, all_true),
    function("anytrue", &[P::Bools], Outcome::Bool, any_true),
    function("coalesce", &[], Outcome::Set, coalesce).variadic(P::Nullable),
    function("coalescelist", &[], Outcome::Set, coalesce_list).variadic(P::OrderedOrNull),
    function("contains", &[P::Sequence, P::Any], Outcome::Bool, contains),
    function("element", &[P::Ordered, P::Number], Outcome::Set, element),
    function("length", &[P::Sized], Outcome::Number, length),
    function("one", &[P::Sequence], Outcome::Open, one),
    function("sum", &[P::Sequence], Outcome::Number, sum),
];

fn length(arguments: &Arguments) -> Answer {
    let value = &*arguments.without_equals(arguments.value(0))?;
    let unknown_length = |never_empty: bool| {
        let domain = Domain { never_null: true, never_empty, ..Domain::default() };
        let counted = Input { domain, ..Input::derived(value.describe(), value.origin.clone()) };
        Ok(length_of(&Arc::new(counted), arguments.world(), arguments.origin()))
    };
    let count = match &value.data {
        Data::List(ListKind::Set, items) if may_be_fewer(items) => return unknown_length(true),
        Data::List(_, items) => items.len(),
        Data::Map(_, entries) => match different_keys(entries, arguments) {
            Ok(count) => count,
            Err(undecided) => return Ok(undecided),
        },
        Data::Text(text) => {
            if let Some(text) = text.as_literal() {
                text.graphemes(true).count()
            } else {
                return unknown_length(text.is_certainly_set());
            }
        }
        _ if count(value).is_some() => count(value).unwrap_or_default(),
        Data::Open(_) | Data::Opaque(_) => {
            let length = asked(value).map(|input| length_of(&input, arguments.world(), arguments.origin()));
            return length.ok_or(Trouble::Unknown);
        }
        _ => return Err(not_a("collection or string", value)),
    };
    Ok(Value::number(count, arguments.origin()))
}

/// What is not known, as something that may be asked about. What is opaque is not null; a list of subnets may have none.
pub(in crate::terraform) fn asked(value: &Value) -> Option<Arc<Input>> {
    match &value.data {
        Data::Open(input) => Some(Arc::clone(input)),
        Data::Opaque(_) => {
            let domain = Domain { never_null: true, never_empty: is_identifier(value), ..Domain::default() };
            Some(Arc::new(Input { domain, ..Input::derived(value.describe(), value.origin.clone()) }))
        }
        _ => None,
    }
}

/// How many keys a map has: two that inputs decide may be one.
///
/// # Errors
/// The question whether they are.
fn different_keys(entries: &IndexMap<String, Value>, arguments: &Arguments) -> Result<usize, Value> {
    if !may_have_unknown_keys(entries) {
        return Ok(entries.len());
    }
    let keys: Vec<Value> = entries.keys().map(|key| arguments.call.host.key(key, arguments.origin())).collect();
    once_each(&keys, arguments.world(), &arguments.origin()).map(|kept| kept.len())
}

/// The length of an input, which can be asked about.
pub(in crate::terraform) fn length_of(collection: &Arc<Input>, world: &World, origin: Origin) -> Value {
    let domain = Domain { never_null: true, never_empty: true, keys: Keys::Count, ..Domain::default() };
    let collection = &collection.itself();
    let collection = collection.counted();
    let name = format!("length({})", collection.name);
    let reason = Reason::LengthOf(Arc::clone(collection));
    let input = Input { name, reason, domain, origin: origin.clone() };
    settle(Value::open(input, origin), world)
}

fn contains(arguments: &Arguments) -> Answer {
    held(arguments.value(0), arguments)
}

/// Whether a list, or one of the parts it is put together of, holds what is searched for.
fn held(list: &Value, arguments: &Arguments) -> Answer {
    let (wanted, world) = (arguments.value(1), arguments.world());
    let found: Vec<Value> = match (&list.data, list.parts(), Literal::of(wanted)) {
        (_, Some((junction, parts)), _) if junction.is_of_elements() => {
            parts.iter().map(|part| held(part, arguments)).collect::<Result<_, _>>()?
        }
        (Data::Open(_), ..) if holds_only_others(list, wanted) => return Ok(Value::bool(false, arguments.origin())),
        (Data::Open(input), ..) if is_any_of(wanted, list, input) => return Ok(Value::bool(true, arguments.origin())),
        // Whether any of booleans is true is asked as `anytrue` asks it.
        (Data::Open(_), None, Some(Literal::Bool(true))) if is_of_booleans(list) => {
            return decide(list, true, arguments);
        }
        // What stands for all elements is it, if there are any.
        (Data::Open(input), None, Some(literal)) if is_made_like(list, &literal) => {
            let empty = Value::answer(Question::new(Arc::clone(input), Ask::Empty), world, arguments.origin());
            return Ok(not(empty, world, arguments.origin()));
        }
        (Data::Open(_), ..) if let Some(held) = arguments.call.host.lists(list, wanted) => return Ok(held),
        (Data::Open(input), _, Some(literal)) => {
            let question = Question::new(Arc::clone(input), Ask::Holds(literal));
            return Ok(Value::answer(question, world, arguments.origin()));
        }
        (Data::List(_, items), ..) => items.iter().map(|item| equal(item, wanted, world, arguments.origin())).collect(),
        _ => return Err(not_a("list", list)),
    };
    Ok(any(found, world, arguments.origin()))
}

/// Whether the elements of an unknown list are of another type than what is searched for: no text is a number.
fn holds_only_others(list: &Value, wanted: &Value) -> bool {
    list.said_type().element().is_some_and(|element| element.excludes(&types::of(wanted)))
}

/// Whether the elements of an unknown list are all made like a boolean.
fn is_of_booleans(list: &Value) -> bool {
    let is_compared = list.met().is_some_and(|(question, _)| question.ask != Ask::True);
    is_compared || list.each().is_some_and(|(_, each)| types::of(each) == Type::Bool)
}

/// Whether each element of an unknown list is made like a literal.
fn is_made_like(list: &Value, literal: &Literal) -> bool {
    let is_selected = asked(list).is_some_and(|list| list.is_selected());
    !is_selected && list.each().and_then(|(_, each)| Literal::of(each)).is_some_and(|each| each == *literal)
}

/// Whether a value stands for all elements of an unknown list, so that there is one where it stands. What a list is made of
/// that is the same for all its elements says nothing of that.
fn is_any_of(value: &Value, list: &Value, input: &Input) -> bool {
    let name = value.describe();
    let is_of_elements = name.contains(&format!("{}[*]", input.gone_over().name));
    name.strip_suffix("[*]") == Some(&input.name)
        || is_of_elements && list.each().is_some_and(|(_, each)| each.describe() == name)
}

fn element(arguments: &Arguments) -> Answer {
    match element_at(arguments) {
        Err(Trouble::Unknown) if may_hold_null(arguments.value(0), arguments) => {
            let (name, values) = (describe("element", &arguments.values), &arguments.values);
            let obstacle = values.iter().find_map(Value::obstacle).ok_or(Trouble::Unknown)?;
            Ok(derive(name, obstacle, Outcome::Nullable, arguments.world(), arguments.origin()))
        }
        answer => answer,
    }
}

/// Whether some element of a list may be null. Those of an unknown list are all like its first one.
fn may_hold_null(list: &Value, arguments: &Arguments) -> bool {
    let may_be_null = |item: &Value| match &item.data {
        Data::Null => true,
        Data::Open(input) => !input.domain.never_null,
        _ => false,
    };
    match &list.data {
        Data::List(_, items) => items.iter().any(may_be_null),
        Data::Open(_) => may_be_null(&arguments.call.host.first(list, arguments.call)),
        _ => false,
    }
}

fn element_at(arguments: &Arguments) -> Answer {
    if let Some(item) = item(arguments.value(0), arguments.count(1).unwrap_or(usize::MAX)) {
        return Ok(chosen(item, arguments));
    }
    let list = arguments.value(0);
    if matches!(list.data, Data::Open(_) | Data::Opaque(_)) && arguments.count(1).is_ok_and(|index| index == 0) {
        return Ok(chosen(&arguments.call.host.first(list, arguments.call), arguments));
    }
    let (kind, items) = arguments.sequence(0)?;
    if items.is_empty() {
        return Err("the list has no elements".into());
    }
    let index = arguments.whole(1)?;
    let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
    // A list is counted from its end too. Of a tuple Terraform takes the remainder, which must not be negative.
    let at = if kind == ListKind::Tuple { index % count } else { index.rem_euclid(count) };
    let at = usize::try_from(at).map_err(|_| "the index of an element must not be negative")?;
    items.get(at).map(|item| chosen(item, arguments)).ok_or(Trouble::Unknown)
}

/// One of the arguments' values as the result: it came through the call.
pub(super) fn chosen(value: &Value, arguments: &Arguments) -> Value {
    value.clone().through(arguments.call.span, Role::Expression)
}

fn one(arguments: &Arguments) -> Answer {
    let collection = arguments.value(0);
    if let Some(input) = asked(collection).map(|input| input.itself()) {
        let empty = Value::answer(Question::new(Arc::clone(&input), Ask::Empty), arguments.world(), arguments.origin());
        return Ok(match empty.as_bool() {
            Some(true) => Value::null(arguments.origin()),
            // The only element of a list is its first one.
            Some(false) if matches!(collection.data, Data::Open(_)) && !may_be_set(collection) => {
                chosen(&arguments.call.host.first(collection, arguments.call), arguments)
            }
            Some(false) => match collection.each() {
                Some((_, element)) => chosen(element, arguments),
                None if matches!(collection.data, Data::Opaque(_)) => {
                    opaque(format!("{}[*]", input.name), arguments.origin())
                }
                None => {
                    Value::open(Input::derived(format!("{}[*]", input.name), arguments.origin()), arguments.origin())
                }
            },
            None => empty,
        });
    }
    match &arguments.without_equals(collection)?.data {
        Data::List(_, items) if items.is_empty() => Ok(Value::null(arguments.origin())),
        Data::List(ListKind::Set, items) if may_be_fewer(items) => Err(Trouble::Unknown),
        Data::List(_, items) => match items.as_slice() {
            [item] => Ok(chosen(item, arguments)),
            items => Err(format!("at most one element is allowed, there are {}", items.len()).into()),
        },
        _ => Err(not_a("list", collection)),
    }
}

/// Whether elements of a set that are opaque may be the same as others.
fn may_be_fewer(items: &[Value]) -> bool {
    items.len() > 1 && items.iter().any(|item| item.obstacle().is_some() && !is_decided(item))
}

/// Whether an unknown collection may be a set, which has no first element.
fn may_be_set(collection: &Value) -> bool {
    let is_joined = collection.parts().is_some_and(|(junction, _)| junction != Junction::List);
    let is_of_unknown_kind =
        *collection.said_type() == Type::Any && collection.each().is_none() && collection.parts().is_none();
    is_joined || is_of_unknown_kind || matches!(collection.said_type(), Type::Set(_))
}

/// The first argument that is neither null nor an empty text.
fn coalesce(arguments: &Arguments) -> Answer {
    let values = unify(arguments.values.clone(), arguments.world());
    let values = values.ok_or("all arguments must have the same type")?;
    if let Some(flag) = flag_or(&values, arguments.world()) {
        return Ok(flag);
    }
    for (at, value) in values.iter().enumerate() {
        // Of what is empty only a text is passed over.
        let set = match types::of(value) {
            Type::String | Type::Any => value.read_set(arguments.world()),
            _ => value.read_null(arguments.world()).map(|null| !null),
        };
        if decided(set).map_err(|trouble| trouble.picking(values.get(at..).unwrap_or_default()))? {
            return Ok(chosen(value, arguments));
        }
    }
    Err("no argument is set".into())
}

/// `coalesce(flag, false)` is whether the flag is true: it is not asked which of null and false it is otherwise.
fn flag_or(values: &[Value], world: &World) -> Option<Value> {
    let [flag, Value { data: Data::Bool(unset), .. }] = values else { return None };
    let is_set = is_told_from_null(flag, !unset, world)?;
    Some(if *unset { not(is_set, world, flag.origin.clone()) } else { is_set })
}

/// Whether a boolean that an input decides is this one, and neither the other one nor null.
fn is_told_from_null(value: &Value, wanted: bool, world: &World) -> Option<Value> {
    let Data::Open(input) = &value.data else { return None };
    let may_be_null = !input.domain.never_null && *value.said_type() == Type::Bool;
    let question = || Question::new(Arc::clone(input), Ask::Is(Literal::Bool(wanted)));
    may_be_null.then(|| Value::answer(question(), world, value.origin.clone()))
}

/// The first list that is not empty, nor null.
fn coalesce_list(arguments: &Arguments) -> Answer {
    for value in &arguments.values {
        let set = match &value.data {
            Data::List(_, items) => Ok(!items.is_empty()),
            Data::Opaque(_) => match asked(value) {
                Some(list) => arguments.world().ask(&list, Ask::Empty).map(|empty| !empty),
                None => Ok(true),
            },
            Data::Open(_) | Data::Pending(_) => value.read_set(arguments.world()),
            Data::Null => Ok(false),
            _ => return Err(not_a("list", value)),
        };
        if decided(set)? {
            return Ok(chosen(value, arguments));
        }
    }
    Err("no argument has elements".into())
}

/// A decision, or the question it waits for as the function's answer.
pub(super) fn decided(decision: Result<bool, Stop>) -> Result<bool, Trouble> {
    decision.map_err(|stop| match stop {
        Stop::Ask(question) => Trouble::Ask(question),
        Stop::Reject(failure) => Trouble::Refused(failure.message.clone()),
    })
}

/// A boolean value as a decision.
pub(super) fn truth(value: &Value) -> Result<bool, Trouble> {
    match &value.data {
        Data::Bool(known) => Ok(*known),
        Data::Pending(question) => Err(Trouble::Ask(Arc::clone(question))),
        _ => Err(Trouble::Unknown),
    }
}

/// Null elements count as false: of one that is not true it is not asked which of the two it is.
fn booleans(list: &Value, world: &World) -> Result<Vec<Value>, Trouble> {
    let item = |item: &Value| match &item.data {
        Data::Null => Value::bool(false, item.origin.clone()),
        _ => is_told_from_null(item, true, world).unwrap_or_else(|| item.clone()),
    };
    list.as_list().map(|items| items.iter().map(item).collect()).ok_or_else(|| not_a("list", list))
}

/// Whether elements that are all made alike say that an unknown collection of booleans has one that is `decisive`: what stands
/// for all of them is one, if there is any.
fn element_decides(list: &Value, decisive: bool, arguments: &Arguments) -> Option<Value> {
    let (_, element) = list.each().filter(|_| !asked(list).is_some_and(|list| list.is_selected()))?;
    let empty = Value::answer(Question::new(asked(list)?, Ask::Empty), arguments.world(), arguments.origin());
    let decided = match &element.data {
        // Whether it has elements or none, where nothing but the loop says what they are.
        Data::Bool(known) if *known != decisive && !is_told(arguments.world()) => {
            return Some(Value::bool(!decisive, arguments.origin()));
        }
        Data::Bool(known) if *known == decisive => Value::bool(decisive, arguments.origin()),
        Data::Null if !decisive => Value::bool(false, arguments.origin()),
        Data::Failed(_) => element.clone(),
        _ => return None,
    };
    match empty.as_bool() {
        Some(true) => None,
        Some(false) => Some(decided),
        None => Some(empty),
    }
}

/// Whether answers say something of what stands for all elements of a collection: what is so of it need not be so of each.
fn is_told(world: &World) -> bool {
    let mut answered = world.answers().iter().map(|(question, _)| &question.input.name);
    answered.find(|name| name.contains("[*]")).inspect(|told| look_at_input(told)).is_some()
}

/// Whether all booleans of an unknown list are true, or any is, which is a question about what they are made of: `decisive` says
/// that there is one that is.
fn elements_tell(list: &Value, decisive: bool, arguments: &Arguments) -> Option<Value> {
    let is_failing = list.each().is_some_and(|(_, element)| matches!(element.data, Data::Failed(_)));
    if is_failing || !list.is_open_list() {
        return None;
    }
    let met = list.met().map(|(question, answer)| (question, answer == decisive));
    let name = format!("{}({})", if decisive { "anytrue" } else { "alltrue" }, list.describe());
    Some(settle(whether_any(name, list, met, decisive, &arguments.origin()), arguments.world()))
}

/// Whether one of the booleans of a list is `decisive`, which decides, or else its opposite.
fn decide(list: &Value, decisive: bool, arguments: &Arguments) -> Answer {
    let combine = if decisive { any } else { all };
    let parts = match list.parts().filter(|(junction, _)| junction.is_of_elements()) {
        Some((_, parts)) => {
            parts.iter().map(|part| decide(part, decisive, arguments)).collect::<Result<Vec<_>, _>>()?
        }
        None => match element_decides(list, decisive, arguments).or_else(|| elements_tell(list, decisive, arguments)) {
            Some(decided) => return Ok(decided),
            None => booleans(list, arguments.world())?,
        },
    };
    Ok(combine(parts, arguments.world(), arguments.origin()))
}

fn all_true(arguments: &Arguments) -> Answer {
    decide(arguments.value(0), false, arguments)
}

fn any_true(arguments: &Arguments) -> Answer {
    decide(arguments.value(0), true, arguments)
}

fn sum(arguments: &Arguments) -> Answer {
    arguments.known(0)?;
    let items = arguments.items(0)?;
    let Some((first, rest)) = items.split_first() else { return Err("the list has no elements".into()) };
    let zero = Value::number(0_i64, first.origin.clone());
    let (world, origin) = (arguments.world(), arguments.origin());
    let add = |sum, item: &Value| binary(BinaryOperator::Add, sum, item.clone(), world, origin.clone());
    Ok(rest.iter().fold(add(zero, first), add))
}
