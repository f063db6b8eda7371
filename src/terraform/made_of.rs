//! Instances of a block over a set of what a loop makes of the elements of a map (`toset([for key, bucket in aws_s3_bucket.this :
//! bucket.id])`): they are under what is made, and not under the keys of the map. The one that is made of the element under a
//! key is found by making it.
//!
//! Knows loops and sets; what the instances are of it is told.

use std::rc::Rc;
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::{For, ForResult};
use crate::value::{Data, Input, Mirrored, ObjectId, Value};

use super::evaluator::Evaluator;
use super::looped::Loop;
use super::object::Object;
use super::operators::all;
use super::slot::ANY_KEY;
use super::types::{Type, convert};

impl<'a> Evaluator<'a> {
    /// The instance of a block over such a set that is made of the element under a key, where `any` stands for all of them.
    pub fn instance_made_of(&self, any: ObjectId, key: &Value, span: Span) -> Option<ObjectId> {
        let object = self.object(any)?;
        let Object::Instance(instance) = object.as_ref() else { return None };
        let set = instance.slot.collection.as_ref().filter(|_| instance.slot.key == ANY_KEY)?;
        let list = self.list_of(set)?;
        let made = convert(self.made_at(&list, key, span), &Type::String, self.world);
        if let Data::Pending(_) | Data::Failed(_) | Data::Null = made.data {
            return None;
        }
        self.made.borrow_mut().insert(name_in(set, &made), key.clone());
        self.instance_under(any, &made, span)
    }

    /// Whether a set has what was made of the element under a key, where `made` was found by that: whether the map has such an
    /// element, and the loop kept it.
    pub fn has_made(&self, set: &Value, made: &Value) -> Option<Value> {
        let key = self.made.borrow().get(&name_in(set, made)).cloned()?;
        let list = self.list_of(set)?;
        let is_held = self.is_held(list.collection(), &key);
        let is_kept = self.kept_at(&list, &key, made.origin.nearest()?);
        Some(all(vec![is_held, is_kept], self.world, made.origin.clone()))
    }

    /// The loop that made the list that a set is of.
    fn list_of(&self, set: &Value) -> Option<Rc<Loop<'a>>> {
        let (Data::Open(input), Type::Set(_)) = (&set.data, set.said_type()) else { return None };
        let of = |input: &Arc<Input>| match &input.domain.mirrors {
            Some((Mirrored::Members | Mirrored::Elements | Mirrored::Items, of)) if of != input => Some(Arc::clone(of)),
            _ => None,
        };
        let mut before = std::iter::successors(Some(Arc::clone(input)), of);
        before.find_map(|input| self.lists.borrow().get(&input.name).map(Rc::clone))
    }
}

/// Whether a loop makes a list of the elements of what may be a map.
pub(super) fn is_list_of_map(each: &For, collection: &Value) -> bool {
    matches!(each.result, ForResult::Tuple(_))
        && matches!(collection.said_type(), Type::Map(_) | Type::Object(_) | Type::Any)
}

/// What something that was made is called as an element of a set.
fn name_in(set: &Value, made: &Value) -> String {
    format!("{}[{}]", set.describe(), made.describe())
}
