//! What holds for every format: a place points at its text, nothing in the files breaks out of a report, and the same
//! report is the same bytes.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;

use crate::finding::{Severity, Verdict};
use crate::source::Span;

use super::fixture::{Estate, failure};
use super::{Color, Editor, FORMATS, Format, Style, Unicode, problem_matcher, summary};

fn json(estate: &Estate, format: Format) -> Value {
    serde_json::from_str(&estate.render(format)).unwrap_or_else(|error| panic!("{format:?}: {error}"))
}

/// The text between two columns of a line, as whoever reads the report cuts it out of the file.
fn cut(text: &str, line: usize, columns: std::ops::Range<usize>, units: fn(char) -> usize) -> String {
    let line = text.split('\n').nth(line - 1).unwrap_or_default().trim_start_matches('\u{feff}');
    let mut column = 1;
    let mut cut = String::new();
    for character in line.chars() {
        if columns.contains(&column) {
            cut.push(character);
        }
        column += units(character);
    }
    cut
}

fn number(value: &Value, pointer: &str) -> usize {
    let number = value.pointer(pointer).and_then(Value::as_u64);
    usize::try_from(number.unwrap_or_else(|| panic!("{pointer} in {value:#}"))).unwrap()
}

/// What each place of the report must be when it is cut out of its file, by what it says.
fn marked(estate: &Estate) -> BTreeSet<String> {
    let findings = estate.report.findings.iter();
    let spans = findings
        .flat_map(|finding| std::iter::once(finding.location).chain(finding.related.iter().map(|label| label.span)));
    spans.map(|span| estate.sources.text(span)).collect()
}

#[test]
fn places_in_json_are_their_text() {
    let estate = Estate::new();
    let report = json(&estate, Format::Json);
    let mut seen = BTreeSet::new();
    for result in report["results"].as_array().unwrap() {
        let related = result["related"].as_array().unwrap().iter().map(|label| &label["location"]);
        for place in std::iter::once(&result["location"]).chain(related) {
            let path = place["path"].as_str().unwrap();
            let text = estate.sources.file(estate.sources.add(path, String::new())).text.clone();
            let (line, columns) =
                (number(place, "/start/line"), number(place, "/start/column")..number(place, "/end/column"));
            seen.insert(cut(&text, line, columns, |_| 1));
        }
    }
    assert_eq!(seen, marked(&estate));
}

#[test]
fn regions_in_sarif_are_their_text() {
    let estate = Estate::new();
    let report = json(&estate, Format::Sarif);
    let marked = marked(&estate);
    for result in report["runs"][0]["results"].as_array().unwrap() {
        let related = result["relatedLocations"].as_array().into_iter().flatten();
        for location in result["locations"].as_array().unwrap().iter().chain(related) {
            let (uri, region) =
                (&location["physicalLocation"]["artifactLocation"]["uri"], &location["physicalLocation"]["region"]);
            let path =
                uri.as_str().unwrap().replace("%20", " ").replace("%28", "(").replace("%29", ")").replace("%3A", ":");
            assert!(!path.starts_with('.') && !path.starts_with('/') && !path.contains('%'), "{uri}");
            let file = estate.sources.add(format!("/estate/{path}"), String::new());
            assert_eq!(
                region["startLine"], region["endLine"],
                "code scanning hides regions of several lines: {region}"
            );
            let columns = number(region, "/startColumn")..number(region, "/endColumn");
            let cut = cut(&estate.sources.file(file).text, number(region, "/startLine"), columns, char::len_utf16);
            assert!(marked.contains(&cut), "{cut:?} at {location:#}");
        }
    }
}

#[test]
fn matchers_read_every_line() {
    let estate = Estate::new();
    let lines = estate.render(Format::Line);
    for editor in [Editor::Github, Editor::VsCode] {
        let matcher: Value = serde_json::from_str(&problem_matcher(editor)).unwrap();
        let pattern = matcher.pointer("/problemMatcher/0/pattern/0").or(matcher.get("pattern")).unwrap();
        let regex = Regex::new(pattern["regexp"].as_str().unwrap()).unwrap();
        let mut places = BTreeSet::new();
        for line in lines.lines() {
            let is_read = editor == Editor::VsCode || !line.contains(": info[");
            assert_eq!(regex.is_match(line), is_read, "{editor:?} and {line:?}");
            let Some(groups) = regex.captures(line) else { continue };
            let group = |name: &str| groups[number(pattern, &format!("/{name}"))].to_owned();
            assert!(["error", "warning", "info"].contains(&group("severity").as_str()), "{line}");
            let file = estate.sources.file(estate.sources.add(group("file"), String::new()));
            let number: usize = group("line").parse().unwrap();
            assert!(number <= file.lines.len(), "{line}");
            let place = (group("file"), number, group("column"));
            assert!(places.insert(place), "an editor shows one problem a line and column: {line}\n{lines}");
        }
    }
    assert!(lines.contains("main.tf:3:41: warning[CloudTrail.4] aws_cloudtrail.main: "), "{lines}");
    assert!(lines.contains("stack:1.json:1:"), "{lines}");
    let expected = [
        "broken.tf:1:10: error[unreadable] a block's label is missing",
        "gone.yaml:1:1: error[unreadable] does not exist",
    ];
    assert_eq!(lines.lines().take(2).collect::<Vec<_>>(), expected);
    assert_eq!(lines.lines().count(), 2 + 7 + 1, "two unread files, seven failures, one unknown:\n{lines}");
}

#[test]
fn instances_of_one_place_are_one_problem() {
    let estate = Estate::new();
    for format in [Format::Github, Format::Gitlab, Format::Markdown, Format::Sarif, Format::Text] {
        let report = estate.render_in(format, Style { color: Color::Never, unicode: Unicode::Never, width: 1000 });
        let report = report.replace('\\', "");
        assert_eq!(
            report.matches("3 instances: x[\"a\"], x[\"b\"], x[\"c\"]").count(),
            1,
            "{format:?}\n{}",
            bounded(&report)
        );
    }
}

/// The beginning of a report: a failed test must not print a megabyte.
fn bounded(report: &str) -> String {
    report.chars().take(20_000).collect()
}

#[test]
fn reports_are_bounded_and_safe_to_print() {
    let estate = Estate::new();
    for (name, format) in FORMATS {
        let report = estate.render(format);
        assert!(report.len() < 60_000, "{name} has {} bytes for a few findings", report.len());
        for forbidden in ['\u{1b}', '\u{7}', '\r', '\u{feff}'] {
            assert!(!report.contains(forbidden), "{name} holds {forbidden:?}:\n{}", bounded(&report));
        }
        assert!(report.ends_with('\n') && !report.ends_with("\n\n\n"), "{name} ends with one line end");
    }
}

#[test]
fn the_same_report_is_the_same_bytes() {
    for (name, format) in FORMATS {
        assert_eq!(Estate::new().render(format), Estate::new().render(format), "{name}");
    }
}

#[test]
fn every_format_is_found_by_its_name_and_a_wrong_name_gets_the_list() {
    for (name, format) in FORMATS {
        assert_eq!(name.parse(), Ok(format));
    }
    let error = "xml".parse::<Format>().unwrap_err();
    assert!(FORMATS.iter().all(|(name, _)| error.contains(name)), "{error}");
}

#[test]
fn annotations_are_ten_a_level_worst_first() {
    let mut estate = Estate::new();
    let header = estate.report.findings[0].location;
    for number in 0..30 {
        let place = Span::new(header.file, header.range().start, header.range().start + number);
        estate.report.findings.push(failure("CloudTrail.2", Severity::Medium, place, &format!("t{number}")));
    }
    let commands = estate.render(Format::Github);
    let of = |level: &str| commands.lines().filter(|line| line.starts_with(&format!("::{level} "))).count();
    assert_eq!((of("error"), of("warning"), of("notice")), (3, 10, 1), "{commands}");
    let last = commands.lines().rfind(|line| line.starts_with("::warning ")).unwrap();
    assert!(last.ends_with("%0Aand 24 more warnings in the log"), "{last}");
    let public = commands.lines().find(|line| line.contains("CloudTrail.6")).unwrap();
    assert!(
        public.starts_with("::error file=modules/log bucket (eu)/s3.tf,line=2,endLine=2,col=9,endColumn=22,"),
        "{public}"
    );
    assert!(public.contains("<b>50%25</b>, all: of it."), "{public}");
}

#[test]
fn gitlab_gets_what_it_demands() {
    let issues = json(&Estate::new(), Format::Gitlab);
    let issues = issues.as_array().unwrap();
    let fingerprints: BTreeSet<&str> = issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(fingerprints.len(), issues.len(), "equal fingerprints collapse into one entry");
    for issue in issues {
        assert!(["minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap()), "{issue}");
        assert!(!issue["location"]["path"].as_str().unwrap().starts_with('.'), "{issue}");
        assert!(issue["location"]["lines"]["begin"].is_u64() && issue["description"].is_string(), "{issue}");
    }
}

#[test]
fn junit_is_xml_that_counts_right() {
    let estate = Estate::new();
    let text = estate.render(Format::Junit);
    let mut reader = quick_xml::Reader::from_str(&text);
    let mut names = Vec::new();
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error} at {}", reader.buffer_position())) {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    attribute.unwrap().unescape_value().unwrap();
                }
                names.push(String::from_utf8(tag.name().as_ref().to_vec()).unwrap());
            }
            _ => {}
        }
    }
    let count = |name: &str| names.iter().filter(|found| *found == name).count();
    let failures = estate.report.findings.iter().filter(|finding| finding.verdict == Verdict::Fail);
    assert_eq!(count("failure"), failures.filter(|finding| finding.suppressed.is_none()).count());
    assert_eq!(count("testcase"), estate.report.findings.len() + 2);
    assert_eq!((count("error"), count("testsuite")), (2, 3));
}

#[test]
fn the_summary_of_a_job_is_a_table_and_the_failures() {
    let page = Estate::new().render(Format::Markdown);
    assert!(page.contains("| | CloudTrail.1 | CloudTrail.2 | CloudTrail.4 |"), "{page}");
    assert!(
        page.contains("| `aws_cloudtrail.main` in `.` |  | **fail** | **fail** | **fail** | **fail** | suppressed |"),
        "{page}"
    );
    assert!(page.contains("| account of `.` | unknown |"), "{page}");
    assert!(page.contains("```hcl\nacl = \"public-read\""), "{page}");
    assert!(!page.contains("<b>") && !page.contains("[click](1)"), "{page}");
}

#[test]
fn the_summary_counts() {
    let estate = Estate::new();
    let line = summary(&estate.report);
    assert!(line.starts_with("4 trails in 5 files: 7 failures (1 critical, 1 medium, 5 low), 1 unknown, "), "{line}");
    assert!(line.contains("1 suppressed") && line.contains("1 passed"), "{line}");
}

#[test]
fn text_gives_the_name_that_the_author_knows_a_resource_by() {
    let mut estate = Estate::new();
    estate.report.findings.iter_mut().for_each(|finding| finding.name = Some("Audit/Trail/Resource".to_owned()));
    assert!(estate.render(Format::Text).contains("name: Audit/Trail/Resource\n"));
}

#[test]
fn colour_and_characters_are_as_asked() {
    let estate = Estate::new();
    for (color, unicode) in
        [(Color::Always, Unicode::Always), (Color::Never, Unicode::Always), (Color::Always, Unicode::Never)]
    {
        let text = estate.render_in(Format::Text, Style { color, unicode, width: 80 });
        assert_eq!(text.contains("\u{1b}[3"), color == Color::Always, "{color:?}");
        assert_eq!(text.contains('\u{2500}'), unicode == Unicode::Always, "{unicode:?}");
        assert!(
            text.contains(
                "https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-1"
            ),
            "an address stays whole: {text}"
        );
    }
}

/// What code scanning demands of every log, or it refuses the upload.
/// <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>
#[test]
fn sarif_is_what_code_scanning_accepts() {
    let estate = Estate::new();
    let log = json(&estate, Format::Sarif);
    let [run] = log["runs"].as_array().unwrap().as_slice() else { panic!("one run") };
    assert_eq!(run["automationDetails"]["id"], "trailwarden/envs/prod/");
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        for text in ["/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown", "/helpUri"] {
            let text = rule.pointer(text).and_then(Value::as_str).unwrap_or_else(|| panic!("{text} in {rule:#}"));
            assert!(!text.is_empty(), "{rule:#}");
        }
        let properties = &rule["properties"];
        assert!(properties["security-severity"].as_str().unwrap().parse::<f64>().is_ok(), "{properties}");
        let tags = properties["tags"].as_array().unwrap();
        assert!(tags.len() <= 10 && tags.contains(&Value::from("security")), "{tags:?}");
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.iter().filter(|result| result["ruleId"] == "CloudTrail.7").count(), 0, "suppressed");
    let line_hash = Regex::new("^[0-9a-f]+:[0-9]+$").unwrap();
    for result in results {
        assert_eq!(rules[number(result, "/ruleIndex")]["id"], result["ruleId"]);
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()), "{result:#}");
        let hash = result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
        assert!(line_hash.is_match(hash), "{hash}");
        let message = result["message"]["text"].as_str().unwrap();
        for location in result["relatedLocations"].as_array().into_iter().flatten() {
            assert!(
                message.contains(&format!("]({})", location["id"])),
                "a related location is shown when linked: {message}"
            );
        }
    }
    let notifications = &run["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notifications.as_array().unwrap().len(), 1 + 2 + 1, "an unknown, two files, a note: {notifications:#}");
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn what_lies_outside_the_source_root_is_told_but_not_pointed_at() {
    let estate = Estate::new();
    let inside = estate.sarif_from("/estate/envs/prod");
    let run = &inside["runs"][0];
    let is_public = |result: &&Value| result["ruleId"] == "CloudTrail.6";
    assert_eq!(
        run["results"].as_array().unwrap().iter().filter(is_public).count(),
        0,
        "its bucket is in ../../modules"
    );
    let notifications = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notifications.contains("CloudTrail.6: Everybody may read"), "{notifications}");
    assert!(!inside.to_string().contains("\"uri\":\"."), "{inside:#}");
    assert_eq!(estate.sarif_from("/elsewhere")["runs"][0]["automationDetails"]["id"], "trailwarden/");
}

#[test]
fn full_sarif_says_what_each_result_is() {
    let estate = Estate::new();
    let log = estate.full_sarif();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let kinds = |wanted: &str| results.iter().filter(|result| result["kind"] == wanted).count();
    // Three instances that share a place are one failure; one failure is suppressed; one unknown, two without data.
    assert_eq!((kinds("fail"), kinds("pass"), kinds("open")), (5 + 1, 1, 3), "{log:#}");
    for result in results {
        assert_eq!(result["kind"] == "fail", result["level"] != "none", "only failures have a level: {result:#}");
    }
    let suppressed: Vec<&Value> = results.iter().filter(|result| result.get("suppressions").is_some()).collect();
    let [suppressed] = suppressed.as_slice() else { panic!("one is suppressed: {suppressed:#?}") };
    let waiver = serde_json::json!({ "kind": "external", "justification": "the bucket's own log bucket" });
    assert_eq!((&suppressed["ruleId"], &suppressed["suppressions"][0]), (&Value::from("CloudTrail.7"), &waiver));
}

#[test]
fn requirements_are_taxa_of_their_standard() {
    let log = json(&Estate::new(), Format::Sarif);
    let run = &log["runs"][0];
    let names = |taxonomy: &Value| taxonomy["name"].as_str().unwrap().to_owned();
    let taxonomies = run["taxonomies"].as_array().unwrap();
    let supported = run["tool"]["driver"]["supportedTaxonomies"].as_array().unwrap();
    assert_eq!(taxonomies.iter().map(names).collect::<Vec<_>>(), supported.iter().map(names).collect::<Vec<_>>());
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let of_rules = rules.iter().flat_map(|rule| rule["relationships"].as_array().unwrap()).map(|one| &one["target"]);
    let results = run["results"].as_array().unwrap();
    let of_results = results.iter().flat_map(|result| result["taxa"].as_array().unwrap());
    let mut seen = 0;
    for reference in of_rules.chain(of_results) {
        let taxonomy = &taxonomies[number(reference, "/toolComponent/index")];
        assert_eq!(taxonomy["name"], reference["toolComponent"]["name"], "{reference}");
        assert_eq!(taxonomy["taxa"][number(reference, "/index")]["id"], reference["id"], "{reference}");
        seen += 1;
    }
    assert_eq!(seen, 3 * (rules.len() + results.len()));
}

#[test]
fn security_hub_is_told_what_was_suppressed() {
    let report = Estate::new().render(Format::Asff);
    let findings: Vec<Value> = serde_json::from_str(report.trim()).unwrap();
    let suppressed: Vec<&Value> = findings.iter().filter(|finding| finding.get("Workflow").is_some()).collect();
    let [finding] = suppressed.as_slice() else { panic!("one is suppressed: {suppressed:#?}") };
    assert_eq!(finding["Workflow"]["Status"], "SUPPRESSED");
    assert_eq!(finding["Note"]["Text"], "suppressed: the bucket's own log bucket");
    let account = findings.iter().find(|finding| finding["Resources"][0]["Type"] == "AwsAccount").unwrap();
    assert_eq!(account["Resources"][0]["Id"], "AWS::::Account:111122223333");
}
