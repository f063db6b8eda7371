//! Builds the tree of one document after another: aliases become copies, merge keys their entries.
//!
//! Knows nothing of the text, only offsets. Copies are made on a budget, so that a small file cannot become a
//! large tree ("billion laughs"); nothing is nested deeper than [`MAX_NESTING`], so that whoever walks or drops
//! the tree may recurse.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::super::node::{
    Entry, MAX_NESTING, Node, NodeKind, Problem, ProblemSeverity, Scalar, Style, Tag, report_duplicate_keys, too_deep,
};
use crate::source::{FileId, Span};

/// The most nodes that aliases may add to one file, the copies kept for them included. Every [`LARGE_TEXT`] bytes
/// of text count as a node more.
const MAX_COPIES: usize = 1_000_000;
const LARGE_TEXT: usize = 64;

/// A collection would be nested deeper than [`MAX_NESTING`].
pub struct TooDeep;

/// What may stand before a node: `&anchor !Tag`.
pub struct Properties {
    /// granit-parser's number for the anchor, 0 if there is none.
    pub anchor: usize,
    /// The local tag.
    pub tag: Option<Tag>,
}

/// The document that is being built.
pub struct Builder {
    /// What was found on the way.
    pub problems: Vec<Problem>,
    /// Whether a merge key brings a key that stands before it.
    pub is_contested: bool,
    file: FileId,
    open: Vec<Collection>,
    root: Option<Node>,
    anchors: HashMap<usize, Anchored>,
    copies_left: usize,
}

struct Collection {
    kind: Kind,
    properties: Properties,
    start: usize,
    /// Where its last child ends.
    end: usize,
}

enum Kind {
    Sequence(Vec<Node>),
    /// The entries, and the key that still waits for its value.
    Mapping(Vec<Entry>, Option<Node>),
}

struct Anchored {
    node: Node,
    weight: usize,
    height: usize,
}

impl Builder {
    pub fn new(file: FileId) -> Self {
        let (problems, open, anchors) = (Vec::new(), Vec::new(), HashMap::new());
        Self { problems, is_contested: false, file, open, root: None, anchors, copies_left: MAX_COPIES }
    }

    pub fn scalar(&mut self, scalar: Scalar, span: Span, properties: Properties) {
        self.complete(Node { kind: NodeKind::Scalar(scalar), span, tag: properties.tag }, properties.anchor);
    }

    pub fn open_sequence(&mut self, start: usize, properties: Properties) -> Result<(), TooDeep> {
        self.open(Kind::Sequence(Vec::new()), start, properties)
    }

    pub fn open_mapping(&mut self, start: usize, properties: Properties) -> Result<(), TooDeep> {
        self.open(Kind::Mapping(Vec::new(), None), start, properties)
    }

    /// Ends the innermost collection; `mark` is its closing bracket, or empty if it has none.
    pub fn close(&mut self, mark: Range<usize>) {
        let Some(Collection { kind, properties, start, end }) = self.open.pop() else { return };
        let end = if mark.is_empty() { end } else { mark.end };
        let kind = match kind {
            Kind::Sequence(items) => NodeKind::Sequence(items),
            Kind::Mapping(entries, _) => {
                report_duplicate_keys(
                    entries.iter().map(|entry| &entry.key).filter(|key| !is_merge(key)),
                    &mut self.problems,
                );
                self.is_contested |= overwrites(&entries);
                NodeKind::Mapping(merge(entries))
            }
        };
        let node = Node { kind, span: Span::new(self.file, start, end), tag: properties.tag };
        self.complete(node, properties.anchor);
    }

    /// Ends every open collection; a key without its value is dropped.
    pub fn abandon(&mut self) {
        while !self.open.is_empty() {
            self.close(0..0);
        }
    }

    /// The finished document, if there was any node.
    pub fn finish(&mut self) -> Option<Node> {
        self.anchors.clear();
        self.root.take()
    }

    /// A copy of the node with this anchor.
    pub fn alias(&mut self, anchor: usize, span: Span) {
        match self.copy(anchor, span) {
            Ok(node) => self.attach(node, span.range().end),
            Err(problem) => self.attach_nothing(problem),
        }
    }

    /// An alias whose anchor was never declared.
    pub fn missing_anchor(&mut self, name: &str, span: Span) {
        self.attach_nothing(lost(format!("the alias `*{name}` has no anchor `&{name}` before it"), span));
    }

    fn copy(&mut self, anchor: usize, span: Span) -> Result<Node, Problem> {
        if self.open.iter().any(|collection| collection.properties.anchor == anchor) {
            return Err(lost("the alias refers to a node that contains it".to_owned(), span));
        }
        let spent = || lost(format!("aliases expand to more than {MAX_COPIES} nodes"), span);
        let anchored = self.anchors.get(&anchor).ok_or_else(spent)?;
        if self.open.len() + anchored.height > MAX_NESTING {
            return Err(too_deep(span));
        }
        self.copies_left = self.copies_left.checked_sub(anchored.weight).ok_or_else(spent)?;
        Ok(anchored.node.clone())
    }

    fn open(&mut self, kind: Kind, start: usize, properties: Properties) -> Result<(), TooDeep> {
        if self.open.len() >= MAX_NESTING {
            return Err(TooDeep);
        }
        self.open.push(Collection { kind, properties, start, end: start });
        Ok(())
    }

    fn complete(&mut self, node: Node, anchor: usize) {
        if anchor != 0 {
            let (weight, height) = measure(&node);
            // Anchors within anchors are copied too. One that no longer fits is missed only if an alias needs it.
            if let Some(left) = self.copies_left.checked_sub(weight) {
                self.copies_left = left;
                self.anchors.insert(anchor, Anchored { node: node.clone(), weight, height });
            }
        }
        let end = node.span.range().end;
        self.attach(node, end);
    }

    fn attach(&mut self, node: Node, end: usize) {
        let Some(collection) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        collection.end = collection.end.max(end);
        match &mut collection.kind {
            Kind::Sequence(items) => items.push(node),
            Kind::Mapping(entries, key) => match key.take() {
                Some(key) => entries.push(Entry { key, value: node }),
                None => *key = Some(node),
            },
        }
    }

    /// Puts an empty scalar where an alias cannot be expanded, so that keys and values keep their order.
    fn attach_nothing(&mut self, problem: Problem) {
        let kind = NodeKind::Scalar(Scalar::new(String::new(), Style::Plain));
        let span = problem.span;
        self.problems.push(problem);
        self.attach(Node { kind, span, tag: None }, span.range().end);
    }
}

/// Puts the entries of `<<: *base` and `<<: [*first, *second]` in the place of the merge key. The mapping's own keys
/// win, then the earlier mapping: <https://yaml.org/type/merge.html>. Where there is no mapping to merge, as in
/// `<<: !Include base.yml`, the entry stays what it is.
fn merge(entries: Vec<Entry>) -> Vec<Entry> {
    if !entries.iter().any(|entry| is_merge(&entry.key)) {
        return entries;
    }
    let own = entries.iter().filter(|entry| !is_merge(&entry.key)).filter_map(|entry| entry.key.text());
    let mut taken: HashSet<String> = own.map(str::to_owned).collect();
    let mut merged = Vec::new();
    for Entry { key, value } in entries {
        let plain = is_merge(&key) && value.tag.is_none();
        let sources = match value.kind {
            NodeKind::Mapping(inherited) if plain => vec![inherited],
            NodeKind::Sequence(items) if plain && items.iter().all(is_mapping) => {
                items.into_iter().map(into_entries).collect()
            }
            kind => {
                merged.push(Entry { key, value: Node { kind, ..value } });
                continue;
            }
        };
        let new = |entry: &Entry| entry.key.text().is_none_or(|key| taken.insert(key.to_owned()));
        merged.extend(sources.into_iter().flatten().filter(new));
    }
    merged
}

/// Whether what a merge key brings has a key that stands before it in the mapping: readers differ in which one counts.
fn overwrites(entries: &[Entry]) -> bool {
    let mut before = HashSet::new();
    entries.iter().any(|Entry { key, value }| {
        before.extend(key.text());
        let merged: &[Entry] = match &value.kind {
            NodeKind::Mapping(inherited) if is_merge(key) => inherited,
            _ => &[],
        };
        merged.iter().any(|entry| entry.key.text().is_some_and(|key| !before.insert(key)))
    })
}

fn is_mapping(node: &Node) -> bool {
    node.tag.is_none() && matches!(node.kind, NodeKind::Mapping(_))
}

fn into_entries(node: Node) -> Vec<Entry> {
    match node.kind {
        NodeKind::Mapping(entries) => entries,
        _ => Vec::new(),
    }
}

fn is_merge(key: &Node) -> bool {
    key.tag.is_none() && matches!(&key.kind, NodeKind::Scalar(Scalar { text, style: Style::Plain, .. }) if text == "<<")
}

/// How much of the budget a copy of the node takes, and how many collections are nested in it, itself included.
fn measure(node: &Node) -> (usize, usize) {
    let join = |(weight, height): (usize, usize), child: &Node| {
        let (more, below) = measure(child);
        (weight + more, height.max(below + 1))
    };
    match &node.kind {
        NodeKind::Scalar(scalar) => (1 + scalar.text.len() / LARGE_TEXT, 0),
        NodeKind::Sequence(items) => items.iter().fold((1, 1), join),
        NodeKind::Mapping(entries) => entries.iter().flat_map(|entry| [&entry.key, &entry.value]).fold((1, 1), join),
    }
}

fn lost(message: String, span: Span) -> Problem {
    Problem { message, span, severity: ProblemSeverity::Lost }
}
