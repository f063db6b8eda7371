//! What is worth the same in many worlds of a unit, worked out once for all its rows.
//!
//! What is known through and through before anything is answered rests on no answer: more answers only add to what is
//! known. So it is taken from whichever row came to it first. What is not known is worth the same in the worlds whose
//! answers do not bear on it.

use std::collections::HashMap;
use std::mem::Discriminant;
use std::sync::{Arc, Mutex, PoisonError};

use crate::source::{Places, Span};
use crate::syntax::{Problem, TemplatePart, hcl};
use crate::value::{Alike, Before, Data, Decided, Part, Text, Value};

use super::conditions::Check;
use super::evaluator::Key;
use super::listed::{Found, Listed};

/// What the rows of a unit share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    values: Mutex<HashMap<Name, (Value, usize)>>,
    /// All resources of the unit.
    pub listed: Before<(), Arc<Listed>>,
    /// What a block, or everything in the modules of a call, makes, by the address of the module instance and where the block or
    /// call stands.
    pub found: Before<(String, usize), Arc<Found>>,
    /// The properties of resources.
    pub properties: Before<(usize, String), Value>,
    /// Whether a condition is broken.
    pub conditions: Alike<Check, Decided<bool>>,
    templates: Mutex<HashMap<TemplateText, Arc<Template>>>,
}

/// The full name of a thing, and what kind of thing it is.
type Name = (Discriminant<Key>, String);

/// The text of a template, where its characters were written, and where everything else in it stands.
type TemplateText = (String, Places, Span);

/// The parts of a template, and what is wrong with its text.
pub(super) type Template = (Vec<TemplatePart>, Vec<Problem>);

impl Shared {
    /// The value of `name`, and how deep its evaluation led.
    pub fn get(&self, key: &Key, name: &str) -> Option<(Value, usize)> {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.get(&(std::mem::discriminant(key), name.to_owned())).cloned()
    }

    /// Keeps the value of `name`.
    pub fn put(&self, key: &Key, name: &str, value: &Value, height: usize) {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.entry((std::mem::discriminant(key), name.to_owned())).or_insert_with(|| (value.clone(), height));
    }

    /// The template that a known text is, for whoever stands at `span`.
    pub fn template(&self, text: &Text, span: Span) -> Arc<Template> {
        let key = (text.to_string(), text.places().clone(), span);
        let locked = || self.templates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(parsed) = locked().get(&key) {
            return Arc::clone(parsed);
        }
        let parsed = Arc::new(hcl::parse_template(&key.0, &key.1, span));
        Arc::clone(locked().entry(key).or_insert(parsed))
    }
}

/// Whether nothing in the value is unknown, nor stands for something of one evaluator: an object, or a key of a map.
pub(super) fn is_plain(value: &Value, is_key: &impl Fn(&str) -> bool) -> bool {
    match &value.data {
        Data::Null | Data::Bool(_) | Data::Number(_) => true,
        Data::Text(text) => text.parts().iter().all(|part| matches!(part, Part::Literal(_))),
        Data::List(_, items) => items.iter().all(|item| is_plain(item, is_key)),
        Data::Map(_, entries) => entries.iter().all(|(key, entry)| is_key(key) && is_plain(entry, is_key)),
        Data::Opaque(_) | Data::Open(_) | Data::Pending(_) | Data::Failed(_) | Data::Object(..) => false,
    }
}
