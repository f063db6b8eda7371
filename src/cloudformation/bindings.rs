//! What the identifiers of the loops around a text stand for, and the text with that in place of them. Knows how
//! identifiers are written, and nothing of where the items come from.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html>

use super::items::Item;

/// The most bytes a text may grow to, times its names.
const MAX_FILLED: usize = 64 * 1024 * 1024;

/// What a text is to CloudFormation, which tells how an item that is not known is written into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    /// Any text.
    #[default]
    Text,
    /// The text of `Fn::Sub`.
    Template,
    /// The name of a resource, condition or output.
    Name,
}

/// The identifiers of the loops around something, from the outermost to the innermost, with what they stand for.
#[derive(Debug, Default)]
pub struct Bindings(Vec<(String, Item)>);

impl Bindings {
    /// Goes into a loop.
    pub fn enter(&mut self, identifier: &str, item: Item) {
        self.0.push((identifier.to_owned(), item));
    }

    /// Goes out of the innermost loop.
    pub fn leave(&mut self) {
        self.0.pop();
    }

    /// What a name stands for, if it is an identifier.
    pub fn get(&self, name: &str) -> Option<&Item> {
        self.0.iter().rev().find(|(bound, _)| bound == name).map(|(_, item)| item)
    }

    /// The known items, for what differs from one to another: `of a, of b`.
    pub fn described(&self) -> String {
        let known = self.0.iter().filter_map(|(_, item)| match item {
            Item::Known(text) => Some(format!(" of {text}")),
            Item::Any(_) => None,
        });
        known.collect::<Vec<_>>().join(",")
    }

    /// The text with the items in place of `${Identifier}`, and their letters and digits in place of `&{Identifier}`. What
    /// stands for any item of a collection is a mark in a name, and a name of `Fn::Sub` elsewhere.
    pub fn filled(&self, text: &str, place: Place) -> String {
        let mut filled = self.with_known(text);
        for (name, token) in self.any() {
            let (whole, letters) = (format!("${{{name}}}"), format!("&{{{name}}}"));
            filled = match place {
                Place::Name => filled.replace(&whole, &mark(token)).replace(&letters, &mark(&letters_of(token))),
                _ => in_template(&in_template(&filled, &whole, token), &letters, &letters_of(token)),
            };
        }
        filled
    }

    /// The text of `Fn::Sub` that gives the text, if it speaks of an item that is not known.
    pub fn template(&self, text: &str) -> Option<String> {
        let is_any =
            |(name, _): (&str, &str)| text.contains(&format!("${{{name}}}")) || text.contains(&format!("&{{{name}}}"));
        if !self.any().any(is_any) {
            return None;
        }
        let mut template = self.with_known(text).replace("${", "${!");
        for (name, _) in self.any() {
            template = template.replace(&format!("${{!{name}}}"), &format!("${{{name}}}"));
        }
        Some(self.filled(&template, Place::Template))
    }

    /// Whether one of the identifiers stands for any item that is told by this token.
    pub fn holds(&self, token: &str) -> bool {
        self.any().any(|(_, other)| other == token)
    }

    fn any(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(name, item)| match item {
            Item::Any(token) => Some((name.as_str(), token.as_str())),
            Item::Known(_) => None,
        })
    }

    fn with_known(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (name, item) in self.0.iter().rev() {
            let Item::Known(item) = item else { continue };
            // A text full of names must not become a flood.
            if filled.len().saturating_mul(item.len()) > MAX_FILLED {
                continue;
            }
            let letters: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
            filled = filled.replace(&format!("${{{name}}}"), item).replace(&format!("&{{{name}}}"), &letters);
        }
        filled
    }
}

/// The name of the letters and digits of an item.
pub fn letters_of(token: &str) -> String {
    format!("letters of {token}")
}

/// What stands in a name for any item of a collection.
pub fn mark(token: &str) -> String {
    format!("*{token}*")
}

/// The text of `Fn::Sub` with the name `token` for what is `written`, or its mark where that is a part of a longer name:
/// `${Bucket${Identifier}.Arn}`.
fn in_template(text: &str, written: &str, token: &str) -> String {
    let (mut done, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once(written) {
        done.push_str(before);
        let is_inside = done.rfind("${").is_some_and(|start| !done.get(start..).is_some_and(|name| name.contains('}')));
        let marked = mark(token);
        done.extend(if is_inside { ["", &marked, ""] } else { ["${", token, "}"] });
        rest = behind;
    }
    done + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bindings() -> Bindings {
        let mut bindings = Bindings::default();
        bindings.enter("Env", Item::Known("a-1".to_owned()));
        bindings.enter("Name", Item::Any("item 0".to_owned()));
        bindings
    }

    #[test]
    fn an_item_that_is_not_known_is_written_as_the_place_asks() {
        let filled = |text, place| bindings().filled(text, place);
        assert_eq!(filled("Trail&{Env}${Name}", Place::Name), "Traila1*item 0*");
        assert_eq!(filled("${Env}-${Name}-&{Name}", Place::Template), "a-1-${item 0}-${letters of item 0}");
        assert_eq!(filled("${Bucket${Name}.Arn}", Place::Template), "${Bucket*item 0*.Arn}");
    }

    #[test]
    fn a_text_that_speaks_of_such_an_item_is_a_template() {
        let template = |text| bindings().template(text);
        assert_eq!(template("${Env}/${aws:username}"), None);
        assert_eq!(template("${Name}/${aws:username}/${Env}").as_deref(), Some("${item 0}/${!aws:username}/a-1"));
    }
}
