//! The rows of a unit: each control about each trail, or about the account.

use rayon::prelude::*;

use crate::finding::{Case, Condition, Finding, Note, Trace};
use crate::judge::{AccountVotes, Judge, Outcomes, Row, UserRow, account_row, fill, to_finding, trace, user_findings};
use crate::model::{Neighbours, Resource, Unit};
use crate::rules::{Holds, Rule, Words};
use crate::source::Sources;
use crate::value::Literal;

use super::{Options, settings};

/// How many other values of parameters are tried on one unit.
const MAX_ALTERNATIVES: usize = 64;

/// What the units of a run have in common.
pub(super) struct Run<'a> {
    /// What the run was asked to do.
    pub options: &'a Options,
    /// The words that no single control owns.
    pub words: &'a Words,
    /// The files.
    pub sources: &'a Sources,
    /// Buckets by name, across units.
    pub neighbours: &'a Neighbours<'a>,
    /// What was judged before.
    pub outcomes: &'a Outcomes,
}

/// A finding, with what an account-level one says to other units of the account.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// The finding.
    pub finding: Finding,
    /// Set where one trail satisfies the control for the whole account.
    pub account: Option<AccountVotes>,
}

/// What was judged in a unit.
#[derive(Default)]
pub(super) struct Rows {
    /// A finding for each row.
    pub found: Vec<Found>,
    /// How the verdicts of the traced control came about.
    pub traces: Vec<Trace>,
    /// What was left out.
    pub notes: Vec<Note>,
    /// How many trails there are, in one world or another.
    pub trails: usize,
}

/// Every row of a unit, and what would change it.
pub(super) fn judge(unit: &dyn Unit, run: &Run) -> Rows {
    let mut rows = self::rows(unit, run);
    if !rows.found.is_empty() {
        rows.notes.extend(try_alternatives(&mut rows.found, unit, run));
    }
    rows
}

fn rows(unit: &dyn Unit, run: &Run) -> Rows {
    let given = |rule: &Rule, parameter: &str, trail: &Resource| settings::given(rule, parameter, trail, unit, run);
    let judge = Judge::new(unit, run.options.max_worlds, run.neighbours, run.outcomes, &given);
    let trails = distinct(judge.trails().worlds.into_iter().flat_map(|(_, trails)| trails));
    let mut providers: Vec<&str> = trails.iter().map(|trail| trail.provider.as_str()).collect();
    providers.sort_unstable();
    providers.dedup();
    let every = run.options.rules.iter().filter(|rule| rule.holds == Holds::Every);
    let any = run.options.rules.iter().filter(|rule| rule.holds == Holds::Any);
    let first = |provider: &&str| trails.iter().find(|trail| trail.provider == **provider);
    let accounts: Vec<&Resource> = providers.iter().filter_map(first).collect();
    let of_trails = every.flat_map(|rule| trails.iter().map(move |trail| (*rule, Some(trail), trail)));
    let of_accounts = any.flat_map(|rule| accounts.iter().map(move |first| (*rule, None, *first)));
    let rows: Vec<(&'static Rule, Option<&Resource>, &Resource)> = of_trails.chain(of_accounts).collect();
    let judged = rows.par_iter().filter_map(|(rule, trail, first)| {
        let (exploration, account) = if let Some(trail) = trail {
            (judge.trail_row(rule, trail), None)
        } else {
            let (exploration, votes) = account_row(&judge, rule, &first.provider);
            (exploration, Some(votes))
        };
        let row = Row { unit, rule, trail: *trail, first, exploration, words: run.words, sources: run.sources };
        let finding = to_finding(&row)?;
        let is_traced = run.options.trace.is_some_and(|traced| traced.control.id == rule.control.id);
        let trace = is_traced.then(|| trace(&judge, &row, &finding));
        Some((Found { finding, account }, trace))
    });
    let (mut found, traces): (Vec<Found>, Vec<Option<Trace>>) = judged.unzip();
    let user_rows = run.options.user_rules.par_iter().flat_map_iter(|rules| {
        let max_worlds = run.options.max_worlds;
        let found = user_findings(&UserRow { unit, rules, max_worlds, words: run.words, sources: run.sources });
        found.into_iter().map(|finding| Found { finding, account: None })
    });
    found.par_extend(user_rows);
    Rows { found, traces: traces.into_iter().flatten().collect(), notes: Vec::new(), trails: trails.len() }
}

/// The trails of all worlds, each once, in source order.
fn distinct(trails: impl Iterator<Item = Resource>) -> Vec<Resource> {
    let mut distinct: Vec<Resource> = Vec::new();
    for trail in trails {
        if !distinct.iter().any(|known| known.address == trail.address) {
            distinct.push(trail);
        }
    }
    distinct
}

/// A default decides a verdict, and somebody may still deploy with another allowed value: those that would change the
/// verdict become its cases, one parameter changed at a time. Says so where there are too many to try.
fn try_alternatives(rows: &mut [Found], unit: &dyn Unit, run: &Run) -> Option<Note> {
    let mut alternatives: Vec<(String, String)> = unit.alternatives();
    let count = alternatives.len();
    alternatives.truncate(MAX_ALTERNATIVES);
    let tried: Vec<Vec<Found>> = alternatives
        .par_iter()
        .map(|(input, value)| {
            let unit = unit.with(input, value);
            unit.map_or_else(Vec::new, |unit| self::rows(unit.as_ref(), run).found)
        })
        .collect();
    for row in rows.iter_mut().filter(|row| row.finding.verdict.is_decided()) {
        let subject = row.subject();
        for ((input, value), others) in alternatives.iter().zip(&tried) {
            let Some(other) = others.iter().find(|other| other.subject() == subject) else { continue };
            let verdict = other.finding.verdict;
            if verdict.is_decided() && verdict != row.finding.verdict {
                let when = vec![(input.clone(), Condition::Is(Literal::Text(value.clone())))];
                row.finding.cases.push(Case { when, verdict });
            }
        }
    }
    let slots =
        [("unit", unit.path().to_owned()), ("count", count.to_string()), ("tried", alternatives.len().to_string())];
    let message = || fill(&run.words.alternatives, &slots.into());
    (count > alternatives.len()).then(|| Note { message: message(), span: None })
}

impl Found {
    /// What tells the row from the others of its unit.
    fn subject(&self) -> (String, Option<String>, Option<String>) {
        let provider = self.account.as_ref().map(|account| account.provider.clone());
        (self.finding.control.clone(), self.finding.resource.clone(), provider)
    }
}
