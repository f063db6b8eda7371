//! What a statement is about: whether its resources can be a bucket or something in it.

use crate::value::{Data, Decided, Symbol, SymbolSource, Value, World, any, every};

use super::document::Selector;
use super::fixed::{is_evaluated, values};
use super::pattern::{Token, covers, hole, meets, pattern, plain, tokens};

/// The bucket that policies are judged for.
#[derive(Debug, Clone)]
pub struct Target {
    address: String,
    /// The bucket's name; a hole where it is not known.
    name: Vec<Token>,
}

impl Target {
    /// The bucket at `address`, named `name` (null where it has no name of its own).
    #[must_use]
    pub fn bucket(address: impl Into<String>, name: &Value) -> Self {
        let address = address.into();
        let name = match &name.data {
            Data::Null => vec![Token::Hole(format!("{address}.name"))],
            Data::Text(text) => match text.as_literal() {
                Some(literal) => plain(literal),
                None => tokens(text, |_| None),
            },
            _ => vec![hole(name)],
        };
        Self { address, name }
    }

    /// The bucket's ARN, in whichever partition it is.
    fn arn(&self) -> Vec<Token> {
        let partition = Token::Hole("partition".to_owned());
        [plain("arn:"), vec![partition], plain(":s3:::"), self.name.clone()].concat()
    }

    /// The ARN of everything in the bucket.
    fn objects(&self) -> Vec<Token> {
        self.arn().into_iter().chain(pattern("/*")).collect()
    }

    /// The tokens of a resource pattern, with the bucket's own name and ARN recognised.
    fn tokens(&self, value: &Value) -> Vec<Token> {
        match &value.data {
            Data::Text(text) => tokens(text, |part| self.own(part)),
            _ => self.own(value).unwrap_or_else(|| vec![hole(value)]),
        }
    }

    fn own(&self, value: &Value) -> Option<Vec<Token>> {
        let Data::Opaque(symbol) = &value.data else { return None };
        let Symbol { source: SymbolSource::Resource(address), attribute } = symbol.as_ref() else { return None };
        if *address != self.address {
            return None;
        }
        match attribute.as_str() {
            "arn" | "Arn" => Some(self.arn()),
            "id" | "bucket" | "" => Some(self.name.clone()),
            _ => None,
        }
    }
}

/// Whether the statement can be about the bucket or something in it. What is unknown may be: S3 refuses policies
/// about anything else, so only what certainly is another bucket is left out.
///
/// # Errors
/// [`crate::value::Stop`] when the resources are not known yet.
pub(super) fn can_touch(resource: &Selector, target: &Target, world: &World) -> Decided<bool> {
    let (bucket, objects) = (target.arn(), target.objects());
    match resource {
        Selector::Only(only) => any(values(only).into_iter().map(|value| {
            if !is_evaluated(value, world)? {
                return Ok(false);
            }
            let named = target.tokens(value);
            let is_arn = covers(&pattern("arn:*"), &named);
            Ok(!is_arn || can_be(&named, &bucket) || can_be(&named, &objects))
        })),
        Selector::AllBut(excluded) => {
            let excluded = values(excluded);
            every(excluded.iter().map(|value| is_evaluated(value, world)))?;
            let excluded: Vec<Vec<Token>> = excluded.into_iter().map(|value| target.tokens(value)).collect();
            let is_excluded = |whole: &[Token]| excluded.iter().any(|excluded| is_within(whole, excluded));
            Ok(!(is_excluded(&bucket) && is_excluded(&objects)))
        }
    }
}

/// Whether `inner` is about nothing in the bucket that `outer` is not about. A yes is certain.
pub(super) fn is_covered(inner: &Selector, outer: &Selector, target: &Target) -> bool {
    let Selector::Only(outer) = outer else { return false };
    let outer: Vec<Vec<Token>> = values(outer).into_iter().map(|value| target.tokens(value)).collect();
    let everything = [target.arn(), target.objects()];
    let inner: Vec<Vec<Token>> = match inner {
        Selector::Only(inner) => values(inner).into_iter().map(|value| target.tokens(value)).collect(),
        Selector::AllBut(_) => vec![pattern("*")],
    };
    let covered = |inner: &[Token]| outer.iter().any(|outer| is_within(inner, outer));
    inner
        .iter()
        .all(|inner| if *inner == pattern("*") { everything.iter().all(|all| covered(all)) } else { covered(inner) })
}

/// Whether `outer` covers `inner`, both without the ARN's head: a bucket has only one partition.
fn is_within(inner: &[Token], outer: &[Token]) -> bool {
    covers(outer, inner) || headless(outer).zip(headless(inner)).is_some_and(|(outer, inner)| covers(outer, inner))
}

/// Whether `named` fits anything that `whole` is about. Without their heads where both have one, so that no wildcard
/// takes part of a head for part of a key.
fn can_be(named: &[Token], whole: &[Token]) -> bool {
    match headless(named).zip(headless(whole)) {
        Some((named, whole)) => meets(named, whole),
        None => meets(named, whole),
    }
}

/// What follows `arn:<partition>:s3:::`, where the partition has no wildcard that could reach beyond it.
fn headless(arn: &[Token]) -> Option<&[Token]> {
    let rest = arn.strip_prefix(plain("arn:").as_slice())?;
    let end = rest.iter().position(|token| matches!(token, Token::Char(':') | Token::Many))?;
    rest.get(end..)?.strip_prefix(plain(":s3:::").as_slice())
}
