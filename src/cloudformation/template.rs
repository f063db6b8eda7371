//! One template as its author wrote it, with every short form spelled out.

use indexmap::IndexMap;

use crate::model::Language;
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::syntax::{Entry, Node, NodeKind, Parsed, Problem, ProblemSeverity, Scalar, Style, Tag, json, yaml};
use crate::value::Value;

use super::text::placeholder;

/// A template in its long form: no node has a tag.
#[derive(Debug)]
pub struct Template {
    /// The file it stands in.
    pub file: FileId,
    /// What it is written in.
    pub language: Language,
    /// The document.
    pub root: Node,
    /// What is wrong with the file's text.
    pub problems: Vec<Problem>,
    /// What its parent fills in at deployment, by the names that stand for it.
    pub holes: IndexMap<String, Value>,
}

/// What reading a file gives.
#[derive(Debug)]
pub enum Read {
    /// A template, as far as it could be read.
    Template(Template),
    /// Something else.
    NotATemplate,
    /// What mentions resources of AWS and cannot be parsed.
    Broken(Vec<Problem>),
}

impl Template {
    /// The names of its transforms.
    fn transforms(&self) -> impl Iterator<Item = &str> {
        let all = self.root.get("Transform").map_or(&[][..], |node| node.items().unwrap_or(std::slice::from_ref(node)));
        all.iter().filter_map(|transform| transform.text().or_else(|| transform.get("Name")?.text()))
    }

    /// Whether SAM transforms it: its resources make others, with names that begin with theirs.
    /// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html>
    pub fn is_serverless(&self) -> bool {
        self.transforms().any(|name| name.starts_with("AWS::Serverless-"))
    }

    /// Whether it names the transform that gives it `Fn::ForEach` and others.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html>
    pub fn is_extended(&self) -> bool {
        self.transforms().any(|name| name == "AWS::LanguageExtensions")
    }

    /// Whether org-formation deploys it, which also takes the names of the accounts of an organization.
    /// <https://github.com/org-formation/org-formation-cli/blob/master/docs/cloudformation-resources.md>
    pub fn is_of_an_organization(&self) -> bool {
        let version = self.root.get("AWSTemplateFormatVersion").and_then(Node::text);
        version.is_some_and(|version| version.ends_with("-OC"))
            || ["Organization", "OrganizationBindings", "DefaultOrganizationBinding"]
                .iter()
                .any(|section| self.root.get(section).is_some())
    }

    /// The entries of a section; none when it is absent or no mapping.
    pub fn section(&self, name: &str) -> &[Entry] {
        self.root.get(name).map_or(&[], Node::entries)
    }
}

/// Reads a file. A template is recognised by its structure: `Resources` is a mapping and one of its values has a type.
pub fn read(sources: &Sources, file: FileId) -> Read {
    let source = sources.file(file);
    // The word may be escaped.
    if !source.text.contains("Resources") && !source.text.contains('\\') {
        return Read::NotATemplate;
    }
    let (parsed, language) = parse(&source, file);
    recognise(parsed, language, file, &source.text)
}

/// The template among the documents of `text`.
pub fn recognise(parsed: Parsed, language: Language, file: FileId, text: &str) -> Read {
    let at = parsed.documents.iter().position(is_template);
    let lost = lost(&parsed, at, language);
    if !lost.is_empty() {
        return match unfilled(file, text, &lost) {
            _ if !text.contains("AWS::") => Read::NotATemplate,
            Some(placeholder) => Read::Broken(vec![placeholder]),
            None => Read::Broken(lost),
        };
    }
    let mut problems = parsed.problems;
    let mut documents = parsed.documents.into_iter().skip(at.unwrap_or(usize::MAX));
    let Some(mut document) = documents.next() else { return Read::NotATemplate };
    if let Some(resource) = document.get("Resources").and_then(unnamed) {
        let message = "holds placeholders that another program fills in, the first resource of them here; check what it \
                       makes of the file";
        let severity = ProblemSeverity::Lost;
        return Read::Broken(vec![Problem { message: message.to_owned(), span: resource, severity }]);
    }
    problems.extend(untagged(&mut document));
    problems.extend(documents.filter(is_template).map(|further| {
        let message = "a file is one template to CloudFormation: this further one is not judged".to_owned();
        Problem { message, span: further.span, severity: ProblemSeverity::Harmless }
    }));
    Read::Template(Template { file, language, root: long_form(document), problems, holes: IndexMap::new() })
}

/// Where a resource stands whose name is no text, or which is none: `{{ name }}` is a map in a map to YAML.
fn unnamed(resources: &Node) -> Option<Span> {
    let is_map = |entry: &&Entry| entry.key.text().is_none();
    let is_in = |entry: &Entry| is_map(&entry) || entry.value.entries().iter().any(|entry| is_map(&entry));
    resources.entries().iter().find(|entry| is_in(entry)).map(|entry| entry.key.span)
}

/// Takes the tag of another tool off the resources, which are judged as they are written, and says so.
fn untagged(document: &mut Node) -> Option<Problem> {
    let NodeKind::Mapping(sections) = &mut document.kind else { return None };
    let resources = sections.iter_mut().rev().find(|section| section.key.text() == Some("Resources"))?;
    let tag = resources.value.tag.take_if(|tag| tag.name != "Transform")?;
    let message = format!("!{} is not carried out: Resources is judged as it is written", tag.name);
    Some(Problem { message, span: tag.span, severity: ProblemSeverity::Harmless })
}

/// What keeps a text from being a template until another program fills it in: it stands where parsing stopped.
fn unfilled(file: FileId, text: &str, lost: &[Problem]) -> Option<Problem> {
    let range = lost.iter().find_map(|problem| {
        let around = lines_at(text, problem.span.range().start);
        let found = placeholder(text.get(around.clone())?)?;
        Some(around.start + found.start..around.start + found.end)
    })?;
    let message = format!(
        "holds placeholders that another program fills in, the first of them `{}`; check what it makes of the file",
        text.get(range.clone())?
    );
    Some(Problem { message, span: Span::new(file, range.start, range.end), severity: ProblemSeverity::Lost })
}

/// The line that holds this byte, and the one before.
fn lines_at(text: &str, at: usize) -> std::ops::Range<usize> {
    let (before, behind) = text.split_at_checked(at).unwrap_or((text, ""));
    let line = before.rfind('\n').unwrap_or_default();
    let start = text.get(..line).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    start..before.len() + behind.find('\n').unwrap_or(behind.len())
}

/// The problems that keep the document from being judged: what stands behind them is missing from the tree, and a
/// property that was lost is not one that is absent. JSON with a comment or a comma too many is whole.
fn lost(parsed: &Parsed, document: Option<usize>, language: Language) -> Vec<Problem> {
    if document.is_some() && language == Language::CloudFormationJson {
        return Vec::new();
    }
    let starts = |at: usize| parsed.documents.get(at).map(|document| document.span.start);
    let from = document.and_then(starts).unwrap_or_default();
    let to = document.and_then(|at| starts(at + 1)).unwrap_or(u32::MAX);
    let inside =
        |problem: &&Problem| problem.severity == ProblemSeverity::Lost && (from..to).contains(&problem.span.start);
    parsed.problems.iter().filter(inside).cloned().collect()
}

/// The first document of any file, in long form: what `AWS::Include` inserts.
///
/// # Errors
/// What keeps the file from being read.
pub fn fragment(sources: &Sources, file: FileId) -> Result<Node, Vec<Problem>> {
    let source = sources.file(file);
    let (parsed, language) = parse(&source, file);
    let first = (!parsed.documents.is_empty()).then_some(0);
    let lost = lost(&parsed, first, language);
    match parsed.documents.into_iter().next() {
        Some(document) if lost.is_empty() => Ok(long_form(document)),
        _ => Err(unfilled(file, &source.text, &lost).map_or(lost, |problem| vec![problem])),
    }
}

/// Parses by the file's name; a file of any other name by its first character, as CloudFormation does.
pub fn parse(source: &SourceFile, file: FileId) -> (Parsed, Language) {
    if source.path.to_ascii_lowercase().ends_with(".json") {
        return (json::parse(file, &source.text), Language::CloudFormationJson);
    }
    parse_text(file, &source.text)
}

/// Parses by the first character.
pub fn parse_text(file: FileId, text: &str) -> (Parsed, Language) {
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        let parsed = json::parse(file, text);
        // A flow mapping of YAML begins like JSON.
        if parsed.problems.is_empty() {
            return (parsed, Language::CloudFormationJson);
        }
    }
    (yaml::parse(file, text), Language::CloudFormationYaml)
}

fn is_template(document: &Node) -> bool {
    let declared = document.get("AWSTemplateFormatVersion").is_some();
    document.get("Resources").is_some_and(|resources| {
        resources.entries().iter().any(|entry| match entry.key.text() {
            // A loop's body is the last of its three items; an include may hold anything.
            Some(key) if key.starts_with("Fn::ForEach::") => holds_loop(&entry.value),
            Some("Fn::Transform") => declared || entry.value.get("Name").and_then(Node::text) == Some("AWS::Include"),
            _ => is_resource(&entry.value) || declared && is_inserted(&entry.value),
        })
    })
}

/// Whether Rain takes it from another file.
fn is_inserted(node: &Node) -> bool {
    node.tag.as_ref().is_some_and(|tag| tag.name == "Rain::Include")
}

fn holds_loop(node: &Node) -> bool {
    let body = node.items().and_then(<[Node]>::last);
    body.is_some_and(|body| body.entries().iter().any(|entry| is_resource(&entry.value) || holds_loop(&entry.value)))
}

/// Whether the node has a type as resources have: `AWS::S3::Bucket`, `Custom::Thing`.
fn is_resource(node: &Node) -> bool {
    let kind = node.get("Type").and_then(Node::text).and_then(|kind| kind.split_once("::"));
    kind.is_some_and(|(vendor, rest)| {
        !vendor.is_empty() && !rest.is_empty() && vendor.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// The tree with `!Sub x` written as `{"Fn::Sub": x}` everywhere.
pub fn long_form(node: Node) -> Node {
    let kind = match node.kind {
        NodeKind::Scalar(scalar) => NodeKind::Scalar(scalar),
        NodeKind::Sequence(items) => NodeKind::Sequence(items.into_iter().map(long_form).collect()),
        NodeKind::Mapping(entries) => NodeKind::Mapping(
            entries.into_iter().map(|entry| Entry { key: entry.key, value: long_form(entry.value) }).collect(),
        ),
    };
    let bare = Node { kind, span: node.span, tag: None };
    match node.tag {
        None => bare,
        Some(tag) => spelled_out(tag, bare),
    }
}

fn spelled_out(tag: Tag, argument: Node) -> Node {
    let name = match tag.name.as_str() {
        "Ref" | "Condition" => tag.name,
        _ => format!("Fn::{}", tag.name),
    };
    let span = tag.span.to(argument.span);
    let key = Node { kind: NodeKind::Scalar(Scalar::new(name, Style::Quoted)), span: tag.span, tag: None };
    Node { kind: NodeKind::Mapping(vec![Entry { key, value: argument }]), span, tag: None }
}

/// A function call: a mapping whose only key is `Ref` or begins with `Fn::`.
pub fn function(node: &Node) -> Option<(&str, &Node)> {
    let entry = node.entries().last()?;
    let name = entry.key.text()?;
    // A key that is written twice is still the only one.
    let alone = node.entries().iter().all(|other| other.key.text() == Some(name));
    (alone && (name == "Ref" || name.starts_with("Fn::"))).then_some((name, &entry.value))
}
