//! What rules see of what the configuration expects: an entry for each parameter of the control, true where it is not given.

use serde_json::{Map, Value as Json};

use crate::facts::expected::{Name, fits};
use crate::model::{Estate, Resource};
use crate::rules::catalog::Parameter;
use crate::rules::leaves::{Evidence, Leaf};
use crate::source::Wildcard;
use crate::value::{Origin, World};

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
                let value = estate.property(trail, &parameter.property);
                let expected = Name { pattern: &given.pattern, service: parameter.service.as_deref() };
                let decision = fits(&value, expected, estate, world).map(Json::Bool);
                let mut slots = vec![("expected", format!("`{}`", given.pattern.as_str()))];
                if !value.is_null() {
                    slots.push(("value", value.describe()));
                }
                let evidence = vec![(Evidence::Expected, given.origin.clone())];
                let leaf = Leaf { origin: value.origin, slots, evidence, ..Leaf::default() };
                decided(&mut self.leaves, &format!("{EXPECTED}/{name}"), leaf, decision)
            });
            entries.insert((*name).to_owned(), json);
        }
        if let Some(trail) = self.json.get_mut("Trail").filter(|_| !entries.is_empty()) {
            trail["Expected"] = Json::Object(entries);
        }
        self
    }
}

/// Where the entries stand.
pub(super) const EXPECTED: &str = "/Trail/Expected";
