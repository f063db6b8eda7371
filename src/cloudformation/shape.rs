//! What CloudFormation takes as the value of a property that the model reads: a text, an object, a list of objects. It
//! refuses anything else before it deploys, so nothing may be concluded from that.
//!
//! Follows the resource schemas: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudtrail-trail.html>

use crate::value::{Data, Reason, Value};

use super::evaluator::broken;

/// Properties that are texts, in any resource the model knows.
const TEXTS: [&str; 12] = [
    "AccessControl",
    "Bucket",
    "BucketName",
    "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn",
    "DestinationBucketName",
    "KMSKeyId",
    "KmsKeyId",
    "S3BucketName",
    "S3KeyPrefix",
    "SnsTopicName",
    "TrailName",
];

/// Properties that are objects.
const OBJECTS: [&str; 3] = ["LoggingConfiguration", "OwnershipControls", "PublicAccessBlockConfiguration"];

/// Properties that are lists of objects.
const LISTS: [&str; 2] = ["AdvancedEventSelectors", "EventSelectors"];

/// The value of the property called `name`, or an input named by the error where CloudFormation refuses such a value.
pub fn checked(name: &str, value: Value) -> Value {
    let wanted = match name {
        _ if TEXTS.contains(&name) && !is_scalar(&value) => "a text",
        _ if OBJECTS.contains(&name) && (is_text(&value) || value.as_list().is_some()) => "an object",
        _ if LISTS.contains(&name) && !holds_objects(&value) => "a list of objects",
        "OwnershipControls" if !holds_objects(&value.field("Rules")) => "an object whose Rules are a list of objects",
        _ => return value,
    };
    broken(format!("{name} must be {wanted}"), value.origin)
}

/// A text, or what becomes one.
fn is_scalar(value: &Value) -> bool {
    !matches!(value.data, Data::List(..) | Data::Map(..))
}

/// Whether it is certainly a scalar, or a list of them: of a parameter, and of what functions make of one, nothing else comes.
fn is_text(value: &Value) -> bool {
    match &value.data {
        Data::Text(_) | Data::Number(_) | Data::Bool(_) | Data::Opaque(_) => true,
        Data::Open(input) => input.domain.never_null && matches!(input.reason, Reason::NoValue(_) | Reason::Derived),
        _ => false,
    }
}

fn holds_objects(list: &Value) -> bool {
    match list.as_list() {
        Some(items) => items.iter().all(|item| !is_text(item) && item.as_list().is_none()),
        None => !is_text(list) && list.as_map().is_none(),
    }
}
