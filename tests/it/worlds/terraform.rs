//! Modules over a few variables: conditions of every kind, counts, `for_each`, dynamic blocks, a module that hands values
//! through.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use trailwarden::model::{self, GivenVariable};
use trailwarden::source::Sources;
use trailwarden::terraform::{Modules, TerraformUnit};
use trailwarden::value::Literal;

use super::Inputs;
use super::estate::{Assignment, Input, sources};
use super::policies::Policies;
use super::random::Random;
use super::truth::{Spelling, Truth};

const SPELLING: Spelling = Spelling {
    is: |name, value| format!("{name} == {value}"),
    same: |one, other| format!("{one} == {other}"),
    not: |truth| format!("!({truth})"),
    and: |one, other| format!("({one} && {other})"),
    or: |one, other| format!("({one} || {other})"),
};

/// The module that the generated one calls.
const CHILD: &str = "\
variable \"flag\" {\n  type = bool\n}
variable \"text\" {\n  type    = string\n  default = null\n}
output \"flag\" {\n  value = var.flag\n}
output \"text\" {\n  value = var.flag == true ? var.text : null\n}
";

/// A generated root module.
pub struct Module {
    pub text: String,
    pub inputs: Vec<Input>,
    /// How long its declarations of variables are.
    pub declared: usize,
    /// What a validation of its last variable asks of all of them, if it has one.
    validation: Option<Truth>,
    sources: Arc<Sources>,
    /// The module is parsed once for all its units.
    modules: Modules,
    units: Cell<usize>,
}

impl Module {
    pub fn generate(seed: u64, few: Inputs) -> Self {
        let mut random = Random::new(seed);
        let mut text = String::new();
        let inputs = variables(&mut random, few, &mut text);
        let declared = text.len();
        let validation = random.one_in(4).then(|| Truth::any(&mut random, &inputs, 2));
        if let Some(validation) = &validation {
            let condition = validation.written(&SPELLING);
            let _ = writeln!(
                text,
                "variable \"checked\" {{\n  default = 1\n  validation {{\n    condition = {condition}\n    \
                 error_message = \"Not these together.\"\n  }}\n}}"
            );
        }
        let mut writer = Writer { random, inputs: &inputs, locals: 0 };
        writer.locals(&mut text);
        writer.buckets(&mut text);
        writer.trails(&mut text);
        let sources = sources("main.tf", &text);
        sources.add(Path::new("child/main.tf"), CHILD.to_owned());
        let modules = Modules::new(Arc::clone(&sources));
        Self { text, inputs, declared, validation, sources, modules, units: Cell::default() }
    }

    /// Whether Terraform refuses the assignment for the sake of a validation.
    pub fn refuses(&self, given: &Assignment) -> bool {
        self.validation.as_ref().is_some_and(|validation| !validation.holds(given))
    }

    /// The unit with some variables given, and its files.
    pub fn unit(&self, given: &Assignment) -> (TerraformUnit, Arc<Sources>) {
        let file = format!("given-{}.tfvars", self.units.replace(self.units.get() + 1));
        self.sources.add(Path::new(&file), values(given));
        let inputs = model::Inputs { variables: vec![GivenVariable::File(file.into())], ..model::Inputs::default() };
        (self.modules.load(Path::new("/project"), &inputs), Arc::clone(&self.sources))
    }
}

/// A file that gives variables, and the attributes of object variables, their values.
fn values(given: &Assignment) -> String {
    let mut text = String::new();
    let mut objects: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, value) in given {
        let name = name.trim_start_matches("var.");
        match name.split_once('.') {
            Some((object, attribute)) => {
                objects.entry(object).or_default().push(format!("{attribute} = {value}"));
            }
            None => {
                let _ = writeln!(text, "{name} = {value}");
            }
        }
    }
    for (object, attributes) in objects {
        let _ = writeln!(text, "{object} = {{ {} }}", attributes.join(", "));
    }
    text
}

fn variables(random: &mut Random, few: Inputs, text: &mut String) -> Vec<Input> {
    let words = |words: &[&str]| words.iter().map(|word| Literal::Text((*word).to_owned())).collect::<Vec<_>>();
    let truths = || vec![Literal::Bool(true), Literal::Bool(false)];
    let or_null = |values: Vec<Literal>| [values, vec![Literal::Null]].concat();
    let mut inputs: Vec<Input> = Vec::new();
    let mut product = 1;
    for at in 0..10 {
        let name = format!("v{at}");
        let (names, values, body) = match random.below(8) {
            2 | 4.. if matches!(few, Inputs::Ten) => {
                let condition = format!("contains([\"dev\", \"prod\"], var.{name})");
                let values = words(&["dev", "prod"]);
                (vec![format!("var.{name}")], values, format!("type = string\n  {}", validated(&condition)))
            }
            3 if matches!(few, Inputs::Ten) => {
                (vec![format!("var.{name}")], truths(), "type = bool\n  nullable = false".to_owned())
            }
            0 | 1 => (vec![format!("var.{name}")], truths(), "type = bool\n  nullable = false".to_owned()),
            2 => (vec![format!("var.{name}")], or_null(truths()), "type = bool".to_owned()),
            3 | 4 => {
                let values = words(&["dev", "staging", "prod"]);
                let condition = format!("contains([\"dev\", \"staging\", \"prod\"], var.{name})");
                (vec![format!("var.{name}")], values, format!("type = string\n  {}", validated(&condition)))
            }
            5 => {
                let condition = format!("var.{name} == null || var.{name} == \"\" || var.{name} == \"arn:key\"");
                let values = or_null(words(&["", "arn:key"]));
                (vec![format!("var.{name}")], values, format!("type = string\n  {}", validated(&condition)))
            }
            6 => {
                let values = (0..3).map(|number: i64| Literal::Number(number.into())).collect();
                let condition = format!("contains([0, 1, 2], var.{name})");
                (vec![format!("var.{name}")], values, format!("type = number\n  {}", validated(&condition)))
            }
            _ => {
                let names = vec![format!("var.{name}.a"), format!("var.{name}.b")];
                (names, or_null(truths()), "type = object({ a = bool, b = bool })\n  nullable = false".to_owned())
            }
        };
        let more = values.len().pow(u32::try_from(names.len()).unwrap());
        if !few.take(product, more) {
            continue;
        }
        product *= more;
        let _ = writeln!(text, "variable \"{name}\" {{\n  {body}\n}}");
        inputs.extend(names.into_iter().map(|name| Input { name, values: values.clone() }));
    }
    inputs
}

fn validated(condition: &str) -> String {
    format!("validation {{\n    condition = {condition}\n    error_message = \"One of these.\"\n  }}")
}

struct Writer<'a> {
    random: Random,
    inputs: &'a [Input],
    /// How many locals there are to be used.
    locals: usize,
}

impl Writer<'_> {
    fn input(&mut self, is: fn(&Literal) -> bool) -> Option<String> {
        let fit: Vec<&Input> = self.inputs.iter().filter(|input| input.values.iter().any(is)).collect();
        (!fit.is_empty()).then(|| self.random.pick(&fit).name.clone())
    }

    /// An input that can be true or false, perhaps null too.
    fn boolean(&mut self) -> String {
        self.input(|value| matches!(value, Literal::Bool(_))).unwrap_or_else(|| "true".to_owned())
    }

    /// An input that can be a text, perhaps null too.
    fn word(&mut self) -> String {
        self.input(|value| matches!(value, Literal::Text(_))).unwrap_or_else(|| "\"prod\"".to_owned())
    }

    /// An input that is a number.
    fn number(&mut self) -> String {
        self.input(|value| matches!(value, Literal::Number(_))).unwrap_or_else(|| "1".to_owned())
    }

    fn condition(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 5 } else { 9 }) {
            0 => format!("({} == true)", self.boolean()),
            4 => format!("({} > 1)", self.number()),
            1 => format!("contains([\"prod\", \"staging\"], coalesce({}, \"none\"))", self.word()),
            2 if self.locals > 0 => format!("local.c{}", self.random.below(self.locals)),
            3 => format!("length(compact([{}])) > 0", self.word()),
            5 => format!("!({})", self.condition(depth - 1)),
            6 => format!("({} && {})", self.condition(depth - 1), self.condition(depth - 1)),
            7 => format!("({} ? {} : {})", self.condition(0), self.condition(depth - 1), self.condition(depth - 1)),
            _ => format!("({})", Truth::any(&mut self.random, self.inputs, depth).written(&SPELLING)),
        }
    }

    fn flag(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 8 } else { 11 }) {
            0 | 1 => self.random.pick(&["true", "false", "null"]).to_string(),
            2 => self.boolean(),
            3 => {
                let variable = self.boolean();
                format!("({variable} == null ? true : {variable})")
            }
            4 => format!("coalesce({}, true)", self.boolean()),
            5 => format!("lookup({{ prod = true, dev = false }}, coalesce({}, \"none\"), true)", self.word()),
            6 => format!("try({{ prod = true, dev = false, staging = null }}[{}], false)", self.word()),
            7 => "module.child.flag".to_owned(),
            8 => self.condition(depth - 1),
            _ => format!("({} ? {} : {})", self.condition(1), self.flag(depth - 1), self.flag(depth - 1)),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 9 } else { 11 }) {
            0 => "\"arn:key\"".to_owned(),
            7 => {
                let word = self.word();
                format!("({word} == null ? \"arn:key\" : {word})")
            }
            8 => format!("tostring({})", self.number()),
            1 => self.random.pick(&["null", "\"\""]).to_string(),
            2 => self.word(),
            3 => format!("join(\"\", compact([{}]))", self.word()),
            4 => format!("one([for word in [{}] : word if word != \"dev\"])", self.word()),
            5 => "module.child.text".to_owned(),
            6 => format!("try({{ prod = \"arn:key\" }}[{}], null)", self.word()),
            _ => format!("({} ? {} : {})", self.condition(1), self.text(depth - 1), self.text(depth - 1)),
        }
    }

    fn locals(&mut self, text: &mut String) {
        text.push_str("locals {\n");
        for at in 0..self.random.below(3) {
            let _ = writeln!(text, "  c{at} = {}", self.condition(2));
            self.locals = at + 1;
        }
        text.push_str("}\n");
        let (flag, word) = (self.boolean(), self.word());
        let _ = writeln!(text, "module \"child\" {{\n  source = \"./child\"\n  flag = {flag}\n  text = {word}\n}}");
    }

    fn buckets(&mut self, text: &mut String) {
        for at in 0..2 {
            let _ = writeln!(text, "resource \"aws_s3_bucket\" \"b{at}\" {{\n  bucket = \"b{at}\"\n}}");
            let satellites = [
                ("acl", format!("acl = \"{}\"", self.random.pick(&["private", "public-read"]))),
                ("logging", "target_bucket = \"elsewhere\"\n  target_prefix = \"\"".to_owned()),
                (
                    "public_access_block",
                    format!("ignore_public_acls = {}\n  restrict_public_buckets = {}", self.flag(1), self.flag(1)),
                ),
            ];
            for (kind, body) in satellites {
                let count = self.count();
                let _ = writeln!(
                    text,
                    "resource \"aws_s3_bucket_{kind}\" \"b{at}\" {{\n  {count}\n  bucket = aws_s3_bucket.b{at}.id\n  {body}\n}}"
                );
            }
        }
        if self.random.one_in(2) {
            let conditions = (0..2).map(|_| self.condition(1)).collect();
            Policies { random: &mut self.random, conditions }.write(text);
        }
    }

    /// How often a resource exists: once, or as an input has it.
    fn count(&mut self) -> String {
        match self.random.below(6) {
            0 => format!("count = {} ? 1 : 0", self.condition(1)),
            1 => format!("count = length(compact([{}]))", self.word()),
            2 => format!("count = {}", self.number()),
            _ => String::new(),
        }
    }

    /// How many trails a block makes, and under which keys.
    fn repetition(&mut self) -> String {
        match self.random.below(10) {
            8 => format!("for_each = toset(compact([{}]))", self.word()),
            0 => format!("for_each = {} ? toset([\"a\", \"b\"]) : toset([\"a\"])", self.condition(1)),
            1 => format!(
                "for_each = {{ for key, on in {{ a = {}, b = true }} : key => on if on == true }}",
                self.boolean()
            ),
            2 => format!("for_each = toset(length(compact([{}])) > 0 ? [\"a\"] : [])", self.word()),
            _ => self.count(),
        }
    }

    fn trails(&mut self, text: &mut String) {
        for at in 0..=self.random.below(3) {
            let bucket = match self.random.below(3) {
                0 => "aws_s3_bucket.b0.id".to_owned(),
                1 => "\"elsewhere\"".to_owned(),
                _ => format!("{} ? aws_s3_bucket.b0.id : aws_s3_bucket.b1.id", self.condition(1)),
            };
            let (repetition, selectors) = (self.repetition(), self.selectors());
            let (region, validation, logging) = (self.flag(2), self.flag(2), self.flag(1));
            let (key, logs) = (self.text(2), self.text(1));
            let _ = writeln!(
                text,
                "resource \"aws_cloudtrail\" \"t{at}\" {{\n  {repetition}\n  name = \"t{at}\"\n  s3_bucket_name = {bucket}\n  \
                 is_multi_region_trail = {region}\n  enable_log_file_validation = {validation}\n  enable_logging = {logging}\n  \
                 kms_key_id = {key}\n  cloud_watch_logs_group_arn = {logs}\n{selectors}}}"
            );
        }
    }

    fn selectors(&mut self) -> String {
        if self.random.one_in(2) {
            return String::new();
        }
        let (condition, flag) = (self.condition(1), self.flag(1));
        let certain = "  event_selector {\n    read_write_type = \"All\"\n  }\n".repeat(self.random.below(2));
        certain
            + &format!(
                "  dynamic \"event_selector\" {{\n    for_each = {condition} ? [\"All\"] : []\n    content {{\n      \
             include_management_events = {flag}\n      read_write_type = event_selector.value\n    }}\n  }}\n"
            )
    }
}
