//! A value in a plan beside what the plan says about it: which parts are known after apply only, and which are secret.
//! Both mirror the value's shape; `true` stands for everything below.
//! <https://developer.hashicorp.com/terraform/internals/json-format#change-representation>

use indexmap::{IndexMap, IndexSet};

use crate::source::Span;
use crate::syntax::{Node, NodeKind, Scalar, Style};
use crate::value::{Input, ListKind, MapKind, Number, Origin, Reason, Role, Symbol, SymbolSource, Value};

use super::place::Place;

/// A value with its mirrors.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Slot<'p> {
    /// The value. What is unknown is missing from an object and null in a list.
    pub value: Option<&'p Node>,
    /// What is known after apply only.
    pub unknown: Option<&'p Node>,
    /// What is secret.
    pub sensitive: Option<&'p Node>,
}

impl<'p> Slot<'p> {
    /// An attribute.
    pub fn field(self, name: &str) -> Self {
        self.part(|node| node.get(name))
    }

    /// The elements of a list; a value alone is a list of one, as nested objects of newer providers are.
    pub fn items(self) -> Vec<Self> {
        match self.value.map(|node| (node, &node.kind)) {
            Some((_, NodeKind::Sequence(items))) => (0..items.len()).map(|index| self.item(index)).collect(),
            Some((node, _)) if !is_null(node) => vec![self],
            _ => Vec::new(),
        }
    }

    /// Whether all of it is known after apply only.
    pub fn is_unknown(self) -> bool {
        self.unknown.is_some_and(is_true)
    }

    /// Whether there is nothing: null, or not written.
    pub fn is_absent(self) -> bool {
        !self.is_unknown() && self.value.is_none_or(is_null)
    }

    /// Whether any of it is secret.
    pub fn is_secret(self) -> bool {
        self.sensitive.is_some_and(holds_true)
    }

    /// How much of it the plan tells.
    pub fn extent(self) -> Extent {
        match self.unknown {
            Some(mirror) if is_true(mirror) => Extent::Nothing,
            Some(mirror) if holds_true(mirror) => Extent::Part,
            _ => Extent::Whole,
        }
    }

    fn item(self, index: usize) -> Self {
        self.part(|node| node.items()?.get(index))
    }

    fn part(self, of: impl Fn(&'p Node) -> Option<&'p Node>) -> Self {
        let mirror = |mirror: Option<&'p Node>| mirror.filter(|node| is_true(node)).or_else(|| mirror.and_then(&of));
        Self { value: self.value.and_then(&of), unknown: mirror(self.unknown), sensitive: mirror(self.sensitive) }
    }
}

/// How much of a value a plan tells: what is known after apply only, it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it.
    Whole,
    /// Some of it.
    Part,
    /// Nothing.
    Nothing,
}

/// The attribute a slot is, to name what is unknown in it and to say where it stands.
#[derive(Clone)]
pub(super) struct Path<'p> {
    /// The resource or data source.
    pub source: SymbolSource,
    /// The attribute, with a path into it.
    pub attribute: String,
    /// Where what is absent would be written, in the plan.
    pub header: Span,
    /// Where it is written in the sources, if they are there.
    pub place: Option<Place<'p>>,
}

impl Path<'_> {
    /// The path of a part.
    pub fn field(&self, name: &str) -> Self {
        let attribute = if self.attribute.is_empty() { name.to_owned() } else { format!("{}.{name}", self.attribute) };
        Self { attribute, place: self.place.as_ref().map(|place| place.field(name)), ..self.clone() }
    }

    /// Where a value stands: in the sources, else where the plan prints it, else what announces it.
    pub fn origin(&self, printed: Option<&Node>) -> Origin {
        match (&self.place, printed) {
            (Some(place), _) => place.origin(),
            (None, Some(node)) => Origin::expression(node.span),
            (None, None) => self.announced(),
        }
    }

    /// What announces the innermost block.
    pub fn announced(&self) -> Origin {
        Origin::at(self.place.as_ref().map_or(self.header, Place::header), Role::Header)
    }

    /// Where a secret stands: not in its own text.
    fn secret(&self) -> Origin {
        let announced = self.place.as_ref().map_or(self.header, Place::header);
        self.announced().through(announced, Role::Secret)
    }

    /// The path of an element, which is the header of what it holds.
    pub fn item(&self, index: usize, slot: Slot<'_>) -> Self {
        let header = slot.value.filter(|_| slot.sensitive.is_none_or(|node| !is_true(node)));
        Self {
            source: self.source.clone(),
            attribute: format!("{}[{index}]", self.attribute),
            header: header.map_or(self.header, |node| node.span),
            place: self.place.as_ref().map(|place| place.item(index)),
        }
    }

    /// What is set at deployment.
    pub fn opaque(&self) -> Value {
        let symbol = Symbol { source: self.source.clone(), attribute: self.attribute.clone() };
        Value::opaque(symbol, self.origin(None))
    }

    /// Blocks of which even their number is known after apply only: a `dynamic` block makes them.
    pub fn open(&self) -> Value {
        let symbol = Symbol { source: self.source.clone(), attribute: self.attribute.clone() };
        let reason = Reason::Elsewhere("the plan knows it after apply only".to_owned());
        Value::open(Input::undecidable(symbol.to_string(), reason, self.origin(None)), self.origin(None))
    }

    /// What is not there.
    pub fn absent(&self) -> Value {
        Value::null(self.origin(None))
    }
}

/// The value of a slot. A secret is judged as what it is; it stands where its resource or block is announced, and reports do
/// not show it.
pub(super) fn value(slot: Slot<'_>, path: &Path<'_>) -> Value {
    if slot.is_unknown() {
        return path.opaque();
    }
    let Some(node) = slot.value else { return path.absent() };
    let is_secret = slot.sensitive.is_some_and(is_true);
    let origin = if is_secret { path.secret() } else { path.origin(Some(node)) };
    match &node.kind {
        NodeKind::Scalar(scalar) => known(scalar, origin),
        NodeKind::Sequence(items) => {
            let items = (0..items.len()).map(|index| {
                let item = slot.item(index);
                value(item, &path.item(index, item))
            });
            Value::list(ListKind::List, items.collect(), origin)
        }
        NodeKind::Mapping(_) => {
            let entries =
                keys(slot).into_iter().map(|name| (name.to_owned(), value(slot.field(name), &path.field(name))));
            Value::map(MapKind::Object, entries.collect::<IndexMap<_, _>>(), origin)
        }
    }
}

/// The value of a slot of which all is known, wherever it stands.
pub(super) fn anywhere(slot: Slot<'_>, origin: &Origin) -> Value {
    let inner = |node: &Node| anywhere(Slot { value: Some(node), ..Slot::default() }, origin);
    match slot.value.map(|node| &node.kind) {
        None => Value::null(origin.clone()),
        Some(NodeKind::Scalar(scalar)) => known(scalar, origin.clone()),
        Some(NodeKind::Sequence(items)) => {
            Value::list(ListKind::Tuple, items.iter().map(inner).collect(), origin.clone())
        }
        Some(NodeKind::Mapping(entries)) => {
            let entries = entries.iter().filter_map(|entry| Some((entry.key.text()?.to_owned(), inner(&entry.value))));
            Value::map(MapKind::Object, entries.collect(), origin.clone())
        }
    }
}

/// The keys of an object: those that are known, then those that are not.
fn keys(slot: Slot<'_>) -> IndexSet<&str> {
    let entries = slot.value.into_iter().chain(slot.unknown).flat_map(Node::entries);
    entries.filter_map(|entry| entry.key.text()).collect()
}

fn known(scalar: &Scalar, origin: Origin) -> Value {
    match (scalar.style, scalar.text.as_str()) {
        (Style::Plain, "null") => Value::null(origin),
        (Style::Plain, "true") => Value::bool(true, origin),
        (Style::Plain, "false") => Value::bool(false, origin),
        (Style::Plain, text) => match Number::parse(text) {
            Ok(number) => Value::number(number, origin),
            Err(_) => Value::text(text, origin),
        },
        (Style::Quoted, text) => Value::text(text, origin),
    }
}

fn is_true(node: &Node) -> bool {
    is_plain(node, "true")
}

fn holds_true(node: &Node) -> bool {
    let inner = node.items().into_iter().flatten().chain(node.entries().iter().map(|entry| &entry.value));
    is_true(node) || inner.into_iter().any(holds_true)
}

fn is_null(node: &Node) -> bool {
    is_plain(node, "null")
}

fn is_plain(node: &Node, text: &str) -> bool {
    matches!(&node.kind, NodeKind::Scalar(scalar) if scalar.style == Style::Plain && scalar.text == text)
}
