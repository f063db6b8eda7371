//! Accounts that several units are deployed to: one row an account for a control that any trail satisfies.
//!
//! By default each unit is its own account. Stacks of an assembly in one environment are one, and the configuration may
//! group paths into accounts, or declare that an account's trail lives elsewhere.

use std::path::Path;

use indexmap::IndexMap;

use crate::config::{Account, Configured, Whereabouts};
use crate::finding::{Case, Condition, Finding, Label, Note, Verdict};
use crate::judge::{AccountVotes, describe_cases, fill};
use crate::rules::{AccountWords, Rule};
use crate::source::Span;

use super::Options;
use super::rows::Found;

/// How many combinations of the cases of several units are named.
const MAX_COMBINATIONS: usize = 64;

/// What the configuration says about the account that a unit is deployed to.
pub(super) fn configured<'a>(configured: &'a Configured, unit: &str, working_directory: &Path) -> Option<&'a Account> {
    let place = working_directory.join(unit);
    configured.config.accounts.iter().find(|account| configured.covers(&account.paths, &place))
}

/// The findings of all units, with one for each account and control that one trail satisfies.
pub(super) fn findings(found: Vec<Found>, options: &Options, words: &AccountWords) -> Vec<Finding> {
    let (mut findings, mut accounts) = (Vec::new(), IndexMap::<_, Vec<(Finding, AccountVotes)>>::new());
    for Found { mut finding, account } in found {
        let known = configured(&options.configured, &finding.unit, &options.working_directory);
        if let Some(known) = known {
            finding.account = Some(known.name.value.clone());
        }
        let Some(votes) = account else {
            findings.push(finding);
            continue;
        };
        if let Some(known) = known.filter(|known| known.trail == Some(Whereabouts::Elsewhere)) {
            declare_elsewhere(&mut finding, known, words);
        }
        // A unit that nothing is known of is its own account.
        let name = finding.account.clone().ok_or_else(|| finding.unit.clone());
        let key = (finding.control.clone(), finding.verdict == Verdict::NotApplicable, name, votes.provider.clone());
        accounts.entry(key).or_default().push((finding, votes));
    }
    findings.extend(accounts.into_values().filter_map(|units| merged(units, options, words)));
    for finding in findings.iter_mut().filter(|finding| finding.verdict.is_decided() && !finding.cases.is_empty()) {
        finding.notes.push(Note { message: describe_cases(&finding.cases), span: None });
    }
    findings
}

/// The trail of the account is not in the sources: nothing is asked of those that are.
fn declare_elsewhere(finding: &mut Finding, account: &Account, words: &AccountWords) {
    let name = account.name.value.clone();
    finding.message = match &account.reason {
        Some(reason) => fill(&words.because, &[("account", name), ("reason", reason.clone())].into()),
        None => fill(&words.elsewhere, &[("account", name)].into()),
    };
    finding.verdict = Verdict::NotApplicable;
    (finding.cases, finding.related, finding.notes) = Default::default();
    (finding.help, finding.fix) = (None, None);
}

/// One finding for the units of an account: it passes if one unit passes in all its worlds, fails if every unit fails in
/// all of its worlds, and depends on inputs otherwise. It stands where the fewest clauses fail.
fn merged(mut units: Vec<(Finding, AccountVotes)>, options: &Options, words: &AccountWords) -> Option<Finding> {
    units.sort_by(|(left, _), (right, _)| left.unit.cmp(&right.unit));
    if units.len() < 2 || units.iter().all(|(finding, _)| finding.verdict == Verdict::NotApplicable) {
        return units.into_iter().next().map(|(finding, _)| finding);
    }
    let verdict = verdict(&units);
    let cases = if verdict == Verdict::Unknown { cases(&units) } else { alternatives(&units, verdict) };
    let shown = units.iter().filter(|(finding, _)| verdict == Verdict::Unknown || finding.verdict == verdict);
    let (mut finding, _) = shown.min_by_key(|(_, votes)| votes.failing)?.clone();
    let others = units.iter().map(|(other, _)| other.location).filter(|span| *span != finding.location);
    let others: Vec<Span> = others.collect();
    finding.related.retain(|label| !others.contains(&label.span));
    let label = |span| Label { message: words.other.clone(), span };
    finding.related.extend(others.into_iter().map(label));
    if verdict == Verdict::Unknown {
        let rule = options.rules.iter().find(|rule| rule.control.id == finding.control)?;
        finding.message = depends(rule, &finding, &units, &cases, words);
        let undecided = units.iter().find(|(finding, _)| finding.verdict == Verdict::Unknown);
        finding.help = undecided.and_then(|(finding, _)| finding.help.clone());
    }
    Some(Finding { verdict, cases, ..finding })
}

fn verdict(units: &[(Finding, AccountVotes)]) -> Verdict {
    let always = |(_, votes): &(Finding, AccountVotes), verdict| votes.cases.iter().all(|case| case.verdict == verdict);
    // Where a unit has no trail in some world, the others have the say there.
    let never = |(_, votes): &(Finding, AccountVotes)| {
        votes.cases.iter().all(|case| matches!(case.verdict, Verdict::Fail | Verdict::NotApplicable))
    };
    if units.iter().any(|unit| always(unit, Verdict::Pass)) {
        Verdict::Pass
    } else if units.iter().all(never) {
        Verdict::Fail
    } else {
        Verdict::Unknown
    }
}

/// A unit that passes is enough; to fail takes all units together, one of which has a trail.
fn cases(units: &[(Finding, AccountVotes)]) -> Vec<Case> {
    let mut together = vec![Case { when: Vec::new(), verdict: Verdict::NotApplicable }];
    for (finding, votes) in units {
        let failing = votes.cases.iter().filter(|case| case.verdict != Verdict::Pass);
        let failing: Vec<Case> = failing.map(|case| of_unit(finding, case)).collect();
        let pairs = together.iter().flat_map(|before| failing.iter().map(move |case| both(before, case)));
        together = pairs.take(MAX_COMBINATIONS).collect();
    }
    let failing = together.into_iter().filter(|case| case.verdict == Verdict::Fail);
    failing.chain(passing(units)).collect()
}

fn both(left: &Case, right: &Case) -> Case {
    let verdict = match (left.verdict, right.verdict) {
        (Verdict::Unknown, _) | (_, Verdict::Unknown) => Verdict::Unknown,
        (Verdict::Fail, _) | (_, Verdict::Fail) => Verdict::Fail,
        _ => Verdict::NotApplicable,
    };
    Case { when: [left.when.as_slice(), &right.when].concat(), verdict }
}

fn passing(units: &[(Finding, AccountVotes)]) -> impl Iterator<Item = Case> + '_ {
    units.iter().flat_map(|(finding, votes)| {
        let passing = votes.cases.iter().filter(|case| case.verdict == Verdict::Pass);
        passing.map(|case| of_unit(finding, case))
    })
}

/// The other values of parameters that would change a verdict which the defaults decide. Where another unit may pass too,
/// none is known to.
fn alternatives(units: &[(Finding, AccountVotes)], verdict: Verdict) -> Vec<Case> {
    let (deciding, others): (Vec<_>, Vec<_>) = units.iter().partition(|(finding, _)| finding.verdict == verdict);
    let is_alone = deciding.len() == 1 && others.iter().all(|(finding, _)| finding.verdict == Verdict::Fail);
    if verdict == Verdict::Pass && !is_alone {
        return Vec::new();
    }
    deciding.iter().flat_map(|(finding, _)| finding.cases.iter().map(|case| of_unit(finding, case))).collect()
}

/// The case with its inputs named by their unit too: two units may have inputs of one name.
fn of_unit(finding: &Finding, case: &Case) -> Case {
    let prefixed = |(name, met): &(String, Condition)| (format!("{}: {name}", finding.unit), met.clone());
    Case { when: case.when.iter().map(prefixed).collect(), verdict: case.verdict }
}

fn depends(
    rule: &Rule,
    finding: &Finding,
    units: &[(Finding, AccountVotes)],
    cases: &[Case],
    words: &AccountWords,
) -> String {
    let inputs = if cases.is_empty() {
        let names: Vec<&str> = units.iter().map(|(finding, _)| finding.unit.as_str()).collect();
        names.join(", ")
    } else {
        describe_cases(cases)
    };
    let account = finding.account.clone().unwrap_or_default();
    let subject = fill(&words.subject, &[("account", account)].into());
    fill(&rule.sentences.unknown, &[("resource", subject), ("inputs", inputs)].into())
}
