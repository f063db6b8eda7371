//! What was found, as plain data: findings with verdicts, labels and fixes. Reports turn it into bytes.

mod condition;
mod fingerprint;
mod trace;

pub use condition::{Condition, ConditionWords, fill};
pub use fingerprint::fingerprint;
pub use trace::{Step, Trace};

use crate::source::Span;

/// What is known about one control and one subject (a trail or an account).
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The control's id, `CloudTrail.N`.
    pub control: String,
    /// What was decided.
    pub verdict: Verdict,
    /// How bad a failure is.
    pub severity: Severity,
    /// The unit's path from the current directory.
    pub unit: String,
    /// The account, where the configuration or an assembly names it.
    pub account: Option<String>,
    /// The Terraform address or logical id; `None` for a whole account or unit.
    pub resource: Option<String>,
    /// A name the author knows the resource by, such as the construct path of a CDK stack.
    pub name: Option<String>,
    /// One or two sentences: what is there, what is required.
    pub message: String,
    /// The smallest change that mends it, in the file's own language.
    pub help: Option<String>,
    /// What the verdict depends on.
    pub cases: Vec<Case>,
    /// The one line the finding stands on.
    pub location: Span,
    /// Evidence elsewhere.
    pub related: Vec<Label>,
    /// Remarks that change nothing.
    pub notes: Vec<Note>,
    /// The property the finding is about, in the file's own words; part of the fingerprint.
    pub attribute: String,
    /// The same for the same defect whatever lines move: hexadecimal.
    pub fingerprint: String,
    /// A change that can be applied as it stands.
    pub fix: Option<Fix>,
    /// What it is about, for whoever wants to say something about it.
    pub subject: Subject,
    /// Set when somebody decided not to act on it.
    pub suppressed: Option<Suppression>,
}

/// What a finding is about that names no resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whole {
    /// The unit's account: controls of which one trail is enough.
    #[default]
    Account,
    /// The unit: rules of the user's own.
    Unit,
}

/// What a finding is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// What it is about where it names no resource.
    pub whole: Whole,
    /// The headers of the trail, of its bucket where the control is about it, and of the `module` blocks and nested
    /// stacks that they lie in.
    pub blocks: Vec<Span>,
    /// For each clause that failed the places its value came through.
    pub clauses: Vec<Vec<Span>>,
    /// The addresses of the trail, and of its bucket where the control is about it.
    pub addresses: Vec<String>,
}

/// What can be decided about a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// It holds for every input.
    Pass,
    /// It is violated for every input.
    Fail,
    /// It depends on inputs, or on something this program cannot see.
    Unknown,
    /// AWS itself would have no data: the resource is declared elsewhere.
    NoData,
    /// The rule does not speak about this subject.
    NotApplicable,
}

/// How bad a failure is, as Security Hub grades it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

/// The level a finding has in every format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Unknown and no data.
    Info,
    /// Medium and low failures.
    Warning,
    /// Critical and high failures.
    Error,
}

/// Inputs that lead to a verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The inputs that matter, by name, and what they must be.
    pub when: Vec<(String, Condition)>,
    /// The verdict under them.
    pub verdict: Verdict,
}

/// A place with a remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The remark.
    pub message: String,
    /// The place.
    pub span: Span,
}

/// A remark that changes no verdict, perhaps with a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The remark.
    pub message: String,
    /// The place.
    pub span: Option<Span>,
}

/// Edits that mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the edits do, in a few words.
    pub title: String,
    /// The edits, in order, none overlapping.
    pub edits: Vec<Edit>,
}

/// Replace what a span points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

/// Why a finding is not acted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The reason its author gave; empty where none is asked for.
    pub reason: String,
    /// The last day it holds, such as `2027-01-31`.
    pub until: Option<String>,
    /// Where the suppression stands, unless it is in a baseline.
    pub span: Option<Span>,
}

/// A file that bears on a verdict and could not be read or parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// The path as reports print it.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// Where, if the file could be read.
    pub span: Option<Span>,
}

impl FileError {
    /// The same as a remark: of a file that bears on no verdict.
    #[must_use]
    pub fn into_note(self) -> Note {
        Note { message: format!("{} cannot be read: {}", self.path, self.message), span: self.span }
    }
}

/// Everything a run found, ready to be printed.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// One finding for every control and subject, ordered by unit, control, resource.
    pub findings: Vec<Finding>,
    /// Remarks about the run.
    pub notes: Vec<Note>,
    /// Files that bear on a verdict and could not be read.
    pub errors: Vec<FileError>,
    /// How the verdicts of one control came about, where that was asked for.
    pub traces: Vec<Trace>,
    /// How many files were looked at.
    pub files: usize,
    /// How many trails were judged.
    pub trails: usize,
    /// How many units speak of a trail, whether one exists there or not.
    pub units: usize,
    /// Set when the report holds only what changed since a commit.
    pub since: Option<Since>,
}

/// What became of the verdicts of an earlier commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// The commit, as the user names it.
    pub reference: String,
    /// Failures of then that are none now.
    pub fixed: usize,
    /// Verdicts that are what they were; they are not in the report.
    pub unchanged: usize,
    /// How many verdicts there are now.
    pub judged: usize,
}

impl Verdict {
    /// Whether it says what is the case, whatever the inputs are.
    #[must_use]
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Pass | Self::Fail)
    }

    /// The word every format prints.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::NoData => "no_data",
            Self::NotApplicable => "not_applicable",
        }
    }
}

impl Severity {
    /// The word every format prints.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The severity behind a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High, Self::Critical].into_iter().find(|severity| severity.as_str() == word)
    }
}

impl Finding {
    /// Errors for critical and high failures, warnings for the others, info for what could not be decided.
    #[must_use]
    pub fn level(&self) -> Level {
        match (self.verdict, self.severity) {
            (Verdict::Fail, Severity::High | Severity::Critical) => Level::Error,
            (Verdict::Fail, _) => Level::Warning,
            _ => Level::Info,
        }
    }
}

impl Case {
    /// Whether inputs may be those of both.
    #[must_use]
    pub fn may_meet(&self, other: &Self) -> bool {
        let is_excluded = |(name, met): &(String, Condition)| {
            other.when.iter().any(|(other, another)| name == other && met.excludes(another))
        };
        !self.when.iter().any(is_excluded)
    }
}

/// What a control is, for reports: its page and its requirements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// `CloudTrail.N`
    pub id: String,
    /// One line.
    pub title: String,
    /// Security Hub's severity.
    pub severity: Severity,
    /// One or two sentences: what is checked.
    pub summary: String,
    /// One sentence: what a failure may cost; empty where nobody said.
    pub why: String,
    /// The whole page, in Markdown.
    pub page: String,
    /// AWS's own page; empty for a rule that is not AWS's.
    pub url: String,
    /// Related requirements, by framework (`NIST SP 800-53 Rev. 5`), with their numbers.
    pub requirements: Vec<(String, Vec<String>)>,
}
