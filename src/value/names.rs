//! The names in the canonical text of an expression.

use std::collections::BTreeSet;

use super::Literal;

/// What the name of a part of something ends with: `.env` or `["a b"]` under a text, `[0]` under a number. Terraform takes
/// `var.tags["env"]` and `var.tags.env` for the same, so they have one name.
#[must_use]
pub fn step(key: &Literal) -> String {
    match key {
        Literal::Text(name) if is_identifier(name) => format!(".{name}"),
        _ => format!("[{key}]"),
    }
}

fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|next| next.is_alphanumeric() || matches!(next, '_' | '-'))
}

/// Whether something of this name is a part of what is called `whole`, or all of it.
#[must_use]
pub fn is_part(name: &str, whole: &str) -> bool {
    name.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether something of this name is a certain part of what is called `whole`: what is made of all its elements
/// (`var.l.*.name`) is there although it is null.
#[must_use]
pub fn is_inside(name: &str, whole: &str) -> bool {
    let rest = name.strip_prefix(whole).unwrap_or_default();
    rest.starts_with(['.', '[']) && !rest.contains('*')
}

/// The position in the list called `whole` of the element that something of this name is, or is a part of.
#[must_use]
pub fn index_in(name: &str, whole: &str) -> Option<usize> {
    let (index, _) = name.strip_prefix(whole)?.strip_prefix('[')?.split_once(']')?;
    index.parse().ok()
}

/// The elements that something of this name may be, or be a part of, each with its collection: `var.m.a` of `var.m`, and
/// `var.m.a.kms` of `var.m.a`, for `var.m.a.kms`.
#[must_use]
pub fn elements_in(name: &str) -> Vec<(&str, &str)> {
    let mut depth = 0_i32;
    let mut steps: Vec<usize> = Vec::new();
    for (at, character) in name.char_indices() {
        steps.extend((depth == 0 && matches!(character, '.' | '[')).then_some(at));
        depth += match character {
            '[' | '(' => 1,
            ']' | ')' => -1,
            _ => 0,
        };
    }
    // What stands before the first step is a variable.
    let ends = steps.iter().skip(2).copied().chain([name.len()]);
    let element = |(from, to): (&usize, usize)| Some((name.get(..to)?, name.get(..*from)?));
    let elements = steps.iter().skip(1).zip(ends).filter_map(element);
    // `var.l.*.name` is a list of something of all elements.
    let is_list = |element: &str| element.ends_with(['.', '*']) || element.contains(".*.");
    let is_one = |(element, whole): &(&str, &str)| {
        !is_list(element) && (!element.ends_with("[*]") || element.len() > whole.len() + 3)
    };
    elements.filter(is_one).collect()
}

/// The expression that an input of this name says to be evaluated without an error: `var.m.a` of `can(var.m.a)`.
#[must_use]
pub fn attempted(name: &str) -> Option<&str> {
    name.strip_prefix("can(")?.strip_suffix(')')
}

/// The canonical text of an expression with another name for something in it: `length(var.b)` for `length(var.a)`.
#[must_use]
pub fn renamed(text: &str, from: &str, to: &str) -> String {
    let is_in_name = |character: char| character.is_alphanumeric() || "_.-]:".contains(character);
    let mut renamed = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let (before, behind) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let behind = behind.strip_prefix(from).unwrap_or_default();
        let is_whole =
            !before.ends_with(is_in_name) && !behind.starts_with(|next| is_in_name(next) && !matches!(next, '.' | ']'));
        renamed += before;
        renamed += if is_whole { to } else { from };
        rest = behind;
    }
    renamed + rest
}

/// Whether something of this name, or a part of it, is in the canonical text of an expression.
#[must_use]
pub fn mentions(text: &str, name: &str) -> bool {
    renamed(text, name, "") != text
}

/// The names in the canonical text of an expression, without those of functions: `lower(var.n)` has `var.n`. A word in
/// quotes counts too, since `"logs-${var.n}"` has names there.
#[must_use]
pub fn names_in(text: &str) -> BTreeSet<&str> {
    let is_name = |character: char| character.is_alphanumeric() || "_.-[]:".contains(character);
    let mut names = BTreeSet::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_name) {
        let from = rest.get(start..).unwrap_or_default();
        let end = from.find(|character| !is_name(character)).unwrap_or(from.len());
        let (whole, behind) = from.split_at_checked(end).unwrap_or((from, ""));
        let name = without_open_brackets(whole);
        let starts_as_a_name = name.starts_with(|first: char| first.is_alphabetic() || first == '_');
        // In `var.m[lower(var.k)]` it is what stands in the brackets that is called.
        let is_called = behind.starts_with('(') && whole.trim_start_matches(['[', ']']) == name;
        if starts_as_a_name && !is_called {
            names.insert(name);
        }
        rest = behind;
    }
    names
}

/// The names in the canonical text of an expression, with those that tell which element is meant: `var.m[var.k].on` has
/// itself and `var.k`.
#[must_use]
pub fn all_names_in(text: &str) -> BTreeSet<&str> {
    let mut names = names_in(text);
    names.extend(bracketed(text).into_iter().flat_map(all_names_in));
    names
}

/// What stands in the outermost brackets.
fn bracketed(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut open = Vec::new();
    for (at, character) in text.char_indices() {
        match character {
            '[' => open.push(at + 1),
            ']' => {
                let start = open.pop().filter(|_| open.is_empty());
                found.extend(start.and_then(|start| text.get(start..at)));
            }
            _ => {}
        }
    }
    found
}

/// A name without the brackets around it that are not closed in it: `var.l` of `[var.l]` and of `var.l[*]`.
fn without_open_brackets(name: &str) -> &str {
    let name = name.trim_start_matches(['[', ']']);
    let mut open = Vec::new();
    for (at, character) in name.char_indices() {
        match character {
            '[' => open.push(at),
            ']' if open.pop().is_none() => return name.get(..at).unwrap_or(name),
            _ => {}
        }
    }
    open.first().and_then(|at| name.get(..*at)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::{all_names_in, elements_in, names_in, renamed};

    #[test]
    fn only_whole_names_are_renamed() {
        for (text, expected) in [
            ("length(var.a) == var.a[0].on", "length(var.b) == var.b[0].on"),
            ("var.ab, module.var.a, var.a_c, x[var.a]", "var.ab, module.var.a, var.a_c, x[var.b]"),
        ] {
            assert_eq!(renamed(text, "var.a", "var.b"), expected, "{text}");
        }
    }

    #[test]
    fn elements_are_told_from_the_variable() {
        for (name, expected) in [
            ("var.m", &[][..]),
            ("var.m.a", &[("var.m.a", "var.m")]),
            ("var.l[0].kms", &[("var.l[0]", "var.l"), ("var.l[0].kms", "var.l[0]")]),
            ("var.l[*].kms", &[("var.l[*].kms", "var.l[*]")]),
            ("var.l.*.kms", &[]),
            ("var.l.", &[]),
            ("var.l[count.index of length(var.l)]", &[("var.l[count.index of length(var.l)]", "var.l")]),
        ] {
            assert_eq!(elements_in(name), expected, "{name}");
        }
    }

    #[test]
    fn names_are_told_from_functions_and_numbers() {
        for (text, expected) in [
            ("lower(var.n)", &["var.n"][..]),
            ("Select(0, Split(\"-\", AWS::Region))", &["AWS::Region"]),
            ("\"logs-${var.c.name}\"", &["logs-", "var.c.name"]),
            ("var.names[0] + 12", &["var.names[0]"]),
            ("flatten([var.a, var.b[0]])[0] == var.l[*]", &["var.a", "var.b[0]", "var.l"]),
            ("var.m[lower(var.k)].on", &["var.k", "var.m"]),
            ("", &[]),
        ] {
            assert_eq!(names_in(text).into_iter().collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn what_tells_which_element_is_meant_has_names_too() {
        for (text, expected) in [
            ("var.m[var.l[*].k].on", &["var.l", "var.m"][..]),
            ("var.m[var.n[var.k]]", &["var.k", "var.m[var.n[var.k]]", "var.n[var.k]"]),
            ("var.l[0] == [var.a]", &["var.a", "var.l[0]"]),
        ] {
            assert_eq!(all_names_in(text).into_iter().collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
