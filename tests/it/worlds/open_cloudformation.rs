//! Templates over parameters that can be anything.

use std::fmt::Write;
use std::sync::Arc;

use trailwarden::cloudformation::CloudFormationUnit;
use trailwarden::source::Sources;
use trailwarden::value::Literal;

use super::cloudformation::unit;
use super::estate::Assignment;
use super::random::Random;
use super::samples::{Given, OpenInput, Sample};

/// A generated template.
pub struct OpenTemplate {
    pub text: String,
    pub inputs: Vec<OpenInput>,
}

impl OpenTemplate {
    pub fn generate(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let (mut text, mut parameters, mut inputs) =
            ("Transform: AWS::LanguageExtensions\nParameters:\n".to_owned(), Vec::new(), Vec::new());
        for at in 0..2 + random.below(3) {
            let kind = *random.pick(&[
                Kind::Text,
                Kind::Text,
                Kind::NotEmpty,
                Kind::Word,
                Kind::List,
                Kind::List,
                Kind::Number,
            ]);
            let _ = writeln!(text, "  P{at}: {{{}}}", kind.declared());
            let values = (0..16).map(|_| kind.value(&mut random)).collect();
            inputs.push(OpenInput { name: format!("P{at}"), values });
            parameters.push((format!("P{at}"), kind));
        }
        text.push_str(
            "Mappings:\n  Keys:\n    prod: {Key: arn:key, Flag: \"true\"}\n    dev: {Key: \"\", Flag: \"false\"}\n",
        );
        let mut writer = Writer { random, parameters, conditions: 0 };
        writer.conditions(&mut text);
        writer.resources(&mut text);
        Self { text, inputs }
    }

    /// The unit with some parameters given, and its file.
    pub fn unit(&self, given: &Given) -> (CloudFormationUnit, Arc<Sources>) {
        let literals = given.iter().map(|(name, value)| (name.clone(), Literal::Text(value.written.clone())));
        unit(&self.text, &literals.collect::<Assignment>())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// A text of at least one character.
    NotEmpty,
    /// A text of lower-case letters.
    Word,
    List,
    Number,
}

/// The literals of the templates, and what resembles them.
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
    "PublicRead",
    "arn:aws:iam::111122223333:root",
    "10.0.0.0/8",
];

impl Kind {
    fn declared(self) -> &'static str {
        match self {
            Self::Text => "Type: String",
            Self::NotEmpty => "Type: String, MinLength: 1",
            Self::Word => "Type: String, AllowedPattern: \"[a-z]+\"",
            Self::List => "Type: CommaDelimitedList",
            Self::Number => "Type: Number",
        }
    }

    fn value(self, random: &mut Random) -> Sample {
        let fits = |word: &&str| match self {
            Self::Text | Self::List => true,
            Self::NotEmpty => !word.is_empty(),
            Self::Word => !word.is_empty() && word.chars().all(|letter| letter.is_ascii_lowercase()),
            Self::Number => *word == "2",
        };
        let words: Vec<&str> = WORDS.into_iter().filter(fits).collect();
        if self == Self::List {
            let items: Vec<&str> = (0..random.below(4)).map(|_| *random.pick(&words)).collect();
            return Sample { written: items.join(","), literal: None };
        }
        let written = match self {
            Self::Number => random.below(4).to_string(),
            _ => (*random.pick(&words)).to_owned(),
        };
        Sample { literal: Some(Literal::Text(written.clone())), written }
    }
}

struct Writer {
    random: Random,
    parameters: Vec<(String, Kind)>,
    /// How many conditions there are to be used.
    conditions: usize,
}

impl Writer {
    /// An expression over one of the parameters, in which `@` stands for it.
    fn about(&mut self, templates: fn(Kind) -> &'static [&'static str]) -> String {
        let (name, kind) = self.random.pick(&self.parameters).clone();
        self.random.pick(templates(kind)).replace('@', &name)
    }

    fn truth(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 2 } else { 6 }) {
            0 if self.conditions > 0 => format!("!Condition C{}", self.random.below(self.conditions)),
            2 => format!("!Not [{}]", self.truth(depth - 1)),
            3 => format!("!And [{}, {}]", self.truth(depth - 1), self.truth(depth - 1)),
            4 => format!("!Or [{}, {}]", self.truth(depth - 1), self.truth(depth - 1)),
            _ => self.about(truths),
        }
    }

    fn conditions(&mut self, text: &mut String) {
        text.push_str("Conditions:\n");
        for at in 0..=self.random.below(4) {
            let _ = writeln!(text, "  C{at}: {}", self.truth(2));
            self.conditions = at + 1;
        }
    }

    fn condition(&mut self) -> String {
        format!("C{}", self.random.below(self.conditions))
    }

    fn flag(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 3 } else { 5 }) {
            0 => (*self.random.pick(&["true", "false", "!Ref AWS::NoValue"])).to_owned(),
            1 | 2 => self.about(flags),
            _ => format!("!If [{}, {}, {}]", self.condition(), self.flag(depth - 1), self.flag(depth - 1)),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 3 } else { 5 }) {
            0 => (*self.random.pick(&["arn:key", "\"\"", "!Ref AWS::NoValue"])).to_owned(),
            1 | 2 => self.about(texts),
            _ => format!("!If [{}, {}, {}]", self.condition(), self.text(depth - 1), self.text(depth - 1)),
        }
    }

    fn list(&mut self) -> String {
        self.about(lists)
    }

    fn resources(&mut self, text: &mut String) {
        let name = if self.random.one_in(3) { self.text(0) } else { "b0".to_owned() };
        let acl = if self.random.one_in(3) { self.text(0) } else { "Private".to_owned() };
        let (public, policy) = (self.flag(1), self.flag(1));
        let logging = match self.random.below(3) {
            0 => "!Ref AWS::NoValue".to_owned(),
            1 => "{DestinationBucketName: elsewhere}".to_owned(),
            _ => format!("!If [{}, {{DestinationBucketName: elsewhere}}, !Ref AWS::NoValue]", self.condition()),
        };
        let _ = writeln!(
            text,
            "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: {name}\n      AccessControl: {acl}\n      \
             LoggingConfiguration: {logging}\n      \
             PublicAccessBlockConfiguration: {{IgnorePublicAcls: {public}, RestrictPublicBuckets: {policy}}}"
        );
        self.policy(text);
        for at in 0..=self.random.below(2) {
            self.trail(at, text);
        }
    }

    fn policy(&mut self, text: &mut String) {
        let principal = match self.random.below(4) {
            0 => "{Service: cloudtrail.amazonaws.com}".to_owned(),
            1 => format!("{{AWS: {}}}", self.text(0)),
            2 => format!("{{AWS: {}}}", self.list()),
            _ => "\"*\"".to_owned(),
        };
        let resource = match self.random.below(3) {
            0 => format!("!Join [\"\", [\"arn:aws:s3:::b0/\", {}]]", self.text(0)),
            1 => format!("!Join [\"\", [!GetAtt B.Arn, /, {}]]", self.text(0)),
            _ => "!Sub \"${B.Arn}/*\"".to_owned(),
        };
        let condition = match self.random.below(4) {
            0 => format!("{{StringEquals: {{\"aws:SourceAccount\": {}}}}}", self.text(0)),
            1 => format!("{{StringLike: {{\"aws:SourceArn\": {}}}}}", self.list()),
            2 => format!("{{IpAddress: {{\"aws:SourceIp\": {}}}}}", self.list()),
            _ => "!Ref AWS::NoValue".to_owned(),
        };
        let existence = self.existence();
        let _ = writeln!(
            text,
            "  P:\n    Type: AWS::S3::BucketPolicy\n{existence}    Properties:\n      Bucket: !Ref B\n      PolicyDocument:\n        \
             Statement: [{{Effect: Allow, Principal: {principal}, Action: \"s3:GetObject\", Resource: {resource}, Condition: {condition}}}]"
        );
    }

    fn existence(&mut self) -> String {
        if self.random.one_in(3) { format!("    Condition: {}\n", self.condition()) } else { String::new() }
    }

    fn trail(&mut self, at: usize, text: &mut String) {
        let existence = self.existence();
        let bucket = match self.random.below(4) {
            0 => self.text(0),
            1 => "b0".to_owned(),
            _ => "!Ref B".to_owned(),
        };
        let (logging, region, validation) = (self.flag(1), self.flag(2), self.flag(2));
        let (key, logs) = (self.text(2), self.text(1));
        let _ = writeln!(
            text,
            "  T{at}:\n    Type: AWS::CloudTrail::Trail\n{existence}    Properties:\n      S3BucketName: {bucket}\n      \
             IsLogging: {logging}\n      IsMultiRegionTrail: {region}\n      EnableLogFileValidation: {validation}\n      \
             KMSKeyId: {key}\n      CloudWatchLogsLogGroupArn: {logs}"
        );
        if self.random.one_in(2) {
            let (read_write, management) = (self.text(0), self.flag(0));
            let _ = writeln!(
                text,
                "      EventSelectors: [{{ReadWriteType: {read_write}, IncludeManagementEvents: {management}}}]"
            );
        }
    }
}

fn truths(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text | Kind::NotEmpty | Kind::Word => &[
            "!Equals [!Ref @, prod]",
            "!Equals [!Ref @, \"\"]",
            "!Equals [!Sub \"${@}-x\", prod-x]",
            "!Equals [!Join [\"\", [!Ref @, \"\"]], dev]",
            "!Equals [!Select [0, !Split [\"-\", !Ref @]], prod]",
            "!Equals [!FindInMap [Keys, !Ref @, Flag], \"true\"]",
            "!Equals [!FindInMap [Keys, !Ref @, Flag, {DefaultValue: \"no\"}], \"no\"]",
            "!And [!Equals [!Ref @, prod], !Equals [!Ref @, dev]]",
        ],
        Kind::List => &[
            "!Equals [!Select [0, !Ref @], prod]",
            "!Equals [!Select [1, !Ref @], prod]",
            "!Equals [!Join [\"\", !Ref @], \"\"]",
            "!Equals [!Join [\",\", !Ref @], \"prod,dev\"]",
            "!Equals [Fn::Length: !Ref @, 2]",
        ],
        Kind::Number => &["!Equals [!Ref @, 2]", "!Equals [!Ref @, \"1\"]"],
    }
}

fn flags(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text | Kind::NotEmpty | Kind::Word => {
            &["!Ref @", "!FindInMap [Keys, !Ref @, Flag]", "!FindInMap [Keys, !Ref @, Flag, {DefaultValue: \"true\"}]"]
        }
        Kind::List => &["!Select [0, !Ref @]", "!Join [\"\", !Ref @]"],
        Kind::Number => &["!Ref @"],
    }
}

fn texts(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text | Kind::NotEmpty | Kind::Word => &[
            "!Ref @",
            "!Sub \"${@}\"",
            "!Sub \"x${@}\"",
            "!Join [\"\", [!Ref @, \"\"]]",
            "!FindInMap [Keys, !Ref @, Key]",
            "!Select [1, !Split [\"-\", !Ref @]]",
        ],
        Kind::List => &["!Select [0, !Ref @]", "!Join [\"\", !Ref @]", "!Select [2, !Ref @]"],
        Kind::Number => &["!Ref @", "!Sub \"${@}\""],
    }
}

fn lists(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text | Kind::NotEmpty | Kind::Word => &["[!Ref @]", "[!Ref @, \"10.0.0.1\"]", "!Split [\"-\", !Ref @]"],
        Kind::List => &["!Ref @", "[!Select [0, !Ref @]]"],
        Kind::Number => &["[!Ref @]"],
    }
}
