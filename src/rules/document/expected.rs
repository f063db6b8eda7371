//! What rules see of what the configuration expects: an entry for each parameter of the control, true where it is not given.

use serde_json::{Map, Value as Json};

use crate::facts::expected::{Name, fits};
use crate::model::{Estate, Logging, Resource};
use crate::rules::catalog::Parameter;
use crate::rules::leaves::{Evidence, Leaf};
use crate::source::Wildcard;
use crate::value::{Claim, Decided, Origin, Reason, Role, Value, World};

use super::bucket::AccessLogs;
use super::{Document, decided};

/// What somebody expects of a trail.
#[derive(Debug, Clone)]
pub struct Expectation<'a> {
    /// The parameter's name.
    pub name: &'a str,
    /// What it asks about.
    pub parameter: &'a Parameter,
    /// What is asked for, and where; `None` where nothing is.
    pub given: Option<Given>,
}

/// What a parameter is given.
#[derive(Debug, Clone)]
pub struct Given {
    /// What the property has to fit.
    pub pattern: Wildcard,
    /// Where that is said.
    pub origin: Origin,
}

impl Document {
    /// The document with what is expected of its trail, `Trail.Expected`; as it is where the control has no parameters.
    #[must_use]
    pub fn expecting(
        mut self,
        expectations: &[Expectation],
        trail: &Resource,
        estate: &dyn Estate,
        world: &World,
    ) -> Self {
        let mut entries = Map::new();
        for Expectation { name, parameter, given } in expectations {
            let json = given.as_ref().map_or(Json::Bool(true), |given| {
                let expected = Name { pattern: &given.pattern, service: parameter.service.as_deref() };
                let (decision, value) = match self.seen(&parameter.property, trail, estate) {
                    Seen::Values(values) => first_unfit(values, expected, estate, world),
                    Seen::Nowhere => (Ok(true), None),
                    Seen::Unseen(what, origin) => {
                        let claim = Claim::with("fits", format!("{name} \"{}\"", given.pattern.as_str()));
                        (world.decide(&claim.of(what, Reason::Derived, origin.clone())), None)
                    }
                };
                let mut slots = vec![("expected", format!("`{}`", given.pattern.as_str()))];
                if let Some(value) = value.as_ref().filter(|value| !value.is_null()) {
                    slots.push(("value", value.shown()));
                }
                let evidence = vec![(Evidence::Expected, given.origin.clone())];
                let origin = value.map_or_else(|| Origin::at(trail.header, Role::Header), |value| value.origin);
                let leaf = Leaf { origin, slots, evidence, ..Leaf::default() };
                decided(&mut self.leaves, &format!("{EXPECTED}/{name}"), leaf, decision.map(Json::Bool))
            });
            entries.insert((*name).to_owned(), json);
        }
        if let Some(trail) = self.json.get_mut("Trail").filter(|_| !entries.is_empty()) {
            trail["Expected"] = Json::Object(entries);
        }
        self
    }

    /// What there is of a property of the trail or, behind `Bucket.LoggingConfiguration.`, of its bucket's access logging.
    fn seen(&self, property: &str, trail: &Resource, estate: &dyn Estate) -> Seen<'_> {
        let Some(of_logging) = property.strip_prefix("Bucket.LoggingConfiguration.") else {
            return Seen::Values(vec![estate.property(trail, property)]);
        };
        let value =
            |logging: &Logging| if of_logging == "LogFilePrefix" { &logging.prefix } else { &logging.target }.clone();
        match &self.access_logs {
            AccessLogs::By(configurations) => Seen::Values(configurations.iter().map(value).collect()),
            AccessLogs::Nowhere => Seen::Nowhere,
            AccessLogs::Unseen(what, origin) => Seen::Unseen(what, origin),
        }
    }
}

/// What there is of a property.
enum Seen<'a> {
    /// Its values: one, unless several resources say it.
    Values(Vec<Value>),
    /// Nothing that anything could be asked of.
    Nowhere,
    /// It is there and not in the sources: what is called so, and where it is spoken of.
    Unseen(&'a str, &'a Origin),
}

/// Whether all values are what is expected, with the first that is not, or is not decided; else the last.
fn first_unfit(
    values: Vec<Value>,
    expected: Name,
    estate: &dyn Estate,
    world: &World,
) -> (Decided<bool>, Option<Value>) {
    let mut last = None;
    for value in values {
        let fits = fits(&value, expected, estate, world);
        if fits != Ok(true) {
            return (fits, Some(value));
        }
        last = Some(value);
    }
    (Ok(true), last)
}

/// Where the entries stand.
pub(super) const EXPECTED: &str = "/Trail/Expected";
