//! Scalars and texts: what a plain scalar means, `${…}` in `Fn::Sub`, and dynamic references.

use crate::source::Span;
use crate::syntax::{Scalar, Style};
use crate::value::{Data, Number, Origin, Part, Symbol, SymbolSource, Text, Value};

/// The longest text that evaluation builds, in bytes: a template is at most 1 MB.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
pub const MAX_TEXT: usize = 1024 * 1024;

const DYNAMIC: &str = "{{resolve:";

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
        if let Some(number) = Number::parse(&scalar.text).filter(|number| number.to_string() == scalar.text) {
            return Value::number(number, origin);
        }
    }
    joined([Part::Literal(scalar.text.clone())], origin)
}

/// What stands in a `Fn::Sub` text, in order.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Characters.
    Literal(&'t str),
    /// The name in `${Name}`.
    Name(&'t str),
}

/// The pieces of a `Fn::Sub` text. `${!Literal}` stands for `${Literal}`; a brace that never closes is literal.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        pieces.push(Piece::Literal(before));
        let Some((name, following)) = after.split_once('}') else {
            pieces.push(Piece::Literal("${"));
            rest = after;
            break;
        };
        match name.strip_prefix('!') {
            Some(literal) => pieces.extend([Piece::Literal("${"), Piece::Literal(literal), Piece::Literal("}")]),
            None => pieces.push(Piece::Name(name.trim())),
        }
        rest = following;
    }
    pieces.push(Piece::Literal(rest));
    pieces
}

/// The value of a text: a lone opaque or open part is itself, and dynamic references are opaque.
pub fn joined(parts: impl IntoIterator<Item = Part>, origin: Origin) -> Value {
    let mut text = Text::join(parts);
    let dynamic = |part: &Part| matches!(part, Part::Literal(text) if text.contains(DYNAMIC));
    if text.parts().iter().any(dynamic) {
        text = resolved(&text);
    }
    match text.parts() {
        [Part::Value(value)] => Value::new(value.data.clone(), join_origins(&value.origin, &origin)),
        _ => Value::new(Data::Text(text), origin),
    }
}

/// The part's chain of places with the whole's in front.
fn join_origins(part: &Origin, whole: &Origin) -> Origin {
    let hops: Vec<_> = whole.hops().map(|hop| (hop.span, hop.role)).collect();
    hops.into_iter().rev().fold(part.clone(), |origin, (span, role)| origin.through(span, role))
}

/// The parts of a value where it stands in a text.
///
/// # Errors
/// What the value is, when it cannot be a text.
pub fn parts(value: &Value) -> Result<Vec<Part>, &'static str> {
    match &value.data {
        Data::Text(text) => Ok(text.parts().to_vec()),
        Data::Bool(value) => Ok(vec![Part::Literal(value.to_string())]),
        Data::Number(number) => Ok(vec![Part::Literal(number.to_string())]),
        Data::Null => Err("nothing (AWS::NoValue)"),
        Data::List(..) => Err("a list"),
        Data::Map(..) | Data::Object(_) => Err("a map"),
        Data::Opaque(_) | Data::Open(_) | Data::Pending(_) | Data::Failed(_) => Ok(vec![Part::Value(value.clone())]),
    }
}

/// How much a part adds to a text, about.
pub fn size(part: &Part) -> usize {
    match part {
        Part::Literal(text) => text.len(),
        Part::Value(_) | Part::Json(_) => 64,
    }
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
            let plain = Scalar { text: text.to_owned(), style: Style::Plain };
            assert_eq!(scalar(&plain, span()).describe(), expected, "{text}");
            let quoted = Scalar { text: text.to_owned(), style: Style::Quoted };
            assert_eq!(scalar(&quoted, span()).describe(), format!("\"{text}\""));
        }
    }

    #[test]
    fn a_sub_text_has_names_literals_and_perhaps_a_brace_that_never_closes() {
        use Piece::{Literal, Name};
        let found: Vec<_> = pieces("a${ B }${!C}${").into_iter().filter(|piece| *piece != Literal("")).collect();
        assert_eq!(found, [Literal("a"), Name("B"), Literal("${"), Literal("C"), Literal("}"), Literal("${")]);
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
