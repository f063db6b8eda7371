//! What rules see of the bucket that a trail writes to, wherever it and what belongs to it are declared.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::facts::access_logging::access_logging;
use crate::facts::exposure::{Closure, Exposure, Opening, exposure};
use crate::model::{
    Apart, Beside, Bucket, Estate, Link, Logging, Naming, PublicAccessBlock, Resource, Satellites, Target, Unit,
    Unread, bucket_in, in_unit, link_bucket, naming_places, own_account_blocks, undecided_name, unread,
};
use crate::value::{Data, Decided, Input, OfUnit, Origin, Role, Stop, Value, World};

use super::{Builder, Remark};
use crate::rules::leaves::{Evidence, Ground, Leaf};

/// The remark that more than one other unit declares a trail's bucket, so that it is not known which one it is.
pub const DECLARED_OFTEN: &str = "declared-often";

/// What is known of the access logs of a trail's bucket, for what the configuration expects of them.
#[derive(Debug)]
pub(super) enum AccessLogs {
    /// There are none, or nothing was found to ask about.
    Nowhere,
    /// Each of these makes them.
    By(Vec<Logging>),
    /// Something turns them on that is not in the sources: what it is called.
    Unseen(String, Origin),
}

/// A public access block of the bucket's account that its own unit does not declare, with what is remarked where it is what
/// closes the bucket.
pub(super) struct AccountBlock {
    pub(super) block: PublicAccessBlock,
    pub(super) remark: Remark,
}

/// A declared bucket with the units that say something about it.
struct Place<'a> {
    bucket: Resource,
    /// The unit that declares it, and what it goes by there; `None` for the trail's own.
    home: Option<(&'a dyn Unit, Target)>,
    /// Other units that declare something for it.
    beside: Vec<Beside<'a>>,
    /// Other units that declare a bucket of its name too.
    rivals: Vec<&'a str>,
    /// What cannot be read and speaks of it in other units than the one that declares it.
    unread: Vec<&'a Unread>,
}

impl<'a> Builder<'a> {
    /// What names the bucket, and what rules see of it.
    pub(super) fn bucket(&mut self, trail: &Resource) -> (String, Option<Json>) {
        let name = self.estate.property(trail, "S3BucketName");
        let literal = name.as_str().filter(|literal| !literal.is_empty() && !name.origin.is_secret());
        // Whatever it was before, it is a text here.
        let unknown = || if let Data::Open(_) = &name.data { name.describe_in_text() } else { name.shown() };
        let text = literal.map_or_else(unknown, str::to_owned);
        let leaf = Leaf { origin: name.origin.clone(), ..Leaf::default() };
        let link = link_bucket(&name, self.estate, self.world);
        if let Ok(Link::Bucket(bucket)) = &link {
            let json = match self.here(bucket) {
                Ok(place) => {
                    self.leaf("/Trail/Bucket", leaf);
                    self.declared(&name.origin, &place)
                }
                Err(stop) => self.decided("/Trail/Bucket", leaf, Err(stop)),
            };
            return (bucket.address.clone(), Some(json));
        }
        let link = link.and_then(|link| Ok((link, self.elsewhere(&name)?)));
        let json = match link {
            Err(stop) => Some(self.decided("/Trail/Bucket", leaf, Err(stop))),
            Ok((_, Some(place))) => {
                self.leaf("/Trail/Bucket", leaf);
                Some(self.declared(&name.origin, &place))
            }
            Ok((link, None)) => match (self.vouched(&name), link) {
                (None, Link::AbsentModule(module)) => Some(self.absent(&name, &leaf, &module)),
                (None, _) => self.undeclared(&name, &leaf, trail),
                (Some(known), _) => {
                    self.leaf("/Trail/Bucket", leaf);
                    Some(self.known(known, &name, trail))
                }
            },
        };
        (text, json)
    }

    /// A bucket that no unit declares, as far as they can be read: what gets its name and is not read may do so. What several
    /// units declare is left to them.
    fn undeclared(&mut self, name: &Value, leaf: &Leaf, trail: &Resource) -> Option<Json> {
        if self.neighbours.is_declared_often(name) {
            self.leaf("/Trail/Bucket", leaf.clone());
            self.remarks.push(Remark { code: DECLARED_OFTEN, slots: Vec::new(), origin: name.origin.clone() });
            return None;
        }
        match self.declared_for(name, trail) {
            Err(stop) => Some(self.decided("/Trail/Bucket", leaf.clone(), Err(stop))),
            Ok(made) if !made.bucket.handed_to.is_empty() => Some(self.made(leaf, made)),
            Ok(_) => {
                self.leaf("/Trail/Bucket", leaf.clone());
                None
            }
        }
    }

    /// A bucket of the trail's own unit. Which of few names it has is decided where other units may name it.
    fn here(&self, bucket: &Resource) -> Decided<Place<'a>> {
        let name = self.estate.property(bucket, "BucketName");
        if let Data::Failed(failure) = &name.data {
            return Err(Stop::Reject(Arc::clone(failure)));
        }
        if let Some(question) = undecided_name(&name, self.world).filter(|_| self.neighbours.is_anything_named()) {
            self.world.decide(&question)?;
        }
        let (mut beside, rivals) = self.named_beside(&name, None);
        beside.extend(self.neighbours.importing(bucket, None, self.estate));
        let target = Target::in_world(&name, self.world);
        let unread = self.neighbours.unread_beside(bucket, target.as_ref(), None, self.estate);
        Ok(Place { bucket: bucket.clone(), home: None, beside, rivals, unread })
    }

    /// The bucket that `name` names, in the one other unit that declares it.
    fn elsewhere(&self, name: &Value) -> Decided<Option<Place<'a>>> {
        let Some((home, target)) = self.neighbours.declaring(name) else { return Ok(None) };
        let found = in_unit(home, self.world, |estate, world| bucket_in(&target, estate, world))?;
        let Some(bucket) = found else { return Ok(None) };
        let (mut importing, mut unread) = (Vec::new(), Vec::new());
        let named = in_unit(home, self.world, |estate, world| {
            let Some(bucket) = bucket_in(&target, estate, world)? else { return Ok(None) };
            importing = self.neighbours.importing(&bucket, Some(home), estate);
            let name = estate.property(&bucket, "BucketName");
            let target = Target::in_world(&name, world);
            unread = self.neighbours.unread_beside(&bucket, target.as_ref(), Some(home), estate);
            Ok(Some(name))
        })?;
        let (mut beside, rivals) = named.map(|name| self.named_beside(&name, Some(home))).unwrap_or_default();
        beside.extend(importing);
        Ok(Some(Place { bucket, home: Some((home, target)), beside, rivals, unread }))
    }

    /// The units that declare something for a bucket by its name, where that is literal, and those that declare a bucket of
    /// that name too. `declaring` is the unit that declares it, the trail's own unless another is named.
    fn named_beside(&self, name: &Value, declaring: Option<&dyn Unit>) -> (Vec<Beside<'a>>, Vec<&'a str>) {
        let Some(Target::Name(name)) = Target::in_world(name, self.world) else { return Default::default() };
        (self.neighbours.beside(&name, declaring), self.neighbours.declaring_too(&name, declaring))
    }

    /// What `read` gives for the bucket in the unit that declares it.
    fn read_home<T: OfUnit + Default>(
        &self,
        place: &Place,
        read: impl FnOnce(&Resource, &dyn Estate, &World) -> Decided<T>,
    ) -> Decided<T> {
        let Some((home, target)) = &place.home else {
            return read(&place.bucket, self.estate, self.world);
        };
        in_unit(*home, self.world, |estate, world| match bucket_in(target, estate, world)? {
            Some(bucket) => read(&bucket, estate, world),
            None => Ok(T::default()),
        })
    }

    /// What `read` gives for the bucket in each of the units that do not declare it.
    fn read_beside<T: OfUnit>(
        &self,
        place: &Place,
        read: impl Fn(&Naming, &dyn Estate, &World) -> Decided<T>,
    ) -> Decided<Vec<T>> {
        let mut found = Vec::new();
        for beside in &place.beside {
            if beside.is_meant(self.world)? {
                let read = |estate: &dyn Estate, world: &World| {
                    read(&Naming::elsewhere(&beside.target, estate), estate, world)
                };
                found.push(self.read_in(beside.unit, read)?);
            }
        }
        Ok(found)
    }

    /// What `read` gives in a unit, which may be the trail's own.
    pub(super) fn read_in<T: OfUnit>(
        &self,
        unit: &dyn Unit,
        read: impl FnOnce(&dyn Estate, &World) -> Decided<T>,
    ) -> Decided<T> {
        if self.neighbours.is_home(unit) {
            return read(self.estate, self.world);
        }
        in_unit(unit, self.world, read)
    }

    /// The bucket with everything that belongs to it in any unit, and the blocks of its account that its own unit does not
    /// declare.
    fn gathered(&self, place: &Place) -> Decided<Option<(Bucket, Vec<AccountBlock>)>> {
        let read =
            |bucket: &Resource, estate: &dyn Estate, world: &World| Bucket::read(bucket, estate, world).map(Some);
        let Some(mut bucket) = self.read_home(place, read)? else { return Ok(None) };
        self.read_beside(place, Satellites::read)?.into_iter().for_each(|satellites| bucket.add(satellites));
        bucket.handed_to.extend(place.unread.iter().filter_map(|unread| unread.input()));
        bucket.handed_to.extend(self.unread_at_home(place));
        let home = place.home.as_ref().map(|(home, _)| *home);
        let elsewhere = if bucket.is_in_units_account { self.account_blocks(home)? } else { Vec::new() };
        Ok(Some((bucket, elsewhere)))
    }

    /// The public access blocks of the account of a unit that others vouch for or declare.
    pub(super) fn account_blocks(&self, unit: Option<&dyn Unit>) -> Decided<Vec<AccountBlock>> {
        let Some(blocks) = self.neighbours.account_blocks(unit) else { return Ok(Vec::new()) };
        let of = |block: PublicAccessBlock, code, slots| {
            let origin = block.ignore_public_acls.origin.clone();
            AccountBlock { block, remark: Remark { code, slots, origin } }
        };
        let vouched = blocks.vouched.iter().map(|block| of(block.clone(), "known-account-block", Vec::new()));
        let mut found: Vec<AccountBlock> = vouched.collect();
        for other in &blocks.others {
            let declared = self.read_in(*other, own_account_blocks)?.into_iter();
            let slots = || vec![("unit", other.path().to_owned())];
            found.extend(declared.map(|block| of(block, "account-block-elsewhere", slots())));
        }
        Ok(found)
    }

    /// What makes the bucket log the requests made to it in any unit, and the modules that may.
    fn logging(&self, place: &Place) -> Decided<(Vec<Logging>, Vec<Arc<Input>>)> {
        let mut logging = self.read_home(place, Logging::read)?;
        logging.extend(self.read_beside(place, Logging::beside)?.into_iter().flatten());
        let mut modules = self.read_home(place, Logging::unread)?;
        modules.extend(self.read_beside(place, Logging::handed_to)?.into_iter().flatten());
        let may_log = place.unread.iter().filter(|unread| unread.apart == Apart::Anything);
        modules.extend(may_log.filter_map(|unread| unread.input()));
        modules.extend(
            self.unread_at_home(place).filter(|_| Apart::buckets_of(self.estate.language()) == Apart::Anything),
        );
        Ok((logging, modules))
    }

    /// What says that the bucket logs the requests made to it, or leaves that out: what a condition leaves out says more than the
    /// bucket that lacks it.
    fn logged(&self, place: &Place, configurations: &[Logging]) -> Vec<Ground> {
        let ground = |code, origin: &Origin| Ground { code, slots: Vec::new(), origin: origin.clone() };
        if !configurations.is_empty() {
            return configurations.iter().map(|by| ground("access-logging", &by.origin)).collect();
        }
        let own = |bucket: &Resource, estate: &dyn Estate, _: &World| {
            Ok(vec![estate.property(bucket, "LoggingConfiguration")])
        };
        let own = self.read_home(place, own).unwrap_or_default();
        let is_chosen = |value: &&Value| value.is_null() && value.origin.hops().any(|hop| hop.role == Role::Condition);
        own.iter().filter(is_chosen).map(|value| ground("no-access-logging", &value.origin)).collect()
    }

    /// What is missing of the text of the trail's own unit, where another one declares the bucket.
    fn unread_at_home(&self, place: &Place) -> Option<Arc<Input>> {
        place.home.is_some().then(|| unread(&place.bucket, self.estate)).flatten()
    }

    fn declared(&mut self, link: &Origin, place: &Place) -> Json {
        self.bucket_blocks = [&[place.bucket.header][..], &place.bucket.callers].concat();
        let header = Origin::at(place.bucket.header, Role::Header);
        let mut leaf = Leaf { origin: header, evidence: vec![(Evidence::Link, link.clone())], ..Leaf::default() };
        let home = place.home.iter().map(|(unit, target)| (*unit, target));
        for (unit, target) in home.chain(place.beside.iter().map(|beside| (beside.unit, &beside.target))) {
            self.linked(unit, target, link);
        }
        if !place.rivals.is_empty() {
            let slots = vec![("unit", place.rivals.join(", "))];
            self.remarks.push(Remark { code: "declared-too", slots, origin: link.clone() });
        }
        let named = place.beside.iter().flat_map(|beside| naming_places(&beside.target, beside.unit));
        leaf.evidence.extend(named.map(|origin| (Evidence::Naming, origin)));
        let (read, write) = self.exposure(&leaf, self.gathered(place));
        let found = self.logging(place);
        let logging = found.clone().and_then(|(logging, modules)| access_logging(&logging, &modules, self.world));
        if let Ok(Some(origin)) = logging.as_ref().map(|logging| logging.to_itself.clone()) {
            self.logs_to_itself(origin);
        }
        leaf.grounds = found.iter().flat_map(|(configurations, _)| self.logged(place, configurations)).collect();
        let enabled = logging.map(|logging| Json::Bool(logging.enabled));
        if let Ok((configurations, modules)) = found {
            self.access_logs = match modules.first() {
                _ if !configurations.is_empty() => AccessLogs::By(configurations),
                Some(module) if enabled == Ok(Json::Bool(true)) => {
                    AccessLogs::Unseen(format!("the access logging by {}", module.name), module.origin.clone())
                }
                _ => AccessLogs::Nowhere,
            };
        }
        let enabled = self.decided("/Trail/Bucket/AccessLogging/Enabled", leaf, enabled);
        json!({
            "Address": place.bucket.address,
            "Public": { "Read": read, "Write": write },
            "AccessLogging": { "Enabled": enabled },
        })
    }

    /// What is declared for the bucket in a unit counts: where that is another one than the trail's, that is remarked.
    pub(super) fn linked(&mut self, unit: &dyn Unit, target: &Target, link: &Origin) {
        let (code, name) = match target {
            Target::Name(name) => ("linked-by-name", name),
            Target::Export(name) => ("linked-by-export", name),
        };
        let slots = vec![("unit", unit.path().to_owned()), ("name", name.clone())];
        if !self.neighbours.is_home(unit) {
            self.remarks.push(Remark { code, slots, origin: link.clone() });
        }
    }

    pub(super) fn logs_to_itself(&mut self, origin: Origin) {
        self.remarks.push(Remark { code: "logs-to-itself", slots: Vec::new(), origin });
    }

    pub(super) fn exposure(
        &mut self,
        bucket: &Leaf,
        facts: Decided<Option<(Bucket, Vec<AccountBlock>)>>,
    ) -> (Json, Json) {
        let exposure = match facts {
            Ok(Some((facts, elsewhere))) => {
                let mut policies = facts.policies.iter().filter(|policy| !policy.is_waiting());
                let second_policy = policies.nth(1).map(|policy| ("two-policies", policy.origin.clone()));
                let second_block = facts.public_access_blocks.get(1);
                let second_block = second_block.map(|block| ("two-blocks", block.ignore_public_acls.origin.clone()));
                for (code, origin) in second_policy.into_iter().chain(second_block) {
                    self.remarks.push(Remark { code, slots: Vec::new(), origin });
                }
                self.exposure_under(facts, elsewhere)
            }
            Ok(None) => Exposure { read: Ok(Vec::new()), write: Ok(Vec::new()), closures: Vec::new() },
            Err(stop) => Exposure { read: Err(stop.clone()), write: Err(stop), closures: Vec::new() },
        };
        let closed = Leaf { grounds: exposure.closures.iter().map(ground).collect(), ..bucket.clone() };
        // Whoever closes what lets the world read wants to know what lets it write, too: reading is what is told first.
        let writing = exposure.write.clone().unwrap_or_default();
        let of_reading = |own: &Vec<Opening>| {
            let others = writing.iter().filter(|opening| !own.is_empty() && !own.contains(opening));
            own.iter().chain(others).cloned().collect::<Vec<_>>()
        };
        let reading = exposure.read.as_ref().map_or_else(|_| bucket.clone(), |own| opened(&closed, &of_reading(own)));
        let write = exposure.write.as_ref().map_or_else(|_| bucket.clone(), |own| opened(&closed, own));
        let mut public = |pointer: &str, leaf: Leaf, openings: Decided<Vec<Opening>>| {
            self.decided(pointer, leaf, openings.map(|openings| Json::Bool(!openings.is_empty())))
        };
        let read = public("/Trail/Bucket/Public/Read", reading, exposure.read);
        (read, public("/Trail/Bucket/Public/Write", write, exposure.write))
    }

    /// How the bucket is exposed under these blocks of its account. Where they are what closes it, that is remarked: whoever
    /// reads the bucket's own unit does not see it.
    fn exposure_under(&mut self, mut bucket: Bucket, elsewhere: Vec<AccountBlock>) -> Exposure {
        let without = exposure(&bucket, self.world);
        if elsewhere.is_empty() {
            return without;
        }
        bucket.account_blocks.extend(elsewhere.iter().map(|account| account.block.clone()));
        let exposure = exposure(&bucket, self.world);
        let is_closed = |ways: &Decided<Vec<Opening>>| ways.as_ref().is_ok_and(Vec::is_empty);
        let is_owed = |with, without| is_closed(with) && !is_closed(without);
        if is_owed(&exposure.read, &without.read) || is_owed(&exposure.write, &without.write) {
            self.remarks.extend(elsewhere.into_iter().map(|account| account.remark));
        }
        exposure
    }
}

/// Why something that is declared does not open the bucket.
fn ground(closure: &Closure) -> Ground {
    let statement = closure.statement.as_ref().map(|statement| ("statement", statement.to_string()));
    Ground { code: closure.reason, slots: statement.into_iter().collect(), origin: closure.origin.clone() }
}

/// The leaf of a bucket that something opens: it stands where the first opening does, and the others are evidence.
fn opened(bucket: &Leaf, openings: &[Opening]) -> Leaf {
    let mut leaf = bucket.clone();
    let Some((opening, others)) = openings.split_first() else { return leaf };
    leaf.reason = Some(opening.reason.as_str());
    leaf.evidence.push((Evidence::Bucket, std::mem::replace(&mut leaf.origin, opening.origin.clone())));
    leaf.evidence.extend(opening.hints.iter().map(|hint| (Evidence::NearMiss, hint.origin.clone())));
    leaf.evidence.extend(others.iter().map(|other| (Evidence::Opening, other.origin.clone())));
    leaf.slots = slots(opening);
    leaf.more = others.iter().map(|other| (other.reason.as_str(), slots(other))).collect();
    leaf
}

/// What the sentences about an opening say of it.
fn slots(opening: &Opening) -> Vec<(&'static str, String)> {
    let access: Vec<&str> = opening.access.iter().map(|access| access.as_str()).collect();
    let statement = opening.statement.as_ref().map(|statement| ("statement", statement.to_string()));
    let flag = opening.reason.closing_flag().map(|flag| ("flag", flag.to_owned()));
    [("permission", access.join(" and "))].into_iter().chain(statement).chain(flag).collect()
}
