//! Names in a pool: a block over a collection that is not known (`for_each = var.buckets`, `count = length(var.names)`). One
//! resource stands for all that it makes, and its name is made of what stands for all elements, `var.buckets[*]`. That of the
//! instance `["logs"]` is made of the element `logs`, `var.buckets.logs`. Knows the canonical texts of values, and no resources.

use super::alike;
use crate::value::{Input, Literal, Value, step};

/// What leads to any element of a list by the number of the instance.
const ANY_COUNTED: &str = "[count.index of ";

/// What the number of any instance is called.
const ANY_NUMBER: &str = "count.index of ";

/// Whether an input is the number of any instance of a block of which it is not known how many it makes.
#[must_use]
pub fn is_any_number(input: &Input) -> bool {
    input.domain.keys.is_number() && input.name.starts_with(ANY_NUMBER)
}

/// Whether the name of something is made of what differs from instance to instance of such a block.
#[must_use]
pub fn is_of_instance(name: &str) -> bool {
    name.contains("[*]") || name.contains(ANY_NUMBER)
}

/// The canonical text of the name that an instance has under an index (`["logs"]`, `[0]`), where `any` is the name of what
/// stands for all instances; `None` where that has no part that differs from instance to instance.
pub fn name_under(any: &Value, index: &str) -> Option<String> {
    let step = step_of(index)?;
    let any = any.describe();
    let mut name = String::new();
    let mut rest = any.as_str();
    while let Some((before, after)) = cut(rest) {
        name.push_str(before);
        name.push_str(&step);
        rest = after;
    }
    (!name.is_empty()).then(|| name + rest)
}

/// The index of the instance that has `name`, where `any` is the name of what stands for all instances.
pub fn index_of(any: &Value, name: &Value) -> Option<String> {
    let (any_text, text) = (any.describe(), name.describe());
    let (before, after) = cut(&any_text)?;
    let behind = text.strip_prefix(before)?;
    let ends = behind.char_indices().map(|(at, _)| at).chain([behind.len()]);
    let steps =
        ends.filter_map(|end| behind.split_at_checked(end)).filter(|(_, rest)| *rest == after || cut(after).is_some());
    let is_counted = any_text.contains(ANY_COUNTED);
    let mut indices = steps.filter_map(|(step, _)| index_from(step, is_counted));
    indices.find(|index| name_under(any, index).as_ref() == Some(&text))
}

/// The indices of instances that may have a name which tells one: what stands in it in the place of the unknown part of `any`,
/// the name of what stands for all instances, or, where instances are counted, a number in that, or the one before.
pub fn indices_in(any: &Value, name: &Value) -> Vec<String> {
    let told = || alike::same_where(any, name).map(|(_, text)| text);
    if any.describe().contains(ANY_NUMBER) {
        let text = name.as_str().map(str::to_owned).or_else(told).unwrap_or_default();
        let numbers = text.split(|character: char| !character.is_ascii_digit()).filter_map(|n| n.parse::<u64>().ok());
        let candidates = numbers.flat_map(|number| [Some(number), number.checked_sub(1)]);
        return candidates.flatten().map(|number| format!("[{number}]")).collect();
    }
    let is_plain = |key: &String| !key.is_empty() && !key.contains(['"', '\\', '$', '*']);
    told().filter(is_plain).map(|key| format!("[\"{key}\"]")).into_iter().collect()
}

/// Whether a text is made of an element of the collection that `any`, the name of what stands for all instances, is made of.
pub fn is_made_of_element(any: &Value, text: &str) -> bool {
    let any = any.describe();
    let Some((before, _)) = cut(&any) else { return false };
    let is_path = |character: char| character.is_alphanumeric() || "_-.".contains(character);
    let collection = before.trim_start_matches(|first: char| !first.is_alphabetic());
    let collection = collection.rsplit(|character| !is_path(character)).next().unwrap_or_default();
    let follows =
        |(at, _): (usize, &str)| text.get(at + collection.len()..).is_some_and(|rest| rest.starts_with(['.', '[']));
    !collection.is_empty() && text.match_indices(collection).any(follows)
}

/// The index that a step goes to: `["logs"]` for `.logs`, `[0]` for `[0]`, and for `[var.key]` the one that is told by it.
fn index_from(step: &str, is_counted: bool) -> Option<String> {
    if let Some(name) = step.strip_prefix('.') {
        return (!name.is_empty() && !name.contains(['.', '[', ']', '"'])).then(|| format!("[\"{name}\"]"));
    }
    let inner = step.strip_prefix('[')?.strip_suffix(']')?;
    let is_number = !inner.is_empty() && inner.bytes().all(|digit| digit.is_ascii_digit());
    match inner {
        "" | "*" => None,
        _ if is_number || inner.starts_with('"') => Some(step.to_owned()),
        _ if is_counted => Some(format!("[${{{inner}}}]")),
        _ => Some(format!("[\"${{{inner}}}\"]")),
    }
}

/// The step in a canonical text that an index of an address stands for.
fn step_of(index: &str) -> Option<String> {
    let inner = index.strip_prefix('[')?.strip_suffix(']')?;
    let unquoted = inner.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
    let unknown = |text: &str| text.strip_prefix("${").and_then(|text| text.strip_suffix('}')).map(str::to_owned);
    match unquoted {
        _ if inner == "*" || inner == "\"*\"" => None,
        Some(key) => Some(unknown(key).map_or_else(|| step(&Literal::Text(key.to_owned())), |key| format!("[{key}]"))),
        None => Some(unknown(inner).map_or_else(|| index.to_owned(), |index| format!("[{index}]"))),
    }
}

/// What stands before and behind the first part of a text that differs from instance to instance.
fn cut(text: &str) -> Option<(&str, &str)> {
    let star = text.find("[*]").map(|at| (at, at + "[*]".len()));
    let counted = text.find(ANY_COUNTED).and_then(|at| Some((at, at + closing(text.get(at..)?)?)));
    let keyed = text.find("[keys(").and_then(|at| Some((at, at + closing(text.get(at..)?)?)));
    let keyed = keyed.filter(|(at, end)| text.get(*at..*end).is_some_and(|step| step.ends_with("[*]]")));
    let (at, end) = [star, counted, keyed].into_iter().flatten().min()?;
    Some((text.get(..at)?, text.get(end..)?))
}

/// The end of the bracket that a text begins with.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(at + character.len_utf8());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Input, Origin};

    fn open(name: &str) -> Value {
        Value::open(Input::derived(name, Origin::default()), Origin::default())
    }

    #[test]
    fn the_name_of_an_instance_is_made_of_its_element_and_leads_back_to_it() {
        let table = [
            ("var.b[*]", r#"["logs"]"#, "var.b.logs"),
            ("var.b[*].name", r#"["a b"]"#, r#"var.b["a b"].name"#),
            ("lower(var.b[*])", r#"["logs"]"#, "lower(var.b.logs)"),
            ("join(var.b[*].x, var.b[*].y)", r#"["logs"]"#, "join(var.b.logs.x, var.b.logs.y)"),
            ("var.n[count.index of length(var.n)]", "[0]", "var.n[0]"),
            ("var.n[count.index of length(var.n)]", "[${var.at}]", "var.n[var.at]"),
            ("var.n[keys(var.b)[*]]", r#"["logs"]"#, "var.n.logs"),
            ("var.b[*]", r#"["${var.key}"]"#, "var.b[var.key]"),
        ];
        for (any, index, name) in table {
            assert_eq!(name_under(&open(any), index).as_deref(), Some(name), "{any} under {index}");
            assert_eq!(index_of(&open(any), &open(name)).as_deref(), Some(index), "{any} and {name}");
        }
    }

    #[test]
    fn a_function_of_an_element_may_be_a_name() {
        for (any, text, expected) in [
            ("x-${var.b[*].name}", "split(\"-\", var.b.logs.name)[1]", true),
            ("var.n[count.index of length(var.n)]", "lower(var.n[0])", true),
            ("var.b[*]", "lower(var.c.logs)", false),
            ("var.b[*]", "lower(var.bc)", false),
            ("var.b", "lower(var.b.logs)", false),
        ] {
            assert_eq!(is_made_of_element(&open(any), text), expected, "{any} and {text}");
        }
    }

    #[test]
    fn other_names_lead_nowhere() {
        let table = [
            ("var.b[*]", "var.c.logs"),
            ("var.b[*]", "var.b"),
            ("var.b[*].name", "var.b.logs"),
            ("var.b", "var.b.logs"),
        ];
        for (any, name) in table {
            assert_eq!(index_of(&open(any), &open(name)), None, "{any} and {name}");
        }
        assert_eq!(name_under(&open("var.b"), "[0]"), None);
        assert_eq!(name_under(&open("var.b[*]"), "[\"*\"]"), None);
    }
}
