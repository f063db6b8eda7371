//! Where what an expression names is declared, and what gives it a value: for whoever explains an answer to its reader.

use crate::source::Span;

/// What a name in an expression stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    /// Where it is declared, if a file declares it.
    pub place: Option<Span>,
    /// The option of the command line that gives it a value, if one does.
    pub option: Option<String>,
}

impl Declared {
    /// What only an option of the command line tells.
    #[must_use]
    pub fn by_option(option: &str) -> Self {
        Self { place: None, option: Some(option.to_owned()) }
    }
}
