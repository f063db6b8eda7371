//! Terraform's built-in functions, by family.

use indexmap::IndexMap;

use crate::source::Span;
use crate::value::{ObjectId, Value, World};

/// A call with evaluated arguments.
pub struct Call<'a> {
    /// The name as written, with or without `core::`.
    pub name: &'a str,
    /// The arguments, the last one already expanded where `...` was written.
    pub arguments: Vec<Value>,
    /// The call's own text.
    pub span: Span,
    /// The answers so far.
    pub world: &'a World,
    /// The module that calls.
    pub host: &'a dyn Host,
}

/// What a function needs of the module that calls it.
pub trait Host {
    /// The text of a file, its path as written (relative to the root module, as Terraform's working directory is).
    ///
    /// # Errors
    /// One sentence without the path.
    fn read(&self, path: &str) -> Result<String, String>;
    /// Whether a file is there.
    fn exists(&self, path: &str) -> bool;
    /// The paths of the files below a directory, relative to it, with forward slashes; for `fileset`.
    fn list(&self, directory: &str) -> Vec<String>;
    /// `templatefile`: the file rendered with these variables and no others.
    fn render(&self, path: &str, variables: IndexMap<String, Value>, call: &Call) -> Value;
    /// `templatestring`: the text rendered with these variables and no others.
    fn render_text(&self, template: &str, variables: IndexMap<String, Value>, call: &Call) -> Value;
    /// A resource, data source or module as a map of all its attributes.
    fn whole(&self, object: ObjectId) -> Value;
    /// The root module's directory as an absolute path.
    fn root_directory(&self) -> String;
}

/// The result of calling a built-in function; every one but `try` and `can`, whose arguments are lazy.
///
/// Total: failed when an argument is, or when the real tool would refuse the call; opaque for impure and provider
/// functions; an input named by the reason for a name that is no function.
#[must_use]
pub fn call(call: &Call) -> Value {
    let _ = call;
    Value::failed("not written yet", crate::value::Origin::expression(call.span))
}
