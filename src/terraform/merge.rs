//! What an override file does to the blocks of the others.
//!
//! A block of an override file is matched by its header. Its attributes replace those of the same name; its nested
//! blocks replace all nested blocks of their type, `dynamic` ones included. In JSON syntax nested blocks are attributes.
//! <https://developer.hashicorp.com/terraform/language/files/override>

use std::sync::Arc;

use crate::finding::Note;
use crate::source::Span;
use crate::syntax::{Attribute, Block, Body, Expr, ExprKind};

/// The blocks that an override file can change. Others simply add up.
const NAMED: [&str; 6] = ["resource", "data", "variable", "output", "module", "provider"];

/// The name under which a variable keeps the type of its first declaration, when an override file has another: no
/// configuration can write it.
pub(super) const DECLARED_TYPE: &str = "type of the declaration";

/// Applies one block of an override file to the blocks that were declared before. What overrides nothing is dropped with a
/// remark: Terraform refuses it.
pub(super) fn apply(declared: &mut [Block], change: Block, notes: &mut Vec<Note>) {
    let dropped = |span: Span| Note {
        message: "overrides nothing: no other file declares this, and Terraform refuses that".to_owned(),
        span: Some(span),
    };
    if change.kind == "locals" {
        notes.extend(apply_locals(declared, &change.body).into_iter().map(dropped));
        return;
    }
    let matching = declared.iter_mut().find(|block| is_same(block, &change));
    match matching {
        Some(block) => {
            block.overrides.push(change.header);
            if block.kind == "variable" && change.body.attribute("type").is_some() {
                keep_declared_type(&mut block.body);
            }
            let objects = Objects::of(block);
            merge(&mut block.body, change.body, objects);
        }
        None if NAMED.contains(&change.kind.as_str()) => notes.push(dropped(change.header)),
        None => {}
    }
}

/// What `optional` in the type of the first declaration says of missing attributes stands, also where an override file
/// replaces the type: <https://github.com/hashicorp/terraform/blob/v1.11.4/internal/configs/module_merge.go>.
fn keep_declared_type(variable: &mut Body) {
    if variable.attribute(DECLARED_TYPE).is_some() {
        return;
    }
    if let Some(ty) = variable.attribute("type").cloned() {
        variable.attributes.push(Attribute { name: DECLARED_TYPE.to_owned(), ..ty });
    }
}

fn is_same(block: &Block, change: &Block) -> bool {
    let labels = |block: &Block| block.labels.iter().map(|label| label.text.clone()).collect::<Vec<_>>();
    let alias = |block: &Block| block.body.attribute("alias").map(|alias| alias.expr.kind.clone());
    block.kind == change.kind
        && labels(block) == labels(change)
        && (block.kind != "provider" || alias(block) == alias(change))
}

/// A local value may be spread over any number of `locals` blocks. Gives the names that no other file declares.
fn apply_locals(declared: &mut [Block], change: &Body) -> Vec<Span> {
    let mut dropped = Vec::new();
    for attribute in &change.attributes {
        let existing = declared
            .iter_mut()
            .filter(|block| block.kind == "locals")
            .flat_map(|block| &mut block.body.attributes)
            .find(|existing| existing.name == attribute.name);
        match existing {
            Some(existing) => *existing = attribute.clone(),
            None => dropped.push(attribute.name_span),
        }
    }
    dropped
}

/// What an object is in a block in JSON syntax, where only the provider's schema tells.
#[derive(Clone, Copy)]
enum Objects {
    /// A nested block: of what AWS has, only tags are maps that anything reads.
    Blocks,
    /// Perhaps the value of an argument.
    Values,
}

impl Objects {
    fn of(block: &Block) -> Self {
        let is_aws = block.labels.first().is_some_and(|kind| kind.text.starts_with("aws_"));
        let is_provided = matches!(block.kind.as_str(), "resource" | "data");
        if is_provided && is_aws { Self::Blocks } else { Self::Values }
    }
}

fn merge(body: &mut Body, change: Body, objects: Objects) {
    for attribute in change.attributes {
        if is_no_block(&attribute, body, objects) {
            continue;
        }
        let kinds = written_dynamic(&attribute);
        if kinds.is_empty() {
            remove(body, &attribute.name);
            body.attributes.push(attribute);
        } else {
            for kind in &kinds {
                remove(body, kind);
            }
            add_dynamic(body, attribute);
        }
    }
    let (settings, replaced): (Vec<_>, Vec<_>) = change.blocks.into_iter().partition(|block| block.kind == "lifecycle");
    for block in &replaced {
        remove(body, nested_kind(block));
    }
    body.blocks.extend(replaced);
    for block in settings {
        match body.blocks.iter_mut().find(|existing| existing.kind == "lifecycle") {
            Some(existing) => merge(&mut existing.body, block.body, Objects::Values),
            None => body.blocks.push(block),
        }
    }
}

/// Whether an attribute stands for nested blocks in JSON syntax, and there is none: then it replaces none. Whether it does
/// tell the blocks of that type that are already there.
fn is_no_block(attribute: &Attribute, body: &Body, objects: Objects) -> bool {
    let is_empty = |expr: &Expr| match &expr.kind {
        ExprKind::Null => true,
        ExprKind::Tuple(items) => items.is_empty(),
        _ => false,
    };
    let is_block = |expr: &Arc<Expr>| matches!(expr.kind, ExprKind::Object(_));
    let are_blocks = |existing: &Attribute| match &existing.expr.kind {
        ExprKind::Tuple(items) => !items.is_empty() && items.iter().all(is_block),
        // An argument that is a map may be null; it is no list.
        ExprKind::Object(_) => {
            let is_map = matches!(objects, Objects::Values) || attribute.name.starts_with("tags");
            attribute.expr.kind != ExprKind::Null || !is_map
        }
        _ => false,
    };
    let is_dynamic = |existing: &Attribute| written_dynamic(existing).contains(&attribute.name);
    is_empty(&attribute.expr)
        && (body.blocks.iter().any(|block| nested_kind(block) == attribute.name)
            || body.attribute(&attribute.name).is_some_and(are_blocks)
            || body.attribute("dynamic").is_some_and(is_dynamic))
}

/// Removes the attribute, or all nested blocks of the type, in either syntax.
fn remove(body: &mut Body, name: &str) {
    body.blocks.retain(|existing| nested_kind(existing) != name);
    body.attributes.retain(|existing| existing.name != name);
    for attribute in body.attributes.iter_mut().filter(|attribute| attribute.name == "dynamic") {
        if let ExprKind::Object(entries) = &attribute.expr.kind {
            let others = entries.iter().filter(|(key, _)| !is_text(key, name)).cloned().collect();
            attribute.expr = Arc::new(Expr { kind: ExprKind::Object(others), span: attribute.expr.span });
        }
    }
}

/// The types of the blocks that `"dynamic": { … }` makes in JSON syntax.
fn written_dynamic(attribute: &Attribute) -> Vec<String> {
    let ExprKind::Object(entries) = &attribute.expr.kind else { return Vec::new() };
    let kinds = entries.iter().filter_map(|(key, _)| match &key.kind {
        ExprKind::Text(kind, _) if attribute.name == "dynamic" => Some(kind.clone()),
        _ => None,
    });
    kinds.collect()
}

/// Adds `"dynamic": { … }` to what is already there.
fn add_dynamic(body: &mut Body, mut attribute: Attribute) {
    let existing = body.attributes.iter().position(|existing| existing.name == "dynamic");
    let existing = existing.map(|at| body.attributes.remove(at));
    if let (Some(ExprKind::Object(old)), ExprKind::Object(new)) =
        (existing.map(|existing| existing.expr.kind.clone()), &attribute.expr.kind)
    {
        let both = old.into_iter().chain(new.iter().cloned()).collect();
        attribute.expr = Arc::new(Expr { kind: ExprKind::Object(both), span: attribute.expr.span });
    }
    body.attributes.push(attribute);
}

fn is_text(expr: &Expr, wanted: &str) -> bool {
    matches!(&expr.kind, ExprKind::Text(text, _) if text == wanted)
}

/// The type of a nested block; that of `dynamic "x"` is `x`.
fn nested_kind(block: &Block) -> &str {
    match block.labels.first() {
        Some(label) if block.kind == "dynamic" => &label.text,
        _ => &block.kind,
    }
}
