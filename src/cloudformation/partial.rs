//! Mappings that may hold more than is written: a transform that is not carried out stands among their keys, or a loop over
//! what is not known, or a placeholder of another program.

use crate::syntax::{Entry, Node};
use crate::value::{Data, Input, Origin, Reason, Value};

use super::tree::Stack;

/// What a mapping holds beyond its keys, if it may hold more: of that nothing is known.
pub fn beyond(stack: &Stack, mapping: &Node) -> Option<Value> {
    mapping.entries().iter().find_map(|entry| added(stack, mapping, entry))
}

/// A property beyond those that are written, if there may be more.
pub fn property_beyond(stack: &Stack, mapping: &Node, address: &str, property: &str) -> Option<Value> {
    let beyond = beyond(stack, mapping)?;
    Some(match &beyond.data {
        Data::Open(input) if input.reason != Reason::Derived => {
            let input = Input { name: format!("{address}.{property}"), ..input.as_ref().clone() };
            Value::open(input, beyond.origin.clone())
        }
        _ => beyond.field(property),
    })
}

fn added(stack: &Stack, mapping: &Node, entry: &Entry) -> Option<Value> {
    let origin = Origin::expression(mapping.span);
    // Two mappings are not alike because the same may be added to them.
    let at = mapping.span.start;
    let input = match entry.key.text() {
        // `{{ name }}` is a map in a map to YAML, and to nobody else.
        None => {
            let reason = Reason::Unsupported("a placeholder that another program fills in".to_owned());
            Input::undecidable(format!("a placeholder ({at})"), reason, origin.clone())
        }
        Some("Fn::Transform") => {
            let name = entry.value.get("Name").and_then(Node::text).unwrap_or("Fn::Transform");
            let location = entry.value.get("Parameters").and_then(|parameters| parameters.get("Location")?.text());
            let (module, source) = (name.to_owned(), location.unwrap_or("a macro").to_owned());
            let reason = Reason::ModuleNotOnDisk { module, source };
            Input::undecidable(format!("what {name} adds ({at})"), reason, Origin::expression(entry.key.span))
        }
        Some(key) if key.contains('*') => {
            let item = stack.body.iterated.values().next()?;
            Input::derived(format!("the keys made of {} ({at})", item.describe()), origin.clone())
        }
        Some(_) => return None,
    };
    Some(Value::open(input, origin))
}
