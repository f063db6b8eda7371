//! What rules see of a bucket that the sources do not declare and somebody vouches for. What they declare for it (its policy,
//! its access logging) decides before what is said of it.

use serde_json::{Map, Value as Json, json};

use crate::facts::expected::{Name, certainly};
use crate::facts::exposure::exposure;
use crate::model::{Bucket, KnownBucket, Logging, Made, Openness, Resource, Target, declared_for, own_account_blocks};
use crate::value::{Data, Decided, Value};

use super::bucket::{AccessLogs, AccountBlock};
use super::{Builder, Remark};
use crate::rules::leaves::{Evidence, Leaf};

/// What the sources declare for such a bucket.
#[derive(Default)]
struct Declared {
    /// What may open or close it, with the blocks of its account.
    facts: Option<(Bucket, Vec<AccountBlock>)>,
    /// What makes it log the requests made to it.
    logging: Vec<Logging>,
}

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
        let declared = self.declared_for(name, trail);
        let (facts, logging) = match declared {
            Ok(Declared { facts, logging }) => (Ok(facts), Ok(logging)),
            Err(stop) => (Err(stop.clone()), Err(stop)),
        };
        if let Some(public) = known.public {
            json.insert("Public".to_owned(), self.known_exposure(known, public, name, facts));
        }
        if let Some(enabled) = known.access_logging {
            json.insert("AccessLogging".to_owned(), self.known_logging(known, enabled, name, logging));
        }
        Json::Object(json)
    }

    /// What the sources declare for the bucket of this name, in any unit.
    fn declared_for(&mut self, name: &Value, trail: &Resource) -> Decided<Declared> {
        let mut all: Vec<Made> = declared_for(name, trail, self.estate, self.world)?.into_iter().collect();
        if let Some(target @ Target::Name(literal)) = &Target::in_world(name, self.world) {
            for beside in self.neighbours.beside(literal, None) {
                let there = self.read_in(beside.unit, |estate, world| declared_for(name, trail, estate, world))?;
                if there.is_some() {
                    self.linked(beside.unit, target, &name.origin);
                }
                all.extend(there);
            }
        }
        let mut declared = Declared::default();
        for Made { bucket, logging } in all {
            declared.logging.extend(logging);
            match &mut declared.facts {
                Some((whole, _)) => whole.join(bucket),
                None => declared.facts = Some((bucket, Vec::new())),
            }
        }
        if let Some((bucket, elsewhere)) = &mut declared.facts {
            bucket.account_blocks = own_account_blocks(self.estate, self.world)?;
            *elsewhere = self.account_blocks(None)?;
        }
        Ok(declared)
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
