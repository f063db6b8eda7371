//! Conditions: which of them tie a statement to fixed callers, as S3 sees it.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::sync::Arc;

use crate::value::{
    Ask, Claim, Data, Decided, Input, Origin, Part, Reason, Text, Value, World, any, every, is_variable, is_wide_range,
};

use super::fixed::{entries, is_fixed, settled, values};

/// A condition that would tie the statement to fixed callers if its values were fixed.
#[derive(Debug, Clone, PartialEq)]
pub struct Hint {
    /// The condition key, as written.
    pub key: String,
    /// Where its values are written.
    pub origin: Origin,
}

/// An operator as policies spell it: `ForAnyValue:StringLikeIfExists`. Letter case does not matter.
struct Operator {
    quantifier: Option<String>,
    comparison: String,
    if_exists: bool,
}

/// How the values of a key must look to be fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    AddressRange,
    AccessPoint,
}

/// Operators that hold only when the key is there and has one of the values.
const COMPARISONS: [&str; 6] =
    ["stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"];

/// Their opposites, which a Deny uses to spare only some callers. They hold when the key is absent too.
const NEGATIONS: [&str; 6] =
    ["stringnotequals", "stringnotequalsignorecase", "stringnotlike", "arnnotequals", "arnnotlike", "notipaddress"];

/// The keys that say who calls or from where, in small letters. Every other key can be met by anyone.
const KEYS: [(&str, Form); 14] = [
    ("aws:sourceip", Form::AddressRange),
    ("aws:sourcearn", Form::Plain),
    ("aws:sourcevpc", Form::Plain),
    ("aws:sourcevpce", Form::Plain),
    ("aws:sourceowner", Form::Plain),
    ("aws:sourceaccount", Form::Plain),
    ("aws:userid", Form::Plain),
    ("s3:dataaccesspointarn", Form::AccessPoint),
    ("s3:dataaccesspointaccount", Form::Plain),
    ("aws:principalarn", Form::Plain),
    ("aws:principalaccount", Form::Plain),
    ("aws:principalorgid", Form::Plain),
    ("aws:principalorgpaths", Form::Plain),
    ("aws:principalservicename", Form::Plain),
];

/// Whether the condition lets only fixed callers pass: all its parts must hold, so one that fixes the caller is enough.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides it.
pub(super) fn fixes_caller(condition: &Value, world: &World) -> Decided<bool> {
    any(operators(condition).into_iter().map(|(operator, keys)| match operator {
        None => undecided(condition, world),
        Some(operator) if !Operator::parse(operator).can_fix() => Ok(false),
        Some(operator) => {
            let known = entries(keys).unwrap_or_default().into_iter().map(|(key, value)| match form(operator, key) {
                Some(form) => all_fixed(form, value, world),
                None => Ok(false),
            });
            let unknown = keys.as_map().is_none().then(|| undecided(keys, world));
            any(known.chain(unknown))
        }
    }))
}

/// Whether a Deny under this condition spares only fixed callers: every part of it is a negation of what would fix one.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides it.
pub(super) fn spares_fixed_callers(condition: &Value, world: &World) -> Decided<bool> {
    let Data::Map(_, operators) = &condition.data else { return Ok(false) };
    if operators.is_empty() {
        return Ok(false);
    }
    every(operators.iter().map(|(operator, keys)| match &keys.data {
        Data::Map(_, entries) if !entries.is_empty() && Operator::parse(operator).can_spare() => {
            every(entries.iter().map(|(key, value)| match form(operator, key) {
                Some(form) => all_fixed(form, value, world),
                None => Ok(false),
            }))
        }
        _ => Ok(false),
    }))
}

/// The conditions that fix nobody because of a wildcard, a variable or a wide range in their values.
#[must_use]
pub fn near_misses(condition: &Value) -> Vec<Hint> {
    let named = |(operator, keys): (Option<&str>, &Value)| -> Vec<Hint> {
        let (Some(operator), Data::Map(_, keys)) = (operator, &keys.data) else { return Vec::new() };
        if !Operator::parse(operator).can_fix() {
            return Vec::new();
        }
        let is_missed = |key: &str, value: &Value| {
            form(operator, key).is_some_and(|form| values(value).into_iter().any(|value| is_loose(form, value)))
        };
        let keys = keys.iter().filter(|(key, value)| is_missed(key, value));
        keys.map(|(key, value)| Hint { key: key.clone(), origin: value.origin.clone() }).collect()
    };
    operators(condition).into_iter().flat_map(named).collect()
}

/// Whether a value has a wildcard, a variable or a wide range, or may have one.
fn is_loose(form: Form, value: &Value) -> bool {
    match (value.as_str(), &value.data) {
        (Some(text), _) => is_variable(text) || form == Form::AddressRange && is_wide_range(text) == Some(true),
        (None, Data::Text(text)) => {
            text.parts().iter().any(is_wild) || text.values().any(|part| matches!(part.data, Data::Open(_)))
        }
        (None, data) => matches!(data, Data::Open(_)),
    }
}

/// The operators with what stands under them; one without a name when the whole is not known.
fn operators(condition: &Value) -> Vec<(Option<&str>, &Value)> {
    if condition.is_null() {
        return Vec::new();
    }
    let known = entries(condition).unwrap_or_default().into_iter().map(|(name, keys)| (Some(name), keys));
    let unknown = condition.as_map().is_none().then_some((None, condition));
    known.chain(unknown).collect()
}

impl Operator {
    fn parse(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        let (quantifier, rest) = match text.split_once(':') {
            Some((quantifier, rest)) => (Some(quantifier.to_owned()), rest),
            None => (None, text.as_str()),
        };
        let (comparison, if_exists) = match rest.strip_suffix("ifexists") {
            Some(comparison) => (comparison, true),
            None => (rest, false),
        };
        Self { quantifier, comparison: comparison.to_owned(), if_exists }
    }

    /// `IfExists` and `ForAllValues` hold for callers without the key, so they tie the statement to nobody.
    fn can_fix(&self) -> bool {
        let quantifier = self.quantifier.as_deref();
        !self.if_exists
            && matches!(quantifier, None | Some("foranyvalue"))
            && COMPARISONS.contains(&self.comparison.as_str())
    }

    fn can_spare(&self) -> bool {
        self.quantifier.is_none() && NEGATIONS.contains(&self.comparison.as_str())
    }
}

/// How the values of `key` must look under `operator`; `None` when the key says nothing about the caller.
fn form(operator: &str, key: &str) -> Option<Form> {
    let key = key.to_ascii_lowercase();
    let (_, form) = *KEYS.iter().find(|(name, _)| *name == key)?;
    let compares_addresses = Operator::parse(operator).comparison.ends_with("ipaddress");
    (!compares_addresses || form == Form::AddressRange).then_some(form)
}

/// Whether there are values and all of them are fixed: one that is not lets anyone pass.
fn all_fixed(form: Form, value: &Value, world: &World) -> Decided<bool> {
    let values = values(value);
    if values.is_empty() {
        return Ok(false);
    }
    every(values.into_iter().map(|value| match form {
        Form::Plain => is_fixed(value, world),
        Form::AddressRange => is_narrow(&settled(value, world)?, world),
        Form::AccessPoint => names_account(&settled(value, world)?, world),
    }))
}

/// Whether the value is an address, or a range of at least /8 (IPv4) or /32 (IPv6).
fn is_narrow(value: &Value, world: &World) -> Decided<bool> {
    let text = match &value.data {
        Data::Text(text) => text,
        Data::Number(_) | Data::Bool(_) => return Ok(false),
        _ => return is_fixed(value, world),
    };
    let length = match text.parts() {
        [Part::Literal(text)] => return Ok(is_wide_range(text) == Some(false)),
        [Part::Value(whole)] => return is_narrow(whole, world),
        [.., Part::Literal(end)] => end.rsplit_once('/').and_then(|(_, length)| length.parse::<u8>().ok()),
        _ => None,
    };
    let ends_in_length = matches!(text.parts(), [.., Part::Literal(address), _] if address.ends_with('/'));
    let holds =
        |sought: &[char]| text.parts().iter().any(|part| matches!(part, Part::Literal(text) if text.contains(sought)));
    match length {
        _ if text.parts().iter().any(is_wild) => Ok(false),
        // Whatever the address is, the length that is written decides: 32 is narrow for both kinds of address.
        Some(length) if length < 8 || (length < 32 && holds(&[':'])) => Ok(false),
        Some(length) if length >= 32 || holds(&['.']) => Ok(true),
        // Fixed pieces may make a wide range (`0.0.0.0/` and `0`), so the whole is asked about.
        _ if ends_in_length || text.values().any(|part| matches!(part.data, Data::Open(_))) => {
            world.ask(&Arc::new(Input::derived(value.describe(), value.origin.clone())), Ask::Fixed)
        }
        _ => is_fixed(value, world),
    }
}

fn is_wild(part: &Part) -> bool {
    matches!(part, Part::Literal(text) if is_variable(text))
}

/// Whether an access point's ARN names its account. The access point's own name may be a wildcard, but no variable.
fn names_account(arn: &Value, world: &World) -> Decided<bool> {
    let Data::Text(text) = &arn.data else { return is_fixed(arn, world) };
    let fields = fields(text.parts());
    let [scheme, partition, service, region, account, resource] = fields.as_slice() else {
        return is_fixed(arn, world);
    };
    let is = |field: &[Part], literal: &str| matches!(field, [Part::Literal(text)] if text == literal);
    let is_access_point = matches!(resource.first(), Some(Part::Literal(text)) if text.starts_with("accesspoint/"));
    let varies = resource.iter().any(|part| matches!(part, Part::Literal(text) if text.contains("${")));
    if !is(scheme, "arn") || !is(service, "s3") || !is_access_point || varies {
        return is_fixed(arn, world);
    }
    let fixed = |field: &[Part]| {
        let text = Text::join(field.iter().cloned());
        is_fixed(&Value::new(Data::Text(text), arn.origin.clone()), world)
    };
    let partition = if is(partition, "*") { Ok(true) } else { fixed(partition) };
    let account = if let [Part::Literal(account)] = account.as_slice() {
        Ok(account.len() == 12 && account.chars().all(|digit| digit.is_ascii_digit()))
    } else {
        fixed(account)
    };
    every([partition, fixed(region), account])
}

/// The first five fields of an ARN and the rest, each as the parts it is made of.
fn fields(parts: &[Part]) -> Vec<Vec<Part>> {
    let mut fields: Vec<Vec<Part>> = vec![Vec::new()];
    for part in parts {
        let Part::Literal(text) = part else {
            fields.last_mut().into_iter().for_each(|field| field.push(part.clone()));
            continue;
        };
        let pieces = text.splitn(7 - fields.len(), ':').enumerate();
        for (at, piece) in pieces {
            if at > 0 {
                fields.push(Vec::new());
            }
            fields.last_mut().into_iter().for_each(|field| field.push(Part::Literal(piece.to_owned())));
        }
    }
    fields
}

/// What stands for conditions is not known as a whole.
fn undecided(value: &Value, world: &World) -> Decided<bool> {
    let (source, reason) = match &value.data {
        Data::Open(input) => (input.name.clone(), input.reason.clone()),
        Data::Opaque(symbol) => (symbol.to_string(), Reason::Elsewhere(symbol.to_string())),
        _ => return value.read_null(world).map(|_| false),
    };
    world.decide(&Claim::new("lets only fixed callers pass").of(&source, reason, value.origin.clone()))
}
