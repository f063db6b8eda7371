//! The controls: pages, Guard rules and the document they are evaluated over.

pub mod catalog;
pub mod document;
pub mod guard;
