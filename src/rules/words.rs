//! The words no single control owns, from `rules/words.yaml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::finding::{ConditionWords, Verdict};
use crate::value::Role;

use super::leaves::Evidence;

/// Words for labels and reasons.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// A value that is not there.
    pub absent: String,
    /// A further clause that failed, at what it is about.
    pub also: String,
    /// A further clause that failed, where what it is about would be written.
    pub also_missing: String,
    /// The trail, where a finding stands elsewhere.
    pub trail: String,
    /// A unit whose trails exist in no world; `{unit}`.
    pub no_trail: String,
    /// A unit that no input lets anybody deploy; `{unit}`.
    pub all_refused: String,
    /// A bucket that none of the sources declares.
    pub undeclared: String,
    /// What a trail writes to where nothing is known of it.
    pub the_bucket: String,
    /// One of which they do not tell which one it is.
    pub declared_often: String,
    /// The line of the program that wrote the source.
    pub created: String,
    /// The same, where that line is not here; `{place}`.
    pub created_at: String,
    /// More worlds than may be explored; `{inputs}`.
    pub exploded: String,
    /// More allowed values of parameters than are tried; `{unit}`, `{count}`, `{tried}`.
    pub alternatives: String,
    /// What those would make of a verdict that is unknown; `{cases}`.
    pub turned: String,
    /// A trail that exists with some of them only; `{resource}`, `{inputs}`.
    pub appears: String,
    /// The same, and what it fails then; `{controls}`.
    pub appears_failing: String,
    /// Two changes that are both needed; `{before}`, `{change}`.
    pub changes: String,
    /// The options that would decide an unknown verdict; `{options}`.
    pub decide: String,
    /// How cases are said.
    pub cases: CaseWords,
    /// How their conditions are.
    pub conditions: ConditionWords,
    evidence: EvidenceWords,
    roles: RoleWords,
    /// Why an input is open.
    pub reasons: ReasonWords,
    /// What `--trace` says.
    pub trace: TraceWords,
    /// What is said about accounts that several units are deployed to.
    pub accounts: AccountWords,
    /// What is said about rules that users bring.
    pub user_rules: UserRuleWords,
}

/// How the cases of a verdict are said.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseWords {
    /// What fails `{when}`.
    pub fail: String,
    /// What passes then.
    pub pass: String,
    /// What has no data then.
    pub no_data: String,
    /// What a rule says nothing about then.
    pub not_applicable: String,
    /// Between cases of one verdict.
    pub or_when: String,
    /// After the cases that there is room for; `{count}`.
    pub more: String,
    /// Between verdicts.
    pub beside: String,
}

/// What is said about accounts that several units are deployed to: `{account}`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountWords {
    /// What an account-level control is about.
    pub subject: String,
    /// The trail of another unit.
    pub other: String,
    /// Its trail is not in the sources.
    pub elsewhere: String,
    /// The same, with its `{reason}`.
    pub because: String,
    /// More combinations of its units' cases than are named; `{count}`, `{named}`.
    pub combinations: String,
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
    naming: String,
    opening: String,
    near_miss: String,
    known: String,
    expected: String,
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
    presence: String,
    secret: String,
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

/// How a verdict came about.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraceWords {
    /// The verdict of every world; `{verdict}`
    pub always: String,
    /// That a verdict is the same in all worlds that have the defaults, and another one in others.
    pub by_default: String,
    /// What one of several trails or units of an account does; `{subject}`, `{verdict}`
    pub says: String,
    /// What a value in the rule's document is; `{pointer}`, `{value}`
    pub leaf: String,
    /// The empty text as such a value.
    pub empty: String,
    /// That a resource is there, which need not be; `{resource}`
    pub there: String,
    /// The bucket that a control needs; `{bucket}`
    pub no_bucket: String,
    /// One answer of a world; `{question}`, `{answer}`
    pub answer: String,
    /// Where what waits for an answer stands.
    pub decides: String,
    /// A question that is not asked, because another trail decides; `{question}`
    pub open: String,
    /// The two answers.
    pub yes: String,
    /// See `yes`.
    pub no: String,
    /// What gives an open input a value; `{option}`
    pub no_value: String,
    /// A world that the real tool refuses; `{message}`
    pub refused: String,
    verdicts: BTreeMap<String, String>,
    grounds: BTreeMap<String, String>,
}

impl TraceWords {
    /// A verdict as what the subject does.
    #[must_use]
    pub fn verdict(&self, verdict: Verdict) -> &str {
        self.verdicts.get(verdict.as_str()).map_or(verdict.as_str(), String::as_str)
    }

    /// The sentence of a ground that a fact gave; its code where there is none.
    #[must_use]
    pub fn ground<'a>(&'a self, code: &'a str) -> &'a str {
        self.grounds.get(code).map_or(code, String::as_str)
    }
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
            Role::Presence => &self.roles.presence,
            Role::Secret => &self.roles.secret,
        }
    }

    /// What a piece of evidence is.
    #[must_use]
    pub fn evidence(&self, evidence: Evidence) -> &str {
        match evidence {
            Evidence::Bucket => &self.evidence.bucket,
            Evidence::Link => &self.evidence.link,
            Evidence::Naming => &self.evidence.naming,
            Evidence::Opening => &self.evidence.opening,
            Evidence::NearMiss => &self.evidence.near_miss,
            Evidence::Known => &self.evidence.known,
            Evidence::Expected => &self.evidence.expected,
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
