//! What is worth saying about a template beside its verdicts.

use std::sync::Arc;

use crate::finding::Note;
use crate::model::{Kept, OpenInputs};
use crate::source::{Span, mentions_trail_in_template};
use crate::syntax::Node;
use crate::value::{Data, Input, Reason, Value, World};

use super::condition::question;
use super::estate::Evaluated;
use super::parameter::Parameter;
use super::partial::beyond;
use super::rules::assertions;
use super::template::function;
use super::tree::{KeptDefault, Stack};
use super::unit::CloudFormationUnit;
use super::unruly::Unruly;

impl CloudFormationUnit {
    /// What was remarked while the unit was read, and a note for every error that stands in every world and every limit met
    /// in the properties the model may read.
    pub(super) fn remarks(&self) -> Vec<Note> {
        let mut notes = self.found.notes.clone();
        let of_parameters = self.refused().into_iter().chain(self.unreadable()).chain(self.kept_notes());
        for note in of_parameters.chain(self.unextended()).chain(self.broken()) {
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
        for Unruly { by, why, span } in self.tree.unruly.values() {
            if notes.iter().all(|note| note.span != Some(*span)) {
                let message =
                    format!("{by} refuses the values of its parameters{why}: whoever deploys this gives others");
                notes.push(Note { message, span: Some(*span) });
            }
        }
        notes
    }

    /// The parameters that keep their default although every input is open, with what that names.
    fn kept_defaults(&self) -> Vec<(KeptDefault, Parameter<'_>)> {
        let root = self.tree.stack(0).filter(|_| self.tree.given.open == OpenInputs::Any);
        let parameters = root.into_iter().flat_map(|root| {
            let what = |parameter: Parameter<'_>| root.body.kept.get(parameter.name).copied();
            root.parameters().filter_map(move |parameter| Some((what(parameter)?, parameter)))
        });
        let is_open = |parameter: &Parameter| self.tree.given.get(parameter.name).is_none();
        parameters.filter(|(_, parameter)| is_open(parameter) && parameter.default().is_some()).collect()
    }

    /// The parameters that keep the items of their default, which a loop runs over.
    pub(super) fn kept_items(&self) -> Vec<Kept> {
        let kept = self.kept_defaults().into_iter().filter(|(what, _)| *what == KeptDefault::Items);
        kept.map(|(_, parameter)| items_of(parameter)).collect()
    }

    fn kept_notes(&self) -> Vec<Note> {
        let note = |(what, parameter): (KeptDefault, Parameter)| {
            let message = match what {
                KeptDefault::Items => items_of(parameter).remark(),
                KeptDefault::Template => format!(
                    "{} keeps its default, which names a template: what is said here holds for this one, and not for any",
                    parameter.name
                ),
            };
            Note { message, span: Some(parameter.span()) }
        };
        self.kept_defaults().into_iter().map(note).collect()
    }

    /// The patterns of parameters that refuse nothing because they cannot be read.
    fn unreadable(&self) -> Vec<Note> {
        let patterns = self.tree.stacks.iter().flat_map(Stack::parameters);
        let note = |parameter: Parameter| {
            let message = format!("the AllowedPattern of {} cannot be read: it refuses nothing here", parameter.name);
            Some(Note { message, span: Some(parameter.unreadable_pattern()?.span) })
        };
        patterns.filter_map(note).collect()
    }

    /// The functions that a template uses without the transform they belong to.
    fn unextended(&self) -> Vec<Note> {
        let mut found = Vec::new();
        for stack in self.tree.stacks.iter().filter(|stack| !stack.template.is_extended()) {
            extensions(&stack.template.root, &mut found);
        }
        let note = |(function, span): (&str, Span)| {
            let message = format!(
                "CloudFormation refuses {function} without `Transform: AWS::LanguageExtensions`: it is judged as if that were there"
            );
            Note { message, span: Some(span) }
        };
        found.into_iter().map(note).collect()
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
                if let Some(question) = question(&estate.evaluator.ruled(stack, assert)) {
                    note(&question.input, assert.span, &mut notes);
                }
            }
        }
        for resource in self.tree.stacks.iter().flat_map(Stack::resources) {
            if resource.is_untold() {
                let message = format!("the resource {} is not read: what it is is not known", resource.id);
                notes.push(Note { message, span: Some(resource.span()) });
            }
        }
        for handle in 0..self.resources.len() {
            let Some((stack, declared)) = estate.declared(handle) else { continue };
            let exists = estate.existence(stack, declared, estate.child(handle));
            if let Some(question) = question(&exists) {
                note(&question.input, declared.span(), &mut notes);
            }
            if let Some(properties) = declared.properties() {
                notes.extend(estate.two_kinds_of_selectors(handle));
                let each = properties.entries().iter().map(|entry| &entry.value);
                let written = each.chain(function(properties).map(|_| properties));
                let values = written.map(|node| estate.evaluator.evaluate(stack, node));
                values.chain(beyond(stack, properties)).for_each(|value| collect_notes(&value, &mut notes));
            }
        }
        notes
    }
}

impl Evaluated<'_> {
    /// CloudTrail takes basic or advanced event selectors for a trail, not both.
    /// <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html>
    fn two_kinds_of_selectors(&self, handle: usize) -> Option<Note> {
        let (stack, trail) =
            self.declared(handle).filter(|(_, declared)| declared.kind() == "AWS::CloudTrail::Trail")?;
        let both = ["EventSelectors", "AdvancedEventSelectors"].map(|name| trail.properties()?.get(name));
        let is_set = |node| {
            let value = self.evaluator.evaluate(stack, node);
            !value.is_null() && value.waiting().is_none()
        };
        let are_set = both.into_iter().all(|node| node.is_some_and(is_set));
        let message = format!(
            "{} has EventSelectors and AdvancedEventSelectors: CloudTrail takes one or the other; the advanced ones are judged",
            stack.address_of(trail.id)
        );
        are_set.then(|| Note { message, span: Some(trail.span()) })
    }
}

/// The first of each function that is one of the language extensions, with where it stands.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html>
fn items_of(parameter: Parameter) -> Kept {
    Kept { input: parameter.name.to_owned(), what: "the items" }
}

fn extensions<'n>(node: &'n Node, found: &mut Vec<(&'n str, Span)>) {
    for entry in node.entries() {
        let name = match (entry.key.text(), entry.value.items()) {
            (Some(name), _) if name.starts_with("Fn::ForEach::") => Some("Fn::ForEach"),
            (Some(name @ ("Fn::Length" | "Fn::ToJsonString")), _) => Some(name),
            (Some("Fn::FindInMap"), Some([_, _, _, _])) => Some("a DefaultValue of Fn::FindInMap"),
            _ => None,
        };
        if let Some(name) = name.filter(|name| found.iter().all(|(other, _)| other != name)) {
            found.push((name, entry.key.span));
        }
        extensions(&entry.value, found);
    }
    node.items().unwrap_or_default().iter().for_each(|item| extensions(item, found));
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
