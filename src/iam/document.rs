//! A policy document as its author wrote it: statements with their elements, as far as they can be read.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::source::Span;
use crate::value::{Awaited, Data, Input, Origin, Part, Question, Reason, Stop, Text, Value};

use super::{fixed, json, principal};

/// A policy document.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its statements, in order. A document that cannot be read is one statement that cannot.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// What messages call it: `statement 2 of the policy of aws_s3_bucket.logs`.
    pub name: String,
    /// Its place in the document, counted from 1; 0 for a document that cannot be read as a whole.
    pub number: usize,
    /// Its `Sid`, if that is known.
    pub sid: Option<String>,
    /// Where it is written.
    pub origin: Origin,
    /// What it says.
    pub body: Body,
    /// The unknown collection of statements that are all made like this one: where it is empty, there is none.
    pub of: Option<Value>,
}

/// What a statement says, as far as it can be read.
#[derive(Debug, Clone)]
pub enum Body {
    /// Its elements.
    Terms(Box<Terms>),
    /// An answer is needed first, or the real tool would refuse; then it is one of these statements, or none. Nothing is known
    /// of it if there are none of these.
    Waiting(Stop, Vec<Statement>),
    /// An input decides all of it, or it is none that AWS would take.
    Unreadable(Unreadable),
}

/// Why something cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable {
    /// What it is, with the input that decides it: `the policy of aws_s3_bucket.logs (var.policy)`.
    pub what: String,
    /// Why.
    pub reason: Reason,
    /// The error of the sources that stands where it should be, if one does: nothing is deployed then.
    pub error: Option<Arc<Input>>,
    /// Where it is written.
    pub origin: Origin,
}

/// The elements of a statement, not yet decided.
#[derive(Debug, Clone)]
pub struct Terms {
    /// `Effect`
    pub effect: Value,
    /// `Principal` or `NotPrincipal`
    pub principal: Selector,
    /// `Action` or `NotAction`
    pub action: Selector,
    /// `Resource` or `NotResource`
    pub resource: Selector,
    /// `Condition`, or null
    pub condition: Value,
}

/// An element that says what it is about, or what it is not about (`Action`, `NotAction`).
#[derive(Debug, Clone)]
pub enum Selector {
    /// These.
    Only(Value),
    /// Everything but these.
    AllBut(Value),
}

const ELEMENTS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// The value with every object open that has a key which an input decides: what such an element says is not known, and
/// taking its source text for its name would be a guess.
fn with_known_keys(value: &Value) -> Value {
    let data = match &value.data {
        Data::Map(_, entries) if entries.keys().any(|key| key.contains("${")) => {
            return Value::open(Input::derived(value.describe(), value.origin.clone()), value.origin.clone());
        }
        Data::Map(kind, entries) => {
            // The kinds of principals may be unknown: whom they name may be the same whatever the kind is.
            let is_principal = |key: &str| matches!(key, "Principal" | "NotPrincipal");
            let known =
                |key: &str, entry| if is_principal(key) { with_elements(entry) } else { with_known_keys(entry) };
            let entries = entries.iter().map(|(key, entry)| (key.clone(), known(key, entry))).collect();
            Data::Map(*kind, Arc::new(entries))
        }
        Data::List(kind, items) => Data::List(*kind, Arc::new(items.iter().map(with_known_keys).collect())),
        other => other.clone(),
    };
    let awaited = value.awaited.as_ref().map(|awaited| Arc::new(awaited.map(with_known_keys)));
    listed(Value { awaited, ..Value::new(data, value.origin.clone()) })
}

/// A list that waits for an answer as one of which each element is told that it may have.
fn listed(value: Value) -> Value {
    match value.may_hold() {
        Some(elements) => value.unsaid().awaiting(Awaited::Elements(elements)),
        None => value,
    }
}

/// The same of every list in a value.
fn with_elements(value: &Value) -> Value {
    let data = match &value.data {
        Data::Map(kind, entries) => {
            let entries = entries.iter().map(|(key, entry)| (key.clone(), with_elements(entry)));
            Data::Map(*kind, Arc::new(entries.collect()))
        }
        Data::List(kind, items) => Data::List(*kind, Arc::new(items.iter().map(with_elements).collect())),
        _ => return listed(value.clone()),
    };
    Value { data, ..value.clone() }
}

impl Document {
    /// The document behind a value: an object, or a JSON text, whole or with holes. `name` is what messages call it.
    #[must_use]
    pub fn read(policy: &Value, name: &str) -> Self {
        let whole = |body| Self {
            statements: vec![Statement {
                name: name.to_owned(),
                number: 0,
                sid: None,
                origin: policy.origin.clone(),
                body,
                of: None,
            }],
        };
        let document = match decoded(policy, name) {
            Ok(document) => with_known_keys(&document),
            Err(body) => return whole(body),
        };
        if document.is_null() {
            return Self { statements: Vec::new() };
        }
        let Some(entries) = fixed::entries(&document) else {
            return whole(broken(name, "it is no object", &document.origin));
        };
        let statements =
            entries.iter().find(|(key, _)| *key == "Statement").map(|(_, statements)| with_known_keys(statements));
        // What Terraform's provider renders of no statements is a head only.
        if statements.is_none()
            && entries.iter().any(|(key, _)| *key == "Version")
            && entries.iter().all(|(key, _)| ["Version", "Id"].contains(key))
        {
            return Self { statements: Vec::new() };
        }
        let Some(statements) = statements.filter(|value| !value.is_null()) else {
            return whole(
                unknown(&document, name).unwrap_or_else(|| broken(name, "it has no Statement", &document.origin)),
            );
        };
        match statements.pieces() {
            Some(pieces) => Self { statements: Self::list(&pieces, name) },
            None if let Some(elements) = statements.awaited_elements() => {
                Self { statements: Self::list(&elements.iter().collect::<Vec<_>>(), name) }
            }
            None if statements.as_map().is_some() || statements.element().is_some() => {
                Self { statements: Self::list(&[&statements], name) }
            }
            None => whole(
                unknown(&statements, name)
                    .unwrap_or_else(|| broken(name, "its Statement is no object", &statements.origin)),
            ),
        }
    }

    /// What is absent (`AWS::NoValue`) is no statement, but keeps its number: the author counts what is written.
    fn list(items: &[&Value], name: &str) -> Vec<Statement> {
        let numbered = items.iter().zip(1..);
        numbered.filter(|(item, _)| !item.is_null()).map(|(item, number)| Statement::read(item, number, name)).collect()
    }
}

impl Statement {
    fn read(value: &Value, number: usize, document: &str) -> Self {
        let name = format!("statement {number} of {document}");
        let value = encoded(value);
        if let Some(element) = value.element() {
            return Self { of: Some(value.clone()), ..Self::read(&with_known_keys(element), number, document) };
        }
        // What would tell a secret names nothing.
        let sid = value.field("Sid");
        let sid = sid.as_str().filter(|_| !sid.origin.is_secret()).map(str::to_owned);
        let body = match &value.data {
            Data::Pending(question) => {
                let alternatives = value.alternatives().unwrap_or_default().iter().filter(|one| !one.is_null());
                let alternatives = alternatives.map(|value| Self::read(value, number, document));
                Body::Waiting(value.waits_for(question), alternatives.collect())
            }
            Data::Map(kind, entries) => match undecided(entries) {
                Some((name, stop, outcomes)) => {
                    let with = |outcome: &Value| {
                        let mut entries = entries.as_ref().clone();
                        entries.insert(name.to_owned(), outcome.clone());
                        Self::read(&Value::map(*kind, entries, value.origin.clone()), number, document)
                    };
                    Body::Waiting(stop, outcomes.iter().map(with).collect())
                }
                None => Terms::read(entries)
                    .map_or_else(|problem| broken(&name, problem, &value.origin), |terms| Body::Terms(Box::new(terms))),
            },
            _ => unknown(value, &name).unwrap_or_else(|| broken(&name, "it is no object", &value.origin)),
        };
        Self { name, number, sid, origin: value.origin.clone(), body, of: None }
    }
}

impl Terms {
    /// Where it is written whom the statement is about.
    #[must_use]
    pub fn principal_place(&self) -> Option<Span> {
        let (Selector::Only(principal) | Selector::AllBut(principal)) = &self.principal;
        let named = principal.as_map().and_then(|kinds| kinds.values().next()).unwrap_or(principal);
        named.origin.nearest().or_else(|| principal.origin.nearest())
    }

    /// The chains of what says to whom and when the statement gives or denies something, and of what is in that.
    #[must_use]
    pub fn origins(&self) -> Vec<Origin> {
        let (Selector::Only(principal) | Selector::AllBut(principal)) = &self.principal;
        let said = [&self.effect, principal, &self.condition];
        let within = |value: &Value| {
            value.as_map().into_iter().flat_map(IndexMap::values).flat_map(Value::origins).collect::<Vec<_>>()
        };
        said.into_iter().flat_map(|value| value.origins().into_iter().chain(within(value))).collect()
    }

    /// The elements, or what makes AWS refuse the statement whatever the inputs are.
    fn read(entries: &IndexMap<String, Value>) -> Result<Self, &'static str> {
        if entries.keys().any(|key| !ELEMENTS.contains(&key.as_str())) {
            return Err("it has an element that policies do not have");
        }
        let terms = Self {
            effect: entries.get("Effect").cloned().ok_or("it has no Effect")?,
            principal: selector(entries, "Principal", "NotPrincipal")
                .ok_or("it needs one of Principal and NotPrincipal")?,
            action: selector(entries, "Action", "NotAction").ok_or("it needs one of Action and NotAction")?,
            resource: selector(entries, "Resource", "NotResource").ok_or("it needs one of Resource and NotResource")?,
            condition: entries
                .get("Condition")
                .map_or_else(|| Value::null(Origin::default()), |value| encoded(value).clone()),
        };
        // The values of Effect are case sensitive: reference_policies_elements_effect.html
        let effect = &terms.effect;
        if matches!(
            effect.data,
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::List(..) | Data::Map(..) | Data::Object(..)
        ) || effect.as_str().is_some_and(|effect| !matches!(effect, "Allow" | "Deny"))
        {
            return Err("its Effect is neither Allow nor Deny");
        }
        if let Selector::Only(named) | Selector::AllBut(named) = &terms.principal
            && !is_principal(named)
        {
            return Err("its Principal is none that policies know");
        }
        if matches!(
            terms.condition.data,
            Data::Bool(_) | Data::Number(_) | Data::Text(_) | Data::List(..) | Data::Object(..)
        ) {
            return Err("its Condition is no object");
        }
        Ok(terms)
    }
}

/// Whether a principal is `"*"`, an object of known kinds, or not known.
fn is_principal(value: &Value) -> bool {
    match &value.data {
        Data::Map(_, kinds) => kinds.keys().all(|kind| principal::is_kind(kind)),
        Data::Text(text) => text.as_literal().is_none_or(|text| text == "*"),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::List(..) | Data::Object(..) => false,
        Data::Opaque(_) | Data::Open(_) | Data::Pending(_) | Data::Failed(_) => true,
    }
}

/// The element of which an answer decides whether it is there beside the one that excludes it: its name, what it waits for, and
/// what it may be.
fn undecided(entries: &IndexMap<String, Value>) -> Option<(&'static str, Stop, &[Value])> {
    let present = |name: &str| entries.get(name).map(encoded).filter(|value| !value.is_null());
    [("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource")]
        .into_iter()
        .filter_map(|(only, all_but)| Some([(only, present(only)?), (all_but, present(all_but)?)]))
        .flatten()
        .find_map(|(name, value)| match &value.data {
            Data::Pending(question) => {
                Some((name, value.waits_for(question), value.alternatives().unwrap_or_default()))
            }
            _ => None,
        })
}

/// The one of both elements that is there.
fn selector(entries: &IndexMap<String, Value>, only: &str, all_but: &str) -> Option<Selector> {
    let present = |name: &str| entries.get(name).map(encoded).filter(|value| !value.is_null()).cloned();
    match (present(only), present(all_but)) {
        (Some(value), None) => Some(Selector::Only(value)),
        (None, Some(value)) => Some(Selector::AllBut(value)),
        _ => None,
    }
}

/// The document as a value: JSON text is parsed, everything else stays. The body of the whole when that cannot be.
/// The object behind a policy, also where it is a JSON text; the value itself where it cannot be read.
#[must_use]
pub fn as_object(policy: &Value) -> Value {
    match decoded(policy, "") {
        Ok(document) => document,
        Err(_) => policy.clone(),
    }
}

fn decoded(policy: &Value, name: &str) -> Result<Value, Body> {
    let Data::Text(text) = &policy.data else {
        return readable(policy, name);
    };
    if text.as_literal().is_some_and(|text| text.trim().is_empty()) {
        return Ok(Value::null(policy.origin.clone()));
    }
    if let [Part::Value(value)] = text.parts() {
        return decoded(value, name);
    }
    let value = json::parse(text, &policy.origin).map_err(|problem| unparsed(text, name, problem))?;
    readable(&value, name)
}

/// The body of a document that waits for an answer: every statement that it may have then.
fn awaited(document: &Value, question: &Arc<Question>, name: &str) -> Body {
    let documents = document.alternatives().unwrap_or_default().iter();
    let statements = documents.flat_map(|document| Document::read(document, name).statements);
    Body::Waiting(document.waits_for(question), statements.collect())
}

/// A value of which something is known: a map that is put together of others may hold its statements in the last of them.
fn readable(value: &Value, name: &str) -> Result<Value, Body> {
    if let Data::Pending(question) = &value.data {
        return Err(awaited(value, question, name));
    }
    match unknown(value, name) {
        Some(body) if fixed::entries(value).is_none() => Err(body),
        _ => Ok(value.clone()),
    }
}

/// Text that is no JSON as it stands may become JSON once its holes are filled.
fn unparsed(text: &Text, name: &str, (problem, origin): (String, Origin)) -> Body {
    let obstacle = text.values().filter_map(Value::obstacle).find_map(|value| unknown(value, name));
    obstacle.unwrap_or_else(|| broken(name, format!("it is no JSON: {problem}"), &origin))
}

/// What was encoded as JSON inside a value that is one already is that value.
fn encoded(value: &Value) -> &Value {
    match &value.data {
        Data::Text(text) => match text.parts() {
            [Part::Json(inner)] => inner,
            _ => value,
        },
        _ => value,
    }
}

/// The body of a whole that is not known; `None` when it is.
fn unknown(value: &Value, what: &str) -> Option<Body> {
    let unreadable = |source: &str, reason: Reason, error: Option<&Arc<Input>>| {
        let (what, error) = (format!("{what} ({source})"), error.map(Arc::clone));
        Body::Unreadable(Unreadable { what, reason, error, origin: value.origin.clone() })
    };
    match &value.data {
        Data::Open(input) => {
            let error = Some(input).filter(|input| matches!(input.reason, Reason::Broken(_)));
            Some(unreadable(&input.name, input.reason.clone(), error))
        }
        Data::Opaque(symbol) => Some(unreadable(&symbol.to_string(), Reason::Elsewhere(symbol.to_string()), None)),
        Data::Pending(question) => Some(Body::Waiting(value.waits_for(question), Vec::new())),
        Data::Failed(failure) => Some(Body::Waiting(Stop::Reject(Arc::clone(failure)), Vec::new())),
        _ => None,
    }
}

fn broken(what: &str, problem: impl Into<String>, origin: &Origin) -> Body {
    let reason = Reason::Broken(problem.into());
    Body::Unreadable(Unreadable { what: what.to_owned(), reason, error: None, origin: origin.clone() })
}
