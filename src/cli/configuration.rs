//! The configuration of a run, checked against the controls there are.

use std::path::Path;

use crate::config::{ConfigError, Configured};
use crate::rules::{Catalog, UserRules};
use crate::source::Sources;

use super::UsageError;
use super::check::FileArguments;
use super::controls::control_id;

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
    read.map_err(|error| misconfigured(&error))
}

/// Spells every id as its control does. An id that no control has, and a parameter that its control has not, is an error
/// where it stands.
pub(super) fn known_controls(
    configured: &mut Configured,
    user_rules: &[UserRules],
    sources: &Sources,
) -> Result<(), UsageError> {
    let refuse = |span, message: String| Err(misconfigured(&ConfigError::at(span, message, sources)));
    for id in configured.config.control_ids() {
        match control_id(&id.value, user_rules) {
            Ok(spelled) => id.value = spelled.to_owned(),
            Err(unknown) => return refuse(id.span, unknown.to_string()),
        }
    }
    let settings = &configured.config.controls;
    let given = settings.iter().flat_map(|setting| setting.control.0.iter().map(move |id| (id, &setting.parameters)));
    for (id, (name, _)) in given.flat_map(|(id, parameters)| parameters.0.iter().map(move |given| (id, given))) {
        let known = match Catalog::builtin().map(|catalog| catalog.get(&id.value)) {
            Ok(Ok(rule)) => rule.parameter(name).map(|_| ()).map_err(|unknown| unknown.to_string()),
            _ => Err(format!("{} is a rule of your own, which has no parameters", id.value)),
        };
        if let Err(message) = known {
            return refuse(name.span, message);
        }
    }
    Ok(())
}

fn misconfigured(error: &ConfigError) -> UsageError {
    UsageError::new(error.to_string()).with_hint("docs/configuration.md has the whole schema")
}
