//! The files of a commit, by way of `git`: written to a directory, without touching the repository, its index or its
//! work tree.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Writes the tree of the commit that `reference` names in the repository of `work_tree` to `directory`, which exists.
///
/// # Errors
/// One sentence: there is no `git`, no repository, no such commit, or the files cannot be written.
pub fn write_commit(work_tree: &Path, reference: &str, directory: &Path) -> Result<(), String> {
    // An index of its own: the repository's stays as it is. (`git-checkout-index` runs no hooks.)
    let index = directory.join(".git-index");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(work_tree).env("GIT_INDEX_FILE", &index).env("LC_ALL", "C").stdin(Stdio::null());
        // Large files stay pointers: fetching them would need the network.
        command.args(["-c", "filter.lfs.smudge=", "-c", "filter.lfs.process=", "-c", "filter.lfs.required=false"]);
        command.args(arguments).output().map_err(|cause| format!("git cannot be run: {cause}"))
    };
    let inside = git(&["rev-parse", "--is-inside-work-tree"])?;
    if !inside.status.success() {
        return Err(outside(&inside, work_tree));
    }
    let commit = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{reference}^{{commit}}")])?;
    if !commit.status.success() {
        return Err("no commit has this name here (in a shallow clone it may have to be fetched)".to_owned());
    }
    let commit = String::from_utf8_lossy(&commit.stdout).trim().to_owned();
    done(&git(&["read-tree", &commit])?)?;
    // The prefix is put before every path as it is, so it ends with a slash; git takes forward ones everywhere.
    let prefix = format!("--prefix={}/", directory.to_string_lossy().replace('\\', "/"));
    done(&git(&["checkout-index", "--all", "--force", "--quiet", &prefix])?)?;
    std::fs::remove_file(&index).map_err(|cause| format!("{}: {cause}", index.display()))
}

/// Why git sees no work tree: there is none, or it belongs to somebody else, as in most containers.
/// <https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory>
fn outside(output: &Output, work_tree: &Path) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("not a git repository") {
        return format!("{} is not in a git work tree", work_tree.display());
    }
    if said.contains("dubious ownership") {
        let path = work_tree.display();
        return format!("{path} belongs to another user: `git config --global --add safe.directory {path}` trusts it");
    }
    format!("git: {}", said.lines().next().unwrap_or("failed without a word"))
}

fn done(output: &Output) -> Result<(), String> {
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("git: {}", said.lines().next().unwrap_or("failed without a word")))
}
