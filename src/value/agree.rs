//! Whether two accounts of one value can both be true, and a JSON text as the value it tells.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::{Data, ListKind, MapKind, Number, Origin, Part, Text, Value};

impl Value {
    /// Whether what is known of both is the same: of which kind a collection is does not matter, nor how a JSON text is
    /// written, nor whether a scalar is converted already. What is not known may be anything.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        match (&self.data, &other.data) {
            (Data::Text(one), Data::Text(another)) => texts_agree(one, another),
            (Data::List(_, items), Data::List(_, others)) => {
                // The elements of a set come in another order once they are known.
                let is_among = |item: &Self, all: &[Self]| all.iter().any(|other| item.agrees_with(other));
                items.len() == others.len()
                    && items.iter().all(|item| is_among(item, others))
                    && others.iter().all(|item| is_among(item, items))
            }
            (Data::Map(_, entries), Data::Map(_, others)) => {
                let agree = |key: &String| match (entries.get(key), others.get(key)) {
                    (Some(one), Some(another)) => one.agrees_with(another),
                    (Some(only), None) | (None, Some(only)) => only.is_null() || only.obstacle().is_some(),
                    (None, None) => true,
                };
                entries.keys().chain(others.keys()).all(agree)
            }
            (Data::Opaque(_) | Data::Open(_) | Data::Pending(_) | Data::Failed(_) | Data::Object(..), _)
            | (_, Data::Opaque(_) | Data::Open(_) | Data::Pending(_) | Data::Failed(_) | Data::Object(..)) => true,
            _ => match (scalar(self), scalar(other)) {
                (Some(one), Some(another)) => one == another,
                _ => self.data == other.data,
            },
        }
    }

    /// What a JSON document says, all of it from one place.
    #[must_use]
    pub fn of_json(json: Json, origin: &Origin) -> Self {
        let here = || origin.clone();
        match json {
            Json::Null => Self::null(here()),
            Json::Bool(value) => Self::bool(value, here()),
            Json::Number(number) => {
                let text = number.to_string();
                Number::parse(&text).map_or_else(|_| Self::text(text, here()), |number| Self::number(number, here()))
            }
            Json::String(text) => Self::text(text, here()),
            Json::Array(items) => {
                let items = items.into_iter().map(|item| Self::of_json(item, origin));
                Self::list(ListKind::Tuple, items.collect(), here())
            }
            Json::Object(entries) => {
                let entries = entries.into_iter().map(|(key, value)| (key, Self::of_json(value, origin)));
                Self::map(MapKind::Object, entries.collect::<IndexMap<_, _>>(), here())
            }
        }
    }
}

fn texts_agree(one: &Text, another: &Text) -> bool {
    match (document(one), document(another)) {
        _ if one.as_literal().is_some() && one.as_literal() == another.as_literal() => true,
        (Some(one), Some(another)) => one.agrees_with(&another),
        _ => one.as_literal().is_none() || another.as_literal().is_none(),
    }
}

/// The document that a JSON text tells.
fn document(text: &Text) -> Option<Value> {
    if let [Part::Json(document)] = text.parts() {
        return Some(document.clone());
    }
    let json: Json = serde_json::from_str(text.as_literal()?).ok()?;
    (json.is_object() || json.is_array()).then(|| Value::of_json(json, &Origin::default()))
}

/// A scalar as the text that Terraform converts it to.
fn scalar(value: &Value) -> Option<String> {
    match &value.data {
        Data::Bool(known) => Some(known.to_string()),
        Data::Number(known) => Some(known.to_string()),
        Data::Text(text) => text.as_literal().map(str::to_owned),
        _ => None,
    }
}
