//! What an argument that is known after apply only will be, as far as its expression's references tell: the plan does not
//! hold expressions, only what they refer to, so references are followed through variables, outputs and `for_each`.
//! Locals are not in a plan, but in its sources where those are at hand. What they hold otherwise is a question with one
//! answer for each thing it may be.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use crate::syntax::Node;
use crate::value::{Domain, Input, Literal, Reason, Value};

use super::address::{Address, Key, ModulePath, Step, steps};
use super::instances::{Instance, Instances};
use super::linked::{Choice, Linked, another_bucket, named_bucket};
use super::references;
use super::slot;

/// How many references are followed for one argument. Real ones need a few dozen.
const MAX_REFERENCES: usize = 10_000;

/// How many instances one reference may mean. More could not be explored.
const MAX_INSTANCES: usize = 64;

/// Where references end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Terminal {
    /// At an instance, by its number, and perhaps an attribute of it.
    Instance(usize, Option<String>),
    /// At a local value of a module, by its full name: a plan holds none.
    Local(ModulePath, String),
    /// At something else that the plan does not tell.
    Unseen(String),
}

/// References that are still to be followed.
struct Work<'p> {
    module: ModulePath,
    /// The key of the instance they stand in, which `each.key` and `count.index` are.
    own: Option<Key>,
    references: Vec<String>,
    for_each: Option<&'p Node>,
}

impl Work<'_> {
    /// The references behind `each.value`, or an attribute of it: what `for_each` goes over, with the key of the instance.
    fn of_value(&self, attribute: Option<&Step>) -> Self {
        let continued = |reference: String| match attribute {
            Some(attribute) if steps(&reference).len() == 2 => format!("{reference}.{}", attribute.name),
            _ => reference,
        };
        let over: Vec<String> = references(self.for_each).into_iter().map(continued).collect();
        let references = over.into_iter().chain(["each.key".to_owned()]).collect();
        Self { module: self.module.clone(), own: self.own.clone(), references, for_each: None }
    }
}

impl<'p> Instances<'p> {
    /// The bucket that an argument names.
    pub fn bucket(&self, instance: &Instance<'p>, argument: &str) -> Linked {
        let mut candidates: IndexMap<String, Value> = IndexMap::new();
        let mut unseen: Vec<Terminal> = Vec::new();
        let mut seen = HashSet::new();
        let mut waiting = VecDeque::from([(instance, argument)]);
        while let Some((one, argument)) = waiting.pop_front() {
            if !seen.insert(one.address) {
                continue;
            }
            let slot = one.slot.field(argument);
            if !slot.is_unknown() {
                let value = slot::value(slot, &one.path(argument));
                candidates.insert(value.as_str().map_or_else(|| value.describe(), str::to_owned), value);
                continue;
            }
            for terminal in self.terminals(one, argument) {
                let Terminal::Instance(index, attribute) = &terminal else {
                    unseen.push(terminal);
                    continue;
                };
                match self.all.get(*index) {
                    Some(bucket) if bucket.is_bucket() => {
                        let value = named_bucket(bucket.address, instance.path(argument).origin(None));
                        candidates.insert(bucket.address.to_owned(), value);
                    }
                    Some(other) if stands_for_bucket(other, attribute.as_deref()) => {
                        waiting.push_back((other, "bucket"));
                    }
                    Some(other) => unseen.push(Terminal::Unseen(other.address.to_owned())),
                    None => {}
                }
            }
        }
        match candidates.first() {
            Some((_, value)) if candidates.len() == 1 && unseen.is_empty() => Linked::Value(value.clone()),
            _ => Linked::Choice(self.choice(instance, argument, candidates, &unseen)),
        }
    }

    /// Which of the candidates it is, and where references end outside of the plan any other bucket, or none.
    fn choice(
        &self,
        instance: &Instance<'p>,
        argument: &str,
        candidates: IndexMap<String, Value>,
        unseen: &[Terminal],
    ) -> Choice {
        let own = format!("{}.{argument}", instance.address);
        let is_certain = unseen.is_empty() && !candidates.is_empty();
        let lead = match unseen {
            [] if is_certain => "it is one of several, and their keys are lost".to_owned(),
            [] => "its references lead to nothing".to_owned(),
            unseen => format!("it comes from {}", unseen.iter().map(Terminal::name).collect::<Vec<_>>().join(" and ")),
        };
        let reason = Reason::Unsupported(format!("the plan does not tell which bucket {own} is: {lead}"));
        // Arguments that are nothing but the same local value are the same bucket.
        let name = match unseen {
            [Terminal::Local(_, local)] if candidates.is_empty() => local.clone(),
            _ => own,
        };
        let domain = if is_certain {
            Domain::of(candidates.keys().cloned().map(Literal::Text).collect())
        } else {
            Domain { never_null: true, never_empty: true, ..Domain::default() }
        };
        let origin = || instance.path(argument).origin(None);
        let input = Arc::new(Input { name, reason, domain, origin: origin() });
        let (others, rest) = match self.buckets_behind(unseen) {
            _ if is_certain => (Arc::default(), Value::open(Arc::clone(&input), origin())),
            Some(reached) => (reached, another_bucket(&input.name, origin())),
            None => (Arc::clone(&self.unnamed_buckets), Value::open(Arc::clone(&input), origin())),
        };
        Choice { input, candidates: candidates.into_iter().collect(), others, rest }
    }

    /// The buckets that may lie behind what the plan does not tell, where all of it is local values: those that their modules
    /// can refer to.
    fn buckets_behind(&self, unseen: &[Terminal]) -> Option<Arc<[String]>> {
        let modules = unseen.iter().map(|terminal| match terminal {
            Terminal::Local(module, _) => Some(module),
            _ => None,
        });
        let modules: Vec<&ModulePath> = modules.collect::<Option<_>>()?;
        if modules.is_empty() || modules.iter().any(|module| module.parent().is_none()) {
            return None;
        }
        let is_reached = |bucket: &str| modules.iter().any(|module| self.reaches(module, bucket, &mut HashSet::new()));
        let buckets = self.all.iter().filter(|instance| instance.is_bucket() && is_reached(instance.address));
        Some(buckets.map(|bucket| bucket.address.to_owned()).collect())
    }

    /// Whether something in a module can refer to a bucket: it is declared in there, or in a module that it calls, or what the
    /// caller hands in may lead to it. Modules that were looked at are `seen`, since a broken plan may lead in a circle.
    fn reaches(&self, module: &ModulePath, bucket: &str, seen: &mut HashSet<ModulePath>) -> bool {
        let Some((caller, call)) = module.parent() else { return true };
        if !seen.insert(module.clone()) {
            return false;
        }
        if bucket.starts_with(&module.qualify("")) {
            return true;
        }
        let Some(block) = self.call(&caller, &call.name) else { return true };
        let handed = block.get("expressions").into_iter().flat_map(Node::entries);
        let references = handed.flat_map(|entry| references(Some(&entry.value))).collect();
        let for_each = block.get("for_each_expression");
        let work = Work { module: caller.clone(), own: call.key.clone(), references, for_each };
        self.follow(work).iter().any(|terminal| match terminal {
            Terminal::Instance(index, _) => match self.all.get(*index) {
                Some(instance) if instance.is_bucket() => instance.address == bucket,
                _ => self.reaches(&caller, bucket, seen),
            },
            Terminal::Local(module, _) => self.reaches(module, bucket, seen),
            Terminal::Unseen(_) => true,
        })
    }

    /// Where the references of an argument end, in their order.
    pub fn terminals(&self, instance: &Instance<'p>, argument: &str) -> Vec<Terminal> {
        let references = references(instance.expression(argument));
        let for_each = instance.configuration.and_then(|block| block.get("for_each_expression"));
        let module = instance.at.module.clone();
        self.follow(Work { module, own: instance.at.key.clone(), references, for_each })
    }

    fn follow(&self, start: Work<'p>) -> Vec<Terminal> {
        let mut found: IndexSet<Terminal> = IndexSet::new();
        let mut seen = HashSet::new();
        let mut waiting = VecDeque::from([start]);
        while let Some(work) = waiting.pop_front() {
            for reference in leading(&work.references) {
                if seen.len() > MAX_REFERENCES {
                    return vec![Terminal::Unseen(format!("more than {MAX_REFERENCES} references"))];
                }
                if !seen.insert((work.module.clone(), work.own.clone(), reference.to_owned())) {
                    continue;
                }
                found.extend(self.step(&work, reference, &mut waiting));
            }
        }
        found.into_iter().collect()
    }

    /// Follows one reference: to further work, or to where it ends.
    fn step(&self, work: &Work<'p>, reference: &str, waiting: &mut VecDeque<Work<'p>>) -> Vec<Terminal> {
        let path = steps(reference);
        let first = path.first().map_or("", |step| step.name.as_str());
        match (first, path.get(1)) {
            ("count" | "path" | "terraform" | "self", _) => Vec::new(),
            ("each", Some(what)) if what.name != "value" => Vec::new(),
            ("each", _) => {
                waiting.push_back(work.of_value(path.get(2)));
                Vec::new()
            }
            ("var", Some(variable)) => {
                waiting.extend(self.argument(&work.module, &variable.name));
                Vec::new()
            }
            ("module", Some(call)) => {
                waiting.extend(self.outputs(work, call, path.get(2)));
                Vec::new()
            }
            ("local", Some(local)) => match self.local(&work.module, &local.name) {
                Some(local) => {
                    waiting.push_back(local);
                    Vec::new()
                }
                None => vec![Terminal::Local(work.module.clone(), work.module.qualify(reference))],
            },
            _ => self.instances(work, reference),
        }
    }

    /// What a module's caller hands in for a variable. The root's variables have values, so nothing unknown is in them.
    fn argument(&self, module: &ModulePath, variable: &str) -> Option<Work<'p>> {
        let (caller, call) = module.parent()?;
        let block = self.call(&caller, &call.name)?;
        let references = references(block.get("expressions")?.get(variable));
        Some(Work { own: call.key.clone(), references, for_each: block.get("for_each_expression"), module: caller })
    }

    /// What a local value refers to, where the sources tell.
    fn local(&self, module: &ModulePath, name: &str) -> Option<Work<'p>> {
        let local = self.meaning?.local(&module.calls(), name)?;
        Some(Work {
            module: module.clone(),
            own: None,
            references: references::references(&local.expr),
            for_each: None,
        })
    }

    /// What an output of a module refers to, or all of its outputs.
    fn outputs(&self, work: &Work<'p>, call: &Step, output: Option<&Step>) -> Vec<Work<'p>> {
        let calls = self.calls(&work.module, &call.name);
        let keys: Vec<Option<&Key>> = calls.iter().map(|call| call.key.as_ref()).collect();
        let chosen = choose(&keys, call.key.as_ref(), work);
        let outputs = |module: &ModulePath| -> Vec<String> {
            let outputs = self.module(module).and_then(|module| module.get("outputs"));
            let entries = outputs.into_iter().flat_map(Node::entries);
            let wanted = entries.filter(|entry| output.is_none_or(|output| entry.key.text() == Some(&output.name)));
            wanted.flat_map(|entry| references(entry.value.get("expression"))).collect()
        };
        let chosen = chosen.into_iter().filter_map(|index| calls.get(index));
        let works = chosen.map(|call| {
            let module = work.module.child(call.clone());
            Work { own: call.key.clone(), references: outputs(&module), for_each: None, module }
        });
        works.collect()
    }

    fn instances(&self, work: &Work<'p>, reference: &str) -> Vec<Terminal> {
        let Some(address) = Address::parse(reference) else {
            return vec![Terminal::Unseen(work.module.qualify(reference))];
        };
        let named = self.named(&work.module, &address.resource);
        let keys: Vec<Option<&Key>> =
            named.iter().map(|index| self.all.get(*index).and_then(|instance| instance.at.key.as_ref())).collect();
        let chosen = choose(&keys, address.key.as_ref(), work);
        if chosen.len() > MAX_INSTANCES {
            return vec![Terminal::Unseen(format!("one of {} {reference}", chosen.len()))];
        }
        let chosen = chosen.into_iter().filter_map(|at| named.get(at));
        chosen.map(|index| Terminal::Instance(*index, address.attribute.clone())).collect()
    }
}

impl Terminal {
    fn name(&self) -> &str {
        match self {
            Self::Instance(..) => "a resource",
            Self::Local(_, name) | Self::Unseen(name) => name,
        }
    }
}

/// Which of several instances a reference means: the one with its literal key, the only one, or the one with the key of
/// the instance it stands in where `each` or `count` stands beside it. Otherwise any of them.
fn choose(keys: &[Option<&Key>], literal: Option<&Key>, work: &Work<'_>) -> Vec<usize> {
    let with = |key: &Key| keys.iter().position(|known| *known == Some(key));
    if let Some(key) = literal {
        return with(key).into_iter().collect();
    }
    let repeats =
        || work.references.iter().any(|reference| reference.starts_with("each.") || reference.starts_with("count."));
    match work.own.as_ref().and_then(with) {
        Some(own) if keys.len() > 1 && repeats() => vec![own],
        _ => (0..keys.len()).collect(),
    }
}

/// The references of an expression.
fn references(expression: Option<&Node>) -> Vec<String> {
    let references = expression.and_then(|expression| expression.get("references")).and_then(Node::items);
    references.into_iter().flatten().filter_map(Node::text).map(str::to_owned).collect()
}

/// The references that no other one continues: beside `aws_s3_bucket.b.id` a plan lists `aws_s3_bucket.b` too.
fn leading(references: &[String]) -> Vec<&str> {
    let beginnings: HashSet<&str> = references
        .iter()
        .flat_map(|reference| reference.match_indices(['.', '[']).filter_map(|(at, _)| reference.get(..at)))
        .collect();
    references.iter().map(String::as_str).filter(|reference| !beginnings.contains(reference)).collect()
}

/// Whether an attribute of it is the name of the bucket it is about: the parts of a bucket, and a bucket that is read.
fn stands_for_bucket(instance: &Instance<'_>, attribute: Option<&str>) -> bool {
    instance.at.resource.kind.starts_with("aws_s3_bucket") && matches!(attribute, None | Some("id" | "bucket"))
}
