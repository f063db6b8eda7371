//! Cases and reasons in words: "fails when var.env is \"dev\"; passes when it is \"prod\"".

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexSet;

use crate::finding::{Case, Condition, Verdict};
use crate::rules::Words;
use crate::value::{Failure, Input, Reason};

use super::short::ShortNames;

/// What the placeholders of a sentence stand for.
pub type Slots = BTreeMap<&'static str, String>;

/// `sentence` with its placeholders filled in.
#[must_use]
pub fn fill(sentence: &str, slots: &Slots) -> String {
    let words: Vec<(&str, &str)> = slots.iter().map(|(name, word)| (*name, word.as_str())).collect();
    crate::rules::fill(sentence, &words)
}

/// How many alternatives of a verdict a sentence has room for; the finding's cases are all of them.
const MAX_ALTERNATIVES: usize = 8;

/// The cases in one sentence part a verdict.
#[must_use]
pub fn cases(cases: &[Case], words: &Words) -> String {
    let texts = &words.cases;
    let short = ShortNames::of_cases(cases);
    let of = |verdict: Verdict| {
        let whens = joined(cases.iter().filter(|case| case.verdict == verdict), &short);
        // To say that there is one more takes as many words as to say which.
        let shown = if whens.len() == MAX_ALTERNATIVES + 1 { whens.len() } else { MAX_ALTERNATIVES };
        let more = whens.len().saturating_sub(shown);
        let whens: Vec<String> = whens.iter().take(shown).map(|alternatives| when(alternatives, words)).collect();
        let said = whens.join(&texts.or_when);
        let more = (more > 0).then(|| crate::rules::fill(&texts.more, &[("count", &more.to_string())]));
        said + &more.unwrap_or_default()
    };
    let parts = [
        (Verdict::Fail, &texts.fail),
        (Verdict::Pass, &texts.pass),
        (Verdict::NoData, &texts.no_data),
        (Verdict::NotApplicable, &texts.not_applicable),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(verdict, sentence)| (sentence, of(verdict)))
        .filter(|(_, whens)| !whens.is_empty())
        .map(|(sentence, whens)| crate::rules::fill(sentence, &[("when", whens.as_str())]))
        .collect();
    parts.join(&texts.beside)
}

/// An input with the conditions that each lead to the same.
type Alternatives<'a> = (&'a str, Vec<&'a Condition>);

/// The cases, those that differ in the value of one input only as one.
fn joined<'a>(cases: impl Iterator<Item = &'a Case>, short: &'a ShortNames) -> Vec<Vec<Alternatives<'a>>> {
    let mut joined: Vec<Vec<Alternatives>> = Vec::new();
    for case in cases {
        let alone: Vec<Alternatives> = case.when.iter().map(|(name, met)| (short.of(name), vec![met])).collect();
        let together = joined.iter_mut().find_map(|others| {
            let at = difference(others, &alone)?;
            others.get_mut(at).zip(alone.get(at))
        });
        match together {
            Some(((_, others), (_, more))) => others.extend(more),
            None => joined.push(alone),
        }
    }
    joined
}

/// Where the two differ, if that is one input of which each says a value.
fn difference(left: &[Alternatives], right: &[Alternatives]) -> Option<usize> {
    let same_inputs = left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.0 == right.0);
    let mut differ = left.iter().zip(right).enumerate().filter(|(_, (left, right))| left != right);
    let (at, ((_, left), (_, right))) = differ.next().filter(|_| same_inputs)?;
    let are_values = left.iter().chain(right).all(|met| matches!(met, Condition::Is(_) | Condition::Empty(_)));
    (are_values && differ.next().is_none()).then_some(at)
}

fn when(conditions: &[Alternatives], words: &Words) -> String {
    let words = &words.conditions;
    let said = conditions.iter().map(|(name, alternatives)| match alternatives.as_slice() {
        [only] => words.say(name, only),
        values => words.one_of(name, values),
    });
    said.collect::<Vec<_>>().join(&words.and)
}

/// Why an input is open, and what would decide it. `None` where its name says it all.
#[must_use]
pub fn reason(input: &Input, words: &Words) -> Option<String> {
    let name = input.name.as_str();
    let reasons = &words.reasons;
    let sentence = |sentence: &str, slots: &[(&str, &str)]| Some(crate::rules::fill(sentence, slots));
    match &input.reason {
        Reason::Derived
        | Reason::Same(_)
        | Reason::LengthOf(_)
        | Reason::AnyOf(_)
        | Reason::Joined(..)
        | Reason::Each(..)
        | Reason::Filtered(_)
        | Reason::NoValue(_) => None,
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

/// How many reasons of refusals are named.
const MAX_REFUSALS: usize = 3;

/// Why nothing is decided where the real tool refuses every world.
#[must_use]
pub fn refused(failures: &[Arc<Failure>], words: &Words) -> String {
    let messages: IndexSet<&str> = failures.iter().map(|failure| failure.message.as_str()).collect();
    let named: Vec<&str> = messages.into_iter().take(MAX_REFUSALS).collect();
    crate::rules::fill(&words.reasons.broken, &[("what", &named.join("; "))])
}

/// Whether an input is a real one, that somebody can give a value; others are named by their reason only.
#[must_use]
pub fn is_choice(input: &Input) -> bool {
    match input.reason {
        Reason::NoValue(_)
        | Reason::Derived
        | Reason::Same(_)
        | Reason::LengthOf(_)
        | Reason::AnyOf(_)
        | Reason::Joined(..)
        | Reason::Each(..)
        | Reason::Filtered(_)
        | Reason::Elsewhere(_) => true,
        Reason::ModuleNotOnDisk { .. } | Reason::Unsupported(_) | Reason::Broken(_) | Reason::Limit(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Words;
    use crate::finding::{Case, Condition, Verdict};
    use crate::value::{Claim, Literal};

    fn cases(cases: &[Case]) -> String {
        super::cases(cases, Words::builtin().unwrap())
    }

    fn is(name: &str, value: &str) -> (String, Condition) {
        (name.to_owned(), Condition::Is(Literal::Text(value.to_owned())))
    }

    #[test]
    fn what_is_so_or_not_is_said_as_a_sentence() {
        let claim = |so| Condition::So(Claim::new("is public"), so);
        let case = |so, verdict| Case { when: vec![("the policy of b is public".to_owned(), claim(so))], verdict };
        let expected = "fails when the policy of b is public; passes when the policy of b is not public";
        assert_eq!(cases(&[case(true, Verdict::Fail), case(false, Verdict::Pass)]), expected);
    }

    #[test]
    fn of_many_cases_some_are_said() {
        let case = |number: usize| {
            let when = vec![is(&format!("var.a{number}"), "x"), is(&format!("var.b{number}"), "y")];
            Case { when, verdict: Verdict::Fail }
        };
        let said = cases(&(0..12).map(case).collect::<Vec<_>>());
        assert!(said.ends_with("or when var.a7 is \"x\" and var.b7 is \"y\", or in 4 more cases"), "{said}");
    }

    #[test]
    fn cases_that_differ_in_one_value_are_said_together() {
        let case = |when, verdict| Case { when, verdict };
        let found = [
            case(vec![is("Env", "dev"), is("Zone", "a")], Verdict::Fail),
            case(vec![is("Env", "staging"), is("Zone", "a")], Verdict::Fail),
            case(vec![is("Env", "dev"), is("Zone", "b")], Verdict::Fail),
            case(vec![is("Env", "prod")], Verdict::Pass),
        ];
        let expected = "fails when Env is \"dev\" or \"staging\" and Zone is \"a\", or when Env is \"dev\" and \
                        Zone is \"b\"; passes when Env is \"prod\"";
        assert_eq!(cases(&found), expected);
    }
}
