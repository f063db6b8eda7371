//! The command line as a user meets it: messages, exit codes, several outputs in one run.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A run in a directory of its own.
pub(crate) struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub(crate) fn run(directory: &Path, arguments: &[&str]) -> Run {
    run_with_input(directory, arguments, "")
}

fn run_with_input(directory: &Path, arguments: &[&str], input: &str) -> Run {
    let output = Command::cargo_bin("trailwarden")
        .unwrap()
        .current_dir(directory)
        .env_remove("NO_COLOR")
        .args(arguments)
        .write_stdin(input)
        .output()
        .unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = TempDir::new().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

const BAD: &str =
    "resource \"aws_cloudtrail\" \"main\" {\n  name           = \"main\"\n  s3_bucket_name = \"central-logs\"\n}\n";

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

#[test]
fn without_a_subcommand_it_explains_itself() {
    let run = run(Path::new("."), &[]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("Usage: trailwarden"), "{}", run.stderr);
}

#[test]
fn check_without_a_path_checks_the_current_directory() {
    let estate = directory(&[("main.tf", BAD)]);
    let run = run(estate.path(), &["check", "--format", "line"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("main.tf:1:"), "{}", run.stdout);
    assert!(run.stdout.contains("warning[CloudTrail.4] aws_cloudtrail.main: writes "), "{}", run.stdout);
}

#[test]
fn the_insecure_examples_fail_every_control() {
    let run = run(&examples(), &["check", "--format", "json"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let results = report["results"].as_array().unwrap();
    for number in 1..=7 {
        let control = format!("CloudTrail.{number}");
        let fails = |result: &&Value| {
            result["control"] == control.as_str()
                && result["verdict"] == "fail"
                && result["unit"].as_str().unwrap().contains("insecure")
        };
        assert!(results.iter().any(|result| fails(&result)), "no insecure example fails {control}");
    }
    let secure = results.iter().filter(|result| {
        let unit = result["unit"].as_str().unwrap();
        unit.contains("secure") && !unit.contains("insecure")
    });
    for result in secure {
        assert_eq!(result["verdict"], "pass", "{result}");
    }
}

#[test]
fn a_broken_file_is_named_and_the_others_are_judged() {
    let broken = "resource \"aws_cloudtrail\" \"broken\" {\n  name = = 1\n}\n";
    let estate = directory(&[("good/main.tf", BAD), ("bad/main.tf", broken)]);
    let run = run(estate.path(), &["check", "--format", "json"]);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let error = &report["errors"][0];
    assert_eq!(error["path"], "bad/main.tf", "{report}");
    assert_eq!(error["location"]["start"]["line"], 2, "{error}");
    let judged = report["results"].as_array().unwrap();
    assert!(judged.iter().any(|result| result["unit"] == "good"), "{report}");
}

#[test]
fn a_configuration_in_utf_16_is_named_where_it_speaks_of_a_trail() {
    let utf_16 = |text: &str| -> Vec<u8> {
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let estate = directory(&[]);
    for (text, code) in [(BAD, 2), ("resource \"aws_s3_bucket\" \"b\" {}\n", 0)] {
        fs::write(estate.path().join("main.tf"), utf_16(text)).unwrap();
        let run = run(estate.path(), &["check"]);
        assert_eq!(run.code, code, "{}", run.stderr);
        assert_eq!(run.stdout.contains("main.tf: is UTF-16 text; save it as UTF-8"), code == 2, "{}", run.stdout);
    }
}

#[test]
fn a_file_that_cannot_be_read_may_open_the_bucket_of_its_module() {
    let estate = directory(&[(
        "main.tf",
        "resource \"aws_s3_bucket\" \"b\" {}\n\
         resource \"aws_cloudtrail\" \"t\" { s3_bucket_name = aws_s3_bucket.b.id }\n",
    )]);
    fs::write(estate.path().join("z.tf"), b"# caf\xe9\n").unwrap();
    for (control, verdict) in [("CloudTrail.6", "unknown"), ("CloudTrail.7", "unknown"), ("CloudTrail.4", "fail")] {
        let run = run(estate.path(), &["check", "--format", "json", "--select", control]);
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let result = &report["results"][0];
        assert_eq!(result["verdict"], verdict, "{control}: {report}");
        let is_named = result["message"].as_str().unwrap().contains("z.tf: is not UTF-8 text");
        assert_eq!(is_named, verdict == "unknown", "{control}: {result}");
    }
}

#[test]
fn an_override_file_that_cannot_be_parsed_may_override_anything() {
    let estate = directory(&[
        ("main.tf", "resource \"aws_cloudtrail\" \"t\" { s3_bucket_name = \"b\" }\n"),
        ("z_override.tf", "resource \"aws_cloudtrail\" \"t\" {\n  enable_log_file_validation = = true\n}\n"),
    ]);
    let run = run(estate.path(), &["check", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    for result in report["results"].as_array().unwrap() {
        assert_eq!(result["verdict"], "unknown", "{result}");
    }
    assert_eq!(report["results"].as_array().unwrap().len(), 7, "{report}");
}

#[cfg(unix)]
#[test]
fn a_link_that_leaves_the_project_is_named() {
    let outside = directory(&[("main.tf", BAD)]);
    let estate = directory(&[(".git/HEAD", "")]);
    std::os::unix::fs::symlink(outside.path().join("main.tf"), estate.path().join("main.tf")).unwrap();
    let run = run(estate.path(), &["check", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let notes = report["notes"].as_array().unwrap();
    let named = notes.iter().filter(|note| note["message"].as_str().unwrap().starts_with("main.tf lies outside"));
    assert_eq!(named.count(), 1, "{report}");
}

#[test]
fn a_directory_without_any_trail_is_clean_and_says_what_was_looked_at() {
    for files in [&[][..], &[("main.tf", "resource \"aws_s3_bucket\" \"b\" {}\n")][..]] {
        let estate = directory(files);
        let run = run(estate.path(), &["check"]);
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        assert!(run.stderr.contains("no trail"), "{}", run.stderr);
    }
}

#[test]
fn a_required_trail_that_is_missing_fails() {
    let estate = directory(&[("main.tf", "resource \"aws_s3_bucket\" \"b\" {}\n")]);
    let run = run(estate.path(), &["check", "--require-trail", "--format", "line"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
}

#[test]
fn wrong_calls_end_with_2_and_one_line_with_a_hint() {
    let estate = directory(&[("main.tf", BAD), ("picture.png", "\u{1}\u{2}")]);
    for (arguments, says) in [
        (&["check", "nowhere"][..], "nowhere"),
        (&["check", "--no-such-option"], "--no-such-option"),
        (&["check", "--select", "CloudTrail.9"], "CloudTrail.9"),
        (&["check", "--select", "PCI.CloudTrail.3"], "CloudTrail.4"),
        (&["check", "--fail-on", "severe"], "severe"),
        (&["check", "-o", "sarif"], "FORMAT=FILE"),
        (&["check", "-o", "asff=x.jsonl", "--region", "eu-west-1"], "needs --account-id, --time\n  hint: "),
        (&["check", "--time", "yesterday"], "2026-01-31T12:00:00Z"),
        (&["check", "--stdin-filename", "x.tf"], "--stdin-filename"),
        (&["check", "picture.png"], "picture.png"),
        (&["explain", "CloudTrail.99"], "CloudTrail.99"),
    ] {
        let run = run(estate.path(), arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}{}", run.stdout, run.stderr);
        let all = format!("{}{}", run.stdout, run.stderr);
        assert!(all.contains(says), "{arguments:?}: {all}");
        assert!(!all.contains("panicked"), "{arguments:?}: {all}");
    }
}

#[test]
fn a_configuration_with_an_unknown_key_is_refused_with_a_caret() {
    let estate = directory(&[("main.tf", BAD), (".trailwarden.yaml", "exclude: []\nexlude: [x]\n")]);
    let run = run(estate.path(), &["check"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains(".trailwarden.yaml:2:1") && run.stderr.contains('^'), "{}", run.stderr);
}

#[test]
fn a_configured_input_may_be_for_another_unit_and_one_of_the_command_line_may_not() {
    let trail = "Resources:\n  Trail:\n    Type: AWS::CloudTrail::Trail\n    Properties: { S3BucketName: logs, IsLogging: true }\n";
    let configuration = "variables: { env: prod }\nparameters: { Retention: 30 }\n";
    let directory = directory(&[("trail.yaml", trail), (".trailwarden.yaml", configuration)]);
    assert_eq!(run(directory.path(), &["check", "--exit-zero"]).code, 0);
    let given = run(directory.path(), &["check", "--exit-zero", "--parameter", "Retention=30"]);
    assert_eq!(given.code, 2, "{}", given.stdout);
    assert!(given.stderr.contains("--parameter Retention: nothing with a trail declares it"), "{}", given.stderr);
}

#[test]
fn a_value_that_every_unit_refuses_is_a_wrong_call() {
    let module = |ty: &str| {
        format!(
            "variable \"a\" {{ type = {ty} }}\n\
             resource \"aws_cloudtrail\" \"t\" {{\n  s3_bucket_name = \"b\"\n  enable_log_file_validation = var.a != null\n}}\n"
        )
    };
    let (flag, object) = (module("bool"), module("object({ name = string })"));
    let directory = directory(&[("a/main.tf", &flag), ("b/main.tf", &object)]);
    let check = |arguments: &[&str]| run(directory.path(), &[&["check", "--exit-zero"], arguments].concat());
    for (path, given, said) in [
        ("a", "a=xyz", "--var a: the value is not suitable for var.a: a bool is needed, this is a string"),
        ("b", "a={}", "--var a: the value is not suitable for var.a: attribute \"name\" is required"),
    ] {
        let refused = check(&[path, "--var", given]);
        assert_eq!(refused.code, 2, "{}", refused.stdout);
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
    assert_eq!(check(&["a", "b", "--var", "a=true"]).code, 0);
}

#[test]
fn standard_input_is_a_file_of_the_given_name() {
    let estate = directory(&[]);
    let run = run_with_input(estate.path(), &["check", "-", "--stdin-filename", "main.tf", "--format", "line"], BAD);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.starts_with("main.tf:1:"), "{}", run.stdout);
}

#[test]
fn several_reports_come_out_of_one_run() {
    let estate = directory(&[("main.tf", BAD)]);
    let arguments =
        ["check", "--format", "line", "-o", "sarif=out.sarif", "-o", "json=out.json", "-o", "github=out.txt"];
    let run = run(estate.path(), &arguments);
    assert_eq!(run.code, 1, "{}", run.stderr);
    for name in ["out.sarif", "out.json"] {
        let text = fs::read_to_string(estate.path().join(name)).unwrap();
        serde_json::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let commands = fs::read_to_string(estate.path().join("out.txt")).unwrap();
    assert!(commands.lines().all(|line| line.starts_with("::")), "{commands}");
}

#[test]
fn thresholds_decide_the_exit_code_and_nothing_else() {
    let estate = directory(&[("main.tf", BAD)]);
    for (arguments, code) in [
        (&["check", "--exit-zero"][..], 0),
        (&["check", "--fail-on", "critical"], 0),
        (&["check", "--fail-on", "medium"], 1),
        (&["check", "--fail-on", "none"], 0),
        (&["check", "--select", "CloudTrail.3"], 0),
        (&["check", "--ignore", "CloudTrail.1,CloudTrail.2,CloudTrail.4,CloudTrail.5"], 0),
    ] {
        let run = run(estate.path(), arguments);
        assert_eq!(run.code, code, "{arguments:?}: {}{}", run.stdout, run.stderr);
    }
}

#[test]
fn an_unknown_verdict_fails_only_when_asked_to() {
    let open = "variable \"key\" {}\nresource \"aws_cloudtrail\" \"main\" {\n  name = \"m\"\n  s3_bucket_name = \"b\"\n  kms_key_id = var.key\n}\n";
    let estate = directory(&[("main.tf", open)]);
    let select = ["check", "--select", "CloudTrail.2"];
    assert_eq!(run(estate.path(), &select).code, 0);
    assert_eq!(run(estate.path(), &[&select[..], &["--strict"]].concat()).code, 1);
    assert_eq!(run(estate.path(), &[&select[..], &["--strict", "--var", "key=arn:aws:kms:::key/1"]].concat()).code, 0);
    assert_eq!(run(estate.path(), &[&select[..], &["--var", "key="]].concat()).code, 1);
}

#[test]
fn pages_and_matchers_are_printed() {
    let here = Path::new(".");
    let page = run(here, &["explain", "CloudTrail.6"]);
    assert_eq!(page.code, 0, "{}", page.stderr);
    assert!(page.stdout.contains("CloudTrail.6"), "{}", page.stdout);
    assert_eq!(run(here, &["explain", "cloudtrail.6"]).stdout, page.stdout);
    let table = run(here, &["rules"]);
    assert_eq!(table.stdout.lines().count(), 7, "{}", table.stdout);
    for editor in ["github", "vscode"] {
        let matcher = run(here, &["problem-matcher", editor]);
        serde_json::from_str::<Value>(&matcher.stdout).unwrap_or_else(|error| panic!("{editor}: {error}"));
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let first = run(&examples(), &["check", "--format", "json"]);
    for _ in 0..3 {
        let again = run(&examples(), &["check", "--format", "json"]);
        assert!(again.stdout == first.stdout, "two runs over the same files differ");
    }
}
