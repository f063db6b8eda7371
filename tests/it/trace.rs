//! `--trace`: every verdict is explained back to the inputs, as people read it. The explanations that are expected stand in
//! `tests/traces`, one directory an estate with one file a control.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

fn traces() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces")
}

fn check(directory: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::cargo_bin("trailwarden").unwrap();
    let output = command.current_dir(directory).args(["check", "--no-config", "-q"]).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

#[test]
fn every_verdict_is_explained_back_to_the_inputs() {
    let mut seen = 0;
    for estate in entries(&traces()) {
        for expected in entries(&estate).iter().filter(|path| path.extension().is_some_and(|name| name == "txt")) {
            let control = expected.file_stem().unwrap().to_str().unwrap();
            let (_, printed) = check(&estate, &["--trace", control]);
            let wanted = fs::read_to_string(expected).unwrap().replace("\r\n", "\n");
            assert_eq!(printed, wanted, "{}", expected.display());
            seen += 1;
        }
    }
    assert!(seen >= 4, "only {seen} explanations in {}", traces().display());
}

#[test]
fn an_explanation_leaves_the_exit_code_and_the_other_reports_alone() {
    let estate = traces().join("terraform");
    let report = tempfile::NamedTempFile::new().unwrap();
    let output = format!("json={}", report.path().display());
    let (code, _) = check(&estate, &["--trace", "CloudTrail.2", "-o", &output]);
    assert_eq!(code, check(&estate, &[]).0);
    let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(report.path()).unwrap()).unwrap();
    assert_eq!(json["schema_version"], 1);
}

#[test]
fn an_explanation_that_cannot_be_given_is_a_usage_error() {
    for arguments in
        [&["--trace", "CloudTrail.2", "--format", "json"][..], &["--trace", "CloudTrail.2", "--ignore", "CloudTrail.2"]]
    {
        assert_eq!(check(&traces().join("terraform"), arguments).0, Some(2), "{arguments:?}");
    }
}

#[test]
fn the_explanation_of_a_failure_names_the_bucket() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/cloudformation-insecure");
    let (_, printed) = check(&examples, &["--trace", "CloudTrail.6"]);
    let explained = printed.lines().filter(|line| line.contains("is public: its ACL lets anyone list"));
    for line in explained {
        assert!(line.contains("TrailBucket, where Trail keeps"), "{printed}");
    }
    assert!(printed.contains("is public") && !printed.contains("{bucket}"), "{printed}");
}
