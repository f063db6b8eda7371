//! The items that `Fn::ForEach` runs over: those of a known collection, those that an input of few values chooses, or one
//! that stands for all.

use crate::model::OpenInputs;
use crate::syntax::Node;
use crate::value::{Data, Domain, Input, Literal, Value};

use super::bindings::letters_of;
use super::choice::{Answers, cases};
use super::intrinsic::domain_of_element;
use super::template::function;
use super::transform::Expander;
use super::tree::KeptDefault;

/// What a loop's identifier stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// This text.
    Known(String),
    /// Any item of a collection that is not known, by its name among what is iterated.
    Any(String),
}

/// The cases in which something is one of the items of a loop; none where it always is.
pub type Cases = Vec<Answers>;

impl Expander<'_, '_> {
    /// The items of a loop's collection, each with the cases in which it is one. Of a collection that is not known one item
    /// stands for all.
    pub fn items(&mut self, loop_name: &str, collection: &Node) -> Vec<(Item, Cases)> {
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
        let name = match value.data {
            // A question does not tell what becomes of it; a loop's name is its own in its template.
            Data::Pending(_) => {
                format!("the items of {}{}", self.stack.address_of(loop_name), self.bindings.described())
            }
            _ => format!("{}[*]", value.describe()),
        };
        let item = self.any_item(self.untaken(name), &value);
        self.found.note("the collection of this loop is not known; one item stands for all", collection.span);
        vec![(Item::Any(item), Cases::new())]
    }

    /// The name of an item of a collection, which is another one in a loop within a loop over the same.
    fn untaken(&self, name: String) -> String {
        let is_taken = self.iterated.iter().any(|(token, item)| item.describe() == name && self.bindings.holds(token));
        if is_taken { self.untaken(format!("another {name}")) } else { name }
    }

    /// What stands for any item of a collection, which `name` tells from those of others, and its letters and digits.
    fn any_item(&mut self, name: String, collection: &Value) -> String {
        let origin = collection.origin.clone();
        let made_of = match &collection.data {
            Data::Open(input) => input.as_ref().clone(),
            _ => Input::derived(String::new(), origin.clone()),
        };
        if let Some((token, _)) = self.iterated.iter().find(|(_, item)| item.describe() == name) {
            return token.clone();
        }
        let token = format!("item {}", self.iterated.len());
        let letters = Input::derived(format!("the letters and digits of {name}"), origin.clone());
        // Items are texts: `AWS::NoValue` is none.
        let domain = Domain { never_null: true, ..Domain::default() };
        let item = Input { name, domain: domain_of_element(collection), ..made_of };
        self.lists.insert(token.clone(), collection.clone());
        for (token, input) in [(token.clone(), item), (letters_of(&token), Input { domain, ..letters })] {
            self.iterated.insert(token, Value::open(input, origin.clone()));
        }
        token
    }

    /// The items of a collection that an input of few values chooses: of a mapping, say.
    fn chosen_items(&mut self, value: &Value, collection: &Node) -> Option<Vec<(Item, Cases)>> {
        if self.depth > 0 || !matches!(value.data, Data::Pending(_)) {
            return None;
        }
        let cases = cases(self.evaluator.tree, self.evaluator.open, self.stack, collection);
        self.found.asked_outside = self.found.asked_outside.take().or(cases.asked_outside);
        let count = cases.all.len();
        let mut items: Vec<(Item, Cases)> = Vec::new();
        for (answers, value) in cases.all {
            for item in known(&value)? {
                match items.iter_mut().find(|(other, _)| *other == item) {
                    Some((_, cases)) if cases.last() == Some(&answers) => {}
                    Some((_, cases)) => cases.push(answers.clone()),
                    None => items.push((item, vec![answers.clone()])),
                }
            }
        }
        items.iter_mut().filter(|(_, cases)| cases.len() == count).for_each(|(_, cases)| cases.clear());
        cases.rest.is_empty().then_some(items)
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
