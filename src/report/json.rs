//! The contract, version 1: every verdict, passes too. A field is added, never renamed or removed, within a version.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::finding::{Case, Condition, FileError, Finding, Label, Note, Suppression};
use crate::source::Span;
use crate::value::{Emptiness, Literal};

use super::Context;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    results: Vec<Outcome<'a>>,
    notes: Vec<Remark<'a>>,
    errors: Vec<Unread<'a>>,
}

#[derive(Serialize)]
struct Outcome<'a> {
    control: &'a str,
    verdict: &'static str,
    unit: &'a str,
    account: Option<&'a str>,
    resource: Option<&'a str>,
    name: Option<&'a str>,
    severity: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    cases: Vec<Outlook>,
    location: Place,
    related: Vec<Pointer<'a>>,
    notes: Vec<Remark<'a>>,
    fingerprint: &'a str,
    suppressed: Option<Waiver<'a>>,
}

#[derive(Serialize)]
struct Outlook {
    when: Map<String, Value>,
    verdict: &'static str,
}

#[derive(Serialize)]
struct Place {
    path: String,
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Pointer<'a> {
    message: &'a str,
    location: Place,
}

#[derive(Serialize)]
struct Remark<'a> {
    message: &'a str,
    location: Option<Place>,
}

#[derive(Serialize)]
struct Unread<'a> {
    path: &'a str,
    message: &'a str,
    location: Option<Place>,
}

#[derive(Serialize)]
struct Waiver<'a> {
    reason: &'a str,
    until: Option<&'a str>,
    location: Option<Place>,
}

pub(super) fn render(context: &Context) -> String {
    let report = context.report;
    let document = Document {
        schema_version: 1,
        results: report.findings.iter().map(|finding| outcome(finding, context)).collect(),
        notes: report.notes.iter().map(|note| remark(note, context)).collect(),
        errors: report.errors.iter().map(|error| unread(error, context)).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn outcome<'a>(finding: &'a Finding, context: &Context) -> Outcome<'a> {
    Outcome {
        control: &finding.control,
        verdict: finding.verdict.as_str(),
        unit: &finding.unit,
        account: finding.account.as_deref(),
        resource: finding.resource.as_deref(),
        name: finding.name.as_deref(),
        severity: finding.severity.as_str(),
        message: &finding.message,
        help: finding.help.as_deref(),
        cases: finding.cases.iter().map(outlook).collect(),
        location: place(finding.location, context),
        related: finding.related.iter().map(|label| pointer(label, context)).collect(),
        notes: finding.notes.iter().map(|note| remark(note, context)).collect(),
        fingerprint: &finding.fingerprint,
        suppressed: finding.suppressed.as_ref().map(|suppression| waiver(suppression, context)),
    }
}

fn outlook(case: &Case) -> Outlook {
    let mut when: Map<String, Value> = Map::new();
    for (name, condition) in &case.when {
        let condition = self::condition(name, condition);
        // Two conditions on one input are one object with both.
        match (when.get_mut(name), condition) {
            (Some(Value::Object(known)), Value::Object(more)) => extend(known, more),
            (_, condition) => {
                when.insert(name.clone(), condition);
            }
        }
    }
    Outlook { when, verdict: case.verdict.as_str() }
}

/// Adds conditions to others on the same input: it is none of what either of them says that it is not.
fn extend(known: &mut Map<String, Value>, more: Map<String, Value>) {
    for (key, value) in more {
        match (known.get_mut(&key), value) {
            (Some(Value::Array(known)), Value::Array(more)) => known.extend(more),
            (_, value) => {
                known.insert(key, value);
            }
        }
    }
}

fn condition(name: &str, condition: &Condition) -> Value {
    match condition {
        Condition::Is(value) => literal(value),
        Condition::Not(literals) => json!({ "not": literals.iter().map(literal).collect::<Vec<_>>() }),
        Condition::Set => json!({ "set": true }),
        Condition::Empty(emptiness) => empty(*emptiness),
        Condition::Filled(emptiness) => json!({ "not": [empty(*emptiness)] }),
        Condition::So(_, so) => json!(so),
        Condition::Fixed(fixed) => json!({ "fixed": fixed }),
        Condition::Asked(..) | Condition::Keeps(_) => {
            let (statement, answer) = condition.statement(name).unwrap_or_default();
            json!({ statement: answer })
        }
    }
}

fn empty(emptiness: Emptiness) -> Value {
    match emptiness {
        Emptiness::Text => json!(""),
        Emptiness::List => json!([]),
        Emptiness::Map => json!({}),
    }
}

fn literal(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => json!(value),
        Literal::Number(value) => serde_json::from_str(&value.to_string()).unwrap_or_else(|_| json!(value.to_string())),
        Literal::Text(value) => json!(value),
    }
}

fn place(span: Span, context: &Context) -> Place {
    let file = context.sources.file(span.file);
    let point = |offset: u32| {
        let position = file.lines.position(offset as usize, &file.text);
        Point { line: position.line, column: position.column }
    };
    Place { path: file.path.clone(), start: point(span.start), end: point(span.end) }
}

fn pointer<'a>(label: &'a Label, context: &Context) -> Pointer<'a> {
    Pointer { message: &label.message, location: place(label.span, context) }
}

fn remark<'a>(note: &'a Note, context: &Context) -> Remark<'a> {
    Remark { message: &note.message, location: note.span.map(|span| place(span, context)) }
}

fn waiver<'a>(suppression: &'a Suppression, context: &Context) -> Waiver<'a> {
    Waiver {
        reason: &suppression.reason,
        until: suppression.until.as_deref(),
        location: suppression.span.map(|span| place(span, context)),
    }
}

fn unread<'a>(error: &'a FileError, context: &Context) -> Unread<'a> {
    Unread { path: &error.path, message: &error.message, location: error.span.map(|span| place(span, context)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Verdict;
    use crate::value::{Ask, Claim, Number};

    #[test]
    fn every_condition_has_its_shape() {
        let text = |text: &str| Literal::Text(text.to_owned());
        for (met, shape) in [
            (Condition::Is(text("dev")), json!("dev")),
            (Condition::Is(Literal::Null), json!(null)),
            (Condition::Is(Literal::Bool(true)), json!(true)),
            (Condition::Is(Literal::Number(Number::from(3_i64))), json!(3)),
            (Condition::Not(vec![text("dev"), Literal::Null]), json!({ "not": ["dev", null] })),
            (Condition::Set, json!({ "set": true })),
            (Condition::Empty(Emptiness::Text), json!("")),
            (Condition::Empty(Emptiness::List), json!([])),
            (Condition::Empty(Emptiness::Map), json!({})),
            (Condition::Filled(Emptiness::List), json!({ "not": [[]] })),
            (Condition::So(Claim::new("is public"), false), json!(false)),
            (Condition::Fixed(false), json!({ "fixed": false })),
            (Condition::Asked(Ask::Holds(text("a")), true), json!({ "x holds \"a\"": true })),
            (Condition::Asked(Ask::LongerThan(2), false), json!({ "length(x) <= 2": true })),
        ] {
            assert_eq!(condition("x", &met), shape, "{met:?}");
        }
    }

    #[test]
    fn two_conditions_on_one_input_are_one_object() {
        let name = || "var.names".to_owned();
        let when = vec![
            (name(), Condition::Not(vec![Literal::Null])),
            (name(), Condition::Filled(Emptiness::List)),
            (name(), Condition::Asked(Ask::Holds(Literal::Text("a".to_owned())), false)),
            ("var.env".to_owned(), Condition::Set),
        ];
        let outlook = outlook(&Case { when, verdict: Verdict::Fail });
        assert_eq!(
            Value::Object(outlook.when),
            json!({ "var.names": { "not": [null, []], "var.names holds \"a\"": false }, "var.env": { "set": true } })
        );
        assert_eq!(outlook.verdict, "fail");
    }
}
