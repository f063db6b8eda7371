//! Values of one unit as another unit sees them: inputs and symbols carry the name of their unit, so that inputs of two
//! units are never taken for one and symbols of two units are never equal.

use std::sync::Arc;

use super::{Data, Domain, Input, Met, Part, Question, Reason, Stop, Symbol, SymbolSource, Value, Witness, World};

/// What can be read in one unit and seen from another.
pub trait OfUnit {
    /// The same thing with every name that only its unit knows marked as that unit's.
    #[must_use]
    fn of_unit(self, unit: &str) -> Self;
}

impl<T: OfUnit> OfUnit for Vec<T> {
    fn of_unit(self, unit: &str) -> Self {
        self.into_iter().map(|item| item.of_unit(unit)).collect()
    }
}

impl<T: OfUnit> OfUnit for Option<T> {
    fn of_unit(self, unit: &str) -> Self {
        self.map(|inner| inner.of_unit(unit))
    }
}

impl OfUnit for Value {
    fn of_unit(self, unit: &str) -> Self {
        self.map_parts(&|part| {
            let data = match &part.data {
                Data::Open(input) => Data::Open(Arc::clone(input).of_unit(unit)),
                Data::Opaque(symbol) => Data::Opaque(Arc::new(symbol_of(symbol, unit))),
                Data::Pending(question) => Data::Pending(Arc::clone(question).of_unit(unit)),
                known => known.clone(),
            };
            Self { data, ..part.clone() }
        })
    }
}

impl Value {
    /// The value with whatever in it is neither a collection nor a text of parts changed, and what it may come to alike.
    #[must_use]
    pub fn map_parts(&self, change: &dyn Fn(&Self) -> Self) -> Self {
        let inner = |value: &Self| value.map_parts(change);
        let data = match &self.data {
            Data::Text(text) => Data::Text(text.map_values(|part| match part {
                Part::Literal(_) => part.clone(),
                Part::Value(value) => Part::Value(inner(value)),
                Part::Json(value) => Part::Json(inner(value)),
            })),
            Data::List(kind, items) => Data::List(*kind, Arc::new(items.iter().map(inner).collect())),
            Data::Map(kind, entries) => {
                Data::Map(*kind, Arc::new(entries.iter().map(|(key, value)| (key.clone(), inner(value))).collect()))
            }
            _ => {
                let awaited = self.awaited.as_ref().map(|awaited| Arc::new(awaited.map(inner)));
                return Self { awaited, ..change(self) };
            }
        };
        Self { data, ..self.clone() }
    }
}

impl OfUnit for Stop {
    fn of_unit(self, unit: &str) -> Self {
        match self {
            Self::Ask(question) => Self::Ask(question.of_unit(unit)),
            rejected @ Self::Reject(_) => rejected,
        }
    }
}

impl OfUnit for Arc<Question> {
    fn of_unit(self, unit: &str) -> Self {
        Self::new(Question { input: Arc::clone(&self.input).of_unit(unit), ..self.as_ref().clone() })
    }
}

impl OfUnit for Met {
    fn of_unit(self, unit: &str) -> Self {
        (self.0.of_unit(unit), self.1)
    }
}

impl OfUnit for Arc<Input> {
    fn of_unit(self, unit: &str) -> Self {
        let reason = match &self.reason {
            Reason::LengthOf(collection) => Reason::LengthOf(Arc::clone(collection).of_unit(unit)),
            Reason::AnyOf(witness) => {
                let Witness { collection, met, said_by } = witness.as_ref().clone();
                let (collection, met) = (collection.of_unit(unit), met.map(|met| met.of_unit(unit)));
                Reason::AnyOf(Arc::new(Witness { collection, met, said_by }))
            }
            Reason::Joined(junction, parts) => {
                Reason::Joined(*junction, Arc::new(parts.as_ref().clone().of_unit(unit)))
            }
            Reason::Each(element, met) => {
                let (key, value) = element.as_ref().clone();
                let met = met.clone().map(|met| met.of_unit(unit));
                Reason::Each(Arc::new((key.of_unit(unit), value.of_unit(unit))), met)
            }
            Reason::Filtered(element) => {
                Reason::Filtered(Arc::new(element.as_ref().clone().map(|value| value.of_unit(unit))))
            }
            other => other.clone(),
        };
        let mirrors = self.domain.mirrors.clone().map(|(mirrored, of)| (mirrored, of.of_unit(unit)));
        let domain = Domain { mirrors, ..self.domain.clone() };
        Self::new(Input { name: name_of(&self.name, unit), reason, domain, ..self.as_ref().clone() })
    }
}

impl World {
    /// The same world as `unit` sees it: the answers about its inputs, under the names they have there.
    #[must_use]
    pub fn in_unit(&self, unit: &str) -> Self {
        let prefix = name_of("", unit);
        let own = |question: &Question| {
            let name = question.input.name.strip_prefix(&prefix)?.to_owned();
            Some(Question::new(Input { name, ..question.input.as_ref().clone() }, question.ask.clone()))
        };
        let answers = self.answers().iter().filter_map(|(question, answer)| Some((own(question)?, *answer)));
        answers.fold(Self::default(), |world, (question, answer)| world.with(question, answer))
    }
}

/// A name of `unit` as others write it.
#[must_use]
pub fn name_of(name: &str, unit: &str) -> String {
    format!("{unit}: {name}")
}

fn symbol_of(symbol: &Symbol, unit: &str) -> Symbol {
    let source = match &symbol.source {
        SymbolSource::Resource(address) => SymbolSource::Resource(name_of(address, unit)),
        SymbolSource::Data(text) => SymbolSource::Data(name_of(text, unit)),
        SymbolSource::Named(name) => SymbolSource::Named(name_of(name, unit)),
        SymbolSource::Derived(text) => SymbolSource::Derived(name_of(text, unit)),
        // An export has one name for everybody.
        SymbolSource::Import(name) => SymbolSource::Import(name.clone()),
    };
    Symbol { source, attribute: symbol.attribute.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Ask, Origin, Text};

    fn open(name: &str) -> Value {
        Value::open(Input::derived(name, Origin::default()), Origin::default())
    }

    #[test]
    fn an_answer_about_another_units_input_is_an_answer_there_and_nowhere_else() {
        let there = open("var.key").of_unit("storage");
        assert_eq!(there.describe(), "storage: var.key");
        let Err(Stop::Ask(question)) = there.read_null(&World::default()) else { panic!("{there:?}") };
        let world = World::default().with(question.as_ref().clone(), true);
        assert_eq!(open("var.key").read_null(&world.in_unit("storage")), Ok(true));
        assert_eq!(open("var.key").of_unit("storage").read_null(&world), Ok(true));
        assert!(open("var.key").read_null(&world).is_err());
        assert!(open("var.key").read_null(&world.in_unit("network")).is_err());
    }

    #[test]
    fn everything_inside_a_value_is_named() {
        let text = Text::join([Part::Literal("a-".to_owned()), Part::Value(open("var.x"))]);
        let question = Question::new(Input::derived("var.q", Origin::default()), Ask::True);
        let list = Value::list(
            crate::value::ListKind::Tuple,
            vec![Value::new(Data::Text(text), Origin::default()), Value::pending(question, Origin::default())],
            Origin::default(),
        );
        assert_eq!(list.of_unit("u").describe(), "[\"a-${u: var.x}\", u: var.q]");
    }
}
