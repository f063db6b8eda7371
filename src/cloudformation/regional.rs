//! What is one for each account and Region: pseudo parameters, and what CloudFormation looks up where it deploys a stack.
//! That is another one in a stack that is deployed elsewhere than the unit: by a `StackSet`, or by another provider
//! configuration of whoever deploys the template, who also says what account and Region are there. Knows no language that
//! does so.

use crate::model::DEPLOYED_BY;
use crate::value::{Data, Origin, SymbolSource, Value};

use super::evaluator::Evaluator;
use super::text::{DYNAMIC, named};
use super::tree::Stack;

/// The pseudo parameters that have a value.
pub const PSEUDO: [&str; 7] = [
    "AWS::AccountId",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// What the names of values begin with that are looked up.
const LOOKED_UP: [&str; 3] = [DYNAMIC, "ImportValue(", "GetStackOutput("];

impl<'t> Evaluator<'t> {
    /// What a pseudo parameter is worth in a stack. Each stack has a name and an id of its own.
    pub fn pseudo(&self, stack: &'t Stack, name: &'static str, origin: Origin) -> Value {
        let scope = match name {
            "AWS::StackId" | "AWS::StackName" => stack.address.clone(),
            "AWS::AccountId" | "AWS::Region" => match self.told(stack, name).map_or_else(|| self.place(stack), Err) {
                Ok(place) => place,
                Err(told) => return Value { origin, ..told },
            },
            // Whatever the account and the Region, they lie in one partition.
            "AWS::Partition" | "AWS::URLSuffix" => match self.handed_in(name).filter(|value| !value.is_null()) {
                Some(told) => return Value { origin, ..told },
                None => String::new(),
            },
            _ => String::new(),
        };
        match self.tree.given.pinned(name) {
            _ if !scope.is_empty() => named(format!("{scope}.{name}"), origin),
            Some(pinned) => Value::text(pinned, origin),
            None => named(name.to_owned(), origin),
        }
    }

    /// A value with what CloudFormation looked up for it where it deploys the stack: the same name may be another one's
    /// elsewhere.
    pub fn local(&self, stack: &'t Stack, value: Value) -> Value {
        if !is_looked_up(&value) {
            return value;
        }
        match self.place(stack) {
            Ok(place) if place.is_empty() => value,
            Ok(place) => value.map_parts(&|part| match looked_up(part) {
                Some(name) => named(format!("{place}.{name}"), part.origin.clone()),
                None => part.clone(),
            }),
            Err(waiting) => Value { origin: value.origin, ..waiting },
        }
    }

    /// What tells the account and the Region of a stack from the unit's own; empty where they are those.
    ///
    /// # Errors
    /// What has to be known first.
    fn place(&self, stack: &Stack) -> Result<String, Value> {
        match self.told(stack, DEPLOYED_BY) {
            _ if !stack.account.is_empty() => Ok(stack.account.clone()),
            None => Ok(String::new()),
            Some(told) => told.as_str().map(str::to_owned).ok_or(told),
        }
    }

    /// Whether a stack is deployed where its unit is.
    pub fn is_here(&self, stack: &Stack) -> bool {
        self.place(stack).is_ok_and(|place| place.is_empty())
    }

    /// What whoever deploys the root tells of where it does; nothing of a stack that is deployed elsewhere.
    fn told(&self, stack: &Stack, name: &str) -> Option<Value> {
        if !stack.account.is_empty() {
            return None;
        }
        self.handed_in(name).filter(|value| !value.is_null())
    }
}

/// Whether there is something in a value that CloudFormation looks up by name when it deploys a stack.
pub fn is_looked_up(value: &Value) -> bool {
    match &value.data {
        Data::Text(text) => text.values().any(is_looked_up),
        Data::List(_, items) => items.iter().any(is_looked_up),
        _ => looked_up(value).is_some(),
    }
}

/// The dynamic reference or import that a value is, unless it is told already where that is looked up.
fn looked_up(value: &Value) -> Option<&str> {
    let Data::Opaque(symbol) = &value.data else { return None };
    let SymbolSource::Named(name) = &symbol.source else { return None };
    LOOKED_UP.iter().any(|function| name.starts_with(function)).then_some(name)
}
