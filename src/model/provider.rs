//! What a provider configuration says about the account that it works in. Knows no language that writes one.

use std::ops::Deref;
use std::sync::Arc;

use crate::value::{Decided, Question, Stop};

/// What tells the account of a provider configuration from others': empty where it says nothing, or a role ARN, a profile,
/// the number of an account.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Provider {
    name: String,
    /// What is asked before it is known to be another account than those of other configurations.
    rests_on: Option<Arc<Question>>,
}

impl Provider {
    /// A configuration that is called so, whose account rests on the answer to a question.
    #[must_use]
    pub fn resting_on(name: String, question: Arc<Question>) -> Self {
        Self { name, rests_on: Some(question) }
    }

    /// Whether two configurations work in one account.
    ///
    /// # Errors
    /// [`Stop`] when an input decides it.
    pub fn is_in_account_of(&self, other: &Self) -> Decided<bool> {
        match self.rests_on.as_ref().or(other.rests_on.as_ref()) {
            _ if self.name == other.name => Ok(true),
            Some(question) => Err(Stop::Ask(Arc::clone(question))),
            None => Ok(false),
        }
    }
}

impl From<String> for Provider {
    fn from(name: String) -> Self {
        Self { name, rests_on: None }
    }
}

impl Deref for Provider {
    type Target = str;

    fn deref(&self) -> &str {
        &self.name
    }
}
