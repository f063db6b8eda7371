//! Terraform modules, evaluated as Terraform does.

pub mod functions;
pub mod operators;
pub mod types;
mod unknown;
