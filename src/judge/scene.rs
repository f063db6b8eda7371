//! A unit in one world, as its rows see it: what they all ask is worked out once.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::model::{Estate, Kind, Resource, exists, stands_for};
use crate::rules::Rule;
use crate::rules::document::Document;
use crate::source::Span;
use crate::value::{Decided, Failure, Origin, Stop, World};

use super::row::Judge;

/// A unit in one world.
pub(super) struct Scene<'w> {
    pub world: &'w World,
    pub estate: Box<dyn Estate + 'w>,
    judge: &'w Judge<'w>,
    trails: OnceCell<Trails>,
    /// The document about the trail that was judged last, as rules without parameters see it: the rules about a trail come
    /// one after the other.
    document: RefCell<Option<Rc<Document>>>,
    refusal: OnceCell<Decided<Option<Arc<Failure>>>>,
    dead_end: OnceCell<Option<Arc<Failure>>>,
}

/// What makes a trail: its block, and the calls of the modules that hold it.
pub(super) type Block = (Span, Vec<Span>);

/// The block that makes a trail.
pub(super) fn block_of(trail: &Resource) -> Block {
    (trail.header, trail.callers.clone())
}

/// That no answer is left.
pub(super) fn all_refused() -> Arc<Failure> {
    Arc::new(Failure::new("every choice of the inputs is refused", Origin::default()))
}

/// The trails, with those whose existence is still a question.
struct Trails {
    /// In source order.
    all: Vec<Resource>,
    /// Where the first one with an address is.
    by_address: HashMap<String, usize>,
}

impl Trails {
    fn of(estate: &dyn Estate) -> Self {
        let all = estate.resources(Kind::Trail);
        let numbered = all.iter().enumerate().rev();
        let by_address = numbered.map(|(at, trail)| (trail.address.clone(), at)).collect();
        Self { all, by_address }
    }
}

impl<'w> Scene<'w> {
    pub fn new(judge: &'w Judge<'w>, world: &'w World) -> Self {
        let (trails, document, refusal, dead_end) = Default::default();
        Self { world, estate: judge.unit.estate(world), judge, trails, document, refusal, dead_end }
    }

    /// The trails in source order, with those whose existence is still a question.
    pub fn trails(&self) -> &[Resource] {
        &self.listed().all
    }

    /// The trail of this address.
    pub fn trail(&self, address: &str) -> Option<&Resource> {
        let Trails { all, by_address } = self.listed();
        all.get(*by_address.get(address)?)
    }

    /// The trail of this address that one stands for which stands for instances of which it is not known which there are: a
    /// map may hold under a key what another one, that is not there in this world, makes of it elsewhere.
    pub fn instance(&self, address: &str) -> Option<Resource> {
        let any = self.trails().iter().find(|any| stands_for(&any.address, address))?;
        self.estate.instance(any, address)
    }

    fn listed(&self) -> &Trails {
        self.trails.get_or_init(|| Trails::of(self.estate.as_ref()))
    }

    /// The trails that exist and are made by a block. Whether others exist is not asked.
    ///
    /// # Errors
    /// [`crate::value::Stop::Ask`] while an answer decides whether one does.
    pub fn existing_trails_of(&self, block: &Block) -> Decided<Vec<&Resource>> {
        let of_block = self.trails().iter().filter(|trail| block_of(trail) == *block);
        let trails = of_block.map(|trail| Ok(exists(trail, self.world)?.then_some(trail)));
        trails.filter_map(Result::transpose).collect()
    }

    /// What `rule` sees of a trail.
    pub fn document(&self, rule: &Rule, trail: &Resource) -> Rc<Document> {
        let document = || Rc::new(self.judge.document(rule, trail, self.estate.as_ref(), self.world));
        if !rule.parameters.is_empty() {
            return document();
        }
        let mut last = self.document.borrow_mut();
        if let Some(document) = last.as_ref().filter(|document| document.trail == *trail) {
            return Rc::clone(document);
        }
        Rc::clone(last.insert(document()))
    }

    /// What `judge` says, unless the real tool refuses the answers of this world, or every way to complete them.
    pub fn admitted<T>(&self, judge: impl FnOnce() -> Decided<Option<T>>) -> Decided<Option<T>> {
        let refusal = self.refusal.get_or_init(|| self.estate.refusal());
        if let Ok(Some(failure)) = refusal {
            return Err(Stop::Reject(Arc::clone(failure)));
        }
        let Some(outcome) = judge()? else { return Ok(None) };
        let dead_end = refusal.as_ref().err().and_then(|_| self.dead_end());
        dead_end.map_or(Ok(Some(outcome)), |failure| Err(Stop::Reject(Arc::clone(failure))))
    }

    /// What refuses a way to complete a world of which every one is refused.
    fn dead_end(&self) -> Option<&Arc<Failure>> {
        let find = || {
            let mut why = None;
            let can_be = self.world.can_be(self.judge.max_worlds, |world| {
                let refusal = self.judge.unit.estate(world).refusal()?;
                why = why.take().or_else(|| refusal.clone());
                Ok(refusal.is_some())
            });
            (!can_be).then(|| why.unwrap_or_else(all_refused))
        };
        self.dead_end.get_or_init(find).as_ref()
    }
}
