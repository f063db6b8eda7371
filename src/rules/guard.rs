//! Evaluates Guard rules over documents. The only file that names `cfn_guard`; everything else sees [`Outcome`].
//!
//! Knows what Guard reports and what makes a failure certain. Must not know any control, any sentence, or where a
//! document came from.
//!
//! Each rule text meets each document in a call of its own, `run_checks` in its verbose form. Its other form loses
//! everything above 8 KiB, and the payload command, which takes many documents at once, reads them through a YAML
//! loader that refuses texts JSON allows and reports a rule that does not parse by leaving it out. What that command saves
//! (parsing a rule text once instead of once a document) was measured as two fifths of a call.

mod file;
mod report;

use std::fmt;
use std::panic::catch_unwind;

use cfn_guard::{ValidateInput, run_checks};
use serde::Deserialize;
use serde_json::Value;

pub use file::RuleFile;
use report::Record;

/// The key of the object that stands for a value which an input decides: `{"$open": "var.x"}`. No comparison with
/// such an object holds; `exists`, `!empty` and `is_struct` do.
pub const OPEN: &str = "$open";

/// What one rule text says about one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The status of all the rules of the text together.
    pub status: Status,
    /// Why it failed; `None` unless it did.
    pub failure: Option<Failure>,
    /// Whether a `when` condition or a filter took part. Guard does not say which values those looked at.
    pub conditional: bool,
}

/// Guard's own three answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// Some clause was evaluated and none failed.
    Pass,
    /// A clause failed that the rule cannot do without.
    Fail,
    /// No clause applied.
    Skip,
}

/// A failure, as far down as the clauses that failed.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// Each of these fails the rule by itself.
    Conjuncts(Vec<Failure>),
    /// The rule fails because every one of these does (`or`, `some`).
    Alternatives(Vec<Failure>),
    /// One comparison of one value.
    Clause(Clause),
}

/// One failing comparison of one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// The clause's custom message: a reason code in this program's own rules, anything in a user's. Empty without one.
    pub code: String,
    /// JSON pointer of the value, or of the deepest parent that exists. `None` where Guard does not say: a check
    /// that selected nothing, a reference to another rule.
    pub path: Option<String>,
    /// The part of the query that led nowhere, if the value is missing: `Properties.KMSKeyId`.
    pub remaining: Option<String>,
    /// What is at `path`.
    pub value: Option<Value>,
    /// What it was compared with, where Guard says so.
    pub expected: Option<Value>,
}

/// A rule text that Guard refuses, or a defect of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardError {
    /// The rule text's name.
    pub rule: String,
    /// What is wrong with it.
    pub message: String,
}

/// Evaluates each rule text, given with its name, over each document: `outcomes[document][rule]`.
///
/// A text in which a variable or a named rule leads back to itself overflows the stack inside the engine, which no
/// caller can catch: texts that are not this program's own must be searched for such circles first.
///
/// # Errors
/// The first rule text that does not parse, is empty, or makes the engine fail.
pub fn evaluate(rules: &[(&str, &str)], documents: &[&Value]) -> Result<Vec<Vec<Outcome>>, GuardError> {
    let outcomes = |document: &&Value| {
        let document = document.to_string();
        rules.iter().map(|(name, text)| outcome(name, text, &document)).collect()
    };
    documents.iter().map(outcomes).collect()
}

/// What a rule text can see of a document: what it names. A text that looks at whatever there is (`*`) sees all. Documents
/// that look the same to a rule have the same outcome.
#[must_use]
pub fn visible(rules: &str, document: &Value) -> Value {
    match document {
        Value::Object(entries) if !rules.contains('*') && !entries.contains_key(OPEN) => {
            let named = entries.iter().filter(|(key, _)| rules.contains(key.as_str()));
            named.map(|(key, value)| (key.clone(), visible(rules, value))).collect()
        }
        _ => document.clone(),
    }
}

/// What each rule of a file says about a document, by the rules' names in order. The file must have been
/// [parsed](RuleFile::parse).
///
/// # Errors
/// The engine fails.
pub fn evaluate_each(name: &str, text: &str, document: &Value) -> Result<Vec<(String, Outcome)>, GuardError> {
    Ok(report(name, text, &document.to_string())?.rules())
}

fn outcome(name: &str, text: &str, document: &str) -> Result<Outcome, GuardError> {
    let no_status = || GuardError { rule: name.to_owned(), message: "the rule engine reported no status".to_owned() };
    report(name, text, document)?.outcome().ok_or_else(no_status)
}

fn report(name: &str, text: &str, document: &str) -> Result<Record, GuardError> {
    let error = |message: String| GuardError { rule: name.to_owned(), message };
    let data = ValidateInput { content: document, file_name: "document" };
    let rules = ValidateInput { content: text.trim_start_matches('\u{feff}'), file_name: name };
    // The engine unwraps in many places. Its state is made anew in each call, so a panic leaves nothing behind.
    let json = catch_unwind(|| run_checks(data, rules, true))
        .map_err(|_| error("the rule engine stopped unexpectedly".to_owned()))?
        .map_err(|refusal| error(refusal.to_string()))?;
    if json.is_empty() {
        return Err(error("holds no rule".to_owned()));
    }
    serde_json::from_str(&json).map_err(|defect| error(format!("unreadable report: {defect}")))
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Skip => "SKIP",
        })
    }
}

impl Outcome {
    /// Whether the failure stands whatever the open values of the document turn out to be.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        !self.conditional && self.failure.as_ref().is_some_and(Failure::is_certain)
    }

    /// The failing clauses, in the order of the rule text.
    #[must_use]
    pub fn clauses(&self) -> Vec<&Clause> {
        let mut found = Vec::new();
        if let Some(failure) = &self.failure {
            failure.collect(&mut found);
        }
        found
    }
}

impl Failure {
    /// Whether it stands whatever the open values of the document turn out to be.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        match self {
            Self::Conjuncts(failures) => failures.iter().any(Self::is_certain),
            Self::Alternatives(failures) => !failures.is_empty() && failures.iter().all(Self::is_certain),
            Self::Clause(clause) => clause.path.is_some() && !clause.touches_open(),
        }
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Clause>) {
        match self {
            Self::Conjuncts(failures) | Self::Alternatives(failures) => {
                for failure in failures {
                    failure.collect(found);
                }
            }
            Self::Clause(clause) => found.push(clause),
        }
    }
}

impl Clause {
    /// JSON pointer of what the clause is about, whether it is there or missing.
    #[must_use]
    pub fn pointer(&self) -> Option<String> {
        let path = self.path.as_deref()?;
        Some(match &self.remaining {
            Some(remaining) => format!("{path}/{}", remaining.replace('.', "/")),
            None => path.to_owned(),
        })
    }

    /// What the clause saw, in words: `false`, `""`, `not set`.
    #[must_use]
    pub fn seen(&self) -> String {
        match (&self.value, &self.remaining) {
            (Some(value), None) if !value.is_null() => value.to_string(),
            _ => "not set".to_owned(),
        }
    }

    /// Whether an open value is what failed, or is part of it.
    #[must_use]
    pub fn touches_open(&self) -> bool {
        let inside = self.path.iter().any(|path| path.split('/').any(|step| step == OPEN));
        // A parent that only lacks the property may hold open values elsewhere: they decide nothing here.
        let looked_at = |value: &Value| if self.remaining.is_some() { is_open(value) } else { holds_open(value) };
        inside || self.value.as_ref().is_some_and(looked_at) || self.expected.as_ref().is_some_and(holds_open)
    }
}

impl fmt::Display for GuardError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.rule, self.message)
    }
}

impl std::error::Error for GuardError {}

fn is_open(value: &Value) -> bool {
    value.as_object().is_some_and(|object| object.contains_key(OPEN))
}

fn holds_open(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(holds_open),
        Value::Object(entries) => is_open(value) || entries.values().any(holds_open),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judge(rule: &str, document: &Value) -> Outcome {
        evaluate(&[("test", rule)], &[document]).expect("the rule parses").remove(0).remove(0)
    }

    fn codes(outcome: &Outcome) -> Vec<&str> {
        outcome.clauses().iter().map(|clause| clause.code.as_str()).collect()
    }

    #[test]
    fn every_document_meets_every_rule() {
        let rules = [("a", "rule a { A == 1 }"), ("b", "rule b { B == 1 }")];
        let outcomes = evaluate(&rules, &[&json!({"A": 1, "B": 2}), &json!({"A": 2, "B": 1})]).unwrap();
        let statuses: Vec<Vec<Status>> =
            outcomes.iter().map(|row| row.iter().map(|outcome| outcome.status).collect()).collect();
        assert_eq!(statuses, [[Status::Pass, Status::Fail], [Status::Fail, Status::Pass]]);
    }

    #[test]
    fn a_rule_sees_what_it_names() {
        let document = json!({ "A": { "B": 1, "C": { "$open": "x" } }, "D": 2 });
        assert_eq!(visible("rule r { A.B == 1 }", &document), json!({ "A": { "B": 1 } }));
        assert_eq!(visible("rule r { A.C == 1 }", &document), json!({ "A": { "C": { "$open": "x" } } }));
        assert_eq!(visible("rule r { A.* == 1 }", &document), document);
    }

    #[test]
    fn a_wrong_value_is_located() {
        let outcome = judge("rule r { A.B == true <<code>> }", &json!({"A": {"B": false}}));
        let [clause] = outcome.clauses()[..] else { panic!("one clause fails: {outcome:?}") };
        assert_eq!(clause.code, "code");
        assert_eq!(clause.path.as_deref(), Some("/A/B"));
        assert_eq!(clause.value, Some(json!(false)));
        assert_eq!(clause.expected, Some(json!(true)));
        assert_eq!(clause.remaining, None);
        assert_eq!(clause.pointer().as_deref(), Some("/A/B"));
        assert_eq!(clause.seen(), "false");
    }

    #[test]
    fn a_missing_value_is_located_at_the_deepest_parent() {
        let outcome = judge("rule r { A.B.C == true <<code>> }", &json!({"A": {"X": {"$open": "var.x"}}}));
        let [clause] = outcome.clauses()[..] else { panic!("one clause fails: {outcome:?}") };
        assert_eq!(clause.path.as_deref(), Some("/A"));
        assert_eq!(clause.remaining.as_deref(), Some("B.C"));
        assert_eq!(clause.pointer().as_deref(), Some("/A/B/C"));
        assert_eq!(clause.seen(), "not set");
        assert!(outcome.is_certain(), "an open neighbour does not matter: {outcome:?}");
    }

    #[test]
    fn a_failure_is_certain_when_something_fails_without_an_open_value() {
        let open = json!({"$open": "var.x"});
        let cases = [
            ("A == true", json!({"A": false}), true),
            ("A == true", json!({"A": open}), false),
            ("A != true", json!({"A": open}), false),
            ("A == /./", json!({"A": open}), false),
            ("A in [1, 2]", json!({"A": open}), false),
            ("A == B", json!({"A": 1, "B": open}), false),
            ("A.B == 1", json!({"A": open}), false),
            ("A[*] == 1", json!({"A": [1, open]}), false),
            ("A == true\n B == true", json!({"A": open, "B": true}), false),
            ("A == true\n B == true", json!({"A": open, "B": false}), true),
            ("A == true or B == true", json!({"A": open, "B": false}), false),
            ("A == true or B == true", json!({"A": false, "B": false}), true),
            ("some A[*] == 1", json!({"A": [2, open]}), false),
            ("some A[*] == 1", json!({"A": [2, 3]}), true),
            ("A[*] == 1", json!({"A": [2, open]}), true),
            ("A { B == 1 }", json!({"A": {"B": open}}), false),
            ("A { B == 1 }", json!({"A": {"B": 2}}), true),
            ("when A exists { B == 1 }", json!({"A": open, "B": 2}), false),
        ];
        for (clauses, document, certain) in cases {
            let outcome = judge(&format!("rule r {{ {clauses} }}"), &document);
            assert_eq!(outcome.status, Status::Fail, "`{clauses}` over {document}");
            assert_eq!(outcome.is_certain(), certain, "`{clauses}` over {document}: {outcome:#?}");
        }
    }

    #[test]
    fn alternatives_and_conjuncts_are_told_apart() {
        let document = json!({"A": 0, "B": 0, "C": 0});
        let outcome = judge("rule r { A == 1 <<a>> or B == 1 <<b>>\n C == 1 <<c>> }", &document);
        assert_eq!(codes(&outcome), ["a", "b", "c"]);
        let Some(Failure::Conjuncts(conjuncts)) = &outcome.failure else { panic!("{outcome:#?}") };
        assert!(matches!(conjuncts[..], [Failure::Alternatives(_), Failure::Clause(_)]), "{outcome:#?}");
    }

    #[test]
    fn a_filter_makes_the_outcome_conditional() {
        let document = json!({"R": [{"T": "x", "A": 1}]});
        let outcome = judge("rule r { R[ T == \"x\" ].A == 2 <<code>> }", &document);
        assert!(outcome.conditional, "{outcome:#?}");
        assert_eq!(codes(&outcome), ["code"]);
    }

    #[test]
    fn texts_reach_the_engine_as_they_are() {
        let text = "\u{7f}\u{1f600}\u{fffe}: \"quoted\" {{ \t \u{1}";
        let outcome = judge("rule r { A == 1 }", &json!({"A": text}));
        assert_eq!(outcome.clauses()[0].value, Some(json!(text)));
    }

    #[test]
    fn a_large_report_is_whole() {
        let items: Vec<Value> = (0..2_000).map(|number| json!({"Name": format!("item number {number}")})).collect();
        let outcome = judge("rule r { A[*].Name == 1 }", &json!({"A": items}));
        assert_eq!(outcome.clauses().len(), 2_000);
    }

    #[test]
    fn a_broken_rule_is_an_error_that_names_it() {
        for broken in ["", "# only a comment", "rule {", "rule r { A == /(/ }", "nonsense", "rule r { %missing == 1 }"]
        {
            let error = evaluate(&[("mine.guard", broken)], &[&json!({})]).expect_err(broken);
            assert_eq!(error.rule, "mine.guard", "{broken}");
            assert!(!error.message.is_empty(), "{broken}");
        }
    }
}
