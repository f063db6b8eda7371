//! RE2's syntax, which Go's and so Terraform's regular expressions have, written in that of the `regex` crate. They differ
//! in ordinary patterns: `{region}` is a literal in RE2, `[` in a class is, and `\w` is ASCII. Knows patterns only, and
//! refuses what RE2 refuses.
//!
//! <https://github.com/google/re2/wiki/Syntax>, <https://pkg.go.dev/regexp/syntax>

mod class;

/// The most times a repetition may be written out, alone or within others.
const MAX_REPEAT: u64 = 1000;

/// A pattern in the crate's syntax, whose groups have numbers only.
#[derive(Debug, PartialEq, Eq)]
pub struct Translated {
    /// The pattern.
    pub pattern: String,
    /// The name of each group, in order, where it has one. Several may have the same.
    pub names: Vec<Option<String>>,
}

/// Why a pattern has no translation.
#[derive(Debug, PartialEq, Eq)]
pub enum Untranslated {
    /// RE2 refuses it too.
    Refused,
    /// It means something that is not known here.
    Unknown,
}

use Untranslated::{Refused, Unknown};

/// The pattern in the crate's syntax.
pub fn translate(pattern: &str) -> Result<Translated, Untranslated> {
    let mut reader = Reader { rest: pattern, done: String::new(), names: Vec::new(), groups: vec![Group::default()] };
    while let Some(next) = reader.next() {
        reader.piece(next)?;
    }
    if reader.groups.len() == 1 { Ok(Translated { pattern: reader.done, names: reader.names }) } else { Err(Refused) }
}

/// What was read last in a group, which a repetition would repeat.
#[derive(Debug, Clone, Copy, Default)]
enum Last {
    /// Nothing: the group or alternative begins here.
    #[default]
    Nothing,
    /// Something of which a part is written out at most so many times.
    Piece(u64),
    /// A repetition, which cannot be repeated without a group around it.
    Repeated,
    /// Flags, behind which RE2 repeats what stands before them.
    Flags,
}

/// A group, or the whole, as far as it is read.
#[derive(Debug, Default)]
struct Group {
    last: Last,
    /// How often a part of it is written out.
    most: u64,
}

impl Group {
    fn hold(&mut self, last: Last, times: u64) {
        (self.last, self.most) = (last, self.most.max(times));
    }
}

struct Reader<'t> {
    rest: &'t str,
    done: String,
    names: Vec<Option<String>>,
    /// The groups that are open, the whole first.
    groups: Vec<Group>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let next = characters.next();
        self.rest = characters.as_str();
        next
    }

    /// Whether it goes on like this; then it is read.
    fn goes_on(&mut self, expected: &str) -> bool {
        let behind = self.rest.strip_prefix(expected);
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    /// What stands before the next such character, which is read too.
    fn until(&mut self, end: char) -> Result<&'t str, Untranslated> {
        let (before, behind) = self.rest.split_once(end).ok_or(Refused)?;
        self.rest = behind;
        Ok(before)
    }

    fn group(&mut self) -> Result<&mut Group, Untranslated> {
        self.groups.last_mut().ok_or(Refused)
    }

    /// One piece of a pattern, of which `next` is the first character.
    fn piece(&mut self, next: char) -> Result<(), Untranslated> {
        match next {
            '(' => return self.open(),
            ')' => {
                let inner = self.groups.pop().ok_or(Refused)?;
                self.done.push(')');
                self.group()?.hold(Last::Piece(inner.most.max(1)), inner.most.max(1));
                return Ok(());
            }
            '|' => {
                self.group()?.last = Last::Nothing;
                self.done.push('|');
                return Ok(());
            }
            '*' | '+' | '?' => return self.repeat(&next.to_string(), (0, None)),
            '{' => match self.counts() {
                Some((written, bounds)) => return self.repeat(&written, bounds),
                None => self.literal('{'),
            },
            '^' | '$' | '.' => self.done.push(next),
            '[' => self.class()?,
            '\\' if self.goes_on("Q") => return self.quoted(),
            '\\' => self.escaped()?,
            literal => self.literal(literal),
        }
        self.group()?.hold(Last::Piece(1), 1);
        Ok(())
    }

    /// A character as the crate takes it literally.
    fn literal(&mut self, literal: char) {
        if literal.is_ascii() && !literal.is_ascii_alphanumeric() {
            self.done.extend(["\\x{", &format!("{:x}", u32::from(literal)), "}"]);
        } else {
            self.done.push(literal);
        }
    }

    /// The literal characters up to `\E`.
    fn quoted(&mut self) -> Result<(), Untranslated> {
        let (text, behind) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
        self.rest = behind;
        for literal in text.chars() {
            self.literal(literal);
            self.group()?.hold(Last::Piece(1), 1);
        }
        Ok(())
    }

    /// What stands behind `(`: a group with or without a name, or flags.
    fn open(&mut self) -> Result<(), Untranslated> {
        if !self.goes_on("?") {
            self.names.push(None);
            self.done.push('(');
        } else if self.goes_on("P<") || self.goes_on("<") {
            let name = self.until('>')?;
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return Err(Refused);
            }
            self.names.push(Some(name.to_owned()));
            self.done.push('(');
        } else {
            let (flags, end) = self.flags()?;
            if end == ')' {
                if !flags.is_empty() {
                    self.done.extend(["(?", flags, ")"]);
                }
                let group = self.group()?;
                group.last = if matches!(group.last, Last::Nothing) { Last::Nothing } else { Last::Flags };
                return Ok(());
            }
            self.done.extend(["(?", flags, ":"]);
        }
        self.groups.push(Group::default());
        Ok(())
    }

    /// Flags and what ends them: `)` where they are for the rest of the group, `:` where for one of their own.
    fn flags(&mut self) -> Result<(&'t str, char), Untranslated> {
        let end = self.rest.find([':', ')']).ok_or(Refused)?;
        let (flags, behind) = self.rest.split_at_checked(end).ok_or(Refused)?;
        self.rest = behind;
        let (set, cleared) = flags.split_once('-').unwrap_or((flags, "i"));
        let are_flags = |flags: &str| flags.chars().all(|flag| matches!(flag, 'i' | 'm' | 's' | 'U'));
        if !are_flags(set) || !are_flags(cleared) || cleared.is_empty() {
            return Err(Refused);
        }
        // The crate takes a flag once only.
        let is_repeated =
            flags.char_indices().any(|(at, flag)| flags.get(..at).is_some_and(|before| before.contains(flag)));
        if is_repeated { Err(Unknown) } else { Ok((flags, self.next().ok_or(Refused)?)) }
    }

    /// The bounds of a repetition behind `{`, as they are written; without them it is a literal.
    fn counts(&mut self) -> Option<(String, (u64, Option<u64>))> {
        let (inside, behind) = self.rest.split_once('}')?;
        let number = |digits: &str| {
            let is_plain = digits == "0" || !digits.starts_with('0');
            let is_number = is_plain && !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
            is_number.then(|| digits.parse().unwrap_or(u64::MAX))
        };
        let bounds = match inside.split_once(',') {
            None => (number(inside)?, Some(number(inside)?)),
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        self.rest = behind;
        Some((format!("{{{inside}}}"), bounds))
    }

    fn repeat(&mut self, written: &str, (least, most): (u64, Option<u64>)) -> Result<(), Untranslated> {
        let is_lazy = self.goes_on("?");
        let group = self.group()?;
        let times = match group.last {
            Last::Nothing | Last::Repeated => return Err(Refused),
            Last::Flags => return Err(Unknown),
            Last::Piece(times) => times.saturating_mul(most.unwrap_or(least).max(1)),
        };
        let most = most.unwrap_or(least);
        if least > most || most > MAX_REPEAT || most >= 2 && times > MAX_REPEAT {
            return Err(Refused);
        }
        group.hold(Last::Repeated, times);
        self.done.push_str(written);
        self.done.push_str(if is_lazy { "?" } else { "" });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it is found in the text, or why the pattern has no translation.
    fn finds(pattern: &str, text: &str) -> Result<bool, Untranslated> {
        let translated = translate(pattern)?;
        let built = regex::Regex::new(&translated.pattern);
        built.map(|built| built.is_match(text)).map_err(|_| Unknown)
    }

    #[test]
    fn what_differs_from_the_crate_means_what_it_means_in_re2() {
        let found = [
            (r"^{.*}$", "{a}"),
            ("{{name}}", "x{{name}}"),
            ("a{,2}", "a{,2}"),
            ("a{01}", "a{01}"),
            (r"^[\w-.]+@", "a-b.c@"),
            (r"[\d-z]", "-"),
            ("^[[]$", "["),
            ("^[[.a.]]$", "a]"),
            ("[a&&b]", "&"),
            ("[a-z--]", "-"),
            ("[~~]", "~"),
            ("[[:alpha:]x]", "b"),
            (r"^\Qa.b\E$", "a.b"),
            (r"\07", "\u{7}"),
            (r"^\x{41}\x42$", "AB"),
            (r"\p{^Lu}", "a"),
            (r"\pL\p{Greek}", "aω"),
            ("(?P<1>a)|(?P<1>b)", "b"),
            (r"\bé", "é"),
            (r"a\<", "a<"),
            ("a(?)b", "ab"),
            ("(?i:É)x(?s-m).", "éx\n"),
            ("[]a]", "]"),
            ("[^]a]", "b"),
            (r"[\]\\-]", "\\"),
            ("}", "}"),
        ];
        for (pattern, text) in found {
            // `\b` stands between two characters one of which is ASCII's, as in RE2.
            let expected = pattern != r"\bé";
            assert_eq!(finds(pattern, text), Ok(expected), "{pattern} in {text}");
        }
        for (pattern, text) in [(r"\w", "é"), (r"\d", "٣"), (r"\s", "\u{a0}"), ("[^\\W]", "é"), ("a.b", "a\nb")] {
            assert_eq!(finds(pattern, text), Ok(false), "{pattern} in {text}");
        }
    }

    #[test]
    fn what_re2_refuses_is_refused() {
        let refused = [
            "a**",
            "a*+",
            "a++",
            "*a",
            "(|*)",
            "a{1001}",
            "(a{100}){11}",
            "a{2,1}",
            "(?x)a",
            "(?=a)",
            "(?P=a)",
            "(?P<a-b>c)",
            "(",
            ")",
            "[a",
            "[b-a]",
            r"\u0041",
            r"\1",
            r"\8",
            r"\Z",
            r"\C",
            r"\é",
            "\\",
            r"\xg",
            r"\x{110000}",
            "[[:foo:]]",
            r"[a-\d]",
            r"\p{IsGreek}",
            r"\p{",
            "(?i",
            "(?-)",
            "a{2}{3}",
        ];
        for pattern in refused {
            assert_eq!(translate(pattern), Err(Refused), "{pattern}");
        }
    }
}
