//! The controls: pages, Guard rules and the document they are evaluated over.
//!
//! Knows the model and its facts. Must not know a front end, or how a finding is printed.

pub mod catalog;
pub mod document;
pub mod guard;
pub mod leaves;
mod resources;
mod user;
mod words;

pub use crate::finding::fill;
pub use catalog::{Catalog, Holds, Needs, Rule, spelled};
pub use guard::{Clause, Outcome, Status, evaluate_each};
pub use resources::ResourcesDocument;
pub use user::{Suite, UserRules, load};
pub use words::{AccountWords, Words};
