//! What a configuration adds to the module it deploys: files that it generates, and arguments of the command line.

use std::path::Path;

use indexmap::IndexMap;

use crate::model::GivenVariable;
use crate::source::FileId;
use crate::value::Value;

use super::super::evaluator::Evaluator;
use super::super::files;
use super::super::module::normalize;
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
    pub(super) fn extra_arguments(&self) -> Vec<GivenVariable> {
        self.extra_blocks().iter().flat_map(|block| self.given_by(block)).collect()
    }

    /// What the `env_vars` of `extra_arguments` give to variables.
    pub(super) fn extra_environment(&self) -> Vec<(String, String)> {
        let blocks = self.extra_blocks();
        let variables = blocks.iter().map(|block| block.field("env_vars"));
        let given = variables.flat_map(|variables| {
            let entries = variables.as_map().cloned().unwrap_or_default();
            entries.into_iter().filter(|(name, _)| name.starts_with("TF_VAR_"))
        });
        given.filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
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

    fn given_by(&self, block: &Value) -> Vec<GivenVariable> {
        let texts = |name: &str| -> Vec<String> {
            listed(&block.field(name)).iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
        };
        let file = |path: &str| {
            let path = normalize(&self.unit.directory.join(path));
            self.unit.sources.exists(&path).then_some(GivenVariable::File(path))
        };
        let mut given = Vec::new();
        let mut arguments = texts("arguments").into_iter();
        while let Some(argument) = arguments.next() {
            let (option, value) = match argument.split_once('=') {
                Some((option, value)) => (option.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
            let mut value = || value.clone().or_else(|| arguments.next());
            match option.as_str() {
                "-var" => given.extend(value().and_then(|value| {
                    let (name, value) = value.split_once('=')?;
                    Some(GivenVariable::Configured(name.to_owned(), value.to_owned()))
                })),
                "-var-file" => given.extend(value().and_then(|path| file(&path))),
                _ => {}
            }
        }
        let files = texts("required_var_files").into_iter().chain(texts("optional_var_files"));
        given.extend(files.filter_map(|path| file(&path)));
        given
    }
}
