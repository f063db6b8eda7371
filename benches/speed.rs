//! How fast a hook is: the whole process on one template, and a directory of modules. Run with `cargo bench`.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark that cannot be set up stops")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};

fn check(path: &Path) {
    let status = Command::new(env!("CARGO_BIN_EXE_trailwarden"))
        .args(["check", "--no-config", "--format", "line"])
        .arg(path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(status.is_ok_and(|status| status.code() != Some(2)), "{} could not be checked", path.display());
}

/// A directory with `count` root modules, each with a trail, a bucket in a module of its own, and five inputs.
fn modules(count: usize) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let bucket = "variable \"name\" {}\nresource \"aws_s3_bucket\" \"this\" {\n  bucket = var.name\n}\noutput \"id\" {\n  value = aws_s3_bucket.this.id\n}\n";
    for number in 0..count {
        let root = directory.path().join(format!("estate-{number}"));
        std::fs::create_dir_all(root.join("bucket")).unwrap();
        std::fs::write(root.join("bucket/main.tf"), bucket).unwrap();
        let inputs = ["v0", "v1", "v2", "v3", "v4"].map(|name| format!("variable \"{name}\" {{\n  type = bool\n}}\n"));
        let inputs = inputs.concat();
        let trail = format!(
            "{inputs}module \"logs\" {{\n  source = \"./bucket\"\n  name   = \"logs-{number}\"\n}}\n\
             resource \"aws_cloudtrail\" \"this\" {{\n  name = \"t\"\n  s3_bucket_name = module.logs.id\n  \
             is_multi_region_trail = var.v0 || var.v1\n  enable_log_file_validation = var.v2 && var.v3\n}}\n"
        );
        std::fs::write(root.join("main.tf"), trail).unwrap();
    }
    directory
}

fn speed(criterion: &mut Criterion) {
    let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples");
    let template = examples.join("cloudformation-insecure/template.yaml");
    criterion.bench_function("one template, whole process", |bencher| bencher.iter(|| check(&template)));
    let estates = modules(100);
    criterion.bench_function("100 root modules, whole process", |bencher| bencher.iter(|| check(estates.path())));
}

criterion_group! { name = benches; config = Criterion::default().sample_size(20); targets = speed }
criterion_main!(benches);
