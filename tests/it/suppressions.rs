//! What is not acted on: every place a suppression may stand in, baselines, and what changed since a commit.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use assert_cmd::Command;
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

type Files = BTreeMap<String, String>;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    r#in: String,
    #[serde(default)]
    at: String,
    #[serde(default)]
    says: String,
    #[serde(default)]
    config: String,
    #[serde(default)]
    arguments: Vec<String>,
    #[serde(default)]
    suppresses: BTreeMap<String, usize>,
    #[serde(default)]
    notes: Vec<String>,
}

impl Row {
    fn files(&self, base: &Files) -> Files {
        let mut files: Files = base.iter().map(|(name, text)| (name.clone(), self.fill(text))).collect();
        files.insert(".trailwarden.yaml".to_owned(), self.config.clone());
        files
    }

    /// The text with what the row says at its place, and nothing at the others.
    fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        for line in text.lines() {
            let Some((before, rest)) = line.split_once('@') else {
                filled += line;
                filled.push('\n');
                continue;
            };
            let (place, after) = rest.split_once('@').unwrap();
            let says = if place == self.at { self.says.replace('\n', &format!("\n{before}")) } else { String::new() };
            let line = format!("{before}{says}{after}");
            if !line.trim().is_empty() {
                filled += &line;
                filled.push('\n');
            }
        }
        filled
    }

    fn title(&self) -> String {
        format!("{} {} {:?} {:?} {:?}", self.r#in, self.at, self.says, self.config, self.arguments)
    }
}

struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Run {
    fn report(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }
}

fn run(directory: &Path, arguments: &[&str]) -> Run {
    let command = Command::cargo_bin("trailwarden").unwrap().current_dir(directory).args(arguments).output().unwrap();
    Run {
        code: command.status.code().unwrap_or(-1),
        stdout: String::from_utf8(command.stdout).unwrap(),
        stderr: String::from_utf8(command.stderr).unwrap(),
    }
}

fn write(directory: &Path, files: &Files) {
    for (name, text) in files {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn data<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suppressions").join(name);
    serde_yaml::from_str(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// How many findings of each control are suppressed.
fn suppressed(report: &Value) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for result in report["results"].as_array().unwrap().iter().filter(|result| !result["suppressed"].is_null()) {
        *counts.entry(result["control"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

/// What is said about suppressions, each with its line.
fn notes(report: &Value) -> Vec<String> {
    let notes = report["notes"].as_array().unwrap().iter();
    notes
        .map(|note| format!("{} at {}", note["message"].as_str().unwrap(), note["location"]["start"]["line"]))
        .collect()
}

#[test]
fn every_placement_suppresses_what_it_stands_for() {
    let bases: BTreeMap<String, Files> = data("bases.yaml");
    let rows: Vec<Row> = data("placements.yaml");
    assert!(rows.len() > 80);
    let mut wrong = Vec::new();
    for row in &rows {
        let directory = TempDir::new().unwrap();
        let base = bases.get(&row.r#in).unwrap_or_else(|| panic!("there is no base {}", row.r#in));
        let places = base.values().any(|text| text.contains(&format!("@{}@", row.at)));
        assert!(row.at.is_empty() || places, "{} has no place {}", row.r#in, row.at);
        write(directory.path(), &row.files(base));
        let mut arguments = vec!["check", "--format", "json", "--today", "2026-06-01"];
        arguments.extend(row.arguments.iter().map(String::as_str));
        let report = run(directory.path(), &arguments).report();
        let (suppressed, notes) = (suppressed(&report), notes(&report));
        if suppressed != row.suppresses {
            wrong.push(format!(
                "{}\n  expected {:?}\n       got {suppressed:?}; {notes:?}",
                row.title(),
                row.suppresses
            ));
        }
        let said = row.notes.iter().all(|part| notes.iter().any(|note| note.contains(part.as_str())));
        if !said || notes.len() != row.notes.len() || notes.iter().any(|note| note.ends_with("null")) {
            wrong.push(format!("{}\n  expected notes {:?}\n             got {notes:?}", row.title(), row.notes));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn a_finding_is_suppressed_when_each_of_its_places_is() {
    let base = &data::<BTreeMap<String, Files>>("bases.yaml")["terraform"];
    let acl = "# trailwarden: ignore[CloudTrail.6] the ACL until=2027-01-31";
    let policy = "# trailwarden: ignore[CloudTrail.6] the policy until=2026-12-31";
    let says = |first: &str, second: &str| {
        let row = |at: &str, says: &str| Row { at: at.to_owned(), says: says.to_owned(), ..Row::default() };
        let text = base["main.tf"].replace("@acl-line@", first);
        Files::from([("main.tf".to_owned(), row("in-value", second).fill(&text))])
    };
    let report = |files: &Files| {
        let directory = TempDir::new().unwrap();
        write(directory.path(), files);
        let select = ["check", "--select", "CloudTrail.6", "--format", "json", "--today", "2026-06-01"];
        run(directory.path(), &select).report()
    };
    let both = report(&says(acl, policy));
    assert_eq!((suppressed(&both).len(), notes(&both)), (1, Vec::new()));
    let waiver = &both["results"][0]["suppressed"];
    assert_eq!((&waiver["reason"], &waiver["until"]), (&"the ACL; the policy".into(), &"2026-12-31".into()));
    // One of them is over: the other says what is left.
    let one = report(&says(acl, &policy.replace("2026-12-31", "2026-01-31")));
    let said = notes(&one);
    assert_eq!((suppressed(&one).len(), said.len()), (0, 2), "{said:?}");
    assert!(said.iter().any(|note| note.contains("suppresses 1 of 2 places where CloudTrail.6 fails")), "{said:?}");
    assert!(said.iter().any(|note| note.contains("expired on 2026-01-31")), "{said:?}");
}

#[test]
fn a_finding_of_a_users_rule_is_suppressed_on_its_lines() {
    let rules = "rule NAMED when Resources.*[ Type == 'AWS::CloudTrail::Trail' ] !empty {\n  \
                 Resources.*[ Type == 'AWS::CloudTrail::Trail' ] {\n    Properties.TrailName == /^acme-/\n    \
                 Properties.S3BucketName == /^acme-/\n  }\n}\n";
    let comment = "# trailwarden: ignore[NAMED] older than the rule";
    let trail = |name: &str, bucket: &str| {
        format!(
            "resource \"aws_cloudtrail\" \"main\" {{\n  name = \"main\" {name}\n  s3_bucket_name = \"logs\" {bucket}\n}}\n"
        )
    };
    for (text, expected) in [(trail(comment, comment), 0), (trail(comment, ""), 1), (trail("", comment), 1)] {
        let directory = estate(&[("main.tf", &text), ("house.guard", rules)]);
        let check =
            run(directory.path(), &["check", "--rules", "house.guard", "--select", "NAMED", "--format", "json"]);
        let said = notes(&check.report());
        assert_eq!((check.code, said.len()), (expected, usize::try_from(expected).unwrap()), "{text}{said:?}");
    }
}

/// A Terraform module with one trail that lacks everything, under `name`.
fn bad_trail(name: &str) -> String {
    format!(
        "resource \"aws_cloudtrail\" \"{name}\" {{\n  name           = \"{name}\"\n  s3_bucket_name = \"logs\"\n}}\n"
    )
}

fn estate(files: &[(&str, &str)]) -> TempDir {
    let directory = TempDir::new().unwrap();
    write(directory.path(), &files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect());
    directory
}

/// The failures that nobody suppressed, as `unit control resource`.
fn failures(report: &Value) -> Vec<String> {
    let results = report["results"].as_array().unwrap().iter();
    let failing = results.filter(|result| result["verdict"] == "fail" && result["suppressed"].is_null());
    let part = |result: &Value, name: &str| result[name].as_str().unwrap_or("-").to_owned();
    failing.map(|result| ["unit", "control", "resource"].map(|name| part(result, name)).join(" ")).collect()
}

#[test]
fn suppressed_findings_are_listed_and_do_not_fail_the_run() {
    let text =
        bad_trail("main").replace("{\n", "{\n  # trailwarden: ignore[CloudTrail.2] no key yet until=2099-01-31\n");
    let directory = estate(&[("main.tf", &text)]);
    let select = ["check", "--select", "CloudTrail.2"];
    let json = run(directory.path(), &[&select[..], &["--format", "json"]].concat());
    assert_eq!(json.code, 0, "{}", json.stdout);
    let waiver = &json.report()["results"][0]["suppressed"];
    assert_eq!(waiver["reason"], "no key yet");
    assert_eq!(waiver["until"], "2099-01-31");
    assert_eq!(waiver["location"]["start"]["line"], 2);
    let text = run(directory.path(), &select);
    let listed = "CloudTrail.2 suppressed: aws_cloudtrail.main: no key yet, until 2099-01-31 (main.tf:2)\n\n";
    assert_eq!((text.code, text.stdout.as_str()), (0, listed), "{}", text.stderr);
    for format in ["markdown", "html", "junit"] {
        let page = run(directory.path(), &[&select[..], &["--format", format]].concat()).stdout;
        assert!(page.contains("no key yet, until 2099-01-31 (main.tf:2)"), "{format}: {page}");
    }
    assert!(text.stderr.contains("1 suppressed"), "{}", text.stderr);
    assert_eq!(run(directory.path(), &[&select[..], &["--no-ignores"]].concat()).code, 1);
}

#[test]
fn a_baseline_suppresses_what_was_there_and_nothing_else() {
    let directory = estate(&[("a/main.tf", &bad_trail("main"))]);
    let baseline = directory.path().join("known.json");
    let written = run(directory.path(), &["check", "--write-baseline", "known.json"]);
    assert_eq!(written.code, 0, "{}{}", written.stdout, written.stderr);
    let text = fs::read_to_string(&baseline).unwrap();
    let check = ["check", "--baseline", "known.json", "--format", "json"];
    assert_eq!(run(directory.path(), &check).code, 0);
    // Written anew it is the same, also while it is in force.
    let anew = [&check[..], &["--write-baseline", "known.json"]].concat();
    assert_eq!(notes(&run(directory.path(), &anew).report()), Vec::<String>::new());
    assert_eq!(fs::read_to_string(&baseline).unwrap(), text);
    // Lines may move.
    fs::write(directory.path().join("a/main.tf"), format!("# moved\n\n{}", bad_trail("main"))).unwrap();
    assert_eq!(run(directory.path(), &check).code, 0);
    // The same address elsewhere is another finding.
    write(directory.path(), &Files::from([("b/main.tf".to_owned(), bad_trail("main"))]));
    let more = run(directory.path(), &check);
    assert_eq!(more.code, 1);
    let failing = failures(&more.report());
    assert!(!failing.is_empty() && failing.iter().all(|failure| failure.starts_with("b ")), "{failing:?}");
    // What is mended is stale; a run over something else does not know.
    fs::write(
        directory.path().join("a/main.tf"),
        bad_trail("main").replace("}\n", "  enable_log_file_validation = true\n}\n"),
    )
    .unwrap();
    let stale = run(directory.path(), &["check", "a", "--baseline", "known.json", "--format", "json"]);
    assert_eq!(stale.code, 0, "{}", stale.stdout);
    let said = notes(&stale.report());
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("CloudTrail.4 of aws_cloudtrail.main in a/main.tf"), "{said:?}");
    // What somebody suppresses beside is still found, and in a file that cannot be read nobody knows.
    let ignored = bad_trail("main").replace("}\n", "  # trailwarden: ignore[CloudTrail.2] known\n}\n");
    for (text, code) in [(ignored.as_str(), 0), ("resource \"aws_cloudtrail\" \"main\" {", 2)] {
        fs::write(directory.path().join("a/main.tf"), text).unwrap();
        let run = run(directory.path(), &["check", "a", "--baseline", "known.json", "--format", "json"]);
        assert_eq!((run.code, notes(&run.report())), (code, Vec::new()), "{text}");
    }
    let elsewhere = run(directory.path(), &["check", "b", "--baseline", "known.json", "--format", "json"]);
    assert_eq!(notes(&elsewhere.report()), Vec::<String>::new());
    // What is no baseline is neither read nor replaced.
    for option in ["--baseline", "--write-baseline"] {
        let refused = run(directory.path(), &["check", option, "a/main.tf"]);
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        assert!(refused.stderr.contains("is no baseline"), "{}", refused.stderr);
    }
}

#[test]
fn a_baseline_counts() {
    let two = format!(
        "{}{}",
        bad_trail("main"),
        "resource \"aws_cloudtrail\" \"more\" {\n  count = 2\n  name = \"x\"\n  s3_bucket_name = \"logs\"\n}\n"
    );
    let directory = estate(&[("main.tf", &two)]);
    let select = ["check", "--select", "CloudTrail.2"];
    run(directory.path(), &[&select[..], &["--write-baseline", "known.json"]].concat());
    let known: Value = serde_json::from_str(&fs::read_to_string(directory.path().join("known.json")).unwrap()).unwrap();
    let addresses: Vec<&str> =
        known["findings"].as_array().unwrap().iter().map(|entry| entry["resource"].as_str().unwrap()).collect();
    assert_eq!(addresses, ["aws_cloudtrail.main", "aws_cloudtrail.more[0]", "aws_cloudtrail.more[1]"]);
    fs::write(directory.path().join("main.tf"), two.replace("count = 2", "count = 3")).unwrap();
    let third = run(directory.path(), &[&select[..], &["--baseline", "known.json", "--format", "json"]].concat());
    assert_eq!(failures(&third.report()), [". CloudTrail.2 aws_cloudtrail.more[2]"]);
}

#[test]
fn a_baseline_hides_no_further_place() {
    let bucket = "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"logs\"\n}\n";
    let acl = "resource \"aws_s3_bucket_acl\" \"a\" {\n  bucket = aws_s3_bucket.logs.id\n  acl = \"public-read\"\n}\n";
    let policy = "resource \"aws_s3_bucket_policy\" \"p\" {\n  bucket = aws_s3_bucket.logs.id\n  policy = jsonencode({ Statement = [{ \
                  Effect = \"Allow\", Principal = \"*\", Action = \"s3:*\", Resource = \"*\" }] })\n}\n";
    let known = format!("{}{bucket}{acl}", bad_trail("main"));
    let directory = estate(&[("main.tf", &known)]);
    run(directory.path(), &["check", "--write-baseline", "known.json"]);
    let check = ["check", "--baseline", "known.json", "--format", "json"];
    assert_eq!(run(directory.path(), &check).code, 0);
    fs::write(directory.path().join("main.tf"), format!("{known}{policy}")).unwrap();
    assert_eq!(failures(&run(directory.path(), &check).report()), [". CloudTrail.6 aws_cloudtrail.main"]);
    // What is written anew keeps what was known of a file that cannot be read.
    fs::write(directory.path().join("main.tf"), "resource \"aws_cloudtrail\" \"main\" {").unwrap();
    let before = fs::read_to_string(directory.path().join("known.json")).unwrap();
    let anew = run(directory.path(), &[&check[..], &["--write-baseline", "known.json"]].concat());
    assert_eq!((anew.code, fs::read_to_string(directory.path().join("known.json")).unwrap()), (2, before));
}

/// Runs git in a repository made by a test; `None` where there is no git.
fn git(directory: &Path, arguments: &[&str]) -> Option<()> {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
    let mut command = std::process::Command::new("git");
    let output = command.current_dir(directory).args(identity).args(arguments).output().ok()?;
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(())
}

#[test]
fn only_what_changed_since_a_commit_is_reported() {
    let keyed =
        bad_trail("main").replace("}\n", "  kms_key_id = var.key\n}\nvariable \"key\" {\n  default = null\n}\n");
    let directory = estate(&[("a/main.tf", &keyed), ("b/main.tf", &bad_trail("main"))]);
    let here = directory.path();
    if git(here, &["init", "-q"]).is_none() {
        let _ = writeln!(std::io::stderr(), "skipped: there is no git on this machine");
        return;
    }
    git(here, &["add", "-A"]);
    git(here, &["commit", "-qm", "first"]);
    let since = ["check", "--diff-base", "HEAD", "--format", "json"];
    let nothing = run(here, &since);
    assert_eq!((nothing.code, failures(&nothing.report()).len()), (0, 0), "{}", nothing.stderr);
    assert!(nothing.stderr.contains("nothing new; since HEAD: 0 fixed"), "{}", nothing.stderr);
    // Not committed, in a file that holds no trail, and in a new directory: all of it is the new side.
    fs::write(here.join("a/defaults.auto.tfvars"), "key = \"arn:aws:kms:eu-west-1:111122223333:key/1\"\n").unwrap();
    fs::write(here.join("b/main.tf"), bad_trail("main").replace("}\n", "  enable_logging = false\n}\n")).unwrap();
    write(here, &Files::from([("c/main.tf".to_owned(), bad_trail("new"))]));
    let changed = run(here, &since);
    let failing = failures(&changed.report());
    assert_eq!(changed.code, 1, "{failing:?}");
    assert!(failing.contains(&"b CloudTrail.3 -".to_owned()), "{failing:?}");
    assert!(failing.contains(&"c CloudTrail.2 aws_cloudtrail.new".to_owned()), "{failing:?}");
    assert!(
        failing.iter().all(|failure| failure.starts_with("c ") || failure.starts_with("b CloudTrail.3")),
        "{failing:?}"
    );
    assert!(changed.stderr.contains("since HEAD: 1 fixed"), "{}", changed.stderr);
    // What a baseline knows is not mended: what it does not know is what is reported.
    let known = [&since[..], &["--baseline", "known.json"]].concat();
    run(here, &["check", "a", "b", "--write-baseline", "known.json"]);
    let with = run(here, &known);
    let failing = failures(&with.report());
    assert!(failing.iter().all(|failure| failure.starts_with("c ")) && !failing.is_empty(), "{failing:?}");
    assert!(with.stderr.contains("since HEAD: 1 fixed"), "{}", with.stderr);
    fs::remove_file(here.join("known.json")).unwrap();
    // Nor is what nobody knows any more, or what a file said that cannot be read.
    let before = fs::read_to_string(here.join("b/main.tf")).unwrap();
    fs::write(
        here.join("b/main.tf"),
        bad_trail("main").replace("}\n", "  enable_log_file_validation = var.v\n}\nvariable \"v\" {}\n"),
    )
    .unwrap();
    let unknown = run(here, &["check", "b", "--diff-base", "HEAD"]);
    assert!(unknown.stderr.contains("0 fixed"), "{}", unknown.stderr);
    fs::write(here.join("b/main.tf"), before).unwrap();
    let before = fs::read_to_string(here.join("b/main.tf")).unwrap();
    fs::write(here.join("b/main.tf"), "resource \"aws_cloudtrail\" \"main\" {\n").unwrap();
    let unread = run(here, &["check", "b", "--diff-base", "HEAD"]);
    assert_eq!(unread.code, 2, "{}", unread.stderr);
    assert!(unread.stderr.contains("0 fixed"), "{}{}", unread.stdout, unread.stderr);
    fs::write(here.join("b/main.tf"), before).unwrap();
    // From a directory below, over some paths.
    let below = run(&here.join("b"), &["check", ".", "--diff-base", "HEAD", "--format", "json"]);
    assert_eq!(failures(&below.report()), [". CloudTrail.3 -"], "{}", below.stderr);
    // The repository is left as it was.
    let status = std::process::Command::new("git").current_dir(here).args(["status", "--porcelain"]).output().unwrap();
    assert_eq!(String::from_utf8(status.stdout).unwrap(), " M b/main.tf\n?? a/defaults.auto.tfvars\n?? c/\n");
    for (reference, says) in [("nonsense", "no commit has this name"), ("--help", "no commit has this name")] {
        let option = format!("--diff-base={reference}");
        let refused = run(here, &["check", &option]);
        assert_eq!((refused.code, refused.stderr.lines().count()), (2, 1), "{}", refused.stderr);
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
    }
    let outside = estate(&[("main.tf", &bad_trail("main"))]);
    let refused = run(outside.path(), &["check", "--diff-base", "HEAD"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("not in a git work tree"), "{}", refused.stderr);
}

#[test]
fn a_control_is_switched_off_and_graded_by_path() {
    let config = "controls:\n  - {control: CloudTrail.5, enabled: false}\n  - {control: CloudTrail.4, severity: critical}\n  \
                  - {control: CloudTrail.4, paths: [dev], severity: low}\n  - {control: CloudTrail.5, paths: [prod/**], enabled: true}\n";
    let trail = bad_trail("main");
    let directory =
        estate(&[(".git/HEAD", ""), (".trailwarden.yaml", config), ("dev/main.tf", &trail), ("prod/main.tf", &trail)]);
    let select = ["check", "--select", "CloudTrail.4,CloudTrail.5", "--format", "json"];
    let report = run(directory.path(), &select).report();
    let rows = report["results"].as_array().unwrap().iter();
    let rows: Vec<String> =
        rows.map(|row| ["unit", "control", "severity"].map(|name| row[name].as_str().unwrap()).join(" ")).collect();
    assert_eq!(rows, ["dev CloudTrail.4 low", "prod CloudTrail.4 critical", "prod CloudTrail.5 low"]);
    // The grade decides the exit code and what is reported, whatever the format and the directory.
    assert_eq!(run(directory.path(), &["check", "dev", "--fail-on", "critical"]).code, 0);
    let prod = run(&directory.path().join("prod"), &["check", "--min-severity", "critical", "--format", "line"]);
    assert_eq!((prod.code, prod.stdout.lines().count()), (1, 1), "{}", prod.stdout);
    assert!(prod.stdout.contains("error[CloudTrail.4]"), "{}", prod.stdout);
    // Code scanning shows the rule's: that of its worst failure.
    let sarif: Value = run(directory.path(), &["check", "--format", "sarif"]).report();
    let rules = sarif.pointer("/runs/0/tool/driver/rules").unwrap().as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "CloudTrail.4").unwrap();
    assert_eq!(rule.pointer("/defaultConfiguration/level").unwrap(), "error");
    assert_eq!(rule.pointer("/properties/security-severity").unwrap(), "9.5");
    let sarif: Value = run(directory.path(), &["check", "dev", "--format", "sarif"]).report();
    let low = sarif.pointer("/runs/0/tool/driver/rules/3/properties/security-severity").unwrap();
    assert_eq!(low, "3.0");
    fs::write(directory.path().join(".trailwarden.yaml"), "controls:\n  - control: CloudTrail.44\n").unwrap();
    let refused = run(directory.path(), &["check"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains(".trailwarden.yaml:2:14") && refused.stderr.contains("did you mean CloudTrail.4?"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_wrong_parameter_is_refused_where_it_stands() {
    for (controls, place, message) in [
        ("{control: CloudTrail.4, parameters: {key: x}}", "2:42", "CloudTrail.4 has no parameter `key`; it has none"),
        (
            "{control: CloudTrail.1, parameters: {S3BucketNames: x}}",
            "2:42",
            "CloudTrail.1 has no parameter `S3BucketNames`; did you mean `s3BucketName`?",
        ),
        ("{control: [CloudTrail.1, CloudTrail.2], parameters: {s3BucketName: x}}", "2:58", "CloudTrail.2 has no"),
        ("{control: CloudTrail.1, parameters: {s3BucketName: [x]}}", "2:56", "expected a string, found a list"),
        ("{control: CloudTrail.1, parameters: {s3BucketName: ''}}", "2:56", "expected a name"),
        ("{control: CloudTrail.1, parameters: x}", "2:41", "expected a mapping of parameters, found `x`"),
    ] {
        let directory = estate(&[("main.tf", &bad_trail("main"))]);
        fs::write(directory.path().join(".trailwarden.yaml"), format!("controls:\n  - {controls}\n")).unwrap();
        let refused = run(directory.path(), &["check"]);
        assert_eq!(refused.code, 2, "{controls}");
        let expected = format!(".trailwarden.yaml:{place}: {message}");
        assert!(refused.stderr.contains(&expected), "{controls}: expected {expected}\n{}", refused.stderr);
    }
}
