//! Regular expressions. Terraform's are RE2's in syntax and meaning; the `regex` crate's mean the same where `re2` has
//! written them in its syntax.

use indexmap::IndexMap;
use regex::{Captures, Regex, RegexBuilder};

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function};
use super::re2::{self, Untranslated};
use crate::terraform::unknown::Outcome;
use crate::value::{Attribute, ListKind, MapKind, Type, Value};

/// How much memory a compiled expression may take, in bytes.
const MAX_SIZE: usize = 4 * 1024 * 1024;

pub(super) const FUNCTIONS: &[Function] = &[
    function("regex", &[P::Text, P::Text], Outcome::Open, regex),
    function("regexall", &[P::Text, P::Text], Outcome::Open, regex_all),
];

/// About how many evaluation steps it takes to compile an expression that is not large.
const STEPS_TO_COMPILE: u64 = 50;

/// About how many evaluation steps the regular expression of a call takes beyond those of any call: its repetitions are
/// written out when it is compiled, and then it goes through the text.
pub(in crate::terraform) fn steps(name: &str, arguments: &[Value]) -> u64 {
    let (pattern, text) = match (name, arguments) {
        ("regex" | "regexall", [pattern, text]) => (pattern.as_str(), text.as_str()),
        ("replace", [text, pattern, _]) => {
            (pattern.as_str().filter(|pattern| pattern.starts_with('/') && pattern.ends_with('/')), text.as_str())
        }
        _ => return 0,
    };
    let (Some(pattern), Some(text)) = (pattern, text) else { return 0 };
    let repetitions =
        pattern.split('{').skip(1).filter_map(|rest| rest.split('}').next()?.split(',').next_back()?.parse().ok());
    let size = repetitions.fold(pattern.len() as u64, |size, most: u64| size.saturating_mul(most.max(1)));
    size.saturating_mul(4).saturating_add(STEPS_TO_COMPILE + text.len() as u64 / 16)
}

/// A pattern, with the names of its groups.
struct Pattern {
    regex: Regex,
    names: Vec<Option<String>>,
}

impl Pattern {
    /// The groups that have a name, by their numbers.
    fn named(&self) -> impl Iterator<Item = (&str, usize)> {
        self.names.iter().zip(1..).filter_map(|(name, number)| Some((name.as_deref()?, number)))
    }
}

fn regex(arguments: &Arguments) -> Answer {
    let pattern = of_one_kind(arguments)?;
    let found = pattern.regex.captures(arguments.text(1)?).ok_or("the pattern does not match")?;
    Ok(groups(&pattern, &found, arguments))
}

fn regex_all(arguments: &Arguments) -> Answer {
    let pattern = of_one_kind(arguments)?;
    let found = pattern.regex.captures_iter(arguments.text(1)?).map(|found| groups(&pattern, &found, arguments));
    let found = Value::list(ListKind::List, found.collect::<Vec<_>>(), arguments.origin());
    Ok(found.typed(&Type::list(match_type(&pattern))))
}

/// A pattern whose groups all have names, or none of them.
fn of_one_kind(arguments: &Arguments) -> Result<Pattern, Trouble> {
    let pattern = compile(arguments.text(0)?)?;
    let named = pattern.named().count();
    if named > 0 && named < pattern.names.len() {
        return Err("groups must all have names, or none of them".into());
    }
    Ok(pattern)
}

/// The type of what a match gives.
fn match_type(pattern: &Pattern) -> Type {
    if pattern.names.is_empty() {
        return Type::String;
    }
    let fields = pattern.named().map(|(name, _)| (name.to_owned(), Attribute::required(Type::String)));
    let object: IndexMap<String, Attribute> = fields.collect();
    if object.is_empty() { Type::Tuple(vec![Type::String; pattern.names.len()]) } else { Type::Object(object) }
}

/// The text with every match replaced; `$1` and `${name}` in `new` stand for groups.
pub(super) fn replace(text: &str, pattern: &str, new: &str) -> Result<String, Trouble> {
    let pattern = compile(pattern)?;
    Ok(pattern.regex.replace_all(text, |found: &Captures| expanded(new, &pattern, found)).into_owned())
}

/// What stands in place of a match. A `$` that no group's name follows is a `$`, and a group that there is not is empty.
/// <https://pkg.go.dev/regexp#Regexp.Expand>
fn expanded(new: &str, pattern: &Pattern, found: &Captures) -> String {
    let (mut done, mut rest) = (String::new(), new);
    while let Some((before, behind)) = rest.split_once('$') {
        done.push_str(before);
        let dollar = behind.strip_prefix('$').map(|behind| ("$", behind));
        let group = || {
            let (name, behind) = group_name(behind)?;
            Some((of_name(name, pattern, found), behind))
        };
        let (text, behind) = dollar.or_else(group).unwrap_or(("$", behind));
        done.push_str(text);
        rest = behind;
    }
    done + rest
}

/// The name or number of a group behind `$`, and what follows it.
fn group_name(text: &str) -> Option<(&str, &str)> {
    let (name, is_braced) = text.strip_prefix('{').map_or((text, false), |inner| (inner, true));
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    let (name, behind) = name.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
    Some((name, if is_braced { behind.strip_prefix('}')? } else { behind }))
}

/// What a group of that number or name holds: the first of those that have the name and took part.
fn of_name<'t>(name: &str, pattern: &Pattern, found: &Captures<'t>) -> &'t str {
    let is_number = name.bytes().all(|digit| digit.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    let group = match name.parse().ok().filter(|_| is_number) {
        Some(number) => found.get(number),
        None => pattern.named().filter(|(own, _)| *own == name).find_map(|(_, number)| found.get(number)),
    };
    group.map_or("", |group| group.as_str())
}

fn compile(pattern: &str) -> Result<Pattern, Trouble> {
    let unknown = || Trouble::Limit("the pattern is none that can be worked out here".to_owned());
    let translated = re2::translate(pattern).map_err(|why| match why {
        Untranslated::Refused => "the pattern is not a regular expression".into(),
        Untranslated::Unknown => unknown(),
    })?;
    let built = RegexBuilder::new(&translated.pattern).size_limit(MAX_SIZE).build();
    let regex = built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => Trouble::Limit("the pattern is too large".to_owned()),
        _ => unknown(),
    })?;
    Ok(Pattern { regex, names: translated.names })
}

/// What a match gives: the whole text without groups, an object with named ones, otherwise a tuple.
fn groups(pattern: &Pattern, found: &Captures, arguments: &Arguments) -> Value {
    let value = |number| match found.get(number) {
        Some(group) => Value::text(group.as_str(), arguments.origin()),
        None => Value::null(arguments.origin()).typed(&Type::String),
    };
    if pattern.names.is_empty() {
        return value(0);
    }
    let object: IndexMap<String, Value> =
        pattern.named().map(|(name, number)| (name.to_owned(), value(number))).collect();
    if object.is_empty() {
        let groups = (1..=pattern.names.len()).map(value).collect();
        return Value::list(ListKind::Tuple, groups, arguments.origin());
    }
    Value::map(MapKind::Object, object, arguments.origin())
}
