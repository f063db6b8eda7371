//! What rules see of a bucket that the sources do not declare and somebody vouches for. What they declare for it (its policy,
//! its access logging) decides before what is said of it.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::facts::expected::{Name, certainly};
use crate::facts::exposure::exposure;
use crate::model::{
    Bucket, KnownBucket, Logging, Made, Openness, Resource, Target, Unread, bucket_in, declared_for,
    own_account_blocks, unread,
};
use crate::value::{Data, Decided, Input, Reason, Value};

use super::bucket::{AccessLogs, AccountBlock};
use super::{Builder, Remark};
use crate::rules::leaves::{Evidence, Leaf};

impl<'a> Builder<'a> {
    /// What somebody says of the bucket of this name: the first entry that fits, if it is certain which one does.
    pub(super) fn vouched(&self, name: &Value) -> Option<&'a KnownBucket> {
        // Of what is not known at all nobody can say anything.
        if !matches!(name.data, Data::Text(_)) {
            return None;
        }
        let fits = |known: &KnownBucket| certainly(name, Name { pattern: &known.name, service: None }, self.estate);
        self.neighbours
            .known()
            .map(|known| (known, fits(known)))
            .find(|(_, fits)| *fits != Some(false))
            .and_then(|(known, fits)| (fits == Some(true)).then_some(known))
    }

    /// A bucket that somebody vouches for. What is not said of it is not there.
    pub(super) fn known(&mut self, known: &KnownBucket, name: &Value, trail: &Resource) -> Json {
        let mut json = Map::from_iter([("Address".to_owned(), json!(known.name.as_str()))]);
        let declared = self.declared_and_vouched(name, trail);
        let logging = declared.as_ref().map(|made| made.logging.clone()).map_err(Clone::clone);
        let facts = declared.and_then(|made| {
            let facts = (!made.is_empty()).then(|| self.under_blocks(made.bucket));
            facts.transpose()
        });
        if let Some(public) = known.public {
            json.insert("Public".to_owned(), self.known_exposure(known, public, name, facts));
        }
        if let Some(enabled) = known.access_logging {
            json.insert("AccessLogging".to_owned(), self.known_logging(known, enabled, name, logging));
        }
        Json::Object(json)
    }

    /// The blocks of its account are those of the trail's.
    fn under_blocks(&self, mut bucket: Bucket) -> Decided<(Bucket, Vec<AccountBlock>)> {
        bucket.account_blocks = own_account_blocks(self.estate, self.world)?;
        Ok((bucket, self.account_blocks(None)?))
    }

    /// What the sources declare for the bucket of this name. A module that is not on disk declares nothing that anybody can
    /// see: of what it does with the bucket, the configuration has the say.
    fn declared_and_vouched(&mut self, name: &Value, trail: &Resource) -> Decided<Made> {
        let mut made = self.declared_for(name, trail)?;
        let is_seen = |input: &Arc<Input>| !matches!(input.reason, Reason::ModuleNotOnDisk { .. });
        made.bucket.handed_to.retain(is_seen);
        made.bucket.handed_to.extend(unread(trail, self.estate));
        if let Some(target @ Target::Name(name)) = &Target::in_world(name, self.world) {
            for unit in self.neighbours.all_declaring(name) {
                let there = self.read_in(unit, |estate, world| match bucket_in(target, estate, world)? {
                    Some(bucket) => Made::read(&bucket, estate, world).map(Some),
                    None => Ok(None),
                })?;
                if let Some(there) = there {
                    made.join(there);
                }
            }
        }
        Ok(made)
    }

    /// What the sources declare for the bucket of this name, in any unit, and what cannot be read of other units and speaks
    /// of it.
    pub(super) fn declared_for(&mut self, name: &Value, trail: &Resource) -> Decided<Made> {
        let mut made = declared_for(name, trail, self.estate, self.world)?;
        if let Some(target @ Target::Name(literal)) = &Target::in_world(name, self.world) {
            for beside in self.neighbours.beside(literal, None) {
                let there = self.read_in(beside.unit, |estate, world| declared_for(name, trail, estate, world))?;
                if !there.is_empty() {
                    self.linked(beside.unit, target, &name.origin);
                }
                made.join(there);
            }
            made.bucket.handed_to.extend(self.neighbours.unread(target).filter_map(Unread::input));
        }
        Ok(made)
    }

    fn known_exposure(
        &mut self,
        known: &KnownBucket,
        public: Openness,
        name: &Value,
        facts: Decided<Option<(Bucket, Vec<AccountBlock>)>>,
    ) -> Json {
        let is_vouched_open = public.read || public.write;
        let is_closed = match &facts {
            Ok(None) => true,
            Ok(Some((bucket, elsewhere))) => {
                let mut bucket = bucket.clone();
                bucket.account_blocks.extend(elsewhere.iter().map(|account| account.block.clone()));
                let exposure = exposure(&bucket, self.world);
                [exposure.read, exposure.write].iter().all(|ways| ways.as_ref().is_ok_and(Vec::is_empty))
            }
            Err(_) => false,
        };
        if !is_vouched_open && !is_closed {
            self.remarks.push(contradicted(known));
            let (read, write) = self.exposure(&evidence(known, name), facts);
            return json!({ "Read": read, "Write": write });
        }
        self.remarks.push(said(known, "known-exposure", "known-exposure-because"));
        let ways = [("read", public.read), ("write", public.write)];
        let ways: Vec<&str> = ways.into_iter().filter(|(_, open)| *open).map(|(way, _)| way).collect();
        let slots = vec![("permission", ways.join(" and "))];
        let leaf = Leaf { slots, reason: Some("known-public"), ..evidence(known, name) };
        self.leaf("/Trail/Bucket/Public", leaf);
        json!({ "Read": public.read, "Write": public.write })
    }

    fn known_logging(
        &mut self,
        known: &KnownBucket,
        is_vouched: bool,
        name: &Value,
        logging: Decided<Vec<Logging>>,
    ) -> Json {
        let leaf = Leaf { reason: Some("known-unlogged"), ..evidence(known, name) };
        let enabled = match logging {
            Ok(configurations) if configurations.is_empty() => {
                self.remarks.push(said(known, "known-logging", "known-logging-because"));
                if is_vouched {
                    let what = format!("the access logging of {}", known.name.as_str());
                    self.access_logs = AccessLogs::Unseen(what, known.origin.clone());
                }
                Ok(Json::Bool(is_vouched))
            }
            Ok(configurations) => {
                if !is_vouched {
                    self.remarks.push(contradicted(known));
                }
                if let Some(logging) = configurations.iter().find(|logging| logging.to_itself) {
                    self.logs_to_itself(logging.origin.clone());
                }
                self.access_logs = AccessLogs::By(configurations);
                Ok(Json::Bool(true))
            }
            Err(_) if is_vouched => Ok(Json::Bool(true)),
            Err(stop) => Err(stop),
        };
        json!({ "Enabled": self.decided("/Trail/Bucket/AccessLogging/Enabled", leaf, enabled) })
    }
}

/// A remark that it is the configuration that says so, with its reason where it gives one.
fn said(known: &KnownBucket, plain: &'static str, because: &'static str) -> Remark {
    let slots: Vec<_> = known.reason.iter().map(|reason| ("reason", reason.clone())).collect();
    Remark { code: if slots.is_empty() { plain } else { because }, slots, origin: known.origin.clone() }
}

/// A remark that the configuration says something else than what the sources declare.
fn contradicted(known: &KnownBucket) -> Remark {
    Remark { code: "known-contradicted", slots: Vec::new(), origin: known.origin.clone() }
}

fn evidence(known: &KnownBucket, name: &Value) -> Leaf {
    let evidence = vec![(Evidence::Known, known.origin.clone())];
    Leaf { origin: name.origin.clone(), evidence, ..Leaf::default() }
}
