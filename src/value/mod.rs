//! What an expression can be worth before anything is deployed, and how certain that is.
//!
//! A value is *known*, or *opaque* (set at deployment, content unknown), or *open* (an input decides),
//! or *pending* (it follows from the answer to a question), or *failed* (the real tool would refuse).
//! Evaluation is total and never asks: it returns pending values, and whoever needs one decided asks the
//! [`World`]. This room knows neither Terraform nor CloudFormation.

mod agree;
mod alike;
mod awaited;
mod before;
mod collection;
mod domain;
mod facts;
mod failure;
mod fixed;
mod foreign;
mod input;
mod json;
mod literal;
mod marked;
mod names;
mod number;
mod origin;
mod parting;
mod pattern;
mod read;
mod same;
mod secret;
mod symbol;
mod text;
mod traced;
mod ty;
mod witness;
mod work;
mod world;

use std::sync::Arc;

use indexmap::IndexMap;

pub use alike::Alike;
pub use awaited::Awaited;
pub use before::{Before, InputSet, look_at, look_at_input, watched};
pub use domain::{Domain, Emptiness, Keys, Mirrored};
pub use failure::Failure;
pub use fixed::{is_fixed, is_variable, is_wide_range};
pub use foreign::{OfUnit, name_of};
pub use input::{Ask, Claim, Input, Junction, Question, Reason};
pub use json::{Layout, encoded_name, json_escaped, json_of, written_as_json};
pub use literal::Literal;
pub use marked::{Mark, Marked, Piece};
pub use names::{
    all_names_in, attempted, elements_in, index_in, is_inside, is_part, mentions, names_in, renamed, step,
};
pub use number::{Decimal, NoNumber, Number};
pub use origin::{Hop, Origin, Role, Way};
pub use parting::Parting;
pub use pattern::Pattern;
pub use read::{Decided, Stop, any, every, first};
pub use secret::SENSITIVE;
pub use symbol::{Symbol, SymbolSource};
pub use text::{Part, Text};
pub use ty::{Attribute, Type};
pub use witness::{Met, Witness};
pub use work::Work;
pub use world::World;

/// A value and the chain of places it came through.
#[derive(Debug, Clone)]
pub struct Value {
    /// What the value is.
    pub data: Data,
    /// Where it was written, and through which names it came here.
    pub origin: Origin,
    /// The type that the data alone does not tell: of null, of a collection without elements, of what is open or opaque.
    /// `None` is [`Type::Any`]. A question passes through operations of every type, so what is pending has none.
    /// CloudFormation has no types that matter.
    pub ty: Option<Arc<Type>>,
    /// Of what is pending: what it may come to, if that is known.
    pub awaited: Option<Arc<Awaited>>,
}

/// Everything a value can be.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// Null in Terraform, absent (`AWS::NoValue`) in CloudFormation.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text, perhaps with parts that are opaque, open or pending.
    Text(Text),
    /// An ordered collection.
    List(ListKind, Arc<Vec<Value>>),
    /// A collection with texts as keys, in source order (Terraform's functions sort where Terraform does).
    Map(MapKind, Arc<IndexMap<String, Value>>),
    /// Set at deployment; its content is unknown until then.
    Opaque(Arc<Symbol>),
    /// Decided by an input.
    Open(Arc<Input>),
    /// Known as soon as this question is answered; evaluation in the answered world gives the value.
    Pending(Arc<Question>),
    /// The real tool would stop here with this message.
    Failed(Arc<Failure>),
    /// A resource, data source or module as a whole, with its address; its attributes are evaluated when read.
    Object(ObjectId, Arc<str>),
}

/// Which of Terraform's ordered collections a list is; CloudFormation's are all [`ListKind::List`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// Elements may differ in type; what `[…]` makes.
    Tuple,
    /// All elements have one type.
    List,
    /// Without duplicates, in Terraform's order.
    Set,
}

/// Which of Terraform's keyed collections a map is; CloudFormation's are all [`MapKind::Object`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapKind {
    /// Attributes may differ in type; what `{…}` makes.
    Object,
    /// All elements have one type.
    Map,
}

/// A resource, data source or module instance as the front end that made it numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub usize);

impl PartialEq for Value {
    /// Equality of what the values are; where they came from does not matter. What waits for an answer is equal to nothing:
    /// one question leads to many values.
    fn eq(&self, other: &Self) -> bool {
        !matches!(self.data, Data::Pending(_)) && self.data == other.data
    }
}

impl Value {
    /// A value with its origin.
    #[must_use]
    pub fn new(data: Data, origin: Origin) -> Self {
        Self { data, origin, ty: None, awaited: None }
    }

    /// Null.
    #[must_use]
    pub fn null(origin: Origin) -> Self {
        Self::new(Data::Null, origin)
    }

    /// A boolean.
    #[must_use]
    pub fn bool(value: bool, origin: Origin) -> Self {
        Self::new(Data::Bool(value), origin)
    }

    /// A number.
    #[must_use]
    pub fn number(value: impl Into<Number>, origin: Origin) -> Self {
        Self::new(Data::Number(value.into()), origin)
    }

    /// A text that is known.
    #[must_use]
    pub fn text(value: impl Into<String>, origin: Origin) -> Self {
        Self::new(Data::Text(Text::literal(value)), origin)
    }

    /// A list of the given kind.
    #[must_use]
    pub fn list(kind: ListKind, items: Vec<Value>, origin: Origin) -> Self {
        Self::new(Data::List(kind, Arc::new(items)), origin)
    }

    /// A map of the given kind.
    #[must_use]
    pub fn map(kind: MapKind, entries: IndexMap<String, Value>, origin: Origin) -> Self {
        Self::new(Data::Map(kind, Arc::new(entries)), origin)
    }

    /// An opaque value.
    #[must_use]
    pub fn opaque(symbol: Symbol, origin: Origin) -> Self {
        Self::new(Data::Opaque(Arc::new(symbol)), origin)
    }

    /// A value an input decides.
    #[must_use]
    pub fn open(input: impl Into<Arc<Input>>, origin: Origin) -> Self {
        Self::new(Data::Open(input.into()), origin)
    }

    /// A value that follows from the answer to `question`.
    #[must_use]
    pub fn pending(question: impl Into<Arc<Question>>, origin: Origin) -> Self {
        Self::new(Data::Pending(question.into()), origin)
    }

    /// What the real tool would refuse, with its reason.
    #[must_use]
    pub fn failed(message: impl Into<String>, origin: Origin) -> Self {
        let failure = Failure::new(message, origin.clone());
        Self::new(Data::Failed(Arc::new(failure)), origin)
    }

    /// The same value with its type, if it has none yet and its data alone does not tell it.
    #[must_use]
    pub fn typed(self, ty: &Type) -> Self {
        let is_told = match &self.data {
            Data::Null | Data::Open(_) | Data::Opaque(_) => false,
            Data::List(kind, items) => *kind == ListKind::Tuple || !items.is_empty(),
            Data::Map(kind, entries) => *kind == MapKind::Object || !entries.is_empty(),
            _ => true,
        };
        if is_told || self.ty.is_some() || *ty == Type::Any {
            return self;
        }
        Self { ty: Some(Arc::new(ty.clone())), ..self }
    }

    /// The object or tuple as one that may have become a map or a list, because of something beside it whose type is not known.
    #[must_use]
    pub fn perhaps_converted(self) -> Self {
        let is_structural = matches!(self.data, Data::List(ListKind::Tuple, _) | Data::Map(MapKind::Object, _));
        Self { ty: if is_structural { Some(Arc::new(Type::Any)) } else { self.ty }, ..self }
    }

    /// Whether it is an object or tuple that may have become a map or a list.
    #[must_use]
    pub fn is_perhaps_converted(&self) -> bool {
        let is_structural = matches!(self.data, Data::List(ListKind::Tuple, _) | Data::Map(MapKind::Object, _));
        is_structural && self.ty.is_some()
    }

    /// What is said of the type that the data alone does not tell.
    #[must_use]
    pub fn said_type(&self) -> &Type {
        self.ty.as_deref().unwrap_or(&Type::Any)
    }

    /// The text, if the whole value is a known text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => text.as_literal(),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The elements, if it is a list of any kind.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        match &self.data {
            Data::List(_, items) => Some(items),
            _ => None,
        }
    }

    /// The entries, if it is a map of any kind.
    #[must_use]
    pub fn as_map(&self) -> Option<&IndexMap<String, Value>> {
        match &self.data {
            Data::Map(_, entries) => Some(entries),
            _ => None,
        }
    }

    /// Shows the value and everything in it to `visitor`.
    pub fn visit<'v>(&'v self, visitor: &mut dyn FnMut(&'v Self)) {
        visitor(self);
        match &self.data {
            Data::Text(text) => text.values().for_each(|part| part.visit(visitor)),
            Data::List(_, items) => items.iter().for_each(|item| item.visit(visitor)),
            Data::Map(_, entries) => entries.values().for_each(|entry| entry.visit(visitor)),
            _ => {}
        }
    }

    /// The value under `key`: null where a map lacks it, a new open value under an open one, and whatever keeps
    /// the whole from being known otherwise.
    #[must_use]
    pub fn field(&self, key: &str) -> Self {
        if let Some((Junction::Map, [.., last])) = self.parts()
            && last.as_map().is_some_and(|entries| entries.contains_key(key))
        {
            return last.field(key);
        }
        let data = match &self.data {
            Data::Map(_, entries) => {
                let entry = entries.get(key).map(|entry| self.part(entry));
                return entry.unwrap_or_else(|| Self::null(self.origin.clone()));
            }
            Data::Open(input) => {
                let name = format!("{}.{key}", input.name);
                let reason = input.reason.of_part();
                Data::Open(Arc::new(Input { name, reason, domain: Domain::default(), origin: input.origin.clone() }))
            }
            Data::Opaque(symbol) => {
                let path =
                    if symbol.attribute.is_empty() { key.to_owned() } else { format!("{}.{key}", symbol.attribute) };
                Data::Opaque(Arc::new(Symbol { source: symbol.source.clone(), attribute: path }))
            }
            Data::Pending(_) | Data::Failed(_) => self.data.clone(),
            _ => Data::Null,
        };
        Self::new(data, self.origin.clone())
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.data == Data::Null
    }

    /// The first value, depth first, that keeps this one from being known: failed before pending before open
    /// before opaque. `None` when everything in it is known. An operation over values that has no rule of its
    /// own for unknowns gives what this says: the same failure, the same question, or a new derived value.
    #[must_use]
    pub fn obstacle(&self) -> Option<&Value> {
        fn rank(value: &Value) -> u8 {
            match value.data {
                Data::Failed(_) => 0,
                Data::Pending(_) => 1,
                Data::Open(_) => 2,
                _ => 3,
            }
        }
        let children: Vec<&Value> = match &self.data {
            Data::Opaque(_) | Data::Open(_) | Data::Pending(_) | Data::Failed(_) => return Some(self),
            Data::Text(text) => text.values().collect(),
            Data::List(_, items) => items.iter().collect(),
            Data::Map(_, entries) => entries.values().collect(),
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::Object(..) => return None,
        };
        children.into_iter().filter_map(Value::obstacle).min_by_key(|value| rank(value))
    }

    /// What in the value waits for an answer, where nothing in it failed.
    #[must_use]
    pub fn waiting(&self) -> Option<&Value> {
        self.obstacle().filter(|obstacle| matches!(obstacle.data, Data::Pending(_)))
    }

    /// A canonical text for the value, the same for equal values: names derived inputs and symbols. Of what waits for an
    /// answer it is the question, which does not tell what becomes of the answer: that must not name anything.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.data {
            Data::Null => "null".to_owned(),
            Data::Bool(value) => value.to_string(),
            Data::Number(value) => value.to_string(),
            Data::Text(text) => text.describe(),
            Data::List(kind, items) => {
                let items = items.iter().map(Value::describe).collect::<Vec<_>>().join(", ");
                if *kind == ListKind::Set { format!("toset([{items}])") } else { format!("[{items}]") }
            }
            Data::Map(_, entries) => {
                let entries: Vec<_> =
                    entries.iter().map(|(key, value)| format!("{key} = {}", value.describe())).collect();
                format!("{{{}}}", entries.join(", "))
            }
            Data::Opaque(symbol) => symbol.to_string(),
            Data::Open(input) if self.is_text_of_another(input) => format!("tostring({})", input.itself().name),
            Data::Open(input) => input.itself().name.clone(),
            Data::Pending(question) => question.describe(),
            Data::Failed(failure) => format!("({})", failure.message),
            Data::Object(_, address) => address.to_string(),
        }
    }

    /// A canonical text for the value where it stands in a text or as a key: whatever stands there is made a text.
    #[must_use]
    pub fn describe_in_text(&self) -> String {
        match &self.data {
            Data::Open(input) => input.itself().name.clone(),
            _ => self.describe(),
        }
    }

    /// Whether it is the text that an input becomes which may be something else: two inputs whose texts are the same may differ.
    fn is_text_of_another(&self, input: &Input) -> bool {
        let may_differ = input.domain.keys.is_number() || input.domain.keys == Keys::Converted;
        *self.said_type() == Type::String && may_differ
    }
}
