//! The functions against what the real Terraform makes of the same expressions, and what they make of unknown values.

mod conformance;
mod evaluate;
mod laws;
mod unknowns;
