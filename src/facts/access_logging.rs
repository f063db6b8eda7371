//! Whether a bucket logs the requests made to it (server access logging), for CloudTrail.7.
//!
//! Looks at the trail's bucket only: neither at what logs *to* it nor at the bucket its own logs go to.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html>

use std::sync::Arc;

use crate::model::Logging;
use crate::value::{Claim, Decided, Input, Origin, World};

/// Server access logging of one bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessLogging {
    /// Whether it is on: a configuration is there, whatever it says about target and prefix.
    pub enabled: bool,
    /// The configuration that makes the bucket log to itself, so that every record makes another one.
    pub to_itself: Option<Origin>,
}

/// What the configurations of a bucket come to. A module that is not on disk and was handed the bucket may hold one, so
/// such a module decides where nothing here does.
///
/// # Errors
/// [`crate::value::Stop`] when such a module decides it.
pub fn access_logging(configurations: &[Logging], handed_to: &[Arc<Input>], world: &World) -> Decided<AccessLogging> {
    let mut enabled = !configurations.is_empty();
    if !enabled {
        for module in handed_to {
            let turned_on = Claim::new("turns access logging on");
            enabled =
                enabled || world.decide(&turned_on.of(&module.name, module.reason.clone(), module.origin.clone()))?;
        }
    }
    let to_itself = configurations.iter().find(|logging| logging.to_itself).map(|logging| logging.origin.clone());
    Ok(AccessLogging { enabled, to_itself })
}
