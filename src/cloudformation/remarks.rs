//! What is worth saying about a template beside its verdicts.

use std::sync::Arc;

use crate::finding::Note;
use crate::model::OpenInputs;
use crate::source::{Span, mentions_trail_in_template};
use crate::value::{Data, Input, Reason, Value, World};

use super::condition::question;
use super::estate::{CloudFormationUnit, Evaluated};
use super::rules::assertions;

impl CloudFormationUnit {
    /// What was remarked while the unit was read, and a note for every error that stands in every world and every limit met
    /// in the properties the model may read.
    pub(super) fn remarks(&self) -> Vec<Note> {
        let mut notes = self.found.notes.clone();
        for note in self.refused().into_iter().chain(self.broken()) {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        notes
    }

    /// What CloudFormation refuses whatever is given, and what it refuses of what the parameters have.
    fn refused(&self) -> Vec<Note> {
        let impossible = self.tree.impossible().iter();
        let mut notes: Vec<Note> =
            impossible.map(|it| Note { message: it.message.clone(), span: Some(it.span) }).collect();
        for ((stack, _), rule) in &self.tree.unruly {
            let rule = self.tree.stack(*stack).and_then(|stack| stack.template.root.get("Rules")?.entry(rule));
            let Some(span) = rule.map(|rule| rule.key.span) else { continue };
            if notes.iter().all(|note| note.span != Some(span)) {
                let message =
                    "the values of its parameters do not satisfy this rule: whoever deploys this gives others";
                notes.push(Note { message: message.to_owned(), span: Some(span) });
            }
        }
        notes
    }

    /// Whether a trail is written somewhere that was not recognised as one: in a body that is not known, say.
    pub(super) fn speaks_of_trails(&self) -> bool {
        let texts = self.tree.stacks.iter().map(|stack| self.sources.file(stack.template.file));
        texts.into_iter().any(|file| mentions_trail_in_template(file.text.as_bytes()))
    }

    fn broken(&self) -> Vec<Note> {
        let world = World::default();
        let estate = Evaluated::new(self, &world, OpenInputs::WithoutDefault);
        let mut notes = Vec::new();
        for stack in &self.tree.stacks {
            for assert in stack.template.section("Rules").iter().flat_map(|rule| assertions(&rule.value)) {
                if let Some(question) = question(&estate.evaluator.truth(stack, assert)) {
                    note(&question.input, assert.span, &mut notes);
                }
            }
        }
        for handle in 0..self.resources.len() {
            let Some((stack, declared)) = estate.declared(handle) else { continue };
            let exists = estate.existence(stack, declared, estate.child(handle));
            if let Some(question) = question(&exists) {
                note(&question.input, declared.span(), &mut notes);
            }
            if let Some(properties) = declared.properties() {
                collect_notes(&estate.evaluator.evaluate(stack, properties), &mut notes);
            }
        }
        notes
    }
}

fn collect_notes(value: &Value, notes: &mut Vec<Note>) {
    match &value.data {
        Data::Open(input) => {
            if let Some(span) = value.origin.nearest() {
                note(input, span, notes);
            }
        }
        Data::Pending(question) => {
            if let Some(span) = value.origin.nearest() {
                note(&question.input, span, notes);
            }
        }
        Data::Text(text) => text.values().for_each(|part| collect_notes(part, notes)),
        Data::List(_, items) => items.iter().for_each(|item| collect_notes(item, notes)),
        Data::Map(_, entries) => entries.values().for_each(|entry| collect_notes(entry, notes)),
        _ => {}
    }
}

fn note(input: &Arc<Input>, span: Span, notes: &mut Vec<Note>) {
    if let Reason::Unsupported(why) | Reason::Broken(why) | Reason::Limit(why) = &input.reason {
        let note = Note { message: why.clone(), span: Some(span) };
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
}
