//! What `terraform init` noted about the modules it fetched, in `.terraform/modules/modules.json`.
//!
//! Knows the note and the text of a module source and a version constraint; knows no module.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::source::Sources;

use super::module::normalize;

/// A module that `terraform init` fetched.
#[derive(Debug)]
pub(super) struct Installed {
    /// Where it is.
    pub directory: PathBuf,
    source: Option<String>,
    version: Option<String>,
}

/// The fetched modules by the dotted path of their call: `{"Modules": [{"Key": "a.b", "Dir": "…"}]}`.
pub(super) fn installed(sources: &Sources, root: &Path) -> HashMap<String, Installed> {
    let path = root.join(".terraform/modules/modules.json");
    let Ok(file) = sources.read(&path) else { return HashMap::new() };
    let Ok(json) = serde_json::from_str::<serde_json::Value>(&sources.file(file).text) else {
        return HashMap::new();
    };
    let entries = json.get("Modules").and_then(serde_json::Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |entry: &serde_json::Value, key: &str| entry.get(key)?.as_str().map(str::to_owned);
    let module = |entry: &serde_json::Value| {
        let directory = normalize(&root.join(text(entry, "Dir")?));
        let (source, version) = (text(entry, "Source"), text(entry, "Version"));
        Some((text(entry, "Key")?, Installed { directory, source, version }))
    };
    entries.iter().filter_map(module).collect()
}

impl Installed {
    /// What was fetched, where that is not what the call asks for: Terraform wants to be initialized again then.
    pub fn mismatch(&self, source: &str, constraint: Option<&str>) -> Option<String> {
        if let Some(fetched) = self.source.as_deref().filter(|fetched| plain(fetched) != plain(source)) {
            return Some(fetched.to_owned());
        }
        match (constraint, &self.version) {
            (Some(constraint), Some(version)) if !allows(constraint, version) => Some(format!("version {version}")),
            _ => None,
        }
    }
}

/// A source without what its short forms leave out and `terraform init` adds.
/// <https://developer.hashicorp.com/terraform/language/modules/sources>
fn plain(source: &str) -> String {
    let mut rest = source;
    let prefixes =
        ["git::", "s3::", "gcs::", "https://", "ssh://", "git@", "registry.terraform.io/", "registry.opentofu.org/"];
    while let Some(shorter) = prefixes.iter().find_map(|prefix| rest.strip_prefix(prefix)) {
        rest = shorter;
    }
    path_of_bucket(rest).replacen(".git", "", 1).replacen(':', "/", 1)
}

/// The address of an object in a bucket with the bucket in its path, where `terraform init` puts it.
fn path_of_bucket(address: &str) -> String {
    match address.split_once('.') {
        Some((bucket, rest)) if rest.starts_with("s3") && !bucket.contains('/') => match rest.split_once('/') {
            Some((host, key)) if host.ends_with(".amazonaws.com") => format!("{host}/{bucket}/{key}"),
            _ => address.to_owned(),
        },
        _ => address.to_owned(),
    }
}

/// Whether a version meets every condition of a constraint; what cannot be read is met.
/// <https://developer.hashicorp.com/terraform/language/expressions/version-constraints>
fn allows(constraint: &str, version: &str) -> bool {
    let Some(version) = numbers(version) else { return true };
    constraint.split(',').all(|condition| {
        let condition = condition.trim();
        let wanted = condition.trim_start_matches(['=', '!', '<', '>', '~']);
        let operator = condition.strip_suffix(wanted).unwrap_or_default();
        let Some(bound) = numbers(wanted) else { return true };
        match operator {
            "!=" => version != bound,
            ">" => version > bound,
            ">=" => version >= bound,
            "<" => version < bound,
            "<=" => version <= bound,
            "~>" => {
                let fixed = wanted.split('.').count().saturating_sub(1).max(1);
                version >= bound && version.iter().zip(&bound).take(fixed).all(|(one, other)| one == other)
            }
            _ => version == bound,
        }
    })
}

/// The three numbers of a version; `None` for what is no release.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let mut numbers = [0; 3];
    let mut parts = version.trim().trim_start_matches('v').split('.');
    for number in &mut numbers {
        match parts.next() {
            Some(part) => *number = part.parse().ok()?,
            None => break,
        }
    }
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraint_is_a_list_of_conditions() {
        for (constraint, version, met) in [
            ("1.2.3", "1.2.3", true),
            ("= 1.2", "1.2.0", true),
            ("1.2.3", "1.2.4", false),
            ("!= 1.2.3", "1.2.3", false),
            (">= 1.0, < 2.0", "1.9.9", true),
            (">= 1.0, < 2.0", "2.0.0", false),
            ("~> 1.2", "1.9.0", true),
            ("~> 1.2", "2.0.0", false),
            ("~> 1.2.3", "1.2.9", true),
            ("~> 1.2.3", "1.3.0", false),
            ("~> 2", "2.4.0", true),
            (">=3", "2.9.9", false),
            ("1.0.0-beta", "1.0.0", true),
        ] {
            assert_eq!(allows(constraint, version), met, "{constraint} of {version}");
        }
    }

    #[test]
    fn short_and_full_sources_are_the_same() {
        for (written, noted) in [
            ("acme/trail/aws", "registry.terraform.io/acme/trail/aws"),
            ("acme/trail/aws//modules/org", "registry.opentofu.org/acme/trail/aws//modules/org"),
            ("github.com/acme/trail", "git::https://github.com/acme/trail.git"),
            ("github.com/acme/trail//org?ref=v1", "git::https://github.com/acme/trail.git//org?ref=v1"),
            ("git@github.com:acme/trail.git", "git::ssh://git@github.com/acme/trail.git"),
            ("s3.amazonaws.com/acme/trail.zip", "s3::https://s3.amazonaws.com/acme/trail.zip"),
            ("acme.s3.amazonaws.com/trail.zip", "s3::https://s3.amazonaws.com/acme/trail.zip"),
            ("acme.s3-eu-west-1.amazonaws.com/trail.zip", "s3::https://s3-eu-west-1.amazonaws.com/acme/trail.zip"),
            (
                "www.googleapis.com/storage/v1/acme/trail.zip",
                "gcs::https://www.googleapis.com/storage/v1/acme/trail.zip",
            ),
            ("git::ssh://git@example.com/trail.git", "git::ssh://git@example.com/trail.git"),
        ] {
            assert_eq!(plain(written), plain(noted));
        }
        assert_ne!(plain("git::https://x.com/t.git?ref=v2"), plain("git::https://x.com/t.git?ref=v1"));
    }
}
