//! The formats as their readers see them: SARIF against its schema and GitHub's limits, one position in every format,
//! matchers and workflow commands over real output.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

mod lines;
mod page;
mod positions;
mod sarif;
mod security_hub;
mod systems;

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A directory that was checked once, with its report in every format.
struct Estate {
    name: String,
    directory: PathBuf,
    json: Value,
    sarif: Value,
    text: String,
    line: String,
    github: String,
    gitlab: Value,
    junit: String,
    markdown: String,
    html: String,
    asff: String,
}

const FORMATS: [&str; 9] = ["json", "sarif", "line", "github", "gitlab", "junit", "markdown", "html", "asff"];

fn checked(name: String, directory: PathBuf, reports: &Path) -> Estate {
    let mut command = Command::cargo_bin("trailwarden").unwrap();
    let options = "check --quiet --color never --unicode never --source-root . --account-id 111122223333 \
                   --region eu-west-1 --time 2026-01-31T13:00:00+01:00";
    command.current_dir(&directory).args(options.split_whitespace());
    for format in FORMATS {
        command.arg("-o").arg(format!("{format}={}", reports.join(format).display()));
    }
    let output = command.arg(".").output().unwrap();
    let [json, sarif, line, github, gitlab, junit, markdown, html, asff] = FORMATS.map(|format| {
        fs::read_to_string(reports.join(format)).unwrap_or_else(|error| panic!("{name}: {format}: {error}: {output:?}"))
    });
    let [json, sarif, gitlab] = [json, sarif, gitlab]
        .map(|text| serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}: {text}")));
    let text = String::from_utf8(output.stdout).unwrap();
    Estate { name, directory, json, sarif, text, line, github, gitlab, junit, markdown, html, asff }
}

/// An estate whose every position is awkward.
struct Awkward {
    name: &'static str,
    file: &'static str,
    text: String,
}

fn awkward() -> Vec<Awkward> {
    let trail = "resource \"aws_cloudtrail\" \"main\" {\n  name = \"main\"\n  s3_bucket_name = \"logs\"\n  \
                 /* täglich 😀 */ enable_log_file_validation = false\n}\n";
    let inside: Vec<String> = (0..3000).map(|at| format!("\"k{at}\": \"é😀\", ")).collect();
    let inside = inside.concat();
    let one_line = format!(
        "{{\"locals\": {{{inside} \"z\": 1}}, \"resource\": {{\"aws_cloudtrail\": {{\"main\": {{\"name\": \"main\", \
         \"s3_bucket_name\": \"logs\", \"enable_log_file_validation\": false, \"is_multi_region_trail\": false}}, \
         \"other\": {{\"name\": \"other\", \"s3_bucket_name\": \"logs\"}}}}}}}}"
    );
    let long = format!("locals {{ x = \"{}\" }}\n{trail}", "wörter ".repeat(2000));
    let template = "{\"Resources\": {\"Träil\": {\"Type\": \"AWS::CloudTrail::Trail\", \"Properties\": {\"S3BucketName\": \
                    \"logs😀\", \"IsLogging\": false, \"EnableLogFileValidation\": false}}}}";
    let instances = "resource \"aws_cloudtrail\" \"each\" {\n  for_each = toset([\"a\", \"b\"])\n  name = each.key\n  \
                     s3_bucket_name = \"logs\"\n}\n";
    let awkward = |name, file, text: &str| Awkward { name, file, text: text.to_owned() };
    vec![
        awkward("plain", "main.tf", trail),
        awkward("carriage returns", "main.tf", &trail.replace('\n', "\r\n")),
        awkward("byte-order mark", "main.tf", &format!("\u{feff}{trail}")),
        awkward("byte-order mark and carriage returns", "main.tf", &format!("\u{feff}{}", trail.replace('\n', "\r\n"))),
        awkward("one line of JSON", "main.tf.json", &one_line),
        awkward("a long line", "main.tf", &long),
        awkward("a template in one line", "template.json", template),
        awkward("instances", "main.tf", instances),
        awkward("a name to escape", "päth [1], 100%.tf", trail),
    ]
}

/// The same two trails in every dress a file can have: byte-order mark, line ends, tabs, wide characters before a place,
/// no line end after the last line. Each is a unit of its own in one estate.
fn dressed() -> Vec<(String, String)> {
    let terraform = "# FILL\nresource \"aws_cloudtrail\" \"main\" { # FILL\n\tname = \"FILL\"\n\ts3_bucket_name = \"logs\"\n\t\
                     enable_log_file_validation = /* FILL */ false\n}\n";
    let template = "# FILL\nResources:\n  Trail: # FILL\n    Type: AWS::CloudTrail::Trail\n    Properties: { TrailName: \"FILL\", \
                    IsLogging: false, S3BucketName: logs }\n";
    let mut files = Vec::new();
    for (filling, fill) in ["plain", "tägliche", "😀😀", "e\u{301}\u{5d0}"].into_iter().enumerate() {
        for (dress, [start, end, indent, last]) in [
            ["", "\n", "\t", "\n"],
            ["", "\r\n", "\t", "\r\n"],
            ["\u{feff}", "\n", "  ", ""],
            ["\u{feff}", "\r\n", "\t\t", ""],
            ["", "\r\n", "", ""],
            ["\u{feff}", "\n", "\t", "\n\n"],
        ]
        .into_iter()
        .enumerate()
        {
            for (file, text, indent) in [("main.tf", terraform, indent), ("template.yaml", template, "\t")] {
                let text = text.trim_end().replace("FILL", fill).replace('\t', indent).replace('\n', end);
                files.push((format!("{filling}-{dress}-{file}/{file}"), format!("{start}{text}{last}")));
            }
        }
    }
    files
}

/// The examples, the cases, the plans, the awkward ones and the dressed ones.
static ESTATES: LazyLock<Vec<Estate>> = LazyLock::new(|| {
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("awkward");
    let mut directories = vec![("examples".to_owned(), repository().join("examples"))];
    for fixtures in ["tests/cases", "tests/fixtures/plans"] {
        for entry in fs::read_dir(repository().join(fixtures)).unwrap() {
            let path = entry.unwrap().path();
            directories.push((path.file_name().unwrap().to_string_lossy().into_owned(), path));
        }
    }
    for awkward in awkward() {
        let path = made.join(awkward.name.replace(' ', "-"));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join(awkward.file), &awkward.text).unwrap();
        directories.push((awkward.name.to_owned(), path));
    }
    let path = made.join("dressed");
    for (name, text) in dressed() {
        fs::create_dir_all(path.join(&name).parent().unwrap()).unwrap();
        fs::write(path.join(&name), text).unwrap();
    }
    directories.push(("dressed".to_owned(), path));
    directories.sort();
    let reports = TempDir::new().unwrap();
    directories.into_iter().map(|(name, directory)| checked(name, directory, reports.path())).collect()
});

fn examples() -> &'static Estate {
    ESTATES.iter().find(|estate| estate.name == "examples").unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))).unwrap()
}

fn failures(report: &Value) -> Vec<&Value> {
    list(&report["results"])
        .iter()
        .filter(|result| result["verdict"] == "fail" && result["suppressed"].is_null())
        .collect()
}
