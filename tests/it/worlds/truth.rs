//! Conditions over inputs: written in a front end's own words, and worked out here.

use trailwarden::value::Literal;

use super::estate::{Assignment, Input};
use super::random::Random;

/// A condition, written and worked out.
pub enum Truth {
    Is(String, Literal),
    Same(String, String),
    Not(Box<Truth>),
    And(Box<Truth>, Box<Truth>),
    Or(Box<Truth>, Box<Truth>),
}

/// How a front end writes conditions.
pub struct Spelling {
    pub is: fn(&str, &Literal) -> String,
    pub same: fn(&str, &str) -> String,
    pub not: fn(&str) -> String,
    pub and: fn(&str, &str) -> String,
    pub or: fn(&str, &str) -> String,
}

impl Truth {
    pub fn any(random: &mut Random, inputs: &[Input], depth: usize) -> Self {
        let deeper = |random: &mut Random| Box::new(Self::any(random, inputs, depth - 1));
        match random.below(if depth == 0 { 3 } else { 6 }) {
            0 => {
                let one = random.pick(inputs);
                let kind = |input: &Input| input.values.first().map(std::mem::discriminant);
                let alike: Vec<&Input> = inputs.iter().filter(|input| kind(input) == kind(one)).collect();
                let other = *random.pick(&alike);
                Self::Same(one.name.clone(), other.name.clone())
            }
            1 | 2 => {
                let input = random.pick(inputs);
                let other = random.one_in(8).then(|| Literal::Text("other".to_owned()));
                let value = other.unwrap_or_else(|| random.pick(&input.values).clone());
                Self::Is(input.name.clone(), value)
            }
            3 => Self::Not(deeper(random)),
            4 => Self::And(deeper(random), deeper(random)),
            _ => Self::Or(deeper(random), deeper(random)),
        }
    }

    pub fn written(&self, spelling: &Spelling) -> String {
        match self {
            Self::Is(name, value) => (spelling.is)(name, value),
            Self::Same(one, other) => (spelling.same)(one, other),
            Self::Not(truth) => (spelling.not)(&truth.written(spelling)),
            Self::And(one, other) => (spelling.and)(&one.written(spelling), &other.written(spelling)),
            Self::Or(one, other) => (spelling.or)(&one.written(spelling), &other.written(spelling)),
        }
    }

    pub fn holds(&self, given: &Assignment) -> bool {
        match self {
            Self::Is(name, value) => given[name] == *value,
            Self::Same(one, other) => given[one] == given[other],
            Self::Not(truth) => !truth.holds(given),
            Self::And(one, other) => one.holds(given) && other.holds(given),
            Self::Or(one, other) => one.holds(given) || other.holds(given),
        }
    }
}
