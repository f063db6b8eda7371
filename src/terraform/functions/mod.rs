//! Terraform's built-in functions, by family.
//!
//! A function is declared in its family's table with the types of its parameters and what becomes of it when an
//! argument is not known. What it cannot tell without an argument it says ([`Trouble::Unknown`]), and the rule of
//! [`super::unknown`] applies. Knows values and a [`Host`]; knows neither expressions nor modules.

mod arguments;
mod collections;
mod conversions;
mod csv;
mod disputed;
mod encoding;
mod filesystem;
mod floating;
mod format;
mod hashes;
mod holes;
mod json;
mod lists;
mod maps;
mod networks;
mod numbers;
mod parameters;
mod re2;
mod regexes;
mod results;
mod sets;
mod strings;
#[cfg(test)]
mod tests;
mod texts;
mod time;
mod verbs;
mod waiting;
mod yaml;
mod yaml_write;

use indexmap::IndexMap;

use self::arguments::{Arguments, Function, Parameter, Trouble};
pub(super) use self::collections::{asked, length_of};
pub(super) use self::parameters::is_doubtful;
pub(super) use self::regexes::steps as regex_steps;
pub use self::results::declared;
use self::results::result_type;
use super::called::met;
use super::joined::{joined, made_of, mirroring, of_set_elements, without_replaced};
use super::types::{Nullable, may_differ, open_part, unify};
use super::unknown::{derive, element_of, opaque, settle};
use crate::source::Span;
use crate::value::{
    Awaited, Data, Input, Junction, ListKind, Literal, MapKind, Mirrored, ObjectId, Origin, Reason, Text, Type, Value,
    World,
};

/// A call with evaluated arguments.
pub struct Call<'a> {
    /// The name as written, with or without `core::`.
    pub name: &'a str,
    /// The arguments, the last one already expanded where `...` was written.
    pub arguments: Vec<Value>,
    /// The call's own text.
    pub span: Span,
    /// The answers so far.
    pub world: &'a World,
    /// The module that calls.
    pub host: &'a dyn Host,
}

/// Why a file has no text: one sentence without the path.
pub enum NoText {
    /// It is not there, which Terraform refuses.
    Missing(String),
    /// This program may not or cannot read it; Terraform may.
    Unreadable(String),
}

/// Paths of files; of a link that leads to what is not read, with the reason in one sentence without the path.
pub type Listed = Vec<(String, Result<(), String>)>;

/// What a function needs of the module that calls it.
pub trait Host {
    /// The text of a file, its path as written (relative to the root module, as Terraform's working directory is).
    ///
    /// # Errors
    /// When it is not there, or may not be read.
    fn read(&self, path: &str) -> Result<Text, NoText>;
    /// Whether a file is there.
    ///
    /// # Errors
    /// Why that cannot be told, in one sentence without the path.
    fn exists(&self, path: &str) -> Result<bool, String>;
    /// The paths of the files below a directory, relative to it, with forward slashes; for `fileset`.
    ///
    /// # Errors
    /// Why none can be told, in one sentence without the path.
    fn list(&self, directory: &str) -> Result<Listed, String>;
    /// A template, which is a known text, rendered with these variables and no others.
    fn render(&self, template: &Text, variables: &IndexMap<String, Value>, call: &Call) -> Value;
    /// What stands for a resource whose attributes are not all known of, where it matters which they are.
    fn unlisted(&self, _object: ObjectId, _origin: &Origin) -> Option<Value> {
        None
    }
    /// A resource, data source or module as a map of all its attributes.
    fn whole(&self, object: ObjectId) -> Value;
    /// The root module's directory as an absolute path.
    fn root_directory(&self) -> String;
    /// The element of an unknown map under a key, and whether it has one where its type says so, or what made it.
    fn entry(&self, map: &Value, key: &str, call: &Call) -> (Value, Option<Value>) {
        let key = Literal::Text(key.to_owned());
        (element_of(map, &key, call.world, Origin::expression(call.span)), None)
    }
    /// Whether an unknown list that was made of keys holds one of them, where what made it tells.
    fn lists(&self, _list: &Value, _key: &Value) -> Option<Value> {
        None
    }
    /// The first element of an unknown list.
    fn first(&self, list: &Value, call: &Call) -> Value {
        element_of(list, &Literal::Number(0_usize.into()), call.world, Origin::expression(call.span))
    }
    /// Whether a value is made of an ephemeral one; `None` where that is not followed.
    fn is_ephemeral(&self, _value: &Value) -> Option<bool> {
        Some(false)
    }
    /// The value behind a key of a map, which is the key's text unless the host keeps unknown keys under names.
    fn key(&self, key: &str, origin: Origin) -> Value {
        Value::text(key, origin)
    }
}

/// Every family's functions.
const FAMILIES: [&[Function]; 17] = [
    collections::FUNCTIONS,
    conversions::FUNCTIONS,
    csv::FUNCTIONS,
    encoding::FUNCTIONS,
    filesystem::FUNCTIONS,
    format::FUNCTIONS,
    hashes::FUNCTIONS,
    json::FUNCTIONS,
    lists::FUNCTIONS,
    maps::FUNCTIONS,
    networks::FUNCTIONS,
    numbers::FUNCTIONS,
    regexes::FUNCTIONS,
    sets::FUNCTIONS,
    strings::FUNCTIONS,
    time::FUNCTIONS,
    yaml::FUNCTIONS,
];

/// What OpenTofu has beyond that. It is known in every module: Terraform refuses one that calls it.
const OPENTOFU: [&[Function]; 2] = [encoding::OPENTOFU, networks::OPENTOFU];

/// Functions whose result is set at deployment: they read the clock, roll dice, or hold a secret.
const IMPURE: [&str; 6] = ["timestamp", "plantimestamp", "uuid", "bcrypt", "rsadecrypt", "base64gzip"];

/// The result of calling a built-in function; every one but `try` and `can`, whose arguments are lazy.
///
/// Total: failed when an argument is, or when the real tool would refuse the call; opaque for impure and provider
/// functions; an input named by the reason for a name that is no function.
#[must_use]
pub fn call(call: &Call) -> Value {
    let origin = Origin::expression(call.span);
    let name = call.name.strip_prefix("core::").unwrap_or(call.name);
    let of_argument = |value: &Value| match (&value.data, name) {
        (Data::Object(id, _), "keys" | "length" | "values") => {
            call.host.unlisted(*id, &origin).unwrap_or_else(|| whole(value, call.host))
        }
        _ => whole(value, call.host),
    };
    let values: Vec<Value> = call.arguments.iter().map(|value| settle(of_argument(value), call.world)).collect();
    if let Some(failed) = values.iter().filter_map(Value::obstacle).find(|value| matches!(value.data, Data::Failed(_)))
    {
        return failed.clone();
    }
    if let Some(value) = waiting::of_each(call, &values) {
        return value;
    }
    let function = known(name);
    // What is named by its arguments needs those that wait for an answer.
    if function.is_none()
        && let Some(pending) = values.iter().find_map(Value::waiting)
    {
        return pending.clone().unsaid();
    }
    if name == "provider::aws::arn_parse"
        && let [arn] = values.as_slice()
        && let Some(parsed) = arn_parts(arn, call)
    {
        return parsed;
    }
    if name.starts_with("provider::") {
        return opaque(describe(name, &values), origin);
    }
    if IMPURE.contains(&name) {
        return opaque(impure(name, &values, call.span), origin).typed(&Type::String);
    }
    let Some(function) = function else {
        let reason = Reason::Unsupported(format!("the function {name}() is not known"));
        return Value::open(Input::undecidable(describe(name, &values), reason, origin.clone()), origin);
    };
    match Arguments::check(function, values, call) {
        Ok(arguments) => run(function, &arguments),
        Err(problem) => Value::failed(format!("{name}(): {problem}"), origin),
    }
}

/// The values in the arguments of a call that it refuses if they are null.
#[must_use]
pub fn refused_if_null<'v>(name: &str, arguments: &'v [Value]) -> Vec<&'v Value> {
    let mut refused: Vec<&Value> = format::written(name, arguments).into_iter().map(|(value, _)| value).collect();
    for (parameter, argument) in parameters(name).zip(arguments) {
        refused.extend((!parameter.takes_null()).then_some(argument));
        if parameter == Parameter::Texts {
            refused.extend(argument.as_list().into_iter().flatten());
        }
    }
    refused
}

/// The collections among the arguments of a call that must not hold null.
#[must_use]
pub fn refused_if_holding_null<'v>(name: &str, arguments: &'v [Value]) -> Vec<&'v Value> {
    let written = format::written(name, arguments).into_iter();
    let lists = written.filter(|(_, ty)| matches!(ty, Type::List(_))).map(|(value, _)| value);
    let texts = parameters(name).zip(arguments).filter(|(parameter, _)| parameter.refuses_null_elements());
    lists.chain(texts.map(|(_, argument)| argument)).collect()
}

/// Whether a call may be refused because of the type of something that is open in its arguments, or because they do not
/// fit each other.
#[must_use]
pub fn may_misfit(name: &str, arguments: &[Value]) -> bool {
    let target = conversions::target(name);
    target.is_some_and(|ty| arguments.iter().any(|argument| is_doubtful(argument, &ty)))
        || parameters(name).zip(arguments).any(|(parameter, argument)| parameter.may_refuse(argument))
        || format::written(name, arguments).into_iter().any(|(value, ty)| is_doubtful(value, &ty))
        || format::may_mismatch(name, arguments)
        || may_differ(&of_one_type(name, arguments))
        || (name == "element" && arguments.get(1).is_some_and(|index| matches!(index.data, Data::Open(_))))
}

/// What a call makes one type of.
fn of_one_type<'v>(name: &str, arguments: &'v [Value]) -> Vec<&'v Value> {
    match (name, arguments) {
        ("coalesce", all) => all.iter().collect(),
        ("tolist" | "toset" | "tomap", [Value { data: Data::List(_, items), .. }]) => items.iter().collect(),
        ("tomap", [Value { data: Data::Map(_, entries), .. }]) => entries.values().collect(),
        ("matchkeys", [_, keys, searched]) => vec![keys, searched],
        ("lookup", [map, _, default]) => vec![map, default],
        _ => Vec::new(),
    }
}

/// The parts of an ARN, as the provider's function and its data source `aws_arn` name them; `None` where they cannot be told.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/functions/arn_parse>
#[must_use]
pub fn arn_parts(arn: &Value, call: &Call) -> Option<Value> {
    let origin = || Origin::expression(call.span);
    let run = |name, with: Value| {
        let arguments = vec![Value::text(":", origin()), with];
        self::call(&Call { name, arguments, span: call.span, world: call.world, host: call.host })
    };
    let pieces = run("split", arn.clone());
    let [_, partition, service, region, account, resource @ ..] = pieces.as_list()? else { return None };
    let resource = run("join", Value::list(ListKind::Tuple, resource.to_vec(), origin()));
    let parts = [("partition", partition), ("service", service), ("region", region), ("account_id", account)];
    let parts = parts.into_iter().chain([("resource", &resource), ("account", account)]);
    let parts = parts.map(|(name, part)| (name.to_owned(), part.clone()));
    Some(Value::map(MapKind::Object, parts.collect(), origin()))
}

/// What the arguments of a function must be, in order; nothing for what is no function.
fn parameters(name: &str) -> impl Iterator<Item = Parameter> {
    let function = known(name);
    let declared = function.map(|function| function.parameters).unwrap_or_default().iter().copied();
    declared.chain(function.and_then(|function| function.variadic).into_iter().cycle())
}

fn known(name: &str) -> Option<&'static Function> {
    FAMILIES.iter().chain(&OPENTOFU).flat_map(|family| family.iter()).find(|function| function.name == name)
}

fn run(function: &Function, arguments: &Arguments) -> Value {
    worked_out(function, arguments).typed(&result_type(function.name, arguments))
}

fn worked_out(function: &Function, arguments: &Arguments) -> Value {
    let waiting = || waiting::list(function, arguments).or_else(|| waiting::map(function, arguments));
    if let Some(value) = part_by_part(function, arguments).or_else(waiting) {
        return value;
    }
    match (function.run)(arguments) {
        // A text that the call makes comes by way of its arguments; one that it picks has come its own way.
        Ok(Value { data: data @ Data::Text(_), origin, .. }) if origin == arguments.origin() => {
            Value::new(data, origin.made_of(arguments.origins()))
        }
        Ok(value) => value.unsaid(),
        Err(Trouble::Refused(problem)) => Value::failed(format!("{}(): {problem}", function.name), arguments.origin()),
        Err(Trouble::Ask(question)) => Value::pending(question, arguments.origin()),
        Err(Trouble::OneOf(question, values)) => {
            Value::pending(question, arguments.origin()).awaiting(Awaited::OneOf(values))
        }
        Err(Trouble::Limit(problem)) => undecidable(function, arguments, Reason::Limit(problem)),
        Err(Trouble::Broken(problem)) => undecidable(function, arguments, Reason::Broken(problem)),
        Err(Trouble::Unknown) => {
            let name = describe(function.name, &arguments.values);
            let all = Value::list(ListKind::Tuple, arguments.values.clone(), arguments.origin());
            let obstacle = all.obstacle().unwrap_or(&all);
            let value = derive(name, obstacle, function.outcome, arguments.call.world, arguments.origin());
            let value = if function.name == "compact" { of_set_elements(value) } else { value };
            match MIRRORING.iter().find(|(name, _)| *name == function.name) {
                Some((_, mirrored)) => {
                    let collection = arguments.value(0);
                    like_elements(function, collection, mirroring(collection, *mirrored, value), arguments.world())
                }
                None => value,
            }
        }
    }
}

/// The list that a function makes of a collection whose elements are all made alike, as one of them: of the keys, or of what
/// they lead to.
fn like_elements(function: &Function, collection: &Value, made: Value, world: &World) -> Value {
    let any = match (&collection.data, collection.said_type()) {
        (Data::Open(map), Type::Map(element)) if function.name == "values" => {
            Some(open_part(map, "[*]", element, Nullable::Yes, world))
        }
        _ => None,
    };
    let of_each = |(key, element): &(Value, Value)| if function.name == "keys" { key.clone() } else { element.clone() };
    let Some(element) = collection.each().map(of_each).or(any) else { return made };
    let index = Input::derived(format!("keys({})[*]", made.describe()), made.origin.clone());
    let index = Value::open(index, made.origin.clone()).typed(&Type::Number);
    let met = if collection.each().is_none() { met(&element) } else { collection.met() };
    made_of(made, index, element, met.filter(|_| function.name != "keys"))
}

/// Functions that make of an unknown collection one that has something of it.
const MIRRORING: [(&str, Mirrored); 5] = [
    ("distinct", Mirrored::Members),
    ("keys", Mirrored::Keys),
    ("reverse", Mirrored::Elements),
    ("sort", Mirrored::Elements),
    ("values", Mirrored::Length),
];

/// Functions that make of a collection put together of parts what they make of each part, put together.
const PART_BY_PART: [(&str, Junction); 9] = [
    ("compact", Junction::List),
    ("distinct", Junction::Set),
    ("flatten", Junction::List),
    ("keys", Junction::Set),
    ("reverse", Junction::Shuffled),
    ("sort", Junction::Shuffled),
    ("tolist", Junction::List),
    ("toset", Junction::Set),
    ("values", Junction::Set),
];

fn part_by_part(function: &Function, arguments: &Arguments) -> Option<Value> {
    let (_, junction) = PART_BY_PART.iter().find(|(name, _)| *name == function.name)?;
    let (found, parts) = arguments.value(0).parts()?;
    // Who asks for keys does not care which part has them.
    let parts = match found {
        Junction::Map if function.name != "keys" => without_replaced(&arguments.resolved(parts), arguments.world()),
        _ => parts.to_vec(),
    };
    let junction = match found {
        Junction::List => *junction,
        Junction::Shuffled if junction.keeps_all() => found,
        _ => Junction::Set,
    };
    // The elements of what a conversion makes have one type.
    let is_conversion = conversions::target(function.name).is_some();
    let parts = if is_conversion { unify(parts, arguments.world()) } else { Some(parts) };
    let Some(parts) = parts else {
        return Some(Value::failed(
            format!("{}(): all elements must have the same type", function.name),
            arguments.origin(),
        ));
    };
    let made = parts.into_iter().map(|part| run(function, &arguments.with(part))).collect::<Vec<_>>();
    if let Some(stop) = made.iter().find(|part| matches!(part.data, Data::Pending(_) | Data::Failed(_))) {
        return Some(stop.clone().unsaid());
    }
    let name = describe(function.name, &arguments.values);
    let value = joined(name, junction, made, arguments.world(), arguments.origin());
    // Of a single part a conversion keeps the type; the keys of an object are a tuple, though it has those of a map.
    Some(if is_conversion { value } else { value.untyped() })
}

fn undecidable(function: &Function, arguments: &Arguments, reason: Reason) -> Value {
    let name = describe(function.name, &arguments.values);
    Value::open(Input::undecidable(name, reason, arguments.origin()), arguments.origin())
}

/// The canonical text of a call.
pub fn describe(name: &str, values: &[Value]) -> String {
    format!("{name}({})", values.iter().map(Value::describe).collect::<Vec<_>>().join(", "))
}

/// The canonical text of an impure call: each call in the source gives a value of its own, but all calls in one plan
/// give one planning time, and what is encoded or decrypted depends on the arguments only.
fn impure(name: &str, values: &[Value], span: Span) -> String {
    match name {
        "plantimestamp" | "rsadecrypt" | "base64gzip" => describe(name, values),
        _ => format!("{}#{}:{}", describe(name, values), span.file.0, span.start),
    }
}

/// A resource or module as the map of its attributes; anything else as it is.
fn whole(value: &Value, host: &dyn Host) -> Value {
    match value.data {
        Data::Object(id, _) => Value { origin: value.origin.clone(), ..host.whole(id) },
        _ => value.clone(),
    }
}
