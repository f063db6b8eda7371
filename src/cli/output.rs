//! Standard output and standard error, written whole. A reader that has gone away ends the printing quietly.

use std::io::{ErrorKind, Write};

use super::UsageError;

/// Prints to standard output.
pub(super) fn print(text: &str) -> Result<(), UsageError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => {
            Err(UsageError::new(format!("cannot write to standard output: {cause}")))
        }
        _ => Ok(()),
    }
}

/// Prints one line to standard error. There is nobody to tell when that fails.
pub(super) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
