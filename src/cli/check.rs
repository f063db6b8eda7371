//! `trailwarden check`: options and configuration to a run, its report to formats and an exit code.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use crate::check::{Options, Undeclared, check};
use crate::config::{self, Config, Configured};
use crate::finding::Severity;
use crate::model::{GivenVariable, Inputs, OpenInputs};
use crate::report::Format;
use crate::rules::{Catalog, Rule, UserRules};
use crate::source::{Exclude, PathGlob, Sources, project_root};

use super::configuration::{configuration, known_controls};
use super::controls::{selected, user_rules};
use super::given::Given;
use super::publish::{self, OutputArguments};
use super::suppressions::SuppressionArguments;
use super::thresholds::Thresholds;
use super::{Ending, UsageError, since, unknown_control};

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
    suppressions: SuppressionArguments,
    #[command(flatten)]
    output: OutputArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
pub(super) struct FileArguments {
    /// Leave out paths that match this glob (`.git`, `.terraform`, `.terragrunt-cache`, `.aws-sam`, `node_modules` and `asset.*` always are)
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    exclude: Vec<PathGlob>,
    /// The name of the file that standard input stands for; its extension tells the language
    #[arg(long, value_name = "NAME")]
    stdin_filename: Option<PathBuf>,
    /// The root module that the plans were made from, to point into; otherwise it is looked for beside each plan
    #[arg(long, value_name = "DIRECTORY")]
    source: Option<PathBuf>,
    /// The configuration file, instead of the nearest `.trailwarden.yaml`
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(super) config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long)]
    pub(super) no_config: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Inputs")]
struct InputArguments {
    #[command(flatten)]
    given: Given,
    /// Take Terraform variables from the environment too (`TF_VAR_name`)
    #[arg(long)]
    tf_env: bool,
    /// Give a CloudFormation parameter a value
    #[arg(long, value_name = "NAME=VALUE")]
    parameter: Vec<String>,
    /// Give CloudFormation parameters the values in a file, in any of the shapes AWS's tools read
    #[arg(long, value_name = "FILE")]
    parameters: Vec<PathBuf>,
    /// The environment of a samconfig file to take parameters from, instead of `default`
    #[arg(long, value_name = "NAME", requires = "parameters")]
    config_env: Option<String>,
    /// Which inputs are open: those without a default, or all of them [default: default]
    #[arg(long, value_name = "WHICH")]
    inputs: Option<Which>,
    /// The Region, where a verdict depends on it and for the asff format
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    region: Option<String>,
    /// The account id, where a verdict depends on it and for the asff format
    #[arg(long, value_name = "12 DIGITS", value_parser = account_id)]
    account_id: Option<String>,
    /// The partition, where a verdict depends on it
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(PARTITIONS))]
    partition: Option<String>,
    /// How many combinations of inputs one verdict may explore
    #[arg(long, value_name = "COUNT", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..))]
    max_worlds: u32,
}

/// The partitions that AWS's tools know.
/// <https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json>
const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Which {
    Default,
    Any,
}

/// The lowest severity that makes the run fail; `None` when none does.
#[derive(Debug, Clone, Copy)]
pub(super) struct FailOn(pub(super) Option<Severity>);

#[derive(Debug, Args)]
#[command(next_help_heading = "Controls")]
pub(super) struct ControlArguments {
    /// Run only these controls
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(super) select: Vec<String>,
    /// Do not run these controls
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,
    /// Run the Guard rules in this file or directory too
    #[arg(long, value_name = "PATH")]
    pub(super) rules: Vec<PathBuf>,
    /// Fail CloudTrail.1 and CloudTrail.3 where there is no trail, or inputs may leave an account without one
    #[arg(long)]
    pub(super) require_trail: bool,
    /// The lowest severity whose failure ends with exit code 1; `none` when no failure does
    #[arg(long, value_name = "SEVERITY", value_parser = fail_on)]
    pub(super) fail_on: Option<FailOn>,
    /// The lowest severity that is reported
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(super) min_severity: Option<Severity>,
    /// Let an unknown verdict count as a failure
    #[arg(long)]
    pub(super) strict: bool,
    /// Instead of the report, say how each verdict of this control came about, back to the inputs
    #[arg(long, value_name = "ID")]
    trace: Option<String>,
    /// End with exit code 0 although controls failed
    #[arg(long, conflicts_with_all = ["strict", "fail_on"])]
    pub(super) exit_zero: bool,
}

fn account_id(text: &str) -> Result<String, String> {
    let is_id = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_id { Ok(text.to_owned()) } else { Err("an account id has 12 digits".to_owned()) }
}

fn glob(text: &str) -> Result<PathGlob, String> {
    PathGlob::parse(text).map_err(|error| error.message)
}

fn severity(word: &str) -> Result<Severity, String> {
    Severity::parse(word).ok_or_else(|| "one of low, medium, high, critical".to_owned())
}

fn fail_on(word: &str) -> Result<FailOn, String> {
    match severity(word) {
        Ok(lowest) => Ok(FailOn(Some(lowest))),
        Err(_) if word == "none" => Ok(FailOn(None)),
        Err(words) => Err(format!("{words}, none")),
    }
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<Ending, UsageError> {
    let directory = std::env::current_dir()
        .and_then(|directory| directory.canonicalize())
        .map_err(|cause| UsageError::new(format!("the current directory cannot be read: {cause}")))?;
    if arguments.controls.trace.is_some() && !arguments.output.prints(Format::Text) {
        return Err(UsageError::new("--trace prints text; write other formats with --output FORMAT=FILE"));
    }
    let read: Vec<PathBuf> = arguments.paths.iter().chain(&arguments.files.source).cloned().collect();
    let sources = Arc::new(Sources::new(directory.clone(), project_root(&read, &directory)));
    let mut configured = configuration(&arguments.files, &directory, &sources)?;
    let user_rules = user_rules(&arguments.controls, &configured, &sources)?;
    known_controls(&mut configured, &user_rules, &sources)?;
    let thresholds = Thresholds::of(&arguments.controls, &configured.config)?;
    let options = options(arguments, configured, user_rules, directory)?;
    let import = publish::import(&arguments.output, &options.inputs)?;
    let mut checked = check(&options, &sources).map_err(|error| UsageError::new(error.message))?;
    let root = arguments.output.source_root(&sources)?;
    let known = arguments.suppressions.baselines(&mut checked, &options, thresholds.counted(), &root)?;
    if let Some(reference) = &arguments.suppressions.diff_base {
        since::keep_changes(reference, &options, &known, &root, &mut checked)?;
    }
    checked.report.findings.retain(|finding| finding.severity >= thresholds.reported);
    publish::publish(&arguments.output, &import, &checked, &options)?;
    Ok(thresholds.ending(&checked))
}

fn options(
    arguments: &Arguments,
    configured: Configured,
    mut user_rules: Vec<UserRules>,
    working_directory: PathBuf,
) -> Result<Options, UsageError> {
    let Configured { config, directory } = &configured;
    let (paths, stdin) = standard_input(arguments)?;
    let exclude = |glob: &PathGlob, from: &Path| Exclude { glob: glob.clone(), from: from.to_owned() };
    let excluded = config.exclude.iter().map(|glob| exclude(glob, directory));
    let given = arguments.files.exclude.iter().map(|glob| exclude(glob, &working_directory));
    let rules = selected(&arguments.controls, config, &mut user_rules)?;
    Ok(Options {
        paths,
        stdin,
        source: source(&arguments.files)?,
        exclude: excluded.chain(given).collect(),
        inputs: inputs(&arguments.inputs, config)?,
        undeclared: Undeclared::Refused,
        trace: traced(&arguments.controls, &rules)?,
        rules,
        user_rules,
        max_worlds: arguments.inputs.max_worlds as usize,
        require_trail: arguments.controls.require_trail || config.require_trail,
        honour: arguments.suppressions.honour(),
        today: arguments.suppressions.today(),
        working_directory,
        configured,
    })
}

fn source(files: &FileArguments) -> Result<Option<PathBuf>, UsageError> {
    match &files.source {
        Some(path) if !path.is_dir() => {
            Err(UsageError::new(format!("--source {}: is not a directory", path.display())))
        }
        source => Ok(source.clone()),
    }
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
    variables.extend(arguments.given.0.iter().cloned());
    let files = arguments.given.0.iter().filter_map(|given| match given {
        GivenVariable::File(path) => Some(path),
        _ => None,
    });
    for path in files.chain(&arguments.parameters) {
        if !path.is_file() {
            return Err(UsageError::new(format!("{}: is not a file", path.display())));
        }
    }
    let parameters = arguments.parameter.iter().map(|text| pair("--parameter", text));
    let environment = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.to_str()?.strip_prefix("TF_VAR_")?.to_owned();
        Some((name, value.to_str()?.to_owned()))
    });
    Ok(Inputs {
        open: match (arguments.inputs, config.inputs) {
            (Some(Which::Any), _) | (None, Some(config::OpenInputs::Any)) => OpenInputs::Any,
            _ => OpenInputs::WithoutDefault,
        },
        variables,
        environment: if arguments.tf_env { environment.collect() } else { Vec::new() },
        configured_parameters: config.parameters.clone().into_iter().collect(),
        parameters: parameters.collect::<Result<_, _>>()?,
        parameter_files: arguments.parameters.clone(),
        config_env: arguments.config_env.clone(),
        region: arguments.region.clone(),
        account_id: arguments.account_id.clone(),
        partition: arguments.partition.clone(),
    })
}

/// The control to explain, which must be one of those that run.
fn traced(arguments: &ControlArguments, rules: &[&'static Rule]) -> Result<Option<&'static Rule>, UsageError> {
    let Some(word) = &arguments.trace else { return Ok(None) };
    let catalog = Catalog::builtin().map_err(|error| UsageError::new(error.to_string()))?;
    let rule = catalog.get(word).map_err(unknown_control)?;
    if rules.iter().all(|other| other.control.id != rule.control.id) {
        return Err(UsageError::new(format!("--trace {word}: --select and --ignore leave it out")));
    }
    Ok(Some(rule))
}
