//! serde over our own tree: whatever is wrong has the span of the innermost node it is wrong in.
//!
//! Knows YAML's plain scalars; knows no key of the configuration.

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use crate::source::Span;
use crate::syntax::{Entry, Node, NodeKind, Scalar, Style};

use super::at::AT;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DecodeError {
    pub message: String,
    pub span: Option<Span>,
}

/// Reads a value out of a tree.
pub(super) fn decode<'de, T: de::Deserialize<'de>>(node: &'de Node) -> Result<T, DecodeError> {
    T::deserialize(Reader { node })
}

#[derive(Clone, Copy)]
struct Reader<'de> {
    node: &'de Node,
}

/// A plain scalar as YAML 1.2's core schema has it.
enum Plain<'de> {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(&'de str),
}

fn plain(scalar: &Scalar) -> Plain<'_> {
    let text = scalar.text.as_str();
    if scalar.style == Style::Quoted {
        return Plain::Text(text);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "true" | "True" | "TRUE" => Plain::Bool(true),
        "false" | "False" | "FALSE" => Plain::Bool(false),
        // A number that would be printed otherwise than it was written (`1.10`, `007`) keeps its text.
        _ => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(number), _) if number.to_string() == text => Plain::Integer(number),
            (_, Ok(number)) if number.is_finite() && number.to_string() == text => Plain::Float(number),
            _ => Plain::Text(text),
        },
    }
}

impl<'de> Reader<'de> {
    fn is_null(self) -> bool {
        matches!(&self.node.kind, NodeKind::Scalar(scalar) if matches!(plain(scalar), Plain::Null))
    }

    fn unexpected(self, expected: &dyn Expected) -> DecodeError {
        let found = match &self.node.kind {
            NodeKind::Mapping(_) => Unexpected::Map,
            NodeKind::Sequence(_) => Unexpected::Seq,
            NodeKind::Scalar(scalar) => match plain(scalar) {
                Plain::Null => Unexpected::Unit,
                Plain::Bool(value) => Unexpected::Bool(value),
                Plain::Integer(number) => Unexpected::Signed(number),
                Plain::Float(number) => Unexpected::Float(number),
                Plain::Text(text) => Unexpected::Str(text),
            },
        };
        self.locate(de::Error::invalid_type(found, expected))
    }

    fn locate(self, error: DecodeError) -> DecodeError {
        DecodeError { span: error.span.or(Some(self.node.span)), ..error }
    }

    fn sequence<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.node.kind {
            NodeKind::Sequence(items) => visitor.visit_seq(Items { rest: items.iter() }),
            // `exclude:` without anything is an empty list.
            _ if self.is_null() => visitor.visit_seq(Items { rest: [].iter() }),
            _ => return Err(self.unexpected(&visitor)),
        }
        .map_err(|error| self.locate(error))
    }

    fn mapping<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.node.kind {
            NodeKind::Mapping(entries) => visitor.visit_map(Entries { rest: entries.iter(), value: None }),
            _ if self.is_null() => visitor.visit_map(Entries { rest: [].iter(), value: None }),
            _ => return Err(self.unexpected(&visitor)),
        }
        .map_err(|error| self.locate(error))
    }

    /// Any scalar as the text it was written as: `parameters: { Count: 2 }` means "2".
    fn text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.node.text() {
            Some(text) if !self.is_null() => visitor.visit_borrowed_str(text).map_err(|error| self.locate(error)),
            _ => Err(self.unexpected(&visitor)),
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let NodeKind::Scalar(scalar) = &self.node.kind else {
            return if self.node.items().is_some() { self.sequence(visitor) } else { self.mapping(visitor) };
        };
        match plain(scalar) {
            Plain::Null => visitor.visit_unit(),
            Plain::Bool(value) => visitor.visit_bool(value),
            Plain::Integer(number) => visitor.visit_i64(number),
            Plain::Float(number) => visitor.visit_f64(number),
            Plain::Text(text) => visitor.visit_borrowed_str(text),
        }
        .map_err(|error| self.locate(error))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.text(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.text(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.sequence(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.mapping(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.mapping(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if self.node.text().is_none() {
            return Err(self.unexpected(&visitor));
        }
        visitor.visit_enum(self).map_err(|error| self.locate(error))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if name == AT {
            let Span { file, start, end } = self.node.span;
            return visitor.visit_seq(Located { place: [end, start, file.0].to_vec(), reader: self });
        }
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple
        tuple_struct ignored_any
    }
}

/// The names of an enum are scalars here.
impl<'de> EnumAccess<'de> for Reader<'de> {
    type Error = DecodeError;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), DecodeError> {
        Ok((seed.deserialize(self)?, self))
    }
}

impl<'de> VariantAccess<'de> for Reader<'de> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, _seed: S) -> Result<S::Value, DecodeError> {
        Err(self.unexpected(&"a word"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, DecodeError> {
        Err(self.unexpected(&visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        Err(self.unexpected(&visitor))
    }
}

struct Items<'de> {
    rest: std::slice::Iter<'de, Node>,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = DecodeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, DecodeError> {
        let Some(node) = self.rest.next() else { return Ok(None) };
        let item = Reader { node };
        seed.deserialize(item).map(Some).map_err(|error| item.locate(error))
    }
}

struct Entries<'de> {
    rest: std::slice::Iter<'de, Entry>,
    value: Option<&'de Node>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = DecodeError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, DecodeError> {
        let Some(entry) = self.rest.next() else { return Ok(None) };
        self.value = Some(&entry.value);
        let key = Reader { node: &entry.key };
        seed.deserialize(key).map(Some).map_err(|error| key.locate(error))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, DecodeError> {
        let node = self.value.take().ok_or_else(|| de::Error::custom("a value without a key"))?;
        let value = Reader { node };
        seed.deserialize(value).map_err(|error| value.locate(error))
    }
}

/// A node as [`super::At`] reads it: the numbers of its place, from the last one on, then the node itself.
struct Located<'de> {
    place: Vec<u32>,
    reader: Reader<'de>,
}

impl<'de> SeqAccess<'de> for Located<'de> {
    type Error = DecodeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, DecodeError> {
        match self.place.pop() {
            Some(number) => seed.deserialize(number.into_deserializer()).map(Some),
            None => seed.deserialize(self.reader).map(Some),
        }
    }
}

impl de::Error for DecodeError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), span: None }
    }

    fn invalid_type(found: Unexpected, expected: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Unit => "nothing".to_owned(),
            Unexpected::Map => "a mapping".to_owned(),
            Unexpected::Seq => "a list".to_owned(),
            Unexpected::Bool(value) => format!("`{value}`"),
            Unexpected::Signed(number) => format!("`{number}`"),
            Unexpected::Str(text) => format!("`{text}`"),
            other => other.to_string(),
        };
        let expected = match expected.to_string().as_str() {
            "a sequence" => "a list".to_owned(),
            "a map" => "a mapping".to_owned(),
            "a boolean" => "true or false".to_owned(),
            other => other.to_owned(),
        };
        Self::custom(format!("expected {expected}, found {found}"))
    }

    fn invalid_value(found: Unexpected, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let meant = meant(field, expected).unwrap_or_else(|| format!("; the keys are {}", expected.join(", ")));
        Self::custom(format!("there is no key `{field}`{meant}"))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let meant = meant(variant, expected).unwrap_or_default();
        Self::custom(format!("`{variant}` is not one of {}{meant}", expected.join(", ")))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom(format!("the key `{field}` is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::custom(format!("the key `{field}` occurs twice"))
    }
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for DecodeError {}

/// What may have been meant, in words; nothing when no word is near.
fn meant(word: &str, known: &[&str]) -> Option<String> {
    let distance = |known: &&&str| strsim::damerau_levenshtein(word, known);
    let near = known.iter().min_by_key(distance).filter(|known| distance(known) <= 1 + word.len() / 4)?;
    Some(format!("; did you mean `{near}`?"))
}
