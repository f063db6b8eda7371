//! One tree in every spelling CloudFormation takes.

use trailwarden::source::{FileId, Span};
use trailwarden::syntax::{Entry, Node, NodeKind, Scalar, Style, Tag};

/// How a template is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// YAML in block style, with tags (`!Sub`) wherever YAML allows one.
    Short,
    /// YAML in flow style, with whole names (`Fn::Sub`).
    Long,
    /// JSON.
    Json,
}

pub const SPELLINGS: [Spelling; 3] = [Spelling::Short, Spelling::Long, Spelling::Json];

/// Functions that have no tag.
const WITHOUT_TAG: [&str; 6] =
    ["Fn::Length", "Fn::ToJsonString", "Fn::Contains", "Fn::EachMemberIn", "Fn::EachMemberEquals", "Fn::RefAll"];

impl Spelling {
    pub fn name(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
            Self::Json => "json",
        }
    }

    pub fn file(self) -> &'static str {
        match self {
            Self::Short | Self::Long => "template.yaml",
            Self::Json => "template.json",
        }
    }
}

/// The text of a document.
pub fn spell(node: &Node, spelling: Spelling) -> String {
    let long = long_form(node);
    let mut out = String::new();
    match spelling {
        Spelling::Short => block(&short_form(&long), 0, &mut out),
        Spelling::Long => flow(&long, Spelling::Long, &mut out),
        Spelling::Json => flow(&long, Spelling::Json, &mut out),
    }
    out.trim_start().to_owned() + "\n"
}

/// The tree with `!Sub x` written as `{Fn::Sub: x}` everywhere.
pub fn long_form(node: &Node) -> Node {
    let bare = Node { tag: None, ..children(node, long_form) };
    match &node.tag {
        None => bare,
        Some(Tag { name, .. }) if matches!(name.as_str(), "Ref" | "Condition") => mapping(name, bare),
        Some(Tag { name, .. }) => mapping(&format!("Fn::{name}"), bare),
    }
}

/// The tree with `{Fn::Sub: x}` written as `!Sub x`, unless `x` has a tag itself: a node has one.
fn short_form(node: &Node) -> Node {
    let node = children(node, short_form);
    let [Entry { key, value }] = node.entries() else { return node };
    let name = key.text().unwrap_or_default();
    let tag = match name {
        "Ref" | "Condition" if value.text().is_some() => name,
        _ if WITHOUT_TAG.contains(&name) || name.starts_with("Fn::ForEach::") => return node,
        _ => match name.strip_prefix("Fn::") {
            Some(tag) => tag,
            None => return node,
        },
    };
    if value.tag.is_some() {
        return node;
    }
    Node { tag: Some(Tag { name: tag.to_owned(), span: nowhere() }), ..value.clone() }
}

fn children(node: &Node, change: fn(&Node) -> Node) -> Node {
    let kind = match &node.kind {
        NodeKind::Scalar(scalar) => NodeKind::Scalar(scalar.clone()),
        NodeKind::Sequence(items) => NodeKind::Sequence(items.iter().map(change).collect()),
        NodeKind::Mapping(entries) => NodeKind::Mapping(
            entries.iter().map(|entry| Entry { key: entry.key.clone(), value: change(&entry.value) }).collect(),
        ),
    };
    Node { kind, ..node.clone() }
}

pub fn mapping(key: &str, value: Node) -> Node {
    let key = Node { kind: scalar(key), span: nowhere(), tag: None };
    Node { kind: NodeKind::Mapping(vec![Entry { key, value }]), span: nowhere(), tag: None }
}

pub fn listed(items: Vec<Node>) -> Node {
    Node { kind: NodeKind::Sequence(items), span: nowhere(), tag: None }
}

pub fn written(text: &str) -> Node {
    Node { kind: scalar(text), span: nowhere(), tag: None }
}

pub fn scalar(text: &str) -> NodeKind {
    NodeKind::Scalar(Scalar::new(text, Style::Quoted))
}

fn nowhere() -> Span {
    Span::new(FileId(0), 0, 0)
}

/// Block style: what a key or a dash is followed by.
fn block(node: &Node, indent: usize, out: &mut String) {
    if let Some(tag) = &node.tag {
        out.extend([" !", &tag.name]);
    }
    let line = |out: &mut String, text: &str| out.extend(["\n", &" ".repeat(indent), text]);
    match &node.kind {
        NodeKind::Sequence(items) if !items.is_empty() => {
            for item in items {
                line(out, "-");
                block(item, indent + 2, out);
            }
        }
        NodeKind::Mapping(entries) if !entries.is_empty() => {
            for Entry { key, value } in entries {
                line(out, &quoted(key.text().unwrap_or_default()));
                out.push(':');
                block(value, indent + 2, out);
            }
        }
        _ => {
            out.push(' ');
            flow(&Node { tag: None, ..node.clone() }, Spelling::Short, out);
        }
    }
}

fn flow(node: &Node, spelling: Spelling, out: &mut String) {
    match &node.kind {
        NodeKind::Scalar(scalar) => out.push_str(&leaf(scalar, spelling)),
        NodeKind::Sequence(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                flow(item, spelling, out);
            }
            out.push(']');
        }
        NodeKind::Mapping(entries) => {
            out.push('{');
            for (at, Entry { key, value }) in entries.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                out.push_str(&quoted(key.text().unwrap_or_default()));
                out.push_str(": ");
                flow(value, spelling, out);
            }
            out.push('}');
        }
    }
}

/// A plain scalar stays plain in YAML. In JSON `yes` is `true`, and what is neither number, boolean nor null is a string.
fn leaf(scalar: &Scalar, spelling: Spelling) -> String {
    let Scalar { text, style, .. } = scalar;
    let number = serde_json::from_str::<serde_json::Number>(text).is_ok();
    let word = match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some("true"),
        "false" | "no" | "off" => Some("false"),
        "null" | "~" | "" => Some("null"),
        _ => None,
    };
    match (style, spelling) {
        (Style::Plain, Spelling::Json) if number => text.clone(),
        (Style::Plain, Spelling::Json) => word.map_or_else(|| quoted(text), str::to_owned),
        (Style::Plain, _)
            if word.is_some() || number || text.chars().all(|c| c.is_ascii_alphanumeric() || "_.+".contains(c)) =>
        {
            text.clone()
        }
        _ => quoted(text),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
