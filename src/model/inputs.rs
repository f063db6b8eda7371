//! What is known about the inputs of a run: what is given, and what stays open. Knows no language.

use std::path::PathBuf;

/// What the caller of a run says about its inputs.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// Which inputs are open.
    pub open: OpenInputs,
    /// `--var name=value` and `--var-file FILE`, in command-line order.
    pub variables: Vec<GivenVariable>,
    /// Variables from the environment (`TF_VAR_…`), only with `--tf-env`.
    pub environment: Vec<(String, String)>,
    /// The configuration's parameters: they may be meant for some templates only.
    pub configured_parameters: Vec<(String, String)>,
    /// `--parameter NAME=VALUE`, in order.
    pub parameters: Vec<(String, String)>,
    /// `--parameters FILE`, in order; `--parameter` and the configuration win.
    pub parameter_files: Vec<PathBuf>,
    /// `--config-env`: which environment of a samconfig file counts.
    pub config_env: Option<String>,
    /// `--region`.
    pub region: Option<String>,
    /// `--account-id`.
    pub account_id: Option<String>,
    /// `--partition`.
    pub partition: Option<String>,
}

/// The option for the Region that a unit is deployed to.
pub const REGION_OPTION: &str = "--region REGION";
/// The option for the account.
pub const ACCOUNT_OPTION: &str = "--account-id ID";
/// The option for the partition.
pub const PARTITION_OPTION: &str = "--partition PARTITION";

/// Whether an option says where a unit is deployed, not what it is worth there.
#[must_use]
pub fn is_of_place(option: &str) -> bool {
    [REGION_OPTION, ACCOUNT_OPTION, PARTITION_OPTION].contains(&option)
}

/// Which inputs are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OpenInputs {
    /// Only what has neither a value nor a default.
    #[default]
    WithoutDefault,
    /// Every variable and parameter, but for what a default names: the resources there are.
    Any,
    /// Every variable and parameter.
    Everything,
}

/// An input that keeps something of its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The input's name in its unit.
    pub input: String,
    /// What it keeps: its items, its keys.
    pub what: &'static str,
}

impl Kept {
    /// That it does.
    #[must_use]
    pub fn statement(&self) -> String {
        format!("{} keeps {} of its default", self.input, self.what)
    }

    /// The remark that it does.
    #[must_use]
    pub fn remark(&self) -> String {
        format!("{}, which name resources: what others would change is among the cases of a row", self.statement())
    }
}

/// A variable's value from the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenVariable {
    /// `--var name=value`
    Value(String, String),
    /// The configuration's value: it may be meant for some units only.
    Configured(String, String),
    /// `--var-file path`
    File(PathBuf),
}
