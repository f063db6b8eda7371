//! Reports of more findings than their readers take: each is cut to what is taken, and says so.

use serde_json::Value;

use crate::finding::{Label, Severity};

use super::Format;
use super::fixture::{Estate, failure, span};

/// An estate with a file of `lines` lines and a failure on each.
fn large(lines: usize) -> Estate {
    let mut estate = Estate::new();
    let text = (0..lines).map(|at| format!("place_{at} = false\n")).collect::<Vec<_>>().concat();
    let file = estate.sources.add("large.tf", text);
    let lines = &estate.sources.file(file).lines;
    let text = &estate.sources.file(file).text;
    estate.report.findings = (0..lines.len() - 1)
        .map(|at| {
            let line = lines.range(at, text);
            let place = crate::source::Span::new(file, line.start, line.end);
            let severity = if at % 10 == 0 { Severity::Critical } else { Severity::Low };
            let mut failure = failure("CloudTrail.4", severity, place, &format!("aws_cloudtrail.trail[{at}]"));
            failure.fingerprint = format!("{at}");
            failure
        })
        .collect();
    estate
}

#[test]
fn a_result_has_no_more_places_than_are_shown() {
    let mut estate = large(200);
    let place = estate.report.findings[0].location;
    let file = place.file;
    let related = (1..200).map(|at| {
        let span = span(&estate.sources, file, &format!("place_{at} ="));
        Label { message: "related".to_owned(), span }
    });
    estate.report.findings[0].related = related.collect();
    let log: Value = serde_json::from_str(&estate.render(Format::Sarif)).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["relatedLocations"].as_array().map(Vec::len), Some(100));
}

#[test]
fn the_summary_of_a_job_is_less_than_a_mebibyte() {
    let mut estate = large(5000);
    for finding in &mut estate.report.findings {
        finding.message = "It is off. ".repeat(40);
    }
    let page = estate.render(Format::Markdown);
    assert!(page.len() < 1024 * 1024, "{} bytes", page.len());
    assert!(page.contains("…and 4500 more rows.") && page.contains(" more failures."), "{}", page.len());
}

#[test]
fn instances_beyond_ten_are_counted() {
    let mut estate = large(12);
    let place = estate.report.findings[0].location;
    for finding in &mut estate.report.findings {
        finding.location = place;
    }
    let line = estate.render(Format::Gitlab);
    assert!(line.contains("aws_cloudtrail.trail[8] and 2 more)"), "{line}");
    // Instances that name a bucket each say a sentence each.
    for (at, finding) in estate.report.findings.iter_mut().enumerate() {
        finding.message = format!("the bucket logs[{at}] is public");
    }
    let line = estate.render(Format::Gitlab);
    assert_eq!(line.matches(" is public").count(), 10, "{line}");
    assert!(line.contains("It is so with 2 more."), "{line}");
}

#[test]
fn security_hub_gets_batches_of_a_hundred() {
    let report = large(250).render(Format::Asff);
    let sizes = report.lines().map(|batch| serde_json::from_str::<Vec<Value>>(batch).unwrap().len());
    assert_eq!(sizes.collect::<Vec<_>>(), [100, 100, 50]);
}
