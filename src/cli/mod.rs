//! The command line: arguments in, exit code out. One file a command.
//!
//! Only this room reads the environment and, with `report`, prints.

mod check;
mod configuration;
mod controls;
mod explain;
mod given;
mod init;
mod output;
mod publish;
mod since;
mod suppressions;
mod test;
mod thresholds;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use crate::rules::catalog::UnknownControl;

/// Prove the Security Hub controls for AWS CloudTrail over Terraform and CloudFormation, before anything is deployed.
#[derive(Debug, Parser)]
#[command(name = "trailwarden", version, about, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 nothing failed, 1 a control failed, 2 the tool could not do its whole job.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge the trails found in files and directories
    Check(Box<check::Arguments>),
    /// Print the page of a control: what it checks, why, and how to satisfy it
    Explain {
        /// The control's id, such as CloudTrail.6
        control: String,
    },
    /// Print the table of controls
    Rules,
    /// Run the unit tests of Guard rules, in the format of `cfn-guard test`
    Test(test::Arguments),
    /// Write a starting configuration, pre-commit hook and GitHub workflow; nothing that exists is touched
    Init,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, as roff
    Man,
    /// Print a problem matcher for `--format line`
    ProblemMatcher {
        /// Who reads the lines
        editor: Editor,
    },
}

/// Who reads `--format line`.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Editor {
    /// GitHub Actions: register with `::add-matcher::FILE`
    Github,
    /// VS Code: the `problemMatcher` of a task
    Vscode,
}

/// How a run ends, whatever the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Nothing failed.
    Clean,
    /// A control failed.
    Failures,
    /// The tool could not do its whole job.
    Incomplete,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(match ending {
            Ending::Clean => 0,
            Ending::Failures => 1,
            Ending::Incomplete => 2,
        })
    }
}

/// A call that cannot be carried out: one line, and a hint where there is one.
#[derive(Debug)]
struct UsageError {
    message: String,
    hint: Option<String>,
}

impl UsageError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// An id that names no control, as an error of the call.
fn unknown_control(unknown: UnknownControl) -> UsageError {
    UsageError::new(format!("no control is called {}", unknown.id)).with_hint(unknown.hint)
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = std::panic::catch_unwind(|| match arguments.command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Explain { control } => explain::page(&control),
        Command::Rules => explain::table(),
        Command::Test(arguments) => test::run(&arguments),
        Command::Init => init::run(),
        Command::Completions { shell } => completions(shell),
        Command::Man => manual(),
        Command::ProblemMatcher { editor } => output::print(&match editor {
            Editor::Github => crate::report::problem_matcher(crate::report::Editor::Github),
            Editor::Vscode => crate::report::problem_matcher(crate::report::Editor::VsCode),
        })
        .map(|()| Ending::Clean),
    });
    let ending = match ended {
        Ok(Ok(ending)) => ending,
        Ok(Err(error)) => {
            output::complain(&format!("error: {}", error.message));
            if let Some(hint) = error.hint {
                output::complain(&format!("  hint: {hint}"));
            }
            Ending::Incomplete
        }
        Err(_) => {
            output::complain(
                "error: this is a bug in trailwarden; please report it with the message above at \
                 https://github.com/trailwarden/trailwarden/issues",
            );
            Ending::Incomplete
        }
    };
    ending.into()
}

fn completions(shell: clap_complete::Shell) -> Result<Ending, UsageError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "trailwarden", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Ending::Clean)
}

/// The page of the program, then one of each command.
fn manual() -> Result<Ending, UsageError> {
    let mut command = Arguments::command();
    command.build();
    let mut page = Vec::new();
    let unwritten = |cause: std::io::Error| UsageError::new(format!("the manual page cannot be made: {cause}"));
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(unwritten)?;
    for subcommand in command.get_subcommands() {
        clap_mangen::Man::new(subcommand.clone()).render(&mut page).map_err(unwritten)?;
    }
    output::print(&String::from_utf8_lossy(&page))?;
    Ok(Ending::Clean)
}
