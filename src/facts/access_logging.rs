//! Whether a bucket logs the requests made to it (server access logging), for CloudTrail.7.
//!
//! Looks at the trail's bucket only: neither at what logs *to* it nor at the bucket its own logs go to.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html>

use crate::model::{Estate, Resource, handed_to, logging};
use crate::value::{Ask, Decided, Value, World};

/// Server access logging of one bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessLogging {
    /// The configurations that enable it; none when it is off.
    pub configurations: Vec<Value>,
    /// Whether it is on: a configuration is there, whatever it says about target and prefix.
    pub enabled: bool,
}

/// Reads the fact.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides it. A module that is not on disk and was handed the bucket may
/// enable it, so such a module decides where nothing here does.
pub fn access_logging(bucket: &Resource, estate: &dyn Estate, world: &World) -> Decided<AccessLogging> {
    let configurations = logging(bucket, estate, world)?;
    let mut enabled = !configurations.is_empty();
    if !enabled {
        for module in handed_to(bucket, estate) {
            enabled = enabled || world.ask(&module, Ask::True)?;
        }
    }
    Ok(AccessLogging { configurations, enabled })
}
