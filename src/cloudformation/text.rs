//! Scalars and texts: what a plain scalar means, `${…}` in `Fn::Sub`, and dynamic references.

use std::ops::Range;

use crate::source::Span;
use crate::syntax::{Scalar, Style};
use crate::value::{Data, Input, Number, Origin, Part, Reason, Symbol, SymbolSource, Text, Value};

/// The longest text that evaluation builds, in bytes: a template is at most 1 MB.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
pub const MAX_TEXT: usize = 1024 * 1024;

/// What is said of a longer one.
pub const TOO_LONG: &str = "a text of more than 1 MiB";

/// What a dynamic reference begins with.
pub const DYNAMIC: &str = "{{resolve:";

/// The value of a scalar. CloudFormation reads YAML 1.1, where `yes` and `on` are booleans. A number keeps its text
/// where that says more than its worth: an account id's leading zero, a date, `1.10`.
pub fn scalar(scalar: &Scalar, span: Span) -> Value {
    let origin = Origin::expression(span);
    if scalar.style == Style::Plain {
        match scalar.text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => return Value::bool(true, origin),
            "false" | "no" | "off" => return Value::bool(false, origin),
            "" | "~" | "null" => return Value::null(origin),
            _ => {}
        }
        if let Ok(number) = Number::parse(&scalar.text)
            && number.to_string() == scalar.text
        {
            return Value::number(number, origin);
        }
    }
    of(Text::literal(scalar.text.clone()).written(scalar.places.clone()), origin)
}

/// What stands in a `Fn::Sub` text, in order, each with its bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Characters.
    Literal(Range<usize>),
    /// The name in `${Name}`, and all of it.
    Name(&'t str, Range<usize>),
}

/// The pieces of a `Fn::Sub` text. `${!Literal}` stands for `${Literal}`; a brace that never closes is literal.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, (name, following))) =
        rest.split_once("${").and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        let at = text.len() - rest.len();
        let (start, end) = (at + before.len(), text.len() - following.len());
        if name.starts_with('!') {
            pieces.extend([Piece::Literal(at..start + "${".len()), Piece::Literal(start + "${!".len()..end)]);
        } else {
            pieces.extend([Piece::Literal(at..start), Piece::Name(name.trim(), start..end)]);
        }
        rest = following;
    }
    pieces.push(Piece::Literal(text.len() - rest.len()..text.len()));
    pieces
}

/// The value of a text that is made of these parts.
pub fn joined(parts: impl IntoIterator<Item = Part>, origin: Origin) -> Value {
    of(Text::join(parts), origin)
}

/// The value of a text: a lone opaque or open part is itself, and dynamic references are opaque. Of a text with an error in it
/// there is nothing but the error.
pub fn of(mut text: Text, origin: Origin) -> Value {
    let is_filled_in = |part: &Part| matches!(part, Part::Literal(text) if placeholder(text).is_some());
    if text.parts().iter().any(is_filled_in) {
        let reason = Reason::Unsupported("a placeholder that another program fills in".to_owned());
        return Value::open(Input::undecidable(text.describe(), reason, origin.clone()), origin);
    }
    let dynamic = |part: &Part| matches!(part, Part::Literal(text) if text.contains(DYNAMIC));
    if text.parts().iter().any(dynamic) {
        text = resolved(&text);
    }
    let is_error =
        |value: &&Value| matches!(&value.data, Data::Open(input) if matches!(input.reason, Reason::Broken(_)));
    if let Some(error) = text.values().find(is_error) {
        return Value::new(error.data.clone(), origin.made_of([&error.origin]));
    }
    match text.parts() {
        [Part::Value(value)] => Value::new(value.data.clone(), origin.made_of([&value.origin])),
        _ => Value::new(Data::Text(text), origin),
    }
}

/// Where a text holds what another program fills in before CloudFormation sees it: Jinja, Helm, ERB.
pub fn placeholder(text: &str) -> Option<Range<usize>> {
    let found = [("{{", "}}"), ("{%", "%}"), ("<%", "%>")].into_iter().filter_map(|(open, close)| {
        text.match_indices(open).find_map(|(at, _)| {
            let behind = text.get(at + open.len()..).unwrap_or_default();
            let length = behind.lines().next()?.find(close)?;
            (!behind.starts_with("resolve:")).then_some(at..at + open.len() + length + close.len())
        })
    });
    found.min_by_key(|range| range.start)
}

/// What a value is where it stands in a text.
///
/// # Errors
/// What the value is, when it cannot be a text.
pub fn text(value: &Value) -> Result<Text, &'static str> {
    match &value.data {
        Data::Text(text) => Ok(text.clone()),
        Data::Bool(value) => Ok(Text::literal(value.to_string())),
        Data::Number(number) => Ok(Text::literal(number.to_string())),
        Data::Null => Err("nothing (AWS::NoValue)"),
        Data::List(..) => Err("a list"),
        Data::Map(..) | Data::Object(..) => Err("a map"),
        Data::Opaque(_) | Data::Open(_) | Data::Pending(_) | Data::Failed(_) => {
            Ok(Text::join([Part::Value(value.clone())]))
        }
    }
}

/// The parts of a value where it stands in a text.
///
/// # Errors
/// What the value is, when it cannot be a text.
pub fn parts(value: &Value) -> Result<Vec<Part>, &'static str> {
    text(value).map(|text| text.parts().to_vec())
}

/// How much a text adds to another one, about.
pub fn size(text: &Text) -> usize {
    text.literal_bytes() + 64 * text.values().count()
}

/// The text with every `{{resolve:…}}` as an opaque part. It may span parts: `{{resolve:ssm:${Name}}}`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>
fn resolved(text: &Text) -> Text {
    let mut done: Vec<Part> = Vec::new();
    let mut reference: Option<String> = None;
    for part in text.parts() {
        match (part, &mut reference) {
            (Part::Literal(text), _) => reference = resolve_literal(text, reference.take(), &mut done),
            (Part::Value(value) | Part::Json(value), Some(name)) => {
                name.push_str(&Text::join([Part::Value(value.clone())]).to_string());
            }
            (part, None) => done.push(part.clone()),
        }
    }
    done.extend(reference.map(Part::Literal));
    Text::join(done)
}

/// Cuts a literal part at its references. What is left of one that does not end in it is given back.
fn resolve_literal(text: &str, mut reference: Option<String>, done: &mut Vec<Part>) -> Option<String> {
    let mut rest = text;
    loop {
        if let Some(name) = reference {
            let Some((end, after)) = rest.split_once("}}") else { return Some(name + rest) };
            done.push(Part::Value(named(name + end + "}}", Origin::default())));
            rest = after;
        }
        let Some((before, after)) = rest.split_once(DYNAMIC) else {
            done.push(Part::Literal(rest.to_owned()));
            return None;
        };
        done.push(Part::Literal(before.to_owned()));
        reference = Some(DYNAMIC.to_owned());
        rest = after;
    }
}

/// Something set at deployment that is known by its name alone.
pub fn named(name: impl Into<String>, origin: Origin) -> Value {
    Value::opaque(Symbol { source: SymbolSource::Named(name.into()), attribute: String::new() }, origin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn span() -> Span {
        Span::new(FileId(0), 0, 0)
    }

    #[test]
    fn plain_scalars_are_read_as_yaml_1_1_reads_them_and_keep_what_numbers_would_lose() {
        for (text, expected) in [
            ("true", "true"),
            ("Yes", "true"),
            ("off", "false"),
            ("y", "\"y\""),
            ("12", "12"),
            ("012345678901", "\"012345678901\""),
            ("2012-10-17", "\"2012-10-17\""),
            ("1.10", "\"1.10\""),
            ("1e3", "\"1e3\""),
            ("~", "null"),
        ] {
            let plain = Scalar::new(text, Style::Plain);
            assert_eq!(scalar(&plain, span()).describe(), expected, "{text}");
            let quoted = Scalar::new(text, Style::Quoted);
            assert_eq!(scalar(&quoted, span()).describe(), format!("\"{text}\""));
        }
    }

    #[test]
    fn a_sub_text_has_names_literals_and_perhaps_a_brace_that_never_closes() {
        let text = "a${ B }${!C}${";
        let found = pieces(text).into_iter().map(|piece| match piece {
            Piece::Literal(range) => text.get(range).unwrap_or_default().to_owned(),
            Piece::Name(name, range) => format!("{name} in {}", text.get(range).unwrap_or_default()),
        });
        assert_eq!(found.collect::<Vec<_>>(), ["a", "B in ${ B }", "${", "C}", "${"]);
    }

    #[test]
    fn dynamic_references_are_opaque_wherever_they_stand() {
        let describe = |parts: Vec<Part>| joined(parts, Origin::default()).describe();
        let literal = |text: &str| Part::Literal(text.to_owned());
        assert_eq!(describe(vec![literal("{{resolve:ssm:/x}}")]), "{{resolve:ssm:/x}}");
        assert_eq!(describe(vec![literal("a{{resolve:ssm:/x}}b")]), "\"a${{{resolve:ssm:/x}}}b\"");
        let name = Part::Value(named("N", Origin::default()));
        assert_eq!(describe(vec![literal("{{resolve:ssm:"), name, literal("}}")]), "{{resolve:ssm:${N}}}");
        assert_eq!(describe(vec![literal("{{resolve:ssm")]), "\"{{resolve:ssm\"");
    }
}
