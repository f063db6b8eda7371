//! The tree of a Terraform file, whether it was written as HCL or as JSON: attributes, blocks and
//! expressions, each with its span.
//!
//! Knows Terraform's grammar and nothing of its meaning: a reference is a chain of names here.

use std::sync::Arc;

use crate::source::{Places, Span};
use crate::value::Number;

use super::node::{Comment, Problem};

/// What reading a Terraform file gives: always a body, as far as it could be read.
#[derive(Debug, Clone, Default)]
pub struct ParsedBody {
    /// The file's top-level attributes and blocks.
    pub body: Body,
    /// Comments, in order, for suppressions.
    pub comments: Vec<Comment>,
    /// What is wrong with the text.
    pub problems: Vec<Problem>,
}

/// The attributes and blocks between two braces, or of a whole file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body {
    /// `name = expression`, in source order.
    pub attributes: Vec<Attribute>,
    /// `kind "label" { … }`, in source order.
    pub blocks: Vec<Block>,
}

/// `name = expression`.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// The name on the left.
    pub name: String,
    /// The name's own text.
    pub name_span: Span,
    /// The expression on the right, shared with the thunks that evaluate it later.
    pub expr: Arc<Expr>,
}

/// `kind "label" … { body }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The block's type, such as `resource`.
    pub kind: String,
    /// Its labels, such as `aws_cloudtrail` and `main`.
    pub labels: Vec<Label>,
    /// What stands between the braces.
    pub body: Body,
    /// The one line that announces the block: from its type to its last label (without the brace).
    pub header: Span,
    /// The whole block, braces included.
    pub span: Span,
    /// The headers of the blocks of override files that changed it.
    pub overrides: Vec<Span>,
}

/// A block's label, without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The label's text.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// An expression and the place where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What the expression is.
    pub kind: ExprKind,
    /// The expression's own text.
    pub span: Span,
}

/// Everything an expression can be.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number literal.
    Number(Number),
    /// A quoted text or heredoc without any interpolation, unescaped (and dedented), with the places of its characters
    /// where they do not stand one by one between the quotes.
    Text(String, Places),
    /// A quoted text, heredoc or JSON string with interpolations or directives.
    Template(Vec<TemplatePart>),
    /// `[a, b]`
    Tuple(Vec<Arc<Expr>>),
    /// `{ key = value }`; a bare name as key is a [`ExprKind::Text`]. Of duplicates all are kept; the last counts.
    Object(Vec<(Arc<Expr>, Arc<Expr>)>),
    /// The name a reference begins with: `var`, `local`, `aws_s3_bucket`, `each`, an iterator.
    Variable(String),
    /// `source.name`, also `source.0` (as an index, see [`ExprKind::Index`]).
    Attribute(Arc<Expr>, String),
    /// `source[key]` and the legacy `source.0`.
    Index(Arc<Expr>, Arc<Expr>),
    /// `source[*].steps` (a full splat: every following step applies to each element) and
    /// `source.*.steps` (an attribute splat: only the attribute steps do).
    Splat(Arc<Expr>, Vec<Step>),
    /// `name(arguments)`; `provider::aws::arn_parse` is one name.
    Call(Call),
    /// `condition ? yes : no`
    Conditional(Arc<Expr>, Arc<Expr>, Arc<Expr>),
    /// `left operator right`
    Binary(Arc<Expr>, BinaryOperator, Arc<Expr>),
    /// `-x`
    Negate(Arc<Expr>),
    /// `!x`
    Not(Arc<Expr>),
    /// `[for …]`, `{for …}`
    For(Box<For>),
    /// `(x)`
    Parenthesis(Arc<Expr>),
    /// What this grammar does not know: the reason, for the note about it.
    Unsupported(String),
}

/// One step of a splat.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `.name`
    Attribute(String),
    /// `[key]`
    Index(Arc<Expr>),
}

/// A function call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function's name, with its namespace (`core::`, `provider::…::`) if one was written.
    pub name: String,
    /// The arguments.
    pub arguments: Vec<Arc<Expr>>,
    /// Whether the last argument is expanded with `...`.
    pub expansion: Expansion,
}

/// Whether the last argument of a call stands for several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expansion {
    /// `f(a, b)`
    None,
    /// `f(a, b...)`
    LastArgument,
}

/// A `for` expression.
#[derive(Debug, Clone, PartialEq)]
pub struct For {
    /// The name of the key or index, if one was written.
    pub key: Option<String>,
    /// The name of the element.
    pub value: String,
    /// What it runs over.
    pub collection: Arc<Expr>,
    /// What it makes.
    pub result: ForResult,
    /// The `if` clause.
    pub condition: Option<Arc<Expr>>,
}

/// What a `for` expression makes.
#[derive(Debug, Clone, PartialEq)]
pub enum ForResult {
    /// `[for … : element]`
    Tuple(Arc<Expr>),
    /// `{for … : key => value}`
    Object(Arc<Expr>, Arc<Expr>),
    /// `{for … : key => value...}`: values with one key are grouped in a tuple.
    Grouped(Arc<Expr>, Arc<Expr>),
}

/// A part of a template, strip markers already applied to its neighbours.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplatePart {
    /// Text as it appears in the result, and where its characters stand.
    Literal(String, Places),
    /// `${expression}`
    Interpolation(Arc<Expr>),
    /// `%{if condition}…%{else}…%{endif}`
    If(Arc<Expr>, Vec<TemplatePart>, Vec<TemplatePart>),
    /// `%{for key, value in collection}…%{endfor}`
    For(TemplateFor),
}

/// A `%{for}` directive.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateFor {
    /// The name of the key or index, if one was written.
    pub key: Option<String>,
    /// The name of the element.
    pub value: String,
    /// What it runs over.
    pub collection: Arc<Expr>,
    /// What is repeated.
    pub parts: Vec<TemplatePart>,
}

/// The operators between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each name is the operator's own name")]
pub enum BinaryOperator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

impl Attribute {
    /// From the name to the end of the expression.
    #[must_use]
    pub fn whole(&self) -> Span {
        self.name_span.to(self.expr.span)
    }
}

impl Body {
    /// The attribute called `name`, if there is one.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().rev().find(|attribute| attribute.name == name)
    }

    /// The blocks of type `kind`, in source order.
    pub fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }
}
