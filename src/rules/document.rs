//! The document a rule sees about one trail in one world: the model as JSON, in CloudFormation's words, with a leaf
//! for every JSON pointer that says where the value stands.
//!
//! Building it asks nothing. A leaf that an answer decides is a sentinel (`{"$open": …}`) that remembers what would
//! have to be asked; only when a deciding clause of a rule touches it is the question put.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::facts::access_logging::access_logging;
use crate::facts::exposure::{Opening, exposure};
use crate::facts::management_events::management_events;
use crate::model::{Bucket, Estate, Link, Neighbours, Resource, Unit, bucket_called, link_bucket};
use crate::value::{Ask, Data, Decided, Input, Origin, Reason, Role, Stop, Value, World};

use super::guard::OPEN;

/// A trail as rules see it.
#[derive(Debug)]
pub struct Document {
    /// The JSON that Guard reads.
    pub json: Json,
    /// The bucket the trail writes to: its address where it is declared in the unit, or the text that names it.
    pub bucket: String,
    leaves: BTreeMap<String, Leaf>,
}

/// What stands behind a JSON pointer.
#[derive(Debug, Clone, Default)]
pub struct Leaf {
    /// Where the value was written, or where it would be.
    pub origin: Origin,
    /// The reason code a fact gave.
    pub reason: Option<&'static str>,
    /// What the placeholders of the reason's sentence stand for.
    pub slots: Vec<(&'static str, String)>,
    /// Evidence elsewhere, with what it is.
    pub evidence: Vec<(Evidence, Origin)>,
    /// What must be answered before the value is known.
    pub stop: Option<Stop>,
}

/// What a piece of evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The bucket the trail writes to.
    Bucket,
    /// Where the trail names its bucket.
    Link,
}

const TEXTS: [&str; 7] = [
    "TrailName",
    "S3BucketName",
    "S3KeyPrefix",
    "KMSKeyId",
    "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn",
    "SnsTopicName",
];
pub(super) const BOOLEANS: [&str; 5] =
    ["IsLogging", "IsMultiRegionTrail", "IsOrganizationTrail", "IncludeGlobalServiceEvents", "EnableLogFileValidation"];

impl Document {
    /// The document about `trail`.
    #[must_use]
    pub fn of(trail: &Resource, estate: &dyn Estate, world: &World, neighbours: &Neighbours) -> Self {
        let mut builder = Builder { leaves: BTreeMap::new(), world };
        let header = Origin::at(trail.header, Role::Header);
        builder.leaf("/Trail", Leaf { origin: header, ..Leaf::default() });
        let properties = builder.properties(trail, estate);
        let events = builder.management_events(trail, estate);
        let mut json = json!({ "Address": trail.address, "Properties": properties, "ManagementEvents": events });
        let (name, bucket) = builder.bucket(trail, estate, neighbours);
        if let (Some(bucket), Some(trail)) = (bucket, json.as_object_mut()) {
            trail.insert("Bucket".to_owned(), bucket);
        }
        Self { json: json!({ "Trail": json }), bucket: name, leaves: builder.leaves }
    }

    /// The leaf at `pointer`, or the nearest one above it.
    #[must_use]
    pub fn leaf(&self, pointer: &str) -> Leaf {
        above(pointer).find_map(|pointer| self.leaves.get(pointer)).cloned().unwrap_or_default()
    }

    /// What must be answered before the value at `pointer` is known, if anything: it, or what holds it, is a sentinel.
    #[must_use]
    pub fn stop(&self, pointer: &str) -> Option<Stop> {
        above(pointer).filter_map(|pointer| self.leaves.get(pointer)).find_map(|leaf| leaf.stop.clone())
    }

    /// Whether there is anything at `pointer`.
    #[must_use]
    pub fn holds(&self, pointer: &str) -> bool {
        self.json.pointer(pointer).is_some()
    }
}

struct Builder<'a> {
    leaves: BTreeMap<String, Leaf>,
    world: &'a World,
}

impl Builder<'_> {
    fn leaf(&mut self, pointer: &str, leaf: Leaf) {
        self.leaves.insert(pointer.to_owned(), leaf);
    }

    /// The JSON of a decision: what it gives, or a sentinel.
    fn decided(&mut self, pointer: &str, mut leaf: Leaf, decision: Decided<Json>) -> Json {
        let json = decision.unwrap_or_else(|stop| {
            let name = match &stop {
                Stop::Ask(question) => question.describe(),
                Stop::Reject(failure) => failure.message.clone(),
            };
            leaf.stop = Some(stop);
            json!({ OPEN: name })
        });
        self.leaf(pointer, leaf);
        json
    }

    fn properties(&mut self, trail: &Resource, estate: &dyn Estate) -> Json {
        let mut properties = Map::new();
        let world = self.world;
        let texts = TEXTS.iter().map(|name| (*name, text as fn(&Value, &World) -> Decided<Json>));
        let booleans = BOOLEANS.iter().map(|name| (*name, boolean as fn(&Value, &World) -> Decided<Json>));
        for (name, read) in texts.chain(booleans) {
            let value = estate.property(trail, name);
            let mut leaf = Leaf { origin: value.origin.clone(), ..Leaf::default() };
            if !value.is_null() {
                leaf.slots.push(("value", value.describe()));
            }
            let decision = if name == "IsLogging" { is_logging(&value, trail, world) } else { read(&value, world) };
            let json = self.decided(&format!("/Trail/Properties/{name}"), leaf, decision);
            // An absent property is null rather than absent: where a key is missing, Guard tries every other spelling
            // of it, which takes longer than everything else a run does. No comparison holds for null either.
            properties.insert(name.to_owned(), json);
        }
        let is = |name: &str| properties.get(name).and_then(Json::as_bool).unwrap_or_default();
        if is("IsOrganizationTrail") && !is("IsMultiRegionTrail") {
            // Only the console makes an organization trail multi-Region by itself.
            if let Some(leaf) = self.leaves.get_mut("/Trail/Properties/IsMultiRegionTrail") {
                leaf.reason = Some("organization-single-region");
            }
        }
        Json::Object(properties)
    }

    fn management_events(&mut self, trail: &Resource, estate: &dyn Estate) -> Json {
        let basic = estate.property(trail, "EventSelectors");
        let advanced = estate.property(trail, "AdvancedEventSelectors");
        let mut leaf = Leaf { origin: basic.origin.clone(), ..Leaf::default() };
        let decision = management_events(&basic, &advanced, self.world).map(|events| {
            leaf.origin = events.origin;
            leaf.reason = events.reason.map(crate::facts::management_events::Gap::code);
            json!(events.covered)
        });
        json!({ "Covered": self.decided("/Trail/ManagementEvents/Covered", leaf, decision) })
    }

    /// What names the bucket, and what rules see of it.
    fn bucket(&mut self, trail: &Resource, estate: &dyn Estate, neighbours: &Neighbours) -> (String, Option<Json>) {
        let name = estate.property(trail, "S3BucketName");
        let leaf = Leaf { origin: name.origin.clone(), ..Leaf::default() };
        let text = name.as_str().filter(|name| !name.is_empty()).map_or_else(|| name.describe(), str::to_owned);
        match link_bucket(&name, estate, self.world) {
            Err(stop) => (text, Some(self.decided("/Trail/Bucket", leaf, Err(stop)))),
            Ok(Link::Elsewhere) => {
                self.leaf("/Trail/Bucket", leaf);
                let unit = name.as_str().and_then(|name| neighbours.unit(name));
                let json = unit.and_then(|unit| self.neighbour(&text, &name.origin, unit));
                (text, json)
            }
            Ok(Link::AbsentModule(module)) => (text, Some(self.absent_bucket(&leaf, &module))),
            Ok(Link::Bucket(bucket)) => {
                self.leaf("/Trail/Bucket", leaf);
                (bucket.address.clone(), Some(self.declared_bucket(&name.origin, &bucket, estate)))
            }
        }
    }

    /// A bucket that another unit declares, as it is without any answer: what that unit's inputs decide is a question of
    /// its own here, so that inputs of two units with one name are never taken for one.
    fn neighbour(&mut self, name: &str, link: &Origin, unit: &dyn Unit) -> Option<Json> {
        let world = World::default();
        let estate = unit.estate(&world);
        let bucket = bucket_called(name, estate.as_ref())?;
        let mut there = Builder { leaves: BTreeMap::new(), world: &world };
        let mut json = there.declared_bucket(link, &bucket, estate.as_ref());
        for (pointer, mut leaf) in there.leaves {
            if let Some(Stop::Ask(question)) = leaf.stop.take() {
                let asked = format!("{}: {}", unit.path(), question.describe());
                let input = Arc::new(Input::derived(asked, leaf.origin.clone()));
                let decision = self.world.ask(&input, Ask::True).map(Json::Bool);
                let decided = self.decided(&pointer, leaf, decision);
                let inside = pointer.trim_start_matches("/Trail/Bucket");
                if let Some(place) = json.pointer_mut(inside) {
                    *place = decided;
                }
            } else {
                self.leaf(&pointer, leaf);
            }
        }
        Some(json)
    }

    /// A bucket that a module makes whose text is not on disk: the module decides everything about it.
    fn absent_bucket(&mut self, leaf: &Leaf, module: &Arc<Input>) -> Json {
        let mut decide = |pointer: &str, fact: &str| {
            let name = format!("{} {fact}", module.name);
            let question = Arc::new(Input { name, ..module.as_ref().clone() });
            let answer = self.world.ask(&question, Ask::True).map(Json::Bool);
            self.decided(pointer, leaf.clone(), answer)
        };
        let read = decide("/Trail/Bucket/Public/Read", "is public");
        let write = decide("/Trail/Bucket/Public/Write", "is public");
        let enabled = decide("/Trail/Bucket/AccessLogging/Enabled", "has access logging");
        json!({ "Public": { "Read": read, "Write": write }, "AccessLogging": { "Enabled": enabled } })
    }

    fn declared_bucket(&mut self, link: &Origin, bucket: &Resource, estate: &dyn Estate) -> Json {
        let header = Origin::at(bucket.header, Role::Header);
        let leaf = Leaf { origin: header, evidence: vec![(Evidence::Link, link.clone())], ..Leaf::default() };
        let (read, write) = self.exposure(&leaf, Bucket::read(bucket, estate, self.world));
        let logging = access_logging(bucket, estate, self.world).map(|logging| Json::Bool(logging.enabled));
        let enabled = self.decided("/Trail/Bucket/AccessLogging/Enabled", leaf, logging);
        json!({
            "Address": bucket.address,
            "Public": { "Read": read, "Write": write },
            "AccessLogging": { "Enabled": enabled },
        })
    }

    fn exposure(&mut self, bucket: &Leaf, facts: Decided<Bucket>) -> (Json, Json) {
        let (read, write) = match facts {
            Ok(facts) => {
                let exposure = exposure(&facts, self.world);
                (exposure.read, exposure.write)
            }
            Err(stop) => (Err(stop.clone()), Err(stop)),
        };
        let mut public = |pointer: &str, openings: Decided<Vec<Opening>>| {
            let leaf = openings.as_ref().ok().and_then(|openings| openings.first());
            let leaf = leaf.map_or_else(|| bucket.clone(), |opening| opened(bucket, opening));
            self.decided(pointer, leaf, openings.map(|openings| Json::Bool(!openings.is_empty())))
        };
        (public("/Trail/Bucket/Public/Read", read), public("/Trail/Bucket/Public/Write", write))
    }
}

/// The leaf of a bucket that something opens: it stands where the opening does.
fn opened(bucket: &Leaf, opening: &Opening) -> Leaf {
    let mut leaf = bucket.clone();
    leaf.reason = Some(opening.reason.as_str());
    leaf.evidence.push((Evidence::Bucket, std::mem::replace(&mut leaf.origin, opening.origin.clone())));
    let access: Vec<&str> = opening.access.iter().map(|access| access.as_str()).collect();
    leaf.slots.push(("permission", access.join(" and ")));
    leaf.slots.extend(opening.reason.closing_flag().map(|flag| ("flag", flag.to_owned())));
    leaf
}

/// A JSON pointer and those of everything that holds what it points at, from the inside out.
pub(super) fn above(pointer: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(pointer), |pointer| pointer.rfind('/').and_then(|at| pointer.get(..at)))
}

/// A text as rules see it: absent, empty, or not empty (the source text where it is opaque or open).
fn text(value: &Value, world: &World) -> Decided<Json> {
    if value.read_null(world)? {
        return Ok(Json::Null);
    }
    if !value.read_set(world)? {
        return Ok(json!(""));
    }
    Ok(match &value.data {
        Data::Text(text) => json!(text.to_string()),
        Data::Number(number) => json!(number.to_string()),
        Data::Bool(value) => json!(value.to_string()),
        _ => json!(value.describe()),
    })
}

/// A boolean as rules see it, texts converted as both tools do.
fn boolean(value: &Value, world: &World) -> Decided<Json> {
    Ok(value.read_bool(world)?.map_or(Json::Null, Json::Bool))
}

/// `IsLogging` is required in CloudFormation, so a template without it says nothing: it can be neither deployed nor judged.
fn is_logging(value: &Value, trail: &Resource, world: &World) -> Decided<Json> {
    if let Some(logging) = value.read_bool(world)? {
        return Ok(Json::Bool(logging));
    }
    let reason = Reason::Broken("IsLogging is required and missing".to_owned());
    let name = format!("IsLogging of {}", trail.address);
    let input = Arc::new(Input::undecidable(name, reason, value.origin.clone()));
    world.ask(&input, Ask::True).map(Json::Bool)
}
