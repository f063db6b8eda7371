//! Terraform modules, evaluated as Terraform does.

pub mod functions;
pub mod types;
