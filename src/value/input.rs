//! Inputs that decide values, and the closed set of questions that may be asked about them.

use std::sync::Arc;

use super::{Domain, Keys, Literal, Met, Mirrored, Number, Origin, Type, Value, Witness};

/// Something outside the sources that decides a value: a variable without value, a parameter without default,
/// an output of a module that is not on disk, or whatever cannot be decided, named by its reason.
#[derive(Debug, Clone)]
pub struct Input {
    /// The name, unique in its unit: `var.env`, `Env`, `module.logs.bucket_id`, or the canonical text of the
    /// expression over other inputs that it stands for.
    pub name: String,
    /// Why it is open.
    pub reason: Reason,
    /// Which values it can have.
    pub domain: Domain,
    /// Where it is declared, or where the expression stands.
    pub origin: Origin,
}

/// Why an input is open.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// Nobody gave it a value; the option that would (`--var env=VALUE`, `--parameter Env=VALUE`).
    NoValue(String),
    /// It is a function of other inputs that is not one of the questions.
    Derived,
    /// It is whether these two are the same.
    Same(Arc<[Arc<Input>; 2]>),
    /// It is the length of this collection, so that comparing it is a question about the collection.
    LengthOf(Arc<Input>),
    /// It is a collection put together of these, some of which are unknown.
    Joined(Junction, Arc<Vec<Value>>),
    /// It is a collection whose elements are all made like this one: a key, and what it leads to; and what says whether that is
    /// true, if anything does, whatever the answers about it are.
    Each(Arc<(Value, Value)>, Option<Met>),
    /// It is a collection of those elements of another that meet a condition: a key, what it leads to, and whether the two
    /// that stand for all meet it.
    Filtered(Arc<[Value; 3]>),
    /// It is whether any element of a collection meets a condition.
    AnyOf(Arc<Witness>),
    /// It is decided by a module of this configuration that is not on disk: its address and source.
    ModuleNotOnDisk {
        /// The module's address.
        module: String,
        /// What its `source` says.
        source: String,
    },
    /// It is decided elsewhere: a remote state, an external program.
    Elsewhere(String),
    /// This program does not know the function, syntax or macro.
    Unsupported(String),
    /// The real tool would stop there in every world: an undeclared reference, a missing file.
    Broken(String),
    /// A limit of this program was reached.
    Limit(String),
}

impl Reason {
    /// Why a part of the input is open. What a collection is made of is not what a part of it is made of.
    #[must_use]
    pub fn of_part(&self) -> Self {
        match self {
            Self::Joined(..) | Self::Each(..) | Self::Filtered(_) => Self::Derived,
            other => other.clone(),
        }
    }
}

/// How a collection is put together of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Junction {
    /// Lists, one after the other.
    List,
    /// Elements in an order that is not known; equal ones may be one.
    Set,
    /// Lists, whose elements come in an order that is not known.
    Shuffled,
    /// Maps, of which the entries of a later one replace those of an earlier one.
    Map,
}

impl Junction {
    /// Whether it has elements, and no keys.
    #[must_use]
    pub fn is_of_elements(self) -> bool {
        self != Self::Map
    }

    /// Whether it has all the elements of its parts.
    #[must_use]
    pub fn keeps_all(self) -> bool {
        matches!(self, Self::List | Self::Shuffled)
    }
}

/// A question about an input; every answer is yes or no.
#[derive(Debug, Clone)]
pub struct Question {
    /// What is asked about.
    pub input: Arc<Input>,
    /// What is asked.
    pub ask: Ask,
    /// Where what waits for the answer stands: for whoever wants to know why it is asked. It is the same question wherever it
    /// is asked.
    pub at: Origin,
}

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ask {
    /// Is it null (or absent)?
    Null,
    /// Is it the empty text or an empty collection?
    Empty,
    /// Is it true? (Otherwise it is false.)
    True,
    /// Is it a text that Terraform converts to true? (Otherwise it is one that is converted to false.)
    WorthTrue,
    /// Is it so? The input's name is the sentence that ends with what is claimed.
    So(Claim),
    /// Is it this value?
    Is(Literal),
    /// Is it this text, once it is one? So is a number or boolean that is written like that.
    Becomes(String),
    /// Is it one fixed value: no wildcard, no policy variable, no wide address range?
    Fixed,
    /// Is it a list, a set or a tuple? Asked of what no type is written of.
    Listed,
    /// Does the collection hold this key or element?
    Holds(Literal),
    /// Does it hold more than this many elements?
    LongerThan(usize),
    /// Is the number more than this one?
    Above(Number),
    /// Is the number less than this one?
    Below(Number),
}

/// What is claimed of a subject: `is public`, or `belongs to` something. How that is said, and how it is denied, is in
/// `rules/words.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Claim {
    /// What is claimed, in its canonical words.
    pub predicate: &'static str,
    /// What else it is about; empty where it is about the subject alone.
    pub object: String,
}

impl PartialEq for Input {
    /// Inputs are the same when their names are.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Input {}

impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        self.input == other.input && self.ask == other.ask
    }
}

impl Input {
    /// An input that is a function of other inputs, named by the expression's canonical text.
    #[must_use]
    pub fn derived(name: impl Into<String>, origin: Origin) -> Self {
        Self { name: name.into(), reason: Reason::Derived, domain: Domain::default(), origin }
    }

    /// What is opaque, or a text made of it, as something that may be compared: it is set. Asked by its name, so that an
    /// account that has one number has no other.
    #[must_use]
    pub fn set(value: &Value, origin: Origin) -> Self {
        let domain = Domain { never_null: true, never_empty: true, ..Domain::default() };
        Self { domain, ..Self::derived(value.describe(), origin) }
    }

    /// An input for what this program or the real tool cannot evaluate, named by the reason.
    #[must_use]
    pub fn undecidable(name: impl Into<String>, reason: Reason, origin: Origin) -> Self {
        Self { name: name.into(), reason, domain: Domain::default(), origin }
    }
}

impl Input {
    /// The input as a collection of which the type of the elements is known.
    #[must_use]
    pub fn with_elements(self: &Arc<Self>, element: &Type) -> Arc<Self> {
        if *element == Type::Any {
            return Arc::clone(self);
        }
        let domain = Domain { element: Some(Arc::new(element.clone())), ..self.domain.clone() };
        Arc::new(Self { domain, ..self.as_ref().clone() })
    }

    /// The input under a name that is its own: a set has the name of the list that it is made of, but may be shorter.
    #[must_use]
    pub fn itself(self: &Arc<Self>) -> Arc<Self> {
        match &self.domain.mirrors {
            Some((Mirrored::Members, of)) if of == self => {
                Arc::new(Self { name: format!("toset({})", self.name), ..self.as_ref().clone() })
            }
            _ => Arc::clone(self),
        }
    }

    /// Whether what stands for all elements that it is made of need not be in it: it is made of those that meet a condition,
    /// and nothing tells whether that one does.
    #[must_use]
    pub fn is_selected(&self) -> bool {
        let is_made_of_all = |mirrored: Mirrored| matches!(mirrored, Mirrored::Emptiness | Mirrored::Any);
        let source = self.domain.mirrors.as_ref().filter(|(mirrored, of)| !is_made_of_all(*mirrored) && **of != *self);
        matches!(self.reason, Reason::Filtered(_)) || source.is_some_and(|(_, of)| of.is_selected())
    }

    /// The collection that certainly has as many elements: itself, or what it is made of.
    #[must_use]
    pub fn counted(self: &Arc<Self>) -> &Arc<Self> {
        match &self.domain.mirrors {
            Some((
                Mirrored::Length | Mirrored::Elements | Mirrored::Keys | Mirrored::Entries | Mirrored::Items,
                of,
            )) => of.counted(),
            _ => self,
        }
    }
}

impl Claim {
    /// That a subject is something.
    #[must_use]
    pub fn new(predicate: &'static str) -> Self {
        Self { predicate, object: String::new() }
    }

    /// That a subject has to do with an object.
    #[must_use]
    pub fn with(predicate: &'static str, object: impl Into<String>) -> Self {
        Self { predicate, object: object.into() }
    }

    /// The question whether it is so of a subject, which is open for a reason.
    #[must_use]
    pub fn of(self, subject: &str, reason: Reason, origin: Origin) -> Arc<Question> {
        let input = Input::undecidable(format!("{subject} {self}"), reason, origin);
        Arc::new(Question::new(input, Ask::So(self)))
    }

    /// What it is claimed of, in the name of the input that is asked.
    #[must_use]
    pub fn subject<'a>(&self, name: &'a str) -> Option<&'a str> {
        name.strip_suffix(&self.to_string())?.strip_suffix(' ')
    }
}

impl std::fmt::Display for Claim {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.predicate)?;
        if self.object.is_empty() { Ok(()) } else { write!(out, " {}", self.object) }
    }
}

impl Ask {
    /// The question about what has this name in its canonical text, such as `var.env == "prod"`.
    #[must_use]
    pub fn about(&self, name: &str) -> String {
        match self {
            Self::Null => format!("{name} == null"),
            Self::Empty => format!("{name} is empty"),
            Self::True | Self::WorthTrue | Self::So(_) => name.to_owned(),
            Self::Is(literal) => format!("{name} == {literal}"),
            Self::Becomes(text) => format!("tostring({name}) == \"{text}\""),
            Self::Fixed => format!("{name} is a fixed value"),
            Self::Listed => format!("{name} is a list"),
            Self::Holds(literal) => format!("{name} holds {literal}"),
            Self::LongerThan(count) => format!("length({name}) > {count}"),
            Self::Above(number) => format!("{name} > {number}"),
            Self::Below(number) => format!("{name} < {number}"),
        }
    }
}

impl Question {
    /// The question of whoever cannot do without an error of the sources, whatever it is worth: a world that has an answer says
    /// nothing, as `judge::errors` has it.
    #[must_use]
    pub fn reading(error: &Arc<Input>) -> Self {
        Self::new(Arc::clone(error), Ask::Null)
    }

    /// A question about an input, or about the collection that has the answer.
    #[must_use]
    pub fn new(input: impl Into<Arc<Input>>, ask: Ask) -> Self {
        let input = input.into();
        let ask = match ask {
            Ask::Is(literal) if input.domain.keys == Keys::Converted && literal.written_out().is_some() => {
                Ask::Becomes(literal.as_text())
            }
            Ask::Is(literal) => Ask::Is(input.domain.own(literal)),
            ask => ask,
        };
        let mirrors = input.domain.mirrors.as_ref().filter(|_| ask != Ask::Null || !input.domain.never_null);
        let asked = mirrors.and_then(|(mirrored, of)| Some((of, mirrored.asked(&ask)?)));
        match asked {
            Some((of, ask)) => Self::new(of.itself(), ask),
            None => Self { input, ask, at: Origin::default() },
        }
    }

    /// The question as it is asked by what has this chain.
    #[must_use]
    pub fn asked_at(&self, at: &Origin) -> Self {
        Self { at: at.clone(), ..self.clone() }
    }

    /// A canonical text, such as `var.env == "prod"`.
    #[must_use]
    pub fn describe(&self) -> String {
        self.ask.about(&self.input.name)
    }
}
