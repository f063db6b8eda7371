//! A control that one trail satisfies for a whole account: CloudTrail.1 and CloudTrail.3.

use crate::explore::{Exploration, explore, merge};
use crate::finding::{Case, Verdict};
use crate::model::{Kind, Provider, Resource, Unit, exists, may_be_there, may_hold_trails};
use crate::rules::Rule;
use crate::value::{Claim, Decided, Stop, World};

use super::errors;
use super::first::{is_no_witness, world_of_first};
use super::row::{Judge, Judged};
use super::scene::{Scene, all_refused};

/// What a unit says about an account that other units may be deployed to too.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountVotes {
    /// What tells the account from others of the unit: empty, or a role ARN, a profile.
    pub provider: String,
    /// What leads to a pass, to no pass if there is a trail, and to no trail, where the control does not apply to the unit;
    /// without conditions where nothing else can be.
    pub cases: Vec<Case>,
    /// What is said where no unit of the account has a trail.
    pub absence: Absence,
    /// How many clauses fail for the trail that comes closest.
    pub failing: usize,
    /// The options that give the inputs in the cases a value.
    pub options: Vec<String>,
    /// Whether there is anything to say of the account where no other unit does.
    pub standing: Standing,
}

/// Whether what a unit says of an account is said also where no other unit speaks of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It declares a trail, or is required to have one.
    Alone,
    /// It only has a module that is not on disk and may hold a trail.
    BesideOthers,
}

/// What an account says in a world in which it has no trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// Nothing: the trail may be declared elsewhere.
    Silent,
    /// It fails: it is required to have one.
    Fails,
}

impl AccountVotes {
    /// What a unit says that has no trail in any world.
    #[must_use]
    pub fn without_trail(absence: Absence) -> Self {
        let cases = vec![Case { when: Vec::new(), verdict: Verdict::NotApplicable }];
        let (provider, options) = Default::default();
        Self { provider, cases, absence, failing: 0, options, standing: Standing::Alone }
    }

    /// Whether the unit has a trail in some world.
    #[must_use]
    pub fn may_have_trail(&self) -> bool {
        self.cases.iter().any(|case| case.verdict != Verdict::NotApplicable)
    }
}

/// The trail that comes closest in a world, if there is one.
struct Best(Option<Judged>);

/// What `rule` says about the account that `first` is the first trail of, or a module that [`may_hold_trails`], in each world:
/// the trail that satisfies it, or the one that comes closest. What worlds without a trail say is `absence`; to other units of
/// the account, that they have none.
#[must_use]
pub fn account_row<'a>(
    judge: &Judge<'a>,
    rule: &'a Rule,
    first: &Resource,
    absence: Absence,
) -> (Exploration<Option<Judged>>, AccountVotes) {
    let best = |world: &World| {
        let scene = Scene::new(judge, world);
        scene.admitted(|| best_trail(judge, rule, first, &scene).map(Best).map(Some))
    };
    let found = errors::settled(explore(judge.max_worlds, best), judge.unit, best);
    let cases = cases(&found, judge.unit);
    let best = found.worlds.iter().filter_map(|(_, best)| best.as_ref()?.0.as_ref());
    let failing = best.map(|judged| judged.failures.len()).find(|count| *count > 0).unwrap_or(0);
    let standing = match (first.kind, absence) {
        (Kind::AbsentModule, Absence::Silent) => Standing::BesideOthers,
        _ => Standing::Alone,
    };
    let without_trail = || (absence == Absence::Fails).then(|| Judged::without_trail(first));
    // Where the unit has no trail of its own, what a module may hold is for the other units of the account to hear.
    let is_for_others = absence == Absence::Silent && standing == Standing::Alone;
    let counts = |judged: &Judged| judged.trail.kind == Kind::Trail || !is_for_others;
    let said = |best: Option<Best>| best.and_then(|Best(judged)| judged.filter(counts).or_else(without_trail));
    let worlds = found.worlds.into_iter().map(|(world, best)| (world, said(best))).collect();
    let exploration = Exploration { worlds, refused: found.refused, exploded: found.exploded };
    let (provider, options) = (first.provider.to_string(), Vec::new());
    (exploration, AccountVotes { provider, cases, absence, failing, options, standing })
}

/// What leads to each verdict. A world that the real tool refuses has no say, one without a trail has. What makes a unit fail
/// and what leaves it without a trail are told from a pass only: both leave the say to the other units.
fn cases(found: &Exploration<Option<Best>>, unit: &dyn Unit) -> Vec<Case> {
    let said = |Best(judged): &Best| judged.as_ref().map_or(Verdict::NotApplicable, |judged| judged.verdict);
    let worlds = found.worlds.iter();
    let votes: Vec<_> = worlds.filter_map(|(world, judged)| Some((world, said(judged.as_ref()?)))).collect();
    if votes.is_empty() || !found.exploded.is_empty() || errors::are_read(found, unit) {
        return vec![Case { when: Vec::new(), verdict: Verdict::Unknown }];
    }
    let leading_to = |verdict: Verdict, ignored: Option<Verdict>| {
        let votes: Vec<_> = votes.iter().filter(|(_, other)| Some(*other) != ignored).copied().collect();
        let cases = match merge(&votes) {
            Some(merged) if merged.cases.is_empty() => vec![Case { when: Vec::new(), verdict: merged.verdict }],
            merged => merged.map(|merged| merged.cases).unwrap_or_default(),
        };
        cases.into_iter().filter(move |case| case.verdict == verdict)
    };
    let passing = leading_to(Verdict::Pass, None);
    let failing = leading_to(Verdict::Fail, Some(Verdict::NotApplicable));
    passing.chain(failing).chain(leading_to(Verdict::NotApplicable, Some(Verdict::Fail))).collect()
}

/// A trail that passes decides the account whatever the others wait for.
pub(super) fn best_trail<'a>(
    judge: &Judge<'a>,
    rule: &'a Rule,
    first: &Resource,
    scene: &Scene,
) -> Decided<Option<Judged>> {
    let mut closest: Option<Judged> = None;
    let mut waiting = None;
    for trail in scene.trails() {
        match best_instance(judge, rule, trail, first, scene) {
            Ok(None) => {}
            Ok(Some(judged)) if judged.verdict == Verdict::Pass => return Ok(Some(judged)),
            Ok(Some(judged)) => {
                if closest.as_ref().is_none_or(|other| judged.failures.len() < other.failures.len()) {
                    closest = Some(judged);
                }
            }
            // What is asked comes first: another trail may pass whatever is refused about this one.
            Err(stop @ Stop::Ask(_)) if !matches!(waiting, Some(Stop::Ask(_))) => waiting = Some(stop),
            Err(stop) => waiting = waiting.or(Some(stop)),
        }
    }
    if let Some(stop) = waiting {
        return Err(stop);
    }
    let may_be_met = closest.as_ref().is_none_or(|closest| closest.verdict == Verdict::Fail);
    let met = if may_be_met { module_that_meets(rule, scene)? } else { None };
    Ok(match (met, closest) {
        (None, closest) => closest,
        (Some(_), Some(closest)) => Some(Judged { verdict: Verdict::Pass, failures: Vec::new(), ..closest }),
        (Some(module), None) => Some(Judged::of_account(&module, Verdict::Pass, Vec::new())),
    })
}

/// The module that is not on disk and holds a trail that meets the control: whether one does is open.
fn module_that_meets(rule: &Rule, scene: &Scene) -> Decided<Option<Resource>> {
    for (module, input) in may_hold_trails(scene.estate.as_ref()) {
        let claim = Claim::with("holds a trail that meets", rule.control.id.clone());
        let question = claim.of(&input.name, input.reason.clone(), input.origin.clone());
        if may_be_there(&module, scene.world)? && scene.world.decide(&question)? {
            return Ok(Some(module));
        }
    }
    Ok(None)
}

/// The module that stands for the account of a unit that declares no trail itself: the first that may hold one.
#[must_use]
pub fn module_for_trail(judge: &Judge) -> Option<Resource> {
    let world = World::default();
    let estate = judge.unit.estate(&world);
    may_hold_trails(estate.as_ref()).next().map(|(module, _)| module)
}

/// The provider configuration of a trail, as far as the answers of this world tell its account.
pub(super) fn provider_in<'s>(scene: &'s Scene, trail: &'s Resource) -> &'s Provider {
    let here = scene.trails().iter().find(|here| here.address == trail.address);
    &here.unwrap_or(trail).provider
}

/// What `rule` says about a trail that exists in the account of `first`. Where it stands for instances that differ, it passes
/// if the first does.
fn best_instance<'a>(
    judge: &Judge<'a>,
    rule: &'a Rule,
    trail: &Resource,
    first: &Resource,
    scene: &Scene,
) -> Decided<Option<Judged>> {
    let is_in_account = |exists: bool| Ok(exists && trail.provider.is_in_account_of(provider_in(scene, first))?);
    let any = match exists(trail, scene.world).and_then(is_in_account) {
        Ok(true) => match judge.judge(rule, trail, scene) {
            Ok(judged) if judged.verdict == Verdict::Fail && is_no_witness(judge, trail, scene) => {
                Err(Stop::Reject(all_refused()))
            }
            judged => judged.map(Some),
        },
        Ok(false) => Ok(None),
        Err(stop) => Err(stop),
    };
    let Err(Stop::Ask(question)) = &any else { return any };
    let Some(world) = world_of_first(judge, trail, scene, question) else { return any };
    let scene = Scene::new(judge, &world);
    let Some(trail) = scene.trail(&trail.address) else { return any };
    match scene.admitted(|| best_instance(judge, rule, trail, first, &scene)) {
        Ok(Some(judged)) if judged.verdict == Verdict::Pass => {
            Ok(Some(Judged { world: judged.world.or(Some(world.clone())), ..judged }))
        }
        Err(Stop::Ask(question)) => Err(Stop::Ask(question)),
        _ => any,
    }
}
