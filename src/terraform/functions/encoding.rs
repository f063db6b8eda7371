//! Base64, URLs and character sets.

use std::fmt::Write as _;
use std::io::Read as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::Encoding;
use flate2::read::MultiGzDecoder;

use super::arguments::{Answer, Arguments, Function, MAX_BYTES, Parameter as P, Trouble, function, limit_bytes};
use crate::terraform::unknown::Outcome;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64decode", &[P::Text], Outcome::Set, base64_decode),
    function("base64encode", &[P::Text], Outcome::Set, base64_encode),
    function("textdecodebase64", &[P::Text, P::Text], Outcome::Set, text_decode),
    function("textencodebase64", &[P::Text, P::Text], Outcome::Set, text_encode),
    function("urlencode", &[P::Text], Outcome::Set, url_encode),
];

pub(super) const OPENTOFU: &[Function] = &[
    function("base64gunzip", &[P::Text], Outcome::Open, base64_gunzip),
    function("urldecode", &[P::Text], Outcome::Open, url_decode),
];

fn base64_encode(arguments: &Arguments) -> Answer {
    Ok(Value::text(STANDARD.encode(arguments.text(0)?), arguments.origin()))
}

fn base64_decode(arguments: &Arguments) -> Answer {
    let text = String::from_utf8(bytes(arguments)?).map_err(|_| "the decoded bytes are not UTF-8 text")?;
    Ok(Value::text(text, arguments.origin()))
}

/// The bytes behind base64; line ends in it do not count.
fn bytes(arguments: &Arguments) -> Result<Vec<u8>, Trouble> {
    let encoded: String = arguments.text(0)?.chars().filter(|character| !matches!(character, '\n' | '\r')).collect();
    STANDARD.decode(encoded).map_err(|_| "this is no base64".into())
}

/// A name of a character set, as IANA registers it.
enum CharacterSet {
    Utf16(fn(u16) -> [u8; 2], bool),
    Latin1,
    Ascii,
    Other(&'static Encoding),
}

fn character_set(arguments: &Arguments) -> Result<CharacterSet, Trouble> {
    let name = arguments.text(1)?;
    Ok(match name.to_ascii_lowercase().as_str() {
        "utf-16" => CharacterSet::Utf16(u16::to_be_bytes, true),
        "utf-16be" => CharacterSet::Utf16(u16::to_be_bytes, false),
        "utf-16le" => CharacterSet::Utf16(u16::to_le_bytes, false),
        // The web's tables read these as windows-1252.
        "iso-8859-1" | "latin1" => CharacterSet::Latin1,
        "us-ascii" | "ascii" => CharacterSet::Ascii,
        other => match Encoding::for_label(other.as_bytes()) {
            Some(encoding) => CharacterSet::Other(encoding),
            None => return Err(format!("{name} is not a supported encoding").into()),
        },
    })
}

fn text_encode(arguments: &Arguments) -> Answer {
    let text = arguments.text(0)?;
    let below = |limit: u32| text.chars().map(u32::from).all(|code| code < limit);
    let narrow = || text.chars().filter_map(|character| u8::try_from(u32::from(character)).ok()).collect();
    let bytes: Option<Vec<u8>> = match character_set(arguments)? {
        CharacterSet::Utf16(order, mark) => {
            let mark = mark.then_some(0xfeff);
            Some(mark.into_iter().chain(text.encode_utf16()).flat_map(order).collect())
        }
        CharacterSet::Latin1 => below(0x100).then(narrow),
        CharacterSet::Ascii => below(0x80).then(narrow),
        CharacterSet::Other(encoding) => {
            let (bytes, _, lossy) = encoding.encode(text);
            (!lossy).then(|| bytes.into_owned())
        }
    };
    let bytes = bytes.ok_or("the encoding does not have all the characters")?;
    Ok(Value::text(STANDARD.encode(bytes), arguments.origin()))
}

fn text_decode(arguments: &Arguments) -> Answer {
    let bytes = bytes(arguments)?;
    let latin = |limit: u8| {
        let all = bytes.iter().all(|byte| *byte < limit || limit == 0);
        all.then(|| bytes.iter().map(|byte| char::from(*byte)).collect())
    };
    let text: Option<String> = match character_set(arguments)? {
        CharacterSet::Utf16(order, _) => {
            let units = bytes.chunks(2).map(|pair| match pair {
                [first, second] if order(1) == [0, 1] => Some(u16::from_be_bytes([*first, *second])),
                [first, second] => Some(u16::from_le_bytes([*first, *second])),
                _ => None,
            });
            let units: Option<Vec<u16>> = units.collect();
            units.and_then(|units| String::from_utf16(units.strip_prefix(&[0xfeff]).unwrap_or(&units)).ok())
        }
        CharacterSet::Latin1 => latin(0),
        CharacterSet::Ascii => latin(0x80),
        CharacterSet::Other(encoding) => {
            encoding.decode_without_bom_handling_and_without_replacement(&bytes).map(std::borrow::Cow::into_owned)
        }
    };
    Ok(Value::text(text.ok_or("the bytes are not of this encoding")?, arguments.origin()))
}

/// <https://opentofu.org/docs/language/functions/base64gunzip/>
fn base64_gunzip(arguments: &Arguments) -> Answer {
    let packed = bytes(arguments)?;
    let mut unpacked = Vec::new();
    let limited = MultiGzDecoder::new(packed.as_slice()).take(MAX_BYTES as u64 + 1).read_to_end(&mut unpacked);
    limited.map_err(|_| "these bytes are not compressed by gzip")?;
    limit_bytes(unpacked.len())?;
    // Terraform's texts may hold other bytes; those here may not.
    let text = String::from_utf8(unpacked).map_err(|_| Trouble::Unknown)?;
    Ok(Value::text(text, arguments.origin()))
}

/// <https://opentofu.org/docs/language/functions/urldecode/>
fn url_decode(arguments: &Arguments) -> Answer {
    let mut encoded = arguments.text(0)?.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = encoded.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || encoded.next().and_then(|digit| char::from(digit).to_digit(16));
                let escaped = digit().zip(digit()).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
                escaped.ok_or("% must be followed by two hexadecimal digits")?
            }
            other => other,
        });
    }
    let text = String::from_utf8(decoded).map_err(|_| "the decoded bytes are not UTF-8 text")?;
    Ok(Value::text(text, arguments.origin()))
}

/// As in a query: a blank is a plus, and what is neither a letter, digit, dash, dot, underscore nor tilde is escaped.
fn url_encode(arguments: &Arguments) -> Answer {
    let mut encoded = String::new();
    for byte in arguments.text(0)?.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            _ => _ = write!(encoded, "%{byte:02X}"),
        }
    }
    Ok(Value::text(encoded, arguments.origin()))
}
