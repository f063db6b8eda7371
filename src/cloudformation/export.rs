//! Exports and imports. Inside a unit an import is the value that is exported under an equal name; between units only a
//! whole literal name can be equal for sure, and the model joins those.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html>

use std::collections::BTreeSet;

use crate::source::Span;
use crate::syntax::{Entry, Node};
use crate::value::{Data, Origin, Role, Symbol, SymbolSource, Value};

use super::evaluator::Evaluator;
use super::intrinsic::{self, blocked};
use super::template::function;
use super::tree::Stack;

impl<'t> Evaluator<'t> {
    /// `Fn::ImportValue`
    pub fn import(&self, stack: &'t Stack, argument: &Node, span: Span) -> Value {
        let name = self.evaluate(stack, argument);
        let origin = Origin::expression(span);
        if let Some(blocked) = blocked(&[&name]) {
            return Value::new(blocked.data, origin);
        }
        if let Some((exporter, output)) = self.exporter(stack, &name) {
            return self.output_of(exporter, output, span);
        }
        match name.as_str() {
            Some(name) if self.is_here(stack) => self.imported(name, span),
            _ => self.local(stack, intrinsic::call("Fn::ImportValue", &name, span)),
        }
    }

    /// What another unit exports, or a stack of another template, as a stack imports it that is deployed where its unit is:
    /// elsewhere others may be exported.
    fn imported(&self, name: &str, span: Span) -> Value {
        if let Some(value) = self.tree.imported.get(name).cloned().or_else(|| self.exported_beside(name)) {
            return value.through(span, Role::Expression);
        }
        let source = SymbolSource::Import(name.to_owned());
        Value::opaque(Symbol { source, attribute: String::new() }, Origin::expression(span))
    }

    /// The literal names of what is imported anywhere.
    pub fn imports(&self) -> BTreeSet<String> {
        let own = self.tree.stacks.iter().filter(|stack| self.is_here(stack));
        let named = own.flat_map(|stack| {
            let mut found = Vec::new();
            let entries = stack.body.resources.values().chain(stack.body.outputs.values());
            entries.for_each(|entry| importing(&entry.value, &mut found));
            found.into_iter().filter_map(|(function, argument)| match self.evaluate(stack, argument) {
                named if function == "Fn::ImportValue" => named.as_str().map(str::to_owned),
                named => self.output_named(stack, &named),
            })
        });
        named.collect()
    }

    /// `Fn::GetStackOutput`: an output of a stack by the stack's name, exported or not. The CDK makes its weak references
    /// between stacks of it. An output of another Region or another role's account is none that can be joined.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html>
    pub fn stack_output(&self, stack: &'t Stack, argument: &Node, span: Span) -> Value {
        let named = self.evaluate(stack, argument);
        match self.output_named(stack, &named) {
            Some(name) if self.is_here(stack) => self.imported(&name, span),
            _ => self.local(stack, intrinsic::call("Fn::GetStackOutput", &named, span)),
        }
    }

    /// The output that the argument of `Fn::GetStackOutput` names, where that is of this account and Region.
    fn output_named(&self, stack: &'t Stack, argument: &Value) -> Option<String> {
        let (region, role) = (argument.field("Region"), argument.field("RoleArn"));
        let is_own = |span| self.reference(stack, "AWS::Region", span).data == region.data;
        let is_near = role.is_null() && (region.is_null() || argument.origin.nearest().is_some_and(is_own));
        let (of, output) = (argument.field("StackName"), argument.field("OutputName"));
        is_near.then(|| Some(output_name(of.as_str()?, output.as_str()?)))?
    }

    /// What the stacks export by literal names, and the outputs of a stack whose own name is known. An export whose condition
    /// is still a question is taken to exist: without it nobody could deploy what imports it.
    pub fn exports(&self) -> Vec<(String, Value)> {
        let own = self.tree.stacks.iter().filter(|stack| self.is_here(stack));
        let exported = own.flat_map(|stack| exports(stack).map(move |export| (stack, export)));
        let exported = exported.filter_map(|(stack, (output, name))| {
            Some((stack, output, self.evaluate(stack, name).as_str()?.to_owned()))
        });
        let called = self.tree.stack(0).zip(self.tree.given.pinned("AWS::StackName"));
        let outputs = called.into_iter().flat_map(|(root, name)| {
            let outputs = root.body.outputs.iter();
            outputs.map(move |(id, output)| (root, output, output_name(name, id)))
        });
        let mut exports: Vec<(String, Value)> = Vec::new();
        let mut waiting: Vec<(String, Value)> = Vec::new();
        for (stack, output, name) in exported.chain(outputs) {
            let exists = self.output_exists(stack, output).unwrap_or(Value::bool(true, Origin::default()));
            let Some(value) = output.value.get("Value") else { continue };
            match &exists.data {
                Data::Bool(false) | Data::Failed(_) => continue,
                // Of two outputs with one name only one can exist.
                Data::Pending(_) => waiting.push((name.clone(), exists)),
                _ => {}
            }
            exports.push((name, self.evaluate(stack, value)));
        }
        for (name, exists) in waiting {
            let mut same = exports.iter_mut().filter(|(other, _)| *other == name);
            if let (Some((_, first)), Some(_)) = (same.next(), same.next()) {
                *first = exists;
            }
        }
        exports
    }

    /// The one output of this unit that is exported under `name`. A stack does not import from itself.
    fn exporter(&self, importer: &Stack, name: &Value) -> Option<(&'t Stack, &'t Entry)> {
        if self.tree.stacks.len() < 2 {
            return None;
        }
        let reachable = self.tree.stacks.iter().filter(|stack| stack.account == importer.account);
        let all = reachable.flat_map(|stack| exports(stack).map(move |export| (stack, export)));
        let mut equal = all.filter(|(stack, (_, exported))| self.evaluate(stack, exported) == *name);
        let (stack, (output, _)) = equal.next()?;
        equal.next().is_none().then_some((stack, output))
    }
}

/// What an output is called where stacks are known by name. The name of an export holds no dot.
fn output_name(stack: &str, output: &str) -> String {
    format!("{stack}.Outputs.{output}")
}

/// The functions that import something, with their arguments.
fn importing<'n>(node: &'n Node, found: &mut Vec<(&'n str, &'n Node)>) {
    if let Some((name @ ("Fn::ImportValue" | "Fn::GetStackOutput"), argument)) = function(node) {
        found.push((name, argument));
    }
    node.entries().iter().for_each(|entry| importing(&entry.value, found));
    node.items().unwrap_or_default().iter().for_each(|item| importing(item, found));
}

/// The outputs that a stack exports, with the names.
fn exports(stack: &Stack) -> impl Iterator<Item = (&Entry, &Node)> {
    stack.body.outputs.values().filter_map(|output| Some((output, output.value.get("Export")?.get("Name")?)))
}
