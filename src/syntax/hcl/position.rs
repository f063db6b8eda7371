//! Where a text stands that is parsed: in a file as it is, or as what a string in a file means.
//!
//! Knows bytes and places; what is parsed there is the caller's.

use std::ops::Range;

use crate::source::{FileId, Places, Span};

/// Where the text that was parsed stands in the file.
#[derive(Debug, Clone, Copy)]
pub(in crate::syntax) enum Position<'p> {
    /// It begins at this byte.
    From(FileId, usize),
    /// It is what a string means once its escapes are undone: the places of the string's characters, where among them the
    /// text begins, and the place of the string, where everything else stands.
    Within(&'p Places, usize, Span),
}

impl Position<'_> {
    pub(super) fn span(self, range: Range<usize>) -> Span {
        match self {
            Self::From(file, offset) => Span::new(file, offset + range.start, offset + range.end),
            Self::Within(places, offset, whole) => {
                places.span(offset + range.start..offset + range.end).unwrap_or(whole)
            }
        }
    }

    /// The places of the bytes of `range`.
    pub(super) fn places(self, range: Range<usize>) -> Places {
        match self {
            Self::From(..) => Places::of(range.len(), self.span(range)),
            Self::Within(places, offset, _) => places.slice(offset + range.start..offset + range.end),
        }
    }

    /// The position `offset` bytes further on.
    pub(super) fn after(self, offset: usize) -> Self {
        match self {
            Self::From(file, start) => Self::From(file, start + offset),
            Self::Within(places, start, whole) => Self::Within(places, start + offset, whole),
        }
    }
}
