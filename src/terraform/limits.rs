//! How much work an evaluation may be, and how much of it is done.
//!
//! A step is one expression that is evaluated, one element that a function makes, or some elements that an operation
//! goes through; a regular expression takes as many as its size says. Knows values; what stands for one that is beyond a
//! limit is the evaluator's.

use std::cell::Cell;

use crate::value::{Data, Part, Value, Work};

/// How many steps one value may take: a local value, an output, an argument. What it refers to counts for itself, so
/// that nothing depends on what was evaluated before.
const MAX_STEPS: u64 = 1_000_000;
/// How many steps all values may take of the rows that are judged together, in all their worlds.
const MAX_ROW_STEPS: u64 = 10_000_000;
/// How deep expressions and references may follow each other. A level takes some kilobytes of stack.
const MAX_DEPTH: usize = 2_000;
/// What is said of what leads deeper than that.
pub(super) const TOO_DEEP: &str = "more than 2,000 references or expressions that follow each other";
/// How many elements a value may have at all depths: it may hold another many times over.
const MAX_ELEMENTS: u64 = 1_000_000;
/// How many bytes the name of something unknown may have: the expression it comes from. Functions of functions double it.
const MAX_NAME: usize = 65_536;
/// How many elements are gone through in the time that one expression takes.
const ELEMENTS_A_STEP: u64 = 16;

/// The work of one evaluator.
#[derive(Debug)]
pub(super) struct Limits {
    /// The steps that the value takes which is being evaluated.
    steps: Cell<u64>,
    /// The steps of the row.
    row: Work,
    depth: Cell<usize>,
    deepest: Cell<usize>,
}

/// What the evaluation of one value took.
#[derive(Debug)]
pub(super) struct Effort {
    /// Its own steps.
    pub steps: u64,
    /// How far down it led.
    pub height: usize,
    /// The limit that it is beyond.
    pub exceeded: Option<&'static str>,
}

impl Limits {
    /// Nothing is done yet but what other evaluators of the row did.
    pub fn new(row: Work) -> Self {
        Self { steps: Cell::new(0), row, depth: Cell::new(0), deepest: Cell::new(0) }
    }

    /// The work of the row, for another evaluator of it.
    pub fn row(&self) -> &Work {
        &self.row
    }

    /// Begins to count the steps of another value that is read from outside.
    pub fn begin(&self) {
        self.row.count(self.steps.replace(0));
    }

    /// Counts steps.
    pub fn count(&self, steps: u64) {
        self.steps.set(self.steps.get().saturating_add(steps));
    }

    /// Counts that an operation goes through everything in a value.
    pub fn go_through(&self, value: &Value) {
        let mut left = MAX_ELEMENTS;
        take(value, &mut left);
        self.count(if left == 0 { MAX_STEPS } else { (MAX_ELEMENTS - left) / ELEMENTS_A_STEP });
    }

    /// The limit that is exceeded.
    pub fn exceeded(&self) -> Option<&'static str> {
        if self.steps.get() > MAX_STEPS {
            Some("more than 1,000,000 evaluation steps")
        } else if self.row.steps() > MAX_ROW_STEPS {
            Some("more than 10,000,000 evaluation steps for the verdicts that are worked out together")
        } else if self.depth.get() > MAX_DEPTH {
            Some(TOO_DEEP)
        } else {
            None
        }
    }

    /// Does `work` one level further down, unless a limit is exceeded there.
    pub fn descend<T>(&self, work: impl FnOnce() -> T) -> Result<T, &'static str> {
        self.count(1);
        let depth = self.depth.get();
        self.depth.set(depth + 1);
        self.deepest.set(self.deepest.get().max(depth + 1));
        let result = self.exceeded().map_or_else(|| Ok(work()), Err);
        self.depth.set(depth);
        result
    }

    /// Evaluates a value of its own. Its steps are not yet those of the row.
    pub fn apart(&self, work: impl FnOnce() -> Value) -> (Value, Effort) {
        let (steps, deepest) = (self.steps.replace(0), self.deepest.replace(self.depth.get()));
        let value = work();
        let exceeded = self.exceeded();
        let height = self.deepest.get().saturating_sub(self.depth.get());
        self.deepest.set(self.deepest.get().max(deepest));
        (value, Effort { steps: self.steps.replace(steps), height, exceeded })
    }

    /// Whether what led `height` levels down when it was evaluated would lead too far down here.
    pub fn is_too_deep(&self, height: usize) -> bool {
        let deepest = self.depth.get() + height;
        self.deepest.set(self.deepest.get().max(deepest));
        deepest > MAX_DEPTH
    }
}

/// Takes the number of elements of a value at all depths from `left`, until nothing is left.
fn take(value: &Value, left: &mut u64) {
    *left = left.saturating_sub(1);
    match &value.data {
        Data::Text(text) => {
            for part in text.parts() {
                match part {
                    Part::Literal(text) => *left = left.saturating_sub(text.len() as u64 / ELEMENTS_A_STEP),
                    Part::Value(value) | Part::Json(value) => take(value, left),
                }
            }
        }
        Data::List(_, items) => take_each(items.iter(), left),
        Data::Map(_, entries) => take_each(entries.values(), left),
        _ => {}
    }
}

fn take_each<'v>(mut values: impl Iterator<Item = &'v Value>, left: &mut u64) {
    while *left > 0
        && let Some(value) = values.next()
    {
        take(value, left);
    }
}

/// The limit that the name of something unknown is beyond.
pub(super) fn beyond_name(value: &Value) -> Option<&'static str> {
    let bytes = match &value.data {
        Data::Open(input) => input.name.len(),
        Data::Pending(question) => question.input.name.len(),
        Data::Opaque(symbol) => symbol.to_string().len(),
        _ => 0,
    };
    (bytes > MAX_NAME).then_some("an expression of more than 65,536 characters")
}

/// How many elements the outermost level of a value has.
pub(super) fn width(value: &Value) -> u64 {
    match &value.data {
        Data::List(_, items) => items.len() as u64,
        Data::Map(_, entries) => entries.len() as u64,
        _ => 1,
    }
}
