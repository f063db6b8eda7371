//! Whether a trail logs every read and write management event and excludes no source, for CloudTrail.1.
//!
//! A trail without selectors logs all of them. With selectors, one selector must do it alone: AWS Config's rule
//! compares `readWriteType` with `ALL`, so a read-only and a write-only selector do not add up.
//! <https://docs.aws.amazon.com/config/latest/developerguide/multi-region-cloudtrail-enabled.html>
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html>

use crate::value::{Decided, Origin, Value, World, any, every};

/// The management events a trail logs.
#[derive(Debug, Clone, PartialEq)]
pub struct ManagementEvents {
    /// Whether one selector (or the default) logs them all.
    pub covered: bool,
    /// Why they are not covered.
    pub reason: Option<Gap>,
    /// The selector, or the field of it, that decided.
    pub origin: Origin,
}

/// Why management events are not covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// No selector asks for management events.
    NoManagementEvents,
    /// Read events are not logged.
    ReadsMissing,
    /// Write events are not logged.
    WritesMissing,
    /// Reads and writes are logged, by different selectors.
    SplitSelectors,
    /// A selector leaves an event source out, or narrows the events in another way.
    SourcesExcluded,
}

impl Gap {
    /// The reason code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoManagementEvents => "no-management-events",
            Self::ReadsMissing => "reads-missing",
            Self::WritesMissing => "writes-missing",
            Self::SplitSelectors => "split-selectors",
            Self::SourcesExcluded => "sources-excluded",
        }
    }
}

/// Reads the fact from a trail's `EventSelectors` and `AdvancedEventSelectors`.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides it.
pub fn management_events(basic: &Value, advanced: &Value, world: &World) -> Decided<ManagementEvents> {
    let basic_selectors = selectors(basic, world)?;
    let advanced_selectors = selectors(advanced, world)?;
    // Both kinds on one trail are refused by CloudFormation and by Terraform; CloudTrail keeps the advanced ones.
    let (selectors, read, origin): (_, fn(&Value, &World) -> Selector, _) = if advanced_selectors.is_empty() {
        (basic_selectors, Selector::basic, &basic.origin)
    } else {
        (advanced_selectors, Selector::advanced, &advanced.origin)
    };
    if selectors.is_empty() {
        return Ok(ManagementEvents { covered: true, reason: None, origin: origin.clone() });
    }
    let covers = |selector: &Value| every(read(selector, world).clauses());
    let covered = any(selectors.iter().map(|selector| selector.may_be(&covers)))?;
    let certain = || selectors.iter().filter(|selector| !selector.is_waiting()).map(|selector| read(selector, world));
    if covered {
        let selector = selectors.iter().find(|selector| covers(selector) == Ok(true));
        let telling = selector.map(|selector| read(selector, world).telling).unwrap_or_default();
        return Ok(ManagementEvents { covered, reason: None, origin: origin.clone().there_by(&telling) });
    }
    let (reason, origin) = gap(&certain().collect::<Vec<_>>(), origin);
    Ok(ManagementEvents { covered, reason, origin })
}

/// The selectors of a list. Where one is there in any case, nobody needs to know which of the others are.
fn selectors(list: &Value, world: &World) -> Decided<Vec<Value>> {
    match list.awaited_elements() {
        Some(elements) if !elements.iter().all(Value::is_waiting) => Ok(elements.to_vec()),
        _ => list.read_list(world),
    }
}

/// What one selector logs, each part decided on its own.
struct Selector {
    management: Decided<bool>,
    reads: Decided<bool>,
    writes: Decided<bool>,
    whole: Decided<bool>,
    /// Where the part stands that narrows the selector or, where none does, that says what it logs.
    telling: Origin,
}

impl Selector {
    fn clauses(&self) -> [Decided<bool>; 4] {
        [self.management.clone(), self.reads.clone(), self.writes.clone(), self.whole.clone()]
    }

    /// A basic selector. Absent fields have the API's defaults: management events, `All`, nothing excluded.
    fn basic(selector: &Value, world: &World) -> Self {
        let kind = selector.field("ReadWriteType");
        let halves = ReadWriteType::read(&kind, world);
        let include = selector.field("IncludeManagementEvents");
        let excluded = selector.field("ExcludeManagementEventSources");
        let management = include.read_bool(world).map(|included| included.unwrap_or(true));
        let reads = halves.clone().map(|half| half != ReadWriteType::WriteOnly);
        let writes = halves.map(|half| half != ReadWriteType::ReadOnly);
        let whole = names_no_source(&excluded, world);
        let is_narrowed = reads == Ok(false) || writes == Ok(false);
        let telling = match (&management, &whole) {
            (Ok(false), _) => include.origin,
            (_, Ok(true)) if kind.is_null() && !is_narrowed => selector.origin.clone(),
            (_, whole) if is_narrowed || *whole == Ok(true) => kind.origin,
            _ => excluded.origin,
        };
        Self { management, reads, writes, whole, telling }
    }

    /// An advanced selector: its field selectors must all match, each on any of its values.
    fn advanced(selector: &Value, world: &World) -> Self {
        match Fields::read(selector, world) {
            Ok(fields) => Self::of_fields(selector, &fields, world),
            Err(stop) => {
                let [management, reads, writes, whole] = std::array::from_fn(|_| Err(stop.clone()));
                Self { management, reads, writes, whole, telling: selector.origin.clone() }
            }
        }
    }

    fn of_fields(selector: &Value, fields: &Fields, world: &World) -> Self {
        let management = any(fields.category.iter().map(|field| field.field("Equals").read_holds("Management", world)));
        let allows =
            |value: &str| every(fields.read_only.iter().map(|field| field.field("Equals").read_holds(value, world)));
        let whole = every(fields.others.iter().map(|field| narrows(field, world).map(|narrows| !narrows)));
        let category = fields.category.first();
        let telling = if management == Ok(true) {
            fields.read_only.first().or(fields.others.first()).or(category)
        } else {
            category
        };
        let telling = telling.unwrap_or(selector).origin.clone();
        Self { management, reads: allows("true"), writes: allows("false"), whole, telling }
    }
}

/// Whether a list of excluded sources names none. An empty text is no source: CloudFormation makes a list of one of an empty
/// `CommaDelimitedList`, and Terraform's provider leaves it out. It refuses null, and CloudFormation has none in a list.
fn names_no_source(excluded: &Value, world: &World) -> Decided<bool> {
    let is_empty = |source: &Value| {
        if source.read_null(world)? {
            return Err(source.reject("null is no event source"));
        }
        source.read_set(world).map(|is_set| !is_set)
    };
    every(excluded.read_list(world)?.iter().map(is_empty))
}

/// Which management events a basic selector is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReadWriteType {
    All,
    ReadOnly,
    WriteOnly,
}

impl ReadWriteType {
    /// `All` is the default. CloudTrail refuses any other word.
    /// <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html>
    fn read(value: &Value, world: &World) -> Decided<Self> {
        if value.read_null(world)? {
            return Ok(Self::All);
        }
        for (word, half) in [("All", Self::All), ("ReadOnly", Self::ReadOnly), ("WriteOnly", Self::WriteOnly)] {
            if value.read_is(word, world)? {
                return Ok(half);
            }
        }
        Err(value.reject(format!("{} is not one of All, ReadOnly and WriteOnly", value.shown())))
    }
}

/// The field selectors of an advanced selector, by what they select on.
#[derive(Default)]
struct Fields {
    category: Vec<Value>,
    read_only: Vec<Value>,
    others: Vec<Value>,
}

impl Fields {
    fn read(selector: &Value, world: &World) -> Decided<Self> {
        let mut fields = Self::default();
        for field in selector.field("FieldSelectors").read_list(world)? {
            let name = field.field("Field");
            if name.read_is("eventCategory", world)? {
                fields.category.push(field);
            } else if name.read_is("readOnly", world)? {
                fields.read_only.push(field);
            } else {
                fields.others.push(field);
            }
        }
        Ok(fields)
    }
}

/// Whether a field selector has any value at all.
fn narrows(field: &Value, world: &World) -> Decided<bool> {
    let operators = ["Equals", "NotEquals", "StartsWith", "NotStartsWith", "EndsWith", "NotEndsWith"];
    any(operators.iter().map(|operator| Ok(!field.field(operator).read_list(world)?.is_empty())))
}

/// The most telling reason why no selector covers everything. Parts that are still undecided do not count: whatever
/// they are, the selectors fall short.
fn gap(selectors: &[Selector], origin: &Origin) -> (Option<Gap>, Origin) {
    let yes = |part: &Decided<bool>| *part == Ok(true);
    let management: Vec<&Selector> = selectors.iter().filter(|selector| selector.management != Ok(false)).collect();
    let Some(first) = management.first() else {
        let telling = selectors.first().map_or(origin, |selector| &selector.telling);
        return (Some(Gap::NoManagementEvents), telling.clone());
    };
    let whole: Vec<&&Selector> = management.iter().filter(|selector| yes(&selector.whole)).collect();
    let reads = whole.iter().any(|selector| yes(&selector.reads));
    let writes = whole.iter().any(|selector| yes(&selector.writes));
    let both = management.iter().find(|selector| yes(&selector.reads) && yes(&selector.writes));
    match (reads, writes, both) {
        (true, true, _) => (Some(Gap::SplitSelectors), first.telling.clone()),
        (_, _, Some(selector)) => (Some(Gap::SourcesExcluded), selector.telling.clone()),
        (true, false, _) => (Some(Gap::WritesMissing), first.telling.clone()),
        (false, true, _) => (Some(Gap::ReadsMissing), first.telling.clone()),
        (false, false, _) => (Some(Gap::SourcesExcluded), first.telling.clone()),
    }
}
