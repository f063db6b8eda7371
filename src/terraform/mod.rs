//! Terraform modules, evaluated as Terraform does.
//!
//! ```text
//! files ─▶ Module ─▶ tree of calls ─▶ Evaluator in a World ─▶ instances ─▶ properties with CloudFormation's names
//! ```
//!
//! Knows Terraform and the AWS provider's schema as far as the model needs it; knows no control.

mod access;
mod attempt;
mod attribute;
mod blocks;
mod by_key;
mod called;
mod conditions;
mod data_source;
mod discover;
mod estate;
mod evaluator;
mod expand;
mod expression;
mod files;
pub mod functions;
mod given;
mod held;
mod host;
mod ingredients;
mod installed;
mod instances;
mod joined;
mod keyed;
mod limits;
mod listed;
mod looped;
mod made_of;
mod meant;
mod merge;
mod merged;
mod module;
mod named;
mod naming;
mod needs;
mod object;
pub mod operators;
mod picked;
mod policy_document;
mod property;
mod provided;
mod provider;
mod put_out;
mod reference;
mod refusal;
mod repeat;
mod repeat_unknown;
mod scope;
mod secret;
mod sensitivity;
mod shared;
mod slot;
mod splat;
mod template;
mod terragrunt;
mod tree;
mod truth;
pub mod types;
mod typing;
mod unit;
mod unknown;
mod validation;
mod variables;
mod written;

pub use discover::{deployed, reaching_trails, roots, roots_of, speaking_of_trails};
pub use files::is_configuration;
pub use module::{Module, Modules};
pub use terragrunt::{Deployed, Deploys};
pub use unit::{TerraformUnit, load};
pub use written::Configuration;

#[cfg(test)]
mod tests;
