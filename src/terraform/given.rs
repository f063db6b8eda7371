//! Values given to the root module's variables: files of values, the environment, the command line.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::finding::{FileError, Note};
use crate::model::{GivenVariable, Inputs, Told};
use crate::source::{FileId, Sources, Span};
use crate::syntax::{Expr, Node, NodeKind, Problem, ProblemSeverity, Style, hcl, json};
use crate::value::{ListKind, MapKind, Number, Origin, Reason, Role, Value};

use super::files;

/// A value somebody gave.
#[derive(Debug, Clone)]
pub(super) enum Given {
    /// An expression in a file of values.
    Expression(Arc<Expr>),
    /// A text from the command line or environment: an expression where the variable's type wants one.
    Text(FileId),
    /// A value from a JSON file.
    Value(Value),
    /// A value that nobody knows, for this reason.
    Unknown(Reason),
}

/// What Terragrunt gives to variables beside its inputs.
#[derive(Debug)]
pub(super) enum Giver {
    /// A value or a file of values.
    Known(GivenVariable),
    /// A value that is not known, for this reason: that of one variable, or of any.
    Unknown(Option<String>, Reason),
}

/// The values given to the variables of a root module; of several the one that counts.
#[derive(Debug, Default)]
pub(super) struct GivenValues {
    /// By variable.
    pub values: IndexMap<String, Given>,
    /// Why it is not known which other variables are given values, where that is so.
    pub anything: Option<Reason>,
    /// Names to which a file gives a value, with their places: Terraform warns of those that are not declared.
    pub named: Vec<(String, Span)>,
    /// Files that could not be read or parsed.
    pub errors: Vec<FileError>,
    /// Remarks.
    pub notes: Vec<Note>,
}

impl GivenValues {
    /// Reads everything that gives values, in Terraform's order of precedence.
    /// <https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence>
    /// Files are looked for in each of `directories`; those of later ones count more.
    pub fn read(sources: &Sources, directories: &[&Path], inputs: &Inputs) -> Self {
        Self::read_with(sources, directories, inputs, &[], &[])
    }

    /// The same with what Terragrunt gives through the environment and on the command line.
    pub fn read_with(
        sources: &Sources,
        directories: &[&Path],
        inputs: &Inputs,
        environment: &[Giver],
        arguments: &[Giver],
    ) -> Self {
        let mut given = Self::default();
        for (name, text) in &inputs.environment {
            let name = name.strip_prefix("TF_VAR_").unwrap_or(name);
            given.text(sources, &format!("TF_VAR_{name}"), name, text);
        }
        for giver in environment {
            given.take(sources, giver);
        }
        for directory in directories {
            for name in files::automatic_values(&sources.list(directory)) {
                given.file(sources, &directory.join(name));
            }
        }
        for giver in arguments {
            given.take(sources, giver);
        }
        inputs.variables.iter().for_each(|variable| given.variable(sources, variable));
        given
    }

    /// What a plan tells of the variables of these names. It tells nothing of ephemeral ones.
    pub fn told<'n>(names: impl Iterator<Item = &'n String>, told: &dyn Told) -> Self {
        let unknown = || Given::Unknown(Reason::Elsewhere("the plan does not hold its value".to_owned()));
        let values = names.map(|name| (name.clone(), told.variable(name).map_or_else(unknown, Given::Value)));
        Self { values: values.collect(), ..Self::default() }
    }

    fn variable(&mut self, sources: &Sources, variable: &GivenVariable) {
        match variable {
            GivenVariable::Value(name, text) | GivenVariable::Configured(name, text) => {
                self.text(sources, &format!("--var {name}"), name, text);
            }
            GivenVariable::File(path) => self.file(sources, path),
        }
    }

    fn take(&mut self, sources: &Sources, giver: &Giver) {
        match giver {
            Giver::Known(variable) => self.variable(sources, variable),
            Giver::Unknown(Some(name), reason) => self.put(name.clone(), Given::Unknown(reason.clone())),
            Giver::Unknown(None, reason) => {
                // It may give every one of them another value.
                self.values.clear();
                self.anything = Some(reason.clone());
            }
        }
    }

    fn put(&mut self, name: String, value: Given) {
        self.values.insert(name, value);
    }

    fn text(&mut self, sources: &Sources, place: &str, name: &str, text: &str) {
        // Values of one name that differ are different places. The text itself may be a secret and tells nothing apart.
        let names = std::iter::once(format!("({place})")).chain((2..).map(|number| format!("({place}, {number})")));
        let mut files = names.map(|name| sources.add(name, text.to_owned()));
        let file = files.find(|file| sources.file(*file).text == text);
        self.values.extend(file.map(|file| (name.to_owned(), Given::Text(file))));
    }

    fn file(&mut self, sources: &Sources, path: &Path) {
        let file = match sources.read(path) {
            Ok(file) => file,
            Err(error) => {
                self.errors.push(FileError { path: error.path, message: error.message, span: None });
                return;
            }
        };
        let source = sources.file(file);
        let problems = if Path::new(&source.path).extension().is_some_and(|extension| extension == "json") {
            self.json(file, &source.text)
        } else {
            let parsed = hcl::parse(file, &source.text);
            for attribute in parsed.body.attributes {
                self.named.push((attribute.name.clone(), attribute.name_span));
                self.put(attribute.name, Given::Expression(attribute.expr));
            }
            parsed.problems
        };
        for Problem { message, span, severity } in problems {
            match severity {
                ProblemSeverity::Lost => {
                    self.errors.push(FileError { path: source.path.clone(), message, span: Some(span) });
                }
                ProblemSeverity::Harmless => self.notes.push(Note { message, span: Some(span) }),
            }
        }
    }

    /// Texts in a JSON file of values are no templates.
    fn json(&mut self, file: FileId, text: &str) -> Vec<Problem> {
        let parsed = json::parse(file, text);
        let entries = parsed.documents.iter().flat_map(Node::entries);
        for entry in entries {
            if let Some(name) = entry.key.text().filter(|name| *name != "//") {
                self.named.push((name.to_owned(), entry.key.span));
                self.put(name.to_owned(), Given::Value(constant(&entry.value)));
            }
        }
        parsed.problems
    }
}

/// What a JSON document is worth.
fn constant(node: &Node) -> Value {
    let origin = Origin::at(node.span, Role::Given);
    match &node.kind {
        NodeKind::Scalar(scalar) if scalar.style == Style::Quoted => Value::text(scalar.text.clone(), origin),
        NodeKind::Scalar(scalar) => match scalar.text.as_str() {
            "true" => Value::bool(true, origin),
            "false" => Value::bool(false, origin),
            "null" => Value::null(origin),
            number => match Number::parse(number) {
                Ok(number) => Value::number(number, origin),
                Err(_) => Value::text(number, origin),
            },
        },
        NodeKind::Sequence(items) => Value::list(ListKind::Tuple, items.iter().map(constant).collect(), origin),
        NodeKind::Mapping(entries) => {
            let entry = |entry: &crate::syntax::Entry| Some((entry.key.text()?.to_owned(), constant(&entry.value)));
            Value::map(MapKind::Object, entries.iter().filter_map(entry).collect(), origin)
        }
    }
}
