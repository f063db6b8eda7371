//! The rows of a unit: each control about each trail, or about the account.

use rayon::prelude::*;

use crate::finding::{Case, Condition, Finding, Note, Trace, Verdict};
use crate::judge::{Judge, Outcomes, Row, UserRow, account_row, describe_cases, to_finding, trace, user_findings};
use crate::model::{Neighbours, Resource, Unit};
use crate::rules::{Holds, Rule, Words};
use crate::source::Sources;
use crate::value::Literal;

use super::Options;

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

/// What was judged in a unit.
#[derive(Default)]
pub(super) struct Rows {
    /// A finding for each row.
    pub findings: Vec<Finding>,
    /// How the verdicts of the traced control came about.
    pub traces: Vec<Trace>,
    /// How many trails there are, in one world or another.
    pub trails: usize,
}

/// Every row of a unit, and what would change it.
pub(super) fn judge(unit: &dyn Unit, run: &Run) -> Rows {
    let mut rows = self::rows(unit, run);
    if !rows.findings.is_empty() {
        try_alternatives(&mut rows.findings, unit, run);
    }
    rows
}

fn rows(unit: &dyn Unit, run: &Run) -> Rows {
    let judge = Judge::new(unit, run.options.max_worlds, run.neighbours, run.outcomes);
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
        let exploration = match trail {
            Some(trail) => judge.trail_row(rule, trail),
            None => account_row(&judge, rule, &first.provider),
        };
        let row = Row { unit, rule, trail: *trail, first, exploration, words: run.words, sources: run.sources };
        let finding = to_finding(&row)?;
        let is_traced = run.options.trace.is_some_and(|traced| traced.control.id == rule.control.id);
        let trace = is_traced.then(|| trace(&judge, &row, &finding));
        Some((finding, trace))
    });
    let (mut findings, traces): (Vec<Finding>, Vec<Option<Trace>>) = judged.unzip();
    let user_rows = run.options.user_rules.par_iter().flat_map_iter(|rules| {
        let max_worlds = run.options.max_worlds;
        user_findings(&UserRow { unit, rules, max_worlds, words: run.words, sources: run.sources })
    });
    findings.par_extend(user_rows);
    Rows { findings, traces: traces.into_iter().flatten().collect(), trails: trails.len() }
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
/// verdict become its cases, one parameter changed at a time.
fn try_alternatives(findings: &mut [Finding], unit: &dyn Unit, run: &Run) {
    let alternatives: Vec<(String, String)> = unit.alternatives().into_iter().take(MAX_ALTERNATIVES).collect();
    let tried: Vec<Vec<Finding>> = alternatives
        .par_iter()
        .map(|(input, value)| {
            let unit = unit.with(input, value);
            unit.map_or_else(Vec::new, |unit| rows(unit.as_ref(), run).findings)
        })
        .collect();
    for finding in findings.iter_mut().filter(|finding| is_decided(finding.verdict)) {
        for ((input, value), others) in alternatives.iter().zip(&tried) {
            let same = |other: &&Finding| (&other.control, &other.resource) == (&finding.control, &finding.resource);
            let Some(other) = others.iter().find(same) else { continue };
            if is_decided(other.verdict) && other.verdict != finding.verdict {
                let when = vec![(input.clone(), Condition::Is(Literal::Text(value.clone())))];
                finding.cases.push(Case { when, verdict: other.verdict });
            }
        }
        if !finding.cases.is_empty() {
            let message = describe_cases(&finding.cases);
            finding.notes.push(Note { message, span: None });
        }
    }
}

fn is_decided(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Pass | Verdict::Fail)
}
