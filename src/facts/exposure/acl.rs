//! What canned ACLs and grants open.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>

use crate::iam::Access;
use crate::model::{Acl, AclSpelling, Bucket};
use crate::value::{Ask, Claim, Data, Decided, Literal, Reason as InputReason, Value, World, any};

use super::{Opening, Reason, together};

/// The canned ACLs that grant something to everyone or to everyone with an AWS account, in Terraform's and in
/// CloudFormation's spelling, with what they grant.
const PUBLIC: [(&str, &str, &[Access]); 3] = [
    ("public-read", "PublicRead", &[Access::List]),
    ("public-read-write", "PublicReadWrite", &[Access::List, Access::Write]),
    ("authenticated-read", "AuthenticatedRead", &[Access::List]),
];

/// The other canned ACLs, without dashes and in small letters.
const PRIVATE: [&str; 5] = ["private", "awsexecread", "bucketownerread", "bucketownerfullcontrol", "logdeliverywrite"];

/// The groups that are the world.
const GROUPS: [&str; 2] =
    ["http://acs.amazonaws.com/groups/global/AllUsers", "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"];

/// The permissions of a grant, with what they allow on a bucket.
const PERMISSIONS: [(&str, &[Access]); 5] = [
    ("READ", &[Access::List]),
    ("WRITE", &[Access::Write]),
    ("READ_ACP", &[Access::Read]),
    ("WRITE_ACP", &[Access::Write]),
    ("FULL_CONTROL", &Access::ALL),
];

/// What the bucket's ACLs open in any of the `ways`, before flags.
pub(super) fn openings(bucket: &Bucket, ways: &[Access], world: &World) -> Decided<Vec<Opening>> {
    together(bucket.acls.iter().map(|acl| of_acl(acl, bucket, ways, world)))
}

fn of_acl(acl: &Acl, bucket: &Bucket, ways: &[Access], world: &World) -> Decided<Vec<Opening>> {
    let canned = canned(acl, bucket, ways, world);
    let grants = acl
        .grants
        .read_list(world)
        .and_then(|grants| together(grants.iter().map(|grant| of_grant(grant, bucket, ways, world))));
    together([canned, grants])
}

fn canned(acl: &Acl, bucket: &Bucket, ways: &[Access], world: &World) -> Decided<Vec<Opening>> {
    let Acl { canned: acl, spelling, .. } = acl;
    let opening = |access: &[Access]| Opening {
        reason: Reason::PublicAcl,
        origin: acl.origin.clone(),
        statement: None,
        access: access.to_vec(),
        hints: Vec::new(),
    };
    let matching = PUBLIC.iter().filter(|(.., access)| access.iter().any(|access| ways.contains(access)));
    match &acl.data {
        Data::Null => Ok(Vec::new()),
        Data::Pending(_) | Data::Failed(_) => acl.read_null(world).map(|_| Vec::new()),
        Data::Open(input) => together(matching.map(|(dashes, words, access)| {
            let is = |name: &str| acl.ask(input, Ask::Is(Literal::Text(name.to_owned())), world);
            let spelled: &[&str] = match spelling {
                AclSpelling::Dashes => &[dashes],
                AclSpelling::Words => &[words],
                AclSpelling::Either => &[dashes, words],
            };
            Ok(if any(spelled.iter().map(|name| is(name)))? { vec![opening(access)] } else { Vec::new() })
        })),
        _ => {
            let Some(name) = acl.as_str().map(plain) else {
                let claim = Claim::new("is a public ACL");
                let public = world.decide(&claim.of(&acl.describe(), InputReason::Derived, acl.origin.clone()))?;
                return Ok(if public { vec![opening(ways)] } else { Vec::new() });
            };
            if PRIVATE.contains(&name.as_str()) || name.is_empty() {
                return Ok(Vec::new());
            }
            if PUBLIC.iter().any(|(terraform, ..)| plain(terraform) == name) {
                let named = matching.filter(|(terraform, ..)| plain(terraform) == name);
                return Ok(named.map(|(.., access)| opening(access)).collect());
            }
            let reason = format!("{} is no canned ACL", acl.shown());
            let open = is_public(&format!("the ACL of {}", bucket.resource.address), reason, acl, world)?;
            Ok(if open { vec![opening(ways)] } else { Vec::new() })
        }
    }
}

/// `PublicRead` and `public-read` are the same name.
fn plain(name: &str) -> String {
    name.chars().filter(|character| *character != '-').map(|character| character.to_ascii_lowercase()).collect()
}

fn of_grant(grant: &Value, bucket: &Bucket, ways: &[Access], world: &World) -> Decided<Vec<Opening>> {
    let opening = |access: Vec<Access>| Opening {
        reason: Reason::PublicGrant,
        origin: grant.origin.clone(),
        statement: None,
        access,
        hints: Vec::new(),
    };
    match &grant.data {
        Data::Null => Ok(Vec::new()),
        Data::Pending(_) | Data::Failed(_) => grant.read_null(world).map(|_| Vec::new()),
        Data::Map(..) => {
            let permission = grant.field("Permission");
            let access = granted(&permission, ways, world);
            let to_all = is_group(&grant.field("URI"), world);
            match (access, to_all) {
                (_, Ok(false)) => Ok(Vec::new()),
                (Ok(access), _) if access.is_empty() => Ok(Vec::new()),
                // What it gives beside what is asked for is said too.
                (Ok(access), Ok(true)) => {
                    Ok(vec![opening(granted(&permission, &Access::ALL, world).unwrap_or(access))])
                }
                (_, Err(stop)) | (Err(stop), _) => Err(stop),
            }
        }
        _ => {
            let what = format!("the grant {} on {}", grant.describe(), bucket.resource.address);
            let open = is_public(&what, "it is not known which grant this is".to_owned(), grant, world)?;
            Ok(if open { vec![opening(ways.to_vec())] } else { Vec::new() })
        }
    }
}

/// Whether the grantee is the world. The scheme and a slash at the end do not matter.
fn is_group(uri: &Value, world: &World) -> Decided<bool> {
    match &uri.data {
        Data::Open(input) => {
            let named = |literal: &Literal| is_world(&literal.as_text());
            let domain = world.candidates(input);
            let groups = domain.unwrap_or_else(|| GROUPS.map(|group| Literal::Text(group.to_owned())).to_vec());
            any(groups.into_iter().filter(named).map(|group| uri.ask(input, Ask::Is(group), world)))
        }
        Data::Opaque(_) | Data::Text(_) if uri.as_str().is_none() => {
            let claim = Claim::new("is the group of all users");
            world.decide(&claim.of(&uri.describe(), InputReason::Derived, uri.origin.clone()))
        }
        Data::Pending(_) | Data::Failed(_) => uri.read_null(world).map(|_| false),
        _ => Ok(uri.as_str().is_some_and(is_world)),
    }
}

/// Whether a URI is that of a group that is the world.
fn is_world(uri: &str) -> bool {
    GROUPS.iter().any(|group| resource(group) == resource(uri))
}

/// A URI without its scheme and without a slash at the end, in small letters.
fn resource(uri: &str) -> String {
    let uri = uri.trim().to_ascii_lowercase();
    let rest = uri.split_once("://").map_or(uri.as_str(), |(_, rest)| rest);
    rest.trim_end_matches('/').to_owned()
}

/// What a permission, or a list of them, gives in any of the `ways`. One that S3 does not know counts as all.
fn granted(permission: &Value, ways: &[Access], world: &World) -> Decided<Vec<Access>> {
    let mut access = Vec::new();
    let mut waiting = None;
    let permissions = match permission.as_list() {
        Some(permissions) => permissions.to_vec(),
        None if permission.is_open_list() => permission.read_list(world)?,
        None => vec![permission.clone()],
    };
    for permission in &permissions {
        match of_permission(permission, ways, world) {
            Ok(given) => access.extend(given),
            Err(stop) => waiting = waiting.or(Some(stop)),
        }
    }
    access.sort_unstable();
    access.dedup();
    if access.is_empty() { waiting.map_or(Ok(access), Err) } else { Ok(access) }
}

fn of_permission(permission: &Value, ways: &[Access], world: &World) -> Decided<Vec<Access>> {
    let serves = |access: &[Access]| access.iter().any(|access| ways.contains(access));
    if let Some(name) = permission.as_str() {
        let known = PERMISSIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let access = known.map_or(Access::ALL.as_slice(), |(_, access)| access);
        return Ok(if serves(access) { access.to_vec() } else { Vec::new() });
    }
    if let Data::Pending(_) | Data::Failed(_) = permission.data {
        return permission.read_null(world).map(|_| Vec::new());
    }
    // Whichever it is, it opens the bucket one way or the other; which one is asked.
    let others = PERMISSIONS.iter().filter(|(_, access)| !serves(access));
    let is_other = any(others.map(|(name, _)| permission.read_is(name, world)))?;
    Ok(if is_other { Vec::new() } else { ways.to_vec() })
}

/// What cannot be read may open the bucket.
fn is_public(what: &str, problem: String, value: &Value, world: &World) -> Decided<bool> {
    let reason = match &value.data {
        Data::Open(input) => input.reason.clone(),
        _ => InputReason::Broken(problem),
    };
    world.decide(&Claim::new("is public").of(what, reason, value.origin.clone()))
}
