//! `.trailwarden.yaml`: what a repository says about its runs. Command-line options win over it.
//!
//! ```text
//! file ─▶ syntax::yaml ─▶ Node ─▶ decode (serde, with places) ─▶ schema::Config
//! ```
//!
//! Knows the shape of the file. Does not know which controls there are: ids are checked by whoever has the catalog.

mod at;
mod decode;
mod schema;
#[cfg(test)]
mod tests;
mod words;

use std::path::{Path, PathBuf};

pub use at::At;
pub use schema::{
    Account, BlockFlag, Config, ControlSetting, FailOn, KnownBucket, OpenInputs, PublicAccessBlock, Severity,
    SuppressionRule, Whereabouts,
};
pub use words::{ControlIds, ControlParameters, Date, Openness};

use crate::source::{FileId, PathGlob, Sources, Span, relative};
use crate::syntax::{NodeKind, yaml};

/// The file's name, looked for from the working directory up to the project root.
pub const FILE_NAME: &str = ".trailwarden.yaml";

/// What it is called by mistake. Nobody should believe it to be in force.
const MISNAMED: &str = ".trailwarden.yml";

/// A configuration and where it came from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Configured {
    /// What it says.
    pub config: Config,
    /// The directory its paths count from; absolute. Where there is no file, the project root.
    pub directory: PathBuf,
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file, as reports print it.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// Where, unless the file could not be read.
    place: Option<Place>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    line: usize,
    column: usize,
    text: String,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(Place { line, column, text }) = &self.place else {
            return write!(out, "{}: {}", self.path, self.message);
        };
        // A tab stays a tab, so that the caret stands below its character however wide tabs are.
        let blank = |character: char| if character == '\t' { '\t' } else { ' ' };
        let indent: String = text.chars().take(column - 1).map(blank).collect();
        write!(out, "{}:{line}:{column}: {}\n  {text}\n  {indent}^", self.path, self.message)
    }
}

impl std::error::Error for ConfigError {}

impl ConfigError {
    /// An error at a place of a configuration that was read into `sources`.
    #[must_use]
    pub fn at(span: Span, message: impl Into<String>, sources: &Sources) -> Self {
        let file = sources.file(span.file);
        let position = sources.position(span);
        let text = file.text.lines().nth(position.line.saturating_sub(1)).unwrap_or_default().to_owned();
        let place = Place { line: position.line, column: position.column.max(1), text };
        Self { path: file.path.clone(), message: message.into(), place: Some(place) }
    }
}

impl Configured {
    /// The empty configuration of a project.
    #[must_use]
    pub fn none(root: &Path) -> Self {
        Self { config: Config::default(), directory: root.to_owned() }
    }

    /// Reads the nearest configuration from `directory` up to the project root; the empty one where there is none.
    ///
    /// # Errors
    /// When the file cannot be read or says something that is not in the schema.
    pub fn nearest(directory: &Path, sources: &Sources) -> Result<Self, ConfigError> {
        let root = sources.root();
        for ancestor in directory.ancestors().take_while(|ancestor| ancestor.starts_with(root)) {
            let (path, misnamed) = (ancestor.join(FILE_NAME), ancestor.join(MISNAMED));
            if path.is_file() {
                return Self::read(&path, sources);
            }
            if misnamed.is_file() {
                let message = format!("is not read: the configuration is called {FILE_NAME}");
                return Err(ConfigError { path: relative(&misnamed, directory), message, place: None });
            }
        }
        Ok(Self::none(root))
    }

    /// Reads one configuration file, wherever it lies.
    ///
    /// # Errors
    /// As [`Configured::nearest`].
    pub fn read(path: &Path, sources: &Sources) -> Result<Self, ConfigError> {
        let file = sources.read_configuration(path).map_err(|error| ConfigError {
            path: error.path,
            message: error.message,
            place: None,
        })?;
        let location = sources.file(file).location.clone();
        let directory = location.parent().map_or_else(|| sources.root().to_owned(), Path::to_owned);
        // Paths of files are free of symlinks too.
        let directory = directory.canonicalize().unwrap_or(directory);
        Ok(Self { config: parse(file, sources)?, directory })
    }

    /// Whether one of `globs` speaks about a path; no glob at all speaks about every path.
    #[must_use]
    pub fn covers(&self, globs: &[PathGlob], path: &Path) -> bool {
        let path = relative(path, &self.directory);
        globs.is_empty() || globs.iter().any(|glob| glob.covers(&path))
    }
}

impl Config {
    /// Every control's id that the file names, to be checked and spelled by whoever knows the controls.
    pub fn control_ids(&mut self) -> impl Iterator<Item = &mut At<String>> {
        let settings = self.controls.iter_mut().flat_map(|setting| &mut setting.control.0);
        let suppressions = self.suppressions.iter_mut().flat_map(|rule| &mut rule.value.control.0);
        self.select.iter_mut().chain(&mut self.ignore).chain(settings).chain(suppressions)
    }
}

fn parse(file: FileId, sources: &Sources) -> Result<Config, ConfigError> {
    let parsed = yaml::parse(file, &sources.file(file).text);
    if let Some(problem) = parsed.problems.first() {
        return Err(ConfigError::at(problem.span, problem.message.clone(), sources));
    }
    if let Some(second) = parsed.documents.get(1) {
        return Err(ConfigError::at(second.span, "a configuration is one document", sources));
    }
    // A file of comments is the empty configuration.
    let Some(document) = parsed.documents.first() else { return Ok(Config::default()) };
    if let NodeKind::Mapping(_) | NodeKind::Scalar(_) = &document.kind {
        let config = decode::decode(document);
        return config.map_err(|error| ConfigError::at(error.span.unwrap_or(document.span), error.message, sources));
    }
    Err(ConfigError::at(document.span, "a configuration is a mapping", sources))
}
