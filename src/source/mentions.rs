//! Byte search before parsing: most files of an estate have nothing to do with a trail.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

static TERRAFORM: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"cloudtrail"));
static TEMPLATE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"AWS::CloudTrail::Trail"));

/// Whether a Terraform text or plan may declare a trail, call a module that is there to make one, or deploy a template that
/// does.
#[must_use]
pub fn mentions_trail_in_terraform(text: &[u8]) -> bool {
    TERRAFORM.find(text).is_some() || TEMPLATE.find(text).is_some()
}

/// Whether a CloudFormation text may declare a trail: by its type, or by one that a loop completes. What it nests or
/// includes is another text.
#[must_use]
pub fn mentions_trail_in_template(text: &[u8]) -> bool {
    let completes = || ["::${", "::&{", "}::"].iter().any(|hole| mentions(text, hole));
    says(&TEMPLATE, text) || mentions(text, "Fn::ForEach::") && completes()
}

/// Whether a YAML or JSON text holds a name, be it escaped, or in a file that is UTF-16: such a file is not read, but it
/// must be missed.
#[must_use]
pub fn mentions(text: &[u8], name: &str) -> bool {
    says(&Finder::new(name), text)
}

fn says(name: &Finder, text: &[u8]) -> bool {
    let plain: Cow<[u8]> = match text {
        // Letters of ASCII are a zero byte more in UTF-16.
        [0xFF, 0xFE, units @ ..] | [0xFE, 0xFF, units @ ..] => {
            units.iter().copied().filter(|byte| *byte != 0).collect()
        }
        _ => Cow::Borrowed(text),
    };
    name.find(&plain).is_some() || unescaped(&plain).is_some_and(|text| name.find(&text).is_some())
}

/// The text with its escaped letters of ASCII (`\u0041`, `\x41`) in clear; `None` when there are none.
fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    let mut clear: Option<Vec<u8>> = None;
    let mut done = 0;
    for at in memchr::memchr_iter(b'\\', text) {
        let digits = match text.get(at + 1..) {
            Some([b'u', b'0', b'0', high, low, ..]) => Some((6, [*high, *low])),
            Some([b'x', high, low, ..]) => Some((4, [*high, *low])),
            _ => None,
        };
        let Some((length, digits)) = digits.filter(|_| at >= done) else { continue };
        let value = str::from_utf8(&digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let (Some(value), Some(before)) = (value, text.get(done..at)) {
            let clear = clear.get_or_insert_default();
            clear.extend_from_slice(before);
            clear.push(value);
            done = at + length;
        }
    }
    let mut clear = clear?;
    clear.extend_from_slice(text.get(done..)?);
    Some(clear)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trails_are_found_by_their_type() {
        assert!(mentions_trail_in_terraform(b"resource \"aws_cloudtrail\" \"this\" {}"));
        assert!(mentions_trail_in_terraform(b"module \"x\" { source = \"acme/cloudtrail/aws\" }"));
        assert!(!mentions_trail_in_terraform(b"resource \"aws_s3_bucket\" \"this\" {}"));
        assert!(mentions_trail_in_template(b"Type: AWS::CloudTrail::Trail"));
        assert!(!mentions_trail_in_template(b"Service: cloudtrail.amazonaws.com"));
        assert!(mentions_trail_in_template(b"Fn::ForEach::X: [S, [Trail], {T: {Type: 'AWS::CloudTrail::${S}'}}]"));
        assert!(!mentions_trail_in_template(b"Fn::ForEach::X: [S, [A], {'T${S}': {Type: 'AWS::SNS::Topic'}}]"));
    }

    #[test]
    fn trails_are_found_in_escaped_texts_and_in_utf_16() {
        assert!(mentions_trail_in_template(br#"{"Type": "\u0041\u0057S::CloudTrail::Trai\u006c"}"#));
        assert!(mentions_trail_in_template(br#"Type: "\x41WS::CloudTrail::Trail""#));
        assert!(!mentions_trail_in_template(br#"{"Type": "\u0042WS::CloudTrail::Trail", "x": "\u00zz\x"}"#));
        let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{feff}Type: AWS::CloudTrail::Trail".encode_utf16().flat_map(order).collect()
        };
        assert!(mentions_trail_in_template(&utf16(u16::to_le_bytes)));
        assert!(mentions_trail_in_template(&utf16(u16::to_be_bytes)));
        assert!(mentions(br#""Type": "AWS\u003a:Include""#, "AWS::Include"));
    }
}
