//! Resources, data sources and modules as values.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::Existence;
use crate::source::Span;
use crate::syntax::Block;
use crate::value::{Data, Input, InputSet, MapKind, ObjectId, Origin, Reason, Role, Value, watched};

use super::attribute::every_attribute;
use super::conditions::checked_blocks;
use super::evaluator::{Evaluator, Key, twice};
use super::expand::Expansion;
use super::instances::whole;
use super::module::{Mode, ResourceKey};
use super::scope::{Caller, Env, Scope};
use super::slot::{ANY_KEY, Slot};
use super::tree::Child;
use super::types::Type;
use super::unknown::whether;

/// What an [`ObjectId`] stands for.
#[derive(Debug)]
pub(super) enum Object<'a> {
    /// An instance of a resource or data source.
    Instance(Instance<'a>),
    /// An instance of a module.
    Module(Rc<Scope<'a>>),
    /// An instance of a module whose text is not on disk.
    Absent(AbsentModule<'a>),
}

/// An instance of a resource or data source.
#[derive(Debug)]
pub(super) struct Instance<'a> {
    /// Where it is declared.
    pub scope: Rc<Scope<'a>>,
    /// Its type and name.
    pub key: &'a ResourceKey,
    /// The block.
    pub block: &'a Block,
    /// Its address as Terraform prints it.
    pub address: String,
    /// Which of the block's instances it is.
    pub slot: Slot,
    /// Whether it exists.
    pub existence: Existence,
}

impl Instance<'_> {
    /// Whether it stands for instances of which it is not known which there are, or is like what does, as one under a key is.
    pub fn is_any(&self) -> bool {
        self.slot.key == ANY_KEY || self.scope.calls().any(|call| call.slot.key == ANY_KEY)
    }
}

/// An instance of a module whose text is not on disk.
#[derive(Debug, Clone)]
pub(super) struct AbsentModule<'a> {
    /// The module instance with the call.
    pub scope: Rc<Scope<'a>>,
    /// The `module` block.
    pub block: &'a Block,
    /// Its address as Terraform prints it.
    pub address: String,
    /// What the call's `source` says.
    pub source: &'a str,
    /// Which of the call's instances it is.
    pub slot: Slot,
    /// Whether it exists.
    pub existence: Existence,
    /// What says whether it does.
    pub presence: Origin,
    /// The inputs that decide that, and what `each` and `count` are in it.
    pub inputs: InputSet,
}

impl<'a> Evaluator<'a> {
    /// The object called `address`. The same address has the same number in every world, because names of derived
    /// inputs hold it.
    pub fn intern(&self, address: &str, object: impl FnOnce() -> Object<'a>) -> ObjectId {
        let id = id_of(address);
        self.objects.borrow_mut().entry(id.0).or_insert_with(|| Rc::new(object()));
        id
    }

    /// What an id stands for.
    pub fn object(&self, id: ObjectId) -> Option<Rc<Object<'a>>> {
        self.objects.borrow().get(&id.0).cloned()
    }

    /// Whether an id stands for a module.
    pub fn is_module(&self, id: ObjectId) -> bool {
        matches!(self.object(id).as_deref(), Some(Object::Module(_) | Object::Absent(_)))
    }

    /// What is wrong with a file that may override any argument of an instance.
    pub fn unread_override(&self, id: ObjectId) -> Option<String> {
        match self.object(id).as_deref()? {
            Object::Instance(instance) => instance.scope.node.module.unread_override.clone(),
            Object::Module(_) | Object::Absent(_) => None,
        }
    }

    /// What stands for the names of an object's attributes, or for all of them, where it may have others than are known of.
    pub fn unlisted(&self, id: ObjectId, origin: &Origin) -> Option<Value> {
        match self.object(id).as_deref() {
            Some(Object::Instance(instance)) if every_attribute(instance.key).is_none() => {
                let reason = Reason::Unsupported("it is not known which attributes the provider gives it".to_owned());
                let input = Input::undecidable(instance.address.clone(), reason, origin.clone());
                Some(Value::open(input, origin.clone()))
            }
            _ => None,
        }
    }

    /// An object as a value.
    pub fn as_value(&self, id: ObjectId, origin: Origin) -> Value {
        let address = match self.object(id).as_deref() {
            Some(Object::Instance(instance)) => Arc::from(instance.address.as_str()),
            Some(Object::Module(scope)) => Arc::from(scope.address.as_str()),
            Some(Object::Absent(module)) => Arc::from(module.address.as_str()),
            None => Arc::default(),
        };
        Value::new(Data::Object(id, address), origin)
    }

    /// A `resource` or `data` block as a value: its instance, or the list or map of them.
    pub fn resource_value(&self, scope: &Rc<Scope<'a>>, key: &'a ResourceKey, block: &'a Block, span: Span) -> Value {
        let name = key.to_string();
        let expansion = self.expansion(scope, &name, block);
        let instance =
            |slot: &Slot| self.as_value(self.instance(scope, key, block, &expansion, slot), Origin::expression(span));
        self.keep_pool(&expansion, span, &instance);
        let whole = |span| whole(&expansion, self.world, span, instance);
        self.whole_block(scope, name, &expansion, [span, block.header], whole)
    }

    /// What a reference to a whole block is worth. Where it has several instances, that is put together once, at the block's
    /// header: each instance of another block refers to one of them.
    fn whole_block(
        &self,
        scope: &Scope<'a>,
        name: String,
        expansion: &Expansion,
        [span, header]: [Span; 2],
        whole: impl FnOnce(Span) -> Value,
    ) -> Value {
        if expansion.unknown.is_some() || expansion.slots.len() < 2 {
            return whole(span);
        }
        let key = (scope.id.get(), name);
        let known = self.wholes.borrow().get(&key).cloned();
        let value = known.unwrap_or_else(|| {
            let whole = whole(header);
            self.wholes.borrow_mut().insert(key, whole.clone());
            whole
        });
        Value { origin: Origin::expression(span), ..value }
    }

    /// The instances of a `resource` or `data` block.
    pub fn instances(&self, scope: &Rc<Scope<'a>>, key: &'a ResourceKey, block: &'a Block) -> Vec<ObjectId> {
        let expansion = self.expansion(scope, &key.to_string(), block);
        expansion.listed().map(|slot| self.instance(scope, key, block, &expansion, slot)).collect()
    }

    /// One of the instances of a `resource` or `data` block.
    pub fn instance(
        &self,
        scope: &Rc<Scope<'a>>,
        key: &'a ResourceKey,
        block: &'a Block,
        expansion: &Expansion,
        slot: &Slot,
    ) -> ObjectId {
        let address = scope.qualify(&format!("{key}{}", slot.suffix));
        self.intern(&address, || {
            Object::Instance(Instance {
                scope: Rc::clone(scope),
                key,
                block,
                address: address.clone(),
                slot: slot.clone(),
                existence: expansion.existence_of(slot),
            })
        })
    }

    /// A `module` block as a value: its instance, or the list or map of them.
    pub fn module(&self, scope: &Rc<Scope<'a>>, name: &str, span: Span) -> Value {
        let full = format!("module.{name}");
        if let Some(twice) = twice(scope, &full, span) {
            return twice;
        }
        let Some(block) = scope.node.module.calls.get(name) else {
            return self.broken(&scope.qualify(&full), "there is no such module", span);
        };
        let expansion = self.expansion(scope, &full, block);
        let instance = |slot: &Slot| match self.module_instance(scope, name, slot) {
            Some(id) => self.as_value(id, Origin::expression(span)),
            None => Value::failed("there is no such instance", Origin::expression(span)),
        };
        self.keep_pool(&expansion, span, &instance);
        let whole = |span| whole(&expansion, self.world, span, instance);
        self.whole_block(scope, full, &expansion, [span, block.header], whole)
    }

    /// The instances of a `module` block.
    pub fn module_instances(&self, scope: &Rc<Scope<'a>>, name: &str) -> Vec<ObjectId> {
        let Some(block) = scope.node.module.calls.get(name) else { return Vec::new() };
        let expansion = self.expansion(scope, &format!("module.{name}"), block);
        expansion.slots.iter().filter_map(|slot| self.module_instance(scope, name, slot)).collect()
    }

    /// One of the instances of a `module` block.
    fn module_instance(&self, scope: &Rc<Scope<'a>>, name: &str, slot: &Slot) -> Option<ObjectId> {
        let node = scope.node;
        let (block, (name, child)) = (node.module.calls.get(name)?, node.children.get_key_value(name)?);
        let (expansion, inputs) = watched(|| self.expansion(scope, &format!("module.{name}"), block));
        let address = scope.qualify(&format!("module.{name}{}", slot.suffix));
        Some(self.intern(&address, || match child {
            Child::Present(node) => Object::Module(self.add_scope(Scope {
                id: std::cell::Cell::new(0),
                node,
                address: address.clone(),
                call: Some(Caller { scope: Rc::clone(scope), block, slot: slot.clone() }),
                existence: expansion.existence_of(slot),
                presence: expansion.presence.clone().made_of([&scope.presence]),
                inputs,
            })),
            Child::Absent(source) => Object::Absent(AbsentModule {
                scope: Rc::clone(scope),
                block,
                address: address.clone(),
                source,
                slot: slot.clone(),
                existence: expansion.existence_of(slot),
                presence: expansion.presence.clone().made_of([&scope.presence]),
                inputs,
            }),
        }))
    }

    /// `object.name`.
    pub fn object_attribute(&self, id: ObjectId, name: &str, span: Span) -> Value {
        match self.object(id).as_deref() {
            Some(Object::Instance(instance)) => {
                let full = format!("{}.{name}", instance.address);
                let key = Key::Attribute(id, name.to_owned());
                let value = self.remember(key, &full, span, || self.instance_attribute(instance, name, span));
                let is_read = instance.key.mode == Mode::Data;
                let block = is_read.then(|| Origin::at(instance.block.header, Role::Header));
                value.worked_out_from(&block)
            }
            Some(Object::Module(scope)) => self.output(scope, name, span),
            Some(Object::Absent(module)) => self.absent_output(module, name, span),
            None => Value::failed("there is no such object", Origin::expression(span)),
        }
    }

    /// The line that announces an object.
    pub fn header(&self, id: ObjectId) -> Option<Span> {
        match self.object(id).as_deref()? {
            Object::Instance(instance) => Some(instance.block.header),
            Object::Absent(module) => Some(module.block.header),
            Object::Module(scope) => scope.call.as_ref().map(|caller| caller.block.header),
        }
    }

    /// Every attribute of an object.
    pub fn whole_object(&self, id: ObjectId, span: Span) -> Value {
        let origin = Origin::expression(span);
        match self.object(id).as_deref() {
            Some(Object::Instance(instance)) => self.whole_instance(instance, span),
            Some(Object::Module(scope)) => {
                let outputs = scope.node.module.outputs.keys();
                let entries: IndexMap<String, Value> =
                    outputs.map(|name| (name.clone(), self.output(scope, name, span))).collect();
                Value::map(MapKind::Object, entries, origin)
            }
            Some(Object::Absent(module)) => {
                let input = Input::undecidable(module.address.clone(), absent(module), origin.clone());
                Value::open(input, origin)
            }
            None => Value::failed("there is no such object", origin),
        }
    }

    /// Resources and modules in a value as what a type takes of them: the attributes that it names.
    pub fn taken_by(&self, ty: &Type, value: Value, span: Span) -> Value {
        let origin = value.origin.clone();
        match (&value.data, ty) {
            (Data::Object(id, _), Type::Object(attributes)) => {
                let outputs = match self.object(*id).as_deref() {
                    Some(Object::Module(scope)) => Some(&scope.node.module.outputs),
                    _ => None,
                };
                let taken = attributes.iter().filter_map(|(name, wanted)| {
                    let is_optional = wanted.default.is_some();
                    if is_optional && outputs.is_some_and(|outputs| !outputs.contains_key(name)) {
                        return None;
                    }
                    let attribute = self.attribute(&value, name, span);
                    let is_there = self.is_attribute(&attribute);
                    match is_there.as_bool() {
                        Some(false) if is_optional => None,
                        None if is_optional => Some((name.clone(), is_there)),
                        _ => Some((name.clone(), self.taken_by(&wanted.ty, attribute, span))),
                    }
                });
                Value::map(MapKind::Object, taken.collect(), origin)
            }
            (Data::Object(id, _), ty) if *ty != Type::Any => self.whole_object(*id, span),
            (Data::List(kind, items), Type::List(element) | Type::Set(element)) => {
                let items = items.iter().map(|item| self.taken_by(element, item.clone(), span));
                Value { data: Data::List(*kind, Arc::new(items.collect())), ..value }
            }
            (Data::Map(kind, entries), Type::Map(_) | Type::Object(_)) => {
                let taken = |(name, entry): (&String, &Value)| {
                    let ty = ty.attribute(name).unwrap_or(&Type::Any);
                    (name.clone(), self.taken_by(ty, entry.clone(), span))
                };
                Value { data: Data::Map(*kind, Arc::new(entries.iter().map(taken).collect())), ..value }
            }
            (Data::Pending(_), _) => value.then(&|value| self.taken_by(ty, value.clone(), span)),
            _ => value,
        }
    }

    /// Whether what was read of an object is an attribute of it: a newer provider may have one that is not known here.
    fn is_attribute(&self, value: &Value) -> Value {
        match &value.data {
            Data::Open(input) if matches!(input.reason, Reason::Unsupported(_)) => {
                whether(format!("can({})", value.describe()), self.world, value.origin.clone())
            }
            _ => Value::bool(true, value.origin.clone()),
        }
    }

    pub fn output(&self, scope: &Rc<Scope<'a>>, name: &str, span: Span) -> Value {
        if let Some(twice) = twice(scope, &format!("output.{name}"), span) {
            return twice;
        }
        let full = format!("{}.{name}", scope.address);
        let Some(block) = scope.node.module.outputs.get(name) else {
            return self.broken(&full, "the module has no such output", span);
        };
        let Some(value) = block.body.attribute("value") else {
            return self.broken(&full, "the output has no value", span);
        };
        let key = Key::Output(scope.id.get(), name.to_owned());
        let value_of = || self.evaluate(&value.expr, Env::of(scope));
        self.remember(key, &full, span, value_of).through(block.header, Role::Output)
    }

    fn absent_output(&self, module: &AbsentModule<'a>, name: &str, span: Span) -> Value {
        let origin = Origin::expression(span);
        let full = format!("{}.{name}", module.address);
        let declared = Origin::at(module.block.header, Role::Header);
        self.settled(Value::open(Input::undecidable(full, absent(module), declared), origin))
    }

    /// Works out the instances of every module and resource of the unit.
    pub fn expand_all(&self) {
        let mut waiting = vec![self.root()];
        while let Some(scope) = waiting.pop() {
            for (key, block) in known_resources(&scope) {
                self.instances(&scope, key, block);
            }
            for (name, block) in checked_blocks(&scope.node.module) {
                self.expansion(&scope, &name, block);
            }
            for (name, _) in relevant_calls(&scope) {
                for id in self.module_instances(&scope, name) {
                    if let Some(Object::Module(child)) = self.object(id).as_deref() {
                        waiting.push(Rc::clone(child));
                    }
                }
            }
        }
    }
}

/// The number of the object called `address`.
pub(super) fn id_of(address: &str) -> ObjectId {
    let mut hasher = DefaultHasher::new();
    address.hash(&mut hasher);
    #[allow(clippy::cast_possible_truncation, reason = "any part of the hash will do")]
    ObjectId(hasher.finish() as usize)
}

/// The blocks of a module instance that make resources the model knows.
pub(super) fn known_resources<'a>(scope: &Scope<'a>) -> impl Iterator<Item = (&'a ResourceKey, &'a Block)> {
    let is_known = |key: &ResourceKey| key.mode == Mode::Managed && crate::model::schema::kind(&key.kind).is_some();
    scope.node.module.resources.iter().filter(move |(key, _)| is_known(key))
}

/// The calls of a module instance that lead to anything the model knows.
pub(super) fn relevant_calls<'a>(scope: &Scope<'a>) -> impl Iterator<Item = (&'a String, &'a Child)> {
    let node = scope.node;
    node.children.iter().filter(|(_, child)| match child {
        Child::Present(node) => node.is_relevant,
        Child::Absent(_) => true,
    })
}

fn absent(module: &AbsentModule<'_>) -> Reason {
    Reason::ModuleNotOnDisk { module: module.address.clone(), source: module.source.to_owned() }
}
