//! A `statement` block of the data source, as the provider renders it.

use indexmap::IndexMap;

use super::order::Code;
use super::texts::Texts;
use super::{ELEMENTS, items, object, sorted_map, written};
use crate::value::{Data, ListKind, Origin, Value};

/// What a `statement` block is rendered as.
pub(super) fn statement(block: &Value) -> Value {
    if block.as_map().is_none() {
        return block.clone();
    }
    let origin = &block.origin;
    let effect = written(block, "effect").unwrap_or_else(|| Value::text("Allow", origin.clone()));
    let set = |name: &str| Texts::of(&block.field(name)).distinct().sorted();
    let values = [
        written(block, "sid").filter(|sid| sid.as_str() != Some("")),
        Some(effect),
        set("actions").as_set(),
        set("not_actions").as_set(),
        set("resources").replaced().as_set(),
        set("not_resources").replaced().as_set(),
        principals(block, "principals"),
        principals(block, "not_principals"),
        conditions(block),
    ];
    object(ELEMENTS.into_iter().zip(values), origin.clone())
}

/// What a block of a set adds to an entry that it shares with others.
struct Member {
    /// What its set lists it by, if all of it is known.
    code: Option<Code>,
    texts: Texts,
}

/// `{ type = "AWS", identifiers = [...] }` blocks. Nothing but `*` of the type `*` is the text `"*"`.
fn principals(statement: &Value, kind: &str) -> Option<Value> {
    let blocks = distinct(items(written(statement, kind)));
    let origin = blocks.first()?.origin.clone();
    if let [only] = blocks.as_slice()
        && only.as_map().is_none()
    {
        return Some(only.clone().unsaid());
    }
    // That some are certainly there leaves no statement without a principal.
    let waiting = blocks.iter().find(|block| block.is_waiting());
    if let Some(waiting) = waiting.filter(|_| blocks.iter().all(Value::is_waiting)) {
        return Some(waiting.clone().unsaid());
    }
    let mut kinds: IndexMap<String, Vec<Member>> = IndexMap::new();
    for (block, waiting) in blocks.iter().flat_map(|block| each_outcome(block)) {
        let of = block.field("type");
        let identifiers = block.field("identifiers");
        let identifiers = Texts::of(&waiting.map_or(identifiers.clone(), |it| it.perhaps(identifiers))).distinct();
        let code = of.as_str().zip(identifiers.known()).map(|(of, known)| Code::of_principals(of, &known));
        let name = match &of.data {
            Data::Text(text) => text.to_string(),
            Data::Open(_) | Data::Opaque(_) => format!("${{{}}}", of.describe()),
            _ => return Some(of.unsaid()),
        };
        let texts = identifiers.replaced().sorted();
        kinds.entry(name).or_default().push(Member { code, texts });
    }
    let entries: Vec<_> =
        kinds.into_iter().map(|(of, members)| (of, merged(members, Texts::as_set, &origin))).collect();
    match entries.as_slice() {
        [(of, named)] if of == "*" && named.as_str() == Some("*") => Some(named.clone()),
        _ => Some(sorted_map(entries, origin)),
    }
}

/// A block, or each that it will be one of, with what it waits for. Nothing is known of one of which that is not known.
fn each_outcome(block: &Value) -> Vec<(&Value, Option<&Value>)> {
    let waiting = Some(block).filter(|block| block.is_waiting());
    let outcomes = block.outcomes().unwrap_or_else(|| vec![block]);
    outcomes.into_iter().map(|outcome| (outcome, waiting)).collect()
}

/// `{ test = …, variable = …, values = […] }` blocks as `{ test: { variable: values } }`.
fn conditions(statement: &Value) -> Option<Value> {
    let blocks = distinct(items(written(statement, "condition")));
    if let Some(unknown) = blocks.iter().find(|block| block.as_map().is_none()) {
        return Some(unknown.clone().unsaid());
    }
    let origin = blocks.first()?.origin.clone();
    let mut tests: IndexMap<String, IndexMap<String, Vec<Member>>> = IndexMap::new();
    for block in &blocks {
        let (test, variable) = (block.field("test"), block.field("variable"));
        let Some(operator) = test.as_str() else { return Some(test.unsaid()) };
        let Some(name) = variable.as_str() else { return Some(variable.unsaid()) };
        let values = Texts::of(&block.field("values"));
        let code = values.known().map(|known| Code::of_condition(operator, name, &known));
        let member = Member { code, texts: values.replaced() };
        tests.entry(operator.to_owned()).or_default().entry(name.to_owned()).or_default().push(member);
    }
    let operators = tests.into_iter().map(|(operator, variables)| {
        let alone = |values: &Texts| values.as_list().or_else(|| values.as_set());
        let values = |members| match merged(members, alone, &origin) {
            list if list.as_list().is_some() => Texts::of(&list).as_list().unwrap_or(list),
            value => value,
        };
        let variables = variables.into_iter().map(|(name, members)| (name, values(members)));
        (operator, sorted_map(variables, origin.clone()))
    });
    Some(sorted_map(operators, origin.clone()))
}

/// The texts of blocks with one key, those of the block that its set lists first before the others. `alone` is what those
/// of one block are.
fn merged(mut members: Vec<Member>, alone: impl Fn(&Texts) -> Option<Value>, origin: &Origin) -> Value {
    let is_ordered = members.iter().all(|member| member.code.is_some());
    if is_ordered {
        members.sort_by(|left, right| left.code.cmp(&right.code));
        members.dedup_by(|later, earlier| later.code == earlier.code);
    }
    let none = || Value::list(ListKind::Tuple, Vec::new(), origin.clone());
    let mut texts: Vec<Texts> = members.into_iter().map(|member| member.texts).collect();
    match texts.pop() {
        Some(only) if texts.is_empty() => alone(&only).unwrap_or_else(none),
        Some(last) => {
            texts.push(last);
            let all = Texts::concat(texts);
            if is_ordered { all.list() } else { all.shuffled() }
        }
        None => none(),
    }
}

fn distinct(blocks: Vec<Value>) -> Vec<Value> {
    let mut distinct: Vec<Value> = Vec::with_capacity(blocks.len());
    for block in blocks {
        if !distinct.contains(&block) {
            distinct.push(block);
        }
    }
    distinct
}
