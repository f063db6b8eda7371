//! The engine's verbose report, read into a failure: which clauses failed, and which of them fail the rule alone.
//!
//! Knows the report's shape (the serialised `RecordType` of cfn-guard 3.2) and nothing else.

use serde::Deserialize;
use serde_json::Value;

use super::{Clause, Failure, Outcome, Status, is_open};

/// A node of the report.
#[derive(Deserialize)]
pub(super) struct Record {
    container: Option<Container>,
    children: Vec<Record>,
}

#[derive(Deserialize)]
enum Container {
    FileCheck(Block),
    RuleCheck(RuleBlock),
    TypeCheck { block: Block },
    WhenCheck(Block),
    Disjunction(Block),
    BlockGuardCheck(Block),
    GuardClauseBlockCheck(Block),
    TypeBlock(Status),
    RuleCondition(Status),
    TypeCondition(Status),
    WhenCondition(Status),
    Filter(Status),
    ClauseValueCheck(Box<Check>),
}

#[derive(Deserialize)]
struct Block {
    status: Status,
    #[serde(default)]
    at_least_one_matches: bool,
}

#[derive(Deserialize)]
struct RuleBlock {
    name: String,
    status: Status,
}

#[derive(Deserialize)]
enum Check {
    Success,
    Comparison(Compared),
    InComparison(Sought),
    Unary {
        value: Checked,
    },
    MissingBlockValue(Checked),
    #[serde(rename = "NoValueForEmptyCheck")]
    NoValue(Option<String>),
    DependentRule {
        status: Status,
        custom_message: Option<String>,
    },
}

#[derive(Deserialize)]
struct Compared {
    from: Operand,
    to: Option<Operand>,
    custom_message: Option<String>,
    status: Status,
}

#[derive(Deserialize)]
struct Sought {
    from: Operand,
    to: Vec<Operand>,
    custom_message: Option<String>,
    status: Status,
}

#[derive(Deserialize)]
struct Checked {
    from: Operand,
    custom_message: Option<String>,
    status: Status,
}

#[derive(Deserialize)]
enum Operand {
    Literal(Located),
    Resolved(Located),
    UnResolved { traversed_to: Located, remaining_query: String },
}

#[derive(Deserialize)]
struct Located {
    path: String,
    value: Value,
}

impl Record {
    /// The outcome, if this is the report's root.
    pub(super) fn outcome(self) -> Option<Outcome> {
        let Some(Container::FileCheck(file)) = &self.container else { return None };
        let status = file.status;
        Some(self.with_status(status))
    }

    /// The outcome of each rule, by name, if this is the report's root.
    pub(super) fn rules(self) -> Vec<(String, Outcome)> {
        let named = self.children.into_iter().filter_map(|child| match &child.container {
            Some(Container::RuleCheck(rule)) => {
                let (name, status) = (rule.name.clone(), rule.status);
                Some((name, child.with_status(status)))
            }
            _ => None,
        });
        named.collect()
    }

    fn with_status(self, status: Status) -> Outcome {
        let conditional = self.holds_condition();
        let failure = (status == Status::Fail).then(|| self.failure()).flatten();
        Outcome { status, failure, conditional }
    }

    fn holds_condition(&self) -> bool {
        self.container.as_ref().is_some_and(Container::is_condition) || self.children.iter().any(Self::holds_condition)
    }

    /// The failure below this node; `None` if it did not fail.
    fn failure(self) -> Option<Failure> {
        let container = self.container?;
        if container.is_condition() {
            // It selects: that it is not met fails nothing.
            return None;
        }
        let (status, alternatives) = match container {
            Container::ClauseValueCheck(check) => return check.failure().map(Failure::Clause),
            Container::Disjunction(block) => (block.status, true),
            Container::RuleCheck(rule) => (rule.status, false),
            Container::FileCheck(block)
            | Container::TypeCheck { block }
            | Container::WhenCheck(block)
            | Container::BlockGuardCheck(block)
            | Container::GuardClauseBlockCheck(block) => (block.status, block.at_least_one_matches),
            Container::TypeBlock(status)
            | Container::RuleCondition(status)
            | Container::TypeCondition(status)
            | Container::WhenCondition(status)
            | Container::Filter(status) => (status, false),
        };
        if status != Status::Fail {
            return None;
        }
        let mut failures: Vec<Failure> = self.children.into_iter().filter_map(Self::failure).collect();
        Some(match failures.len() {
            // Nothing below it failed: the block selected nothing, and Guard does not say where.
            0 => Failure::Clause(Clause::nowhere(None)),
            1 => failures.remove(0),
            _ if alternatives => Failure::Alternatives(failures),
            _ => Failure::Conjuncts(failures),
        })
    }
}

impl Container {
    fn is_condition(&self) -> bool {
        matches!(self, Self::RuleCondition(_) | Self::TypeCondition(_) | Self::WhenCondition(_) | Self::Filter(_))
    }
}

impl Check {
    fn failure(self) -> Option<Clause> {
        match self {
            Self::Success => None,
            Self::Comparison(Compared { from, to, custom_message, status }) => (status == Status::Fail).then(|| {
                let expected = to.and_then(Operand::into_value);
                Clause { expected, ..from.clause(custom_message) }
            }),
            Self::InComparison(Sought { from, to, custom_message, status }) => (status == Status::Fail).then(|| {
                let expected = Some(Value::Array(to.into_iter().filter_map(Operand::into_value).collect()));
                Clause { expected, ..from.clause(custom_message) }
            }),
            Self::Unary { value } | Self::MissingBlockValue(value) => {
                (value.status == Status::Fail).then(|| value.from.clause(value.custom_message))
            }
            Self::NoValue(custom_message) => Some(Clause::nowhere(custom_message)),
            Self::DependentRule { status, custom_message } => {
                (status == Status::Fail).then(|| Clause::nowhere(custom_message))
            }
        }
    }
}

impl Operand {
    fn into_value(self) -> Option<Value> {
        match self {
            Self::Literal(at) | Self::Resolved(at) => Some(at.value),
            Self::UnResolved { traversed_to, .. } => is_open(&traversed_to.value).then_some(traversed_to.value),
        }
    }

    fn clause(self, custom_message: Option<String>) -> Clause {
        let (at, remaining) = match self {
            Self::Literal(at) | Self::Resolved(at) => (at, None),
            Self::UnResolved { traversed_to, remaining_query } => (traversed_to, Some(remaining_query)),
        };
        Clause { path: Some(at.path), value: Some(at.value), remaining, ..Clause::nowhere(custom_message) }
    }
}

impl Clause {
    fn nowhere(custom_message: Option<String>) -> Self {
        let code = custom_message.unwrap_or_default().trim().to_owned();
        Self { code, path: None, remaining: None, value: None, expected: None }
    }
}
