//! The integration tests: the binary as a user meets it, and the laws of the house.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets something unexpected fails, and says where"
)]

mod architecture;
mod cases;
mod cli;
mod configurations;
mod delivery;
mod exposure;
mod links;
mod pages;
mod places;
mod plans;
#[cfg(target_os = "linux")]
mod release;
mod reports;
mod secrets;
mod suppressions;
mod templates;
mod trace;
mod units;
mod user_rules;
mod worlds;
