//! `data "aws_iam_policy_document"`: the policy the provider renders.
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>

use indexmap::IndexMap;

use crate::value::{Data, ListKind, MapKind, Origin, Part, Role, Text, Value};

use super::blocks::Content;
use super::evaluator::Evaluator;
use super::expand::in_slot;
use super::functions;
use super::object::Instance;
use super::scope::Env;

/// The policy language's version when none is written.
const VERSION: &str = "2012-10-17";

impl<'a> Evaluator<'a> {
    /// The document as JSON whose values keep their places.
    pub fn policy_document(&self, instance: &Instance<'a>) -> Value {
        let content = Content::of(instance.block);
        in_slot(&instance.scope, &instance.slot, |env| match self.document(content, env) {
            Ok(document) => {
                let origin = document.origin.clone();
                Value::new(Data::Text(Text::join([Part::Json(document)])), origin)
            }
            Err(unknown) => unknown,
        })
    }

    fn document(&self, content: Content<'_>, env: Env<'_, 'a>) -> Result<Value, Value> {
        let origin = Origin::at(content.header(), Role::Expression);
        let mut statements = Statements::default();
        for argument in ["source_json", "source_policy_documents"] {
            self.merge(content, argument, &mut statements, env)?;
        }
        let mut own = Vec::new();
        let unknown = self.each_block(content, "statement", env, &mut |statement, env| {
            own.push(self.statement(statement, env));
        });
        if let Some(unknown) = unknown {
            return Err(unknown);
        }
        for statement in own {
            statements.add(statement);
        }
        for argument in ["override_json", "override_policy_documents"] {
            self.merge(content, argument, &mut statements, env)?;
        }
        let version = self.argument(content, "version", env).filter(|version| !version.is_null());
        let mut entries = IndexMap::new();
        entries.insert("Version".to_owned(), version.unwrap_or_else(|| Value::text(VERSION, origin.clone())));
        if let Some(id) = self.argument(content, "policy_id", env).filter(|id| !id.is_null()) {
            entries.insert("Id".to_owned(), id);
        }
        entries.insert("Statement".to_owned(), Value::list(ListKind::Tuple, statements.0, origin.clone()));
        Ok(Value::map(MapKind::Object, entries, origin))
    }

    /// Adds the statements of other documents, given as JSON texts.
    fn merge(
        &self,
        content: Content<'_>,
        argument: &str,
        statements: &mut Statements,
        env: Env<'_, 'a>,
    ) -> Result<(), Value> {
        let Some(documents) = self.argument(content, argument, env) else { return Ok(()) };
        let documents = match &documents.data {
            Data::List(_, items) => items.as_ref().clone(),
            _ => vec![documents],
        };
        for document in documents.into_iter().filter(|document| !document.is_null() && document.as_str() != Some("")) {
            let decoded = self.decoded(document, content);
            let found = decoded.as_map().and_then(|entries| entries.get("Statement")).cloned();
            match found {
                Some(Value { data: Data::List(_, items), .. }) => {
                    items.iter().for_each(|statement| statements.add(statement.clone()));
                }
                Some(statement) => statements.add(statement),
                None if decoded.as_map().is_some() => {}
                None => return Err(decoded),
            }
        }
        Ok(())
    }

    fn decoded(&self, document: Value, content: Content<'_>) -> Value {
        if let Data::Text(text) = &document.data
            && let [Part::Json(value)] = text.parts()
        {
            return value.clone();
        }
        let span = document.origin.nearest().unwrap_or(content.header());
        let call =
            functions::Call { name: "jsondecode", arguments: vec![document], span, world: self.world, host: self };
        functions::call(&call)
    }

    fn statement(&self, content: Content<'_>, env: Env<'_, 'a>) -> Value {
        let origin = Origin::expression(content.header());
        let argument = |name: &str| self.argument(content, name, env).filter(|value| !value.is_null());
        let mut entries = IndexMap::new();
        if let Some(sid) = argument("sid").filter(|sid| sid.as_str() != Some("")) {
            entries.insert("Sid".to_owned(), sid);
        }
        let effect = argument("effect").unwrap_or_else(|| Value::text("Allow", origin.clone()));
        entries.insert("Effect".to_owned(), effect);
        for (name, key) in [("actions", "Action"), ("not_actions", "NotAction")] {
            if let Some(value) = argument(name).and_then(one_or_many) {
                entries.insert(key.to_owned(), value);
            }
        }
        for (name, key) in [("resources", "Resource"), ("not_resources", "NotResource")] {
            if let Some(value) = argument(name).map(with_variables).and_then(one_or_many) {
                entries.insert(key.to_owned(), value);
            }
        }
        for (name, key) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
            if let Some(value) = self.principals(content, name, env) {
                entries.insert(key.to_owned(), value);
            }
        }
        if let Some(value) = self.conditions(content, env) {
            entries.insert("Condition".to_owned(), value);
        }
        Value::map(MapKind::Object, entries, origin)
    }

    /// `{ type = "AWS", identifiers = [...] }` blocks; the type `*` alone is the text `"*"`.
    fn principals(&self, content: Content<'_>, kind: &str, env: Env<'_, 'a>) -> Option<Value> {
        let mut entries: IndexMap<String, Vec<Value>> = IndexMap::new();
        let mut unknown_type = None;
        let mut span = content.header();
        let unknown = self.each_block(content, kind, env, &mut |block, env| {
            span = block.header();
            let argument =
                |name: &str| self.argument(block, name, env).unwrap_or_else(|| Value::null(Origin::default()));
            let of = argument("type");
            let identifiers = with_variables(argument("identifiers"));
            match of.as_str() {
                Some(of) => entries.entry(of.to_owned()).or_default().extend(items(identifiers)),
                None => unknown_type = Some(of),
            }
        });
        if let Some(unknown) = unknown.or(unknown_type) {
            return Some(unknown);
        }
        if let (1, Some(everybody)) = (entries.len(), entries.get("*")) {
            let origin = everybody.first().map_or(Origin::expression(span), |first| first.origin.clone());
            return Some(Value::text("*", origin));
        }
        let origin = Origin::expression(span);
        let rendered = |(of, identifiers): (String, Vec<Value>)| {
            let list = Value::list(ListKind::Tuple, identifiers, origin.clone());
            (of, one_or_many(list).unwrap_or_else(|| Value::list(ListKind::Tuple, Vec::new(), origin.clone())))
        };
        let entries: IndexMap<String, Value> = entries.into_iter().map(rendered).collect();
        (!entries.is_empty()).then(|| Value::map(MapKind::Object, entries, Origin::expression(span)))
    }

    /// `{ test = …, variable = …, values = […] }` blocks as `{ test: { variable: values } }`.
    fn conditions(&self, content: Content<'_>, env: Env<'_, 'a>) -> Option<Value> {
        let mut entries: IndexMap<String, IndexMap<String, Vec<Value>>> = IndexMap::new();
        let mut unknown_key = None;
        let mut span = content.header();
        let unknown = self.each_block(content, "condition", env, &mut |block, env| {
            span = block.header();
            let argument =
                |name: &str| self.argument(block, name, env).unwrap_or_else(|| Value::null(Origin::default()));
            let (test, variable) = (argument("test"), argument("variable"));
            let values = items(with_variables(argument("values")));
            match (test.as_str(), variable.as_str()) {
                (Some(test), Some(variable)) => {
                    let variables = entries.entry(test.to_owned()).or_default();
                    variables.entry(variable.to_owned()).or_default().extend(values);
                }
                (None, _) => unknown_key = Some(test),
                _ => unknown_key = Some(variable),
            }
        });
        if let Some(unknown) = unknown.or(unknown_key) {
            return Some(unknown);
        }
        let origin = Origin::expression(span);
        let values = |values: Vec<Value>| {
            let list = Value::list(ListKind::Tuple, values, origin.clone());
            one_or_many(list).unwrap_or_else(|| Value::list(ListKind::Tuple, Vec::new(), origin.clone()))
        };
        let tests = entries.into_iter().map(|(test, variables)| {
            let variables = variables.into_iter().map(|(variable, each)| (variable, values(each))).collect();
            (test, Value::map(MapKind::Object, variables, origin.clone()))
        });
        let tests: IndexMap<String, Value> = tests.collect();
        (!tests.is_empty()).then(|| Value::map(MapKind::Object, tests, Origin::expression(span)))
    }
}

/// Statements in order; a later one replaces an earlier one with the same `Sid`.
#[derive(Default)]
struct Statements(Vec<Value>);

impl Statements {
    fn add(&mut self, statement: Value) {
        let sid = |statement: &Value| statement.as_map()?.get("Sid")?.as_str().map(str::to_owned);
        let wanted = sid(&statement).filter(|sid| !sid.is_empty());
        match self.0.iter_mut().find(|existing| wanted.is_some() && sid(existing) == wanted) {
            Some(existing) => *existing = statement,
            None => self.0.push(statement),
        }
    }
}

fn items(value: Value) -> Vec<Value> {
    match &value.data {
        Data::List(_, items) => items.as_ref().clone(),
        Data::Null => Vec::new(),
        _ => vec![value],
    }
}

/// A list of one is rendered as its element, an empty one not at all.
fn one_or_many(value: Value) -> Option<Value> {
    match &value.data {
        Data::List(_, items) => match items.as_slice() {
            [] => None,
            [only] => Some(only.clone()),
            _ => Some(value),
        },
        _ => Some(value),
    }
}

/// `&{…}` stands for `${…}`, which Terraform would take for its own.
fn with_variables(value: Value) -> Value {
    let origin = value.origin.clone();
    match &value.data {
        Data::Text(text) => {
            let parts = text.parts().iter().map(|part| match part {
                Part::Literal(literal) => Part::Literal(literal.replace("&{", "${")),
                part => part.clone(),
            });
            Value::new(Data::Text(Text::join(parts)), origin)
        }
        Data::List(kind, items) => Value::list(*kind, items.iter().cloned().map(with_variables).collect(), origin),
        _ => value,
    }
}
