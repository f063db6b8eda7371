//! What can be told of a text some of whose parts are not known.

use super::arguments::{Answer, Arguments, Trouble};
use crate::model::without_indices;
use crate::terraform::joined::mirroring;
use crate::terraform::unknown::{Outcome, as_part, derive, text};
use crate::value::{Awaited, Data, Mirrored, Part, Symbol, SymbolSource, Value};

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
const PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];

/// An end of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Where it begins.
    Left,
    /// Where it ends.
    Right,
}

/// Characters to take off at an end.
pub(super) trait Cutset {
    /// Whether the character is one of them.
    fn holds(&self, character: char) -> bool;
}

impl<const COUNT: usize> Cutset for [char; COUNT] {
    fn holds(&self, character: char) -> bool {
        self.contains(&character)
    }
}

impl Cutset for Vec<char> {
    fn holds(&self, character: char) -> bool {
        self.contains(&character)
    }
}

impl<F: Fn(char) -> bool> Cutset for F {
    fn holds(&self, character: char) -> bool {
        self(character)
    }
}

impl End {
    /// The part at this end.
    pub(super) fn of(self, parts: &[Part]) -> Option<&Part> {
        match self {
            Self::Left => parts.first(),
            Self::Right => parts.last(),
        }
    }

    /// The part at this end, to be changed.
    pub(super) fn of_mut(self, parts: &mut [Part]) -> Option<&mut Part> {
        match self {
            Self::Left => parts.first_mut(),
            Self::Right => parts.last_mut(),
        }
    }

    /// What is left of `text` without `wanted` at this end; `None` if it does not stand there.
    pub(super) fn cut<'t>(self, text: &'t str, wanted: &str) -> Option<&'t str> {
        match self {
            Self::Left => text.strip_prefix(wanted),
            Self::Right => text.strip_suffix(wanted),
        }
    }

    /// What is left of `text` without any of the characters at this end.
    pub(super) fn trim<'t>(self, text: &'t str, cutset: &impl Cutset) -> &'t str {
        match self {
            Self::Left => text.trim_start_matches(|character| cutset.holds(character)),
            Self::Right => text.trim_end_matches(|character| cutset.holds(character)),
        }
    }
}

/// A function that works character by character: literal parts are changed, of unknown ones a new value is derived.
pub(super) fn map(arguments: &Arguments, name: &str, change: fn(&str) -> String) -> Answer {
    let parts = arguments.parts(0)?.into_iter().map(|part| match part {
        Part::Literal(literal) => Ok(Part::Literal(change(&literal))),
        Part::Value(value) => {
            let changed = derived(format!("{name}({})", value.describe()), &value, arguments);
            Ok(as_part(mirroring(&value, Mirrored::Emptiness, changed)))
        }
        Part::Json(_) => Err(Trouble::Unknown),
    });
    Ok(text(parts.collect::<Result<Vec<_>, _>>()?, arguments.origin()))
}

/// A text made of an unknown part.
pub(super) fn derived(name: String, part: &Value, arguments: &Arguments) -> Value {
    derive(name, part, Outcome::Set, arguments.world(), arguments.origin())
}

/// Whether what is not known may hold `wanted`, or begin with its end, or end with its beginning. An input may hold anything.
/// What is set at deployment may too, but for what AWS forms of few characters.
pub(super) fn may_hold(value: &Value, wanted: &str) -> bool {
    let alphabet = if let Data::Opaque(symbol) = &value.data { alphabet(symbol) } else { None };
    alphabet.is_none_or(|is_in| wanted.is_empty() || wanted.starts_with(is_in) || wanted.ends_with(is_in))
}

/// The characters that an attribute is made of.
type Alphabet = fn(char) -> bool;

/// Those of an attribute that is certainly a name or a number, and neither an ARN nor a path.
fn alphabet(symbol: &Symbol) -> Option<Alphabet> {
    let small: Alphabet = |character| matches!(character, 'a'..='z' | '0'..='9' | '-' | '.');
    let plain: Alphabet = |character| character.is_alphanumeric() || "-_.".contains(character);
    match (&symbol.source, symbol.attribute.as_str()) {
        (SymbolSource::Derived(_), _) => None,
        (SymbolSource::Named(name), "") => {
            let names = ["AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix"];
            names.contains(&name.as_str()).then_some(small)
        }
        (_, "account_id" | "region" | "partition" | "dns_suffix") => Some(small),
        (_, "bucket" | "key_id") => Some(plain),
        (SymbolSource::Resource(address), "id") if is_in_stack(address) => Some(small),
        (SymbolSource::Resource(address), "id") => address.split('.').find_map(|step| match step {
            "aws_s3_bucket" | "awscc_s3_bucket" => Some(small),
            _ => step.starts_with("random_").then_some(plain),
        }),
        (SymbolSource::Data(source), "id" | "name") => {
            let kinds = ["aws_region", "aws_caller_identity", "aws_partition"];
            kinds.iter().any(|kind| source.contains(kind)).then_some(small)
        }
        _ => None,
    }
}

/// Whether a resource is one of a template that another one deploys, where it is called by the stack's address and a name of
/// its own. Of these only buckets have an attribute that is called `id`.
fn is_in_stack(address: &str) -> bool {
    let address = without_indices(address);
    address.split_once("aws_cloudformation_stack.").is_some_and(|(_, behind)| behind.contains('.'))
}

/// Whether the JSON text of a value that is not known through and through may hold `wanted`, or a piece of it at an end.
pub(super) fn json_may_hold(value: &Value, wanted: &str) -> bool {
    let is_escaped = |character: char| character.is_control() || "\"\\<>&\u{2028}\u{2029}".contains(character);
    let is_syntax =
        |character: char| character.is_whitespace() || "{}[],:".contains(character) || is_escaped(character);
    let is_held = |text: &str| text.contains(wanted) || text.contains(is_escaped);
    let inner = |value: &Value| json_may_hold(value, wanted);
    match &value.data {
        _ if wanted.is_empty() || wanted.contains(is_syntax) => true,
        Data::Null | Data::Bool(_) | Data::Number(_) => is_held(&value.describe()),
        Data::Text(text) => {
            let holds = |part: &Part| match part {
                Part::Literal(literal) => is_held(literal),
                Part::Value(value) => may_hold(value, wanted),
                Part::Json(_) => true,
            };
            !stays_within_literals(text.parts(), wanted) || text.parts().iter().any(holds)
        }
        Data::List(_, items) => items.iter().any(inner),
        Data::Map(_, entries) => entries.iter().any(|(key, entry)| is_held(key) || key.contains("${") || inner(entry)),
        Data::Pending(_) => match value.awaited.as_deref() {
            Some(Awaited::OneOf(values) | Awaited::Elements(values) | Awaited::Merged(values)) => {
                values.iter().any(inner)
            }
            None => true,
        },
        // Of a set it may not be known in which order it is written.
        _ => value.parts().map_or_else(|| may_hold(value, wanted), |(_, parts)| parts.iter().any(inner)),
    }
}

/// What stands behind `head` in the ARN of a bucket, where that is what the ARN begins with: `arn:aws:s3:::` too, where the
/// partition is not known. In any other one an ARN would be left where a name is meant, which no bucket has.
pub(super) fn bucket_of_arn(arn: &[Part], head: &[Part]) -> Option<Vec<Part>> {
    let [Part::Literal(scheme), Part::Value(partition), Part::Literal(service), rest @ ..] = arn else { return None };
    let name = service.strip_prefix(":s3:::").filter(|_| scheme == "arn:")?;
    let is_head = match head {
        [Part::Literal(head)] => PARTITIONS.iter().any(|partition| *head == format!("arn:{partition}:s3:::")),
        [Part::Literal(scheme), Part::Value(same), Part::Literal(service)] => {
            scheme == "arn:" && same == partition && service == ":s3:::"
        }
        _ => false,
    };
    let is_name = rest.iter().all(|part| !matches!(part, Part::Literal(text) if text.contains(':')));
    (is_head && is_name).then(|| [&[Part::Literal(name.to_owned())], rest].concat())
}

/// Whether `wanted` can only stand inside of a literal, and not begin or end in one and go on in an unknown part.
pub(super) fn stays_within_literals(parts: &[Part], wanted: &str) -> bool {
    let cuts = || wanted.char_indices().map(|(at, _)| at).skip(1);
    parts.iter().enumerate().all(|(index, part)| {
        let Part::Literal(literal) = part else { return true };
        let (before, behind) = (index > 0, index + 1 < parts.len());
        let goes_on = behind && cuts().any(|at| wanted.get(..at).is_some_and(|start| literal.ends_with(start)));
        let began = before && cuts().any(|at| wanted.get(at..).is_some_and(|end| literal.starts_with(end)));
        // A short literal between two unknown parts may be the middle of what is wanted.
        let inside = before && behind && literal.len() < wanted.len() && wanted.contains(literal.as_str());
        !(goes_on || began || inside)
    })
}
