//! Conversion of a value that is not known: what is known of it then, and what becomes of its parts.
//!
//! Knows inputs and the world; knows nothing of where they come from.

use std::sync::Arc;

use indexmap::IndexMap;

use super::convert::{convert, object_of, object_of_parts, only_leaves_out, retyped};
use super::{Attribute, Nullable, Type, domain, of, unify};
use crate::terraform::called::met;
use crate::terraform::joined::made_of;
use crate::terraform::unknown::{element_of, settle};
use crate::value::{
    self, Ask, Data, Domain, Emptiness, Input, Junction, Keys, ListKind, Literal, MapKind, Mirrored, Question, Reason,
    Value, World,
};

/// An open value with the domain of its type, if it has none yet. What it is put together of is converted too.
pub(super) fn narrow(value: &Value, input: &Arc<Input>, to: &Type, world: &World) -> Value {
    if let Reason::Joined(junction, parts) = &input.reason {
        return rejoin(value, input, *junction, parts, to, world);
    }
    // A scalar of which it is not known whether it is the text that it becomes.
    if let (Some([one, other]), Type::Bool | Type::Number | Type::String) = (input.domain.values.as_deref(), to)
        && one.same(other)
    {
        return convert(one.to_value(value.origin.clone()), to, world);
    }
    let nullable = if input.domain.never_null { Nullable::No } else { Nullable::Yes };
    let wanted = domain(to, nullable);
    match to {
        Type::Bool if may_be_text(value, input) => return boolean_of_text(value, input, world),
        Type::Number if may_be_text(value, input) => return number_of_text(value, input, wanted, world),
        Type::Set(_) if !matches!(value.said_type(), Type::Set(_)) => return set_of_elements(value, input),
        Type::List(_) if matches!(value.said_type(), Type::Set(_)) => return list_of_elements(value, input, world),
        _ => {}
    }
    let never_empty = wanted.never_empty || input.domain.never_empty;
    let keys = match (input.domain.keys, wanted.keys) {
        (Keys::Any | Keys::Untyped | Keys::Converted | Keys::Positions, Keys::Number) => Keys::Number,
        (keys, _) if *to == Type::String => keys.of_text(),
        (Keys::Untyped | Keys::Converted, _) if !matches!(to, Type::Any | Type::String) => Keys::Any,
        (keys, _) => keys,
    };
    let domain = Domain {
        values: input.domain.values.clone().or(wanted.values),
        never_null: wanted.never_null,
        never_empty,
        keys,
        empty: if wanted.empty == Emptiness::Text { input.domain.empty } else { wanted.empty },
        ..input.domain.clone()
    };
    if domain == input.domain {
        return value.clone();
    }
    let narrowed = Input { domain, ..(**input).clone() };
    settle(Value { ty: value.ty.clone(), ..Value::open(narrowed, value.origin.clone()) }, world)
}

/// Whether what is not known may be a text: it is one, or somebody may give one where no type is written.
fn may_be_text(value: &Value, input: &Input) -> bool {
    match value.said_type() {
        Type::String => true,
        Type::Any => matches!(input.reason, Reason::NoValue(_)) && input.domain.values.is_none(),
        _ => false,
    }
}

/// An open object or tuple as what its type says that it holds. Who looks into it takes it not to be null, unless the answers
/// say so: both would be refused.
#[must_use]
pub fn shaped(value: Value, world: &World) -> Value {
    let Data::Open(input) = &value.data else { return value };
    let (origin, ty) = (value.origin.clone(), value.said_type());
    let is_null = || world.answer(&Question::new(Arc::clone(input), Ask::Null)) == Some(true);
    match ty {
        Type::Object(_) | Type::Tuple(_) if is_null() => Value::null(origin),
        Type::Object(attributes) => {
            let part = |(name, attribute): (&String, &Attribute)| {
                let nullable = if ty.completes(name) { Nullable::No } else { Nullable::Yes };
                let step = value::step(&Literal::Text(name.clone()));
                (name.clone(), open_part(input, &step, &attribute.ty, nullable, world))
            };
            Value::map(MapKind::Object, attributes.iter().map(part).collect(), origin)
        }
        Type::Tuple(items) => {
            let part = |(at, ty)| open_part(input, &format!("[{at}]"), ty, Nullable::Yes, world);
            Value::list(ListKind::Tuple, items.iter().enumerate().map(part).collect(), origin)
        }
        _ => value,
    }
}

/// A part of an open value: a new open value with the same reason, with what the type says about it.
#[must_use]
pub fn open_part(whole: &Input, part: &str, ty: &Type, nullable: Nullable, world: &World) -> Value {
    let (name, origin) = (format!("{}{part}", whole.name), whole.origin.clone());
    if let Some((Mirrored::Entries | Mirrored::Items, of)) = &whole.domain.mirrors {
        let before = of.domain.element.as_deref().unwrap_or(&Type::Any);
        let original = open_part(of, part, before, nullable, world);
        return match ty {
            Type::Any => one_of_all(original, name),
            ty if only_leaves_out(ty, before) => retyped(original, ty),
            ty => convert(original, ty, world),
        };
    }
    let mut domain = domain(ty, nullable);
    if let Some(elements) = whole.domain.elements.as_deref().filter(|_| part.starts_with('[')) {
        domain.never_null |= elements.never_null;
        domain.never_empty |= elements.never_empty;
    }
    let input = Input { name, reason: whole.reason.of_part(), domain, origin: origin.clone() };
    settle(Value::open(input, origin).typed(ty), world)
}

/// A collection whose elements are converted to others: it has as many, under the same keys.
pub(super) fn with_other_elements(value: &Value, input: &Arc<Input>, to: &Type) -> Value {
    let set = input.itself();
    let mirrors = match (to, value.said_type()) {
        // What is left of an element is under the names that it has there.
        (Type::Map(to), Type::Map(from)) if only_leaves_out(to, from) => (Mirrored::Entries, set.with_elements(from)),
        (Type::List(to), Type::List(from)) if only_leaves_out(to, from) => (Mirrored::Items, set.with_elements(from)),
        (Type::Set(_), _) => (Mirrored::Members, Arc::clone(&set)),
        _ => (Mirrored::Elements, Arc::clone(&set)),
    };
    let domain = Domain { mirrors: Some(mirrors), ..input.domain.clone() };
    let input = Input {
        name: format!("convert({}, {to})", set.name),
        reason: input.reason.of_part(),
        domain,
        ..set.as_ref().clone()
    };
    Value { data: Data::Open(Arc::new(input)), ..value.clone() }
}

/// A collection whose elements, of which no type is written, are converted, under a name of its own: what is asked of them by
/// their places is asked of what they were.
pub(super) fn with_converted_elements(
    value: &Value,
    input: &Arc<Input>,
    to: &Type,
    name: String,
    world: &World,
) -> Value {
    let (mirrored, of) = match (to, &set_of_elements(value, input).data) {
        (Type::Map(_) | Type::Object(_), _) => (Mirrored::Entries, Arc::clone(input)),
        (Type::Set(_), Data::Open(set)) if !matches!(value.said_type(), Type::Set(_)) => {
            (Mirrored::Items, Arc::clone(set))
        }
        _ => (Mirrored::Items, Arc::clone(input)),
    };
    let element = |element: &Value| match to.element() {
        Some(ty) if *ty != Type::Any => convert(element.clone(), ty, world),
        _ => one_of_all(element.clone(), format!("{name}[*]")),
    };
    let reason = match &input.reason {
        Reason::Each(each, _) => {
            let made = element(&each.1);
            if let Data::Failed(_) = made.data {
                return if_empty(value, &made, to, world);
            }
            let met = met(&made);
            Reason::Each(Arc::new((each.0.clone(), made)), met)
        }
        Reason::Filtered(each) => {
            let [key, any, is_met] = each.as_ref();
            let made = element(any);
            if let Data::Failed(_) = made.data {
                return if_empty(value, &made, to, world);
            }
            Reason::Filtered(Arc::new([key.clone(), made, is_met.clone()]))
        }
        reason => reason.clone(),
    };
    let keys = if matches!(to, Type::List(_)) { Keys::Positions } else { Keys::Any };
    let mirrors = Some((mirrored, of.with_elements(value.element_type())));
    let domain = Domain { keys, mirrors, ..input.domain.clone() };
    Value { data: Data::Open(Arc::new(Input { name, reason, domain, ..input.as_ref().clone() })), ..value.clone() }
}

/// A collection whose elements are refused where there are any: nothing, unless it has some.
#[must_use]
pub fn if_empty(collection: &Value, refused: &Value, to: &Type, world: &World) -> Value {
    let Data::Open(input) = &collection.data else { return refused.clone() };
    let (empty, origin) = (Question::new(Arc::clone(input), Ask::Empty), collection.origin.clone());
    match (world.answer(&empty), to) {
        (None, _) => Value::pending(empty, origin),
        (Some(false), _) => refused.clone(),
        (Some(true), Type::Map(_)) => Value::map(MapKind::Map, IndexMap::new(), origin),
        (Some(true), Type::Object(_)) => Value::map(MapKind::Object, IndexMap::new(), origin),
        (Some(true), Type::Set(_)) => Value::list(ListKind::Set, Vec::new(), origin),
        (Some(true), Type::Tuple(_)) => Value::list(ListKind::Tuple, Vec::new(), origin),
        (Some(true), _) => Value::list(ListKind::List, Vec::new(), origin),
    }
}

/// What has no type as an element of a collection whose elements have one: a number or boolean beside a text is one, too.
#[must_use]
pub fn one_of_all(value: Value, name: String) -> Value {
    let with_texts = |values: &[Literal]| {
        let text = |literal: &Literal| match literal {
            Literal::Bool(_) | Literal::Number(_) => Some(Literal::Text(literal.as_text())),
            Literal::Text(_) | Literal::Null => None,
        };
        let texts = values.iter().filter_map(text).filter(|text| !values.contains(text));
        Domain { keys: Keys::Untyped, ..Domain::of(values.iter().cloned().chain(texts).collect()) }
    };
    let input = match (&value.data, Literal::of(&value)) {
        (Data::Open(original), _) if matches!(of(&value), Type::Any | Type::Bool | Type::Number) => {
            let mirrors = Some((Mirrored::Items, Arc::clone(original)));
            let domain = match &original.domain.values {
                Some(values) => with_texts(values),
                None => Domain { keys: Keys::Untyped, ..original.domain.clone() },
            };
            Input { name, domain: Domain { mirrors, ..domain }, ..original.as_ref().clone() }
        }
        (_, Some(literal @ (Literal::Bool(_) | Literal::Number(_)))) => {
            Input { domain: with_texts(&[literal]), ..Input::derived(name, value.origin.clone()) }
        }
        _ => return value,
    };
    Value { data: Data::Open(Arc::new(input)), ty: None, ..value }
}

/// An object that is not known, as one of these attributes: a default stands in for each that is null or missing.
pub(super) fn completed(value: Value, to: &Type, world: &World) -> Value {
    let value = value.null_decided(world);
    let (Type::Object(attributes), Data::Open(_)) = (to, &value.data) else { return value };
    object_of(&value, attributes, world, |name| {
        let key = || Literal::Text(name.to_owned());
        let holds = match (value.said_type(), &value.data) {
            (Type::Object(given), _) => Value::bool(given.contains_key(name), value.origin.clone()),
            (_, Data::Open(input)) => {
                Value::answer(Question::new(Arc::clone(input), Ask::Holds(key())), world, value.origin.clone())
            }
            _ => return None,
        };
        match holds.as_bool() {
            Some(true) => Some(element_of(&value, &key(), world, value.origin.clone())),
            Some(false) => None,
            None => Some(holds),
        }
    })
}

/// The list that a set makes of what is not known: its elements in an order of its own. What stands for all of the one stands
/// for all of the other.
pub(super) fn list_of_elements(value: &Value, input: &Arc<Input>, world: &World) -> Value {
    let set = input.itself();
    let any = || open_part(input, "[*]", value.said_type().element().unwrap_or(&Type::Any), Nullable::Yes, world);
    let element = value.element().cloned().unwrap_or_else(any);
    let domain =
        Domain { keys: Keys::Positions, mirrors: Some((Mirrored::Elements, set.clone())), ..input.domain.clone() };
    let list =
        Input { name: format!("tolist({})", set.name), reason: Reason::Derived, domain, origin: input.origin.clone() };
    let place = Input::derived(format!("keys({})[*]", list.name), input.origin.clone());
    let place = Value::open(place, value.origin.clone()).typed(&Type::Number);
    let met = if value.element().is_some() { value.met() } else { met(&element) };
    made_of(Value { data: Data::Open(Arc::new(list)), ..value.clone() }, place, element, met)
}

/// The set that a list is made. It keeps the list's name, and has its elements, but each only once.
pub(super) fn set_of_elements(value: &Value, input: &Arc<Input>) -> Value {
    let domain = Domain { mirrors: Some((Mirrored::Members, Arc::clone(input))), ..input.domain.clone() };
    let set = Arc::new(Input { domain, ..input.as_ref().clone() });
    Value { data: Data::Open(set), ..value.clone() }
}

/// The boolean a text is worth. Several texts are worth one ("1" is true), and none of them is a boolean, so that whoever
/// knows the boolean does not know the text.
pub(super) fn boolean_of_text(value: &Value, input: &Arc<Input>, world: &World) -> Value {
    let decided = value.clone().null_decided(world);
    match &decided.data {
        Data::Open(_) => Value::answer(whether_true(value, input), world, decided.origin),
        _ => decided,
    }
}

/// The question whether what is not known is true, or a text that is worth that.
#[must_use]
pub fn whether_true(value: &Value, input: &Arc<Input>) -> Question {
    Question::new(Arc::clone(input), if may_be_text(value, input) { Ask::WorthTrue } else { Ask::True })
}

/// The number a text is worth. Many texts are worth one number ("1", "1.0"), so that whoever knows the number does not know
/// the text: of few texts each is tried, and of others the number is an input of its own.
pub(super) fn number_of_text(value: &Value, input: &Arc<Input>, domain: Domain, world: &World) -> Value {
    if let Some(question) = world.which(input) {
        return Value::pending(question, value.origin.clone());
    }
    let number = Input { name: format!("tonumber({})", input.name), domain, ..(**input).clone() };
    settle(Value::open(number, value.origin.clone()), world)
}

pub(super) fn rejoin(
    value: &Value,
    input: &Input,
    junction: Junction,
    parts: &[Value],
    to: &Type,
    world: &World,
) -> Value {
    let (reason, ty) = match (to, junction) {
        (Type::Any, _) => return value.clone(),
        (Type::List(element), junction) if junction.is_of_elements() => {
            (Some(junction), Type::list((**element).clone()))
        }
        (Type::Set(element), junction) if junction.is_of_elements() => {
            (Some(Junction::Set), Type::list((**element).clone()))
        }
        (Type::Map(_), Junction::Map) => (Some(junction), to.clone()),
        (Type::Object(attributes), Junction::Map) => return object_of_parts(value, parts, attributes, world),
        _ => (None, Type::Any),
    };
    let Some(junction) = reason else {
        let plain = Input { reason: Reason::Derived, ..input.clone() };
        return Value::open(plain, value.origin.clone());
    };
    // The elements of all the parts have one type.
    let like_each_other = match ty.element() {
        Some(Type::Any) => unify(parts.to_vec(), world),
        _ => Some(parts.to_vec()),
    };
    let Some(parts) = like_each_other else {
        return Value::failed("all elements must have the same type", value.origin.clone());
    };
    let parts: Vec<Value> = parts.into_iter().map(|part| convert(part, &ty, world)).collect();
    if let Some(failed) = parts.iter().find(|part| matches!(part.data, Data::Failed(_))) {
        return failed.clone();
    }
    let reason = Reason::Joined(junction, Arc::new(parts));
    Value::open(Input { reason, ..input.clone() }, value.origin.clone())
}
