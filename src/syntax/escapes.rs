//! The characters of a JSON or YAML scalar, each with the bytes that stand for it: what tells where in a text something
//! was written, once a parser has undone its escapes.
//!
//! Knows escapes and nothing else; what a text says is the parser's word.

use std::ops::Range;

use crate::source::{FileId, Places, Span};

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    /// Without quotes, or as a block: every character is itself.
    Bare,
    /// YAML's single quotes: `''` is a quote.
    Single,
    /// Double quotes: backslashes escape.
    Double,
}

/// Where the characters of `text` are in `source`, the text between its quotes, which begins at byte `start` of `file`. Only
/// what may hold a document is ever asked for places in it, so nothing is known of a text of one line without a brace.
pub(super) fn places(text: &str, source: &str, file: FileId, start: usize, quoting: Quoting) -> Places {
    if !text.contains(['{', '\n']) {
        return Places::default();
    }
    let written = characters(source, quoting);
    let place = |range: Range<usize>| Span::new(file, start + range.start, start + range.end);
    Places::align(text, written.map(|(character, range)| (character, place(range))))
}

fn characters(source: &str, quoting: Quoting) -> impl Iterator<Item = (char, Range<usize>)> {
    let mut rest = source;
    std::iter::from_fn(move || {
        let start = source.len() - rest.len();
        let (character, after) = match quoting {
            Quoting::Single if rest.starts_with("''") => rest.strip_prefix('\'').and_then(first),
            Quoting::Double => rest.strip_prefix('\\').and_then(escape).or_else(|| first(rest)),
            Quoting::Bare | Quoting::Single => first(rest),
        }?;
        rest = after;
        Some((character, start..source.len() - after.len()))
    })
}

/// The character that a backslash and what follows it stand for: YAML's escapes, which hold JSON's.
/// <https://yaml.org/spec/1.2.2/#57-escaped-characters>
fn escape(after: &str) -> Option<(char, &str)> {
    let (selector, after) = first(after)?;
    let character = match selector {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' => return hexadecimal(after, 2),
        'u' => return hexadecimal(after, 4).or_else(|| surrogates(after)),
        'U' => return hexadecimal(after, 8),
        // Quotes, slashes and blanks are themselves; so is a line end, which joins two lines.
        itself => itself,
    };
    Some((character, after))
}

/// The character whose number the next `digits` hexadecimal digits are, and what follows them.
pub(super) fn hexadecimal(after: &str, digits: usize) -> Option<(char, &str)> {
    let (number, after) = after.split_at_checked(digits)?;
    Some((char::from_u32(u32::from_str_radix(number, 16).ok()?)?, after))
}

/// JSON's `\ud83d\ude00`, of which the first `\u` was read.
fn surrogates(after: &str) -> Option<(char, &str)> {
    let (high, after) = after.split_at_checked(4)?;
    let (low, after) = after.strip_prefix("\\u")?.split_at_checked(4)?;
    let units = [high, low].map(|digits| u16::from_str_radix(digits, 16).ok());
    let [Some(high), Some(low)] = units else { return None };
    Some((char::decode_utf16([high, low]).next()?.ok()?, after))
}

/// The first character, and what follows it.
pub(super) fn first(text: &str) -> Option<(char, &str)> {
    let mut characters = text.chars();
    Some((characters.next()?, characters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_has_the_bytes_that_stand_for_it() {
        let cases = [
            (
                r#"a\"\\\n\u00e9\/"#,
                Quoting::Double,
                vec![("a", 1), ("\"", 2), ("\\", 2), ("\n", 2), ("é", 6), ("/", 2)],
            ),
            (r"\ud83d\ude00!\x41\U0001F600", Quoting::Double, vec![("😀", 12), ("!", 1), ("A", 4), ("😀", 10)]),
            (r"a''b\n", Quoting::Single, vec![("a", 1), ("'", 2), ("b", 1), ("\\", 1), ("n", 1)]),
            (r"''\é", Quoting::Bare, vec![("'", 1), ("'", 1), ("\\", 1), ("é", 2)]),
            ("\\", Quoting::Double, vec![("\\", 1)]),
        ];
        for (source, quoting, expected) in cases {
            let found: Vec<_> =
                characters(source, quoting).map(|(character, range)| (character.to_string(), range.len())).collect();
            let expected: Vec<_> = expected.into_iter().map(|(text, bytes)| (text.to_owned(), bytes)).collect();
            assert_eq!(found, expected, "{source}");
        }
    }
}
