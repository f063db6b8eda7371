//! Server access logging of a bucket, wherever it is declared.

use std::sync::Arc;

use crate::value::{Decided, Input, Origin, Value, World};

use super::bucket::Apart;
use super::handed;
use super::link;
use super::naming::Naming;
use super::{Estate, Kind, Resource};

/// A configuration that makes a bucket log the requests made to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Logging {
    /// Where the configuration is written.
    pub origin: Origin,
    /// Whether the logs certainly go to the bucket itself.
    pub to_itself: bool,
    /// The name of the bucket they go to, or null.
    pub target: Value,
    /// What their names begin with, or null.
    pub prefix: Value,
}

impl Logging {
    /// The configurations of `bucket`.
    ///
    /// # Errors
    /// [`crate::value::Stop`] when an input decides whether there is one.
    pub fn read(bucket: &Resource, estate: &dyn Estate, world: &World) -> Decided<Vec<Self>> {
        let naming = Naming::of(bucket, estate);
        let mut configurations = Vec::new();
        let inline = estate.property(bucket, "LoggingConfiguration");
        if !inline.read_null(world)? {
            let field = |name: &str| inline.field(name);
            configurations.push(Self::of(field, &naming, inline.origin.clone()));
        }
        configurations.extend(Self::beside(&naming, estate, world)?);
        Ok(configurations)
    }

    /// The configurations declared beside the bucket that goes by these names.
    ///
    /// # Errors
    /// As [`Logging::read`].
    pub fn beside(bucket: &Naming, estate: &dyn Estate, world: &World) -> Decided<Vec<Self>> {
        let separate = link::satellites(bucket, Kind::BucketLogging, estate, world)?;
        let configuration = |logging: &Resource| {
            let property = |name: &str| estate.property(logging, name);
            Self::of(property, bucket, logging.place())
        };
        Ok(separate.iter().map(configuration).collect())
    }

    /// The modules that get the bucket which goes by these names and may hold a configuration of it.
    ///
    /// # Errors
    /// [`crate::value::Stop`] when an input decides whether one gets it.
    pub fn handed_to(bucket: &Naming, estate: &dyn Estate, world: &World) -> Decided<Vec<Arc<Input>>> {
        match Apart::buckets_of(estate.language()) {
            Apart::Policy => Ok(Vec::new()),
            Apart::Anything => handed::modules(bucket, estate, world),
        }
    }

    /// The same of a bucket of the unit itself, with what is missing of the unit's own text.
    ///
    /// # Errors
    /// As [`Logging::handed_to`].
    pub fn unread(bucket: &Resource, estate: &dyn Estate, world: &World) -> Decided<Vec<Arc<Input>>> {
        let modules = Self::handed_to(&Naming::of(bucket, estate), estate, world)?;
        let unread = handed::unread(bucket, estate).filter(|_| Apart::buckets_of(estate.language()) == Apart::Anything);
        Ok(modules.into_iter().chain(unread).collect())
    }

    /// Without a target, S3 keeps the logs in the bucket itself.
    fn of(property: impl Fn(&str) -> Value, bucket: &Naming, origin: Origin) -> Self {
        let (target, prefix) = (property("DestinationBucketName"), property("LogFilePrefix"));
        Self { origin, to_itself: target.is_null() || bucket.is(&target), target, prefix }
    }
}
