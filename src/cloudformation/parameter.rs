//! A parameter's declaration: which values it can have, and what a text is worth as one.

use std::sync::Arc;

use regex::bytes::RegexBuilder;

use crate::source::Span;
use crate::syntax::{Entry, Node};
use crate::value::{
    Data, Domain, Input, ListKind, Literal, Number, Origin, Part, Pattern, Reason, Role, Text, Value, is_fixed,
};

use super::intrinsic;
use super::parameter_file::plain_text;
use super::template::function;
use super::text::{joined, named, parts};

/// A declared parameter.
#[derive(Debug, Clone, Copy)]
pub struct Parameter<'t> {
    /// Its name.
    pub name: &'t str,
    entry: &'t Entry,
}

/// How a parameter's type takes a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// As it is.
    Text,
    /// Cut at its commas.
    List,
    /// As the name of an SSM parameter, which holds the value.
    Stored,
}

/// The option that gives a parameter a value.
pub fn option(name: &str) -> String {
    format!("--parameter {name}=VALUE")
}

impl<'t> Parameter<'t> {
    /// The parameter that a section's entry declares.
    pub fn new(entry: &'t Entry) -> Option<Self> {
        Some(Self { name: entry.key.text()?, entry })
    }

    /// Where it is declared.
    pub fn span(&self) -> Span {
        self.entry.key.span
    }

    /// Whether its value is a secret: `NoEcho`.
    pub fn is_secret(&self) -> bool {
        self.entry.value.get("NoEcho").and_then(Node::text).is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }

    /// Where its default stands.
    pub fn default_span(&self) -> Option<Span> {
        self.entry.value.get("Default").map(|node| node.span)
    }

    /// Its default, where that is within its constraints: one that is not makes whoever deploys the template give a value.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>
    pub fn default(&self) -> Option<Value> {
        let node = self.entry.value.get("Default")?;
        let value = self.typed_text(&listed_text(node)?, Origin::at(node.span, Role::Default));
        if self.refuses(&value) {
            return None;
        }
        Some(match (&value.data, node.scalar()) {
            (Data::Text(text), Some(scalar)) if text.as_literal() == Some(&scalar.text) => {
                Value::new(Data::Text(text.clone().written(scalar.places.clone())), value.origin)
            }
            _ => value,
        })
    }

    /// Its default, where the parent of its template fills something in there.
    pub fn filled_default(&self) -> Option<&'t Node> {
        self.entry.value.get("Default").filter(|node| function(node).is_some())
    }

    /// The value behind an SSM parameter's name, whatever the name is: it is set.
    pub fn stored(&self) -> Option<Value> {
        let origin = Origin::at(self.span(), Role::Header);
        (self.shape() == Shape::Stored).then(|| named(format!("{{{{resolve:ssm:${{{}}}}}}}", self.name), origin))
    }

    /// Whether its values are lists.
    pub fn is_list(&self) -> bool {
        self.shape() == Shape::List
    }

    /// The input it is when nothing gives it a value.
    pub fn input(&self) -> Arc<Input> {
        Arc::new(Input {
            name: self.name.to_owned(),
            reason: Reason::NoValue(option(self.name)),
            domain: self.domain(),
            origin: Origin::at(self.span(), Role::Header),
        })
    }

    /// The values `AllowedValues` names; none when there is no such list.
    pub fn allowed(&self) -> Vec<String> {
        let items = self.entry.value.get("AllowedValues").and_then(Node::items).unwrap_or_default();
        items.iter().filter_map(plain_text).collect()
    }

    /// Whether `AllowedValues` names its values.
    pub fn is_bounded(&self) -> bool {
        !self.allowed().is_empty()
    }

    /// Those of the allowed values that its other constraints accept.
    pub fn accepted(&self) -> impl Iterator<Item = String> {
        self.allowed().into_iter().filter(|text| !self.refuses_text(text))
    }

    fn domain(&self) -> Domain {
        let text = self.domain_of_text();
        if self.shape() == Shape::Text {
            return text;
        }
        let are_fixed = |values: &Vec<Literal>| values.iter().all(|value| is_fixed(&value.as_text()));
        let never_wide = text.values.as_ref().map_or(text.never_wide, are_fixed);
        let elements = (self.shape() == Shape::List).then(|| Arc::new(text));
        Domain { never_null: true, never_empty: self.excludes_empty(), never_wide, elements, ..Domain::default() }
    }

    /// What a text can be that is its value, or an item of its list: constraints are of each item.
    fn domain_of_text(&self) -> Domain {
        let allowed = self.allowed();
        if !allowed.is_empty() {
            let accepted: Vec<String> = self.accepted().collect();
            // Where the other constraints refuse them all, nobody can deploy the template, and there is nothing to tell apart.
            let accepted = if accepted.is_empty() { allowed } else { accepted };
            return Domain::of(accepted.into_iter().map(Literal::Text).collect());
        }
        let pattern = self.entry.value.get("AllowedPattern").and_then(Node::text).and_then(Pattern::parse);
        let texts = pattern.as_ref().and_then(Pattern::texts);
        if let Some(texts) = texts {
            return Domain::of(texts.into_iter().map(Literal::Text).collect());
        }
        // CloudFormation looks up what an AWS-specific type names: it is one thing that exists.
        let kind = self.kind_of_text();
        let names_one = kind == "Number" || (kind.starts_with("AWS::") && self.shape() != Shape::Stored);
        let never_empty =
            names_one || self.excludes_empty() && !self.is_list() || self.matches_pattern("") == Some(false);
        let never_wide = names_one || pattern.is_some_and(|pattern| pattern.is_never_wide());
        Domain { never_null: true, never_empty, never_wide, ..Domain::default() }
    }

    /// A bound of the length of a text. Nothing says that it is one of an item's, as `AllowedPattern` is one of "each value in
    /// the list". <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>
    fn length(&self, bound: &str) -> Option<Number> {
        if self.is_list() { None } else { self.number(bound) }
    }

    /// Whether its constraints refuse the empty text, whatever its type does.
    fn excludes_empty(&self) -> bool {
        self.is_bounded() && self.refuses_text("")
            || self.number("MinLength").is_some_and(|least| least > Number::from(0_usize))
            || self.matches_pattern("") == Some(false)
    }

    /// Its type, as it is declared.
    pub fn kind(&self) -> &'t str {
        self.entry.value.get("Type").and_then(Node::text).unwrap_or("String")
    }

    /// The type of a text that is its value, or an item of its list.
    fn kind_of_text(&self) -> &'t str {
        let kind = self.kind();
        kind.strip_prefix("List<").and_then(|kind| kind.strip_suffix('>')).unwrap_or(kind)
    }

    fn shape(&self) -> Shape {
        let kind = self.kind();
        if kind.starts_with("AWS::SSM::Parameter::Value<") {
            Shape::Stored
        } else if kind == "CommaDelimitedList" || kind.starts_with("List<") {
            Shape::List
        } else {
            Shape::Text
        }
    }

    /// What a given text is worth as this parameter's value.
    pub fn typed_text(&self, text: &str, origin: Origin) -> Value {
        let value = |text: &str, origin: Origin| joined([Part::Literal(text.to_owned())], origin);
        match self.shape() {
            Shape::Text => value(text, origin),
            Shape::List => {
                let items = text.split(',').map(|item| value(item.trim(), origin.clone())).collect();
                Value::list(ListKind::List, items, origin)
            }
            Shape::Stored => named(format!("{{{{resolve:ssm:{text}}}}}"), origin),
        }
    }

    /// What a value that another stack hands in is worth as this parameter's value.
    pub fn typed(&self, value: Value) -> Value {
        match (&value.data, self.shape()) {
            (Data::Pending(_) | Data::Failed(_) | Data::Null, _) | (Data::List(..), Shape::List) => value,
            (Data::List(_, items), Shape::Text) => {
                let items: Result<Vec<_>, _> = items.iter().map(parts).collect();
                match items {
                    Ok(items) => joined(items.join(&Part::Literal(",".to_owned())), value.origin),
                    Err(what) => Value::failed(format!("the parameter {} cannot be {what}", self.name), value.origin),
                }
            }
            (_, shape) => match parts(&value).map(Text::join) {
                Ok(text) => match text.as_literal() {
                    Some(text) => self.typed_text(text, value.origin),
                    None if shape == Shape::Stored => named(format!("{{{{resolve:ssm:{text}}}}}"), value.origin),
                    None if shape == Shape::List => intrinsic::cut_at_commas(&value),
                    None => value,
                },
                Err(what) => Value::failed(format!("the parameter {} cannot be {what}", self.name), value.origin),
            },
        }
    }

    /// What is open and handed in by another stack, with only those values that this parameter takes too.
    pub fn narrowed(&self, value: Value) -> Value {
        let Data::Open(input) = &value.data else { return value };
        let (own, theirs) = (self.domain(), &input.domain);
        let domain = match self.shape() {
            Shape::Stored => return value,
            Shape::Text => self.both(&own, theirs),
            Shape::List => Domain {
                never_empty: theirs.never_empty || own.never_empty,
                never_wide: theirs.never_wide || own.never_wide,
                elements: Some(Arc::new(self.both(&own.of_element(), &theirs.of_element()))),
                ..theirs.clone()
            },
        };
        let input = Input { domain, ..input.as_ref().clone() };
        Value { data: Data::Open(Arc::new(input)), ..value }
    }

    /// What a text can be that is of both domains and that the constraints accept.
    fn both(&self, own: &Domain, theirs: &Domain) -> Domain {
        let both = theirs.values.clone().or(own.values.clone()).map(|values| {
            values.into_iter().filter(|literal| !self.refuses_text(&literal.as_text())).collect::<Vec<_>>()
        });
        Domain {
            // Where nothing is left nobody can deploy this, and there is nothing to tell apart.
            values: both.filter(|values| !values.is_empty()).or(theirs.values.clone()),
            never_null: theirs.never_null || own.never_null,
            never_empty: theirs.never_empty || own.never_empty,
            never_wide: theirs.never_wide || own.never_wide,
            ..Domain::default()
        }
    }

    /// Whether CloudFormation refuses a known value for this parameter. Unknown values are never refused.
    pub fn refuses(&self, value: &Value) -> bool {
        match &value.data {
            Data::List(_, items) => items.iter().any(|item| self.refuses(item)),
            _ => Literal::of(value).is_some_and(|literal| self.refuses_text(&literal.as_text())),
        }
    }

    /// Whether CloudFormation refuses a text for this parameter, or for an item of its list.
    pub fn refuses_text(&self, text: &str) -> bool {
        let allowed = self.allowed();
        let length = Number::from(text.chars().count());
        let worth = Number::parse(text).ok();
        let names_nothing = text.is_empty() && self.kind().starts_with("AWS::") && self.shape() == Shape::Text;
        // A list without items is the empty text.
        let may_be_nothing = text.is_empty() && self.shape() == Shape::List;
        names_nothing
            || (!allowed.is_empty() && !allowed.iter().any(|allowed| allowed == text))
            || self.matches_pattern(text) == Some(false)
            || self.length("MinLength").is_some_and(|least| length < least)
            || self.length("MaxLength").is_some_and(|most| length > most)
            || (self.kind_of_text() == "Number" && worth.is_none() && !may_be_nothing)
            || self.number("MinValue").zip(worth.clone()).is_some_and(|(least, worth)| worth < least)
            || self.number("MaxValue").zip(worth).is_some_and(|(most, worth)| worth > most)
    }

    /// Whether a text matches `AllowedPattern`, as a whole. One that this program cannot read refuses nothing.
    fn matches_pattern(&self, text: &str) -> Option<bool> {
        let whole = format!("^(?:{})$", self.entry.value.get("AllowedPattern")?.text()?);
        // Bytes are characters here, and Unicode's classes would take a hundred times as long to build.
        match RegexBuilder::new(&whole).unicode(false).build().ok().filter(|_| text.is_ascii()) {
            Some(pattern) => Some(pattern.is_match(text.as_bytes())),
            // It may look ahead, or refer back.
            None => fancy_regex::Regex::new(&with_ascii_classes(&whole)).ok()?.is_match(text).ok(),
        }
    }

    /// `AllowedPattern`, where this program cannot read it.
    pub fn unreadable_pattern(&self) -> Option<&'t Node> {
        let node = self.entry.value.get("AllowedPattern")?;
        (node.text().is_some() && self.matches_pattern("").is_none()).then_some(node)
    }

    fn number(&self, name: &str) -> Option<Number> {
        Number::parse(self.entry.value.get(name)?.text()?).ok()
    }
}

/// The pattern with its classes written out: Java's are of ASCII.
fn with_ascii_classes(pattern: &str) -> String {
    let (mut written, mut characters) = (String::new(), pattern.chars());
    while let Some(character) = characters.next() {
        let escaped = if character == '\\' { characters.next() } else { None };
        match escaped {
            Some('d') => written.push_str("[0-9]"),
            Some('D') => written.push_str("[^0-9]"),
            Some('s') => written.push_str(r"[ \t\n\x0B\f\r]"),
            Some('S') => written.push_str(r"[^ \t\n\x0B\f\r]"),
            Some('w') => written.push_str("[0-9A-Za-z_]"),
            Some('W') => written.push_str("[^0-9A-Za-z_]"),
            escaped => written.extend(std::iter::once(character).chain(escaped)),
        }
    }
    written
}

/// A default's text; one that is written as a list has commas between its items.
fn listed_text(node: &Node) -> Option<String> {
    match node.items() {
        Some(items) => Some(items.iter().map(plain_text).collect::<Option<Vec<_>>>()?.join(",")),
        None => plain_text(node),
    }
}
