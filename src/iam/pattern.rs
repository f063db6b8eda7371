//! Patterns with `*` and `?`, and with holes where a value is not known: do two of them meet, does one cover another?

use crate::value::{Part, Text, Value};

/// One place of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// This character.
    Char(char),
    /// Any one character (`?`).
    One,
    /// Any characters, or none (`*`).
    Many,
    /// Characters that are not known here, by their canonical name: an unknown value or a policy variable.
    Hole(String),
    /// A part of an ARN that is not known here.
    Part(Class),
}

/// What an unknown part of an ARN is made of.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Anything but colons: a partition, a Region.
    Word,
    /// Digits: an account.
    Digits,
}

/// A table of more cells than this is not filled; the cautious answer is given instead.
const MAX_CELLS: usize = 4_000_000;

/// The tokens of characters that stand for themselves.
pub(super) fn plain(text: &str) -> Vec<Token> {
    text.chars().map(Token::Char).collect()
}

/// The tokens of a pattern as policies write it: wildcards, and variables (`${aws:username}`).
pub(super) fn pattern(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        tokens.extend(before.chars().map(token));
        // A variable without end is taken to be the rest: it may be anything.
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        tokens.push(Token::Hole(format!("${{{name}}}")));
        rest = after;
    }
    tokens.extend(rest.chars().map(token));
    tokens
}

fn token(character: char) -> Token {
    match character {
        '*' => Token::Many,
        '?' => Token::One,
        other => Token::Char(other),
    }
}

/// The tokens of a text, with `known` deciding what the tokens of a part that is no literal are.
pub(super) fn tokens(text: &Text, known: impl Fn(&Value) -> Option<Vec<Token>>) -> Vec<Token> {
    let of = |part: &Part| match part {
        Part::Literal(text) => pattern(text),
        Part::Value(value) | Part::Json(value) => known(value).unwrap_or_else(|| vec![hole(value)]),
    };
    text.parts().iter().flat_map(of).collect()
}

/// A value that is not known, as a token.
pub(super) fn hole(value: &Value) -> Token {
    Token::Hole(value.describe())
}

/// The pattern with everything that is not known in it as wide as it can be, but for what is `known` elsewhere. A policy
/// variable stays: nobody knows it before a request.
pub(super) fn widened(pattern: &[Token], known: &[Token]) -> Vec<Token> {
    let is_known =
        |token: &Token| known.contains(token) || matches!(token, Token::Hole(name) if name.starts_with("${"));
    let wide = |token: &Token| match token {
        Token::Hole(_) if !is_known(token) => Token::Many,
        _ => token.clone(),
    };
    pattern.iter().map(wide).collect()
}

/// Whether some text fits both patterns. Holes may be anything, so a no is certain.
#[must_use]
pub fn meets(left: &[Token], right: &[Token]) -> bool {
    let flexible = |token: &Token| matches!(token, Token::Many | Token::Hole(_) | Token::Part(_));
    let same = |left: &Token, right: &Token| match (left, right) {
        (Token::Char(left), Token::Char(right)) => left == right,
        _ => may_hold(left, right) && may_hold(right, left),
    };
    table(left, right, flexible, flexible, same).unwrap_or(true)
}

/// Whether the characters that `one` stands for may include `other`.
fn may_hold(one: &Token, other: &Token) -> bool {
    match (one, other) {
        (Token::Part(Class::Word), Token::Char(character)) => *character != ':',
        (Token::Part(Class::Digits), Token::Char(character)) => character.is_ascii_digit(),
        _ => true,
    }
}

/// Whether every text that fits `inner` fits `outer`, whatever the holes hold. A yes is certain.
#[must_use]
pub fn covers(outer: &[Token], inner: &[Token]) -> bool {
    let same = |outer: &Token, inner: &Token| match (outer, inner) {
        (Token::One, Token::Char(_) | Token::One) => true,
        (Token::Char(outer), Token::Char(inner)) => outer == inner,
        (Token::Hole(outer), Token::Hole(inner)) => outer == inner,
        _ => false,
    };
    table(outer, inner, |token| *token == Token::Many, |_| false, same).unwrap_or(false)
}

/// What is left of both without the characters that both begin and end with; `None` where those differ, as those of most
/// actions and ARNs do. A character is passed together with the same one and with nothing else.
fn differing<'t>(mut left: &'t [Token], mut right: &'t [Token]) -> Option<(&'t [Token], &'t [Token])> {
    while let ([Token::Char(here), left_rest @ ..], [Token::Char(there), right_rest @ ..]) = (left, right) {
        if here != there {
            return None;
        }
        (left, right) = (left_rest, right_rest);
    }
    while let ([left_rest @ .., Token::Char(here)], [right_rest @ .., Token::Char(there)]) = (left, right) {
        if here != there {
            return None;
        }
        (left, right) = (left_rest, right_rest);
    }
    Some((left, right))
}

/// Whether both sequences can be walked to their ends: a token that stretches on one side swallows any token of the
/// other or nothing, and two tokens that are the `same` are passed together. `None` when the table would be too big.
fn table(
    left: &[Token],
    right: &[Token],
    left_stretches: impl Fn(&Token) -> bool,
    right_stretches: impl Fn(&Token) -> bool,
    same: impl Fn(&Token, &Token) -> bool,
) -> Option<bool> {
    let Some((left, right)) = differing(left, right) else { return Some(false) };
    if left.len().saturating_mul(right.len()) > MAX_CELLS {
        return None;
    }
    // Row by row from the end of `left`, cell by cell from the end of `right`; cells are pushed, so reversed.
    let mut below: Vec<bool> = Vec::new();
    for row in (0..=left.len()).rev() {
        let here = left.get(row);
        let mut cells: Vec<bool> = Vec::with_capacity(right.len() + 1);
        for column in (0..=right.len()).rev() {
            let there = right.get(column);
            let from_end = right.len() - column;
            let down = below.get(from_end).copied().unwrap_or(false);
            let across = cells.last().copied().unwrap_or(false);
            let diagonal = from_end.checked_sub(1).and_then(|at| below.get(at)).copied().unwrap_or(false);
            let here_ends = here.is_some_and(&left_stretches);
            let there_ends = there.is_some_and(&right_stretches);
            let (here_swallows, there_swallows) = here.zip(there).map_or((false, false), |(here, there)| {
                (here_ends && may_hold(here, there), there_ends && may_hold(there, here))
            });
            let together = here.zip(there).is_some_and(|(here, there)| same(here, there));
            let at_end = here.is_none() && there.is_none();
            let downwards = (here_ends || there_swallows) && down;
            let sideways = (there_ends || here_swallows) && across;
            cells.push(at_end || downwards || sideways || (together && diagonal));
        }
        below = cells;
    }
    below.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_meet_when_some_text_fits_both() {
        for (left, right, expected) in [
            ("s3:*", "s3:get*", true),
            ("s3:*object", "s3:get*", true),
            ("s3:p*", "s3:get*", false),
            ("*", "", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("${aws:username}", "logs", true),
            ("", "a", false),
            ("", "", true),
        ] {
            assert_eq!(meets(&pattern(left), &pattern(right)), expected, "{left} meets {right}");
            assert_eq!(meets(&pattern(right), &pattern(left)), expected, "{right} meets {left}");
        }
    }

    #[test]
    fn a_part_of_an_arn_holds_what_such_a_part_can() {
        let arn = [plain("arn:aws:logs:"), vec![Token::Part(Class::Digits)], plain(":log-group:a")].concat();
        for (other, expected) in [
            ("arn:aws:logs:1:log-group:a", true),
            ("arn:aws:logs:*:log-group:a", true),
            ("*:log-group:a", true),
            ("*:log-group:b*", false),
            ("arn:aws:logs:log-group:a", false),
            ("arn:aws:logs:a:log-group:a", false),
        ] {
            assert_eq!(meets(&pattern(other), &arn), expected, "{other}");
            assert_eq!(meets(&arn, &pattern(other)), expected, "{other}");
        }
    }

    #[test]
    fn a_pattern_covers_what_always_fits_it() {
        for (outer, inner, expected) in [
            ("s3:*", "s3:get*", true),
            ("s3:get*", "s3:*", false),
            ("*", "anything*", true),
            ("a?", "ab", true),
            ("a?", "a*", false),
            ("logs/*", "logs/*/x", true),
            ("logs/*", "logs", false),
            ("${a}/*", "${a}/b", true),
            ("${a}/*", "${b}/b", false),
        ] {
            assert_eq!(covers(&pattern(outer), &pattern(inner)), expected, "{outer} covers {inner}");
        }
    }
}
