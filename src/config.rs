//! `.trailwarden.yaml`: what a repository says about its runs. Command-line options win over it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The file's name, looked for from the working directory up to the project root.
pub const FILE_NAME: &str = ".trailwarden.yaml";

/// The whole schema.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// Globs of paths that are not read.
    pub exclude: Vec<String>,
    /// Controls to run; all of them when absent.
    pub select: Vec<String>,
    /// Controls not to run.
    pub ignore: Vec<String>,
    /// The lowest severity whose failure makes the run fail.
    pub fail_on: Option<String>,
    /// The lowest severity that is reported.
    pub min_severity: Option<String>,
    /// Whether an account without any trail fails CloudTrail.1 and CloudTrail.3.
    pub require_trail: bool,
    /// Whether an unknown verdict makes the run fail.
    pub strict: bool,
    /// Terraform variables.
    pub variables: std::collections::BTreeMap<String, serde_yaml::Value>,
    /// CloudFormation parameters.
    pub parameters: std::collections::BTreeMap<String, String>,
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub message: String,
    /// The line and column it stands at, both from 1.
    pub place: Option<(usize, usize)>,
    /// The line's text.
    pub line: Option<String>,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.path.display())?;
        if let Some((line, column)) = self.place {
            write!(out, ":{line}:{column}")?;
        }
        write!(out, ": {}", self.message)?;
        if let (Some((_, column)), Some(line)) = (self.place, &self.line) {
            write!(out, "\n  {line}\n  {}^", " ".repeat(column.saturating_sub(1)))?;
        }
        Ok(())
    }
}

impl Config {
    /// Reads the nearest configuration from `directory` up to `root`; the empty one where there is none.
    ///
    /// # Errors
    /// When the file cannot be read or says something that is not in the schema.
    pub fn nearest(directory: &Path, root: &Path) -> Result<Self, ConfigError> {
        let inside = directory.ancestors().take_while(|ancestor| ancestor.starts_with(root));
        let found = inside.map(|ancestor| ancestor.join(FILE_NAME)).find(|path| path.is_file());
        found.map_or_else(|| Ok(Self::default()), |path| Self::read(&path))
    }

    /// Reads one configuration file.
    ///
    /// # Errors
    /// As [`Config::nearest`].
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let error = |message: String| ConfigError { path: path.to_owned(), message, place: None, line: None };
        let text = std::fs::read_to_string(path).map_err(|cause| error(format!("cannot be read: {cause}")))?;
        Self::parse(&text).map_err(|cause| {
            let place = cause.location().map(|place| (place.line(), place.column()));
            let line = place.and_then(|(line, _)| text.lines().nth(line.saturating_sub(1))).map(str::to_owned);
            let message = cause.to_string();
            let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
            ConfigError { place, line, ..error(message) }
        })
    }

    fn parse(text: &str) -> Result<Self, serde_yaml::Error> {
        // An empty file is an empty configuration, not a null where a map is wanted.
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Self::default());
        }
        serde_yaml::from_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_named_with_its_place() {
        let error = Config::parse("exclude: [a]\nexlude: [b]\n").unwrap_err();
        assert!(error.to_string().contains("exlude"), "{error}");
        assert_eq!(error.location().map(|place| place.line()), Some(2));
    }

    #[test]
    fn an_empty_file_is_the_empty_configuration() {
        assert_eq!(Config::parse("# nothing\n").unwrap(), Config::default());
    }
}
