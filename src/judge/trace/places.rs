//! The places of a trace: the chain that a value came by, a line once, and where what waited for an answer stands.
//!
//! Knows chains and what stands at their places; must not know what a verdict rests on.

use crate::finding::Step;
use crate::judge::account::best_trail;
use crate::judge::finding::Row;
use crate::judge::row::Judge;
use crate::judge::scene::Scene;
use crate::source::{FileId, Span};
use crate::value::{Origin, Question, Role, Stop, World};

/// What a way to a verdict has shown so far.
pub(super) struct Places<'r, 'a> {
    row: &'r Row<'a>,
    lines: Vec<(FileId, usize)>,
}

impl<'r, 'a> Places<'r, 'a> {
    pub fn new(row: &'r Row<'a>) -> Self {
        Self { row, lines: Vec::new() }
    }

    /// Those that have shown what these steps rest on.
    pub fn after(row: &'r Row<'a>, steps: &[Step]) -> Self {
        let mut places = Self::new(row);
        places.see(steps);
        places
    }

    fn see(&mut self, steps: &[Step]) {
        for step in steps {
            self.shows(step.span);
            self.see(&step.because);
        }
    }

    /// A step that stands at a place, which its reader need not be shown again.
    pub fn step(&mut self, message: impl Into<String>, span: Option<Span>) -> Step {
        self.shows(span);
        Step::new(message, place(self.row, span))
    }

    /// The places of a chain that were not shown yet, one a line, each with what it is.
    pub fn chain(&mut self, origin: &Origin) -> Vec<Step> {
        let hops = origin.all().map(|hop| (self.row.words.role(hop.role), hop.span));
        self.new_among(hops)
    }

    /// The same of the chain of what waited for an answer: first what the answer decides about. Nothing, where what the chain
    /// says of why it does was shown.
    pub fn asked(&mut self, at: &Origin) -> Vec<Step> {
        let mut explaining =
            at.all().skip(1).filter(|hop| matches!(hop.role, Role::Condition | Role::Presence)).peekable();
        if explaining.peek().is_some() && explaining.all(|hop| self.has_shown(hop.span)) {
            return Vec::new();
        }
        let decides = at.nearest().map(|span| (self.row.words.trace.decides.as_str(), span));
        let hops = at.all().map(|hop| (self.row.words.role(hop.role), hop.span));
        self.new_among(decides.into_iter().chain(hops))
    }

    /// Those of some places that were not shown yet.
    pub fn new_among<'w>(&mut self, places: impl Iterator<Item = (&'w str, Span)>) -> Vec<Step> {
        let row = self.row;
        let new = places.filter(|(_, span)| self.shows(Some(*span)));
        new.map(|(words, span)| Step::new(words, place(row, Some(span)))).collect()
    }

    fn has_shown(&self, span: Span) -> bool {
        self.lines.contains(&self.line(span))
    }

    fn line(&self, span: Span) -> (FileId, usize) {
        (span.file, self.row.sources.position(span).line)
    }

    /// Shows a place. Whether it was not shown before.
    fn shows(&mut self, place: Option<Span>) -> bool {
        let line = place.map(|span| self.line(span));
        let new = line.filter(|line| !self.lines.contains(line));
        self.lines.extend(new);
        new.is_some()
    }
}

/// The chain of what waited for an answer in a row: whoever had all answers that were given before had to ask for this one.
pub(super) fn asked_at<'a>(judge: &Judge<'a>, row: &Row<'a>, world: &World, question: &Question) -> Origin {
    let before = world.before(question);
    let scene = Scene::new(judge, &before);
    let judged = scene.admitted(|| match row.trail {
        Some(trail) => judge.trail_in(&scene, row.rule, trail),
        None => best_trail(judge, row.rule, row.first, &scene),
    });
    match judged {
        Err(Stop::Ask(asked)) if *asked == *question => asked.at.clone(),
        _ => Origin::default(),
    }
}

pub(super) fn place(row: &Row, span: Option<Span>) -> Option<Span> {
    span.map(|span| row.sources.first_line(span))
}
