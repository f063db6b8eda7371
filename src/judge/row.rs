//! One control about one trail in one world: the document, Guard's status, and what they mean together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexSet;
use serde_json::Value as Json;

use crate::explore::{Exploration, explore, explore_together};
use crate::finding::Verdict;
use crate::model::{Estate, Neighbourhood, Neighbours, Resource, Unit, exists};
use crate::rules::document::{Document, Expectation, Given, Remark};
use crate::rules::leaves::Leaf;
use crate::rules::{Outcome, Rule, Status, guard};
use crate::source::Span;
use crate::value::{self, Decided, Origin, Role, Stop, World};

use super::errors;
use super::scene::{Block, Scene, block_of};

/// Judges the rows of one unit.
pub struct Judge<'a> {
    /// The unit.
    pub unit: &'a dyn Unit,
    /// How many worlds a row may explore.
    pub max_worlds: usize,
    /// The other units of the run.
    pub neighbours: Neighbourhood<'a>,
    /// What Guard said about documents that were judged before.
    pub outcomes: &'a Outcomes,
    /// What the parameters of the controls are given.
    pub given: &'a Givens<'a>,
}

/// What a parameter of a control is given where it is about a trail; `None` where nothing is asked for.
pub type Givens<'a> = dyn Fn(&Rule, &str, &Resource) -> Option<Given> + Sync + 'a;

/// What Guard said, by control and what it sees of a document: what is equal to it is judged once.
#[derive(Debug, Default)]
pub struct Outcomes(Mutex<HashMap<(String, String), Arc<Outcome>>>);

/// What one world says about a subject.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The verdict of this world.
    pub verdict: Verdict,
    /// The clauses that failed.
    pub failures: Vec<Failure>,
    /// The trail the verdict is about.
    pub trail: Resource,
    /// The bucket it writes to: its address, or the text that names it.
    pub bucket: String,
    /// The headers of what it is about: the trail, its bucket where the rule is about it, and what they lie in.
    pub blocks: Vec<Span>,
    /// Where the value stands that was judged.
    pub origin: Origin,
    /// What the facts remark beside.
    pub remarks: Vec<Remark>,
    /// The world it was judged in, where that says more than the world of the vote: which instance the trail is.
    pub world: Option<World>,
}

/// A clause that failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The reason code: the fact's own where it has one, otherwise the clause's.
    pub code: String,
    /// Which value of the document it is about.
    pub pointer: String,
    /// What stands behind the value, present or missing.
    pub leaf: Leaf,
}

/// The reason of a failure of an account that has no trail and is required to have one.
pub(super) const NO_TRAIL: &str = "no-trail";

impl Judged {
    /// That an account has no trail and is required to have one, which may be `first`.
    pub(super) fn without_trail(first: &Resource) -> Self {
        let leaf = Leaf { origin: first.place(), reason: Some(NO_TRAIL), ..Leaf::default() };
        let failure = Failure { code: NO_TRAIL.to_owned(), pointer: "/Trail".to_owned(), leaf };
        Self::of_account(first, Verdict::Fail, vec![failure])
    }

    /// What is said of an account without looking into a trail.
    pub(super) fn of_account(at: &Resource, verdict: Verdict, failures: Vec<Failure>) -> Self {
        Self {
            verdict,
            failures,
            trail: at.clone(),
            bucket: String::new(),
            blocks: [&[at.header][..], &at.callers].concat(),
            origin: Origin::at(at.header, Role::Header),
            remarks: Vec::new(),
            world: None,
        }
    }
}

impl<'a> Judge<'a> {
    /// A judge of `unit`.
    #[must_use]
    pub fn new(
        unit: &'a dyn Unit,
        max_worlds: usize,
        neighbours: &'a Neighbours<'a>,
        outcomes: &'a Outcomes,
        given: &'a Givens<'a>,
    ) -> Self {
        Self { unit, max_worlds, neighbours: neighbours.around(unit), outcomes, given }
    }

    /// What `rule` sees of a trail.
    pub(super) fn document(&self, rule: &Rule, trail: &Resource, estate: &dyn Estate, world: &World) -> Document {
        let document = Document::of(trail, estate, world, self.neighbours);
        let parameters = rule.parameters.iter();
        let expectations: Vec<Expectation> = parameters
            .map(|(name, parameter)| Expectation { name, parameter, given: (self.given)(rule, name, trail) })
            .collect();
        document.expecting(&expectations, trail, estate, world)
    }

    /// The trails of the unit, world by world; those that would exist in a world that is refused do not. Each block that makes
    /// some is explored alone: what decides whether others exist does not matter to it.
    #[must_use]
    pub fn trails(&self) -> Exploration<Vec<Resource>> {
        let first = World::default();
        let mut blocks: IndexSet<Block> = Scene::new(self, &first).trails().iter().map(block_of).collect();
        let mut all = Exploration::default();
        let mut at = 0;
        while let Some(block) = blocks.get_index(at).cloned() {
            let found = self.trails_of(&block, &mut blocks);
            // Where the limit comes before any world with a trail of the block, those that may exist have their rows.
            if !found.exploded.is_empty() && found.worlds.iter().all(|(_, trails)| trails.is_empty()) {
                let scene = Scene::new(self, &first);
                let possible = scene.trails().iter().filter(|trail| block_of(trail) == block);
                all.worlds.push((first.clone(), possible.cloned().collect()));
            }
            all.worlds.extend(found.worlds);
            all.refused.extend(found.refused);
            at += 1;
        }
        all
    }

    /// The trails that a block makes, world by world. Blocks that come into being in one of them are `seen`.
    fn trails_of(&self, block: &Block, seen: &mut IndexSet<Block>) -> Exploration<Vec<Resource>> {
        explore(self.max_worlds, |world| {
            let scene = Scene::new(self, world);
            seen.extend(scene.trails().iter().map(block_of));
            let trails: Vec<Resource> = scene.existing_trails_of(block)?.into_iter().cloned().collect();
            match trails.first() {
                Some(first) if scene.estate.rejected() => {
                    let (message, origin) =
                        ("these inputs are refused".to_owned(), Origin::at(first.header, Role::Header));
                    Err(Stop::Reject(Arc::new(value::Failure::new(message, origin))))
                }
                _ => Ok(trails),
            }
        })
    }

    /// What each rule says about its trail, world by world; worlds in which it does not exist have no say.
    #[must_use]
    pub fn trail_rows(&self, rows: &[(&'a Rule, &Resource)]) -> Vec<Exploration<Option<Judged>>> {
        let said =
            |scene: &Scene, (rule, trail): &(&'a Rule, &Resource)| scene.admitted(|| self.trail_in(scene, rule, trail));
        let found = explore_together(rows.len(), self.max_worlds, |world, numbers| {
            let scene = Scene::new(self, world);
            numbers.iter().filter_map(|number| rows.get(*number)).map(|row| said(&scene, row)).collect()
        });
        let found = found.into_iter().zip(rows);
        found
            .map(|(found, row)| errors::settled(found, self.unit, |world| said(&Scene::new(self, world), row)))
            .collect()
    }

    pub(super) fn trail_in(&self, scene: &Scene, rule: &'a Rule, trail: &Resource) -> Decided<Option<Judged>> {
        match scene.trail(&trail.address) {
            Some(found) if exists(found, scene.world)? => self.judge(rule, found, scene).map(Some),
            Some(_) => Ok(None),
            None if trail.address.contains("${") || trail.address.ends_with("[*]") => {
                self.judge_told(rule, trail, scene)
            }
            None => match scene.instance(&trail.address) {
                Some(found) if exists(&found, scene.world)? => self.judge(rule, &found, scene).map(Some),
                Some(_) => Ok(None),
                // How many instances there are may still be a question; then the trail can yet appear.
                None => scene.existing_trails_of(&block_of(trail)).map(|_| None),
            },
        }
    }

    /// What `rule` says about an instance whose key is an input, in a world whose answers tell the key or the number of
    /// instances: that it is the same as another instance, or that it does not exist. Where nothing tells which one, it is
    /// the worst of the block's.
    fn judge_told(&self, rule: &'a Rule, trail: &Resource, scene: &Scene) -> Decided<Option<Judged>> {
        let trails = scene.existing_trails_of(&block_of(trail))?;
        let told = |trail: &Resource| scene.world.told(&trail.address);
        let address = told(trail);
        let same: Vec<&Resource> = trails.iter().copied().filter(|other| told(other) == address).collect();
        let is_known = !address.contains("${") && !address.ends_with("[*]");
        let same = if same.is_empty() && !is_known { trails } else { same };
        let judged = same.into_iter().map(|same| self.judge(rule, same, scene));
        let judged: Vec<Judged> = judged.collect::<Decided<_>>()?;
        Ok(judged.into_iter().max_by_key(|judged| judged.verdict == Verdict::Fail))
    }

    /// What `rule` says about an existing trail.
    ///
    /// # Errors
    /// [`Stop`] when an answer is needed first.
    pub(super) fn judge(&self, rule: &'a Rule, trail: &Resource, scene: &Scene) -> Decided<Judged> {
        let document = scene.document(rule, trail);
        let judged = |verdict, failures, origin| {
            let (bucket, remarks) = (document.bucket.clone(), document.remarks.clone());
            let mut blocks = [&[trail.header][..], &trail.callers].concat();
            if rule.needs.is_bucket() {
                blocks.extend(&document.bucket_blocks);
            }
            Judged { verdict, failures, trail: trail.clone(), bucket, blocks, origin, remarks, world: None }
        };
        let needed = rule.needs.pointer();
        if let Some(stop) = document.leaves.stop(&needed) {
            return Err(stop);
        }
        if !document.holds(&needed) {
            return Ok(judged(Verdict::NoData, Vec::new(), document.leaves.at(&needed).origin));
        }
        let outcome = self.outcome(rule, &document.json, &document.leaves.at("/Trail").origin)?;
        let header = document.leaves.at("/Trail").origin;
        match outcome.status {
            Status::Pass => Ok(judged(Verdict::Pass, Vec::new(), header)),
            Status::Skip => Ok(judged(Verdict::NotApplicable, Vec::new(), header)),
            Status::Fail => {
                let failures = failures(&outcome, &document)?;
                let origin = failures.first().map_or(header, |failure| failure.leaf.origin.clone());
                Ok(judged(Verdict::Fail, failures, origin))
            }
        }
    }

    /// The values that a pass rests on: as few as are enough for it whatever the others were.
    ///
    /// # Errors
    /// [`Stop`] when the rule engine fails.
    pub(super) fn grounds(&self, rule: &'a Rule, document: &mut Document) -> Decided<Vec<String>> {
        let header = document.leaves.at("/Trail").origin;
        let mut grounds = Vec::new();
        for pointer in document.pointers() {
            let without = document.without(&pointer);
            if self.outcome(rule, &without, &header)?.status == Status::Pass {
                document.json = without;
            } else {
                grounds.push(pointer);
            }
        }
        Ok(grounds)
    }

    fn outcome(&self, rule: &'a Rule, document: &Json, header: &Origin) -> Decided<Arc<Outcome>> {
        let document = &guard::visible(&rule.guard, document);
        let key = (rule.control.id.clone(), document.to_string());
        if let Some(outcome) = self.outcomes.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(outcome));
        }
        let defect = |message: String| Stop::Reject(Arc::new(value::Failure::new(message, header.clone())));
        let outcomes = guard::evaluate(&[(&rule.control.id, &rule.guard)], &[document])
            .map_err(|error| defect(error.to_string()))?;
        let outcome = outcomes.into_iter().flatten().next().ok_or_else(|| defect("no outcome".to_owned()))?;
        let outcome = Arc::new(outcome);
        self.outcomes.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&outcome));
        Ok(outcome)
    }
}

/// The clauses that failed and are decided.
///
/// # Errors
/// The first [`Stop`] when the failure hangs on a value that waits for an answer.
fn failures(outcome: &Outcome, document: &Document) -> Decided<Vec<Failure>> {
    let clauses = outcome.clauses();
    if !outcome.is_certain() {
        let waiting = clauses.iter().find_map(|clause| document.leaves.stop(&clause.pointer()?));
        if let Some(stop) = waiting {
            return Err(stop);
        }
    }
    let decided = clauses.into_iter().filter(|clause| !clause.touches_open());
    let mut failures: Vec<Failure> = decided
        .map(|clause| {
            let pointer = clause.pointer().unwrap_or_default();
            let mut leaf = document.leaves.at(&pointer);
            if !leaf.slots.iter().any(|(name, _)| *name == "value") {
                leaf.slots.push(("value", clause.seen()));
            }
            let code = leaf.reason.map_or_else(|| clause.code.clone(), str::to_owned);
            Failure { code, pointer, leaf }
        })
        .collect();
    // One opening gives both reading and writing; it is said once.
    let mut seen: Vec<(String, Option<Span>)> = Vec::new();
    failures.retain(|failure| {
        let key = (failure.code.clone(), failure.leaf.origin.nearest());
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
    Ok(failures)
}
