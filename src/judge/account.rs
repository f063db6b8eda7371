//! A control that one trail satisfies for a whole account: CloudTrail.1 and CloudTrail.3.

use crate::explore::{Exploration, explore, merge};
use crate::finding::{Case, Verdict};
use crate::model::{Provider, Resource, exists};
use crate::rules::Rule;
use crate::value::{Decided, Stop, World};

use super::row::{Judge, Judged};
use super::scene::Scene;

/// What a unit says about an account that other units may be deployed to too.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountVotes {
    /// What tells the account from others of the unit: empty, or a role ARN, a profile.
    pub provider: String,
    /// What leads to each verdict; one without conditions where it is the same in all worlds. Where the unit has no trail,
    /// the control does not apply to it.
    pub cases: Vec<Case>,
    /// How many clauses fail for the trail that comes closest.
    pub failing: usize,
    /// The options that give the inputs in the cases a value.
    pub options: Vec<String>,
}

/// The trail that comes closest in a world, if there is one.
struct Best(Option<Judged>);

/// What `rule` says about the account of the `first` trail, in each world: the trail that satisfies it, or the one that comes closest. Worlds without a trail have no say, unless other units are deployed to the account.
#[must_use]
pub fn account_row<'a>(
    judge: &Judge<'a>,
    rule: &'a Rule,
    first: &Resource,
) -> (Exploration<Option<Judged>>, AccountVotes) {
    let found = explore(judge.max_worlds, |world| {
        let scene = Scene::new(judge, world);
        scene.admitted(|| best_trail(judge, rule, first, &scene).map(Best).map(Some))
    });
    let cases = cases(&found);
    let worlds =
        found.worlds.into_iter().map(|(world, judged)| (world, judged.and_then(|Best(judged)| judged))).collect();
    let failing =
        |(_, judged): &(World, Option<Judged>)| Some(judged.as_ref()?.failures.len()).filter(|count| *count > 0);
    let exploration = Exploration { worlds, refused: found.refused, exploded: found.exploded };
    let failing = exploration.worlds.iter().find_map(failing).unwrap_or(0);
    (exploration, AccountVotes { provider: first.provider.to_string(), cases, failing, options: Vec::new() })
}

/// What leads to each verdict. A world that the real tool refuses has no say, one without a trail has.
fn cases(found: &Exploration<Option<Best>>) -> Vec<Case> {
    let said = |Best(judged): &Best| judged.as_ref().map_or(Verdict::NotApplicable, |judged| judged.verdict);
    let worlds = found.worlds.iter();
    let votes: Vec<_> = worlds.filter_map(|(world, judged)| Some((world, said(judged.as_ref()?)))).collect();
    match merge(&votes).filter(|_| found.exploded.is_empty()) {
        Some(merged) if !merged.cases.is_empty() => merged.cases,
        merged => {
            let verdict = merged.map_or(Verdict::Unknown, |merged| merged.verdict);
            vec![Case { when: Vec::new(), verdict }]
        }
    }
}

/// A trail that passes decides the account whatever the others wait for.
fn best_trail<'a>(judge: &Judge<'a>, rule: &'a Rule, first: &Resource, scene: &Scene) -> Decided<Option<Judged>> {
    let mut closest: Option<Judged> = None;
    let mut waiting = None;
    let provider = provider_in(scene, first);
    for trail in scene.trails() {
        let is_in_account = |exists: bool| Ok(exists && trail.provider.is_in_account_of(provider)?);
        let judged = match exists(trail, scene.world).and_then(is_in_account) {
            Ok(true) => judge.judge(rule, trail, scene),
            Ok(false) => continue,
            Err(stop) => Err(stop),
        };
        match judged {
            Ok(judged) if judged.verdict == Verdict::Pass => return Ok(Some(judged)),
            Ok(judged) => {
                if closest.as_ref().is_none_or(|other| judged.failures.len() < other.failures.len()) {
                    closest = Some(judged);
                }
            }
            // What is asked comes first: another trail may pass whatever is refused about this one.
            Err(stop @ Stop::Ask(_)) if !matches!(waiting, Some(Stop::Ask(_))) => waiting = Some(stop),
            Err(stop) => waiting = waiting.or(Some(stop)),
        }
    }
    waiting.map_or(Ok(closest), Err)
}

/// The provider configuration of a trail, as far as the answers of this world tell its account.
pub(super) fn provider_in<'s>(scene: &'s Scene, trail: &'s Resource) -> &'s Provider {
    let here = scene.trails().iter().find(|here| here.address == trail.address);
    &here.unwrap_or(trail).provider
}
