//! `data "aws_iam_policy_document"` that is read while applying, because it names something that does not exist yet: its
//! statements are in the plan although the JSON that the provider will render is not.
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>

use crate::model::policy_document::render;
use crate::value::{ListKind, MapKind, Value};

use super::address::Mode;
use super::instances::Instance;
use super::links::Terminal;
use super::property::Reader;
use super::slot;

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
        if is_document { rendered(source, reader, depth) } else { None }
    };
    terminals.iter().map(document).collect()
}

/// The document a data source renders; `None` when the plan does not hold its statements.
fn rendered<'p>(source: &Instance<'p>, reader: &Reader<'p>, depth: usize) -> Option<Value> {
    let arguments = slot::value(source.slot, &source.path(""));
    let mut entries = arguments.as_map()?.clone();
    for name in ["source_json", "source_policy_documents", "override_json", "override_policy_documents"] {
        if let Some(listed) = entries.get_mut(name).filter(|listed| !listed.is_null()) {
            *listed = completed(source, name, listed, reader, depth)?;
        }
    }
    let arguments = Value::map(MapKind::Object, entries, arguments.origin);
    render(&arguments, &decoded).ok()
}

/// The documents an argument lists. Those that are not known are documents too, if as many of them are referred to as are
/// missing.
fn completed<'p>(
    source: &Instance<'p>,
    argument: &str,
    listed: &Value,
    reader: &Reader<'p>,
    depth: usize,
) -> Option<Value> {
    let documents = listed.as_list().unwrap_or(std::slice::from_ref(listed));
    let missing = documents.iter().filter(|document| document.as_str().is_none()).count();
    let referred = match missing {
        0 => return Some(listed.clone()),
        _ if depth == MAX_DEPTH => return None,
        _ => self::documents(source, argument, reader, depth + 1)?,
    };
    let mut referred = Some(referred).filter(|referred| referred.len() == missing)?.into_iter();
    let known = |document: &Value| if document.as_str().is_some() { Some(document.clone()) } else { referred.next() };
    let documents = documents.iter().map(known).collect::<Option<Vec<_>>>()?;
    Some(Value::list(ListKind::List, documents, listed.origin.clone()))
}

/// Whether a JSON text is this document.
pub(super) fn says(text: &Value, document: &Value) -> bool {
    text.as_str().is_some() && decoded(text) == *document
}

/// The document behind a JSON text. One that was rendered from another data source is a document already.
fn decoded(text: &Value) -> Value {
    let parsed = text.as_str().and_then(|json| serde_json::from_str(json).ok());
    parsed.map_or_else(|| text.clone(), |json| Value::of_json(json, &text.origin))
}
