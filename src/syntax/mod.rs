//! Text to trees with spans: YAML, JSON and TOML to [`Node`], Terraform to [`Body`].
//!
//! Reading never fails altogether: it returns the tree as far as it could be read, with the problems.
//! Knows grammars; knows nothing of AWS.

mod body;
mod escapes;
pub mod hcl;
pub mod json;
mod names;
mod node;
pub mod tf_json;
pub mod toml;
mod written;
pub mod yaml;

pub use body::{
    Attribute, BinaryOperator, Block, Body, Call, Expansion, Expr, ExprKind, For, ForResult, Label, ParsedBody, Step,
    TemplateFor, TemplatePart,
};
pub use names::FreeName;
pub use node::{Comment, Entry, Node, NodeKind, Parsed, Problem, ProblemSeverity, Scalar, Style, Tag};
pub use written::Written;
