//! Templates over a few parameters: conditions of every kind, resources and properties under them.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use trailwarden::cloudformation::{self, CloudFormationUnit, Given, Loaded};
use trailwarden::model;
use trailwarden::source::Sources;
use trailwarden::value::Literal;

use super::Inputs;
use super::estate::{Assignment, Input, sources};
use super::random::Random;
use super::truth::{Spelling, Truth};

/// A generated template.
pub struct Template {
    pub text: String,
    pub inputs: Vec<Input>,
    /// How long its declarations of parameters are.
    pub declared: usize,
    /// The assertion of its `Rules` section, if it has one.
    rule: Option<Truth>,
}

const SPELLING: Spelling = Spelling {
    is: |name, value| format!("!Equals [!Ref {name}, \"{}\"]", value.as_text()),
    same: |one, other| format!("!Equals [!Ref {one}, !Ref {other}]"),
    not: |truth| format!("!Not [{truth}]"),
    and: |one, other| format!("!And [{one}, {other}]"),
    or: |one, other| format!("!Or [{one}, {other}]"),
};

impl Template {
    pub fn generate(seed: u64, few: Inputs) -> Self {
        let mut random = Random::new(seed);
        let inputs = inputs(&mut random, few);
        let mut text = "Parameters:\n".to_owned();
        for input in &inputs {
            let values: Vec<String> = input.values.iter().map(|value| format!("\"{}\"", value.as_text())).collect();
            let _ = writeln!(text, "  {}: {{Type: String, AllowedValues: [{}]}}", input.name, values.join(", "));
        }
        let declared = text.len();
        let rule = random.one_in(4).then(|| Truth::any(&mut random, &inputs, 2));
        if let Some(rule) = &rule {
            let _ = writeln!(text, "Rules:\n  R: {{Assertions: [{{Assert: {}}}]}}", rule.written(&SPELLING));
        }
        let _ = writeln!(text, "Mappings:\n  Keys:");
        for (key, value) in [("dev", "\"\""), ("prod", "arn:key"), ("true", "a"), ("no", "\"\"")] {
            let _ = writeln!(text, "    \"{key}\": {{Key: {value}, Flag: \"{}\"}}", key == "prod");
        }
        let count = 1 + random.below(4);
        text.push_str("Conditions:\n");
        for at in 0..count {
            let truth = Truth::any(&mut random, &inputs, 2).written(&SPELLING);
            let truth = match random.below(6) {
                0 if at > 0 => format!("!And [{truth}, !Condition C{}]", random.below(at)),
                1 if at > 0 => format!("!Not [!Or [!Condition C{}, {truth}]]", random.below(at)),
                2 if at > 0 => format!("!Or [!Not [!Condition C{}], {truth}]", random.below(at)),
                _ => truth,
            };
            let _ = writeln!(text, "  C{at}: {truth}");
        }
        let mut writer = Writer { random, inputs: &inputs, conditions: count };
        text.push_str(&writer.resources());
        Self { text, inputs, declared, rule }
    }

    /// Whether CloudFormation refuses the assignment for the sake of a rule.
    pub fn refuses(&self, given: &Assignment) -> bool {
        self.rule.as_ref().is_some_and(|rule| !rule.holds(given))
    }

    /// The unit with some parameters given, and its file.
    pub fn unit(&self, given: &Assignment) -> (CloudFormationUnit, Arc<Sources>) {
        unit(&self.text, given)
    }
}

/// The unit of a template with some parameters given, and its file.
pub fn unit(text: &str, given: &Assignment) -> (CloudFormationUnit, Arc<Sources>) {
    let sources = sources("template.yaml", text);
    let parameters = given.iter().map(|(name, value)| (name.clone(), value.as_text())).collect();
    let given = Given::read(&sources, &model::Inputs { parameters, ..model::Inputs::default() }).unwrap();
    match cloudformation::load(&sources, Path::new("template.yaml"), &given, &Arc::default()) {
        Loaded::Template(unit) => (*unit, sources),
        other => panic!("no template: {other:?}"),
    }
}

fn inputs(random: &mut Random, few: Inputs) -> Vec<Input> {
    let mut inputs = Vec::new();
    let mut product = 1;
    for at in 0..10 {
        let values: &[&str] = match random.below(4) {
            0 | 1 if matches!(few, Inputs::Ten) => &["dev", "prod"],
            0 => &["dev", "staging", "prod"],
            1 => &["dev", "prod", ""],
            2 => &["yes", "no"],
            _ => &["true", "false"],
        };
        if !few.take(product, values.len()) {
            continue;
        }
        product *= values.len();
        let values = values.iter().map(|value| Literal::Text((*value).to_owned())).collect();
        inputs.push(Input { name: format!("P{at}"), values });
    }
    inputs
}

struct Writer<'a> {
    random: Random,
    inputs: &'a [Input],
    conditions: usize,
}

impl Writer<'_> {
    fn condition(&mut self) -> String {
        format!("C{}", self.random.below(self.conditions))
    }

    fn flag(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 4 } else { 6 }) {
            0 => "true".to_owned(),
            1 => "false".to_owned(),
            2 => {
                let flags: Vec<&Input> =
                    self.inputs.iter().filter(|input| input.values.contains(&Literal::Text("true".into()))).collect();
                let named = flags.first().map(|input| format!("!Ref {}", input.name));
                named.unwrap_or_else(|| "\"true\"".to_owned())
            }
            3 => format!("!FindInMap [Keys, !Ref {}, Flag]", self.random.pick(self.inputs).name),
            _ => format!("!If [{}, {}, {}]", self.condition(), self.flag(depth - 1), self.flag(depth - 1)),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 6 } else { 8 }) {
            0 => "arn:key".to_owned(),
            1 => "!Ref AWS::NoValue".to_owned(),
            2 => format!("!Ref {}", self.random.pick(self.inputs).name),
            3 => format!("!FindInMap [Keys, !Ref {}, Key]", self.random.pick(self.inputs).name),
            4 => format!("!Sub \"${{{}}}\"", self.random.pick(self.inputs).name),
            5 => format!("!Join [\"\", [!Ref {}, \"\"]]", self.random.pick(self.inputs).name),
            _ => format!("!If [{}, {}, {}]", self.condition(), self.text(depth - 1), self.text(depth - 1)),
        }
    }

    fn resources(&mut self) -> String {
        let mut text = "Resources:\n".to_owned();
        for at in 0..2 {
            let _ = writeln!(text, "  B{at}:\n    Type: AWS::S3::Bucket\n    Properties:");
            let _ = writeln!(text, "      AccessControl: {}", self.random.pick(&["Private", "PublicRead"]));
            let logging = match self.random.below(3) {
                0 => "!Ref AWS::NoValue".to_owned(),
                1 => "{DestinationBucketName: elsewhere}".to_owned(),
                _ => format!("!If [{}, {{DestinationBucketName: elsewhere}}, !Ref AWS::NoValue]", self.condition()),
            };
            let _ = writeln!(text, "      LoggingConfiguration: {logging}");
            let (public, policy) = (self.flag(1), self.flag(1));
            let block = format!("{{IgnorePublicAcls: {public}, RestrictPublicBuckets: {policy}}}");
            let block = match self.random.below(3) {
                0 => format!("!If [{}, {block}, !Ref AWS::NoValue]", self.condition()),
                _ => block,
            };
            let _ = writeln!(text, "      PublicAccessBlockConfiguration: {block}");
        }
        if self.random.one_in(2) {
            let principal = self.random.pick(&["\"*\"", "{Service: cloudtrail.amazonaws.com}"]).to_string();
            let _ = writeln!(
                text,
                "  P:\n    Type: AWS::S3::BucketPolicy\n    Condition: {}\n    Properties:\n      Bucket: !Ref B0\n      \
                 PolicyDocument: {{Statement: [{{Effect: Allow, Principal: {principal}, Action: \"s3:GetObject\", \
                 Resource: !Sub \"${{B0.Arn}}/*\"}}]}}",
                self.condition()
            );
        }
        for at in 0..=self.random.below(3) {
            let _ = writeln!(text, "  T{at}:\n    Type: AWS::CloudTrail::Trail");
            if self.random.one_in(2) {
                let _ = writeln!(text, "    Condition: {}", self.condition());
            }
            let bucket = match self.random.below(3) {
                0 => "!Ref B0".to_owned(),
                1 => "elsewhere".to_owned(),
                _ => format!("!If [{}, !Ref B0, !Ref B1]", self.condition()),
            };
            let _ = writeln!(text, "    Properties:\n      S3BucketName: {bucket}\n      IsLogging: {}", self.flag(1));
            let (region, validation, key) = (self.flag(2), self.flag(2), self.text(2));
            let _ = writeln!(text, "      IsMultiRegionTrail: {region}\n      EnableLogFileValidation: {validation}");
            let _ = writeln!(text, "      KMSKeyId: {key}\n      CloudWatchLogsLogGroupArn: {}", self.text(1));
            if self.random.one_in(3) {
                let (condition, management) = (self.condition(), self.flag(1));
                let _ = writeln!(
                    text,
                    "      EventSelectors: !If [{condition}, [{{IncludeManagementEvents: {management}}}], !Ref AWS::NoValue]"
                );
            }
        }
        text
    }
}
