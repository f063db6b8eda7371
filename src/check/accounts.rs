//! Accounts that several units are deployed to: one row an account for a control that any trail satisfies.
//!
//! By default each unit is its own account. Stacks of an assembly in one environment are one, and the configuration may
//! group paths into accounts, or declare that an account's trail lives elsewhere.

use std::path::Path;

use indexmap::IndexMap;

use crate::config::{Account, Configured, Whereabouts};
use crate::finding::{Case, Condition, Finding, Label, Note, Step, Trace, Verdict};
use crate::judge::{Absence, AccountVotes, ShortNames, Standing, decide, describe_cases, fill};
use crate::rules::{AccountWords, Rule, Words};
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

/// The findings of all units, with one for each account and control that one trail satisfies, and how those that are to be
/// explained came about.
pub(super) fn findings(found: Vec<Found>, options: &Options, words: &Words) -> (Vec<Finding>, Vec<Trace>) {
    let (mut judged, mut accounts) = (Vec::new(), IndexMap::<_, Vec<Vote>>::new());
    for Found { mut finding, account, turned, trace } in found {
        let known = configured(&options.configured, &finding.unit, &options.working_directory);
        if let Some(known) = known {
            finding.account = Some(known.name.value.clone());
        }
        let Some(votes) = account else {
            finding.notes.extend(turned_note(&turned, words));
            judged.push((finding, trace));
            continue;
        };
        if let Some(known) = known.filter(|known| known.trail == Some(Whereabouts::Elsewhere)) {
            declare_elsewhere(&mut finding, known, &words.accounts);
        }
        // A unit that nothing is known of is its own account.
        let name = finding.account.clone().unwrap_or_else(|| finding.unit.clone());
        let key = (finding.control.clone(), finding.verdict == Verdict::NotApplicable, name, votes.provider.clone());
        accounts.entry(key).or_default().push(Vote { finding, votes, turned, trace });
    }
    judged.extend(accounts.into_values().filter_map(|units| merged(units, options, words)));
    for (finding, _) in judged.iter_mut().filter(|(finding, _)| finding.verdict != Verdict::Unknown) {
        if !finding.cases.is_empty() {
            finding.notes.push(Note { message: describe_cases(&finding.cases, words), span: None });
        }
    }
    let (findings, traces): (Vec<Finding>, Vec<Option<Trace>>) = judged.into_iter().unzip();
    (findings, traces.into_iter().flatten().collect())
}

/// What one unit says about its account.
struct Vote {
    finding: Finding,
    votes: AccountVotes,
    turned: Vec<Case>,
    trace: Option<Trace>,
}

/// A remark on what other values of parameters would make of a verdict that is unknown.
fn turned_note(turned: &[Case], words: &Words) -> Option<Note> {
    let message = || fill(&words.turned, &[("cases", describe_cases(turned, words))].into());
    (!turned.is_empty()).then(|| Note { message: message(), span: None })
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

/// One finding for the units of an account: it passes if one unit passes in all its worlds or none fails in any, fails if every unit fails in
/// all of its worlds, and depends on inputs otherwise. It stands where the fewest clauses fail.
fn merged(mut units: Vec<Vote>, options: &Options, words: &Words) -> Option<(Finding, Option<Trace>)> {
    units.sort_by(|left, right| left.finding.unit.cmp(&right.finding.unit));
    // A unit without any trail leaves the say to those that may have one.
    if units.iter().any(|unit| unit.votes.may_have_trail()) {
        units.retain(|unit| unit.votes.may_have_trail());
    } else {
        units.truncate(1);
    }
    if units.iter().all(|unit| unit.votes.standing == Standing::BesideOthers) {
        return None;
    }
    if units.len() < 2 || units.iter().all(|unit| unit.finding.verdict == Verdict::NotApplicable) {
        let mut unit = units.into_iter().next()?;
        unit.finding.notes.extend(turned_note(&unit.turned, words));
        return Some((unit.finding, unit.trace));
    }
    let verdict = verdict(&units);
    let shown = units.iter().filter(|unit| verdict == Verdict::Unknown || unit.finding.verdict == verdict);
    let mut finding = shown.min_by_key(|unit| (unit.votes.standing, unit.votes.failing))?.finding.clone();
    finding.verdict = verdict;
    let others = units.iter().map(|unit| unit.finding.location).filter(|span| *span != finding.location);
    let others: Vec<Span> = others.collect();
    finding.related.retain(|label| !others.contains(&label.span));
    let label = |span| Label { message: words.accounts.other.clone(), span };
    finding.related.extend(others.into_iter().map(label));
    if verdict == Verdict::Unknown {
        let rule = options.rules.iter().find(|rule| rule.control.id == finding.control)?;
        let count;
        (finding.cases, count) = cases(&units);
        finding.message = depends(rule, &finding, &units, words);
        finding.help = decide(&options_of(&units, &finding.cases), words);
        // A unit that passes is enough; one that fails leaves the say to the others.
        let turned = units.iter().flat_map(|unit| unit.turned.iter().map(|case| of_unit(&unit.finding, case)));
        let turned: Vec<Case> = turned.filter(|case| case.verdict == Verdict::Pass).collect();
        finding.notes.extend(turned_note(&turned, words));
        if count > MAX_COMBINATIONS {
            let slots = [("count", count.to_string()), ("named", MAX_COMBINATIONS.to_string())];
            finding.notes.push(Note { message: fill(&words.accounts.combinations, &slots.into()), span: None });
        }
    } else {
        finding.cases = alternatives(&units, verdict);
    }
    let trace = explained(&finding, &units, words);
    Some((finding, trace))
}

/// What is said where no unit of the account has a trail.
fn absence(units: &[Vote]) -> Absence {
    let is_required = units.iter().any(|unit| unit.votes.absence == Absence::Fails);
    if is_required { Absence::Fails } else { Absence::Silent }
}

fn verdict(units: &[Vote]) -> Verdict {
    let always = |unit: &Vote, verdict| unit.votes.cases.iter().all(|case| case.verdict == verdict);
    // Where a unit has no trail in some world, the others have the say there.
    let at_most = |verdict| {
        let is_none = |case: &Case| case.verdict == Verdict::NotApplicable;
        units.iter().all(|unit| unit.votes.cases.iter().all(|case| case.verdict == verdict || is_none(case)))
    };
    let never_fails = at_most(Verdict::Pass) && absence(units) == Absence::Silent;
    if units.iter().any(|unit| always(unit, Verdict::Pass)) || never_fails {
        Verdict::Pass
    } else if at_most(Verdict::Fail) {
        Verdict::Fail
    } else {
        Verdict::Unknown
    }
}

/// A unit that passes is enough; to fail takes all units together, one of which has a trail unless it is required to. How many
/// combinations of the units' cases there are comes with the cases of the first of them.
fn cases(units: &[Vote]) -> (Vec<Case>, usize) {
    let (mut together, mut count) = (vec![Case { when: Vec::new(), verdict: Verdict::NotApplicable }], 1_usize);
    for Vote { finding, votes, .. } in units {
        let failing = votes.cases.iter().filter(|case| case.verdict != Verdict::Pass);
        let failing = fewest(failing.map(|case| of_unit(finding, case)));
        count = count.saturating_mul(failing.len());
        let pairs = together.iter().flat_map(|before| failing.iter().map(move |case| both(before, case)));
        together = pairs.take(MAX_COMBINATIONS).collect();
    }
    let absence = absence(units);
    let failing = together.into_iter().filter_map(|case| match (case.verdict, absence) {
        (Verdict::Fail, _) | (Verdict::NotApplicable, Absence::Fails) => Some(Case { verdict: Verdict::Fail, ..case }),
        _ => None,
    });
    (fewest(failing).into_iter().chain(passing(units)).collect(), count)
}

/// The cases without those that another one says with fewer conditions. What makes a unit fail also keeps it from passing.
fn fewest(cases: impl Iterator<Item = Case>) -> Vec<Case> {
    let says = |one: &Case, other: &Case| {
        let is_as_bad = one.verdict == other.verdict || one.verdict == Verdict::Fail;
        is_as_bad && one.when.iter().all(|condition| other.when.contains(condition))
    };
    cases.fold(Vec::new(), |mut fewest, case| {
        if !fewest.iter().any(|other| says(other, &case)) {
            fewest.retain(|other| !says(&case, other));
            fewest.push(case);
        }
        fewest
    })
}

fn both(left: &Case, right: &Case) -> Case {
    let verdict = match (left.verdict, right.verdict) {
        (Verdict::Unknown, _) | (_, Verdict::Unknown) => Verdict::Unknown,
        (Verdict::Fail, _) | (_, Verdict::Fail) => Verdict::Fail,
        _ => Verdict::NotApplicable,
    };
    Case { when: [left.when.as_slice(), &right.when].concat(), verdict }
}

fn passing(units: &[Vote]) -> impl Iterator<Item = Case> + '_ {
    units.iter().flat_map(|Vote { finding, votes, .. }| {
        let passing = votes.cases.iter().filter(|case| case.verdict == Verdict::Pass);
        passing.map(|case| of_unit(finding, case))
    })
}

/// The options that give the inputs in the cases a value; those of all units where there are no cases.
fn options_of(units: &[Vote], cases: &[Case]) -> Vec<String> {
    let is_named = |unit: &&Vote| {
        let prefix = prefix(&unit.finding);
        let mut inputs = cases.iter().flat_map(|case| &case.when);
        cases.is_empty() || inputs.any(|(name, _)| name.starts_with(&prefix))
    };
    let mut options: Vec<String> = Vec::new();
    for option in units.iter().filter(is_named).flat_map(|unit| &unit.votes.options) {
        if !options.contains(option) {
            options.push(option.clone());
        }
    }
    options
}

/// The other values of parameters that would change a verdict which the defaults decide. Where another unit may pass too,
/// none is known to.
fn alternatives(units: &[Vote], verdict: Verdict) -> Vec<Case> {
    let (deciding, others): (Vec<_>, Vec<_>) = units.iter().partition(|unit| unit.finding.verdict == verdict);
    let is_alone = deciding.len() == 1 && others.iter().all(|unit| unit.finding.verdict == Verdict::Fail);
    if verdict == Verdict::Pass && !is_alone {
        return Vec::new();
    }
    let cases = deciding.iter().flat_map(|unit| unit.finding.cases.iter().map(|case| of_unit(&unit.finding, case)));
    cases.collect()
}

/// The case with its inputs named by their unit too: two units may have inputs of one name.
fn of_unit(finding: &Finding, case: &Case) -> Case {
    let prefixed = |(name, met): &(String, Condition)| (prefix(finding) + name, met.clone());
    Case { when: case.when.iter().map(prefixed).collect(), verdict: case.verdict }
}

fn prefix(finding: &Finding) -> String {
    format!("{}: ", finding.unit)
}

/// What the verdict of the account depends on: the inputs in its cases, or else the units that are undecided.
fn depends(rule: &Rule, finding: &Finding, units: &[Vote], words: &Words) -> String {
    let short = ShortNames::of_cases(&finding.cases);
    let mut named: Vec<&str> = Vec::new();
    for (name, _) in finding.cases.iter().flat_map(|case| &case.when) {
        let name = short.of(name);
        if !named.contains(&name) {
            named.push(name);
        }
    }
    let inputs = if named.is_empty() {
        let undecided: Vec<&str> = units.iter().map(|unit| unit.finding.unit.as_str()).collect();
        undecided.join(", ")
    } else {
        format!("{}: {}", named.join(", "), describe_cases(&finding.cases, words))
    };
    let account = finding.account.clone().unwrap_or_default();
    let subject = fill(&words.accounts.subject, &[("account", account)].into());
    fill(&rule.sentences.unknown, &[("resource", subject), ("inputs", inputs)].into())
}

/// How the verdict of the account came about: what each unit says, and why.
fn explained(finding: &Finding, units: &[Vote], words: &Words) -> Option<Trace> {
    let step = |Vote { finding, votes, trace, .. }: &Vote| {
        // What a module holds that is not on disk is open, and nothing but a pass comes of it here.
        let (verdict, trace) = match votes.standing {
            Standing::Alone => (finding.verdict, trace.as_ref()),
            Standing::BesideOthers => (Verdict::Unknown, None),
        };
        let slots = [("subject", finding.unit.clone()), ("verdict", words.trace.verdict(verdict).to_owned())];
        let message = fill(&words.trace.says, &slots.into());
        Step::new(message, Some(finding.location)).because(trace.map(|trace| trace.steps.clone()).unwrap_or_default())
    };
    let trace = units.iter().find_map(|unit| unit.trace.as_ref())?;
    Some(Trace {
        verdict: finding.verdict,
        unit: finding.account.clone().unwrap_or_else(|| finding.unit.clone()),
        message: finding.message.clone(),
        steps: units.iter().map(step).collect(),
        ..trace.clone()
    })
}
