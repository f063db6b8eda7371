//! Where reports go: formats to standard output and to files, and what they are printed with.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, ValueEnum};

use crate::check::{Checked, Options, graded};
use crate::finding::{FileError, Note};
use crate::model::Inputs;
use crate::report::{Color, Context, Format, Import, SarifResults, Style, Unicode, render, summary, traces};
use crate::rules::Words;
use crate::source::{FileClass, Sources};
use crate::write;

use super::{UsageError, output};

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArguments {
    /// What is printed to standard output
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = format)]
    format: Format,
    /// Write a format to a file as well; may be given several times
    #[arg(short, long, value_name = "FORMAT=FILE", value_parser = target)]
    output: Vec<(Format, PathBuf)>,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: When,
    /// When to draw with more than ASCII
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    unicode: When,
    /// The directory that paths in SARIF, GitLab and GitHub reports count from, instead of the root of the git work tree
    #[arg(long, value_name = "DIRECTORY")]
    source_root: Option<PathBuf>,
    /// List every verdict in SARIF, for readers that understand `kind` and `suppressions`: code scanning does not
    #[arg(long)]
    sarif_full: bool,
    /// When the check ran, for the asff format: RFC 3339, such as 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    time: Option<String>,
    /// Print no summary line
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

impl OutputArguments {
    /// Whether this format goes to standard output.
    pub(super) fn prints(&self, format: Format) -> bool {
        self.format == format
    }

    /// The directory that reports and baselines count paths from.
    pub(super) fn source_root(&self, sources: &Sources) -> Result<PathBuf, UsageError> {
        let Some(path) = &self.source_root else { return Ok(sources.root().to_owned()) };
        path.canonicalize().map_err(|cause| UsageError::new(format!("--source-root {}: {cause}", path.display())))
    }
}

fn format(word: &str) -> Result<Format, String> {
    word.parse()
}

fn target(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, file) = text.split_once('=').ok_or("write FORMAT=FILE, such as sarif=results.sarif")?;
    if file.is_empty() {
        return Err("the file's name is missing after `=`".to_owned());
    }
    Ok((format.parse()?, PathBuf::from(file)))
}

/// A point in time, in UTC as Security Hub writes it.
fn time(text: &str) -> Result<String, String> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|cause| format!("{cause}: write 2026-01-31T12:00:00Z"))?;
    Ok(time.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// What the asff format needs to be told. Asked for before anything is checked.
pub(super) fn import(chosen: &OutputArguments, inputs: &Inputs) -> Result<Import, UsageError> {
    let is_wanted = std::iter::once(&chosen.format).chain(chosen.output.iter().map(|(format, _)| format));
    if !is_wanted.into_iter().any(|format| *format == Format::Asff) {
        return Ok(Import::default());
    }
    let given = [("--account-id", &inputs.account_id), ("--region", &inputs.region), ("--time", &chosen.time)];
    let missing: Vec<&str> = given.iter().filter(|(_, value)| value.is_none()).map(|(option, _)| *option).collect();
    let [Some(account_id), Some(region), Some(time)] = given.map(|(_, value)| value.clone()) else {
        let message = format!("the asff format needs {}", missing.join(", "));
        let hint = "they say which account imports the findings, where, and when: --account-id 111122223333 \
                    --region eu-west-1 --time 2026-01-31T12:00:00Z";
        return Err(UsageError::new(message).with_hint(hint));
    };
    let partition = inputs.partition.clone().unwrap_or_else(|| partition(&region).to_owned());
    Ok(Import { partition, region, account_id, time })
}

/// The partition a Region is in.
/// <https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json>
fn partition(region: &str) -> &'static str {
    let prefixes = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ];
    prefixes.into_iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

/// Prints the chosen format and writes the files; every report is out before the exit code is decided.
pub(super) fn publish(
    chosen: &OutputArguments,
    import: &Import,
    checked: &Checked,
    options: &Options,
) -> Result<(), UsageError> {
    let source_root = chosen.source_root(&checked.sources)?;
    let words = Words::builtin().map_err(UsageError::new)?;
    let controls = graded(options.controls(), &checked.report.findings, &options.configured);
    let render = |format: Format, style: Style| {
        render(
            format,
            &Context {
                report: &checked.report,
                sources: &checked.sources,
                controls: &controls,
                conditions: &words.conditions,
                source_root: &source_root,
                style,
                sarif: if chosen.sarif_full { SarifResults::Everything } else { SarifResults::Failures },
                import,
            },
        )
    };
    collisions(chosen, &options.paths, checked)?;
    for (format, path) in &chosen.output {
        let plain = Style { color: Color::Never, unicode: Unicode::Always, width: 100 };
        write::whole_file(path, &render(*format, plain))
            .map_err(|cause| UsageError::new(format!("{}: cannot be written: {cause}", path.display())))?;
    }
    let printed = match options.trace {
        Some(_) => traces(&checked.report, &checked.sources),
        None => render(chosen.format, style(chosen)),
    };
    output::print(&printed)?;
    if !matches!(chosen.format, Format::Text | Format::Line) {
        // Those two show them; whoever reads another format must not miss them either.
        checked.report.errors.iter().for_each(|error| output::complain(&unread(error, checked)));
    }
    if !matches!(chosen.format, Format::Text | Format::Json) && !chosen.quiet {
        checked.report.notes.iter().for_each(|note| output::complain(&remark(note, checked)));
    }
    if !chosen.quiet {
        output::complain(&summary(&checked.report));
    }
    Ok(())
}

/// A report must neither replace another one nor a file that was checked.
fn collisions(chosen: &OutputArguments, named: &[PathBuf], checked: &Checked) -> Result<(), UsageError> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let judged = checked.report.findings.iter().map(|finding| checked.sources.file(finding.location.file));
    let judged: Vec<PathBuf> = judged.map(|file| real(&file.location)).collect();
    let named: Vec<PathBuf> = named.iter().map(|path| real(&checked.sources.absolute(path))).collect();
    let mut seen: Vec<PathBuf> = Vec::new();
    for (_, path) in &chosen.output {
        let shown = path.display();
        if path == Path::new("-") {
            return Err(UsageError::new("-o FORMAT=-: standard output is what --format prints to"));
        }
        let target = real(&checked.sources.absolute(path));
        let class = FileClass::of(&target.file_name().unwrap_or_default().to_string_lossy());
        let is_source = matches!(class, FileClass::Terraform | FileClass::TerraformJson | FileClass::Variables);
        if target.is_file() && (is_source || judged.contains(&target) || named.contains(&target)) {
            return Err(UsageError::new(format!("-o {shown}: that file was just checked, and would be replaced")));
        }
        if seen.contains(&target) {
            return Err(UsageError::new(format!("-o {shown}: two reports cannot be written to one file")));
        }
        seen.push(target);
    }
    Ok(())
}

/// A note, in one line.
fn remark(note: &Note, checked: &Checked) -> String {
    let place = note.span.map(|span| (checked.sources.file(span.file), checked.sources.position(span)));
    let place = place.map_or_else(String::new, |(file, at)| format!("{}:{}:{}: ", file.path, at.line, at.column));
    format!("note: {place}{}", note.message)
}

/// A file that could not be read, in one line.
fn unread(error: &FileError, checked: &Checked) -> String {
    let place = error.span.map(|span| checked.sources.position(span));
    let place = place.map_or_else(String::new, |at| format!(":{}:{}", at.line, at.column));
    format!("error: {}{place}: {}", error.path, error.message)
}

/// How to draw: as asked, else as the terminal and `NO_COLOR` allow.
fn style(chosen: &OutputArguments) -> Style {
    let terminal = std::io::stdout().is_terminal();
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let utf8 = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(std::env::var_os).is_some_and(|locale| {
        let locale = locale.to_string_lossy().to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    });
    let decide = |when: When, automatic: bool| match when {
        When::Auto => automatic,
        When::Always => true,
        When::Never => false,
    };
    let width = std::env::var("COLUMNS").ok().and_then(|width| width.parse().ok()).unwrap_or(100);
    Style {
        color: if decide(chosen.color, terminal && wanted) { Color::Always } else { Color::Never },
        unicode: if decide(chosen.unicode, terminal && (utf8 || cfg!(windows))) {
            Unicode::Always
        } else {
            Unicode::Never
        },
        width,
    }
}
