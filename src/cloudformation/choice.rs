//! What a value that decides which stacks there are may be, case by case: the template that a condition or a parameter of
//! few values chooses. Each case is known by the answers it has in common with the worlds it happens in.

use crate::model::OpenInputs;
use crate::syntax::Node;
use crate::value::{Data, Origin, Question, Value, World};

use super::condition::every;
use super::evaluator::Evaluator;
use super::tree::{Stack, Tree};

/// How many cases are told apart.
pub const MAX_CASES: usize = 64;

/// The answers that tell a case from the others; none where there is only one.
pub type Answers = Vec<(Question, bool)>;

/// The cases of a node.
pub struct Told {
    /// What it is worth in each, in a fixed order.
    pub all: Vec<(Answers, Value)>,
    /// Whether all cases are told apart.
    pub are_told_apart: bool,
    /// What only whoever deploys the root from outside can answer: what that hands in is the same in every case here.
    pub asked_outside: Option<Question>,
}

/// What the node is worth, case by case. CloudFormation refuses the cases in which it fails.
pub fn cases(tree: &Tree, open: OpenInputs, stack: &Stack, node: &Node) -> Told {
    let (mut waiting, mut cases, mut are_all, mut asked_outside) = (vec![World::default()], Vec::new(), true, None);
    while let Some(world) = waiting.pop() {
        let value = Evaluator::new(tree, &world, open).evaluate(stack, node);
        let question = match &value.data {
            Data::Pending(question) => Some(question.as_ref().clone()),
            Data::Failed(_) => continue,
            _ => value.which(&world),
        };
        if let Some(question) = question.as_ref().filter(|question| world.answer(question).is_some()) {
            asked_outside = Some(question.clone());
            are_all = false;
            cases.push((world.answers().to_vec(), value));
            continue;
        }
        are_all = are_all && (question.is_none() || cases.len() + waiting.len() + 2 <= MAX_CASES);
        match question.filter(|_| cases.len() + waiting.len() + 2 <= MAX_CASES) {
            Some(question) => waiting.extend(world.either(&question)),
            None => cases.push((world.answers().to_vec(), value)),
        }
    }
    Told { all: cases, are_told_apart: are_all, asked_outside }
}

impl Evaluator<'_> {
    /// Whether this world is one of the case that has these answers: true, false or pending.
    pub fn is_case(&self, answers: &[(Question, bool)], origin: &Origin) -> Value {
        let truths = answers.iter().map(|(question, wanted)| {
            let truth = self.answer(&question.input, question.ask.clone(), origin.clone());
            match truth.as_bool() {
                Some(answer) => Value::bool(answer == *wanted, truth.origin),
                None => truth,
            }
        });
        every(&truths.collect::<Vec<_>>(), origin.clone())
    }
}
