//! The configuration of a run, checked against the controls there are.

use std::path::Path;

use crate::config::{ConfigError, Configured};
use crate::rules::Catalog;
use crate::source::Sources;

use super::UsageError;
use super::check::FileArguments;

/// The configuration that the command line names, or the nearest one.
pub(super) fn configuration(
    files: &FileArguments,
    directory: &Path,
    sources: &Sources,
) -> Result<Configured, UsageError> {
    let read = match &files.config {
        _ if files.no_config => Ok(Configured::none(sources.root())),
        Some(path) => Configured::read(path, sources),
        None => Configured::nearest(directory, sources),
    };
    read.and_then(|configured| known_controls(configured, sources))
        .map_err(|error| UsageError::new(error.to_string()).with_hint("docs/configuration.md has the whole schema"))
}

/// An id that no control has is an error where it stands.
fn known_controls(configured: Configured, sources: &Sources) -> Result<Configured, ConfigError> {
    if let Ok(catalog) = Catalog::builtin() {
        for id in configured.config.control_ids() {
            catalog.get(id).map_err(|unknown| ConfigError::at(id.span, unknown.to_string(), sources))?;
        }
        for setting in &configured.config.controls {
            if let Some((name, value)) = setting.parameters.iter().next() {
                let message = format!("the control has no parameter `{name}`");
                return Err(ConfigError::at(value.span, message, sources));
            }
        }
    }
    Ok(configured)
}
