//! `data "aws_iam_policy_document"`: the policy that the AWS provider renders from its arguments, whoever read them.
//!
//! Follows the provider's own code, in `internal/service/iam/policy_document_data_source.go` and `policy_model.go` of
//! <https://github.com/hashicorp/terraform-provider-aws>. What is not known inside stays what it is.

use indexmap::IndexMap;

use crate::value::{Data, Input, ListKind, Literal, MapKind, Origin, Part, Text, Type, Value};

/// The arguments and nested blocks of a block.
#[derive(Debug)]
pub struct Block {
    /// The arguments.
    pub arguments: &'static [&'static str],
    /// The nested blocks, by type.
    pub blocks: &'static [(&'static str, Block)],
}

/// Everything that can be written in the data source.
pub const DOCUMENT: Block = Block {
    arguments: &[
        "version",
        "policy_id",
        "source_json",
        "source_policy_documents",
        "override_json",
        "override_policy_documents",
    ],
    blocks: &[(
        "statement",
        Block {
            arguments: &["sid", "effect", "actions", "not_actions", "resources", "not_resources"],
            blocks: &[
                ("principals", PRINCIPALS),
                ("not_principals", PRINCIPALS),
                ("condition", Block { arguments: &["test", "variable", "values"], blocks: &[] }),
            ],
        },
    )],
};

const PRINCIPALS: Block = Block { arguments: &["type", "identifiers"], blocks: &[] };

/// The policy language's version when none is written.
const VERSION: &str = "2012-10-17";

/// The elements of a statement, in the order in which they are rendered.
const ELEMENTS: [&str; 9] =
    ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"];

/// The document rendered from `arguments`, a map with the shape of [`DOCUMENT`] where nested blocks are lists of maps.
/// `decode` gives the document behind a JSON text.
///
/// # Errors
/// The value that keeps the statements from being known.
pub fn render(arguments: &Value, decode: &dyn Fn(&Value) -> Value) -> Result<Value, Value> {
    let mut document = Document::default();
    for source in texts_of(arguments, ["source_json", "source_policy_documents"], decode) {
        // Two sources with one `Sid` are an error, so that one that is not known leaves the others as they are.
        for statement in document.head_of(&settled(source)?) {
            document.put(statement);
        }
    }
    let version = written(arguments, "version");
    let version = version.unwrap_or_else(|| Value::text(VERSION, arguments.origin.clone()));
    document.head(written(arguments, "policy_id"), Some(version));
    // Two statements of one data source with one `Sid` are an error.
    let sources = document.statements.len();
    for own in items(written(arguments, "statement")).iter().map(statement) {
        document.replace(own, sources);
    }
    for newer in texts_of(arguments, ["override_json", "override_policy_documents"], decode) {
        for statement in document.head_of(&settled(newer)?) {
            document.replace(statement, usize::MAX);
        }
    }
    let unknown =
        document.statements.first().filter(|_| document.statements.iter().all(|known| known.as_map().is_none()));
    unknown.cloned().map_or_else(|| Ok(document.into_value(arguments.origin.clone())), Err)
}

/// A document that others are merged into.
#[derive(Default)]
struct Document {
    id: Option<Value>,
    version: Option<Value>,
    statements: Vec<Value>,
}

impl Document {
    /// The statements of another document, whose head counts from now on. One that is not known stands for all its statements.
    fn head_of(&mut self, document: &Value) -> Vec<Value> {
        if document.as_map().is_none() {
            return vec![document.clone()];
        }
        self.head(element(document, "Id"), element(document, "Version"));
        items(element(document, "Statement")).iter().map(normalized).collect()
    }

    /// The newer document's id counts, and the later version.
    fn head(&mut self, id: Option<Value>, version: Option<Value>) {
        self.id = id.filter(|id| id.as_str() != Some("")).or(self.id.take());
        self.version = match (self.version.take(), version) {
            (Some(old), Some(new)) if new.as_str().is_some() && new.as_str() <= old.as_str() => Some(old),
            (old, new) => new.or(old),
        };
    }

    /// Adds a statement, in place of the one with the same `Sid`.
    fn put(&mut self, newer: Value) {
        let name = Name::of(&newer);
        match self.statements.iter_mut().find(|known| matches!(name, Name::Known(_)) && Name::of(known) == name) {
            Some(known) => *known = newer,
            None => self.statements.push(newer),
        }
    }

    /// The same, where one of the first `older` statements may have the same `Sid`: what may stand in its place is not known.
    /// A statement without one stays, and so does a Deny, which opens nothing.
    fn replace(&mut self, newer: Value, older: usize) {
        let name = Name::of(&newer);
        let is_deny = |statement: &Value| element(statement, "Effect").is_some_and(|is| is.as_str() == Some("Deny"));
        for old in self.statements.iter_mut().take(older).filter(|old| old.as_map().is_some() && !is_deny(old)) {
            let unknown = match (&name, Name::of(old)) {
                (Name::None, _) | (_, Name::None) | (Name::Known(_), Name::Known(_)) => continue,
                (Name::Unknown(unknown), _) => unknown.clone(),
                (_, Name::Unknown(unknown)) => unknown,
            };
            *old = unknown;
        }
        self.put(newer);
    }

    fn into_value(self, origin: Origin) -> Value {
        // The provider leaves an empty list out. S3 takes neither; the list says more plainly that nothing is allowed.
        let statements = Value::list(ListKind::Tuple, self.statements, origin.clone());
        object([("Version", self.version), ("Id", self.id), ("Statement", Some(statements))], origin)
    }
}

/// The `Sid` of a statement.
#[derive(PartialEq)]
enum Name {
    None,
    Known(String),
    /// What decides it, or whether there is one.
    Unknown(Value),
}

impl Name {
    fn of(statement: &Value) -> Self {
        if statement.as_map().is_none() {
            return Self::Unknown(statement.clone());
        }
        let Some(sid) = written(statement, "Sid") else { return Self::None };
        match (sid.as_str(), &sid.data) {
            (Some(""), _) => Self::None,
            (Some(name), _) => Self::Known(name.to_owned()),
            (None, Data::Text(_)) => {
                let input = Input::derived(sid.describe(), sid.origin.clone());
                Self::Unknown(Value::open(input, sid.origin))
            }
            (None, _) => Self::Unknown(sid),
        }
    }
}

/// An object, or what stands for one in every world.
fn settled(value: Value) -> Result<Value, Value> {
    if matches!(value.data, Data::Map(..) | Data::Open(_) | Data::Opaque(_)) { Ok(value) } else { Err(value) }
}

/// What a `statement` block is rendered as.
fn statement(block: &Value) -> Value {
    if block.as_map().is_none() {
        return block.clone();
    }
    let origin = &block.origin;
    let effect = written(block, "effect").unwrap_or_else(|| Value::text("Allow", origin.clone()));
    let set = |name: &str| one_or_many(sorted(items(written(block, name))), origin);
    let replaced = |name: &str| one_or_many(sorted(texts(written(block, name))), origin);
    let values = [
        written(block, "sid").filter(|sid| sid.as_str() != Some("")),
        Some(effect),
        set("actions"),
        set("not_actions"),
        replaced("resources"),
        replaced("not_resources"),
        principals(block, "principals"),
        principals(block, "not_principals"),
        conditions(block),
    ];
    object(ELEMENTS.into_iter().zip(values), origin.clone())
}

/// `{ type = "AWS", identifiers = [...] }` blocks. Nothing but `*` of the type `*` is the text `"*"`.
fn principals(statement: &Value, kind: &str) -> Option<Value> {
    let blocks = distinct(items(written(statement, kind)));
    let mut entries: IndexMap<String, Vec<Value>> = IndexMap::new();
    let origin = blocks.first()?.origin.clone();
    if let [only] = blocks.as_slice()
        && only.as_map().is_none()
    {
        return Some(only.clone());
    }
    for block in &blocks {
        let of = block.field("type");
        let name = match &of.data {
            Data::Text(text) => text.to_string(),
            Data::Open(_) | Data::Opaque(_) => format!("${{{}}}", of.describe()),
            _ => return Some(of),
        };
        let identifiers = sorted(texts(written(block, "identifiers")));
        match identifiers.as_slice() {
            [only] if blocks.len() == 1 && name == "*" && only.as_str() == Some("*") => return Some(only.clone()),
            _ => entries.entry(name).or_default().extend(identifiers),
        }
    }
    let entries = entries.into_iter().map(|(of, identifiers)| (of, one_or_list(identifiers, &origin)));
    Some(sorted_map(entries, origin.clone()))
}

/// `{ test = …, variable = …, values = […] }` blocks as `{ test: { variable: values } }`.
fn conditions(statement: &Value) -> Option<Value> {
    let blocks = match blocks(statement, "condition") {
        Ok(blocks) => distinct(blocks),
        Err(unknown) => return Some(unknown),
    };
    let origin = blocks.first()?.origin.clone();
    let mut entries: IndexMap<String, IndexMap<String, Vec<Value>>> = IndexMap::new();
    for block in &blocks {
        let (test, variable) = (block.field("test"), block.field("variable"));
        let Some(operator) = test.as_str() else { return Some(test) };
        let Some(name) = variable.as_str() else { return Some(variable) };
        let values = texts(written(block, "values"));
        entries.entry(operator.to_owned()).or_default().entry(name.to_owned()).or_default().extend(values);
    }
    let operators = entries.into_iter().map(|(operator, variables)| {
        let variables = variables.into_iter().map(|(name, values)| (name, one_or_list(values, &origin)));
        (operator, sorted_map(variables, origin.clone()))
    });
    Some(sorted_map(operators, origin.clone()))
}

/// A statement of another document as the provider writes it back: what it does not know is lost, and so are conditions
/// whose value is a number.
fn normalized(statement: &Value) -> Value {
    let has_unknown_keys = |entries: &IndexMap<String, Value>| entries.keys().any(|key| key.contains("${"));
    if statement.as_map().is_none_or(has_unknown_keys) {
        return statement.clone();
    }
    let rendered = ELEMENTS.map(|name| {
        let value = element(statement, name)?;
        let value = match name {
            "Sid" if value.as_str() == Some("") => return None,
            "Principal" | "NotPrincipal" => match &value.data {
                // Whatever the text is.
                Data::Text(_) => Value::text("*", value.origin),
                _ => value,
            },
            "Condition" => written_back(&value),
            _ => value,
        };
        Some((name, value))
    });
    let entries = rendered.into_iter().flatten().map(|(name, value)| (name, Some(value)));
    object(entries, statement.origin.clone())
}

fn written_back(conditions: &Value) -> Value {
    let Some(operators) = conditions.as_map() else { return conditions.clone() };
    let operators = operators.iter().filter_map(|(operator, variables)| {
        let Some(entries) = variables.as_map() else { return Some((operator.clone(), variables.clone())) };
        let kept = entries.iter().filter(|(_, value)| !matches!(value.data, Data::Number(_)));
        let kept: Vec<_> = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
        let is_lost = kept.is_empty() && !entries.is_empty();
        (!is_lost).then(|| (operator.clone(), sorted_map(kept, variables.origin.clone())))
    });
    sorted_map(operators, conditions.origin.clone())
}

/// The element of a document or statement with this name. Go reads names of any case.
fn element(value: &Value, name: &str) -> Option<Value> {
    let entries = value.as_map()?;
    let found = entries
        .get(name)
        .or_else(|| entries.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value));
    found.filter(|value| !value.is_null()).cloned()
}

/// A field that is there and not null.
fn written(value: &Value, name: &str) -> Option<Value> {
    Some(value.field(name)).filter(|value| !value.is_null())
}

/// The nested blocks of a type.
///
/// # Errors
/// The value that keeps them from being known.
fn blocks(value: &Value, kind: &str) -> Result<Vec<Value>, Value> {
    let found = items(written(value, kind));
    let unknown = found.iter().find(|block| block.as_map().is_none()).cloned();
    unknown.map_or(Ok(found), Err)
}

/// The elements of a list, as far as they are known, without those that are null; of anything else, that alone.
fn items(value: Option<Value>) -> Vec<Value> {
    let Some(value) = value else { return Vec::new() };
    match value.pieces() {
        Some(pieces) => pieces.into_iter().filter(|piece| !piece.is_null()).cloned().collect(),
        None => vec![value],
    }
}

/// The documents that the arguments list as JSON texts.
fn texts_of(arguments: &Value, names: [&str; 2], decode: &dyn Fn(&Value) -> Value) -> Vec<Value> {
    let texts = names.into_iter().flat_map(|name| items(written(arguments, name)));
    let decoded = texts.filter(|text| text.as_str() != Some("")).map(|text| match &text.data {
        Data::Text(parts) => match parts.parts() {
            [Part::Json(value)] => value.clone(),
            _ => decode(&text),
        },
        // A list that is not known stands for the documents in it, and is none itself.
        _ if matches!(text.said_type(), Type::List(_) | Type::Set(_)) => Value { ty: None, ..text },
        _ => decode(&text),
    });
    // Go reads a document that is `null` as an empty one.
    decoded.filter(|document| !document.is_null()).collect()
}

/// Texts, with `&{…}` for `${…}`, which Terraform would take for its own.
fn texts(value: Option<Value>) -> Vec<Value> {
    let replaced = |value: Value| match &value.data {
        Data::Text(text) => {
            let parts = text.parts().iter().map(|part| match part {
                Part::Literal(literal) => Part::Literal(literal.replace("&{", "${")),
                part => part.clone(),
            });
            Value::new(Data::Text(Text::join(parts)), value.origin)
        }
        Data::Bool(_) | Data::Number(_) => {
            let text = Literal::of(&value).map(|literal| literal.as_text()).unwrap_or_default();
            Value::text(text, value.origin)
        }
        _ => value,
    };
    items(value).into_iter().map(replaced).collect()
}

/// A set as the provider lists it: without duplicates, the last in lexical order first. Where something in it is not
/// known, neither is the order.
fn sorted(values: Vec<Value>) -> Vec<Value> {
    let mut values = distinct(values);
    if values.iter().all(|value| value.as_str().is_some()) {
        values.sort_by(|left, right| right.as_str().cmp(&left.as_str()));
    }
    values
}

fn distinct(values: Vec<Value>) -> Vec<Value> {
    let mut distinct: Vec<Value> = Vec::with_capacity(values.len());
    for value in values {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}

/// One value as it is, several as a list, none not at all.
fn one_or_many(values: Vec<Value>, origin: &Origin) -> Option<Value> {
    (!values.is_empty()).then(|| one_or_list(values, origin))
}

fn one_or_list(values: Vec<Value>, origin: &Origin) -> Value {
    match values.as_slice() {
        [only] => only.clone(),
        _ => Value::list(ListKind::Tuple, values, origin.clone()),
    }
}

fn object<'n>(entries: impl IntoIterator<Item = (&'n str, Option<Value>)>, origin: Origin) -> Value {
    let entries = entries.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::map(MapKind::Object, entries.collect(), origin)
}

/// Go writes the keys of a map in lexical order.
fn sorted_map(entries: impl IntoIterator<Item = (String, Value)>, origin: Origin) -> Value {
    let mut entries: IndexMap<String, Value> = entries.into_iter().collect();
    entries.sort_keys();
    Value::map(MapKind::Object, entries, origin)
}
