//! Exports and imports. Inside a unit an import is the value that is exported under an equal name; between units only a
//! whole literal name can be equal for sure, and the model joins those.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html>

use crate::source::Span;
use crate::syntax::{Entry, Node};
use crate::value::{Data, Origin, Symbol, SymbolSource, Value};

use super::evaluator::Evaluator;
use super::intrinsic::{self, blocked};
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
            Some(name) => Value::opaque(
                Symbol { source: SymbolSource::Import(name.to_owned()), attribute: String::new() },
                origin,
            ),
            None => intrinsic::call("Fn::ImportValue", &name, span),
        }
    }

    /// `Fn::GetStackOutput`: an output of a stack by the stack's name, exported or not. The CDK makes its weak references
    /// between stacks of it. An output of another Region or another role's account is none that can be joined.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html>
    pub fn stack_output(&self, stack: &'t Stack, argument: &Node, span: Span) -> Value {
        let named = self.evaluate(stack, argument);
        let is_near = ["Region", "RoleArn"].iter().all(|name| named.field(name).is_null());
        let (of, output) = (named.field("StackName"), named.field("OutputName"));
        match (of.as_str(), output.as_str()) {
            (Some(of), Some(output)) if is_near => {
                let source = SymbolSource::Import(output_name(of, output));
                Value::opaque(Symbol { source, attribute: String::new() }, Origin::expression(span))
            }
            _ => intrinsic::call("Fn::GetStackOutput", &named, span),
        }
    }

    /// What the stacks export by literal names, and the outputs of a stack whose own name is known. An export whose condition is still a question is taken to exist:
    /// without it nobody could deploy what imports it.
    pub fn exports(&self) -> Vec<(String, Value)> {
        let own = self.tree.stacks.iter().filter(|stack| stack.account.is_empty());
        let exported = own.flat_map(|stack| exports(stack).map(move |export| (stack, export)));
        let exported = exported.filter_map(|(stack, (output, name))| {
            Some((stack, output, self.evaluate(stack, name).as_str()?.to_owned()))
        });
        let called = self.tree.stack(0).zip(self.tree.given.pinned("AWS::StackName"));
        let outputs = called.into_iter().flat_map(|(root, name)| {
            let outputs = root.body.outputs.iter();
            outputs.map(move |(id, output)| (root, output, output_name(name, id)))
        });
        let named = exported.chain(outputs).filter_map(|(stack, output, name)| {
            let exists = self.output_exists(stack, output);
            let refused = exists.is_some_and(|exists| matches!(exists.data, Data::Bool(false) | Data::Failed(_)));
            (!refused).then(|| Some((name, self.evaluate(stack, output.value.get("Value")?)))).flatten()
        });
        named.collect()
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

/// The outputs that a stack exports, with the names.
fn exports(stack: &Stack) -> impl Iterator<Item = (&Entry, &Node)> {
    stack.body.outputs.values().filter_map(|output| Some((output, output.value.get("Export")?.get("Name")?)))
}
