//! What an input must be in a case, and how that is said. Knows no input but by its name, and no wording: that is data.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::value::{Ask, Claim, Emptiness, Literal};

/// What an input must be in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// This value.
    Is(Literal),
    /// Anything but these.
    Not(Vec<Literal>),
    /// Neither null nor empty.
    Set,
    /// Empty: the empty text or collection.
    Empty(Emptiness),
    /// Not the empty collection. Of a text that is one of the values that it is not.
    Filled(Emptiness),
    /// One fixed value (`true`) or something wider.
    Fixed(bool),
    /// What its name says is so, or is not.
    So(Claim, bool),
    /// Any other question with its answer.
    Asked(Ask, bool),
    /// It keeps this of its default: its items, its keys.
    Keeps(&'static str),
}

/// How conditions are said: sentences about an `{input}`, of `rules/words.yaml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionWords {
    /// Between conditions that must all be met.
    pub and: String,
    /// Between values of which one is enough.
    pub or: String,
    /// The empty text or collection, as a value.
    pub empty: String,
    /// It is one of `{values}`.
    pub is: String,
    /// It is none of `{values}`.
    pub is_not: String,
    /// Neither null nor empty.
    pub set: String,
    /// One fixed value.
    pub fixed: String,
    /// Something wider.
    pub not_fixed: String,
    /// A collection with this `{value}`.
    pub holds: String,
    /// A collection without it.
    pub not_holds: String,
    /// It keeps `{what}` of its default.
    pub keeps: String,
    /// It has another value than its default.
    pub changed: String,
    /// A claim that has no words here, denied; `{claim}`.
    pub denied: String,
    /// What is claimed of a `{subject}`, perhaps about an `{object}`, by its predicate.
    pub claims: BTreeMap<String, ClaimWords>,
}

/// How a claim is made, and how it is denied.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimWords {
    /// It is so.
    pub so: String,
    /// It is not.
    pub not: String,
}

impl Condition {
    /// Whether no input is so that meets the other condition; false where that is not known.
    #[must_use]
    pub fn excludes(&self, other: &Self) -> bool {
        let is_empty = |literal: &Literal| *literal == Literal::Text(String::new());
        match (self, other) {
            (Self::Is(one), Self::Is(another)) => !one.same(another),
            (Self::Is(one), Self::Not(others)) | (Self::Not(others), Self::Is(one)) => {
                others.iter().any(|other| other.same(one))
            }
            (Self::Is(one), Self::Set) | (Self::Set, Self::Is(one)) => *one == Literal::Null || is_empty(one),
            (Self::Is(one), Self::Empty(_)) | (Self::Empty(_), Self::Is(one)) => !is_empty(one),
            (Self::Set | Self::Filled(_), Self::Empty(_)) | (Self::Empty(_), Self::Set | Self::Filled(_)) => true,
            (Self::Fixed(one), Self::Fixed(another)) | (Self::So(_, one), Self::So(_, another)) => one != another,
            (Self::Asked(ask, one), Self::Asked(asked, another)) => ask == asked && one != another,
            _ => false,
        }
    }

    /// The canonical text of what no value says, with its answer: `length(var.l) > 3`.
    #[must_use]
    pub fn statement(&self, input: &str) -> Option<(String, bool)> {
        match self {
            Self::Asked(Ask::LongerThan(most), false) => Some((format!("length({input}) <= {most}"), true)),
            Self::Asked(Ask::Above(most), false) => Some((format!("{input} <= {most}"), true)),
            Self::Asked(Ask::Below(least), false) => Some((format!("{input} >= {least}"), true)),
            Self::Asked(ask, answer) => Some((ask.about(input), *answer)),
            Self::Keeps(what) => Some((format!("{input} keeps {what} of its default"), true)),
            _ => None,
        }
    }
}

impl ConditionWords {
    /// The condition in words, about the input of that name: `var.env is "dev"`.
    #[must_use]
    pub fn say(&self, input: &str, condition: &Condition) -> String {
        let about = |sentence: &str| fill(sentence, &[("input", input)]);
        let holding = |sentence: &str, word: &str| fill(sentence, &[("input", input), ("value", word)]);
        match condition {
            Condition::Is(_) | Condition::Empty(_) => self.one_of(input, &[condition]),
            Condition::Not(literals) => {
                let values: Vec<String> = literals.iter().map(|literal| self.value(literal)).collect();
                fill(&self.is_not, &[("input", input), ("values", &values.join(&self.or))])
            }
            Condition::Filled(_) => fill(&self.is_not, &[("input", input), ("values", &self.empty)]),
            Condition::Set => about(&self.set),
            Condition::Fixed(true) => about(&self.fixed),
            Condition::Fixed(false) => about(&self.not_fixed),
            Condition::So(claim, so) => self.claim(input, claim, *so),
            Condition::Asked(Ask::Holds(literal), true) => holding(&self.holds, &literal.to_string()),
            Condition::Asked(Ask::Holds(literal), false) => holding(&self.not_holds, &literal.to_string()),
            Condition::Keeps(what) => fill(&self.keeps, &[("input", input), ("what", what)]),
            Condition::Asked(..) => match condition.statement(input).unwrap_or_default() {
                (statement, true) => statement,
                (statement, false) => fill(&self.denied, &[("claim", &statement)]),
            },
        }
    }

    /// That an input has one of these values: each a [`Condition::Is`] or [`Condition::Empty`].
    #[must_use]
    pub fn one_of(&self, input: &str, values: &[&Condition]) -> String {
        let values = values.iter().map(|condition| match condition {
            Condition::Is(literal) => self.value(literal),
            _ => self.empty.clone(),
        });
        let values: Vec<String> = values.collect();
        fill(&self.is, &[("input", input), ("values", &values.join(&self.or))])
    }

    fn value(&self, literal: &Literal) -> String {
        match literal {
            Literal::Text(text) if text.is_empty() => self.empty.clone(),
            literal => literal.to_string(),
        }
    }

    /// What is claimed in a name, or that it is not so.
    fn claim(&self, name: &str, claim: &Claim, so: bool) -> String {
        match (self.claims.get(claim.predicate), claim.subject(name)) {
            (Some(words), Some(subject)) => {
                let sentence = if so { &words.so } else { &words.not };
                fill(sentence, &[("subject", subject), ("object", &claim.object)])
            }
            _ if so => name.to_owned(),
            _ => fill(&self.denied, &[("claim", name)]),
        }
    }
}

/// A sentence with its placeholders replaced. Values are not searched for placeholders again; other text in braces,
/// such as JSON, stays.
#[must_use]
pub fn fill(sentence: &str, words: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(sentence.len() * 2);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let word = words.iter().find_map(|(name, word)| Some((word, after.strip_prefix(*name)?.strip_prefix('}')?)));
        if let Some((word, after)) = word {
            filled.push_str(word);
            rest = after;
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled.push_str(rest);
    filled
}
