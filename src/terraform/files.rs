//! Which files of a directory are its configuration, and in which order they count.
//!
//! Knows file names only.

/// The configuration files of one directory, by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    /// Files that declare, in lexical order.
    pub primary: Vec<String>,
    /// Files that change what the others declare, in the order in which they apply.
    pub overrides: Vec<String>,
}

/// Endings of configuration files. Of two files that differ in the ending only, OpenTofu reads the `.tofu` one.
const ENDINGS: [&str; 4] = [".tofu", ".tofu.json", ".tf", ".tf.json"];

/// Sorts the names of a directory into declaring and overriding files and leaves out the rest.
/// <https://developer.hashicorp.com/terraform/language/files/override>
pub(super) fn configuration(names: &[String]) -> Files {
    let mut files = Files::default();
    for name in names {
        let Some((stem, ending)) = split(name) else { continue };
        let replaced = ending.replace(".tf", ".tofu");
        if replaced != ending && names.contains(&format!("{stem}{replaced}")) {
            continue;
        }
        let overrides = stem == "override" || stem.ends_with("_override");
        if overrides { files.overrides.push(name.clone()) } else { files.primary.push(name.clone()) }
    }
    files
}

/// Whether a file of this name belongs to a module.
#[must_use]
pub fn is_configuration(name: &str) -> bool {
    split(name).is_some()
}

/// Files of variable values that are read without being named, in the order in which they count: the last wins.
/// <https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence>
pub(super) fn automatic_values(names: &[String]) -> Vec<String> {
    let standard = ["terraform.tfvars", "terraform.tfvars.json"].into_iter().map(str::to_owned);
    let present = standard.filter(|name| names.contains(name));
    let automatic = names.iter().filter(|name| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json"));
    // Unlike configuration, hidden ones are read too.
    let mut automatic: Vec<String> = automatic.cloned().collect();
    automatic.sort();
    present.chain(automatic).collect()
}

fn split(name: &str) -> Option<(&str, &str)> {
    if is_ignored(name) {
        return None;
    }
    ENDINGS.iter().find_map(|ending| Some((name.strip_suffix(ending)?, *ending)))
}

/// Hidden files and editors' backups, which Terraform skips too.
fn is_ignored(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn overrides_come_apart_and_tofu_replaces_tf() {
        let found = configuration(&names(&[
            ".hidden.tf",
            "a.tf",
            "a.tofu",
            "b.tf.json",
            "main.tf~",
            "override.tf",
            "x_override.tf.json",
            "readme.md",
        ]));
        assert_eq!(found.primary, ["a.tofu", "b.tf.json"]);
        assert_eq!(found.overrides, ["override.tf", "x_override.tf.json"]);
    }

    #[test]
    fn values_are_read_in_terraforms_order() {
        let found = automatic_values(&names(&[
            ".hidden.auto.tfvars",
            "a.auto.tfvars",
            "a.auto.tfvars.json",
            "b.auto.tfvars",
            "b.auto.tfvars~",
            "other.tfvars",
            "terraform.tfvars",
            "terraform.tfvars.json",
        ]));
        assert_eq!(
            found,
            [
                "terraform.tfvars",
                "terraform.tfvars.json",
                ".hidden.auto.tfvars",
                "a.auto.tfvars",
                "a.auto.tfvars.json",
                "b.auto.tfvars"
            ]
        );
    }
}
