//! `trailwarden check`: options and configuration to a run, its report to formats and an exit code.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::check::{Options, check};
use crate::config::Config;
use crate::finding::Severity;
use crate::model::{GivenVariable, Inputs, OpenInputs};
use crate::rules::{Catalog, Holds, Rule};
use crate::source::project_root;

use super::publish::{self, OutputArguments};
use super::thresholds::Thresholds;
use super::{Ending, UsageError, unknown_control};

/// Options of `check`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Files and directories to check; `-` reads standard input
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    files: FileArguments,
    #[command(flatten)]
    inputs: InputArguments,
    #[command(flatten)]
    controls: ControlArguments,
    #[command(flatten)]
    output: OutputArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
struct FileArguments {
    /// Leave out paths that match this glob (`.git`, `.terraform`, `node_modules` and `asset.*` always are)
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// The name of the file that standard input stands for; its extension tells the language
    #[arg(long, value_name = "NAME")]
    stdin_filename: Option<PathBuf>,
    /// The configuration file, instead of the nearest `.trailwarden.yaml`
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long)]
    no_config: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Inputs")]
struct InputArguments {
    /// Give a Terraform variable a value
    #[arg(long, value_name = "NAME=VALUE")]
    var: Vec<String>,
    /// Give Terraform variables the values in a .tfvars or .tfvars.json file
    #[arg(long, value_name = "FILE")]
    var_file: Vec<PathBuf>,
    /// Take Terraform variables from the environment too (`TF_VAR_name`)
    #[arg(long)]
    tf_env: bool,
    /// Give a CloudFormation parameter a value
    #[arg(long, value_name = "NAME=VALUE")]
    parameter: Vec<String>,
    /// Give CloudFormation parameters the values in a file, in any of the shapes AWS's tools read
    #[arg(long, value_name = "FILE")]
    parameters: Vec<PathBuf>,
    /// Which inputs are open: those without a default, or all of them
    #[arg(long, value_name = "WHICH", default_value = "default")]
    inputs: Which,
    /// The Region, where a verdict depends on it and for the asff format
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    region: Option<String>,
    /// The account id, where a verdict depends on it and for the asff format
    #[arg(long, value_name = "12 DIGITS", value_parser = account_id)]
    account_id: Option<String>,
    /// The partition, where a verdict depends on it
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    partition: Option<String>,
    /// How many combinations of inputs one verdict may explore
    #[arg(long, value_name = "COUNT", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..))]
    max_worlds: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Which {
    Default,
    Any,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Controls")]
pub(super) struct ControlArguments {
    /// Run only these controls
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    select: Vec<String>,
    /// Do not run these controls
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Fail CloudTrail.1 and CloudTrail.3 where no trail is found at all
    #[arg(long)]
    require_trail: bool,
    /// The lowest severity whose failure ends with exit code 1
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(super) fail_on: Option<Severity>,
    /// The lowest severity that is reported
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(super) min_severity: Option<Severity>,
    /// Let an unknown verdict count as a failure
    #[arg(long)]
    pub(super) strict: bool,
    /// End with exit code 0 although controls failed
    #[arg(long, conflicts_with_all = ["strict", "fail_on"])]
    pub(super) exit_zero: bool,
}

fn account_id(text: &str) -> Result<String, String> {
    let is_id = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_id { Ok(text.to_owned()) } else { Err("an account id has 12 digits".to_owned()) }
}

fn severity(word: &str) -> Result<Severity, String> {
    Severity::parse(word).ok_or_else(|| "one of low, medium, high, critical".to_owned())
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<Ending, UsageError> {
    let directory = std::env::current_dir()
        .and_then(|directory| directory.canonicalize())
        .map_err(|cause| UsageError::new(format!("the current directory cannot be read: {cause}")))?;
    let root = project_root(&arguments.paths, &directory);
    let config = configuration(&arguments.files, &directory, &root)?;
    let thresholds = Thresholds::of(&arguments.controls, &config)?;
    let options = options(arguments, &config, directory, root)?;
    let import = publish::import(&arguments.output, &options.inputs)?;
    let mut checked = check(&options).map_err(|error| UsageError::new(error.message))?;
    checked.report.findings.retain(|finding| finding.severity >= thresholds.reported);
    publish::publish(&arguments.output, &import, &checked, &options)?;
    Ok(thresholds.ending(&checked))
}

fn configuration(files: &FileArguments, directory: &Path, root: &Path) -> Result<Config, UsageError> {
    if files.no_config {
        return Ok(Config::default());
    }
    let read = match &files.config {
        Some(path) => Config::read(path),
        None => Config::nearest(directory, root),
    };
    read.map_err(|error| {
        UsageError::new(error.to_string()).with_hint("the README has the whole schema under Configuration")
    })
}

fn options(
    arguments: &Arguments,
    config: &Config,
    working_directory: PathBuf,
    root: PathBuf,
) -> Result<Options, UsageError> {
    let (paths, stdin) = standard_input(arguments)?;
    Ok(Options {
        paths,
        stdin,
        exclude: config.exclude.iter().chain(&arguments.files.exclude).cloned().collect(),
        working_directory,
        root,
        inputs: inputs(&arguments.inputs, config)?,
        rules: selected(&arguments.controls, config)?,
        max_worlds: arguments.inputs.max_worlds as usize,
        require_trail: arguments.controls.require_trail || config.require_trail,
    })
}

/// The name of the file that standard input stands for, and its text.
type StandardInput = (PathBuf, String);

/// The paths without `-`, and the text that `-` stands for.
fn standard_input(arguments: &Arguments) -> Result<(Vec<PathBuf>, Option<StandardInput>), UsageError> {
    let dash = Path::new("-");
    let paths: Vec<PathBuf> = arguments.paths.iter().filter(|path| *path != dash).cloned().collect();
    let name = &arguments.files.stdin_filename;
    if paths.len() == arguments.paths.len() {
        return match name {
            Some(_) => Err(UsageError::new("--stdin-filename needs `-` among the paths")),
            None => Ok((paths, None)),
        };
    }
    let mut bytes = Vec::new();
    let limit = crate::source::MAX_BYTES;
    let read = std::io::stdin().lock().take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|cause| UsageError::new(format!("standard input cannot be read: {cause}")))?;
    if bytes.len() as u64 > limit {
        return Err(UsageError::new(format!("standard input is larger than {} MiB", limit / (1024 * 1024))));
    }
    let text = String::from_utf8(bytes).map_err(|_| UsageError::new("standard input is not UTF-8 text"))?;
    Ok((paths, Some((name.clone().unwrap_or_else(|| PathBuf::from("stdin.yaml")), text))))
}

fn inputs(arguments: &InputArguments, config: &Config) -> Result<Inputs, UsageError> {
    let pair = |option: &str, text: &str| {
        text.split_once('=')
            .map(|(name, value)| (name.trim().to_owned(), value.to_owned()))
            .ok_or_else(|| UsageError::new(format!("{option} {text}: write NAME=VALUE")))
    };
    let configured = config.variables.iter().map(|(name, value)| {
        let text = value.as_str().map(str::to_owned);
        let text = text.unwrap_or_else(|| serde_json::to_string(value).unwrap_or_default());
        GivenVariable::Configured(name.clone(), text)
    });
    let mut variables: Vec<GivenVariable> = configured.collect();
    variables.extend(arguments.var_file.iter().cloned().map(GivenVariable::File));
    for text in &arguments.var {
        let (name, value) = pair("--var", text)?;
        variables.push(GivenVariable::Value(name, value));
    }
    for path in arguments.var_file.iter().chain(&arguments.parameters) {
        if !path.is_file() {
            return Err(UsageError::new(format!("{}: is not a file", path.display())));
        }
    }
    let mut parameters: Vec<(String, String)> = config.parameters.clone().into_iter().collect();
    for text in &arguments.parameter {
        parameters.push(pair("--parameter", text)?);
    }
    let environment = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.to_str()?.strip_prefix("TF_VAR_")?.to_owned();
        Some((name, value.to_str()?.to_owned()))
    });
    Ok(Inputs {
        open: match arguments.inputs {
            Which::Default => OpenInputs::WithoutDefault,
            Which::Any => OpenInputs::Any,
        },
        variables,
        environment: if arguments.tf_env { environment.collect() } else { Vec::new() },
        parameters,
        parameter_files: arguments.parameters.clone(),
        region: arguments.region.clone(),
        account_id: arguments.account_id.clone(),
        partition: arguments.partition.clone(),
    })
}

/// The controls to run. An id nobody knows is an error, never silently nothing.
fn selected(arguments: &ControlArguments, config: &Config) -> Result<Vec<&'static Rule>, UsageError> {
    let catalog = Catalog::builtin().map_err(|error| UsageError::new(error.to_string()))?;
    let ids = |words: &[String]| -> Result<BTreeSet<&'static str>, UsageError> {
        let found = words.iter().map(|word| {
            let rule = catalog.get(word).map_err(unknown_control)?;
            Ok(rule.control.id.as_str())
        });
        found.collect()
    };
    let select = if arguments.select.is_empty() { &config.select } else { &arguments.select };
    let select = ids(select)?;
    let ignore = ids(&[config.ignore.clone(), arguments.ignore.clone()].concat())?;
    let runs = |rule: &&Rule| {
        let id = rule.control.id.as_str();
        (select.is_empty() || select.contains(id)) && !ignore.contains(id)
    };
    let rules: Vec<&'static Rule> = catalog.rules().iter().filter(runs).collect();
    if rules.is_empty() {
        return Err(UsageError::new("--select and --ignore leave no control to run"));
    }
    if arguments.require_trail && !rules.iter().any(|rule| rule.holds == Holds::Any) {
        return Err(UsageError::new("--require-trail needs CloudTrail.1 or CloudTrail.3 among the controls"));
    }
    Ok(rules)
}
