//! What somebody vouches for about things that the sources do not declare.

use crate::source::Wildcard;
use crate::value::Origin;

/// A bucket that the sources do not declare.
#[derive(Debug, Clone)]
pub struct KnownBucket {
    /// Its name, or a pattern for several.
    pub name: Wildcard,
    /// What anybody may do; `None` where nobody says.
    pub public: Option<Openness>,
    /// Whether it logs the requests made to it; `None` where nobody says.
    pub access_logging: Option<bool>,
    /// Where this is known from.
    pub reason: Option<String>,
    /// Where it is written.
    pub origin: Origin,
}

/// What anybody may do with a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Openness {
    /// Read or list.
    pub read: bool,
    /// Write.
    pub write: bool,
}
