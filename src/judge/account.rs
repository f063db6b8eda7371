//! A control that one trail satisfies for a whole account: CloudTrail.1 and CloudTrail.3.

use crate::explore::{Exploration, explore};
use crate::finding::Verdict;
use crate::rules::Rule;
use crate::value::{Decided, World};

use super::row::{Judge, Judged, trails_in};

/// What `rule` says about the account of one provider configuration, in each world: the trail that satisfies it, or
/// the one that comes closest. Worlds without a trail have no say.
#[must_use]
pub fn account_row<'a>(judge: &Judge<'a>, rule: &'a Rule, provider: &str) -> Exploration<Option<Judged>> {
    explore(judge.max_worlds, |world| in_world(judge, rule, provider, world))
}

/// A trail that passes decides the account whatever the others wait for.
fn in_world<'a>(judge: &Judge<'a>, rule: &'a Rule, provider: &str, world: &World) -> Decided<Option<Judged>> {
    let estate = judge.unit.estate(world);
    if estate.rejected() {
        return Ok(None);
    }
    let mut closest: Option<Judged> = None;
    let mut waiting = None;
    let trails = trails_in(estate.as_ref(), world)?;
    for trail in trails.into_iter().filter(|trail| trail.provider == provider) {
        match judge.judge(rule, &trail, estate.as_ref(), world) {
            Ok(judged) if judged.verdict == Verdict::Pass => return Ok(Some(judged)),
            Ok(judged) => {
                if closest.as_ref().is_none_or(|other| judged.failures.len() < other.failures.len()) {
                    closest = Some(judged);
                }
            }
            Err(stop) => waiting = waiting.or(Some(stop)),
        }
    }
    waiting.map_or(Ok(closest), Err)
}
