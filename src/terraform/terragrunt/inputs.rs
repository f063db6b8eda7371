//! The inputs of a unit: its own over those of what it includes.
//! <https://terragrunt.gruntwork.io/docs/features/includes/#using-include-to-dry-common-terragrunt-config>

use std::sync::Arc;

use indexmap::IndexMap;

use crate::source::Span;
use crate::syntax::{Expr, ExprKind};
use crate::value::{Data, Junction, Value, World};

use super::super::evaluator::Evaluator;
use super::super::joined::{Entry, entry};
use super::super::unit::TerraformUnit;
use super::{Config, Strategy};

/// The inputs of one configuration.
#[derive(Debug)]
pub(in super::super) struct Layer {
    strategy: Strategy,
    inputs: Value,
}

impl Layer {
    /// The inputs of a configuration and of what it includes, those that count most first.
    pub fn all(config: &TerraformUnit, world: &World) -> Vec<Self> {
        let evaluator = Evaluator::new(config, world);
        let own = evaluator.config_attribute("inputs").map(|inputs| Self { strategy: Strategy::Shallow, inputs });
        let includes = config.terragrunt.iter().flat_map(|config| config.includes.iter().rev());
        let parents = includes.filter_map(|include| {
            let inputs = match &include.unit {
                Ok(unit) => Evaluator::new(unit, world).config_attribute("inputs")?,
                Err(unread) => unread.clone(),
            };
            Some(Self { strategy: include.strategy, inputs })
        });
        let merged = parents.filter(|layer| layer.strategy != Strategy::NoMerge);
        own.into_iter().chain(merged).collect()
    }

    /// The input called `name`, if it is given.
    pub fn input(layers: &[Self], name: &str, world: &World) -> Option<Value> {
        let mut found: Option<Value> = None;
        for layer in layers {
            let given = match &layer.inputs.data {
                Data::Map(_, entries) => entries.get(name).cloned(),
                Data::Null => None,
                Data::Open(_) if let Some((Junction::Map, parts)) = layer.inputs.parts() => {
                    match entry(parts, name, world, &|part| (part.field(name), None)) {
                        Entry::Held(held) => Some(held.unsaid()),
                        Entry::Missing => None,
                    }
                }
                // Whether it is among them is not known.
                _ => Some(layer.inputs.field(name)),
            };
            found = match (found, given) {
                (Some(child), Some(parent)) if layer.strategy == Strategy::Deep => Some(deep(&parent, child)),
                (child, parent) => child.or(parent),
            };
        }
        found
    }
}

impl Config {
    /// Where an input is written, here and in what is included.
    pub fn places_of(&self, name: &str) -> Vec<Span> {
        let own = self.body.attribute("inputs").map(|inputs| entries(&inputs.expr, name));
        let units = self.includes.iter().filter_map(|include| include.unit.as_ref().ok()?.terragrunt.as_ref());
        own.into_iter().chain(units.map(|config| config.places_of(name))).flatten().collect()
    }
}

/// The values of the entries called `name`, of an object or of those that a call puts together.
fn entries(expr: &Expr, name: &str) -> Vec<Span> {
    match &expr.kind {
        ExprKind::Object(entries) => {
            let is_it = |key: &Expr| matches!(&key.kind, ExprKind::Text(text, _) if text == name);
            entries.iter().filter(|(key, _)| is_it(key)).map(|(_, value)| value.span).collect()
        }
        ExprKind::Call(call) => call.arguments.iter().flat_map(|argument| entries(argument, name)).collect(),
        ExprKind::Parenthesis(inner) => entries(inner, name),
        _ => Vec::new(),
    }
}

/// The keys of both maps, the elements of both lists; of anything else the child's.
fn deep(parent: &Value, child: Value) -> Value {
    let data = match (&parent.data, &child.data) {
        (Data::Map(_, parents), Data::Map(kind, children)) => {
            let mut merged: IndexMap<String, Value> = parents.as_ref().clone();
            for (key, value) in children.iter() {
                let both = match merged.get(key) {
                    Some(parent) => deep(parent, value.clone()),
                    None => value.clone(),
                };
                merged.insert(key.clone(), both);
            }
            Data::Map(*kind, Arc::new(merged))
        }
        (Data::List(_, parents), Data::List(kind, children)) => {
            Data::List(*kind, Arc::new(parents.iter().chain(children.iter()).cloned().collect()))
        }
        _ => return child,
    };
    Value::new(data, child.origin)
}
