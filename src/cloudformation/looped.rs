//! The names of what a loop over a collection that is not known declares. Each holds a mark for every item that it is made
//! of (`Bucket*item 0*`), so that what two loops declare is told apart, and another item, or a known one, in the place of
//! the mark gives the name of one instance. Reports print a star for the mark, or what the item is an element of where the
//! loops of two collections declare the same.

use std::collections::BTreeMap;

use crate::value::{Data, Input, Origin, Part, Parting, Text, Value};

use super::bindings::letters_of;
use super::text::joined;
use super::tree::Stack;

/// What the items of the loops around something are, by their tokens.
pub type Items = BTreeMap<String, Value>;

/// How a name fits that of what a loop declares.
pub enum Fit {
    /// It is the name of the instance for these items.
    Items(Items),
    /// It is none of its instances.
    Never,
    /// Nothing tells.
    Unclear,
}

/// Whether a loop over what is not known declares this name. What a resource of another language declares is called by that
/// one's address, which may have an index.
pub fn is_looped(id: &str) -> bool {
    id.contains('*') && !id.contains('[')
}

/// The name with a star in place of each item.
pub fn starred(id: &str) -> String {
    spelled(id, |_| "*".to_owned())
}

/// The tokens of the items that a name is made of.
pub fn tokens(id: &str) -> impl Iterator<Item = &str> {
    id.split('*').skip(1).step_by(2)
}

/// The name with something in place of each item.
pub fn spelled(id: &str, item: impl Fn(&str) -> String) -> String {
    if !is_looped(id) {
        return id.to_owned();
    }
    let pieces = id.split('*').enumerate();
    pieces.map(|(number, piece)| if number % 2 == 0 { piece.to_owned() } else { item(piece) }).collect()
}

impl Stack {
    /// The value of a name in which items stand.
    pub fn name_of(&self, id: &str, items: &Items) -> Value {
        let pieces = id.split('*').enumerate().map(|(number, piece)| {
            let item = items.get(piece).or_else(|| self.body.iterated.get(piece)).filter(|_| number % 2 == 1);
            item.map_or_else(|| Part::Literal(piece.to_owned()), |item| Part::Value(item.clone()))
        });
        let parts = pieces.map(|part| match &part {
            Part::Value(Value { data: Data::Text(text), .. }) => text.parts().to_vec(),
            _ => vec![part],
        });
        joined(parts.flatten(), Origin::default())
    }

    /// For which items what a loop declares under `id` has this name.
    pub fn fit(&self, id: &str, name: &Value) -> Fit {
        let parts = match &name.data {
            Data::Text(text) => text.parts().to_vec(),
            _ => vec![Part::Value(name.clone())],
        };
        let pieces: Vec<&str> = id.split('*').collect();
        match pieces.as_slice() {
            [before, token, behind] => one_item(before, token, behind, parts),
            _ => self.several_items(id, &pieces, &parts),
        }
        .with_letters(self)
    }

    fn several_items(&self, id: &str, pieces: &[&str], parts: &[Part]) -> Fit {
        if let [Part::Literal(literal)] = parts {
            let Data::Text(pattern) = self.name_of(id, &Items::new()).data else { return Fit::Unclear };
            return match pattern.parting(literal) {
                Parting::Unclear => Fit::Unclear,
                Parting::Once(found) if found.iter().all(|(_, piece)| is_id(piece)) => {
                    let items = tokens(id).zip(found);
                    Fit::Items(
                        items
                            .map(|(token, (_, piece))| (token.to_owned(), Value::text(piece, Origin::default())))
                            .collect(),
                    )
                }
                Parting::Never | Parting::Once(_) => Fit::Never,
            };
        }
        let written = pieces.iter().enumerate().filter(|(number, piece)| number % 2 == 1 || !piece.is_empty());
        let written: Vec<(usize, &&str)> = written.collect();
        let mut items = Items::new();
        let aligned = written.len() == parts.len()
            && written.iter().zip(parts).all(|((number, piece), part)| match part {
                Part::Literal(text) => number % 2 == 0 && text == **piece,
                Part::Value(value) if number % 2 == 1 => {
                    let value = value.clone();
                    items.entry((**piece).to_owned()).or_insert_with(|| value.clone()) == &value
                }
                Part::Value(_) | Part::Json(_) => false,
            });
        match (pieces.first(), parts.first()) {
            _ if aligned => Fit::Items(items),
            (Some(piece), Some(Part::Literal(text))) if !piece.starts_with(text) && !text.starts_with(piece) => {
                Fit::Never
            }
            _ => Fit::Unclear,
        }
    }

    /// Whether the items are those of the loops that stand for all.
    pub fn are_own(&self, items: &Items) -> bool {
        items.iter().all(|(token, item)| self.body.iterated.get(token) == Some(item))
    }

    /// A name as reports print it.
    pub fn shown(&self, id: &str) -> String {
        let is_twice = self.is_twice(id);
        spelled(id, |token| match self.body.iterated.get(token) {
            Some(item) if is_twice => format!("${{{}}}", item.describe()),
            _ => "*".to_owned(),
        })
    }

    /// The name of an instance as reports print it.
    pub fn shown_for(&self, id: &str, items: &Items) -> String {
        if self.are_own(items) {
            return self.shown(id);
        }
        let is_twice = self.is_twice(id);
        spelled(id, |token| {
            let own = self.body.iterated.get(token);
            let Some(item) = items.get(token).or(own) else { return "*".to_owned() };
            let list = own.map(Value::describe).filter(|_| is_twice && Some(item) != own);
            match (list.as_ref().and_then(|list| list.strip_suffix("[*]")), item.as_str()) {
                (Some(list), Some(known)) => format!("${{{list}[\"{known}\"]}}"),
                (Some(list), None) => format!("${{{list}[\"${{{}}}\"]}}", item.describe()),
                (None, Some(known)) => known.to_owned(),
                (None, None) => format!("${{{}}}", item.describe()),
            }
        })
    }

    /// Whether the loops of two collections declare the same names.
    fn is_twice(&self, id: &str) -> bool {
        let starred_id = starred(id);
        is_looped(id) && self.body.resources.keys().any(|other| other != id && starred(other) == starred_id)
    }
}

impl Fit {
    /// An item and its letters and digits are told by each other.
    fn with_letters(self, stack: &Stack) -> Self {
        let Self::Items(mut items) = self else { return self };
        let iterated = &stack.body.iterated;
        let all = iterated.keys().filter(|token| iterated.contains_key(&letters_of(token)));
        for (token, letters) in all.map(|token| (token, letters_of(token))) {
            let derived = |name| Value::open(Input::derived(name, Origin::default()), Origin::default());
            let is_item = |item: &Value| iterated.iter().find(|(_, other)| *other == item).map(|(token, _)| token);
            let (whole, written) = (items.get(token).cloned(), items.get(&letters).cloned());
            match (whole, written) {
                (Some(item), None) => {
                    let known = item.as_str().map(|known| known.chars().filter(char::is_ascii_alphanumeric).collect());
                    let known = known.map(|known: String| Value::text(known, Origin::default()));
                    let of_other = || iterated.get(&letters_of(is_item(&item)?)).cloned();
                    let of_it = || derived(format!("the letters and digits of {}", item.describe()));
                    items.insert(letters, known.or_else(of_other).unwrap_or_else(of_it));
                }
                (None, Some(written)) => {
                    let of_other =
                        iterated.iter().find(|(token, _)| iterated.get(&letters_of(token)) == Some(&written));
                    let own = iterated.get(token).map(Value::describe).unwrap_or_default();
                    let of_it = || derived(format!("{own} of the letters and digits {}", written.describe()));
                    items.insert(token.clone(), of_other.map_or_else(of_it, |(_, item)| item.clone()));
                }
                _ => {}
            }
        }
        Self::Items(items)
    }
}

/// How a name fits that of what a loop declares for one item.
fn one_item(before: &str, token: &str, behind: &str, mut parts: Vec<Part>) -> Fit {
    let is_made = parts.len() > 1;
    match parts.first_mut() {
        _ if before.is_empty() => {}
        Some(Part::Literal(text)) => match text.strip_prefix(before) {
            Some(rest) => *text = rest.to_owned(),
            None if before.starts_with(text.as_str()) && is_made => return Fit::Unclear,
            None => return Fit::Never,
        },
        _ => return Fit::Unclear,
    }
    match parts.last_mut() {
        _ if behind.is_empty() => {}
        Some(Part::Literal(text)) => match text.strip_suffix(behind) {
            Some(rest) => *text = rest.to_owned(),
            None if behind.ends_with(text.as_str()) && is_made => return Fit::Unclear,
            None => return Fit::Never,
        },
        _ => return Fit::Unclear,
    }
    let text = Text::join(parts);
    let is_written = |part: &Part| !matches!(part, Part::Literal(text) if !is_id(text));
    if text.parts().is_empty() || !text.parts().iter().all(is_written) {
        return Fit::Never;
    }
    Fit::Items(Items::from([(token.to_owned(), joined(text.parts().to_vec(), Origin::default()))]))
}

/// Whether a text may be a part of a logical id.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::super::bindings::mark;
    use super::*;

    #[test]
    fn a_mark_is_a_star_to_reports() {
        let id = format!("T{}x{}", mark("item 0"), mark("item 1"));
        assert_eq!(starred(&id), "T*x*");
        assert_eq!(tokens(&id).collect::<Vec<_>>(), ["item 0", "item 1"]);
    }
}
