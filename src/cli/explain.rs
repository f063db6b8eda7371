//! `trailwarden explain CloudTrail.6` and `trailwarden rules`.

use std::fmt::Write as _;

use crate::rules::Catalog;

use super::{Ending, UsageError, output, unknown_control};

/// Prints the page of one control.
pub(super) fn page(control: &str) -> Result<Ending, UsageError> {
    let catalog = Catalog::builtin().map_err(|error| UsageError::new(error.to_string()))?;
    let rule = catalog.get(control).map_err(unknown_control)?;
    let control = &rule.control;
    let mut page =
        format!("# {}: {}\n\nSeverity: {}\n{}\n\n", control.id, control.title, control.severity.as_str(), control.url);
    page += control.page.trim_end();
    if !rule.parameters.is_empty() {
        page += "\n\n## Parameters\n\nGiven in `.trailwarden.yaml`; `*` stands for any characters.\n\n";
    }
    for (name, parameter) in &rule.parameters {
        let _ = writeln!(page, "* `{name}`: the trail {}", parameter.meaning);
    }
    page += "\n\n## Related requirements\n\n";
    for (framework, numbers) in &control.requirements {
        let _ = writeln!(page, "* {framework}: {}", numbers.join(", "));
    }
    output::print(&page)?;
    Ok(Ending::Clean)
}

/// Prints every control with its severity and title.
pub(super) fn table() -> Result<Ending, UsageError> {
    let catalog = Catalog::builtin().map_err(|error| UsageError::new(error.to_string()))?;
    let mut table = String::new();
    for rule in catalog.rules() {
        let control = &rule.control;
        let _ = writeln!(table, "{:<13} {:<9} {}", control.id, control.severity.as_str(), control.title);
    }
    output::print(&table)?;
    Ok(Ending::Clean)
}
