//! What stands in a file of its own and takes the place of a node: by CloudFormation's `AWS::Include`, and by Rain's
//! `!Rain::Include`. <https://aws-cloudformation.github.io/rain/>

use std::path::Path;

use crate::syntax::Node;
use crate::value::Value;

use super::template::fragment;
use super::transform::Expander;
use super::{NotRead, file_error, read_part};

/// How many files a stack includes: one may include itself.
const MAX_INCLUDES: usize = 100;

impl Expander<'_, '_> {
    /// The file that an `AWS::Include` names, if it is on disk.
    pub fn include(&mut self, transform: &Node) -> Option<Node> {
        let location = transform.get("Parameters").and_then(|parameters| parameters.get("Location"));
        let location = location.map(|node| self.node(node)).map(|node| self.evaluator.evaluate(self.stack, &node));
        let text = location.as_ref().and_then(Value::as_str).unwrap_or_default();
        let base = self.sources.file(self.stack.template.file).location.clone();
        let read = match base.parent() {
            Some(directory) if !text.contains("://") && !text.is_empty() => self.part(&directory.join(text)),
            _ => Err("its location is not on disk".to_owned()),
        };
        let why = match read {
            Ok(document) => return Some(document),
            Err(why) => why,
        };
        let message = format!("AWS::Include is not carried out: {why}");
        // What is on S3 is seldom meant to be here.
        if self.declares && self.depth == 0 && !text.contains("://") {
            self.found.unread(message, transform.span);
        } else {
            self.found.note(message, transform.span);
        }
        let source = location.as_ref().map(|location| location.as_str().map_or(location.describe(), str::to_owned));
        self.not_read("AWS::Include", &source.unwrap_or_default());
        None
    }

    /// The file that Rain inserts, from beside the one that names it.
    pub fn inserted(&mut self, path: &Node) -> Option<Node> {
        let base = self.sources.file(path.span.file).location.clone();
        match self.part(&base.parent()?.join(path.text()?)) {
            Ok(document) => Some(document),
            Err(why) => {
                self.found.note(format!("!Rain::Include is not carried out: {why}"), path.span);
                None
            }
        }
    }

    /// What a file holds that is included.
    ///
    /// # Errors
    /// Why it is not, in words.
    fn part(&mut self, path: &Path) -> Result<Node, String> {
        if self.included.len() >= MAX_INCLUDES || *self.budget == 0 {
            return Err("it includes too much".to_owned());
        }
        let file = read_part(self.sources, path).map_err(|NotRead { why, error }| {
            self.found.errors.extend(error);
            why
        })?;
        // Parsing costs about a node for every few bytes.
        *self.budget = self.budget.saturating_sub(self.sources.file(file).text.len() / 16);
        self.included.push(file);
        fragment(self.sources, file).map_err(|problems| {
            let shown = &self.sources.file(file).path;
            self.found.errors.extend(problems.iter().map(|problem| file_error(shown, problem)));
            format!("{shown} cannot be read")
        })
    }
}
