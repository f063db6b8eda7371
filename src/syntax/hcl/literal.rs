//! The literal text between quotes and in heredocs: what it says once its escapes are undone.
//!
//! Knows HCL's escape sequences and nothing else.

use std::ops::Range;

use super::super::escapes::{first, hexadecimal};

/// How a literal is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    /// Between double quotes: backslashes escape, and so do `$${` and `%%{`.
    Quoted,
    /// In a heredoc or a file of its own: only `$${` and `%%{` escape.
    Bare,
}

/// The text that `source` stands for. What is no valid escape stays as it is.
pub(super) fn unescape(source: &str, quoting: Quoting) -> String {
    if source.contains(['$', '%', '\\']) {
        characters(source, quoting).map(|(character, _)| character).collect()
    } else {
        source.to_owned()
    }
}

/// The characters that `source` stands for, each with the bytes that say it.
pub(super) fn characters(source: &str, quoting: Quoting) -> impl Iterator<Item = (char, Range<usize>)> {
    let mut rest = source;
    std::iter::from_fn(move || {
        let start = source.len() - rest.len();
        let (character, after) = escape(rest, quoting).or_else(|| first(rest))?;
        rest = after;
        Some((character, start..source.len() - after.len()))
    })
}

fn escape(tail: &str, quoting: Quoting) -> Option<(char, &str)> {
    let (marker, after) = first(tail).filter(|(marker, _)| matches!(marker, '$' | '%' | '\\'))?;
    if marker == '\\' && quoting == Quoting::Bare {
        return None;
    }
    if marker != '\\' {
        // Of `$${` one sign and the brace remain; the brace goes on as plain text.
        let after = after.strip_prefix(marker).filter(|after| after.starts_with('{'))?;
        return Some((marker, after));
    }
    let (selector, after) = first(after)?;
    match selector {
        'n' => Some(('\n', after)),
        'r' => Some(('\r', after)),
        't' => Some(('\t', after)),
        '"' | '\\' => Some((selector, after)),
        'u' => hexadecimal(after, 4),
        'U' => hexadecimal(after, 8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        let cases = [
            (r#"a\n\t\"\\\u00e9\U0001F600"#, Quoting::Quoted, "a\n\t\"\\é😀"),
            (r"$${a} %%{b} $5 50% $$$${", Quoting::Quoted, "${a} %{b} $5 50% $$${"),
            (r"a\n$${b}", Quoting::Bare, r"a\n${b}"),
            (r"\q \u12", Quoting::Quoted, r"\q \u12"),
            ("", Quoting::Quoted, ""),
        ];
        for (source, quoting, text) in cases {
            assert_eq!(unescape(source, quoting), text, "{source}");
        }
    }
}
