//! Modules over variables that can be anything.

use std::cell::Cell;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use trailwarden::model::{GivenVariable, Inputs};
use trailwarden::source::Sources;
use trailwarden::terraform::{Modules, TerraformUnit};
use trailwarden::value::Literal;

use super::estate::sources;
use super::random::Random;
use super::samples::{Given, OpenInput, Sample};

/// A generated root module.
pub struct OpenModule {
    pub text: String,
    pub inputs: Vec<OpenInput>,
    sources: Arc<Sources>,
    modules: Modules,
    /// How many units were made of it.
    units: Cell<usize>,
}

impl OpenModule {
    pub fn generate(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let (mut text, mut variables, mut inputs) = (String::new(), Vec::new(), Vec::new());
        for at in 0..2 + random.below(3) {
            let kind = *random.pick(&KINDS);
            let name = format!("v{at}");
            let nullable = random.one_in(2);
            let _ = writeln!(text, "variable \"{name}\" {{\n{}\n  nullable = {nullable}\n}}", kind.declared());
            let values = (0..16).map(|_| kind.value(&mut random, nullable)).collect();
            inputs.push(OpenInput { name: format!("var.{name}"), values });
            variables.push((format!("var.{name}"), kind));
        }
        let mut writer = Writer { random, variables };
        writer.buckets(&mut text);
        writer.trails(&mut text);
        let sources = sources("main.tf", &text);
        let modules = Modules::new(Arc::clone(&sources));
        Self { text, inputs, sources, modules, units: Cell::default() }
    }

    /// The unit with some variables given, and its files.
    pub fn unit(&self, given: &Given) -> (TerraformUnit, Arc<Sources>) {
        let file = format!("given-{}.tfvars", self.units.replace(self.units.get() + 1));
        let values =
            given.iter().map(|(name, value)| format!("{} = {}\n", name.trim_start_matches("var."), value.written));
        self.sources.add(Path::new(&file), values.collect());
        let inputs = Inputs { variables: vec![GivenVariable::File(file.into())], ..Inputs::default() };
        (self.modules.load(Path::new("/project"), &inputs), Arc::clone(&self.sources))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Number,
    Text,
    Any,
    List,
    Set,
    Map,
    Object,
}

const KINDS: [Kind; 12] = [
    Kind::Bool,
    Kind::Number,
    Kind::Text,
    Kind::Text,
    Kind::Text,
    Kind::Any,
    Kind::List,
    Kind::List,
    Kind::List,
    Kind::Set,
    Kind::Map,
    Kind::Object,
];

/// The literals of the modules, and what resembles them.
const WORDS: [&str; 15] = [
    "prod",
    "dev",
    "",
    "pro",
    "prod-x",
    "PROD",
    "true",
    "false",
    "2",
    "*",
    "All",
    "b0",
    "public-read",
    "arn:aws:iam::111122223333:root",
    "10.0.0.0/8",
];

impl Kind {
    fn declared(self) -> &'static str {
        match self {
            Self::Bool => "  type = bool",
            Self::Number => "  type = number",
            Self::Text => "  type = string",
            Self::Any => "  type = any",
            Self::List => "  type = list(string)",
            Self::Set => "  type = set(string)",
            Self::Map => "  type = map(string)",
            Self::Object => {
                "  type = object({\n    strict = bool\n    flag = optional(bool)\n    text = optional(string)\n    \
                 words = optional(list(string), [\"prod\"])\n  })"
            }
        }
    }

    fn value(self, random: &mut Random, nullable: bool) -> Sample {
        let scalar = |literal: Literal| Sample { written: literal.to_string(), literal: Some(literal) };
        if nullable && random.one_in(6) {
            return scalar(Literal::Null);
        }
        let words = |random: &mut Random, most: usize| {
            let words: Vec<String> =
                (0..random.below(most + 1)).map(|_| format!("\"{}\"", random.pick(&WORDS))).collect();
            format!("[{}]", words.join(", "))
        };
        let written = match self {
            Self::Bool => return scalar(Literal::Bool(random.one_in(2))),
            Self::Number => return scalar(Literal::Number(i64::try_from(random.below(4)).unwrap().into())),
            Self::Text => return scalar(Literal::Text((*random.pick(&WORDS)).to_owned())),
            Self::Any => {
                let kind = *random.pick(&[Self::Bool, Self::Text, Self::Text, Self::List, Self::Object]);
                return kind.value(random, false);
            }
            Self::List | Self::Set => words(random, 3),
            Self::Map => {
                let keys = ["prod", "dev", "other"].into_iter().filter(|_| random.one_in(2)).collect::<Vec<_>>();
                let entries = keys.iter().map(|key| format!("{key} = \"{}\"", random.pick(&WORDS)));
                format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
            }
            Self::Object => {
                let mut attributes = vec![format!("strict = {}", random.one_in(2))];
                attributes.extend(random.one_in(2).then(|| "flag = true".to_owned()));
                attributes.extend(random.one_in(2).then(|| format!("text = \"{}\"", random.pick(&WORDS))));
                attributes.extend(random.one_in(2).then(|| format!("words = {}", words(random, 2))));
                format!("{{ {} }}", attributes.join(", "))
            }
        };
        Sample { written, literal: None }
    }
}

struct Writer {
    random: Random,
    variables: Vec<(String, Kind)>,
}

impl Writer {
    /// An expression over one of the variables, in which `@` stands for it.
    fn about(&mut self, templates: fn(Kind) -> &'static [&'static str]) -> String {
        let (name, kind) = self.random.pick(&self.variables).clone();
        self.random.pick(templates(kind)).replace('@', &name)
    }

    /// The expression, or what stands for it where it fails.
    fn tried(&mut self, expression: String, otherwise: &str) -> String {
        if self.random.one_in(3) { expression } else { format!("try({expression}, {otherwise})") }
    }

    fn condition(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 1 } else { 5 }) {
            1 => format!("!({})", self.condition(depth - 1)),
            2 => format!("({} && {})", self.condition(depth - 1), self.condition(depth - 1)),
            3 => format!("({} || {})", self.condition(depth - 1), self.condition(depth - 1)),
            _ => {
                let condition = self.about(conditions);
                format!("({})", self.tried(condition, "false"))
            }
        }
    }

    fn flag(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 3 } else { 6 }) {
            0 => (*self.random.pick(&["true", "false", "null"])).to_owned(),
            1 => {
                let flag = self.about(flags);
                self.tried(flag, "null")
            }
            2 => self.condition(depth),
            _ => format!("({} ? {} : {})", self.condition(1), self.flag(depth - 1), self.flag(depth - 1)),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 3 } else { 5 }) {
            0 => (*self.random.pick(&["null", "\"\"", "\"arn:key\""])).to_owned(),
            1 | 2 => {
                let text = self.about(texts);
                self.tried(text, "null")
            }
            _ => format!("({} ? {} : {})", self.condition(1), self.text(depth - 1), self.text(depth - 1)),
        }
    }

    fn list(&mut self) -> String {
        let list = self.about(lists);
        self.tried(list, "[]")
    }

    fn buckets(&mut self, text: &mut String) {
        let name = if self.random.one_in(4) { self.text(0) } else { "\"b0\"".to_owned() };
        let _ = writeln!(text, "resource \"aws_s3_bucket\" \"b\" {{\n  bucket = {name}\n}}");
        let policy = self.policy();
        let satellites = [
            ("acl", format!("acl = {}", if self.random.one_in(2) { self.text(1) } else { "\"private\"".to_owned() })),
            ("logging", "target_bucket = \"elsewhere\"\n  target_prefix = \"\"".to_owned()),
            ("policy", format!("policy = {policy}")),
            (
                "public_access_block",
                format!("ignore_public_acls = {}\n  restrict_public_buckets = {}", self.flag(1), self.flag(1)),
            ),
        ];
        for (kind, body) in satellites {
            let repetition = self.repetition();
            let _ = writeln!(
                text,
                "resource \"aws_s3_bucket_{kind}\" \"b\" {{\n  {repetition}\n  bucket = aws_s3_bucket.b.id\n  {body}\n}}"
            );
        }
    }

    fn policy(&mut self) -> String {
        let principal = match self.random.below(4) {
            0 => "{ Service = \"cloudtrail.amazonaws.com\" }".to_owned(),
            1 => format!("{{ AWS = {} }}", self.text(0)),
            2 => format!("{{ AWS = {} }}", self.list()),
            _ => "\"*\"".to_owned(),
        };
        let resource = match self.random.below(3) {
            0 => "\"arn:aws:s3:::b0/${".to_owned() + &self.text(0) + "}\"",
            1 => "\"${aws_s3_bucket.b.arn}/${".to_owned() + &self.text(0) + "}/*\"",
            _ => "\"${aws_s3_bucket.b.arn}/*\"".to_owned(),
        };
        let condition = match self.random.below(4) {
            0 => format!("{{ StringEquals = {{ \"aws:SourceAccount\" = {} }} }}", self.text(0)),
            1 => format!("{{ StringLike = {{ \"aws:SourceArn\" = {} }} }}", self.list()),
            2 => format!("{{ IpAddress = {{ \"aws:SourceIp\" = {} }} }}", self.list()),
            _ => "{}".to_owned(),
        };
        format!(
            "jsonencode({{ Statement = [{{ Effect = \"Allow\", Principal = {principal}, Action = \"s3:GetObject\", \
             Resource = {resource}, Condition = {condition} }}] }})"
        )
    }

    /// How often a resource exists, and under which keys.
    fn repetition(&mut self) -> String {
        match self.random.below(8) {
            0 => format!("count = {} ? 1 : 0", self.condition(1)),
            1 => format!("count = length({})", self.list()),
            2 => format!("for_each = toset({})", self.list()),
            _ => String::new(),
        }
    }

    fn trails(&mut self, text: &mut String) {
        for at in 0..=self.random.below(2) {
            let bucket = match self.random.below(4) {
                0 => self.text(0),
                1 => "\"b0\"".to_owned(),
                _ => "aws_s3_bucket.b.id".to_owned(),
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
        match self.random.below(4) {
            0 => format!(
                "  dynamic \"event_selector\" {{\n    for_each = {}\n    content {{\n      include_management_events = {}\n      \
                 read_write_type = event_selector.value\n    }}\n  }}\n",
                self.list(),
                self.flag(0)
            ),
            1 => format!(
                "  advanced_event_selector {{\n    field_selector {{\n      field = \"eventCategory\"\n      equals = [\"Management\"]\n    \
                 }}\n    field_selector {{\n      field = \"readOnly\"\n      equals = {}\n    }}\n  }}\n",
                self.list()
            ),
            _ => String::new(),
        }
    }
}

fn conditions(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Bool => &["@", "@ == true", "@ == null", "@ == null ? true : @", "coalesce(@, false)"],
        Kind::Number => &["@ > 1", "@ == 2", "@ == null", "@ % 2 == 0", "@ * 2 <= 4", "can(1 / @)"],
        Kind::Text => &[
            "@ == \"prod\"",
            "@ != \"\"",
            "@ == null",
            "length(@) > 3",
            "can(regex(\"^pro\", @))",
            "startswith(@, \"pro\")",
            "contains([\"prod\", \"dev\"], @)",
            "coalesce(@, \"none\") == \"prod\"",
            "upper(@) == \"PROD\"",
            "tobool(@)",
            "can(!@)",
            "can(format(\"%d-%s\", @, @))",
            "{ prod = true, dev = false }[@]",
            "\"${@}-x\" == \"prod-x\"",
            "@ == \"prod\" && @ == \"dev\"",
        ],
        Kind::Any => &[
            "@ == \"prod\"",
            "@ == null",
            "@.strict",
            "length(@) > 0",
            "can(tostring(@))",
            "@ == true",
            "can(keys(@))",
        ],
        Kind::List | Kind::Set => &[
            "length(@) > 0",
            "length(@) == 2",
            "contains(@, \"prod\")",
            "anytrue([for word in @ : word == \"prod\"])",
            "alltrue([for word in @ : word != \"\"])",
            "@ == null",
            "length([for word in @ : word if word == \"prod\"]) > 0",
            "join(\",\", @) == \"prod\"",
            "length(concat(tolist(@), [\"x\"])) > 1",
            "length(setintersection(@, [\"prod\"])) > 0",
            "one(@) == \"prod\"",
            "tolist(@)[0] == \"prod\"",
            "can([for word in @ : word + 1])",
            "can(concat(tolist(@), [\"x\"])[1])",
            "length(compact(@)) > 0",
            "length(distinct(concat(tolist(@), [\"prod\"]))) == 1",
            "tolist(@) == tolist([\"prod\"])",
        ],
        Kind::Map => &[
            "@[\"prod\"] == \"dev\"",
            "contains(keys(@), \"prod\")",
            "lookup(@, \"prod\", \"none\") == \"dev\"",
            "length(@) > 1",
            "can(@.prod)",
            "values(@)[0] == \"prod\"",
            "merge(@, { prod = \"dev\" })[\"prod\"] == \"dev\"",
            "merge({ prod = \"dev\" }, @)[\"prod\"] == \"dev\"",
        ],
        Kind::Object => &[
            "@.strict",
            "@.flag == true",
            "@.flag == null",
            "@.text == \"prod\"",
            "length(@.words) > 1",
            "contains(@.words, \"prod\")",
            "@ == null",
            "coalesce(@.flag, @.strict)",
        ],
    }
}

fn flags(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Bool | Kind::Text | Kind::Any => &["@"],
        Kind::Number => &["@ > 0"],
        Kind::List | Kind::Set => &["tobool(one(@))", "contains(@, \"true\")", "length(@) > 0 ? true : null"],
        Kind::Map => &["lookup(@, \"prod\", true)", "@[\"dev\"]"],
        Kind::Object => &["@.flag", "@.strict", "@.text"],
    }
}

fn texts(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Bool => &["@ ? \"arn:key\" : null", "@"],
        Kind::Number => &["tostring(@)", "@ > 1 ? \"arn:key\" : \"\""],
        Kind::Text => &[
            "@",
            "@ == \"\" ? null : @",
            "\"${@}\"",
            "\"x${@}\"",
            "coalesce(@, \"arn:key\")",
            "trimspace(@)",
            "replace(@, \"prod\", \"\")",
            "lookup({ prod = \"arn:key\", dev = \"\" }, @, null)",
            "element(split(\"-\", @), 1)",
        ],
        Kind::Any => &["@", "@.text"],
        Kind::List | Kind::Set => &[
            "one(@)",
            "join(\"\", @)",
            "tolist(@)[0]",
            "element(tolist(@), 0)",
            "join(\"\", [for word in @ : upper(word)])",
        ],
        Kind::Map => &["@[\"prod\"]", "lookup(@, \"prod\", \"\")", "join(\"\", values(@))", "one(keys(@))"],
        Kind::Object => &["@.text", "@.words[0]", "@.text == null ? \"\" : @.text", "join(\"\", @.words)"],
    }
}

fn lists(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Bool => &["@ ? [\"All\"] : []", "[@]"],
        Kind::Number => &["range(@)", "@ > 1 ? [\"All\"] : []"],
        Kind::Text => &["compact([@])", "[@]", "@ == \"prod\" ? [\"All\"] : []", "split(\",\", @)"],
        Kind::Any => &["@", "[@]"],
        Kind::List | Kind::Set => &[
            "@",
            "concat(tolist(@), [\"All\"])",
            "[for word in @ : word if word != \"prod\"]",
            "setunion(@, [\"All\"])",
        ],
        Kind::Map => &["keys(@)", "values(@)", "[for key, value in @ : value if key != \"dev\"]"],
        Kind::Object => &["@.words", "@.strict ? @.words : []", "compact([@.text])"],
    }
}
