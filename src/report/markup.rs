//! Text in HTML and in XML.
//!
//! Knows what neither may hold as it is; the elements are the formats' own.

use super::line::is_hidden;

/// The text as character data or an attribute's value, in HTML and XML alike. XML 1.0 has no way at all to write most control
/// characters: <https://www.w3.org/TR/xml/#charsets>
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push_str("&#10;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            hidden if is_hidden(hidden) => escaped.push(char::REPLACEMENT_CHARACTER),
            plain => escaped.push(plain),
        }
    }
    escaped
}
