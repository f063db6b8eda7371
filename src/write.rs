//! The only writer of files: whole files, or none.

use std::io;
use std::path::Path;

/// Writes `text` to `path`, replacing what is there in one step, so that nobody ever reads half a file.
///
/// # Errors
/// When the directory does not exist or may not be written to.
pub fn whole_file(path: &Path, text: &str) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))?;
    let mut temporary = name.to_owned();
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = directory.join(temporary);
    std::fs::write(&temporary, text)?;
    std::fs::rename(&temporary, path).inspect_err(|_| {
        // The error that matters is the rename's.
        let _ = std::fs::remove_file(&temporary);
    })
}
