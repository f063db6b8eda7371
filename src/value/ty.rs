//! The type of a value, and what a type constraint asks for.

use indexmap::IndexMap;

use super::{Origin, Value};

/// A type, or a constraint that leaves parts of it open.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// `any`: whatever it is. Of an empty collection or null that nothing was said about, the type of what it lacks.
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(…)`
    List(Box<Type>),
    /// `set(…)`
    Set(Box<Type>),
    /// `map(…)`
    Map(Box<Type>),
    /// `tuple([…])`
    Tuple(Vec<Type>),
    /// `object({…})`
    Object(IndexMap<String, Attribute>),
}

/// An attribute of an object type.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// What it must be.
    pub ty: Type,
    /// For `optional(…)`: the value it has when it is missing or null, which is null when no default is written.
    /// `None` when the attribute is required.
    pub default: Option<Value>,
}

impl Attribute {
    /// An attribute that is always there.
    #[must_use]
    pub fn required(ty: Type) -> Self {
        Self { ty, default: None }
    }
}

impl Type {
    /// `list(…)`
    #[must_use]
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// `set(…)`
    #[must_use]
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// `map(…)`
    #[must_use]
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// The type of all elements; `None` where they may differ.
    #[must_use]
    pub fn element(&self) -> Option<&Type> {
        match self {
            Self::List(element) | Self::Set(element) | Self::Map(element) => Some(element),
            _ => None,
        }
    }

    /// The type of an attribute, or of the element under a key; `None` where there is none.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Type> {
        match self {
            Self::Object(attributes) => attributes.get(name).map(|attribute| &attribute.ty),
            Self::Map(element) => Some(element),
            _ => None,
        }
    }

    /// Whether an attribute is never null, because a default stands in for it.
    #[must_use]
    pub fn completes(&self, name: &str) -> bool {
        match self {
            Self::Object(attributes) => attributes
                .get(name)
                .is_some_and(|attribute| attribute.default.as_ref().is_some_and(|default| !default.is_null())),
            _ => false,
        }
    }

    /// Whether a value of this type is, or may be, a list, a set or a tuple.
    #[must_use]
    pub fn may_be_list(&self) -> bool {
        matches!(self, Self::Any | Self::List(_) | Self::Set(_) | Self::Tuple(_))
    }

    /// Whether some of it is not known.
    #[must_use]
    pub fn is_vague(&self) -> bool {
        match self {
            Self::Any => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.is_vague(),
            Self::Tuple(items) => items.iter().any(Self::is_vague),
            Self::Object(attributes) => attributes.values().any(|attribute| attribute.ty.is_vague()),
        }
    }

    /// Whether no value is of both types, whatever [`Type::Any`] stands for.
    #[must_use]
    pub fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => false,
            (Self::List(one), Self::List(other))
            | (Self::Set(one), Self::Set(other))
            | (Self::Map(one), Self::Map(other)) => one.excludes(other),
            (Self::Tuple(one), Self::Tuple(other)) => {
                one.len() != other.len() || one.iter().zip(other).any(|(one, other)| one.excludes(other))
            }
            (Self::Object(one), Self::Object(other)) => {
                let excludes =
                    |(name, one): (&String, &Attribute)| other.get(name).is_none_or(|other| one.ty.excludes(&other.ty));
                one.len() != other.len() || one.iter().any(excludes)
            }
            _ => std::mem::discriminant(self) != std::mem::discriminant(other),
        }
    }

    /// The type a value has that was converted to this constraint: of an attribute the default, its own or that of what was
    /// given, where that tells that it is never null, and what the constraint leaves open as it was in `given`.
    #[must_use]
    pub fn of_converted(&self, given: &Self) -> Self {
        let inner = |element: &Self| element.of_converted(given.element().unwrap_or(&Self::Any));
        match (self, given) {
            (Self::Any, given) => given.clone(),
            (Self::List(element), _) => Self::list(inner(element)),
            (Self::Set(element), _) => Self::set(inner(element)),
            (Self::Map(element), _) => Self::map(inner(element)),
            (Self::Tuple(items), _) => Self::Tuple(items.iter().map(|item| item.of_converted(&Self::Any)).collect()),
            (Self::Object(attributes), _) => {
                let attribute = |(name, attribute): (&String, &Attribute)| {
                    let given = if let Self::Object(given) = given { given.get(name) } else { None };
                    let defaults =
                        [Some(attribute), given].into_iter().flatten().filter_map(|one| one.default.as_ref());
                    let default = defaults.into_iter().find(|default| !default.is_null()).cloned();
                    let ty = attribute.ty.of_converted(given.map_or(&Self::Any, |given| &given.ty));
                    (name.clone(), Attribute { ty, default })
                };
                Self::Object(attributes.iter().map(attribute).collect())
            }
            (Self::Bool | Self::Number | Self::String, _) => self.clone(),
        }
    }

    /// The type with each attribute optional: what a value of it was converted from may have left out those that were.
    #[must_use]
    pub fn with_all_optional(&self) -> Self {
        let inner = |element: &Self| element.with_all_optional();
        match self {
            Self::List(element) => Self::list(inner(element)),
            Self::Set(element) => Self::set(inner(element)),
            Self::Map(element) => Self::map(inner(element)),
            Self::Tuple(items) => Self::Tuple(items.iter().map(inner).collect()),
            Self::Object(attributes) => {
                let attribute = |(name, attribute): (&String, &Attribute)| {
                    let null = || Value::null(Origin::default()).typed(&attribute.ty);
                    let default = attribute.default.clone().unwrap_or_else(null);
                    (name.clone(), Attribute { ty: inner(&attribute.ty), default: Some(default) })
                };
                Self::Object(attributes.iter().map(attribute).collect())
            }
            Self::Any | Self::Bool | Self::Number | Self::String => self.clone(),
        }
    }

    /// Whether a value of this type may be converted to another, whatever [`Type::Any`] stands for. The elements of a
    /// collection count also where there are none.
    #[must_use]
    pub fn may_become(&self, to: &Self) -> bool {
        match (self, to) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Bool, to) => matches!(to, Self::Bool | Self::String),
            (Self::Number, to) => matches!(to, Self::Number | Self::String),
            (Self::String, to) => matches!(to, Self::Bool | Self::Number | Self::String),
            (Self::List(from) | Self::Set(from), Self::List(to) | Self::Set(to)) | (Self::Map(from), Self::Map(to)) => {
                from.may_become(to)
            }
            (Self::Tuple(items), Self::List(to) | Self::Set(to)) => items.iter().all(|item| item.may_become(to)),
            (Self::Object(attributes), Self::Map(to)) => {
                attributes.values().all(|attribute| attribute.ty.may_become(to))
            }
            (Self::List(_) | Self::Set(_) | Self::Tuple(_), to) => {
                matches!(to, Self::List(_) | Self::Set(_) | Self::Tuple(_))
            }
            (Self::Map(_) | Self::Object(_), to) => matches!(to, Self::Map(_) | Self::Object(_)),
        }
    }

    /// Whether every value of this type is converted to another, whatever [`Type::Any`] stands for.
    #[must_use]
    pub fn always_becomes(&self, to: &Self) -> bool {
        match (self, to) {
            (_, Self::Any) | (Self::Bool | Self::Number, Self::String) => true,
            (Self::List(from) | Self::Set(from), Self::List(to) | Self::Set(to)) | (Self::Map(from), Self::Map(to)) => {
                from.always_becomes(to)
            }
            (Self::Tuple(items), Self::List(to) | Self::Set(to)) => items.iter().all(|item| item.always_becomes(to)),
            (Self::Object(attributes), Self::Map(to)) => {
                attributes.values().all(|attribute| attribute.ty.always_becomes(to))
            }
            (from, to) => from == to && !from.is_vague(),
        }
    }

    /// The type as Terraform's messages call it. As it is written, it is [`std::fmt::Display`].
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Any => "any single type".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Number => "number".to_owned(),
            Self::String => "string".to_owned(),
            Self::List(element) => format!("list of {}", element.describe()),
            Self::Set(element) => format!("set of {}", element.describe()),
            Self::Map(element) => format!("map of {}", element.describe()),
            Self::Tuple(_) => "tuple".to_owned(),
            Self::Object(_) => "object".to_owned(),
        }
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Any => out.write_str("any"),
            Self::Bool => out.write_str("bool"),
            Self::Number => out.write_str("number"),
            Self::String => out.write_str("string"),
            Self::List(element) => write!(out, "list({element})"),
            Self::Set(element) => write!(out, "set({element})"),
            Self::Map(element) => write!(out, "map({element})"),
            Self::Tuple(items) => {
                let items: Vec<String> = items.iter().map(Self::to_string).collect();
                write!(out, "tuple([{}])", items.join(", "))
            }
            Self::Object(attributes) => {
                let attribute = |(name, Attribute { ty, default }): (&String, &Attribute)| match default {
                    Some(default) => format!("{name} = optional({ty}, {})", default.describe()),
                    None => format!("{name} = {ty}"),
                };
                let attributes: Vec<String> = attributes.iter().map(attribute).collect();
                write!(out, "object({{{}}})", attributes.join(", "))
            }
        }
    }
}
