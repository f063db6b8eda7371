//! What a statement is about, as far as S3's actions go: reading, listing, writing.
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>

use std::sync::Arc;

use crate::value::{Claim, Data, Decided, Question, Reason, Value, World, any};

use super::document::Selector;
use super::fixed::{is_evaluated, settled, values};
use super::pattern::{Token, covers, hole, meets, pattern, tokens, widened};

/// A way to reach a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Access {
    /// Objects or settings are read (`s3:Get…`).
    Read,
    /// Keys, versions or uploads are listed (`s3:List…`).
    List,
    /// Anything is changed: every other action.
    Write,
}

impl Access {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Read, Self::List, Self::Write];

    /// The word facts give it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::List => "list",
            Self::Write => "write",
        }
    }

    /// The verbs S3's actions begin with, in small letters: actions are compared without regard to case.
    fn verbs(self) -> &'static [&'static str] {
        match self {
            Self::Read => &["get", "describe", "head"],
            Self::List => &["list"],
            Self::Write => &[
                "abort",
                "associate",
                "bypass",
                "create",
                "delete",
                "dissociate",
                "initiate",
                "object",
                "pause",
                "put",
                "rename",
                "replicate",
                "restore",
                "submit",
                "tag",
                "untag",
                "update",
            ],
        }
    }

    fn patterns(self) -> impl Iterator<Item = Vec<Token>> {
        self.verbs().iter().map(|verb| pattern(&format!("s3:{verb}*")))
    }
}

/// Whether the statement is about `access` to S3.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides it.
pub(super) fn is_about(action: &Selector, access: Access, world: &World) -> Decided<bool> {
    match action {
        Selector::Only(only) => any(values(only).into_iter().map(|value| names(value, access, world))),
        Selector::AllBut(excluded) => {
            let named = patterns(excluded, world)?;
            let leaves = |excluded: &[Vec<Token>]| {
                access.patterns().any(|verb| !excluded.iter().any(|excluded| covers(excluded, &verb)))
            };
            let widest: Vec<_> = named.iter().map(|named| widened(named, &[])).collect();
            if !leaves(&named) || leaves(&widest) {
                return Ok(leaves(&named));
            }
            world.decide(&allows(&format!("all but {}", excluded.describe()), access, excluded))
        }
    }
}

/// Whether `inner` is about nothing that `outer` is not about, as far as S3 goes. A yes is certain.
///
/// # Errors
/// [`crate::value::Stop`] while the actions wait for an answer.
pub(super) fn is_covered(inner: &Selector, outer: &Selector, world: &World) -> Decided<bool> {
    // What is not about S3 is not about the bucket.
    let s3 = |actions: &Value| {
        let named = patterns(actions, world)?.into_iter().filter(|named| meets(&pattern("s3:*"), named));
        Ok(named.map(|named| if named == pattern("*") { pattern("s3:*") } else { named }).collect::<Vec<_>>())
    };
    Ok(match (inner, outer) {
        (Selector::Only(inner), Selector::Only(outer)) => are_covered(&s3(inner)?, &s3(outer)?),
        (Selector::AllBut(_), Selector::Only(outer)) => are_covered(&[pattern("s3:*")], &s3(outer)?),
        (Selector::AllBut(inner), Selector::AllBut(outer)) => are_covered(&s3(outer)?, &s3(inner)?),
        (Selector::Only(inner), Selector::AllBut(outer)) => {
            let spared = s3(outer)?;
            s3(inner)?.iter().all(|inner| !spared.iter().any(|spared| meets(spared, inner)))
        }
    })
}

/// Whether each of the `inner` patterns is covered by one of the `outer` ones.
fn are_covered(inner: &[Vec<Token>], outer: &[Vec<Token>]) -> bool {
    inner.iter().all(|inner| outer.iter().any(|outer| covers(outer, inner)))
}

/// The actions that an element names, as patterns.
fn patterns(element: &Value, world: &World) -> Decided<Vec<Vec<Token>>> {
    let mut found = Vec::new();
    for value in values(element) {
        let value = settled(value, world)?;
        if is_evaluated(&value, world)? {
            found.push(action_tokens(&value));
        }
    }
    Ok(found)
}

fn names(value: &Value, access: Access, world: &World) -> Decided<bool> {
    let value = &settled(value, world)?;
    if !is_evaluated(value, world)? {
        return Ok(false);
    }
    let action = action_tokens(value);
    if !could_name(&action, access) {
        return Ok(false);
    }
    let known = !action.iter().any(|token| matches!(token, Token::Hole(_)));
    if known || access.patterns().any(|verb| covers(&verb, &action)) {
        return Ok(true);
    }
    world.decide(&allows(&value.describe(), access, value))
}

/// The question whether what is called `actions` is about such access.
fn allows(actions: &str, access: Access, value: &Value) -> Arc<Question> {
    Claim::with("allows to", format!("{} objects", access.as_str())).of(actions, Reason::Derived, value.origin.clone())
}

/// Whether the pattern fits an action of this kind. An S3 action that begins with no known verb is taken to write.
fn could_name(action: &[Token], access: Access) -> bool {
    let fits = |access: Access| access.patterns().any(|verb| meets(&verb, action));
    fits(access)
        || (access == Access::Write && meets(&pattern("s3:*"), action) && !fits(Access::Read) && !fits(Access::List))
}

fn action_tokens(value: &Value) -> Vec<Token> {
    let lower = |token: Token| match token {
        Token::Char(character) => Token::Char(character.to_ascii_lowercase()),
        other => other,
    };
    match &value.data {
        Data::Text(text) => tokens(text, |_| None).into_iter().map(lower).collect(),
        _ => vec![hole(value)],
    }
}
