//! Names that functions or loops give: which of the template's parameters, resources and conditions is meant by one that is
//! made of something that is not known. CloudFormation refuses one that meets none, so that it means one of those that may
//! have such a name, and it is asked which.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html>

use std::sync::Arc;

use crate::value::{Ask, Data, Domain, Input, Literal, Origin, Parting, Question, Reason, Symbol, SymbolSource, Value};

use super::choice::MAX_CASES;
use super::condition::every;
use super::evaluator::Evaluator;
use super::looped::{Fit, Items, is_looped};
use super::tree::Stack;

/// What a name means.
enum Meant<'t> {
    /// What is declared under this name, where a loop does for these items.
    One(&'t str, Items),
    /// What decides it, or keeps it from being known.
    Undecided(Value),
    /// Nothing that is declared can have the name.
    Nothing,
}

impl<'t> Evaluator<'t> {
    /// What `of` gives for the name that a name means of those that are `declared`; `None` where it can be none of them.
    pub fn of_named(
        &self,
        stack: &'t Stack,
        name: &Value,
        declared: impl Iterator<Item = &'t str>,
        origin: &Origin,
        of: impl FnOnce(&'t str) -> Value,
    ) -> Option<Value> {
        match self.meant(stack, name, declared, origin) {
            Meant::One(id, items) => Some(self.for_items(stack, items, || of(id))),
            Meant::Undecided(value) => Some(value),
            Meant::Nothing => None,
        }
    }

    /// What `compute` gives where the items of the loops of a stack are these.
    pub fn for_items<T>(&self, stack: &Stack, items: Items, compute: impl FnOnce() -> T) -> T {
        let around = self.items.replace((!items.is_empty()).then_some((stack.id, items)));
        // What is worked out of them is worth something else around them.
        let remembered = self.remembered.take();
        let value = compute();
        self.remembered.replace(remembered);
        self.items.replace(around);
        value
    }

    /// What the items of the loops of a stack are, as far as one instance is evaluated.
    pub fn items_of(&self, stack: &Stack) -> Items {
        self.items
            .borrow()
            .as_ref()
            .filter(|(id, _)| *id == stack.id)
            .map(|(_, items)| items.clone())
            .unwrap_or_default()
    }

    /// An attribute of a resource, set at deployment.
    pub fn symbol(&self, stack: &Stack, id: &str, attribute: &str, origin: Origin) -> Value {
        let source = SymbolSource::Resource(self.address_of(stack, id));
        Value::opaque(Symbol { source, attribute: attribute.to_owned() }, origin)
    }

    /// What `of` gives for what a loop over what is not known declares, if a name that is written may be that of an instance.
    pub fn instance_named(
        &self,
        stack: &'t Stack,
        name: &str,
        origin: &Origin,
        of: impl FnOnce(&'t str) -> Value,
    ) -> Option<Value> {
        if stack.body.iterated.is_empty() {
            return None;
        }
        self.of_named(stack, &stack.name_of(name, &self.items_of(stack)), stack.ids(), origin, of)
    }

    /// A resource of a stack as reports print it: where one instance is evaluated, what it names of the same loops is of that.
    pub fn address_of(&self, stack: &Stack, id: &str) -> String {
        let items = self.items_of(stack);
        if items.is_empty() || !is_looped(id) {
            return stack.address_of(id);
        }
        self.tree.items.keep(&items);
        stack.qualified(stack.shown_for(id, &items))
    }

    /// Which of the names that are `declared` a name is.
    fn meant(
        &self,
        stack: &'t Stack,
        name: &Value,
        declared: impl Iterator<Item = &'t str>,
        origin: &Origin,
    ) -> Meant<'t> {
        let (mut known, mut looped, mut is_unclear) = (Vec::new(), Vec::new(), false);
        for id in declared {
            if !is_looped(id) {
                known.extend(may_be(name, id).then_some(id));
                continue;
            }
            match stack.fit(id, name) {
                Fit::Items(items) if stack.are_own(&items) => return Meant::One(id, Items::new()),
                Fit::Items(items) => looped.push((id, items)),
                Fit::Unclear => is_unclear = true,
                Fit::Never => {}
            }
        }
        if is_unclear || known.len() > MAX_CASES {
            let reason = Reason::Limit(format!("it is not known which resource is called {}", name.describe()));
            let input = Input::undecidable(name.describe(), reason, origin.clone());
            return Meant::Undecided(Value::open(input, origin.clone()));
        }
        for id in &known {
            let is_it = self.equal(name, &Value::text(*id, origin.clone()), origin);
            match is_it.data {
                Data::Bool(true) => return Meant::One(id, Items::new()),
                Data::Bool(false) => {}
                data => return Meant::Undecided(Value::new(data, origin.clone())),
            }
        }
        let Some((last, others)) = looped.split_last() else {
            let message = || format!("{} names nothing of this template", name.describe());
            let is_refused = !known.is_empty() && name.as_str().is_none();
            return if is_refused {
                Meant::Undecided(Value::failed(message(), origin.clone()))
            } else {
                Meant::Nothing
            };
        };
        for (id, items) in others {
            let there = questions(stack, items).map(|asked| self.answer(&asked.input, asked.ask, origin.clone()));
            match every(&there.collect::<Vec<_>>(), origin.clone()).data {
                Data::Bool(true) => return Meant::One(id, items.clone()),
                Data::Bool(false) => {}
                data => return Meant::Undecided(Value::new(data, origin.clone())),
            }
        }
        Meant::One(last.0, last.1.clone())
    }
}

/// The questions whether the collections of loops hold these items.
pub fn questions(stack: &Stack, items: &Items) -> impl Iterator<Item = Question> {
    items.iter().filter_map(|(token, item)| {
        let own = stack.body.iterated.get(token).filter(|own| *own != item)?;
        // What is derived from an item is there where the item is.
        let list = stack.body.lists.get(token)?;
        if let (Data::Open(list), Some(known)) = (&list.data, Literal::of(item)) {
            return Some(Question::new(Arc::clone(list), Ask::Holds(known)));
        }
        let own = own.describe();
        let statement = format!("{} has {}", own.strip_suffix("[*]").unwrap_or(&own), item.describe());
        let input = Input::derived(statement, list.origin.clone());
        Some(Question::new(Input { domain: Domain::boolean(), ..input }, Ask::True))
    })
}

impl Stack {
    /// What `Ref` may name: parameters and resources.
    pub fn referable(&self) -> impl Iterator<Item = &str> {
        self.parameters().map(|parameter| parameter.name).chain(self.ids())
    }

    /// The logical ids of the resources.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.body.resources.keys().map(String::as_str)
    }
}

/// Whether a value may turn out to be this name, as far as what is written tells.
fn may_be(value: &Value, name: &str) -> bool {
    match &value.data {
        Data::Text(text) => match text.parting(name) {
            Parting::Never => false,
            Parting::Once(pieces) => pieces.iter().all(|(part, piece)| may_be(part, piece)),
            Parting::Unclear => true,
        },
        Data::Open(input) => {
            let values = input.domain.values.as_ref();
            values.is_none_or(|values| values.iter().any(|value| value.as_text() == name))
        }
        Data::Opaque(_) => true,
        _ => false,
    }
}
