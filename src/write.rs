//! The only writer of files: whole files, or none.

use std::io;
use std::path::Path;

/// Writes `text` to `path`, replacing what is there in one step, so that nobody ever reads half a file. A symlink is
/// followed, a file keeps its permissions, and what is no regular file (a pipe, a terminal) is written to as it stands.
///
/// # Errors
/// When the directory does not exist or may not be written to.
pub fn whole_file(path: &Path, text: &str) -> io::Result<()> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let existing = target.metadata().ok();
    if existing.as_ref().is_some_and(|metadata| !metadata.is_file()) {
        return std::fs::write(&target, text);
    }
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = target.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))?;
    let mut temporary = name.to_owned();
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = directory.join(temporary);
    let written = std::fs::write(&temporary, text).and_then(|()| match existing {
        Some(metadata) => std::fs::set_permissions(&temporary, metadata.permissions()),
        None => Ok(()),
    });
    written.and_then(|()| std::fs::rename(&temporary, &target)).inspect_err(|_| {
        // The error that matters is the one before.
        let _ = std::fs::remove_file(&temporary);
    })
}

/// Writes `text` to a file that is not there yet, with the directories on the way. Gives whether it did: what exists, be
/// it a dangling symlink, is not touched.
///
/// # Errors
/// When a directory cannot be made or written to.
pub fn new_file(path: &Path, text: &str) -> io::Result<bool> {
    if path.symlink_metadata().is_ok() {
        return Ok(false);
    }
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    whole_file(path, text)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::{new_file, whole_file};

    #[test]
    fn a_new_file_replaces_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/b/new");
        assert!(new_file(&path, "first").unwrap());
        assert!(!new_file(&path, "second").unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first");
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report.json");
        whole_file(&path, "first").unwrap();
        whole_file(&path, "second").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_symlink_is_followed() {
        let directory = tempfile::tempdir().unwrap();
        let [real, link] = ["real", "link"].map(|name| directory.path().join(name));
        std::fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        whole_file(&link, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&real).unwrap(), "new");
        assert!(link.is_symlink());
    }
}
