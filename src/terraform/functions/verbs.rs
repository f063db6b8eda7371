//! The verbs of `format`: `%s`, `%05.2f`, `%-10q` and their like.

use num_bigint::{BigInt, Sign};
use unicode_segmentation::UnicodeSegmentation;

use super::arguments::{Arguments, Trouble};
use super::json;
use crate::terraform::types::{Type, convert, of};
use crate::terraform::unknown::{Outcome, as_part, derive, parts};
use crate::value::{Data, Decimal, Number, Part, Value, json_escaped};

/// How wide a field may be: beyond that it would fill the memory.
const MAX_WIDTH: usize = 10_000;

/// A verb with its flags.
#[derive(Debug, Clone)]
pub(super) struct Verb {
    /// The letter.
    pub letter: char,
    flags: String,
    width: Option<usize>,
    precision: Option<usize>,
}

impl Verb {
    /// The verb behind a percent sign, the number of the argument if one is written, and what follows.
    pub(super) fn parse(text: &str) -> Result<(Self, Option<usize>, &str), Trouble> {
        let (index, text) = match text.strip_prefix('[') {
            Some(text) => {
                let (number, behind) = text.split_once(']').ok_or("a bracket in a verb has no end")?;
                let number = number.parse().ok().filter(|number: &usize| *number > 0);
                (Some(number.ok_or("the number of an argument begins at 1")? - 1), behind)
            }
            None => (None, text),
        };
        let (flags, text) = split(text, |character| " +-#0".contains(character));
        let (width, text) = split(text, |character| character.is_ascii_digit());
        let (precision, text) = match text.strip_prefix('.') {
            Some(text) => {
                let (digits, text) = split(text, |character| character.is_ascii_digit());
                (Some(digits), text)
            }
            None => (None, text),
        };
        // Go puts the number of the argument behind the flags.
        let (index, text) = match (index, text.strip_prefix('[')) {
            (None, Some(_)) => {
                let (verb, index, behind) = Self::parse(text)?;
                let verb = Self { flags: flags.to_owned(), ..verb };
                return Ok((verb, index, behind));
            }
            (index, _) => (index, text),
        };
        let letter = text.chars().next().filter(|letter| "vtbdoxXeEfgGsq".contains(*letter));
        let letter = letter.ok_or_else(|| format!("\"%{flags}{width}{text}\" is no verb"))?;
        let size = |digits: &str| if digits.is_empty() { Ok(0) } else { limited(digits) };
        let width = if width.is_empty() { None } else { Some(size(width)?) };
        let precision = precision.map(size).transpose()?;
        let behind = text.get(letter.len_utf8()..).unwrap_or_default();
        Ok((Self { letter, flags: flags.to_owned(), width, precision }, index, behind))
    }

    /// The type of what it writes; `None` where that is anything, null too.
    pub(super) fn writes(&self) -> Option<Type> {
        match self.letter {
            'v' => None,
            's' | 'q' => Some(Type::String),
            't' => Some(Type::Bool),
            _ => Some(Type::Number),
        }
    }

    /// Whether it refuses a number with a fraction.
    pub(super) fn is_of_whole(&self) -> bool {
        matches!(self.letter, 'b' | 'd' | 'o' | 'x' | 'X')
    }

    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    fn is_bare(&self) -> bool {
        self.width.is_none() && self.precision.is_none() && self.flags.is_empty()
    }
}

fn split(text: &str, wanted: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at_checked(text.find(|character| !wanted(character)).unwrap_or(text.len())).unwrap_or((text, ""))
}

fn limited(digits: &str) -> Result<usize, Trouble> {
    let width = digits.parse().ok().filter(|width| *width <= MAX_WIDTH);
    width.ok_or_else(|| Trouble::Limit(format!("a field of more than {MAX_WIDTH} characters")))
}

/// What the verb makes of a value: characters, or the parts that are not known.
pub(super) fn write(verb: &Verb, value: &Value, arguments: &Arguments) -> Result<Vec<Part>, Trouble> {
    if value.obstacle().is_some() {
        return unknown(verb, value, arguments);
    }
    let written = match verb.letter {
        'v' => any(verb, value, arguments)?,
        's' => cut(text(value, &Type::String, arguments)?, verb),
        'q' => format!("\"{}\"", json_escaped(&text(value, &Type::String, arguments)?)),
        't' => text(value, &Type::Bool, arguments)?,
        _ => number(verb, &converted(value, &Type::Number, arguments)?)?,
    };
    Ok(vec![Part::Literal(pad(&written, verb))])
}

/// A bare verb writes an unknown text as it is; any other one changes it.
fn unknown(verb: &Verb, value: &Value, arguments: &Arguments) -> Result<Vec<Part>, Trouble> {
    if verb.writes().is_some_and(|ty| !of(value).may_become(&ty)) {
        return Err(format!("a %{} does not write a {}", verb.letter, of(value).describe()).into());
    }
    match (&value.data, verb.letter) {
        (Data::List(..) | Data::Map(..), 'v') if verb.is_bare() => {
            Ok(json::encoded(value, arguments)?.parts().to_vec())
        }
        (_, 's') if verb.is_bare() => Ok(parts(value.clone())),
        // Of null it is the word.
        (_, 'v') if verb.is_bare() => match value.clone().null_decided(arguments.world()) {
            value if value.is_null() => write(verb, &value, arguments),
            value => Ok(parts(value)),
        },
        (_, 'd') if verb.is_bare() => Ok(parts(convert(value.clone(), &Type::Number, arguments.world()))),
        _ => {
            let width = verb.width.map(|width| width.to_string()).unwrap_or_default();
            let precision = verb.precision.map(|digits| format!(".{digits}")).unwrap_or_default();
            let letter = verb.letter;
            let name = format!("format(\"%{}{width}{precision}{letter}\", {})", verb.flags, value.describe());
            let obstacle = value.obstacle().unwrap_or(value);
            Ok(vec![as_part(derive(name, obstacle, Outcome::Set, arguments.world(), arguments.origin()))])
        }
    }
}

fn converted(value: &Value, ty: &Type, arguments: &Arguments) -> Result<Value, Trouble> {
    if value.is_null() {
        return Err("null cannot be formatted".into());
    }
    let value = convert(value.clone(), ty, arguments.world());
    match &value.data {
        Data::Failed(failure) => Err(failure.message.clone().into()),
        _ => Ok(value),
    }
}

fn text(value: &Value, ty: &Type, arguments: &Arguments) -> Result<String, Trouble> {
    let value = converted(value, ty, arguments)?;
    match &value.data {
        Data::Bool(known) => Ok(known.to_string()),
        _ => value.as_str().map(str::to_owned).ok_or(Trouble::Unknown),
    }
}

fn any(verb: &Verb, value: &Value, arguments: &Arguments) -> Result<String, Trouble> {
    match &value.data {
        Data::Text(text) if !verb.has('#') => Ok(text.to_string()),
        Data::Number(known) if !verb.has('#') => {
            let general = Verb { letter: 'g', ..verb.clone() };
            Ok(float(&general, known))
        }
        Data::Object(..) => Err(Trouble::Unknown),
        _ => Ok(json::encoded(value, arguments)?.to_string()),
    }
}

/// The first clusters of a text, as many as the precision says.
fn cut(text: String, verb: &Verb) -> String {
    match verb.precision {
        Some(precision) => text.graphemes(true).take(precision).collect(),
        None => text,
    }
}

/// The text filled up to the width: with blanks at the left, or at the right, or with zeros behind the sign.
fn pad(text: &str, verb: &Verb) -> String {
    let missing = verb.width.unwrap_or_default().saturating_sub(text.graphemes(true).count());
    if verb.has('-') {
        return format!("{text}{}", " ".repeat(missing));
    }
    if !verb.has('0') {
        return format!("{}{text}", " ".repeat(missing));
    }
    let (sign, digits) = split(text, |character| "+-".contains(character));
    if matches!(verb.letter, 's' | 'q' | 't' | 'v') {
        return format!("{}{text}", "0".repeat(missing));
    }
    format!("{sign}{}{digits}", "0".repeat(missing))
}

fn number(verb: &Verb, value: &Value) -> Result<String, Trouble> {
    let Data::Number(number) = &value.data else { return Err(Trouble::Unknown) };
    let written = match verb.letter {
        'e' | 'E' | 'f' | 'g' | 'G' => float(verb, number),
        _ => integer(verb, &number.as_whole().ok_or("a whole number is needed")?),
    };
    Ok(signed(written, verb))
}

fn signed(written: String, verb: &Verb) -> String {
    if written.starts_with('-') {
        written
    } else if verb.has('+') {
        format!("+{written}")
    } else if verb.has(' ') {
        format!(" {written}")
    } else {
        written
    }
}

fn integer(verb: &Verb, number: &BigInt) -> String {
    let (base, prefix) = match verb.letter {
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let digits = number.magnitude().to_str_radix(base);
    let digits = if verb.letter == 'X' { digits.to_uppercase() } else { digits };
    let zeros = "0".repeat(verb.precision.unwrap_or_default().saturating_sub(digits.len()));
    let prefix = if verb.has('#') { prefix } else { "" };
    let sign = if number.sign() == Sign::Minus { "-" } else { "" };
    format!("{sign}{prefix}{zeros}{digits}")
}

/// `%f`, `%e` and `%g`.
fn float(verb: &Verb, number: &Number) -> String {
    let Some(exact) = number.exact() else { return number.to_string() };
    let places = verb.precision.unwrap_or(6);
    match verb.letter {
        'f' => exact.with_places(places).fixed(places),
        'e' | 'E' => exact.rounded(places + 1).scientific(places, verb.letter),
        _ => match (verb.precision, number.shortest()) {
            (None, Some(shortest)) => general(verb, &shortest, 6),
            (precision, _) => {
                let precision = precision.unwrap_or_default().max(1);
                let rounded = exact.rounded(precision);
                let all_before = i64::try_from(rounded.count()).is_ok_and(|count| count >= rounded.point());
                general(verb, &rounded, if all_before { precision.min(rounded.count()) } else { precision })
            }
        },
    }
}

/// The shorter of both forms: with an exponent when it is below -4 or not below the limit.
fn general(verb: &Verb, decimal: &Decimal, limit: usize) -> String {
    let exponent = decimal.point() - 1;
    if exponent >= -4 && i64::try_from(limit).is_ok_and(|limit| exponent < limit) {
        return decimal.plain();
    }
    decimal.scientific(decimal.count().saturating_sub(1), if verb.letter == 'G' { 'E' } else { 'e' })
}
