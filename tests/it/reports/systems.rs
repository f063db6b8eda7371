//! Reports that other systems read by fixed fields: GitLab's code quality, JUnit in Jenkins and GitLab, the summary of a
//! job, and our own contract.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

use super::{ESTATES, Estate, failures, list, repository, text};

/// <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>
#[test]
fn gitlab_finds_its_fields() {
    for Estate { name, gitlab, json, .. } in ESTATES.iter() {
        let mut fingerprints = BTreeSet::new();
        for issue in gitlab.as_array().unwrap() {
            for field in ["description", "check_name", "fingerprint", "severity"] {
                assert!(!text(&issue[field]).is_empty(), "{name}: {field} of {issue}");
            }
            assert!(["minor", "major", "critical", "blocker"].contains(&text(&issue["severity"])), "{name}: {issue}");
            let path = text(&issue["location"]["path"]);
            assert!(!path.starts_with(['.', '/']) && !path.contains('\\'), "{name}: {path}");
            assert!(issue["location"]["lines"]["begin"].as_u64() >= Some(1), "{name}: {issue}");
            assert!(fingerprints.insert(text(&issue["fingerprint"])), "{name}: equal fingerprints become one entry");
        }
        assert_eq!(gitlab.as_array().unwrap().is_empty(), failures(json).is_empty(), "{name}");
    }
}

fn attributes(tag: &BytesStart) -> BTreeMap<String, String> {
    let pair = |attribute: quick_xml::events::attributes::Attribute| {
        let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
        (key, attribute.unescape_value().unwrap().into_owned())
    };
    tag.attributes().map(|attribute| pair(attribute.unwrap())).collect()
}

/// What Jenkins' and GitLab's parsers have in common: suites with counts that are right, cases with a class, a name, a
/// time and a file, and in each case at most one of failure, error and skipped.
/// <https://github.com/testmoapp/junitxml>, <https://docs.gitlab.com/ci/testing/unit_test_reports/>
#[test]
fn junit_counts_what_it_holds() {
    for Estate { name, json, junit, .. } in ESTATES.iter() {
        let mut reader = quick_xml::Reader::from_str(junit);
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        let mut claimed: BTreeMap<String, usize> = BTreeMap::new();
        loop {
            let event = reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}"));
            let (Event::Start(tag) | Event::Empty(tag)) = event else {
                if matches!(event, Event::Eof) {
                    break;
                }
                continue;
            };
            let kind = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
            let attributes = attributes(&tag);
            let needed: &[&str] = match kind.as_str() {
                "testsuites" | "testsuite" => &["name", "tests", "failures", "errors", "skipped", "time"],
                "testcase" => &["classname", "name", "time", "file"],
                "failure" | "error" => &["type", "message"],
                "skipped" => &["message"],
                other => panic!("{name}: <{other}>"),
            };
            for key in needed {
                assert!(attributes.get(*key).is_some_and(|value| !value.is_empty()), "{name}: {key} of <{kind}>");
            }
            if kind == "testsuite" {
                for (key, tag) in
                    [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
                {
                    *claimed.entry(tag.to_owned()).or_default() += attributes[key].parse::<usize>().unwrap();
                }
            }
            *found.entry(kind).or_default() += 1;
        }
        for (tag, count) in claimed {
            assert_eq!(found.get(&tag).copied().unwrap_or_default(), count, "{name}: <{tag}>");
        }
        assert_eq!(found.get("failure").copied().unwrap_or_default(), failures(json).len(), "{name}");
    }
}

#[test]
fn the_summary_of_a_job_fits_and_tells_each_failure() {
    for Estate { name, json, markdown, .. } in ESTATES.iter() {
        assert!(markdown.len() < 1024 * 1024, "{name}: GitHub refuses {} bytes", markdown.len());
        for failure in failures(json) {
            let heading = format!("### {}: ", text(&failure["control"]));
            assert!(markdown.contains(&heading), "{name}: {failure}");
        }
    }
}

/// `docs/report.schema.json` describes what `--format json` prints.
#[test]
fn json_keeps_its_contract() {
    let schema = fs::read_to_string(repository().join("docs/report.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for Estate { name, json, .. } in ESTATES.iter() {
        let errors: Vec<String> =
            validator.iter_errors(json).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {}", errors.join("\n"));
        let mut broken = json.clone();
        for result in broken["results"].as_array_mut().unwrap() {
            result["verdict"] = "maybe".into();
        }
        assert_eq!(
            validator.is_valid(&broken),
            list(&json["results"]).is_empty(),
            "{name}: the schema refuses nothing"
        );
    }
}
