//! Cases and reasons in words: "fails when var.env is \"dev\"; passes when it is \"prod\"".

use std::collections::BTreeMap;

use crate::finding::{Case, Condition, Verdict};
use crate::rules::Words;
use crate::value::{Input, Reason};

/// What the placeholders of a sentence stand for.
pub type Slots = BTreeMap<&'static str, String>;

/// `sentence` with its placeholders filled in.
#[must_use]
pub fn fill(sentence: &str, slots: &Slots) -> String {
    let words: Vec<(&str, &str)> = slots.iter().map(|(name, word)| (*name, word.as_str())).collect();
    crate::rules::fill(sentence, &words)
}

/// Every case in one sentence part a verdict.
#[must_use]
pub fn cases(cases: &[Case]) -> String {
    let of = |verdict: Verdict| {
        let whens: Vec<String> =
            cases.iter().filter(|case| case.verdict == verdict).map(|case| when(&case.when)).collect();
        whens.join(", or when ")
    };
    let parts = [
        (Verdict::Fail, "fails when"),
        (Verdict::Pass, "passes when"),
        (Verdict::NoData, "has no data when"),
        (Verdict::NotApplicable, "does not apply when"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(verdict, words)| (words, of(verdict)))
        .filter(|(_, whens)| !whens.is_empty())
        .map(|(words, whens)| format!("{words} {whens}"))
        .collect();
    parts.join("; ")
}

fn when(conditions: &[(String, Condition)]) -> String {
    let conditions: Vec<String> = conditions.iter().map(|(name, met)| met.about(name)).collect();
    conditions.join(" and ")
}

/// Why an input is open, and what would decide it. `None` where its name says it all.
#[must_use]
pub fn reason(input: &Input, words: &Words) -> Option<String> {
    let name = input.name.as_str();
    let reasons = &words.reasons;
    let sentence = |sentence: &str, slots: &[(&str, &str)]| Some(crate::rules::fill(sentence, slots));
    match &input.reason {
        Reason::Derived | Reason::LengthOf(_) | Reason::Joined(..) | Reason::NoValue(_) => None,
        Reason::ModuleNotOnDisk { module, source } => {
            // Terraform's addresses of modules begin so; anything else is a nested stack.
            let is_module = module.starts_with("module.");
            let words = if is_module { &reasons.module_not_on_disk } else { &reasons.stack_not_on_disk };
            sentence(words, &[("module", module), ("source", source)])
        }
        Reason::Elsewhere(place) => sentence(&reasons.elsewhere, &[("input", name), ("place", place)]),
        Reason::Unsupported(what) => sentence(&reasons.unsupported, &[("what", what)]),
        Reason::Broken(what) => sentence(&reasons.broken, &[("what", what)]),
        Reason::Limit(what) => sentence(&reasons.limit, &[("what", what)]),
    }
}

/// Whether an input is a real one, that somebody can give a value; others are named by their reason only.
#[must_use]
pub fn is_choice(input: &Input) -> bool {
    match input.reason {
        Reason::NoValue(_) | Reason::Derived | Reason::LengthOf(_) | Reason::Joined(..) | Reason::Elsewhere(_) => true,
        Reason::ModuleNotOnDisk { .. } | Reason::Unsupported(_) | Reason::Broken(_) | Reason::Limit(_) => false,
    }
}
