//! What worlds cost: how many are explored a second, and how the cost of a row grows with the inputs that matter to it and
//! with those that do not. Run with `cargo bench --bench worlds`.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a benchmark that cannot be set up stops")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use trailwarden::cloudformation::{self, Loaded};
use trailwarden::judge::{Judge, Outcomes};
use trailwarden::model::{Inputs, Neighbours, Unit};
use trailwarden::rules::Catalog;
use trailwarden::source::Sources;
use trailwarden::terraform;

/// How many inputs beside those that matter.
const IRRELEVANT: [usize; 3] = [0, 10, 100];

fn sources(name: &str, text: String) -> Arc<Sources> {
    let sources = Arc::new(Sources::new(PathBuf::from("/project"), PathBuf::from("/project")));
    sources.add(Path::new(name), text);
    sources
}

/// A template whose trail writes digests where an even number of its `relevant` parameters are `true`: each always matters.
/// Each of the others decides whether a bucket of its own exists.
fn template(relevant: usize, irrelevant: usize) -> Box<dyn Unit> {
    let all = relevant + irrelevant;
    let parameters = (0..all).map(|at| format!("  P{at}: {{Type: String, AllowedValues: [\"true\", \"false\"]}}\n"));
    let conditions = (0..all).map(|at| format!("  C{at}: !Equals [!Ref P{at}, \"true\"]\n"));
    let buckets = (relevant..all).map(|at| format!("  B{at}: {{Type: AWS::S3::Bucket, Condition: C{at}}}\n"));
    let text = format!(
        "Parameters:\n{}Conditions:\n{}Resources:\n{}  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: true\n      \
         S3BucketName: logs\n      EnableLogFileValidation: {}\n",
        parameters.collect::<String>(),
        conditions.collect::<String>(),
        buckets.collect::<String>(),
        parity(0, relevant, true, |at, yes, no| format!("!If [C{at}, {yes}, {no}]")),
    );
    let sources = sources("template.yaml", text);
    match cloudformation::load(&sources, Path::new("template.yaml"), &cloudformation::Given::default(), &Arc::default())
    {
        Loaded::Template(unit) => unit,
        other => panic!("no template: {other:?}"),
    }
}

/// The same as a root module.
fn module(relevant: usize, irrelevant: usize) -> Box<dyn Unit> {
    let all = relevant + irrelevant;
    let variables = (0..all).map(|at| format!("variable \"v{at}\" {{\n  type = bool\n}}\n"));
    let buckets =
        (relevant..all).map(|at| format!("resource \"aws_s3_bucket\" \"b{at}\" {{\n  count = var.v{at} ? 1 : 0\n}}\n"));
    let text = format!(
        "{}{}resource \"aws_cloudtrail\" \"t\" {{\n  name = \"t\"\n  s3_bucket_name = \"logs\"\n  enable_log_file_validation = {}\n}}\n",
        variables.collect::<String>(),
        buckets.collect::<String>(),
        parity(0, relevant, true, |at, yes, no| format!("(var.v{at} ? {yes} : {no})")),
    );
    let sources = sources("main.tf", text);
    Box::new(terraform::load(&sources, Path::new("/project"), &Inputs::default()))
}

/// Whether an even number of the inputs from `at` on are true.
fn parity(at: usize, count: usize, even: bool, choose: fn(usize, &str, &str) -> String) -> String {
    if at == count {
        return even.to_string();
    }
    choose(at, &parity(at + 1, count, !even, choose), &parity(at + 1, count, even, choose))
}

/// Judges the row of CloudTrail.4, and says how many worlds that took.
fn explore(unit: &dyn Unit) -> usize {
    let (neighbours, outcomes) = (Neighbours::default(), Outcomes::default());
    let judge = Judge::new(unit, 4096, &neighbours, &outcomes, &|_, _, _| None);
    let rule = Catalog::builtin().unwrap().get("CloudTrail.4").unwrap();
    let trails: Vec<_> = judge.trails().worlds.into_iter().flat_map(|(_, trails)| trails).collect();
    let rows: Vec<_> = trails.iter().map(|trail| (rule, trail)).collect();
    judge.trail_rows(&rows).iter().map(|row| row.worlds.len()).sum()
}

type Written = (&'static str, fn(usize, usize) -> Box<dyn Unit>);
const LANGUAGES: [Written; 2] = [("CloudFormation", template), ("Terraform", module)];

fn relevant(criterion: &mut Criterion) {
    for (language, written) in LANGUAGES {
        let mut group = criterion.benchmark_group(format!("{language}, inputs that matter"));
        for count in [0, 2, 4, 8] {
            let unit = written(count, 0);
            group.throughput(Throughput::Elements(explore(unit.as_ref()) as u64));
            group.bench_with_input(BenchmarkId::from_parameter(count), &unit, |bencher, unit| {
                bencher.iter(|| explore(unit.as_ref()));
            });
        }
    }
}

fn irrelevant(criterion: &mut Criterion) {
    for (language, written) in LANGUAGES {
        let mut group = criterion.benchmark_group(format!("{language}, two inputs that matter and others that do not"));
        for count in IRRELEVANT {
            let unit = written(2, count);
            assert_eq!(explore(unit.as_ref()), 4, "an input that does not matter is asked about");
            group.bench_with_input(BenchmarkId::from_parameter(count), &unit, |bencher, unit| {
                bencher.iter(|| explore(unit.as_ref()));
            });
        }
    }
}

criterion_group! { name = benches; config = Criterion::default().sample_size(20); targets = relevant, irrelevant }
criterion_main!(benches);
