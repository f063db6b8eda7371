//! A row: one control about one subject, judged in every world and turned into a finding.
//!
//! Knows the model, the rules and the explorer. A row is judged on one thread; what it found in one world it never
//! carries into another.

mod account;
mod anchor;
mod describe;
mod errors;
mod finding;
mod first;
mod row;
mod scene;
mod short;
mod trace;
mod user;

pub use account::{Absence, AccountVotes, Standing, account_row, module_for_trail};
pub use describe::{cases as describe_cases, fill};
pub use finding::{Row, decide, options, to_finding, without_trail};
pub use row::{Failure, Givens, Judge, Judged, Outcomes};
pub use short::ShortNames;
pub use trace::{add_alternatives, trace};
pub use user::{UserRow, user_findings};
