//! Instances that are made because something names them: of a block of which it is not known which instances there are, one
//! stands for all, and the one under a key is like it, but for the key, its element, and whether it exists.

use std::rc::Rc;
use std::sync::Arc;

use crate::model::{Existence, Resource, index_behind};
use crate::source::Span;
use crate::value::{
    Ask, Data, Domain, Input, Junction, Literal, Mirrored, Number, ObjectId, Origin, Question, Reason, Value,
};

use super::evaluator::Evaluator;
use super::expand::Expansion;
use super::object::{AbsentModule, Instance, Object, known_resources, relevant_calls};
use super::operators::any;
use super::scope::{Caller, Scope};
use super::slot::{ANY_KEY, Slot};
use super::types::{Type, convert};

/// The instances of a block whose collection an input filters: the one that stands for all may be there or not, and others
/// too.
pub(super) struct Pool {
    /// The collection of the block's `for_each`.
    collection: Value,
    /// The index of the instance that stands for all.
    own: Value,
    /// That instance.
    any: Value,
    /// What leads to them.
    order: Order,
}

/// What leads to the instances of a pool.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    /// The keys of their block.
    Keyed,
    /// Numbers, in the list of the map's values.
    Listed,
}

impl<'a> Evaluator<'a> {
    /// Remembers the instances of a block of which an input keeps some, by the name of the map of them.
    pub fn keep_pool(&self, expansion: &Expansion, span: Span, instance: &dyn Fn(&Slot) -> Value) {
        let whole = expansion.unknown.as_ref().map(|whole| whole.merged().and_then(<[Value]>::first).unwrap_or(whole));
        let (Some(any), Some(Value { data: Data::Open(input), .. })) = (&expansion.any, whole) else {
            return;
        };
        let Some(collection) = any.collection.clone() else { return };
        let stands_for_all = |slot: &&Slot| slot.key == ANY_KEY;
        let standing = expansion.slots.iter().find(stands_for_all).unwrap_or(any);
        let (name, any_instance) = (&input.name, instance(standing));
        let pool = Pool { collection, own: any.index(span), any: any_instance.clone(), order: Order::Keyed };
        let listed = format!("values({name})");
        let own = Input::derived(format!("keys({listed})[*]"), input.origin.clone());
        let own = Value::open(own, input.origin.clone()).typed(&Type::Number);
        let values = Pool { collection: pool.collection.clone(), own, any: any_instance, order: Order::Listed };
        self.pools.borrow_mut().extend([(name.clone(), Rc::new(pool)), (listed, Rc::new(values))]);
    }

    fn pool(&self, instances: &Value) -> Option<Rc<Pool>> {
        let Data::Open(input) = &instances.data else { return None };
        if instances.parts().is_some() {
            return None;
        }
        self.pools.borrow().get(&input.name).map(Rc::clone)
    }

    /// The index of the instance that stands for all of unknown instances, and that instance.
    pub fn any_of(&self, instances: &Value) -> Option<(Value, Value)> {
        let any = self.pool(instances).map(|pool| (pool.own.clone(), pool.any.clone()));
        any.or_else(|| instances.each().cloned()).filter(|(_, any)| matches!(any.data, Data::Object(..)))
    }

    /// Whether what stands for all elements of a collection is in it, where a condition decides that which is not met in every
    /// world; also of what is made of the instances that such a collection makes.
    pub fn kept_if(&self, collection: &Value) -> Option<Value> {
        let of = self.pool(collection).map(|pool| pool.collection.clone()).or_else(|| self.looped_over(collection));
        let is_met = of.or_else(|| one_for_one(collection)).and_then(|of| self.kept_if(&of));
        is_met.or_else(|| collection.filtered().map(|[.., is_met]| is_met.clone()))
    }

    /// The instance under another index than that of the one that stands for all, where it is not known which instances of
    /// a resource's or module's block there are. It is like that one, but no other instance is it.
    pub fn instance_under(&self, any: ObjectId, index: &Value, span: Span) -> Option<ObjectId> {
        match self.object(any)?.as_ref() {
            Object::Instance(any) if any.slot.key == ANY_KEY => {
                let (slot, address) = self.slot_under(&any.slot, &any.address, index, span)?;
                let (scope, existence) =
                    (Rc::clone(&any.scope), self.held(&any.slot, index, &any.existence, &any.scope));
                let (key, block) = (any.key, any.block);
                Some(self.intern(&address, || {
                    Object::Instance(Instance { scope, key, block, address: address.clone(), slot, existence })
                }))
            }
            Object::Module(any) => {
                let caller = any.call.as_ref().filter(|caller| caller.slot.key == ANY_KEY)?;
                let (slot, address) = self.slot_under(&caller.slot, &any.address, index, span)?;
                let call = Some(Caller { scope: Rc::clone(&caller.scope), block: caller.block, slot });
                let (node, inputs, existence) =
                    (any.node, any.inputs.clone(), self.held(&caller.slot, index, &any.existence, &caller.scope));
                Some(self.intern(&address, || {
                    let (id, address) = (std::cell::Cell::new(0), address.clone());
                    let presence = any.presence.clone();
                    Object::Module(self.add_scope(Scope { id, node, address, call, existence, presence, inputs }))
                }))
            }
            Object::Absent(any) if any.slot.key == ANY_KEY => {
                let (slot, address) = self.slot_under(&any.slot, &any.address, index, span)?;
                let existence = self.held(&any.slot, index, &any.existence, &any.scope);
                Some(self.intern(&address, || {
                    Object::Absent(AbsentModule { address: address.clone(), slot, existence, ..any.clone() })
                }))
            }
            Object::Instance(_) | Object::Absent(_) => None,
        }
    }

    /// Whether the instance under an index exists, where `any` stands for those of which it is not known which there are. What
    /// a loop makes under the index is known alone; of anything else it is asked whether there are any instances first.
    fn held(&self, any: &Slot, index: &Value, existence: &Existence, scope: &Scope) -> Existence {
        let index = self.as_index_of(any, index);
        let Some(all) = any.collection.as_ref().filter(|_| scope.existence == Existence::Exists) else {
            return existence.clone();
        };
        let looped = match (Literal::of(&index), &any.repetition) {
            _ if let Some(has) = self.has_made(all, &index) => Some(has),
            (Some(_), _) => self.is_under(all, &index).or_else(|| self.has_instance(all, &index)),
            (None, Some(("each", _))) => Some(self.is_held(all, &index)),
            // What names an instance under a number that is not known would be refused if there was none.
            (None, _) => self.looped_keeps(all, &index),
        };
        let question = match looped.map(|held| held.data) {
            Some(Data::Bool(true)) => return Existence::Exists,
            Some(Data::Pending(question)) => Some(question),
            Some(Data::Bool(false)) => Some(never(all, &index)),
            // What cannot be worked out decides nothing.
            Some(_) => is_there(all, &index).map(Arc::new),
            None if *existence == Existence::Exists || self.kept_if(all).is_some() => {
                is_there(all, &index).map(Arc::new)
            }
            None => None,
        };
        match question {
            Some(question) if self.world.answer(&question) != Some(true) => Existence::May(question),
            Some(_) => Existence::Exists,
            // Whether the one that stands for all is there says nothing of another one.
            None if self.kept_if(all).is_some() => Existence::Exists,
            None => existence.clone(),
        }
    }

    /// Whether a collection that a loop made, or that is put together, has an element under an index: known, or pending.
    fn is_under(&self, all: &Value, index: &Value) -> Option<Value> {
        let Some((Junction::Map | Junction::Set, parts)) = all.parts() else { return self.looped_holds(all, index) };
        let in_part = |part: &Value| {
            let key = index.as_str().unwrap_or_default();
            let is_known = |part: &Value| match &part.data {
                Data::Map(_, entries) => Some(entries.contains_key(key)),
                Data::List(_, items) => Some(items.iter().any(|item| item.as_str() == Some(key))),
                _ => None,
            };
            let known = is_known(part).map(|is| Value::bool(is, part.origin.clone()));
            let asked = || Some(Value::answer(is_there(part, index)?, self.world, part.origin.clone()));
            known.or_else(|| self.is_under(part, index)).or_else(asked)
        };
        let found = parts.iter().map(in_part).collect::<Option<Vec<_>>>()?;
        Some(any(found, self.world, all.origin.clone()))
    }

    /// Whether there is an instance under an index, where it is not known which instances there are: known, or pending.
    /// `None` where that is no collection of instances, or the index is not known.
    pub fn has_instance(&self, instances: &Value, index: &Value) -> Option<Value> {
        let (own, element) = self.any_of(instances).filter(|_| self.has_own_indices(instances))?;
        let Data::Object(any, _) = element.data else { return None };
        let origin = || index.origin.clone();
        if own.describe() == index.describe() {
            return Some(self.kept_if(instances).unwrap_or_else(|| Value::bool(true, origin())));
        }
        let id = self.instance_under(any, index, index.origin.nearest()?)?;
        Some(match self.existence(id) {
            Existence::May(question) => Value::answer(question.as_ref().clone(), self.world, origin()),
            Existence::Exists => Value::bool(true, origin()),
        })
    }

    /// Whether each of unknown instances is under its own index, and not anywhere in a list that is made of them.
    pub fn has_own_indices(&self, instances: &Value) -> bool {
        if let Some(pool) = self.pool(instances) {
            return pool.order == Order::Keyed;
        }
        let Some((key, Value { data: Data::Object(any, _), .. })) = instances.each() else { return false };
        let object = self.object(*any);
        let slot = match object.as_deref() {
            Some(Object::Instance(instance)) => Some(&instance.slot),
            Some(Object::Module(scope)) => scope.call.as_ref().map(|caller| &caller.slot),
            Some(Object::Absent(module)) => Some(&module.slot),
            None => None,
        };
        let own = slot.zip(self.header(*any)).map(|(slot, span)| slot.index(span));
        own.is_some_and(|own| own.describe() == key.describe())
    }

    /// The slot of the instance under an index, and its address.
    pub fn slot_under(&self, any: &Slot, address: &str, index: &Value, span: Span) -> Option<(Slot, String)> {
        let index = &self.as_index_of(any, index);
        let slot = any.under(index, |collection, any| match (collection.said_type(), collection.each()) {
            (Type::Set(_), _) => index.clone(),
            (_, Some((_, Value { data: Data::Object(..), .. })) | None) if collection.filtered().is_none() => {
                self.index(collection, index, span)
            }
            // What a `for` makes under keys of its own is known of any element only.
            _ => self.looped_element(collection, index, span).unwrap_or_else(|| any.clone()),
        });
        if index.obstacle().is_some() {
            self.indices.borrow_mut().insert(slot.suffix.clone(), index.clone());
        }
        let address = format!("{}{}", address.strip_suffix(&any.suffix)?, slot.suffix);
        Some((slot, address))
    }

    /// An index as instances have it: those of a map are under texts.
    fn as_index_of(&self, any: &Slot, index: &Value) -> Value {
        match any.repetition {
            Some(("each", _)) => convert(index.clone(), &Type::String, self.world),
            Some(_) => convert(index.clone(), &Type::Number, self.world),
            None => index.clone(),
        }
    }

    /// Whether the world's answers say that there is no such instance.
    pub fn is_missing(&self, id: ObjectId) -> bool {
        match self.existence(id) {
            Existence::May(question) => self.world.answer(&question) == Some(false),
            Existence::Exists => false,
        }
    }

    fn existence(&self, id: ObjectId) -> Existence {
        match self.object(id).as_deref() {
            Some(Object::Instance(instance)) => instance.existence.clone(),
            Some(Object::Module(scope)) => scope.existence.clone(),
            Some(Object::Absent(module)) => module.existence.clone(),
            None => Existence::Exists,
        }
    }

    /// Makes the instance of this address, or the module instance that leads to it, where `any` stands for all.
    pub fn make_instance(&self, any: ObjectId, address: &str, span: Span) -> Option<ObjectId> {
        let stem = match self.object(any)?.as_ref() {
            Object::Instance(any) => any.address.strip_suffix(&any.slot.suffix)?.to_owned(),
            Object::Module(any) => any.address.strip_suffix(&any.call.as_ref()?.slot.suffix)?.to_owned(),
            Object::Absent(any) => any.address.strip_suffix(&any.slot.suffix)?.to_owned(),
        };
        // An index that is not known cannot be read off an address.
        self.instance_under(any, &self.index_at(address.strip_prefix(&stem)?, span)?, span)
    }

    /// The index that is written so at the end of an address.
    pub fn index_at(&self, written: &str, span: Span) -> Option<Value> {
        let known = || Some(Literal::to_value(&index_behind(written, "")?, Origin::expression(span)));
        self.unknown_index(written).or_else(known)
    }

    /// The index, which is not known, that a part of an address begins with, if an instance was made under it.
    fn unknown_index(&self, behind: &str) -> Option<Value> {
        let indices = self.indices.borrow();
        let (_, index) = indices.iter().find(|(suffix, _)| behind.starts_with(suffix.as_str()))?;
        Some(index.clone())
    }

    /// Whether an index in an address is not known and no instance was made under it.
    pub fn has_unheard_index(&self, address: &str) -> bool {
        let mut begins = address.match_indices("[\"${").chain(address.match_indices("[${"));
        begins.any(|(at, _)| address.get(at..).is_some_and(|behind| self.unknown_index(behind).is_none()))
    }

    /// Makes the object that a resource stands for, where the resource was listed by another evaluator of the unit.
    pub fn find(&self, resource: &Resource) {
        let mut scope = Some(self.root());
        while let Some(parent) = scope.take()
            && self.object(ObjectId(resource.handle)).is_none()
        {
            for (key, block) in known_resources(&parent).filter(|(_, block)| block.header == resource.header) {
                for any in self.instances(&parent, key, block) {
                    self.make_instance(any, &resource.address, block.header);
                }
            }
            let made = |any| [Some(any), self.make_instance(any, &resource.address, resource.header)];
            let mut children = self.instances_on_way(&parent, &resource.address).into_iter().flat_map(made).flatten();
            scope = children.find_map(|id| self.holder(id, &resource.address));
        }
    }

    /// The module instance of this address.
    pub fn scope_at(&self, address: &str) -> Option<Rc<Scope<'a>>> {
        let mut scope = self.root();
        while scope.address != address {
            scope = self.instances_on_way(&scope, address).into_iter().find_map(|id| self.holder(id, address))?;
        }
        Some(scope)
    }

    /// The instances of the module that is called on the way from a module instance to an address.
    fn instances_on_way(&self, parent: &Rc<Scope<'a>>, address: &str) -> Vec<ObjectId> {
        let behind = address.strip_prefix(&parent.qualify("module."));
        let called = behind.and_then(|behind| behind.split(['.', '[']).next());
        let child = relevant_calls(parent).find(|(name, _)| called == Some(name.as_str()));
        child.map_or_else(Vec::new, |(name, _)| self.module_instances(parent, name))
    }

    /// The module instance that an id stands for, where it has this address or holds what has it.
    fn holder(&self, id: ObjectId, address: &str) -> Option<Rc<Scope<'a>>> {
        match self.object(id).as_deref() {
            Some(Object::Module(scope)) => {
                let behind = address.strip_prefix(&scope.address)?;
                (behind.is_empty() || behind.starts_with('.')).then(|| Rc::clone(scope))
            }
            _ => None,
        }
    }
}

/// The question whether there is an instance under an index: whether the collection of its block's `for_each` holds that key,
/// or its `count` is more than that number.
fn is_there(all: &Value, index: &Value) -> Option<Question> {
    match (&all.data, Literal::of(index)?) {
        (_, Literal::Number(number)) if number == Number::from(0_usize) => None,
        (Data::Open(count), Literal::Number(number)) => Some(match (&count.reason, number.as_i64()) {
            (Reason::LengthOf(list), Some(at)) => {
                Question::new(Arc::clone(list), Ask::LongerThan(usize::try_from(at).ok()?))
            }
            _ => Question::new(Arc::clone(count), Ask::Above(number)),
        }),
        (Data::Open(collection), key) if all.each().is_none() => {
            Some(Question::new(Arc::clone(collection), Ask::Holds(key)))
        }
        _ => Some(has(all, index, Domain::boolean())),
    }
}

/// The question whether a collection has something under an index, where it is known not to.
pub(super) fn never(all: &Value, index: &Value) -> Arc<Question> {
    Arc::new(has(all, index, Domain::of(vec![Literal::Bool(false)])))
}

fn has(all: &Value, index: &Value, domain: Domain) -> Question {
    let statement = format!("{} has {}", all.describe(), index.describe());
    Question::new(Input { domain, ..Input::derived(statement, all.origin.clone()) }, Ask::True)
}

/// The collection of which another one has what is made of each element, and nothing else.
fn one_for_one(collection: &Value) -> Option<Value> {
    let Data::Open(input) = &collection.data else { return None };
    match &input.domain.mirrors {
        Some((Mirrored::Emptiness | Mirrored::Any | Mirrored::Number, _)) | None => None,
        Some((_, of)) => (of != input).then(|| Value::open(Arc::clone(of), collection.origin.clone())),
    }
}
