//! Files: the only place that reads them, and the only place that turns bytes into lines and columns.
//!
//! Knows limits and paths; knows nothing of what a file means.

mod commit;
mod glob;
mod lines;
mod mentions;
mod places;
mod root;
mod span;
mod store;
mod walk;
mod wildcard;

pub use commit::write_commit;
pub use glob::{BadGlob, PathGlob};
pub use lines::{LineIndex, Position};
pub use mentions::{mentions, mentions_trail_in_template, mentions_trail_in_terraform};
pub use places::Places;
pub use root::project_root;
pub use span::{FileId, Span};
pub use store::{Excerpts, MAX_BYTES, ReadError, SourceFile, Sources, relative};
pub use walk::{DEFAULT_EXCLUDES, Exclude, FileClass, Found, FoundFile, Walk, WalkError, walk};
pub use wildcard::Wildcard;
