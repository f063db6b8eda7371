//! Whether two names that are not the same may turn out to be, because one is a function of what the other is made of:
//! `var.n` and `lower(var.n)`, or both are made of the same in another order: `"x${var.n}"` and `"${var.n}x"`. Different
//! inputs are taken for different names; it knows texts, and no resources.

use crate::value::{Data, Literal, Part, Reason, SymbolSource, Value, is_part, names_in};

/// The smallest thing a name is made of.
#[derive(Clone, PartialEq)]
enum Atom<'v> {
    Character(char),
    Unknown(&'v Value),
}

/// Whether `left` and `right`, which are not equal, may be one text for some of what they are made of.
pub fn may_be_equal(left: &Value, right: &Value) -> bool {
    let (left, right) = (atoms(left), atoms(right));
    let (left, right) = without_common_ends(&left, &right);
    let made_alike = || unknown(left).any(|one| unknown(right).any(|other| share_an_ingredient(one, other)));
    !ends_differ(left, right) && (made_alike() || is_other_order(left, right))
}

/// Whether a text is, or somewhere holds as a word of its own, the name of a bucket.
pub fn names(text: &Value, bucket: &Value) -> bool {
    let (text, bucket) = (atoms(text), atoms(bucket));
    let goes_on = |atom: Option<&Atom>| match atom {
        Some(Atom::Character(character)) => character.is_alphanumeric() || "-._".contains(*character),
        Some(Atom::Unknown(_)) => true,
        None => false,
    };
    let is_whole = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        !goes_on(before) && !goes_on(text.get(at + bucket.len()))
    };
    !bucket.is_empty()
        && text.windows(bucket.len()).enumerate().any(|(at, window)| window == bucket.as_slice() && is_whole(at))
}

/// Whether two names certainly are different, whatever their unknown parts are: by what they begin or end with, or because
/// one is known never to be the other.
pub fn differ(left: &Value, right: &Value) -> bool {
    let is_never = |(unknown, text): (&Value, String)| match &unknown.data {
        Data::Open(input) => !input.domain.allows(&Literal::Text(text)),
        _ => false,
    };
    if same_where(left, right).is_some_and(is_never) {
        return true;
    }
    let (left, right) = (atoms(left), atoms(right));
    let (left, right) = without_common_ends(&left, &right);
    ends_differ(left, right)
}

/// Where all that tells two names apart is something unknown in one of them: that, and the text that it is if they are one name.
/// `"org-${each.key}"` is "org-logs" where the key is "logs".
pub fn same_where<'v>(left: &'v Value, right: &'v Value) -> Option<(&'v Value, String)> {
    let (left, right) = (atoms(left), atoms(right));
    let (unknown, known) = match without_common_ends(&left, &right) {
        ([Atom::Unknown(unknown)], known) | (known, [Atom::Unknown(unknown)]) => (*unknown, known),
        _ => return None,
    };
    let character = |atom: &Atom| if let Atom::Character(character) = atom { Some(*character) } else { None };
    Some((unknown, known.iter().map(character).collect::<Option<_>>()?))
}

/// Whether texts that share nothing at their ends are certainly different.
fn ends_differ(left: &[Atom], right: &[Atom]) -> bool {
    let ends = [(left.first(), right.first()), (left.last(), right.last())];
    ends.iter().any(|ends| matches!(ends, (Some(Atom::Character(_)), Some(Atom::Character(_)))))
        || left.is_empty() && right.iter().any(Atom::is_something)
        || right.is_empty() && left.iter().any(Atom::is_something)
}

/// Whether both are made of the same characters and unknown texts, each as often, in another order.
fn is_other_order(left: &[Atom], right: &[Atom]) -> bool {
    let count = |atoms: &[Atom], wanted: &Atom| atoms.iter().filter(|atom| *atom == wanted).count();
    !left.is_empty()
        && left.len() == right.len()
        && unknown(left).next().is_some()
        && left.iter().all(|atom| count(left, atom) == count(right, atom))
}

impl Atom<'_> {
    /// Whether it is certainly not the empty text.
    fn is_something(&self) -> bool {
        match self {
            Self::Character(_) => true,
            Self::Unknown(value) => matches!(value.data, Data::Opaque(_)),
        }
    }
}

fn atoms(name: &Value) -> Vec<Atom<'_>> {
    match &name.data {
        Data::Text(text) => text.parts().iter().flat_map(part).collect(),
        _ => vec![Atom::Unknown(name)],
    }
}

fn part(part: &Part) -> Vec<Atom<'_>> {
    match part {
        Part::Literal(text) => text.chars().map(Atom::Character).collect(),
        Part::Value(value) | Part::Json(value) => vec![Atom::Unknown(value)],
    }
}

/// What is left of both when what they begin and end with alike is taken off.
fn without_common_ends<'a, 'v>(left: &'a [Atom<'v>], right: &'a [Atom<'v>]) -> (&'a [Atom<'v>], &'a [Atom<'v>]) {
    let start = left.iter().zip(right).take_while(|(left, right)| left == right).count();
    let (left, right) = (left.get(start..).unwrap_or_default(), right.get(start..).unwrap_or_default());
    let end = left.iter().rev().zip(right.iter().rev()).take_while(|(left, right)| left == right).count();
    (left.get(..left.len() - end).unwrap_or_default(), right.get(..right.len() - end).unwrap_or_default())
}

fn unknown<'v>(atoms: &[Atom<'v>]) -> impl Iterator<Item = &'v Value> {
    atoms.iter().filter_map(|atom| match atom {
        Atom::Character(_) => None,
        Atom::Unknown(value) => Some(*value),
    })
}

/// Whether one of two unknown texts is a function of something that the other is, or is a part or a function of too:
/// `sort(var.l)[0]` beside `var.l[0]`.
fn share_an_ingredient(left: &Value, right: &Value) -> bool {
    let (left_name, right_name) = (left.describe(), right.describe());
    let is_cut = [&left_name, &right_name].iter().any(|name| name.contains('…'));
    let is_made = |value: &Value, name: &str| is_function(value) || name.len() > whole(name).len();
    let is_of = |one: &str, other: &str| is_part(whole(one), whole(other)) || is_part(whole(other), whole(one));
    let shared = || names_in(&left_name).iter().any(|one| names_in(&right_name).iter().any(|other| is_of(one, other)));
    (is_made(left, &left_name) || is_made(right, &right_name)) && (is_cut || shared())
}

/// What something of this name is an element of, where it is not known which: `var.l` of `var.l[*]` and of `var.l[var.n]`.
fn whole(name: &str) -> &str {
    let is_open = |(at, _): &(usize, char)| {
        let mut step = name.get(*at..).unwrap_or_default().chars();
        match (step.next(), step.next()) {
            (Some('[' | '.'), Some('*')) => true,
            (Some('['), Some(first)) => first.is_alphabetic() || first == '(',
            _ => false,
        }
    };
    let at = name.char_indices().find(is_open).map(|(at, _)| at);
    at.and_then(|at| name.get(..at)).unwrap_or(name)
}

/// Whether a value is made of others in a way that cannot be worked out.
pub fn is_function(value: &Value) -> bool {
    match &value.data {
        Data::Open(input) => input.reason == Reason::Derived,
        Data::Opaque(symbol) => matches!(symbol.source, SymbolSource::Derived(_)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::value::{Input, Origin, Text};

    use super::*;

    fn open(name: &str) -> Value {
        let reason = if name.contains('(') { Reason::Derived } else { Reason::NoValue(String::new()) };
        Value::open(Input { reason, ..Input::derived(name, Origin::default()) }, Origin::default())
    }

    /// `logs-<var.n>` as a value.
    fn name(template: &str) -> Value {
        let parts = template.split_inclusive('>').flat_map(|piece| {
            let (literal, unknown) = piece.split_once('<').unwrap_or((piece, ""));
            let unknown = unknown.strip_suffix('>').map(|name| Part::Value(open(name)));
            [Some(Part::Literal(literal.to_owned())), unknown]
        });
        Value::new(Data::Text(Text::join(parts.flatten())), Origin::default())
    }

    #[test]
    fn a_name_is_a_word_of_its_own() {
        for (text, bucket, expected) in [
            ("logs", "logs", true),
            ("arn:aws:s3:::logs/*", "logs", true),
            ("logs-archive", "logs", false),
            ("my.logs", "logs", false),
            ("logs<var.n>", "logs", false),
            ("logs-<var.n>", "logs-<var.n>", true),
            ("arn:<p>:s3:::logs-<var.n>/*", "logs-<var.n>", true),
            ("logs-<var.n>-x", "logs-<var.n>", false),
            ("logs-<var.m>", "logs-<var.n>", false),
            ("<var.n>", "<var.n>", true),
        ] {
            assert_eq!(names(&name(text), &name(bucket)), expected, "{bucket} in {text}");
        }
    }

    #[test]
    fn functions_of_one_input_may_be_equal_unless_the_texts_around_them_differ() {
        let table = [
            ("<var.n>", "<lower(var.n)>", true),
            ("logs-<var.n>", "<lower(\"logs-${var.n}\")>", true),
            ("<lower(var.n)>", "<replace(var.n, \"_\", \"-\")>", true),
            ("a-<var.n>-logs", "a-<lower(var.n)>-logs", true),
            ("<var.n>-logs", "<lower(var.n)>-data", false),
            ("logs-<var.n>", "data-<lower(var.n)>", false),
            ("<lower(var.n)>", "<lower(var.n)>-logs", false),
            ("<var.n>", "<var.m>", false),
            ("<var.n>", "<lower(var.m)>", false),
            ("<var.names[0]>", "<var.names[1]>", false),
            ("<var.names[0]>", "<sort(var.names)[0]>", true),
            ("<var.names[0]>", "<var.names[length(var.names) - 1]>", true),
            ("<var.names.a>", "<var.names[var.key]>", true),
            ("<var.names.a>", "<var.other[var.key]>", false),
            ("<var.names[*]>", "<var.names[0]>", true),
            ("<var.c.a>", "<lookup(var.c, \"b\", null)>", true),
            ("<lower(var.c.a)>", "<var.c.b>", false),
            ("logs", "<lower(var.n)>", false),
            ("x<var.n>", "<var.n>x", true),
            ("<var.a>-<var.b>", "<var.b>-<var.a>", true),
            ("logs-<var.n>", "<var.n>-data", false),
            ("logs-<var.n>", "<var.n>-log", false),
            ("<var.n>x", "<var.m>x", false),
        ];
        for (left, right, expected) in table {
            let got = [may_be_equal(&name(left), &name(right)), may_be_equal(&name(right), &name(left))];
            assert_eq!(got, [expected; 2], "{left} and {right}");
        }
    }
}
