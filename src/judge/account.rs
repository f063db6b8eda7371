//! A control that one trail satisfies for a whole account: CloudTrail.1 and CloudTrail.3.

use crate::explore::{Exploration, explore};
use crate::finding::Verdict;
use crate::model::{Estate, Kind, exists};
use crate::rules::Rule;
use crate::value::{Decided, Stop, World};

use super::row::{Judge, Judged};

/// What `rule` says about the account of one provider configuration, in each world: the trail that satisfies it, or
/// the one that comes closest. Worlds without a trail have no say.
#[must_use]
pub fn account_row<'a>(judge: &Judge<'a>, rule: &'a Rule, provider: &str) -> Exploration<Option<Judged>> {
    explore(judge.max_worlds, |world| {
        let estate = judge.unit.estate(world);
        judge.admitted(estate.as_ref(), world, || best_trail(judge, rule, provider, estate.as_ref(), world))
    })
}

/// A trail that passes decides the account whatever the others wait for.
fn best_trail<'a>(
    judge: &Judge<'a>,
    rule: &'a Rule,
    provider: &str,
    estate: &dyn Estate,
    world: &World,
) -> Decided<Option<Judged>> {
    let mut closest: Option<Judged> = None;
    let mut waiting = None;
    for trail in estate.resources(Kind::Trail).into_iter().filter(|trail| trail.provider == provider) {
        let judged = match exists(&trail, world) {
            Ok(true) => judge.judge(rule, &trail, estate, world),
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
