//! `data "aws_iam_policy_document"` that is read while applying, because it names something that does not exist yet: its
//! statements are in the plan although the JSON that the provider will render is not.
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::value::{Data, ListKind, MapKind, Number, Origin, Part, Text, Value};

use super::address::Mode;
use super::instances::Instance;
use super::links::Terminal;
use super::property::Reader;

/// The policy language's version when none is written.
const VERSION: &str = "2012-10-17";

/// How many documents may be merged into one another in turn.
const MAX_DEPTH: usize = 32;

/// The policy behind an argument that is known after apply, where it is what one data source will render.
pub(super) fn behind<'p>(instance: &Instance<'p>, argument: &str, reader: &Reader<'p>) -> Option<Value> {
    match documents(instance, argument, reader, 0)?.as_slice() {
        [document] => Some(document.clone()),
        _ => None,
    }
}

/// The documents that the references of an argument lead to; `None` when they lead to anything else.
fn documents<'p>(instance: &Instance<'p>, argument: &str, reader: &Reader<'p>, depth: usize) -> Option<Vec<Value>> {
    let terminals = reader.instances.terminals(instance, argument);
    let document = |terminal: &Terminal| {
        let Terminal::Instance(index, attribute) = terminal else { return None };
        let source = reader.instances.all.get(*index)?;
        let is_document = source.at.resource.mode == Mode::Data
            && source.at.resource.kind == "aws_iam_policy_document"
            && matches!(attribute.as_deref(), None | Some("json" | "minified_json"));
        if is_document { render(source, reader, depth) } else { None }
    };
    terminals.iter().map(document).collect()
}

/// The document a data source renders; `None` when the plan does not hold its statements.
fn render<'p>(source: &Instance<'p>, reader: &Reader<'p>, depth: usize) -> Option<Value> {
    let arguments = reader.secrets.value(source.slot, &source.path(""));
    let origin = arguments.origin.clone();
    let mut statements = Statements::default();
    for argument in ["source_json", "source_policy_documents"] {
        merged(source, argument, &arguments, reader, depth)?.into_iter().for_each(|one| statements.add(one));
    }
    for own in blocks(&arguments, "statement")? {
        statements.add(statement(&own));
    }
    for argument in ["override_json", "override_policy_documents"] {
        merged(source, argument, &arguments, reader, depth)?.into_iter().for_each(|one| statements.add(one));
    }
    let version = written(&arguments, "version").unwrap_or_else(|| Value::text(VERSION, origin.clone()));
    let statements = Value::list(ListKind::Tuple, statements.0, origin.clone());
    let entries = IndexMap::from([("Version".to_owned(), version), ("Statement".to_owned(), statements)]);
    Some(Value::map(MapKind::Object, entries, origin))
}

/// The statements of the documents an argument lists. Those that are not known are documents too, if as many of them are
/// referred to as are missing.
fn merged<'p>(
    source: &Instance<'p>,
    argument: &str,
    arguments: &Value,
    reader: &Reader<'p>,
    depth: usize,
) -> Option<Vec<Value>> {
    let Some(listed) = written(arguments, argument) else { return Some(Vec::new()) };
    let listed = items(listed);
    let missing = listed.iter().filter(|document| document.as_str().is_none()).count();
    let referred = match missing {
        0 => Vec::new(),
        _ if depth == MAX_DEPTH => return None,
        _ => documents(source, argument, reader, depth + 1)?,
    };
    if missing > 0 && referred.len() != missing {
        return None;
    }
    let mut referred = referred.into_iter();
    let mut statements = Vec::new();
    for document in listed {
        let document = match document.as_str() {
            Some("") => continue,
            Some(text) => of_json(serde_json::from_str(text).ok()?, &document.origin),
            None => referred.next()?,
        };
        if let Some(found) = written(&document, "Statement") {
            statements.extend(items(found));
        }
    }
    Some(statements)
}

fn statement(block: &Value) -> Value {
    let origin = block.origin.clone();
    let mut entries = IndexMap::new();
    if let Some(sid) = written(block, "sid").filter(|sid| sid.as_str() != Some("")) {
        entries.insert("Sid".to_owned(), sid);
    }
    let effect = written(block, "effect").unwrap_or_else(|| Value::text("Allow", origin.clone()));
    entries.insert("Effect".to_owned(), effect);
    let lists = [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ];
    for (name, key) in lists {
        if let Some(value) = written(block, name).map(with_variables).and_then(one_or_many) {
            entries.insert(key.to_owned(), value);
        }
    }
    for (name, key) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        if let Some(value) = principals(block, name) {
            entries.insert(key.to_owned(), value);
        }
    }
    if let Some(value) = conditions(block) {
        entries.insert("Condition".to_owned(), value);
    }
    Value::map(MapKind::Object, entries, origin)
}

/// `{ type = "AWS", identifiers = [...] }` blocks; the type `*` alone is the text `"*"`.
fn principals(statement: &Value, kind: &str) -> Option<Value> {
    let Some(blocks) = blocks(statement, kind) else { return written(statement, kind) };
    let mut entries: IndexMap<String, Vec<Value>> = IndexMap::new();
    for block in &blocks {
        let of = block.field("type");
        let Some(name) = of.as_str() else { return Some(of) };
        entries.entry(name.to_owned()).or_default().extend(items(with_variables(block.field("identifiers"))));
    }
    let origin = blocks.first()?.origin.clone();
    if let (1, Some(everybody)) = (entries.len(), entries.get("*")) {
        return Some(Value::text("*", everybody.first().map_or(origin, |first| first.origin.clone())));
    }
    let entries = entries.into_iter().map(|(of, identifiers)| (of, rendered(identifiers, &origin))).collect();
    Some(Value::map(MapKind::Object, entries, origin))
}

/// `{ test = …, variable = …, values = […] }` blocks as `{ test: { variable: values } }`.
fn conditions(statement: &Value) -> Option<Value> {
    let Some(blocks) = blocks(statement, "condition") else { return written(statement, "condition") };
    let mut entries: IndexMap<String, IndexMap<String, Vec<Value>>> = IndexMap::new();
    for block in &blocks {
        let (test, variable) = (block.field("test"), block.field("variable"));
        let (Some(operator), Some(name)) = (test.as_str(), variable.as_str()) else {
            return Some(if test.as_str().is_none() { test } else { variable });
        };
        let values = items(with_variables(block.field("values")));
        entries.entry(operator.to_owned()).or_default().entry(name.to_owned()).or_default().extend(values);
    }
    let origin = blocks.first()?.origin.clone();
    let operators = entries.into_iter().map(|(operator, variables)| {
        let variables = variables.into_iter().map(|(name, values)| (name, rendered(values, &origin))).collect();
        (operator, Value::map(MapKind::Object, variables, origin.clone()))
    });
    Some(Value::map(MapKind::Object, operators.collect(), origin.clone()))
}

/// Statements in order; a later one replaces an earlier one with the same `Sid`.
#[derive(Default)]
struct Statements(Vec<Value>);

impl Statements {
    fn add(&mut self, statement: Value) {
        let sid = |statement: &Value| written(statement, "Sid")?.as_str().map(str::to_owned);
        let wanted = sid(&statement).filter(|sid| !sid.is_empty());
        match self.0.iter_mut().find(|existing| wanted.is_some() && sid(existing) == wanted) {
            Some(existing) => *existing = statement,
            None => self.0.push(statement),
        }
    }
}

/// A field that is there and not null.
fn written(value: &Value, name: &str) -> Option<Value> {
    value.as_map()?.get(name).filter(|value| !value.is_null()).cloned()
}

/// The nested blocks of a type; `None` when the plan does not tell which there are.
fn blocks(value: &Value, kind: &str) -> Option<Vec<Value>> {
    match written(value, kind) {
        None => Some(Vec::new()),
        Some(blocks) => {
            let blocks = blocks.as_list()?;
            blocks.iter().all(|block| block.as_map().is_some()).then(|| blocks.to_vec())
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
    match value.as_list() {
        Some([]) => None,
        Some([only]) => Some(only.clone()),
        _ => Some(value),
    }
}

fn rendered(values: Vec<Value>, origin: &Origin) -> Value {
    let list = Value::list(ListKind::Tuple, values, origin.clone());
    one_or_many(list).unwrap_or_else(|| Value::list(ListKind::Tuple, Vec::new(), origin.clone()))
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

/// JSON as a value, all of it from one place.
fn of_json(json: Json, origin: &Origin) -> Value {
    let here = || origin.clone();
    match json {
        Json::Null => Value::null(here()),
        Json::Bool(value) => Value::bool(value, here()),
        Json::Number(number) => {
            let text = number.to_string();
            Number::parse(&text).map_or_else(|| Value::text(text, here()), |number| Value::number(number, here()))
        }
        Json::String(text) => Value::text(text, here()),
        Json::Array(items) => {
            Value::list(ListKind::Tuple, items.into_iter().map(|item| of_json(item, origin)).collect(), here())
        }
        Json::Object(entries) => {
            let entries = entries.into_iter().map(|(key, value)| (key, of_json(value, origin))).collect();
            Value::map(MapKind::Object, entries, here())
        }
    }
}
