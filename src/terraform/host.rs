//! What functions may ask of the module that calls them: files, templates and objects.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::source::{FileId, Span};
use crate::syntax::ProblemSeverity;
use crate::value::{ObjectId, Origin, Role, Value};

use super::evaluator::Evaluator;
use super::functions::{Call, Host};
use super::scope::Env;

/// How many files `fileset` may list.
const MAX_LISTED: usize = 10_000;

impl Host for Evaluator<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        let sources = &self.unit.sources;
        let file = sources.read(&self.located(path)).map_err(|error| error.message)?;
        Ok(sources.file(file).text.clone())
    }

    fn exists(&self, path: &str) -> bool {
        self.unit.sources.exists(&self.located(path))
    }

    fn list(&self, directory: &str) -> Vec<String> {
        let sources = &self.unit.sources;
        let root = self.located(directory);
        let mut files = Vec::new();
        let mut waiting = vec![PathBuf::new()];
        while let Some(below) = waiting.pop() {
            for name in sources.list(&root.join(&below)) {
                let path = below.join(name);
                if sources.exists(&root.join(&path)) {
                    files.push(crate::source::relative(&path, Path::new("")));
                } else if path.components().count() < 32 && waiting.len() < MAX_LISTED {
                    waiting.push(path);
                }
                if files.len() >= MAX_LISTED {
                    return files;
                }
            }
        }
        files.sort();
        files
    }

    fn render(&self, path: &str, variables: IndexMap<String, Value>, call: &Call) -> Value {
        let sources = &self.unit.sources;
        match sources.read(&self.located(path)) {
            Ok(file) => self.rendered(file, &sources.file(file).text, &variables, call),
            Err(error) => self.broken(path, &error.message, call.span),
        }
    }

    fn render_text(&self, template: &str, variables: IndexMap<String, Value>, call: &Call) -> Value {
        let file = self.unnamed(template);
        self.rendered(file, template, &variables, call)
    }

    fn whole(&self, object: ObjectId) -> Value {
        let span = self.header(object).unwrap_or_else(|| Span::new(FileId(0), 0, 0));
        self.whole_object(object, span)
    }

    fn entry(&self, map: &Value, key: &str, call: &Call) -> (Value, Option<bool>) {
        self.entry_of(map, key, call.span)
    }

    fn root_directory(&self) -> String {
        self.unit.sources.root().join(&self.unit.directory).to_string_lossy().replace('\\', "/")
    }

    fn key(&self, key: &str, origin: Origin) -> Value {
        self.key_value(key, origin)
    }
}

impl Evaluator<'_> {
    /// Paths count from the root module's directory, where Terraform runs.
    fn located(&self, path: &str) -> PathBuf {
        self.unit.directory.join(path)
    }

    /// A file for a text that has none, so that places in it can be told.
    pub fn unnamed(&self, text: &str) -> FileId {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        self.unit.sources.add(format!("(a template, {:016x})", hasher.finish()), text.to_owned())
    }

    fn rendered(&self, file: FileId, text: &str, variables: &IndexMap<String, Value>, call: &Call) -> Value {
        let template = self.unit.shared.template(file, text);
        let (parts, problems) = template.as_ref();
        if let Some(problem) = problems.iter().find(|problem| problem.severity == ProblemSeverity::Lost) {
            return self.broken("a template", &problem.message, problem.span);
        }
        let whole = Span::new(file, 0, text.len());
        let value = self.descend(call.span, || self.template_text(parts, whole, Env::template(variables)));
        match value {
            Ok(value) | Err(value) => value.through(call.span, Role::Expression),
        }
    }
}
