//! What a verdict costs, in worlds: a row explores the inputs that matter to it and no others.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use trailwarden::judge::{Judge, Outcomes};
use trailwarden::model::{Neighbours, Resource};
use trailwarden::rules::Catalog;

use super::cloudformation::unit;
use super::estate::Assignment;

const CONDITIONS: usize = 12;

/// A template with twelve open parameters, each with a condition of its own, and these resources.
fn template(resources: &str) -> String {
    let mut text = String::from("Parameters:\n");
    for number in 0..CONDITIONS {
        writeln!(text, "  P{number}: {{Type: String, AllowedValues: [\"true\", \"false\"]}}").unwrap();
    }
    text.push_str("Conditions:\n");
    for number in 0..CONDITIONS {
        writeln!(text, "  C{number}: !Equals [!Ref P{number}, \"true\"]").unwrap();
    }
    text + "Resources:\n" + resources
}

/// A trail whose log file validation is `validation`, with other properties.
fn trail(name: &str, validation: &str, others: &str) -> String {
    format!(
        "  {name}:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: true\n      S3BucketName: logs\n      \
         EnableLogFileValidation: {validation}\n{others}"
    )
}

/// How many worlds each trail's row of a control takes.
fn worlds(control: &str, resources: &str) -> Vec<usize> {
    let (unit, _) = unit(&template(resources), &Assignment::new());
    let (neighbours, outcomes) = (Neighbours::default(), Outcomes::default());
    let judge = Judge::new(&unit, 4096, &neighbours, &outcomes, &|_, _, _| None);
    let rule = Catalog::builtin().unwrap().get(control).unwrap();
    let trails = judge.trails().worlds.into_iter().flat_map(|(_, trails)| trails);
    let trails: BTreeMap<String, Resource> = trails.map(|trail| (trail.address.clone(), trail)).collect();
    let rows: Vec<_> = trails.values().map(|trail| (rule, trail)).collect();
    judge.trail_rows(&rows).iter().map(|row| row.worlds.len()).collect()
}

/// Passes when the first two parameters are equal, so that each always matters.
const BOTH: &str = "!If [C0, !If [C1, true, false], !If [C1, false, true]]";

#[test]
fn of_twelve_conditions_the_two_that_matter_take_four_worlds() {
    let names = ["TrailName", "S3KeyPrefix", "SnsTopicName", "KMSKeyId", "CloudWatchLogsLogGroupArn"];
    let other = |(number, name): (usize, &&str)| format!("      {name}: !If [C{}, a, b]\n", number + 2);
    let irrelevant = names.iter().enumerate().map(other).collect::<Vec<_>>().concat();
    let bucket = |number: usize| format!("  B{number}: {{Type: AWS::S3::Bucket, Condition: C{number}}}\n");
    let conditional = (7..CONDITIONS).map(bucket).collect::<Vec<_>>().concat();
    assert_eq!(worlds("CloudTrail.4", &trail("Trail", BOTH, "")), [4]);
    assert_eq!(worlds("CloudTrail.4", &(trail("Trail", BOTH, &irrelevant) + &conditional)), [4]);
}

#[test]
fn twelve_conditions_that_each_matter_to_another_trail_take_two_worlds_each() {
    let trails =
        (0..CONDITIONS).map(|number| trail(&format!("T{number}"), &format!("!If [C{number}, true, false]"), ""));
    let worlds = worlds("CloudTrail.4", &trails.collect::<String>());
    assert_eq!((worlds.len(), worlds.iter().sum::<usize>()), (CONDITIONS, 2 * CONDITIONS), "{worlds:?}");
}

#[test]
fn of_twelve_conditional_statements_the_one_that_opens_the_bucket_takes_two_worlds() {
    let statement = |number: usize, effect: &str, principal: &str| {
        format!(
            "          - !If\n            - C{number}\n            - {{Effect: {effect}, Principal: {principal}, \
             Action: 's3:GetObject', Resource: 'arn:aws:s3:::logs/{number}/*'}}\n            - !Ref AWS::NoValue\n"
        )
    };
    let policy = |first: &str| {
        let closed = (1..CONDITIONS).map(|number| match number % 3 {
            0 => statement(number, "Deny", "'*'"),
            1 => statement(number, "Allow", "{Service: cloudtrail.amazonaws.com}"),
            _ => statement(number, "Allow", "{AWS: [!If [C0, '111122223333', !Ref AWS::NoValue], '444455556666']}"),
        });
        "  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: logs}}\n  Policy:\n    Type: AWS::S3::BucketPolicy\n    \
         Properties:\n      Bucket: logs\n      PolicyDocument:\n        Statement:\n"
            .to_owned()
            + first
            + &closed.collect::<String>()
    };
    let trail = trail("Trail", "true", "");
    assert_eq!(worlds("CloudTrail.6", &(trail.clone() + &policy(""))), [1]);
    assert_eq!(worlds("CloudTrail.6", &(trail + &policy(&statement(0, "Allow", "'*'")))), [2]);
}
