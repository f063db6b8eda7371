//! Reading a value where a decision is needed: the decision, or the reason it cannot be made yet.
//!
//! Facts and links read through these functions and pass a [`Stop`] on with `?`; the explorer answers the
//! question in every way and runs them again.

use std::sync::Arc;

use super::{Ask, Data, Failure, Input, Literal, Origin, Question, Type, Value, World};

/// Why a decision cannot be made in this world.
#[derive(Debug, Clone, PartialEq)]
pub enum Stop {
    /// The answer to this question is needed first.
    Ask(Arc<Question>),
    /// The real tool would refuse the inputs of this world.
    Reject(Arc<Failure>),
}

impl Stop {
    /// The same as what has this chain meets it, where nothing nearer asks.
    #[must_use]
    pub fn asked_at(self, at: &Origin) -> Self {
        match self {
            Self::Ask(question) if question.at.nearest().is_none() => Self::Ask(Arc::new(question.asked_at(at))),
            stop => stop,
        }
    }
}

/// A decision, or why it cannot be made yet.
pub type Decided<T> = Result<T, Stop>;

impl World {
    /// The answer to `question`, or the need to ask it.
    ///
    /// # Errors
    /// [`Stop::Ask`] when the world does not hold the answer.
    pub fn decide(&self, question: &Arc<Question>) -> Decided<bool> {
        self.answer(question).ok_or_else(|| Stop::Ask(Arc::clone(question)))
    }

    /// The answer to a question about `input`, or the need to ask it.
    ///
    /// # Errors
    /// [`Stop::Ask`] when the world does not hold the answer.
    pub fn ask(&self, input: &Arc<Input>, ask: Ask) -> Decided<bool> {
        self.decide(&Arc::new(Question::new(Arc::clone(input), ask)))
    }
}

impl Value {
    /// What a decision about the value waits for.
    #[must_use]
    pub fn waits_for(&self, question: &Question) -> Stop {
        Stop::Ask(Arc::new(question.asked_at(&self.origin)))
    }

    /// The answer to a question about the input that decides the value, or the need to ask it.
    ///
    /// # Errors
    /// [`Stop::Ask`] when the world does not hold the answer.
    pub fn ask(&self, input: &Arc<Input>, ask: Ask, world: &World) -> Decided<bool> {
        let question = Question::new(Arc::clone(input), ask);
        world.answer(&question).ok_or_else(|| self.waits_for(&question))
    }

    /// The answer to `question` as a value: a boolean when the world knows it, otherwise pending on it.
    #[must_use]
    pub fn answer(question: Question, world: &World, origin: Origin) -> Self {
        match world.answer(&question) {
            Some(answer) => Self::bool(answer, origin),
            None => Self::pending(question, origin),
        }
    }

    /// The value, of which it is known whether it is null: what an input decides waits for that answer.
    #[must_use]
    pub fn null_decided(self, world: &World) -> Self {
        let Data::Open(input) = &self.data else { return self };
        let null = Question::new(Arc::clone(input), Ask::Null);
        match world.answer(&null) {
            Some(true) => Self::null(self.origin),
            Some(false) => self,
            None => Self::pending(null, self.origin),
        }
    }

    /// The first question that tells which of its few values an input in this value has: whatever is a function of it
    /// can be worked out for each.
    #[must_use]
    pub fn which(&self, world: &World) -> Option<Question> {
        self.first_input(&|input| world.which(input))
    }

    /// The same of finitely many values, however many those are.
    #[must_use]
    pub fn which_of_all(&self, world: &World) -> Option<Question> {
        self.first_input(&|input| world.which_of(input, usize::MAX))
    }

    /// What is found for the first input in this value for which anything is.
    fn first_input<T>(&self, find: &impl Fn(&Arc<Input>) -> Option<T>) -> Option<T> {
        match &self.data {
            Data::Open(input) => find(input),
            Data::Text(text) => text.values().find_map(|part| part.first_input(find)),
            Data::List(_, items) => items.iter().find_map(|item| item.first_input(find)),
            Data::Map(_, entries) => entries.values().find_map(|entry| entry.first_input(find)),
            _ => None,
        }
    }

    /// Whether the value is null or absent. Never true of an opaque value.
    ///
    /// # Errors
    /// [`Stop`] when an input decides it, or the real tool would refuse.
    pub fn read_null(&self, world: &World) -> Decided<bool> {
        match &self.data {
            Data::Null => Ok(true),
            Data::Open(input) => self.ask(input, Ask::Null, world),
            Data::Pending(question) => Err(self.waits_for(question)),
            Data::Failed(failure) => Err(Stop::Reject(Arc::clone(failure))),
            _ => Ok(false),
        }
    }

    /// Whether the value is there and neither null nor empty: what "defined" means for a key or a log group.
    ///
    /// # Errors
    /// [`Stop`] when an input decides it, or the real tool would refuse.
    pub fn read_set(&self, world: &World) -> Decided<bool> {
        match &self.data {
            Data::Open(input) => Ok(!self.ask(input, Ask::Null, world)? && !self.ask(input, Ask::Empty, world)?),
            Data::Text(text) if text.is_certainly_set() => Ok(true),
            Data::Text(text) => any(text.values().map(|value| value.read_set(world))),
            Data::List(_, items) => Ok(!items.is_empty()),
            Data::Map(_, entries) => Ok(!entries.is_empty()),
            _ => Ok(!self.read_null(world)?),
        }
    }

    /// The boolean a property is worth, with both tools' conversion from text; `None` when it is absent.
    ///
    /// # Errors
    /// [`Stop`] when an input decides it, or the real tool would refuse (a text that is no boolean).
    pub fn read_bool(&self, world: &World) -> Decided<Option<bool>> {
        match &self.data {
            Data::Bool(value) => Ok(Some(*value)),
            Data::Open(input) => {
                if self.ask(input, Ask::Null, world)? {
                    return Ok(None);
                }
                self.ask(input, Ask::True, world).map(Some)
            }
            // What is opaque is set, but whether it is true is open (DESIGN: "a boolean made of it is open").
            Data::Opaque(_) => self.ask(&Arc::new(Input::set(self, self.origin.clone())), Ask::True, world).map(Some),
            Data::Text(text) => match text.as_literal().map(str::to_ascii_lowercase).as_deref() {
                Some("true") => Ok(Some(true)),
                Some("false") => Ok(Some(false)),
                Some(_) => Err(self.reject(format!("{} is not a boolean", self.shown()))),
                None => {
                    self.ask_which(world)?;
                    let input = Arc::new(Input::derived(self.describe(), self.origin.clone()));
                    self.ask(&input, Ask::True, world).map(Some)
                }
            },
            Data::Number(_) => Err(self.reject(format!("{} is not a boolean", self.shown()))),
            Data::List(..) | Data::Map(..) | Data::Object(..) => Err(self.reject("a collection is not a boolean")),
            Data::Null | Data::Pending(_) | Data::Failed(_) => self.read_null(world).map(|_| None),
        }
    }

    /// Whether the value is the text `literal`. An opaque value may be: that is asked.
    ///
    /// # Errors
    /// [`Stop`] when an input decides it, or the real tool would refuse.
    pub fn read_is(&self, literal: &str, world: &World) -> Decided<bool> {
        match &self.data {
            Data::Open(input) => self.ask(input, Ask::Is(Literal::Text(literal.to_owned())), world),
            Data::Opaque(_) | Data::Text(_) if self.as_str().is_none() => {
                self.ask_which(world)?;
                let is = Ask::Is(Literal::Text(literal.to_owned()));
                self.ask(&Arc::new(Input::set(self, self.origin.clone())), is, world)
            }
            Data::Pending(_) | Data::Failed(_) => self.read_null(world),
            _ => Ok(Literal::of(self).is_some_and(|value| value.same(&Literal::Text(literal.to_owned())))),
        }
    }

    /// The elements of a list; one value alone is a list of one, null is none. An open collection is asked whether
    /// it is empty; then one element stands for all: what each is made like, if it meets the condition that they meet. Of one
    /// that is put together of parts, each part is read.
    ///
    /// # Errors
    /// [`Stop`] when an input decides it, or the real tool would refuse.
    pub fn read_list(&self, world: &World) -> Decided<Vec<Value>> {
        if let Some((_, parts)) = self.parts().filter(|(junction, _)| junction.is_of_elements()) {
            let parts: Decided<Vec<Vec<Self>>> = parts.iter().map(|part| part.read_list(world)).collect();
            return parts.map(|parts| parts.concat());
        }
        match &self.data {
            Data::List(_, items) => Ok(items.iter().map(|item| self.part(item)).collect()),
            Data::Open(input) => {
                let is_left_out = |[.., is_met]: &[Self; 3]| Ok(is_met.read_bool(world)? != Some(true));
                if self.ask(input, Ask::Null, world)?
                    || self.filtered().map_or(Ok(false), is_left_out)?
                    || self.ask(input, Ask::Empty, world)?
                {
                    return Ok(Vec::new());
                }
                let any = || {
                    let any = Input::derived(format!("{}[*]", input.name), input.origin.clone());
                    Input { domain: input.domain.of_element(), ..any }
                };
                Ok(vec![self.element().cloned().unwrap_or_else(|| Self::open(any(), self.origin.clone()))])
            }
            _ => Ok(if self.read_null(world)? { Vec::new() } else { vec![self.clone()] }),
        }
    }

    /// Whether a list holds the text `literal`; one value alone is a list of one, null holds nothing. Of an unknown
    /// collection that is asked: what stands for all its elements cannot be two texts at once, but they can.
    ///
    /// # Errors
    /// [`Stop`] when an input decides it, or the real tool would refuse.
    pub fn read_holds(&self, literal: &str, world: &World) -> Decided<bool> {
        let holds = || Ask::Holds(Literal::Text(literal.to_owned()));
        if let Some((_, parts)) = self.parts().filter(|(junction, _)| junction.is_of_elements()) {
            return any(parts.iter().map(|part| part.read_holds(literal, world)));
        }
        match &self.data {
            Data::List(_, items) => any(items.iter().map(|item| item.read_is(literal, world))),
            Data::Open(input) => {
                if self.ask(input, Ask::Null, world)? {
                    return Ok(false);
                }
                match self.each().map(|(_, element)| element.read_is(literal, world)) {
                    Some(Ok(is_it)) => Ok(is_it && !self.ask(input, Ask::Empty, world)?),
                    Some(Err(Stop::Ask(question))) if !question.input.name.contains("[*]") => Err(Stop::Ask(question)),
                    _ => self.ask(input, holds(), world),
                }
            }
            Data::Opaque(_) if matches!(self.said_type(), Type::List(_) | Type::Set(_) | Type::Any) => {
                self.ask(&Arc::new(Input::set(self, self.origin.clone())), holds(), world)
            }
            _ => Ok(!self.read_null(world)? && self.read_is(literal, world)?),
        }
    }

    /// # Errors
    /// [`Stop::Ask`] while a part of the value has few values to be tried.
    fn ask_which(&self, world: &World) -> Decided<()> {
        self.which(world).map_or(Ok(()), |question| Err(self.waits_for(&question)))
    }

    /// That the real tool, or the service, would refuse the value.
    pub fn reject(&self, message: impl Into<String>) -> Stop {
        Stop::Reject(Arc::new(Failure::new(message, self.origin.clone())))
    }
}

/// Whether any of the decisions is yes. A yes decides whatever the others wait for.
///
/// # Errors
/// The first [`Stop`] when no decision is yes and one cannot be made.
pub fn any(decisions: impl IntoIterator<Item = Decided<bool>>) -> Decided<bool> {
    let found = first(decisions.into_iter().map(|decision| decision.map(|yes| yes.then_some(()))));
    found.map(|found| found.is_some())
}

/// The first that something decides to be there. It decides whatever the others wait for.
///
/// # Errors
/// The first [`Stop`] when nothing is there and one decision cannot be made.
pub fn first<T>(decisions: impl IntoIterator<Item = Decided<Option<T>>>) -> Decided<Option<T>> {
    let mut waiting = None;
    for decision in decisions {
        match decision {
            Ok(Some(found)) => return Ok(Some(found)),
            Ok(None) => {}
            Err(stop) => waiting = waiting.or(Some(stop)),
        }
    }
    waiting.map_or(Ok(None), Err)
}

/// Whether all of the decisions are yes. A no decides whatever the others wait for.
///
/// # Errors
/// The first [`Stop`] when no decision is no and one cannot be made.
pub fn every(decisions: impl IntoIterator<Item = Decided<bool>>) -> Decided<bool> {
    any(decisions.into_iter().map(|decision| decision.map(|yes| !yes))).map(|no| !no)
}
