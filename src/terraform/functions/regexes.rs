//! Regular expressions. Terraform's are RE2's, and so are the `regex` crate's but for what nobody writes.

use indexmap::IndexMap;
use regex::{Captures, Regex, RegexBuilder};

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function};
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

fn regex(arguments: &Arguments) -> Answer {
    let pattern = compile(arguments.text(0)?)?;
    let found = pattern.captures(arguments.text(1)?).ok_or("the pattern does not match")?;
    groups(&pattern, &found, arguments)
}

fn regex_all(arguments: &Arguments) -> Answer {
    let pattern = compile(arguments.text(0)?)?;
    let found = pattern.captures_iter(arguments.text(1)?).map(|found| groups(&pattern, &found, arguments));
    let found = Value::list(ListKind::List, found.collect::<Result<_, _>>()?, arguments.origin());
    Ok(found.typed(&Type::list(match_type(&pattern))))
}

/// The type of what a match gives.
fn match_type(pattern: &Regex) -> Type {
    let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
    if names.is_empty() {
        return Type::String;
    }
    let fields = names.iter().flatten().map(|name| ((*name).to_owned(), Attribute::required(Type::String)));
    let object: IndexMap<String, Attribute> = fields.collect();
    if object.is_empty() { Type::Tuple(vec![Type::String; names.len()]) } else { Type::Object(object) }
}

/// The text with every match replaced; `$1` and `${name}` in `new` stand for groups.
pub(super) fn replace(text: &str, pattern: &str, new: &str) -> Result<String, Trouble> {
    Ok(compile(pattern)?.replace_all(text, new).into_owned())
}

fn compile(pattern: &str) -> Result<Regex, Trouble> {
    let built = RegexBuilder::new(pattern).size_limit(MAX_SIZE).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => Trouble::Limit("the pattern is too large".to_owned()),
        _ => "the pattern is not a regular expression".into(),
    })
}

/// What a match gives: the whole text without groups, an object with named ones, otherwise a tuple.
fn groups(pattern: &Regex, found: &Captures, arguments: &Arguments) -> Answer {
    let value = |group: Option<regex::Match>| match group {
        Some(group) => Value::text(group.as_str(), arguments.origin()),
        None => Value::null(arguments.origin()).typed(&Type::String),
    };
    let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
    if names.is_empty() {
        return Ok(value(found.get(0)));
    }
    let object: IndexMap<String, Value> =
        names.iter().flatten().map(|name| ((*name).to_owned(), value(found.name(name)))).collect();
    if object.is_empty() {
        let groups = (1..=names.len()).map(|index| value(found.get(index))).collect();
        return Ok(Value::list(ListKind::Tuple, groups, arguments.origin()));
    }
    if object.len() < names.len() {
        return Err("groups must all have names, or none of them".into());
    }
    Ok(Value::map(MapKind::Object, object, arguments.origin()))
}
