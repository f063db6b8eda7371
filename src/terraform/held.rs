//! Whether a collection has an element under a key.

use crate::syntax::BinaryOperator;
use crate::value::{Ask, Data, Input, Junction, Literal, Question, Value};

use super::evaluator::Evaluator;
use super::functions::length_of;
use super::operators::{all, binary, not};
use super::types::{Type, of};

impl Evaluator<'_> {
    /// Whether a collection has an element under a key: known, or pending.
    pub fn is_held(&self, source: &Value, key: &Value) -> Value {
        let origin = || source.origin.clone();
        let yes = || Value::bool(true, origin());
        if self.is_own_key(source, key) {
            return yes();
        }
        if let Some(there) = self.has_instance(source, key) {
            return there;
        }
        if let Some((list, _)) = self.splat_of(source) {
            return self.is_held(&list, key);
        }
        if let Some(held) = self.looped_holds(source, key) {
            return held;
        }
        match &source.data {
            Data::Open(input) if is_any_key(key, input) => yes(),
            Data::Open(input) if source.parts().is_none() => {
                let ask = match (&key.data, source.said_type()) {
                    (_, Type::Object(_) | Type::Tuple(_)) if input.domain.never_null => return yes(),
                    (_, Type::Object(_) | Type::Tuple(_)) => {
                        let null = Question::new(input.clone(), Ask::Null);
                        return not(Value::answer(null, self.world, origin()), self.world, origin());
                    }
                    (Data::Number(at), ty) if matches!(ty, Type::List(_)) || is_list_made(source) => {
                        match at.as_i64().and_then(|at| usize::try_from(at).ok()) {
                            Some(at) => Ask::LongerThan(at),
                            None => return Value::bool(false, origin()),
                        }
                    }
                    // What may be a map may have the number as a key.
                    (Data::Number(at), Type::Map(_)) => Ask::Holds(Literal::Text(at.to_string())),
                    (Data::Number(_), _) => return self.unclear(source, key),
                    _ => match Literal::of(key) {
                        Some(literal) => Ask::Holds(literal),
                        None => return self.unclear(source, key),
                    },
                };
                // Null holds nothing, and nothing is asked of what it holds.
                let held = Value::answer(Question::new(input.clone(), ask), self.world, origin());
                if input.domain.never_null {
                    return held;
                }
                let null = Value::answer(Question::new(input.clone(), Ask::Null), self.world, origin());
                all(vec![not(null, self.world, origin()), held], self.world, origin())
            }
            Data::Open(input) => match (source.parts(), &key.data) {
                (Some((junction, _)), Data::Number(at)) if junction.keeps_all() => {
                    let length = length_of(input, self.world, origin());
                    binary(BinaryOperator::Greater, length, Value::number(at.clone(), origin()), self.world, origin())
                }
                // A key that is known is asked for where it is read.
                (Some((Junction::Map, _)), _) if Literal::of(key).is_some() => yes(),
                _ => self.unclear(source, key),
            },
            Data::Opaque(_) => self.unclear(source, key),
            // What comes of the answer may lack the key.
            Data::Pending(_) => source.clone().unsaid(),
            Data::Map(_, entries) if entries.keys().any(|key| self.is_unknown_key(key)) => {
                let named = key.as_str().is_some_and(|key| entries.contains_key(key));
                if named { yes() } else { self.unclear(source, key) }
            }
            _ => yes(),
        }
    }

    fn unclear(&self, source: &Value, key: &Value) -> Value {
        let statement = format!("can({}[{}])", source.describe(), key.describe());
        let input = Input::derived(statement, source.origin.clone());
        Value::answer(Question::new(input, Ask::True), self.world, source.origin.clone())
    }
}

/// Whether a key is the one that stands for all keys of a collection.
pub(super) fn is_any_key(key: &Value, collection: &Input) -> bool {
    key.obstacle().is_some() && key.describe() == format!("keys({})[*]", collection.keyed_as().name)
}

/// Whether an open value is a list that is made of another collection.
pub(super) fn is_list_made(collection: &Value) -> bool {
    let key = collection.each().map(|(key, _)| key).or(collection.filtered().map(|[key, ..]| key));
    key.is_some_and(|key| of(key) == Type::Number)
}
