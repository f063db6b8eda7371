//! Finds the files of a run: what the command line names, and what lies below the directories it names.
//!
//! Knows file names and reads no file. `.gitignore` is not consulted: a scanner that skips what git skips hides things.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::PathGlob;
use super::store::{explain, normalize, relative};

/// The directories that are never entered, unless they are named: what tools keep for themselves. `.aws-sam` holds what
/// `sam build` makes of a template that stands beside it; `asset.*` are the
/// copies of code and files that a CDK assembly holds, beside its `manifest.json`.
pub const DEFAULT_EXCLUDES: &[&str] =
    &[".git", ".terraform", ".terragrunt-cache", ".aws-sam", "node_modules", "asset.*"];

/// What a walk found, in a fixed order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walk {
    /// The files, each once, by path.
    pub files: Vec<FoundFile>,
    /// The directories that were named, in the order of the command line.
    pub directories: Vec<PathBuf>,
    /// Links to directories, which are not followed.
    pub links: Vec<PathBuf>,
    /// What could not be walked.
    pub errors: Vec<WalkError>,
}

/// A file that may be worth reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Where it is: absolute, without `.` and `..`, symlinks as they are.
    pub path: PathBuf,
    /// What its name says it is.
    pub class: FileClass,
    /// How it was found.
    pub found: Found,
}

/// How a file was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// The command line names it: it is taken whatever its name, and is judged.
    Named,
    /// It lies below a directory that the command line names.
    Walked,
}

/// What a file's name says about its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileClass {
    /// `.tf`, `.tofu`
    Terraform,
    /// `.tf.json`, `.tofu.json`
    TerraformJson,
    /// `.tfvars`, `.tfvars.json`
    Variables,
    /// `terragrunt.hcl`, `terragrunt.hcl.json`
    Terragrunt,
    /// `.yaml`, `.yml`, `.json`, `.template`, `.cfn`, `.cform`: perhaps a template, a plan or a part of an assembly.
    Template,
    /// Anything else; only a named file is one.
    Other,
}

/// A path that could not be walked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkError {
    /// The path as reports print it.
    pub path: String,
    /// One sentence without the path.
    pub message: String,
}

/// What the walk leaves out: what the glob matches, as a path from a directory or as the name of a file or directory.
#[derive(Debug, Clone)]
pub struct Exclude {
    /// The glob.
    pub glob: PathGlob,
    /// The directory its paths count from; absolute.
    pub from: PathBuf,
}

impl FileClass {
    /// What the name of a file says. Terraform knows its extensions in lower case only; for templates AWS knows none.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if ends(&[".tf", ".tofu"]) {
            Self::Terraform
        } else if ends(&[".tf.json", ".tofu.json"]) {
            Self::TerraformJson
        } else if ends(&[".tfvars", ".tfvars.json"]) {
            Self::Variables
        } else if name == "terragrunt.hcl" || name == "terragrunt.hcl.json" {
            Self::Terragrunt
        } else if name.rsplit_once('.').is_some_and(|(_, extension)| is_template(extension)) {
            Self::Template
        } else {
            Self::Other
        }
    }
}

fn is_template(extension: &str) -> bool {
    ["yaml", "yml", "json", "template", "cfn", "cform"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Finds the files that `paths` name or hold. A path is taken from `working_directory`, which must be absolute.
///
/// A file that is named is always found. Below a directory only files of a known [`FileClass`] are, without those that
/// [`DEFAULT_EXCLUDES`] or `excludes` leave out: each glob is matched against the path from its directory and
/// against the name of the file and of every directory on the way down. A symlink to a file is a file; a symlink to a
/// directory is not followed, unless it is named.
#[must_use]
pub fn walk(paths: &[PathBuf], excludes: &[Exclude], working_directory: &Path) -> Walk {
    let mut walk = Walk::default();
    for path in paths {
        let path = normalize(&working_directory.join(path));
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => walk.descend(path, excludes, working_directory),
            Ok(_) => {
                let class = FileClass::of(&path.file_name().unwrap_or_default().to_string_lossy());
                walk.files.push(FoundFile { path, class, found: Found::Named });
            }
            Err(cause) => walk.fail(&path, explain(&cause), working_directory),
        }
    }
    // By bytes, not by components: it is the faster order. Of a file that was found twice the first, a named one, stays.
    walk.files.sort_unstable_by(|left, right| {
        left.path.as_os_str().cmp(right.path.as_os_str()).then(left.found.cmp(&right.found))
    });
    walk.files.dedup_by(|next, kept| next.path == kept.path);
    walk
}

impl Walk {
    fn descend(&mut self, directory: PathBuf, excludes: &[Exclude], working_directory: &Path) {
        let entries = WalkDir::new(&directory).into_iter().filter_entry(|entry| !is_left_out(entry, excludes));
        for entry in entries {
            match entry {
                Ok(entry) if entry.depth() > 0 && entry.path_is_symlink() && entry.path().is_dir() => {
                    self.links.push(entry.into_path());
                }
                Ok(entry) => self.files.extend(found_file(entry)),
                Err(error) => {
                    let path = error.path().unwrap_or(&directory);
                    let message = error.io_error().map_or_else(|| error.to_string(), explain);
                    self.fail(path, message, working_directory);
                }
            }
        }
        self.directories.push(directory);
    }

    fn fail(&mut self, path: &Path, message: String, working_directory: &Path) {
        self.errors.push(WalkError { path: relative(path, working_directory), message });
    }
}

fn found_file(entry: DirEntry) -> Option<FoundFile> {
    let class = FileClass::of(&entry.file_name().to_string_lossy());
    let kind = entry.file_type();
    // A dangling link is found, so that reading it can say so.
    let is_file = kind.is_file() || (kind.is_symlink() && !entry.path().is_dir());
    (class != FileClass::Other && is_file).then(|| FoundFile { path: entry.into_path(), class, found: Found::Walked })
}

/// Whether the walk passes over the entry and everything below it. What the command line names is never left out.
fn is_left_out(entry: &DirEntry, excludes: &[Exclude]) -> bool {
    let name = entry.file_name().to_string_lossy();
    let matches = |Exclude { glob, from }: &Exclude| glob.matches(&name) || glob.matches(&relative(entry.path(), from));
    entry.depth() > 0 && (is_kept_by_a_tool(entry) || excludes.iter().any(matches))
}

/// Whether [`DEFAULT_EXCLUDES`] lists the entry.
fn is_kept_by_a_tool(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let in_assembly = || entry.path().with_file_name("manifest.json").is_file();
    entry.file_type().is_dir()
        && (DEFAULT_EXCLUDES.iter().any(|kept| name == OsStr::new(kept))
            || (name.as_encoded_bytes().starts_with(b"asset.") && in_assembly()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with these files, all empty; its path is free of symlinks.
    fn directory(files: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        for file in files {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        (directory, root)
    }

    fn excludes(globs: &[&str], from: &Path) -> Vec<Exclude> {
        let exclude = |glob: &&str| Exclude { glob: PathGlob::parse(glob).unwrap(), from: from.to_owned() };
        globs.iter().map(exclude).collect()
    }

    /// The files found from `root`, as paths from there; a `!` marks those that were named.
    fn found(paths: &[&str], excludes: &[&str], root: &Path) -> Vec<String> {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let walk = walk(&paths, &self::excludes(excludes, root), root);
        assert_eq!(walk.errors, []);
        let show = |file: &FoundFile| {
            format!("{}{}", if file.found == Found::Named { "!" } else { "" }, relative(&file.path, root))
        };
        walk.files.iter().map(show).collect()
    }

    #[test]
    fn names_tell_classes() {
        let cases = [
            ("main.tf", FileClass::Terraform),
            ("main.tofu", FileClass::Terraform),
            ("main.tf.json", FileClass::TerraformJson),
            ("terraform.tfvars", FileClass::Variables),
            ("x.auto.tfvars.json", FileClass::Variables),
            ("terragrunt.hcl", FileClass::Terragrunt),
            ("terragrunt.hcl.json", FileClass::Terragrunt),
            ("Trail.YML", FileClass::Template),
            ("stack.template.json", FileClass::Template),
            ("trail.cfn", FileClass::Template),
            ("main.TF", FileClass::Other),
            ("notes.txt", FileClass::Other),
            ("root.hcl", FileClass::Other),
            ("yaml", FileClass::Other),
        ];
        for (name, class) in cases {
            assert_eq!(FileClass::of(name), class, "{name}");
        }
    }

    #[test]
    fn directories_give_known_files_and_named_files_are_always_taken() {
        let (_guard, root) = directory(&["b/main.tf", "a.yaml", "b/x.txt", "b/.hidden.json", "notes.txt"]);
        assert_eq!(found(&["."], &[], &root), ["a.yaml", "b/.hidden.json", "b/main.tf"]);
        assert_eq!(
            found(&["b", "./b/../b/main.tf", "notes.txt"], &[], &root),
            ["b/.hidden.json", "!b/main.tf", "!notes.txt"]
        );
        assert_eq!(walk(&["b".into()], &[], &root).directories, [root.join("b")]);
    }

    #[test]
    fn what_tools_keep_is_passed_over_unless_named() {
        let files = [
            ".git/x.json",
            "a/.terraform/m/main.tf",
            ".aws-sam/build/template.yaml",
            "node_modules/x.yaml",
            "cdk.out/manifest.json",
            "cdk.out/asset.1/x.json",
            "cdk.out/asset.1.json",
            "asset.mine/main.tf",
        ];
        let (_guard, root) = directory(&files);
        assert_eq!(found(&["."], &[], &root), ["asset.mine/main.tf", "cdk.out/asset.1.json", "cdk.out/manifest.json"]);
        assert_eq!(found(&["a/.terraform"], &[], &root), ["a/.terraform/m/main.tf"]);
    }

    #[test]
    fn excludes_match_the_path_or_any_name_on_it() {
        let (_guard, root) = directory(&["a/test/x.tf", "a/x.tf", "test/x.tf", "test/deep/y.tf"]);
        let all = ["a/test/x.tf", "a/x.tf", "test/deep/y.tf", "test/x.tf"];
        let cases: [(&[&str], &[usize]); 8] = [
            (&[], &[0, 1, 2, 3]),
            (&["test"], &[1]),
            (&["./a/test/"], &[1, 2, 3]),
            (&["a/*"], &[2, 3]),
            (&["*/x.tf"], &[0, 2]),
            (&["**/x.tf"], &[2]),
            (&["y.tf", "a"], &[3]),
            (&["test/**"], &[0, 1]),
        ];
        for (excludes, left) in cases {
            let left: Vec<&str> = left.iter().map(|at| all[*at]).collect();
            assert_eq!(found(&["."], excludes, &root), left, "{excludes:?}");
        }
        // What is named is not left out, nor judged by the way to it.
        assert_eq!(found(&["test", "a/x.tf"], &["test", "x.tf"], &root), ["!a/x.tf", "test/deep/y.tf"]);
        let test = root.join("test");
        let from_below = walk(&["../a".into()], &excludes(&["../a/test"], &test), &test);
        assert_eq!(from_below.files.len(), 1);
        let from_above = walk(&["../a".into()], &excludes(&["a/test"], &root), &test);
        assert_eq!(from_above.files.len(), 1, "globs count from their own directory");
    }

    #[test]
    fn what_cannot_be_walked_is_said() {
        let (_guard, root) = directory(&["a.tf"]);
        let walked = walk(&["none".into(), "a.tf".into()], &[], &root);
        let error = WalkError { path: "none".to_owned(), message: "does not exist".to_owned() };
        assert_eq!((walked.files.len(), walked.errors), (1, vec![error]));
    }

    #[cfg(unix)]
    #[test]
    fn links_to_files_are_files_and_links_to_directories_are_not_followed() {
        use std::os::unix::fs::symlink;
        let (_guard, root) = directory(&["real/x.tf"]);
        symlink("../real/x.tf", root.join("real/link.tf")).unwrap();
        symlink("nowhere", root.join("real/dangling.tf")).unwrap();
        symlink("..", root.join("real/loop")).unwrap();
        symlink("real", root.join("linked.tf")).unwrap();
        assert_eq!(found(&["."], &[], &root), ["real/dangling.tf", "real/link.tf", "real/x.tf"]);
        let mut links = walk(&[PathBuf::from(".")], &[], &root).links;
        links.sort();
        assert_eq!(links, [root.join("linked.tf"), root.join("real/loop")]);
        assert_eq!(found(&["linked.tf"], &[], &root).len(), 3);
    }
}
