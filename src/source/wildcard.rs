//! Names and addresses in which `*` stands for anything.

/// A text in which `*` stands for any characters, none included; every other character for itself, brackets too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wildcard(String);

impl Wildcard {
    /// Takes a text as a pattern.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the whole of `name` matches.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else { return self.0 == name };
        let Some(mut left) = name.strip_prefix(first) else { return false };
        let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
        for part in middle.split('*').filter(|part| !part.is_empty()) {
            let Some((_, behind)) = left.split_once(part) else { return false };
            left = behind;
        }
        left.ends_with(last)
    }

    /// Whether an address matches as it is printed, or as it is written in the code, without the keys of its
    /// instances: `module.logs.aws_cloudtrail.main` speaks of `module.logs["a"].aws_cloudtrail.main[0]` too.
    #[must_use]
    pub fn matches_address(&self, address: &str) -> bool {
        self.matches(address) || self.matches(&without_keys(address))
    }
}

/// An address without its instance keys. A key may hold brackets and escaped quotes.
fn without_keys(address: &str) -> String {
    let mut plain = String::with_capacity(address.len());
    let (mut inside, mut quoted, mut escaped) = (false, false, false);
    for character in address.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if inside => quoted = !quoted,
            '[' if !quoted => inside = true,
            ']' if inside && !quoted => inside = false,
            other if !inside => plain.push(other),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::Wildcard;

    #[test]
    fn a_star_stands_for_anything_and_brackets_for_themselves() {
        for (pattern, name, matches) in [
            ("central-logs", "central-logs", true),
            ("central-logs", "central-logs-2", false),
            ("*", "", true),
            ("central-*", "central-logs", true),
            ("*-logs-*", "acme-logs-prod", true),
            ("*-logs-*", "acme-logs", false),
            ("a*a", "a", false),
            ("a*b*b", "ab", false),
            ("a*b*b", "abb", true),
            ("aws_cloudtrail.main[0]", "aws_cloudtrail.main[0]", true),
            ("aws_cloudtrail.main[0]", "aws_cloudtrail.main0", false),
        ] {
            assert_eq!(Wildcard::new(pattern).matches(name), matches, "{pattern} over {name}");
        }
    }

    #[test]
    fn an_address_in_the_code_speaks_of_every_instance() {
        for (pattern, address, matches) in [
            ("aws_cloudtrail.main", "aws_cloudtrail.main", true),
            ("aws_cloudtrail.main", "aws_cloudtrail.main[1]", true),
            ("aws_cloudtrail.main[0]", "aws_cloudtrail.main[1]", false),
            ("module.logs.aws_cloudtrail.main", r#"module.logs["a.b]\"["].aws_cloudtrail.main[0]"#, true),
            (r#"module.logs["a"].*"#, r#"module.logs["a"].aws_cloudtrail.main"#, true),
            (r#"module.logs["a"].*"#, r#"module.logs["b"].aws_cloudtrail.main"#, false),
            ("*.aws_cloudtrail.main", "module.logs.aws_cloudtrail.main", true),
            ("Audit.Trail", "Audit.Trail", true),
            ("aws_cloudtrail.main", "module.logs.aws_cloudtrail.main", false),
        ] {
            assert_eq!(Wildcard::new(pattern).matches_address(address), matches, "{pattern} over {address}");
        }
    }
}
