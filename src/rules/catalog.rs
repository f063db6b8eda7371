//! The controls as they are written in `rules/`: a page (front matter and Markdown) and a Guard rule each.
//!
//! Knows the shape of a page. Must not know any single control: a control is added by two files and one line below.

mod page;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::finding::Control;
use crate::model::Language;

macro_rules! sources {
    ($($name:literal),* $(,)?) => {
        &[$((
            $name,
            include_str!(concat!("../../rules/", $name, ".md")),
            include_str!(concat!("../../rules/", $name, ".guard")),
        )),*]
    };
}

/// Every built-in control: name, page, Guard rule. The one list.
const SOURCES: &[(&str, &str, &str)] = sources![
    "cloudtrail-1",
    "cloudtrail-2",
    "cloudtrail-3",
    "cloudtrail-4",
    "cloudtrail-5",
    "cloudtrail-6",
    "cloudtrail-7",
];

/// The placeholders a sentence or change may have, in braces. `value` is what the failing clause saw, or `not set`; `flag`
/// a flag of the public access block in the file's own spelling and `permission` verbs (`read and list`), both given by
/// the exposure fact and found only under its codes, as is `statement` (`statement 2`); `expected` what a parameter of the
/// control asks for; `inputs` the names of what decides;
/// `unit`, `name` and `reason` belong to remarks, `declared` says why a bucket is not known.
pub const PLACEHOLDERS: [&str; 13] = [
    "declared",
    "resource",
    "bucket",
    "attribute",
    "value",
    "expected",
    "flag",
    "permission",
    "statement",
    "inputs",
    "unit",
    "name",
    "reason",
];

/// The built-in controls, in the order they are listed.
#[derive(Debug)]
pub struct Catalog {
    rules: Vec<Rule>,
}

/// A control: what it means, when it holds, how it is said.
#[derive(Debug)]
pub struct Rule {
    /// What reports say about the control.
    pub control: Control,
    /// How many of an account's trails must pass.
    pub holds: Holds,
    /// What must be declared before the rule is asked.
    pub needs: Needs,
    /// The name of the Guard rule's file, without extension.
    pub name: String,
    /// The text of the Guard rule.
    pub guard: String,
    /// What the configuration can ask for besides, by name.
    pub parameters: BTreeMap<String, Parameter>,
    /// The messages of verdicts other than fail.
    pub sentences: Sentences,
    /// Why it can fail, by reason code: the custom message of a clause, or what a fact says instead.
    pub reasons: BTreeMap<String, Reason>,
    /// The remarks of facts that concern the control, by code, with placeholders.
    pub notes: BTreeMap<String, String>,
}

/// The quantifier of a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Holds {
    /// Each trail must pass; one finding a trail.
    Every,
    /// One trail of the account must pass; one finding an account.
    Any,
}

/// What a control is about, as a path in the document: `Trail`, `Trail.Bucket.Public`. Where nothing is there, the
/// sources do not declare it, and the control has no data.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Needs(String);

/// A parameter of a control: a name, in which `*` stands for any characters, that a property of the trail has to fit. It
/// has no default: what is not given is not asked for, and the rule sees that it holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The property of the trail, in CloudFormation's words; `Bucket.LoggingConfiguration.…` of its bucket.
    pub property: String,
    /// What is asked for, as the end of "the trail …".
    pub meaning: String,
    /// The service in whose ARNs a name may stand alone: a topic is named by either.
    #[serde(default)]
    pub service: Option<String>,
}

/// A name that no parameter of a control has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownParameter {
    /// The control's id.
    pub control: String,
    /// The name as it was given.
    pub name: String,
    /// What may have been meant.
    pub hint: String,
}

/// Messages of verdicts other than fail, with placeholders.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sentences {
    /// It holds.
    pub pass: String,
    /// `{inputs}` decide.
    pub unknown: String,
    /// What it needs is declared elsewhere.
    pub no_data: Option<String>,
}

/// One way to fail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// What is there and what is required, with placeholders.
    pub sentence: String,
    attribute: Attribute,
    change: Change,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attribute {
    terraform: String,
    cloudformation: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Change {
    terraform: String,
    cloudformation_yaml: String,
    cloudformation_json: String,
}

/// A page that cannot be read: a defect of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogError {
    /// The file's name without extension.
    pub name: String,
    /// What is wrong.
    pub message: String,
}

/// An id that names no control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownControl {
    /// The id as it was given.
    pub id: String,
    /// What may have been meant.
    pub hint: String,
}

impl Catalog {
    /// The controls that come with the program, read once.
    ///
    /// # Errors
    /// A page that cannot be read.
    pub fn builtin() -> Result<&'static Self, CatalogError> {
        static CATALOG: OnceLock<Result<Catalog, CatalogError>> = OnceLock::new();
        CATALOG.get_or_init(|| Self::read(SOURCES)).as_ref().map_err(Clone::clone)
    }

    fn read(sources: &[(&str, &str, &str)]) -> Result<Self, CatalogError> {
        let rule = |(name, page, guard): &(&str, &str, &str)| {
            page::read(name, page, guard).map_err(|message| CatalogError { name: (*name).to_owned(), message })
        };
        Ok(Self { rules: sources.iter().map(rule).collect::<Result<_, _>>()? })
    }

    /// All controls, in order.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The control with this id, in upper or lower case.
    ///
    /// # Errors
    /// No control has it; the hint says what may have been meant.
    pub fn get(&self, id: &str) -> Result<&Rule, UnknownControl> {
        let found = self.rules.iter().find(|rule| rule.control.id.eq_ignore_ascii_case(id));
        found.ok_or_else(|| UnknownControl { id: id.to_owned(), hint: self.hint(id) })
    }

    fn hint(&self, id: &str) -> String {
        if let Some(number) = id.to_lowercase().strip_prefix("pci.cloudtrail.") {
            return pci_hint(number);
        }
        let folded = fold(id);
        let distance = |rule: &Rule| strsim::damerau_levenshtein(&folded, &fold(&rule.control.id));
        let nearest = self.rules.iter().map(distance).min().unwrap_or(usize::MAX);
        let mut candidates = self.rules.iter().filter(|rule| distance(rule) == nearest);
        match (candidates.next(), candidates.next()) {
            (Some(rule), None) if nearest <= 3 => format!("did you mean {}?", rule.control.id),
            _ => {
                let ids: Vec<&str> = self.rules.iter().map(|rule| rule.control.id.as_str()).collect();
                format!("the controls are {}", ids.join(", "))
            }
        }
    }
}

/// Letters and digits in lower case, so that `cloudtrail-2` is near `CloudTrail.2`.
fn fold(id: &str) -> String {
    id.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The legacy PCI DSS standard numbered four of the controls one lower than today, while half-converted pages print its
/// prefix over today's numbers: the id alone does not say which control is meant.
fn pci_hint(number: &str) -> String {
    match number {
        "1" | "2" | "3" | "4" => {
            let legacy = number.parse::<u8>().unwrap_or_default() + 1;
            format!(
                "PCI.CloudTrail.{number} has two readings: CloudTrail.{legacy} in the numbering of the old PCI DSS standard, \
                 CloudTrail.{number} on pages that print the prefix over today's numbers; name the one you mean"
            )
        }
        _ => format!("controls are named without PCI: CloudTrail.{number}"),
    }
}

impl Needs {
    /// The path, written as in a rule.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0
    }

    /// Whether it is the bucket, or something about it.
    #[must_use]
    pub fn is_bucket(&self) -> bool {
        self.0.starts_with("Trail.Bucket")
    }

    /// The path as a JSON pointer into the document.
    #[must_use]
    pub fn pointer(&self) -> String {
        format!("/{}", self.0.replace('.', "/"))
    }
}

impl Rule {
    /// The reason behind a code.
    #[must_use]
    pub fn reason(&self, code: &str) -> Option<&Reason> {
        self.reasons.get(code)
    }

    /// The parameter of this name.
    ///
    /// # Errors
    /// The control has none of this name; the hint says what may have been meant.
    pub fn parameter(&self, name: &str) -> Result<&Parameter, UnknownParameter> {
        self.parameters.get(name).ok_or_else(|| {
            let distance = |known: &&String| strsim::damerau_levenshtein(&fold(name), &fold(known));
            let near = self.parameters.keys().min_by_key(distance).filter(|known| distance(known) <= 3);
            let names: Vec<&str> = self.parameters.keys().map(String::as_str).collect();
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => "it has none".to_owned(),
                None => format!("it has {}", names.join(", ")),
            };
            UnknownParameter { control: self.control.id.clone(), name: name.to_owned(), hint }
        })
    }
}

impl Reason {
    /// The property that is wrong or missing, in the file's own words.
    #[must_use]
    pub fn attribute(&self, language: Language) -> &str {
        match language {
            Language::Terraform => &self.attribute.terraform,
            Language::CloudFormationYaml | Language::CloudFormationJson => &self.attribute.cloudformation,
        }
    }

    /// The smallest change that mends it, in the file's own language, with placeholders.
    #[must_use]
    pub fn change(&self, language: Language) -> &str {
        match language {
            Language::Terraform => &self.change.terraform,
            Language::CloudFormationYaml => &self.change.cloudformation_yaml,
            Language::CloudFormationJson => &self.change.cloudformation_json,
        }
    }
}

/// A property's name in the file's own spelling: `IgnorePublicAcls` is `ignore_public_acls` in Terraform.
#[must_use]
pub fn spelled(property: &str, language: Language) -> String {
    if language != Language::Terraform {
        return property.to_owned();
    }
    let mut name = String::with_capacity(property.len() + 4);
    for character in property.chars() {
        if character.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(character.to_lowercase());
    }
    name
}

impl fmt::Display for CatalogError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "rules/{}.md: {}", self.name, self.message)
    }
}

impl fmt::Display for UnknownControl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "there is no control {}; {}", self.id, self.hint)
    }
}

impl fmt::Display for UnknownParameter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} has no parameter `{}`; {}", self.control, self.name, self.hint)
    }
}

impl std::error::Error for CatalogError {}
impl std::error::Error for UnknownParameter {}
impl std::error::Error for UnknownControl {}

#[cfg(test)]
#[path = "catalog/tests.rs"]
mod tests;
