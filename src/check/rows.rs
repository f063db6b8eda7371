//! The rows of a unit: each control about each trail, or about the account.

use std::collections::{BTreeMap, HashSet};

use indexmap::{IndexMap, IndexSet};
use rayon::prelude::*;

use crate::finding::{Case, Condition, Finding, Note, Trace, Verdict};
use crate::judge::{
    Absence, AccountVotes, Judge, Outcomes, Row, UserRow, account_row, add_alternatives, fill, module_for_trail,
    options, to_finding, trace, user_findings,
};
use crate::model::{Kept, Neighbours, Resource, Unit};
use crate::rules::{Holds, Rule, Words};
use crate::source::Sources;
use crate::value::{World, is_part, names_in};

use super::alternatives::{self, Tried};
use super::{Options, required, settings};

/// How many pieces the trails of a unit are judged in at most, side by side. The rows of one piece share the worlds they
/// meet in, and which rows those are must not depend on the machine.
const PIECES: usize = 64;

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
    /// What other values of parameters that have a default would turn an unknown verdict into, where it is decided with them.
    pub turned: Vec<Case>,
    /// How the verdict came about, where that was asked for.
    pub trace: Option<Trace>,
}

/// What was judged in a unit.
#[derive(Default)]
pub(super) struct Rows {
    /// A finding for each row.
    pub found: Vec<Found>,
    /// What was left out.
    pub notes: Vec<Note>,
    /// How many trails there are, in one world or another.
    pub trails: usize,
}

impl Rows {
    /// Whether the unit they are of has anything to judge, with these inputs or others.
    pub fn are_any(&self, unit: &dyn Unit) -> bool {
        !self.found.is_empty() || unit.written_trail().is_some()
    }
}

/// Adds to the rows of a unit what would change them: the other values that were tried, and what is kept.
pub(super) fn finish(mut rows: Rows, unit: &dyn Unit, tried: &[Tried], run: &Run) -> Rows {
    if rows.are_any(unit) {
        rows.notes.extend(alternatives::add_all(&mut rows.found, tried, unit, run));
        open_what_is_kept(&mut rows.found, unit, run);
        for Found { finding, trace, .. } in rows.found.iter_mut().filter(|row| row.finding.verdict.is_decided()) {
            if let Some(trace) = trace.as_mut().filter(|_| !finding.cases.is_empty()) {
                add_alternatives(trace, &finding.cases, run.words);
            }
        }
    }
    rows
}

/// Every row of a unit with the values that its inputs have.
pub(super) fn rows(unit: &dyn Unit, run: &Run) -> Rows {
    let given = |rule: &Rule, parameter: &str, trail: &Resource| settings::given(rule, parameter, trail, unit, run);
    let judge = Judge::new(unit, run.options.max_worlds, run.neighbours, run.outcomes, &given);
    let listed = judge.trails();
    let all_refused = listed.worlds.is_empty() && !listed.refused.is_empty();
    let trails = distinct(&listed.worlds);
    let accounts = accounts(&trails);
    let of = |holds| run.options.rules.iter().copied().filter(move |rule| rule.holds == holds);
    let of_trails: Vec<_> = trails.iter().flat_map(|trail| of(Holds::Every).map(move |rule| (rule, trail))).collect();
    let judge = &judge;
    let may_hold_trail = if trails.is_empty() && !all_refused { module_for_trail(judge) } else { None };
    let firsts: Vec<&Resource> = accounts.into_iter().chain(&may_hold_trail).collect();
    let of_accounts: Vec<_> = of(Holds::Any).flat_map(|rule| firsts.iter().map(move |first| (rule, *first))).collect();
    let size = trails.len().div_ceil(PIECES) * of(Holds::Every).count().max(1);
    let of_trails = of_trails.par_chunks(size.max(1)).flat_map_iter(|rows| {
        let explorations = judge.trail_rows(rows);
        rows.iter().zip(explorations).filter_map(|((rule, trail), exploration)| {
            let row = Row {
                unit,
                rule,
                trail: Some(trail),
                first: trail,
                exploration,
                words: run.words,
                sources: run.sources,
            };
            found(judge, &row, None, run)
        })
    });
    let absence = required::absence(unit, run.options, run.sources);
    let of_accounts = of_accounts.par_iter().filter_map(|(rule, first)| {
        let (exploration, votes) = account_row(judge, rule, first, absence);
        let row = Row { unit, rule, trail: None, first, exploration, words: run.words, sources: run.sources };
        found(judge, &row, Some(votes), run)
    });
    let mut found: Vec<Found> = of_trails.chain(of_accounts).collect();
    let user_rows = run.options.user_rules.par_iter().flat_map_iter(|rules| {
        let max_worlds = run.options.max_worlds;
        let found = user_findings(&UserRow { unit, rules, max_worlds, words: run.words, sources: run.sources });
        found.into_iter().map(|finding| Found { finding, account: None, turned: Vec::new(), trace: None })
    });
    found.par_extend(user_rows);
    let written = unit.written_trail().filter(|_| trails.is_empty());
    let is_lacking = absence == Absence::Fails && !all_refused && may_hold_trail.is_none();
    if let Some(written) = written.filter(|_| is_lacking) {
        found.extend(of(Holds::Any).filter_map(|rule| required::lacking(rule, unit, written, run.sources)));
    }
    let why = if all_refused { &run.words.all_refused } else { &run.words.no_trail };
    let notes = written
        .map(|written| Note { message: fill(why, &[("unit", unit.path().to_owned())].into()), span: Some(written) });
    Rows { found, notes: notes.into_iter().collect(), trails: trails.len() }
}

/// The finding of a row, and how it came about where that was asked for.
fn found<'a>(judge: &Judge<'a>, row: &Row<'a>, account: Option<AccountVotes>, run: &Run) -> Option<Found> {
    let finding = to_finding(row)?;
    let account = account.map(|votes| AccountVotes { options: options(row, &votes.cases), ..votes });
    let is_traced = run.options.trace.is_some_and(|traced| traced.control.id == row.rule.control.id);
    let trace = is_traced.then(|| trace(judge, row, &finding));
    Some(Found { finding, account, turned: Vec::new(), trace })
}

/// The trails of all worlds, each once, in source order. One whose key an answer tells is the one whose key is an input.
fn distinct(worlds: &[(World, Vec<Resource>)]) -> Vec<Resource> {
    let is_open = |address: &str| address.contains("${");
    let addresses = worlds.iter().flat_map(|(_, trails)| trails).map(|trail| &*trail.address);
    let open: IndexSet<&str> = addresses.filter(|address| is_open(address)).collect();
    let mut distinct = IndexMap::new();
    for (world, trails) in worlds {
        let told: HashSet<String> = open.iter().map(|address| world.told(address)).collect();
        for trail in trails.iter().filter(|trail| is_open(&trail.address) || !told.contains(&*trail.address)) {
            distinct.entry(trail.address.clone()).or_insert_with(|| trail.clone());
        }
    }
    distinct.into_values().collect()
}

/// The first trail of each account: of each provider configuration.
fn accounts(trails: &[Resource]) -> Vec<&Resource> {
    let mut accounts = BTreeMap::new();
    for trail in trails {
        accounts.entry(&*trail.provider).or_insert(trail);
    }
    accounts.into_values().collect()
}

/// With every input open, what names resources keeps its default: what would change a verdict without it, or may, becomes a
/// case of the row. The cases of a row that has some say that they hold with it, unless they do without it too.
fn open_what_is_kept(rows: &mut [Found], unit: &dyn Unit, run: &Run) {
    let kept = unit.kept();
    if kept.is_empty() {
        return;
    }
    let Some(open) = unit.without_kept() else { return };
    let others = self::rows(open.as_ref(), run).found;
    for row in rows {
        let is_same = |other: &&Found| other.subject() == row.subject();
        let is_of_block = |other: &&Found| {
            other.finding.control == row.finding.control && other.finding.subject.blocks == row.finding.subject.blocks
        };
        let other = others.iter().find(is_same).or_else(|| others.iter().find(is_of_block));
        let cases = other.map(|other| outcomes(&other.finding)).unwrap_or_default();
        if row.finding.verdict.is_decided() {
            row.finding.cases.extend(cases.into_iter().filter(|case| case.verdict != row.finding.verdict));
        } else if without_keys(&row.finding.cases, &kept) != without_keys(&cases, &kept) {
            let matters = |kept: &&Kept| cases.iter().any(|case| is_about(case, kept));
            let kept = kept.iter().filter(matters);
            let kept = kept.map(|kept| (kept.input.clone(), Condition::Keeps(kept.what)));
            let kept: Vec<_> = kept.collect();
            row.finding.cases.iter_mut().for_each(|case| case.when.extend(kept.clone()));
        }
    }
}

/// Whether a case names the input that keeps something, or a part of it.
fn is_about(case: &Case, kept: &Kept) -> bool {
    let names = case.when.iter().flat_map(|(name, _)| names_in(name));
    names.into_iter().any(|name| is_part(name, &kept.input))
}

/// The cases with an element of what is kept called as the whole: under a key of the default or under any, it is asked the
/// same.
fn without_keys(cases: &[Case], kept: &[Kept]) -> Vec<Case> {
    let whole = |name: &String| kept.iter().find(|kept| is_part(name, &kept.input)).map(|kept| kept.input.clone());
    let renamed = cases.iter().map(|case| {
        let when = case.when.iter().map(|(name, met)| (whole(name).unwrap_or_else(|| name.clone()), met.clone()));
        Case { when: when.collect(), verdict: case.verdict }
    });
    renamed.collect()
}

/// What a finding says: its verdict, or that of each case where inputs decide that somebody can give.
pub(super) fn outcomes(finding: &Finding) -> Vec<Case> {
    match finding.verdict {
        Verdict::Unknown if finding.help.is_some() => finding.cases.clone(),
        Verdict::Unknown => Vec::new(),
        verdict => vec![Case { when: Vec::new(), verdict }],
    }
}

/// What tells a row from the others of its unit: the control, the trail, the account's provider configuration.
pub(super) type Subject = (String, Option<String>, Option<String>);

impl Found {
    pub fn subject(&self) -> Subject {
        let provider = self.account.as_ref().map(|account| account.provider.clone());
        (self.finding.control.clone(), self.finding.resource.clone(), provider)
    }
}
