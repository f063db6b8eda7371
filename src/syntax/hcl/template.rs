//! From the pieces of a template, in a row, to its parts: whitespace stripped, heredocs dedented, directives nested.
//!
//! This is HCL's own order of work (strip, then dedent, then join neighbouring literals), piece by piece, for the
//! three interact: <https://github.com/hashicorp/hcl/blob/main/hclsyntax/parser_template.go>.
//! Knows nothing of the parser that found the pieces.

use std::iter::Peekable;
use std::ops::Range;
use std::sync::Arc;
use std::vec::IntoIter;

use super::super::body::{Expr, TemplateFor, TemplatePart};
use crate::source::Places;

/// One piece of a template, with the strip markers at its two ends.
#[derive(Debug)]
pub(super) struct Piece {
    pub kind: PieceKind,
    /// `${~`
    pub strip_before: bool,
    /// `~}`
    pub strip_after: bool,
}

#[derive(Debug)]
pub(super) enum PieceKind {
    /// Text within one line, its line end included, and where it stands in the source; whatever is between quotes counts
    /// as one line.
    Literal(String, Range<usize>),
    Interpolation(Arc<Expr>),
    If(Arc<Expr>),
    Else,
    EndIf,
    For(Option<String>, String, Arc<Expr>),
    EndFor,
}

/// What happens to the lines of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Indentation {
    /// They stay as they are.
    Kept,
    /// `<<-`: they lose the indentation that they have in common.
    Removed,
}

impl Piece {
    pub(super) fn literal(text: String, place: Range<usize>) -> Self {
        Self { kind: PieceKind::Literal(text, place), strip_before: false, strip_after: false }
    }

    fn text_mut(&mut self) -> Option<&mut String> {
        match &mut self.kind {
            PieceKind::Literal(text, _) => Some(text),
            _ => None,
        }
    }
}

/// The parts that the pieces make. `places` tells where the characters of a text are, given what stands for it.
pub(super) fn assemble(
    mut pieces: Vec<Piece>,
    indentation: Indentation,
    places: &dyn Fn(&str, Range<usize>) -> Places,
) -> Vec<TemplatePart> {
    strip(&mut pieces);
    if indentation == Indentation::Removed {
        dedent(&mut pieces);
    }
    fold(&mut join(pieces).into_iter().peekable(), places)
}

/// A marker strips the one literal beside it, so never beyond the end of a line.
fn strip(pieces: &mut [Piece]) {
    for at in 1..pieces.len() {
        let Some([left, right]) = pieces.get_mut(at - 1..=at) else { continue };
        if right.strip_before
            && let Some(text) = left.text_mut()
        {
            text.truncate(text.trim_end().len());
        }
        if left.strip_after
            && let Some(text) = right.text_mut()
        {
            *text = text.trim_start().to_owned();
        }
    }
}

/// Removes the smallest indentation from all lines. A line that begins with an interpolation has none; a blank line
/// does not count.
fn dedent(pieces: &mut [Piece]) {
    let mut smallest = usize::MAX;
    let mut lines = Vec::new();
    let mut begins_line = true;
    for piece in pieces {
        let text = piece.text_mut();
        let ends_line = text.as_ref().is_some_and(|text| text.ends_with('\n'));
        if begins_line {
            match text {
                Some(text) if ends_line && text.trim_start().is_empty() => {}
                Some(text) => {
                    smallest = smallest.min(text.chars().take_while(|character| character.is_whitespace()).count());
                    lines.push(text);
                }
                None => smallest = 0,
            }
        }
        begins_line = ends_line;
    }
    for line in lines {
        *line = line.chars().skip(smallest).collect();
    }
}

/// Joins neighbouring literals. One that was stripped to nothing stays: `"${x ~} "` is a text, `"${x}"` is `x` itself.
fn join(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match (joined.last_mut().map(|last| &mut last.kind), &piece.kind) {
            (Some(PieceKind::Literal(before, place)), PieceKind::Literal(text, next)) => {
                before.push_str(text);
                place.end = next.end;
            }
            _ => joined.push(piece),
        }
    }
    joined
}

/// The parts up to the directive that ends or divides what they belong to.
fn fold(pieces: &mut Peekable<IntoIter<Piece>>, places: &dyn Fn(&str, Range<usize>) -> Places) -> Vec<TemplatePart> {
    let mut parts = Vec::new();
    while let Some(piece) = pieces.next_if(|piece| !closes(piece)) {
        match piece.kind {
            PieceKind::Literal(text, place) => {
                let places = places(&text, place);
                parts.push(TemplatePart::Literal(text, places));
            }
            PieceKind::Interpolation(expr) => parts.push(TemplatePart::Interpolation(expr)),
            PieceKind::If(condition) => {
                let yes = fold(pieces, places);
                let otherwise = pieces.next_if(|piece| matches!(piece.kind, PieceKind::Else));
                let no = otherwise.map(|_| fold(pieces, places)).unwrap_or_default();
                pieces.next();
                parts.push(TemplatePart::If(condition, yes, no));
            }
            PieceKind::For(key, value, collection) => {
                let body = fold(pieces, places);
                pieces.next();
                parts.push(TemplatePart::For(TemplateFor { key, value, collection, parts: body }));
            }
            PieceKind::Else | PieceKind::EndIf | PieceKind::EndFor => {}
        }
    }
    parts
}

fn closes(piece: &Piece) -> bool {
    matches!(piece.kind, PieceKind::Else | PieceKind::EndIf | PieceKind::EndFor)
}
