//! `trailwarden test`: the unit tests that stand beside Guard rules.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use crate::rules;
use crate::source::{Sources, project_root};

use super::{Ending, UsageError, output};

/// Options of `test`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Files of rules, and directories that hold them
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<Ending, UsageError> {
    let directory = std::env::current_dir()
        .map_err(|cause| UsageError::new(format!("the current directory cannot be read: {cause}")))?;
    let sources = Sources::new(directory.clone(), project_root(&arguments.paths, &directory));
    let found = rules::load(&arguments.paths, &sources).map_err(UsageError::new)?;
    let mut report = String::new();
    let (mut met, mut problems, mut unread) = (0, 0, Vec::new());
    for file in &found {
        let suite = file.test(&sources);
        met += suite.met;
        problems += suite.problems.len();
        for problem in &suite.problems {
            let _ = writeln!(report, "{problem}");
        }
        if suite.met == 0 && suite.problems.is_empty() && suite.unread.is_empty() {
            let _ = writeln!(report, "{}: has no tests", file.path);
        }
        unread.extend(suite.unread);
    }
    output::print(&report)?;
    let files = if found.len() == 1 { "1 file".to_owned() } else { format!("{} files", found.len()) };
    let expectations = if met == 1 { "expectation" } else { "expectations" };
    output::complain(&format!("{files} of rules: {met} {expectations} met, {problems} not"));
    for message in &unread {
        output::complain(&format!("error: {message}"));
    }
    Ok(match (unread.len(), problems) {
        (0, 0) => Ending::Clean,
        (0, _) => Ending::Failures,
        _ => Ending::Incomplete,
    })
}
