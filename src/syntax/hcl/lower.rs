//! The tree of `hcl::edit` to ours. The parser says what stands where; every text, name and number is taken from the
//! source at that place, for the parser saw a copy with other texts in it (see [`super::scan`]).

use std::ops::Range;
use std::sync::Arc;

use ::hcl::edit::Span as Place;
use ::hcl::edit::expr::{
    BinaryOperator as Operator, Expression, ForExpr, FuncCall, ObjectKey, Traversal, TraversalOperator, UnaryOperator,
};
use ::hcl::edit::structure::{self, BlockLabel, Structure};
use ::hcl::edit::template::{Directive, Element, Strip, Template};
use ::hcl::edit::{Decorated, Ident};

use super::super::body::{
    Attribute, BinaryOperator, Block, Body, Call, Expansion, Expr, ExprKind, For, ForResult, Label, Step, TemplatePart,
};
use super::literal::{Quoting, characters, unescape};
use super::position::Position;
use super::template::{Indentation, Piece, PieceKind, assemble};
use crate::source::{Places, Span};
use crate::value::Number;

/// How deep a tree may become: deep enough for any real text, and evaluating it cannot overflow the stack.
const MAX_DEPTH: usize = 128;

/// A value that the parser could not follow and that was hidden from it.
#[derive(Debug)]
pub(super) struct Hidden {
    pub range: Range<usize>,
    pub reason: String,
}

/// Turns trees over `text` into ours.
#[derive(Debug)]
pub(super) struct Lowering<'t> {
    pub text: &'t str,
    pub position: Position<'t>,
    pub hidden: Vec<Hidden>,
}

type Steps<'e> = &'e [Decorated<TraversalOperator>];

impl Lowering<'_> {
    pub(super) fn body(&self, body: &structure::Body) -> Body {
        let mut lowered = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => lowered.attributes.push(self.attribute(attribute)),
                Structure::Block(block) => lowered.blocks.push(self.block(block)),
            }
        }
        lowered
    }

    fn attribute(&self, attribute: &structure::Attribute) -> Attribute {
        let expr = self.hidden_value(&attribute.value).unwrap_or_else(|| self.expr(&attribute.value));
        Attribute { name: self.name(&attribute.key), name_span: self.span(&attribute.key), expr }
    }

    fn hidden_value(&self, value: &Expression) -> Option<Arc<Expr>> {
        let start = range(value).start;
        let hidden = self.hidden.iter().find(|hidden| hidden.range.start == start)?;
        let kind = ExprKind::Unsupported(hidden.reason.clone());
        Some(Arc::new(Expr { kind, span: self.position.span(hidden.range.clone()) }))
    }

    fn block(&self, block: &structure::Block) -> Block {
        let labels: Vec<Label> = block.labels.iter().map(|label| self.label(label)).collect();
        let kind = self.span(&block.ident);
        Block {
            kind: self.name(&block.ident),
            header: labels.last().map_or(kind, |last| kind.to(last.span)),
            labels,
            body: self.body(&block.body),
            span: self.span(block),
            overrides: Vec::new(),
        }
    }

    fn label(&self, label: &BlockLabel) -> Label {
        match label {
            BlockLabel::String(_) => Label { text: self.quoted(&range(label)), span: self.span(label) },
            BlockLabel::Ident(name) => Label { text: self.name(name), span: self.span(label) },
        }
    }

    pub(super) fn expr(&self, expression: &Expression) -> Arc<Expr> {
        self.expr_at(expression, 0)
    }

    fn expr_at(&self, expression: &Expression, depth: usize) -> Arc<Expr> {
        let kind = if depth < MAX_DEPTH { self.kind(expression, depth + 1) } else { too_deep() };
        Arc::new(Expr { kind, span: self.span(expression) })
    }

    fn kind(&self, expression: &Expression, depth: usize) -> ExprKind {
        let lower = |expression: &Expression| self.expr_at(expression, depth);
        match expression {
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(value) => ExprKind::Bool(*value.value()),
            Expression::Number(_) => self.number(range(expression)),
            Expression::String(_) => self.quoted_kind(range(expression)),
            Expression::Array(items) => ExprKind::Tuple(items.iter().map(lower).collect()),
            Expression::Object(object) => ExprKind::Object(
                object.iter().map(|(key, value)| (self.key(key, depth), lower(value.expr()))).collect(),
            ),
            Expression::StringTemplate(template) => {
                self.template_kind(template, Quoting::Quoted, Indentation::Kept, depth)
            }
            Expression::HeredocTemplate(heredoc) => {
                let flush = self.source(&range(expression)).starts_with("<<-");
                let indentation = if flush { Indentation::Removed } else { Indentation::Kept };
                self.template_kind(&heredoc.template, Quoting::Bare, indentation, depth)
            }
            Expression::Parenthesis(inner) => ExprKind::Parenthesis(lower(inner.inner())),
            Expression::Variable(name) => ExprKind::Variable(self.name(name)),
            Expression::Conditional(conditional) => ExprKind::Conditional(
                lower(&conditional.cond_expr),
                lower(&conditional.true_expr),
                lower(&conditional.false_expr),
            ),
            Expression::FuncCall(call) => self.call(call, depth),
            Expression::Traversal(traversal) => self.traversal(traversal, depth),
            Expression::UnaryOp(operation) => match operation.operator.value() {
                UnaryOperator::Neg => ExprKind::Negate(lower(&operation.expr)),
                UnaryOperator::Not => ExprKind::Not(lower(&operation.expr)),
            },
            Expression::BinaryOp(operation) => ExprKind::Binary(
                lower(&operation.lhs_expr),
                binary_operator(*operation.operator.value()),
                lower(&operation.rhs_expr),
            ),
            Expression::ForExpr(expression) => self.for_expression(expression, depth),
        }
    }

    /// A bare word is the text of the key, even where it is a keyword.
    fn key(&self, key: &ObjectKey, depth: usize) -> Arc<Expr> {
        match key {
            ObjectKey::Ident(_) | ObjectKey::Expression(Expression::Null(_) | Expression::Bool(_)) => {
                let place = range(key);
                let kind = ExprKind::Text(self.source(&place).to_owned(), Places::default());
                Arc::new(Expr { kind, span: self.position.span(place) })
            }
            ObjectKey::Expression(expression) => self.expr_at(expression, depth),
        }
    }

    /// A number's own text. The parser takes a sign before it for a part of it.
    fn number(&self, place: Range<usize>) -> ExprKind {
        let text = self.source(&place);
        let Some(digits) = text.strip_prefix('-') else {
            return Number::parse(text).map_or_else(|_| unsupported_number(text), ExprKind::Number);
        };
        let digits = digits.trim_start();
        let start = place.end - digits.len();
        let kind = self.number(start..place.end);
        ExprKind::Negate(Arc::new(Expr { kind, span: self.position.span(start..place.end) }))
    }

    fn call(&self, call: &FuncCall, depth: usize) -> ExprKind {
        let names: Vec<String> =
            call.name.namespace.iter().chain([&call.name.name]).map(|name| self.name(name)).collect();
        ExprKind::Call(Call {
            name: names.join("::"),
            arguments: call.args.iter().map(|argument| self.expr_at(argument, depth)).collect(),
            expansion: if call.args.expand_final() { Expansion::LastArgument } else { Expansion::None },
        })
    }

    fn for_expression(&self, expression: &ForExpr, depth: usize) -> ExprKind {
        let lower = |expression: &Expression| self.expr_at(expression, depth);
        let value = lower(&expression.value_expr);
        let result = match (expression.key_expr.as_ref().map(lower), expression.grouping) {
            (None, _) => ForResult::Tuple(value),
            (Some(key), false) => ForResult::Object(key, value),
            (Some(key), true) => ForResult::Grouped(key, value),
        };
        ExprKind::For(Box::new(For {
            key: expression.intro.key_var.as_ref().map(|name| self.name(name)),
            value: self.name(&expression.intro.value_var),
            collection: lower(&expression.intro.collection_expr),
            result,
            condition: expression.cond.as_ref().map(|condition| lower(&condition.expr)),
        }))
    }

    fn traversal(&self, traversal: &Traversal, depth: usize) -> ExprKind {
        let steps = traversal.operators.as_slice();
        if depth + steps.len() >= MAX_DEPTH {
            return too_deep();
        }
        let source = self.expr_at(&traversal.expr, depth + steps.len());
        Arc::unwrap_or_clone(self.follow(source, steps, depth)).kind
    }

    /// `source` with all `steps` applied.
    fn follow(&self, source: Arc<Expr>, steps: Steps, depth: usize) -> Arc<Expr> {
        let Some((step, rest)) = steps.split_first() else { return source };
        let end = |steps: Steps| steps.last().map_or(source.span, |last| source.span.to(self.span(last)));
        let (kind, span, rest) = match step.value() {
            TraversalOperator::GetAttr(name) => {
                (ExprKind::Attribute(Arc::clone(&source), self.name(name)), end(std::slice::from_ref(step)), rest)
            }
            TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_) => {
                (ExprKind::Index(Arc::clone(&source), self.index(step, depth)), end(std::slice::from_ref(step)), rest)
            }
            TraversalOperator::AttrSplat(_) => {
                let is_step = |step: &Decorated<TraversalOperator>| {
                    matches!(step.value(), TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_))
                };
                let own = rest.iter().position(|step| !is_step(step)).unwrap_or(rest.len());
                let (own, rest) = rest.split_at_checked(own).unwrap_or((rest, &[]));
                let last = if own.is_empty() { std::slice::from_ref(step) } else { own };
                (ExprKind::Splat(Arc::clone(&source), self.splat_steps(own, depth)), end(last), rest)
            }
            TraversalOperator::FullSplat(_) => {
                let kind = if rest.iter().any(is_splat) {
                    self.splat_of_splats(&source, rest, depth)
                } else {
                    ExprKind::Splat(Arc::clone(&source), self.splat_steps(rest, depth))
                };
                (kind, end(steps), &[] as Steps)
            }
        };
        self.follow(Arc::new(Expr { kind, span }), rest, depth)
    }

    fn splat_steps(&self, steps: Steps, depth: usize) -> Vec<Step> {
        let step = |step: &Decorated<TraversalOperator>| match step.value() {
            TraversalOperator::GetAttr(name) => Step::Attribute(self.name(name)),
            _ => Step::Index(self.index(step, depth)),
        };
        steps.iter().map(step).collect()
    }

    /// `a[*].b[*].c` says `[for * in a[*] : *.b[*].c]`, with an element that no name can mean.
    fn splat_of_splats(&self, source: &Arc<Expr>, steps: Steps, depth: usize) -> ExprKind {
        let element = "*".to_owned();
        let span = source.span;
        let collection = Arc::new(Expr { kind: ExprKind::Splat(Arc::clone(source), Vec::new()), span });
        let variable = Arc::new(Expr { kind: ExprKind::Variable(element.clone()), span });
        let result = ForResult::Tuple(self.follow(variable, steps, depth));
        ExprKind::For(Box::new(For { key: None, value: element, collection, result, condition: None }))
    }

    /// The key of `[key]` or `.0`.
    fn index(&self, step: &Decorated<TraversalOperator>, depth: usize) -> Arc<Expr> {
        if let TraversalOperator::Index(key) = step.value() {
            return self.expr_at(key, depth);
        }
        let place = range(step);
        let digits = self.source(&place).trim_start_matches(|character: char| !character.is_ascii_digit());
        let place = place.end.saturating_sub(digits.len())..place.end;
        Arc::new(Expr { kind: self.number(place.clone()), span: self.position.span(place) })
    }

    fn template_kind(&self, template: &Template, quoting: Quoting, indentation: Indentation, depth: usize) -> ExprKind {
        let mut parts = self.template(template, quoting, indentation, depth);
        match parts.as_mut_slice() {
            [] => ExprKind::Text(String::new(), Places::default()),
            [TemplatePart::Literal(text, places)] => ExprKind::Text(std::mem::take(text), std::mem::take(places)),
            _ => ExprKind::Template(parts),
        }
    }

    pub(super) fn template(
        &self,
        template: &Template,
        quoting: Quoting,
        indentation: Indentation,
        depth: usize,
    ) -> Vec<TemplatePart> {
        let mut pieces = Vec::new();
        self.pieces(template, quoting, depth, &mut pieces);
        assemble(pieces, indentation, &|text, place| self.places(text, place, quoting))
    }

    fn pieces(&self, template: &Template, quoting: Quoting, depth: usize, pieces: &mut Vec<Piece>) {
        for element in template {
            match element {
                Element::Literal(literal) => self.literals(range(literal), quoting, pieces),
                Element::Interpolation(interpolation) => {
                    let kind = PieceKind::Interpolation(self.expr_at(&interpolation.expr, depth));
                    pieces.push(piece(kind, interpolation.strip));
                }
                Element::Directive(directive) => self.directive(directive, quoting, depth + 1, pieces),
            }
        }
    }

    /// Literals of a line each; between quotes there are no lines.
    fn literals(&self, place: Range<usize>, quoting: Quoting, pieces: &mut Vec<Piece>) {
        let text = self.source(&place);
        let lines: Vec<&str> = match quoting {
            Quoting::Quoted => vec![text],
            Quoting::Bare => text.split_inclusive('\n').collect(),
        };
        let mut start = place.start;
        for line in lines {
            let end = start + line.len();
            pieces.push(Piece::literal(unescape(line, quoting), start..end));
            start = end;
        }
    }

    fn directive(&self, directive: &Directive, quoting: Quoting, depth: usize, pieces: &mut Vec<Piece>) {
        match directive {
            Directive::If(directive) => {
                let condition = self.expr_at(&directive.if_expr.cond_expr, depth);
                pieces.push(piece(PieceKind::If(condition), directive.if_expr.strip));
                self.pieces(&directive.if_expr.template, quoting, depth, pieces);
                if let Some(otherwise) = &directive.else_expr {
                    pieces.push(piece(PieceKind::Else, otherwise.strip));
                    self.pieces(&otherwise.template, quoting, depth, pieces);
                }
                pieces.push(piece(PieceKind::EndIf, directive.endif_expr.strip));
            }
            Directive::For(directive) => {
                let intro = &directive.for_expr;
                let key = intro.key_var.as_ref().map(|name| self.name(name));
                let collection = self.expr_at(&intro.collection_expr, depth);
                pieces.push(piece(PieceKind::For(key, self.name(&intro.value_var), collection), intro.strip));
                self.pieces(&intro.template, quoting, depth, pieces);
                pieces.push(piece(PieceKind::EndFor, directive.endfor_expr.strip));
            }
        }
    }

    fn span(&self, node: &impl Place) -> Span {
        self.position.span(range(node))
    }

    fn source(&self, place: &Range<usize>) -> &str {
        self.text.get(place.clone()).unwrap_or_default()
    }

    fn name(&self, name: &Decorated<Ident>) -> String {
        self.source(&range(name)).to_owned()
    }

    /// A text without an interpolation. It has places of its own only where it has escapes.
    fn quoted_kind(&self, place: Range<usize>) -> ExprKind {
        let text = self.quoted(&place);
        let inner = place.start + 1..place.end.saturating_sub(1);
        let has_escapes = text.len() != inner.len();
        let places = if has_escapes { self.places(&text, inner, Quoting::Quoted) } else { Places::default() };
        ExprKind::Text(text, places)
    }

    /// Where the characters of `text` are in what stands for it.
    fn places(&self, text: &str, place: Range<usize>, quoting: Quoting) -> Places {
        let source = self.source(&place);
        if source == text {
            return self.position.places(place);
        }
        let at = |range: Range<usize>| self.position.span(place.start + range.start..place.start + range.end);
        Places::align(text, characters(source, quoting).map(|(character, range)| (character, at(range))))
    }

    /// What stands between the quotes at a place; nothing where they are those of an empty heredoc.
    fn quoted(&self, place: &Range<usize>) -> String {
        let text = self.source(place);
        let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        unescape(inner.unwrap_or_default(), Quoting::Quoted)
    }
}

/// Where a node stands. The parser gives every node that is asked for here a place.
fn range(node: &impl Place) -> Range<usize> {
    node.span().unwrap_or_default()
}

fn piece(kind: PieceKind, strip: Strip) -> Piece {
    Piece { kind, strip_before: strip.strip_start(), strip_after: strip.strip_end() }
}

fn is_splat(step: &Decorated<TraversalOperator>) -> bool {
    matches!(step.value(), TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_))
}

fn too_deep() -> ExprKind {
    ExprKind::Unsupported(format!("an expression of more than {MAX_DEPTH} levels"))
}

fn unsupported_number(text: &str) -> ExprKind {
    ExprKind::Unsupported(format!("the number {}", text.chars().take(40).collect::<String>()))
}

fn binary_operator(operator: Operator) -> BinaryOperator {
    match operator {
        Operator::Or => BinaryOperator::Or,
        Operator::And => BinaryOperator::And,
        Operator::Eq => BinaryOperator::Equal,
        Operator::NotEq => BinaryOperator::NotEqual,
        Operator::Less => BinaryOperator::Less,
        Operator::LessEq => BinaryOperator::LessOrEqual,
        Operator::Greater => BinaryOperator::Greater,
        Operator::GreaterEq => BinaryOperator::GreaterOrEqual,
        Operator::Plus => BinaryOperator::Add,
        Operator::Minus => BinaryOperator::Subtract,
        Operator::Mul => BinaryOperator::Multiply,
        Operator::Div => BinaryOperator::Divide,
        Operator::Mod => BinaryOperator::Modulo,
    }
}
