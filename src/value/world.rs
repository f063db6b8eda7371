//! One way the inputs could be: the answers given so far, and what follows from them.

use super::{Ask, Input, Literal, Question};

/// The answers given so far. Evaluation in a world uses every answer that is given or follows; the rest is pending.
#[derive(Debug, Clone, Default)]
pub struct World {
    answers: Vec<(Question, bool)>,
}

impl World {
    /// The world with one more answer.
    #[must_use]
    pub fn with(&self, question: Question, answer: bool) -> Self {
        let mut answers = self.answers.clone();
        answers.push((question, answer));
        Self { answers }
    }

    /// The answers, in the order they were given.
    #[must_use]
    pub fn answers(&self) -> &[(Question, bool)] {
        &self.answers
    }

    /// The answer to `question`, if it was given or follows from those that were.
    #[must_use]
    pub fn answer(&self, question: &Question) -> Option<bool> {
        let given = || self.about(&question.input);
        if let Some(answer) = given().find(|(ask, _)| **ask == question.ask) {
            return Some(answer.1);
        }
        if let Some(candidates) = self.candidates(&question.input) {
            let mut verdicts = candidates.iter().map(|literal| holds(literal, &question.ask));
            let first = verdicts.next()??;
            return verdicts.all(|verdict| verdict == Some(first)).then_some(first);
        }
        let domain = &question.input.domain;
        if (domain.never_null && is_null(&question.ask)) || (domain.never_empty && is_empty(&question.ask)) {
            return Some(false);
        }
        given().find_map(|(given, answer)| implied(given, answer, &question.ask))
    }

    /// The values `input` can still have, where they are finitely many: those of its domain that agree with every answer.
    #[must_use]
    pub fn candidates(&self, input: &Input) -> Option<Vec<Literal>> {
        let only = self.about(input).find_map(|(ask, answer)| match (ask, answer) {
            (Ask::Is(literal), true) => Some(vec![literal.clone()]),
            (Ask::Null, true) => Some(vec![Literal::Null]),
            _ => None,
        });
        let values = only.or_else(|| input.domain.values.clone())?;
        // Whatever was true or false is a boolean, so a literal that is neither is out.
        let agrees = |literal: &Literal| {
            self.about(input).all(|(ask, answer)| match holds(literal, ask) {
                Some(holds) => holds == answer,
                None => *ask != Ask::True,
            })
        };
        Some(values.into_iter().filter(agrees).collect())
    }

    fn about(&self, input: &Input) -> impl Iterator<Item = (&Ask, bool)> {
        self.answers
            .iter()
            .filter(move |(question, _)| *question.input == *input)
            .map(|(question, answer)| (&question.ask, *answer))
    }
}

/// Whether `literal` would answer `ask` with yes; `None` when the literal alone does not tell.
fn holds(literal: &Literal, ask: &Ask) -> Option<bool> {
    match ask {
        Ask::Null => Some(*literal == Literal::Null),
        Ask::Empty => Some(*literal == Literal::Text(String::new())),
        Ask::True => match literal.as_text().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        Ask::Is(other) => Some(literal.same(other)),
        Ask::Fixed => match literal {
            Literal::Text(text) => Some(super::is_fixed(text)),
            _ => Some(*literal != Literal::Null),
        },
        Ask::Holds(_) | Ask::LongerThan(_) => None,
    }
}

fn is_null(ask: &Ask) -> bool {
    matches!(ask, Ask::Null | Ask::Is(Literal::Null))
}

fn is_empty(ask: &Ask) -> bool {
    match ask {
        Ask::Empty | Ask::Is(Literal::Text(_)) => !matches!(ask, Ask::Is(Literal::Text(text)) if !text.is_empty()),
        _ => false,
    }
}

/// What a given answer says about another question on the same input.
fn implied(given: &Ask, answer: bool, asked: &Ask) -> Option<bool> {
    match (given, answer, asked) {
        // Something that is empty, true or false, fixed, or holds anything is not null.
        (Ask::Empty | Ask::Fixed | Ask::Holds(_) | Ask::LongerThan(_), true, asked) if is_null(asked) => Some(false),
        (Ask::True, _, asked) if is_null(asked) || is_empty(asked) => Some(false),
        (Ask::Fixed | Ask::Holds(_) | Ask::LongerThan(_), true, asked) if is_empty(asked) => Some(false),
        // What is empty holds nothing, is no other text and no fixed value.
        (given, true, asked) if is_empty(given) => match asked {
            asked if is_empty(asked) => Some(true),
            Ask::Is(_) | Ask::Fixed | Ask::Holds(_) | Ask::LongerThan(_) => Some(false),
            _ => None,
        },
        (given, false, asked) if is_empty(given) && is_empty(asked) => Some(false),
        (given, false, asked) if is_null(given) && is_null(asked) => Some(false),
        (given, false, Ask::LongerThan(0)) if is_empty(given) => Some(true),
        (Ask::LongerThan(0), answer, asked) if is_empty(asked) => Some(!answer),
        (Ask::LongerThan(given), true, Ask::LongerThan(asked)) if asked <= given => Some(true),
        (Ask::LongerThan(given), false, Ask::LongerThan(asked)) if asked >= given => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Domain, Input, Origin, Reason};
    use super::*;
    use std::sync::Arc;

    fn input(domain: Domain) -> Arc<Input> {
        let reason = Reason::NoValue("--var x=VALUE".to_owned());
        Arc::new(Input { name: "var.x".to_owned(), reason, domain, origin: Origin::default() })
    }

    fn is(text: &str) -> Ask {
        Ask::Is(Literal::Text(text.to_owned()))
    }

    #[test]
    fn one_literal_excludes_the_others() {
        let x = input(Domain::default());
        let world = World::default().with(Question::new(x.clone(), is("prod")), true);
        assert_eq!(world.answer(&Question::new(x.clone(), is("dev"))), Some(false));
        assert_eq!(world.answer(&Question::new(x.clone(), Ask::Null)), Some(false));
        assert_eq!(world.answer(&Question::new(x, Ask::Fixed)), Some(true));
    }

    #[test]
    fn the_last_value_of_a_finite_domain_follows() {
        let x = input(Domain::of(vec![Literal::Text("dev".into()), Literal::Text("prod".into())]));
        let world = World::default().with(Question::new(x.clone(), is("prod")), false);
        assert_eq!(world.answer(&Question::new(x, is("dev"))), Some(true));
    }

    #[test]
    fn an_open_text_that_is_not_prod_may_still_be_anything_else() {
        let x = input(Domain::default());
        let world = World::default().with(Question::new(x.clone(), is("prod")), false);
        assert_eq!(world.answer(&Question::new(x.clone(), is("dev"))), None);
        assert_eq!(world.answer(&Question::new(x, Ask::Null)), None);
    }
}
