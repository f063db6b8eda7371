//! The words no single control owns, from `rules/words.yaml`.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::value::Role;

use super::document::Evidence;

/// Words for labels and reasons.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// A value that is not there.
    pub absent: String,
    /// A further clause that failed.
    pub also: String,
    /// The trail, where a finding stands elsewhere.
    pub trail: String,
    /// The line of the program that wrote the source.
    pub created: String,
    /// The same, where that line is not here; `{place}`.
    pub created_at: String,
    /// More worlds than may be explored; `{inputs}`.
    pub exploded: String,
    /// The options that would decide an unknown verdict; `{options}`.
    pub decide: String,
    evidence: EvidenceWords,
    roles: RoleWords,
    /// Why an input is open.
    pub reasons: ReasonWords,
    /// What is said about rules that users bring.
    pub user_rules: UserRuleWords,
}

/// What is said about rules that users bring: `{resource}`, `{rule}`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserRuleWords {
    /// It holds.
    pub pass: String,
    /// It fails, and its own `{sentence}` says why.
    pub said: String,
    /// It fails, and says nothing: `{attribute}`, `{value}`.
    pub clause: String,
    /// It fails, and Guard does not say where.
    pub fail: String,
    /// `{inputs}` decide.
    pub unknown: String,
    /// It does not speak about anything that is declared.
    pub not_applicable: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct EvidenceWords {
    bucket: String,
    link: String,
    opening: String,
    near_miss: String,
    known: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleWords {
    expression: String,
    header: String,
    argument: String,
    default: String,
    given: String,
    local: String,
    output: String,
    condition: String,
}

/// Why an input is open.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonWords {
    /// `{module}`, `{source}`
    pub module_not_on_disk: String,
    /// The same of a nested stack; `{module}`, `{source}`
    pub stack_not_on_disk: String,
    /// `{input}`, `{place}`
    pub elsewhere: String,
    /// What this program does not know; `{what}`
    pub unsupported: String,
    /// What the real tool would refuse in every world; `{what}`
    pub broken: String,
    /// A limit that was reached; `{what}`
    pub limit: String,
}

impl Words {
    /// The built-in words.
    ///
    /// # Errors
    /// Only if this program was built from a broken `rules/words.yaml`, which a test prevents.
    pub fn builtin() -> Result<&'static Self, String> {
        static WORDS: OnceLock<Result<Words, String>> = OnceLock::new();
        let parse = || serde_yaml::from_str(include_str!("../../rules/words.yaml")).map_err(|error| error.to_string());
        WORDS.get_or_init(parse).as_ref().map_err(Clone::clone)
    }

    /// What stands at a place a value came through.
    #[must_use]
    pub fn role(&self, role: Role) -> &str {
        match role {
            Role::Expression => &self.roles.expression,
            Role::Header => &self.roles.header,
            Role::Argument => &self.roles.argument,
            Role::Default => &self.roles.default,
            Role::Given => &self.roles.given,
            Role::Local => &self.roles.local,
            Role::Output => &self.roles.output,
            Role::Condition => &self.roles.condition,
        }
    }

    /// What a piece of evidence is.
    #[must_use]
    pub fn evidence(&self, evidence: Evidence) -> &str {
        match evidence {
            Evidence::Bucket => &self.evidence.bucket,
            Evidence::Link => &self.evidence.link,
            Evidence::Opening => &self.evidence.opening,
            Evidence::NearMiss => &self.evidence.near_miss,
            Evidence::Known => &self.evidence.known,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn the_built_in_words_are_whole() {
        assert!(Words::builtin().is_ok(), "{:?}", Words::builtin());
    }
}
