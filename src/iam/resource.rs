//! What a statement is about: whether its resources can be a bucket or something in it.

use std::collections::BTreeSet;

use crate::model::may_be_same;
use crate::value::{Claim, Data, Decided, Part, Reason, Symbol, SymbolSource, Value, World, any};

use super::document::Selector;
use super::fixed::{is_evaluated, values};
use super::pattern::{Token, covers, hole, meets, pattern, plain, tokens, widened};

/// The bucket that policies are judged for.
#[derive(Debug, Clone)]
pub struct Target {
    address: String,
    /// The bucket's name; a hole where it is not known.
    name: Vec<Token>,
    /// The addresses of other buckets.
    others: BTreeSet<String>,
    /// The names of others, where its own is not known.
    other_names: BTreeSet<String>,
}

impl Target {
    /// The bucket at `address`, named `name` (null where it has no name of its own), which is neither one of those at the
    /// addresses `others` nor named as one of `other_names`.
    #[must_use]
    pub fn bucket(
        address: impl Into<String>,
        name: &Value,
        others: &BTreeSet<String>,
        other_names: &BTreeSet<String>,
    ) -> Self {
        let address = address.into();
        let name = match &name.data {
            Data::Null => vec![Token::Hole(format!("{address}.name"))],
            Data::Text(text) => match text.as_literal() {
                Some(literal) => plain(literal),
                None => tokens(text, |_| None),
            },
            _ => vec![hole(name)],
        };
        Self { address, name, others: others.clone(), other_names: other_names.clone() }
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
        let (address, identity) = identity(value)?;
        // S3 refuses a policy about another bucket than its own, so that what may be this one is.
        let is_own = address == self.address || may_be_same(address, &self.address) && !self.others.contains(address);
        is_own.then(|| match identity {
            Identity::Arn => self.arn(),
            Identity::Name => self.name.clone(),
        })
    }

    /// Whether a resource is another bucket, or something in it: it begins with the other's ARN, or its name stands
    /// whole behind `:::`.
    fn is_elsewhere(&self, resource: &Value) -> bool {
        let is_other = |value: &Value, wanted: Identity| {
            identity(value).is_some_and(|(address, identity)| identity == wanted && self.others.contains(address))
        };
        let ends = |rest: &[Part]| match rest {
            [] => true,
            [Part::Literal(text), ..] => text.starts_with('/'),
            _ => false,
        };
        let Data::Text(text) = &resource.data else { return is_other(resource, Identity::Arn) };
        if let [Part::Value(arn), rest @ ..] = text.parts()
            && is_other(arn, Identity::Arn)
        {
            return ends(rest);
        }
        let is_head = |part: &Part| matches!(part, Part::Literal(text) if text.contains(":::"));
        let head = text.parts().iter().position(is_head).unwrap_or(text.parts().len());
        match text.parts().get(head..) {
            Some([Part::Literal(head), Part::Value(name), rest @ ..]) if head.ends_with(":s3:::") => {
                is_other(name, Identity::Name) && ends(rest)
            }
            Some([Part::Literal(named), rest @ ..]) => {
                let name = named.split_once(":s3:::").map_or("", |(_, name)| name);
                let (name, is_whole) = name.split_once('/').map_or((name, rest.is_empty()), |(name, _)| (name, true));
                is_whole && self.other_names.contains(name)
            }
            _ => false,
        }
    }
}

/// What of a resource a value is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Identity {
    Arn,
    Name,
}

/// The address of the resource whose ARN or name `value` is.
fn identity(value: &Value) -> Option<(&str, Identity)> {
    let Data::Opaque(symbol) = &value.data else { return None };
    let Symbol { source: SymbolSource::Resource(address), attribute } = symbol.as_ref() else { return None };
    match attribute.as_str() {
        "arn" | "Arn" => Some((address, Identity::Arn)),
        "id" | "bucket" | "" => Some((address, Identity::Name)),
        _ => None,
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
            if !is_evaluated(value, world)? || target.is_elsewhere(value) {
                return Ok(false);
            }
            let named = target.tokens(value);
            let is_arn = covers(&pattern("arn:*"), &named);
            Ok(!is_arn || can_be(&named, &bucket) || can_be(&named, &objects))
        })),
        Selector::AllBut(excluded) => {
            let named = patterns(excluded, target, world)?;
            let leaves = |excluded: &[Vec<Token>]| {
                let is_excluded = |whole: &[Token]| excluded.iter().any(|excluded| is_within(whole, excluded));
                !(is_excluded(&bucket) && is_excluded(&objects))
            };
            let widest: Vec<_> = named.iter().map(|named| widened(named, &objects)).collect();
            if !leaves(&named) || leaves(&widest) {
                return Ok(leaves(&named));
            }
            let subject = format!("all but {}", excluded.describe());
            let claim = Claim::with("is about", &*target.address);
            world.decide(&claim.of(&subject, Reason::Derived, excluded.origin.clone()))
        }
    }
}

/// Whether `inner` is about nothing in the bucket that `outer` is not about. A yes is certain.
///
/// # Errors
/// [`crate::value::Stop`] while the resources wait for an answer.
pub(super) fn is_covered(inner: &Selector, outer: &Selector, target: &Target, world: &World) -> Decided<bool> {
    let everything = || vec![target.arn(), target.objects()];
    let is_own = |named: &Vec<Token>| everything().iter().any(|own| can_be(named, own));
    let named = |element: &Value| {
        let named = patterns(element, target, world)?.into_iter().filter(is_own);
        Ok(named.flat_map(|named| if named == pattern("*") { everything() } else { vec![named] }).collect::<Vec<_>>())
    };
    // Of what a resource names, only the bucket and what is in it counts: `logs*` is no more than `logs` and `logs/*`.
    let are_within = |inner: &[Vec<Token>], outer: &[Vec<Token>]| {
        let is_covered = |named: &[Token]| outer.iter().any(|outer| is_within(named, outer));
        inner
            .iter()
            .all(|inner| is_covered(inner) || everything().iter().all(|own| !can_be(inner, own) || is_covered(own)))
    };
    Ok(match (inner, outer) {
        (Selector::Only(inner), Selector::Only(outer)) => are_within(&named(inner)?, &patterns(outer, target, world)?),
        (Selector::AllBut(_), Selector::Only(outer)) => are_within(&everything(), &patterns(outer, target, world)?),
        (Selector::AllBut(inner), Selector::AllBut(outer)) => {
            are_within(&named(outer)?, &patterns(inner, target, world)?)
        }
        (Selector::Only(inner), Selector::AllBut(outer)) => {
            let spared = patterns(outer, target, world)?;
            named(inner)?.iter().all(|inner| !spared.iter().any(|spared| can_be(spared, inner)))
        }
    })
}

/// The resources that an element names, as patterns, without those that are other buckets.
fn patterns(element: &Value, target: &Target, world: &World) -> Decided<Vec<Vec<Token>>> {
    let mut found = Vec::new();
    for value in values(element) {
        if is_evaluated(value, world)? && !target.is_elsewhere(value) {
            found.push(target.tokens(value));
        }
    }
    Ok(found)
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
