//! Every suppression of a run: from comments, from `Metadata`, from the configuration.

use crate::config::{At, Date, SuppressionRule};
use crate::finding::Note;
use crate::rules::Catalog;
use crate::source::{Excerpts, FileClass, FileId, SourceFile, Sources, Span};
use crate::syntax::{Comment, Entry, Node, hcl, json, tf_json, yaml};

use super::foreign::{Foreign, Table};
use super::grammar::{self, MARKER, Malformed, Marker, Reach};
use super::{Honour, Policy, Scope, extent};

/// A suppression, whoever wrote it.
#[derive(Debug)]
pub(super) struct Waiver<'a> {
    /// The controls it is about.
    pub controls: Vec<Named>,
    pub reason: Option<String>,
    pub until: Option<Date>,
    /// Where it stands.
    pub span: Span,
    pub target: Target<'a>,
    /// What becomes of it when it suppresses nothing.
    pub unused: Unused,
}

/// A control's id and the place where it is named.
#[derive(Debug)]
pub(super) struct Named {
    pub control: String,
    pub span: Span,
    /// What became of it.
    pub met: Met,
}

/// What a suppression did for a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Met {
    /// There is no finding for it.
    Nothing,
    /// It covers some of the places where a finding fails, and nobody covers these.
    Part { left: Vec<Span>, of: usize },
    /// It covers a finding, alone or with others.
    Whole,
}

/// What a suppression is about.
#[derive(Debug)]
pub(super) enum Target<'a> {
    /// Everything in a range of a file.
    Range(Span),
    /// What the configuration describes.
    Rule(&'a SuppressionRule),
}

/// What becomes of a suppression that suppresses nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unused {
    Said,
    /// It may be about something that this run did not look at, or is meant for another scanner.
    Silent,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Collected<'p, 'a> {
    pub waivers: Vec<Waiver<'a>>,
    pub notes: Vec<Note>,
    /// The ids of the controls that were run; there may be rules of users among them.
    controls: &'p [&'a str],
}

impl<'p, 'a> Collected<'p, 'a> {
    /// The suppressions in the files that were read and in the configuration.
    pub fn read(policy: &'p Policy<'a>, sources: &Sources) -> Self {
        let mut collected = Self { waivers: Vec::new(), notes: Vec::new(), controls: &policy.controls };
        for (id, file) in sources.files() {
            if file.excerpts == Excerpts::Shown && concerns(&file.text, policy.honour) {
                collected.file(id, &file, policy.honour);
            }
        }
        let unused = if policy.scope == Scope::Whole { Unused::Said } else { Unused::Silent };
        let rules = policy.configured.config.suppressions.iter();
        collected.waivers.extend(rules.map(|rule| configured_waiver(rule, unused)));
        collected
    }

    fn file(&mut self, id: FileId, file: &SourceFile, honour: Honour) {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let is = |extension: &str| name.rsplit_once('.').is_some_and(|(_, other)| other == extension);
        // Configurations that a `terragrunt.hcl` includes have any name.
        let class = if is("hcl") { FileClass::Terragrunt } else { FileClass::of(name) };
        match class {
            FileClass::Variables | FileClass::Terragrunt if is("json") => self.elsewhere(id, file),
            FileClass::Terraform | FileClass::Variables | FileClass::Terragrunt => {
                let parsed = hcl::parse(id, &file.text);
                let target = |comment: &Comment| extent::in_terraform(&parsed.body, file, comment.span);
                self.comments(&parsed.comments, file, honour, target);
            }
            FileClass::TerraformJson => {
                let parsed = tf_json::parse(id, &file.text);
                let target = |comment: &Comment| extent::in_terraform_json(&parsed.body, comment.span);
                self.comments(&parsed.comments, file, honour, target);
            }
            FileClass::Template => {
                // CloudFormation goes by the first character too.
                let is_json = file.text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
                let parsed = if is_json { json::parse(id, &file.text) } else { yaml::parse(id, &file.text) };
                for root in &parsed.documents {
                    self.metadata(root, whole(id, file), honour);
                }
                let target = |comment: &Comment| {
                    let mut before = parsed.documents.iter().rev();
                    let root = before.find(|root| root.span.start < comment.span.end).or(parsed.documents.first())?;
                    extent::in_yaml(root, file, comment.span)
                };
                self.comments(&parsed.comments, file, honour, target);
            }
            FileClass::Other => self.elsewhere(id, file),
        }
    }

    /// A file in which no suppression can stand.
    fn elsewhere(&mut self, id: FileId, file: &SourceFile) {
        for marker in grammar::markers(&file.text).into_iter().flatten() {
            let span = Span::new(id, marker.range.start, marker.range.end);
            self.note("suppressions are not read in this kind of file, so this suppresses nothing", span);
        }
    }

    fn comments(
        &mut self,
        comments: &[Comment],
        file: &SourceFile,
        honour: Honour,
        target: impl Fn(&Comment) -> Option<Span>,
    ) {
        for (at, comment) in comments.iter().enumerate() {
            // The text of a `//` key is not what stands in the file; then the comment is one place.
            let verbatim = file.text.get(comment.span.range()) == Some(comment.text.as_str());
            let place = |range: &std::ops::Range<usize>| {
                let start = comment.span.start as usize;
                let inside = Span::new(comment.span.file, start + range.start, start + range.end);
                if verbatim { inside } else { comment.span }
            };
            for marker in grammar::markers(&comment.text) {
                match marker {
                    Ok(marker) if marker.until.is_none() && has_day_beside(comments, at, file) => {
                        self.note(grammar::DAY_ELSEWHERE, place(&marker.range));
                    }
                    Ok(marker) => {
                        let target = match marker.reach {
                            Reach::File => Some(whole(comment.span.file, file)),
                            Reach::Place => target(comment),
                        };
                        self.marker(marker, target, place);
                    }
                    Err(Malformed { range, message }) => self.note(message, place(&range)),
                }
            }
            for (foreign, range) in honour.table().iter().flat_map(|table| table.comment(&comment.text)) {
                self.waivers.extend(target(comment).map(|target| foreign_waiver(foreign, place(&range), target)));
            }
        }
    }

    fn marker(&mut self, marker: Marker, target: Option<Span>, place: impl Fn(&std::ops::Range<usize>) -> Span) {
        let span = place(&marker.range);
        let Some(target) = target else {
            self.note("stands neither in nor directly above a block, so it suppresses nothing", span);
            return;
        };
        let ids = marker.ids.iter().map(|(id, range)| (id.as_str(), place(range)));
        let controls = self.known(ids);
        let target = Target::Range(target);
        let Marker { reason, until, .. } = marker;
        self.waivers.push(Waiver { controls, reason, until, span, target, unused: Unused::Said });
    }

    /// The ids that are controls; for the others a note.
    fn known<'i>(&mut self, ids: impl Iterator<Item = (&'i str, Span)>) -> Vec<Named> {
        let Ok(catalog) = Catalog::builtin() else { return Vec::new() };
        let mut known = Vec::new();
        for (id, span) in ids {
            let built_in = catalog.rules().iter().map(|rule| rule.control.id.as_str());
            let mut all = built_in.chain(self.controls.iter().copied());
            let folded = all.find(|control| control.eq_ignore_ascii_case(id));
            match folded.map_or_else(|| catalog.get(id).map(|rule| rule.control.id.as_str()), Ok) {
                Ok(control) => known.push(Named { control: control.to_owned(), span, met: Met::Nothing }),
                Err(unknown) => self.note(format!("nothing is suppressed: {unknown}"), span),
            }
        }
        known
    }

    /// `Metadata: {Trailwarden: {ignore: [{id, reason, until}]}}`, of each resource, and of the whole template.
    fn metadata(&mut self, node: &Node, owner: Span, honour: Honour) {
        for entry in node.entries() {
            if entry.key.text() == Some("Metadata") {
                self.ignores(&entry.value, owner);
                for (foreign, item) in honour.table().iter().flat_map(|table| table.metadata(&entry.value)) {
                    self.waivers.push(foreign_waiver(foreign, item.span, owner));
                }
            } else {
                self.metadata(&entry.value, entry.key.span.to(entry.value.span), honour);
            }
        }
        for item in node.items().unwrap_or_default() {
            self.metadata(item, item.span, honour);
        }
    }

    fn ignores(&mut self, metadata: &Node, owner: Span) {
        let is_ours = |node: &Node| node.text().is_some_and(|key| key.eq_ignore_ascii_case("Trailwarden"));
        for entry in metadata.entries().iter().filter(|entry| is_ours(&entry.key)) {
            self.ignore(entry, owner);
        }
    }

    /// What stands under one `Trailwarden` key.
    fn ignore(&mut self, ours: &Entry, owner: Span) {
        let form = "write `Trailwarden: { ignore: [{ id: CloudTrail.7, reason: … }] }`";
        let stranger = ours.value.entries().iter().find(|entry| entry.key.text() != Some("ignore"));
        let items = ours.value.get("ignore").and_then(Node::items).filter(|_| stranger.is_none());
        let Some(items) = items else {
            self.note(form, stranger.map_or(ours.key.span, |entry| entry.key.span));
            return;
        };
        for item in items {
            let stranger = item
                .entries()
                .iter()
                .find(|entry| entry.key.text().is_none_or(|key| !["id", "reason", "until"].contains(&key)));
            let until = item.get("until").and_then(Node::text).map(grammar::day).transpose();
            match (stranger, item.get("id"), until) {
                (None, Some(id), Ok(until)) => {
                    let ids = id.items().map_or_else(|| vec![id], |ids| ids.iter().collect());
                    let ids: Vec<(&str, Span)> = ids.into_iter().filter_map(|id| Some((id.text()?, id.span))).collect();
                    let controls = self.known(ids.into_iter());
                    let reason = item.get("reason").and_then(Node::text).map(str::to_owned);
                    let (span, target, unused) = (item.span, Target::Range(owner), Unused::Said);
                    self.waivers.push(Waiver { controls, reason, until, span, target, unused });
                }
                (Some(entry), ..) => self.note(form, entry.key.span),
                (_, None, _) => self.note(form, item.span),
                (.., Err(message)) => self.note(message, item.span),
            }
        }
    }

    fn note(&mut self, message: impl Into<String>, span: Span) {
        self.notes.push(Note { message: message.into(), span: Some(span) });
    }
}

/// Whether a comment on the line before or behind begins with `until=`: it is meant for this one.
fn has_day_beside(comments: &[Comment], at: usize, file: &SourceFile) -> bool {
    let line = |comment: &Comment| file.lines.line(comment.span.start as usize);
    let beside = [at.checked_sub(1), at.checked_add(1)].into_iter().flatten().filter_map(|at| comments.get(at));
    let here = comments.get(at).map(line);
    beside
        .filter(|other| here.is_some_and(|here| line(other).abs_diff(here) == 1))
        .any(|other| grammar::is_day(&other.text))
}

/// Whether a file says anything about suppressions, by its bytes.
fn concerns(text: &str, honour: Honour) -> bool {
    let lowered = text.to_ascii_lowercase();
    let own = [MARKER, "trailwarden"].iter().any(|word| lowered.contains(word));
    own || honour == Honour::Foreign
}

fn whole(id: FileId, file: &SourceFile) -> Span {
    Span::new(id, 0, file.text.len())
}

fn foreign_waiver(foreign: Foreign, span: Span, target: Span) -> Waiver<'static> {
    let Foreign { control, reason, until } = foreign;
    let controls = vec![Named { control, span, met: Met::Nothing }];
    Waiver { controls, reason: Some(reason), until, span, target: Target::Range(target), unused: Unused::Silent }
}

fn configured_waiver(rule: &At<SuppressionRule>, unused: Unused) -> Waiver<'_> {
    let named = |id: &At<String>| Named { control: id.value.clone(), span: id.span, met: Met::Nothing };
    Waiver {
        controls: rule.control.0.iter().map(named).collect(),
        reason: Some(rule.reason.clone()),
        until: rule.until,
        span: rule.span,
        target: Target::Rule(rule),
        unused,
    }
}

impl Honour {
    /// Other scanners' suppressions, where they are honoured.
    fn table(self) -> Option<&'static Table> {
        if self == Self::Foreign { Table::builtin().ok() } else { None }
    }
}
