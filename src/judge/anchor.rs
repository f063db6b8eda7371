//! Where a finding stands: the one place its reader can change, and the places that led there.

use crate::finding::Label;
use crate::model::Resource;
use crate::rules::Words;
use crate::source::{Sources, Span};
use crate::value::{Origin, Role};

/// The one line a finding stands on: what the user can change. Where a caller handed the value in, the caller's
/// argument (the outermost); else the value itself, or the header of the block where it would be written; and if that is
/// in a module that is not the user's, whichever module that is, the `module` block that brought it in.
#[must_use]
pub fn primary(origin: &Origin, resource: &Resource, sources: &Sources) -> Span {
    let handed_in = origin.hops().filter(|hop| hop.role == Role::Argument).last().map(|hop| hop.span);
    let place = handed_in.or(origin.nearest()).unwrap_or(resource.header);
    let brought_in = sources.brought_in_by(place.file);
    // The resource tells which of several calls it is. What is told by a plan alone stands in no file of the module.
    let is_there = |caller: &Span| place.file == resource.header.file || brought_in.contains(caller);
    let caller = resource.caller.filter(is_there).or(brought_in.first().copied());
    sources.first_line(caller.unwrap_or(place))
}

/// The other places of the chain, each with what it is.
#[must_use]
pub fn chain(origin: &Origin, primary: Span, words: &Words, sources: &Sources) -> Vec<Label> {
    let hops = origin.hops().map(|hop| (hop.role, sources.first_line(hop.span)));
    let others = hops.filter(|(_, span)| *span != primary);
    others.map(|(role, span)| Label { message: words.role(role).to_owned(), span }).collect()
}
