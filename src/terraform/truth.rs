//! Conditions.

use super::types::{Type, of, whether_true};
use crate::value::{Ask, Data, Input, Question, Value, World};

/// The boolean that a condition is worth: known, pending, or failed.
pub(super) fn truth(value: &Value, world: &World) -> Value {
    let origin = value.origin.clone();
    match &value.data {
        Data::Bool(_) | Data::Pending(_) | Data::Failed(_) => value.clone(),
        Data::Open(_) | Data::Opaque(_) if !of(value).may_become(&Type::Bool) => {
            Value::failed(format!("a condition must be true or false, this is a {}", of(value).describe()), origin)
        }
        Data::Open(input) => Value::answer(whether_true(value, input), world, origin),
        Data::Text(text) if matches!(text.as_literal(), Some("true" | "1")) => Value::bool(true, origin),
        Data::Text(text) if matches!(text.as_literal(), Some("false" | "0")) => Value::bool(false, origin),
        Data::Opaque(_) | Data::Text(_) if value.as_str().is_none() => {
            let input = Input::derived(value.describe(), origin.clone());
            Value::answer(Question::new(input, Ask::True), world, origin)
        }
        _ => Value::failed("a condition must be true or false", origin),
    }
}
