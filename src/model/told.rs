//! What is told of a configuration by whoever had the real tool evaluate it, before anything was deployed: a plan. Knows
//! no format.

use crate::value::{Literal, Origin, Value};

/// What is told of a configuration.
pub trait Told: std::fmt::Debug + Send + Sync {
    /// The value of a variable of the root module.
    fn variable(&self, name: &str) -> Option<Value>;

    /// An attribute of an instance of a resource or data source, where all of it is told. It comes from where it is read.
    fn attribute(&self, address: &str, name: &str, origin: &Origin) -> Option<Value>;

    /// The names of the attributes of an instance.
    fn attributes(&self, address: &str) -> Vec<String>;

    /// The keys of the instances of a block by its address: `module.logs["eu"].aws_s3_bucket.this`, `module.logs`. `None`
    /// stands for the only instance of a block that is not repeated.
    fn keys(&self, block: &str) -> Option<Vec<Option<Literal>>>;
}
