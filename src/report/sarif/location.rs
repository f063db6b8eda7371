//! Places as SARIF has them: URI references from the source root, regions of one line in UTF-16 units, edits.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::finding::{Finding, Fix};
use crate::report::Context;
use crate::report::line::one_line;
use crate::report::place::path_from_root;
use crate::source::Span;

/// The finding's own place, with the names of what stands there.
pub(super) fn primary(finding: &Finding, context: &Context) -> Value {
    let resource = finding.resource.iter().map(|address| json!({ "fullyQualifiedName": address, "kind": "resource" }));
    // The path of a construct is how its author calls the same resource.
    let construct = finding.name.iter().map(|path| json!({ "fullyQualifiedName": path, "kind": "construct" }));
    let logical: Vec<Value> = resource.chain(construct).collect();
    let mut primary = location(finding.location, context);
    if !logical.is_empty() {
        primary.insert("logicalLocations".to_owned(), json!(logical));
    }
    Value::Object(primary)
}

/// A location with a remark of its own.
pub(super) fn remarked(message: &str, span: Span, context: &Context) -> Map<String, Value> {
    let mut location = location(span, context);
    location.insert("message".to_owned(), json!({ "text": unlinked(&one_line(message)) }));
    location
}

/// A location and nothing else.
pub(super) fn location(span: Span, context: &Context) -> Map<String, Value> {
    // One line: a pull request shows an alert only when all of its lines are in the diff.
    let region = region(context.sources.first_line(span), context);
    let physical = json!({ "artifactLocation": { "uri": uri(span, context) }, "region": region });
    Map::from_iter([("physicalLocation".to_owned(), physical)])
}

fn region(span: Span, context: &Context) -> Value {
    let file = context.sources.file(span.file);
    let start = file.lines.position_utf16(span.start as usize, &file.text);
    let end = file.lines.position_utf16(span.end as usize, &file.text);
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

/// Whether code scanning can show the place. A failure elsewhere is a notification, so that it is not lost.
pub(super) fn is_inside(span: Span, context: &Context) -> bool {
    path_from_root(span, context).is_some()
}

/// From the source root, without symbolic links: code scanning knows a file by its place in the work tree, and refuses the
/// upload for a path that leaves it.
fn uri(span: Span, context: &Context) -> Option<String> {
    path_from_root(span, context).map(|path| percent_encoded(&path))
}

/// The path as a URI reference: everything but unreserved characters and slashes is encoded (RFC 3986).
fn percent_encoded(path: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    path.bytes().map(encode).collect()
}

/// The edits by file; `None` when one of them lies outside the source root.
pub(super) fn fix(fix: &Fix, context: &Context) -> Option<Value> {
    let mut by_file: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        let replacement = json!({
            "deletedRegion": region(edit.span, context),
            "insertedContent": { "text": edit.replacement },
        });
        by_file.entry(uri(edit.span, context)?).or_default().push(replacement);
    }
    let changes: Vec<Value> = by_file
        .into_iter()
        .map(|(uri, replacements)| json!({ "artifactLocation": { "uri": uri }, "replacements": replacements }))
        .collect();
    Some(json!({ "description": { "text": fix.title }, "artifactChanges": changes }))
}

/// A text in which nothing is a link by accident: `[text](1)` would be one (SARIF 2.1.0, 3.11.6).
pub(super) fn unlinked(text: &str) -> String {
    text.replace("](", "] (")
}

/// A link's text: brackets and backslashes are escaped.
pub(super) fn link_text(text: &str) -> String {
    one_line(text).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uri_references() {
        assert_eq!(percent_encoded("envs/prod (eu)/täst.tf"), "envs/prod%20%28eu%29/t%C3%A4st.tf");
        assert_eq!(percent_encoded("100%/a:b\\c?#[0].tf"), "100%25/a%3Ab%5Cc%3F%23%5B0%5D.tf");
    }
}
