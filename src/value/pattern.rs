//! What a regular expression says of the texts it matches as a whole. Knows nothing of where the expression stands.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// What a wildcard, a policy variable (or its end) and a range of addresses cannot be written without.
const WIDE: [u8; 5] = *b"*?${/";

/// A regular expression, read for what it says and not to be matched.
#[derive(Debug, Clone)]
pub struct Pattern(Hir);

impl Pattern {
    /// `None` of what cannot be read.
    #[must_use]
    pub fn parse(pattern: &str) -> Option<Self> {
        ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok().map(Self)
    }

    /// Whether whatever matches does so from its beginning to its end.
    #[must_use]
    pub fn is_anchored(&self) -> bool {
        let properties = self.0.properties();
        properties.look_set_prefix().contains(Look::Start) && properties.look_set_suffix().contains(Look::End)
    }

    /// All the texts that match as a whole, where they are few: those of `dev|prod`.
    #[must_use]
    pub fn texts(&self) -> Option<Vec<String>> {
        let literals = Extractor::new().extract(&self.0);
        let exact = literals.literals().filter(|_| literals.is_exact())?;
        exact.iter().map(|literal| String::from_utf8(literal.as_bytes().to_vec()).ok()).collect()
    }

    /// Whether the empty text does not match.
    #[must_use]
    pub fn is_never_empty(&self) -> bool {
        self.0.properties().minimum_len().is_some_and(|length| length > 0)
    }

    /// Whether no text that matches as a whole is wide: a wildcard, a policy variable or a range of addresses.
    #[must_use]
    pub fn is_never_wide(&self) -> bool {
        !may_hold_wide(&self.0)
    }
}

fn may_hold_wide(pattern: &Hir) -> bool {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.iter().any(|byte| WIDE.contains(byte)),
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().any(|range| WIDE.iter().any(|wide| (range.start()..=range.end()).contains(wide)))
        }
        HirKind::Class(Class::Unicode(class)) => class
            .ranges()
            .iter()
            .any(|range| WIDE.iter().any(|wide| (range.start()..=range.end()).contains(&char::from(*wide)))),
        HirKind::Repetition(repetition) => may_hold_wide(&repetition.sub),
        HirKind::Capture(capture) => may_hold_wide(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(may_hold_wide),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_of_digits_and_letters_matches_nothing_wide() {
        for (pattern, plain) in [
            (r"\d{12}", true),
            (r"^\d{12}$", true),
            ("^o-[a-z0-9]{10,32}$", true),
            ("^$|^([0-9]{12})$", true),
            (r"[\w+=,.@-]+", true),
            ("(?:dev|prod)-[[:alnum:]]*", true),
            ("[A-Za-z0-9+*/-]{4}", false),
            ("[!-~]+", false),
            (".*", false),
            ("[^,]+", false),
            (r"\*", false),
            (r"\S{3}", false),
            (r"\d+/\d+", false),
            ("(?!aws)[a-z]+", false),
            ("[", false),
        ] {
            assert_eq!(Pattern::parse(pattern).is_some_and(|read| read.is_never_wide()), plain, "{pattern}");
        }
    }

    #[test]
    fn an_anchored_pattern_matches_whole_texts() {
        for (pattern, anchored) in [
            (r"^\d{12}$", true),
            (r"^(\d{12}|o-\w+)$", true),
            (r"(^\d{12}$)|(^$)", true),
            (r"\d{12}", false),
            (r"^\d{12}", false),
            (r"^a$|b", false),
            (r"(?m)^\d{12}$", false),
        ] {
            assert_eq!(Pattern::parse(pattern).is_some_and(|read| read.is_anchored()), anchored, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_that_needs_a_character_matches_no_empty_text() {
        for (pattern, never_empty) in [("a+", true), (r"^\d{12}$", true), ("a*", false), (r"^$|^\d{12}$", false)] {
            assert_eq!(Pattern::parse(pattern).is_some_and(|read| read.is_never_empty()), never_empty, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_that_names_its_texts_tells_them() {
        for (pattern, texts) in [
            ("^(dev|prod)$", Some(&["dev", "prod"][..])),
            ("^true$|^false$", Some(&["true", "false"])),
            ("(?:a|b)-x", Some(&["a-x", "b-x"])),
            ("", Some(&[""])),
            ("dev.*", None),
            ("[a-z]+", None),
        ] {
            let told = Pattern::parse(pattern).and_then(|read| read.texts());
            assert_eq!(
                told.as_deref(),
                texts.map(|texts| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).as_deref(),
                "{pattern}"
            );
        }
    }
}
