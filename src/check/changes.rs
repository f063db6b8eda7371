//! The units of a run where one parameter has another value. `--parameter` gives it to every template that has the parameter,
//! and templates that are joined by an export or the name of a bucket are deployed with one value.

use crate::model::{Accounts, KnownBucket, Language, Neighbours, Unit, Unread, join_beside};

use super::{Options, known};

/// The units of a run, with what the others are to each of them.
pub(super) struct Around<'a> {
    /// What the run was asked to do.
    pub options: &'a Options,
    /// Every unit, those too that are not judged.
    pub units: Vec<&'a dyn Unit>,
    /// The accounts that they belong to.
    pub accounts: &'a Accounts,
    /// The buckets that none of them declares.
    pub buckets: &'a [KnownBucket],
    /// What could not be read.
    pub unread: &'a [Unread],
}

impl Around<'_> {
    /// What the units are to each other where these are others than they are written.
    pub fn neighbours<'u>(&'u self, changed: &'u [Box<dyn Unit>]) -> Neighbours<'u> {
        let as_changed = |unit: &&'u dyn Unit| at(changed, unit.path()).unwrap_or(*unit);
        let units: Vec<&'u dyn Unit> = self.units.iter().map(as_changed).collect();
        let Options { configured, working_directory, .. } = self.options;
        let blocks = known::account_blocks(configured, units.iter().copied(), working_directory);
        Neighbours::of(units, self.accounts).knowing(self.buckets, blocks, self.unread)
    }

    /// The templates that have a parameter and take this value for it, or any, with that.
    pub fn changed(&self, parameter: &str, value: Option<&str>) -> Vec<Box<dyn Unit>> {
        let is_template = |unit: &&&dyn Unit| unit.language() != Language::Terraform;
        let declaring = self.units.iter().filter(is_template).filter(|unit| unit.declares(parameter));
        let mut changed: Vec<Box<dyn Unit>> = declaring.filter_map(|unit| unit.with(parameter, value)).collect();
        if changed.len() > 1 {
            let others = self.units.iter().filter(|unit| at(&changed, unit.path()).is_none());
            let others: Vec<&dyn Unit> = others.copied().collect();
            join_beside(&mut changed, &others, self.accounts);
        }
        changed
    }
}

/// The unit that is called so.
pub(super) fn at<'u>(units: &'u [Box<dyn Unit>], path: &str) -> Option<&'u dyn Unit> {
    units.iter().find(|unit| unit.path() == path).map(|unit| unit.as_ref() as &dyn Unit)
}
