//! Where findings stand, and by way of what values came there: the cases of `tests/places`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default = "exposure")]
    control: String,
    files: BTreeMap<String, String>,
    at: String,
    shows: String,
    #[serde(default)]
    by: Vec<String>,
}

fn exposure() -> String {
    "CloudTrail.6".to_owned()
}

const TERRAFORM: (&str, &str) = (
    "estate.tf",
    r#"
resource "aws_cloudtrail" "trail" {
  name           = "trail"
  s3_bucket_name = aws_s3_bucket.logs.id
}
resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}
"#,
);

const CLOUDFORMATION: (&str, &str) = (
    "estate.yaml",
    "
Resources:
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties: {S3BucketName: logs, IsLogging: true}
  Logs:
    Type: AWS::S3::Bucket
    Properties: {BucketName: logs}
",
);

/// What the messages of related places are that every finding about a bucket has.
const USUAL: [&str; 4] =
    ["the bucket it writes to", "the trail writes to it", "the trail", "another unit names the bucket here"];

/// Another way of writing a file, which means the same.
type Spelling = fn(&str) -> String;

const SPELLINGS: [(&str, Spelling); 3] = [
    ("as it stands", str::to_owned),
    ("with CRLF", |text| text.replace('\n', "\r\n")),
    ("with a byte-order mark", |text| format!("\u{feff}{text}")),
];

/// What is wrong with a case in one spelling.
fn differences(case: &Case, spell: Spelling) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join(".git")).unwrap();
    let is_terraform = case.files.keys().any(|name| name.contains(".tf"));
    let (estate, text) = if is_terraform { TERRAFORM } else { CLOUDFORMATION };
    let has_trail =
        case.files.values().any(|text| text.contains("AWS::CloudTrail::Trail") || text.contains("aws_cloudtrail"));
    if !has_trail {
        fs::write(directory.path().join(estate), text).unwrap();
    }
    for (path, text) in &case.files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, spell(text)).unwrap();
    }
    let output = Command::cargo_bin("trailwarden")
        .unwrap()
        .current_dir(directory.path())
        .args(["check", "--format", "json", "--select", &case.control])
        .output()
        .unwrap();
    let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) else {
        return vec![format!("no report: {}", String::from_utf8_lossy(&output.stderr))];
    };
    let failing = |result: &&Value| result["verdict"] == "fail";
    let Some(finding) = report["results"].as_array().unwrap().iter().find(failing) else {
        return vec![format!("nothing fails: {report:#}")];
    };
    let (at, shown) = shown(directory.path(), &finding["location"]);
    let mut wrong = Vec::new();
    if at != case.at || shown != case.shows {
        wrong.push(format!("expected {} {}\n  got      {at} {shown}", case.at, case.shows));
    }
    let by: Vec<String> = finding["related"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|label| !USUAL.contains(&label["message"].as_str().unwrap()))
        .map(|label| {
            let message = label["message"].as_str().unwrap();
            format!("{}: {message}", self::shown(directory.path(), &label["location"]).0)
        })
        .collect();
    if by != case.by {
        wrong.push(format!("expected by {:?}\n  got      by {by:?}", case.by));
    }
    wrong
}

/// The file and line of a place, and the text it holds. Columns count characters, without a byte-order mark.
fn shown(root: &Path, location: &Value) -> (String, String) {
    let path = location["path"].as_str().unwrap();
    let number = |end: &str, what: &str| usize::try_from(location[end][what].as_u64().unwrap()).unwrap();
    let text = fs::read_to_string(root.join(path)).unwrap();
    let line = text.trim_start_matches('\u{feff}').lines().nth(number("start", "line") - 1).unwrap_or_default();
    let (start, end) = (number("start", "column"), number("end", "column"));
    let region = line.chars().skip(start - 1).take(end - start).collect();
    assert_eq!(number("start", "line"), number("end", "line"), "a finding is one line");
    (format!("{path}:{}", number("start", "line")), region)
}

fn run(topic: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/places").join(topic);
    let cases: Vec<Case> = serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        for (spelling, spell) in SPELLINGS {
            let differences = differences(case, spell);
            if !differences.is_empty() {
                wrong.push(format!("{topic}: {}, {spelling}\n  {}", case.name, differences.join("\n  ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_statement_of_a_policy_that_is_a_text_stands_where_it_is_written() {
    run("texts.yaml");
}

#[test]
fn a_value_shows_the_parameters_mappings_and_conditions_it_came_by() {
    run("chains.yaml");
}
