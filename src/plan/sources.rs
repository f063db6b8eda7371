//! What a plan leaves unknown, as its sources tell it. The plan wins wherever it tells anything.

use crate::value::{Data, Reason, Value};

/// What a plan tells in part, with the rest as its sources have it, and where they have it.
pub(super) fn completed(planned: &Value, evaluated: &Value) -> Value {
    let complete = |value: &Value, all: Option<&Value>| all.map_or_else(|| value.clone(), |all| completed(value, all));
    let origin = evaluated.origin.clone();
    match (&planned.data, &evaluated.data) {
        (Data::Opaque(_) | Data::Open(_), _) => evaluated.clone(),
        (Data::Map(kind, known), Data::Map(_, all)) => {
            let entries = known.iter().map(|(name, value)| (name.clone(), complete(value, all.get(name))));
            Value::map(*kind, entries.collect(), origin)
        }
        (Data::List(kind, items), Data::List(_, all)) => {
            let partners = partners(items, all);
            Value::list(*kind, items.iter().zip(partners).map(|(item, all)| complete(item, all)).collect(), origin)
        }
        _ if planned == evaluated => evaluated.clone(),
        _ => planned.clone(),
    }
}

/// The element that each element is, of which something may be known. Those of a set come in another order: such a one is
/// found by what is known of it, among those that are no other.
fn partners<'v>(items: &[Value], all: &'v [Value]) -> Vec<Option<&'v Value>> {
    let in_order = items.len() == all.len() && items.iter().zip(all).all(|(item, other)| item.agrees_with(other));
    if in_order {
        return all.iter().map(Some).collect();
    }
    let mut left: Vec<&Value> = all.iter().collect();
    let mut known = |item: &Value| {
        let at = left.iter().position(|other| item.obstacle().is_none() && item.agrees_with(other))?;
        Some(left.remove(at))
    };
    let known: Vec<Option<&Value>> = items.iter().map(&mut known).collect();
    let partner = |(item, known): (&Value, Option<&'v Value>)| {
        let mut agreeing = left.iter().copied().filter(|other| item.obstacle().is_some() && item.agrees_with(other));
        known.or_else(|| agreeing.next().filter(|_| agreeing.next().is_none()))
    };
    items.iter().zip(known).map(partner).collect()
}

/// Whether the sources tell no more of a value than that something of them is missing, or beyond this program.
pub(super) fn is_beyond(value: &Value) -> bool {
    let Data::Open(input) = &value.data else { return false };
    matches!(
        input.reason,
        Reason::ModuleNotOnDisk { .. } | Reason::Unsupported(_) | Reason::Broken(_) | Reason::Limit(_)
    )
}
