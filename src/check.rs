//! The program, once: paths to files, files to units, units to rows, rows to findings.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use crate::cloudformation::Given;
use crate::config::{Configured, Date};
use crate::finding::{Control, FileError, Finding, Note, Report};
use crate::judge::Outcomes;
use crate::model::{Inputs, Unit, join};
use crate::rules::{Rule, UserRules, Words};
use crate::source::{Exclude, Sources};
use crate::suppress::{self, Honour};

mod accounts;
mod alternatives;
mod changes;
mod known;
mod required;
mod rows;
mod settings;
mod units;

use changes::Around;
use rows::{Rows, Run};
pub use settings::graded;

/// What a run is asked to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// The files and directories to check.
    pub paths: Vec<PathBuf>,
    /// A file's name and the text that stands for it (standard input).
    pub stdin: Option<(PathBuf, String)>,
    /// The root module that plans were made from.
    pub source: Option<PathBuf>,
    /// What the repository says about its runs.
    pub configured: Configured,
    /// What is not read.
    pub exclude: Vec<Exclude>,
    /// The directory paths are printed from; absolute.
    pub working_directory: PathBuf,
    /// What is known about inputs.
    pub inputs: Inputs,
    /// What becomes of a value for an input that nothing declares.
    pub undeclared: Undeclared,
    /// The controls to run.
    pub rules: Vec<&'static Rule>,
    /// The rules that users bring.
    pub user_rules: Vec<UserRules>,
    /// How many worlds a row may explore.
    pub max_worlds: usize,
    /// Whether an account without any trail fails.
    pub require_trail: bool,
    /// The control whose verdicts are to be explained.
    pub trace: Option<&'static Rule>,
    /// Which suppressions count.
    pub honour: Honour,
    /// The day that suppressions expire by.
    pub today: Date,
}

impl Options {
    /// The controls to run, those of users too.
    pub fn controls(&self) -> impl Iterator<Item = &Control> {
        let users = self.user_rules.iter().flat_map(|rules| &rules.controls);
        self.rules.iter().map(|rule| &rule.control).chain(users)
    }
}

/// What becomes of a value for an input that nothing declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undeclared {
    /// The run does not begin: it would silently do nothing.
    Refused,
    /// It does nothing.
    Accepted,
}

/// What a run found, with the files it points into.
#[derive(Debug)]
pub struct Checked {
    /// The findings.
    pub report: Report,
    /// The files.
    pub sources: Arc<Sources>,
}

/// A run that cannot begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckError {
    /// One sentence.
    pub message: String,
}

/// Evaluation recurses with the nesting of the user's expressions and modules; every limit is reached long before this.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Checks files and directories, read into `sources`.
///
/// # Errors
/// When the run cannot begin: a value for an input that nothing declares, or that is refused. A path that does not exist and a file that
/// cannot be read or parsed are in the report, and everything else is judged.
pub fn check(options: &Options, sources: &Arc<Sources>) -> Result<Checked, CheckError> {
    let words = Words::builtin().map_err(|message| CheckError { message })?;
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build();
    let pool = pool.map_err(|cause| CheckError { message: format!("cannot start threads: {cause}") })?;
    pool.install(|| {
        let given = Given::read(sources, &options.inputs).map_err(|message| CheckError { message })?;
        let mut found = units::find(options, &given, sources);
        let mut beside = units::beside(&found, options, &given, sources);
        let configured = &options.configured;
        let accounts = |found: &units::Found, beside: &units::Beside| {
            let units = found.units.iter().chain(&beside.units).map(|unit| unit.as_ref() as &dyn Unit);
            known::accounts(configured, units, &options.working_directory)
        };
        let mut belonging = accounts(&found, &beside);
        if join(found.units.iter_mut().chain(&mut beside.units), &belonging) {
            // What is imported may be the name of a bucket that yet another one declares.
            beside = units::beside(&found, options, &given, sources);
            belonging = accounts(&found, &beside);
            join(found.units.iter_mut().chain(&mut beside.units), &belonging);
        }
        found.add_errors(beside.unread.iter().flat_map(|unread| unread.errors.clone()));
        let everyone = || found.units.iter().chain(&beside.units).map(|unit| unit.as_ref() as &dyn Unit);
        units::refused(options, &everyone().collect::<Vec<_>>())?;
        let buckets = known::buckets(configured);
        let units = everyone().collect();
        let around = Around { options, units, accounts: &belonging, buckets: &buckets, unread: &beside.unread };
        let neighbours = around.neighbours(&[]);
        let outcomes = Outcomes::default();
        let run = Run { options, words, sources, neighbours: &neighbours, outcomes: &outcomes };
        let judged = judge(&found.units, &run, &around);
        let ambiguous: Vec<Note> = found.units.iter().flat_map(|unit| neighbours.ambiguous(unit.as_ref())).collect();
        let mut report = report(found, judged, options, words);
        report.notes.extend(ambiguous);
        report.findings.extend(required::missing(&report.findings, options, sources));
        in_order(&mut report.findings);
        settings::apply(&mut report.findings, &options.configured, sources);
        suppress::apply(&mut report, &policy(options, sources), sources);
        Ok(Checked { report, sources: Arc::clone(sources) })
    })
}

/// The rows of each unit, with what would change them.
fn judge(units: &[Box<dyn Unit>], run: &Run, around: &Around) -> Vec<Result<Rows, FileError>> {
    let rows = units.par_iter().map(|unit| guarded(unit.as_ref(), || rows::rows(unit.as_ref(), run)));
    let rows: Vec<Result<Rows, FileError>> = rows.collect();
    let changing = units.iter().zip(&rows).map(|(unit, rows)| {
        let is_any = rows.as_ref().is_ok_and(|rows| rows.are_any(unit.as_ref()));
        is_any.then_some(unit.as_ref() as &dyn Unit)
    });
    let tried = alternatives::tried(&changing.collect::<Vec<_>>(), run, around);
    let finished = units.par_iter().zip(rows).zip(tried).map(|((unit, rows), tried)| {
        let (unit, rows, tried) = (unit.as_ref(), rows?, tried?);
        guarded(unit, || rows::finish(rows, unit, &tried, run))
    });
    finished.collect()
}

/// What `work` makes of a unit. A defect of this program stops that one only.
fn guarded<T>(unit: &dyn Unit, work: impl FnOnce() -> T) -> Result<T, FileError> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| defect(unit.path()))
}

/// How this run suppresses. The configuration may speak about files that were not asked for.
fn policy<'a>(options: &'a Options, sources: &Sources) -> suppress::Policy<'a> {
    suppress::Policy {
        configured: &options.configured,
        honour: options.honour,
        today: options.today,
        controls: options.controls().map(|control| control.id.as_str()).collect(),
        scope: scope(options, sources),
    }
}

/// Whether the run was asked about everything its configuration speaks about.
fn scope(options: &Options, sources: &Sources) -> suppress::Scope {
    let directory = &options.configured.directory;
    let whole = options.paths.iter().any(|path| directory.starts_with(sources.resolved(path)));
    if whole { suppress::Scope::Whole } else { suppress::Scope::Part }
}

fn defect(unit: &str) -> FileError {
    let message = "could not be judged: this is a bug in trailwarden; please report it at \
                   https://github.com/trailwarden/trailwarden/issues";
    FileError { path: unit.to_owned(), message: message.to_owned(), span: None }
}

/// Everything in its order: unit, control, resource.
fn in_order(findings: &mut [Finding]) {
    findings.sort_by(|left, right| {
        (&left.unit, &left.control, &left.resource).cmp(&(&right.unit, &right.control, &right.resource))
    });
}

fn report(found: units::Found, judged: Vec<Result<Rows, FileError>>, options: &Options, words: &Words) -> Report {
    let (judged, defects): (Vec<_>, Vec<_>) = judged.into_iter().partition(Result::is_ok);
    let judged: Vec<Rows> = judged.into_iter().flatten().collect();
    let defects = defects.into_iter().filter_map(Result::err);
    let trails = judged.iter().map(|rows| rows.trails).sum();
    let mut notes = found.notes;
    let mut rows_found = Vec::new();
    for rows in judged {
        rows_found.extend(rows.found);
        notes.extend(rows.notes);
    }
    let (findings, mut traces) = accounts::findings(rows_found, options, words);
    traces.sort_by(|left, right| (&left.unit, &left.resource).cmp(&(&right.unit, &right.resource)));
    let may_hold_trail = found.units.iter().filter(|unit| unit.written_trail().is_some());
    Report {
        trails,
        units: may_hold_trail.count(),
        since: None,
        traces,
        files: found.files,
        notes,
        errors: found.errors.into_iter().chain(defects).collect(),
        findings,
    }
}
