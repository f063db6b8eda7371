//! Which buckets a unit declares and which ones its satellites name, in any of its worlds.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::value::{Data, Question, Value, World};

use super::neighbours::{SATELLITES, Target};
use super::{Estate, Kind, Resource, Unit};

/// How many worlds of a unit are looked at for what all its satellites name together.
pub(super) const MAX_WORLDS: usize = 16;

/// How many are looked at for what one of them names.
const MAX_WORLDS_OF_ONE: usize = 256;

/// What satellites name.
#[derive(Default)]
pub(super) struct Named {
    /// What they name, as far as it was looked at.
    pub targets: BTreeSet<Target>,
    /// Whether there were more worlds than were looked at.
    pub is_cut: bool,
}

/// What the satellites of a unit name.
pub(super) fn by_satellites(unit: &dyn Unit) -> Named {
    let all = |estate: &dyn Estate| SATELLITES.iter().flat_map(|kind| estate.resources(*kind)).collect::<Vec<_>>();
    let mut named = in_worlds(unit, MAX_WORLDS, "Bucket", &all);
    if named.is_cut {
        // Choices that have nothing to do with each other multiply the worlds: each satellite is looked at alone.
        named.is_cut = false;
        for satellite in all(unit.estate(&World::default()).as_ref()) {
            let one = |estate: &dyn Estate| estate.resource(satellite.kind, &satellite.address).into_iter().collect();
            let found = in_worlds(unit, MAX_WORLDS_OF_ONE, "Bucket", &one);
            named.targets.extend(found.targets);
            named.is_cut |= found.is_cut;
        }
    }
    named
}

/// What the buckets of a unit are called.
pub(super) fn declared(unit: &dyn Unit) -> BTreeSet<String> {
    let buckets = |estate: &dyn Estate| estate.resources(Kind::Bucket);
    let named = in_worlds(unit, MAX_WORLDS, "BucketName", &buckets).targets.into_iter();
    named.filter_map(|target| if let Target::Name(name) = target { Some(name) } else { None }).collect()
}

fn in_worlds(unit: &dyn Unit, limit: usize, property: &str, resources: &dyn Fn(&dyn Estate) -> Vec<Resource>) -> Named {
    let (mut named, mut worlds) = (Named::default(), vec![World::default()]);
    for _ in 0..limit {
        let Some(world) = worlds.pop() else { break };
        let estate = unit.estate(&world);
        let mut waiting = None;
        for resource in resources(estate.as_ref()) {
            let target = estate.property(&resource, property);
            named.targets.extend(Target::in_world(&target, &world));
            waiting = waiting.or_else(|| undecided(&target, &world));
        }
        worlds.extend(waiting.map(|question| world.either(&question)).unwrap_or_default());
    }
    named.is_cut = !worlds.is_empty();
    named
}

/// What decides the name of a bucket: an answer, or which of its few values an input has.
#[must_use]
pub fn undecided(name: &Value, world: &World) -> Option<Arc<Question>> {
    match &name.data {
        Data::Pending(question) => Some(Arc::clone(question)),
        _ => name.which(world).map(Arc::new),
    }
}
