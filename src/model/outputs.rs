//! What a resource puts out that deploys something in another language, for whoever evaluates the code that reads it. Knows
//! no language.

use crate::source::Span;
use crate::value::{Value, World};

/// Tells what resources put out that deploy something in another language.
pub trait Outputs: std::fmt::Debug + Send + Sync {
    /// All that a resource puts out in a world, as a map, or what has to be answered first; `None` where what it deploys
    /// cannot be read.
    fn of(&self, resource: &Foreign<'_>, world: &World) -> Option<Value>;
}

/// A resource that deploys something in another language, as whoever evaluates it knows it: [`super::Kind::Foreign`].
pub struct Foreign<'p> {
    /// Its address.
    pub address: &'p str,
    /// The line that announces it.
    pub header: Span,
    /// Its properties by their names, in the world that it is evaluated in.
    pub property: &'p dyn Fn(&str) -> Value,
}
