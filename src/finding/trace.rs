//! How a verdict came about, as plain data, for whoever asks with `--trace`.

use crate::source::Span;

use super::Verdict;

/// The way to one verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The control's id.
    pub control: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The unit's path from the current directory.
    pub unit: String,
    /// The Terraform address or logical id; `None` for an account.
    pub resource: Option<String>,
    /// What the finding says.
    pub message: String,
    /// What leads to the verdict, one step for each way the inputs could be that makes a difference.
    pub steps: Vec<Step>,
}

/// One step, and those it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is so.
    pub message: String,
    /// Where it is written.
    pub span: Option<Span>,
    /// Why it is so.
    pub because: Vec<Step>,
}

impl Step {
    /// A step that rests on nothing further.
    #[must_use]
    pub fn new(message: impl Into<String>, span: Option<Span>) -> Self {
        Self { message: message.into(), span, because: Vec::new() }
    }

    /// The same step, resting on others.
    #[must_use]
    pub fn because(self, because: Vec<Self>) -> Self {
        Self { because, ..self }
    }
}
