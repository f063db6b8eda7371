//! `trailwarden explain CloudTrail.6` and `trailwarden rules`.

use std::fmt::Write as _;

use crate::rules::catalog;

use super::{Ending, UsageError, output};

/// Prints the page of one control.
pub(super) fn page(control: &str) -> Result<Ending, UsageError> {
    let catalog = catalog::builtin().map_err(|error| UsageError::new(error.to_string()))?;
    let rule = catalog.find(control).map_err(|error| UsageError::new(error.message).with_hint(error.hint))?;
    output::print(&rule.control.page)?;
    Ok(Ending::Clean)
}

/// Prints every control with its severity and title.
pub(super) fn table() -> Result<Ending, UsageError> {
    let catalog = catalog::builtin().map_err(|error| UsageError::new(error.to_string()))?;
    let mut table = String::new();
    for rule in catalog.rules() {
        let control = &rule.control;
        let _ = writeln!(table, "{:<13} {:<9} {}", control.id, control.severity.as_str(), control.title);
    }
    output::print(&table)?;
    Ok(Ending::Clean)
}
