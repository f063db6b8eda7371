//! Subjects against controls: one row a trail or account, one column a control.

use std::collections::BTreeMap;

use crate::finding::{Finding, Whole};

use super::Context;

/// What is known about one subject.
pub(super) struct Row<'a> {
    /// The unit's path.
    pub(super) unit: &'a str,
    /// The trail, or another resource; `None` for the unit's account or the unit.
    pub(super) resource: Option<&'a str>,
    /// Which of the two.
    pub(super) whole: Whole,
    /// The findings of each control that ran, in the order of the controls, with their numbers in the report. Usually one;
    /// a unit may hold two accounts.
    pub(super) cells: Vec<Vec<(usize, &'a Finding)>>,
}

/// The rows, in the order in which the subjects come first.
pub(super) fn matrix<'a>(context: &Context<'a>) -> Vec<Row<'a>> {
    let columns: BTreeMap<&str, usize> =
        context.controls.iter().enumerate().map(|(at, control)| (control.id.as_str(), at)).collect();
    let mut rows: Vec<Row<'a>> = Vec::new();
    let mut known: BTreeMap<(&str, Option<&str>, Option<Whole>), usize> = BTreeMap::new();
    for (number, finding) in context.report.findings.iter().enumerate() {
        let (unit, resource, whole) = (finding.unit.as_str(), finding.resource.as_deref(), finding.subject.whole);
        // A resource has one row, whoever speaks about it.
        let kind = resource.is_none().then_some(whole);
        let at = *known.entry((unit, resource, kind)).or_insert_with(|| {
            rows.push(Row { unit, resource, whole, cells: vec![Vec::new(); columns.len()] });
            rows.len() - 1
        });
        let column = columns.get(finding.control.as_str());
        if let Some(cell) = column.and_then(|column| rows.get_mut(at)?.cells.get_mut(*column)) {
            cell.push((number, finding));
        }
    }
    rows
}
