//! What an override file does to the blocks of the others.
//!
//! A block of an override file is matched by its header. Its attributes replace those of the same name; its nested
//! blocks replace all nested blocks of their type, `dynamic` ones included.
//! <https://developer.hashicorp.com/terraform/language/files/override>

use crate::syntax::{Block, Body};

/// Applies one block of an override file to the blocks that were declared before.
/// A block that overrides nothing is dropped: Terraform refuses it.
pub(super) fn apply(declared: &mut [Block], change: Block) {
    if change.kind == "locals" {
        return apply_locals(declared, &change.body);
    }
    let matching = declared.iter_mut().find(|block| is_same(block, &change));
    if let Some(block) = matching {
        merge(&mut block.body, change.body);
    }
}

fn is_same(block: &Block, change: &Block) -> bool {
    let labels = |block: &Block| block.labels.iter().map(|label| label.text.clone()).collect::<Vec<_>>();
    let alias = |block: &Block| block.body.attribute("alias").map(|alias| alias.expr.kind.clone());
    block.kind == change.kind
        && labels(block) == labels(change)
        && (block.kind != "provider" || alias(block) == alias(change))
}

/// A local value may be spread over any number of `locals` blocks.
fn apply_locals(declared: &mut [Block], change: &Body) {
    for attribute in &change.attributes {
        let existing = declared
            .iter_mut()
            .filter(|block| block.kind == "locals")
            .flat_map(|block| &mut block.body.attributes)
            .find(|existing| existing.name == attribute.name);
        if let Some(existing) = existing {
            *existing = attribute.clone();
        }
    }
}

fn merge(body: &mut Body, change: Body) {
    for attribute in change.attributes {
        body.attributes.retain(|existing| existing.name != attribute.name);
        body.attributes.push(attribute);
    }
    let (settings, replaced): (Vec<_>, Vec<_>) = change.blocks.into_iter().partition(|block| block.kind == "lifecycle");
    for block in &replaced {
        let kind = nested_kind(block).to_owned();
        body.blocks.retain(|existing| nested_kind(existing) != kind);
    }
    body.blocks.extend(replaced);
    for block in settings {
        match body.blocks.iter_mut().find(|existing| existing.kind == "lifecycle") {
            Some(existing) => merge(&mut existing.body, block.body),
            None => body.blocks.push(block),
        }
    }
}

/// The type of a nested block; that of `dynamic "x"` is `x`.
fn nested_kind(block: &Block) -> &str {
    match block.labels.first() {
        Some(label) if block.kind == "dynamic" => &label.text,
        _ => &block.kind,
    }
}
