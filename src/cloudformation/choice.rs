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
    /// What several cases have in common, and what it is worth there, that are not told apart.
    pub rest: Vec<(Answers, Value)>,
    /// What only whoever deploys the root from outside can answer: what that hands in is the same in every case here.
    pub asked_outside: Option<Question>,
}

/// What the node is worth, case by case. CloudFormation refuses the cases in which it fails.
pub fn cases(tree: &Tree, open: OpenInputs, stack: &Stack, node: &Node) -> Told {
    let (mut waiting, mut cases, mut rest, mut asked_outside) = (vec![World::default()], Vec::new(), Vec::new(), None);
    while let Some(world) = waiting.pop() {
        let value = Evaluator::new(tree, &world, open).evaluate(stack, node);
        let question = match &value.data {
            Data::Pending(question) => Some(question.as_ref().clone()),
            Data::Failed(_) => continue,
            _ => value.which_of_all(&world),
        };
        let is_room = cases.len() + rest.len() + waiting.len() + 2 <= MAX_CASES;
        match question {
            None => cases.push((world.answers().to_vec(), value)),
            Some(question) if world.answer(&question).is_some() => {
                asked_outside = Some(question);
                rest.push((world.answers().to_vec(), value));
            }
            Some(question) if is_room => waiting.extend(world.either(&question)),
            Some(_) => rest.push((world.answers().to_vec(), value)),
        }
    }
    Told { all: cases, rest, asked_outside }
}

impl Evaluator<'_> {
    /// Whether this world is one of the case that has these answers: true, false or pending. Of one input there may be as many
    /// answers as cases, so none is looked at behind what decides; while an answer is missing, only what is given is.
    pub fn is_case(&self, answers: &[(Question, bool)], origin: &Origin) -> Value {
        let mut truths = Vec::new();
        for (at, (question, wanted)) in answers.iter().enumerate() {
            let truth = self.answer(&question.input, question.ask.clone(), origin.clone());
            match truth.as_bool() {
                Some(answer) if answer == *wanted => truths.push(Value::bool(true, truth.origin)),
                Some(_) => return Value::bool(false, truth.origin),
                None => {
                    let others = answers.get(at..).unwrap_or_default();
                    let is_denied = |(question, wanted): &(Question, bool)| self.world.is_given(question, !wanted);
                    return if others.iter().any(is_denied) { Value::bool(false, truth.origin) } else { truth };
                }
            }
        }
        every(&truths, origin.clone())
    }
}
