//! What functions may ask of the module that calls them: files, templates and objects.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::source::{FileId, Places, Span};
use crate::syntax::{Problem, ProblemSeverity};
use crate::value::{Data, ObjectId, Origin, Role, SymbolSource, Text, Value};

use super::evaluator::Evaluator;
use super::functions::{Call, Host, Listed, NoText};
use super::scope::Env;
use super::secret::is_ephemeral;
use super::terragrunt::Config;

/// How many files `fileset` may list.
const MAX_LISTED: usize = 10_000;

impl Host for Evaluator<'_> {
    fn read(&self, path: &str) -> Result<Text, NoText> {
        let (sources, path) = (&self.unit.sources, self.located(path));
        let is_missing = || sources.within_root(&path).is_ok() && !sources.exists(&path);
        let none = |message| if is_missing() { NoText::Missing(message) } else { NoText::Unreadable(message) };
        let file = sources.read(&path).map_err(|error| none(error.message))?;
        let text = sources.file(file).text.clone();
        let places = Places::of(text.len(), Span::new(file, 0, text.len()));
        Ok(Text::literal(text).written(places))
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        let (sources, path) = (&self.unit.sources, self.located(path));
        sources.within_root(&path)?;
        if sources.is_directory(&path) {
            return Err("is a directory, not a file".to_owned());
        }
        Ok(sources.exists(&path))
    }

    fn list(&self, directory: &str) -> Result<Listed, String> {
        let sources = &self.unit.sources;
        let root = self.located(directory);
        sources.within_root(&root)?;
        let mut files = Vec::new();
        let mut waiting = vec![PathBuf::new()];
        while let Some(below) = waiting.pop() {
            for name in sources.list(&root.join(&below)) {
                let path = below.join(name);
                let location = root.join(&path);
                let is_read = sources.within_root(&location);
                if is_read.is_err() || sources.exists(&location) {
                    files.push((crate::source::relative(&path, Path::new("")), is_read));
                } else if path.components().count() < 32 && waiting.len() < MAX_LISTED {
                    waiting.push(path);
                }
                if files.len() >= MAX_LISTED {
                    return Err(format!("holds more than {MAX_LISTED} files, a limit of this program"));
                }
            }
        }
        files.sort();
        Ok(files)
    }

    fn render(&self, template: &Text, variables: &IndexMap<String, Value>, call: &Call) -> Value {
        match self.rendered(template, variables, call.span) {
            Ok(value) => value,
            Err(problem) => self.broken("a template", &problem.message, problem.span),
        }
    }

    fn unlisted(&self, object: ObjectId, origin: &Origin) -> Option<Value> {
        self.unlisted(object, origin)
    }

    fn whole(&self, object: ObjectId) -> Value {
        let span = self.header(object).unwrap_or_else(|| Span::new(FileId(0), 0, 0));
        self.whole_object(object, span)
    }

    fn entry(&self, map: &Value, key: &str, call: &Call) -> (Value, Option<Value>) {
        self.entry_of(map, key, call.span)
    }

    fn lists(&self, list: &Value, key: &Value) -> Option<Value> {
        self.looped_lists(list, key)
    }

    fn first(&self, list: &Value, call: &Call) -> Value {
        self.index(list, &Value::number(0_usize, Origin::expression(call.span)), call.span)
    }

    fn root_directory(&self) -> String {
        self.unit.sources.root().join(&self.unit.directory).to_string_lossy().replace('\\', "/")
    }

    /// What came by way of an ephemeral variable or resource as it is tells so; what was made of it need not.
    fn is_ephemeral(&self, value: &Value) -> Option<bool> {
        if let Data::Opaque(symbol) = &value.data
            && let SymbolSource::Named(name) = &symbol.source
            && name.split('.').any(|part| part == "ephemeral")
        {
            return Some(true);
        }
        let modules = || self.unit.tree.walk().into_iter().map(|node| &node.module);
        let variables = modules().flat_map(|module| module.variables.values()).filter(|block| is_ephemeral(block));
        let declared: Vec<Span> = variables.map(|block| block.header).collect();
        if value.origin.hops().any(|hop| hop.role == Role::Secret && declared.contains(&hop.span)) {
            return Some(true);
        }
        let is_none = declared.is_empty() && !modules().any(|module| module.opens_ephemerals);
        is_none.then_some(false)
    }

    fn key(&self, key: &str, origin: Origin) -> Value {
        self.key_value(key, origin)
    }
}

impl Evaluator<'_> {
    /// Paths count from the root module's directory, where Terraform runs. Terragrunt's count from the file that they stand in,
    /// also where another includes it.
    fn located(&self, path: &str) -> PathBuf {
        let config = self.unit.terragrunt.as_ref();
        config.map_or(self.unit.directory.as_path(), Config::base).join(path)
    }

    /// A file for a text that has none, so that places in it can be told.
    pub fn unnamed(&self, text: &str) -> FileId {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        self.unit.sources.add(format!("(a template, {:016x})", hasher.finish()), text.to_owned())
    }

    /// What a known text is as a template, for whoever stands at `span`.
    ///
    /// # Errors
    /// Why it is none.
    pub fn rendered(
        &self,
        template: &Text,
        variables: &IndexMap<String, Value>,
        span: Span,
    ) -> Result<Value, Box<Problem>> {
        let parsed = self.unit.shared.template(template, span);
        let (parts, problems) = parsed.as_ref();
        if let Some(lost) = problems.iter().find(|problem| problem.severity == ProblemSeverity::Lost) {
            return Err(Box::new(lost.clone()));
        }
        match self.descend(span, || self.template_text(parts, span, Env::template(variables))) {
            Ok(value) | Err(value) => Ok(value),
        }
    }
}
