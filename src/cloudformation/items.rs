//! The items that `Fn::ForEach` runs over: those of a known collection, those that an input of few values chooses, or one
//! that stands for all.

use crate::model::OpenInputs;
use crate::syntax::Node;
use crate::value::{Data, Domain, Input, Literal, Value};

use super::choice::{Answers, cases};
use super::template::function;
use super::transform::Expander;
use super::tree::KeptDefault;

/// What a loop's identifier stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// This text.
    Known(String),
    /// Any item of a collection that is not known.
    Any,
}

/// The cases in which something is one of the items of a loop; none where it always is.
pub type Cases = Vec<Answers>;

impl Expander<'_, '_> {
    /// The items of a loop's collection, each with the cases in which it is one. Of a collection that is not known one item
    /// stands for all.
    pub fn items(&mut self, identifier: &str, collection: &Node) -> Vec<(Item, Cases)> {
        let collection = self.node(collection);
        if self.evaluator.open != OpenInputs::Everything {
            self.keep(&collection);
        }
        let value = self.evaluator.evaluate(self.stack, &collection);
        if let Some(items) = known(&value) {
            return items.into_iter().map(|item| (item, Cases::new())).collect();
        }
        if let Some(items) = self.chosen_items(&value, &collection) {
            return items;
        }
        let origin = value.origin.clone();
        let any = match &value.data {
            Data::Open(input) => {
                let name = format!("{}[*]", value.describe());
                Input { name, domain: Domain::default(), ..input.as_ref().clone() }
            }
            // A question does not tell what becomes of it.
            Data::Pending(_) => {
                let at = collection.span.start;
                Input::derived(format!("the items of {identifier} ({at})"), origin.clone())
            }
            _ => Input::derived(format!("{}[*]", value.describe()), origin.clone()),
        };
        self.iterated.insert(identifier.to_owned(), Value::open(any, origin));
        self.found.note("the collection of this loop is not known; one item stands for all", collection.span);
        vec![(Item::Any, Cases::new())]
    }

    /// The items of a collection that an input of few values chooses: of a mapping, say.
    fn chosen_items(&self, value: &Value, collection: &Node) -> Option<Vec<(Item, Cases)>> {
        if self.depth > 0 || !matches!(value.data, Data::Pending(_)) {
            return None;
        }
        let (cases, are_all) = cases(self.evaluator.tree, self.evaluator.open, self.stack, collection);
        let count = cases.len();
        let mut items: Vec<(Item, Cases)> = Vec::new();
        for (answers, value) in cases {
            for item in known(&value)? {
                match items.iter_mut().find(|(other, _)| *other == item) {
                    Some((_, cases)) if cases.last() == Some(&answers) => {}
                    Some((_, cases)) => cases.push(answers.clone()),
                    None => items.push((item, vec![answers.clone()])),
                }
            }
        }
        items.iter_mut().filter(|(_, cases)| cases.len() == count).for_each(|(_, cases)| cases.clear());
        are_all.then_some(items)
    }

    /// Parameters whose values name what exists.
    fn keep(&mut self, collection: &Node) {
        if let Some(("Ref", name)) = function(collection) {
            self.kept.extend(name.text().map(|name| (name.to_owned(), KeptDefault::Items)));
        }
        let entries = collection.entries().iter().map(|entry| &entry.value);
        for part in collection.items().into_iter().flatten().chain(entries) {
            self.keep(part);
        }
    }
}

/// The items of a list of which all are known.
fn known(list: &Value) -> Option<Vec<Item>> {
    list.as_list()?.iter().map(|item| Some(Item::Known(Literal::of(item)?.as_text()))).collect()
}
