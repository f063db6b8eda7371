//! One instance of a block with `count` or `for_each`: its index, and what `count` or `each` is in it.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::source::Span;
use crate::value::{Data, Domain, Input, Keys, MapKind, Number, Origin, Question, Value};

use super::types::Type;

/// The key of an instance that stands for all that an unknown collection makes.
pub(super) const ANY_KEY: &str = "*";

/// One instance of a block.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// What its address ends with: nothing, `[0]` or `["key"]`.
    pub suffix: String,
    /// Its key in the map of instances.
    pub key: String,
    /// What `count` or `each` is in it.
    pub repetition: Option<(&'static str, Value)>,
    /// The collection of its block's `for_each`, or its `count`, where it stands for all that an unknown one makes.
    pub collection: Option<Value>,
    /// The question that decides whether it exists, where others of the block do anyway: none if the answer is yes.
    pub unless: Option<Arc<Question>>,
}

impl Slot {
    /// What the address of the instance under a key ends with.
    fn suffix(key: &str) -> String {
        format!("[\"{}\"]", escaped(key))
    }

    /// What leads to it in the collection of instances.
    pub fn index(&self, span: Span) -> Value {
        let bound = self.repetition.as_ref().and_then(|(_, bound)| bound.as_map());
        let index = bound.and_then(|bound| bound.get("key").or_else(|| bound.get("index")));
        index.cloned().unwrap_or_else(|| Value::null(Origin::expression(span)))
    }

    /// The key that `each.key` is in it.
    pub fn key(&self) -> Option<Value> {
        let (_, bound) = self.repetition.as_ref()?;
        bound.as_map()?.get("key").cloned()
    }

    /// What `count` or `each` has in it.
    pub fn bound_mut(&mut self) -> Option<&mut IndexMap<String, Value>> {
        match &mut self.repetition {
            Some((_, Value { data: Data::Map(_, entries), .. })) => Some(Arc::make_mut(entries)),
            _ => None,
        }
    }

    /// Whether it is the one under some index of those that one stands for.
    pub fn is_under_index(&self) -> bool {
        self.key == ANY_KEY && self.suffix != Self::suffix(ANY_KEY) && self.suffix != format!("[{ANY_KEY}]")
    }

    pub fn single() -> Self {
        Self { suffix: String::new(), key: String::new(), repetition: None, collection: None, unless: None }
    }

    pub fn counted(index: usize, span: Span) -> Self {
        let origin = Origin::expression(span);
        let entries = IndexMap::from([("index".to_owned(), Value::number(Number::from(index), origin.clone()))]);
        let repetition = Some(("count", Value::map(MapKind::Object, entries, origin)));
        Self { suffix: format!("[{index}]"), key: index.to_string(), repetition, collection: None, unless: None }
    }

    /// Any one of the instances of a block whose number is not known. Blocks of one number have the same indices.
    pub fn any_counted(count: &Value, span: Span) -> Self {
        let origin = Origin::expression(span);
        let input = Input::derived(format!("count.index of {}", count.describe()), origin.clone());
        let input = Input {
            domain: Domain { never_null: true, never_empty: true, keys: Keys::Count, ..Domain::default() },
            ..input
        };
        let entries = IndexMap::from([("index".to_owned(), Value::open(input, origin.clone()).typed(&Type::Number))]);
        let repetition = Some(("count", Value::map(MapKind::Object, entries, origin)));
        let (suffix, collection) = (format!("[{ANY_KEY}]"), Some(count.clone()));
        Self { suffix, key: ANY_KEY.to_owned(), repetition, collection, unless: None }
    }

    /// The instance under `index` that is like this one, which stands for all, with the element that `element` finds in the
    /// collection, of which this one has any. An index that is not known is told by what it is made of.
    pub fn under(&self, index: &Value, element: impl FnOnce(&Value, &Value) -> Value) -> Self {
        let unknown = || format!("${{{}}}", index.describe());
        let suffix = match (&self.repetition, &index.data) {
            (Some(("count", _)), Data::Number(number)) => format!("[{number}]"),
            (Some(("count", _)), _) => format!("[{}]", unknown()),
            _ => Self::suffix(&index.as_str().map_or_else(unknown, str::to_owned)),
        };
        let bound = match (&self.repetition, &self.collection) {
            (Some((count @ "count", _)), _) => Some((*count, vec![("index", index.clone())])),
            (Some((each, any)), Some(collection)) => {
                Some((*each, vec![("key", index.clone()), ("value", element(collection, &any.field("value")))]))
            }
            _ => None,
        };
        let repetition = bound.map(|(name, entries)| {
            let entries = entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            (name, Value::map(MapKind::Object, entries, index.origin.clone()))
        });
        Self { suffix, repetition: repetition.or_else(|| self.repetition.clone()), ..self.clone() }
    }

    /// Any one of the instances of a block that has more than are told apart.
    pub fn any_keyed(address: &str, span: Span) -> Self {
        let open = |name: &str| {
            let origin = Origin::expression(span);
            Value::open(Input::derived(format!("{name} of {address}"), origin.clone()), origin)
        };
        Self::keyed(ANY_KEY, open("each.key"), open("each.value"))
    }

    pub fn keyed(text: &str, key: Value, value: Value) -> Self {
        let origin = key.origin.clone();
        let entries = IndexMap::from([("key".to_owned(), key), ("value".to_owned(), value)]);
        let each = Value::map(MapKind::Object, entries, origin);
        let repetition = Some(("each", each));
        Self { suffix: Self::suffix(text), key: text.to_owned(), repetition, collection: None, unless: None }
    }
}

/// A key as Terraform prints it in an address. `${` that is not part of the key's text but stands for what is unknown
/// is left as it is.
fn escaped(key: &str) -> String {
    key.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
