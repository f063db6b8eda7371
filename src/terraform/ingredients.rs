//! What a name in the canonical text of an expression is worked out from, where it is no input itself: a local value, an output
//! of a module or, in a module, a variable. Nothing is told of it where that is known.
//!
//! Knows names and where they lead; knows no option.

use std::rc::Rc;

use crate::value::{Data, Value};

use super::evaluator::Evaluator;
use super::module::Mode;
use super::scope::Scope;

impl<'a> Evaluator<'a> {
    /// The canonical texts of what is not known in that which a name leads to, before anything is answered.
    pub fn ingredients(&self, name: &str) -> Vec<String> {
        match name.split('.').next() {
            Some("local") => {}
            Some("module") => self.expand_modules(),
            _ => return Vec::new(),
        }
        self.limits.begin();
        let Some(value) = self.lead_to_by(name) else { return Vec::new() };
        let mut texts = Vec::new();
        value.visit_all(&mut |part| match &part.data {
            Data::Open(input) => texts.push(input.name.clone()),
            Data::Pending(question) => texts.push(question.input.name.clone()),
            Data::Opaque(symbol) => texts.push(symbol.to_string()),
            _ => {}
        });
        texts
    }

    fn lead_to_by(&self, name: &str) -> Option<Value> {
        self.root();
        let scopes = self.scopes.borrow().clone();
        let within = |scope: &Rc<Scope<'a>>| match scope.address.as_str() {
            "" => Some(name.to_owned()),
            address => name.strip_prefix(address)?.strip_prefix('.').map(str::to_owned),
        };
        let found = scopes.iter().filter_map(|scope| Some((scope, within(scope)?)));
        let (scope, own) = found.min_by_key(|(_, own)| own.len())?;
        let mut steps = own.split('.');
        let whole = match (steps.next()?, scope.call.is_some()) {
            ("local", _) => {
                let name = steps.next()?;
                self.local(scope, name, scope.node.module.locals.get(name)?.name)
            }
            ("var", true) => {
                let name = steps.next()?;
                self.variable(scope, name, scope.node.module.variables.get(name)?.header)
            }
            ("data", true) => {
                let (kind, name) = (steps.next()?, steps.next()?);
                let span = scope.node.module.resources.iter().find(|(key, _)| key.name == name)?.1.header;
                let data = self.resource(scope, Mode::Data, kind, name, span);
                self.attribute(&data, steps.next()?, span)
            }
            (output, true) => self.output(scope, output, scope.node.module.outputs.get(output)?.header),
            _ => return None,
        };
        // What stands behind a step that is not written out may be any part.
        let written = steps.take_while(|step| !step.contains(['[', '*']));
        Some(written.fold(whole, |value, step| value.field(step)))
    }

    /// Finds every module, also those that nothing was read of yet.
    fn expand_modules(&self) {
        let mut waiting = vec![self.root()];
        while let Some(scope) = waiting.pop() {
            let before = self.scopes.borrow().len();
            for (name, call) in &scope.node.module.calls {
                self.module(&scope, name, call.header);
            }
            waiting.extend(self.scopes.borrow().iter().skip(before).cloned());
        }
    }
}
