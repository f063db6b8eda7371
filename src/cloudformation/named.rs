//! Names that functions give: which of the template's parameters and resources a `Ref` or `Fn::GetAtt` means whose name is
//! made of something that is not known. CloudFormation refuses one that meets none, so that it means one of those that may
//! have such a name, and it is asked which.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html>

use crate::value::{Data, Input, Origin, Parting, Reason, Value};

use super::choice::MAX_CASES;
use super::evaluator::Evaluator;
use super::tree::Stack;

impl<'t> Evaluator<'t> {
    /// What `of` gives for the name that `name` turns out to be among those of `all`; `None` where it can be none of them.
    pub fn of_named<'n>(
        &self,
        name: &Value,
        all: impl Iterator<Item = &'n str>,
        of: impl FnOnce(&str) -> Value,
        origin: &Origin,
    ) -> Option<Value> {
        let may_be: Vec<&str> = all.filter(|one| may_be(name, one)).collect();
        if may_be.len() > MAX_CASES {
            let reason = Reason::Limit(format!("more than {MAX_CASES} resources may be called {}", name.describe()));
            let input = Input::undecidable(name.describe(), reason, origin.clone());
            return Some(Value::open(input, origin.clone()));
        }
        for one in &may_be {
            let is_it = self.equal(name, &Value::text(*one, origin.clone()), origin);
            match is_it.data {
                Data::Bool(true) => return Some(of(one)),
                Data::Bool(false) => {}
                data => return Some(Value::new(data, origin.clone())),
            }
        }
        let message = || format!("{} names nothing of this template", name.describe());
        (!may_be.is_empty()).then(|| Value::failed(message(), origin.clone()))
    }
}

impl Stack {
    /// What `Ref` may name: parameters and resources.
    pub fn referable(&self) -> impl Iterator<Item = &str> {
        self.parameters().map(|parameter| parameter.name).chain(self.known_ids())
    }

    /// The logical ids of the resources that are declared one by one.
    pub fn known_ids(&self) -> impl Iterator<Item = &str> {
        self.resources().map(|resource| resource.id).filter(|id| !id.contains('*'))
    }
}

/// Whether a value may turn out to be this name, as far as what is written tells.
fn may_be(value: &Value, name: &str) -> bool {
    match &value.data {
        Data::Text(text) => text.parting(name) != Parting::Never,
        Data::Open(_) | Data::Opaque(_) => true,
        _ => false,
    }
}
