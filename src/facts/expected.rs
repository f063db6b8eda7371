//! Whether a value is what somebody expects: whether a text fits a name in which `*` stands for any characters.
//!
//! What is known of a text decides where that is enough; whatever is left is asked.

use std::sync::Arc;

use crate::iam::{Class, Token, covers, meets};
use crate::model::{Estate, Kind, Resource};
use crate::source::Wildcard;
use crate::value::{Claim, Data, Decided, Part, Reason, Stop, Symbol, SymbolSource, Value, World};

/// How many names may be made of one another.
const MAX_DEPTH: usize = 8;

/// A name that is expected somewhere.
#[derive(Debug, Clone, Copy)]
pub struct Name<'a> {
    /// What the text has to fit.
    pub pattern: &'a Wildcard,
    /// The service in whose ARNs the name may stand alone, as a topic's may: `sns`.
    pub service: Option<&'a str>,
}

/// Whether `value` is set and fits `name`. A reference to a bucket or log group of `estate` stands for what its name says.
///
/// # Errors
/// [`Stop`] when an input decides it, when it is known at deployment only, or when the real tool would refuse.
pub fn fits(value: &Value, name: Name, estate: &dyn Estate, world: &World) -> Decided<bool> {
    let value = &declared_name(value, estate).unwrap_or_else(|| value.clone());
    let pattern = name.pattern.as_str();
    if let Some(question) = value.which(world) {
        return Err(Stop::Ask(Arc::new(question)));
    }
    if matches!(value.data, Data::Open(_)) && name.service.is_none() && !pattern.contains('*') {
        return value.read_is(pattern, world);
    }
    if !value.read_set(world)? {
        return Ok(false);
    }
    if let Some(fits) = certainly(value, name, estate) {
        return Ok(fits);
    }
    let claim = Claim::with("fits", format!("\"{pattern}\""));
    world.decide(&claim.of(&value.describe(), Reason::Derived, value.origin.clone()))
}

/// Whether a text fits `name` whatever its unknown parts are; `None` where they decide it.
pub fn certainly(value: &Value, name: Name, estate: &dyn Estate) -> Option<bool> {
    let token = |character| if character == '*' { Token::Many } else { Token::Char(character) };
    let expected: Vec<Token> = name.pattern.as_str().chars().map(token).collect();
    let seen = whole(tokens(value, estate, 0), name.service);
    match (covers(&expected, &seen), meets(&expected, &seen)) {
        (true, _) => Some(true),
        (_, false) => Some(false),
        _ => None,
    }
}

/// The tokens of an ARN, where a service lets the last part of it stand for the whole.
fn whole(tokens: Vec<Token>, service: Option<&str>) -> Vec<Token> {
    let Some(service) = service else { return tokens };
    let any = [plain("arn:"), vec![Token::Many]].concat();
    if covers(&any, &tokens) {
        return tokens;
    }
    if meets(&any, &tokens) {
        // It may be either.
        return vec![Token::Hole("the ARN".to_owned())];
    }
    arn(service, tokens)
}

/// The ARN of something in a service, in whatever partition, Region and account.
fn arn(service: &str, resource: Vec<Token>) -> Vec<Token> {
    let [partition, region, account] = [Class::Word, Class::Word, Class::Digits].map(|class| vec![Token::Part(class)]);
    let service = plain(&format!(":{service}:"));
    [plain("arn:"), partition, service, region, plain(":"), account, plain(":"), resource].concat()
}

/// The name of the bucket that a value refers to, unless it gets one at deployment.
fn declared_name(value: &Value, estate: &dyn Estate) -> Option<Value> {
    let symbol = match &value.data {
        Data::Opaque(symbol) => symbol,
        Data::Text(text) => match text.parts() {
            [Part::Value(Value { data: Data::Opaque(symbol), .. })] => symbol,
            _ => return None,
        },
        _ => return None,
    };
    let bucket = (symbol.attribute == "id").then(|| resource(symbol, Kind::Bucket, estate)).flatten()?;
    let name = estate.property(&bucket, "BucketName");
    (!name.is_null()).then_some(name)
}

fn resource(symbol: &Symbol, kind: Kind, estate: &dyn Estate) -> Option<Resource> {
    let SymbolSource::Resource(address) = &symbol.source else { return None };
    estate.resources(kind).into_iter().find(|resource| resource.address == *address)
}

/// What is known of a text, character by character.
fn tokens(value: &Value, estate: &dyn Estate, depth: usize) -> Vec<Token> {
    let part = |part: &Part| match part {
        Part::Literal(text) => plain(text),
        Part::Value(value) => tokens(value, estate, depth + 1),
        Part::Json(value) => vec![hole(value)],
    };
    let unknown = || vec![hole(value)];
    match &value.data {
        _ if depth > MAX_DEPTH => unknown(),
        Data::Text(text) => text.parts().iter().flat_map(part).collect(),
        Data::Bool(_) | Data::Number(_) => plain(&value.describe()),
        Data::Opaque(symbol) => named(symbol, estate, depth).unwrap_or_else(unknown),
        _ => unknown(),
    }
}

/// A bucket's name, or a log group's ARN, which CloudFormation gives with `:*` behind the name.
fn named(symbol: &Symbol, estate: &dyn Estate, depth: usize) -> Option<Vec<Token>> {
    let name = |kind, property| {
        let name = estate.property(&resource(symbol, kind, estate)?, property);
        (!name.is_null()).then(|| tokens(&name, estate, depth + 1))
    };
    let behind = match symbol.attribute.as_str() {
        "id" => return name(Kind::Bucket, "BucketName"),
        "arn" => "",
        "Arn" => ":*",
        _ => return None,
    };
    let name = name(Kind::LogGroup, "LogGroupName")?;
    Some(arn("logs", [plain("log-group:"), name, plain(behind)].concat()))
}

fn plain(text: &str) -> Vec<Token> {
    text.chars().map(Token::Char).collect()
}

fn hole(value: &Value) -> Token {
    Token::Hole(value.describe())
}
