//! Values of the configuration that are more than words: each says what it expects where something else stands.

use std::fmt;

use chrono::{DateTime, NaiveDate};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Unexpected, Visitor};

use crate::source::{PathGlob, Wildcard};

use super::at::At;
use super::schema::{BlockFlag, PublicAccessBlock};

/// A control's id, or several.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlIds(pub Vec<At<String>>);

/// Parameters of a control, by name: what is asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ControlParameters(pub Vec<(At<String>, At<Wildcard>)>);

impl ControlParameters {
    /// What the parameter of this name asks for.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&At<Wildcard>> {
        self.0.iter().find(|(known, _)| known.value == name).map(|(_, pattern)| pattern)
    }
}

/// A day: `2027-01-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub NaiveDate);

/// What anybody may do with a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Openness {
    /// List or read.
    pub read: bool,
    /// Write.
    pub write: bool,
}

impl Date {
    /// Reads `2027-01-31`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // Ten characters: chrono takes `2027-1-1` as well, which sorts and reads otherwise elsewhere.
        (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Self)).flatten()
    }
}

impl Date {
    /// The day of a moment: seconds since 1970, UTC.
    #[must_use]
    pub fn at(seconds: u64) -> Self {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        Self(DateTime::from_timestamp(seconds, 0).unwrap_or_default().date_naive())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::invalid_value(Unexpected::Str(&text), &"a day such as 2027-01-31"))
    }
}

impl<'de> Deserialize<'de> for Wildcard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Err(de::Error::invalid_value(Unexpected::Str(&text), &"a name, in which `*` stands for anything"));
        }
        Ok(Self::new(&text))
    }
}

impl<'de> Deserialize<'de> for PathGlob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.starts_with('/') || text.split('/').any(|part| part == "..") {
            return Err(de::Error::custom("paths count from the directory of this file and stay below it"));
        }
        Self::parse(&text).map_err(|error| de::Error::custom(format!("not a glob: {}", error.message)))
    }
}

impl<'de> Deserialize<'de> for ControlIds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ids: At<OneOrMany> = At::deserialize(deserializer)?;
        match ids.value {
            OneOrMany::One(id) => Ok(Self(vec![At { value: id, span: ids.span }])),
            OneOrMany::Many(many) if many.is_empty() => {
                Err(de::Error::invalid_value(Unexpected::Seq, &"a control's id"))
            }
            OneOrMany::Many(many) => Ok(Self(many)),
        }
    }
}

impl<'de> Deserialize<'de> for ControlParameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = ControlParameters;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a mapping of parameters")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<ControlParameters, A::Error> {
                let mut parameters = ControlParameters::default();
                while let Some(entry) = entries.next_entry()? {
                    parameters.0.push(entry);
                }
                Ok(parameters)
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

enum OneOrMany {
    One(String),
    Many(Vec<At<String>>),
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Ids;
        impl<'de> Visitor<'de> for Ids {
            type Value = OneOrMany;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a control's id or a list of them")
            }

            fn visit_str<E: de::Error>(self, id: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany::One(id.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, ids: A) -> Result<OneOrMany, A::Error> {
                Deserialize::deserialize(de::value::SeqAccessDeserializer::new(ids)).map(OneOrMany::Many)
            }
        }
        deserializer.deserialize_any(Ids)
    }
}

impl<'de> Deserialize<'de> for Openness {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "false, read, write or read-write";
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "false" | "False" | "FALSE" => Ok(Self { read: false, write: false }),
            "read" => Ok(Self { read: true, write: false }),
            "write" => Ok(Self { read: false, write: true }),
            "read-write" => Ok(Self { read: true, write: true }),
            _ => Err(de::Error::invalid_value(Unexpected::Str(&text), &expected)),
        }
    }
}

impl<'de> Deserialize<'de> for PublicAccessBlock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Flags;
        impl<'de> Visitor<'de> for Flags {
            type Value = PublicAccessBlock;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("`all` or a list of flags")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<PublicAccessBlock, E> {
                if word != "all" {
                    return Err(de::Error::invalid_value(Unexpected::Str(word), &self));
                }
                let flags = [
                    BlockFlag::BlockPublicAcls,
                    BlockFlag::IgnorePublicAcls,
                    BlockFlag::BlockPublicPolicy,
                    BlockFlag::RestrictPublicBuckets,
                ];
                Ok(PublicAccessBlock(flags.into_iter().collect()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, flags: A) -> Result<PublicAccessBlock, A::Error> {
                Deserialize::deserialize(de::value::SeqAccessDeserializer::new(flags)).map(PublicAccessBlock)
            }
        }
        deserializer.deserialize_any(Flags)
    }
}

#[cfg(test)]
pub(super) use described::{Scalar, parameters_of_their_controls};

#[cfg(test)]
mod described {
    //! The same in JSON Schema.

    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::{ControlIds, ControlParameters, Date, Openness, PathGlob, PublicAccessBlock, Wildcard};
    use crate::rules::Catalog;

    macro_rules! schemas {
        ($($type:ident: $schema:tt),* $(,)?) => {
            $(impl JsonSchema for $type {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($type).into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!($schema)
                }

                fn inline_schema() -> bool {
                    true
                }
            })*
        };
    }

    /// What [`super::super::decode`] takes as a text.
    pub struct Scalar;

    schemas! {
        Scalar: { "type": ["string", "number", "boolean"] },
        PathGlob: { "type": ["string", "number", "boolean"], "pattern": "^(?!/)(?!([^/]*/)*\\.\\.(/|$))" },
        Wildcard: { "type": ["string", "number", "boolean"], "minLength": 1 },
        Date: { "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$" },
        Openness: { "enum": [false, "false", "read", "write", "read-write"] },
        ControlIds: {
            "anyOf": [
                { "type": "string" },
                { "type": "array", "minItems": 1, "items": { "type": ["string", "number", "boolean"] } }
            ]
        },
        PublicAccessBlock: {
            "anyOf": [
                { "const": "all" },
                {
                    "type": "array",
                    "items": {
                        "enum": [
                            "block-public-acls", "ignore-public-acls", "block-public-policy", "restrict-public-buckets"
                        ]
                    }
                }
            ]
        },
    }

    /// Only the controls that have a parameter may stand where it is given.
    pub fn parameters_of_their_controls(schema: &mut Schema) {
        let mut conditions = Vec::new();
        for rule in Catalog::builtin().unwrap().rules() {
            // Ids are the same in upper and lower case.
            let either = |letter: char| match letter {
                letter if letter.is_ascii_alphabetic() => {
                    format!("[{}{}]", letter.to_ascii_uppercase(), letter.to_ascii_lowercase())
                }
                letter => format!("\\{letter}"),
            };
            let id: String = rule
                .control
                .id
                .chars()
                .map(|letter| if letter.is_ascii_digit() { letter.to_string() } else { either(letter) })
                .collect();
            let id = serde_json::json!({ "type": "string", "pattern": format!("^{id}$") });
            for name in rule.parameters.keys() {
                conditions.push(serde_json::json!({
                    "if": {
                        "required": ["parameters"],
                        "properties": { "parameters": { "type": "object", "required": [name] } }
                    },
                    "then": { "properties": { "control": { "anyOf": [id, { "type": "array", "items": id }] } } }
                }));
            }
        }
        schema.insert("allOf".to_owned(), conditions.into());
    }

    /// Every parameter that some control has, with what it asks for.
    impl JsonSchema for ControlParameters {
        fn schema_name() -> Cow<'static, str> {
            "ControlParameters".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let mut properties = serde_json::Map::new();
            for rule in Catalog::builtin().unwrap().rules() {
                for (name, parameter) in &rule.parameters {
                    let mut schema = generator.subschema_for::<Wildcard>();
                    let description = format!("{}: the trail {}.", rule.control.id, parameter.meaning);
                    schema.insert("description".to_owned(), description.into());
                    properties.insert(name.clone(), schema.into());
                }
            }
            json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
        }

        fn inline_schema() -> bool {
            true
        }
    }
}
