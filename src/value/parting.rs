//! What the unknown parts of a text have to be for the whole to be some literal: `"${var.env}-${var.region}"` is "prod-eu"
//! only where the one is "prod" and the other "eu". Reads texts, and asks nothing.

use super::{Data, Part, Text, Value};

/// How many bytes are looked at, times the parts of the text; where there are more, nothing tells.
const MAX_STEPS: usize = 1_000_000;

/// In which ways a text can be a literal.
#[derive(Debug, PartialEq)]
pub enum Parting<'a> {
    /// In none.
    Never,
    /// In one: each of these values is this text.
    Once(Vec<(&'a Value, &'a str)>),
    /// In several ways, or nothing tells.
    Unclear,
}

impl Text {
    /// In which ways the text can be `literal`.
    #[must_use]
    pub fn parting<'a>(&'a self, literal: &'a str) -> Parting<'a> {
        if literal.len().saturating_mul(self.parts().len()) > MAX_STEPS {
            return Parting::Unclear;
        }
        let mut ways = vec![once_at_the_end(literal)];
        for part in self.parts().iter().rev() {
            let behind = ways.last().map(Vec::as_slice).unwrap_or_default();
            ways.push(ways_before(part, behind, literal));
        }
        ways.reverse();
        let ways_of =
            |part: usize, at: usize| ways.get(part).and_then(|ways| ways.get(at)).copied().unwrap_or_default();
        match ways_of(0, 0) {
            0 => return Parting::Never,
            1 if !self.parts().iter().any(|part| matches!(part, Part::Json(_))) => {}
            _ => return Parting::Unclear,
        }
        let (mut at, mut pieces) = (0, Vec::new());
        for (number, part) in self.parts().iter().enumerate() {
            let start = at;
            at = match part {
                Part::Literal(text) => start + text.len(),
                Part::Value(_) | Part::Json(_) => {
                    let ends = first_end(part, start)..=literal.len();
                    ends.into_iter().find(|end| ways_of(number + 1, *end) > 0).unwrap_or(literal.len())
                }
            };
            if let (Part::Value(value), Some(piece)) = (part, literal.get(start..at)) {
                pieces.push((value, piece));
            }
        }
        Parting::Once(pieces)
    }
}

/// For each byte of the literal, in how many ways no part at all can be the rest of it: in one where that is nothing.
fn once_at_the_end(literal: &str) -> Vec<u8> {
    (0..=literal.len()).map(|at| u8::from(at == literal.len())).collect()
}

/// For each byte of the literal, in how many ways a part and those behind it can be the rest of it, where for those alone it
/// is `behind`. Two stands for more.
fn ways_before(part: &Part, behind: &[u8], literal: &str) -> Vec<u8> {
    let ways = |at: usize| behind.get(at).copied().unwrap_or_default();
    if let Part::Literal(text) = part {
        let fits = |at: usize| literal.get(at..).is_some_and(|rest| rest.starts_with(text.as_str()));
        return (0..=literal.len()).map(|at| if fits(at) { ways(at + text.len()) } else { 0 }).collect();
    }
    // How many ways there are to go on at that byte, or at any behind it.
    let mut from = vec![0_u8; literal.len() + 2];
    for at in (0..=literal.len()).rev() {
        let on = from.get(at + 1).copied().unwrap_or_default();
        if let Some(from) = from.get_mut(at) {
            *from = (on + ways(at)).min(2);
        }
    }
    let go_on = |at: usize| from.get(first_end(part, at)).copied().unwrap_or_default();
    (0..=literal.len()).map(|at| if literal.is_char_boundary(at) { go_on(at) } else { 0 }).collect()
}

/// Where the value that a part is ends at the earliest, from its start.
fn first_end(part: &Part, start: usize) -> usize {
    let may_be_empty = match part {
        Part::Value(Value { data: Data::Open(input), .. }) => !input.domain.never_empty,
        _ => false,
    };
    if may_be_empty { start } else { start + 1 }
}

#[cfg(test)]
mod tests {
    use super::super::{Data, Domain, Input, Origin, Part, Text, Value};
    use super::Parting;

    fn text(written: &str) -> Text {
        let part = |(number, part): (usize, &str)| {
            let domain = Domain { never_empty: part.starts_with('!'), ..Domain::default() };
            let input = Input { domain, ..Input::derived(part.trim_start_matches('!'), Origin::default()) };
            let value = Value { data: Data::Open(input.into()), ..Value::null(Origin::default()) };
            if number % 2 == 0 { Part::Literal(part.to_owned()) } else { Part::Value(value) }
        };
        Text::join(written.split('$').enumerate().map(part))
    }

    #[test]
    fn the_one_way_is_found() {
        for (written, literal, expected) in [
            ("$a$-$b$", "prod-eu", "a=prod b=eu"),
            ("$a$-$b$", "prod", "never"),
            ("$a$-$b$", "prod-eu-1", "unclear"),
            ("$a$$b$", "", "a= b="),
            ("$a$$!b$", "", "never"),
            ("$a$$b$", "x", "unclear"),
            ("$!a$$!b$", "xy", "a=x b=y"),
            ("$!a$$!b$", "ä", "never"),
            ("logs-$a$/$b$.gz", "logs-x/y.gz", "a=x b=y"),
            ("logs-$a$.gz", "logs.gz", "never"),
            ("", "", ""),
            ("x", "y", "never"),
        ] {
            let text = text(written);
            let got = match text.parting(literal) {
                Parting::Never => "never".to_owned(),
                Parting::Unclear => "unclear".to_owned(),
                Parting::Once(pieces) => {
                    let pieces = pieces.iter().map(|(value, piece)| format!("{}={piece}", value.describe()));
                    pieces.collect::<Vec<_>>().join(" ")
                }
            };
            assert_eq!(got, expected, "{written} as {literal:?}");
        }
    }
}
