//! Functions that make lists of lists.

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function, limit_items, not_a};
use super::collections::{decided, truth};
use super::describe;
use crate::syntax::BinaryOperator;
use crate::terraform::joined::{item, joined, made_of, shuffled};
use crate::terraform::operators::{any, binary, equal, once_each};
use crate::terraform::types::{self, Type};
use crate::terraform::unknown::{Outcome, as_collection, derive, opaque};
use crate::value::{Data, Emptiness, Junction, ListKind, Literal, SymbolSource, Value};

/// How long a range may be: Terraform's own limit.
const MAX_RANGE: usize = 1024;

pub(super) const FUNCTIONS: &[Function] = &[
    function("chunklist", &[P::List, P::Number], Outcome::Open, chunk_list),
    function("compact", &[P::TextsAndNulls], Outcome::Open, compact),
    function("concat", &[P::Ordered], Outcome::Open, concat).variadic(P::Ordered),
    function("distinct", &[P::List], Outcome::Set, distinct),
    function("flatten", &[P::Sequence], Outcome::Open, flatten),
    function("index", &[P::Ordered, P::Any], Outcome::Number, index),
    function("matchkeys", &[P::List, P::List, P::List], Outcome::Open, match_keys),
    function("range", &[P::Number], Outcome::Open, range).variadic(P::Number),
    function("reverse", &[P::Sequence], Outcome::Set, reverse),
    function("slice", &[P::Ordered, P::Number, P::Number], Outcome::Open, slice),
    function("sort", &[P::Texts], Outcome::Set, sort),
];

fn concat(arguments: &Arguments) -> Answer {
    for value in &arguments.values {
        match &value.data {
            Data::List(..) | Data::Open(_) | Data::Opaque(_) => {}
            _ => return Err(not_a("list", value)),
        }
    }
    if let Some(joined) = arguments.joined("concat", Junction::List, &arguments.values) {
        // Lists make a list; with anything else among them it is a tuple, though it have the elements of one list.
        return Ok(match &joined.data {
            _ if common_list(arguments).is_some() => joined,
            Data::Opaque(_) if arguments.values.len() > 1 => {
                opaque(describe("concat", &arguments.values), arguments.origin())
            }
            _ => joined.untyped(),
        });
    }
    let mut all = Vec::new();
    for value in &arguments.values {
        // What is left of unknown lists is empty in this world.
        let Data::List(_, items) = &value.data else { continue };
        limit_items(all.len() + items.len())?;
        all.extend(items.iter().cloned());
    }
    let all = Value::list(ListKind::Tuple, all, arguments.origin());
    Ok(match common_list(arguments) {
        Some(ty) => types::convert(all, &ty, arguments.world()),
        None => all,
    })
}

/// The type that lists have in common which are put together; `None` where they make a tuple.
pub(super) fn common_list(arguments: &Arguments) -> Option<Type> {
    let types: Vec<Type> = arguments.values.iter().map(types::of).collect();
    if types.iter().all(|ty| matches!(ty, Type::List(_))) { types::common(&types) } else { None }
}

fn flatten(arguments: &Arguments) -> Answer {
    if let Some(flat) = of_lists(arguments) {
        return Ok(flat);
    }
    let mut flat = Flat { parts: Vec::new(), known: Vec::new() };
    collect(arguments.items(0)?, &mut flat, arguments)?;
    if flat.parts.is_empty() {
        return Ok(Value::list(ListKind::Tuple, flat.known, arguments.origin()));
    }
    flat.close(arguments);
    let name = format!("flatten({})", arguments.value(0).describe());
    Ok(joined(name, Junction::List, flat.parts, arguments.world(), arguments.origin()))
}

/// The list of what a loop in a loop makes: its elements are what the inner one makes of its own.
fn of_lists(arguments: &Arguments) -> Option<Value> {
    let lists = arguments.value(0);
    let (_, list) = lists.each().filter(|(_, list)| is_flat_list(list))?;
    let (key, element) = list.each()?;
    let name = format!("flatten({})", lists.describe());
    let flat = derive(name, lists, Outcome::Open, arguments.world(), arguments.origin());
    let Data::Open(input) = &flat.data else { return Some(flat) };
    let input = as_collection(input, flat.said_type(), Emptiness::List);
    Some(made_of(Value::open(input, flat.origin), key.clone(), element.clone(), None))
}

/// Elements that were found, and between them those that may turn out to be any number of elements.
struct Flat {
    parts: Vec<Value>,
    known: Vec<Value>,
}

impl Flat {
    /// Ends a run of known elements.
    fn close(&mut self, arguments: &Arguments) {
        let known = std::mem::take(&mut self.known);
        self.parts.push(Value::list(ListKind::Tuple, known, arguments.origin()));
    }
}

fn collect(items: &[Value], flat: &mut Flat, arguments: &Arguments) -> Result<(), Trouble> {
    limit_items(flat.known.len() + items.len())?;
    for item in items {
        match &item.data {
            Data::List(_, inner) => collect(inner, flat, arguments)?,
            Data::Pending(_) => return Err(Trouble::Unknown),
            Data::Open(_) if is_flat_list(item) => {
                flat.close(arguments);
                flat.parts.push(item.clone());
            }
            _ if may_be_list(item) => {
                flat.close(arguments);
                let name = format!("flatten([{}])", item.describe());
                flat.parts.push(derive(name, item, Outcome::Open, arguments.world(), arguments.origin()));
            }
            _ => flat.known.push(item.clone()),
        }
    }
    Ok(())
}

/// Whether an unknown value is a list of what are no lists: a loop makes such elements, or its type says so.
fn is_flat_list(value: &Value) -> bool {
    let is_made_flat =
        || value.each().is_some_and(|(_, element)| matches!(element.data, Data::Map(..) | Data::Text(_)));
    match value.said_type() {
        Type::List(element) => {
            matches!(**element, Type::String | Type::Number | Type::Bool | Type::Map(_) | Type::Object(_))
        }
        Type::Set(_) | Type::Map(_) | Type::Object(_) => false,
        _ => is_made_flat(),
    }
}

/// Whether an unknown value may be a list. The providers name attributes that are lists in the plural, and those that
/// are one thing (`arn`, `id`, `bucket`) in the singular; an input or a computed value may be anything.
fn may_be_list(value: &Value) -> bool {
    match &value.data {
        Data::Opaque(symbol) => {
            matches!(symbol.source, SymbolSource::Derived(_)) || symbol.attribute.ends_with(['s', '*'])
        }
        Data::Open(input) => input.domain.values.is_none(),
        Data::Pending(_) => true,
        _ => false,
    }
}

fn compact(arguments: &Arguments) -> Answer {
    let mut kept = Vec::new();
    for item in arguments.items(0)? {
        if decided(item.read_set(arguments.world()))? {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(ListKind::List, kept, arguments.origin()))
}

/// Elements that may turn out to be the same are both kept.
fn distinct(arguments: &Arguments) -> Answer {
    let items = arguments.items(0)?;
    limit_items(items.len() * items.iter().filter(|item| Literal::of(item).is_none()).count())?;
    Ok(match once_each(items, arguments.world(), &arguments.origin()) {
        Ok(kept) => Value::list(ListKind::List, kept, arguments.origin()),
        Err(undecided) => undecided,
    })
}

fn index(arguments: &Arguments) -> Answer {
    let items = arguments.items(0)?;
    for (position, item) in items.iter().enumerate() {
        if truth(&equal(item, arguments.value(1), arguments.world(), arguments.origin()))? {
            return Ok(Value::number(position, arguments.origin()));
        }
    }
    Err("the list does not hold the value".into())
}

fn slice(arguments: &Arguments) -> Answer {
    // Of lists that stand one after the other, the beginning may be known.
    let (list, span) = (arguments.value(0), (arguments.count(1), arguments.count(2)));
    if let (Some(_), (Ok(start), Ok(end))) = (list.parts(), span)
        && start <= end
        && let Some(known) = (start..end).map(|at| item(list, at).cloned()).collect()
    {
        return Ok(Value::list(ListKind::List, known, arguments.origin()));
    }
    let (kind, items) = arguments.sequence(0)?;
    let (start, end) = (arguments.count(1)?, arguments.count(2)?);
    let part = items.get(start..end).ok_or_else(|| format!("the list has no elements {start} to {end}"))?;
    Ok(Value::list(kind, part.to_vec(), arguments.origin()))
}

fn reverse(arguments: &Arguments) -> Answer {
    let (kind, items) = arguments.sequence(0)?;
    let kind = if kind == ListKind::Set { ListKind::List } else { kind };
    Ok(Value::list(kind, items.iter().rev().cloned().collect(), arguments.origin()))
}

/// Where elements that are not known come among the others, is not known either.
fn sort(arguments: &Arguments) -> Answer {
    let items = arguments.items(0)?;
    if items.iter().any(Value::is_null) {
        return Err("the list holds null".into());
    }
    if arguments.value(0).obstacle().is_some() {
        let name = format!("sort({})", arguments.value(0).describe());
        return Ok(shuffled(name, ListKind::List, items.to_vec(), arguments.world(), arguments.origin()));
    }
    let mut sorted = items.to_vec();
    sorted.sort_by(types::compare);
    Ok(Value::list(ListKind::List, sorted, arguments.origin()))
}

fn chunk_list(arguments: &Arguments) -> Answer {
    let (items, size) = (arguments.items(0)?, arguments.count(1)?);
    // A size of zero makes one chunk of everything.
    let size = if size == 0 { items.len().max(1) } else { size };
    let chunk = |chunk: &[Value]| Value::list(ListKind::List, chunk.to_vec(), arguments.origin());
    Ok(Value::list(ListKind::List, items.chunks(size).map(chunk).collect(), arguments.origin()))
}

fn match_keys(arguments: &Arguments) -> Answer {
    let (values, keys) = (arguments.items(0)?, arguments.items(1)?);
    if values.len() != keys.len() {
        return Err("there must be as many keys as values".into());
    }
    // The keys and what is searched for are compared as one type.
    let both: Vec<Value> = keys.iter().chain(arguments.items(2)?).cloned().collect();
    let both = types::unify(both, arguments.world()).ok_or("keys and search set must have the same type")?;
    let (keys, search) = both.split_at_checked(keys.len()).ok_or(Trouble::Unknown)?;
    limit_items(keys.len() * search.len())?;
    let mut kept = Vec::new();
    for (value, key) in values.iter().zip(keys) {
        let found = search.iter().map(|wanted| equal(key, wanted, arguments.world(), arguments.origin())).collect();
        if truth(&any(found, arguments.world(), arguments.origin()))? {
            kept.push(value.clone());
        }
    }
    Ok(Value::list(ListKind::List, kept, arguments.origin()))
}

fn range(arguments: &Arguments) -> Answer {
    let (zero, one) = (Value::number(0_i64, arguments.origin()), Value::number(1_i64, arguments.origin()));
    let below = |left: &Value, right: &Value| compare(BinaryOperator::Less, left, right, arguments);
    for index in 0..arguments.values.len() {
        arguments.number(index)?;
    }
    let (start, end, step) = match arguments.values.as_slice() {
        [end] => (zero.clone(), end.clone(), None),
        [start, end] => (start.clone(), end.clone(), None),
        [start, end, step] => (start.clone(), end.clone(), Some(step.clone())),
        _ => return Err("one to three arguments are needed".into()),
    };
    let down = below(&end, &start);
    let step = step.unwrap_or_else(|| if down { Value::number(-1_i64, arguments.origin()) } else { one });
    if (down && !below(&step, &zero)) || (below(&start, &end) && !below(&zero, &step)) {
        return Err("the step leads away from the end".into());
    }
    let mut items = Vec::new();
    let mut next = start;
    while if down { below(&end, &next) } else { below(&next, &end) } {
        if items.len() == MAX_RANGE {
            return Err(format!("a range has at most {MAX_RANGE} elements").into());
        }
        items.push(next.clone());
        next = binary(BinaryOperator::Add, next, step.clone(), arguments.world(), arguments.origin());
    }
    Ok(types::convert(
        Value::list(ListKind::List, items, arguments.origin()),
        &Type::list(Type::Number),
        arguments.world(),
    ))
}

fn compare(operator: BinaryOperator, left: &Value, right: &Value, arguments: &Arguments) -> bool {
    let result = binary(operator, left.clone(), right.clone(), arguments.world(), arguments.origin());
    result.as_bool() == Some(true)
}
