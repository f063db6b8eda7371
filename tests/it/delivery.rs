//! How the program reaches people: `init`, completions, the manual page, the pre-commit hooks, the action's scripts.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::cli::{directory, run};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn init_writes_what_is_missing_and_touches_nothing_else() {
    let estate = directory(&[(".pre-commit-config.yaml", "repos: []\n")]);
    let first = run(estate.path(), &["init"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(first.stdout.contains("wrote .trailwarden.yaml"), "{}", first.stdout);
    assert!(first.stdout.contains("kept .pre-commit-config.yaml"), "{}", first.stdout);
    assert!(first.stdout.contains("      - id: trailwarden"), "what would stand there is shown: {}", first.stdout);
    assert_eq!(fs::read_to_string(estate.path().join(".pre-commit-config.yaml")).unwrap(), "repos: []\n");
    assert!(estate.path().join(".github/workflows/trailwarden.yml").is_file());

    let second = run(estate.path(), &["init"]);
    assert!(!second.stdout.contains("wrote"), "{}", second.stdout);
    // GitHub reads a workflow of either extension: there is none to write.
    let workflows = estate.path().join(".github/workflows");
    fs::rename(workflows.join("trailwarden.yml"), workflows.join("trailwarden.yaml")).unwrap();
    let third = run(estate.path(), &["init"]);
    assert!(third.stdout.contains("kept .github/workflows/trailwarden.yaml"), "{}", third.stdout);
    let check = run(estate.path(), &["check"]);
    assert_eq!(check.code, 0, "the configuration is one that a run takes: {}", check.stderr);
}

#[test]
fn init_in_a_directory_writes_each_file_where_it_is_read() {
    let estate = directory(&[(".git/HEAD", "ref: refs/heads/main\n"), ("infra/live/main.tf", "")]);
    let below = estate.path().join("infra/live");
    let first = run(&below, &["init"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert_eq!(
        first.stdout,
        "wrote .trailwarden.yaml\nwrote ../../.pre-commit-config.yaml\nwrote ../../.github/workflows/trailwarden.yml\n"
    );
    let read = |name: &str| -> serde_yaml::Value {
        serde_yaml::from_str(&fs::read_to_string(estate.path().join(name)).unwrap()).unwrap()
    };
    assert!(below.join(".trailwarden.yaml").is_file());
    let workflow = read(".github/workflows/trailwarden.yml");
    assert_eq!(workflow["jobs"]["trailwarden"]["steps"][1]["with"]["working-directory"], "infra/live");
    // The hook runs in the root: it is told where to look, and for what.
    let hook = read(".pre-commit-config.yaml");
    let arguments = &hook["repos"][0]["hooks"][0]["args"];
    let arguments: Vec<&str> = arguments.as_sequence().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(arguments, ["infra/live", "--config", "infra/live/.trailwarden.yaml"]);
    let check = run(estate.path(), &[&["check"][..], &arguments].concat());
    assert_eq!(check.code, 0, "{}", check.stderr);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Documents {
    taken: Vec<String>,
    refused: Vec<String>,
}

#[test]
fn the_program_and_the_published_schema_take_the_same_configurations() {
    let schema = serde_json::from_str(include_str!("../../schema/trailwarden.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let documents: Documents = serde_yaml::from_str(include_str!("../schema/documents.yaml")).unwrap();
    let estate = directory(&[]);
    let mut wrong = Vec::new();
    let all = documents.taken.iter().map(|text| (text, true)).chain(documents.refused.iter().map(|text| (text, false)));
    for (text, is_taken) in all {
        fs::write(estate.path().join(".trailwarden.yaml"), text).unwrap();
        let checked = run(estate.path(), &["check", "-q"]);
        let by_program = checked.code == 0;
        let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
        let by_schema = schema.is_valid(&value);
        if (by_program, by_schema) != (is_taken, is_taken) {
            wrong.push(format!(
                "{text}: expected {is_taken}, program {by_program}, schema {by_schema} {}",
                checked.stderr
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn completions_and_the_manual_page_know_every_command() {
    for (arguments, wanted) in [
        (["completions", "bash"].as_slice(), "--format"),
        (&["completions", "zsh"], "problem-matcher"),
        (&["completions", "fish"], "source-root"),
        (&["completions", "powershell"], "explain"),
        (&["man"], "trailwarden"),
    ] {
        let printed = run(repository(), arguments);
        assert_eq!(printed.code, 0, "{arguments:?}: {}", printed.stderr);
        assert!(printed.stdout.contains(wanted), "{arguments:?} lacks {wanted}: {}", printed.stdout);
    }
}

#[test]
fn every_hook_is_triggered_by_every_format() {
    let hooks: Vec<serde_yaml::Value> =
        serde_yaml::from_str(&fs::read_to_string(repository().join(".pre-commit-hooks.yaml")).unwrap()).unwrap();
    let languages: Vec<&str> = hooks.iter().map(|hook| hook["language"].as_str().unwrap()).collect();
    assert_eq!(languages, ["rust", "python", "system"]);
    for hook in &hooks {
        let files = regex::Regex::new(hook["files"].as_str().unwrap()).unwrap();
        for name in [
            "main.tf",
            "a/main.tf.json",
            "main.tofu",
            "main.tofu.json",
            "prod.tfvars",
            "prod.tfvars.json",
            "template.yaml",
            "template.yml",
            "template.json",
            "stack.template",
            "stack.cfn",
            "live/terragrunt.hcl",
        ] {
            assert!(files.is_match(name), "{} overlooks {name}", hook["id"].as_str().unwrap());
        }
        assert!(!files.is_match("README.md"));
        assert_eq!(hook["pass_filenames"], serde_yaml::Value::Bool(false), "a trail's bucket lives in other files");
    }
}

/// The action's scripts are written for the shell that GitHub's runners have everywhere.
#[cfg(unix)]
mod action {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::{Command, Output};

    use super::*;

    const FAILING: &str = "resource \"aws_cloudtrail\" \"main\" {\n  name = \"main\"\n  s3_bucket_name = \"logs\"\n}\n";

    fn script(name: &str, estate: &Path, variables: &[(&str, &str)]) -> Output {
        script_in("", name, estate, variables)
    }

    /// Runs a script in a directory of the workspace.
    fn script_in(directory: &str, name: &str, estate: &Path, variables: &[(&str, &str)]) -> Output {
        let path = |name: &str| estate.join(name).display().to_string();
        Command::new("bash")
            .arg(repository().join(".github/action").join(name))
            .current_dir(estate.join(directory))
            .env("GITHUB_WORKSPACE", path(""))
            .env("GITHUB_OUTPUT", path("output"))
            .env("GITHUB_STEP_SUMMARY", path("summary"))
            .env("RUNNER_TEMP", path(""))
            .env("INSTALL_ROOT", path("root"))
            .env("ACTION_PATH", path("action"))
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }

    fn read(estate: &Path, name: &str) -> String {
        fs::read_to_string(estate.join(name)).unwrap_or_default()
    }

    fn check(estate: &Path, variables: &[(&str, &str)]) -> Output {
        check_in("", estate, variables)
    }

    fn check_in(directory: &str, estate: &Path, variables: &[(&str, &str)]) -> Output {
        let binary = assert_cmd::cargo::cargo_bin("trailwarden");
        fs::create_dir_all(estate.join("root/bin")).unwrap();
        symlink(binary, estate.join("root/bin/trailwarden")).unwrap();
        let defaults = [
            ("INPUT_PATHS", "."),
            ("INPUT_ARGUMENTS", ""),
            ("INPUT_FAIL_ON", "low"),
            ("INPUT_SARIF_FILE", "trailwarden.sarif"),
        ];
        script_in(directory, "check.sh", estate, &[&defaults[..], variables].concat())
    }

    #[test]
    fn a_failing_check_writes_every_report_and_leaves_the_ending_to_the_last_step() {
        let estate = directory(&[("main.tf", FAILING)]);
        let checked = check(estate.path(), &[]);
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        let outputs = read(estate.path(), "output");
        assert!(outputs.contains("exit-code=1\n") && outputs.contains("sarif-file=trailwarden.sarif\n"), "{outputs}");
        assert!(read(estate.path(), "summary").contains("aws_cloudtrail.main"));
        assert!(read(estate.path(), "trailwarden.sarif").contains("2.1.0"));

        let failed = [("EXIT_CODE", "1"), ("INPUT_ANNOTATIONS", "auto")];
        let ended = script("conclude.sh", estate.path(), &[&failed[..], &[("UPLOADED", "failure")]].concat());
        assert_eq!(ended.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&ended.stdout).contains("::warning "), "what was not uploaded is annotated");
        let ended = script("conclude.sh", estate.path(), &[&failed[..], &[("UPLOADED", "success")]].concat());
        assert!(ended.stdout.is_empty(), "what was uploaded is not annotated twice");
    }

    #[test]
    fn paths_count_from_the_workspace_wherever_the_repository_was_checked_out() {
        for (directory, sarif, checkout) in [("", "trailwarden.sarif", "."), ("repo", "repo/trailwarden.sarif", "repo")]
        {
            let main = Path::new(directory).join("main.tf").display().to_string();
            let estate = directory_with_git(directory, &main);
            let checked = check_in(directory, estate.path(), &[]);
            assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
            let outputs = read(estate.path(), "output");
            let expected = [format!("sarif-file={sarif}\n"), format!("checkout={checkout}\n")];
            assert!(expected.iter().all(|line| outputs.contains(line)), "{outputs}");
            assert!(estate.path().join(sarif).is_file());
        }
    }

    fn directory_with_git(checkout: &str, main: &str) -> tempfile::TempDir {
        let head = Path::new(checkout).join(".git/HEAD").display().to_string();
        directory(&[(main, FAILING), (&head, "ref: refs/heads/main\n")])
    }

    #[test]
    fn a_checkout_of_another_user_is_read_all_the_same() {
        let estate =
            directory(&[("main.tf", FAILING), (".gitignore", "root\noutput\nsummary\n*.sarif\ntrailwarden.*\n")]);
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
        let git = |arguments: &[&str]| {
            let mut git = Command::new("git");
            git.current_dir(estate.path()).args(identity).args(arguments).output()
        };
        let (Ok(_), Ok(_), Ok(_)) = (git(&["init", "-q"]), git(&["add", "-A"]), git(&["commit", "-qm", "first"]))
        else {
            return;
        };
        // What git's own tests say so with.
        let other = ("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
        let since = [other, ("INPUT_ARGUMENTS", "--diff-base\nHEAD")];
        let checked = check(estate.path(), &since);
        let outputs = read(estate.path(), "output");
        assert!(outputs.contains("exit-code=0\n"), "{outputs}{}", String::from_utf8_lossy(&checked.stderr));
        // Without the action it is said how to trust it.
        let binary = assert_cmd::cargo::cargo_bin("trailwarden");
        let mut alone = Command::new(binary);
        let alone =
            alone.current_dir(estate.path()).args(["check", "--diff-base", "HEAD"]).envs([other]).output().unwrap();
        let said = String::from_utf8_lossy(&alone.stderr);
        assert!(said.contains("belongs to another user: `git config --global --add safe.directory"), "{said}");
    }

    #[test]
    fn inputs_are_data_and_never_code() {
        let estate = directory(&[("a; touch owned/main.tf", FAILING)]);
        let evil = "$(touch owned)`touch owned`";
        check(estate.path(), &[("INPUT_PATHS", "a; touch owned"), ("INPUT_ARGUMENTS", evil)]);
        assert!(!estate.path().join("owned").exists());
        let checked = check_again(estate.path(), &[("INPUT_FAIL_ON", "$(touch owned)")]);
        assert_eq!(checked.status.code(), Some(2), "a severity that is none is refused");
        assert!(!estate.path().join("owned").exists());
    }

    fn check_again(estate: &Path, variables: &[(&str, &str)]) -> Output {
        fs::remove_dir_all(estate.join("root")).unwrap();
        check(estate, variables)
    }

    #[test]
    fn an_archive_with_another_checksum_is_not_run() {
        let estate = directory(&[
            // Stands for a download that was tampered with.
            ("bin/curl", "#!/usr/bin/env bash\nwhile [ \"$1\" != --output ]; do shift; done\necho other >\"$2\"\n"),
            ("bin/uname", "#!/usr/bin/env bash\nif [ \"$1\" = -s ]; then echo Linux; else echo x86_64; fi\n"),
            (
                "action/.github/action/releases.txt",
                "# a remark\n0000000000000000 x86_64-unknown-linux-musl https://example.com/trailwarden.tar.gz\n",
            ),
        ]);
        for program in ["curl", "uname"] {
            let program = estate.path().join("bin").join(program);
            fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let path = format!("{}:{}", estate.path().join("bin").display(), std::env::var("PATH").unwrap());
        let installed = script("install.sh", estate.path(), &[("PATH", &path)]);
        assert_eq!(installed.status.code(), Some(2), "{}", String::from_utf8_lossy(&installed.stderr));
        assert!(String::from_utf8_lossy(&installed.stdout).contains("this commit expects 0000000000000000"));
        assert!(!estate.path().join("root/bin/trailwarden").exists());
    }
}
