//! What a configuration adds to the module it deploys: files that it generates, and arguments of the command line.

use std::path::Path;

use indexmap::IndexMap;

use crate::model::GivenVariable;
use crate::source::FileId;
use crate::value::{Data, Part, Reason, Value};

use super::super::evaluator::Evaluator;
use super::super::files;
use super::super::given::Giver;
use super::super::module::normalize;
use super::super::variables::as_text;
use super::{listed, span_of};

impl Evaluator<'_> {
    /// The files that `generate` blocks write into a module, by name; of blocks with one label the last.
    /// <https://terragrunt.gruntwork.io/docs/reference/config-blocks-and-attributes/#generate>
    pub(super) fn generated(&self, module: &Path) -> Vec<(String, FileId)> {
        let blocks: IndexMap<String, Value> = self.merged_blocks("generate").into_iter().collect();
        blocks.values().filter_map(|block| self.generated_file(block, module)).collect()
    }

    fn generated_file(&self, block: &Value, module: &Path) -> Option<(String, FileId)> {
        let path = block.field("path");
        let file = normalize(Path::new(path.as_str()?));
        let name = file.to_str()?.to_owned();
        let is_kept = |directory: &Path| self.unit.sources.exists(&directory.join(&name));
        let is_left = block.field("disable").as_bool() == Some(true)
            || (block.field("if_exists").as_str() == Some("skip")
                && (is_kept(module) || is_kept(&self.unit.directory)));
        if is_left || file.components().count() != 1 || !files::is_configuration(&name) {
            return None;
        }
        let contents = block.field("contents");
        let Some(text) = contents.as_str() else {
            let message = format!("{name} is generated, and its content is not known: what it declares is not judged");
            self.note(message, span_of(&contents));
            return None;
        };
        let place = self.unit.directory.join(format!("(generated)/{name}"));
        Some((name, self.unit.sources.add(place, text.to_owned())))
    }

    /// What `extra_arguments` give to variables, in the order in which they are handed to Terraform.
    /// <https://terragrunt.gruntwork.io/docs/features/extra-arguments/>
    pub(super) fn extra_arguments(&self) -> Vec<Giver> {
        self.extra_blocks().iter().flat_map(|block| self.given_by(block)).collect()
    }

    /// What the `env_vars` of `extra_arguments` give to variables: texts, and what is not known.
    pub(super) fn extra_environment(&self) -> (Vec<(String, String)>, Vec<Giver>) {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for block in self.extra_blocks() {
            let variables = block.field("env_vars");
            let Some(entries) = variables.as_map() else {
                unknown.extend(variables.obstacle().map(|_| Giver::Unknown(None, unknown_extra(&variables))));
                continue;
            };
            for (name, value) in entries {
                let Some(variable) = name.strip_prefix("TF_VAR_") else { continue };
                match as_text(value.clone()).as_str() {
                    Some(text) => known.push((name.clone(), text.to_owned())),
                    None => unknown.push(Giver::Unknown(Some(variable.to_owned()), unknown_extra(value))),
                }
            }
        }
        (known, unknown)
    }

    /// The `extra_arguments` of the commands that plan or apply.
    fn extra_blocks(&self) -> Vec<Value> {
        let blocks = self.merged_blocks("terraform").into_iter();
        let blocks = blocks.flat_map(|(_, block)| listed(&block.field("extra_arguments")));
        let is_meant = |block: &Value| {
            let commands = block.field("commands");
            let named: Option<Vec<&str>> = commands.as_list().and_then(|list| list.iter().map(Value::as_str).collect());
            named.is_none_or(|named| named.iter().any(|command| ["plan", "apply"].contains(command)))
        };
        blocks.filter(is_meant).collect()
    }

    fn given_by(&self, block: &Value) -> Vec<Giver> {
        let mut given = Vec::new();
        let arguments = texts(&block.field("arguments"));
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let (begins, rest) = argument.cut('=');
            let value =
                |arguments: &mut std::slice::Iter<'_, Extra>| rest.clone().or_else(|| arguments.next().cloned());
            match begins {
                "-var" => given.extend(value(&mut arguments).map(|value| value.assigned())),
                "-var-file" => given.extend(value(&mut arguments).map(|path| self.file_of_values(&path))),
                _ if argument.may_be_any_option() => given.extend(argument.unknown.clone().map(anything)),
                _ => {}
            }
        }
        let required = texts(&block.field("required_var_files"));
        given.extend(required.iter().map(|path| self.file_of_values(path)));
        let optional = texts(&block.field("optional_var_files"));
        let optional = optional.iter().filter(|path| path.unknown.is_some() || self.is_there(&path.known));
        given.extend(optional.map(|path| self.file_of_values(path)));
        given
    }

    fn is_there(&self, path: &str) -> bool {
        self.unit.sources.exists(&self.unit.directory.join(path))
    }

    fn file_of_values(&self, path: &Extra) -> Giver {
        match &path.unknown {
            Some(reason) => anything(reason.clone()),
            None if self.is_there(&path.known) => {
                Giver::Known(GivenVariable::File(normalize(&self.unit.directory.join(&path.known))))
            }
            None => anything(Reason::Broken(format!("{} does not exist, and extra_arguments name it", path.known))),
        }
    }
}

/// A text in `extra_arguments`.
#[derive(Debug, Clone)]
struct Extra {
    /// The text, or what it begins with.
    known: String,
    /// Why the rest of it is not known.
    unknown: Option<Reason>,
}

impl Extra {
    fn of(value: &Value) -> Self {
        let begins = match &value.data {
            Data::Text(text) => match text.parts().first() {
                Some(Part::Literal(literal)) => literal.clone(),
                _ => String::new(),
            },
            _ => String::new(),
        };
        match value.as_str() {
            Some(known) => Self { known: known.to_owned(), unknown: None },
            None => Self { known: begins, unknown: Some(unknown_extra(value)) },
        }
    }

    /// What stands before a character and after it.
    fn cut(&self, at: char) -> (&str, Option<Self>) {
        match self.known.split_once(at) {
            Some((before, after)) => (before, Some(Self { known: after.to_owned(), ..self.clone() })),
            None => (&self.known, None),
        }
    }

    /// Whether it is not known which option it is.
    fn may_be_any_option(&self) -> bool {
        self.unknown.is_some() && !self.known.contains('=')
    }

    /// `name=value`.
    fn assigned(&self) -> Giver {
        match (self.cut('='), &self.unknown) {
            ((name, Some(_)), Some(reason)) => Giver::Unknown(Some(name.to_owned()), reason.clone()),
            ((name, Some(value)), None) => Giver::Known(GivenVariable::Configured(name.to_owned(), value.known)),
            ((_, None), Some(reason)) => anything(reason.clone()),
            ((_, None), None) => anything(Reason::Broken(format!("{} gives no value", self.known))),
        }
    }
}

/// The texts of a list; where that is not known, one that may be anything.
fn texts(value: &Value) -> Vec<Extra> {
    match &value.data {
        Data::List(_, items) => items.iter().map(Extra::of).collect(),
        Data::Null => Vec::new(),
        _ => vec![Extra::of(value)],
    }
}

fn anything(reason: Reason) -> Giver {
    Giver::Unknown(None, reason)
}

fn unknown_extra(value: &Value) -> Reason {
    Reason::Elsewhere(format!("{}, in extra_arguments of Terragrunt", value.describe()))
}
