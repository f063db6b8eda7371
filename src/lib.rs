//! trailwarden proves the Security Hub controls for AWS CloudTrail over infrastructure code.
//!
//! ```text
//! paths ─▶ source ─▶ syntax ─▶ terraform | cloudformation | plan ─▶ model ─▶ rules ─▶ findings ─▶ report
//! ```

pub mod baseline;
pub mod check;
pub mod cli;
pub mod cloudformation;
pub mod config;
pub mod explore;
pub mod facts;
pub mod finding;
pub mod iam;
pub mod judge;
pub mod model;
pub mod plan;
pub mod report;
pub mod rules;
pub mod source;
pub mod suppress;
pub mod syntax;
pub mod terraform;
pub mod value;
pub mod write;
