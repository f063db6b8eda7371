//! Digests.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::arguments::{Answer, Arguments, Function, Parameter as P, function};
use super::filesystem::read;
use crate::terraform::unknown::Outcome;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64sha256", &[P::Text], Outcome::Set, |call| of_text(call, |bytes| base64(&Sha256::digest(bytes)))),
    function("base64sha512", &[P::Text], Outcome::Set, |call| of_text(call, |bytes| base64(&Sha512::digest(bytes)))),
    function("filebase64sha256", &[P::Text], Outcome::Set, |call| {
        of_file(call, |bytes| base64(&Sha256::digest(bytes)))
    }),
    function("filebase64sha512", &[P::Text], Outcome::Set, |call| {
        of_file(call, |bytes| base64(&Sha512::digest(bytes)))
    }),
    function("filemd5", &[P::Text], Outcome::Set, |call| of_file(call, |bytes| hex(&Md5::digest(bytes)))),
    function("filesha1", &[P::Text], Outcome::Set, |call| of_file(call, |bytes| hex(&Sha1::digest(bytes)))),
    function("filesha256", &[P::Text], Outcome::Set, |call| of_file(call, |bytes| hex(&Sha256::digest(bytes)))),
    function("filesha512", &[P::Text], Outcome::Set, |call| of_file(call, |bytes| hex(&Sha512::digest(bytes)))),
    function("md5", &[P::Text], Outcome::Set, |call| of_text(call, |bytes| hex(&Md5::digest(bytes)))),
    function("sha1", &[P::Text], Outcome::Set, |call| of_text(call, |bytes| hex(&Sha1::digest(bytes)))),
    function("sha256", &[P::Text], Outcome::Set, |call| of_text(call, |bytes| hex(&Sha256::digest(bytes)))),
    function("sha512", &[P::Text], Outcome::Set, |call| of_text(call, |bytes| hex(&Sha512::digest(bytes)))),
    function("uuidv5", &[P::Text, P::Text], Outcome::Set, uuid),
];

fn of_text(arguments: &Arguments, digest: fn(&[u8]) -> String) -> Answer {
    Ok(Value::text(digest(arguments.text(0)?.as_bytes()), arguments.origin()))
}

fn of_file(arguments: &Arguments, digest: fn(&[u8]) -> String) -> Answer {
    Ok(Value::text(digest(read(arguments)?.to_string().as_bytes()), arguments.origin()))
}

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A name's UUID, version 5 (RFC 9562, section 5.5).
fn uuid(arguments: &Arguments) -> Answer {
    let namespace = match arguments.text(0)? {
        "dns" => 0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8,
        "url" => 0x6ba7_b811_9dad_11d1_80b4_00c0_4fd4_30c8,
        "oid" => 0x6ba7_b812_9dad_11d1_80b4_00c0_4fd4_30c8,
        "x500" => 0x6ba7_b814_9dad_11d1_80b4_00c0_4fd4_30c8,
        other => parse_uuid(other).ok_or("the namespace is no UUID")?,
    };
    let hash = Sha1::new().chain_update(namespace.to_be_bytes()).chain_update(arguments.text(1)?.as_bytes()).finalize();
    let first = hash.iter().take(16).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let versioned = first & !(0xf << 76) | 5 << 76;
    let uuid = versioned & !(0x3 << 62) | 0x2 << 62;
    let hex = format!("{uuid:032x}");
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32].map(|group| hex.get(group).unwrap_or_default());
    Ok(Value::text(groups.join("-"), arguments.origin()))
}

fn parse_uuid(text: &str) -> Option<u128> {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]);
    let digits = groups.concat();
    if !lengths || !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u128::from_str_radix(&digits, 16).ok()
}
