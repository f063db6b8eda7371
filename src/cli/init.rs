//! `trailwarden init`: a starting configuration, hook and workflow. Nothing that exists is touched.

use std::path::{Path, PathBuf};

use crate::config::FILE_NAME;
use crate::source::{project_root, relative};
use crate::write;

use super::{Ending, UsageError, output};

/// Runs the command: the configuration is for the current directory, the others for the repository that holds it.
pub(super) fn run() -> Result<Ending, UsageError> {
    let directory = std::env::current_dir()
        .and_then(|directory| directory.canonicalize())
        .map_err(|cause| UsageError::new(format!("the current directory cannot be read: {cause}")))?;
    let root = project_root(&[".".into()], &directory);
    let below = relative(&directory, &root);
    let configuration = (directory.join(FILE_NAME), include_str!("init/configuration.yaml"));
    let hook = (root.join(".pre-commit-config.yaml"), include_str!("init/hook.yaml"));
    let workflow = (workflow(&root.join(".github/workflows")), include_str!("init/workflow.yml"));
    for (path, text) in [configuration, hook, workflow] {
        let name = relative(&path, &directory);
        let text = about(text, &below);
        let written = write::new_file(&path, &text)
            .map_err(|cause| UsageError::new(format!("{name}: cannot be written: {cause}")))?;
        output::print(&if written {
            format!("wrote {name}\n")
        } else {
            format!("kept {name}, which exists; what would stand there:\n\n{}\n", indented(&text))
        })?;
    }
    Ok(Ending::Clean)
}

/// The workflow's file; GitHub reads both of YAML's extensions.
fn workflow(directory: &Path) -> PathBuf {
    let long = directory.join("trailwarden.yaml");
    if long.is_file() { long } else { directory.join("trailwarden.yml") }
}

/// A file's text for a directory of the repository: what is about that directory is left out where it is the root.
fn about(text: &str, directory: &str) -> String {
    // JSON's strings are YAML's too.
    let quoted = |path: &Path| serde_json::to_string(&path.to_string_lossy().replace('\\', "/")).unwrap_or_default();
    let configuration = format!("{directory}/{FILE_NAME}");
    let kept = text.lines().filter(|line| directory != "." || !line.contains("{directory}"));
    kept.map(|line| line.to_owned() + "\n")
        .collect::<String>()
        .replace("{version}", env!("CARGO_PKG_VERSION"))
        .replace("{directory}", &quoted(Path::new(directory)))
        .replace("{configuration}", &quoted(Path::new(&configuration)))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect()
}
