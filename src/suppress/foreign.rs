//! Other scanners' suppressions, by the table in `rules/foreign.yaml`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::config::Date;
use crate::syntax::Node;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    comments: Vec<Comments>,
    metadata: Vec<Metadata>,
    /// By tool and check, the control that is about the same defect.
    checks: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Comments {
    marker: String,
    tool: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    path: [String; 2],
    id: Option<String>,
    reason: Option<String>,
    tool: String,
}

/// A suppression of another scanner that means a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Foreign {
    pub control: String,
    /// What the author wrote as reason, or the suppression itself.
    pub reason: String,
    pub until: Option<Date>,
}

impl Table {
    /// The table this program was built with.
    ///
    /// # Errors
    /// Only if it was built from a broken one, which a test prevents.
    pub fn builtin() -> Result<&'static Self, String> {
        static TABLE: OnceLock<Result<Table, String>> = OnceLock::new();
        let parse =
            || serde_yaml::from_str(include_str!("../../rules/foreign.yaml")).map_err(|error| error.to_string());
        TABLE.get_or_init(parse).as_ref().map_err(Clone::clone)
    }

    fn control(&self, tool: &str, check: &str) -> Option<String> {
        let checks = self.checks.get(tool)?;
        checks.iter().find(|(known, _)| known.eq_ignore_ascii_case(check)).map(|(_, control)| control.clone())
    }

    /// What a comment says to another scanner, with its place in the comment.
    pub fn comment(&self, comment: &str) -> Vec<(Foreign, Range<usize>)> {
        let lowered = comment.to_ascii_lowercase();
        let mut found = Vec::new();
        for Comments { marker, tool } in &self.comments {
            for (start, _) in lowered.match_indices(marker.as_str()) {
                let after = comment.get(start + marker.len()..).unwrap_or_default();
                let is_name = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
                let blank = after.len() - after.trim_start_matches(' ').len();
                let check: &str = after.trim_start_matches(' ').split(|c| !is_name(c)).next().unwrap_or_default();
                let end = start + marker.len() + blank + check.len();
                let Some(control) = self.control(tool, check) else { continue };
                let rest = comment.get(end..).unwrap_or_default().lines().next().unwrap_or_default();
                let rest = rest.trim_end().trim_end_matches("*/").trim_end();
                let expiry = rest.strip_prefix(":exp:").and_then(|day| Date::parse(day.get(..10)?));
                // What a day or a workspace limits is not honoured without it.
                if rest.starts_with(":ws:") || (rest.starts_with(":exp:") && expiry.is_none()) {
                    continue;
                }
                let written =
                    rest.strip_prefix(':').filter(|_| expiry.is_none()).map(|reason| reason.trim().trim_matches('"'));
                let reason = written.filter(|reason| !reason.is_empty());
                let reason =
                    reason.map_or_else(|| comment.get(start..end).unwrap_or_default().to_owned(), str::to_owned);
                found.push((Foreign { control, reason, until: expiry }, start..end));
            }
        }
        found
    }

    /// What the `Metadata` of a resource says to other scanners, each with the node it stands in.
    pub fn metadata<'n>(&self, metadata: &'n Node) -> Vec<(Foreign, &'n Node)> {
        let mut found = Vec::new();
        for Metadata { path: [tool_key, list], id, reason, tool } in &self.metadata {
            let items = metadata.get(tool_key).and_then(|node| node.get(list)).and_then(Node::items);
            for item in items.unwrap_or_default() {
                let check = id.as_ref().map_or(item.text(), |id| item.get(id).and_then(Node::text));
                let Some(check) = check else { continue };
                let Some(control) = self.control(tool, check) else { continue };
                let written = reason.as_ref().and_then(|reason| item.get(reason)).and_then(Node::text);
                let reason = written.map_or_else(|| format!("{tool} {check}"), str::to_owned);
                found.push((Foreign { control, reason, until: None }, item));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Catalog;

    #[test]
    fn every_check_means_a_control() {
        let (table, catalog) = (Table::builtin().unwrap(), Catalog::builtin().unwrap());
        let controls: Vec<&String> = table.checks.values().flat_map(BTreeMap::values).collect();
        assert!(controls.len() > 20);
        for control in controls {
            assert!(catalog.get(control).is_ok(), "{control}");
        }
        let tools = table.comments.iter().map(|comments| &comments.tool);
        for tool in tools.chain(table.metadata.iter().map(|metadata| &metadata.tool)) {
            assert!(table.checks.contains_key(tool), "{tool}");
        }
    }

    #[test]
    fn the_page_shows_the_table() {
        let page = include_str!("../../docs/suppressions.md");
        for (check, control) in Table::builtin().unwrap().checks.values().flatten() {
            let row = page.lines().find(|line| line.starts_with(&format!("| {control} |")));
            let check = if check.starts_with("AWS-") { format!("AVD-{check}") } else { check.clone() };
            assert!(row.is_some_and(|row| row.contains(&check)), "docs/suppressions.md: {check} is {control}");
        }
    }

    #[test]
    fn peers_comments_are_understood() {
        let table = Table::builtin().unwrap();
        for (comment, expected) in [
            ("# checkov:skip=CKV_AWS_36: by hand", &[("CloudTrail.4", "by hand", None)][..]),
            ("#checkov:skip=CKV_AWS_36", &[("CloudTrail.4", "checkov:skip=CKV_AWS_36", None)]),
            ("# checkov:skip=CKV_AWS_999: unknown", &[]),
            (
                "# tfsec:ignore:aws-cloudtrail-enable-all-regions tfsec:ignore:aws-cloudtrail-enable-log-validation",
                &[
                    ("CloudTrail.1", "tfsec:ignore:aws-cloudtrail-enable-all-regions", None),
                    ("CloudTrail.4", "tfsec:ignore:aws-cloudtrail-enable-log-validation", None),
                ],
            ),
            (
                "// trivy:ignore:avd-aws-0015:exp:2027-01-31",
                &[("CloudTrail.2", "trivy:ignore:avd-aws-0015", Some("2027-01-31"))],
            ),
            ("# tfsec:ignore:aws-cloudtrail-enable-all-regions:exp:someday", &[]),
            ("# tfsec:ignore:aws-cloudtrail-enable-all-regions:ws:dev", &[]),
            ("/* trivy:ignore:AVD-AWS-0163 */", &[("CloudTrail.7", "trivy:ignore:AVD-AWS-0163", None)]),
        ] {
            let found: Vec<_> = table.comment(comment).into_iter().map(|(foreign, _)| foreign).collect();
            let expected: Vec<Foreign> = expected
                .iter()
                .map(|(control, reason, until)| Foreign {
                    control: (*control).to_owned(),
                    reason: (*reason).to_owned(),
                    until: until.map(|day: &str| Date::parse(day).unwrap()),
                })
                .collect();
            assert_eq!(found, expected, "{comment}");
        }
    }
}
