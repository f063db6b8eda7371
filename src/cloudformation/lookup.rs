//! `Fn::FindInMap` and `Fn::Select`: an entry of the template's mappings, or an item of a list, by keys that may not be known.

use crate::source::Span;
use crate::syntax::{Entry, Node};
use crate::value::{Data, Literal, Origin, Reason, Role, Value};

use super::evaluator::{Evaluator, broken};
use super::intrinsic::{blocked, call, derived, or_nothing};
use super::partial::beyond;
use super::reference::undeclared;
use super::text::{self, text};
use super::tree::Stack;

/// A key that is not known is compared with at most this many.
const MAX_KEYS: usize = 64;
/// An index that is not known is compared with at most this many.
const MAX_INDEXES: usize = 16;

impl<'t> Evaluator<'t> {
    /// `Fn::FindInMap`, with a `DefaultValue` perhaps.
    pub fn find_in_map(&self, stack: &'t Stack, argument: &Node, span: Span) -> Value {
        let origin = Origin::expression(span);
        let (map, first, second, default) = match argument.items() {
            Some([map, first, second]) => (map, first, second, None),
            Some([map, first, second, options]) => (map, first, second, options.get("DefaultValue")),
            _ => return broken("Fn::FindInMap needs a mapping and two keys", origin),
        };
        let [map, first, second] = [map, first, second].map(|node| self.evaluate(stack, node));
        if let Some(blocked) = blocked(&[&map, &first, &second]) {
            return Value::new(blocked.data, origin);
        }
        let operands = [&map, &first, &second];
        let unknown = || {
            let derived = derived("FindInMap", &operands, origin.clone());
            self.case_by_case(if default.is_some() { or_nothing(derived) } else { derived }, &operands)
        };
        let Some(name) = map.as_str() else { return unknown() };
        let Some(rows) = stack.template.root.get("Mappings").and_then(|mappings| mappings.get(name)) else {
            return match default.filter(|_| stack.unread.is_none()) {
                Some(default) => self.evaluate(stack, default),
                None => cell_of_unread(stack, name, [&first, &second], origin),
            };
        };
        let found = self.pick(stack, rows, &first, &origin).and_then(|row| match row {
            Some(row) => self.pick(stack, &row.value, &second, &origin),
            None => Ok(None),
        });
        match (found, default) {
            (Ok(Some(entry)), _) => self.mapped(stack, &entry.value, span, &[&first.origin, &second.origin]),
            (Ok(None), Some(default)) => self.evaluate(stack, default),
            (Ok(None), None) => {
                let keys = format!("{}, {}", first.shown(), second.shown());
                Value::failed(format!("the mapping `{name}` has no entry for {keys}"), origin)
            }
            (Err(waiting), default) => {
                let same = same_in_every_row(rows, &first, &second).filter(|_| default.is_none());
                match (same, waiting.data) {
                    (Some(same), _) => self.mapped(stack, same, span, &[]),
                    (None, data @ (Data::Pending(_) | Data::Failed(_))) => Value::new(data, origin),
                    (None, _) => unknown(),
                }
            }
        }
    }

    /// `Fn::Select`. An index that is not known is compared with one after the other: CloudFormation refuses any further one.
    pub fn select(&self, stack: &'t Stack, argument: &Node, span: Span) -> Value {
        let argument = self.evaluate(stack, argument);
        self.selected(&argument, span).worked_out_from(&argument.origins())
    }

    fn selected(&self, argument: &Value, span: Span) -> Value {
        let origin = Origin::expression(span);
        let [index, list] = argument.as_list().unwrap_or_default() else {
            return call("Fn::Select", argument, span);
        };
        match (Literal::of(index), list.as_list()) {
            (None, Some(items)) if items.len() <= MAX_INDEXES && text(index).is_ok() => {
                for (at, item) in items.iter().enumerate() {
                    match self.equal(index, &Value::number(at, origin.clone()), &origin).data {
                        Data::Bool(true) => return item.clone().through(span, Role::Expression),
                        Data::Bool(false) => {}
                        data => return Value::new(data, origin),
                    }
                }
                Value::failed(format!("Fn::Select: the list has {} items and no such one", items.len()), origin)
            }
            _ => self.case_by_case(call("Fn::Select", argument, span), &[argument]),
        }
    }

    /// The value of an entry, with where its keys came from.
    fn mapped(&self, stack: &'t Stack, node: &Node, span: Span, keys: &[&Origin]) -> Value {
        let value = self.evaluate(stack, node);
        let origin = Origin::at(node.span, Role::Local).through(span, Role::Expression);
        Value::new(value.data, origin.made_of(keys.iter().copied()))
    }

    /// The entry for a key. A key that is not known is compared with one after the other.
    fn pick<'n>(
        &self,
        stack: &Stack,
        rows: &'n Node,
        key: &Value,
        origin: &Origin,
    ) -> Result<Option<&'n Entry>, Value> {
        if let Some(literal) = Literal::of(key) {
            let key = literal.as_text();
            let entry = rows.entry(&key).or_else(|| rows.entries().iter().find(|entry| named(entry) == Some(&key)));
            return entry.map_or_else(|| beyond(stack, rows).map_or(Ok(None), Err), |entry| Ok(Some(entry)));
        }
        if let Some(unknown) = beyond(stack, rows) {
            return Err(unknown);
        }
        if rows.entries().len() > MAX_KEYS {
            return Err(key.clone());
        }
        for entry in rows.entries() {
            let Some(name) = named(entry) else { continue };
            let is = self.equal(key, &Value::text(name, origin.clone()), origin);
            match is.data {
                Data::Bool(true) => return Ok(Some(entry)),
                Data::Bool(false) => {}
                _ => return Err(is),
            }
        }
        Ok(None)
    }
}

/// A cell of a mapping that the template does not declare: what is not read of it may. Each is a value of its own.
fn cell_of_unread(stack: &Stack, name: &str, [first, second]: [&Value; 2], origin: Origin) -> Value {
    let mapping = undeclared(stack, name, format!("there is no mapping `{name}`"), origin.clone());
    match &mapping.data {
        Data::Open(input) if !matches!(input.reason, Reason::Broken(_)) => {
            derived("FindInMap", &[&mapping, first, second], origin)
        }
        _ => mapping,
    }
}

/// What an entry of a mapping is called: `yes` is a boolean to YAML 1.1, as a value and as a key.
fn named(entry: &Entry) -> Option<&str> {
    let key = entry.key.scalar()?;
    Some(match text::scalar(key, entry.key.span).data {
        Data::Bool(true) => "true",
        Data::Bool(false) => "false",
        _ => &key.text,
    })
}

/// What every row says, where the row is not known and does not matter: a key of no row is refused in any case.
fn same_in_every_row<'n>(rows: &'n Node, first: &Value, second: &Value) -> Option<&'n Node> {
    let key = Literal::of(second)?.as_text();
    if Literal::of(first).is_some() {
        return None;
    }
    let mut values = rows.entries().iter().map(|row| row.value.get(&key));
    let same = values.next()??;
    values.all(|value| value.is_some_and(|value| value.text().is_some() && value.text() == same.text())).then_some(same)
}
