//! A finding's identity, which survives edits elsewhere in the file.

use sha2::{Digest, Sha256};

/// The same for the same defect whatever lines move: SHA-256 over control, path, resource, attribute and, where all of
/// those are equal, a running number. Hexadecimal.
#[must_use]
pub fn fingerprint(control: &str, path: &str, resource: &str, attribute: &str, ordinal: usize) -> String {
    let identity = [control, path, resource, attribute, &ordinal.to_string()].join("\u{0}");
    format!("{:x}", Sha256::digest(identity.as_bytes()))
}
