//! What a bucket's lifecycle, object lock and replication are made of: too much for the table of resource types.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_lifecycle_configuration>,
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-rule.html>

use super::{From, Property, property};

pub(super) const TAG: &[Property] = &[property("Key", From::Text("key")), property("Value", From::Text("value"))];

/// A rule of `aws_s3_bucket_lifecycle_configuration`. What it is about may stand in the rule, in its `filter`, or in
/// `and` there.
pub(super) const LIFECYCLE_RULE: &[Property] = &[
    property("Id", From::Text("id")),
    property("Status", From::Text("status")),
    property("Prefix", From::Text("prefix")),
    property("Prefix", From::Inside("filter", &property("Prefix", From::Text("prefix")))),
    property(
        "Prefix",
        From::Inside("filter", &property("Prefix", From::Inside("and", &property("Prefix", From::Text("prefix"))))),
    ),
    property("TagFilters", From::Inside("filter", &property("TagFilters", From::Blocks("tag", TAG)))),
    property(
        "TagFilters",
        From::Inside(
            "filter",
            &property("TagFilters", From::Inside("and", &property("TagFilters", From::Tags("tags")))),
        ),
    ),
    property("ObjectSizeGreaterThan", From::Inside("filter", &LARGER)),
    property(
        "ObjectSizeGreaterThan",
        From::Inside("filter", &property("ObjectSizeGreaterThan", From::Inside("and", &LARGER))),
    ),
    property("ObjectSizeLessThan", From::Inside("filter", &SMALLER)),
    property(
        "ObjectSizeLessThan",
        From::Inside("filter", &property("ObjectSizeLessThan", From::Inside("and", &SMALLER))),
    ),
    EXPIRATION_IN_DAYS,
    EXPIRATION_DATE,
    property("ExpiredObjectDeleteMarker", From::Inside("expiration", &DELETE_MARKER)),
    property("Transitions", From::Blocks("transition", TRANSITION)),
    NONCURRENT_VERSION_EXPIRATION,
    property(
        "NoncurrentVersionTransitions",
        From::Blocks(
            "noncurrent_version_transition",
            &[
                property("StorageClass", From::Text("storage_class")),
                property("TransitionInDays", From::Plain("noncurrent_days")),
                property("NewerNoncurrentVersions", From::Plain("newer_noncurrent_versions")),
            ],
        ),
    ),
    property("AbortIncompleteMultipartUpload", From::Block("abort_incomplete_multipart_upload", ABORT)),
];

const NONCURRENT_VERSION_EXPIRATION: Property = property(
    "NoncurrentVersionExpiration",
    From::Block(
        "noncurrent_version_expiration",
        &[
            property("NoncurrentDays", From::Plain("noncurrent_days")),
            property("NewerNoncurrentVersions", From::Plain("newer_noncurrent_versions")),
        ],
    ),
);

/// A `lifecycle_rule` that stands in the bucket itself, as before version 4 of the provider.
pub(super) const INLINE_LIFECYCLE_RULE: &[Property] = &[
    property("Id", From::Text("id")),
    property("Status", From::Switch("enabled", ["Enabled", "Disabled"])),
    property("Prefix", From::Text("prefix")),
    property("TagFilters", From::Tags("tags")),
    EXPIRATION_IN_DAYS,
    EXPIRATION_DATE,
    property("ExpiredObjectDeleteMarker", From::Inside("expiration", &DELETE_MARKER)),
    property("Transitions", From::Blocks("transition", TRANSITION)),
    property(
        "NoncurrentVersionExpiration",
        From::Block("noncurrent_version_expiration", &[property("NoncurrentDays", From::Plain("days"))]),
    ),
    property(
        "NoncurrentVersionTransitions",
        From::Blocks(
            "noncurrent_version_transition",
            &[property("StorageClass", From::Text("storage_class")), property("TransitionInDays", From::Plain("days"))],
        ),
    ),
];

const LARGER: Property = property("ObjectSizeGreaterThan", From::Plain("object_size_greater_than"));
const SMALLER: Property = property("ObjectSizeLessThan", From::Plain("object_size_less_than"));
const DELETE_MARKER: Property = property("ExpiredObjectDeleteMarker", From::Bool("expired_object_delete_marker"));
const EXPIRATION_IN_DAYS: Property =
    property("ExpirationInDays", From::Inside("expiration", &property("ExpirationInDays", From::Plain("days"))));
const EXPIRATION_DATE: Property =
    property("ExpirationDate", From::Inside("expiration", &property("ExpirationDate", From::Text("date"))));

const TRANSITION: &[Property] = &[
    property("StorageClass", From::Text("storage_class")),
    property("TransitionInDays", From::Plain("days")),
    property("TransitionDate", From::Text("date")),
];

const ABORT: &[Property] = &[property("DaysAfterInitiation", From::Plain("days_after_initiation"))];

pub(super) const OBJECT_LOCK: &[Property] = &[
    property("ObjectLockEnabled", From::Text("object_lock_enabled")),
    property("Rule", From::Block("rule", OBJECT_LOCK_RULE)),
];

pub(super) const OBJECT_LOCK_RULE: &[Property] = &[property(
    "DefaultRetention",
    From::Block(
        "default_retention",
        &[
            property("Mode", From::Text("mode")),
            property("Days", From::Plain("days")),
            property("Years", From::Plain("years")),
        ],
    ),
)];

pub(super) const REPLICATION_RULE: &[Property] = &[
    property("Id", From::Text("id")),
    property("Status", From::Text("status")),
    property("Priority", From::Plain("priority")),
    property("Prefix", From::Text("prefix")),
    property("Destination", From::Block("destination", DESTINATION)),
    property(
        "DeleteMarkerReplication",
        From::Block("delete_marker_replication", &[property("Status", From::Text("status"))]),
    ),
];

const DESTINATION: &[Property] = &[
    property("Bucket", From::Text("bucket")),
    property("Account", From::Text("account")),
    property("Account", From::Text("account_id")),
    property("StorageClass", From::Text("storage_class")),
];

/// A `replication_configuration` that stands in the bucket itself; the Cloud Control provider spells it alike.
pub(super) const INLINE_REPLICATION: &[Property] =
    &[property("Role", From::Text("role")), property("Rules", From::Blocks("rules", REPLICATION_RULE))];

/// The Cloud Control provider's rules: CloudFormation's, in its own spelling.
pub(super) const CLOUD_CONTROL_LIFECYCLE: &[Property] = &[property(
    "Rules",
    From::Blocks(
        "rules",
        &[
            property("Id", From::Text("id")),
            property("Status", From::Text("status")),
            property("Prefix", From::Text("prefix")),
            property("TagFilters", From::Blocks("tag_filters", TAG)),
            property("ExpirationInDays", From::Plain("expiration_in_days")),
            property("ExpirationDate", From::Text("expiration_date")),
            property("ExpiredObjectDeleteMarker", From::Bool("expired_object_delete_marker")),
            property("Transitions", From::Blocks("transitions", CLOUD_CONTROL_TRANSITION)),
            NONCURRENT_VERSION_EXPIRATION,
            property("AbortIncompleteMultipartUpload", From::Block("abort_incomplete_multipart_upload", ABORT)),
        ],
    ),
)];

const CLOUD_CONTROL_TRANSITION: &[Property] = &[
    property("StorageClass", From::Text("storage_class")),
    property("TransitionInDays", From::Plain("transition_in_days")),
    property("TransitionDate", From::Text("transition_date")),
];
