//! Which controls a run is about: the built-in ones and the rules that users bring.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::config::{At, Config, ConfigError, Configured};
use crate::rules::catalog::UnknownControl;
use crate::rules::{self, Catalog, Holds, Rule, UserRules};
use crate::source::Sources;

use super::check::ControlArguments;
use super::{UsageError, unknown_control};

/// The rules that users bring: the configuration's and the command line's.
pub(super) fn user_rules(
    arguments: &ControlArguments,
    configured: &Configured,
    sources: &Sources,
) -> Result<Vec<UserRules>, UsageError> {
    let from_file = configured.config.rules.iter().map(|path| configured.directory.join(&path.value));
    let paths: Vec<PathBuf> = from_file.chain(arguments.rules.iter().cloned()).collect();
    rules::load(&paths, sources).map_err(UsageError::new)
}

/// An id that no control has is an error where it stands.
pub(super) fn known_controls(
    configured: &Configured,
    user_rules: &[UserRules],
    sources: &Sources,
) -> Result<(), ConfigError> {
    for id in configured.config.control_ids() {
        control_id(&id.value, user_rules).map_err(|unknown| ConfigError::at(id.span, unknown.to_string(), sources))?;
    }
    Ok(())
}

/// The id as its control has it.
fn control_id<'a>(word: &'a str, user_rules: &[UserRules]) -> Result<&'a str, UnknownControl> {
    let is_user_rule = user_rules.iter().any(|rules| rules.file.rules.iter().any(|name| name == word));
    match Catalog::builtin() {
        Ok(catalog) if !is_user_rule => catalog.get(word).map(|rule| rule.control.id.as_str()),
        _ => Ok(word),
    }
}

/// The controls to run; the rules of users that are not to run are taken out of their files. An id nobody knows is an error,
/// never silently nothing.
pub(super) fn selected(
    arguments: &ControlArguments,
    config: &Config,
    user_rules: &mut Vec<UserRules>,
) -> Result<Vec<&'static Rule>, UsageError> {
    let catalog = Catalog::builtin().map_err(|error| UsageError::new(error.to_string()))?;
    let ids = |words: Vec<String>| -> Result<BTreeSet<String>, UsageError> {
        let found = words.iter().map(|word| control_id(word, user_rules).map(str::to_owned).map_err(unknown_control));
        found.collect()
    };
    let configured = |ids: &[At<String>]| -> Vec<String> { ids.iter().map(|id| id.value.clone()).collect() };
    let select = ids(if arguments.select.is_empty() { configured(&config.select) } else { arguments.select.clone() })?;
    let ignore = ids([configured(&config.ignore), arguments.ignore.clone()].concat())?;
    let runs = |id: &str| (select.is_empty() || select.contains(id)) && !ignore.contains(id);
    let rules: Vec<&'static Rule> = catalog.rules().iter().filter(|rule| runs(&rule.control.id)).collect();
    for file in user_rules.iter_mut() {
        file.controls.retain(|control| runs(&control.id));
    }
    user_rules.retain(|file| !file.controls.is_empty());
    if rules.is_empty() && user_rules.is_empty() {
        return Err(UsageError::new("--select and --ignore leave no control to run"));
    }
    if arguments.require_trail && !rules.iter().any(|rule| rule.holds == Holds::Any) {
        return Err(UsageError::new("--require-trail needs CloudTrail.1 or CloudTrail.3 among the controls"));
    }
    Ok(rules)
}
