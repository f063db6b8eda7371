//! Whether the world may read or write a bucket, for CloudTrail.6: `Trail.Bucket.Public`.
//!
//! Grants decide, and only explicit flags close what they open: a bucket without a public grant is not public whether
//! or not a block is declared, and `BlockPublicAcls` and `BlockPublicPolicy` change nothing that exists already.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>

mod acl;

use crate::iam::{self, Access, Body, Closed, Document, Hint, Publicness, Statement, Target, publicness};
use crate::model::{Apart, Bucket, PublicAccessBlock};
use crate::value::{self, Claim, Decided, Input, Origin, Value, World, any, every};

/// How a bucket is exposed, in one world.
#[derive(Debug, Clone)]
pub struct Exposure {
    /// What lets the world read it or list its keys; empty when nothing does.
    pub read: Decided<Vec<Opening>>,
    /// What lets the world change it; empty when nothing does.
    pub write: Decided<Vec<Opening>>,
    /// Why what is declared opens nothing, as far as that is decided: for whoever wants a pass explained.
    pub closures: Vec<Closure>,
}

/// Something that opens the bucket to the world.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// Why it does.
    pub reason: Reason,
    /// Where it is written: the canned ACL, the grant, the statement.
    pub origin: Origin,
    /// The statement, for a policy.
    pub statement: Option<StatementId>,
    /// What it gives to the world.
    pub access: Vec<Access>,
    /// Conditions that would have closed it, had their values been fixed.
    pub hints: Vec<Hint>,
}

/// A statement of a bucket policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementId {
    /// Its place, counted from 1; 0 for a policy that cannot be read.
    pub number: usize,
    /// Its `Sid`, if that is known.
    pub sid: Option<String>,
}

/// Why a bucket is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// A canned ACL.
    PublicAcl,
    /// A grant to everyone, or to everyone with an AWS account.
    PublicGrant,
    /// A policy statement.
    PublicPolicy,
    /// A policy that cannot be read, in a world where it is public.
    UnreadablePolicy,
    /// A module that is not on disk and was handed the bucket, in a world where it opens it.
    AbsentModule,
}

/// Why something that is declared opens nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Closure {
    /// The reason's code.
    pub reason: &'static str,
    /// Where it is written.
    pub origin: Origin,
    /// The statement, for a policy.
    pub statement: Option<StatementId>,
}

impl Reason {
    /// The reason's code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PublicAcl => "public-acl",
            Self::PublicGrant => "public-grant",
            Self::PublicPolicy => "public-policy",
            Self::UnreadablePolicy => "unreadable-policy",
            Self::AbsentModule => "absent-module",
        }
    }

    /// The flag of a public access block that would close it.
    #[must_use]
    pub fn closing_flag(self) -> Option<&'static str> {
        match self {
            Self::PublicAcl | Self::PublicGrant => Some("IgnorePublicAcls"),
            Self::PublicPolicy | Self::UnreadablePolicy => Some("RestrictPublicBuckets"),
            Self::AbsentModule => None,
        }
    }
}

/// How `bucket` is exposed. Reading and writing are decided each on its own; what opens the bucket for certain
/// decides whatever the rest waits for.
#[must_use]
pub fn exposure(bucket: &Bucket, world: &World) -> Exposure {
    let policies = Policies::read(bucket);
    let open = |ways: &[Access]| openings(bucket, &policies, ways, world);
    Exposure {
        read: open(&[Access::Read, Access::List]),
        write: open(&[Access::Write]),
        closures: closures(bucket, &policies, world),
    }
}

fn openings(bucket: &Bucket, policies: &Policies, ways: &[Access], world: &World) -> Decided<Vec<Opening>> {
    let ignored = acls_closed(bucket, world);
    let restricted = is_set(bucket, |block| &block.restrict_public_buckets, world);
    let mended = any(mended_elsewhere(bucket, world));

    let grants = acl::openings(bucket, ways, world);
    let statements = policies.openings(ways, world);
    let module = opened_elsewhere(bucket, &ignored, &restricted, ways, world);
    together([unless(any([ignored, mended.clone()]), grants), unless(any([restricted, mended]), statements), module])
}

/// What is open unless something closes it. Nothing open needs no closing, and a closing decides on its own.
fn unless(closed: Decided<bool>, open: Decided<Vec<Opening>>) -> Decided<Vec<Opening>> {
    match (closed, open) {
        (_, Ok(open)) if open.is_empty() => Ok(open),
        (Ok(true), _) => Ok(Vec::new()),
        (Ok(false), open) => open,
        (Err(_), Err(stop)) | (Err(stop), Ok(_)) => Err(stop),
    }
}

/// Everything that is open for certain; nothing only when nothing is in any of them.
fn together(parts: impl IntoIterator<Item = Decided<Vec<Opening>>>) -> Decided<Vec<Opening>> {
    let (mut open, mut waiting) = (Vec::new(), None);
    for part in parts {
        match part {
            Ok(found) => open.extend(found),
            Err(stop) => waiting = waiting.or(Some(stop)),
        }
    }
    if open.is_empty() { waiting.map_or(Ok(open), Err) } else { Ok(open) }
}

/// Whether ACLs have no effect: disabled by the ownership setting, or ignored.
fn acls_closed(bucket: &Bucket, world: &World) -> Decided<bool> {
    let enforced = |ownership: &Value| ownership.read_is("BucketOwnerEnforced", world);
    any([all(bucket.ownership.iter().map(enforced)), is_set(bucket, |block| &block.ignore_public_acls, world)])
}

/// Whether a flag is set, on the bucket or on its account: the most restrictive combination counts. An absent flag of
/// a declared block is false: both tools send all four.
fn is_set(bucket: &Bucket, flag: impl Fn(&PublicAccessBlock) -> &Value, world: &World) -> Decided<bool> {
    let set = |block: &PublicAccessBlock| flag(block).read_bool(world).map(|set| set == Some(true));
    any([all(bucket.public_access_blocks.iter().map(set)), all(bucket.account_blocks.iter().map(set))])
}

/// Whether there are any and all say yes: of two declarations for one bucket the last writer wins, and either may be last.
fn all(decisions: impl ExactSizeIterator<Item = Decided<bool>>) -> Decided<bool> {
    if decisions.len() == 0 { Ok(false) } else { every(decisions) }
}

/// A module that is not on disk and has the bucket may block public access where nothing here does.
fn mended_elsewhere<'a>(bucket: &'a Bucket, world: &'a World) -> impl Iterator<Item = Decided<bool>> + 'a {
    let absent = bucket.apart == Apart::Anything && bucket.public_access_blocks.is_empty();
    let modules = bucket.handed_to.iter().filter(move |_| absent);
    modules.map(move |module| decided_by(module, "blocks public access to", bucket, world))
}

/// A module that is not on disk and has the bucket may open it where nothing is declared here, and a file that cannot be read
/// in any case, unless what is declared here closes that.
fn opened_elsewhere(
    bucket: &Bucket,
    acls_closed: &Decided<bool>,
    restricted: &Decided<bool>,
    ways: &[Access],
    world: &World,
) -> Decided<Vec<Opening>> {
    let has_acl = bucket.acls.iter().any(|acl| !acl.canned.is_null() || !acl.grants.is_null());
    let open_unless = |closed: &Decided<bool>, is_declared: Decided<bool>| {
        any([is_declared, closed.clone()]).map(|is_closed| !is_closed)
    };
    // A policy that waits may not be there.
    let is_there = |policy: &Value| if policy.is_waiting() { policy.read_null(world) } else { Ok(true) };
    let has_policy = any(bucket.policies.iter().map(is_there));
    together(bucket.handed_to.iter().map(|module| {
        let is_broken = matches!(module.reason, value::Reason::Broken(_));
        let by_acl = open_unless(acls_closed, Ok(bucket.apart == Apart::Policy || has_acl && !is_broken));
        let by_policy = open_unless(restricted, if is_broken { Ok(false) } else { has_policy.clone() });
        if !every([any([by_acl, by_policy]), is_opened_by(module, bucket, world)])? {
            return Ok(Vec::new());
        }
        Ok(vec![Opening {
            reason: Reason::AbsentModule,
            origin: module.origin.clone(),
            statement: None,
            access: ways.to_vec(),
            hints: Vec::new(),
        }])
    }))
}

/// Whether a module opens the bucket. What a module makes of its own output is what that is.
fn is_opened_by(module: &Input, bucket: &Bucket, world: &World) -> Decided<bool> {
    let address = &bucket.resource.address;
    if address.strip_prefix(&module.name).is_some_and(|output| output.starts_with('.')) {
        return world.decide(&Claim::new("is public").of(address, module.reason.clone(), module.origin.clone()));
    }
    decided_by(module, "makes public", bucket, world)
}

fn decided_by(module: &Input, does: &'static str, bucket: &Bucket, world: &World) -> Decided<bool> {
    let claim = Claim::with(does, &*bucket.resource.address);
    world.decide(&claim.of(&module.name, module.reason.clone(), module.origin.clone()))
}

/// The bucket's policies, read once for all questions about them. Of several the last writer wins: what any of them opens
/// counts, and what one of them denies is denied in that one alone.
struct Policies {
    target: Target,
    documents: Vec<Document>,
}

impl Policies {
    fn read(bucket: &Bucket) -> Self {
        let address = &bucket.resource.address;
        let name = |number: usize| match bucket.policies.len() {
            1 => format!("the policy of {address}"),
            _ => format!("policy {number} of {address}"),
        };
        let documents = bucket.policies.iter().zip(1..).map(|(policy, number)| {
            let mut document = Document::read(policy, &name(number));
            for statement in &mut document.statements {
                let origin = std::mem::take(&mut statement.origin).inside(&policy.origin);
                // What hands the document to the bucket, where it is not written there.
                let handed =
                    policy.origin.nearest().filter(|place| !origin.nearest().is_some_and(|at| place.holds(at)));
                statement.origin = origin.said_at(handed);
            }
            document
        });
        let others = &bucket.others;
        let target = Target::bucket(address, &bucket.name, &others.addresses, &others.names);
        Self { documents: documents.collect(), target }
    }

    /// Each statement, and those that are in force together with it.
    fn statements(&self) -> impl Iterator<Item = (&Statement, &[Statement])> {
        let documents = self.documents.iter().map(|document| document.statements.as_slice());
        documents.flat_map(|all| all.iter().map(move |statement| (statement, all)))
    }

    fn openings(&self, ways: &[Access], world: &World) -> Decided<Vec<Opening>> {
        together(self.statements().map(|(statement, all)| {
            let publicness = |access| publicness(statement, all, access, &self.target, world);
            let public = |access: Access| publicness(access).map(|is| is == Publicness::Public);
            if !any(ways.iter().map(|way| public(*way)))? {
                return Ok(Vec::new());
            }
            let (reason, hints) = match &statement.body {
                Body::Terms(terms) => (Reason::PublicPolicy, iam::near_misses(&terms.condition)),
                _ => (Reason::UnreadablePolicy, Vec::new()),
            };
            Ok(vec![Opening {
                reason,
                origin: explained(statement),
                statement: Some(StatementId::of(statement)),
                access: Access::ALL.into_iter().filter(|access| public(*access) == Ok(true)).collect(),
                hints,
            }])
        }))
    }

    /// Why each statement opens nothing in any way. That its actions are others is the least telling reason.
    fn closures(&self, world: &World) -> Vec<Closure> {
        let stand = self.statements().filter(|(statement, _)| !matches!(statement.body, Body::Waiting(..)));
        let explained = stand.filter_map(|(statement, all)| {
            let closed = |access| match publicness(statement, all, access, &self.target, world) {
                Ok(Publicness::Closed(closed)) => Some(closed),
                _ => None,
            };
            let reasons = Access::ALL.map(closed);
            let reasons: Vec<Closed> = reasons.into_iter().collect::<Option<_>>()?;
            let telling = reasons.iter().find(|reason| **reason != Closed::OtherAction).or(reasons.first())?;
            Some(Closure {
                reason: telling.as_str(),
                origin: explained(statement),
                statement: Some(StatementId::of(statement)),
            })
        });
        explained.collect()
    }
}

/// The chain of a statement, and what makes it say what it says.
fn explained(statement: &Statement) -> Origin {
    match &statement.body {
        Body::Terms(terms) => {
            statement.origin.clone().said_at(terms.principal_place()).worked_out_from(&terms.origins())
        }
        _ => statement.origin.clone(),
    }
}

impl std::fmt::Display for StatementId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.sid {
            Some(sid) => write!(out, "statement \"{sid}\""),
            None => write!(out, "statement {}", self.number),
        }
    }
}

impl StatementId {
    fn of(statement: &Statement) -> Self {
        Self { number: statement.number, sid: statement.sid.clone() }
    }
}

/// Why what is declared opens nothing: the flags that are in force, and a reason for each statement.
fn closures(bucket: &Bucket, policies: &Policies, world: &World) -> Vec<Closure> {
    // Of several declarations either may win, so that all must say so.
    let in_force = |reason: &'static str, values: Vec<&Value>, says: &dyn Fn(&Value) -> bool| -> Vec<Closure> {
        let closure = |value: &Value| Closure { reason, origin: value.origin.clone(), statement: None };
        if values.iter().all(|value| says(value)) { values.into_iter().map(closure).collect() } else { Vec::new() }
    };
    let is_set = |flag: &Value| flag.read_bool(world) == Ok(Some(true));
    let is_enforced = |rule: &Value| rule.read_is("BucketOwnerEnforced", world) == Ok(true);
    let mut closures = in_force("bucket-owner-enforced", bucket.ownership.iter().collect(), &is_enforced);
    let blocks = || [&bucket.public_access_blocks, &bucket.account_blocks].into_iter();
    for blocks in blocks() {
        let flags = blocks.iter().map(|block| &block.ignore_public_acls).collect();
        closures.extend(in_force("ignore-public-acls", flags, &is_set));
    }
    for blocks in blocks() {
        let flags = blocks.iter().map(|block| &block.restrict_public_buckets).collect();
        closures.extend(in_force("restrict-public-buckets", flags, &is_set));
    }
    closures.extend(policies.closures(world));
    closures
}

#[cfg(test)]
mod tests {
    use super::exposure;
    use crate::explore::explore;

    const MAX_WORLDS: usize = 4096;

    mod laws;
    mod table;
}
