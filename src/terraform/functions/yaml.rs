//! `yamldecode`, and what a tree of JSON or YAML is worth. Scalars are read as Terraform's YAML library reads them:
//! YAML 1.2 with the booleans and dates of 1.1.

use std::sync::LazyLock;

use indexmap::IndexMap;
use regex::Regex;

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function};
use super::disputed;
use super::holes::{Holes, Reading};
use super::time::is_leap;
use crate::syntax::{Node, NodeKind, Parsed, ProblemSeverity, Scalar, Style, yaml};
use crate::terraform::types;
use crate::terraform::unknown::Outcome;
use crate::value::{Data, ListKind, MapKind, Number, Origin, Value, World};

pub(super) const FUNCTIONS: &[Function] = &[
    function("yamldecode", &[P::Text], Outcome::Nullable, decode),
    function("yamlencode", &[P::Nullable], Outcome::Set, super::yaml_write::encode),
];

fn decode(arguments: &Arguments) -> Answer {
    let Data::Text(text) = &arguments.value(0).data else { return Err(Trouble::Unknown) };
    let holes = Holes::dig(text, Reading::Yaml).ok_or(Trouble::Unknown)?;
    let parsed = yaml::parse(arguments.call.span.file, &holes.marked.source);
    let is_disputed = parsed.is_contested || disputed::is_disputed(&holes.marked.source);
    match read(&parsed, &Tree { holes, scalar: plain, arguments }, "YAML") {
        Ok(_) if is_disputed => Err(Trouble::Unknown),
        answer => answer,
    }
}

/// How the scalars of a tree are read, and what its marks stand for.
pub(super) struct Tree<'a> {
    pub holes: Holes<'a>,
    /// The value of a scalar without quotes.
    pub scalar: fn(&str, &Arguments) -> Answer,
    pub arguments: &'a Arguments<'a>,
}

/// The value of the one document of a text.
pub(super) fn read(parsed: &Parsed, tree: &Tree, language: &str) -> Answer {
    let lost = parsed.problems.iter().find(|problem| problem.severity == ProblemSeverity::Lost);
    match (lost, parsed.documents.as_slice()) {
        (None, [document]) => tree.value(document),
        // Terraform reads what is nested deeper.
        (Some(problem), _) if problem.is_limit() => Err(Trouble::Limit(problem.message.clone())),
        // What is wrong may be due to a hole, which the real text does not have.
        _ if !tree.holes.marked.is_plain() => Err(Trouble::Unknown),
        (Some(problem), _) => Err(format!("this is no {language}: {}", problem.message).into()),
        (None, _) => Err(format!("one {language} document is needed").into()),
    }
}

impl Tree<'_> {
    fn value(&self, node: &Node) -> Answer {
        if let Some(tag) = &node.tag {
            return Err(format!("the tag {} is not supported", tag.name).into());
        }
        let origin = self.origin(node);
        match &node.kind {
            NodeKind::Scalar(scalar) if self.holes.marked.has_marks(&scalar.text) => self.scalar(scalar),
            NodeKind::Scalar(scalar) if self.is_null_block(node, scalar) => Ok(Value::null(origin)),
            NodeKind::Scalar(scalar) => self.scalar(scalar).map(|value| Value::new(value.data, origin)),
            NodeKind::Sequence(items) => {
                let items = items.iter().map(|item| self.value(item)).collect::<Result<_, _>>()?;
                Ok(Value::list(ListKind::Tuple, items, origin))
            }
            NodeKind::Mapping(entries) => {
                let mut map = IndexMap::new();
                for entry in entries {
                    let (key, value) = (self.key(&entry.key)?, self.value(&entry.value)?);
                    if let Some(other) = map.get(&key).filter(|_| self.holes.is_json()) {
                        same_type(&key, other, &value)?;
                    }
                    map.insert(key, value);
                }
                Ok(Value::map(MapKind::Object, map, origin))
            }
        }
    }

    /// Whether a node is a block scalar with nothing in it, or with null, which is no text to Terraform.
    fn is_null_block(&self, node: &Node, scalar: &Scalar) -> bool {
        let source = self.holes.marked.source.get(node.span.range()).unwrap_or_default();
        let is_block = !self.holes.is_json() && source.starts_with(['|', '>']);
        is_block && matches!(scalar.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// Where a node was written; the call, where that is not known.
    fn origin(&self, node: &Node) -> Origin {
        let call = self.arguments.origin();
        self.holes.marked.place(node.span.range()).map_or_else(|| call.clone(), |place| call.within(place))
    }

    fn scalar(&self, scalar: &Scalar) -> Answer {
        if self.holes.marked.has_marks(&scalar.text) {
            return Ok(self.holes.fill(&scalar.text, self.arguments));
        }
        match scalar.style {
            Style::Quoted => Ok(Value::text(scalar.text.clone(), self.arguments.origin())),
            Style::Plain => (self.scalar)(&scalar.text, self.arguments),
        }
    }

    fn key(&self, node: &Node) -> Result<String, Trouble> {
        let NodeKind::Scalar(scalar) = &node.kind else { return Err("a key must be a string".into()) };
        if let Some(infinity) = infinity(scalar).filter(|_| !self.holes.is_json()) {
            return Ok(infinity.to_owned());
        }
        let key = self.scalar(scalar)?;
        match &key.data {
            Data::Bool(known) => Ok(known.to_string()),
            Data::Number(known) => Ok(known.to_string()),
            Data::Null => Err("a key must not be null".into()),
            _ => key.as_str().map(str::to_owned).ok_or(Trouble::Unknown),
        }
    }
}

/// Two properties of one name are the last one, if the first one becomes one of its type.
fn same_type(key: &str, one: &Value, other: &Value) -> Result<(), Trouble> {
    if one.obstacle().or(other.obstacle()).is_some() {
        return Err(Trouble::Unknown);
    }
    if becomes(one, other) { Ok(()) } else { Err(format!("two properties {key} have different types").into()) }
}

/// Whether a value becomes one of the type that another has.
fn becomes(one: &Value, other: &Value) -> bool {
    match (&one.data, &other.data) {
        (Data::Null, _) => true,
        (Data::List(_, ones), Data::List(_, others)) => {
            ones.len() == others.len() && ones.iter().zip(others.iter()).all(|(one, other)| becomes(one, other))
        }
        (Data::Map(_, ones), Data::Map(_, others)) => {
            let becomes = |(key, one)| others.get(key).is_some_and(|other| becomes(one, other));
            ones.iter().all(becomes)
        }
        (_, Data::Null | Data::List(..) | Data::Map(..)) => false,
        _ => {
            let converted = types::convert(one.clone(), &types::of(other), &World::default());
            !matches!(converted.data, Data::Failed(_))
        }
    }
}

/// An infinite number as the key that it becomes.
fn infinity(scalar: &Scalar) -> Option<&'static str> {
    match scalar.text.as_str() {
        _ if scalar.style == Style::Quoted => None,
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some("+Inf"),
        "-.inf" | "-.Inf" | "-.INF" => Some("-Inf"),
        _ => None,
    }
}

static FLOAT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$").ok());
static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let (day, time) = (r"(\d{4})-(\d\d?)-(\d\d?)", r"(\d\d?):(\d\d?):(\d\d?)(?:\.\d+)?");
    Regex::new(&format!(r"^{day}(?:(?:[Tt]{time}(Z|[-+]\d\d:\d\d))|(?: {time}))?$")).ok()
});

fn plain(text: &str, arguments: &Arguments) -> Answer {
    let origin = arguments.origin();
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::null(origin),
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => Value::bool(true, origin),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => {
            Value::bool(false, origin)
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" | ".nan" | ".NaN"
        | ".NAN" => {
            return Err(format!("{text} is not a number that can be used").into());
        }
        _ => match number(text) {
            Some(number) => Value::number(number, origin),
            None => Value::text(date(text).unwrap_or_else(|| text.to_owned()), origin),
        },
    })
}

/// A leading zero does not make a number octal; `0o` does.
fn number(text: &str) -> Option<Number> {
    let of_base = |digits: &str, base| i64::from_str_radix(digits, base).ok().map(Number::from);
    if let Some(digits) = text.strip_prefix("0x") {
        return of_base(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return of_base(digits, 8);
    }
    FLOAT.as_ref()?.is_match(text).then(|| Number::parse(text).ok()).flatten()
}

/// A date or time becomes a text in RFC 3339, without fractions of a second: with a `T` and a zone, or with a blank and none.
/// That is how an unquoted `Version: 2012-10-17` turns into something that IAM refuses.
fn date(text: &str) -> Option<String> {
    let found = DATE.as_ref()?.captures(text)?;
    let digits = |group: usize| found.get(group).map_or("", |digits| digits.as_str());
    let two =
        |group: usize, or: usize| format!("{:0>2}", if digits(group).is_empty() { digits(or) } else { digits(group) });
    let zone = if digits(7).is_empty() { "Z" } else { digits(7) };
    let day = format!("{}-{}-{}", digits(1), two(2, 2), two(3, 3));
    let text = format!("{day}T{}:{}:{}{zone}", two(4, 8), two(5, 9), two(6, 10));
    chrono::DateTime::parse_from_rfc3339(&text).ok().filter(|time| !is_leap(time)).map(|_| text)
}
