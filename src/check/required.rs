//! Accounts that are required to have a trail: by the command line each, by the configuration (`trail: here`) the one it names.

use std::path::PathBuf;

use crate::config::Whereabouts;
use crate::finding::{Finding, Subject};
use crate::judge::{Absence, AccountVotes, without_trail};
use crate::model::{Language, Unit};
use crate::rules::{Holds, Rule};
use crate::source::{Sources, Span};
use crate::suppress::Scope;

use super::rows::Found;
use super::{Options, accounts, scope};

/// What the account of a unit says where it has no trail. A run about some of the paths cannot know whether an account has
/// one elsewhere.
pub(super) fn absence(unit: &dyn Unit, options: &Options, sources: &Sources) -> Absence {
    let account = accounts::configured(&options.configured, unit.path(), &options.working_directory);
    let is_required = match account.and_then(|account| account.trail) {
        Some(Whereabouts::Elsewhere) => false,
        Some(Whereabouts::Here) if scope(options, sources) == Scope::Whole => true,
        _ => options.require_trail,
    };
    if is_required { Absence::Fails } else { Absence::Silent }
}

/// What is said of a unit that is required to have the trail that is `written` in it, and has it in no world.
pub(super) fn lacking(rule: &Rule, unit: &dyn Unit, written: Span, sources: &Sources) -> Option<Found> {
    let finding = without_trail(rule, unit.path(), unit.language(), sources.first_line(written))?;
    let subject = Subject { blocks: vec![written], ..Subject::default() };
    let finding = Finding { account: unit.account(), subject, ..finding };
    let account = Some(AccountVotes::without_trail(Absence::Fails));
    Some(Found { finding, account, turned: Vec::new(), trace: None })
}

/// What is said where no unit speaks of a trail that is required: once for the place the run was asked about, and of each
/// account whose trail should be here.
pub(super) fn missing(found: &[Finding], options: &Options, sources: &Sources) -> Vec<Finding> {
    let rules: Vec<&Rule> = options.rules.iter().copied().filter(|rule| rule.holds == Holds::Any).collect();
    let of_accounts: Vec<&Finding> =
        found.iter().filter(|finding| rules.iter().any(|rule| rule.control.id == finding.control)).collect();
    let mut missing = Vec::new();
    if options.require_trail && of_accounts.is_empty() {
        missing = of_place(&rules, options, sources);
    }
    missing.extend(of_configured(&rules, &of_accounts, options, sources));
    missing
}

fn of_place(rules: &[&Rule], options: &Options, sources: &Sources) -> Vec<Finding> {
    let place = options.paths.first().cloned().unwrap_or_else(|| PathBuf::from("."));
    let unit = sources.display(&place);
    // A report needs a place to stand on; where there is no file to name, the directory itself is one.
    let span = Span::new(sources.add(&place, String::new()), 0, 0);
    rules.iter().filter_map(|rule| without_trail(rule, &unit, Language::Terraform, span)).collect()
}

/// What is said of accounts whose trail should be here (`trail: here`) and was not found. It stands where the
/// configuration names the account.
fn of_configured(rules: &[&Rule], found: &[&Finding], options: &Options, sources: &Sources) -> Vec<Finding> {
    if scope(options, sources) == Scope::Part {
        return Vec::new();
    }
    let here = options.configured.config.accounts.iter().filter(|account| account.trail == Some(Whereabouts::Here));
    let missing =
        here.filter(|account| found.iter().all(|finding| finding.account.as_ref() != Some(&account.name.value)));
    let findings = missing.flat_map(|account| {
        let span = account.name.span;
        let unit = sources.file(span.file).path.clone();
        let of_account = |finding| Finding { account: Some(account.name.value.clone()), ..finding };
        let findings = rules.iter().filter_map(|rule| without_trail(rule, &unit, Language::Terraform, span));
        findings.map(of_account).collect::<Vec<_>>()
    });
    findings.collect()
}
