//! Where a finding stands: the one place its reader can change, and the places that led there.

use crate::finding::Label;
use crate::model::Resource;
use crate::rules::Words;
use crate::source::{Sources, Span};
use crate::value::{Origin, Role};

/// The one line a finding stands on: what the user can change. Where a caller handed the value in, the caller's
/// argument (the outermost); in a module that is not the user's, the `module` block; else the value itself, or the
/// header of the block where it would be written.
#[must_use]
pub fn primary(origin: &Origin, resource: &Resource, sources: &Sources) -> Span {
    let handed_in = origin.hops().filter(|hop| hop.role == Role::Argument).last();
    let place = match (handed_in, resource.caller) {
        (Some(hop), _) => hop.span,
        (None, Some(caller)) => caller,
        (None, None) => origin.nearest().unwrap_or(resource.header),
    };
    sources.first_line(place)
}

/// The other places of the chain, each with what it is.
#[must_use]
pub fn chain(origin: &Origin, primary: Span, words: &Words, sources: &Sources) -> Vec<Label> {
    let hops = origin.hops().map(|hop| (hop.role, sources.first_line(hop.span)));
    let others = hops.filter(|(_, span)| *span != primary);
    others.map(|(role, span)| Label { message: words.role(role).to_owned(), span }).collect()
}
