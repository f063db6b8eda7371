//! What the caller of a run says about parameters: files in the shapes AWS's tools read, and single values.

use std::path::Path;

use crate::finding::FileError;
use crate::model::{Inputs, OpenInputs};
use crate::source::{Sources, Span};
use crate::syntax::{Entry, Node, NodeKind, ProblemSeverity};

use super::template::{long_form, parse};
use super::text;

/// The given values and pins.
#[derive(Debug, Default)]
pub struct Given {
    /// Which parameters are open.
    pub open: OpenInputs,
    /// `AWS::Region`, `AWS::AccountId` and `AWS::Partition`, where the caller knows them.
    pub pinned: Vec<(&'static str, String)>,
    values: Vec<GivenValue>,
}

/// A value for one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenValue {
    /// The parameter.
    pub name: String,
    /// Its value as text, as CloudFormation takes it.
    pub text: String,
    /// Where it stands, if it stands in a file.
    pub span: Option<Span>,
}

impl Given {
    /// Reads the parameter files and collects what else is given. A file that cannot be read is an error.
    pub fn read(sources: &Sources, inputs: &Inputs, errors: &mut Vec<FileError>) -> Self {
        let mut values = Vec::new();
        for path in &inputs.parameter_files {
            match read_file(sources, path) {
                Ok(found) => values.extend(found),
                Err(error) => errors.push(error),
            }
        }
        let single =
            |(name, text): &(String, String)| GivenValue { name: name.clone(), text: text.clone(), span: None };
        values.extend(inputs.parameters.iter().map(single));
        let pins = [
            ("AWS::Region", &inputs.region),
            ("AWS::AccountId", &inputs.account_id),
            ("AWS::Partition", &inputs.partition),
        ];
        let pinned = pins.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect();
        Self { open: inputs.open, pinned, values }
    }

    /// The value given last for a parameter.
    pub fn get(&self, name: &str) -> Option<&GivenValue> {
        self.values.iter().rev().find(|value| value.name == name)
    }

    /// The value a pseudo parameter is pinned to.
    pub fn pinned(&self, name: &str) -> Option<&str> {
        self.pinned.iter().find(|(pinned, _)| *pinned == name).map(|(_, value)| value.as_str())
    }
}

fn read_file(sources: &Sources, path: &Path) -> Result<Vec<GivenValue>, FileError> {
    let file =
        sources.read(path).map_err(|error| FileError { path: error.path, message: error.message, span: None })?;
    let source = sources.file(file);
    let error = |message: String, span| FileError { path: source.path.clone(), message, span };
    let (parsed, _) = parse(&source, file);
    if let Some(problem) = parsed.problems.iter().find(|problem| problem.severity == ProblemSeverity::Lost) {
        return Err(error(problem.message.clone(), Some(problem.span)));
    }
    let document = parsed.documents.into_iter().next().map(long_form);
    document.as_ref().and_then(read_document).ok_or_else(|| {
        let shapes = "it is neither a list of {ParameterKey, ParameterValue}, a list of \"Name=Value\", \
                      {\"Parameters\": {…}} nor a map of names to values";
        error(shapes.to_owned(), document.as_ref().map(|document| document.span))
    })
}

/// The shapes of `aws cloudformation create-stack`, of `deploy --parameter-overrides`, and of a `CodePipeline` template
/// configuration. <https://docs.aws.amazon.com/cli/latest/reference/cloudformation/deploy/index.html>
fn read_document(document: &Node) -> Option<Vec<GivenValue>> {
    if let Some(items) = document.items() {
        return items.iter().filter(|item| item.get("UsePreviousValue").is_none()).map(read_item).collect();
    }
    let values = document.get("Parameters").unwrap_or(document);
    if values.text().is_some() {
        return None;
    }
    let named = |entry: &Entry| Some(GivenValue { name: entry.key.text()?.to_owned(), ..read_value(&entry.value)? });
    values.entries().iter().map(named).collect()
}

fn read_item(item: &Node) -> Option<GivenValue> {
    if let Some((name, text)) = item.text().and_then(|text| text.split_once('=')) {
        return Some(GivenValue { name: name.to_owned(), text: text.to_owned(), span: Some(item.span) });
    }
    let name = item.get("ParameterKey")?.text()?.to_owned();
    Some(GivenValue { name, ..read_value(item.get("ParameterValue")?)? })
}

/// A scalar as text, or a list of scalars with commas between them. The name is still missing.
fn read_value(node: &Node) -> Option<GivenValue> {
    let text = match node.items() {
        Some(items) => items.iter().map(plain_text).collect::<Option<Vec<_>>>()?.join(","),
        None => plain_text(node)?,
    };
    Some(GivenValue { name: String::new(), text, span: Some(node.span) })
}

/// The text of a scalar as CloudFormation takes it where a text is wanted: `yes` is `true`.
pub fn plain_text(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Scalar(scalar) => match text::scalar(scalar, node.span).as_bool() {
            Some(value) => Some(value.to_string()),
            None => Some(scalar.text.clone()),
        },
        _ => None,
    }
}
