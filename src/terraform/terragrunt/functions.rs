//! What a Terragrunt configuration can say beyond Terraform's language.
//! <https://terragrunt.gruntwork.io/docs/reference/built-in-functions/>

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::source::{Span, relative};
use crate::value::{Data, Input, MapKind, Origin, Role, Symbol, SymbolSource, Value};

use super::super::evaluator::{Evaluator, Key};
use super::super::module::normalize;
use super::super::reference::Name;
use super::super::types::{self, Nullable, Type};
use super::{Config, MAX_DEPTH, Place, read};

/// The names under which Terragrunt looks for a configuration.
const CONFIGURATIONS: [&str; 2] = ["terragrunt.hcl", "terragrunt.hcl.json"];

impl Evaluator<'_> {
    /// What a name leads to that only Terragrunt knows, and how many of the names after it are part of that. `None` for
    /// other names, and outside of Terragrunt's configurations.
    pub fn terragrunt_name(&self, name: &str, first: Name<'_>, second: Option<Name<'_>>) -> Option<(Value, usize)> {
        let config = self.unit.terragrunt.as_ref()?;
        let (first, span) = first;
        match name {
            "include" => match config.includes.iter().find(|include| include.name == first) {
                Some(include) => Some((self.included_value(&include.name, span), 1)),
                // An include without a label is what the name itself leads to.
                None => Some((self.included_value("", span), 0)),
            },
            "dependency" => {
                let end = second.map_or(span, |(_, end)| end);
                Some((self.elsewhere(&format!("dependency.{first}"), "another unit's outputs", end), 1))
            }
            "feature" => Some((self.elsewhere(&format!("feature.{first}"), "a feature flag", span), 1)),
            "values" => Some((self.elsewhere("values", "a stack's values", span), 0)),
            _ => None,
        }
    }

    fn included_value(&self, name: &str, span: Span) -> Value {
        let includes = self.unit.terragrunt.iter().flat_map(|config| &config.includes);
        let Some(include) = includes.into_iter().find(|include| include.name == name) else {
            return Value::failed(format!("there is no include \"{name}\""), Origin::expression(span));
        };
        let full = format!("include.{name}");
        self.remember(Key::Include(name.to_owned()), &full, span, || match &include.unit {
            Ok(unit) => Evaluator::new(unit, self.world).config_value(span),
            Err(unread) => unread.clone(),
        })
    }

    /// A whole configuration as others see it.
    fn config_value(&self, span: Span) -> Value {
        let origin = || Origin::expression(span);
        let root = self.root();
        let names = root.node.module.locals.keys();
        let locals: IndexMap<String, Value> = names.map(|name| (name.clone(), self.local(&root, name, span))).collect();
        let inputs = self.config_attribute("inputs").unwrap_or_else(|| Value::null(origin()));
        let source = self.source().unwrap_or_else(|| Value::null(origin()));
        let terraform = Value::map(MapKind::Object, IndexMap::from([("source".to_owned(), source)]), origin());
        let entries = [
            ("locals", Value::map(MapKind::Object, locals, origin())),
            ("inputs", inputs),
            ("terraform", terraform),
            ("dependency", self.elsewhere("dependency", "another unit's outputs", span)),
        ];
        let entries = entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Value::map(MapKind::Object, entries, origin())
    }

    /// The result of a function that only Terragrunt knows. `None` for other functions, and outside of Terragrunt's
    /// configurations.
    pub fn terragrunt_call(&self, name: &str, arguments: &[Value], span: Span) -> Option<Value> {
        let config = self.unit.terragrunt.as_ref()?;
        let origin = Origin::expression(span);
        let path = |path: &Path| Value::text(path.to_string_lossy().replace('\\', "/"), origin.clone());
        let root = || self.unit.sources.root().to_owned();
        let here = || self.unit.sources.resolved(&config.directory);
        let opaque = |what: &str| {
            Value::opaque(
                Symbol { source: SymbolSource::Named(what.to_owned()), attribute: String::new() },
                origin.clone(),
            )
        };
        let decided = |what: &str| {
            let shown: Vec<String> = arguments.iter().map(Value::describe).collect();
            self.elsewhere(&format!("{name}({})", shown.join(", ")), what, span)
        };
        let parent = || config.parent(arguments.first().and_then(Value::as_str));
        Some(match name {
            "find_in_parent_folders" => self.parent_file(config, arguments, span),
            "get_terragrunt_dir" => path(&config.directory),
            "get_original_terragrunt_dir" => path(&config.original),
            "get_parent_terragrunt_dir" => path(&parent()),
            "path_relative_to_include" => Value::text(relative(&config.directory, &parent()), origin),
            "path_relative_from_include" => Value::text(relative(&parent(), &config.directory), origin),
            "get_repo_root" => path(&root()),
            "get_path_from_repo_root" => Value::text(relative(&here(), &root()), origin),
            "get_path_to_repo_root" => Value::text(relative(&root(), &here()), origin),
            "read_terragrunt_config" => self.other_config(config, arguments, span),
            "mark_as_read" => arguments.first()?.clone(),
            "get_aws_account_id" => match &self.unit.inputs.account_id {
                Some(account) => Value::text(account.clone(), origin),
                None => opaque("AWS::AccountId"),
            },
            "get_working_dir"
            | "get_aws_account_alias"
            | "get_aws_caller_identity_arn"
            | "get_aws_caller_identity_user_id" => opaque(&format!("{name}()")),
            "get_env" => never_null(decided("the environment")),
            "get_platform" | "get_terraform_command" | "get_terraform_cli_args" | "get_terragrunt_source_cli_flag" => {
                decided("the command line")
            }
            "run_cmd" => decided("an external program"),
            "sops_decrypt_file" | "read_tfvars_file" => decided("a file that is not read here"),
            _ => return None,
        })
    }

    /// The nearest file of a name in the directories above.
    fn parent_file(&self, config: &Config, arguments: &[Value], span: Span) -> Value {
        let origin = Origin::expression(span);
        let wanted: Vec<&str> = match arguments.first() {
            None => CONFIGURATIONS.to_vec(),
            Some(name) => match name.as_str() {
                Some(name) => vec![name],
                None => return name.clone(),
            },
        };
        let sources = &self.unit.sources;
        let is_there = |path: &PathBuf| sources.exists(path) || !sources.list(path).is_empty();
        let above = config.directory.ancestors().skip(1);
        let mut candidates = above.flat_map(|directory| wanted.iter().map(|name| normalize(&directory.join(name))));
        match (candidates.find(is_there), arguments.get(1)) {
            (Some(found), _) => Value::text(found.to_string_lossy().replace('\\', "/"), origin),
            (None, Some(fallback)) => fallback.clone(),
            (None, None) => Value::failed(format!("no directory above holds {}", wanted.join(" or ")), origin),
        }
    }

    /// What another configuration says.
    fn other_config(&self, config: &Config, arguments: &[Value], span: Span) -> Value {
        let origin = Origin::expression(span);
        let Some(path) = arguments.first() else { return Value::failed("a path is missing", origin) };
        let Some(text) = path.as_str() else {
            return self.elsewhere(&format!("read_terragrunt_config({})", path.describe()), "another file", span);
        };
        let file = normalize(&config.directory.join(text));
        if config.depth >= MAX_DEPTH {
            return self.unsupported(text, "configurations that read one another too deep", span);
        }
        if let (Some(fallback), false) = (arguments.get(1), self.unit.sources.exists(&file)) {
            return fallback.clone();
        }
        let directory = file.parent().unwrap_or(&file).to_owned();
        let place = Place { directory, original: config.original.clone(), depth: config.depth + 1 };
        let value = self.remember(Key::Config(file.clone()), text, span, || {
            match read(&self.unit.sources, &file, &place, &self.unit.inputs) {
                Ok(unit) => Evaluator::new(&unit, self.world).config_value(span),
                Err(error) => Value::failed(format!("{} {}", error.path, error.message), origin),
            }
        });
        value.through(span, Role::Expression)
    }
}

impl Config {
    /// The directory that the paths in the file count from.
    pub fn base(&self) -> &Path {
        self.file.parent().unwrap_or(&self.directory)
    }

    /// The directory of what it includes under a name, or of the only one; in what is included itself its own.
    fn parent(&self, name: Option<&str>) -> PathBuf {
        let include = self.includes.iter().find(|include| name.is_none_or(|name| include.name == name));
        let included = include.and_then(|include| include.unit.as_ref().ok()?.terragrunt.as_ref());
        let file = included.map_or(&self.file, |config| &config.file);
        file.parent().unwrap_or(file).to_owned()
    }
}

/// What the environment says is a text: what is not set there is the text that is given for it, or an error.
fn never_null(value: Value) -> Value {
    let Data::Open(input) = &value.data else { return value };
    let input = Input { domain: types::domain(&Type::String, Nullable::No), ..input.as_ref().clone() };
    Value { data: Data::Open(Arc::new(input)), ..value }.typed(&Type::String)
}
