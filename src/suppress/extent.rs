//! What a comment speaks about, as a range of the file: the attribute on its line, the block it stands in or on, the
//! one it stands above.
//!
//! Knows the trees of a file; knows no control.

use crate::source::{SourceFile, Span};
use crate::syntax::{Attribute, Body, Expr, ExprKind, Node, NodeKind};

/// A place that a comment can speak about.
#[derive(Clone, Copy)]
struct Item {
    span: Span,
    first: usize,
    last: usize,
}

fn item(span: Span, file: &SourceFile) -> Item {
    let last = (span.end as usize).max(span.start as usize + 1) - 1;
    Item { span, first: file.lines.line(span.start as usize), last: file.lines.line(last) }
}

fn holds(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

/// What a comment in a Terraform file speaks about; `None` when it stands alone between blocks.
pub(super) fn in_terraform(body: &Body, file: &SourceFile, comment: Span) -> Option<Span> {
    let (mut body, mut inside) = (body, None);
    loop {
        let attributes = body.attributes.iter().map(Attribute::whole);
        if let Some(attribute) = body.attributes.iter().find(|attribute| holds(attribute.whole(), comment)) {
            return Some(in_value(&attribute.expr, file, comment).unwrap_or_else(|| attribute.whole()));
        }
        if let Some(block) = body.blocks.iter().find(|block| holds(block.span, comment)) {
            (body, inside) = (&block.body, Some(block.span));
            continue;
        }
        let at = item(comment, file);
        let items = attributes.chain(body.blocks.iter().map(|block| block.span)).map(|span| item(span, file));
        let on_line = items.clone().find(|item| item.first == at.last || item.last == at.first);
        let next = items.filter(|item| item.span.start >= comment.end).min_by_key(|item| item.span.start);
        let above = || next.filter(|next| is_above(comment, next.span, &file.text)).map(|next| next.span);
        return on_line.map(|item| item.span).or(inside).or_else(above);
    }
}

/// The parts of a value, each as a whole: an entry with its key.
fn parts(expr: &Expr) -> Vec<(Span, &Expr)> {
    match &expr.kind {
        ExprKind::Object(entries) => {
            entries.iter().map(|(key, value)| (key.span.to(value.span), value.as_ref())).collect()
        }
        ExprKind::Tuple(items) => items.iter().map(|value| (value.span, value.as_ref())).collect(),
        ExprKind::Call(call) => call.arguments.iter().map(|value| (value.span, value.as_ref())).collect(),
        ExprKind::Parenthesis(inner) => vec![(inner.span, inner.as_ref())],
        _ => Vec::new(),
    }
}

/// What a comment inside of a value speaks about: the entry or item on its line, or the innermost object it stands alone
/// in; `None` when that is the value itself.
fn in_value(expr: &Expr, file: &SourceFile, comment: Span) -> Option<Span> {
    let at = item(comment, file);
    let parts = parts(expr);
    if let Some((span, value)) = parts.iter().find(|(span, _)| holds(*span, comment)) {
        return in_value(value, file, comment).or(Some(*span));
    }
    let is_entry = matches!(expr.kind, ExprKind::Object(_) | ExprKind::Tuple(_));
    let ends = |(span, _): &&(Span, &Expr)| item(*span, file).last == at.first && span.end <= comment.start;
    parts.iter().rfind(ends).filter(|_| is_entry).map(|(span, _)| *span)
}

/// What the `//` key of a Terraform file in JSON speaks about: the block it is a key of, or the object inside of it, which
/// is a nested block or an entry of a value.
pub(super) fn in_terraform_json(body: &Body, comment: Span) -> Option<Span> {
    let block = body.blocks.iter().find(|block| holds(block.span, comment))?;
    let attribute = block.body.attributes.iter().find(|attribute| holds(attribute.expr.span, comment));
    Some(attribute.map_or(block.span, |attribute| owner(attribute.whole(), &attribute.expr, comment)))
}

/// The innermost part that holds a comment of a value, which as `whole` stands with its key.
fn owner(whole: Span, expr: &Expr, comment: Span) -> Span {
    let inner = parts(expr).into_iter().find(|(_, value)| holds(value.span, comment));
    inner.map_or(whole, |(whole, value)| owner(whole, value, comment))
}

/// Whether nothing but comments stands between a comment and what begins behind it, and no empty line.
fn is_above(comment: Span, next: Span, text: &str) -> bool {
    let between = text.get(comment.end as usize..next.start as usize).unwrap_or_default();
    let lines = between.split('\n').skip(1);
    let count = lines.clone().count();
    lines.take(count.saturating_sub(1)).all(|line| {
        let line = line.trim();
        ["#", "//", "/*", "*"].iter().any(|mark| line.starts_with(mark))
    })
}

/// An entry of a mapping or an item of a list.
#[derive(Clone, Copy)]
struct Member<'n> {
    key: Option<&'n str>,
    start: Span,
    value: &'n Node,
}

impl Member<'_> {
    fn whole(&self) -> Span {
        // The value of an alias stands elsewhere.
        if self.value.span.start >= self.start.start { self.start.to(self.value.span) } else { self.start }
    }
}

/// The members of a collection that stand in it: not those that an alias or a merge brought in.
fn members(node: &Node) -> Vec<Member<'_>> {
    let mut members: Vec<Member> = match &node.kind {
        NodeKind::Scalar(_) => Vec::new(),
        NodeKind::Sequence(items) => items.iter().map(|value| Member { key: None, start: value.span, value }).collect(),
        NodeKind::Mapping(entries) => entries
            .iter()
            .map(|entry| Member { key: entry.key.text(), start: entry.key.span, value: &entry.value })
            .collect(),
    };
    members.retain(|member| holds(node.span, member.start));
    members.sort_by_key(|member| member.start.start);
    members
}

/// What a comment in a YAML document speaks about; `None` when it stands alone between sections.
pub(super) fn in_yaml(root: &Node, file: &SourceFile, comment: Span) -> Option<Span> {
    let at = item(comment, file);
    let line = file.lines.range(at.first, &file.text);
    let alone = file.text.get(line.start..comment.start as usize).is_some_and(|before| before.trim().is_empty());
    let column = |span: Span| span.start as usize - file.lines.range(item(span, file).first, &file.text).start;
    let mut chain: Vec<Member> = Vec::new();
    let mut node = root;
    let next = loop {
        let members = members(node);
        let on_line = members.iter().find(|member| member.key.is_some() && item(member.start, file).first == at.first);
        if let Some(entry) = on_line.filter(|_| !alone) {
            return Some(entry.whole());
        }
        let next = members
            .iter()
            .find(|member| member.start.start >= comment.end)
            .map(|member| member.start.to(member.whole()));
        let before = members.iter().rfind(|member| member.start.start < comment.start);
        let inside =
            |member: &&Member| !alone || holds(member.whole(), comment) || column(comment) > column(member.start);
        match before.filter(inside) {
            Some(member) => {
                chain.push(*member);
                node = member.value;
            }
            None => break next,
        }
    };
    if !alone {
        // Behind a bracket, or the last line of a text.
        let ends = |member: &&Member| item(member.whole(), file).last == at.first;
        return chain.iter().rev().find(ends).or(chain.last()).map(Member::whole);
    }
    // Between the resources, or above a section: what follows. Inside of a resource: the innermost thing with a name,
    // and `Properties` is but a part of its resource.
    if is_between(&chain) {
        return next.filter(|next| is_above(comment, *next, &file.text));
    }
    let named = |member: &&Member| member.key.is_none_or(|key| key != "Properties");
    chain.iter().rev().find(named).map(Member::whole)
}

/// Whether a place is one where sections or resources stand, also those in the body of a loop.
fn is_between(chain: &[Member]) -> bool {
    let is_loop = |pair: &[Member]| match pair {
        [each, body] => each.key.is_some_and(|key| key.starts_with("Fn::ForEach::")) && body.key.is_none(),
        _ => false,
    };
    chain.get(1..).unwrap_or_default().chunks(2).all(is_loop)
}
