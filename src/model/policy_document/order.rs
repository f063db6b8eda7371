//! The order in which the AWS provider reads the blocks of a statement.
//!
//! Its SDK keeps `principals`, `not_principals` and `condition` in sets, which it lists by a checksum of what is written in
//! each block, the checksums sorted as texts: `HashResource`, `SerializeResourceForHash` and `Set` in
//! <https://github.com/hashicorp/terraform-plugin-sdk/tree/main/helper/schema>. Knows texts only.

use flate2::Crc;

/// What a set sorts a block by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Code(String);

impl Code {
    /// The code of a `principals` or `not_principals` block, in whatever order its identifiers are written.
    pub(super) fn of_principals(kind: &str, identifiers: &[&str]) -> Self {
        let mut identifiers = identifiers.to_vec();
        identifiers.sort_by_cached_key(|identifier| Self::of(&format!("{identifier};")));
        Self::of(&format!("identifiers:{{{}}};type:{kind};", each_ended(&identifiers)))
    }

    /// The code of a `condition` block, whose values have an order.
    pub(super) fn of_condition(test: &str, variable: &str, values: &[&str]) -> Self {
        Self::of(&format!("test:{test};values:({});variable:{variable};", each_ended(values)))
    }

    fn of(serialized: &str) -> Self {
        let mut checksum = Crc::new();
        checksum.update(serialized.as_bytes());
        Self(checksum.sum().to_string())
    }
}

fn each_ended(texts: &[&str]) -> String {
    texts.iter().flat_map(|text| [text, ";"]).collect()
}
