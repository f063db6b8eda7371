//! The tree of a YAML or JSON document: scalars keep their source text, everything has a span.
//!
//! Knows nothing of CloudFormation or Terraform: a tag is a tag here, and `yes` is a text.

use std::collections::HashSet;

use crate::source::{Places, Span};

/// How many collections may be nested in one another: readers and walkers of the tree recurse.
pub(super) const MAX_NESTING: usize = 128;

/// One node of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What the node is.
    pub kind: NodeKind,
    /// The node's own text, without its tag and without the blank that follows it.
    pub span: Span,
    /// The local tag (`!Sub`), if the author wrote one.
    pub tag: Option<Tag>,
}

/// The three shapes a node can have.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// A text, number, boolean or null, not yet interpreted.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// A map, in source order. Of duplicate keys all are kept; the last one counts.
    Mapping(Vec<Entry>),
}

/// A local tag such as `!GetAtt`, with the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The name without the exclamation mark.
    pub name: String,
    /// The tag's own text, exclamation mark included.
    pub span: Span,
}

/// A scalar as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text after unescaping and folding, before any interpretation.
    pub text: String,
    /// How it was written, which decides whether it may be a number, boolean or null.
    pub style: Style,
    /// Where its characters were written, if it may hold a document of its own.
    pub places: Places,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes (also JSON's literals and numbers): may be a number, boolean or null.
    Plain,
    /// In quotes or as a block: always a text.
    Quoted,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key; almost always a scalar.
    pub key: Node,
    /// The value.
    pub value: Node,
}

/// What reading a document gives: always a tree, as far as it could be read, and never only an error.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// The documents of the file, in order. JSON has at most one.
    pub documents: Vec<Node>,
    /// Comments, in order, for suppressions.
    pub comments: Vec<Comment>,
    /// What is wrong with the text.
    pub problems: Vec<Problem>,
    /// Whether readers differ in what a mapping holds: a merge key of YAML brings a key that stands before it.
    pub is_contested: bool,
}

/// A comment with its marker (`# …`, `// …`, `/* … */`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The comment's text, marker included.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// Something wrong with a file's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// One sentence for the author of the file.
    pub message: String,
    /// Where the parser stopped or what it stumbled over.
    pub span: Span,
    /// Whether part of the file was lost because of it.
    pub severity: ProblemSeverity,
}

impl Problem {
    /// Whether a limit of this program stopped the reading, and nothing is wrong with the text.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.message == beyond_nesting()
    }
}

/// Whether a problem loses part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemSeverity {
    /// The tree lacks something the author wrote.
    Lost,
    /// The tree is whole; the author may want to know (a duplicate key).
    Harmless,
}

impl Scalar {
    /// A scalar that holds no document of its own.
    #[must_use]
    pub fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style, places: Places::default() }
    }
}

impl Node {
    /// The entry's value for `key` in a mapping; of duplicates the last.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry for `key` in a mapping; of duplicates the last.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().rev().find(|entry| entry.key.text() == Some(key))
    }

    /// The entries of a mapping; none for anything else.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            NodeKind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence, if it is one.
    #[must_use]
    pub fn items(&self) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The scalar, if it is one.
    #[must_use]
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            NodeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.scalar().map(|scalar| scalar.text.as_str())
    }
}

/// The problem of a collection beyond [`MAX_NESTING`].
pub(super) fn too_deep(span: Span) -> Problem {
    Problem { message: beyond_nesting(), span, severity: ProblemSeverity::Lost }
}

fn beyond_nesting() -> String {
    format!("nested deeper than {MAX_NESTING} levels")
}

/// Reports every key of a mapping that another one before it has too.
pub(super) fn report_duplicate_keys<'a>(keys: impl Iterator<Item = &'a Node>, problems: &mut Vec<Problem>) {
    let mut seen = HashSet::new();
    for key in keys {
        let Some(text) = key.text() else { continue };
        if !seen.insert(text) {
            let message = format!("the key `{text}` occurs twice in this mapping; the last one counts");
            problems.push(Problem { message, span: key.span, severity: ProblemSeverity::Harmless });
        }
    }
}
