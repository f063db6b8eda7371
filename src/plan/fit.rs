//! Whether sources are those that a plan was made from: a plan holds no expressions, but what each refers to, and those
//! that are constant. Sources that have moved on since tell nothing of what the plan leaves unknown.
//! <https://developer.hashicorp.com/terraform/internals/json-format#expression-representation>

use std::collections::BTreeSet;

use crate::syntax::{Block, Body, Expr, ExprKind, Node, NodeKind, Written};

use super::address::{Mode, Name, steps};
use super::instances::{list, text};
use super::references::references;

/// The first thing that is written otherwise than it was when the plan was made, by its name in the configuration.
pub(super) fn moved_on(plan: &Node, written: &dyn Written) -> Option<String> {
    let root = plan.get("configuration")?.get("root_module")?;
    Comparison { written }.module(root, &[])
}

struct Comparison<'w> {
    written: &'w dyn Written,
}

impl Comparison<'_> {
    fn module(&self, module: &Node, calls: &[String]) -> Option<String> {
        if !self.written.holds(calls) {
            return None;
        }
        let prefix: String = calls.iter().flat_map(|call| ["module.", call, "."]).collect();
        let named = |name: &str, differs: Option<String>| differs.map(|part| format!("{prefix}{name}{part}"));
        let resources = list(module, "resources").find_map(|resource| {
            let mode = if text(resource, "mode") == Some("data") { Mode::Data } else { Mode::Managed };
            let (kind, label) = (text(resource, "type")?.to_owned(), text(resource, "name")?.to_owned());
            let name = Name { mode, kind, label }.to_string();
            // A data source of a `check` block stands among the others in a plan; nothing but its own `assert` can refer to it.
            // <https://developer.hashicorp.com/terraform/language/block/check>
            let is_of_check = mode == Mode::Data && self.written.block(calls, &name).is_none();
            if is_of_check { None } else { named(&name, self.block(resource, calls, &name)) }
        });
        let outputs = || {
            entries(module, "outputs").find_map(|(output, planned)| {
                let name = format!("output.{output}");
                let block = self.written.block(calls, &name);
                let value = block.and_then(|block| block.body.attribute("value"));
                let differs = !is_same(planned.get("expression")?, value.map(|value| value.expr.as_ref()));
                named(&name, differs.then(String::new))
            })
        };
        let called = || {
            entries(module, "module_calls").find_map(|(call, planned)| {
                let name = format!("module.{call}");
                let inner = || self.module(planned.get("module")?, &[calls, &[call.to_owned()]].concat());
                named(&name, self.block(planned, calls, &name)).or_else(inner)
            })
        };
        resources.or_else(outputs).or_else(called)
    }

    /// The argument of a block that differs.
    fn block(&self, planned: &Node, calls: &[String], name: &str) -> Option<String> {
        let Some(block) = self.written.block(calls, name) else { return Some(String::new()) };
        let repeated = [("count", "count_expression"), ("for_each", "for_each_expression")];
        let repeated = repeated.into_iter().find(|(argument, planned_as)| {
            let written = block.body.attribute(argument).map(|attribute| attribute.expr.as_ref());
            match planned.get(planned_as) {
                Some(planned) => !is_same(planned, written),
                // An expression that refers to nothing is left out, unless it is constant.
                None => written.is_some_and(|written| !references(written).is_empty()),
            }
        });
        let arguments =
            || entries(planned, "expressions").find(|(argument, planned)| !is_same_argument(planned, block, argument));
        let differs = repeated.map(|(argument, _)| argument).or_else(|| arguments().map(|(argument, _)| argument));
        differs.map(|argument| format!(".{argument}"))
    }
}

/// Whether an argument, or the nested blocks of a type, are written as they were.
fn is_same_argument(planned: &Node, block: &Block, argument: &str) -> bool {
    match block.body.attribute(argument) {
        Some(attribute) if is_expression(planned) => is_same(planned, Some(&attribute.expr)),
        // In JSON syntax blocks are arguments, and so are the attributes of newer providers.
        Some(attribute) => subjects(planned) == names(&references(&attribute.expr)),
        None if is_dynamic(&block.body) => true,
        None => {
            let nested = block.body.blocks.iter().filter(|nested| nested.kind == argument);
            let mut found = Vec::new();
            let count = nested.map(|nested| gather(&nested.body, &mut found)).count();
            count > 0
                && (found.contains(&None)
                    || subjects(planned) == names(&found.into_iter().flatten().collect::<Vec<_>>()))
        }
    }
}

/// What everything in a body refers to; `None` among it where a `dynamic` block does, which a plan leaves out.
fn gather(body: &Body, found: &mut Vec<Option<String>>) {
    found.extend(body.attributes.iter().flat_map(|attribute| references(&attribute.expr)).map(Some));
    found.extend(is_dynamic(body).then_some(None));
    body.blocks.iter().for_each(|block| gather(&block.body, found));
}

fn is_dynamic(body: &Body) -> bool {
    body.attribute("dynamic").is_some() || body.blocks.iter().any(|block| block.kind == "dynamic")
}

fn is_expression(planned: &Node) -> bool {
    matches!(planned.kind, NodeKind::Mapping(_))
        && (planned.entries().is_empty()
            || ["references", "constant_value"].iter().any(|key| planned.get(key).is_some()))
}

/// Whether an expression refers to what it did, and is the scalar that it was.
fn is_same(planned: &Node, written: Option<&Expr>) -> bool {
    let Some(written) = written else { return false };
    let constant = planned.get("constant_value").and_then(Node::text);
    let is_constant = match (&written.kind, constant) {
        (ExprKind::Text(text, _), Some(constant)) => {
            text == constant || !text.is_ascii() || text.contains(['\r', '\n'])
        }
        (ExprKind::Bool(value), Some(constant)) => constant == value.to_string(),
        _ => true,
    };
    is_constant && subjects(planned) == names(&references(written))
}

/// The names of what a part of the configuration refers to.
fn subjects(planned: &Node) -> BTreeSet<String> {
    let mut found = Vec::new();
    let mut waiting = vec![planned];
    while let Some(node) = waiting.pop() {
        if let Some(references) = node.get("references").and_then(Node::items) {
            found.extend(references.iter().filter_map(Node::text).map(str::to_owned));
        } else {
            waiting.extend(node.entries().iter().map(|entry| &entry.value));
            waiting.extend(node.items().into_iter().flatten());
        }
    }
    names(&found)
}

/// What references are about, without keys and attributes.
fn names(references: &[String]) -> BTreeSet<String> {
    let name = |reference: &String| {
        let steps: Vec<String> = steps(reference).into_iter().map(|step| step.name).collect();
        let steps = steps.strip_prefix(&["resource".to_owned()]).unwrap_or(&steps);
        let count = if matches!(steps.first().map(String::as_str), Some("data" | "ephemeral")) { 3 } else { 2 };
        steps.iter().take(count).cloned().collect::<Vec<_>>().join(".")
    };
    references.iter().map(name).collect()
}

fn entries<'p>(node: &'p Node, name: &str) -> impl Iterator<Item = (&'p str, &'p Node)> {
    let entries = node.get(name).into_iter().flat_map(Node::entries);
    entries.filter_map(|entry| Some((entry.key.text()?, &entry.value)))
}
