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
    /// What came by it.
    pub way: Way,
    /// Where the value was before.
    pub from: Origin,
}

/// What came by a place of a value's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The value itself: what is changed there changes the value, so that findings stand on such places, and suppressions
    /// of them cover the value.
    Itself,
    /// What the value was chosen by or worked out from: it explains the value, and is none.
    Beside,
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
    /// A local value, a mapping's entry, or a condition that another one names.
    Local,
    /// An output of a module or nested stack.
    Output,
    /// The condition that chose this value.
    Condition,
    /// What says whether a resource is there: its `count`, its `for_each`, its `Condition`.
    Presence,
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
        self.after(Step { span, role, way: Way::Itself })
    }

    fn after(self, Step { span, role, way }: Step) -> Self {
        Self(Some(Arc::new(Hop { span, role, way, from: self })))
    }

    /// The chain of a value that is made of others: behind its own places those that the others came by, each once and the
    /// first few of them. Where the others are expressions is part of where this one is.
    #[must_use]
    pub fn made_of<'o>(self, parts: impl IntoIterator<Item = &'o Self>) -> Self {
        let inherited = self.inherited(parts).collect();
        self.before(inherited)
    }

    /// The chain of a value that was worked out from others and is none of them: the places that they came by are beside it.
    #[must_use]
    pub fn worked_out_from<'o>(self, parts: impl IntoIterator<Item = &'o Self>) -> Self {
        let inherited = self.inherited(parts).map(Step::beside).collect();
        self.before(inherited)
    }

    /// The chain of an element of something that has the chain `whole`, which is beside it. Whether it is a secret it says
    /// itself.
    #[must_use]
    pub fn picked_from(self, whole: &Self) -> Self {
        let places = self.inherited([whole]).filter(|step| step.role != Role::Secret).map(Step::beside).collect();
        self.before(places)
    }

    /// The chain with a place beside it that says what it says.
    #[must_use]
    pub fn said_at(self, span: Option<Span>) -> Self {
        let step = span.map(|span| Step { span, role: Role::Expression, way: Way::Beside });
        let new = step.filter(|step| !self.passes(step)).into_iter().collect();
        self.before(new)
    }

    /// The chain of a value that a condition at `span` chose, whose places are beside it.
    #[must_use]
    pub fn chosen_by(self, span: Span, condition: &Self) -> Self {
        let places: Vec<Step> = Self::default().inherited([condition]).map(Step::beside).collect();
        places.into_iter().rev().fold(self, Self::after).through(span, Role::Condition)
    }

    /// The chain of something that is there because of what came by `presence`.
    #[must_use]
    pub fn there_by(self, presence: &Self) -> Self {
        let places = presence.all().map(|hop| hop.step().beside()).collect();
        self.before(places)
    }

    /// The chain of something in what has the chain `whole`: what that was chosen by, and what else is beside it, explains this
    /// too.
    #[must_use]
    pub fn inside(self, whole: &Self) -> Self {
        let is_choice = |hop: &&Hop| hop.role == Role::Condition;
        let before = whole.all().take_while(|hop| !is_choice(hop)).filter(|hop| hop.way == Way::Beside);
        let chosen = whole.all().skip_while(|hop| !is_choice(hop));
        let places = before.chain(chosen).map(|hop| hop.step().beside()).filter(|step| !self.passes(step));
        let places = places.take(MAX_INHERITED).collect();
        self.before(places)
    }

    fn passes(&self, step: &Step) -> bool {
        self.all().any(|hop| hop.span == step.span && hop.role == step.role)
    }

    /// The places that parts came by and this did not, each once and the first few of them.
    fn inherited<'o>(&self, parts: impl IntoIterator<Item = &'o Self>) -> impl Iterator<Item = Step> {
        let mut places: Vec<Step> = Vec::new();
        for step in parts.into_iter().flat_map(Self::all).map(Hop::step).filter(|step| step.role != Role::Expression) {
            let is_known = places.iter().any(|known| known.span == step.span && known.role == step.role);
            if places.len() < MAX_INHERITED && !is_known && !self.passes(&step) {
                places.push(step);
            }
        }
        places.into_iter()
    }

    /// The chain with these places behind its own.
    fn before(self, places: Vec<Step>) -> Self {
        if places.is_empty() {
            return self;
        }
        let own: Vec<Step> = self.all().map(Hop::step).collect();
        own.into_iter().chain(places).rev().fold(Self::default(), Self::after)
    }

    /// The chain of what stands at `span` inside of the text that this is the chain of. The places that hold it say less than
    /// it does, and are left out.
    #[must_use]
    pub fn within(&self, span: Span) -> Self {
        let others: Vec<Step> = self.all().filter(|hop| !hop.span.holds(span)).map(Hop::step).collect();
        let chain = others.into_iter().rev().fold(Self::default(), Self::after);
        chain.through(span, Role::Expression)
    }

    /// The places that the value itself came by, the one nearest to the reader first.
    pub fn hops(&self) -> impl Iterator<Item = &Hop> {
        self.all().filter(|hop| hop.way == Way::Itself)
    }

    /// The same with those beside it, each where it bears on the value: for whoever wants it explained.
    pub fn all(&self) -> impl Iterator<Item = &Hop> {
        std::iter::successors(self.0.as_deref(), |hop| hop.from.0.as_deref())
    }

    /// Whether the value, or something it is made of, is a secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.all().any(|hop| hop.role == Role::Secret)
    }

    /// The place nearest to the reader.
    #[must_use]
    pub fn nearest(&self) -> Option<Span> {
        self.hops().next().map(|hop| hop.span)
    }

    /// The place where the value was written first.
    #[must_use]
    pub fn source(&self) -> Option<Span> {
        self.hops().last().map(|hop| hop.span)
    }
}

/// A place on its own.
#[derive(Debug, Clone, Copy)]
struct Step {
    span: Span,
    role: Role,
    way: Way,
}

impl Step {
    fn beside(self) -> Self {
        Self { way: Way::Beside, ..self }
    }
}

impl Hop {
    fn step(&self) -> Step {
        Step { span: self.span, role: self.role, way: self.way }
    }
}
