//! Lists of which the items are not known: what answers say of single items bears on what is said of all or of any of them.

use std::sync::Arc;

use crate::value::{Data, Input, Origin, Value, look_at_input};

use super::condition::{every, negated};
use super::evaluator::Evaluator;
use super::intrinsic::{derived, domain_of_element};
use super::parameter::Parameter;

impl Evaluator<'_> {
    /// Whether one of the items equals `item`: true, false, pending or failed.
    pub fn contains(&self, list: &Value, item: &Value, origin: &Origin) -> Value {
        if let Some(items) = list.as_list() {
            let unequal: Vec<Value> = items.iter().map(|other| negated(self.equal(other, item, origin))).collect();
            return negated(every(&unequal, origin.clone()));
        }
        let equals = |member: &Value| self.equal(member, item, origin).as_bool();
        // What none of its items can be it does not hold.
        if self.known_members(list).iter().any(|member| equals(member) == Some(true)) {
            return Value::bool(true, origin.clone());
        }
        if are_all(&possible_members(list), |member| equals(member) == Some(false)) {
            return Value::bool(false, origin.clone());
        }
        self.undecided("Contains", &[list, item], origin)
    }

    /// Whether something holds for each member of a list and `other`: true, false, pending or failed.
    pub fn each(
        &self,
        name: &str,
        [members, other]: [&Value; 2],
        origin: &Origin,
        holds: impl Fn(&Value) -> Value,
    ) -> Value {
        if let Some(members) = members.as_list() {
            return every(&members.iter().map(holds).collect::<Vec<_>>(), origin.clone());
        }
        let is = |member: &Value| holds(member).as_bool();
        // One that it does not hold for is enough; what holds for whatever an item can be holds for each.
        if self.known_members(members).iter().any(|member| is(member) == Some(false)) {
            return Value::bool(false, origin.clone());
        }
        if are_all(&possible_members(members), |member| is(member) == Some(true)) {
            return Value::bool(true, origin.clone());
        }
        self.undecided(name, &[members, other], origin)
    }

    /// The items of a list of which answers of this world say something.
    fn known_members(&self, list: &Value) -> Vec<Value> {
        let Data::Open(list) = &list.data else { return Vec::new() };
        // An answer about an item bears on its list.
        look_at_input(&list.name);
        let mut members: Vec<Value> = Vec::new();
        for (question, _) in self.world.answers() {
            let member = Value { data: Data::Open(Arc::clone(&question.input)), ..Value::null(Origin::default()) };
            if is_member(&question.input.name, &list.name) && !members.contains(&member) {
                members.push(member);
            }
        }
        members
    }

    /// Whether the answers of this world leave an item of a list no value that the parameter takes.
    pub fn refuses_member(&self, list: &Input, parameter: &Parameter<'_>) -> bool {
        let joined =
            derived("Join", &[&Value::text(",", Origin::default()), &open(list)], Origin::default()).describe();
        let mut inputs = self.world.answers().iter().map(|(question, _)| &question.input);
        inputs.any(|input| {
            let texts = || self.only_candidate(input).map(|only| only.as_text());
            let is_refused = |text: &str| parameter.refuses_text(text);
            if input.name == joined {
                return texts().is_some_and(|text| text.split(',').any(is_refused));
            }
            is_member(&input.name, &list.name) && texts().is_some_and(|text| is_refused(&text))
        })
    }
}

/// What an item of a list can be, whatever is answered of those that are named: one of few values, or what stands for any.
fn possible_members(list: &Value) -> Vec<Value> {
    let Data::Open(input) = &list.data else { return Vec::new() };
    let domain = domain_of_element(list);
    if let Some(values) = &domain.values {
        return values.iter().map(|value| Value::text(value.as_text(), Origin::default())).collect();
    }
    vec![open(&Input { domain, ..Input::derived(format!("any item of {}", input.name), Origin::default()) })]
}

/// Whether there are some, and something is so of each.
fn are_all(members: &[Value], is: impl Fn(&Value) -> bool) -> bool {
    !members.is_empty() && members.iter().all(is)
}

fn open(input: &Input) -> Value {
    Value::open(input.clone(), Origin::default())
}

/// Whether an input of this name is an item of a list, or stands for all of them.
fn is_member(name: &str, list: &str) -> bool {
    let index = || name.strip_prefix("Select(")?.strip_suffix(')')?.strip_suffix(list)?.strip_suffix(", ");
    name.strip_prefix(list) == Some("[*]") || index().is_some_and(|index| !index.contains(['(', ',']))
}

#[cfg(test)]
mod tests {
    use super::is_member;

    #[test]
    fn an_item_is_told_by_its_name() {
        for (name, expected) in [
            ("Select(0, L)", true),
            ("Select(At, L)", true),
            ("L[*]", true),
            ("L", false),
            ("Select(0, Split(\",\", L))", false),
            ("Select(0, Split(L, L)", false),
            ("Join(\",\", L)", false),
            ("Select(0, LL)", false),
        ] {
            assert_eq!(is_member(name, "L"), expected, "{name}");
        }
    }
}
