//! `data "aws_iam_policy_document"`: the policy that the AWS provider renders from its arguments, whoever read them.
//!
//! Follows the provider's own code, in `internal/service/iam/policy_document_data_source.go` and `policy_model.go` of
//! <https://github.com/hashicorp/terraform-provider-aws>. What is not known inside stays what it is.

mod order;
mod statement;
mod texts;

use indexmap::IndexMap;

use self::statement::statement;
use self::texts::Texts;
use crate::model::alike;
use crate::value::{Awaited, Data, Input, Layout, ListKind, MapKind, Origin, Part, Text, Type, Value, json_of};

/// The arguments and nested blocks of a block.
#[derive(Debug)]
pub struct Block {
    /// The arguments that are texts.
    pub texts: &'static [&'static str],
    /// The arguments that are lists of texts.
    pub lists: &'static [&'static str],
    /// The nested blocks, by type.
    pub blocks: &'static [(&'static str, Block)],
}

/// Everything that can be written in the data source.
pub const DOCUMENT: Block = Block {
    texts: &["version", "policy_id", "source_json", "override_json"],
    lists: &["source_policy_documents", "override_policy_documents"],
    blocks: &[(
        "statement",
        Block {
            texts: &["sid", "effect"],
            lists: &["actions", "not_actions", "resources", "not_resources"],
            blocks: &[
                ("principals", PRINCIPALS),
                ("not_principals", PRINCIPALS),
                ("condition", Block { texts: &["test", "variable"], lists: &["values"], blocks: &[] }),
            ],
        },
    )],
};

const PRINCIPALS: Block = Block { texts: &["type"], lists: &["identifiers"], blocks: &[] };

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
        for statement in document.head_of(&settled(source)?)? {
            if let Some(known) = document.statements.iter().find(|known| shares_name(known, &statement, is_one_name)) {
                let refused = || refused("two statements of source_policy_documents have one Sid", &statement);
                return Err(undecided(known, &statement).unwrap_or_else(refused));
            }
            document.statements.push(statement);
        }
    }
    let version = written(arguments, "version");
    let is_old = version.as_ref().and_then(Value::as_str) == Some("2008-10-17");
    let version = version.unwrap_or_else(|| Value::text(VERSION, arguments.origin.clone()));
    document.head(written(arguments, "policy_id"), Some(version));
    let (sources, mut written_here) = (document.statements.len(), Vec::new());
    for block in items(written(arguments, "statement")) {
        let own = block.then(&statement);
        if let Some(other) = written_here.iter().find(|other| shares_name(other, &own, is_one_name)) {
            return Err(undecided(other, &own).unwrap_or_else(|| refused("two statements have one sid", &block)));
        }
        if is_old && block.is_waiting() {
            return Err(block.unsaid());
        }
        if is_old && holds_variable(&block) {
            return Err(refused("version 2008-10-17 has no variables", &block));
        }
        written_here.push(own.clone());
        document.replace(own, sources)?;
    }
    for newer in texts_of(arguments, ["override_json", "override_policy_documents"], decode) {
        for statement in document.head_of(&settled(newer)?)? {
            document.replace(statement, usize::MAX)?;
        }
    }
    // The version of a document that waits may be a later one.
    if let Some(waiting) = document.statements.iter().find(|statement| statement.is_waiting())
        && document.version.as_ref().and_then(Value::as_str) != Some(VERSION)
    {
        return Err(waiting.clone().unsaid());
    }
    let is_unknown = |statement: &Value| statement.as_map().is_none() && !statement.is_waiting();
    let unknown = document.statements.first().filter(|_| document.statements.iter().all(is_unknown));
    unknown.cloned().map_or_else(|| Ok(document.into_value(arguments.origin.clone())), Err)
}

/// What the provider says instead of rendering a document.
fn refused(problem: &str, statement: &Value) -> Value {
    Value::failed(format!("aws_iam_policy_document: {problem}"), statement.origin.clone())
}

/// Whether a variable of the policy language is written where the provider looks for it.
fn holds_variable(block: &Value) -> bool {
    let mut found = false;
    for name in ["resources", "not_resources", "principals", "not_principals", "condition"] {
        block.field(name).visit(&mut |value| found |= value.as_str().is_some_and(|text| text.contains("&{")));
    }
    found
}

/// A document that others are merged into.
#[derive(Default)]
struct Document {
    id: Option<Value>,
    version: Option<Value>,
    statements: Vec<Value>,
}

impl Document {
    /// The statements of another document, whose head counts from now on. One that is not known stands for all its statements;
    /// of one that waits, each statement waits.
    ///
    /// # Errors
    /// The document that waits, where its head counts.
    fn head_of(&mut self, document: &Value) -> Result<Vec<Value>, Value> {
        if document.is_waiting() {
            return statements_awaited(document).ok_or_else(|| document.clone().unsaid());
        }
        if document.as_map().is_none() {
            return Ok(vec![document.clone()]);
        }
        self.head(element(document, "Id"), element(document, "Version"));
        Ok(statements_of(document))
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
    ///
    /// # Errors
    /// What waits, where a statement that waits replaces another one or is replaced.
    fn replace(&mut self, newer: Value, older: usize) -> Result<(), Value> {
        let may_replace =
            |known: &&Value| undecided(known, &newer).is_some() && shares_name(known, &newer, may_be_one_name);
        if let Some(known) = self.statements.iter().find(may_replace) {
            return undecided(known, &newer).map_or(Ok(()), Err);
        }
        if newer.is_waiting() {
            self.statements.push(newer);
            return Ok(());
        }
        let name = Name::of(&newer);
        let is_deny = |statement: &Value| element(statement, "Effect").is_some_and(|is| is.as_str() == Some("Deny"));
        let sid = |statement: &Value| statement.as_map().and_then(|_| written(statement, "Sid"));
        let is_another =
            |old: &Value| sid(old).zip(sid(&newer)).is_some_and(|(old, newer)| alike::differ(&old, &newer));
        for old in self.statements.iter_mut().take(older).filter(|old| old.as_map().is_some() && !is_deny(old)) {
            if is_another(old) {
                continue;
            }
            let unknown = match (&name, Name::of(old)) {
                (Name::None, _) | (_, Name::None) | (Name::Known(_), Name::Known(_)) => continue,
                (Name::Unknown(unknown), _) => unknown.clone(),
                (_, Name::Unknown(unknown)) => unknown,
            };
            *old = unknown;
        }
        self.put(newer);
        Ok(())
    }

    fn into_value(self, origin: Origin) -> Value {
        let waiting = self.statements.iter().find(|statement| statement.is_waiting());
        let statements = match waiting.map(|statement| statement.data.clone()) {
            Some(waiting) => Value::new(waiting, origin.clone()).awaiting(Awaited::Elements(self.statements)),
            // The provider leaves an empty list out. S3 takes neither; the list says more plainly that nothing is allowed.
            None => Value::list(ListKind::Tuple, self.statements, origin.clone()),
        };
        object([("Version", self.version), ("Id", self.id), ("Statement", Some(statements))], origin)
    }
}

/// The statements of a document as the provider writes them back.
fn statements_of(document: &Value) -> Vec<Value> {
    items(element(document, "Statement")).iter().map(|statement| statement.then(&normalized)).collect()
}

/// Every statement that a document which waits may have. `None` where that is not known, or where it would have an id.
fn statements_awaited(document: &Value) -> Option<Vec<Value>> {
    let mut statements = Vec::new();
    for outcome in document.outcomes()? {
        let has_id = element(outcome, "Id").is_some();
        if has_id || !matches!(outcome.data, Data::Null | Data::Map(..) | Data::Open(_) | Data::Opaque(_)) {
            return None;
        }
        let is_unknown = !outcome.is_null() && outcome.as_map().is_none();
        let found = if is_unknown { vec![outcome.clone()] } else { statements_of(outcome) };
        statements.extend(found.into_iter().map(|statement| document.perhaps(statement)));
    }
    Some(statements)
}

/// What two statements wait for of which one waits: whether both are there is not known before.
fn undecided(one: &Value, other: &Value) -> Option<Value> {
    [one, other].into_iter().find(|statement| statement.is_waiting()).map(|statement| statement.clone().unsaid())
}

/// Whether two statements have, or may come to have, names of which something is so.
fn shares_name(one: &Value, other: &Value, is: fn(&Name, &Name) -> bool) -> bool {
    let names = |statement: &Value| -> Vec<Name> {
        let outcomes = statement.outcomes().unwrap_or_else(|| vec![statement]);
        outcomes.into_iter().map(Name::of).collect()
    };
    let others = names(other);
    names(one).iter().any(|one| others.iter().any(|other| is(one, other)))
}

fn is_one_name(one: &Name, other: &Name) -> bool {
    matches!(one, Name::Known(_)) && one == other
}

fn may_be_one_name(one: &Name, other: &Name) -> bool {
    match (one, other) {
        (Name::None, _) | (_, Name::None) => false,
        (Name::Known(one), Name::Known(other)) => one == other,
        (Name::Unknown(_), _) | (_, Name::Unknown(_)) => true,
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
            return Self::Unknown(statement.clone().unsaid());
        }
        let Some(sid) = written(statement, "Sid") else { return Self::None };
        match (sid.as_str(), &sid.data) {
            (Some(""), _) => Self::None,
            (Some(name), _) => Self::Known(name.to_owned()),
            (None, Data::Text(_)) => {
                let input = Input::derived(sid.describe(), sid.origin.clone());
                Self::Unknown(Value::open(input, sid.origin))
            }
            (None, _) => Self::Unknown(sid.unsaid()),
        }
    }
}

/// An object, or what stands for one in every world, or what will be one of several.
fn settled(value: Value) -> Result<Value, Value> {
    let is_settled = matches!(value.data, Data::Map(..) | Data::Open(_) | Data::Opaque(_));
    if is_settled || value.outcomes().is_some() && value.is_waiting() { Ok(value) } else { Err(value.unsaid()) }
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
                _ => in_order(&value),
            },
            "Condition" => written_back(&value),
            _ => value,
        };
        Some((name, value))
    });
    let is_empty = |name: &str, value: &Value| {
        matches!(name, "Principal" | "NotPrincipal" | "Condition") && value.as_map().is_some_and(IndexMap::is_empty)
    };
    let entries = rendered.into_iter().flatten().filter(|(name, value)| !is_empty(name, value));
    object(entries.map(|(name, value)| (name, Some(value))), statement.origin.clone())
}

/// Principals with the identifiers of each type in the order of the provider. A list of one stays a list, but for everybody.
fn in_order(principals: &Value) -> Value {
    let Some(kinds) = principals.as_map() else { return principals.clone() };
    if let [(kind, named)] = kinds.iter().collect::<Vec<_>>().as_slice()
        && *kind == "*"
        && let Some([everybody]) = Texts::of(named).known().as_deref()
        && *everybody == "*"
    {
        return Value::text("*", named.origin.clone());
    }
    let kinds = kinds.iter().map(|(kind, named)| {
        let several = named.as_list().filter(|list| list.len() > 1).map(|_| Texts::of(named));
        (kind.clone(), several.and_then(|texts| texts.sorted().as_set()).unwrap_or_else(|| named.clone()))
    });
    sorted_map(kinds, principals.origin.clone())
}

/// Conditions with values as texts, and a value that is alone in its list without it.
fn written_back(conditions: &Value) -> Value {
    let Some(operators) = conditions.as_map() else { return conditions.clone() };
    let operators = operators.iter().filter_map(|(operator, variables)| {
        let Some(entries) = variables.as_map() else { return Some((operator.clone(), variables.clone())) };
        let kept = entries.iter().filter(|(_, value)| !matches!(value.data, Data::Number(_)));
        let text = |value: &Value| Texts::of(value).as_list().unwrap_or_else(|| value.clone());
        let kept: Vec<_> = kept.map(|(name, value)| (name.clone(), text(value))).collect();
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

/// The elements of a list, as far as they are known, without those that are null; of anything else, that alone.
fn items(value: Option<Value>) -> Vec<Value> {
    let Some(value) = value else { return Vec::new() };
    match (value.pieces(), value.may_hold()) {
        (Some(pieces), _) => pieces.into_iter().filter(|piece| !piece.is_null()).cloned().collect(),
        (None, Some(elements)) => elements,
        (None, None) => vec![value],
    }
}

/// The documents that the arguments list as JSON texts.
fn texts_of(arguments: &Value, names: [&str; 2], decode: &dyn Fn(&Value) -> Value) -> Vec<Value> {
    let texts = names.into_iter().flat_map(|name| items(written(arguments, name)));
    let decoded = |text: &Value| match &text.data {
        Data::Text(parts) => match parts.parts() {
            [] => Value::null(text.origin.clone()),
            [Part::Json(value)] => value.clone(),
            _ => decode(text),
        },
        // A list that is not known stands for the documents in it, and is none itself.
        _ if matches!(text.said_type(), Type::List(_) | Type::Set(_)) => Value { ty: None, ..text.clone() },
        _ if text.is_null() => text.clone(),
        _ => decode(text),
    };
    // Go reads a document that is `null` as an empty one.
    texts.map(|text| text.then(&decoded)).filter(|document| !document.is_null()).collect()
}

/// The text with every rendered document in it written out. What is not known in one stays a part.
#[must_use]
pub fn written_out(text: &Text) -> Text {
    let document = |part: &Part| match part {
        Part::Json(document) if document.as_map().is_some() => Some(json(document, Layout::Indented)),
        _ => None,
    };
    if text.parts().iter().all(|part| matches!(part, Part::Literal(_) | Part::Value(_))) {
        return text.clone();
    }
    text.replace(document)
}

/// The JSON of a rendered document.
#[must_use]
pub fn json(document: &Value, layout: Layout) -> Text {
    let is_nothing =
        |(name, value): (&String, &Value)| name == "Statement" && value.as_list().is_some_and(<[_]>::is_empty);
    let entries = document.as_map().into_iter().flatten().filter(|entry| !is_nothing(*entry));
    let entries = entries.map(|(name, value)| (name.clone(), value.clone())).collect();
    let document = Value::map(MapKind::Object, entries, document.origin.clone());
    json_of(&document, layout, &|key| vec![Part::Literal(key.to_owned())])
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
