//! Addresses of instances where it is not known which there are: `x["*"]`, `x[*]` and CloudFormation's `X*` stand for all of
//! them, and a key that is not known is told by what it is made of, `x["${var.key}"]`. Knows their grammar and nothing of
//! what they name.

use crate::source::Wildcard;
use crate::value::{Literal, Number};

/// Whether two addresses of instances of one block may be the same instance, although they differ: one of them stands for
/// all, or has a key that is not known.
#[must_use]
pub fn may_be_same(one: &str, other: &str) -> bool {
    let is_open = |index: &str| is_any(index) || index.contains("${");
    same_blocks(one, other, |one, other| one == other || is_open(one) || is_open(other)) || may_meet(one, other)
}

/// Whether one address stands for all instances of a block, or of several, and the other is one of them.
#[must_use]
pub fn stands_for(any: &str, address: &str) -> bool {
    any != address && (same_blocks(any, address, |any, index| any == index || is_any(any)) || is_repeated(any, address))
}

/// Whether an address stands for instances of which it is not known which there are.
#[must_use]
pub fn stands_for_all(address: &str) -> bool {
    indices(address).iter().any(|(_, index)| is_any(index))
}

/// Whether an address is that of one resource: it neither stands for several, nor has a key that is not known.
pub fn is_of_one(address: &str) -> bool {
    !address.contains('*') && !address.contains("${")
}

/// The index in `address`, an instance of what `any` stands for, that `any` has none for, if there is one such index.
pub fn index_under(any: &str, address: &str) -> Option<String> {
    if let (true, Some((before, behind))) = (is_repeated(any, address), any.split_once('*')) {
        let item = address.strip_prefix(before)?.strip_suffix(behind)?;
        return (!behind.contains('*')).then(|| format!("[\"{item}\"]"));
    }
    let (any, address) = (indices(any), indices(address));
    let mut told = any.iter().zip(&address).filter(|(any, _)| is_any(any.1)).map(|(_, own)| own.1);
    told.next().filter(|_| told.next().is_none()).map(str::to_owned)
}

/// The address of the instance under an index of what `any` stands for, if one index tells it.
pub fn under(any: &str, index: &str) -> Option<String> {
    // Where an item is told by its collection, `B${Names[*]}`, that has the index.
    if is_repeated_id(any)
        && !any.contains("${")
        && let Some((before, behind)) = any.split_once('*').filter(|(_, behind)| !behind.contains('*'))
    {
        let item = index.strip_prefix("[\"")?.strip_suffix("\"]")?;
        return Some(format!("{before}{item}{behind}"));
    }
    let parts = indices(any);
    let is_one = parts.iter().filter(|(_, own)| is_any(own)).count() == 1;
    // A loop over the instances that `count` makes has their numbers as keys, which are texts.
    let number =
        index.strip_prefix('[').and_then(|index| index.strip_suffix(']')).filter(|_| !index.starts_with("[\""));
    let index_of = |own: &str| match number {
        Some(number) if own.starts_with("[\"") => format!("[\"{number}\"]"),
        _ => index.to_owned(),
    };
    let told = parts
        .iter()
        .flat_map(|(name, own)| [(*name).to_owned(), if is_any(own) { index_of(own) } else { (*own).to_owned() }]);
    is_one.then(|| told.collect())
}

/// The key or number in `address` that stands behind `stem`, the address of a block with instances; `None` where it stands
/// for all, or is not known.
#[must_use]
pub fn index_behind(address: &str, stem: &str) -> Option<Literal> {
    let behind = address.strip_prefix(stem)?;
    let (index, _) = behind.split_at_checked(closing(behind))?;
    if is_any(index) || index.contains("${") {
        return None;
    }
    let inner = index.strip_prefix('[')?.strip_suffix(']')?;
    match inner.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
        Some(key) => Some(Literal::Text(key.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\"))),
        None => Number::parse(inner).ok().map(Literal::Number),
    }
}

/// Whether a logical id is one of those that a loop over an unknown collection declares: `BucketLogs` of `Bucket*`, or
/// `Bucket${Pick}`.
fn is_repeated(any: &str, id: &str) -> bool {
    let (any, id) = (without_items(any, "?"), without_items(id, "?"));
    any.contains('*') && is_id(&any) && is_id(&id) && levels(&any) == levels(&id) && Wildcard::new(&any).matches(&id)
}

/// Whether two logical ids may be one, of which one is made of something that is not known.
fn may_meet(one: &str, other: &str) -> bool {
    let (one, other) = (without_items(one, "*"), without_items(other, "*"));
    let is_open = one.contains('*') || other.contains('*');
    if !is_open || !is_id(&one) || !is_id(&other) || levels(&one) != levels(&other) {
        return false;
    }
    match (one.split_once('*'), other.split_once('*')) {
        (Some((start, _)), Some((begin, _))) => {
            let ends = (one.rsplit('*').next().unwrap_or_default(), other.rsplit('*').next().unwrap_or_default());
            (start.starts_with(begin) || begin.starts_with(start))
                && (ends.0.ends_with(ends.1) || ends.1.ends_with(ends.0))
        }
        (Some(_), None) => Wildcard::new(&one).matches(&other),
        _ => Wildcard::new(&other).matches(&one),
    }
}

/// Whether an address is a logical id that is made of the items of loops over unknown collections: what stands for all that
/// such a loop declares, which may be nothing, or an instance.
pub fn is_repeated_id(address: &str) -> bool {
    let address = without_items(address, "*");
    address.contains('*') && is_id(&address)
}

fn is_id(address: &str) -> bool {
    !address.contains(['[', '"'])
}

/// How many stacks lead to a logical id, itself included.
fn levels(address: &str) -> usize {
    address.split('.').count()
}

/// A logical id with something else in place of what is not known of it, `${Pick}`; in another address, indices are kept.
fn without_items(address: &str, written: &str) -> String {
    let (mut done, mut rest) = (String::new(), address);
    while let Some((before, behind)) = rest.split_once("${").filter(|(before, _)| is_id(before)) {
        let mut depth = 1_usize;
        let end = behind.char_indices().find(|(_, character)| {
            depth = match character {
                '{' => depth + 1,
                '}' => depth - 1,
                _ => depth,
            };
            depth == 0
        });
        done.extend([before, written]);
        rest = end.and_then(|(at, _)| behind.get(at + 1..)).unwrap_or_default();
    }
    done + rest
}

/// Whether an index stands for all.
fn is_any(index: &str) -> bool {
    index == "[\"*\"]" || index == "[*]"
}

/// Whether two addresses differ in nothing but indices, each pair of which `fits`.
fn same_blocks(one: &str, other: &str, fits: impl Fn(&str, &str) -> bool) -> bool {
    let (one, other) = (indices(one), indices(other));
    one.len() == other.len() && one.iter().zip(&other).all(|(one, other)| one.0 == other.0 && fits(one.1, other.1))
}

/// The names of an address, each with the index behind it: `module.m`, `["a"]`, then `.aws_s3_bucket.logs`.
fn indices(address: &str) -> Vec<(&str, &str)> {
    let mut parts = Vec::new();
    let mut rest = address;
    while let Some((name, behind)) = rest.find('[').and_then(|open| rest.split_at_checked(open)) {
        let (index, after) = behind.split_at_checked(closing(behind)).unwrap_or((behind, ""));
        parts.push((name, index));
        rest = after;
    }
    parts.push((rest, ""));
    parts
}

/// The end of the index that `text` begins with. A key may hold brackets, and quotes behind a backslash.
fn closing(text: &str) -> usize {
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '[' if !is_quoted => depth += 1,
            ']' if !is_quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + character.len_utf8();
        }
    }
    text.len()
}

/// An address without any index: that of the blocks that lead to what it names.
#[must_use]
pub fn without_indices(address: &str) -> String {
    indices(address).into_iter().map(|(name, _)| name).collect()
}

/// The address of a block that has several instances, of which `address` is one.
pub fn block(address: &str) -> Option<&str> {
    match indices(address).as_slice() {
        [.., (_, index), (_, "")] if !index.is_empty() => address.strip_suffix(index),
        _ => None,
    }
}

/// The addresses of the blocks of modules that have several instances and lead to what has `address`.
pub fn module_blocks(address: &str) -> Vec<String> {
    let (mut before, mut blocks) = (String::new(), Vec::new());
    for (name, index) in indices(address) {
        before.push_str(name);
        if !index.is_empty() && name.trim_start_matches('.').starts_with("module.") {
            blocks.push(before.clone());
        }
        before.push_str(index);
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logical_id_is_told_by_its_item() {
        let table = [
            ("B*", "Bmain", true, true, Some(r#"["main"]"#)),
            ("B*x", "B${Names[*]}x", true, true, Some(r#"["${Names[*]}"]"#)),
            ("B*", "B${S.Names[*]}", true, true, Some(r#"["${S.Names[*]}"]"#)),
            ("B${Names[*]}", r#"B${Names["main"]}"#, true, true, Some(r#"["main"]"#)),
            ("B${Pick}", "Bmain", false, true, None),
            ("B${Pick}", "Cmain", false, false, None),
            ("B${Pick}x", "Bx*", false, true, None),
            ("S.B*", "Bmain", false, false, None),
        ];
        for (one, other, stands, may_be, index) in table {
            assert_eq!((stands_for(one, other), may_be_same(one, other)), (stands, may_be), "{one} and {other}");
            assert_eq!(may_be_same(other, one), may_be, "{other} and {one}");
            let under = index.and_then(|index| under(one, index));
            assert_eq!(index_under(one, other).as_deref(), index, "{one} and {other}");
            assert_eq!(under.as_deref(), index.map(|_| other));
        }
    }

    #[test]
    fn an_instance_is_told_from_others_wherever_its_index_stands() {
        let table = [
            (r#"x["*"]"#, r#"x["a"]"#, true, true),
            ("x[*]", "x[1]", true, true),
            (r#"module.m["*"].x.y"#, r#"module.m["a"].x.y"#, true, true),
            (r#"x["a"]"#, r#"x["b"]"#, false, false),
            (r#"x["${var.k["a"]}"]"#, r#"x["b"]"#, false, true),
            (r#"x["*"]"#, r#"y["a"]"#, false, false),
            (r#"module.m["a"].x["*"]"#, r#"module.m["b"].x["c"]"#, false, false),
            (r#"x["a\"]["]"#, r#"x["*"]"#, false, true),
        ];
        for (one, other, stands, may_be) in table {
            assert_eq!((stands_for(one, other), may_be_same(one, other)), (stands, may_be), "{one} and {other}");
        }
        let (any, one) = (r#"module.m["*"].x.y[0]"#, r#"module.m["a"].x.y[0]"#);
        assert_eq!(
            (index_under(any, one).as_deref(), under(any, r#"["a"]"#).as_deref()),
            (Some(r#"["a"]"#), Some(one))
        );
        assert_eq!(under(r#"module.m["*"].x["*"]"#, "[0]"), None);
        assert_eq!(block(r#"module.m["a"].x["b]"]"#), Some(r#"module.m["a"].x"#));
        assert_eq!(block(r#"module.m["a"].x"#), None);
    }
}
