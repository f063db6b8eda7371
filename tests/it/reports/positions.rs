//! One place in every format: what each points at, cut out of the file, is the same text.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::lines::commands;
use super::{ESTATES, Estate, awkward, examples, failures, list, number, text};

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
    assert!(seen > 200, "only {seen} failures were compared");
}

/// The formats that show code show the very text that JSON points at, in the line it stands on; those that name a line
/// only name that one.
#[test]
fn every_format_shows_the_text_it_points_at() {
    for Estate { name, directory, json, gitlab, junit, markdown, html, .. } in ESTATES.iter() {
        for (at, result) in list(&json["results"]).iter().enumerate() {
            let (path, line, held) = pointed_at(directory, &result["location"]);
            let is_plan = fs::read_to_string(directory.join(&path)).unwrap().contains("\"planned_values\"");
            if result["verdict"] != "pass" && !is_plan {
                let article = element(html, "article", at);
                let marked = between(article, "<mark>", "</mark>").unwrap_or_else(|| panic!("{name}: {article}"));
                assert_eq!(marked, escaped(&held.chars().take(160).collect::<String>()), "{name}: {path}:{line}");
            }
            if result["verdict"] != "fail" || !result["suppressed"].is_null() {
                continue;
            }
            let is_there = |issue: &&Value| {
                issue["check_name"] == result["control"]
                    && issue["location"]["path"] == path.as_str()
                    && issue["location"]["lines"]["begin"] == line
            };
            assert!(list(gitlab).iter().any(|issue| is_there(&issue)), "{name}: GitLab misses {path}:{line}");
            let column = number(&result["location"]["start"]["column"]);
            let place = format!("{}:{line}:{column}", escaped(&path));
            let ends = ["&#10;", "<"].map(|end| format!(">{place}{end}"));
            assert!(ends.iter().any(|place| junit.contains(place)), "{name}: JUnit misses {place}");
            if !is_plan {
                let heading = format!("`{path}:{line}`\n```");
                let shown = markdown.split(&heading).skip(1);
                let mut shown = shown.filter_map(|rest| rest.split_once('\n')?.1.split_once("\n```"));
                assert!(shown.any(|(code, _)| code.contains(&held)), "{name}: no {held:?} at {path}:{line}");
            }
        }
    }
}

/// What is related is pointed at as exactly: by JSON, by the page's marks in their order, and by SARIF in UTF-16.
#[test]
fn every_related_place_is_shown_as_it_stands() {
    let mut seen = 0;
    for Estate { name, directory, json, sarif, html, .. } in ESTATES.iter() {
        let in_sarif: BTreeMap<&str, &Value> = list(&sarif["runs"][0]["results"])
            .iter()
            .map(|result| (text(&result["partialFingerprints"]["trailwarden/v1"]), &result["relatedLocations"]))
            .collect();
        for (at, result) in list(&json["results"]).iter().enumerate() {
            let related = list(&result["related"]).iter().map(|label| pointed_at(directory, &label["location"]));
            let related: Vec<(String, usize, String)> = related.collect();
            let empty = related.iter().find(|(_, _, held)| held.is_empty() || held.trim() != held);
            assert_eq!(empty, None, "{name}: {result}");
            seen += related.len();
            let is_plan = |path: &str| fs::read_to_string(directory.join(path)).unwrap().contains("\"planned_values\"");
            if result["verdict"] != "pass" {
                let article = element(html, "article", at);
                let marks =
                    article.split("<mark>").skip(1).map(|rest| rest.split("</mark>").next().unwrap().to_owned());
                let shown = related.iter().filter(|(path, ..)| !is_plan(path));
                let shown = shown.map(|(_, _, held)| escaped(&held.chars().take(160).collect::<String>()));
                let own = usize::from(!is_plan(text(&result["location"]["path"])));
                assert_eq!(marks.skip(own).collect::<Vec<_>>(), shown.collect::<Vec<_>>(), "{name}: {article}");
            }
            let Some(locations) = in_sarif.get(text(&result["fingerprint"])) else { continue };
            for (location, (path, line, held)) in list(locations).iter().zip(&related) {
                let place = &location["physicalLocation"];
                assert_eq!(decoded(text(&place["artifactLocation"]["uri"])), *path, "{name}");
                let region = &place["region"];
                assert_eq!(number(&region["startLine"]), *line, "{name}");
                let source = fs::read_to_string(directory.join(path)).unwrap();
                let units = lines(&source)[line - 1].encode_utf16();
                let units = cut(units, number(&region["startColumn"]), number(&region["endColumn"]));
                assert_eq!(String::from_utf16(&units).unwrap(), *held, "{name}: {region}");
            }
        }
    }
    assert!(seen > 200, "only {seen} related places were compared");
}

/// The element of the page that holds the result of a number.
fn element<'a>(page: &'a str, tag: &str, number: usize) -> &'a str {
    let inside = between(page, &format!("<{tag} id=\"r{number}\""), &format!("</{tag}>"));
    inside.unwrap_or_else(|| panic!("no {tag} r{number}"))
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(inside, _)| inside)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// In files of every dress the place is the same word.
#[test]
fn a_place_is_its_word_whatever_surrounds_it() {
    let Estate { directory, json, .. } = ESTATES.iter().find(|estate| estate.name == "dressed").unwrap();
    let mut seen = 0;
    for failure in failures(json) {
        let (path, _, held) = pointed_at(directory, &failure["location"]);
        let is_terraform = path.contains("-main.tf/");
        let expected = match text(&failure["control"]) {
            "CloudTrail.4" if is_terraform => "false",
            "CloudTrail.1" | "CloudTrail.3" if !is_terraform => "false",
            _ if is_terraform => "resource \"aws_cloudtrail\" \"main\"",
            _ => "Trail",
        };
        assert_eq!(held, expected, "{path}: {failure}");
        seen += 1;
    }
    assert!(seen >= 48 * 3, "only {seen} failures");
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
