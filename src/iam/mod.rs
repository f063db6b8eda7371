//! Policy documents: reading them from values, what a statement says, and what S3 calls public.
//!
//! ```text
//! Value ─▶ Document::read ─▶ Statement ─▶ Terms { effect, principal, action, resource, condition }
//!                                          │
//!                            publicness(statement, all, access, target, world) ─▶ Public | Closed(why)
//! ```
//!
//! Reading never fails and never asks: a statement that waits for an answer, or that cannot be read, is kept as such.
//! Every decision about one element is a small function over plain data and a [`World`](crate::value::World), in the file
//! of that element; a question about whole statements, such as [`publicness`], is put together from them in a file of its
//! own. Knows values; knows neither buckets with their satellites nor who wrote the document in which language.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>

mod action;
mod condition;
mod document;
mod fixed;
mod json;
mod pattern;
mod principal;
mod public;
mod resource;

pub use action::Access;
pub use condition::{Hint, near_misses};
pub use document::{Body, Document, Selector, Statement, Terms, Unreadable, as_object};
pub use pattern::{Class, Token, covers, meets};
pub use public::{Closed, Publicness, publicness};
pub use resource::Target;
