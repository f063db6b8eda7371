//! The document a rule sees about one trail in one world: the model as JSON, in CloudFormation's words, with a leaf
//! for every JSON pointer that says where the value stands.
//!
//! Building it asks nothing. A leaf that an answer decides is a sentinel (`{"$open": …}`) that remembers what would
//! have to be asked; only when a deciding clause of a rule touches it is the question put.

use serde_json::{Map, Value as Json, json};

use crate::facts::management_events::management_events;
use crate::model::{Estate, Neighbourhood, Resource};
use crate::source::Span;
use crate::value::{Claim, Data, Decided, Origin, Reason, Role, Stop, Value, World};

use super::guard::OPEN;
use super::leaves::{Leaf, Leaves};

mod absent;
mod bucket;
mod expected;
mod known;

use bucket::AccessLogs;
pub use bucket::DECLARED_OFTEN;
use expected::EXPECTED;
pub use expected::{Expectation, Given};

/// A trail as rules see it.
#[derive(Debug)]
pub struct Document {
    /// The trail.
    pub trail: Resource,
    /// The JSON that Guard reads.
    pub json: Json,
    /// The bucket the trail writes to: its address where it is declared in the unit, or the text that names it.
    pub bucket: String,
    /// The headers of the bucket, where it is declared, and of what it lies in.
    pub bucket_blocks: Vec<Span>,
    /// Remarks of the facts that change no verdict.
    pub remarks: Vec<Remark>,
    /// What stands behind its pointers.
    pub leaves: Leaves,
    access_logs: AccessLogs,
}

/// What a fact has to say beside a value. Its sentence is in the pages of the controls it concerns, under `notes`.
#[derive(Debug, Clone, PartialEq)]
pub struct Remark {
    /// Its code.
    pub code: &'static str,
    /// What the placeholders of its sentence stand for.
    pub slots: Vec<(&'static str, String)>,
    /// Where it is about.
    pub origin: Origin,
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
    pub fn of(trail: &Resource, estate: &dyn Estate, world: &World, neighbours: Neighbourhood) -> Self {
        let mut builder = Builder {
            leaves: Leaves::default(),
            bucket_blocks: Vec::new(),
            remarks: Vec::new(),
            access_logs: AccessLogs::Nowhere,
            estate,
            world,
            neighbours,
        };
        let header = Origin::at(trail.header, Role::Header);
        builder.leaf("/Trail", Leaf { origin: header, ..Leaf::default() });
        let properties = builder.properties(trail);
        let events = builder.management_events(trail);
        let mut json = json!({ "Address": trail.address, "Properties": properties, "ManagementEvents": events });
        let (name, bucket) = builder.bucket(trail);
        if let (Some(bucket), Some(json)) = (bucket, json.as_object_mut()) {
            json.insert("Bucket".to_owned(), bucket);
        }
        let Builder { leaves, bucket_blocks, remarks, access_logs, .. } = builder;
        let (trail, json) = (trail.clone(), json!({ "Trail": json }));
        Self { trail, json, bucket: name, bucket_blocks, remarks, leaves, access_logs }
    }

    /// The pointers of all the values that stand for themselves, in the order of the document. What nobody asked for is
    /// none of them.
    #[must_use]
    pub fn pointers(&self) -> Vec<String> {
        fn collect(json: &Json, pointer: &str, into: &mut Vec<String>) {
            match json {
                Json::Object(entries) if !entries.contains_key(OPEN) => {
                    entries.iter().for_each(|(key, value)| collect(value, &format!("{pointer}/{key}"), into));
                }
                _ => into.push(pointer.to_owned()),
            }
        }
        let mut pointers = Vec::new();
        collect(&self.json, "", &mut pointers);
        pointers.retain(|pointer| !pointer.starts_with(EXPECTED) || self.leaves.holds(pointer));
        pointers
    }

    /// The document with a sentinel instead of the value at `pointer`.
    #[must_use]
    pub fn without(&self, pointer: &str) -> Json {
        let mut json = self.json.clone();
        if let Some(value) = json.pointer_mut(pointer) {
            *value = json!({ OPEN: pointer });
        }
        json
    }

    /// Whether there is anything at `pointer`.
    #[must_use]
    pub fn holds(&self, pointer: &str) -> bool {
        self.json.pointer(pointer).is_some()
    }
}

struct Builder<'a> {
    leaves: Leaves,
    bucket_blocks: Vec<Span>,
    remarks: Vec<Remark>,
    access_logs: AccessLogs,
    estate: &'a dyn Estate,
    world: &'a World,
    neighbours: Neighbourhood<'a>,
}

impl Builder<'_> {
    fn leaf(&mut self, pointer: &str, leaf: Leaf) {
        self.leaves.insert(pointer, leaf);
    }

    /// The JSON of a decision: what it gives, or a sentinel.
    fn decided(&mut self, pointer: &str, leaf: Leaf, decision: Decided<Json>) -> Json {
        decided(&mut self.leaves, pointer, leaf, decision)
    }

    fn properties(&mut self, trail: &Resource) -> Json {
        let mut properties = Map::new();
        let world = self.world;
        let texts = TEXTS.iter().map(|name| (*name, text as fn(&Value, &World) -> Decided<Json>));
        let booleans = BOOLEANS.iter().map(|name| (*name, boolean as fn(&Value, &World) -> Decided<Json>));
        for (name, read) in texts.chain(booleans) {
            let value = self.estate.property(trail, name);
            let mut leaf = Leaf { origin: value.origin.clone(), ..Leaf::default() };
            if !value.is_null() {
                leaf.slots.push(("value", value.shown()));
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

    fn management_events(&mut self, trail: &Resource) -> Json {
        let basic = self.estate.property(trail, "EventSelectors");
        let advanced = self.estate.property(trail, "AdvancedEventSelectors");
        let mut leaf = Leaf { origin: basic.origin.clone(), ..Leaf::default() };
        let decision = management_events(&basic, &advanced, self.world).map(|events| {
            leaf.origin = events.origin;
            leaf.reason = events.reason.map(crate::facts::management_events::Gap::code);
            json!(events.covered)
        });
        json!({ "Covered": self.decided("/Trail/ManagementEvents/Covered", leaf, decision) })
    }
}

/// The JSON of a decision: what it gives, or a sentinel. Its leaf is among `leaves` then.
fn decided(leaves: &mut Leaves, pointer: &str, mut leaf: Leaf, decision: Decided<Json>) -> Json {
    let json = decision.unwrap_or_else(|stop| {
        let name = match &stop {
            Stop::Ask(question) => question.describe(),
            Stop::Reject(failure) => failure.message.clone(),
        };
        leaf.stop = Some(stop);
        json!({ OPEN: name })
    });
    leaves.insert(pointer, leaf);
    json
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
    let reason = match &value.data {
        // What cannot be read is not missing.
        Data::Open(input) if matches!(input.reason, Reason::Broken(_)) => input.reason.clone(),
        _ => Reason::Broken("IsLogging is required and missing".to_owned()),
    };
    let question = Claim::new("is logging").of(&trail.address, reason, value.origin.clone());
    world.decide(&question).map(Json::Bool)
}
