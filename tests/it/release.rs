//! A release, made with the scripts of its workflow: what it packs is what the action installs and what cargo-binstall asks
//! for. They run on Linux there, and here.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_yaml::Value;

/// The machines of GitHub's runners, as `uname` knows them, and what runs there.
const MACHINES: [(&str, &str, &str); 5] = [
    ("Linux", "x86_64", "x86_64-unknown-linux-musl"),
    ("Linux", "aarch64", "aarch64-unknown-linux-musl"),
    ("Darwin", "x86_64", "x86_64-apple-darwin"),
    ("Darwin", "arm64", "aarch64-apple-darwin"),
    ("MINGW64_NT-10.0-26100", "x86_64", "x86_64-pc-windows-msvc"),
];

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The script of a step.
fn script<'a>(workflow: &'a Value, job: &str, step: &str) -> &'a str {
    let steps = workflow["jobs"][job]["steps"].as_sequence().unwrap();
    steps.iter().find(|other| other["name"] == step).unwrap_or_else(|| panic!("no step {step}"))["run"]
        .as_str()
        .unwrap()
}

/// Runs a script as GitHub's runners do.
fn bash(script: &str, directory: &Path, variables: &[(&str, &str)]) {
    let output = Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
        .current_dir(directory)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
}

fn targets(workflow: &Value) -> BTreeSet<&str> {
    let machines = workflow["jobs"]["binaries"]["strategy"]["matrix"]["include"].as_sequence().unwrap();
    machines.iter().map(|machine| machine["target"].as_str().unwrap()).collect()
}

/// The address that cargo-binstall asks for an archive: its template in `Cargo.toml`, filled.
/// <https://github.com/cargo-bins/cargo-binstall/blob/main/SUPPORT.md>
fn asked_for(target: &str) -> String {
    let manifest = toml_edit::Document::parse(read("Cargo.toml")).unwrap();
    let package = &manifest["package"];
    let binstall = &package["metadata"]["binstall"];
    let own = binstall["overrides"].get(target).and_then(|own| own.get("pkg-url"));
    let template = own.unwrap_or(&binstall["pkg-url"]).as_str().unwrap();
    let filled = [("repo", package["repository"].as_str().unwrap()), ("version", VERSION), ("target", target)]
        .iter()
        .fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{ {name} }}"), value));
    filled.replace("{ archive-suffix }", ".tar.gz")
}

#[test]
fn a_release_is_found_by_the_action_and_by_cargo_binstall() {
    let workflow: Value = serde_yaml::from_str(&read(".github/workflows/release.yml")).unwrap();
    let project = tempfile::tempdir().unwrap();
    let root = project.path();
    for name in ["install.sh", "releases.txt"] {
        write(&root.join(".github/action").join(name), &read(&format!(".github/action/{name}")));
    }
    let targets = targets(&workflow);
    assert_eq!(targets, MACHINES.iter().map(|machine| machine.2).collect());
    for target in &targets {
        let suffix = if target.contains("windows") { ".exe" } else { "" };
        write(&root.join(format!("target/{target}/release/trailwarden{suffix}")), target);
        bash(script(&workflow, "binaries", "Pack"), root, &[("TARGET", target), ("VERSION", VERSION)]);
    }
    let variables = [("VERSION", VERSION), ("REPOSITORY", "trailwarden/trailwarden")];
    bash(script(&workflow, "draft", "Checksums"), root, &variables);

    // A line an archive, at the address that cargo-binstall asks for too.
    let lines = fs::read_to_string(root.join(".github/action/releases.txt")).unwrap();
    let lines: Vec<Vec<&str>> =
        lines.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(' ').collect()).collect();
    assert_eq!(lines.iter().map(|line| line[1]).collect::<BTreeSet<_>>(), targets);
    for line in &lines {
        assert_eq!(asked_for(line[1]), line[2], "cargo-binstall asks for another archive than {}", line[1]);
        if let Some(machine) = line[1].strip_suffix("-musl") {
            assert_eq!(asked_for(&format!("{machine}-gnu")), line[2], "the static binary is for every Linux");
        }
    }
    let sums = fs::read_to_string(root.join("dist/SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), targets.len(), "{sums}");

    // The action's script downloads the archive of its machine, finds the checksum right and unpacks the binary.
    let download = "#!/usr/bin/env bash\nfor url; do :; done\nwhile [ \"$1\" != --output ]; do shift; done\n\
                    cp \"dist/${url##*/}\" \"$2\"\n";
    write(&root.join("bin/curl"), download);
    let path = format!("{}:{}", root.join("bin").display(), std::env::var("PATH").unwrap());
    for (system, machine, target) in MACHINES {
        let name = format!("#!/usr/bin/env bash\nif [ \"$1\" = -s ]; then echo {system}; else echo {machine}; fi\n");
        write(&root.join("bin/uname"), &name);
        let installed = root.join("installed").join(target);
        let here = root.display().to_string();
        let variables =
            [("PATH", path.as_str()), ("ACTION_PATH", &here), ("INSTALL_ROOT", installed.to_str().unwrap())];
        bash(&read(".github/action/install.sh"), root, &variables);
        let suffix = if target.contains("windows") { ".exe" } else { "" };
        let binary = fs::read_to_string(installed.join("bin").join(format!("trailwarden{suffix}"))).unwrap();
        assert_eq!(binary, target);
    }
}
