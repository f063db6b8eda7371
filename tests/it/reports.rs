//! The formats as their readers see them: SARIF against its schema and GitHub's limits, one position in every format,
//! matchers and workflow commands over real output.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use assert_cmd::Command;
use regex::Regex;
use serde_json::{Value, json};
use tempfile::TempDir;

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
}

fn checked(name: String, directory: PathBuf, reports: &Path) -> Estate {
    let formats = ["json", "sarif", "line", "github"];
    let mut command = Command::cargo_bin("trailwarden").unwrap();
    command.current_dir(&directory).args([
        "check",
        "--quiet",
        "--color",
        "never",
        "--unicode",
        "never",
        "--source-root",
        ".",
    ]);
    for format in formats {
        command.arg("-o").arg(format!("{format}={}", reports.join(format).display()));
    }
    let output = command.arg(".").output().unwrap();
    let [json, sarif, line, github] = formats.map(|format| {
        fs::read_to_string(reports.join(format)).unwrap_or_else(|error| panic!("{name}: {format}: {error}: {output:?}"))
    });
    Estate {
        json: serde_json::from_str(&json).unwrap_or_else(|error| panic!("{name}: {error}: {json}")),
        sarif: serde_json::from_str(&sarif).unwrap_or_else(|error| panic!("{name}: {error}: {sarif}")),
        text: String::from_utf8(output.stdout).unwrap(),
        name,
        directory,
        line,
        github,
    }
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

/// The examples, the cases and the awkward ones.
static ESTATES: LazyLock<Vec<Estate>> = LazyLock::new(|| {
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("awkward");
    let cases = repository().join("tests/cases");
    let mut directories = vec![("examples".to_owned(), repository().join("examples"))];
    for entry in fs::read_dir(cases).unwrap() {
        let path = entry.unwrap().path();
        directories.push((path.file_name().unwrap().to_string_lossy().into_owned(), path));
    }
    for awkward in awkward() {
        let path = made.join(awkward.name.replace(' ', "-"));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join(awkward.file), &awkward.text).unwrap();
        directories.push((awkward.name.to_owned(), path));
    }
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

fn schema() -> jsonschema::Validator {
    let schema = fs::read_to_string(repository().join("tests/fixtures/sarif-2.1.0.json")).unwrap();
    // One pattern of this copy (of a run's language) closes a bracket that it never opened.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap()
}

#[test]
fn sarif_is_valid_for_every_estate() {
    let schema = schema();
    for Estate { name, sarif, .. } in ESTATES.iter() {
        let errors: Vec<String> =
            schema.iter_errors(sarif).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {}", errors.join("\n"));
    }
}

#[test]
fn the_schema_refuses_a_broken_document() {
    let schema = schema();
    let sound = &examples().sarif;
    assert!(schema.is_valid(sound));
    for (pointer, value) in [
        ("/version", json!("2.0.0")),
        ("/runs/0/columnKind", json!("bytes")),
        ("/runs/0/results/0/level", json!("critical")),
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", json!(0)),
        ("/runs/0/results/0/message", json!({})),
    ] {
        let mut broken = sound.clone();
        *broken.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is missing")) = value;
        assert!(!schema.is_valid(&broken), "{pointer} may be anything");
    }
}

#[test]
fn sarif_stays_within_what_github_takes() {
    for Estate { name, sarif, .. } in ESTATES.iter() {
        assert_eq!(list(&sarif["runs"]).len(), 1, "{name}: one upload may hold one run of a category");
        let run = &sarif["runs"][0];
        let id = text(&run["automationDetails"]["id"]);
        assert!(id.starts_with("trailwarden/") && id.ends_with('/'), "{name}: {id}");
        for rule in list(&run["tool"]["driver"]["rules"]) {
            for required in ["/id", "/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown"] {
                let words = rule.pointer(required).map(text).unwrap_or_default();
                assert!(!words.trim().is_empty(), "{name}: {required} of {rule}");
                assert!(
                    required.ends_with("markdown") || words.chars().count() <= 1024,
                    "{name}: {required} is too long"
                );
            }
            assert!(text(&rule["helpUri"]).starts_with("https://"), "{name}: {}", rule["helpUri"]);
            assert!((1..=10).contains(&list(&rule["properties"]["tags"]).len()), "{name}: {}", rule["properties"]);
            let score: f64 = text(&rule["properties"]["security-severity"]).parse().unwrap();
            assert!(score > 0.0 && score <= 10.0, "{name}: {score}");
        }
        let mut lines = BTreeSet::new();
        for result in list(&run["results"]) {
            assert!(!text(&result["message"]["text"]).is_empty(), "{name}: {result}");
            assert_eq!(list(&result["locations"]).len(), 1, "{name}");
            let index = number(&result["ruleIndex"]);
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"], "{name}");
            let place = &result["locations"][0]["physicalLocation"];
            let (start, end) = (&place["region"]["startLine"], &place["region"]["endLine"]);
            assert_eq!(start, end, "{name}: a region of several lines is not shown in a pull request");
            let hash = text(&result["partialFingerprints"]["primaryLocationLineHash"]);
            assert!(
                lines.insert((result["ruleId"].to_string(), hash.to_owned())),
                "{name}: {hash} stands for two alerts"
            );
            every_link_leads_somewhere(name, result);
        }
        every_place_is_complete(name, sarif);
    }
}

fn every_link_leads_somewhere(name: &str, result: &Value) {
    let link = Regex::new(r"[^\\]\]\((\d+)\)").unwrap();
    let linked: Vec<String> =
        link.captures_iter(text(&result["message"]["text"])).map(|found| found[1].to_owned()).collect();
    let related: Vec<String> = list(&result["relatedLocations"]).iter().map(|place| place["id"].to_string()).collect();
    assert_eq!(linked, related, "{name}: {}", result["message"]);
}

/// Wherever a place stands in the document, its path is relative and its region has all four numbers.
fn every_place_is_complete(name: &str, value: &Value) {
    if let Some(uri) = value.pointer("/artifactLocation/uri").map(text) {
        let bad = uri.is_empty() || uri.starts_with(['/', '.']) || uri.contains("://") || uri.contains('\\');
        assert!(!bad, "{name}: {uri}");
        let encoded = uri.chars().all(|c| c.is_ascii_alphanumeric() || "-._~/%".contains(c));
        assert!(encoded, "{name}: {uri} is not percent-encoded");
    }
    if let Some(region) = value.get("region") {
        let [line, column, end_line, end_column] =
            ["startLine", "startColumn", "endLine", "endColumn"].map(|key| number(&region[key]));
        assert!(line >= 1 && column >= 1, "{name}: {region}");
        assert!((end_line, end_column) >= (line, column), "{name}: {region}");
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| every_place_is_complete(name, item)),
        Value::Object(fields) => fields.values().for_each(|field| every_place_is_complete(name, field)),
        _ => {}
    }
}

/// The units of a line from `column` to `end`, both counted from 1.
fn cut(units: impl Iterator<Item = u16>, column: usize, end: usize) -> Vec<u16> {
    units.skip(column - 1).take(end - column).collect()
}

fn lines(text: &str) -> Vec<&str> {
    text.trim_start_matches('\u{feff}').split('\n').map(|line| line.trim_end_matches('\r')).collect()
}

fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// What JSON's location holds: path, line and the text itself, which must be what every other format points at.
fn pointed_at(directory: &Path, location: &Value) -> (String, usize, String) {
    let path = text(&location["path"]).to_owned();
    let source = fs::read_to_string(directory.join(&path)).unwrap();
    let [line, end_line] = ["start", "end"].map(|key| number(&location[key]["line"]));
    let [column, end] = ["start", "end"].map(|key| number(&location[key]["column"]));
    assert_eq!(line, end_line, "{path}: {location}");
    let lines = lines(&source);
    let held: String = lines[line - 1].chars().skip(column - 1).take(end - column).collect();
    (path, line, held)
}

#[test]
fn every_format_points_at_the_same_text() {
    for awkward in awkward() {
        let estate = ESTATES.iter().find(|estate| estate.name == awkward.name).unwrap();
        assert!(!failures(&estate.json).is_empty(), "{}: nothing is found: {}", awkward.name, estate.json);
    }
    let mut seen = 0;
    for Estate { name, directory, json, sarif, text: drawn, github, .. } in ESTATES.iter() {
        let in_sarif: BTreeMap<&str, &Value> = list(&sarif["runs"][0]["results"])
            .iter()
            .map(|result| {
                (text(&result["partialFingerprints"]["trailwarden/v1"]), &result["locations"][0]["physicalLocation"])
            })
            .collect();
        let commands = commands(github);
        for failure in failures(json) {
            seen += 1;
            let (path, line, held) = pointed_at(directory, &failure["location"]);
            assert!(!held.is_empty() && held.trim() == held, "{name}: {failure} points at {held:?}");
            let column = number(&failure["location"]["start"]["column"]);
            // An excerpt says where it stands; of a plan only the place is shown.
            let places = [format!("[{path}:{line}:{column}]"), format!("at {path}:{line}:{column}\n")];
            assert!(places.iter().any(|at| drawn.contains(at)), "{name}: {path}:{line}:{column}: {drawn}");
            let shared = commands.iter().any(|command| {
                command.properties["file"] == path
                    && command.number("line") == line
                    && command.number("col") == column
                    && command.number("endColumn") == number(&failure["location"]["end"]["column"])
            });
            assert!(shared || commands.len() >= 10, "{name}: no annotation for {failure}");
            if let Some(place) = in_sarif.get(text(&failure["fingerprint"])) {
                assert_eq!(decoded(text(&place["artifactLocation"]["uri"])), path, "{name}");
                let region = &place["region"];
                assert_eq!(number(&region["startLine"]), line, "{name}");
                let source = fs::read_to_string(directory.join(&path)).unwrap();
                let units = lines(&source)[line - 1].encode_utf16();
                let units = cut(units, number(&region["startColumn"]), number(&region["endColumn"]));
                assert_eq!(String::from_utf16(&units).unwrap(), held, "{name}: {region}");
            }
        }
    }
    assert!(seen > 50, "only {seen} failures were compared");
}

#[test]
fn a_long_line_is_not_printed_whole() {
    for Estate { name, text, .. } in ESTATES.iter() {
        let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
        assert!(longest < 1500, "{name}: a line of {longest} characters");
    }
}

#[test]
fn text_without_unicode_is_ascii_and_addresses_are_whole() {
    let drawn = &examples().text;
    assert!(drawn.is_ascii(), "{drawn}");
    for line in drawn.lines().filter(|line| line.contains("https://")) {
        assert!(line.trim_start().starts_with("see: https://") && line.contains("#cloudtrail-"), "{line}");
    }
    assert_eq!(
        drawn.matches("see: https://").count(),
        drawn.matches(" fail (").count() + drawn.matches(" unknown (").count()
    );
}

fn pattern(editor: &str) -> Value {
    let output = Command::cargo_bin("trailwarden").unwrap().args(["problem-matcher", editor]).output().unwrap();
    let matcher: Value = serde_json::from_slice(&output.stdout).unwrap();
    matcher.pointer("/problemMatcher/0/pattern/0").or(matcher.get("pattern")).unwrap().clone()
}

#[test]
fn both_matchers_read_every_line() {
    for editor in ["github", "vscode"] {
        let pattern = pattern(editor);
        let regexp = Regex::new(text(&pattern["regexp"])).unwrap();
        for Estate { name, json, line: printed, .. } in ESTATES.iter() {
            let failures = failures(json);
            let mut covered = BTreeSet::new();
            let mut places = BTreeSet::new();
            for line in printed.lines() {
                let found = regexp.captures(line).unwrap_or_else(|| panic!("{editor} does not read {line:?}"));
                let group = |key: &str| found[number(&pattern[key])].to_owned();
                assert!(["error", "warning"].contains(&group("severity").as_str()), "{line}");
                let key = [group("code"), group("file"), group("line")];
                let said = |failure: &&Value| defect(failure) == key && group("message").contains(&message(failure));
                assert!(failures.iter().any(said), "{name}: no failure is {line}");
                covered.insert(key);
                let new = places.insert((group("file"), group("line"), group("column")));
                assert!(new, "{name}: editors show one problem for each place: {line}");
            }
            assert_eq!(covered, failures.into_iter().map(defect).collect(), "{name}: {printed}");
        }
    }
}

/// What is wrong where: control, path and line.
fn defect(failure: &Value) -> [String; 3] {
    let location = &failure["location"];
    [text(&failure["control"]).to_owned(), text(&location["path"]).to_owned(), location["start"]["line"].to_string()]
}

fn message(failure: &Value) -> String {
    text(&failure["message"]).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A workflow command, read back as the runner reads it.
struct WorkflowCommand {
    level: String,
    properties: BTreeMap<String, String>,
    message: String,
}

impl WorkflowCommand {
    fn number(&self, key: &str) -> usize {
        self.properties[key].parse().unwrap()
    }
}

fn commands(printed: &str) -> Vec<WorkflowCommand> {
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| data(&text.replace("%3A", ":").replace("%2C", ","));
    let command = |line: &str| {
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (level, properties) = head.split_once(' ').unwrap();
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=').unwrap();
            (key.to_owned(), property(value))
        };
        let properties = properties.split(',').map(pair).collect();
        WorkflowCommand { level: level.to_owned(), properties, message: data(message) }
    };
    printed.lines().map(command).collect()
}

#[test]
fn workflow_commands_read_back() {
    for Estate { name, directory, json, github, .. } in ESTATES.iter() {
        let wanted = |result: &&Value| result["verdict"] == "fail" || result["verdict"] == "unknown";
        let results: Vec<&Value> = list(&json["results"]).iter().filter(wanted).collect();
        let commands = commands(github);
        for level in ["error", "warning", "notice"] {
            assert!(
                commands.iter().filter(|command| command.level == level).count() <= 10,
                "{name}: GitHub drops the rest"
            );
        }
        for command in commands.iter().filter(|command| command.level != "notice") {
            let source = fs::read_to_string(directory.join(&command.properties["file"]));
            assert!(source.is_ok(), "{name}: no file {}", command.properties["file"]);
            assert_eq!(command.number("line"), command.number("endLine"), "{name}: columns need one line");
            assert!(command.number("col") <= command.number("endColumn"), "{name}");
            let known = results.iter().any(|result| {
                command.properties["title"].starts_with(text(&result["control"]))
                    && command.message.starts_with(text(&result["message"]))
            });
            assert!(known, "{name}: {}", command.message);
        }
    }
}
