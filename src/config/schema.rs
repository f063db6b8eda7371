//! The whole schema of `.trailwarden.yaml`, as types. The descriptions are those of `schema/trailwarden.schema.json`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::finding;
use crate::source::{PathGlob, Wildcard};

use super::at::At;
use super::words::{ControlIds, ControlParameters, Date, Openness};

/// What a repository says about its runs. Command-line options win over it. Paths count from the directory of the
/// file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default, expecting = "a mapping")]
pub struct Config {
    /// Globs of paths that are not read, matched against the path and against the name of each file and directory.
    pub exclude: Vec<PathGlob>,
    /// Controls to run; all of them when empty.
    pub select: Vec<At<String>>,
    /// Controls not to run.
    pub ignore: Vec<At<String>>,
    /// The lowest severity whose failure makes the run fail; `none` when nothing does.
    pub fail_on: Option<FailOn>,
    /// The lowest severity that is reported.
    pub min_severity: Option<Severity>,
    /// Whether an account without any trail fails CloudTrail.1 and CloudTrail.3.
    pub require_trail: bool,
    /// Whether an unknown verdict makes the run fail.
    pub strict: bool,
    /// Which inputs are open: those without a value or default, or all of them.
    pub inputs: Option<OpenInputs>,
    /// Values of Terraform variables.
    pub variables: BTreeMap<String, serde_json::Value>,
    /// Values of CloudFormation parameters.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, super::words::Scalar>"))]
    pub parameters: BTreeMap<String, String>,
    /// Accounts that paths are deployed to. The first one that covers a unit is its account.
    pub accounts: Vec<Account>,
    /// Buckets that the sources do not declare.
    pub buckets: Vec<KnownBucket>,
    /// Controls switched on or off, graded or parametrised. Of several entries the last one that covers a finding counts.
    pub controls: Vec<ControlSetting>,
    /// Findings that somebody decided not to act on.
    pub suppressions: Vec<At<SuppressionRule>>,
    /// Whether a suppression without a reason is void.
    pub require_reason: bool,
    /// Directories with your own rules.
    pub rules: Vec<At<String>>,
}

/// How bad a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase", expecting = "a severity")]
#[allow(missing_docs, reason = "each name is the severity's own name")]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

impl From<Severity> for finding::Severity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Low => Self::Low,
            Severity::Medium => Self::Medium,
            Severity::High => Self::High,
            Severity::Critical => Self::Critical,
        }
    }
}

/// The lowest severity whose failure makes the run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase", expecting = "a severity or `none`")]
#[allow(missing_docs, reason = "each name is the severity's own name, or the absence of one")]
pub enum FailOn {
    None,
    Low,
    Medium,
    High,
    Critical,
}

impl From<FailOn> for Option<finding::Severity> {
    fn from(lowest: FailOn) -> Self {
        match lowest {
            FailOn::None => None,
            FailOn::Low => Some(finding::Severity::Low),
            FailOn::Medium => Some(finding::Severity::Medium),
            FailOn::High => Some(finding::Severity::High),
            FailOn::Critical => Some(finding::Severity::Critical),
        }
    }
}

/// Which inputs are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase", expecting = "`default` or `any`")]
pub enum OpenInputs {
    /// Those that have neither a value nor a default.
    Default,
    /// Every variable and parameter.
    Any,
}

/// An account and what is known about it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "an account: a mapping with `name`")]
pub struct Account {
    /// The name that reports print.
    pub name: At<String>,
    /// Globs of the root modules and templates that are deployed to it; everything when empty.
    #[serde(default)]
    pub paths: Vec<PathGlob>,
    /// Where its trail is declared: `here` fails CloudTrail.1 and CloudTrail.3 when none is found, `elsewhere` asks for none.
    #[serde(default)]
    pub trail: Option<Whereabouts>,
    /// Why, for those who read the report.
    #[serde(default)]
    pub reason: Option<String>,
    /// The S3 public access block of the account, where it is not part of the sources.
    #[serde(default)]
    pub s3_public_access_block: Option<PublicAccessBlock>,
}

/// Where the trail of an account is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase", expecting = "`here` or `elsewhere`")]
pub enum Whereabouts {
    /// In these sources.
    Here,
    /// Outside of them, by an organization's trail for example.
    Elsewhere,
}

/// The flags of a public access block that are on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAccessBlock(pub BTreeSet<BlockFlag>);

/// One flag of a public access block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", expecting = "a flag of the public access block")]
#[allow(missing_docs, reason = "each name is the flag's own name")]
pub enum BlockFlag {
    BlockPublicAcls,
    IgnorePublicAcls,
    BlockPublicPolicy,
    RestrictPublicBuckets,
}

/// A bucket that the sources do not declare, and what somebody vouches for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a bucket: a mapping with `name`")]
pub struct KnownBucket {
    /// The bucket's name; `*` stands for any characters.
    pub name: At<Wildcard>,
    /// What anybody may do: false, read, write or read-write. CloudTrail.6 has no data while it is not said.
    #[serde(default)]
    pub public: Option<Openness>,
    /// Whether its accesses are logged. CloudTrail.7 has no data while it is not said.
    #[serde(default)]
    pub access_logging: Option<bool>,
    /// Where this is known from, for those who read the report.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A control switched on or off, graded or parametrised, everywhere or below some paths.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(transform = super::words::parameters_of_their_controls))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a mapping with `control`")]
pub struct ControlSetting {
    /// The control's id, or several.
    pub control: ControlIds,
    /// Globs of the root modules, templates and files this is about; everything when empty.
    #[serde(default)]
    pub paths: Vec<PathGlob>,
    /// Whether the control is judged there.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// How bad a failure is there.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// Parameters of the control, by name.
    #[serde(default)]
    pub parameters: ControlParameters,
}

/// Findings that somebody decided not to act on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a mapping with `control` and `reason`")]
pub struct SuppressionRule {
    /// The control's id, or several.
    pub control: ControlIds,
    /// A glob of the root module, template or file; everywhere when absent.
    #[serde(default)]
    pub path: Option<PathGlob>,
    /// The address of the trail or bucket; `*` stands for any characters. Instance keys may be left out.
    #[serde(default)]
    pub resource: Option<Wildcard>,
    /// Why.
    pub reason: String,
    /// The last day it holds (UTC).
    #[serde(default)]
    pub until: Option<Date>,
}
