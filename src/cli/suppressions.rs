//! What is not acted on: which suppressions count, and what is known already.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;

use crate::baseline::{Baseline, Counted};
use crate::check::{Checked, Options};
use crate::config::Date;
use crate::suppress::Honour;
use crate::write;

use super::UsageError;

/// Options about suppressions.
#[derive(Debug, Args)]
#[command(next_help_heading = "Suppressions")]
pub(super) struct SuppressionArguments {
    /// Let no suppression count: comments, `Metadata` and the configuration's
    #[arg(long, conflicts_with = "accept_foreign_ignores")]
    no_ignores: bool,
    /// Let other scanners' suppressions count too, by the table in docs/suppressions.md
    #[arg(long)]
    accept_foreign_ignores: bool,
    /// The day suppressions expire by, instead of today (UTC)
    #[arg(long, value_name = "DAY", value_parser = day)]
    today: Option<Date>,
    /// Suppress the findings that this file knows already
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the findings to this file and suppress them: what comes later is new
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    /// Report only verdicts that changed since this commit; the whole tree is judged as it was then, too
    #[arg(long, value_name = "COMMIT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(super) diff_base: Option<String>,
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "a day such as 2027-01-31".to_owned())
}

impl SuppressionArguments {
    /// Which suppressions count.
    pub fn honour(&self) -> Honour {
        match (self.no_ignores, self.accept_foreign_ignores) {
            (true, _) => Honour::Nothing,
            (_, true) => Honour::Foreign,
            _ => Honour::Own,
        }
    }

    /// The day by the clock, in UTC: the same everywhere at one moment. Or as asked.
    pub fn today(&self) -> Date {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.today.unwrap_or_else(|| Date::at(now.as_secs()))
    }

    /// Suppresses what is known, and writes what is known from now on. Paths count from `root`. Gives the baselines that
    /// are in force.
    pub fn baselines(
        &self,
        checked: &mut Checked,
        options: &Options,
        counted: Counted,
        root: &Path,
    ) -> Result<Vec<Baseline>, UsageError> {
        let Checked { report, sources } = checked;
        let mut in_force = Vec::new();
        let error = |path: &Path, message: String| UsageError::new(format!("{}: {message}", path.display()));
        let unread: Vec<PathBuf> = report.errors.iter().map(|error| sources.absolute(&error.path)).collect();
        let looked_at = |control: &str, unit: &Path, file: &Path| {
            options.controls().any(|known| known.id == control)
                && options.paths.iter().any(|path| unit.starts_with(sources.resolved(path)))
                && unread.iter().all(|unread| unread != file)
        };
        let mut known = Baseline::of(report, counted, root, sources);
        if let Some(path) = &self.baseline {
            let file = sources.read_configuration(path).map_err(|cause| error(path, cause.message))?;
            let baseline = Baseline::parse(&sources.file(file).text).map_err(|message| error(path, message))?;
            let left = baseline.suppress(report, root, sources);
            // What is written anew in this very run needs no such advice.
            if self.write_baseline.as_ref() != Some(path) {
                report.notes.extend(left.stale(root, looked_at));
            }
            // What could not be read is not mended.
            known.keep(&baseline, root, |file| unread.iter().any(|unread| unread == file));
            in_force.push(baseline);
        }
        if let Some(path) = &self.write_baseline {
            // What is replaced is a baseline, and not a file that somebody wrote.
            let existing = path.is_file().then(|| sources.read_configuration(path)).transpose();
            let existing = existing.map_err(|cause| error(path, cause.message))?;
            let replaced = existing.map_or(Ok(Baseline::default()), |file| Baseline::parse(&sources.file(file).text));
            replaced.map_err(|message| error(path, format!("would be replaced, and {message}")))?;
            write::whole_file(path, &known.text())
                .map_err(|cause| error(path, format!("cannot be written: {cause}")))?;
            let _ = known.suppress(report, root, sources);
            in_force.push(known);
        }
        Ok(in_force)
    }
}
