//! The literal text between quotes and in heredocs: what it says once its escapes are undone.
//!
//! Knows HCL's escape sequences and nothing else.

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
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((character, after)) = take(rest, quoting) {
        text.push_str(&character);
        rest = after;
    }
    text
}

/// The text up to and with the first escape, and what follows it.
fn take(rest: &str, quoting: Quoting) -> Option<(String, &str)> {
    let may_escape = |character| matches!(character, '$' | '%') || character == '\\' && quoting == Quoting::Quoted;
    let Some((plain, tail)) = rest.find(may_escape).and_then(|at| rest.split_at_checked(at)) else {
        return (!rest.is_empty()).then(|| (rest.to_owned(), ""));
    };
    let (escaped, after) = escape(tail).or_else(|| first(tail))?;
    Some((format!("{plain}{escaped}"), after))
}

fn escape(tail: &str) -> Option<(char, &str)> {
    let (marker, after) = first(tail)?;
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

fn hexadecimal(after: &str, digits: usize) -> Option<(char, &str)> {
    let (number, after) = after.split_at_checked(digits)?;
    let character = char::from_u32(u32::from_str_radix(number, 16).ok()?)?;
    Some((character, after))
}

fn first(text: &str) -> Option<(char, &str)> {
    let mut characters = text.chars();
    Some((characters.next()?, characters.as_str()))
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
