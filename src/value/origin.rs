//! The chain of places a value came through, from where it was read back to where it was written.

use std::sync::Arc;

use crate::source::Span;

/// How many places a value takes over from what it is made of.
const MAX_INHERITED: usize = 16;

/// A chain of places. Empty for a value no file wrote, such as a provider's default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin(Option<Arc<Hop>>);

/// One place of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The place.
    pub span: Span,
    /// What stands there.
    pub role: Role,
    /// Where the value was before.
    pub from: Origin,
}

/// What stands at a place a value came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The value or expression itself.
    Expression,
    /// The header of a block or the logical id of a resource, where a missing attribute would be written.
    Header,
    /// An argument in a `module` block, or a nested stack's parameter: what a caller hands in.
    Argument,
    /// The default of a variable or parameter.
    Default,
    /// A value given in a variable or parameter file.
    Given,
    /// A local value or a mapping's entry.
    Local,
    /// An output of a module or nested stack.
    Output,
    /// The condition that chose this value.
    Condition,
    /// The declaration of a variable or parameter whose value is a secret.
    Secret,
}

impl Origin {
    /// A chain of one place.
    #[must_use]
    pub fn at(span: Span, role: Role) -> Self {
        Self::default().through(span, role)
    }

    /// An expression's own place.
    #[must_use]
    pub fn expression(span: Span) -> Self {
        Self::at(span, Role::Expression)
    }

    /// The chain with one more place in front: the newest place comes first.
    #[must_use]
    pub fn through(self, span: Span, role: Role) -> Self {
        Self(Some(Arc::new(Hop { span, role, from: self })))
    }

    /// The chain of a value that is made of others: behind its own places those that the others came by, each once and the
    /// first few of them. Where the others are expressions is part of where this one is.
    #[must_use]
    pub fn made_of<'o>(self, parts: impl IntoIterator<Item = &'o Self>) -> Self {
        let mut places: Vec<(Span, Role)> = self.hops().map(|hop| (hop.span, hop.role)).collect();
        let own = places.len();
        for hop in parts.into_iter().flat_map(Self::hops).filter(|hop| hop.role != Role::Expression) {
            if places.len() < own + MAX_INHERITED && !places.contains(&(hop.span, hop.role)) {
                places.push((hop.span, hop.role));
            }
        }
        if places.len() == own {
            return self;
        }
        places.into_iter().rev().fold(Self::default(), |chain, (span, role)| chain.through(span, role))
    }

    /// The chain of what stands at `span` inside of the text that this is the chain of. The places that hold it say less than
    /// it does, and are left out.
    #[must_use]
    pub fn within(&self, span: Span) -> Self {
        let others: Vec<&Hop> = self.hops().filter(|hop| !hop.span.holds(span)).collect();
        let chain = others.into_iter().rev().fold(Self::default(), |chain, hop| chain.through(hop.span, hop.role));
        chain.through(span, Role::Expression)
    }

    /// The places, the one nearest to the reader first.
    pub fn hops(&self) -> impl Iterator<Item = &Hop> {
        std::iter::successors(self.0.as_deref(), |hop| hop.from.0.as_deref())
    }

    /// Whether the value, or something it is made of, is a secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.hops().any(|hop| hop.role == Role::Secret)
    }

    /// The place nearest to the reader.
    #[must_use]
    pub fn nearest(&self) -> Option<Span> {
        self.0.as_ref().map(|hop| hop.span)
    }

    /// The place where the value was written first.
    #[must_use]
    pub fn source(&self) -> Option<Span> {
        self.hops().last().map(|hop| hop.span)
    }
}
