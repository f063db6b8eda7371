//! Functions over texts. A text with unknown parts keeps what can be told of it.

use unicode_segmentation::UnicodeSegmentation;

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function, limit_bytes, not_a, weight};
use super::collections::{asked, truth};
use super::describe;
use super::texts::{self, End};
use crate::terraform::joined::holds_something;
use crate::terraform::unknown::{Outcome, as_part, open, parts, text};
use crate::value::{Ask, Data, Domain, Junction, ListKind, Part, Question, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("chomp", &[P::Text], Outcome::Cut, |call| trimmed(call, &['\n', '\r'], &[End::Right])),
    function("endswith", &[P::Text, P::Text], Outcome::Bool, |call| begins(call, End::Right)),
    function("indent", &[P::Number, P::Text], Outcome::Set, indent),
    function("join", &[P::Text, P::Texts], Outcome::Open, join).variadic(P::Texts),
    function("lower", &[P::Text], Outcome::Set, |call| texts::map(call, "lower", lower)),
    function("replace", &[P::Text, P::Text, P::Text], Outcome::Cut, replace),
    function("split", &[P::Text, P::Text], Outcome::Cut, split),
    function("startswith", &[P::Text, P::Text], Outcome::Bool, |call| begins(call, End::Left)),
    function("strcontains", &[P::Text, P::Text], Outcome::Bool, contains),
    function("strrev", &[P::Text], Outcome::Set, reverse),
    function("substr", &[P::Text, P::Whole, P::Whole], Outcome::Open, substring),
    function("title", &[P::Text], Outcome::Set, title),
    function("trim", &[P::Text, P::Text], Outcome::Cut, trim),
    function("trimprefix", &[P::Text, P::Text], Outcome::Cut, |call| cut(call, End::Left)),
    function("trimspace", &[P::Text], Outcome::Cut, trim_space),
    function("trimsuffix", &[P::Text, P::Text], Outcome::Cut, |call| cut(call, End::Right)),
    function("upper", &[P::Text], Outcome::Set, |call| texts::map(call, "upper", upper)),
];

/// Character by character, as Go does it: a character whose upper case is several stays.
fn upper(text: &str) -> String {
    let upper = |character: char| {
        let mut upper = character.to_uppercase();
        upper.next().filter(|_| upper.next().is_none()).unwrap_or(character)
    };
    text.chars().map(upper).collect()
}

fn lower(text: &str) -> String {
    text.chars().filter_map(|character| character.to_lowercase().next()).collect()
}

/// Upper case after everything that is no letter, digit, underscore or combining mark.
fn title(arguments: &Arguments) -> Answer {
    let mut titled = String::new();
    let mut before = ' ';
    for character in arguments.text(0)?.chars() {
        let begins = if before.is_ascii() {
            !before.is_ascii_alphanumeric() && before != '_'
        } else {
            !before.is_alphanumeric() && before.is_whitespace()
        };
        titled.push_str(&if begins { upper(&character.to_string()) } else { character.to_string() });
        before = character;
    }
    Ok(Value::text(titled, arguments.origin()))
}

fn reverse(arguments: &Arguments) -> Answer {
    Ok(Value::text(arguments.text(0)?.graphemes(true).rev().collect::<String>(), arguments.origin()))
}

fn indent(arguments: &Arguments) -> Answer {
    let (count, parts) = (arguments.count(0)?, arguments.parts(1)?);
    let lines: usize = parts.iter().map(|part| literal(part).matches('\n').count()).sum();
    limit_bytes(count.saturating_mul(lines + 1))?;
    let indented = format!("\n{}", " ".repeat(count));
    let parts = parts.into_iter().map(|part| match part {
        Part::Literal(text) => Ok(Part::Literal(text.replace('\n', &indented))),
        // What is set at deployment is a name, an ARN or the like, and has one line.
        Part::Value(value) if matches!(value.data, Data::Opaque(_)) => Ok(Part::Value(value)),
        _ => Err(Trouble::Unknown),
    });
    Ok(text(parts.collect::<Result<Vec<_>, _>>()?, arguments.origin()))
}

/// The characters of a part that is known.
fn literal(part: &Part) -> &str {
    match part {
        Part::Literal(literal) => literal,
        Part::Value(_) | Part::Json(_) => "",
    }
}

fn join(arguments: &Arguments) -> Answer {
    let lists = arguments.rest(1).iter().map(|list| lone(list, arguments)).collect::<Result<Vec<_>, _>>()?.concat();
    let is_unknown = lists.iter().any(|list| list.as_list().is_none());
    if is_unknown && lists.iter().any(holds_text) && !arguments.values.iter().any(|value| value.waiting().is_some()) {
        let domain = Domain { never_null: true, never_empty: true, ..Domain::default() };
        return Ok(open(describe("join", &arguments.values), domain, arguments.world(), arguments.origin()));
    }
    let separator = arguments.parts(0)?;
    let mut joined = Vec::new();
    let (mut first, mut bytes) = (true, 0_usize);
    for list in &lists {
        for item in list.as_list().ok_or_else(|| not_a("list", list))? {
            if item.is_null() {
                return Err("the list holds null".into());
            }
            if !std::mem::take(&mut first) {
                joined.extend(separator.iter().cloned());
            }
            bytes += weight(item) + weight(arguments.value(0));
            limit_bytes(bytes)?;
            joined.extend(parts(item.clone()));
        }
    }
    Ok(text(joined, arguments.origin()))
}

/// The lists whose elements a list has. One that is made of all elements of another collection is what it holds if it has at
/// most one: without anything between them `join` takes the only one, if there is one, and nobody means several names that
/// run into each other.
fn lone(list: &Value, arguments: &Arguments) -> Result<Vec<Value>, Trouble> {
    if let Some((Junction::List, parts)) = list.parts() {
        let parts = parts.iter().map(|part| lone(part, arguments)).collect::<Result<Vec<_>, _>>()?;
        return Ok(parts.concat());
    }
    let is_alone = arguments.value(0).as_str() == Some("") && list.each().is_some();
    let Some(input) = asked(list).filter(|_| is_alone) else { return Ok(vec![list.clone()]) };
    let is = |ask| truth(&Value::answer(Question::new(input.itself(), ask), arguments.world(), arguments.origin()));
    if is(Ask::Empty)? {
        return Ok(Vec::new());
    }
    if is(Ask::LongerThan(1))? {
        return Ok(vec![list.clone()]);
    }
    let only = arguments.call.host.first(list, arguments.call);
    Ok(vec![Value::list(ListKind::List, vec![only], arguments.origin())])
}

/// Whether a list has an element that is no empty text.
fn holds_text(list: &Value) -> bool {
    let is_set = |item: &Value| match &item.data {
        Data::Text(text) => text.is_certainly_set(),
        item => matches!(item, Data::Opaque(_) | Data::Bool(_) | Data::Number(_)),
    };
    let is_of_set = |(_, each): &(Value, Value)| holds_something(list) && is_set(each);
    match (list.as_list(), list.parts()) {
        (Some(items), _) => items.iter().any(is_set),
        (None, Some((_, parts))) => parts.iter().any(holds_text),
        (None, None) => list.each().is_some_and(is_of_set),
    }
}

fn split(arguments: &Arguments) -> Answer {
    let separator = arguments.text(0)?;
    let mut pieces: Vec<Vec<Part>> = vec![Vec::new()];
    for part in arguments.parts(1)? {
        match &part {
            Part::Literal(literal) if separator.is_empty() => {
                pieces = literal.graphemes(true).map(|one| vec![Part::Literal(one.to_owned())]).collect();
            }
            Part::Literal(literal) => {
                for (index, piece) in literal.split(separator).enumerate() {
                    if index > 0 {
                        pieces.push(Vec::new());
                    }
                    pieces.last_mut().ok_or(Trouble::Unknown)?.push(Part::Literal(piece.to_owned()));
                }
            }
            Part::Value(value) if !texts::may_hold(value, separator) => {
                pieces.last_mut().ok_or(Trouble::Unknown)?.push(part);
            }
            _ => return Err(Trouble::Unknown),
        }
    }
    let pieces = pieces.into_iter().map(|piece| text(piece, arguments.origin())).collect();
    Ok(Value::list(ListKind::List, pieces, arguments.origin()))
}

fn replace(arguments: &Arguments) -> Answer {
    if let Some(name) = texts::bucket_of_arn(&arguments.parts(0)?, &arguments.parts(1)?) {
        return Ok(text(arguments.parts(2)?.into_iter().chain(name), arguments.origin()));
    }
    let (wanted, new) = (arguments.text(1)?, arguments.parts(2)?);
    if let Some(pattern) = wanted.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        let replaced = super::regexes::replace(arguments.text(0)?, pattern, arguments.text(2)?)?;
        return Ok(Value::text(replaced, arguments.origin()));
    }
    let old = arguments.parts(0)?;
    if let [Part::Value(_)] = old.as_slice() {
        return Err(Trouble::Unknown);
    }
    if !texts::stays_within_literals(&old, wanted) {
        return Err(Trouble::Unknown);
    }
    let matches: usize = old.iter().map(|part| literal(part).matches(wanted).count()).sum();
    limit_bytes(matches.saturating_mul(weight(arguments.value(2))))?;
    let mut replaced = Vec::new();
    for part in old {
        match part {
            Part::Literal(literal) if wanted.is_empty() => {
                for character in literal.chars() {
                    replaced.extend(new.iter().cloned());
                    replaced.push(Part::Literal(character.to_string()));
                }
                replaced.extend(new.iter().cloned());
            }
            Part::Literal(literal) => {
                for (index, piece) in literal.split(wanted).enumerate() {
                    if index > 0 {
                        replaced.extend(new.iter().cloned());
                    }
                    replaced.push(Part::Literal(piece.to_owned()));
                }
            }
            Part::Value(value) if !texts::may_hold(&value, wanted) => replaced.push(Part::Value(value)),
            Part::Value(value) => {
                let name = format!(
                    "replace({}, {}, {})",
                    value.describe(),
                    arguments.value(1).describe(),
                    arguments.value(2).describe()
                );
                replaced.push(as_part(texts::derived(name, &value, arguments)));
            }
            Part::Json(value) if !texts::json_may_hold(&value, wanted) => replaced.push(Part::Json(value)),
            Part::Json(_) => return Err(Trouble::Unknown),
        }
    }
    Ok(text(replaced, arguments.origin()))
}

fn begins(arguments: &Arguments, end: End) -> Answer {
    let (parts, wanted) = (arguments.parts(0)?, arguments.text(1)?);
    let begins = match end.of(&parts) {
        None => wanted.is_empty(),
        Some(Part::Literal(literal)) if end.cut(literal, wanted).is_some() => true,
        // The literal is all there is, or it differs from what is wanted already.
        Some(Part::Literal(literal)) if parts.len() == 1 || end.cut(wanted, literal).is_none() => false,
        Some(_) if wanted.is_empty() => true,
        Some(_) => return Err(Trouble::Unknown),
    };
    Ok(Value::bool(begins, arguments.origin()))
}

fn contains(arguments: &Arguments) -> Answer {
    let (parts, wanted) = (arguments.parts(0)?, arguments.text(1)?);
    let held = |part: &Part| matches!(part, Part::Literal(literal) if literal.contains(wanted));
    let all_known = parts.iter().all(|part| matches!(part, Part::Literal(_)));
    match wanted.is_empty() || parts.iter().any(held) {
        false if !all_known => Err(Trouble::Unknown),
        found => Ok(Value::bool(found, arguments.origin())),
    }
}

/// A prefix or suffix taken off, once.
fn cut(arguments: &Arguments, end: End) -> Answer {
    if end == End::Left
        && let Some(name) = texts::bucket_of_arn(&arguments.parts(0)?, &arguments.parts(1)?)
    {
        return Ok(text(name, arguments.origin()));
    }
    let (mut parts, wanted) = (arguments.parts(0)?, arguments.text(1)?);
    let rest = match end.of(&parts) {
        Some(Part::Literal(literal)) => match end.cut(literal, wanted) {
            Some(rest) => Some(rest.to_owned()),
            None if parts.len() == 1 || end.cut(wanted, literal).is_none() => None,
            None => return Err(Trouble::Unknown),
        },
        Some(_) if !wanted.is_empty() => return Err(Trouble::Unknown),
        _ => None,
    };
    if let (Some(rest), Some(part)) = (rest, end.of_mut(&mut parts)) {
        *part = Part::Literal(rest);
    }
    Ok(text(parts, arguments.origin()))
}

fn trim(arguments: &Arguments) -> Answer {
    let cutset: Vec<char> = arguments.text(1)?.chars().collect();
    trimmed(arguments, &cutset, &[End::Left, End::Right])
}

fn trim_space(arguments: &Arguments) -> Answer {
    trimmed(arguments, &|character: char| character.is_whitespace(), &[End::Left, End::Right])
}

/// Characters taken off at some ends; unknown when they would run into a part that is not known.
fn trimmed(arguments: &Arguments, cutset: &impl texts::Cutset, ends: &[End]) -> Answer {
    let mut parts = arguments.parts(0)?;
    for end in ends {
        let alone = parts.len() == 1;
        match end.of_mut(&mut parts) {
            Some(Part::Literal(literal)) => {
                let rest = end.trim(literal, cutset).to_owned();
                if rest.is_empty() && !alone {
                    return Err(Trouble::Unknown);
                }
                *literal = rest;
            }
            // What is written as JSON begins and ends with a bracket.
            Some(Part::Json(Value { data: Data::Map(..) | Data::List(..), .. }))
                if !"{}[]".contains(|bracket| cutset.holds(bracket)) => {}
            Some(_) => return Err(Trouble::Unknown),
            None => {}
        }
    }
    Ok(text(parts, arguments.origin()))
}

/// Whether a text of which an input is a part is certainly neither null nor empty.
fn is_set(text: &Value) -> bool {
    match &text.data {
        Data::Text(text) => text.is_certainly_set() && text.values().any(|part| matches!(part.data, Data::Open(_))),
        Data::Open(input) => input.domain.never_null && input.domain.never_empty,
        _ => false,
    }
}

/// Counted in grapheme clusters; a negative length is "to the end", and so is none from an offset that is counted from there.
fn substring(arguments: &Arguments) -> Answer {
    let (offset, length) = (arguments.whole(1)?, arguments.whole(2)?);
    let end = usize::try_from(offset.saturating_add(length)).unwrap_or(usize::MAX);
    let is_longer = |literal: &str| offset >= 0 && length >= 0 && literal.graphemes(true).count() > end;
    let known = match arguments.parts(0)?.as_slice() {
        [] => String::new(),
        [Part::Literal(literal)] => literal.clone(),
        // The beginning is told by a literal that is longer: the cluster at its end may go on in what follows.
        [Part::Literal(literal), ..] if is_longer(literal) => literal.clone(),
        // The beginning of what is not empty is not empty.
        _ if offset == 0 && length > 0 && is_set(arguments.value(0)) => {
            let domain = Domain { never_null: true, never_empty: true, ..Domain::default() };
            return Ok(open(describe("substr", &arguments.values), domain, arguments.world(), arguments.origin()));
        }
        _ => return Err(Trouble::Unknown),
    };
    let clusters: Vec<&str> = known.graphemes(true).collect();
    let count = i64::try_from(clusters.len()).unwrap_or(i64::MAX);
    let start = if offset < 0 { (count + offset).max(0) } else { offset.min(count) };
    let is_rest = length < 0 || offset < 0 && length == 0;
    let end = if is_rest { count } else { start.saturating_add(length).min(count) };
    let range = usize::try_from(start).unwrap_or_default()..usize::try_from(end).unwrap_or_default();
    Ok(Value::text(clusters.get(range).unwrap_or_default().concat(), arguments.origin()))
}
