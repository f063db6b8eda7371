//! A plan in one world: what it tells, and beside that what its sources are worth.

use std::sync::Arc;

use crate::model::{Described, Estate, Existence, Kind, Language, NamingIndex, Provider, Resource};
use crate::value::{Decided, Failure, Origin, Reason, Role, Value, World};

use super::linked::{Choice, Linked, Planned};
use super::slot::Extent;
use super::sources::{completed, is_beyond};
use super::{Plan, Properties};

/// A plan in one world.
pub(super) struct PlannedEstate<'a> {
    plan: &'a Plan,
    world: &'a World,
    sources: Option<Box<dyn Estate + 'a>>,
    naming: NamingIndex,
}

impl<'a> PlannedEstate<'a> {
    pub fn new(plan: &'a Plan, world: &'a World) -> Self {
        let sources = plan.sources.as_ref().map(|sources| sources.estate(world));
        Self { plan, world, sources, naming: NamingIndex::default() }
    }

    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &'a (Resource, Properties)> {
        self.plan.resources.iter().filter(move |(resource, _)| resource.kind == kind)
    }

    /// The resource with its provider configuration as the sources have it: a plan does not tell what that is made of.
    fn in_account(&self, resource: &Resource) -> Resource {
        let source = self.sources.as_ref().and_then(|sources| sources.resource(resource.kind, &resource.address));
        match source {
            Some(source) if source.provider != resource.provider => {
                Described { provider: source.provider.clone(), ..Described::clone(resource) }.into()
            }
            _ => resource.clone(),
        }
    }

    fn planned(&self, resource: &Resource, name: &str) -> Option<&'a Planned> {
        self.plan.resources.get(resource.handle)?.1.get(name)
    }

    /// The buckets of which a resource belongs to one, where neither the plan nor its sources tell which.
    fn choice(&self, resource: &Resource) -> Option<&'a Choice> {
        let planned = self.planned(resource, "Bucket")?;
        let Linked::Choice(choice) = &planned.linked else { return None };
        self.evaluated(resource, "Bucket", planned).is_none().then_some(choice)
    }

    /// What may belong to the bucket with this address or name: of what belongs to one of several buckets, it is asked whether
    /// this is the one. Which other one it is does not matter then.
    fn perhaps(&self, resource: Resource, address: &str, name: Option<&str>) -> Option<Resource> {
        let Some(choice) = self.choice(&resource) else { return Some(resource) };
        if !choice.may_be(address, name) {
            return None;
        }
        let question = choice.whether(address, name);
        match question.as_ref().map(|question| self.world.answer(question)) {
            Some(Some(false)) => None,
            Some(None) => {
                let existence = question.map_or(Existence::Exists, |question| Existence::May(Arc::new(question)));
                Some(Described { existence, ..Described::clone(&resource) }.into())
            }
            Some(Some(true)) | None => Some(resource),
        }
    }

    /// What the sources say of a property that the plan does not tell, or not all of it.
    fn evaluated(&self, resource: &Resource, name: &str, planned: &Planned) -> Option<Value> {
        let sources = self.sources.as_ref().filter(|_| planned.told != Extent::Whole)?;
        let value = sources.property(&sources.resource(resource.kind, &resource.address)?, name);
        match planned.told {
            Extent::Part => Some(completed(&planned.linked.value(self.world), &value)),
            // What is missing of the sources, the plan may have.
            Extent::Whole | Extent::Nothing => Some(value).filter(|value| !is_beyond(value)),
        }
    }
}

impl Estate for PlannedEstate<'_> {
    fn language(&self) -> Language {
        Language::Terraform
    }

    fn resources(&self, kind: Kind) -> Vec<Resource> {
        self.of_kind(kind).map(|(resource, _)| self.in_account(resource)).collect()
    }

    fn default_provider(&self) -> Provider {
        self.sources.as_ref().map_or_else(Provider::default, |sources| sources.default_provider())
    }

    /// What certainly names another bucket asks nothing of this one.
    fn naming(&self, kind: Kind, address: &str, name: Option<&str>) -> Vec<Resource> {
        let resources = match self.sources {
            Some(_) => self.naming.among(&self.resources(kind), kind, address, name, self),
            None => self.resources(kind),
        };
        resources.into_iter().filter_map(|resource| self.perhaps(resource, address, name)).collect()
    }

    fn property(&self, resource: &Resource, name: &str) -> Value {
        let Some(planned) = self.planned(resource, name) else {
            return Value::null(Origin::at(resource.header, Role::Header));
        };
        if let (Linked::Choice(choice), Existence::May(question)) = (&planned.linked, &resource.existence)
            && let Some(value) = choice.told(question)
        {
            return value;
        }
        self.evaluated(resource, name, planned).unwrap_or_else(|| planned.linked.value(self.world))
    }

    /// What is left for a later plan may open a bucket, or close it, or make it log.
    fn unread(&self) -> Option<Reason> {
        let what = self.plan.deferred.as_ref()?;
        Some(Reason::Unsupported(format!("{what}, which the plan leaves for a later one")))
    }

    fn refusal(&self) -> Decided<Option<Arc<Failure>>> {
        self.sources.as_ref().map_or(Ok(None), |sources| sources.refusal())
    }
}
