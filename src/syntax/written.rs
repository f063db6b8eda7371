//! A configuration as it is written: which block declares what, module by module. Nothing in it is evaluated.

use crate::source::Span;

use super::body::{Attribute, Block};

/// The blocks of a configuration. A module is named by the calls that lead to it, from the root.
pub trait Written: Sync {
    /// Whether the text of a module is at hand.
    fn holds(&self, calls: &[String]) -> bool;

    /// The block that declares a name as references write it: `aws_s3_bucket.logs`, `data.aws_region.current`, `var.name`,
    /// `module.logs`; and an output, `output.name`.
    fn block(&self, calls: &[String], name: &str) -> Option<&Block>;

    /// A local value; its name's span is where it is declared.
    fn local(&self, calls: &[String], name: &str) -> Option<Attribute>;

    /// The `module` block of the last of these calls.
    fn call(&self, calls: &[String]) -> Option<&Block> {
        let (call, caller) = calls.split_last()?;
        self.block(caller, &format!("module.{call}"))
    }

    /// The headers of the `module` blocks that lead to a module, the innermost first.
    fn callers(&self, calls: &[String]) -> Vec<Span> {
        let outwards = std::iter::successors(Some(calls), |calls| calls.split_last().map(|(_, caller)| caller));
        let calls = outwards.filter_map(|calls| self.call(calls));
        calls.flat_map(|block| std::iter::once(block.header).chain(block.overrides.iter().copied())).collect()
    }

    /// The `module` block to point at instead of a module that is not the user's, or not on disk.
    fn caller(&self, calls: &[String]) -> Option<Span>;
}
