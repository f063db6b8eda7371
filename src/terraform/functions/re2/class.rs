//! Classes of characters and escaped characters of a pattern.

use super::Reader;
use super::Untranslated::{self, Refused, Unknown};

/// Perl's classes, which are ASCII in RE2.
const PERL: [(char, &str); 3] = [('d', "0-9"), ('s', "\\t\\n\\x0C\\r\\x20"), ('w', "0-9A-Za-z_")];

/// The names of ASCII's classes: `[:alpha:]`, and `[:^alpha:]`.
const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

/// Unicode's general categories.
const CATEGORIES: [&str; 36] = [
    "C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P",
    "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

impl Reader<'_> {
    /// A class, behind its `[`.
    pub fn class(&mut self) -> Result<(), Untranslated> {
        self.done.push('[');
        if self.goes_on("^") {
            self.done.push('^');
        }
        let mut is_first = true;
        while is_first || !self.rest.starts_with(']') {
            is_first = false;
            self.member()?;
        }
        self.goes_on("]");
        self.done.push(']');
        Ok(())
    }

    /// A class within a class, a range or a character.
    fn member(&mut self) -> Result<(), Untranslated> {
        if let Some((name, behind)) = self.rest.strip_prefix("[:").and_then(|rest| rest.split_once(":]")) {
            if !POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
                return Err(Refused);
            }
            self.done.extend(["[:", name, ":]"]);
            self.rest = behind;
            return Ok(());
        }
        let before = self.rest;
        if self.goes_on("\\")
            && let Some(class) = self.named_class()?
        {
            self.done.push_str(&class);
            return Ok(());
        }
        self.rest = before;
        let first = self.character()?;
        let is_range = self.rest.len() >= 2 && self.rest.starts_with('-') && !self.rest.starts_with("-]");
        self.literal(first);
        if is_range && self.goes_on("-") {
            let last = self.character()?;
            if last < first {
                return Err(Refused);
            }
            self.done.push('-');
            self.literal(last);
        }
        Ok(())
    }

    /// A character of a class.
    fn character(&mut self) -> Result<char, Untranslated> {
        match self.next().ok_or(Refused)? {
            '\\' => self.escape(),
            character => Ok(character),
        }
    }

    /// What stands behind `\` outside of classes.
    pub fn escaped(&mut self) -> Result<(), Untranslated> {
        let assertions = [("A", "\\A"), ("z", "\\z"), ("b", "(?-u:\\b)"), ("B", "(?-u:\\B)")];
        if let Some((_, written)) = assertions.iter().find(|(letter, _)| self.goes_on(letter)) {
            self.done.push_str(written);
            return Ok(());
        }
        if let Some(class) = self.named_class()? {
            self.done.extend(["[", &class, "]"]);
        } else {
            let character = self.escape()?;
            self.literal(character);
        }
        Ok(())
    }

    /// A class that a letter behind `\` names, as a member of a class of the crate's.
    fn named_class(&mut self) -> Result<Option<String>, Untranslated> {
        let Some(letter) = self.rest.chars().next() else { return Ok(None) };
        if let Some((_, members)) = PERL.iter().find(|(name, _)| letter.eq_ignore_ascii_case(name)) {
            self.next();
            let is_negated = letter.is_ascii_uppercase();
            return Ok(Some(if is_negated { format!("[^{members}]") } else { (*members).to_owned() }));
        }
        if !self.goes_on("p") && !self.goes_on("P") {
            return Ok(None);
        }
        let is_short = !self.goes_on("{");
        let name = if is_short { self.next().ok_or(Refused)?.to_string() } else { self.until('}')?.to_owned() };
        let of_name = name.strip_prefix('^');
        let sign = if (letter == 'P') == of_name.is_some() { 'p' } else { 'P' };
        property(of_name.unwrap_or(&name), sign).map(Some)
    }

    /// The character that is written behind `\`.
    fn escape(&mut self) -> Result<char, Untranslated> {
        let code = match self.next().ok_or(Refused)? {
            'x' => self.hexadecimal()?,
            first @ '0'..='7' => {
                let more = self.rest.chars().take(2).take_while(|digit| digit.is_digit(8)).count();
                // Another digit than 0 alone would refer to a group.
                if first != '0' && more == 0 {
                    return Err(Refused);
                }
                let (digits, behind) = self.rest.split_at_checked(more).ok_or(Refused)?;
                self.rest = behind;
                u32::from_str_radix(&format!("{first}{digits}"), 8).map_err(|_| Refused)?
            }
            'a' => 0x07,
            'f' => 0x0C,
            'n' => 0x0A,
            'r' => 0x0D,
            't' => 0x09,
            'v' => 0x0B,
            mark if mark.is_ascii() && !mark.is_ascii_alphanumeric() => u32::from(mark),
            _ => return Err(Refused),
        };
        // RE2 takes halves of surrogate pairs, which no text holds.
        char::from_u32(code).ok_or(if code > 0x10_FFFF { Refused } else { Unknown })
    }

    /// The digits behind `\x`: two, or any number in braces.
    fn hexadecimal(&mut self) -> Result<u32, Untranslated> {
        let digits = if self.goes_on("{") {
            self.until('}')?
        } else {
            let (digits, behind) = self.rest.split_at_checked(2).ok_or(Refused)?;
            self.rest = behind;
            digits
        };
        let are_digits = digits.chars().all(|digit| digit.is_ascii_hexdigit());
        let code = u32::from_str_radix(digits, 16).ok().filter(|code| are_digits && *code <= 0x10_FFFF);
        code.ok_or(Refused)
    }
}

/// A class of Unicode's, or all others where the sign is `P`.
fn property(name: &str, sign: char) -> Result<String, Untranslated> {
    if name == "Any" {
        let all = "\\x{0}-\\x{10FFFF}";
        return Ok(if sign == 'p' { all.to_owned() } else { format!("[^{all}]") });
    }
    if CATEGORIES.contains(&name) {
        return Ok(format!("\\{sign}{{{name}}}"));
    }
    // The crate reads names of scripts in other spellings too.
    let is_name = |part: &str| {
        let mut letters = part.chars();
        letters.next().is_some_and(|first| first.is_ascii_uppercase()) && letters.all(|rest| rest.is_ascii_lowercase())
    };
    if !name.split('_').all(is_name) || name.starts_with("Is") {
        return Err(Refused);
    }
    let class = format!("\\{sign}{{Script={name}}}");
    if regex::Regex::new(&class).is_ok() { Ok(class) } else { Err(Refused) }
}
