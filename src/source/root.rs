//! The project root: the directory outside of which nothing is read.

use std::path::{Path, PathBuf};

use super::store::normalize;

/// The git work tree that holds the scanned paths; where there is none, the nearest directory that holds both them and
/// the working directory, which must be absolute. Symlinks are resolved as far as the paths exist.
#[must_use]
pub fn project_root(scanned: &[PathBuf], working_directory: &Path) -> PathBuf {
    let working_directory = resolve(working_directory);
    let anchor = |path: &PathBuf| {
        let directory = resolve(&working_directory.join(path));
        work_tree(&directory).unwrap_or_else(|| common_ancestor(&directory, &working_directory))
    };
    let anchors = scanned.iter().map(anchor);
    anchors.reduce(|left, right| common_ancestor(&left, &right)).unwrap_or(working_directory)
}

/// The nearest directory upwards with a `.git`: a directory, or the file that a submodule or linked work tree has.
fn work_tree(directory: &Path) -> Option<PathBuf> {
    directory.ancestors().find(|ancestor| ancestor.join(".git").exists()).map(Path::to_owned)
}

/// The directory that a path means: itself, or the one that holds the file.
fn resolve(path: &Path) -> PathBuf {
    let real = path.canonicalize().unwrap_or_else(|_| normalize(path));
    if real.is_file() { real.parent().map(Path::to_owned).unwrap_or(real) } else { real }
}

fn common_ancestor(left: &Path, right: &Path) -> PathBuf {
    left.components().zip(right.components()).take_while(|(left, right)| left == right).map(|(part, _)| part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_the_work_tree_or_the_common_ancestor() {
        let directory = tempfile::tempdir().unwrap();
        let top = directory.path().canonicalize().unwrap();
        for path in ["repo/.git", "repo/envs/prod", "repo/vendored", "loose/a", "loose/b"] {
            std::fs::create_dir_all(top.join(path)).unwrap();
        }
        std::fs::write(top.join("repo/vendored/.git"), "gitdir: elsewhere").unwrap();
        std::fs::write(top.join("repo/envs/prod/main.tf"), "").unwrap();
        let cases: [(&str, &[&str], &str); 8] = [
            ("repo/envs", &["."], "repo"),
            ("loose", &["../repo/envs/prod/main.tf"], "repo"),
            ("repo", &["vendored"], "repo/vendored"),
            ("repo", &["vendored", "envs"], "repo"),
            ("loose/a", &["../b"], "loose"),
            ("loose", &["a", "b"], "loose"),
            ("loose/a", &["none"], "loose/a"),
            ("loose", &[], "loose"),
        ];
        for (working_directory, scanned, expected) in cases {
            let paths: Vec<PathBuf> = scanned.iter().map(PathBuf::from).collect();
            let root = project_root(&paths, &top.join(working_directory));
            assert_eq!(root, top.join(expected), "{scanned:?} from {working_directory}");
        }
    }
}
