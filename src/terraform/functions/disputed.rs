//! What Terraform's YAML library reads otherwise than YAML says, or refuses: <https://github.com/zclconf/go-cty-yaml>.
//!
//! A text with any of it is not known to be worth what the tree says, and what it is worth instead is not worked out: tags
//! other than the usual ones and tags of keys, aliases of what stands at a key, merge keys of several mappings, surrogates and
//! `\/` in escapes, `%` directives, tabs and marks of byte order. Merge keys that bring a key before them (there the last one
//! counts) are told by the tree.

use std::sync::LazyLock;

use regex::Regex;

static DISPUTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let parts = [
        // Escapes in double quotes.
        r#""[^"\n]*\\(?:/|u[dD][89a-fA-F])"#,
        // Directives, and tabs before or behind a dash.
        r"^%",
        r"^[ -]*\t",
        // Anchors and tags of keys.
        r#"&[^\s,\]}]+[ \t]+[^\s*'"\[{|>#&!][^\n]*:(?:\s|$)"#,
        r#"(?:^|[\s\[{,:-])![^\s]*[ \t]+[^\s*'"\[{|>#&!][^\n]*:(?:\s|$)"#,
        // Tags that mean something else there.
        r"(?:^|[\s\[{,:-])!(?:\s|$|!(?:set|omap|pairs|null|merge)\b)",
        r"!!(?:str|bool|binary|timestamp)\s+[\[{]",
        r#"!!(?:int|float)\s+[^"'0-9.+-]"#,
        // Merge keys in quotes, or of several mappings.
        r#"["']<<["']\s*:"#,
        r"<<\s*:\s*\[",
        // Lines that end otherwise than others.
        r"[\x{85}\x{2028}\x{2029}]|(?s:.)\x{feff}",
    ];
    Regex::new(&format!("(?m){}", parts.join("|"))).ok()
});

/// Whether the text is YAML that Terraform may read otherwise.
pub(super) fn is_disputed(text: &str) -> bool {
    DISPUTED.as_ref().is_none_or(|disputed| disputed.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::is_disputed;

    #[test]
    fn what_terraform_reads_otherwise_is_told_from_what_it_reads_as_everybody_does() {
        let disputed = [
            "a: \"\\/\"",
            "\"\\ud83d\\ude00\"",
            "%YAML 1.2\n---\na",
            "a:\n\t- b",
            "- \tb",
            "- &x a: 1\n- *x",
            "!Ref x: 1",
            "a: !\nb: 1",
            "! x",
            "a: !!omap [b]",
            "!!str {a: b}",
            "c:\n  \"<<\": {a: 1}",
            "e:\n  <<: [*x, *y]",
            "a: \u{2028}b",
            "- \u{feff}a",
        ];
        for text in disputed {
            assert!(is_disputed(text), "{text:?}");
        }
        let undisputed = [
            "a: 1\nb: [x, y]\n",
            "\u{feff}a: 1",
            "a: 'x\\/y'",
            "a: x\ty",
            "a: &x\n  b: 1\nc: *x",
            "a: &x {b: 1}\nc:\n  <<: *x\n  b: 2",
            "c:\n  - <<: *x\n    b: 2",
            "c:\n  - b: 2\n    <<: *x",
            "a: !!str 1",
            "a: !Sub x",
            "a: \"what! now: then\"",
            "Statement:\n  - Effect: Allow\n    NotAction: \"s3:*\"\n",
            "url: https://example.com/?a&b c",
        ];
        for text in undisputed {
            assert!(!is_disputed(text), "{text:?}");
        }
    }
}
