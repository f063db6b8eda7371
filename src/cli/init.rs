//! `trailwarden init`: a starting configuration, hook and workflow. Nothing that exists is touched.

use std::path::Path;

use crate::write;

use super::{Ending, UsageError, output};

/// The files, with their texts.
const FILES: [(&str, &str); 3] = [
    (crate::config::FILE_NAME, include_str!("init/configuration.yaml")),
    (".pre-commit-config.yaml", include_str!("init/hook.yaml")),
    (".github/workflows/trailwarden.yml", include_str!("init/workflow.yml")),
];

/// Runs the command in the current directory.
pub(super) fn run() -> Result<Ending, UsageError> {
    for (name, text) in FILES {
        let text = text.replace("{version}", env!("CARGO_PKG_VERSION"));
        let written = write::new_file(Path::new(name), &text)
            .map_err(|cause| UsageError::new(format!("{name}: cannot be written: {cause}")))?;
        output::print(&if written {
            format!("wrote {name}\n")
        } else {
            format!("kept {name}, which exists; what would stand there:\n\n{}\n", indented(&text))
        })?;
    }
    Ok(Ending::Clean)
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect()
}
