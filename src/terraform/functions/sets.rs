//! Functions over sets.

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function, limit_items};
use super::collections::truth;
use crate::terraform::operators::{any, equal};
use crate::terraform::types::{self, set};
use crate::terraform::unknown::Outcome;
use crate::value::{Data, Junction, ListKind, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("setintersection", &[P::Set], Outcome::Open, intersection).variadic(P::Set),
    function("setproduct", &[P::Sequence, P::Sequence], Outcome::Open, product).variadic(P::Sequence),
    function("setsubtract", &[P::Set, P::Set], Outcome::Open, subtract),
    function("setunion", &[P::Set], Outcome::Open, union).variadic(P::Set),
];

/// The sets' elements converted to the one type they have in common.
fn alike(arguments: &Arguments) -> Result<Vec<Vec<Value>>, Trouble> {
    let sets = of_one_type(arguments)?;
    sets.iter().map(|set| set.as_list().map(<[_]>::to_vec).ok_or(Trouble::Unknown)).collect()
}

fn of_one_type(arguments: &Arguments) -> Result<Vec<Value>, &'static str> {
    types::unify(arguments.values.clone(), arguments.world()).ok_or("all sets must have the same type")
}

fn union(arguments: &Arguments) -> Answer {
    for index in 0..arguments.values.len() {
        if !matches!(arguments.value(index).data, Data::Open(_) | Data::Opaque(_)) {
            arguments.items(index)?;
        }
    }
    if let Some(joined) = arguments.joined("setunion", Junction::Set, &of_one_type(arguments)?) {
        return Ok(joined);
    }
    Ok(set(alike(arguments)?.concat(), arguments.origin()))
}

fn intersection(arguments: &Arguments) -> Answer {
    keep(arguments, |others, item| {
        for other in others {
            if !truth(&held(other, item, arguments))? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

fn subtract(arguments: &Arguments) -> Answer {
    keep(arguments, |others, item| {
        for other in others {
            if truth(&held(other, item, arguments))? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

/// The elements of the first set that are to be kept, given the other sets.
fn keep(arguments: &Arguments, wanted: impl Fn(&[Vec<Value>], &Value) -> Result<bool, Trouble>) -> Answer {
    let sets = alike(arguments)?;
    let (first, others) = sets.split_first().ok_or(Trouble::Unknown)?;
    limit_items(first.len() * others.iter().map(Vec::len).sum::<usize>())?;
    let mut kept = Vec::new();
    for item in first {
        if wanted(others, item)? {
            kept.push(item.clone());
        }
    }
    Ok(set(kept, arguments.origin()))
}

fn held(items: &[Value], wanted: &Value, arguments: &Arguments) -> Value {
    let found = items.iter().map(|item| equal(item, wanted, arguments.world(), arguments.origin()));
    any(found.collect(), arguments.world(), arguments.origin())
}

/// A set if any of the collections is one, and otherwise a list.
fn product(arguments: &Arguments) -> Answer {
    let mut kind = ListKind::List;
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for index in 0..arguments.values.len() {
        let (one, items) = arguments.sequence(index)?;
        if one == ListKind::Set {
            kind = one;
        }
        let items = types::unify(items.to_vec(), arguments.world()).ok_or("all elements must have the same type")?;
        limit_items(rows.len().saturating_mul(items.len()).saturating_mul(index + 1))?;
        let row = |row: &Vec<Value>, item: &Value| row.iter().cloned().chain([item.clone()]).collect();
        rows = rows.iter().flat_map(|before| items.iter().map(|item| row(before, item)).collect::<Vec<_>>()).collect();
    }
    let rows = rows.into_iter().map(|row| Value::list(ListKind::Tuple, row, arguments.origin())).collect();
    Ok(if kind == ListKind::Set { set(rows, arguments.origin()) } else { Value::list(kind, rows, arguments.origin()) })
}
