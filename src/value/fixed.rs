//! What makes a text one fixed value in a policy: no wildcard, no policy variable, no wide range of addresses.

use std::net::IpAddr;

/// Whether `text` is one fixed value as S3 understands it.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
#[must_use]
pub fn is_fixed(text: &str) -> bool {
    !text.is_empty() && !is_variable(text) && is_wide_range(text) != Some(true)
}

/// Whether `text` holds a wildcard or a policy variable.
#[must_use]
pub fn is_variable(text: &str) -> bool {
    text.contains(['*', '?']) || text.contains("${")
}

/// Whether a range of addresses is wider than S3 lets pass: shorter than /8 for IPv4, than /32 for IPv6. An address
/// alone is a range of one. `None` when `text` is neither.
#[must_use]
pub fn is_wide_range(text: &str) -> Option<bool> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u8>().ok()?)),
        None => (text, None),
    };
    match address.parse().ok()? {
        IpAddr::V4(_) => length.map_or(Some(false), |length| (length <= 32).then_some(length < 8)),
        // The IPv4 addresses written as IPv6 (::ffff:0:0/96) are as wide as the IPv4 range they stand for.
        IpAddr::V6(address) => length.map_or(Some(false), |length| {
            let bound = if address.to_ipv4_mapped().is_some() { 104 } else { 32 };
            (length <= 128).then_some(length < bound)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_wide_below_8_and_below_32() {
        for (range, wide) in [
            ("0.0.0.0/0", Some(true)),
            ("10.0.0.0/7", Some(true)),
            ("11.0.0.0/8", Some(false)),
            ("203.0.113.7", Some(false)),
            ("::/0", Some(true)),
            ("2001:db8::/31", Some(true)),
            ("2001:db8::/32", Some(false)),
            ("::ffff:0.0.0.0/96", Some(true)),
            ("::ffff:203.0.113.0/120", Some(false)),
            ("10.0.0.0/33", None),
            ("10.0.0.0/", None),
            ("vpc-1", None),
        ] {
            assert_eq!(is_wide_range(range), wide, "{range}");
        }
    }

    #[test]
    fn a_fixed_value_has_no_wildcard_and_no_variable() {
        for (text, fixed) in
            [("111122223333", true), ("", false), ("*", false), ("vpce-?", false), ("${aws:username}", false)]
        {
            assert_eq!(is_fixed(text), fixed, "{text}");
        }
    }
}
