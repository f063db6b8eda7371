//! The laws of ARCHITECTURE.md: who may import whom, which crate is named where, and that nothing can reach a network.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// For each room of `src`, the rooms it may import.
fn allowed() -> BTreeMap<&'static str, Vec<&'static str>> {
    let front_end = vec!["source", "syntax", "value", "finding", "model"];
    BTreeMap::from([
        ("source", vec![]),
        ("value", vec!["source"]),
        ("syntax", vec!["source", "value"]),
        ("finding", vec!["source", "value"]),
        ("model", vec!["source", "value", "finding"]),
        ("terraform", front_end.clone()),
        ("cloudformation", front_end.clone()),
        ("plan", front_end),
        ("iam", vec!["source", "value", "syntax", "model"]),
        ("facts", vec!["source", "value", "model", "iam", "finding"]),
        ("rules", vec!["source", "value", "finding", "model", "facts", "iam"]),
        ("explore", vec!["value", "finding"]),
        ("judge", vec!["source", "value", "finding", "model", "rules", "explore"]),
        ("report", vec!["finding", "source", "value"]),
        ("write", vec![]),
        ("config", vec!["source", "syntax", "finding"]),
        ("baseline", vec!["source", "finding"]),
        ("suppress", vec!["source", "syntax", "finding", "config", "rules"]),
        (
            "check",
            vec![
                "source",
                "syntax",
                "value",
                "finding",
                "model",
                "terraform",
                "cloudformation",
                "plan",
                "rules",
                "explore",
                "judge",
                "config",
                "suppress",
            ],
        ),
        (
            "cli",
            vec![
                "source", "finding", "model", "rules", "explore", "check", "config", "suppress", "baseline", "report",
                "write",
            ],
        ),
    ])
}

/// Crates that one file alone may name.
const FENCED: [(&str, &str); 6] = [
    ("cfn_guard", "src/rules/guard"),
    ("hcl::edit", "src/syntax/hcl"),
    ("granit_parser", "src/syntax/yaml"),
    ("jsonc_parser", "src/syntax/json"),
    ("miette", "src/report/text"),
    ("toml_edit", "src/syntax/toml"),
];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(directory: &Path, found: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<PathBuf> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

fn slashed(path: &Path) -> String {
    let relative = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
    relative.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[test]
fn rooms_import_only_what_they_may_know() {
    let allowed = allowed();
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let name = slashed(&path);
        let room = name.trim_start_matches("src/").split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        // What tests import is their own affair.
        let is_test = name.ends_with("tests.rs") || name.contains("/tests/");
        if room == "main" || room == "lib" || is_test {
            continue;
        }
        let Some(may) = allowed.get(room.as_str()) else {
            broken.push(format!("{name}: the room `{room}` is not in ARCHITECTURE.md's law"));
            continue;
        };
        let code = text.split("#[cfg(test)]").next().unwrap();
        for (number, line) in code.lines().enumerate() {
            for used in line.split("crate::").skip(1) {
                let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let is_room = allowed.contains_key(used.as_str());
                let comment = line.trim_start().starts_with("//");
                if is_room && used != room && !comment && !may.contains(&used.as_str()) {
                    broken.push(format!("{name}:{}: `{room}` may not know `{used}`", number + 1));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_fenced_crate_is_named_in_one_place() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let name = slashed(&path);
        for (krate, place) in FENCED {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let names = code.clone().any(|line| line.contains(&format!("{krate}::")));
            if names && !name.starts_with(place) {
                broken.push(format!("{name} names {krate}, which belongs to {place}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn nothing_in_the_lock_file_can_reach_a_network() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    let network = [
        "reqwest",
        "hyper",
        "ureq",
        "curl",
        "isahc",
        "surf",
        "attohttpc",
        "rustls",
        "native-tls",
        "openssl",
        "openssl-sys",
        "h2",
        "http",
        "tokio",
        "async-std",
        "socket2",
        "mio",
        "trust-dns-resolver",
        "hickory-resolver",
    ];
    let found: Vec<&str> =
        network.into_iter().filter(|name| lock.lines().any(|line| line == format!("name = \"{name}\""))).collect();
    assert!(found.is_empty(), "Cargo.lock holds network crates: {found:?}");
}

/// Whatever a room claims can be said and denied in the words of `rules/words.yaml`.
#[test]
fn every_claim_has_its_words() {
    let words = include_str!("../../rules/words.yaml");
    let mut missing = Vec::new();
    for (path, text) in sources() {
        let (code, _) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
        let claims = ["Claim::new(\"", "Claim::with(\""].into_iter().flat_map(|made| code.split(made).skip(1));
        for predicate in claims.filter_map(|rest| rest.split('"').next()) {
            if !words.contains(&format!("\n    {predicate}:\n")) {
                missing.push(format!("{}: {predicate}", slashed(&path)));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
