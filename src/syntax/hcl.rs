//! HCL to [`super::Body`], by way of `hcl::edit`: the only file that names it.

use std::ops::Range;
use std::sync::Arc;

use hcl::edit::expr::{self, Expression, ObjectKey, TraversalOperator};
use hcl::edit::structure;
use hcl::edit::template::{Directive, Element, Template};
use hcl::edit::{Span as _, structure::Structure};

use crate::source::{FileId, Span};
use crate::value::Number;

use super::{
    Attribute, BinaryOperator, Block, Body, Call, Expansion, Expr, ExprKind, For, ForResult, Label, ParsedBody,
    Problem, ProblemSeverity, Step, TemplateFor, TemplatePart,
};

/// Parses a file.
#[must_use]
pub fn parse(file: FileId, text: &str) -> ParsedBody {
    let lower = Lower { file, text, shift: 0, place: None };
    match text.parse::<structure::Body>() {
        Ok(body) => ParsedBody { body: lower.body(&body), ..ParsedBody::default() },
        Err(error) => {
            let at = error.location().offset();
            let problem = Problem {
                message: error.message().to_owned(),
                span: Span::new(file, at, at + 1),
                severity: ProblemSeverity::Lost,
            };
            ParsedBody { problems: vec![problem], ..ParsedBody::default() }
        }
    }
}

/// Parses a template file.
#[must_use]
pub fn parse_template(file: FileId, text: &str, range: Range<usize>) -> (Vec<TemplatePart>, Vec<Problem>) {
    let source = text.get(range.clone()).unwrap_or_default();
    let lower = Lower { file, text, shift: range.start, place: None };
    match source.parse::<Template>() {
        Ok(template) => (lower.template(&template), Vec::new()),
        Err(error) => {
            let at = range.start + error.location().offset();
            let span = Span::new(file, at, at + 1);
            (Vec::new(), vec![Problem { message: error.message().to_owned(), span, severity: ProblemSeverity::Lost }])
        }
    }
}

/// Parses one expression. What is none is [`ExprKind::Unsupported`], with the problem.
#[must_use]
pub fn parse_expression(file: FileId, text: &str, range: Range<usize>) -> (Expr, Vec<Problem>) {
    let source = text.get(range.clone()).unwrap_or_default();
    let lower = Lower { file, text, shift: range.start, place: None };
    match source.parse::<Expression>() {
        Ok(expression) => {
            let span = lower.span(expression.span());
            (Expr { kind: lower.kind(&expression, span), span }, Vec::new())
        }
        Err(error) => {
            let at = range.start + error.location().offset();
            let span = Span::new(file, at, at + 1);
            let kind = ExprKind::Unsupported(error.message().to_owned());
            let problem = Problem { message: error.message().to_owned(), span, severity: ProblemSeverity::Lost };
            (Expr { kind, span: Span::new(file, range.start, range.end) }, vec![problem])
        }
    }
}

/// The template in an unescaped string of another language; all of it stands at `place`, the string literal.
///
/// # Errors
/// What is wrong with the template.
pub(super) fn template_at(place: Span, text: &str) -> Result<Vec<TemplatePart>, String> {
    let lower = Lower { file: place.file, text, shift: 0, place: Some(place) };
    let template = text.parse::<Template>().map_err(|error| error.message().to_owned())?;
    Ok(lower.template(&template))
}

/// The expression in an unescaped string of another language; all of it stands at `place`, the string literal.
///
/// # Errors
/// What is wrong with the expression.
pub(super) fn expression_at(place: Span, text: &str) -> Result<ExprKind, String> {
    let lower = Lower { file: place.file, text, shift: 0, place: Some(place) };
    let expression = text.parse::<Expression>().map_err(|error| error.message().to_owned())?;
    Ok(lower.kind(&expression, place))
}

struct Lower<'a> {
    file: FileId,
    text: &'a str,
    shift: usize,
    /// Where everything stands, if the text is not the file's own but an unescaped one.
    place: Option<Span>,
}

impl Lower<'_> {
    fn span(&self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or_default();
        self.place.unwrap_or_else(|| Span::new(self.file, self.shift + range.start, self.shift + range.end))
    }

    fn source(&self, range: Option<Range<usize>>) -> &str {
        let range = range.unwrap_or_default();
        self.text.get(self.shift + range.start..self.shift + range.end).unwrap_or_default()
    }

    fn body(&self, body: &structure::Body) -> Body {
        let mut lowered = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => lowered.attributes.push(Attribute {
                    name: attribute.key.to_string(),
                    name_span: self.span(attribute.key.span()),
                    expr: self.expr(&attribute.value),
                }),
                Structure::Block(block) => lowered.blocks.push(self.block(block)),
            }
        }
        lowered
    }

    fn block(&self, block: &structure::Block) -> Block {
        let labels: Vec<Label> = block
            .labels
            .iter()
            .map(|label| Label { text: label.as_str().to_owned(), span: self.span(label.span()) })
            .collect();
        let ident = self.span(block.ident.span());
        Block {
            kind: block.ident.to_string(),
            header: labels.last().map_or(ident, |label| ident.to(label.span)),
            labels,
            body: self.body(&block.body),
            span: self.span(block.span()),
        }
    }

    fn expr(&self, expression: &Expression) -> Arc<Expr> {
        let span = self.span(expression.span());
        Arc::new(Expr { kind: self.kind(expression, span), span })
    }

    fn kind(&self, expression: &Expression, span: Span) -> ExprKind {
        match expression {
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(value) => ExprKind::Bool(*value.value()),
            Expression::Number(number) => Number::parse(self.source(expression.span()))
                .or_else(|| Number::parse(&number.value().to_string()))
                .map_or_else(|| ExprKind::Unsupported("a number".to_owned()), ExprKind::Number),
            Expression::String(text) => ExprKind::Text(text.value().clone()),
            Expression::Array(array) => ExprKind::Tuple(array.iter().map(|item| self.expr(item)).collect()),
            Expression::Object(object) => {
                let entries = object.iter().map(|(key, value)| {
                    let key = match key {
                        ObjectKey::Ident(name) => {
                            let span = self.span(name.span());
                            Arc::new(Expr { kind: ExprKind::Text(name.to_string()), span })
                        }
                        ObjectKey::Expression(key) => self.expr(key),
                    };
                    (key, self.expr(value.expr()))
                });
                ExprKind::Object(entries.collect())
            }
            Expression::StringTemplate(template) => ExprKind::Template(self.elements(template.iter())),
            Expression::HeredocTemplate(heredoc) => ExprKind::Template(self.template(&heredoc.template)),
            Expression::Parenthesis(inner) => ExprKind::Parenthesis(self.expr(inner.inner())),
            Expression::Variable(name) => ExprKind::Variable(name.to_string()),
            Expression::Conditional(conditional) => ExprKind::Conditional(
                self.expr(&conditional.cond_expr),
                self.expr(&conditional.true_expr),
                self.expr(&conditional.false_expr),
            ),
            Expression::FuncCall(call) => self.call(call),
            Expression::Traversal(traversal) => self.traversal(traversal, span),
            Expression::UnaryOp(operation) => {
                let inner = self.expr(&operation.expr);
                match operation.operator.value() {
                    expr::UnaryOperator::Neg => ExprKind::Negate(inner),
                    expr::UnaryOperator::Not => ExprKind::Not(inner),
                }
            }
            Expression::BinaryOp(operation) => ExprKind::Binary(
                self.expr(&operation.lhs_expr),
                operator(*operation.operator.value()),
                self.expr(&operation.rhs_expr),
            ),
            Expression::ForExpr(comprehension) => self.comprehension(comprehension),
        }
    }

    fn call(&self, call: &expr::FuncCall) -> ExprKind {
        let namespace = call.name.namespace.iter().map(|name| format!("{}::", name.as_str()));
        let name = namespace.collect::<String>() + call.name.name.as_str();
        let arguments = call.args.iter().map(|argument| self.expr(argument)).collect();
        let expansion = if call.args.expand_final() { Expansion::LastArgument } else { Expansion::None };
        ExprKind::Call(Call { name, arguments, expansion })
    }

    fn comprehension(&self, comprehension: &expr::ForExpr) -> ExprKind {
        let value = self.expr(&comprehension.value_expr);
        let result = match &comprehension.key_expr {
            None => ForResult::Tuple(value),
            Some(key) if comprehension.grouping => ForResult::Grouped(self.expr(key), value),
            Some(key) => ForResult::Object(self.expr(key), value),
        };
        ExprKind::For(Box::new(For {
            key: comprehension.intro.key_var.as_ref().map(|name| name.to_string()),
            value: comprehension.intro.value_var.to_string(),
            collection: self.expr(&comprehension.intro.collection_expr),
            result,
            condition: comprehension.cond.as_ref().map(|condition| self.expr(&condition.expr)),
        }))
    }

    fn traversal(&self, traversal: &expr::Traversal, whole: Span) -> ExprKind {
        let mut current = self.expr(&traversal.expr);
        let mut operators = traversal.operators.iter().peekable();
        while let Some(operator) = operators.next() {
            let end = self.span(operator.span());
            let kind = match operator.value() {
                TraversalOperator::GetAttr(name) => ExprKind::Attribute(current.clone(), name.to_string()),
                TraversalOperator::Index(key) => ExprKind::Index(current.clone(), self.expr(key)),
                TraversalOperator::LegacyIndex(index) => {
                    let key = ExprKind::Number(Number::from(usize::try_from(*index.value()).unwrap_or_default()));
                    ExprKind::Index(current.clone(), Arc::new(Expr { kind: key, span: end }))
                }
                TraversalOperator::AttrSplat(_) => {
                    let mut steps = Vec::new();
                    while let Some(TraversalOperator::GetAttr(name)) = operators.peek().map(|next| next.value()) {
                        steps.push(Step::Attribute(name.to_string()));
                        operators.next();
                    }
                    ExprKind::Splat(current.clone(), steps)
                }
                TraversalOperator::FullSplat(_) => {
                    let mut steps = Vec::new();
                    while let Some(next) = operators.peek().map(|next| next.value()) {
                        match next {
                            TraversalOperator::GetAttr(name) => steps.push(Step::Attribute(name.to_string())),
                            TraversalOperator::Index(key) => steps.push(Step::Index(self.expr(key))),
                            _ => break,
                        }
                        operators.next();
                    }
                    ExprKind::Splat(current.clone(), steps)
                }
            };
            let span = current.span.to(end).to(current.span);
            current = Arc::new(Expr { kind, span: Span { end: span.end.min(whole.end), ..span } });
        }
        current.kind.clone()
    }

    fn template(&self, template: &Template) -> Vec<TemplatePart> {
        self.elements(template.iter())
    }

    fn elements<'e>(&self, elements: impl Iterator<Item = &'e Element>) -> Vec<TemplatePart> {
        elements
            .map(|element| match element {
                Element::Literal(text) => TemplatePart::Literal(text.value().clone(), self.span(text.span())),
                Element::Interpolation(inner) => TemplatePart::Interpolation(self.expr(&inner.expr)),
                Element::Directive(directive) => match directive.as_ref() {
                    Directive::If(directive) => TemplatePart::If(
                        self.expr(&directive.if_expr.cond_expr),
                        self.template(&directive.if_expr.template),
                        directive.else_expr.as_ref().map(|other| self.template(&other.template)).unwrap_or_default(),
                    ),
                    Directive::For(directive) => TemplatePart::For(TemplateFor {
                        key: directive.for_expr.key_var.as_ref().map(|name| name.to_string()),
                        value: directive.for_expr.value_var.to_string(),
                        collection: self.expr(&directive.for_expr.collection_expr),
                        parts: self.template(&directive.for_expr.template),
                    }),
                },
            })
            .collect()
    }
}

fn operator(operator: expr::BinaryOperator) -> BinaryOperator {
    match operator {
        expr::BinaryOperator::Eq => BinaryOperator::Equal,
        expr::BinaryOperator::NotEq => BinaryOperator::NotEqual,
        expr::BinaryOperator::LessEq => BinaryOperator::LessOrEqual,
        expr::BinaryOperator::GreaterEq => BinaryOperator::GreaterOrEqual,
        expr::BinaryOperator::Less => BinaryOperator::Less,
        expr::BinaryOperator::Greater => BinaryOperator::Greater,
        expr::BinaryOperator::Plus => BinaryOperator::Add,
        expr::BinaryOperator::Minus => BinaryOperator::Subtract,
        expr::BinaryOperator::Mul => BinaryOperator::Multiply,
        expr::BinaryOperator::Div => BinaryOperator::Divide,
        expr::BinaryOperator::Mod => BinaryOperator::Modulo,
        expr::BinaryOperator::And => BinaryOperator::And,
        expr::BinaryOperator::Or => BinaryOperator::Or,
    }
}
