//! The files that were read, each once, shared by everyone who points into them.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::{FileId, LineIndex, Position, Span};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// The largest plan that is read, in bytes.
const MAX_PLAN_BYTES: u64 = 64 * 1024 * 1024;

/// A file that was read.
#[derive(Debug)]
pub struct SourceFile {
    /// The path as reports print it: from the current directory, with forward slashes.
    pub path: String,
    /// Where the file really is.
    pub location: PathBuf,
    /// The whole text, byte-order mark included.
    pub text: String,
    /// Its lines.
    pub lines: LineIndex,
    /// Whether reports may show lines of it.
    pub excerpts: Excerpts,
}

/// Whether reports may show lines of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excerpts {
    /// They may.
    Shown,
    /// They may not: a plan holds secrets in the clear, also beside what a finding points at.
    Withheld,
}

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// The path as reports print it.
    pub path: String,
    /// One sentence without the path.
    pub message: String,
}

/// Every file of a run. Files are added while it goes on, from any thread, and never change.
#[derive(Debug)]
pub struct Sources {
    working_directory: PathBuf,
    root: PathBuf,
    store: RwLock<Store>,
}

#[derive(Debug, Default)]
struct Store {
    files: Vec<Arc<SourceFile>>,
    by_location: HashMap<PathBuf, FileId>,
    /// What is not to be shown, by file.
    withheld: HashMap<FileId, Vec<Span>>,
    /// What the user wrote that brought in somebody else's files, by their directory.
    brought_in: HashMap<PathBuf, Vec<Span>>,
    /// The names of the files in each directory.
    by_directory: HashMap<PathBuf, Vec<String>>,
}

impl Sources {
    /// No files yet. Paths are printed relative to `working_directory`; nothing outside `root` (the project root)
    /// is read. Both must be absolute and free of symlinks.
    #[must_use]
    pub fn new(working_directory: PathBuf, root: PathBuf) -> Self {
        Self { working_directory, root, store: RwLock::default() }
    }

    /// The project root: nothing outside it is read.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Reads a file, or finds it if it was read before.
    ///
    /// # Errors
    /// When the file lies outside the project root, does not exist, is too large or is not UTF-8 text.
    pub fn read(&self, path: &Path) -> Result<FileId, ReadError> {
        self.read_up_to(path, MAX_BYTES, Excerpts::Shown)
    }

    /// Reads a plan, or finds it if it was read before. Reports show no line of it.
    ///
    /// # Errors
    /// As [`Sources::read`], with the limit for plans.
    pub fn read_plan(&self, path: &Path) -> Result<FileId, ReadError> {
        self.read_up_to(path, MAX_PLAN_BYTES, Excerpts::Withheld)
    }

    /// Reads a file that tells this program what to do, wherever the command line says it lies.
    ///
    /// # Errors
    /// As [`Sources::read`], without the project root.
    pub fn read_configuration(&self, path: &Path) -> Result<FileId, ReadError> {
        self.read_below(None, path, MAX_BYTES, Excerpts::Shown)
    }

    /// The files with an extension in a directory and below, sorted; the file itself where `path` is one. For what tells
    /// this program what to do, so the project root does not matter.
    ///
    /// # Errors
    /// When there is no such path, or a directory may not be listed.
    pub fn files_below(&self, path: &Path, extension: &str) -> Result<Vec<PathBuf>, ReadError> {
        let location = self.absolute(path);
        let error = |message: String| ReadError { path: self.display(&location), message };
        if location.metadata().map_err(|cause| error(explain(&cause)))?.is_file() {
            return Ok(vec![location]);
        }
        let mut files = Vec::new();
        for entry in walkdir::WalkDir::new(&location).sort_by_file_name() {
            let entry = entry.map_err(|cause| error(cause.to_string()))?;
            if entry.file_type().is_file() && entry.path().extension().is_some_and(|found| found == extension) {
                files.push(entry.into_path());
            }
        }
        Ok(files)
    }

    fn read_up_to(&self, path: &Path, limit: u64, excerpts: Excerpts) -> Result<FileId, ReadError> {
        self.read_below(Some(&self.root), path, limit, excerpts)
    }

    fn read_below(
        &self,
        root: Option<&Path>,
        path: &Path,
        limit: u64,
        excerpts: Excerpts,
    ) -> Result<FileId, ReadError> {
        let location = normalize(&self.working_directory.join(path));
        let error = |message: String| ReadError { path: self.display(&location), message };
        if let Some(id) = self.find(&location) {
            return Ok(id);
        }
        let real = location.canonicalize().map_err(|cause| error(explain(&cause)))?;
        if let Some(root) = root.filter(|root| !real.starts_with(root)) {
            return Err(error(outside(root)));
        }
        let metadata = real.metadata().map_err(|cause| error(explain(&cause)))?;
        if !metadata.is_file() {
            return Err(error("is not a file".to_owned()));
        }
        if metadata.len() > limit {
            return Err(error(format!("is larger than {} MiB", limit / (1024 * 1024))));
        }
        let bytes = std::fs::read(&real).map_err(|cause| error(explain(&cause)))?;
        let text = String::from_utf8(bytes).map_err(|cause| error(not_utf8(&cause)))?;
        Ok(self.insert(location, text, excerpts))
    }

    /// Adds a text that does not come from a file of this name: standard input, or a test's file.
    pub fn add(&self, path: impl AsRef<Path>, text: String) -> FileId {
        self.insert(normalize(&self.working_directory.join(path)), text, Excerpts::Shown)
    }

    fn insert(&self, location: PathBuf, text: String, excerpts: Excerpts) -> FileId {
        let mut store = self.store.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = store.by_location.get(&location) {
            return *id;
        }
        let id = FileId(u32::try_from(store.files.len()).unwrap_or(u32::MAX));
        let lines = LineIndex::new(&text);
        store.files.push(Arc::new(SourceFile {
            path: self.display(&location),
            location: location.clone(),
            text,
            lines,
            excerpts,
        }));
        if let (Some(directory), Some(name)) = (location.parent(), location.file_name().and_then(|name| name.to_str()))
        {
            store.by_directory.entry(directory.to_owned()).or_default().push(name.to_owned());
        }
        store.by_location.insert(location, id);
        id
    }

    /// A path as the file system knows it: from the working directory, without `.` and `..`.
    #[must_use]
    pub fn absolute(&self, path: impl AsRef<Path>) -> PathBuf {
        normalize(&self.working_directory.join(path))
    }

    /// Where a path leads to once symlinks are followed; as [`Sources::absolute`] has it when nothing is there.
    #[must_use]
    pub fn resolved(&self, path: impl AsRef<Path>) -> PathBuf {
        let absolute = self.absolute(path);
        absolute.canonicalize().unwrap_or(absolute)
    }

    /// The bytes of a file inside the project root, text or not, to be searched. The file is not kept, and may be larger
    /// than what would be read as text: then it must be missed, not overlooked.
    #[must_use]
    pub fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        let location = self.absolute(path);
        if let Some(id) = self.find(&location) {
            return Some(self.file(id).text.as_bytes().to_owned());
        }
        let real = location.canonicalize().ok().filter(|real| real.starts_with(&self.root))?;
        let size = real.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
        if size > MAX_PLAN_BYTES { None } else { std::fs::read(real).ok() }
    }

    /// Whether the bytes of a file answer `search` with yes. One that cannot be read does not.
    #[must_use]
    pub fn search(&self, path: &Path, search: fn(&[u8]) -> bool) -> bool {
        self.bytes(path).is_some_and(|bytes| search(&bytes))
    }

    /// Whether a file is there to be read.
    #[must_use]
    pub fn exists(&self, path: &Path) -> bool {
        let location = normalize(&self.working_directory.join(path));
        self.find(&location).is_some()
            || location.canonicalize().is_ok_and(|real| real.starts_with(&self.root) && real.is_file())
    }

    /// Whether a path leads to a directory inside the project root.
    #[must_use]
    pub fn is_directory(&self, path: &Path) -> bool {
        let location = self.absolute(path);
        location.canonicalize().is_ok_and(|real| real.starts_with(&self.root) && real.is_dir())
    }

    /// That what a path leads to, once symlinks are followed, would be inside the project root: outside nothing is read,
    /// and nothing is known of what is there.
    ///
    /// # Errors
    /// One sentence without the path.
    pub fn within_root(&self, path: &Path) -> Result<(), String> {
        let location = self.absolute(path);
        // What is not there would be where its directory is.
        let inside = location.ancestors().take_while(|place| place.starts_with(&self.root));
        let real = inside.into_iter().find_map(|place| place.canonicalize().ok());
        let is_inside = location.starts_with(&self.root) && real.is_none_or(|real| real.starts_with(&self.root));
        if is_inside { Ok(()) } else { Err(outside(&self.root)) }
    }

    /// The names of the files and directories in a directory inside the project root, sorted.
    #[must_use]
    pub fn list(&self, directory: &Path) -> Vec<String> {
        let location = normalize(&self.working_directory.join(directory));
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        let mut names: Vec<String> = store.by_directory.get(&location).cloned().unwrap_or_default();
        drop(store);
        if location.canonicalize().is_ok_and(|real| real.starts_with(&self.root)) {
            let entries = std::fs::read_dir(&location).into_iter().flatten().flatten();
            names.extend(entries.filter_map(|entry| entry.file_name().into_string().ok()));
        }
        names.sort();
        names.dedup();
        names
    }

    /// The file behind an id. Ids come from this store only; a foreign one gives an empty file.
    #[must_use]
    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        store.files.get(id.0 as usize).map_or_else(
            || {
                let (path, text) = (String::new(), String::new());
                let lines = LineIndex::new(&text);
                Arc::new(SourceFile { path, location: PathBuf::new(), text, lines, excerpts: Excerpts::Shown })
            },
            Arc::clone,
        )
    }

    /// What stands at `span` is a secret: no report shows it.
    pub fn withhold(&self, span: Span) {
        let mut store = self.store.write().unwrap_or_else(PoisonError::into_inner);
        let withheld = store.withheld.entry(span.file).or_default();
        if !withheld.contains(&span) {
            withheld.push(span);
        }
    }

    /// A file as reports may show it: with asterisks in the place of secrets, so that everything else stays where it is.
    #[must_use]
    pub fn shown(&self, id: FileId) -> Arc<SourceFile> {
        let withheld = {
            let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
            store.withheld.get(&id).cloned().unwrap_or_default()
        };
        let file = self.file(id);
        if withheld.is_empty() {
            return file;
        }
        let is_secret = |at: usize| withheld.iter().any(|span| span.range().contains(&at));
        let mut text = String::with_capacity(file.text.len());
        for (at, character) in file.text.char_indices() {
            if is_secret(at) && !matches!(character, '\n' | '\r') {
                text.extend(std::iter::repeat_n('*', character.len_utf8()));
            } else {
                text.push(character);
            }
        }
        let (path, location) = (file.path.clone(), file.location.clone());
        Arc::new(SourceFile { path, location, text, lines: file.lines.clone(), excerpts: file.excerpts })
    }

    /// The files in a directory are somebody else's: what the user wrote at `by` brought them in.
    pub fn bring_in(&self, directory: &Path, by: Span) {
        let directory = self.resolved(directory);
        let mut store = self.store.write().unwrap_or_else(PoisonError::into_inner);
        let places = store.brought_in.entry(directory).or_default();
        if !places.contains(&by) {
            places.push(by);
        }
    }

    /// The places that brought in a file; none for what is the user's own.
    #[must_use]
    pub fn brought_in_by(&self, id: FileId) -> Vec<Span> {
        let directory = self.file(id).location.parent().map(Path::to_path_buf).unwrap_or_default();
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        store.brought_in.get(&directory).cloned().unwrap_or_default()
    }

    /// Every file, in the order they were read.
    #[must_use]
    pub fn files(&self) -> Vec<(FileId, Arc<SourceFile>)> {
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        (0_u32..).map(FileId).zip(store.files.iter().cloned()).collect()
    }

    /// The text a span points at.
    #[must_use]
    pub fn text(&self, span: Span) -> String {
        self.file(span.file).text.get(span.range()).unwrap_or_default().to_owned()
    }

    /// Line and column where a span begins, columns in characters.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        let file = self.file(span.file);
        file.lines.position(span.start as usize, &file.text)
    }

    /// The span cut to its first line: what a report may point at.
    #[must_use]
    pub fn first_line(&self, span: Span) -> Span {
        let file = self.file(span.file);
        let line = file.lines.range(file.lines.line(span.start as usize), &file.text);
        Span::new(span.file, span.start as usize, (span.end as usize).min(line.end))
    }

    /// A path as reports print it: from the current directory, forward slashes, `..` where it must be.
    #[must_use]
    pub fn display(&self, path: &Path) -> String {
        let location = normalize(&self.working_directory.join(path));
        relative(&location, &self.working_directory)
    }

    fn find(&self, location: &Path) -> Option<FileId> {
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        store.by_location.get(location).copied()
    }
}

/// `path` as seen from `base`, with forward slashes; `.` for the base itself.
#[must_use]
pub fn relative(path: &Path, base: &Path) -> String {
    let common = path.components().zip(base.components()).take_while(|(left, right)| left == right).count();
    let up = base.components().skip(common).map(|_| "..".to_owned());
    let down = path.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// The path without `.` and `..`, by its text alone.
pub(super) fn normalize(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

fn outside(root: &Path) -> String {
    format!("lies outside the project root {}", root.display())
}

/// Why bytes are no text, in words.
fn not_utf8(cause: &std::string::FromUtf8Error) -> String {
    match cause.as_bytes() {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "is UTF-16 text; save it as UTF-8".to_owned(),
        _ => format!("is not UTF-8 text (byte {})", cause.utf8_error().valid_up_to()),
    }
}

pub(super) fn explain(cause: &std::io::Error) -> String {
    match cause.kind() {
        std::io::ErrorKind::NotFound => "does not exist".to_owned(),
        std::io::ErrorKind::PermissionDenied => "may not be read (permission denied)".to_owned(),
        _ => format!("cannot be read: {cause}"),
    }
}
