//! What a root module deploys in one world.

use std::cell::OnceCell;
use std::hash::Hash;
use std::rc::Rc;
use std::sync::Arc;

use crate::model::schema;
use crate::model::{Described, Environment, Estate, Kind, Language, NamingIndex, Provider, Resource, without_indices};
use crate::source::Span;
use crate::syntax::Block;
use crate::value::{
    Before, Data, Decided, Failure, Input, ObjectId, Origin, Part, Reason, Role, Value, World, first, look_at, watched,
};

use super::blocks::Content;
use super::evaluator::Evaluator;
use super::expand::in_slot;
use super::listed::Listed;
use super::meant::{Wanted, may_be};
use super::module::TWICE;
use super::object::{Instance, Object, id_of};
use super::scope::Scope;
use super::unit::TerraformUnit;

/// Arguments of a `module` block that are not handed to the module.
pub(super) const CALL_META: &[&str] = &["source", "version", "providers", "count", "for_each", "depends_on"];

/// A unit in one world.
pub(super) struct TerraformEstate<'a> {
    evaluator: Evaluator<'a>,
    listed: OnceCell<Arc<Listed>>,
    naming: NamingIndex,
}

impl<'a> TerraformEstate<'a> {
    pub fn new(unit: &'a TerraformUnit, world: &'a World) -> Self {
        Self { evaluator: Evaluator::new(unit, world), listed: OnceCell::new(), naming: NamingIndex::default() }
    }
}

impl Estate for TerraformEstate<'_> {
    fn language(&self) -> Language {
        Language::Terraform
    }

    fn default_provider(&self) -> Provider {
        self.evaluator.default_provider()
    }

    /// Where nothing names another account, it is the one that the caller of the run names.
    fn environment(&self) -> Environment {
        let account = self.evaluator.unit.inputs.account_id.clone().filter(|_| self.default_provider().is_empty());
        Environment { account, region: None }
    }

    fn resources(&self, kind: Kind) -> Vec<Resource> {
        self.listed().by_kind.get(&kind).cloned().unwrap_or_default()
    }

    fn resource(&self, kind: Kind, address: &str) -> Option<Resource> {
        self.listed().at(kind, address).cloned()
    }

    fn naming(&self, kind: Kind, address: &str, name: Option<&str>) -> Vec<Resource> {
        let all = self.listed().by_kind.get(&kind).map(Vec::as_slice).unwrap_or_default();
        self.naming.among(all, kind, address, name, self)
    }

    fn may_name(&self, resource: &Resource, address: &str, name: Option<&str>) -> bool {
        match self.evaluator.object(ObjectId(resource.handle)).as_deref() {
            Some(Object::Instance(Instance { scope, block, .. })) => {
                let wanted = Wanted { block: &without_indices(address), name };
                block.body.attribute("bucket").is_none_or(|bucket| may_be(&bucket.expr, scope, wanted))
            }
            _ => true,
        }
    }

    /// An `import` block says that it exists already: <https://developer.hashicorp.com/terraform/language/import>
    fn adopts(&self, resource: &Resource) -> bool {
        let unit = self.evaluator.unit;
        let mut imported = unit.tree.module.imports.iter().map(|to| unit.sources.text(*to));
        imported.any(|to| to.split_whitespace().collect::<String>() == resource.address)
    }

    /// Under an index that is not known and that nothing has made an instance under, it is like the one that stands for all.
    fn instance(&self, any: &Resource, address: &str) -> Option<Resource> {
        let like = any.like(any.kind, address.to_owned());
        let id = id_of(address);
        let one = Resource::from(Described { handle: id.0, ..Described::clone(&like) });
        self.evaluator.find(&one);
        match self.evaluator.object(id).as_deref() {
            Some(Object::Instance(instance)) => Some(self.evaluator.described(any.kind, id, instance)),
            _ => self.evaluator.has_unheard_index(address).then_some(like),
        }
    }

    fn made_of(&self, all: &Resource, index: &str) -> Option<Resource> {
        self.evaluator.find(all);
        let key = self.evaluator.index_at(index, all.header)?;
        let id = self.evaluator.instance_made_of(ObjectId(all.handle), &key, all.header)?;
        match self.evaluator.object(id).as_deref() {
            Some(Object::Instance(instance)) => Some(self.evaluator.described(all.kind, id, instance)),
            _ => None,
        }
    }

    fn index_called(&self, any: &Resource, name: &Value) -> Option<String> {
        self.evaluator.find(any);
        self.evaluator.index_called(ObjectId(any.handle), &self.property(any, "BucketName"), name, any.header)
    }

    fn has_key_of(&self, one: &Resource, other: &Resource) -> Option<Value> {
        self.evaluator.find(one);
        self.evaluator.find(other);
        self.evaluator.has_key_of(ObjectId(one.handle), ObjectId(other.handle))
    }

    fn property(&self, resource: &Resource, name: &str) -> Value {
        let key = (resource.handle, name.to_owned());
        self.evaluator.unless_answered(&self.evaluator.unit.shared.properties, key, || self.property_of(resource, name))
    }

    /// A file of the unit that cannot be read may declare anything, and so may what is declared under the name of another
    /// module.
    fn unread(&self) -> Option<Reason> {
        let modules = || self.evaluator.unit.tree.walk().into_iter().map(|node| &node.module);
        // Of a file that does not parse, what stands behind the error may be anything.
        let unread = modules().flat_map(|module| &module.errors).next();
        let unread = unread.map(|error| format!("{}: {}", error.path, error.message));
        let calls = modules().flat_map(|module| &module.twice).filter(|name| name.starts_with("module."));
        unread.or_else(|| Some(format!("{} {TWICE}", calls.min()?))).map(Reason::Broken)
    }

    /// What a validation says of any element holds for each.
    fn refusal(&self) -> Decided<Option<Arc<Failure>>> {
        let Evaluator { unit, world, .. } = self.evaluator;
        let refused = |world: &World| TerraformEstate::new(unit, world).refused().ok().flatten();
        Ok(self.refused()?.or_else(|| world.with_one_for_all().iter().find_map(refused)))
    }
}

impl TerraformEstate<'_> {
    fn refused(&self) -> Decided<Option<Arc<Failure>>> {
        let evaluator = &self.evaluator;
        if evaluator.world.answers().is_empty() {
            return Ok(None);
        }
        // Of what is not listed anew, no answer changes anything.
        let listed = self.listed();
        evaluator.limits.begin();
        // Beyond a limit nothing is known, and nothing refused.
        if evaluator.limits.exceeded().is_some() {
            return Ok(None);
        }
        let block = evaluator.refused_block();
        let broken = listed.checks.iter().map(|check| Ok(evaluator.is_broken(check)?.then(|| check.failure())));
        first(std::iter::once(Ok(block)).chain(broken))
    }

    fn listed(&self) -> &Listed {
        let evaluator = &self.evaluator;
        let list = || {
            evaluator.limits.begin();
            Arc::new(Listed::of(evaluator.found_in(&evaluator.root())))
        };
        self.listed.get_or_init(|| evaluator.unless_answered(&evaluator.unit.shared.listed, (), list))
    }

    fn property_of(&self, resource: &Resource, name: &str) -> Value {
        self.evaluator.limits.begin();
        let id = ObjectId(resource.handle);
        self.evaluator.find(resource);
        if let Some(unread) = self.evaluator.unread_override(id) {
            let (what, origin) = (format!("{}.{name}", resource.address), Origin::at(resource.header, Role::Header));
            return Value::open(Input::undecidable(what, Reason::Broken(unread), origin.clone()), origin);
        }
        let property = |evaluator: &Evaluator<'_>| match evaluator.property_of(id, name, resource.header) {
            null if null.is_null() && is_required(resource.kind, name) => {
                Value::failed("Terraform requires it, and it is not set", null.origin)
            }
            value => value,
        };
        let value = property(&self.evaluator);
        let anyway = || {
            let unanswered = self.evaluator.unanswered();
            unanswered.limits.begin();
            unanswered.expand_all();
            property(unanswered)
        };
        let mut failures = Vec::new();
        gather(&value, &mut failures);
        if failures.is_empty() {
            return value;
        }
        let unanswered = anyway();
        let mut anyway = Vec::new();
        gather(&unanswered, &mut anyway);
        // Terraform works out what is declared whether this reads it or not.
        self.evaluator.visit_declared(|value| gather(value, &mut anyway));
        let what = format!("{}.{name}", resource.address);
        self.evaluator.without_failures(value, &anyway, &what, resource.header)
    }
}

impl<'a> Evaluator<'a> {
    /// What something was worth before anything was answered, unless an answer bears on it.
    pub fn unless_answered<K: Eq + Hash, V: Clone>(
        &self,
        before: &Before<K, V>,
        key: K,
        work: impl FnOnce() -> V,
    ) -> V {
        before.get(&key, self.world).unwrap_or_else(|| {
            let (value, inputs) = watched(work);
            // What this row has no more steps for, another may have.
            if self.world.answers().is_empty() && self.limits.exceeded().is_none() {
                before.put(key, value.clone(), inputs);
            }
            value
        })
    }

    pub fn described(&self, kind: Kind, id: ObjectId, instance: &Instance<'a>) -> Resource {
        let expansion = self.expansion(&instance.scope, &instance.key.to_string(), instance.block);
        let described = Described {
            kind,
            language: Language::Terraform,
            address: instance.address.clone(),
            name: None,
            header: instance.block.header,
            caller: instance.scope.caller(),
            callers: self.announced(instance.block, &instance.scope),
            provider: self.provider(instance),
            existence: instance.existence.clone(),
            presence: expansion.presence.clone().made_of([&instance.scope.presence]),
            handle: id.0,
        };
        described.into()
    }

    /// What announces a resource beside its own block: the blocks of override files, the `module` blocks that lead to it,
    /// and the configuration of Terragrunt that deploys it.
    fn announced(&self, block: &Block, scope: &Scope<'a>) -> Vec<Span> {
        let mut places = block.overrides.clone();
        places.extend(
            scope.callers().flat_map(|call| std::iter::once(call.header).chain(call.overrides.iter().copied())),
        );
        places.extend(self.unit.deployed_by.iter().filter_map(|config| config.deploys_at()));
        places
    }

    /// A property of a resource or of a module that is not on disk.
    fn property_of(&self, id: ObjectId, name: &str, header: Span) -> Value {
        match self.object(id).as_deref() {
            Some(Object::Instance(instance)) => {
                // What `each` and `count` are in it rests on what its block's instances rest on.
                self.expansion(&instance.scope, &instance.key.to_string(), instance.block);
                self.property(instance, name)
            }
            Some(Object::Absent(module)) => match name {
                "Source" => Value::text(module.source, Origin::at(header, Role::Header)),
                "Arguments" => {
                    look_at(&module.inputs);
                    in_slot(&module.scope, &module.slot, |env| {
                        self.whole_content(Content::of(module.block), CALL_META, env)
                    })
                }
                _ => Value::null(Origin::at(header, Role::Header)),
            },
            _ => Value::null(Origin::at(header, Role::Header)),
        }
    }

    /// The value with every failure that stands in every world as an input named by it; the others follow from the
    /// answers of this world.
    fn without_failures(&self, value: Value, anyway: &[Failure], what: &str, header: Span) -> Value {
        let inner = |value: &Value| self.without_failures(value.clone(), anyway, what, header);
        let origin = value.origin.clone();
        match &value.data {
            Data::Failed(failure) if anyway.contains(failure) => {
                let span = failure.origin.nearest().unwrap_or(header);
                Value { origin: origin.clone(), ..self.broken_by(what, &failure.message, span, &origin) }
            }
            Data::List(kind, items) => Value::list(*kind, items.iter().map(inner).collect(), origin),
            Data::Map(kind, entries) => {
                let entries = entries.iter().map(|(key, value)| (key.clone(), inner(value))).collect();
                Value::map(*kind, entries, origin)
            }
            Data::Text(text) if text.values().next().is_some() => {
                let text = text.map_values(|part| match part {
                    Part::Literal(_) => part.clone(),
                    Part::Value(value) => Part::Value(inner(value)),
                    Part::Json(value) => Part::Json(inner(value)),
                });
                Value::new(Data::Text(text), origin)
            }
            _ => value,
        }
    }

    /// Reads every property of every resource, for the remarks that gives.
    pub fn read_everything(&self) {
        self.expand_all();
        self.note_unmet_conditions();
        let mut objects: Vec<Rc<Object<'a>>> = self.objects.borrow().values().cloned().collect();
        objects.sort_by_key(|object| match object.as_ref() {
            Object::Instance(instance) => (Some(instance.block.header), instance.address.clone()),
            Object::Absent(_) | Object::Module(_) => (None, String::new()),
        });
        for object in objects {
            if let Object::Instance(instance) = object.as_ref() {
                for property in schema::properties(&instance.key.kind) {
                    self.limits.begin();
                    let value = self.property(instance, property.name);
                    let mut failures = Vec::new();
                    gather(&value, &mut failures);
                    for failure in failures {
                        let span = failure.origin.nearest().unwrap_or(instance.block.header);
                        self.note(format!("{}: {}", instance.address, failure.message), span);
                    }
                }
            }
        }
    }
}

/// Whether it is an argument without which the provider refuses the resource.
fn is_required(kind: Kind, name: &str) -> bool {
    match (kind, name) {
        (Kind::Trail, "S3BucketName")
        | (Kind::BucketPolicy, "PolicyDocument")
        | (Kind::BucketLogging, "DestinationBucketName") => true,
        (kind, "Bucket") => schema::belongs_to_bucket(kind),
        _ => false,
    }
}

/// The failures anywhere in a value.
fn gather(value: &Value, failures: &mut Vec<Failure>) {
    match &value.data {
        Data::Failed(failure) => failures.push(failure.as_ref().clone()),
        Data::List(_, items) => items.iter().for_each(|item| gather(item, failures)),
        Data::Map(_, entries) => entries.values().for_each(|entry| gather(entry, failures)),
        Data::Text(text) => text.values().for_each(|part| gather(part, failures)),
        _ => {}
    }
}
