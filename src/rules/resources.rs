//! The document a user's rule sees: every resource of a unit in one world, as a CloudFormation template would have it.
//!
//! An input that a rule can look at is asked about while the document is built: Guard does not say which values a filter
//! or a passing clause read. Whatever the rule does not mention stays a sentinel and is never asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use crate::iam;
use crate::model::{Estate, Resource, Whole, wholes};
use crate::value::{Data, Decided, Input, Origin, Role, Value, World};

use super::document::BOOLEANS;
use super::guard::{OPEN, RuleFile};
use super::leaves::{Leaf, Leaves};

/// Properties that are true or false, also where they are written as texts.
const FLAGS: [&str; 11] = [
    "BlockPublicAcls",
    "BlockPublicPolicy",
    "IgnorePublicAcls",
    "RestrictPublicBuckets",
    "IncludeManagementEvents",
    "BucketKeyEnabled",
    "EnableKeyRotation",
    "Enabled",
    "MultiRegion",
    "BypassPolicyLockoutSafetyCheck",
    "ExpiredObjectDeleteMarker",
];

/// Properties that hold a policy, as an object or as a JSON text.
const POLICIES: [&str; 2] = ["PolicyDocument", "KeyPolicy"];

/// A unit as rules see it.
#[derive(Debug)]
pub struct ResourcesDocument {
    json: Json,
    /// The resources, by the key they have under `Resources`.
    pub resources: IndexMap<String, Resource>,
    /// What stands behind its pointers.
    pub leaves: Leaves,
    /// Texts that are set and whose characters an input decides.
    open: BTreeMap<String, Arc<Input>>,
}

/// The key beside [`OPEN`] in the place of a text whose characters an input decides: its source text.
const TEXT: &str = "$text";

impl ResourcesDocument {
    /// The document about what an estate holds, as far as `file` can look at it.
    ///
    /// # Errors
    /// [`Stop`] when an input decides something that the file's rules can look at.
    pub fn of(estate: &dyn Estate, world: &World, file: &RuleFile) -> Decided<Self> {
        let mut document =
            Self { json: Json::Null, resources: IndexMap::new(), leaves: Leaves::default(), open: BTreeMap::new() };
        let names_types = file.texts.iter().any(|text| text.starts_with("AWS::"));
        let wanted = |kind: &str| !names_types || file.texts.contains(kind);
        let mut resources = Map::new();
        for (number, whole) in wholes(wanted, estate, world)?.into_iter().enumerate() {
            let key = key(&whole, number);
            let json = document.resource(&key, &whole, file, world)?;
            resources.insert(key.clone(), json);
            document.resources.insert(key, whole.resource);
        }
        document.json = json!({ "Resources": resources });
        Ok(document)
    }

    /// The input that decides the characters of the text at `pointer`.
    #[must_use]
    pub fn open_text(&self, pointer: &str) -> Option<&Arc<Input>> {
        self.open.get(pointer)
    }

    /// The JSON that Guard reads, with the source text in the place of every text whose characters an input decides.
    #[must_use]
    pub fn with_texts(&self) -> Json {
        with_texts(&self.json)
    }

    /// The JSON with a sentinel in the place of those texts; `None` when there are none. No comparison with a sentinel
    /// holds, so a clause that compares such a text fails here.
    #[must_use]
    pub fn with_sentinels(&self) -> Option<&Json> {
        (!self.open.is_empty()).then_some(&self.json)
    }

    /// The resource a pointer leads into, with its key.
    #[must_use]
    pub fn subject(&self, pointer: &str) -> Option<(&str, &Resource)> {
        let key = pointer.strip_prefix("/Resources/")?.split('/').next()?;
        self.resources.get_key_value(key).map(|(key, resource)| (key.as_str(), resource))
    }

    fn resource(&mut self, key: &str, whole: &Whole, file: &RuleFile, world: &World) -> Decided<Json> {
        let pointer = format!("/Resources/{key}");
        let header = Origin::at(whole.resource.header, Role::Header);
        self.leaves.insert(&pointer, Leaf { origin: header, ..Leaf::default() });
        let properties = self.entries(&format!("{pointer}/Properties"), &whole.properties, file, world)?;
        let mut resource = self.entries(&pointer, &whole.attributes, file, world)?;
        resource.insert("Type".to_owned(), json!(whole.kind));
        resource.insert("Properties".to_owned(), Json::Object(properties));
        Ok(Json::Object(resource))
    }

    fn entries(
        &mut self,
        pointer: &str,
        values: &IndexMap<String, Value>,
        file: &RuleFile,
        world: &World,
    ) -> Decided<Map<String, Json>> {
        let mut entries = Map::new();
        for (name, value) in values {
            let place = Place { pointer: format!("{pointer}/{name}"), name, mentioned: false };
            if let Some(json) = self.render(&place, value, file, world)? {
                entries.insert(name.clone(), json);
            }
        }
        Ok(entries)
    }

    /// The JSON of a value; `None` where there is none.
    fn render(&mut self, place: &Place, value: &Value, file: &RuleFile, world: &World) -> Decided<Option<Json>> {
        let mentioned = place.mentioned || file.keys.contains(place.name);
        let decoded = POLICIES.contains(&place.name).then(|| iam::as_object(value));
        let value = decoded.as_ref().unwrap_or(value);
        let mut leaf = Leaf { origin: value.origin.clone(), ..Leaf::default() };
        let json = match self.read(place, value, mentioned, file, world) {
            Err(stop) if mentioned => return Err(stop),
            Err(stop) => {
                leaf.stop = Some(stop);
                Some(json!({ OPEN: value.describe() }))
            }
            Ok(json) => json,
        };
        self.leaves.insert(&place.pointer, leaf);
        Ok(json)
    }

    fn read(
        &mut self,
        place: &Place,
        value: &Value,
        mentioned: bool,
        file: &RuleFile,
        world: &World,
    ) -> Decided<Option<Json>> {
        if BOOLEANS.contains(&place.name) || FLAGS.contains(&place.name) {
            return Ok(value.read_bool(world)?.map(Json::Bool));
        }
        let inside = |step: &dyn std::fmt::Display| format!("{}/{step}", place.pointer);
        Ok(Some(match &value.data {
            Data::Null => return Ok(None),
            Data::Bool(known) => json!(known),
            Data::Number(number) => serde_json::from_str(&number.to_string()).unwrap_or(json!(number.to_string())),
            Data::List(_, items) => {
                let mut list = Vec::new();
                for item in items.iter() {
                    // A removed item leaves no gap.
                    let place = Place { pointer: inside(&list.len()), name: place.name, mentioned };
                    list.extend(self.render(&place, item, file, world)?);
                }
                Json::Array(list)
            }
            Data::Map(_, entries) => {
                let mut map = Map::new();
                for (key, entry) in entries.iter() {
                    let place = Place { pointer: inside(key), name: key, mentioned };
                    if let Some(json) = self.render(&place, entry, file, world)? {
                        map.insert(key.clone(), json);
                    }
                }
                Json::Object(map)
            }
            Data::Text(text) => match text.as_literal() {
                Some(known) => json!(known),
                None => self.text(place, value, world)?,
            },
            _ if value.read_null(world)? => return Ok(None),
            _ => self.text(place, value, world)?,
        }))
    }

    /// A text that is not known: empty, or its source text.
    fn text(&mut self, place: &Place, value: &Value, world: &World) -> Decided<Json> {
        if !value.read_set(world)? {
            return Ok(json!(""));
        }
        let open = value.obstacle().and_then(|obstacle| match &obstacle.data {
            Data::Open(input) => Some(Arc::clone(input)),
            _ => None,
        });
        let text = match &value.data {
            Data::Text(text) => text.to_string(),
            _ => value.describe(),
        };
        Ok(match open {
            Some(input) => {
                let sentinel = json!({ OPEN: input.name, TEXT: text });
                self.open.insert(place.pointer.clone(), input);
                sentinel
            }
            None => json!(text),
        })
    }
}

/// Where a value stands.
struct Place<'a> {
    pointer: String,
    /// The nearest key.
    name: &'a str,
    /// Whether a rule mentions a key on the way here.
    mentioned: bool,
}

/// The key of a resource: Guard's paths are not escaped, so an address that would break one is numbered instead.
fn key(whole: &Whole, number: usize) -> String {
    if whole.key.contains(['/', '~']) { format!("resource-{number}") } else { whole.key.clone() }
}

fn with_texts(json: &Json) -> Json {
    match json {
        Json::Object(entries) => match entries.get(TEXT) {
            Some(text) if entries.contains_key(OPEN) => text.clone(),
            _ => Json::Object(entries.iter().map(|(key, value)| (key.clone(), with_texts(value))).collect()),
        },
        Json::Array(items) => Json::Array(items.iter().map(with_texts).collect()),
        _ => json.clone(),
    }
}
