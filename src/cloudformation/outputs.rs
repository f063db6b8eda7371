//! All that a template puts out, for whoever deploys it from outside. What one stack of a tree puts out for another is read
//! one by one.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::value::{Data, Domain, Input, Junction, MapKind, Origin, Reason, Role, Type, Value};

use super::estate::Evaluated;
use super::looped::is_looped;
use super::text;
use super::tree::{Stack, Unread};

impl Evaluated<'_> {
    /// What the root puts out, by name: a map of texts, or what has to be answered first where that decides whether there is
    /// an output. Where there may be others than are read here, the map is open beside these.
    #[must_use]
    pub fn outputs(&self) -> Value {
        let mut known = IndexMap::new();
        let Some(root) = self.unit.tree.stack(0) else { return mapped(known) };
        for (name, output) in root.body.outputs.iter().filter(|(name, _)| !is_looped(name)) {
            self.evaluator.begin();
            match self.evaluator.output_exists(root, output) {
                Some(exists) if exists.as_bool() == Some(false) => {}
                Some(waiting) if waiting.is_waiting() => return waiting.unsaid(),
                _ => {
                    let value = self.evaluator.output_of(root, output, output.key.span);
                    known.insert(name.clone(), as_text(name, value));
                }
            }
        }
        match others(root) {
            Some(others) => beside(others, mapped(known)),
            None => mapped(known),
        }
    }
}

/// What an output is, which is a text: CloudFormation refuses anything else.
fn as_text(name: &str, value: Value) -> Value {
    if let Data::Failed(_) = value.data {
        return value;
    }
    let text = text::text(&value).map(|text| text::of(text, value.origin.clone()));
    text.unwrap_or_else(|what| Value::failed(format!("the output `{name}` is {what}, not a text"), value.origin))
        .typed(&Type::String)
}

fn mapped(entries: IndexMap<String, Value>) -> Value {
    Value::map(MapKind::Map, entries, Origin::default()).typed(&of_texts())
}

fn of_texts() -> Type {
    Type::Map(Box::new(Type::String))
}

/// What stands for the outputs that are not read here, if there may be any: those that a macro adds or an include that is not
/// on disk, and those of a loop over what is not known.
fn others(root: &Stack) -> Option<Value> {
    let looped = root.body.outputs.iter().find(|(name, _)| is_looped(name)).map(|(_, output)| output.key.span);
    let (module, source) = match &root.unread {
        Some(Unread { name, source, .. }) => (name.clone(), source.clone()),
        None => looped.map(|_| (root.address.clone(), "which outputs a loop makes is open".to_owned()))?,
    };
    let origin = looped.map_or_else(Origin::default, |span| Origin::at(span, Role::Header));
    let reason = Reason::ModuleNotOnDisk { module, source };
    Some(open(format!("{}.outputs", root.address), reason, origin))
}

/// The map of what is known beside others, which have other names.
fn beside(others: Value, known: Value) -> Value {
    let (name, origin) = (others.describe(), others.origin.clone());
    open(name, Reason::Joined(Junction::Map, Arc::new(vec![others, known])), origin)
}

/// A map of texts that is not known.
fn open(name: String, reason: Reason, origin: Origin) -> Value {
    let domain = Domain { never_null: true, ..Domain::default() };
    Value::open(Input { name, reason, domain, origin: origin.clone() }, origin).typed(&of_texts())
}
